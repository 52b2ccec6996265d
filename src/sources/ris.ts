/**
 * RIS, as Scopus, Ovid, EBSCO, EndNote, Zotero and others write it. They agree on the lines and hardly on the tags: each
 * field is looked for under all the tags it is known to come with.
 */
import { parseIdentifier } from '../identifiers.ts';
import type { PaperInput } from '../paper.ts';
import { peopleOn, type NameGiven } from './author-list.ts';
import { partsBetween } from './fields.ts';
import { readNotes } from './name-notes.ts';
import type { Found, Source } from './source.ts';
import { keywords, readTagged, type TaggedFormat, type TaggedRecord } from './tagged-lines.ts';
import { yearIn } from './year.ts';

export const ris: Source = {
  name: 'ris',
  title: 'RIS',

  detects: (head) => TYPE.test(head) || (TITLE.test(head) && END.test(head)),

  read: (file): AsyncGenerator<Found> => readTagged(file, format),
};

/** The type that begins a record, by its code or in words; or, where it is missing, a title and an end. */
const TYPE =
  /^[ \t\u00a0\ufeff]*(?:TY[ \t\u00a0]*[-–][ \t\u00a0]*[A-Z]{3,}|(?:TY|ty)[ \u00a0]{1,2}[-–] {0,2}(?:[A-Za-z]{3,}|$))/m;
const TITLE = /^(?:TI|T1) {2}- /m;
const END = /^ER {2}- *$/m;

const format: TaggedFormat = {
  lineReader,
  begins: ['TY'],
  once: ['TI', 'T1'],
  ends: ['ER'],
  afterBlank: ['AU', 'A1', 'A2', 'A3', 'A4', 'ED', 'TI', 'T1', 'T2', 'PY', 'Y1', 'DA', 'DO'],
  isTelling: true,
  joiner: '\n',
  read,
};

/**
 * Two blanks and a hyphen follow a tag; where `TY` was written otherwise, so may be the tags after it. Anything else is
 * text: abstracts have lines such as "IL - 6".
 */
function lineReader(): ReturnType<TaggedFormat['lineReader']> {
  let style = '  -';
  return (line) => {
    const match = LINE.exec(line);
    if (!match) return /^\s*ER\s*$/.test(line) ? { tag: 'ER', value: '' } : undefined;
    const [begin, indent, written = '', dash] = match;
    const value = line.slice(begin.length);
    const tag = written.toUpperCase();
    const own = `${written === tag ? '' : 'small '}${indent}${dash}`.replace(/\u00a0/g, ' ').replace(/[–—]/g, '-');
    if (tag === 'TY' && (own === '  -' || TYPE_CODE.test(value))) style = own;
    else if (own !== '  -' && own !== style && !(tag === 'ER' && value === '')) return undefined;
    return { tag, value };
  };
}

const LINE = /^([ \t\u00a0]*)([A-Z][A-Z\d]|[a-z][a-z\d])([ \t\u00a0]*[-–—])[ \t\u00a0]*/;
/** A code, or what a program of somebody's own calls a type. */
const TYPE_CODE = /^[A-Za-z][A-Za-z ,/()-]{2,40}$/;

/** What `extra` calls the tags that akin has no field for. */
export const TAG_NAMES = {
  ...{ TY: 'type', ID: 'key', VL: 'volume', IS: 'issue', CP: 'issue', PB: 'publisher', CY: 'place', PP: 'place' },
  ...{ LA: 'language', DB: 'database', AN: 'accession', N1: 'note', ET: 'edition', ST: 'shortTitle', SN: 'issn' },
  ...{ JO: 'journalAbbreviation', JA: 'journalAbbreviation', J1: 'journalAbbreviation', J2: 'journalAbbreviation' },
  ...{ C7: 'articleNumber', L1: 'file', L2: 'fullText', T2: 'secondaryTitle', T3: 'series', TT: 'translatedTitle' },
  ...{ M3: 'workType', Y2: 'accessed' },
};

/** Where akin writes a paper's id: in the user field U1, after these words. */
export const OWN_ID = 'akin-id: ';
/** And there, what of names can't be seen in them (see name-notes.ts). */
export const OWN_NAMES = 'akin-names: ';

function read(record: TaggedRecord): PaperInput {
  // Linear: nothing repeats.
  const [id, notes] = [OWN_ID, OWN_NAMES].map((begin) =>
    record.matching(new RegExp(`^${begin}`), 'U1')[0]?.slice(begin.length),
  );
  const isOwn = id !== undefined; // Nothing is guessed then.
  const title = record.text('TI', 'T1', 'CT', 'BT', 'ST');
  const abstracts = record.texts('AB', 'N2');
  const people = record.linesOfAll('AU', 'A1').flatMap((line) => (isOwn ? line : partsBetween(line, ';')));
  const authors = people.filter((name) => !isOthers(name));
  const editors = record.linesOfAll('A2', 'ED');
  const own = isOwn ? ownNames([...authors, ...editors], notes) : undefined;
  const dates = ['PY', 'Y1', 'DA'].flatMap((tag) => record.texts(tag)).map(withoutEmptyParts);
  const year = dates.map(yearIn).find((each) => each !== undefined);
  const venue = record.text('JF', 'T2', 'JO', 'BT', 'SO', 'C3', 'JA', 'J1', 'J2');
  const [urls, otherLinks] = [record.lines('UR'), record.lines('LK')];
  const links = [...urls, ...otherLinks];
  const url = isOwn ? urls[0] : links.find((link) => /^https?:/i.test(link));
  const provider = record.texts('DP').join('; ');
  const input: PaperInput = {
    id,
    title,
    abstract: abstracts.filter((text) => isOwn || !isCopyright(text)).join('\n'),
    authors: own?.slice(0, authors.length) ?? peopleOn(authors),
    year,
    venue,
    url,
    categories: isOwn ? record.lines('KW') : categories(record.linesOfAll('KW', 'K1')),
    ...identifiers(record, isOwn ? [] : links, provider),
  };
  const extra = {
    copyright: isOwn ? '' : abstracts.filter(isCopyright).join('\n'),
    moreAuthors: people.some(isOthers) || undefined,
    date: [...new Set(dates)].filter((date) => date !== String(year)).join('; '),
    links: links.filter((link) => link !== url),
    pages: [...record.texts('SP'), ...record.texts('EP')].join('-'),
    affiliations: [...new Set(record.lines('AD'))],
    databaseProvider: provider,
    editors: own?.slice(authors.length) ?? peopleOn(editors),
    isbn: record.matching(ISBN, 'SN').join('; '),
  };
  return { ...input, extra: record.extra(extra, TAG_NAMES, [title, venue, input.abstract]) };
}

/** Of `2016///` only the year says something. */
export const withoutEmptyParts = (date: string): string => date.split('/').filter(Boolean).join('/');

/** One a line, or all in one line. */
const categories = (lines: string[]): string[] =>
  keywords(lines.flatMap((line) => partsBetween(line, lines.length === 1 && !line.includes(';') ? ',' : ';')));

/** EBSCO gives a second "abstract". */
const isCopyright = (abstract: string): boolean => abstract.startsWith('Copyright of ');
export const isOthers = (name: string): boolean => /^\s*(?:et al\.?|and others)\s*$/i.test(name);

/** Names as akin writes them: those that it only guessed the parts of are texts again. */
function ownNames(names: string[], notes: string | undefined): (NameGiven | { literal: string })[] {
  const { guessed } = readNotes(notes);
  return names.map((name, i) => {
    const isGuessed = guessed(i + 1);
    const [family = '', given = '', suffix = ''] = name.split(', ');
    const literal = name.includes(',,') ? name.replace(',,', ',') : given === '' ? name.replace(/,$/, '') : undefined;
    if (literal !== undefined) return isGuessed || literal === name ? literal : { literal };
    return isGuessed ? [given, family, suffix].filter(Boolean).join(' ') : { family, given, suffix };
  });
}

/** The serial number of what is no serial. */
const ISBN = /^(?:ISBN:?\s*)?(?:97[89][- ]?)?(?:\d[- ]?){9}[\dx](?![\d-])/i;
export const DOI = /^(?:doi:?\s*|https?:\/\/(?:dx\.)?doi\.org\/)?10\.\d{4,9}\/\S+$/i;

/** From wherever databases put them: a DOI for the type of work, PubMed's numbers as accession number and "custom 2". */
function identifiers(record: TaggedRecord, links: string[], provider: string): PaperInput {
  const doi = record.text('DO', 'DI') ?? record.matching(DOI, 'M3', 'L3', 'L2')[0];
  const [pmid] = provider === 'NLM' ? record.matching(/^\d{1,8}$/, 'AN') : [];
  const [pmcid] = record.matching(/^pmc\d+$/i, 'C2');
  const named = [...links, ...record.matching(/^(?:pmid|arxiv|acl|openalex|s2):/i, 'AN')].flatMap(
    (text) => parseIdentifier(text) ?? [],
  );
  return {
    ...Object.fromEntries(named.reverse().map(({ kind, value }) => [kind, value])), // The first of a kind counts.
    ...Object.fromEntries(Object.entries({ doi, pmid, pmcid }).filter(([, value]) => value !== undefined)),
  };
}
