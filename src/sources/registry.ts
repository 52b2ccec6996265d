/**
 * Every source, and which of them reads a given file. Asked in this order: the more particular a format, the earlier;
 * akin's own JSON Lines come after every other kind of JSON, the Hugging Face page, which is plain text, comes last.
 */
import { AkinError } from '../errors.ts';
import { aclXml } from './acl-xml.ts';
import { arxivAtom } from './arxiv-atom.ts';
import { arxivKaggle } from './arxiv-kaggle.ts';
import { beir } from './beir.ts';
import { bibtex } from './bibtex.ts';
import { crossref } from './crossref.ts';
import { cslJson } from './csl-json.ts';
import { csv } from './csv.ts';
import { hfPapers } from './hf-papers.ts';
import { jsonl } from './jsonl.ts';
import { nbib } from './nbib.ts';
import { oaiPmh } from './oai-pmh.ts';
import { openalex } from './openalex.ts';
import { paperlists } from './paperlists.ts';
import { pdf } from './pdf.ts';
import { pubmedXml } from './pubmed-xml.ts';
import { ris } from './ris.ts';
import { semanticScholar } from './semantic-scholar.ts';
import type { Source } from './source.ts';
import { trec } from './trec.ts';
import { wos } from './wos.ts';
import { zotero } from './zotero.ts';

export const SOURCES: Source[] = [
  pdf,
  zotero,
  aclXml,
  arxivAtom,
  oaiPmh,
  pubmedXml,
  trec,
  arxivKaggle,
  openalex,
  crossref,
  semanticScholar,
  paperlists,
  beir,
  cslJson,
  jsonl,
  bibtex,
  ris,
  wos,
  nbib,
  csv,
  hfPapers,
];
export const FORMAT_NAMES = SOURCES.map(({ name }) => name);

/** @throws AkinError `format-unknown` with the names there are. */
export function sourceNamed(name: string): Source {
  const source = SOURCES.find((each) => each.name === name);
  if (!source) {
    throw new AkinError('format-unknown', `unknown format "${name}"`, { hint: `formats: ${FORMAT_NAMES.join(', ')}` });
  }
  return source;
}

/** The source that recognises a text's beginning, or undefined. */
export function detectSource(head: string): Source | undefined {
  return SOURCES.find((source) => source.detects(head));
}
