/** The verdict on each paper of a list: it never rises, and numbers are changed as little as that takes. */
import * as fc from 'fast-check';
import { describe, expect, inject, it } from 'vitest';
import { Embedder } from '../../src/embedding/embedder.ts';
import { openLibrary } from '../../src/library/open.ts';
import { CLOSENESS, closenessOf, neverRising } from '../../src/search/closeness.ts';
import { Search } from '../../src/search/search.ts';
import { MODEL } from '../library/made.ts';

const numbers = fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { maxLength: 60 });
const sum = (values: number[]): number => values.reduce((all, value) => all + value, 0);
const distance = (a: number[], b: number[]): number => sum(a.map((value, i) => (value - b[i]!) ** 2));

describe('numbers that never rise', () => {
  it('are as many, never rise, have the same sum, and stay as they are where they did not rise', () => {
    fc.assert(
      fc.property(numbers, (values) => {
        const fitted = neverRising(values);
        expect(fitted).toHaveLength(values.length);
        for (let i = 1; i < fitted.length; i++) expect(fitted[i]!).toBeLessThanOrEqual(fitted[i - 1]! + 1e-9);
        expect(sum(fitted)).toBeCloseTo(sum(values), 6);
        const falling = values.toSorted((a, b) => b - a);
        expect(neverRising(falling)).toEqual(falling);
      }),
    );
  });

  it('are nearer than any others that never rise', () => {
    fc.assert(
      fc.property(numbers, numbers, (values, others) => {
        const falling = values.map((_, i) => others[i] ?? 0).sort((a, b) => b - a);
        expect(distance(neverRising(values), values)).toBeLessThanOrEqual(distance(falling, values) + 1e-6);
      }),
    );
  });

  it('are these', () => {
    expect(neverRising([80, 60, 70, 20, 30, 10])).toEqual([80, 65, 65, 25, 25, 10]);
  });
});

describe('closeness', () => {
  const rated = (...relevances: (number | null)[]) =>
    relevances.map((relevance) => ({ relevance, relevanceByWords: 0, askedBy: undefined }));
  const of = (list: Parameters<typeof closenessOf>[0], isFound = true) => closenessOf(list, () => false, 38, isFound);

  it('goes by steps, and has weak ones last', () => {
    expect(of(rated(90, 60, 45, 30, 39, 10))).toEqual(['very-close', 'close', 'related', 'weak', 'weak', 'weak']);
  });

  it('is that of the paper before where there is no vector', () => {
    expect(of(rated(null, 80, null, 40, null))).toEqual([
      'very-close',
      'very-close',
      'very-close',
      'related',
      'related',
    ]);
  });

  it('is by words where papers that hold them have no vector yet, behind others that hold none', () => {
    const without = Array.from({ length: 50 }, () => ({ relevance: null, relevanceByWords: 38, askedBy: undefined }));
    const steps = of([...rated(10, 10, 10), ...without]);
    expect(new Set(steps)).toEqual(new Set(['related']));
  });

  it('is weak throughout where nothing was found, and not at first where something was', () => {
    expect(of(rated(30, 40), false)).toEqual(['weak', 'weak']);
    expect(of(rated(30, 40, 10))).toEqual(['related', 'related', 'weak']);
  });

  it('never rises along any list', () => {
    const list = fc.array(
      fc.record({ relevance: fc.option(fc.nat(100)), relevanceByWords: fc.nat(50), askedBy: fc.constant(undefined) }),
    );
    fc.assert(
      fc.property(list, fc.boolean(), fc.nat(3), (papers, isFound, asked) => {
        const front = Array.from({ length: asked }, () => ({
          relevance: 20,
          relevanceByWords: 0,
          askedBy: 'title' as const,
        }));
        const places = of([...front, ...papers], isFound).map((each) => CLOSENESS.indexOf(each));
        expect(places).toEqual(places.toSorted((a, b) => a - b));
      }),
    );
  });

  it('never rises in an answer, page by page', async () => {
    const [library, embedder] = await Promise.all([
      openLibrary(inject('sampleLibrary')),
      Embedder.start(MODEL, { threads: 1 }),
    ]);
    const search = new Search(library, embedder);
    for (const query of [
      'knee',
      'neural networks',
      'Turing 1937 machines',
      'random forests',
      'lasagne',
      'structure of DNA',
    ]) {
      const places: number[] = [];
      let relevant = 0;
      for (let cursor: string | undefined; places.length === 0 || cursor !== undefined;) {
        const { hits, next, total } = await search.search(query, { limit: 30, cursor });
        places.push(...hits.map(({ closeness }) => CLOSENESS.indexOf(closeness!)));
        relevant = total.relevant;
        cursor = next ?? undefined;
      }
      expect([query, places]).toEqual([query, places.toSorted((a, b) => a - b)]);
      expect([query, places.filter((place) => CLOSENESS[place] !== 'weak').length]).toEqual([query, relevant]);
    }
    await Promise.all([library.close(), embedder.close()]);
  });
});
