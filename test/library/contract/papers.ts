/** What is put in is there, whole, under its names and in its order; what is removed is gone. */
import { describe, expect, it } from 'vitest';
import type { Filter } from '../../../src/library/filter.ts';
import {
  counts,
  everyPaper,
  ids,
  keyOf,
  keysOf,
  matching,
  matchingIds,
  nearest,
  NO_KEY,
  paperNamed,
  papersAt,
  vectorAt,
} from '../asking.ts';
import type { Fresh } from '../contract.ts';
import { embedAll, MODEL, paper, put, vectorOf } from '../made.ts';

export function aboutPapers(fresh: () => Promise<Fresh>): void {
  it('answers every question about nothing with nothing', async () => {
    const { writer, library } = await fresh();
    expect(library.model).toEqual(MODEL);
    expect(writer.model).toEqual(MODEL);
    expect(await library.state()).toEqual({
      ...{ papers: 0, embedded: 0, settings: {} },
      ...{ library: expect.any(String), revision: expect.any(String) },
    });
    expect(await library.find(['a', ''])).toEqual([undefined, undefined]);
    expect(await library.find([])).toEqual([]);
    expect(await library.describe([NO_KEY, '' as typeof NO_KEY])).toEqual([undefined, undefined]);
    expect(await library.describe([])).toEqual([]);
    expect(await library.vectors([NO_KEY])).toEqual([undefined]);
    expect(await nearest(library, vectorOf('a'), 10)).toEqual([]);
    expect(await matching(library, 'a', 10)).toEqual([]);
    for (const filter of [{ all: [] }, { author: 'a' }, { not: { has: 'doi' } }] satisfies Filter[]) {
      expect(await library.count(filter)).toBe(0);
      expect(await library.list(filter, 'newest', 10)).toEqual([]);
      expect(await library.list(filter, 'title', 10)).toEqual([]);
      expect(await nearest(library, vectorOf('a'), 10, filter)).toEqual([]);
      expect(await matching(library, 'a', 10, filter)).toEqual([]);
    }
    expect(await library.sample(10)).toEqual([]);
    expect(await library.files()).toEqual([]);
    expect(await library.facts()).toMatchObject({ papers: 0, embedded: 0, works: 0 });
    expect(await writer.pending(10)).toEqual([]);
    expect(await writer.pendingCount()).toBe(0);
    expect(await writer.store({ parts: [] })).toEqual([]);
    expect(await put(writer, [])).toEqual([]);
    expect(await writer.remove([])).toEqual([]);
    expect(await writer.release('/nowhere', 'all')).toEqual({ records: 0, papers: 0 });
    expect(await writer.cursor('nobody')).toBeUndefined();
    await writer.confirm([{ path: '/nowhere', stamp: 'now', readAt: 1 }]);
    expect(await library.files()).toEqual([]);
  });

  it('gives back every field as it was put in', async () => {
    const { writer, library } = await fresh();
    const whole = paper('Ä "quoted" id', {
      title: 'Überschrift 😀',
      abstract: 'One\n\ntwo',
      authors: ['A. Author', 'B. Author'],
      year: 1665,
      venue: 'Venue',
      url: 'https://example.org/?a=1',
      doi: '10.1000/x',
      pmid: 7,
      categories: ['cs.IR', 'cs.CL'],
      deep: { list: [1, 'two', null, { three: 3.5 }] },
    });
    const bare = paper('bare');
    await put(writer, [whole, bare]);
    expect(await paperNamed(library, whole.id)).toEqual(whole);
    expect(await paperNamed(library, bare.id)).toEqual(bare);
  });

  it('shows a reader what was written since it opened, whether or not the writer is still at work', async () => {
    const { writer, library: early, reader } = await fresh();
    await put(writer, [paper('a', { title: 'Glaciers' })]);
    const late = await reader();
    await late.ready();
    for (const library of [early, late]) {
      expect(await counts(library)).toEqual({ papers: 1, embedded: 0 });
      expect(await matchingIds(library, 'glaciers')).toEqual(['a']);
      expect(await nearest(library, vectorOf('Glaciers'), 1)).toEqual([]);
    }
    await embedAll(writer);
    for (const library of [early, late]) {
      expect(await counts(library)).toEqual({ papers: 1, embedded: 1 });
      expect(ids(await nearest(library, vectorOf('Glaciers'), 1))).toEqual(['a']);
    }
  });

  it('returns papers in the order asked for, with gaps where there is none', async () => {
    const { writer, library } = await fresh();
    await put(
      writer,
      ['a', 'b', 'c'].map((id) => paper(id)),
    );
    const [a, b, c] = (await keysOf(library, ['a', 'b', 'c'])) as [typeof NO_KEY, typeof NO_KEY, typeof NO_KEY];
    expect(await library.find(['c', 'nobody', 'a', 'c'])).toEqual([c, undefined, a, c]);
    expect(ids(await papersAt(library, [c, NO_KEY, a, c]))).toEqual(['c', undefined, 'a', 'c']);
    await writer.remove(['b']);
    expect(ids(await papersAt(library, [a, b, c]))).toEqual(['a', undefined, 'c']);
  });

  it('knows only its own keys', async () => {
    const [one, other] = [await fresh(), await fresh()];
    for (const { writer } of [one, other]) {
      await put(writer, [paper('a')]);
      await embedAll(writer);
    }
    const [key] = await keysOf(one.library, ['a']);
    expect(await other.library.describe([key!])).toEqual([undefined]);
    expect(await other.library.vectors([key!])).toEqual([undefined]);
  });

  it('goes through every paper once, in the order in which they came', async () => {
    const { writer, library } = await fresh();
    const papers = Array.from({ length: 700 }, (_, i) => paper(`p${i}`, { year: 1000 + i }));
    expect(await everyPaper(library)).toEqual([]);
    await put(writer, papers);
    expect(await everyPaper(library)).toEqual(papers);
    await writer.remove(papers.slice(200, 500).map(({ id }) => id));
    expect(await everyPaper(library)).toEqual([...papers.slice(0, 200), ...papers.slice(500)]);
  });

  it('says which papers came last, and when it was last written to, if it knows', async () => {
    const { writer, library } = await fresh();
    expect((await library.news(3)).keys).toEqual([]);
    await put(
      writer,
      ['a', 'b', 'c', 'd'].map((id) => paper(id)),
    );
    await writer.remove(['c']);
    await put(writer, [paper('a', { title: 'Another title' })]); // It was there before.
    const { keys, written } = await library.news(2);
    expect(ids(await papersAt(library, keys))).toEqual(['d', 'b']);
    expect(written === null || Math.abs(written - Date.now()) < 600_000).toBe(true);
    expect((await library.news(100)).keys).toHaveLength(3);
  });

  it('has another revision after every change, and the same one otherwise', async () => {
    const { writer, library } = await fresh();
    const revision = async () => (await library.state()).revision;
    const seen = new Set<string>();
    const changes: (() => Promise<unknown>)[] = [
      () => put(writer, [paper('a'), paper('b')]),
      () => embedAll(writer),
      () => put(writer, [paper('a', { abstract: 'New.' })]),
      () => writer.join(['a', 'b']),
      () => writer.split(['a']),
      () => writer.setSettings({ lexicalWeight: 0.3 }),
      () => writer.remove(['a']),
      () => writer.release('a service', 'all'),
    ];
    for (const change of changes) {
      seen.add(await revision());
      await change();
    }
    seen.add(await revision());
    expect(seen.size).toBe(changes.length + 1);
    const last = await revision();
    await put(writer, []);
    await writer.store({ parts: [] });
    await writer.storeVectors([]);
    await writer.remove(['nobody']);
    await writer.release('/nowhere', 'all');
    expect(await revision()).toBe(last);
  });

  it('holds what was set for it', async () => {
    const { writer, library } = await fresh();
    await writer.setSettings({ lexicalWeight: 0.3 });
    expect((await library.state()).settings).toEqual({ lexicalWeight: 0.3 });
    await writer.setSettings({});
    expect((await library.state()).settings).toEqual({});
  });

  it('tells what there is to know of it as a whole', async () => {
    const { writer, library, reader } = await fresh();
    const versions = ['a', 'b'].map((id) => paper(id, { title: 'Ice on the moons', authors: ['Ada Ashwood'] }));
    await put(writer, [...versions, paper('c'), paper('d')]);
    const [, ...waiting] = await writer.pending(10);
    await writer.storeVectors(
      waiting.map(({ key, text }, i) => ({
        key,
        embedding: { vector: vectorOf(text), tokens: 600, truncated: i === 0 },
      })),
    );
    await writer.join(['a', 'b']);
    const facts = await library.facts();
    expect(facts).toEqual({
      ...(await library.state()),
      papers: 4,
      nameless: 0,
      embedded: 3,
      library: expect.any(String),
      place: expect.any(String),
      format: expect.any(Number),
      spaces: [{ model: MODEL.name, fingerprint: MODEL.fingerprint, embedded: 3, truncated: 1, inUse: true }],
      works: 3,
      bytes: expect.any(Number),
      notes: expect.any(Array),
    });
    expect((await (await reader()).facts()).library).toBe(facts.library);
  });

  describe('a list', () => {
    const papers = [
      paper('old', { title: 'émile', year: 1950, venue: 'Annals' }),
      paper('new', { title: '“Zeta”', year: 2020, venue: 'Annals' }),
      paper('undated', { title: 'Eta', venue: 'Annals' }),
      paper('other', { title: 'Alpha', year: 2024, venue: 'Letters' }),
      paper('also new', { title: 'eta', year: 2020, venue: 'Annals' }),
      paper('untitled', { title: null, abstract: 'Text.', year: 2020, venue: 'Annals' }),
    ];
    it('has the newest first, and what has no year last', async () => {
      const { writer, library } = await fresh();
      await put(writer, papers);
      const newest = async (limit: number) => ids(await library.list({ venue: 'annals' }, 'newest', limit));
      expect(await newest(10)).toEqual(['also new', 'new', 'untitled', 'old', 'undated']);
      expect(await newest(1)).toEqual(['also new']);
      expect(await newest(4)).toEqual(['also new', 'new', 'untitled', 'old']);
    });

    it('or goes by the titles, whatever their case, accents and marks, and what has none last', async () => {
      const { writer, library } = await fresh();
      await put(writer, papers);
      const titled = async (limit: number) => ids(await library.list({ venue: 'annals' }, 'title', limit));
      expect(await titled(10)).toEqual(['old', 'also new', 'undated', 'new', 'untitled']);
      expect(await titled(2)).toEqual(['old', 'also new']);
    });

    it('goes on after any of them to the end, whatever the pages, also where that one is gone', async () => {
      const { writer, library } = await fresh();
      await put(writer, [...papers, paper('also undated', { title: 'Theta', venue: 'Annals' })]);
      for (const order of ['newest', 'title'] as const) {
        for (const filter of [{ all: [] }, { venue: 'annals' }]) {
          const all = await library.list(filter, order, 100);
          for (const [i, after] of all.entries()) {
            const left = ids(all.slice(i + 1));
            expect(ids(await library.list(filter, order, 100, { after }))).toEqual(left);
            expect(ids(await library.list(filter, order, 2, { after }))).toEqual(left.slice(0, 2));
          }
        }
      }
      const all = await library.list({ all: [] }, 'title', 100);
      await writer.remove([all[2]!.id]);
      expect(ids(await library.list({ all: [] }, 'title', 100, { after: all[2] }))).toEqual(ids(all.slice(3)));
    });

    it('says of each paper what a line of it shows', async () => {
      const { writer, library } = await fresh();
      await put(writer, papers);
      await writer.join(['old', 'other']);
      const [old, other] = await keysOf(library, ['old', 'other']);
      const [listed] = await library.list({ year: { from: 2021 } }, 'title', 1);
      expect(listed).toEqual({ key: other, id: 'other', title: 'Alpha', year: 2024, work: old });
    });
  });

  describe('a record that is put in', () => {
    it('is added, changed, unchanged or a duplicate', async () => {
      const { writer, library } = await fresh();
      const record = { abstract: 'Text.', year: 2016, doi: '10.1000/x' };
      expect(await put(writer, [paper('a', record), paper('b')])).toEqual(['added', 'added']);
      expect(await put(writer, [paper('a', record), paper('b')])).toEqual(['unchanged', 'unchanged']);
      const later = { ...record, year: 2017 };
      expect(await put(writer, [paper('a', later), paper('b')])).toEqual(['changed', 'unchanged']);
      expect(await put(writer, [paper('c', { doi: 'https://doi.org/10.1000/X' })])).toEqual(['duplicate']);
      expect(await put(writer, [paper('c', { doi: '10.1000/x' }), paper('a', later)])).toEqual([
        'unchanged',
        'unchanged',
      ]);
      expect(await put(writer, [paper('d'), paper('d'), paper('d', { year: 2000 })])).toEqual([
        'added',
        'unchanged',
        'duplicate',
      ]);
      expect((await counts(library)).papers).toBe(3);
      expect((await paperNamed(library, 'a'))!.year).toBe(2017);
      expect((await paperNamed(library, 'd'))!.year).toBe(2000);
    });

    it('keeps its key when it changes', async () => {
      const { writer, library } = await fresh();
      await put(writer, [paper('a'), paper('b')]);
      const key = await keyOf(library, 'a');
      await put(writer, [paper('a', { title: 'Another title', doi: '10.1000/x' })]);
      expect(await library.find(['a', 'doi:10.1000/x'])).toEqual([key, key]);
    });

    it('no longer goes by an identifier that it lost', async () => {
      const { writer, library } = await fresh();
      await put(writer, [paper('a', { doi: '10.1000/wrong' })]);
      await put(writer, [paper('a', { doi: '10.1000/right' })]);
      expect(await keyOf(library, 'doi:10.1000/wrong')).toBeUndefined();
      expect(await put(writer, [paper('b', { doi: '10.1000/wrong' })])).toEqual(['added']);
    });
  });

  describe('a paper that is removed', () => {
    it('is gone from everywhere, and comes back only as a new paper', async () => {
      const { writer, library } = await fresh();
      await put(writer, [
        paper('c', { title: 'Gamma' }),
        paper('a', { title: 'Alpha', doi: '10.1000/x' }),
        paper('b', { title: 'Beta', pmid: 7 }),
      ]);
      await embedAll(writer);
      const [a, b, c] = await keysOf(library, ['a', 'b', 'c']);
      expect(await nearest(library, vectorOf('Alpha'), 1)).toMatchObject([{ key: a }]);

      expect(await writer.remove(['a', 'nobody', 'a', 'PMID: 7'])).toEqual(['a', 'PMID: 7']);
      expect(await counts(library)).toEqual({ papers: 1, embedded: 1 });
      for (const id of ['a', 'b', 'doi:10.1000/x', 'pmid:7'])
        expect([id, await keyOf(library, id)]).toEqual([id, undefined]);
      expect(await papersAt(library, [a!, b!])).toEqual([undefined, undefined]);
      expect(await vectorAt(library, a!)).toBeUndefined();
      const { also } = await library.recall({
        ...{ legs: [], depth: 1, scoring: 'alone', also: [a!, b!] },
        vector: Promise.resolve(vectorOf('Alpha')),
      });
      expect(also).toEqual([undefined, undefined]);
      expect(await matching(library, 'alpha beta', 10)).toEqual([]);
      for (const text of ['Alpha', 'Beta']) expect(ids(await nearest(library, vectorOf(text), 10))).toEqual(['c']);
      expect(ids(await library.list({ all: [] }, 'newest', 10))).toEqual(['c']);

      expect(await put(writer, [paper('a', { title: 'Alpha', doi: '10.1000/x' })])).toEqual(['added']);
      const again = await keyOf(library, 'a');
      expect([a, b, c]).not.toContain(again);
      expect(await writer.pending(10)).toEqual([{ key: again, text: 'Alpha' }]);
    });
  });
}
