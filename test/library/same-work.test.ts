/** The rule by which two papers are versions of one work, on invented pairs. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockingKeys, neededCosine, titleSimilarity, traitsOf } from '../../src/library/same-work.ts';

interface Facts {
  title?: string;
  authors?: string[];
  year?: number | null;
  abstract?: string;
}

const print = ({
  title = 'Counting glaciers from above the clouds',
  authors = ['Ada Ashwood', 'Ben Birch'],
  year = 2016,
  abstract = 'Ice.',
}: Facts) => traitsOf({ title, authors, year, abstract });

/** Whether two papers are one work when their vectors have this cosine. */
function same(a: Facts, b: Facts, cosine: number): boolean {
  const [one, other] = [print(a), print(b)];
  const meet = blockingKeys(one).some((key) => blockingKeys(other).includes(key));
  const needed = neededCosine(one, other);
  expect(neededCosine(other, one)).toBe(needed);
  return meet && needed !== undefined && cosine >= needed;
}

describe('two papers are one work', () => {
  it.each<[string, Facts, Facts]>([
    [
      'case, hyphens, accents and mark-up',
      { title: 'A Naïve $K$-means for {Ice} on moons' },
      { title: 'a naive k means for ice on moons' },
    ],
    ['an initial in place of a given name', {}, { authors: ['A. Ashwood', 'Birch, B.'] }],
    [
      'family and given names changed round',
      { authors: ['Li Wei', 'Zhang San'] },
      { authors: ['Wei Li', 'San Zhang'] },
    ],
    ['every author named twice', {}, { authors: ['Ada Ashwood', 'Ben Birch', 'Ada Ashwood', 'Ben Birch'] }],
    ['one more author', {}, { authors: ['Ada Ashwood', 'Cy Cedar', 'Ben Birch'] }],
    ['a remark of which version it is', {}, { title: 'Counting glaciers from above the clouds (extended version)' }],
    [
      'a title that got a second part',
      {},
      { title: 'Counting glaciers from above the clouds: a study of forty valleys' },
    ],
    ['a title that got a name before it', {}, { title: 'SkyIce: counting glaciers from above the clouds' }],
    ['a word of the title changed', {}, { title: 'Counting the glaciers from above clouds' }],
    ['years apart', { year: 1999 }, { year: 2012 }],
    ['no year', { year: null }, {}],
    ['a Roman numeral', { title: 'Counting glaciers, Part II' }, { title: 'Counting Glaciers: Part 2' }],
  ])('in spite of %s', (_, a, b) => {
    expect(same(a, b, 0.9)).toBe(true);
    expect(same(a, b, 0.2)).toBe(false);
  });

  it('under another title only when authors and nearly all of the content agree', () => {
    const renamed = { title: 'How many ice fields are there? An answer by drone' };
    expect(same({}, renamed, 0.97)).toBe(true);
    expect(same({}, renamed, 0.85)).toBe(false);
    expect(same({}, { ...renamed, authors: ['Ada Ashwood', 'Cy Cedar'] }, 0.97)).toBe(false);
    expect(same({}, { ...renamed, year: 2025 }, 0.97)).toBe(false);
  });

  it('without authors only when nothing differs', () => {
    const nobody = { authors: [] };
    expect(same(nobody, nobody, 0.95)).toBe(true);
    expect(same(nobody, {}, 0.95)).toBe(true);
    expect(same(nobody, {}, 0.8)).toBe(false);
    expect(same(nobody, { year: 2019 }, 0.95)).toBe(false);
    expect(same(nobody, { title: 'Counting glaciers from above the sea' }, 0.99)).toBe(false);
  });
});

describe('two papers are two works, however near', () => {
  it.each<[string, Facts, Facts]>([
    ['parts', { title: 'Counting glaciers, Part I' }, { title: 'Counting glaciers, Part II' }],
    ['parts, one of them unnumbered', {}, { title: 'Counting glaciers from above the clouds II' }],
    [
      'years of an event',
      { title: 'Findings of the glacier task 2015' },
      { title: 'Findings of the glacier task 2016' },
    ],
    [
      'numbered events',
      { title: 'Proceedings of the Third Workshop on Ice', authors: [] },
      { title: 'Proceedings of the Fourth Workshop on Ice', authors: [] },
    ],
    ['an erratum', {}, { title: 'Erratum to: Counting glaciers from above the clouds' }],
    ['a comment', {}, { title: 'Comment on "Counting glaciers from above the clouds"' }],
    ['a reply to a comment', { title: 'Comment on: counting glaciers' }, { title: 'Reply to: counting glaciers' }],
    ['a retraction', {}, { title: 'Retracted: Counting glaciers from above the clouds' }],
    ['other authors', {}, { authors: ['Cy Cedar', 'Dee Dogwood'] }],
    ['authors of the same surnames', {}, { authors: ['Bob Ashwood', 'Cora Birch'] }],
    ['no title', { title: '' }, { title: '' }],
  ])('being %s', (_, a, b) => {
    expect(same(a, b, 1)).toBe(false);
  });
});

it('compares titles from 0 to 1, the same both ways round, 1 for the same title', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (one, other) => {
      const [a, b] = [print({ title: one }), print({ title: other })];
      const similarity = titleSimilarity(a, b);
      expect(similarity).toBe(titleSimilarity(b, a));
      expect(similarity).toBeGreaterThanOrEqual(0);
      expect(similarity).toBeLessThanOrEqual(1);
      expect(titleSimilarity(a, a)).toBe(1);
    }),
  );
});

it('takes any title and any names', () => {
  const facts = fc.record({
    title: fc.string({ unit: 'binary' }),
    authors: fc.array(fc.string({ unit: 'binary' })),
    year: fc.option(fc.integer({ min: 1000, max: 2999 })),
  });
  fc.assert(
    fc.property(facts, facts, (a, b) => {
      const [one, other] = [print(a), print(b)];
      expect(neededCosine(one, other)).toBe(neededCosine(other, one));
      for (const key of blockingKeys(one)) expect(Number.isSafeInteger(key)).toBe(true);
    }),
  );
});
