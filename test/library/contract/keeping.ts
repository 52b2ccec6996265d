/** What a person keeps of a paper stays with it, whatever becomes of its records. */
import { describe, expect, it } from 'vitest';
import { MAX_NOTE, NOTHING_KEPT, type Kept } from '../../../src/library/kept.ts';
import type { Filter } from '../../../src/library/filter.ts';
import type { Library } from '../../../src/library/library.ts';
import { ids, keysOf, paperNamed } from '../asking.ts';
import type { Fresh } from '../contract.ts';
import { embedAll, paper, put, readingOf } from '../made.ts';

const kept = async (library: Library, name: string): Promise<Kept> =>
  (await library.describe(await keysOf(library, [name])))[0]!.kept;
const passing = async (library: Library, filter: Filter) => ids(await library.list(filter, 'title', 100));

export function aboutKeeping(fresh: () => Promise<Fresh>): void {
  describe('what a person keeps of a paper', () => {
    it('is nothing at first, then what was said, part by part, and changes no vector', async () => {
      const { writer, library } = await fresh();
      await put(writer, [paper('a', { doi: '10.1000/a' })]);
      await embedAll(writer);
      expect(await kept(library, 'a')).toEqual(NOTHING_KEPT);
      const { revision } = await library.state();
      expect(await writer.keep('doi:10.1000/a', { starred: true })).toBe('a');
      expect((await library.state()).revision).not.toBe(revision);
      await writer.keep('a', { note: ' Two lines,\r\n*marked*. ' });
      await writer.keep('a', { read: 'reading' });
      expect(await kept(library, 'a')).toEqual({ starred: true, read: 'reading', note: 'Two lines,\n*marked*.' });
      expect(await library.state()).toMatchObject({ papers: 1, embedded: 1 });
      expect(await paperNamed(library, 'a')).toEqual(paper('a', { doi: '10.1000/a' }));
      await writer.keep('a', NOTHING_KEPT);
      expect(await kept(library, 'a')).toEqual(NOTHING_KEPT);
      await expect(writer.keep('b', { starred: true })).rejects.toMatchObject({ code: 'not-found' });
    });

    it('is found by what it is, and by the words of the note as it is now', async () => {
      const { writer, library } = await fresh();
      await put(
        writer,
        ['a', 'b', 'c', 'd'].map((id) => paper(id)),
      );
      await writer.keep('a', { starred: true, note: 'Networks of stars, for the second chapter.' });
      await writer.keep('b', { read: 'read', note: '机器翻译' });
      await writer.keep('c', { read: 'reading', starred: true });
      expect(await passing(library, { is: 'starred' })).toEqual(['a', 'c']);
      expect(await passing(library, { is: 'unread' })).toEqual(['a', 'd']);
      expect(await passing(library, { is: 'reading' })).toEqual(['c']);
      expect(await passing(library, { all: [{ not: { is: 'unread' } }, { not: { is: 'starred' } }] })).toEqual(['b']);
      expect(await passing(library, { has: 'note' })).toEqual(['a', 'b']);
      expect(await passing(library, { note: 'star' })).toEqual(['a']);
      expect(await passing(library, { note: 'second chapters' })).toEqual(['a']);
      expect(await passing(library, { note: 'chapter second' })).toEqual([]);
      expect(await passing(library, { note: '翻译' })).toEqual(['b']);
      // It is no part of what the paper says.
      expect(await passing(library, { phrase: 'chapter' })).toEqual([]);
      await writer.keep('a', { note: 'Nothing of that.' });
      expect(await passing(library, { note: 'chapter' })).toEqual([]);
      await writer.keep('b', { note: '' });
      expect(await passing(library, { has: 'note' })).toEqual(['a']);
      await writer.keep('a', { starred: false });
      expect(await passing(library, { is: 'starred' })).toEqual(['c']);
    });

    it('stays when a file is read again, and when the paper is put right', async () => {
      const { writer, library } = await fresh();
      await put(writer, [paper('a', { title: 'On ise' })], readingOf('/a.bib'));
      const own: Kept = { starred: true, read: 'read', note: 'x'.repeat(MAX_NOTE) };
      await writer.keep('a', own);
      expect(await put(writer, [paper('a', { title: 'On ise', year: 2020 })], readingOf('/a.bib'))).toEqual([
        'changed',
      ]);
      await writer.correct('a', { said: { title: 'On ice' }, takenBack: [] });
      expect(await kept(library, 'a')).toEqual(own);
    });

    it('goes over to the paper that this one is merged into, nothing of it lost', async () => {
      const { writer, library } = await fresh();
      await put(writer, [
        paper('a', { title: 'On ice', doi: '10.1000/a' }),
        paper('b', { title: 'On ice', arxiv: '2209.09004' }),
      ]);
      await writer.keep('a', { read: 'reading', note: 'Cold.' });
      await writer.keep('b', { starred: true, read: 'read', note: 'Very cold.' });
      const both = paper('c', { title: 'On ice', doi: '10.1000/a', arxiv: '2209.09004' });
      expect(await put(writer, [both], readingOf('/c.bib'))).toEqual(['duplicate']);
      expect(await library.count({ all: [] })).toBe(1);
      expect(await kept(library, 'b')).toEqual({ starred: true, read: 'read', note: 'Cold.\n\nVery cold.' });
      expect(await passing(library, { note: 'very' })).toEqual(['a']);
    });

    it('waits where the paper is gone, for a record of its id or an identifier and of its title', async () => {
      const { writer, library } = await fresh();
      const ice = { title: 'On ice', doi: '10.1000/ice' };
      await put(writer, [paper('1', ice)], readingOf('/a.bib'));
      await writer.keep('1', { starred: true, note: 'Cold.' });
      expect(await writer.release('/a.bib', 'all')).toEqual({ records: 1, papers: 1 });
      expect(await passing(library, { is: 'starred' })).toEqual([]);
      // Many a file counts its papers from 1, and a DOI may be wrong.
      await put(writer, [paper('1', { title: 'Knots' }), paper('2', { title: 'Stars', doi: '10.1000/ice' })]);
      expect(await passing(library, { is: 'starred' })).toEqual([]);
      expect(await passing(library, { note: 'cold' })).toEqual([]);
      await put(writer, [paper('ice', ice)], readingOf('/b.ris'));
      expect(await kept(library, 'ice')).toEqual({ starred: true, read: 'unread', note: 'Cold.' });
      expect(await passing(library, { note: 'cold' })).toEqual(['ice']);
      // Once: another paper of that title has its own.
      await writer.keep('ice', NOTHING_KEPT);
      await writer.remove(['ice']);
      await put(writer, [paper('ice', ice)], readingOf('/b.ris'));
      expect(await kept(library, 'ice')).toEqual(NOTHING_KEPT);
    });

    it('waits as well where a person removed the paper, and joins what is kept of the one that it turns out to be', async () => {
      const { writer, library } = await fresh();
      await put(writer, [paper('a', { title: 'On ice', doi: '10.1000/a' })], readingOf('/a.bib'));
      await writer.keep('a', { note: 'Cold.' });
      await writer.remove(['a']);
      await put(writer, [paper('b', { title: 'On ice' })], readingOf('/b.bib'));
      await writer.keep('b', { starred: true });
      await put(writer, [paper('b', { title: 'On ice', doi: '10.1000/a' })], readingOf('/b.bib'));
      expect(await kept(library, 'b')).toEqual({ starred: true, read: 'unread', note: 'Cold.' });
    });
  });
}
