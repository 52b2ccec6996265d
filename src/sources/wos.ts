/** Web of Science's tagged text, as a plain text or EndNote (.ciw) export, of its Core Collection and other databases. */
import type { PaperInput } from '../paper.ts';
import { peopleOn } from './author-list.ts';
import { partsBetween } from './fields.ts';
import type { Found, Source } from './source.ts';
import { keywords, readTagged, type TaggedFormat, type TaggedRecord } from './tagged-lines.ts';
import { yearIn } from './year.ts';

export const wos: Source = {
  name: 'wos',
  title: 'Web of Science tagged text, .ciw',

  detects: (head) =>
    /^\s*(?:FN [^\n\r\v\f\u0085\u2028\u2029]*[\n\r\v\f\u0085\u2028\u2029][\s\u0085]*VR |PT [A-Z][\s\u0085]+[A-Z][A-Z\d] )/.test(
      head,
    ),

  read: (file): AsyncGenerator<Found> => readTagged(file, format),
};

const format: TaggedFormat = {
  lineReader: () => (line) => {
    const match = /^([A-Z][A-Z\d])(?: (.*))?$/s.exec(line.trimEnd());
    return match ? { tag: match[1]!, value: match[2] ?? '' } : undefined;
  },
  begins: ['PT'],
  once: ['TI', 'UT'],
  ends: ['ER', 'EF', 'FN', 'VR'],
  afterBlank: 'indented',
  isTelling: false, // "AI is" may begin a line as well.
  joiner: ' ',
  read,
};

const NAMES = {
  ...{ PT: 'publicationType', VL: 'volume', IS: 'issue', SI: 'specialIssue', SU: 'supplement', AR: 'articleNumber' },
  ...{ LA: 'language', SN: 'issn', EI: 'eissn', BN: 'isbn', PU: 'publisher', PI: 'place', JI: 'journalAbbreviation' },
  ...{ J9: 'journalAbbreviation', CT: 'conference', CY: 'conferenceDate', CL: 'conferencePlace', SE: 'series' },
  ...{
    DA: 'exported',
    UT: 'key',
    AN: 'accession',
    TC: 'timesCited',
    NR: 'referenceCount',
    OA: 'openAccess',
    FU: 'grants',
  },
  ...{ RI: 'researcherIds', OI: 'orcids', EM: 'emails', NT: 'note', BD: 'broadTerms', TN: 'taxonomicNotes' },
  ...{ ST: 'systematics', OR: 'organisms' },
};

function read(record: TaggedRecord): PaperInput {
  const key = record.text('UT');
  const dates = { published: record.text('PY'), issue: record.text('PD'), early: record.text('EY', 'EA') };
  const year = yearIn(dates.published) ?? yearIn(dates.early) ?? yearIn(dates.issue);
  const venue = record.text('SO');
  const pages = record.text('PS');
  const medline = /^MEDLINE:(\d+)$/.exec(key ?? '')?.[1];
  const groups = [...record.lines('CA'), ...record.lines('GP')].map((literal) => ({ literal }));
  const input: PaperInput = {
    title: record.text('TI'),
    abstract: record.text('AB'),
    authors: [...peopleOn(people(record).map(withoutAddress)), ...groups],
    year,
    venue,
    url: record.text('AW', 'UR'),
    categories: categories(record, key),
    doi: record.text('DI', 'D2'),
    pmid: record.text('PM') ?? medline,
  };
  const extra = {
    key,
    type: record.texts('DT').join('; '),
    date: [dates.issue, dates.early].filter((date) => date !== undefined && date !== String(year)).join('; '),
    pages: pages ?? [...record.texts('BP'), ...record.texts('EP')].join('-'),
    affiliations: record.texts('C1'),
    editors: peopleOn(record.lines('BE', 'ED')),
    references: references(record.lines('CR')),
  };
  return { ...input, extra: record.extra(extra, NAMES, [venue]) };
}

/** Full names, unless some have only a short one; of a book that has no authors in it, the book's. */
function people(record: TaggedRecord): string[] {
  const [full, short] = [record.count('AF'), record.count('AU')];
  if (full + short === 0) return record.lines('BF', 'BA');
  return record.lines(full >= short ? 'AF' : 'AU');
}

/** ZooRec puts addresses behind names. */
const withoutAddress = (line: string): string => line.replace(/\([^()\s@]*@[^()\s]*\)/, '');

/** Keywords of the authors and of Web of Science, research areas and categories; lists with semicolons. */
function categories(record: TaggedRecord, key = ''): string[] {
  const [authors, ...others] = ['DE', 'ID', 'SC', 'WC'].map((tag) => record.texts(tag));
  // ZooRec: "Picoides arcticus [Breeding site / Snag / ] [USA /  / ]."
  const words = key.startsWith('ZOOREC')
    ? authors!.flatMap((text) => partsBetween(text, ';\\[\\]')).flatMap((part) => part.split(/\s\/\s|\.$/))
    : authors!.flatMap((text) => partsBetween(text, ';'));
  return keywords([...words, ...others.flat().flatMap((text) => partsBetween(text, ';'))]);
}

/** The DOIs of the works cited. */
const references = (lines: string[]): string[] =>
  lines.flatMap((line) => /\bDOI \[?(10\.\d{4,9}\/[^\s,\]]+)/.exec(line)?.[1] ?? []);
