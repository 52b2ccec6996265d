import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Neighbour, WordMatch } from '../../src/library/library.ts';
import { candidates, fuse, isTitle, LEXICAL_WEIGHT, single } from '../../src/search/ranking.ts';

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
/** What a paper holds of the question is of no matter to its rank. */
const HELD = { words: 1, coverage: 0.5 };
const lexicalLeg: fc.Arbitrary<WordMatch[]> = leg((steps) => 5 + steps / 100).map((hits) =>
  hits.map((hit) => ({ ...hit, ...HELD })),
);
const weights = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 0.5, 1, LEXICAL_WEIGHT));
const rows = (hits: { row: number }[]) => hits.map(({ row }) => row);

function check(property: (dense: Neighbour[], lexical: WordMatch[], weight: number) => void): void {
  fc.assert(fc.property(denseLeg, lexicalLeg, weights, property), { seed: 1, numRuns: 1000 });
}

const BACKGROUND = -0.2;

describe('the candidates of both legs', () => {
  it('are each paper once, with its place in each leg and what it scored there', () => {
    check((dense, lexical) => {
      const found = candidates(dense, lexical);
      expect(rows(found).toSorted()).toEqual([...new Set([...rows(dense), ...rows(lexical)])].toSorted());
      for (const { row, ranks, similarity, bm25 } of found) {
        const [inDense, inLexical] = [rows(dense).indexOf(row), rows(lexical).indexOf(row)];
        expect(ranks).toEqual({
          dense: inDense === -1 ? undefined : inDense + 1,
          lexical: inLexical === -1 ? undefined : inLexical + 1,
        });
        expect(similarity).toBe(dense[inDense]?.similarity);
        expect(bm25).toBe(lexical[inLexical]?.score ?? 0);
      }
    });
  });
});

describe('fused', () => {
  it('is every candidate with a score from 0 to 1, the sum of its shares, in one possible order', () => {
    check((dense, lexical, weight) => {
      const found = candidates(dense, lexical);
      const fused = fuse(found, BACKGROUND, weight);
      expect(rows(fused).toSorted()).toEqual(rows(found).toSorted());
      for (const [i, { row, score, shares }] of fused.entries()) {
        expect(score).toBe(shares.dense + shares.lexical);
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1 + 1e-12);
        const before = fused[i - 1];
        if (before) expect(before.score > score || (before.score === score && before.row < row)).toBe(true);
      }
    });
  });

  it('follows one leg alone when the other weighs nothing', () => {
    check((dense, lexical) => {
      const found = candidates(dense, lexical);
      const isNear = new Set(dense.filter(({ similarity }) => similarity > BACKGROUND).map(({ row }) => row));
      const byDense = rows(fuse(found, BACKGROUND, 0)).filter((row) => isNear.has(row));
      expect(byDense).toEqual(rows(dense).filter((row) => isNear.has(row)));
      const isLexical = new Set(rows(lexical));
      expect(rows(fuse(found, BACKGROUND, 1)).filter((row) => isLexical.has(row))).toEqual(rows(lexical));
    });
  });

  it('does not depend on how many candidates were taken behind the best', () => {
    check((dense, lexical, weight) => {
      const all = fuse(candidates(dense, lexical), BACKGROUND, weight);
      const fewer = fuse(candidates(dense.slice(0, 5), lexical.slice(0, 5)), BACKGROUND, weight);
      const inBoth = new Set([...rows(dense.slice(0, 5))].filter((row) => rows(lexical.slice(0, 5)).includes(row)));
      for (const { row, score } of fewer) {
        if (inBoth.has(row)) expect(score).toBe(all.find((each) => each.row === row)!.score);
      }
    });
  });

  it('adds the legs by weight, each between the background and its best', () => {
    const found = candidates(
      [
        { row: 1, similarity: 0.9 },
        { row: 2, similarity: 0.5 },
        { row: 3, similarity: 0.1 },
        { row: 5, similarity: 0 },
      ],
      [
        { row: 2, score: 10, ...HELD },
        { row: 4, score: 5, ...HELD },
        { row: 1, score: 1, ...HELD },
      ],
    );
    const scores = Object.fromEntries(fuse(found, 0.1, 0.4).map(({ row, score }) => [row, score]));
    expect(scores[1]).toBeCloseTo(0.6 * 1 + 0.4 * 0.1, 12);
    expect(scores[2]).toBeCloseTo(0.6 * 0.5 + 0.4 * 1, 12);
    expect(scores[3]).toBe(0);
    expect(scores[4]).toBeCloseTo(0.4 * 0.5, 12);
    expect(scores[5]).toBe(0);
  });

  it('is nothing when nothing was found', () => {
    expect(fuse([], 0)).toEqual([]);
    expect(fuse(candidates([{ row: 2, similarity: 0.3 }], []), 0, 0.25)).toMatchObject([{ row: 2, score: 0.75 }]);
  });
});

describe('one leg alone', () => {
  it('is ordered by its own score', () => {
    check((dense, lexical) => {
      expect(rows(single(candidates(dense, []), 'dense'))).toEqual(rows(dense));
      const ranked = single(candidates([], lexical), 'lexical');
      expect(ranked.map(({ row, score }) => ({ row, score, ...HELD }))).toEqual(lexical);
    });
  });
});

describe('a title', () => {
  it.each([
    ['attention is all you need', 'Attention Is All You Need'],
    ['Deep Learning', 'Deep learning.'],
    ['Gödel, Escher, Bach: an eternal golden braid', 'Godel Escher Bach – An Eternal Golden Braid'],
    ['A study of seven very long and winding roads in hills', 'Study of seven very long and winding roads in hills'],
  ])('is known in %s', (text, title) => expect(isTitle(text, title)).toBe(true));

  it.each([
    ['deep learning', 'Deep learning for speech'],
    ['attention is all', 'Attention Is All You Need'],
    ['you need all attention is', 'Attention Is All You Need'],
    ['', ''],
    ['?', '!'],
    ['learning', 'Deep learning'],
  ])('is not seen in %s', (text, title) => expect(isTitle(text, title)).toBe(false));
});
