/**
 * How much should the words weigh in a hybrid search of this library? Each weight of a grid is tried on the same queries.
 *
 * The best of eleven is better than the default on the very queries that chose it even where there is nothing to gain. So
 * the gain is measured by cross-validation: the queries are dealt into folds, each fold is answered with the weight that is
 * best on the other folds, and only if those answers are better than the default's beyond what the choice of queries
 * explains is another weight proposed.
 */
import { mean, pairedDifference, seeded, type Difference } from './bootstrap.ts';

/** Weights that are tried. */
export const WEIGHTS = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1] as const;
const FOLDS = 5;

export interface Tuning {
  /** The mean of the measure for each weight. */
  grid: { weight: number; mean: number }[];
  /** The weight that is best on all queries. */
  best: number;
  /** The weight that is best without each of the folds: alike where there is something to find. */
  foldWeights: number[];
  /** The cross-validated gain over the default weight. */
  gain: Difference;
  /** Whether the gain's interval holds 0. */
  isNoise: boolean;
  /** The best weight, or the default where its gain is noise. */
  proposal: number;
}

/**
 * @param values for each weight, the default among them, the measure of each query, in one order; at least two queries.
 */
export function tune(values: ReadonlyMap<number, readonly number[]>, defaultWeight: number, seed: number): Tuning {
  const count = values.get(defaultWeight)!.length;
  const all = Array.from({ length: count }, (_, i) => i);
  const best = (queries: readonly number[]) => bestWeight(values, queries, defaultWeight);
  const answers = new Float64Array(count);
  const foldWeights: number[] = [];
  for (const fold of dealt(all, Math.min(FOLDS, count), seeded(seed))) {
    const weight = best(all.filter((i) => !fold.includes(i)));
    foldWeights.push(weight);
    for (const i of fold) answers[i] = values.get(weight)![i]!;
  }
  const gain = pairedDifference([...answers], values.get(defaultWeight)!, seed);
  const bestOfAll = best(all);
  const isNoise = gain.low <= 0;
  return {
    grid: Array.from(values, ([weight, each]) => ({ weight, mean: mean(each) })).sort((a, b) => a.weight - b.weight),
    best: bestOfAll,
    foldWeights,
    gain,
    isNoise,
    proposal: isNoise ? defaultWeight : bestOfAll,
  };
}

/** The weight with the highest mean over these queries; among equal ones that nearest to the default. */
function bestWeight(
  values: ReadonlyMap<number, readonly number[]>,
  queries: readonly number[],
  defaultWeight: number,
): number {
  const sum = (weight: number) => queries.reduce((total, i) => total + values.get(weight)![i]!, 0);
  return [...values.keys()]
    .map((weight) => ({ weight, sum: sum(weight) }))
    .sort((a, b) => b.sum - a.sum || Math.abs(a.weight - defaultWeight) - Math.abs(b.weight - defaultWeight))[0]!
    .weight;
}

/** Items in `hands` of equal size, give or take one, each in a random one. */
function dealt(items: readonly number[], hands: number, random: () => number): number[][] {
  const shuffled = items
    .map((item) => ({ item, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
  return Array.from({ length: hands }, (_, hand) => shuffled.filter((_, i) => i % hands === hand));
}
