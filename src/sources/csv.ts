/**
 * Tables as text: commas, semicolons, tabs or bars separate the columns, and a quoted field may run over several lines. Which
 * papers a table holds is told by `table.ts`; here it is cut into rows, and rows into fields.
 *
 * A quote that is never closed would make one field of the rest of the file: so it costs the row it is in, and reading goes on
 * with the next line. No package does that, nor tells what was meant by a quote that is not doubled.
 */
import { LinesAhead } from './lines-ahead.ts';
import { MAX_RECORD_CHARACTERS, TOO_LARGE } from './source.ts';
import type { Found, Source, UnreadableRecord } from './source.ts';
import { missingFrom, whyUnknown } from './table-advice.ts';
import { headerAmong, likeliestHeader, papersIn } from './table.ts';
import { MAX_ROWS_BEFORE_HEADER, RAW_CHARACTERS, type Row, type Table } from './table.ts';
import { TABLE_FIELDS } from './table-columns.ts';

/** What a person can say a column holds. */
export const CSV_FIELDS = TABLE_FIELDS;

/** A source for tables, in which the columns that `names` gives (`{ title: 'Titel' }`) are known as well. */
export function csvWith(names: Record<string, string>): Source {
  return {
    name: 'csv',
    title: 'CSV, TSV',

    detects(head) {
      const layout = layoutOf(withNewlines(head), names);
      // Whoever names columns says that these are tables; what is wrong with one is told by reading it.
      const isTable = layout.table !== undefined || Object.keys(names).length > 0;
      return isTable && layout.header.length > 1;
    },

    async *read(file): AsyncGenerator<Found> {
      const isOldMac = file.head.includes('\r') && !file.head.includes('\n');
      const lines = new LinesAhead(isOldMac ? eachWithNewlines(file.text()) : file.text());
      try {
        const beginning = await beginningOf(lines);
        if (beginning === undefined) return;
        const { offset } = lines;
        const raw = beginning.slice(0, RAW_CHARACTERS);
        if (beginning.length > MAX_HEADER_CHARACTERS) {
          const reason = `the header is longer than ${MAX_HEADER_CHARACTERS / 1024} Ki characters`;
          yield { record: 1, offset, raw, reject: { code: 'too-large', reason } };
          return;
        }
        const { table, delimiter, problem, lines: linesOfHeader } = layoutOf(beginning, names);
        if (table === undefined) {
          yield { record: 1, offset, raw, reject: problem };
          return;
        }
        for (let i = 0; i < linesOfHeader; i++) lines.drop((await lines.at(0))!.end);
        yield* papersIn(rowsOf(lines, table, delimiter), table);
      } finally {
        await lines.close();
      }
    },
  };
}

export const csv = csvWith({});

/**
 * Whether a text is a table whose columns nobody knows: its first lines have the same number of fields, three or more. Read
 * as one, it is told which columns it has.
 */
export function looksLikeTable(head: string): boolean {
  if (/^\s*[{[<%@]/.test(head)) return false;
  const text = withNewlines(head);
  return DELIMITERS.some((delimiter) => {
    const counts = firstRows(text, delimiter).map(({ fields }) => fields.length);
    const [width] = counts;
    return counts.length > 2 && width! > 2 && counts.every((count) => count === width);
  });
}

/** Excel's "CSV (Macintosh)" ends its lines as old Macs did. */
const withNewlines = (text: string): string => (text.includes('\r') ? text.replaceAll(/\r\n?/g, '\n') : text);

async function* eachWithNewlines(text: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const piece of text) yield piece.replaceAll('\r', '\n');
}

/** Longest beginning of a table that is looked at for its header: ten thousand columns have fewer characters. */
const MAX_HEADER_CHARACTERS = 256 * 1024;
/** Lines of it. A field of a header, or one before it, may run over some. */
const MAX_LINES = 100;
const MAX_LINES_OF_FIELD = 20;

/** The first lines of a table, blank ones before them dropped; undefined where there are none. */
async function beginningOf(lines: LinesAhead): Promise<string | undefined> {
  let line = await lines.at(0);
  while (line && line.text.trim() === '') {
    lines.drop(line.end);
    line = await lines.at(0);
  }
  if (!line) return undefined;
  let text = line.text;
  for (let count = 1; count < MAX_LINES; count++) {
    line = await lines.at(line.end);
    if (!line || text.length + line.text.length > MAX_HEADER_CHARACTERS) break;
    text += `\n${line.text}`;
  }
  return text;
}

const DELIMITERS = [',', ';', '\t', '|'];

interface FirstRow {
  fields: string[];
  /** Lines up to its end. */
  lines: number;
}

type Layout = { delimiter: string; header: string[] } & (
  | { table: Table; problem?: never; /** Lines up to the header's end. */ lines: number }
  | { table?: never; problem: UnreadableRecord['reject']; lines?: never }
);

/** Where a table's header is, and what separates its columns: that by which it tells the most. */
function layoutOf(text: string, names: Record<string, string>): Layout {
  const said = /^\ufeff?"?sep=(.)"?(?:\n|$)/i.exec(text)?.[1]; // To Excel.
  const tables = (said === undefined ? DELIMITERS : [said]).map((delimiter) => {
    const rows = firstRows(text, delimiter);
    return {
      delimiter,
      rows,
      found: headerAmong(
        rows.map(({ fields }) => fields),
        names,
      ),
    };
  });
  const worth = ({ found }: (typeof tables)[number]): number => (found ? found.worth + found.table.header.length : 0);
  const { delimiter, rows, found } = tables.reduce((best, each) => (worth(each) > worth(best) ? each : best));
  if (found && missingFrom(found.table.header, names) === undefined) {
    return { delimiter, header: found.table.header, table: found.table, lines: rows[found.at]!.lines };
  }
  const guesses = tables.map((each) => ({ ...each, ...likeliestHeader(each.rows.map(({ fields }) => fields)) }));
  const likeliest = found
    ? { delimiter, rows, header: found.table.header, at: found.at }
    : guesses.reduce((best, each) => (each.header.length > best.header.length ? each : best));
  const below = likeliest.rows.slice(likeliest.at + 1).map(({ fields }) => fields);
  const { header } = likeliest;
  return { delimiter: likeliest.delimiter, header, problem: whyUnknown(header, below, names) };
}

/** The first rows of a table that are not blank, cut apart by a delimiter. */
function firstRows(text: string, delimiter: string): FirstRow[] {
  const lines = text.replace(/^\ufeff/, '').split('\n', MAX_LINES);
  const rows: FirstRow[] = [];
  for (let at = 0; at < lines.length && rows.length <= MAX_ROWS_BEFORE_HEADER;) {
    let end = at;
    let { quotes } = followQuotes(lines[at]!, delimiter, false);
    while (quotes === 'open' && ++end < Math.min(lines.length, at + MAX_LINES_OF_FIELD)) {
      ({ quotes } = followQuotes(lines[end]!, delimiter, true));
    }
    const row = lines.slice(at, quotes === 'closed' ? end + 1 : at + 1).join('\n');
    at = quotes === 'closed' ? end + 1 : at + 1;
    if (row.trim() === '' || /^"?sep=."?$/i.test(row)) continue;
    rows.push({ fields: fieldsOf(row, delimiter) ?? row.split(delimiter).map((field) => field.trim()), lines: at });
  }
  return rows;
}

/** Cuts a table into rows: lines, or as many of them as a quoted field runs over. */
async function* rowsOf(lines: LinesAhead, { header }: Table, delimiter: string): AsyncGenerator<Row> {
  // Up to which character the lines behind the first are known to go on with an open field, and the fields that begin in
  // them. A row that was looked for in vain is why the next one need not look at the same lines again.
  let known = { end: 0, fields: 0 };
  for (let line = await lines.at(0); line !== undefined; line = await lines.at(0)) {
    if (known.end > line.end) known.fields -= followQuotes(line.text, delimiter, true).fields - 1;
    else known = { end: line.end, fields: 0 };

    const { offset } = lines;
    if (line.tooLong) {
      yield { raw: line.text, offset, fields: TOO_LARGE };
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
      if (text.trim() !== '') yield { raw: text, offset, fields: fieldsOf(text, delimiter) ?? NOT_CLOSED };
    } else {
      yield { raw: line.text, offset, fields: meantFields(line.text, delimiter, header.length) ?? NOT_CLOSED };
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

/**
 * The fields of a row, without the blanks around them; undefined where a quoted one does not end in it. What ends one is a
 * quote before a delimiter: one before anything else is part of it.
 * @param strictly whether a quote behind a blank opens nothing.
 */
function fieldsOf(row: string, delimiter: string, strictly = false): string[] | undefined {
  if (!row.includes('"')) return row.split(delimiter).map((field) => field.trim());
  const fields: string[] = [];
  for (let at = 0; ;) {
    let begin = at;
    while (row[begin] === ' ') begin++;
    let end = row.indexOf(delimiter, at);
    if (row[begin] === '"' && (begin === at || !strictly)) {
      let close = begin;
      let isStray = false; // Quotes in it may have a backslash then.
      for (;;) {
        close = row.indexOf('"', close + 1);
        while (close !== -1 && row[close + 1] === '"') {
          // Behind a quote that was not doubled, two of them are the end of a quotation and of the field.
          const isEnd = isStray && (close + 2 === row.length || row[close + 2] === delimiter);
          close = isEnd ? close + 1 : row.indexOf('"', close + 2);
        }
        if (close === -1) return undefined;
        end = close + 1;
        while (row[end] === ' ') end++;
        if (end === row.length || row[end] === delimiter) break;
        isStray = true;
      }
      if (end === row.length) end = -1;
      const field = row.slice(begin + 1, close);
      fields.push(field.replaceAll(isStray ? /""|\\"/g : '""', '"').trim());
    } else {
      fields.push(row.slice(at, end === -1 ? row.length : end).trim());
    }
    if (end === -1) return fields;
    at = end + 1;
  }
}

/**
 * The fields of a line in which a quote is not closed or not doubled, where it can be told what was meant: there are as many
 * as there are columns. A quote behind a blank may open nothing; a field that is open at the line's end is lost.
 */
function meantFields(line: string, delimiter: string, columns: number): string[] | undefined {
  const { quotes } = followQuotes(line, delimiter, false);
  if (quotes !== 'wrong' && !line.includes(' "')) return undefined;
  const fields = fieldsOf(line, delimiter, true);
  return fields?.length === columns ? fields.map((field) => field.replace(/^"(.*)"$/s, '$1')) : undefined;
}
