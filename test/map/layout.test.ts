/** A layout keeps together what belongs together, whatever it is made of. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layOut, memberships, NEIGHBOURS, type Neighbourhoods } from '../../src/map/layout.ts';
import { FARTHEST } from '../../src/map/map.ts';
import { onMap, placeAmong } from '../../src/map/place.ts';
import { principalAxes, projected } from '../../src/map/principal.ts';
import { exactNearest, seeded, unitVector } from '../library/made.ts';

/** Vectors around directions, and which direction each is around. */
function clusters(seed: number, count: number, each: number) {
  const random = seeded(seed);
  const centres = Array.from({ length: count }, () => unitVector(random));
  const vectors = centres.flatMap((centre) => Array.from({ length: each }, () => unitVector(random, centre)));
  return { vectors, clusterOf: (i: number) => Math.floor(i / each) };
}

function neighbourhoodsOf(vectors: Float32Array[], k = NEIGHBOURS): Neighbourhoods {
  const all = new Map(vectors.map((vector, i) => [i, vector]));
  const found = vectors.map((vector, i) => exactNearest(all, vector, k + 1).filter(({ key }) => key !== i));
  const filled = <T>(near: T[], none: T) => Array.from({ length: k }, (_, j) => near[j] ?? none);
  return {
    k,
    nearest: Int32Array.from(
      found.flatMap((near) =>
        filled(
          near.map(({ key }) => key),
          -1,
        ),
      ),
    ),
    distances: Float32Array.from(
      found.flatMap((near) =>
        filled(
          near.map(({ similarity }) => Math.max(0, 1 - similarity)),
          0,
        ),
      ),
    ),
  };
}

function laidOut(vectors: Float32Array[]) {
  const axes = principalAxes(vectors);
  const start = Float32Array.from(vectors.flatMap((vector) => projected(vector, axes)));
  return layOut(neighbourhoodsOf(vectors), start)!;
}

describe('a layout', () => {
  it('keeps clusters together and apart from each other', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 2, max: 5 }), (seed, count) => {
        const { vectors, clusterOf } = clusters(seed, count, 30);
        const { x, y } = onMap(laidOut(vectors));
        for (const [i] of vectors.entries()) {
          const nearest = Array.from(x.keys())
            .filter((j) => j !== i)
            .sort((a, b) => Math.hypot(x[a]! - x[i]!, y[a]! - y[i]!) - Math.hypot(x[b]! - x[i]!, y[b]! - y[i]!))
            .slice(0, 5);
          expect(nearest.map(clusterOf)).toEqual(nearest.map(() => clusterOf(i)));
        }
      }),
      { numRuns: 5 },
    );
  });

  it('is the same for the same papers', () => {
    const { vectors } = clusters(1, 3, 20);
    expect(laidOut(vectors)).toEqual(laidOut(vectors));
  });

  it('ends when it is told to', () => {
    const { vectors } = clusters(1, 2, 20);
    const shares: number[] = [];
    const start = new Float32Array(2 * vectors.length);
    const ended = layOut(neighbourhoodsOf(vectors), start, (share) => shares.push(share) < 3);
    expect(ended).toBeUndefined();
    expect(shares).toHaveLength(3);
  });

  it.each([1, 2, 3, 5])('is one of %i papers as well', (count) => {
    const { x, y } = onMap(laidOut(clusters(1, 1, count).vectors));
    expect([x.length, y.length]).toEqual([count, count]);
    for (const place of [...x, ...y]) expect(place).toBeLessThanOrEqual(FARTHEST);
  });

  it('parts papers that say the same', () => {
    const [vector] = clusters(1, 1, 1).vectors;
    const places = laidOut(Array.from({ length: 20 }, () => vector!));
    expect(places.every(Number.isFinite)).toBe(true);
    expect(new Set(Array.from({ length: 20 }, (_, i) => `${places[2 * i]} ${places[2 * i + 1]}`)).size).toBe(20);
  });
});

it('gives every paper about as many neighbours, however dense its field is', () => {
  const { vectors } = clusters(1, 2, 40);
  const near = neighbourhoodsOf(vectors);
  const sums = (weights: Float32Array) =>
    vectors.map((_, i) => weights.subarray(i * near.k, (i + 1) * near.k).reduce((sum, each) => sum + each, 0));
  const thinner = {
    ...near,
    distances: near.distances.map((distance, i) => (i < 40 * near.k ? distance / 10 : distance)),
  };
  for (const sum of [...sums(memberships(near)), ...sums(memberships(thinner))])
    expect(sum).toBeCloseTo(Math.log2(near.k), 1);
});

describe('places on a map', () => {
  it('leave no strip empty that says nothing, and change the order of nothing', () => {
    const values = Array.from({ length: 100 }, (_, i) => [i === 99 ? 100_000 : i, i % 10]).flat();
    const { x } = onMap(Float32Array.from(values));
    expect([...x]).toEqual([...x.toSorted()]);
    expect(x[98]! - x[0]!).toBeGreaterThan(0.8 * FARTHEST);
  });

  it('are those of the neighbours for what came later, the nearest counting most', () => {
    const at = (x: number, distance: number) => ({ x, y: 1000, distance });
    const [x, y] = placeAmong([at(10_000, 0.1), at(20_000, 0.4), at(20_000, 0.5)], 1)!;
    expect(x).toBeGreaterThan(10_000);
    expect(x).toBeLessThan(15_000);
    expect(Math.abs(y - 1000)).toBeLessThan(100);
    expect(placeAmong([], 1)).toBeUndefined();
  });
});
