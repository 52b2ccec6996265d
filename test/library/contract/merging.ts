/** Records of one paper become one paper, and say together what each of them says. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LibraryWriter, PutOutcome } from '../../../src/library/library.ts';
import { embeddedText, toPaper, type Paper } from '../../../src/paper.ts';
import {
  counts,
  everyPaper,
  ids,
  keyOf,
  keysOf,
  matchingIds,
  nearest,
  paperNamed,
  papersAt,
  recordsOf,
} from '../asking.ts';
import type { Fresh } from '../contract.ts';
import { embedAll, paper, put, readingOf, vectorOf } from '../made.ts';

export function aboutMerging(fresh: () => Promise<Fresh>): void {
  describe("a person's word on a paper", () => {
    const said = { title: 'On ice', year: 2020, venue: null, authors: ['Ada Ashwood'], categories: [] };
    const record = {
      title: 'On ise',
      authors: ['A. Ashwod'],
      year: 1920,
      venue: 'Ice',
      categories: ['x'],
      doi: '10.1000/a',
    };

    it('holds against its sources, also when they are read again or are more', async () => {
      const { writer, library } = await fresh();
      await put(writer, [paper('a', record)], readingOf('/a.bib'));
      expect(await writer.correct('doi:10.1000/a', { said, takenBack: [] })).toBe('a');
      expect(await paperNamed(library, 'a')).toMatchObject(said);
      const { revision } = await library.state();
      expect(
        await put(writer, [paper('a', { ...record, abstract: 'Cold.', year: 1921 })], readingOf('/a.bib')),
      ).toEqual(['changed']);
      expect(await put(writer, [paper('b', { ...record, year: 1922 })], readingOf('/b.bib'))).toEqual(['duplicate']);
      expect(await paperNamed(library, 'a')).toMatchObject({ ...said, abstract: 'Cold.', ids: { doi: '10.1000/a' } });
      expect((await library.state()).revision).not.toBe(revision);
      expect((await recordsOf(library, 'a')).map(({ title }) => title).toSorted()).toEqual([
        'On ice',
        'On ise',
        'On ise',
      ]);
    });

    it('is said field by field, and taken back', async () => {
      const { writer, library } = await fresh();
      await put(writer, [paper('a', record)]);
      await embedAll(writer);
      await writer.correct('a', { said: { title: 'On ice' }, takenBack: [] });
      expect(await counts(library)).toEqual({ papers: 1, embedded: 0 }); // Its text is another one.
      await writer.correct('a', { said: { year: 2020 }, takenBack: [] });
      expect(await paperNamed(library, 'a')).toMatchObject({ title: 'On ice', year: 2020, venue: 'Ice' });
      await writer.correct('a', { said: {}, takenBack: ['title', 'venue'] });
      expect(await paperNamed(library, 'a')).toMatchObject({ title: 'On ise', year: 2020 });
      await writer.correct('a', { said: {}, takenBack: ['year'] });
      expect(await paperNamed(library, 'a')).toEqual(paper('a', record));
      expect(await recordsOf(library, 'a')).toEqual([]);
      await expect(writer.correct('b', { said, takenBack: [] })).rejects.toMatchObject({ code: 'not-found' });
    });

    it('goes with the paper, and makes none', async () => {
      const { writer, library } = await fresh();
      await put(writer, [paper('a', record)], readingOf('/a.bib'));
      await writer.correct('a', { said, takenBack: [] });
      expect(await writer.release('/a.bib', 'all')).toEqual({ records: 1, papers: 1 });
      expect(await counts(library)).toMatchObject({ papers: 0 });
      await put(writer, [paper('a', record)], readingOf('/a.bib'));
      expect(await paperNamed(library, 'a')).toEqual(paper('a', record));
    });
  });

  it('refuses a record whose id another paper has, where its place gives it no other', async () => {
    const { writer, library } = await fresh();
    await put(writer, [paper('a', { title: 'Ice on moons' })]);
    const origin = { path: 'api', mount: '', reading: '1', refusesOthers: true };
    const store = (title: string, reading: string) =>
      writer.store({ parts: [{ origin: { ...origin, reading }, papers: [paper('a', { title })] }] });
    await expect(store('Stars and bars', '1')).rejects.toMatchObject({ code: 'id-taken', field: 'id' });
    expect(await store('Ice on moons!', '2')).toEqual([['duplicate']]);
    expect(await store('Stars and bars', '3')).toEqual([['changed']]); // Its own record may say what it likes.
    expect(await counts(library)).toMatchObject({ papers: 1 });
  });

  /** A reading of a file. */
  const read = (writer: LibraryWriter, file: string, ...records: Paper[]): Promise<PutOutcome[]> =>
    put(writer, records, readingOf(file));

  describe('records of one paper', () => {
    const first = paper('a', {
      title: 'The title',
      abstract: 'Short.',
      year: 2018,
      doi: '10.1000/x',
      categories: ['one'],
      note: 1,
    });
    const second = paper('b', {
      title: 'Another title',
      abstract: 'Rather longer than that.',
      authors: ['A. Author'],
      year: 2017,
      venue: 'Venue',
      doi: '10.1000/x',
      arxiv: '2209.09004',
      categories: ['two', 'one'],
      note: 2,
      pages: '1-9',
    });

    it('are merged, the first of them leading', async () => {
      const { writer, library } = await fresh();
      await put(writer, [first, second]);
      expect((await counts(library)).papers).toBe(1);
      expect(await paperNamed(library, 'b')).toEqual({
        id: 'a',
        title: 'The title',
        abstract: 'Rather longer than that.',
        authors: ['A. Author'],
        year: 2017,
        venue: 'Venue',
        url: null,
        ids: { doi: '10.1000/x', arxiv: '2209.09004' },
        categories: ['one', 'two'],
        extra: { note: 1, pages: '1-9' },
      });
      expect(await recordsOf(library, 'b')).toEqual([first, second]); // Nothing that either says is gone.
      await put(writer, [paper('alone')]);
      expect(await recordsOf(library, 'alone')).toEqual([]);
    });

    it('are merged under one id too, and each file changes only what it said itself', async () => {
      const { writer, library } = await fresh();
      const rich = { abstract: 'A long abstract.', year: 2021 };
      const poor = { year: 2020, venue: 'J. Res.' };
      expect(await read(writer, '/a.bib', paper('x', rich))).toEqual(['added']);
      expect(await read(writer, '/b.ris', paper('x', poor))).toEqual(['duplicate']);
      expect(await paperNamed(library, 'x')).toMatchObject({ ...rich, ...poor });
      const corrected = { ...rich, abstract: 'A short one.' };
      expect(await read(writer, '/a.bib', paper('x', corrected))).toEqual(['changed']);
      expect(await paperNamed(library, 'x')).toMatchObject({ ...corrected, ...poor });
      expect(await read(writer, '/b.ris', paper('x', poor))).toEqual(['unchanged']);
      expect(await read(writer, '/c.csv', paper('x', poor))).toEqual(['unchanged']);
      const records = await recordsOf(library, 'x');
      expect(records.map(({ venue }) => venue)).toEqual([null, 'J. Res.', 'J. Res.']);
    });

    it('of one id in one file are merged in it, and told apart when it is read again', async () => {
      const { writer, library } = await fresh();
      const [one, two] = [paper('x', { abstract: 'Text.' }), paper('x', { year: 2020 })];
      expect(await read(writer, '/all.ris', one, two, one)).toEqual(['added', 'duplicate', 'unchanged']);
      expect(await read(writer, '/all.ris', one, two, one)).toEqual(['unchanged', 'unchanged', 'unchanged']);
      expect(await read(writer, '/all.ris', one, { ...two, year: 2019 })).toEqual(['unchanged', 'changed']);
      expect(await paperNamed(library, 'x')).toMatchObject({ abstract: 'Text.', year: 2019 });
      expect((await counts(library)).papers).toBe(1);
    });

    it('of one id and other titles are papers of their own, for many a file counts from 1', async () => {
      const { writer, library } = await fresh();
      expect(await read(writer, '/knots.jsonl', paper('1', { title: 'Knots' }))).toEqual(['added']);
      const others = [paper('1', { title: 'Stars' }), paper('1', { title: 'Moons' })];
      expect(await read(writer, '/stars.jsonl', ...others)).toEqual(['added', 'added']);
      expect(await read(writer, '/stars.jsonl', ...others)).toEqual(['unchanged', 'unchanged']);
      expect((await paperNamed(library, '1'))!.title).toBe('Knots');
      const all = await everyPaper(library);
      expect(all.map(({ title }) => title)).toEqual(['Knots', 'Stars', 'Moons']);
      expect(new Set(all.map(({ id }) => id)).size).toBe(3);
      for (const { id, title } of all) expect((await paperNamed(library, id))!.title).toBe(title);
      expect(await writer.remove([all[1]!.id])).toHaveLength(1);
      expect(await read(writer, '/stars.jsonl', ...others)).toEqual(['added', 'unchanged']);
    });

    it('say that a paper was retracted, if one of them does', async () => {
      const { writer, library } = await fresh();
      const [plain, retracted] = ['On knots', '[RETRACTED] On knots'].map((title, i) =>
        paper(`r${i}`, { title, doi: '10.1000/r' }),
      );
      for (const order of [
        [plain!, retracted!],
        [retracted!, plain!],
      ]) {
        await put(writer, order);
        expect((await paperNamed(library, 'r0'))!.title).toBe('[RETRACTED] On knots');
        expect(await writer.remove(['r0'])).toEqual(['r0']);
      }
    });

    it('from standard input are told apart as well, for it may be anything', async () => {
      const { writer, library } = await fresh();
      const [knots, stars] = [paper('1', { title: 'On knots' }), paper('1', { title: 'Stars' })];
      expect(await read(writer, '-', knots)).toEqual(['added']);
      expect(await read(writer, '-', stars)).toEqual(['added']);
      expect(await read(writer, '-', knots)).toEqual(['unchanged']);
      expect(await read(writer, '-', { ...stars, year: 2020 })).toEqual(['changed']);
      expect(await read(writer, '-', paper('1', { title: 'On knots and ropes' }))).toEqual(['changed']);
      expect((await counts(library)).papers).toBe(2);
      expect(await library.files()).toEqual([]); // It can't be read again.
    });

    it('say exactly what the files say that hold them, whatever the files and in whichever order', async () => {
      const { writer, library } = await fresh();
      const one = fc.record({
        id: fc.constantFrom('1', '2', '3'),
        title: fc.constantFrom('Knots', 'On knots', 'Stars and moons', 'Moons'),
        abstract: fc.constantFrom('', 'Short.', 'Rather longer.'),
        doi: fc.constantFrom(undefined, '10.1000/a', '10.1000/b'),
        arxiv: fc.constantFrom(undefined, '2209.09004'),
      });
      const reading = fc.tuple(fc.constantFrom('/a', '/b', '/c'), fc.array(one, { maxLength: 4 }));
      const contents = ({ id: _, ...content }: Paper): string => JSON.stringify(content);
      await fc.assert(
        fc.asyncProperty(fc.array(reading, { maxLength: 6 }), async (readings) => {
          const files = new Map<string, Paper[]>();
          for (const [file, records] of readings) {
            const papers = records.map((record) => toPaper(record));
            files.set(file, papers);
            const end = { stamp: null, hash: null, manner: '', readAt: 0, invalid: [], trouble: null };
            await writer.store({ parts: [{ origin: readingOf(file), papers, end }] });
            await writer.release(file, 'missing');
          }
          const all = await everyPaper(library);
          const described = await library.describe(await keysOf(library, ids(all) as string[]), { records: true });
          const said = described.flatMap((each) => (each!.records.length > 0 ? each!.records : [each!.paper]));
          const sorted = (papers: Paper[]) => [...new Set(papers.map(contents))].sort();
          expect(sorted(said)).toEqual(sorted([...files.values()].flat()));
          for (const file of files.keys()) await writer.release(file, 'all');
          expect(await counts(library)).toEqual({ papers: 0, embedded: 0 });
        }),
        { seed: 4, numRuns: 300 },
      );
    });

    it('have the venue and DOI of what was published, whichever came first', async () => {
      const { writer, library } = await fresh();
      const preprint = paper('p', { title: 'T', venue: 'arXiv', doi: '10.48550/arXiv.2209.09004', year: 2022 });
      const published = paper('q', { title: 'T', venue: 'J. Res.', doi: '10.1000/z', arxiv: '2209.09004', year: 2023 });
      for (const order of [
        [preprint, published],
        [published, preprint],
      ]) {
        await put(writer, order);
        const merged = { venue: 'J. Res.', year: 2022, ids: { doi: '10.1000/z', arxiv: '2209.09004' } };
        expect(await paperNamed(library, 'p')).toMatchObject({ id: order[0]!.id, ...merged });
        const [one, other] = await library.find(['10.48550/arXiv.2209.09004', 'doi:10.1000/z']);
        expect(one).toBe(other);
        expect(await writer.remove(['p'])).toEqual(['p']);
      }
    });

    it('are found by every id and identifier, in any written form', async () => {
      const { writer, library } = await fresh();
      await put(writer, [paper('other'), first, second]);
      const key = await keyOf(library, 'a');
      expect(key).toBeDefined();
      for (const id of [
        'b',
        'doi:10.1000/X',
        '10.1000/x',
        'https://doi.org/10.1000/x',
        'arXiv:2209.09004v3',
        'https://arxiv.org/pdf/2209.09004.pdf',
        '2209.09004',
      ]) {
        expect([id, await keyOf(library, id)]).toEqual([id, key]);
      }
      for (const id of ['A', 'c', '2209.9004', 'doi:10.1000/y', ''])
        expect([id, await keyOf(library, id)]).toEqual([id, undefined]);
    });

    it('go on being one when one of them changes', async () => {
      const { writer, library } = await fresh();
      await put(writer, [first, second]);
      expect(await put(writer, [paper('b', { abstract: 'Tiny.', doi: '10.1000/x' })])).toEqual(['changed']);
      expect(await paperNamed(library, 'a')).toEqual(first);
      expect(await put(writer, [{ ...first, title: 'A better title' }])).toEqual(['changed']);
      expect(await paperNamed(library, 'b')).toMatchObject({ id: 'a', title: 'A better title' });
      expect((await counts(library)).papers).toBe(1);
    });

    it('are found by an identifier that only a later one has, even of a kind the first has too', async () => {
      const { writer, library } = await fresh();
      // A preprint and the published version have each a DOI; a third record knows the second only.
      await put(writer, [
        paper('preprint', { doi: '10.48550/arXiv.2209.09004' }),
        paper('published', { doi: '10.1000/x', arxiv: '2209.09004' }),
      ]);
      const key = await keyOf(library, 'preprint');
      expect(await keyOf(library, 'doi:10.1000/x')).toBe(key);
      expect(await put(writer, [paper('again', { doi: '10.1000/x' })])).toEqual(['duplicate']);
      expect(await keyOf(library, 'again')).toBe(key);
      expect((await counts(library)).papers).toBe(1);
      expect(await paperNamed(library, 'again')).toMatchObject({
        id: 'preprint',
        ids: { doi: '10.1000/x', arxiv: '2209.09004' },
      });
    });

    it('are found by the DOI that arXiv gives every paper, though none of them says it', async () => {
      const { writer, library } = await fresh();
      await put(writer, [paper('a', { arxiv: '2209.09004' })]);
      const key = await keyOf(library, 'a');
      expect(key).toBeDefined();
      expect(await keyOf(library, 'https://doi.org/10.48550/arXiv.2209.09004')).toBe(key);
      expect(await keyOf(library, '10.48550/arxiv.2209.09005')).toBeUndefined();
      expect(await writer.remove(['doi:10.48550/arXiv.2209.09004'])).toHaveLength(1);
      expect(await keyOf(library, 'a')).toBeUndefined();
    });

    it('are kept apart where an identifier is shared by mistake', async () => {
      const { writer, library } = await fresh();
      const [codes, bound] = [
        paper('a', { title: 'Construction of additive codes', doi: '10.1000/x', arxiv: '0907.0001' }),
        paper('b', { title: 'An extension of the order bound', doi: '10.1000/x', arxiv: '0907.0002' }),
      ];
      expect(await put(writer, [codes, bound])).toEqual(['added', 'added']);
      // Two versions under two arXiv ids are one paper, when their titles say so.
      const version = paper('c', { title: 'Construction of Additive Codes', doi: '10.1000/x', arxiv: '0907.0003' });
      expect(await put(writer, [version, bound])).toEqual(['duplicate', 'unchanged']);
      expect(await paperNamed(library, 'b')).toEqual(bound);
      expect(await keyOf(library, 'doi:10.1000/x')).toBe(await keyOf(library, 'c'));
      expect((await counts(library)).papers).toBe(2);
    });

    it('that share an identifier by mistake go by it all the same, the first of them before the others', async () => {
      const { writer, library } = await fresh();
      const [codes, bound] = [
        paper('a', { title: 'Construction of additive codes', doi: '10.1000/x' }),
        paper('b', { title: 'An extension of the order bound', doi: '10.1000/x' }),
      ];
      expect(await put(writer, [codes, bound])).toEqual(['added', 'added']);
      expect(await library.count({ has: 'doi' })).toBe(2);
      expect(await keyOf(library, 'doi:10.1000/x')).toBe(await keyOf(library, 'a'));
      const again = paper('c', { title: 'An Extension of the Order Bound', doi: '10.1000/x', year: 2000 });
      expect(await put(writer, [again])).toEqual(['duplicate']);
      expect(await paperNamed(library, 'b')).toMatchObject({ id: 'b', year: 2000 });
      await writer.remove(['a']);
      expect(await library.count({ has: 'doi' })).toBe(1);
      expect(await keyOf(library, 'doi:10.1000/x')).toBe(await keyOf(library, 'b'));
    });

    it('are one book under one ISBN, if they have its title, and never what stands in it', async () => {
      const { writer, library } = await fresh();
      const isbn = '978-3-16-148410-0';
      const chapter = { extra: { type: 'incollection', isbn } };
      expect(
        await put(writer, [
          paper('part 1', { title: 'Graph theory', ...chapter }),
          paper('part 2', { title: 'Graph theory', ...chapter }),
          paper('book', { title: 'An introduction to graph theory', isbn: '3-16-148410-X' }),
          paper('same', { title: 'An Introduction to Graph Theory', extra: { type: 'book', isbn } }),
          paper('unsaid', { title: 'Graph theory', isbn }), // A chapter that does not say so.
        ]),
      ).toEqual(['added', 'added', 'added', 'duplicate', 'added']);
      expect(await keyOf(library, 'isbn:316148410X')).toBe(await keyOf(library, 'book'));
      expect(await keyOf(library, 'same')).toBe(await keyOf(library, 'book'));
      expect((await counts(library)).papers).toBe(4);
    });

    it('are joined by one that shows two papers to be the same', async () => {
      const { writer, library } = await fresh();
      await put(writer, [
        paper('a', { title: 'A study of alpha', abstract: 'Short.', doi: '10.1000/x', one: 1 }),
        paper('b', { title: 'A study of beta', abstract: 'Rather longer.', arxiv: '2209.09004', two: 2 }),
        paper('c', { title: 'Gamma' }),
      ]);
      const vectors = await embedAll(writer);
      expect(await counts(library)).toEqual({ papers: 3, embedded: 3 });

      const joint = paper('joint', { title: 'A study of delta', doi: '10.1000/x', arxiv: '2209.09004', three: 3 });
      expect(await put(writer, [joint])).toEqual(['duplicate']);
      const joined = await keyOf(library, 'joint');
      expect(await library.find(['a', 'b', 'arxiv:2209.09004'])).toEqual([joined, joined, joined]);
      const [merged] = await papersAt(library, [joined!]);
      expect(merged).toMatchObject({ abstract: 'Rather longer.', extra: { one: 1, two: 2, three: 3 } });
      expect((await counts(library)).papers).toBe(2);

      // Nothing is left of the paper that went: not its words, not its vector.
      for (const word of ['alpha', 'beta']) {
        const found = await matchingIds(library, word);
        expect([word, found]).toEqual([word, merged!.title.includes(word) ? [merged!.id] : []]);
      }
      const there = ids(await everyPaper(library));
      for (const vector of vectors.values()) {
        for (const { id } of await nearest(library, vector, 10)) expect(there).toContain(id);
      }
      await embedAll(writer);
      expect(await counts(library)).toEqual({ papers: 2, embedded: 2 });
      expect((await nearest(library, vectorOf(embeddedText(merged!)), 10))[0]!.id).toBe(merged!.id);

      expect(await writer.remove(['b'])).toEqual(['b']);
      for (const id of ['a', 'b', 'joint', 'doi:10.1000/x', 'arxiv:2209.09004'])
        expect(await keyOf(library, id)).toBeUndefined();
      expect(await put(writer, [paper('a', { doi: '10.1000/x' })])).toEqual(['added']);
    });
  });
}
