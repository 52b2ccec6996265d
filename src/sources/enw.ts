/**
 * EndNote's tagged format (.enw), which is that of refer and BibIX: what "Export to EndNote" gives at Google Scholar,
 * IEEE, SpringerLink, CNKI, Wanfang and many more.
 */
import { seenName } from '../names.ts';
import type { PaperInput } from '../paper.ts';
import { parseIdentifier } from '../identifiers.ts';
import { peopleOn } from './author-list.ts';
import { partsBetween } from './fields.ts';
import type { Found, Source } from './source.ts';
import { keywords, readTagged, type TaggedFormat, type TaggedRecord } from './tagged-lines.ts';
import { yearIn } from './year.ts';

export const enw: Source = {
  name: 'enw',
  title: 'EndNote .enw, refer, BibIX',

  detects: (head) =>
    /^[ \ufeff]*%[AT] \S/m.test(head) &&
    (/^[ \ufeff]*%0 [A-Z]/m.test(head) ||
      (/^%A \S/m.test(head) && /^%T \S/m.test(head) && /^%[DJBIVPR] ?\S/m.test(head))),

  read: (file): AsyncGenerator<Found> => readTagged(file, format),
};

const format: TaggedFormat = {
  lineReader: () => (line) => {
    const match = /^[ \t]*(%[A-Za-z\d!-/:-@[-`~])(?:[ \t]+(.*)|)$/s.exec(line);
    return match ? { tag: match[1]!, value: match[2] ?? '' } : undefined;
  },
  begins: ['%0'],
  once: ['%A', '%T', '%D'],
  ends: [],
  afterBlank: ['%0', '%A', '%T', '%J', '%B', '%D', '%P', '%R', '%U', '%V', '%N', '%@', '%I', '%~', '%W'],
  isTelling: true,
  joiner: '\n',
  read,
};

const NAMES = {
  ...{ '%0': 'type', '%F': 'key', '%C': 'place', '%G': 'language', '%I': 'publisher', '%L': 'callNumber' },
  ...{ '%M': 'accession', '%N': 'issue', '%O': 'alternateTitle', '%Q': 'translatedTitle', '%V': 'volume' },
  ...{
    '%P': 'pages',
    '%S': 'series',
    '%W': 'databaseProvider',
    '%Z': 'note',
    '%6': 'numberOfVolumes',
    '%7': 'edition',
  },
  ...{ '%9': 'workType', '%!': 'shortTitle', '%&': 'section', '%[': 'accessed', '%~': 'database', '%@': 'issn' },
  ...{ '%<': 'researchNotes', '%>': 'file', '%]': 'articleNumber', '%^': 'caption', '%*': 'reviewedItem' },
  ...{ '%1': 'custom1', '%2': 'custom2', '%3': 'custom3', '%4': 'custom4', '%#': 'custom5', '%$': 'custom6' },
  ...{
    '%=': 'custom8',
    '%(': 'originalPublication',
    '%)': 'reprintEdition',
    '%B': 'secondaryTitle',
    '%J': 'secondaryTitle',
  },
};

function read(record: TaggedRecord): PaperInput {
  const [yearText, dateText] = [record.text('%D'), record.text('%8')];
  const year = yearIn(yearText) ?? yearIn(dateText);
  const title = record.text('%T');
  const venue = record.text('%J', '%B');
  const links = record.lines('%U');
  const url = links.find((link) => /^https?:/i.test(link));
  const named = [...links, ...record.matching(/^(?:arxiv|pmid):/i, '%M')].flatMap(
    (link) => parseIdentifier(link) ?? [],
  );
  const [pmcid] = record.matching(/^pmc\d+$/i, '%2');
  const abstract = record.texts('%X').join('\n');
  const input: PaperInput = {
    title,
    abstract,
    authors: people(record, '%A'),
    year,
    venue,
    url,
    categories: keywordsIn(record.lines('%K')),
    ...Object.fromEntries(named.reverse().map(({ kind, value }) => [kind, value])), // The first of a kind counts.
    ...Object.fromEntries(
      Object.entries({ doi: record.matching(DOI, '%R')[0]?.replace(/^doi:? */i, ''), pmcid }).filter(
        ([, value]) => value !== undefined,
      ),
    ),
  };
  const extra = {
    date: [dateText, yearText].filter((date) => date !== undefined && date !== String(year)).join(' '),
    editors: people(record, '%E'),
    translatedAuthors: shown(record, '%H'),
    advisors: shown(record, '%Y'),
    contributors: shown(record, '%?'),
    affiliations: [...new Set(record.lines('%+'))],
    isbn: record.matching(ISBN, '%@').join('; '),
    links: links.filter((link) => link !== url),
  };
  return { ...input, extra: record.extra(extra, NAMES, [title, venue, abstract]) };
}

const DOI = /^(?:doi:? ?|https?:\/\/(?:dx\.)?doi\.org\/)?10\.\d{4,9}\/\S+$/i;
const ISBN = /^(?:97[89][- ]?)?(?:\d[- ]?){9}[\dx](?![\d-])/i;

/** "Family, Given" or "Given Family"; a comma at the end says that it is an institution. */
const people = (record: TaggedRecord, tag: string) =>
  peopleOn(record.linesOfAll(tag).flatMap((line) => partsBetween(line, ';；')));

const shown = (record: TaggedRecord, tag: string): string[] => record.linesOfAll(tag).map(seenName);

/** One a line or, in one line, between semicolons or commas. */
const keywordsIn = (lines: string[]): string[] =>
  keywords(lines.flatMap((line) => partsBetween(line, lines.length > 1 ? ';；' : /[;；]/.test(line) ? ';；' : ',，')));
