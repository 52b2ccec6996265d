/** Which files were read, which records each of them holds, and what becomes of those that it holds no more. */
import { describe, expect, it } from 'vitest';
import type { Origin, ReadingEnd } from '../../../src/library/files.ts';
import type { LibraryWriter } from '../../../src/library/library.ts';
import type { Paper } from '../../../src/paper.ts';
import { counts, everyPaper, ids, keyOf, paperNamed } from '../asking.ts';
import type { Fresh } from '../contract.ts';
import { embedAll, paper, put, readingOf } from '../made.ts';

const END: ReadingEnd = { stamp: 'stamp', hash: 'hash', manner: 'manner', readAt: 1000, invalid: [], trouble: null };

/** What is said of a file that was read whole and holds nothing. */
const READ = {
  ...{ mount: '/', stamp: 'stamp', hash: 'hash', manner: 'manner', readAt: 1000 },
  ...{ doubt: null, held: 0, missing: 0, waiting: 0 },
};

const named = (...names: string[]): Paper[] => names.map((id) => paper(id));

/** Stores what a reading found, from its beginning to its end. */
function readWhole(writer: LibraryWriter, path: string, papers: Paper[], end: Partial<ReadingEnd> = {}) {
  return writer.store({ parts: [{ origin: readingOf(path), papers, end: { ...END, ...end } }] });
}

export function aboutFiles(fresh: () => Promise<Fresh>): void {
  describe('a file', () => {
    it('is remembered as it was when it was read to its end, in the order of paths', async () => {
      const { writer, library } = await fresh();
      await readWhole(writer, '/b.bib', named('a', 'b'), { stamp: null, hash: null, readAt: 7 });
      await readWhole(writer, '/a.bib', named('b', 'c'));
      await put(writer, named('d'));
      await put(writer, named('e'), readingOf('-'));
      expect(await library.files()).toEqual([
        { ...READ, path: '/a.bib', held: 2, waiting: 2 },
        { ...READ, path: '/b.bib', held: 2, waiting: 2, stamp: null, hash: null, readAt: 7 },
      ]);
      await embedAll(writer);
      await put(writer, [paper('a', { title: 'Another text' })], readingOf('/b.bib'));
      expect(await library.files()).toMatchObject([{ waiting: 0 }, { waiting: 1 }]);
    });

    it('is known from the beginning of its reading on, and has to be read again until that came to its end', async () => {
      const { writer, library } = await fresh();
      const origin: Origin = { ...readingOf('/mnt/disk/a.bib'), mount: '/mnt/disk' };
      await put(writer, named('a'), origin);
      const unread = { stamp: null, hash: null, manner: null, readAt: null };
      const begun = { ...READ, ...unread, path: '/mnt/disk/a.bib', mount: '/mnt/disk', held: 1, waiting: 1 };
      expect(await library.files()).toEqual([begun]);
      await writer.store({ parts: [{ origin, papers: [], end: END }] });
      expect(await library.files()).toEqual([
        { ...READ, path: '/mnt/disk/a.bib', mount: '/mnt/disk', held: 1, waiting: 1 },
      ]);
      // Another reading that was broken off leaves what the last whole one said.
      await put(writer, named('b'), { ...origin, reading: 'the next one' });
      expect(await library.files()).toMatchObject([{ stamp: 'stamp', mount: '/mnt/disk', held: 2, missing: 0 }]);
    });

    it('holds what its readings found, and misses what the last whole one did not find', async () => {
      const { writer, library } = await fresh();
      const file = async () => {
        const [{ held, missing, doubt }] = (await library.files()) as [Awaited<ReturnType<typeof library.files>>[0]];
        return { held, missing, doubt };
      };
      await readWhole(writer, '/a.bib', named('a', 'b', 'c'));
      const origin = readingOf('/a.bib');
      await put(writer, named('b'), origin);
      expect(await file()).toEqual({ held: 3, missing: 0, doubt: null });
      await writer.store({ parts: [{ origin, papers: named('d'), end: END }] });
      expect(await file()).toEqual({ held: 4, missing: 2, doubt: null });
      expect((await counts(library)).papers).toBe(4);
      await readWhole(writer, '/a.bib', named('a', 'b', 'c', 'd'));
      expect(await file()).toEqual({ held: 4, missing: 0, doubt: null });
    });

    it('may be read in several portions, in each of which the reading goes on', async () => {
      const { writer, library } = await fresh();
      const records = ['Text.', 'Rather more text.', 'More.'].map((abstract) => paper('x', { abstract }));
      const inPortions = async () => {
        const origin = readingOf('/a.bib');
        const outcomes = [];
        for (const record of records) outcomes.push(...(await put(writer, [record], origin)));
        await writer.store({ parts: [{ origin, papers: [], end: END }] });
        return outcomes;
      };
      expect(await inPortions()).toEqual(['added', 'duplicate', 'duplicate']);
      expect(await inPortions()).toEqual(['unchanged', 'unchanged', 'unchanged']);
      expect(await library.files()).toMatchObject([{ held: 3, missing: 0 }]);
      records.splice(1, 1);
      // The second record says now what the third did.
      expect(await inPortions()).toEqual(['unchanged', 'changed']);
      expect(await library.files()).toMatchObject([{ held: 3, missing: 1 }]);
      expect(await writer.release('/a.bib', 'missing')).toEqual({ records: 0, papers: 0 });
      expect((await paperNamed(library, 'x'))!.abstract).toBe('Text.');
    });

    it('may be read with others in one portion, each part of which has its own outcomes', async () => {
      const { writer, library } = await fresh();
      const [a, b] = [readingOf('/a.bib'), readingOf('/b.bib')];
      const outcomes = await writer.store({
        parts: [
          { origin: a, papers: named('a', 'b') },
          { origin: b, papers: named('b', 'c'), end: END },
          { origin: a, papers: [...named('a'), paper('c', { year: 2000 })], end: END },
        ],
      });
      expect(outcomes).toEqual([
        ['added', 'added'],
        ['unchanged', 'added'],
        ['unchanged', 'duplicate'],
      ]);
      expect(await library.files()).toEqual([
        { ...READ, path: '/a.bib', held: 3, waiting: 3 },
        { ...READ, path: '/b.bib', held: 2, waiting: 2 },
      ]);
    });

    it('is in doubt where its reading had trouble and missed something', async () => {
      const { writer, library } = await fresh();
      const doubt = async () => (await library.files())[0]!.doubt;
      const trouble = 'something in it could not be read';
      await readWhole(writer, '/a.bib', named('a', 'b'), { trouble });
      expect(await doubt()).toBeNull(); // It missed nothing.
      await readWhole(writer, '/a.bib', named('a'), { trouble });
      expect(await doubt()).toBe(trouble);
      await readWhole(writer, '/a.bib', named('a', 'b'));
      expect(await doubt()).toBeNull();
      await readWhole(writer, '/a.bib', named('a'));
      expect(await doubt()).toBeNull();
    });

    it('is in doubt where a record is missing and another one is invalid that was not', async () => {
      const { writer, library } = await fresh();
      const doubt = async () => (await library.files())[0]!.doubt;
      await readWhole(writer, '/a.bib', named('a', 'b', 'c'), { invalid: ['no title', 'no title'] });
      expect(await doubt()).toBeNull();
      await readWhole(writer, '/a.bib', named('a', 'b'), { invalid: ['no title', 'no title'] });
      expect(await doubt()).toBeNull(); // These never were papers.
      await readWhole(writer, '/a.bib', named('a'), { invalid: ['no title', 'no title', 'no title', 'bad year'] });
      expect(await doubt()).toBe('2 of its records could not be taken in');
      await readWhole(writer, '/a.bib', named('a'), { invalid: ['no title', 'bad year'] });
      expect(await doubt()).toBe('1 of its records could not be taken in');
      await readWhole(writer, '/a.bib', named('a'), { invalid: ['no title'] });
      expect(await doubt()).toBeNull();
    });

    it('that was only touched is confirmed, and the others are not', async () => {
      const { writer, library } = await fresh();
      await readWhole(writer, '/a.bib', named('a'));
      await readWhole(writer, '/b.bib', named('b'));
      await writer.confirm([
        { path: '/b.bib', stamp: 'later', readAt: 2000 },
        { path: '/nowhere', stamp: 'later', readAt: 2000 },
      ]);
      expect(await library.files()).toEqual([
        { ...READ, path: '/a.bib', held: 1, waiting: 1 },
        { ...READ, path: '/b.bib', held: 1, waiting: 1, stamp: 'later', readAt: 2000 },
      ]);
    });
  });

  describe('what a file holds no more', () => {
    it('goes, with the papers that no other file has', async () => {
      const { writer, library } = await fresh();
      await readWhole(writer, '/a.bib', [...named('a', 'b'), paper('c', { year: 2000 }), ...named('d')]);
      await readWhole(writer, '/b.bib', named('b', 'c'));
      await readWhole(writer, '/a.bib', named('d'));
      expect(await library.files()).toMatchObject([{ held: 4, missing: 3 }, { held: 2 }]);
      // What /b.bib says as well is not lost: of "b" nothing, of "c" the year.
      expect(await writer.release('/a.bib', 'missing')).toEqual({ records: 2, papers: 1 });
      expect(ids(await everyPaper(library)).toSorted()).toEqual(['b', 'c', 'd']);
      expect((await paperNamed(library, 'c'))!.year).toBeNull();
      expect(await library.files()).toMatchObject([{ held: 1, missing: 0 }, { held: 2 }]);
      expect(await writer.release('/a.bib', 'missing')).toEqual({ records: 0, papers: 0 });
    });

    it('goes with the file, if that is gone', async () => {
      const { writer, library } = await fresh();
      await readWhole(writer, '/a.bib', named('a', 'b'));
      await readWhole(writer, '/b.bib', named('b', 'c'));
      await embedAll(writer);
      expect(await writer.release('/a.bib', 'all')).toEqual({ records: 1, papers: 1 });
      expect(await counts(library)).toEqual({ papers: 2, embedded: 2 });
      expect(await library.files()).toEqual([{ ...READ, path: '/b.bib', held: 2 }]);
      expect(await writer.release('/b.bib', 'all')).toEqual({ records: 2, papers: 2 });
      expect(await library.files()).toEqual([]);
      expect(await counts(library)).toEqual({ papers: 0, embedded: 0 });
    });

    it('leaves the paper under its id, though the record that gave it is gone', async () => {
      const { writer, library } = await fresh();
      await readWhole(writer, '/a.bib', [paper('a', { title: 'On knots', doi: '10.1000/x' })]);
      await readWhole(writer, '/b.bib', [paper('b', { title: 'On knots', doi: '10.1000/x', year: 2000 })]);
      const key = await keyOf(library, 'a');
      expect(await writer.release('/a.bib', 'all')).toEqual({ records: 1, papers: 0 });
      expect(await library.find(['a', 'b', 'doi:10.1000/x'])).toEqual([key, key, key]);
      expect(await paperNamed(library, 'b')).toMatchObject({ id: 'a', year: 2000 });
    });

    it('takes no vector with it where the text stays, whatever goes first', async () => {
      const { writer, library } = await fresh();
      const record = (title: string, year: number) => paper('x', { title, abstract: 'Text.', year });
      await readWhole(writer, '/a.bib', [record('On knots', 2001), record('On knots and ropes', 2002)]);
      await readWhole(writer, '/b.bib', [record('On knots', 2003)]);
      await embedAll(writer);
      expect(await writer.release('/a.bib', 'all')).toEqual({ records: 2, papers: 0 });
      expect(await paperNamed(library, 'x')).toMatchObject({ title: 'On knots', year: 2003 });
      expect(await writer.pendingCount()).toBe(0);
    });

    it('makes a paper say what is left of its records, also where one of them is said twice', async () => {
      const { writer, library } = await fresh();
      const [one, two] = [paper('x', { title: 'On knots' }), paper('x', { title: 'On knots and ropes' })];
      await readWhole(writer, '/a.bib', [one]);
      await readWhole(writer, '/b.bib', [two]);
      await readWhole(writer, '/c.bib', [one]);
      expect(await writer.release('/a.bib', 'all')).toEqual({ records: 0, papers: 0 });
      // As if that file had never been there.
      expect((await paperNamed(library, 'x'))!.title).toBe('On knots and ropes');
    });
  });

  describe('the cursor of an online service', () => {
    it('is stored with what was read up to it, until its end', async () => {
      const { writer, library } = await fresh();
      const page = (id: string, at: string | null) =>
        writer.store({ parts: [{ origin: readingOf(), papers: named(id) }], cursor: { key: 'ours', at } });
      await page('a', 'page 2');
      await writer.store({ parts: [], cursor: { key: 'theirs', at: '' } });
      expect([await writer.cursor('ours'), await writer.cursor('theirs')]).toEqual(['page 2', '']);
      await page('b', 'page 3');
      expect(await writer.cursor('ours')).toBe('page 3');
      await put(writer, named('c'));
      expect(await writer.cursor('ours')).toBe('page 3');
      await page('d', null);
      expect([await writer.cursor('ours'), await writer.cursor('theirs')]).toEqual([undefined, '']);
      expect((await counts(library)).papers).toBe(4);
    });
  });
}
