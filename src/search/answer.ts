/** What an answer says, once: the types that a search gives, and what every door that documents them derives its own from. */
import { z } from 'zod';
import { FACET_FIELDS } from '../library/facets.ts';
import { IDENTIFIER_KINDS } from '../identifiers.ts';
import { keptShape } from '../library/kept.ts';
import { CLOSENESS } from './closeness.ts';
import { MODES } from './question.ts';

const rank = z.int().positive().nullable();
const year = z.int().nullable();
const identifiersSchema = z.partialRecord(z.enum(IDENTIFIER_KINDS), z.string()).meta({ id: 'Identifiers' });

/** What an answer says of a paper, wherever it names one. */
export const briefShape = {
  id: z.string(),
  title: z.string(),
  authors: z.array(z.string()),
  editors: z.array(z.string()).optional().meta({ description: 'Of a work without authors: they stand in their place' }),
  year,
  venue: z.string().nullable(),
  url: z.string().nullable(),
  ids: identifiersSchema,
};

export const versionSchema = z
  .object({
    id: z.string(),
    title: z.string(),
    year,
    venue: z.string().nullable(),
    url: z.string().nullable(),
    ids: identifiersSchema,
  })
  .meta({ id: 'Version', description: 'Another version of the same work' });

const sentenceSchema = z
  .object({ text: z.string(), start: z.int(), end: z.int(), similarity: z.number().nullable() })
  .nullable()
  .meta({ description: 'Of the abstract, nearest to the question; without similarity if time was short' });

const explanationSchema = z
  .object({
    dense: z.object({ rank, value: z.number().nullable(), share: z.number() }),
    lexical: z.object({ rank, value: z.number(), share: z.number() }),
    names: z.object({ share: z.number() }).meta({ description: 'What the names add that the hit says' }),
    words: z
      .array(z.object({ word: z.string(), score: z.number() }))
      .meta({ description: 'The words of the question that the paper holds, and what each gives to BM25' }),
    sentence: sentenceSchema,
    rerank: z.object({ logit: z.number(), share: z.number(), before: z.int().positive() }).optional().meta({
      description: 'What the cross-encoder says of the paper and gives to the score, and the place it had before',
    }),
  })
  .meta({
    id: 'Explanation',
    description:
      'What each leg says (cosine, BM25) and gives to the score, as names do, the words found, and the nearest sentence',
  });

/** What a person keeps of a paper, in brief. */
const { note, ...markShape } = keptShape;

/** How good a hit is. */
const numbersShape = {
  score: z
    .number()
    .meta({ description: 'What the order follows: fused 0..1 (hybrid), cosine (dense), BM25 (lexical)' }),
  similarity: z.number().nullable().meta({
    description: 'Cosine, −1..1; null for a paper not embedded yet, and where only conditions were asked for',
  }),
  relevance: z.number().nullable().meta({
    description: 'The similarity measured against unrelated papers, 0..100; null as `similarity` is',
  }),
};

export const hitSchema = z
  .object({
    ...briefShape,
    ...markShape,
    ...numbersShape,
    closeness: z
      .enum(CLOSENESS)
      .nullable()
      .meta({
        description:
          'How close it is, never rising along the list of the best: asked for by identifier, title or name; very close, close, ' +
          'related; `weak` is what follows the last relevant hit. Null by words alone, and by conditions alone',
      }),
    ranks: z.object({ dense: rank, lexical: rank }).meta({ description: "The paper's place in each leg" }),
    names: z
      .array(z.string())
      .meta({ description: 'The words of the question that are names of its people, its venue or its year' }),
    rerank: z
      .number()
      .nullable()
      .optional()
      .meta({ description: "The cross-encoder's logit, if it was asked; null for a paper it had no time to read" }),
    versions: z
      .array(versionSchema)
      .meta({ description: 'Other versions of the same work, which are no hits of their own; the leading one first' }),
    abstract: z.string().optional().meta({ description: 'If it was asked for' }),
    explanation: explanationSchema.optional(),
  })
  .meta({ id: 'Hit' });

export const statusSchema = z
  .object({ papers: z.int(), embedded: z.int() })
  .meta({ description: 'How much of the library has vectors; the rest is found by words only' });

export const answerSchema = z
  .object({
    hits: z.array(hitSchema),
    mode: z.enum(MODES),
    total: z.object({ value: z.int(), exact: z.boolean(), relevant: z.int() }).meta({
      description:
        'How long the whole list is, not exact where only the best candidates were looked at; and how many of its first are not weak',
    }),
    dropped: z.array(z.string()).meta({
      description:
        'Conditions of the query beside its words that left no paper, and were not kept to; or the identifier that is the query and that no paper has',
      example: ['"exact phrase"'],
    }),
    blamed: z
      .array(z.object({ condition: z.string(), papers: z.int() }))
      .optional()
      .meta({
        description:
          'Where the conditions of the query together leave no paper: each without which there are some, and how many',
      }),
    next: z.string().nullable().meta({ description: 'The cursor of the next page' }),
    corrections: z
      .array(z.object({ word: z.string(), term: z.string() }))
      .meta({ description: 'Words that no paper holds, and the stem that was looked for instead' }),
    unread: z.boolean().meta({
      description:
        'Whether the question is in a script that the model does not read: then words rank, and similarity says little',
    }),
    facets: z
      .record(z.enum(FACET_FIELDS), z.array(z.object({ value: z.string(), papers: z.int() })))
      .optional()
      .meta({ description: 'How many papers of the whole list have which year, author, venue …' }),
    library: statusSchema,
  })
  .meta({ id: 'SearchAnswer' });

const reasonSchema = z
  .object({
    sentence: z.string(),
    start: z.int().meta({ description: 'Where in the abstract or the passage it begins, in UTF-16 units' }),
    end: z.int(),
    similarity: z.number().meta({ description: 'Cosine with what it is near to, −1..1' }),
  })
  .meta({ id: 'Reason' });
const suggestionSchema = z
  .object({
    ...briefShape,
    score: z.number().meta({ description: 'What the choice follows, 0..1' }),
    similarity: z
      .number()
      .nullable()
      .meta({ description: 'Cosine of passage and paper, −1..1; null without a vector' }),
    reason: reasonSchema.nullable().meta({ description: 'The sentence of the abstract nearest to the passage' }),
    place: reasonSchema
      .nullable()
      .meta({ description: 'The sentence of the passage nearest to the paper; null without a vector' }),
  })
  .meta({ id: 'Suggestion' });
const passageSchema = z.object({
  heading: z.string(),
  text: z.string(),
  offset: z.int().meta({ description: "UTF-16 units of the draft's text before the passage's paragraph" }),
  suggestions: z
    .array(suggestionSchema)
    .meta({ description: 'The papers it is sure of, and those that it asked for more than any other passage did' }),
});
/** The related work of a draft. */
export const relatedAnswerSchema = z
  .object({
    title: z.string(),
    passages: z
      .array(passageSchema)
      .meta({ description: 'Those that have suggestions, in the order of the draft; each paper is suggested once' }),
    cited: z
      .array(z.object({ key: z.string().nullable(), title: z.string(), id: z.string().nullable() }))
      .meta({ description: 'What the draft cites; `id` is null for what the library does not have' }),
    notes: z.array(z.string()).meta({ description: 'What of the draft was not read, and why' }),
    library: statusSchema,
  })
  .meta({ id: 'RelatedAnswer' });

const paperShape = {
  ...briefShape,
  names: z
    .array(
      z.union([
        z.object({
          family: z.string(),
          given: z.string(),
          particle: z.string().optional(),
          suffix: z.string().optional(),
        }),
        z.object({ literal: z.string() }),
      ]),
    )
    .optional()
    .meta({ description: 'What is known of the parts of names among authors and editors' }),
  abstract: z.string(),
  categories: z.array(z.string()),
  extra: z.record(z.string(), z.unknown()),
};
export const paperSchema = z
  .object({
    ...paperShape,
    ...markShape,
    note,
    versions: z.array(versionSchema).meta({ description: 'Other versions of the same work' }),
    records: z
      .array(
        z
          .object({
            ...paperShape,
            corrects: z.array(z.string()).optional().meta({ description: "Of a person's word: what it puts right" }),
          })
          .meta({ id: 'Record' }),
      )
      .meta({ description: 'What the paper was merged from, as it came; none where there was one record' }),
  })
  .meta({ id: 'Paper' });

const listedSchema = z
  .object({
    ...briefShape,
    categories: z.array(z.string()),
    work: z.string().meta({ description: 'The id of the leading version of its work: its own, where it stands alone' }),
    abstract: z.string().optional().meta({ description: 'If it was asked for' }),
  })
  .meta({ id: 'Listed' });
/** A page of the library as a list. */
export const listAnswerSchema = z
  .object({
    papers: z.array(listedSchema).meta({ description: 'Each paper for itself, versions of one work as well' }),
    total: z.int().meta({ description: 'How many papers meet the conditions' }),
    next: z.string().nullable().meta({ description: 'The cursor of the next page' }),
    library: statusSchema,
  })
  .meta({ id: 'ListAnswer' });

const tallySchema = (description: string) =>
  z.array(z.object({ value: z.string(), papers: z.int() })).meta({ description });
/** What the papers that meet conditions are made of. */
export const facetsAnswerSchema = z
  .object({
    papers: z.int().meta({ description: 'How many papers meet the conditions' }),
    years: z
      .array(z.object({ year: z.int(), papers: z.int() }))
      .meta({ description: 'Every year from the first to the last, those without papers as well' }),
    undated: z.int().meta({ description: 'Papers without a year' }),
    authors: tallySchema('The commonest, each with its papers'),
    venues: tallySchema('The commonest'),
    categories: tallySchema('The commonest'),
    collections: tallySchema('The commonest'),
  })
  .meta({ id: 'FacetsAnswer' });
export type FacetsAnswer = z.infer<typeof facetsAnswerSchema>;

const MATCH_VERDICTS = ['certain', 'likely', 'none'] as const;
const MATCH_SIGNS = ['identifier', 'title', 'author', 'year'] as const;
const matchSchema = z
  .object({
    ...briefShape,
    verdict: z.enum(MATCH_VERDICTS).meta({
      description:
        '`certain` by an identifier, or by the whole title with an author and the year; `likely` by the whole title alone, or by nearly all of it with one of these',
    }),
    by: z.array(z.enum(MATCH_SIGNS)).meta({ description: 'What agrees' }),
  })
  .meta({ id: 'Match' });
/** The papers that a title or a reference may mean. */
export const matchAnswerSchema = z
  .object({
    verdict: z.enum(MATCH_VERDICTS).meta({ description: 'That of the first; `none` where there is no match' }),
    matches: z.array(matchSchema).meta({ description: 'The surest first, at most 5' }),
    library: statusSchema,
  })
  .meta({ id: 'MatchAnswer' });

export type MatchAnswer = z.infer<typeof matchAnswerSchema>;
export type MatchVerdict = (typeof MATCH_VERDICTS)[number];
export type MatchSign = (typeof MATCH_SIGNS)[number];
export type ListAnswer = z.infer<typeof listAnswerSchema>;
export type Explanation = z.infer<typeof explanationSchema>;
export type Hit = z.infer<typeof hitSchema>;
export type WholePaper = z.infer<typeof paperSchema>;
export type Version = z.infer<typeof versionSchema>;
export type Reason = z.infer<typeof reasonSchema>;
export type Suggestion = z.infer<typeof suggestionSchema>;
export type PassageSuggestions = z.infer<typeof passageSchema>;
export type RelatedAnswer = z.infer<typeof relatedAnswerSchema>;

export interface SearchAnswer extends z.infer<typeof answerSchema> {
  /** Milliseconds that each stage took; for those who run a server. */
  timings: Record<string, number>;
}
