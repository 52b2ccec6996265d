/**
 * Which identifiers does a BibTeX entry name outside of the fields that are made for them? Every program that writes arXiv's
 * papers has its own place for the id (Google Scholar `journal`, DBLP and Semantic Scholar `volume`, ADS `eid`, Zotero `note`
 * and `number`), and whoever writes by hand has several.
 */
import { isOfWhole } from '../addresses.ts';
import { normalIdentifier, parseIdentifier, type IdentifierKind, type Identifiers } from '../identifiers.ts';
import { withoutTrailing } from '../text.ts';

/** What `eprint` is, by what is said to archive it; undefined for other archives (JSTOR, Google Books …). */
export function eprintKind(archive: string | undefined, eprint: string): IdentifierKind | undefined {
  if (eprint === '') return undefined;
  if (archive === undefined) {
    const bare = normalIdentifier('arxiv', eprint.replace(/^abs\//, ''));
    return bare === null ? undefined : 'arxiv';
  }
  const [, name] = /^(arxiv|pmc(?:id)?$|pmid$|pubmed$|doi$)/i.exec(archive) ?? [];
  return name === undefined ? undefined : ARCHIVES[name.toLowerCase()];
}

const ARCHIVES: Record<string, IdentifierKind> = {
  ...{ arxiv: 'arxiv', pmc: 'pmcid', pmcid: 'pmcid', pmid: 'pmid', pubmed: 'pmid', doi: 'doi' },
};

/** Fields that hold the address of the paper's page; more than one may be given. */
const ADDRESSES = 'url ee link pdf adsurl bdsk-url-1 bdsk-url-2 bdsk-url-3 howpublished note'.split(' ');
/** Fields that say where a paper is, in which arXiv may be named with its id. */
const PLACES = (
  'journal journaltitle booktitle eid pages number volume howpublished note type institution organization publisher ' +
  'series addendum'
).split(' ');

/**
 * The identifiers that an entry's other fields name.
 * @param textsOf the texts of a field, as they are read.
 */
export function identifiersNamedIn(textsOf: (field: string) => string[]): Identifiers {
  const ids: Identifiers = {};
  for (const text of ADDRESSES.flatMap(textsOf)) {
    const found = isOfWhole(text) ? null : parseIdentifier(text); // The page of a book may be given for a part of it.
    if (found) ids[found.kind] ??= found.value;
  }
  const places = PLACES.map((field) => textsOf(field)[0] ?? '').filter(
    (text) => text !== '' && text.length <= MAX_PLACE,
  );
  const isOnArxiv = places.some((text) => /^(?:arxiv|corr)(?![a-z])/i.test(text));
  const arxiv = places.map((text) => arxivIn(text, isOnArxiv)).find((each) => each !== undefined);
  if (arxiv !== undefined) ids.arxiv ??= arxiv;
  return ids;
}

/** Characters of a field that says where a paper is; what is longer tells a story. */
const MAX_PLACE = 300;
/** Words around an arXiv id that say no more than that it is one. */
const AROUND = new RegExp(
  `^(?:${(
    'arxiv(?:\\.org)? corr abs pre-?prints? e-?prints? papers? available also online at on as in from the version no number ' +
    'accessed submitted jan\\w* feb\\w* mar\\w* apr\\w* may june? july? aug\\w* sep\\w* oct\\w* nov\\w* dec\\w* v\\d+ \\d{1,2} ' +
    '(?:19|20)\\d\\d \\[[a-z-]+(?:\\.[a-z-]+)?\\] (?:cs|math|stat|physics|q-bio|q-fin|eess|econ)(?:\\.[a-z-]+)?'
  ).replaceAll(' ', '|')})?$`,
  'i',
);

/**
 * The arXiv id that a text is about: "arXiv preprint arXiv:1706.03762 [cs.CL]", "abs/1706.03762". None where there is more
 * to the text, for then it may be another paper's ("see also arXiv:…"), nor a bare number where nothing says arXiv.
 */
function arxivIn(text: string, isOnArxiv: boolean): string | undefined {
  let id: string | undefined;
  for (const word of text.split(/[\s,;()]+/)) {
    const bare = withoutTrailing(word.replace(/^arxiv:(?=.)|^abs\//i, ''), '.:');
    if (AROUND.test(bare)) continue;
    const found = /^https?:/i.test(word) ? parseIdentifier(word) : undefined;
    const value = found ? (found.kind === 'arxiv' ? found.value : null) : normalIdentifier('arxiv', bare);
    if (value === null || (id !== undefined && id !== value)) return undefined;
    id = value;
  }
  return isOnArxiv || /arxiv/i.test(text) ? id : undefined;
}
