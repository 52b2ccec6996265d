/** RefWorks' tagged format, as RefWorks, Zotero and databases (ProQuest, HighWire) write it. */
import { seenName } from '../names.ts';
import type { PaperInput } from '../paper.ts';
import { parseIdentifier } from '../identifiers.ts';
import { peopleOn } from './author-list.ts';
import { partsBetween } from './fields.ts';
import type { Found, Source } from './source.ts';
import { keywords, readTagged, type TaggedFormat, type TaggedRecord } from './tagged-lines.ts';
import { yearIn } from './year.ts';

export const refworks: Source = {
  name: 'refworks',
  title: 'RefWorks tagged',

  detects: (head) => TYPE.test(head) && /^(?:A1|T1|SR|JF|YR) \S/m.test(head),

  read: (file): AsyncGenerator<Found> => readTagged(file, format),
};

/** The type that begins a record. */
const TYPE = /^[ \ufeff]*RT [A-Z][A-Za-z ,/()-]{2,40}[ \t]*$/m;

/** All there are, so that a line of an abstract that begins with two capitals is one of the abstract. */
const TAG =
  /^(RT|ER$|SR|ID|A[1-6]|T[1-3]|J[FO]|YR|FD|VO|IS|SP|OP|K1|AB|NO|ED|P[BP]|SN|A[DNV]|LA|SF|LK|U\d|U1[0-5]|C[LNR]|OL|ST|RD|UL|DO|D[BIS]|SL|LL|W[VPT]|IP|RF|PMID|PMCID)(?: (.*))?$/s;

const format: TaggedFormat = {
  lineReader: () => (line) => {
    const match = TAG.exec(line.trimEnd());
    return match ? { tag: match[1]!, value: match[2] ?? '' } : undefined;
  },
  begins: ['RT'],
  once: ['T1', 'ID'],
  ends: ['ER'],
  afterBlank: ['OL', 'A1', 'T1', 'JF', 'YR', 'LK', 'UL', 'DO', 'RD', 'SN', 'SR'],
  isTelling: false, // "IS a" may begin a line as well.
  joiner: '\n',
  read,
};

const NAMES = {
  ...{ ID: 'refworks', VO: 'volume', IS: 'issue', PB: 'publisher', PP: 'place', LA: 'language', SN: 'issn' },
  ...{ NO: 'note', AN: 'accession', ST: 'shortTitle', T3: 'series', JO: 'journalAbbreviation', CN: 'callNumber' },
  ...{ DB: 'database', DS: 'databaseProvider', RD: 'accessed', CL: 'classification', ED: 'edition', SF: 'subfile' },
  ...{ T2: 'secondaryTitle', SL: 'archive', LL: 'archiveLocation' },
};

function read(record: TaggedRecord): PaperInput {
  const [dateFree, yearText] = [record.text('FD'), record.text('YR')];
  const year = yearIn(yearText) ?? yearIn(dateFree);
  const type = record.text('RT');
  const title = record.text('T1');
  const venue = record.text('JF', 'T2', 'JO');
  const links = record.lines('UL', 'LK');
  const url = links.find((link) => /^https?:/i.test(link));
  const named = links.flatMap((link) => parseIdentifier(link) ?? []);
  const pages = [...record.texts('SP'), ...record.texts('OP')];
  const input: PaperInput = {
    title,
    abstract: record.texts('AB').join('\n'),
    authors: people(record, 'A1'),
    year,
    venue,
    url,
    categories: keywords(record.lines('K1').flatMap((line) => partsBetween(line, ';'))),
    ...Object.fromEntries(named.reverse().map(({ kind, value }) => [kind, value])), // The first of a kind counts.
    ...Object.fromEntries(
      Object.entries({
        doi: record.text('DO') ?? record.matching(/^(?:doi:? ?)?10\.\d{4,9}\/\S+$/i, 'DI')[0],
        pmid: record.text('PMID'),
        pmcid: record.text('PMCID'),
      }).filter(([, value]) => value !== undefined),
    ),
  };
  const extra = {
    type,
    date: [dateFree, yearText].filter((date) => date !== undefined && date !== String(year)).join(' '),
    pages: pages.join('-'),
    editors: people(record, 'A2'),
    seriesEditors: shown(record, 'A3'),
    translators: shown(record, 'A5'),
    affiliations: [...new Set(record.lines('AD'))],
    isbn: record.matching(ISBN, 'SN').join('; '),
    links: links.filter((link) => link !== url),
  };
  for (const tag of LEFT_OUT) record.texts(tag);
  return { ...input, extra: record.extra(extra, NAMES, [title, venue, input.abstract]) };
}

/** What RefWorks says of its own record: whether it is printed or electronic, the language it shows it in. */
const LEFT_OUT = ['SR', 'OL', 'CR'];
const ISBN = /^(?:97[89][- ]?)?(?:\d[- ]?){9}[\dx](?![\d-])/i;

/** "Family,Given", each in a line. */
const people = (record: TaggedRecord, tag: string) =>
  peopleOn(record.lines(tag).flatMap((line) => partsBetween(line, ';')));

const shown = (record: TaggedRecord, tag: string): string[] => record.lines(tag).map(seenName);
