/**
 * What does a table of papers say? Its header is found among its first rows, by the names of its columns; every row below it is
 * a paper. What a column holds that has no name of ours is kept under `extra`, by the name it has.
 *
 * Some of it is told by a whole column and not by one cell: how authors are listed, and what a column may hold whose name
 * nobody knows. So the first rows are looked at before any is read.
 */
import { IDENTIFIER_KINDS } from '../identifiers.ts';
import type { PaperInput } from '../paper.ts';
import { listedName, namesIn, styleOf, type ListStyle, type NameGiven } from './author-list.ts';
import { identifiersIn, richText } from './csl-json.ts';
import { literalIn } from './literals.ts';
import type { Found, FoundRecord, UnreadableRecord } from './source.ts';
import { remarksOn } from './table-advice.ts';
import { citedIn, contentOf, identifierOf, identifiersOf, paperIdentifierOf, saysNothing } from './table-cells.ts';
import { isSum, jsonObject, listOf, ownList, sourceOf, venueOf, yearOf, yearOfDate } from './table-cells.ts';
import { columnsOf, isKnownField, type Columns } from './table-columns.ts';

/** A row as its file has it. */
export interface Row {
  fields: string[] | UnreadableRecord['reject'];
  /** UTF-8 bytes before it. */
  offset: number;
  raw: string;
}

export interface Table {
  header: string[];
  columns: Columns;
  /** What `extra` calls the columns: by their name, or by their number where they have none or that of another column. */
  extraNames: string[];
  /** Cells that a row may have: as many as the header where what is more shows that the row is broken. */
  width: number;
}

/** Rows that may stand before the header: a title, a date, what was searched for. */
export const MAX_ROWS_BEFORE_HEADER = 30;

/** Where a table's header is, and how much it is worth to take it for that. */
export interface Header {
  at: number;
  table: Table;
  worth: number;
}

/**
 * The row among a table's first that heads it; undefined where none has a column of titles or abstracts. The first row that
 * says something may know just that; one further down has to know more, or a sentence could be taken for it. Rows below it
 * have several cells, as those below the words that somebody searched for have not.
 * @param names which columns hold a field, as a person gave them (`{ title: 'Titel' }`).
 */
export function headerAmong(rows: readonly string[][], names: Record<string, string>): Header | undefined {
  let best: Header | undefined;
  let isFirst = true;
  for (const [at, fields] of rows.entries()) {
    if (fields.every((field) => field === '')) continue;
    const columns = columnsOf(fields, names);
    const isHeader = (columns.has('title') || columns.has('abstract')) && (isFirst || columns.size > 1);
    isFirst = false;
    if (!isHeader) continue;
    const below = rows.slice(at + 1, at + 6);
    const hasBody = below.length === 0 || below.some((row) => row.length > 1) || fields.length === 1;
    const worth = (hasBody ? 1e9 : 0) + columns.size * 1e6;
    if (worth > (best?.worth ?? 0))
      best = { at, worth, table: { header: fields, columns, extraNames: namesInExtra(fields), width: fields.length } };
  }
  return best;
}

/** The row that looks most like a header where none is known to be one: the first of those with the most cells. */
export function likeliestHeader(rows: readonly string[][]): { at: number; header: string[] } {
  const filled = rows.map((fields) => fields.filter((field) => field !== '').length);
  const at = Math.max(0, filled.indexOf(Math.max(...filled, 0)));
  return { at, header: rows[at] ?? [] };
}

/** Rows that are looked at together before the first of them is read, and characters of them at most. */
const SAMPLE_ROWS = 100;
const SAMPLE_CHARACTERS = 512 * 1024;
/** Characters of a row that are kept to show where it is. */
export const RAW_CHARACTERS = 300;

/** The papers in the rows below a header. @param first the number of the first record. */
export async function* papersIn(rows: AsyncIterable<Row>, table: Table, first = 1): AsyncGenerator<Found> {
  let record = first - 1;
  // What follows a broken row may be the rest of it: it is no row then unless it is as long as one.
  let damaged = false;
  const sample: Row[] = [];
  let sampled = 0;
  let reader: RowReader | undefined;
  let remarks: string[] = [];
  const read = (row: Row): Found | undefined => {
    const reading = Array.isArray(row.fields) ? readRow(row.fields, table, damaged) : { reject: row.fields };
    if (reading === undefined) return undefined;
    damaged = 'reject' in reading && reading.reject.code === 'syntax' && table.width === table.header.length;
    const place = { record: ++record, offset: row.offset, raw: row.raw.slice(0, RAW_CHARACTERS) };
    if ('reject' in reading) return { ...place, reject: reading.reject };
    const found: FoundRecord = { ...place, input: reader!.inputOf(reading.fields) };
    if (remarks.length > 0) found.remarks = remarks;
    remarks = [];
    return found;
  };
  const readSample = function* (): Generator<Found> {
    const cells = sample.flatMap(({ fields }) => (Array.isArray(fields) ? [fields] : []));
    reader = new RowReader(table, cells);
    remarks = remarksOn(table, cells);
    for (const row of sample.splice(0)) {
      const found = read(row);
      if (found) yield found;
    }
  };
  const isOwn = table.columns.has('own id');
  for await (const written of rows) {
    const row =
      isOwn || !Array.isArray(written.fields) ? written : { ...written, fields: written.fields.map(contentOf) };
    if (reader) {
      const found = read(row);
      if (found) yield found;
      continue;
    }
    sample.push(row);
    sampled += Array.isArray(row.fields) ? row.fields.reduce((sum, field) => sum + field.length, 0) : 0;
    if (sample.length >= SAMPLE_ROWS || sampled > SAMPLE_CHARACTERS) yield* readSample();
  }
  if (!reader) yield* readSample();
}

/** Whether a row is one; undefined where all of its fields are empty, as in a blank line, or it counts the others. */
function readRow(
  fields: string[],
  { header: { length }, width }: Table,
  strictly: boolean,
): { fields: string[] } | Pick<UnreadableRecord, 'reject'> | undefined {
  if (fields.every((field) => field === '') || isSum(fields)) return undefined;
  if (fields.slice(width).some((field) => field !== '') || (strictly && fields.length < length)) {
    const reason = `the header has ${length} columns, the row has ${fields.length} fields`;
    return { reject: { code: 'syntax', reason } };
  }
  return { fields };
}

/** Reads the rows of a table, in the light of its first ones. */
class RowReader {
  readonly #table: Table;
  readonly #style: ListStyle;
  readonly #isOwn: boolean;

  constructor(table: Table, sample: readonly string[][]) {
    this.#table = table;
    this.#isOwn = table.columns.has('own id');
    const group = (table.columns.get('authors') ?? [])[0] ?? [];
    const listed = sample.flatMap((fields) => cellsOf(group, fields).map((i) => fields[i]!));
    this.#style = styleOf(listed.filter((cell) => cell !== ''));
  }

  /** What a row says. */
  inputOf(fields: readonly string[]): PaperInput {
    const { columns, extraNames } = this.#table;
    const row = new RowFields(fields, columns);
    const input = this.#isOwn ? ownInput(row) : this.#strangeInput(row);
    for (const kind of IDENTIFIER_KINDS) input[kind] = row.asIs(kind) ?? input[kind];
    for (const field of columns.keys()) if (!isKnownField(field)) input[field] = row.asIs(field);
    const extra = row.take('own extra', jsonObject);
    const type = row.asIs('type');
    return { ...input, extra: { ...(type ? { type } : {}), ...row.rest(extraNames), ...extra } };
  }

  #strangeInput(row: RowFields): PaperInput {
    const { columns } = this.#table;
    const id = row.take('some id', identifierOf) ?? row.take('paper id', paperIdentifierOf);
    const source = columns.has('venue') ? 'venue' : 'some source';
    const cited = citedIn(row.look(source));
    return {
      title: row.take('title', richText),
      abstract: row.take('abstract', (value) => (saysNothing(value) ? undefined : richText(value))),
      authors: this.#authorsOf(row),
      editors: this.#listed(row, 'editors'),
      year: row.take('year', yearOf) ?? yearOfDate(row.all('date')) ?? cited?.year,
      venue: row.take(source, source === 'venue' ? venueOf : sourceOf) ?? cited?.venue,
      url: row.asIs('url'),
      categories: [...new Set(row.takeAll('categories').flatMap(listOf))],
      ...identifiersIn(row.look('note')),
      ...row.take('other ids', identifiersOf),
      ...(id ? { [id.kind]: id.value } : {}),
    };
  }

  #listed(row: RowFields, field: 'authors' | 'editors'): NameGiven[] | undefined {
    for (const group of this.#table.columns.get(field) ?? []) {
      const listed = cellsOf(group, row.fields).map((i) => ({ i, ...namesIn(row.fields[i]!, this.#style) }));
      const names = listed.flatMap((each) => each.names);
      if (names.length === 0) continue;
      // Of a list that says there are others, the names do not say all.
      for (const { i, isWhole } of listed) if (isWhole) row.used.add(i);
      return names.map((name) => listedName(name, this.#style));
    }
    return undefined;
  }

  #authorsOf(row: RowFields): NameGiven[] | undefined {
    const listed = this.#listed(row, 'authors');
    if (listed !== undefined) return listed;
    const named: { family: string; given: string }[] = [];
    for (const parts of this.#table.columns.get('author parts') ?? []) {
      if (parts[0]! >= row.fields.length) break; // From left to right, as in `cellsOf`.
      const [family = '', given = ''] = parts.map((i) => row.fields[i]);
      if (family + given === '') continue;
      for (const i of parts) row.used.add(i);
      named.push({ family, given });
    }
    return named.length > 0 ? named : undefined;
  }
}

/** A row of akin's own export, which says everything as it is. */
function ownInput(row: RowFields): PaperInput {
  const asIs = (field: string): string | undefined => row.take(field, (value) => value);
  return {
    id: asIs('own id'),
    title: row.take('title', richText),
    abstract: row.take('abstract', richText),
    authors: row.take('authors', ownList),
    names: row.take('own names', literalIn),
    year: row.take('year', yearOf),
    venue: asIs('venue'),
    url: asIs('url'),
    categories: row.takeAll('categories').flatMap(ownList),
  };
}

/** The cells of a row, and which of them were used. */
class RowFields {
  readonly fields: readonly string[];
  readonly used = new Set<number>();
  readonly #columns: Columns;

  constructor(fields: readonly string[], columns: Columns) {
    this.fields = fields;
    this.#columns = columns;
  }

  /** What the first of a field's columns says that says something. */
  take<T>(field: string, read: (value: string) => T | undefined): T | undefined {
    for (const i of this.#cellsOf(field)) {
      const value = this.fields[i] ? read(this.fields[i]) : undefined;
      if (value === undefined) continue;
      this.used.add(i);
      return value;
    }
    return undefined;
  }

  /** What every one of a field's columns says. */
  takeAll(field: string): string[] {
    for (const i of this.#cellsOf(field)) this.used.add(i);
    return this.all(field);
  }

  /** What the first of a field's columns says, as it is written. */
  asIs(field: string): string | undefined {
    return this.take(field, (value) => (saysNothing(value) ? undefined : value));
  }

  /** What all of a field's columns say, none of them used. */
  all(field: string): string[] {
    return this.#cellsOf(field).map((i) => this.fields[i]!);
  }

  #cellsOf(field: string): number[] {
    const cells: number[] = [];
    for (const group of this.#columns.get(field) ?? []) for (const i of cellsOf(group, this.fields)) cells.push(i);
    return cells;
  }

  look(field: string): string {
    return this.all(field).find((value) => value !== '') ?? '';
  }

  /** What was not used. */
  rest(names: readonly string[]): Record<string, string> {
    return Object.fromEntries(
      this.fields.flatMap((value, i) =>
        value === '' || this.used.has(i) ? [] : [[names[i] ?? nameless(i), value] as const],
      ),
    );
  }
}

/** The columns of a group that a row has, which may be far fewer than its header: they go from left to right. */
function cellsOf(group: readonly number[], { length }: readonly string[]): readonly number[] {
  if ((group.at(-1) ?? 0) < length) return group;
  const cells: number[] = [];
  for (const i of group) {
    if (i >= length) break;
    cells.push(i);
  }
  return cells;
}

const nameless = (i: number): string => `(column ${i + 1})`;

/** The columns' names; their numbers where they have none, or that of a column before them. */
function namesInExtra(header: readonly string[]): string[] {
  const taken = new Set(['']);
  return header.map((name, i) => {
    const isNew = !taken.has(name);
    taken.add(name);
    return isNew ? name : `${name} ${nameless(i)}`.trim();
  });
}
