/**
 * Every source, and which of them reads a given file. Asked in this order: the more particular a format, the earlier;
 * akin's own JSON Lines come after every other kind of JSON, the Hugging Face page, which is plain text, comes last.
 */
import { AkinError } from '../errors.ts';
import { aclXml } from './acl-xml.ts';
import { arxivAtom } from './arxiv-atom.ts';
import { arxivKaggle } from './arxiv-kaggle.ts';
import { beir } from './beir.ts';
import { beginOf, bibtex } from './bibtex.ts';
import { cff } from './cff.ts';
import { crossref } from './crossref.ts';
import { cslJson } from './csl-json.ts';
import { cslYaml } from './csl-yaml.ts';
import { csv, csvWith, looksLikeTable } from './csv.ts';
import { dataciteXml } from './datacite-xml.ts';
import { datacite } from './datacite.ts';
import { endnoteXml } from './endnote-xml.ts';
import { enw } from './enw.ts';
import { europePmc } from './europe-pmc.ts';
import { hfPapers } from './hf-papers.ts';
import { inspire } from './inspire.ts';
import { jats } from './jats.ts';
import { jsonl } from './jsonl.ts';
import { mendeley } from './mendeley.ts';
import { mods } from './mods.ts';
import { nbib } from './nbib.ts';
import { oaiPmh } from './oai-pmh.ts';
import { openalex } from './openalex.ts';
import { paperlists } from './paperlists.ts';
import { pdf } from './pdf.ts';
import { pubmedXml } from './pubmed-xml.ts';
import { refworks } from './refworks.ts';
import { ris } from './ris.ts';
import { semanticScholar } from './semantic-scholar.ts';
import type { Source } from './source.ts';
import { tei } from './tei.ts';
import { trec } from './trec.ts';
import { wos } from './wos.ts';
import { xlsx, xlsxWith } from './xlsx.ts';
import { zoteroJson } from './zotero-json.ts';
import { zoteroRdf } from './zotero-rdf.ts';
import { zotero } from './zotero.ts';

export const SOURCES: Source[] = [
  pdf,
  zotero,
  xlsx,
  aclXml,
  arxivAtom,
  oaiPmh,
  dataciteXml,
  pubmedXml,
  endnoteXml,
  mods,
  zoteroRdf,
  jats,
  tei,
  trec,
  zoteroJson,
  mendeley,
  europePmc,
  arxivKaggle,
  openalex,
  crossref,
  inspire,
  datacite,
  semanticScholar,
  paperlists,
  beir,
  cslJson,
  jsonl,
  cff,
  cslYaml,
  bibtex,
  ris,
  wos,
  nbib,
  enw,
  refworks,
  csv,
  hfPapers,
];
export const FORMAT_NAMES = SOURCES.map(({ name }) => name);

/** What a person says of columns in tables: the name of the one that holds a field. */
export type ColumnMap = Record<string, string>;

/**
 * @param map names of columns, if there are any to be known.
 * @throws AkinError `format-unknown` with the names there are; `invalid-argument` for columns of what is no table.
 */
export function sourceNamed(name: string, map?: ColumnMap): Source {
  const source = SOURCES.find((each) => each.name === name);
  if (!source) {
    throw new AkinError('format-unknown', `unknown format "${name}"`, { hint: `formats: ${FORMAT_NAMES.join(', ')}` });
  }
  if (map === undefined) return source;
  if (source === xlsx) return xlsxWith(map);
  if (source !== csv) {
    throw new AkinError('invalid-argument', `--map names columns of tables, and ${name} has none`, {
      hint: 'leave out --format, or give --format csv or xlsx',
      field: 'map',
    });
  }
  return csvWith(map);
}

/**
 * The source that recognises a text's beginning, or undefined.
 * @param map names of columns: then what no other source knows may be a table, whose columns are looked for by these names.
 */
export function detectSource(head: string, map?: ColumnMap): Source | undefined {
  const withMap = (source: Source): Source => (source === xlsx ? xlsxWith(map!) : source);
  const sources =
    map === undefined ? SOURCES : [...SOURCES.filter((source) => source !== csv).map(withMap), csvWith(map)];
  const found = sources.find((source) => source.detects(head));
  // Of files that were put together, the first says what it is; the others are told of.
  const before = found === bibtex ? head.slice(0, beginOf(head)) : '';
  if (before.trim() !== '') return TAGGED.find((source) => source.detects(before)) ?? found;
  // A table that nobody knows is told which columns it has.
  return found ?? (looksLikeTable(head) ? csv : undefined);
}

/** What may stand before BibTeX in one file. */
const TAGGED = [ris, wos, nbib, enw, refworks];
