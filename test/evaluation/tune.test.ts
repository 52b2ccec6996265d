import { describe, expect, it } from 'vitest';
import { seeded } from '../../src/evaluation/bootstrap.ts';
import { tune, WEIGHTS } from '../../src/evaluation/tune.ts';

const DEFAULT = 0.5;

/** For each weight a value a query, as `value` says. */
function tried(queries: number, value: (weight: number, query: number) => number): Map<number, number[]> {
  return new Map(
    WEIGHTS.map((weight) => [weight, Array.from({ length: queries }, (_, query) => value(weight, query))]),
  );
}

describe('tuning', () => {
  it('proposes the weight that most queries want', () => {
    const random = seeded(1);
    const wanted = Array.from({ length: 100 }, () => 0.8 + (random() - 0.5) / 5);
    const report = tune(
      tried(100, (weight, query) => 1 - Math.abs(weight - wanted[query]!)),
      DEFAULT,
      1,
    );
    expect(report).toMatchObject({ best: 0.8, proposal: 0.8, isNoise: false, foldWeights: Array(5).fill(0.8) });
    expect(report.gain.low).toBeGreaterThan(0.2);
    expect(report.grid.map(({ weight }) => weight)).toEqual([...WEIGHTS]);
    expect(report.grid[8]!.mean).toBe(Math.max(...report.grid.map(({ mean }) => mean)));
  });

  it('keeps the default where the best weight is best by luck alone', () => {
    for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const random = seeded(seed);
      const report = tune(
        tried(60, () => random()),
        DEFAULT,
        seed,
      );
      expect(report).toMatchObject({ isNoise: true, proposal: DEFAULT });
      // On the queries that chose it, the best weight always looks at least as good.
      expect(report.grid.find(({ weight }) => weight === report.best)!.mean).toBeGreaterThanOrEqual(
        report.grid.find(({ weight }) => weight === DEFAULT)!.mean,
      );
    }
  });

  it('keeps the default where every weight does the same, and with two queries only', () => {
    for (const queries of [2, 3, 40]) {
      const report = tune(
        tried(queries, (_, query) => query / queries),
        DEFAULT,
        1,
      );
      expect(report).toMatchObject({ best: DEFAULT, proposal: DEFAULT, isNoise: true });
      expect(report.gain).toMatchObject({ mean: 0, equal: queries });
    }
  });

  it('is the same for the same seed', () => {
    const random = seeded(3);
    const values = tried(30, () => random());
    expect(tune(values, DEFAULT, 5)).toEqual(tune(values, DEFAULT, 5));
  });
});
