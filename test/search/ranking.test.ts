import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { candidatesFrom, NO_MATCH } from '../../src/library/candidates.ts';
import type { Candidate, Key } from '../../src/library/library.ts';
import { fuse, isTitle, LEXICAL_WEIGHT, single } from '../../src/search/ranking.ts';

/** A paper that a leg found, by the number in its id, and what it scored there. */
interface Scored {
  row: number;
  score: number;
}

/** A leg as a library gives it: each paper once, best first, ties in the order of ids. */
const leg = (toScore: (steps: number) => number): fc.Arbitrary<Scored[]> =>
  fc
    .uniqueArray(fc.record({ row: fc.integer({ min: 1, max: 60 }), steps: fc.integer({ min: -500, max: 500 }) }), {
      selector: ({ row }) => row,
      maxLength: 40,
    })
    .map((hits) =>
      hits.sort((a, b) => b.steps - a.steps || a.row - b.row).map(({ row, steps }) => ({ row, score: toScore(steps) })),
    );
const denseLeg = leg((steps) => steps / 500);
const lexicalLeg = leg((steps) => 5 + steps / 100);
/** What a paper holds of the question is of no matter to its rank. */
const HELD = { words: 1, coverage: 0.5 };
const weights = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 0.5, 1, LEXICAL_WEIGHT));
const keyOf = (row: number) => String(row).padStart(2, '0') as Key;
const rowOf = ({ key }: Candidate) => Number(key);
const rows = (hits: Scored[]) => hits.map(({ row }) => row);
const ranked = (hits: Candidate[]) => hits.map(rowOf);

/** What both legs found; what one did not find it says nothing of. */
function candidates(dense: Scored[], lexical: Scored[]): Candidate[] {
  const known = new Map<number, Candidate>();
  for (const row of new Set(rows([...dense, ...lexical]))) {
    const [near, held] = [dense, lexical].map((found) => found.find((each) => each.row === row));
    known.set(row, {
      ...{
        key: keyOf(row),
        id: keyOf(row),
        work: keyOf(row),
        title: '',
        year: null,
        vector: undefined,
        called: undefined,
      },
      similarity: near?.score,
      match: held ? { score: held.score, ...HELD } : NO_MATCH,
      ranks: { dense: undefined, lexical: undefined },
    });
  }
  const found = (hits: Scored[]) => hits.map(({ row }) => known.get(row)!);
  return candidatesFrom({ dense: found(dense), lexical: found(lexical) });
}

function check(property: (dense: Scored[], lexical: Scored[], weight: number) => void): void {
  fc.assert(fc.property(denseLeg, lexicalLeg, weights, property), { seed: 1, numRuns: 1000 });
}

const BACKGROUND = -0.2;

describe('the candidates of both legs', () => {
  it('are each paper once, with its place in each leg and what it scored there', () => {
    check((dense, lexical) => {
      const found = candidates(dense, lexical);
      expect(ranked(found).toSorted()).toEqual([...new Set([...rows(dense), ...rows(lexical)])].toSorted());
      for (const each of found) {
        const [inDense, inLexical] = [rows(dense).indexOf(rowOf(each)), rows(lexical).indexOf(rowOf(each))];
        expect(each.ranks).toEqual({
          dense: inDense === -1 ? undefined : inDense + 1,
          lexical: inLexical === -1 ? undefined : inLexical + 1,
        });
        expect(each.similarity).toBe(dense[inDense]?.score);
        expect(each.match!.score).toBe(lexical[inLexical]?.score ?? 0);
      }
    });
  });
});

describe('fused', () => {
  it('is every candidate with a score from 0 to 1, the sum of its shares, in one possible order', () => {
    check((dense, lexical, weight) => {
      const found = candidates(dense, lexical);
      const fused = fuse(found, BACKGROUND, weight);
      expect(ranked(fused).toSorted()).toEqual(ranked(found).toSorted());
      for (const [i, { id, score, shares }] of fused.entries()) {
        expect(score).toBe(shares.dense + shares.lexical);
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1 + 1e-12);
        const before = fused[i - 1];
        if (before) expect(before.score > score || (before.score === score && before.id < id)).toBe(true);
      }
    });
  });

  it('follows one leg alone when the other weighs nothing', () => {
    check((dense, lexical) => {
      const found = candidates(dense, lexical);
      const isNear = new Set(dense.filter(({ score }) => score > BACKGROUND).map(({ row }) => row));
      const byDense = ranked(fuse(found, BACKGROUND, 0)).filter((row) => isNear.has(row));
      expect(byDense).toEqual(rows(dense).filter((row) => isNear.has(row)));
      const isLexical = new Set(rows(lexical));
      expect(ranked(fuse(found, BACKGROUND, 1)).filter((row) => isLexical.has(row))).toEqual(rows(lexical));
    });
  });

  it('does not depend on how many candidates were taken behind the best', () => {
    check((dense, lexical, weight) => {
      const all = fuse(candidates(dense, lexical), BACKGROUND, weight);
      const fewer = fuse(candidates(dense.slice(0, 5), lexical.slice(0, 5)), BACKGROUND, weight);
      const inBoth = new Set([...rows(dense.slice(0, 5))].filter((row) => rows(lexical.slice(0, 5)).includes(row)));
      for (const each of fewer) {
        if (inBoth.has(rowOf(each))) expect(each.score).toBe(all.find(({ key }) => key === each.key)!.score);
      }
    });
  });

  it('adds the legs by weight, each between the background and its best', () => {
    const found = candidates(
      [
        { row: 1, score: 0.9 },
        { row: 2, score: 0.5 },
        { row: 3, score: 0.1 },
        { row: 5, score: 0 },
      ],
      [
        { row: 2, score: 10 },
        { row: 4, score: 5 },
        { row: 1, score: 1 },
      ],
    );
    const scores = Object.fromEntries(fuse(found, 0.1, 0.4).map((each) => [rowOf(each), each.score]));
    expect(scores[1]).toBeCloseTo(0.6 * 1 + 0.4 * 0.1, 12);
    expect(scores[2]).toBeCloseTo(0.6 * 0.5 + 0.4 * 1, 12);
    expect(scores[3]).toBe(0);
    expect(scores[4]).toBeCloseTo(0.4 * 0.5, 12);
    expect(scores[5]).toBe(0);
  });

  it('is nothing when nothing was found', () => {
    expect(fuse([], 0)).toEqual([]);
    expect(fuse(candidates([{ row: 2, score: 0.3 }], []), 0, 0.25)).toMatchObject([{ id: '02', score: 0.75 }]);
  });
});

describe('one leg alone', () => {
  it('is ordered by its own score', () => {
    check((dense, lexical) => {
      expect(ranked(single(candidates(dense, []), 'dense'))).toEqual(rows(dense));
      const byWords = single(candidates([], lexical), 'lexical');
      expect(byWords.map((each) => ({ row: rowOf(each), score: each.score }))).toEqual(lexical);
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
