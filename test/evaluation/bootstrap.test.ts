import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { meanInterval, pairedDifference, seeded } from '../../src/evaluation/bootstrap.ts';

const values = fc.array(
  fc.integer({ min: 0, max: 100 }).map((n) => n / 100),
  { minLength: 1, maxLength: 12 },
);
const pairs = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 10 }), fc.integer({ min: 0, max: 10 })), { minLength: 1, maxLength: 10 })
  .map((list) => [list.map(([a]) => a / 10), list.map(([, b]) => b / 10)] as const);

describe('an interval', () => {
  it('holds the mean, stays within the values, and is the same for the same seed', () => {
    fc.assert(
      fc.property(values, (sample) => {
        const { mean, low, high } = meanInterval(sample, 1);
        expect(mean).toBeCloseTo(sample.reduce((sum, value) => sum + value, 0) / sample.length, 12);
        expect(low).toBeLessThanOrEqual(mean + 1e-12);
        expect(high).toBeGreaterThanOrEqual(mean - 1e-12);
        expect(low).toBeGreaterThanOrEqual(Math.min(...sample) - 1e-12);
        expect(high).toBeLessThanOrEqual(Math.max(...sample) + 1e-12);
        expect(meanInterval(sample, 1)).toEqual({ mean, low, high });
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  it('holds the true mean about 95 times in 100', () => {
    const random = seeded(7);
    const trials = 200;
    let held = 0;
    for (let trial = 0; trial < trials; trial++) {
      const sample = Array.from({ length: 60 }, () => random());
      const { low, high } = meanInterval(sample, trial);
      if (low <= 0.5 && high >= 0.5) held++;
    }
    expect(held / trials).toBeGreaterThan(0.9);
    expect(held / trials).toBeLessThan(0.99);
  });
});

describe('the difference of two settings', () => {
  it('is turned round with the settings', () => {
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        const [forward, backward] = [pairedDifference(a, b, 1), pairedDifference(b, a, 1)];
        expect(backward.mean).toBeCloseTo(-forward.mean, 12);
        expect(backward.low).toBeCloseTo(-forward.high, 12);
        expect(backward.high).toBeCloseTo(-forward.low, 12);
        expect(backward.p).toBe(forward.p);
        expect([backward.better, backward.worse, backward.equal]).toEqual([
          forward.worse,
          forward.better,
          forward.equal,
        ]);
        expect(forward.better + forward.worse + forward.equal).toBe(a.length);
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  it('has the p-value of trying every choice of signs', () => {
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        const differences = a.map((value, i) => value - b[i]!);
        const seen = Math.abs(differences.reduce((sum, each) => sum + each, 0));
        let asLarge = 0;
        for (let signs = 0; signs < 2 ** differences.length; signs++) {
          const sum = differences.reduce((total, each, i) => total + (signs & (1 << i) ? each : -each), 0);
          if (Math.abs(sum) >= seen - 1e-9) asLarge++;
        }
        expect(pairedDifference(a, b, 1).p).toBeCloseTo(asLarge / 2 ** differences.length, 1.5);
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  it('is beyond luck where every query agrees, and none where the settings are alike', () => {
    const b = Array.from({ length: 30 }, (_, i) => i / 100);
    const a = b.map((value) => value + 0.1);
    expect(pairedDifference(a, b, 1)).toMatchObject({ better: 30, worse: 0, equal: 0 });
    expect(pairedDifference(a, b, 1).p).toBeLessThan(0.001);
    expect(pairedDifference(a, b, 1).low).toBeCloseTo(0.1, 9);
    expect(pairedDifference(b, b, 1)).toEqual({ mean: 0, low: 0, high: 0, p: 1, better: 0, worse: 0, equal: 30 });
  });
});
