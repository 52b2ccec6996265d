/** A filter lets through what it says, in every way of asking; facets count what there is to filter by. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FACET_FIELDS } from '../../../src/library/facets.ts';
import type { Filter } from '../../../src/library/filter.ts';
import type { Key, Library } from '../../../src/library/library.ts';
import type { Paper, PaperInput } from '../../../src/paper.ts';
import { ids, keysOf, matching, nearest, NO_KEY } from '../asking.ts';
import type { Fresh } from '../contract.ts';
import { embedAll, exactNearest, paper, put, seeded, vectorOf } from '../made.ts';

export function aboutFilters(fresh: () => Promise<Fresh>): void {
  describe('a filter', () => {
    const titled = (id: string, fields: PaperInput) => paper(id, { title: `Study ${id}`, ...fields });
    /** The ids a filter lets through, which every way of asking agrees on. */
    const passing = async (library: Library, filter: Filter): Promise<(string | undefined)[]> => {
      const near = ids(await nearest(library, vectorOf('any'), 1000, filter)).toSorted();
      expect(ids(await matching(library, 'study', 1000, filter)).toSorted()).toEqual(near);
      for (const order of ['newest', 'title'] as const)
        expect(ids(await library.list(filter, order, 1000)).toSorted()).toEqual(near);
      expect(await library.count(filter)).toBe(near.length);
      return near;
    };

    it('of many conditions, some of them again and again, lets through what each of them says', async () => {
      const { writer, library } = await fresh();
      await put(writer, [titled('a', { authors: ['Ann Abel'] }), titled('b', { authors: ['Bo Birk'], year: 2001 })]);
      await embedAll(writer);
      const names = Array.from({ length: 60 }, (_, i) => `nobody ${i}`);
      const any = (authors: string[]) => ({ any: authors.map((author) => ({ author })) });
      expect(await passing(library, any([...names, 'abel', ...names]))).toEqual(['a']);
      expect(await passing(library, { all: [{ not: any(names) }, { not: { year: { from: 2001 } } }] })).toEqual(['a']);
    });

    it('asks for what a paper says of itself', async () => {
      const { writer, library } = await fresh();
      await put(writer, [
        titled('a', {
          abstract: 'Deep learning networks.',
          authors: ['Yoshua Bengio', 'Ann Lee'],
          year: 2019,
          venue: 'Advances in Neural Information Processing Systems',
          categories: ['cs.CL', 'stat.ML'],
          doi: '10.1000/a',
          url: 'https://example.org/a',
          extra: { collections: ['Thesis / Chapter 1'] },
        }),
        titled('b', {
          abstract: 'Learning that is deep.',
          authors: ['Bengio, Samy'],
          year: 2020,
          venue: 'Neural Networks',
          categories: ['cs'],
          pmid: 7,
          extra: { collections: ['Thesis', 'To read'] },
        }),
        titled('c', { title: 'Study c of deep learning', year: 2021, categories: ['css.X'] }),
        titled('d', {}),
      ]);
      await embedAll(writer);
      const expected: [Filter, string][] = [
        [{ year: { from: 2020 } }, 'bc'],
        [{ year: { from: 2019, to: 2020 } }, 'ab'],
        [{ year: { to: 2019 } }, 'a'],
        [{ year: {} }, 'abc'],
        [{ author: 'bengio' }, 'ab'],
        [{ author: 'Bengio, Y.' }, 'a'],
        [{ author: 'ann bengio' }, ''],
        [{ author: 'samy, bengio' }, ''],
        [{ venue: 'neural' }, 'ab'],
        [{ venue: 'neural information' }, 'a'],
        [{ venue: 'information neural' }, ''],
        [{ venue: 'neur' }, ''],
        [{ category: 'cs' }, 'ab'],
        [{ category: 'CS.cl' }, 'a'],
        [{ category: 'cl' }, ''],
        [{ collection: 'thesis' }, 'ab'],
        [{ collection: 'chapter 1' }, 'a'],
        [{ collection: 'Thesis/Chapter 1' }, 'a'],
        [{ collection: 'chapter' }, ''],
        [{ phrase: 'deep learning' }, 'ac'],
        [{ phrase: 'Deep  LEARNED!' }, 'ac'],
        [{ phrase: 'learning network' }, 'a'],
        [{ phrase: 'a deep' }, ''],
        [{ title: 'deep learning' }, 'c'],
        [{ title: 'study' }, 'abcd'],
        [{ has: 'title' }, 'abcd'],
        [{ has: 'abstract' }, 'ab'],
        [{ has: 'author' }, 'ab'],
        [{ has: 'year' }, 'abc'],
        [{ has: 'venue' }, 'ab'],
        [{ has: 'category' }, 'abc'],
        [{ has: 'collection' }, 'ab'],
        [{ has: 'url' }, 'a'],
        [{ has: 'doi' }, 'a'],
        [{ has: 'pmid' }, 'b'],
        [{ has: 'arxiv' }, ''],
        [{ not: { author: 'bengio' } }, 'cd'],
        [{ not: { has: 'year' } }, 'd'],
        [{ all: [{ author: 'bengio' }, { not: { has: 'doi' } }] }, 'b'],
        [{ any: [{ has: 'doi' }, { title: 'deep' }] }, 'ac'],
        [{ all: [] }, 'abcd'],
        [{ any: [] }, ''],
      ];
      for (const [filter, names] of expected) {
        expect([filter, (await passing(library, filter)).join('')]).toEqual([filter, names]);
      }
    });

    it('finds all there are of those it lets through, the nearest first, whatever it is made of', async () => {
      const { writer, library } = await fresh();
      const random = seeded(3);
      const any = <T>(...values: T[]): T => values[Math.floor(random() * values.length)]!;
      const papers = Array.from({ length: 300 }, (_, i) =>
        titled(`p${i}`, {
          year: any(2000, 2001, 2002, null),
          venue: any('One', 'Two', null),
          categories: any(['a.b'], ['a.c', 'd'], []),
          doi: any(`10.1000/${i}`, null),
        }),
      );
      await put(writer, papers);
      const vectors = await embedAll(writer);
      const keys = new Map((await keysOf(library, ids(papers) as string[])).map((key, i) => [papers[i]!.id, key]));
      const lets = (filter: Filter, each: Paper): boolean => {
        if ('all' in filter) return filter.all.every((part) => lets(part, each));
        if ('any' in filter) return filter.any.some((part) => lets(part, each));
        if ('not' in filter) return !lets(filter.not, each);
        if ('venue' in filter) return each.venue?.toLowerCase() === filter.venue;
        if ('category' in filter) return each.categories.some((name) => name.startsWith(filter.category));
        if ('year' in filter) {
          const { from = 0, to = 9999 } = filter.year;
          return each.year !== null && each.year >= from && each.year <= to;
        }
        return each.ids.doi !== undefined;
      };
      const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
        filter: fc.oneof(
          { maxDepth: 4, withCrossShrink: true },
          fc.constantFrom<Filter>(
            ...[{ year: { from: 2001 } }, { year: { to: 2001 } }, { venue: 'one' }, { venue: 'two' }],
            ...[{ category: 'a' }, { category: 'a.b' }, { category: 'd' }, { has: 'doi' as const }],
          ),
          fc.array(tie('filter'), { maxLength: 3 }).map((all) => ({ all })),
          fc.array(tie('filter'), { maxLength: 3 }).map((some) => ({ any: some })),
          tie('filter').map((not) => ({ not })),
        ),
      }));
      await fc.assert(
        fc.asyncProperty(filter, fc.integer({ min: 1, max: 400 }), async (each, k) => {
          const left = new Map(
            papers.filter((one) => lets(each, one)).map(({ id }) => [keys.get(id)!, vectors.get(keys.get(id)!)!]),
          );
          expect(await library.count(each)).toBe(left.size);
          const found = await nearest(library, vectorOf('any'), k, each);
          expect(found.map(({ key }) => key)).toEqual(exactNearest(left, vectorOf('any'), k).map(({ key }) => key));
          const matched = await matching(library, 'study', k, each);
          expect(matched.length).toBe(Math.min(k, left.size));
          expect(matched.every(({ key }) => left.has(key))).toBe(true);
        }),
        { numRuns: 100 },
      );
    });

    it('follows changes and removals', async () => {
      const { writer, library } = await fresh();
      await put(writer, [titled('a', { authors: ['Ann Lee'], year: 2000 }), titled('b', { authors: ['Ann Lee'] })]);
      await embedAll(writer);
      expect(await passing(library, { author: 'lee' })).toEqual(['a', 'b']);
      await put(writer, [titled('a', { authors: ['Bo Chen'], year: 2000 })]);
      expect(await passing(library, { author: 'lee' })).toEqual(['b']);
      expect(await passing(library, { author: 'chen' })).toEqual(['a']);
      expect(await passing(library, { not: { author: 'chen' } })).toEqual(['b']);
      await writer.remove(['b']);
      expect(await passing(library, { author: 'lee' })).toEqual([]);
      expect(await passing(library, { not: { author: 'lee' } })).toEqual(['a']);
      await put(writer, [
        titled('c', { year: 2000, arxiv: '2209.09004' }),
        titled('e', { year: 2001, arxiv: '2209.09004' }),
      ]);
      await embedAll(writer);
      expect(await passing(library, { year: { to: 2000 } })).toEqual(['a', 'c']);
      expect(await passing(library, { year: { from: 2001 } })).toEqual([]); // One paper, of the earliest year.
    });

    it('lets papers through that have no vector yet, for their words', async () => {
      const { writer, library } = await fresh();
      await put(writer, [titled('a', { year: 2000 }), titled('b', {})]);
      const filter: Filter = { has: 'year' };
      expect(await library.count(filter)).toBe(1);
      expect(ids(await matching(library, 'study', 10, filter))).toEqual(['a']);
      expect(await nearest(library, vectorOf('any'), 10, filter)).toEqual([]);
      expect(ids(await library.list(filter, 'newest', 10))).toEqual(['a']);
    });
  });

  describe('the facets of papers', () => {
    it('count the papers that have each value, the commonest first', async () => {
      const { writer, library } = await fresh();
      await put(writer, [
        paper('a', { authors: ['Ann Lee', 'Bo Chen', 'LEE, Ann'], year: 2000, venue: 'Venue', categories: ['x.y'] }),
        paper('b', { authors: ['ann lee'], year: 2000, venue: 'VENUE' }),
        paper('c', { authors: ['Bo Chen'], year: 1999, extra: { collections: ['Mine'] } }),
        paper('d', {}),
      ]);
      const [a, b, c, d] = (await keysOf(library, ['a', 'b', 'c', 'd'])) as [Key, Key, Key, Key];
      expect(await library.facets([a, b, d], 10)).toEqual({
        year: [{ value: '2000', papers: 2 }],
        author: [
          { value: 'Ann Lee', papers: 2 },
          { value: 'Bo Chen', papers: 1 },
        ],
        venue: [{ value: 'Venue', papers: 2 }],
        category: [{ value: 'x.y', papers: 1 }],
        collection: [],
      });
      expect(await library.facets([a, b, c, a, NO_KEY], 1)).toMatchObject({
        year: [{ value: '2000', papers: 2 }],
        author: [{ value: 'Ann Lee', papers: 2 }],
        collection: [{ value: 'Mine', papers: 1 }],
      });
      for (const filter of [{ all: [] }, { year: { to: 2000 } }, { author: 'ann lee' }, { any: [] }]) {
        const among = (await library.list(filter, 'title', 10)).map(({ key }) => key);
        for (const limit of [1, 10]) {
          const all = await library.facets(among, limit);
          for (const field of FACET_FIELDS) expect(await library.tally(filter, field, limit)).toEqual(all[field]);
        }
      }
      const none = { year: [], author: [], venue: [], category: [], collection: [] };
      expect(await library.facets([], 10)).toEqual(none);
      expect(await library.facets([d, NO_KEY], 10)).toEqual(none);
      await writer.remove(['a', 'b', 'c']);
      expect(await library.facets([a, b, c, a, NO_KEY], 10)).toEqual(none);
    });
  });
}
