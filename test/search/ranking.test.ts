import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Neighbour, WordMatch } from '../../src/library/library.ts';
import { fuse, LEXICAL_WEIGHT } from '../../src/search/fusion.ts';

/** A leg as a library gives it: each row once, best first, ties in the order of rows. */
const leg = (toScore: (steps: number) => number) =>
  fc
    .uniqueArray(fc.record({ row: fc.integer({ min: 1, max: 60 }), steps: fc.integer({ min: -500, max: 500 }) }), {
      selector: ({ row }) => row,
      maxLength: 40,
    })
    .map((hits) =>
      hits.sort((a, b) => b.steps - a.steps || a.row - b.row).map(({ row, steps }) => ({ row, score: toScore(steps) })),
    );
const denseLeg: fc.Arbitrary<Neighbour[]> = leg((steps) => steps / 500).map((hits) =>
  hits.map(({ row, score }) => ({ row, similarity: score })),
);
const lexicalLeg: fc.Arbitrary<WordMatch[]> = leg((steps) => 5 + steps / 100);
const weights = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 0.5, 1, LEXICAL_WEIGHT));
const rows = (hits: { row: number }[]) => hits.map(({ row }) => row);

function check(property: (dense: Neighbour[], lexical: WordMatch[], weight: number) => void): void {
  fc.assert(fc.property(denseLeg, lexicalLeg, weights, property), { seed: 1, numRuns: 1000 });
}

describe('fused', () => {
  it('holds each paper of either leg once, with its place in each and its cosine', () => {
    check((dense, lexical, weight) => {
      const fused = fuse(dense, lexical, weight);
      expect([...rows(fused)].sort()).toEqual([...new Set([...rows(dense), ...rows(lexical)])].sort());
      for (const { row, ranks, similarity } of fused) {
        const [inDense, inLexical] = [rows(dense).indexOf(row), rows(lexical).indexOf(row)];
        expect(ranks).toEqual({
          dense: inDense === -1 ? undefined : inDense + 1,
          lexical: inLexical === -1 ? undefined : inLexical + 1,
        });
        expect(similarity).toBe(dense[inDense]?.similarity);
      }
    });
  });

  it('has scores from 0 to 1 and one possible order: by score, then by row', () => {
    check((dense, lexical, weight) => {
      const fused = fuse(dense, lexical, weight);
      for (const [i, { row, score }] of fused.entries()) {
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1);
        const before = fused[i - 1];
        if (before) expect(before.score > score || (before.score === score && before.row < row)).toBe(true);
      }
    });
  });

  it('is the dense leg alone with weight 0 and the lexical leg alone with weight 1', () => {
    check((dense, lexical) => {
      const denseRows = new Set(rows(dense));
      const byDense = fuse(dense, lexical, 0);
      expect(rows(byDense).filter((row) => denseRows.has(row))).toEqual(rows(dense));
      for (const { row, score } of byDense) if (!denseRows.has(row)) expect(score).toBe(0);

      const lexicalRows = new Set(rows(lexical));
      const byLexical = fuse(dense, lexical, 1);
      expect(rows(byLexical).filter((row) => lexicalRows.has(row))).toEqual(rows(lexical));
      for (const { row, score } of byLexical) if (!lexicalRows.has(row)) expect(score).toBe(0);
    });
  });

  it('puts first, with the full score, what is first in both legs', () => {
    check((dense, lexical, weight) => {
      if (dense.length === 0 || lexical.length === 0 || dense[0]!.row !== lexical[0]!.row) return;
      const top = fuse(dense, lexical, weight).find(({ row }) => row === dense[0]!.row)!;
      expect(top.score).toBeCloseTo(1, 12);
    });
    const [best, second] = fuse(
      [
        { row: 7, similarity: 0.5 },
        { row: 1, similarity: 0.1 },
      ],
      [
        { row: 7, score: 3 },
        { row: 2, score: 1 },
      ],
    );
    expect([best!.row, best!.score]).toEqual([7, 1]);
    expect(second!.score).toBe(0);
  });

  it('adds the legs by weight, each between its worst and its best', () => {
    const dense = [
      { row: 1, similarity: 0.9 },
      { row: 2, similarity: 0.6 },
      { row: 3, similarity: 0.5 },
    ];
    const lexical = [
      { row: 2, score: 10 },
      { row: 4, score: 6 },
      { row: 1, score: 2 },
    ];
    const scores = Object.fromEntries(fuse(dense, lexical, 0.4).map(({ row, score }) => [row, score]));
    expect(scores[1]).toBeCloseTo(0.6 * 1 + 0.4 * 0, 12);
    expect(scores[2]).toBeCloseTo(0.6 * 0.25 + 0.4 * 1, 12);
    expect(scores[3]).toBeCloseTo(0, 12);
    expect(scores[4]).toBeCloseTo(0.4 * 0.5, 12);
    expect(rows(fuse(dense, lexical, 0.4))).toEqual([1, 2, 4, 3]);
  });

  it('gives the full share to every paper of a leg in which all are alike', () => {
    expect(fuse([{ row: 2, similarity: 0.3 }], [], 0.25)).toMatchObject([{ row: 2, score: 0.75 }]);
    expect(
      fuse(
        [],
        [
          { row: 3, score: 2 },
          { row: 4, score: 2 },
        ],
        0.25,
      ),
    ).toMatchObject([
      { row: 3, score: 0.25 },
      { row: 4, score: 0.25 },
    ]);
    expect(fuse([], [])).toEqual([]);
  });
});
