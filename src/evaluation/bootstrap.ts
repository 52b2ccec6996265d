/**
 * How sure is a mean over queries, and is one setting better than another or was it luck? Resampling answers both without
 * assuming how the values are spread; a seed makes the answer the same at every run.
 */

/** A mean, and the interval that holds the true one in 95 of 100 such samples of queries. */
export interface Estimate {
  mean: number;
  low: number;
  high: number;
}

/** How much better one setting is than another, on the same queries. */
export interface Difference extends Estimate {
  /** How often luck alone makes a difference at least this large, either way: 0..1. */
  p: number;
  /** Queries on which it is better, worse and equal. */
  better: number;
  worse: number;
  equal: number;
}

/** Enough that the third digit of an interval or a p-value no longer depends on the seed. */
const SAMPLES = 10_000;
const CONFIDENCE = 0.95;
/** What differs by less differs only in the rounding of sums. */
const ROUNDING = 1e-12;

/**
 * The mean of one value a query, with its percentile bootstrap interval (Efron 1979; for retrieval: Sakai 2006).
 * @param values at least one.
 */
export function meanInterval(values: readonly number[], seed: number): Estimate {
  const random = seeded(seed);
  const means = Float64Array.from({ length: SAMPLES }, () => {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[Math.floor(random() * values.length)]!;
    return sum / values.length;
  }).sort();
  const tail = Math.floor(((1 - CONFIDENCE) / 2) * SAMPLES);
  return { mean: mean(values), low: means[tail]!, high: means[SAMPLES - 1 - tail]! };
}

/**
 * The mean of `a − b`, query by query, with its bootstrap interval and the p-value of the paired randomisation test: were
 * the two settings alike, each difference could as well have the other sign (Smucker, Allan and Carterette 2007).
 * @param a one value a query; `b` has those of the same queries in the same order.
 */
export function pairedDifference(a: readonly number[], b: readonly number[], seed: number): Difference {
  const differences = a.map((value, i) => {
    const difference = value - b[i]!;
    return Math.abs(difference) < ROUNDING ? 0 : difference;
  });
  const estimate = meanInterval(differences, seed);
  const random = seeded(seed);
  const seen = Math.abs(estimate.mean) - ROUNDING;
  let asLarge = 0;
  for (let sample = 0; sample < SAMPLES; sample++) {
    let sum = 0;
    for (const difference of differences) sum += random() < 0.5 ? difference : -difference;
    if (Math.abs(sum / differences.length) >= seen) asLarge++;
  }
  return {
    ...estimate,
    // What was seen is one of the samples: no p-value is 0 (Phipson and Smyth 2010).
    p: (asLarge + 1) / (SAMPLES + 1),
    better: differences.filter((difference) => difference > 0).length,
    worse: differences.filter((difference) => difference < 0).length,
    equal: differences.filter((difference) => difference === 0).length,
  };
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Numbers from 0 up to 1 that depend on the seed alone (Mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
