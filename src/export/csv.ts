/**
 * A table (CSV, RFC 4180), one paper a row, under the names of akin's fields.
 *
 * Everything survives: `extra`, and what is known of the parts of names, as JSON in a column each. Authors and categories are separated by semicolons; a backslash stands
 * before a semicolon or backslash inside one. Cells are what the paper says: one that begins with `=` is not altered, so a
 * spreadsheet is to be told to import them as text.
 */
import { IDENTIFIER_KINDS } from '../identifiers.ts';
import type { Paper } from '../paper.ts';
import type { Exporter } from './exporter.ts';
import { markupSafe } from './markup.ts';

/** What each column holds. By `akin_id` the source tells that the table is akin's. */
const COLUMNS: Record<string, (paper: Paper) => string> = {
  akin_id: ({ id }) => id,
  title: ({ title }) => markupSafe(title),
  abstract: ({ abstract }) => abstract.split('\n').map(markupSafe).join('\n'),
  authors: ({ authors }) => list(authors),
  year: ({ year }) => String(year ?? ''),
  venue: ({ venue }) => venue ?? '',
  url: ({ url }) => url ?? '',
  categories: ({ categories }) => list(categories),
  ...Object.fromEntries(IDENTIFIER_KINDS.map((kind) => [kind, ({ ids }: Paper) => ids[kind] ?? ''])),
  akin_names: ({ names }) => (names === undefined ? '' : JSON.stringify(names)),
  akin_extra: ({ extra }) => (Object.keys(extra).length === 0 ? '' : JSON.stringify(extra)),
};

export const csv: Exporter = {
  name: 'csv',
  title: 'CSV',
  mediaType: 'text/csv',

  async *write(papers) {
    yield row(Object.keys(COLUMNS));
    for await (const paper of papers) yield row(Object.values(COLUMNS).map((cell) => cell(paper)));
  },
};

const list = (items: string[]): string => items.map((item) => item.replace(/[\\;]/g, '\\$&')).join('; ');

const row = (cells: string[]): string => `${cells.map(quoted).join(',')}\r\n`;

const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
