/**
 * How good is a ranking? The measures of trec_eval, the field's reference implementation: one function a measure, for one
 * query. `scripts/check-metrics.ts` compares them with it.
 *
 * A grade of 1 or more is relevant; 0 is judged and not relevant; a document with a negative grade, or without one, counts
 * as not relevant and takes its place in the ranking all the same.
 */
import { AkinError } from '../errors.ts';

/** The grades of one query's documents, by their ids. */
export type Judgements = ReadonlyMap<string, number>;

/** A document that a run found for a query. */
export interface Scored {
  id: string;
  /** Higher is better. */
  score: number;
}

/**
 * The ids of a run in the order in which trec_eval ranks them: by score alone, as a 32-bit float; among equal ones the id
 * that is greater byte by byte comes first. The order in which they were given means nothing.
 */
export function ranking(run: readonly Scored[]): string[] {
  return run
    .map(({ id, score }) => ({ id, score: Math.fround(score) }))
    .sort((a, b) => b.score - a.score || Buffer.compare(Buffer.from(b.id), Buffer.from(a.id)))
    .map(({ id }) => id);
}

/**
 * nDCG@k with the grade itself as gain and the discount log2(rank + 1) (Järvelin and Kekäläinen 2002, with the discount of
 * Burges et al. 2005), 0..1. The ideal ranking is made of every judged document. trec_eval's `ndcg_cut`.
 */
export function ndcg(ranked: readonly string[], judged: Judgements, k: number): number {
  const dcg = (gains: number[]) => gains.slice(0, k).reduce((sum, gain, i) => sum + gain / Math.log2(i + 2), 0);
  const ideal = dcg([...judged.values()].filter((grade) => grade > 0).sort((a, b) => b - a));
  return ideal === 0 ? 0 : dcg(ranked.slice(0, k).map((id) => Math.max(0, judged.get(id) ?? 0))) / ideal;
}

/** The share of the relevant documents that are among the first k, 0..1. trec_eval's `recall`. */
export function recall(ranked: readonly string[], judged: Judgements, k: number): number {
  const relevant = relevantCount(judged);
  return relevant === 0 ? 0 : ranked.slice(0, k).filter((id) => isRelevant(judged, id)).length / relevant;
}

/** The share of relevant documents among the first k places, empty ones included, 0..1. trec_eval's `P`. */
export function precision(ranked: readonly string[], judged: Judgements, k: number): number {
  return ranked.slice(0, k).filter((id) => isRelevant(judged, id)).length / k;
}

/** One divided by the rank of the first relevant document, 0..1; 0 where none was found. trec_eval's `recip_rank`. */
export function reciprocalRank(ranked: readonly string[], judged: Judgements): number {
  const place = ranked.findIndex((id) => isRelevant(judged, id));
  return place === -1 ? 0 : 1 / (place + 1);
}

/**
 * The precision at each relevant document that was found, 0 for each that was not, averaged, 0..1. trec_eval's `map`, before
 * the mean over queries.
 */
export function averagePrecision(ranked: readonly string[], judged: Judgements): number {
  let found = 0;
  let sum = 0;
  ranked.forEach((id, i) => {
    if (isRelevant(judged, id)) sum += ++found / (i + 1);
  });
  return found === 0 ? 0 : sum / relevantCount(judged);
}

export function relevantCount(judged: Judgements): number {
  return [...judged.values()].filter((grade) => grade >= 1).length;
}

function isRelevant(judged: Judgements, id: string): boolean {
  return (judged.get(id) ?? 0) >= 1;
}

export interface Measure {
  /** As the field writes it: `nDCG@10`, `MAP`. */
  name: string;
  /** Its value for one query, 0..1. */
  of(ranked: readonly string[], judged: Judgements): number;
}

const AT_K = { ndcg: ['nDCG', ndcg], recall: ['recall', recall], p: ['P', precision] } as const;
const WHOLE = { mrr: ['MRR', reciprocalRank], map: ['MAP', averagePrecision] } as const;

/**
 * The measures of a list such as `ndcg@10,recall@100,mrr,map,p@10`; upper or lower case.
 * @param depth how long runs are: no measure can look deeper.
 * @throws AkinError `invalid-argument` for a name that is none, a cutoff that is missing, superfluous or too deep.
 */
export function measuresNamed(list: string, depth: number): Measure[] {
  return list.split(',').map((text) => {
    const [, name = '', cutoff] = /^([a-z]+)(?:@(\d+))?$/.exec(text.trim().toLowerCase()) ?? [];
    const k = Number(cutoff);
    if (cutoff !== undefined && isKey(AT_K, name) && k >= 1 && k <= depth) {
      const [label, measure] = AT_K[name];
      return { name: `${label}@${k}`, of: (ranked, judged) => measure(ranked, judged, k) };
    }
    if (cutoff === undefined && isKey(WHOLE, name)) {
      const [label, measure] = WHOLE[name];
      return { name: label, of: measure };
    }
    throw new AkinError('invalid-argument', `unknown measure "${text.trim()}"`, {
      hint: `measures: ndcg@K, recall@K, p@K (K from 1 to ${depth}), mrr, map`,
      field: 'measures',
    });
  });
}

const isKey = <T extends object>(object: T, key: PropertyKey): key is keyof T => Object.hasOwn(object, key);
