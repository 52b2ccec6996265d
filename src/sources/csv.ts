/**
 * Tables as text: one paper a row, under a header. Commas, semicolons, tabs or bars separate the columns; what a column
 * holds is told by its name, and a person can say it of names that are not known here.
 *
 * csv-parse reads the rows. They are cut apart before, because a quote that is never closed would make one field of the
 * rest of the file: so it costs the row it is in, and reading goes on with the next line.
 */
import { parse } from 'csv-parse/sync';
import { excerpt, IDENTIFIER_KINDS, onOneLine, parseIdentifier, type Identifier, type PaperInput } from '../paper.ts';
import { identifiersIn, richText } from './csl-json.ts';
import { partsBetween } from './fields.ts';
import { isObject } from './json-records.ts';
import { LinesAhead } from './lines-ahead.ts';
import { MAX_RECORD_CHARACTERS, TOO_LARGE } from './source.ts';
import type { Found, FoundRecord, Source, UnreadableRecord } from './source.ts';

/**
 * Names of columns, as `normalName` writes them, the best first: of ASReview, Scopus, Web of Science, PubMed, IEEE Xplore,
 * Springer and Zotero.
 */
const COLUMNS = {
  title: [
    ...['title', 'article title', 'document title', 'primary title', 'item title', 'paper title', 'ti'],
    ...['標題', '标题', '文獻標題', '文献标题', '題名', '题名', '書名', '书名'],
  ],
  abstract: ['abstract', 'abstract note', 'notes abstract', 'paper abstract', 'ab', '摘要'],
  authors: [
    ...['author full names', 'authors', 'author', 'author names', 'first authors', 'af', 'au'],
    ...['作者全名', '作者'],
  ],
  year: ['year', 'publication year', 'pub year', 'py', '年份'],
  date: ['date', 'publication date', 'published', 'publish time', 'date published'],
  venue: [
    ...['source title', 'publication title', 'journal', 'journal book', 'venue', 'secondary title', 'booktitle', 'so'],
    ...['conference name', '來源出版物名稱', '来源出版物名称'],
  ],
  url: ['url', 'urls', 'link', 'links', '連結', '链接'],
  categories: [
    ...['categories', 'keywords', 'author keywords', 'index keywords', 'keywords plus', 'ieee terms', 'de', 'subjects'],
    ...['tags', 'manual tags', 'automatic tags', '作者關鍵字', '作者关键字', '索引關鍵字', '索引关键字'],
  ],
  doi: ['doi', 'item doi', 'digital object identifier', 'di'],
  arxiv: ['arxiv', 'arxiv id', 'eprint'],
  pmid: ['pmid', 'pubmed id', 'pubmedid', 'pm'],
  pmcid: ['pmcid', 'pmc id'],
  acl: ['acl', 'acl id', 'anthology id'],
  openalex: ['openalex', 'openalex id'],
  s2: ['s2', 's2 id', 'semantic scholar id'],
  isbn: ['isbn', 'isbns'],
  type: [
    ...['item type', 'document type', 'content type', 'type', 'publication type', 'document identifier'],
    ...['文獻類型', '文献类型'],
  ],
  // No ids for akin: every file counts its rows from 1. But some say what they are.
  'some id': ['paper id', 'id'],
  note: ['extra'],
  // Of akin's own export.
  'own id': ['akin id'],
  'own extra': ['akin extra'],
} satisfies Record<string, string[]>;

/** What a person can say a column holds. */
export const CSV_FIELDS = ['id', ...Object.keys(COLUMNS).filter((field) => !/ |note/.test(field))];

/** Scopus's Chinese exports head the authors with "author keywords", and have no other column of authors. */
const MISNAMED_AUTHORS = ['作者關鍵字', '作者关键字'];

/** A source for tables, in which the columns that `names` gives (`{ title: 'Titel' }`) are known as well. */
export function csvWith(names: Record<string, string>): Source {
  return {
    name: 'csv',
    title: 'CSV, TSV',

    detects(head) {
      const header = head.split(/\r|\n/).find((line) => line.trim() !== '');
      const table = tableOf(header ?? '', names);
      // Whoever names columns says that these are tables; what is wrong with one is told by reading it.
      const isTable = table.problem === undefined || Object.keys(names).length > 0;
      return isTable && table.header.length > 1;
    },

    async *read(file): AsyncGenerator<Found> {
      const isOldMac = file.head.includes('\r') && !file.head.includes('\n');
      const lines = new LinesAhead(isOldMac ? withNewlines(file.text()) : file.text());
      try {
        let header = await lines.at(0);
        while (header && header.text.trim() === '') {
          lines.drop(header.end);
          header = await lines.at(0);
        }
        if (!header) return;
        const { offset } = lines;
        const raw = header.text.slice(0, RAW_CHARACTERS);
        if (header.text.length > MAX_HEADER_CHARACTERS) {
          const reason = `the header is longer than ${MAX_HEADER_CHARACTERS / 1024} Ki characters`;
          yield { record: 1, offset, raw, reject: { code: 'too-large', reason } };
          return;
        }
        lines.drop(header.end);
        const table = tableOf(header.text, names);
        if (table.problem === undefined) yield* readRows(lines, table);
        else yield { record: 1, offset, raw, reject: { code: 'format-unknown', reason: table.problem } };
      } finally {
        await lines.close();
      }
    },
  };
}

export const csv = csvWith({});

/** Excel's "CSV (Macintosh)" ends its lines as old Macs did. */
async function* withNewlines(text: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const piece of text) yield piece.replaceAll('\r', '\n');
}

/** Longest header that is read: ten thousand columns have fewer characters. */
const MAX_HEADER_CHARACTERS = 256 * 1024;

interface Table {
  delimiter: string;
  header: string[];
  /** What `extra` calls the columns: by their name, or by their number where they have none or that of another column. */
  extraNames: string[];
  /** Which columns hold a field, the best first. */
  columns: Map<string, number[]>;
  /** Why no papers can be read from it. */
  problem: string | undefined;
}

/** What a header tells, read with the delimiter by which it tells the most. */
function tableOf(line: string, names: Record<string, string>): Table {
  const tables = [',', ';', '\t', '|'].map((delimiter) => {
    const fields = fieldsOf(line.replace(/^\ufeff/, ''), delimiter);
    const header = Array.isArray(fields) ? fields : [line];
    return { delimiter, header, columns: columnsOf(header, names) };
  });
  const table = tables.reduce((best, each) => (worth(each) > worth(best) ? each : best));
  const known = new Set(table.header.map(normalName));
  const missing = Object.values(names).find((name) => !known.has(normalName(name)));
  let problem: string | undefined;
  if (missing !== undefined) problem = `no column is named "${missing}"`;
  else if (!table.columns.has('title') && !table.columns.has('abstract')) {
    problem = 'no column has the name of one that holds titles or abstracts';
  }
  const extraNames = namesInExtra(table.header);
  return {
    ...table,
    extraNames,
    problem: problem && `${problem}; the columns are: ${excerpt(table.header.join(', '), 500)}`,
  };
}

/** Known columns count for more than many. */
const worth = ({ header, columns }: Pick<Table, 'header' | 'columns'>): number => columns.size * 1e6 + header.length;

function columnsOf(header: string[], names: Record<string, string>): Map<string, number[]> {
  const free = new Map(header.map((name, i) => [i, normalName(name)]));
  const columns = new Map<string, number[]>();
  const claim = (field: string, name: string): void => {
    for (const [i, each] of free) {
      if (each !== name) continue;
      free.delete(i);
      const claimed = columns.get(field);
      if (claimed) claimed.push(i);
      else columns.set(field, [i]);
    }
  };
  for (const [field, name] of Object.entries(names)) claim(field, normalName(name));
  for (const [field, known] of Object.entries(COLUMNS)) {
    for (const name of known) claim(field, name);
    if (field === 'authors' && !columns.has(field)) for (const name of MISNAMED_AUTHORS) claim(field, name);
  }
  return columns;
}

/** `Abstract_Note` and `abstract note` are one name. */
const normalName = (name: string): string =>
  name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s_./:()-]+/g, ' ')
    .trim();

async function* readRows(lines: LinesAhead, table: Table): AsyncGenerator<Found> {
  let record = 0;
  // What follows a broken row may be the rest of it: it is no row then unless it is as long as one.
  let damaged = false;
  for await (const { text, offset, fields } of rowsOf(lines, table)) {
    const read: Reading | undefined = Array.isArray(fields) ? readRow(fields, table, damaged) : { reject: fields };
    if (read === undefined) continue;
    damaged = 'reject' in read && read.reject.code === 'syntax';
    yield { record: ++record, offset, raw: text.slice(0, RAW_CHARACTERS), ...read };
  }
}

/** Characters of a row that are kept to show where it is. */
const RAW_CHARACTERS = 300;

type Reading = Pick<FoundRecord, 'input'> | Pick<UnreadableRecord, 'reject'>;

interface Row {
  text: string;
  offset: number;
  /** Or why there are none. */
  fields: string[] | UnreadableRecord['reject'];
}

/** Cuts a table into rows: lines, or as many of them as a quoted field runs over. */
async function* rowsOf(lines: LinesAhead, { delimiter, header }: Table): AsyncGenerator<Row> {
  // Up to which character the lines behind the first are known to go on with an open field, and the fields that begin in
  // them. A row that was looked for in vain is why the next one need not look at the same lines again.
  let known = { end: 0, fields: 0 };
  for (let line = await lines.at(0); line !== undefined; line = await lines.at(0)) {
    if (known.end > line.end) known.fields -= followQuotes(line.text, delimiter, true).fields - 1;
    else known = { end: line.end, fields: 0 };

    const { offset } = lines;
    if (line.tooLong) {
      yield { text: line.text, offset, fields: TOO_LARGE };
      await lines.dropLine();
      known.end = 0;
      continue;
    }
    const first = followQuotes(line.text, delimiter, false);
    let { quotes } = first;
    let { end } = line;
    while (quotes === 'open') {
      const more = await lines.at(known.end);
      if (more === undefined) break;
      // A closing quote that was missing is found in a later row: as what cannot be one, or by too many fields.
      const after = followQuotes(more.text, delimiter, true);
      const fields = first.fields + known.fields + after.fields - 1;
      const isTooMuch = more.tooLong || more.end > MAX_RECORD_CHARACTERS || fields > header.length;
      quotes = isTooMuch ? 'wrong' : after.quotes;
      if (quotes === 'open') known = { end: more.end, fields: known.fields + after.fields - 1 };
      else if (quotes === 'closed') end = more.end;
    }
    if (quotes === 'closed') {
      const text = end === line.end ? line.text : lines.upTo(end);
      if (text.trim() !== '') yield { text, offset, fields: fieldsOf(text, delimiter) };
    } else {
      // Of a quoted field that has quotes in it which are not doubled, csv-parse can tell what was meant, and that a quote
      // behind a blank may open nothing; a field that is open at the line's end it can only refuse.
      const mayBeMeant = first.quotes === 'wrong' || line.text.includes(' "');
      const fields = mayBeMeant ? fieldsOf(line.text, delimiter, { trim: false }) : NOT_CLOSED;
      const isWhole = Array.isArray(fields) && fields.length === header.length;
      const meant = isWhole ? fields.map((field) => field.replace(/^"(.*)"$/s, '$1')) : NOT_CLOSED;
      yield { text: line.text, offset, fields: meant };
    }
    lines.drop(end);
    known.end -= end;
  }
}

const NOT_CLOSED: UnreadableRecord['reject'] = {
  code: 'syntax',
  reason: 'a quote is not closed, or not doubled inside a field',
};

type Quotes = 'open' | 'closed' | 'wrong';

/** Whether a quoted field is open at the end of a line, given whether one was at its beginning; and how many fields it has. */
function followQuotes(line: string, delimiter: string, open: boolean): { quotes: Quotes; fields: number } {
  let at = 0;
  for (let fields = 1; ; fields++) {
    if (!open) {
      while (line[at] === ' ') at++;
      open = line[at] === '"';
      if (open) at++;
    }
    if (open) {
      let end = line.indexOf('"', at);
      while (end !== -1 && line[end + 1] === '"') end = line.indexOf('"', end + 2);
      if (end === -1) return { quotes: 'open', fields };
      at = end + 1;
      while (line[at] === ' ') at++;
      if (at < line.length && line[at] !== delimiter) return { quotes: 'wrong', fields };
      open = false;
    }
    at = line.indexOf(delimiter, at) + 1;
    if (at === 0) return { quotes: 'closed', fields };
  }
}

function fieldsOf(row: string, delimiter: string, { trim } = { trim: true }): Row['fields'] {
  if (!row.includes('"')) return row.split(delimiter).map((field) => field.trim());
  try {
    return (
      parse(row, { delimiter, trim, record_delimiter: '\n', relax_quotes: true, relax_column_count: true })[0] ?? []
    );
  } catch (error) {
    return { code: 'syntax', reason: (error as Error).message };
  }
}

/** What a row says; undefined where all of its fields are empty, as in a blank line. */
function readRow(fields: string[], table: Table, strictly: boolean): Reading | undefined {
  if (fields.every((field) => field === '')) return undefined;
  const { length } = table.header;
  if (fields.slice(length).some((field) => field !== '') || (strictly && fields.length < length)) {
    return {
      reject: { code: 'syntax', reason: `the header has ${length} columns, the row has ${fields.length} fields` },
    };
  }
  return { input: inputOf(fields, table) };
}

function inputOf(fields: string[], { extraNames, columns }: Table): PaperInput {
  const used = new Set<number>();
  /** What the first of a field's columns says that says something. */
  const take = <T>(field: string, read: (value: string) => T | undefined): T | undefined => {
    for (const i of columns.get(field) ?? []) {
      const value = fields[i] ? read(fields[i]) : undefined;
      if (value === undefined) continue;
      used.add(i);
      return value;
    }
    return undefined;
  };
  const asIs = (field: string): string | undefined => take(field, (value) => value);
  const look = (field: string): string => (columns.get(field) ?? []).map((i) => fields[i]).find((value) => value) ?? '';
  const subjects = columns.get('categories') ?? [];
  for (const i of subjects) used.add(i);
  const id = take('some id', identifierOf);
  const isOwn = columns.has('own id');
  const categories = subjects.flatMap((i) => (isOwn ? ownList : listOf)(fields[i] ?? ''));
  const input: PaperInput = {
    id: asIs('own id'),
    title: take('title', richText),
    abstract: take('abstract', richText),
    authors: take('authors', isOwn ? ownList : authorsOf),
    year: take('year', yearOf) ?? yearOf(look('date')),
    venue: asIs('venue'),
    url: asIs('url'),
    categories: isOwn ? categories : [...new Set(categories)],
    ...identifiersIn(look('note')),
    ...(id ? { [id.kind]: id.value } : {}),
  };
  for (const kind of IDENTIFIER_KINDS) input[kind] = asIs(kind) ?? input[kind];
  for (const field of columns.keys()) if (!Object.hasOwn(COLUMNS, field)) input[field] = asIs(field);
  const extra = take('own extra', jsonObject);
  const type = asIs('type');
  const others = fields.flatMap((value, i) => (value === '' || used.has(i) ? [] : [[extraNames[i]!, value] as const]));
  return { ...input, extra: { ...(type ? { type } : {}), ...Object.fromEntries(others), ...extra } };
}

/** A list as akin writes it: a backslash before a semicolon or backslash that is part of an item. */
const ownList = (list: string): string[] =>
  Array.from(list.matchAll(/(?:\\[^]|[^\\;])+/g), ([item]) => item.trim().replace(/\\([^])/g, '$1'));

/** The object a text is in JSON; undefined for anything else. */
function jsonObject(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The columns' names; their numbers where they have none, or that of a column before them. */
function namesInExtra(header: string[]): string[] {
  const taken = new Set(['']);
  return header.map((name, i) => {
    const isNew = !taken.has(name);
    taken.add(name);
    return isNew ? name : `${name} (column ${i + 1})`.trim();
  });
}

/** The year that a date begins with; pandas makes 2016.0 of a year. */
function yearOf(date: string): number | undefined {
  return /^[12]\d{3}(?!\d)/.test(date) ? Number(date.slice(0, 4)) : undefined;
}

/** An identifier that says its kind, or that has the form of arXiv's, which nothing else has. */
function identifierOf(id: string): Identifier | undefined {
  if (/^\d{2}(?:0[1-9]|1[0-2])\.\d{4,5}(?:v\d+)?$/.test(id)) return { kind: 'arxiv', value: id };
  return parseIdentifier(id) ?? undefined;
}

/** The items of a list, separated by commas where there is nothing better. */
const listOf = (list: string): string[] =>
  listInPython(list) ?? Array.from(new Set(partsBetween(list, /[;|]/.test(list) ? ';|' : ',')), (item) => item.trim());

/** The items of what pandas writes of a list: `['a', "b's"]`. */
function listInPython(list: string): string[] | undefined {
  if (!/^\[['"]/.test(list) || !/['"]\]$/.test(list)) return undefined;
  return Array.from(list.matchAll(/'([^']*)'|"([^"]*)"/g), ([, single, double]) => single ?? double!);
}

/** Five thousand authors are listed in a tenth of this. What is longer is no list of them. */
const MAX_AUTHORS_CHARACTERS = 1024 * 1024;

/** The authors of a field as "Given Family", in whichever way it separates them; undefined where it says there are none. */
function authorsOf(field: string): string[] | undefined {
  if (/^\[no author/i.test(field)) return undefined; // Scopus.
  if (field.length > MAX_AUTHORS_CHARACTERS) return [field];
  const text = onOneLine(field);
  const names = listInPython(text) ?? (text.includes(';') ? partsBetween(text, ';') : undefined);
  if (names) return names.map(givenFirst);
  const joined = text.split(/ (?:and|&) /);
  // Between "and"s stands a name, or, before the only one of them, a list.
  const areNames = joined.length > 1 && joined.every((part) => part.split(',').length === 2);
  return areNames ? joined.map(givenFirst) : joined.flatMap(namesBetweenCommas);
}

const INITIALS = /^(?:\p{Lu}\.?[- ]?){1,5}$/u;

/** `A. One, B. Two` or `One A., Two B.`, but also `One, A.` and `One, A., Two, B.`. */
function namesBetweenCommas(list: string): string[] {
  const parts = list.split(',').map((part) => part.trim());
  while (parts.at(-1) === '') parts.pop();
  if (parts.length === 2 && parts.some((part) => !part.includes(' '))) return [givenFirst(list)];
  if (parts.length % 2 === 0 && parts.every((part, i) => i % 2 === 0 || INITIALS.test(part))) {
    return parts.flatMap((family, i) => (i % 2 === 0 ? [givenFirst(`${family}, ${parts[i + 1]!}`)] : []));
  }
  return parts.map(givenFirst);
}

/** A name with the family name first where that can be told: by a comma, or by initials at the end. */
function givenFirst(name: string): string {
  const bare = name
    .trim()
    .replace(/\(\d+\)$/, '')
    .trim(); // Scopus's number of an author.
  if (bare.length > 200) return bare; // Not a name.
  const [family, given, ...suffixes] = bare.split(',').map((part) => part.trim());
  if (given !== undefined) return [given, family, ...suffixes].join(' ').trim();
  // Linear: at most 200 characters.
  return bare.replace(/^(.+) ((?:\p{Lu}\.[- ]?)+)$|^(\S+) (\p{Lu}{1,3})$/u, '$2$4 $1$3');
}
