/**
 * What do other programs call the fields of a paper in JSON? By the names that tables know (`table-columns.ts`), and with
 * values in shapes of their own: authors as objects, a journal with its name inside, a year inside a date. What is known by
 * akin's own name is taken as it is.
 */
import { IDENTIFIER_KINDS } from '../identifiers.ts';
import { nameSchema } from '../names.ts';
import type { PaperInput } from '../paper.ts';
import { listedName, namesAmong, namesIn, styleOf, type NameGiven } from './author-list.ts';
import { dateText } from './csl-json.ts';
import { isObject, text, type JsonObject } from './json-records.ts';
import { columnsOf, identifiersAmong, type Columns } from './table-columns.ts';
import { listOf, sourceOf, yearOf } from './table-cells.ts';

const OWN_TEXTS: readonly string[] = ['title', 'abstract', 'venue', 'url', ...IDENTIFIER_KINDS];
const OWN = new Set(['id', 'authors', 'names', 'year', 'categories', 'ids', 'extra', ...OWN_TEXTS]);

/** A record under akin's own names, which are those of a `PaperInput`; what has no such name stays as it is. */
export function withOwnNames(record: JsonObject): PaperInput {
  const keys = Object.keys(record);
  const input: PaperInput = {};
  const used = new Set<string>();
  for (const key of keys) if (OWN.has(key)) input[key] = ownValue(key, record[key]);
  if (keys.some((key) => !OWN.has(key))) {
    const columns = columnsFor(keys);
    for (const [field, read] of Object.entries(READ)) {
      if (says(input[field])) continue;
      for (const i of (columns.get(field) ?? []).flat()) {
        const value = read(record[keys[i]!]);
        if (!says(value)) continue;
        input[field] = value;
        used.add(keys[i]!);
        break;
      }
    }
    const ids = valueOf(record, keys, columns, 'other ids');
    if (isObject(ids)) for (const [kind, id] of Object.entries(identifiersAmong(ids))) input[kind] ??= id;
    // A date says more than its year, and is kept.
    if (!says(input.year)) input.year = yearIn(valueOf(record, keys, columns, 'date'));
    const source = columns.has('venue') ? undefined : text(valueOf(record, keys, columns, 'some source'));
    if (!says(input.venue) && source !== undefined) input.venue = sourceOf(source);
    for (const field of ['year', 'venue']) if (input[field] === undefined) delete input[field];
  }
  for (const key of keys) if (!OWN.has(key) && !used.has(key)) input[key] = record[key];
  // Of several texts the first is taken, and all are kept.
  const several = OWN_TEXTS.filter((key) => Array.isArray(record[key]) && record[key].length > 1);
  if (several.length > 0) {
    const extra = isObject(record.extra) ? record.extra : {};
    input.extra = { ...Object.fromEntries(several.map((key) => [key, record[key]])), ...extra };
  }
  return input;
}

const says = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0);

/** A field that goes by akin's own name. What is of no form that is known stays, to be told. */
function ownValue(key: string, value: unknown): unknown {
  if (key === 'authors' && (typeof value === 'string' || (isListOfObjects(value) && !areInParts(value))))
    return authorsIn(value);
  if (key === 'categories' && isListOfObjects(value)) return keywordsIn(value);
  if (OWN_TEXTS.includes(key) && typeof value === 'object' && value !== null) return nameIn(value) ?? value;
  return value;
}

const isListOfObjects = (value: unknown): value is JsonObject[] =>
  Array.isArray(value) && value.length > 0 && value.every(isObject);

/** Whether names are in parts as akin has them. */
const areInParts = (names: JsonObject[]): boolean => names.every((name) => nameSchema.safeParse(name).success);

/** How the value of a field is read that goes by another name. */
const READ: Record<string, (value: unknown) => unknown> = {
  title: text,
  abstract: text,
  authors: authorsIn,
  year: yearIn,
  venue: nameIn,
  url: text,
  categories: keywordsIn,
  type: text,
  ...Object.fromEntries(IDENTIFIER_KINDS.map((kind) => [kind, text])),
};

function authorsIn(value: unknown): NameGiven[] {
  const list = typeof value === 'string' ? value : undefined;
  const style = styleOf(list === undefined ? namesAmong(value).slice(0, 100) : [list]);
  const names = list === undefined ? namesAmong(value) : namesIn(list, style).names;
  return names.map((name) => listedName(name, style));
}

/** The year of a number, a text, a date in parts, or an object that has one. */
function yearIn(value: unknown): number | undefined {
  const date = isObject(value) ? (text(value.year) ?? dateText(value)) : text(value);
  return date === undefined ? undefined : yearOf(date);
}

/** A text, or the name of what an object stands for. */
function nameIn(value: unknown): string | undefined {
  const said = Array.isArray(value) ? (value[0] as unknown) : value;
  if (!isObject(said)) return text(said);
  return text(said.name ?? said.title ?? said.display_name ?? said.displayName);
}

function keywordsIn(value: unknown): string[] {
  if (typeof value === 'string') return listOf(value);
  return Array.isArray(value)
    ? value.flatMap((each) => nameIn(each) ?? text((each as JsonObject | null)?.category) ?? [])
    : [];
}

/** What the first of a field's keys says that says something. */
function valueOf(record: JsonObject, keys: readonly string[], columns: Columns, field: string): unknown {
  return (columns.get(field) ?? [])
    .flat()
    .map((i) => record[keys[i]!])
    .find(says);
}

/** The keys of a file's records are nearly always the same. */
const known = new Map<string, Columns>();
const MAX_KNOWN = 100;
const MAX_KEYS = 1000;

function columnsFor(keys: readonly string[]): Columns {
  if (keys.length > MAX_KEYS) return new Map();
  const name = keys.join('\u0000');
  let columns = known.get(name);
  if (!columns) {
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(name, (columns = columnsOf(keys, {})));
  }
  return columns;
}
