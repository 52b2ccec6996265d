/** From questions, judgements and settings to figures: means with their intervals, and two settings query by query. */
import { AkinError } from '../errors.ts';
import { meanInterval, pairedDifference, type Difference, type Estimate } from './bootstrap.ts';
import type { Qrels, Query } from './collection.ts';
import { ranking, relevantCount, type Measure } from './metrics.ts';
import type { Run } from './runs.ts';

/** Queries that can be asked and have at least one relevant document: on any other every ranking is as good. */
export interface JudgedQueries {
  asked: Query[];
  /** Queries with a relevant document, of which there is no text. */
  unknown: number;
}

/** @throws AkinError `invalid-argument` when there is none. */
export function judgedQueries(queries: readonly Query[], qrels: Qrels): JudgedQueries {
  const relevant = new Set([...qrels].filter(([, judged]) => relevantCount(judged) > 0).map(([id]) => id));
  const asked = queries.filter(({ id }) => relevant.has(id));
  if (asked.length === 0) {
    throw new AkinError('invalid-argument', 'no query has a relevant document (a grade of 1 or more)', {
      hint: 'do the ids of the queries and those in the judgements belong together?',
      field: 'qrels',
    });
  }
  return { asked, unknown: relevant.size - asked.length };
}

/** One value a query, in the order of the queries. A query that the run does not have counts as nothing found. */
export function valuesOf(measure: Measure, queries: readonly Query[], qrels: Qrels, run: Run): number[] {
  return queries.map(({ id }) => measure.of(ranking(run.get(id) ?? []), qrels.get(id)!));
}

export interface SettingResult {
  setting: string;
  /** For each measure its mean over the queries. */
  means: Record<string, Estimate>;
}

export interface QueryDifference {
  query: string;
  /** The query's text, or the id of the paper that is the query. */
  text: string;
  /** The measure for the first setting and for the second. */
  values: [number, number];
}

export interface Comparison {
  settings: [string, string];
  measure: string;
  /** The first setting minus the second. */
  difference: Difference;
  /** Every query on which they differ, the largest gain of the first setting first. */
  queries: QueryDifference[];
}

/** Means of every measure for every setting. @param runs what each setting found. */
export function evaluate(
  queries: readonly Query[],
  qrels: Qrels,
  runs: ReadonlyMap<string, Run>,
  measures: readonly Measure[],
  seed: number,
): SettingResult[] {
  return Array.from(runs, ([setting, run]) => ({
    setting,
    means: Object.fromEntries(
      measures.map((measure) => [measure.name, meanInterval(valuesOf(measure, queries, qrels, run), seed)]),
    ),
  }));
}

/** Two settings on the same queries by one measure. */
export function compare(
  queries: readonly Query[],
  qrels: Qrels,
  [first, second]: [string, string],
  runs: ReadonlyMap<string, Run>,
  measure: Measure,
  seed: number,
): Comparison {
  const a = valuesOf(measure, queries, qrels, runs.get(first)!);
  const b = valuesOf(measure, queries, qrels, runs.get(second)!);
  const gain = ({ values: [first, second] }: QueryDifference) => first - second;
  return {
    settings: [first, second],
    measure: measure.name,
    difference: pairedDifference(a, b, seed),
    queries: queries
      .map((query, i): QueryDifference => ({
        query: query.id,
        text: 'text' in query ? query.text : query.paper,
        values: [a[i]!, b[i]!],
      }))
      .filter((each) => gain(each) !== 0)
      .sort((x, y) => gain(y) - gain(x)),
  };
}
