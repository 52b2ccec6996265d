/** PubMed's own format: records of MEDLINE as PubMed's pages save and "send to citation manager" (.nbib). */
import { parseIdentifier } from '../identifiers.ts';
import type { PaperInput } from '../paper.ts';
import { listedName } from './author-list.ts';
import { partsBetween } from './fields.ts';
import { isOthers } from './ris.ts';
import type { Found, Source } from './source.ts';
import { keywords, readTagged, type TaggedFormat, type TaggedRecord } from './tagged-lines.ts';
import { seenName } from '../names.ts';
import { yearIn } from './year.ts';

export const nbib: Source = {
  name: 'nbib',
  title: 'PubMed, MEDLINE, ERIC .nbib',

  detects: (head) => BEGIN.test(head) || (/^TI {2}- /m.test(head) && /^FAU - /m.test(head)),

  read: (file): AsyncGenerator<Found> => readTagged(file, format),
};

/** What begins a record; where that is missing, a full author beside a title, as RIS has none. */
const BEGIN = /^\ufeff?(?:PMID- ?\d+|OWN - ?[A-Z]+)[ \t]*(?:[\v\f\u0085]|$)/m;

const format: TaggedFormat = {
  /** A tag and blanks are four characters wide, and a hyphen follows; at ERIC a blank is before it, even so. */
  lineReader: () => (line) => {
    const match = /^(?=.{4} ?-)([A-Z][A-Z\d]{1,3}) *-(?: |$)(.*)$/s.exec(line);
    return match ? { tag: match[1]!, value: match[2]! } : undefined;
  },
  begins: ['PMID', 'OWN'],
  once: ['TI', 'BTI', 'DP', 'STAT'],
  ends: [],
  afterBlank: 'indented',
  isTelling: true,
  joiner: ' ',
  read,
};

const NAMES = {
  ...{ VI: 'volume', IP: 'issue', PG: 'pages', IS: 'issn', LA: 'language', OID: 'accession' },
  ...{ TA: 'journalAbbreviation', TT: 'originalTitle', CI: 'copyright', RN: 'chemicals', NM: 'substances' },
  ...{ SI: 'accessions', GR: 'grants', PL: 'country', COIS: 'conflictOfInterest' },
  ...{ PB: 'publisher', EN: 'edition', CTI: 'collection', OAB: 'otherAbstracts', AUID: 'authorIds', MID: 'manuscript' },
  ...{ CON: 'relatedTo', CIN: 'relatedTo', EIN: 'relatedTo', EFR: 'relatedTo', RIN: 'relatedTo', ROF: 'relatedTo' },
  ...{ CRI: 'relatedTo', CRF: 'relatedTo', UIN: 'relatedTo', UOF: 'relatedTo', RPI: 'relatedTo', RPF: 'relatedTo' },
};
/** What PubMed says of its own handling of a record, and what other tags say in full. */
const LEFT_OUT = [
  'OWN',
  'STAT',
  'DCOM',
  'LR',
  'EDAT',
  'MHDA',
  'CRDT',
  'PHST',
  'PST',
  'JID',
  'SB',
  'OTO',
  'SO',
  'AU',
  'ED',
];

function read(record: TaggedRecord): PaperInput {
  const [dates, electronic] = [record.texts('DP'), record.text('DEP')];
  const year = yearIn(dates[0]) ?? yearIn(electronic);
  const [title, bookTitle] = [record.text('TI'), record.text('BTI')];
  const isMissing = title === undefined || /^\[?Not available\]?\.?$/i.test(title);
  const ids = [...record.texts('AID'), ...record.texts('LID')];
  // ERIC gives addresses there, a DOI's among them, and for what is in no journal its publisher as the journal.
  const links = ids.filter((id) => /^https?:/i.test(id));
  const types = record.texts('PT');
  const journal = record.text('JT');
  const isBook = record.text('OWN') === 'ERIC' && types.length > 0 && !types.some((type) => /journal/i.test(type));
  const source = record.texts('SO');
  const people = record.textsOfBoth('FAU', 'AU');
  const headings = record.texts('MH').map((heading) => partsBetween(heading, '/').map((part) => part.replace('*', '')));
  const input: PaperInput = {
    title: isMissing ? (bookTitle ?? record.text('TT') ?? title) : title,
    abstract: record.text('AB', 'OAB'),
    authors: [
      ...people.filter((name) => !isOthers(name)).map(listed),
      ...record.texts('CN').map((literal) => ({ literal })),
    ],
    year,
    venue: (isBook ? undefined : journal) ?? (isMissing ? undefined : bookTitle) ?? record.text('TA'),
    categories: keywords([...headings.map(([descriptor = '']) => descriptor), ...record.texts('OT')]),
    pmid: record.text('PMID'),
    pmcid: record.text('PMC'),
    doi: idOf('doi', ids) ?? links.map(parseIdentifier).find((found) => found?.kind === 'doi')?.value,
    url: links[0],
  };
  const extra = {
    date: dates.filter((date) => date !== String(year)).join('; '),
    electronicDate: electronic,
    pii: idOf('pii', ids),
    type: types.length === 1 ? types[0] : types,
    articleNumber: ids.find((id) => !id.endsWith(']') && !links.includes(id)),
    links: links.slice(1),
    publisher: isBook ? journal : undefined,
    source: isBook ? source : undefined,
    moreAuthors: people.some(isOthers) || undefined,
    ...Object.fromEntries(['ISBN', 'ISSN'].map((tag) => [tag.toLowerCase(), serials(record.texts(tag))])),
    editors: record.textsOfBoth('FED', 'ED').map(listed),
    investigators: record.texts('FIR', 'IR').map(seenName),
    meshQualifiers: headings.flatMap(([descriptor, ...qualifiers]) =>
      qualifiers.map((qualifier) => `${descriptor}/${qualifier}`),
    ),
    affiliations: [...new Set(record.texts('AD'))],
  };
  for (const tag of LEFT_OUT) record.texts(tag);
  return { ...input, extra: record.extra(extra, NAMES, [title, bookTitle]) };
}

/** "Abel, Ann B", or "Abel AB". */
const listed = (name: string) => listedName(name, { initials: 'last' });

/** Numbers without the name that ERIC puts before them: `EISSN-1234-5678`. */
const serials = (numbers: string[]): string =>
  numbers
    .map((number) => number.replace(/^E?IS[BS]N-/, ''))
    .filter((number) => number !== '')
    .join('; ');

/** The id of a kind among "10.1016/j.x [doi]" and "S0048 [pii]". */
function idOf(kind: string, ids: string[]): string | undefined {
  const id = ids.find((each) => each.endsWith(`[${kind}]`));
  return id?.slice(0, id.lastIndexOf('[')).trim();
}
