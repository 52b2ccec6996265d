/** What should a person be told of a table that is not understood, or hardly, and which `--map` would help? */
import { excerpt } from '../text.ts';
import { namesIn, styleOf } from './author-list.ts';
import type { UnreadableRecord } from './source.ts';
import { columnsOf, normalName, type Columns } from './table-columns.ts';

/** The first of the columns a person named that a header does not have. */
export function missingFrom(header: readonly string[], names: Record<string, string>): string | undefined {
  const known = new Set(header.map(normalName));
  return Object.values(names).find((name) => !known.has(normalName(name)));
}

/** Why nothing can be read of a table, and which `--map` would help. @param rows of the table, the first that there are. */
export function whyUnknown(
  header: readonly string[],
  rows: readonly string[][],
  names: Record<string, string>,
): UnreadableRecord['reject'] {
  const missing = missingFrom(header, names);
  const problem =
    missing === undefined
      ? 'no column has the name of one that holds titles or abstracts'
      : `no column is named "${missing}"`;
  const columns = excerpt(header.filter((name) => name !== '').join(', '), 500);
  const guesses = guessed(header, rows, new Set(columnsOf(header, names).keys()));
  const hasText = guesses.some(([field]) => field === 'title' || field === 'abstract');
  const advice = missing === undefined ? `; ${adviceOf(hasText ? guesses : [['title', 'COLUMN'], ...guesses])}` : '';
  return { code: 'format-unknown', reason: `${problem}; the columns are: ${columns}${advice}` };
}

const adviceOf = (guesses: readonly (readonly [string, string])[]): string =>
  `${guesses.map(([field, name]) => `--map ${field}=${/^[\w.-]+$/.test(name) ? name : `"${name}"`}`).join(' ')} would say which is which`;

/** The fields that a table is understood by: with two of them, it hardly is. */
const MAIN_FIELDS = [
  ['title'],
  ['abstract'],
  ['authors', 'author parts'],
  ['year', 'date'],
  ['venue', 'some source'],
  ['doi', 'url', 'pmid', 'arxiv'],
];

/** What a person should know of a table of which hardly a column was understood, or one that could have been. */
export function remarksOn(
  { header, columns }: { header: readonly string[]; columns: Columns },
  rows: readonly string[][],
): string[] {
  const used = new Set([...columns.values()].flat(2));
  const unused = header.filter((name, i) => name !== '' && !used.has(i) && rows.some((row) => row[i]));
  const known = MAIN_FIELDS.filter((fields) => fields.some((field) => columns.has(field)));
  const guesses = guessed(header, rows, new Set(columns.keys()));
  if (guesses.length === 0 && (known.length > 2 || unused.length < 2)) return [];
  const missing = ['title', 'authors', 'year'].filter((field) => !known.some((fields) => fields.includes(field)));
  const advice = guesses.length > 0 ? guesses : missing.map((field) => [field, 'COLUMN'] as const);
  return [
    `${unused.length} of the table's ${header.length} columns were not used, and are kept under extra: ` +
      `${excerpt(unused.join(', '), 500)}; ${adviceOf(advice)}`,
  ];
}

/** What columns may hold that nobody knows, by what stands in them: fields that are missing, and the column for each. */
function guessed(header: readonly string[], rows: readonly string[][], known: ReadonlySet<string>): [string, string][] {
  const used = new Set<number>();
  return Object.entries(LOOKS_LIKE).flatMap(([field, looksLike]) => {
    if (
      known.has(field) ||
      (field === 'authors' && known.has('author parts')) ||
      (field === 'year' && known.has('date'))
    )
      return [];
    const at = header.findIndex((name, i) => {
      const values = name === '' || used.has(i) ? [] : rows.map((row) => row[i] ?? '').filter((value) => value !== '');
      const fitting = values.filter((value) => looksLike(value.slice(0, 2000)));
      return values.length > 0 && fitting.length >= 0.8 * values.length && columnsOf([name], {}).size === 0;
    });
    if (at === -1) return [];
    used.add(at);
    return [[field, header[at]!]];
  });
}

const words = (value: string): number => value.split(' ').length;
const LOOKS_LIKE: Record<string, (value: string) => boolean> = {
  doi: (value) => /^(?:doi:\s*|https?:\/\/(?:dx\.)?doi\.org\/)?10\.\d{4,9}\/\S+$/i.test(value),
  year: (value) => /^(?:1[5-9]|20)\d\d$/.test(value),
  authors: areNames,
  abstract: (value) => words(value) > 60 && value.includes('. '),
  title: (value) => words(value) > 3 && words(value) < 40 && value.length < 300,
};

/** Whether a list is one of people, each of whom has two names or more. */
function areNames(list: string): boolean {
  const { names } = namesIn(list, styleOf([list]));
  const parts = names.map((name) => name.split(/,? /));
  const isName = (part: string): boolean => /^(?:\p{Lu}[\p{L}.'’-]*|\p{Ll}{1,4})$/u.test(part);
  return parts.length > 0 && parts.every((name) => name.length > 1 && name.length < 6 && name.every(isName));
}
