/** What passages are sure of: each its best, as long as there is room, and what they name before all else. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Key } from '../../src/library/library.ts';
import { bestClaims, Naming, sureOf, type Claim } from '../../src/search/claims.ts';

const claim = (key: string, share: number, isNamed = false): Claim => ({ key: key as Key, share, isNamed });
const chosen = (claims: Claim[][], most: number, not: string[] = []) =>
  [...sureOf(claims, most, (key) => !not.includes(key))].map(([key, passage]) => `${key} ${passage}`);

describe('passages', () => {
  it('have their best first, one each, and then another', () => {
    const claims = [
      [claim('a', 0.9), claim('b', 0.8), claim('c', 0.7)],
      [claim('a', 0.5), claim('d', 0.3)],
    ];
    expect(chosen(claims, 10)).toEqual(['a 0', 'd 1', 'b 0']);
    expect(chosen(claims, 2)).toEqual(['a 0', 'd 1']);
    expect(chosen(claims, 10, ['d', 'b'])).toEqual(['a 0', 'c 0']);
  });

  it('have all that they name, before what others ask for', () => {
    const named = [1, 2, 3, 4].map((i) => claim(`n${i}`, i / 100, true));
    expect(chosen([[claim('a', 0.9)], named], 4)).toEqual(['n4 1', 'n3 1', 'n2 1', 'n1 1']);
    expect(chosen([[claim('a', 0.9)], named], 5)).toContain('a 0');
  });

  it('have two each where there are two for each, no paper twice, and never more than is wanted', () => {
    const claims = fc.array(
      fc.array(fc.tuple(fc.constantFrom(...'abcdefgh'), fc.double({ min: 0, max: 1, noNaN: true })), { maxLength: 8 }),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(claims, fc.integer({ min: 1, max: 12 }), (given, most) => {
        const own = given.map((each) => bestClaims([...new Map(each)].map(([key, share]) => claim(key, share))));
        const sure = sureOf(own, most, () => true);
        expect(sure.size).toBeLessThanOrEqual(most);
        const counts = own.map((_, i) => [...sure.values()].filter((passage) => passage === i).length);
        expect(Math.max(0, ...counts)).toBeLessThanOrEqual(2);
        if (sure.size === most) return;
        // Who has fewer than two has nothing left to claim.
        for (const [i, each] of own.entries())
          expect(counts[i]! >= 2 || each.every(({ key }) => sure.has(key))).toBe(true);
      }),
    );
  });
});

describe('a title', () => {
  const TITLE = 'Deep Residual Learning for Image Recognition';
  it.each([
    ['As backbone we use deep residual learning for image recognition, as is usual.', TITLE, true],
    ['As backbone we use deep residual learning of image recognition.', TITLE, true],
    ['Learning is deep, and an image is for recognition of what is residual.', TITLE, false],
    ['We use random forests.', 'Random Forests', false],
    ['Long short-term memory is used here.', 'Long Short-Term Memory', true],
    ['', TITLE, false],
    ['Nothing.', '', false],
  ])('is looked for in "%s": %s', (text, title, expected) => {
    expect(new Naming(text).names(title)).toBe(expected);
  });
});
