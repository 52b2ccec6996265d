/**
 * Which papers a search may find at all: conditions on what a paper says of itself and a
 * person keeps of it, joined by all, any and not.
 *
 * A filter is plain JSON, so it is the same in a query, in the body of a request and in a saved search. How papers are
 * found by it is the library's affair; here is only what it means.
 */
import { z } from 'zod';
import { IDENTIFIER_KINDS } from '../identifiers.ts';
import { READ_STATES } from './kept.ts';

/** What a paper can have or lack. */
export const HAS_FIELDS = [
  'title',
  'abstract',
  'author',
  'year',
  'venue',
  'url',
  'category',
  'collection',
  'note',
  ...IDENTIFIER_KINDS,
] as const;
export type HasField = (typeof HAS_FIELDS)[number];

/** What a paper can be to a person. */
export const KEPT_STATES = ['starred', ...READ_STATES] as const;
export type KeptState = (typeof KEPT_STATES)[number];

export type Filter =
  /** Every one of them; an empty list lets every paper through. */
  | { all: Filter[] }
  /** At least one of them; an empty list lets none through. */
  | { any: Filter[] }
  | { not: Filter }
  /** Both ends included. A paper without a year is in no range. */
  | { year: { from?: number | undefined; to?: number | undefined } }
  /**
   * Words of a name, in any order, whatever their case and accents ("bengio", "yoshua bengio"). Where the family name
   * agrees, an initial stands for a given name on either side: "Y. Bengio" and "Yoshua Bengio" find each other.
   */
  | { author: string }
  /** Whole words in the order given, anywhere in the venue's name. */
  | { venue: string }
  /** The category, or one whose name goes on after a dot: "cs" lets cs.CL through. */
  | { category: string }
  /** A collection and those within it, by its name or by its way there: "Chapter 1", "Thesis / Chapter 1". */
  | { collection: string }
  | { has: HasField }
  /** What a person keeps of it: that it has a star, or how far it was read. */
  | { is: KeptState }
  /** Words that follow each other in a person's note on it, in any grammatical form. */
  | { note: string }
  /** Words that follow each other in the title or in the abstract, in any grammatical form (Porter stems). */
  | { phrase: string }
  /** The same in the title alone. */
  | { title: string };

/** Conditions, and lists of them, in one filter: more than a person writes, and each is a question to the library. */
const MAX_PARTS = 200;

const WORD = /[\p{L}\p{N}]/u;
/** Whether a text holds something that can be looked for: a letter or a digit. */
export const hasWord = (text: string): boolean => WORD.test(text);

const words = z.string().max(1000).regex(WORD, 'expected at least one letter or digit');
/** Words in a row; no title has more, and what is looked for takes as long as all of them. */
const MAX_PHRASE = 64;
const phrase = words.refine(
  (text) => (text.match(/[\p{L}\p{N}\p{M}]+/gu) ?? []).length <= MAX_PHRASE,
  `expected at most ${MAX_PHRASE} words`,
);
const year = z.int().min(0).max(9999);
const filters = z.array(z.lazy((): z.ZodType<Filter> => oneFilter)).max(MAX_PARTS);
const conditions = z
  .strictObject({
    all: filters,
    any: filters,
    not: z.lazy((): z.ZodType<Filter> => oneFilter),
    year: z
      .strictObject({ from: year.optional(), to: year.optional() })
      .refine(({ from = 0, to = 9999 }) => from <= to, 'expected "from" not to be after "to"'),
    author: words,
    venue: words,
    category: words,
    collection: words,
    has: z.enum(HAS_FIELDS),
    is: z.enum(KEPT_STATES),
    note: phrase,
    phrase,
    title: phrase,
  })
  .partial()
  .refine((filter) => Object.keys(filter).length === 1, 'expected exactly one condition in each pair of braces')
  .meta({ id: 'Filter', description: 'A condition, or several of them joined', minProperties: 1, maxProperties: 1 });
/** Each key is checked, and that there is one only makes it one of the union, which TypeScript can't tell. */
const oneFilter = conditions as z.ZodType as z.ZodType<Filter>;

/** A filter that comes from outside: as JSON has it, within reason in size and depth. */
export const filterSchema = z
  .unknown()
  .refine((value) => !isTooLarge(value), { message: `expected at most ${MAX_PARTS} conditions`, abort: true })
  .pipe(oneFilter);

/** Whether a filter asks too much. Counts without recursion: what comes from outside may be of any depth. */
export function isTooLarge(filter: unknown): boolean {
  const waiting = [filter];
  for (let parts = 0; waiting.length > 0;) {
    const part = waiting.pop();
    if (typeof part !== 'object' || part === null) continue;
    if (++parts > MAX_PARTS) return true;
    for (const inner of Object.values(part)) waiting.push(inner);
  }
  return false;
}

/** One condition, not several joined. */
export type Condition = Exclude<Filter, { all: unknown } | { any: unknown } | { not: unknown }>;

/** The conditions that a filter is made of, each once. */
export function conditionsOf(filter: Filter): Condition[] {
  const found = new Map<string, Condition>();
  const waiting = [filter];
  for (let part = waiting.pop(); part; part = waiting.pop()) {
    if ('all' in part) waiting.push(...part.all);
    else if ('any' in part) waiting.push(...part.any);
    else if ('not' in part) waiting.push(part.not);
    else found.set(JSON.stringify(part), part);
  }
  return [...found.values()];
}
