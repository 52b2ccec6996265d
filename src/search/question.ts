/**
 * What can be asked: every part of a question, once, with its type, limits, default and description. The API, the page, the
 * command and whatever else asks derive theirs from here (see parameters.ts).
 */
import { z } from 'zod';
import { AkinError } from '../errors.ts';
import { filterSchema, type Filter } from '../library/filter.ts';
import type { ListOrder } from '../library/library.ts';
import { yearsSchema } from './years.ts';

export const MODES = ['hybrid', 'dense', 'lexical'] as const;
export type Mode = (typeof MODES)[number];

/** In what order the hits come: the best first, or as a list that nothing ranks (`ListOrder`). */
export const SORTS = ['best', 'newest', 'title'] as const satisfies ('best' | ListOrder)[];

/** `fast` compares sentences as long as that keeps an answer quick; `full` compares all of them. */
export const EXPLAIN = ['fast', 'full'] as const;
export type Explain = (typeof EXPLAIN)[number];

export const DEFAULT_LIMIT = 10;
export const MAX_LIMIT = 100;
/** Characters of a query, and of each text; more than any abstract has. */
export const MAX_QUERY = 10_000;
/** Characters of the query and all texts together: fifty long abstracts. */
export const MAX_ASKED = 100_000;
/** Papers named in `like`, and in `unlike`; texts likewise. */
export const MAX_SEEDS = 50;
/** Characters of a cursor, which in a list may hold an id and a title. */
export const MAX_CURSOR = 20_000;
/** A paper that is less relevant is weak. Chosen as search/relevance.ts says. */
export const DEFAULT_CUTOFF = 38;
/** Milliseconds; reading as many works as are re-ranked takes a few seconds. */
export const MAX_RERANK = 60_000;

/** A text that says something: a sign besides white space and control characters. */
// eslint-disable-next-line no-control-regex
export const SOMETHING = /[^\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200b\u2028-\u202f\u205f\u3000\ufeff]/;
const someText = z
  .string('expected one text')
  .max(MAX_QUERY, `expected at most ${MAX_QUERY} characters`)
  .regex(SOMETHING, 'expected some text, found nothing to read');
const texts = z.array(someText).max(MAX_SEEDS).optional();

/** What is asked for: any of these, or several together. */
export const questionShape = {
  query: z
    .string()
    .max(MAX_QUERY)
    .optional()
    .meta({ description: 'What the papers are about, in the query language', example: 'learning from errors' }),
  texts: texts.meta({ description: 'Texts to be like, such as an abstract', value: 'text', option: 'text' }),
  like: texts.meta({ description: 'Ids of papers to be like; they are no hits', value: 'id' }),
  unlike: texts.meta({ description: 'Ids of papers not to be like', value: 'id' }),
  unlikeTexts: texts.meta({ description: 'Texts not to be like', value: 'text', option: 'unlike-text' }),
  year: yearsSchema,
  filter: filterSchema.optional().meta({
    type: 'object',
    description: 'Conditions that every hit meets, besides those of the query',
  }),
};

/** How it is to be answered. */
export const answeringShape = {
  limit: z.int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT).meta({ description: 'How many hits', value: 'n' }),
  mode: z.enum(MODES).default('hybrid').meta({ description: 'Meaning and words, meaning only, or words only' }),
  sort: z.enum(SORTS).default('best').meta({
    description: 'The best first; or those that are not weak, by year or title',
  }),
  cursor: z
    .string('expected one cursor')
    .max(MAX_CURSOR)
    .regex(/^[\w-]+$/, 'expected the "next" of the page before')
    .optional()
    .meta({ description: 'The `next` of the page before' }),
  explain: z
    .enum(EXPLAIN)
    .optional()
    .meta({ description: 'Why each hit is there: `fast`, or `full` at any cost', alone: 'full' }),
  facets: z
    .boolean()
    .optional()
    .meta({ description: 'Whether to count the years, authors, venues, categories and collections of the whole list' }),
  abstracts: z.boolean().optional().meta({ description: 'Whether each hit has its abstract' }),
  diversity: z.number().min(0).max(1).default(0).meta({
    description: 'How much the hits should differ from one another, 0 to 1; not together with `rerank`',
    value: 'share',
  }),
  cutoff: z
    .number()
    .min(0)
    .max(100)
    .default(DEFAULT_CUTOFF)
    .meta({ description: 'From which relevance on, 0 to 100, hits are not `weak`', value: 'relevance' }),
  unlikeAbove: z.number().min(-1).max(1).optional().meta({
    description: 'Leaves out what is at least as similar to one of those not to be like, of which there must be some',
    value: 'cosine',
  }),
  rerank: z.int().min(0).max(MAX_RERANK).default(0).meta({
    description: 'Milliseconds in which a cross-encoder may read the best hits, to rank them anew; 0 for none',
    value: 'ms',
  }),
};

/** A query that stands alone: it has to say something. */
export const queryAlone = someText.meta({
  description: 'What the papers are about',
  example: 'learning from errors',
});

/** What is asked for; undefined parts are as if they were not there. */
export interface Question {
  /** In the query language (query.ts). */
  query?: string | undefined;
  /** Texts to be like, as they stand: a title and an abstract, a passage of a draft. */
  texts?: string[] | undefined;
  /** Ids or identifiers of papers to be like; they and their other versions are left out. */
  like?: string[] | undefined;
  /** Ids or identifiers of papers not to be like. */
  unlike?: string[] | undefined;
  /** Texts not to be like. */
  unlikeTexts?: string[] | undefined;
  /** Years (years.ts) that every hit is of. */
  year?: string | undefined;
  /** Conditions that every hit meets, besides those in the query. */
  filter?: Filter | undefined;
}

/**
 * Whether the parts of a question go together.
 * @throws AkinError `invalid-argument` for two orders of their own, and for a bound without anything that it is a bound of.
 */
export function checkParts({ unlike, unlikeTexts }: Question, { rerank, diversity, unlikeAbove }: SearchOptions): void {
  if (rerank && diversity) {
    throw new AkinError('invalid-argument', 'rerank and diversity each give the hits an order of their own', {
      hint: 'leave one of them out',
      field: 'rerank',
    });
  }
  if (unlikeAbove !== undefined && !unlike?.length && !unlikeTexts?.length) {
    throw new AkinError(
      'invalid-argument',
      `there is nothing that the hits are to be less similar to than ${unlikeAbove}`,
      {
        hint: 'name papers or texts not to be like as well, or leave the bound out',
        field: 'unlikeAbove',
      },
    );
  }
}

/** What shows a part of a list, or shows it differently, and changes nothing in the list itself. */
const SHOWN_BY = ['limit', 'cursor', 'explain', 'facets', 'abstracts'] as const;

type Loose<Shape> = { [Part in keyof Shape]?: Shape[Part] | undefined };
export type Answering = z.output<z.ZodObject<typeof answeringShape>>;

export interface SearchOptions extends Loose<Answering> {
  /** 0 to 1: the share of the words in a hybrid search; undefined: as the library is set. Only evaluations choose it. */
  lexicalWeight?: number | undefined;
  /** Ends the work when nobody waits for the answer any more. */
  signal?: AbortSignal | undefined;
}

/** What decides on a list, beside what is asked for. */
export type ListShape = Omit<Answering, (typeof SHOWN_BY)[number]> & Pick<SearchOptions, 'lexicalWeight'>;

const isShape = (name: string): boolean =>
  Object.hasOwn(answeringShape, name) && !(SHOWN_BY as readonly string[]).includes(name);
/** Made once: zod compiles a schema when it is first used. */
const { limit: _limit, ...BY_DEFAULT } = z.object(answeringShape).parse({});

/**
 * What of some options decides on the list, however it was said: with every default filled in, and without what a door has
 * beside it, such as where the library is or how the answer is printed.
 */
export function listShapeOf({ lexicalWeight, ...options }: SearchOptions): ListShape {
  const given = Object.entries(options).filter(([name, value]) => value !== undefined && isShape(name));
  return { ...BY_DEFAULT, ...(Object.fromEntries(given) as Partial<ListShape>), lexicalWeight };
}
