/** Papers that are versions of one work stand together, as the rule or a person says. */
import { describe, expect, it } from 'vitest';
import { counts, ids, keysOf, matching, worksOf } from '../asking.ts';
import type { Fresh } from '../contract.ts';
import { embedAll, paper, put } from '../made.ts';

export function aboutWorks(fresh: () => Promise<Fresh>): void {
  describe('versions of one work', () => {
    const preprint = paper('preprint', { title: 'Ice on the moons', authors: ['Ada Ashwood'], venue: 'arXiv' });
    const published = { ...preprint, id: 'published', venue: 'Journal of Ice' };

    it('are known as soon as the later one has a vector, the leading one first, until one is gone', async () => {
      const { writer, library } = await fresh();
      expect(await worksOf(library)).toEqual([]);
      await put(writer, [preprint, paper('alone', { title: 'Rivers' })]);
      await embedAll(writer);
      await put(writer, [published]);
      expect(await worksOf(library)).toEqual([]);
      await embedAll(writer);
      expect(await worksOf(library)).toEqual([['published', 'preprint']]);
      const described = await library.describe(await keysOf(library, ['alone', 'preprint', 'published']));
      expect(described.map((each) => each!.versions)).toEqual([[], [published], [preprint]]);
      expect(await counts(library)).toEqual({ papers: 3, embedded: 3 });
      await writer.remove(['published']);
      expect(await worksOf(library)).toEqual([]);
      const [left] = await library.describe(await keysOf(library, ['preprint']));
      expect(left!.versions).toEqual([]);
    });

    it('name the leading one wherever one of them is found or listed', async () => {
      const { writer, library } = await fresh();
      await put(writer, [preprint, paper('alone', { title: 'Rivers' }), published]);
      await embedAll(writer);
      const [leading, alone] = await keysOf(library, ['published', 'alone']);
      const found = await matching(library, 'ice moons rivers');
      const works = (papers: { id: string; work: unknown }[]) =>
        Object.fromEntries(papers.map((each) => [each.id, each.work]));
      const expected = { preprint: leading, published: leading, alone };
      expect(works(found)).toEqual(expected);
      expect(works(await library.list({ all: [] }, 'title', 10))).toEqual(expected);
      const { also } = await library.recall({ legs: [], depth: 1, scoring: 'alone', also: [leading!, alone!] });
      expect(also.map((each) => each!.work)).toEqual([leading, alone]);
      expect((await library.facts()).works).toBe(2);
    });

    it('come in the order in which the leading ones came', async () => {
      const { writer, library } = await fresh();
      const of = (id: string, title: string, venue: string) => paper(id, { title, authors: ['Ada Ashwood'], venue });
      await put(writer, [
        of('z', 'Ice on the seven moons', 'arXiv'),
        of('b', 'Rivers of the seven plains', 'arXiv'),
        of('y', 'Rivers of the seven plains', 'Journal of Rivers'),
        of('a', 'Ice on the seven moons', 'Journal of Ice'),
      ]);
      await embedAll(writer);
      expect(await worksOf(library)).toEqual([
        ['y', 'b'],
        ['a', 'z'],
      ]);
    });

    it('are what a person says they are', async () => {
      const { writer, library } = await fresh();
      await put(writer, [preprint, published, paper('alone', { title: 'Rivers' })]);
      await embedAll(writer);
      expect(await writer.split(['published', 'alone'])).toEqual(['published']);
      expect(await worksOf(library)).toEqual([]);
      expect((await writer.join(['alone', 'published'])).toSorted()).toEqual(['alone', 'published']);
      expect(await worksOf(library)).toEqual([['published', 'alone']]);
    });

    it('bring along whatever stands with them, and a later word holds against an earlier one', async () => {
      const { writer, library } = await fresh();
      await put(writer, [preprint, published, paper('alone', { title: 'Rivers' })]);
      await embedAll(writer);
      expect((await writer.join(['alone', 'preprint'])).toSorted()).toEqual(['alone', 'preprint', 'published']);
      expect(await writer.split(['alone'])).toEqual(['alone']);
      expect(await worksOf(library)).toEqual([['published', 'preprint']]);
      expect(await writer.split(['published'])).toEqual(['published']);
      expect(await worksOf(library)).toEqual([]);
      expect(await writer.join(['preprint', 'published'])).toHaveLength(2);
      expect(await worksOf(library)).toEqual([['published', 'preprint']]);
    });

    it('stay what a person said when papers are removed and come again', async () => {
      const { writer, library } = await fresh();
      const all = [preprint, published, paper('alone', { title: 'Rivers' })];
      await put(writer, all);
      await embedAll(writer);
      await writer.split(['published']);
      await writer.join(['alone', 'published']);
      await writer.remove(ids(all) as string[]);
      expect(await worksOf(library)).toEqual([]);
      await put(writer, all.toReversed());
      await embedAll(writer);
      expect(await worksOf(library)).toEqual([['published', 'alone']]);
    });

    it('are judged under the id that a paper keeps, though the record is gone that gave it', async () => {
      const { writer, library } = await fresh();
      const file = (path: string) => ({ path, mount: '/', reading: path });
      await put(writer, [{ ...preprint, ids: { doi: '10.1000/x' } }], file('/a.bib'));
      await put(writer, [{ ...preprint, id: 'same', ids: { doi: '10.1000/x' } }], file('/b.bib'));
      await put(writer, [paper('alone', { title: 'Rivers', venue: 'Rivers' })]);
      await writer.release('/a.bib', 'all');
      expect((await writer.join(['preprint', 'alone'])).toSorted()).toEqual(['alone', 'preprint']);
      expect(await worksOf(library)).toEqual([['alone', 'preprint']]);
    });

    it('are not judged about one paper, or about a paper that is not there, and then nothing is', async () => {
      const { writer, library } = await fresh();
      await put(writer, [preprint, published, paper('alone', { title: 'Rivers', doi: '10.1000/x' })]);
      await embedAll(writer);
      const { revision } = await library.state();
      const wrong: [string[], string][] = [
        [[], 'invalid-argument'],
        [['alone'], 'invalid-argument'],
        [['alone', 'doi:10.1000/x'], 'invalid-argument'],
        [['alone', 'published', 'nobody'], 'not-found'],
      ];
      for (const [names, code] of wrong) await expect(writer.join(names)).rejects.toMatchObject({ code });
      await expect(writer.split(['preprint', 'nobody'])).rejects.toMatchObject({ code: 'not-found' });
      expect(await worksOf(library)).toEqual([['published', 'preprint']]);
      expect((await library.state()).revision).toBe(revision);
    });
  });
}
