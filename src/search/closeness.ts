/**
 * How close is each paper of a list, in words that a person can trust? Pure.
 *
 * The relevance of single papers goes up and down along a list, since the order follows more than that. A verdict that contradicts
 * the order helps nobody, so it is made of the nearest numbers that never rise: the antitonic regression of the relevances (pool
 * adjacent violators; Ayer et al., 1955, doi:10.1214/aoms/1177728423). On five judged collections (scripts/README.md) as many of
 * the papers of each step are relevant as before, and in all of them alike.
 */
import type { Placed } from './asked-for.ts';

/** What a paper was asked for by, and how close it is otherwise; from `weak` on nothing is relevant. */
export const CLOSENESS = ['identifier', 'title', 'name', 'very-close', 'close', 'related', 'weak'] as const;
export type Closeness = (typeof CLOSENESS)[number];

/** From which relevance on a paper is so close: about half of these are relevant, and one in six, in judged collections. */
const VERY_CLOSE = 70;
const CLOSE = 55;

/** What the verdict goes by. */
type Rated = Pick<Placed, 'relevance' | 'relevanceByWords' | 'askedBy'>;

/**
 * The closeness of each paper of a list, in its order.
 * @param isNamed whether a paper is (of the work) that an identifier named.
 * @param least the relevance below which a paper is weak, 0..100.
 * @param isFound whether there is anything relevant.
 */
export function closenessOf<T extends Rated>(
  list: readonly T[],
  isNamed: (paper: T) => boolean,
  least: number,
  isFound: boolean,
): Closeness[] {
  const stepOf = (relevance: number): Closeness => {
    if (!isFound || relevance < least) return 'weak';
    return relevance >= VERY_CLOSE ? 'very-close' : relevance >= CLOSE ? 'close' : 'related';
  };
  const others = list.filter((each) => !isNamed(each) && each.askedBy === undefined);
  const relevances = relevancesOf(others, least);
  const steps = neverRising(relevances).map(stepOf);
  if (isFound && others.length === list.length && steps[0] === 'weak') {
    steps.fill('related', 0, endOfMixed(relevances, least));
  }
  let next = 0;
  return list.map((each) => (isNamed(each) ? 'identifier' : (each.askedBy ?? steps[next++]!)));
}

/** Of each paper; one without a vector has that of the one before it, or what its words are worth, if that is more. */
function relevancesOf(list: readonly Rated[], least: number): number[] {
  let last = list.find(({ relevance }) => relevance !== null)?.relevance ?? least;
  return list.map(({ relevance, relevanceByWords }) => (last = relevance ?? Math.max(last, relevanceByWords)));
}

/** Behind the last of which at least half of those before it, with it, are relevant; or else behind the first that is. */
function endOfMixed(relevances: readonly number[], least: number): number {
  let [relevant, end] = [0, 0];
  relevances.forEach((relevance, i) => {
    if (relevance < least) return;
    relevant++;
    if (end === 0 || relevant * 2 > i) end = i + 1;
  });
  return end;
}

/** The numbers nearest to these (by squares) of which none is higher than the one before it. */
export function neverRising(values: readonly number[]): number[] {
  const blocks: { mean: number; size: number }[] = [];
  for (const value of values) {
    let block = { mean: value, size: 1 };
    for (let before = blocks.at(-1); before && before.mean < block.mean; before = blocks.at(-1)) {
      const size = before.size + block.size;
      block = { mean: (before.mean * before.size + block.mean * block.size) / size, size };
      blocks.pop();
    }
    blocks.push(block);
  }
  return blocks.flatMap(({ mean, size }) => new Array<number>(size).fill(mean));
}
