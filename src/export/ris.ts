/**
 * RIS, for EndNote, Zotero, Mendeley and the tools of systematic reviews.
 *
 * Of `extra` survives what RIS has a tag for (volume, issue, pages, publisher, notes …), as the source names it: `number`
 * comes back as `issue`. The type of the publication is RIS's own word for it. The id is in the user field U1, identifiers
 * are accession numbers (AN), a PMCID is in C2, where PubMed's own exports have it.
 */
import { parseIdentifier } from '../identifiers.ts';
import { familyFirst, guessedName, namesByText } from '../names.ts';
import { editorsOf, type Paper } from '../paper.ts';
import { writtenNotes } from '../sources/name-notes.ts';
import { DOI, isOthers, OWN_ID, OWN_NAMES, TAG_NAMES, withoutEmptyParts } from '../sources/ris.ts';
import { yearIn } from '../sources/year.ts';
import type { Exporter } from './exporter.ts';
import { extraWithIsbn, identifierText } from './identifiers.ts';
import { kindOf, type Kind } from './kinds.ts';
import { markupSafe } from './markup.ts';

const TYPES: Record<Kind, string> = {
  ...{ article: 'JOUR', magazine: 'MGZN', newspaper: 'NEWS', conference: 'CPAPER', chapter: 'CHAP', entry: 'ENCYC' },
  ...{ book: 'BOOK', proceedings: 'BOOK', thesis: 'THES', report: 'RPRT', preprint: 'UNPB', dataset: 'DATA' },
  ...{ software: 'COMP', webpage: 'ELEC', patent: 'PAT', video: 'VIDEO', audio: 'SOUND', presentation: 'SLIDE' },
  ...{ manuscript: 'MANSCPT', standard: 'STAND', legislation: 'STAT', letter: 'PCOMM' },
  ...{ periodical: 'JFULL', artwork: 'ART', other: 'GEN' },
};
/** All that RIS has, so that a source's own comes back. */
const KNOWN_TYPES = new Set(
  (
    'ABST ADVS AGGR ANCIENT ART BILL BLOG BOOK CASE CHAP CHART CLSWK COMP CONF CPAPER CTLG DATA DBASE DICT EBOOK ECHAP EDBOOK ' +
    'EJOUR ELEC ENCYC EQUA FIGURE GEN GOVDOC GRNT HEAR ICOMM INPR INTV JFULL JOUR LEGAL MANSCPT MAP MGZN MPCT MULTI MUSIC NEWS ' +
    'PAMP PAT PCOMM POD PRESS RPRT SER SLIDE SOUND STAND STAT STD THES UNBILL UNPB VIDEO WEB'
  ).split(' '),
);

/** Tags by the names of `extra`: the source's own, and what others call the same. */
const TAGS = new Map<string, string>([
  ...Object.entries(TAG_NAMES)
    .reverse() // Of two tags with one name the first is the better.
    .map(([tag, name]) => [name, tag] as const),
  ...Object.entries({ number: 'IS', address: 'CY', location: 'CY', 'publisher-place': 'CY', isbn: 'SN', ISBN: 'SN' }),
  ...Object.entries({ ISSN: 'SN', langid: 'LA', 'title-short': 'ST', shorttitle: 'ST', 'collection-title': 'T3' }),
  ...Object.entries({ affiliations: 'AD', databaseProvider: 'DP', links: 'LK', date: 'DA', annote: 'N1' }),
]);
/** Whether the source would take a text under a tag for something else, which is missing: then it stays out. */
const STAND_INS: Record<string, (paper: Paper, text: string) => boolean> = {
  ST: ({ title }) => title === '',
  T2: ({ venue }) => venue === null,
  JO: ({ venue }) => venue === null,
  M3: ({ ids }, text) => ids.doi === undefined && DOI.test(text),
  L2: ({ ids }, text) => ids.doi === undefined && DOI.test(text),
  AN: (_, text) => parseIdentifier(text) !== null,
  C2: ({ ids }, text) => ids.pmcid === undefined && /^pmc\d+$/i.test(text),
  DA: ({ year }, text) => (yearIn(withoutEmptyParts(text)) ?? year) !== year,
};
/** Tags without a name, left as they are by the source. */
const FREE_TAGS = /^(?:C[1245678]|M[12]|U[1-5]|A[34]|L4|AV|NV|OP|RI|RP|SE|TA|RN)$/;

export const ris: Exporter = {
  name: 'ris',
  title: 'RIS',
  mediaType: 'application/x-research-info-systems',

  async *write(papers) {
    for await (const paper of papers) yield [...lines(paper), 'ER  - ', ''].map((line) => `${line}\r\n`).join('');
  },
};

function lines(paper: Paper): string[] {
  const { id, title, abstract, year, venue, url, ids, categories } = paper;
  const { authors, editors, notes } = peopleIn(paper);
  const { type, pages, page, editors: _, moreAuthors, key, ...others } = extraWithIsbn(paper);
  const all = (tag: string, values: string[]): string[] => values.flatMap((value) => valueLines(tag, value));
  const given = typeof type === 'string' && KNOWN_TYPES.has(type) ? type : TYPES[kindOf(paper)];
  const range = textsIn([pages, page])[0] ?? '';
  const [first = '', last = ''] = range.split(/(?<=.)[-–]+(?=.)/s, 2);
  return [
    `TY  - ${given}`,
    ...all('ID', textsIn(key)),
    ...all('TI', [title]),
    ...all('AU', authors),
    ...(moreAuthors === true ? ['AU  - et al.'] : []),
    ...all('A2', editors),
    ...all('PY', [String(year ?? '')]),
    ...all('T2', [venue ?? '']),
    ...all('SP', [first]),
    ...all('EP', [last]),
    ...all('DO', [identifierText(paper, 'doi')]),
    ...all('UR', [url ?? '']),
    ...all('C2', [ids.pmcid ?? '']),
    ...(['pmid', 'arxiv', 'acl', 'openalex', 's2'] as const).flatMap((kind) =>
      all('AN', ids[kind] === undefined ? [] : [`${kind}:${ids[kind]}`]),
    ),
    ...all('KW', categories),
    ...all('U1', [`${OWN_ID}${id}`, ...(notes === '' ? [] : [`${OWN_NAMES}${notes}`])]),
    ...Object.entries(others).flatMap(([name, value]) => {
      const tag = TAGS.get(name) ?? (FREE_TAGS.test(name) ? name : undefined);
      if (tag === undefined) return [];
      return all(
        tag,
        textsIn(value).filter((text) => !STAND_INS[tag]?.(paper, text)),
      );
    }),
    ...all('AB', [abstract]),
  ];
}

const textsIn = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((each) => typeof each === 'string');

/** Authors and editors as RIS has them, and what is to be said beside them. */
function peopleIn(paper: Paper): { authors: string[]; editors: string[]; notes: string } {
  const known = namesByText(paper.names ?? []);
  const [authors, editors] = [paper.authors, editorsOf(paper)] as const;
  const guessed = [...authors, ...editors].flatMap((text, i) => (known.has(text) ? [] : [i + 1]));
  const written = (text: string): string => {
    const name = known.get(text) ?? guessedName(text);
    if ('family' in name) return familyFirst(name);
    // EndNote's way with institutions: a comma in the name is doubled, or stands at its end.
    if (text.includes(',')) return text.replace(',', ',,');
    return known.has(text) || isOthers(text) ? `${text},` : text;
  };
  return { authors: authors.map(written), editors: editors.map(written), notes: writtenNotes({ guessed, joined: [] }) };
}

/** What may not begin a line that goes on with a value: it would be a tag, or, to who tells formats apart, an entry. */
const LIKE_A_TAG = /^(?:[A-Z][A-Z\d][ \t]*-|ER$|@)/;

/** A value under its tag; lines after the first stand without one. */
function valueLines(tag: string, value: string): string[] {
  if (value.trim() === '') return [];
  return value
    .trim()
    .split(/\r\n|[\r\n\u2028\u2029]/)
    .map((line, i) => {
      const text = markupSafe(line.trim());
      if (i === 0) return `${tag}  - ${text}`;
      if (text === '') return '<br>'; // A blank line would be nothing.
      return LIKE_A_TAG.test(text) ? `&#${text.charCodeAt(0)};${text.slice(1)}` : text;
    });
}
