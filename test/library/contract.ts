/** What every library must do, whichever engine is behind it. Each test has a library of its own. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Filter } from '../../src/library/filter.ts';
import type { Library, LibraryWriter, WordMatch } from '../../src/library/library.ts';
import { dot } from '../../src/library/graph.ts';
import { embeddedText, toPaper, type Paper, type PaperInput } from '../../src/paper.ts';
import { embedAll, embedding, exactNearest, MODEL, paper, seeded, unitVector, vectorOf } from './made.ts';

export interface NewLibrary {
  writer: LibraryWriter;
  /** Opens it for reading, once or several times. */
  reader(): Promise<Library>;
}

/** @param make makes an empty library of `MODEL`, and closes what was opened of it when the test is over. */
export function libraryContract(name: string, make: () => Promise<NewLibrary>): void {
  /** The ids of the papers at rows. */
  const ids = async (library: Library, found: { row: number }[]): Promise<(string | undefined)[]> =>
    (await library.papers(found.map(({ row }) => row))).map((each) => each?.id);
  const matching = async (library: Library, query: string): Promise<(string | undefined)[]> =>
    ids(library, await library.matching(query, 100));
  const paperNamed = async (library: Library, id: string): Promise<Paper | undefined> => {
    const row = await library.find(id);
    return row === undefined ? undefined : (await library.papers([row]))[0];
  };

  describe(name, () => {
    it('answers every question about nothing with nothing', async () => {
      const { writer, reader } = await make();
      const library = await reader();
      expect(library.model).toEqual(MODEL);
      expect(writer.model).toEqual(MODEL);
      expect(await library.status()).toEqual({ papers: 0, embedded: 0 });
      expect(await library.find('a')).toBeUndefined();
      expect(await library.papers([1, 0, -1])).toEqual([undefined, undefined, undefined]);
      expect(await library.papers([])).toEqual([]);
      expect(await library.vector(1)).toBeUndefined();
      expect(await library.nearest(vectorOf('a'), 10)).toEqual([]);
      expect(await library.similarities(vectorOf('a'), [1])).toEqual(new Map());
      expect(await library.vectors([1])).toEqual(new Map());
      expect(await library.matching('a', 10)).toEqual([]);
      for (const filter of [{ all: [] }, { author: 'a' }, { not: { has: 'doi' } }] satisfies Filter[]) {
        expect(await library.count(filter)).toBe(0);
        expect(await library.nearest(vectorOf('a'), 10, { filter })).toEqual([]);
        expect(await library.matching('a', 10, { filter })).toEqual([]);
      }
      expect(writer.pending(0, 10)).toEqual([]);
      expect(writer.pendingCount()).toBe(0);
      expect(writer.put([])).toEqual([]);
      expect(writer.remove([])).toEqual([]);
    });

    it('gives back every field as it was put in', async () => {
      const { writer, reader } = await make();
      const library = await reader();
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
      writer.put([whole, bare]);
      expect(await paperNamed(library, whole.id)).toEqual(whole);
      expect(await paperNamed(library, bare.id)).toEqual(bare);
    });

    it('shows a reader what was written since it opened, whether or not the writer is still at work', async () => {
      const { writer, reader } = await make();
      const early = await reader();
      writer.put([paper('a', { title: 'Glaciers' })]);
      const late = await reader();
      for (const library of [early, late]) {
        expect(await library.status()).toEqual({ papers: 1, embedded: 0 });
        expect(await matching(library, 'glaciers')).toEqual(['a']);
        expect(await library.nearest(vectorOf('Glaciers'), 1)).toEqual([]);
      }
      embedAll(writer);
      for (const library of [early, late]) {
        expect(await library.status()).toEqual({ papers: 1, embedded: 1 });
        expect(await ids(library, await library.nearest(vectorOf('Glaciers'), 1))).toEqual(['a']);
      }
    });

    it('returns papers in the order asked for, with gaps where there is none', async () => {
      const { writer, reader } = await make();
      const library = await reader();
      writer.put(['a', 'b', 'c'].map((id) => paper(id)));
      const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((id) => library.find(id)));
      expect((await library.papers([c!, 999, a!, c!])).map((each) => each?.id)).toEqual(['c', undefined, 'a', 'c']);
      writer.remove(['b']);
      expect((await library.papers([a!, b!, c!])).map((each) => each?.id)).toEqual(['a', undefined, 'c']);
    });

    it('goes through every paper once, in the order of the rows', async () => {
      const { writer, reader } = await make();
      const library = await reader();
      const papers = Array.from({ length: 700 }, (_, i) => paper(`p${i}`, { year: 1000 + i }));
      const everyPaper = async () => {
        const all: Paper[] = [];
        for await (const each of library.everyPaper()) all.push(each);
        return all;
      };
      expect(await everyPaper()).toEqual([]);
      writer.put(papers);
      expect(await everyPaper()).toEqual(papers);
      writer.remove(papers.slice(200, 500).map(({ id }) => id));
      expect(await everyPaper()).toEqual([...papers.slice(0, 200), ...papers.slice(500)]);
    });

    describe('a record that is put in', () => {
      it('is added, changed, unchanged or a duplicate', async () => {
        const { writer, reader } = await make();
        const library = await reader();
        const record = { abstract: 'Text.', year: 2016, doi: '10.1000/x' };
        expect(writer.put([paper('a', record), paper('b')])).toEqual(['added', 'added']);
        expect(writer.put([paper('a', record), paper('b')])).toEqual(['unchanged', 'unchanged']);
        expect(writer.put([paper('a', { ...record, year: 2017 }), paper('b')])).toEqual(['changed', 'unchanged']);
        expect(writer.put([paper('c', { doi: 'https://doi.org/10.1000/X' })])).toEqual(['duplicate']);
        expect(writer.put([paper('c', { doi: '10.1000/x' }), paper('a', { ...record, year: 2017 })])).toEqual([
          'unchanged',
          'unchanged',
        ]);
        expect(writer.put([paper('d'), paper('d'), paper('d', { year: 2000 })])).toEqual([
          'added',
          'unchanged',
          'duplicate',
        ]);
        expect(await library.status()).toMatchObject({ papers: 3 });
        expect((await paperNamed(library, 'a'))!.year).toBe(2017);
        expect((await paperNamed(library, 'd'))!.year).toBe(2000);
      });

      it('keeps its row when it changes', async () => {
        const { writer, reader } = await make();
        const library = await reader();
        writer.put([paper('a'), paper('b')]);
        const row = await library.find('a');
        writer.put([paper('a', { title: 'Another title', doi: '10.1000/x' })]);
        expect(await library.find('a')).toBe(row);
        expect(await library.find('doi:10.1000/x')).toBe(row);
      });

      it('no longer goes by an identifier that it lost', async () => {
        const { writer, reader } = await make();
        const library = await reader();
        writer.put([paper('a', { doi: '10.1000/wrong' })]);
        writer.put([paper('a', { doi: '10.1000/right' })]);
        expect(await library.find('doi:10.1000/wrong')).toBeUndefined();
        expect(writer.put([paper('b', { doi: '10.1000/wrong' })])).toEqual(['added']);
      });
    });

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
        const { writer, reader } = await make();
        const library = await reader();
        writer.put([first, second]);
        expect(await library.status()).toMatchObject({ papers: 1 });
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
        const row = await library.find('b');
        expect(await library.records(row!)).toEqual([first, second]); // Nothing that either says is gone.
        writer.put([paper('alone')]);
        expect(await library.records((await library.find('alone'))!)).toEqual([]);
      });

      it('are merged under one id too, and each file changes only what it said itself', async () => {
        const { writer, reader } = await make();
        const library = await reader();
        const [rich, poor] = [
          { abstract: 'A long abstract.', year: 2021 },
          { year: 2020, venue: 'J. Res.' },
        ];
        const read = (file: string, ...records: Paper[]) => writer.put(records, writer.files.begin(file, '/'));
        expect(read('/a.bib', paper('x', rich))).toEqual(['added']);
        expect(read('/b.ris', paper('x', poor))).toEqual(['duplicate']);
        expect(await paperNamed(library, 'x')).toMatchObject({ ...rich, ...poor });
        const corrected = { ...rich, abstract: 'A short one.' };
        expect(read('/a.bib', paper('x', corrected))).toEqual(['changed']);
        expect(await paperNamed(library, 'x')).toMatchObject({ ...corrected, ...poor });
        expect(read('/b.ris', paper('x', poor))).toEqual(['unchanged']);
        expect(read('/c.csv', paper('x', poor))).toEqual(['unchanged']);
        const row = (await library.find('x'))!;
        expect((await library.records(row)).map(({ venue }) => venue)).toEqual([null, 'J. Res.', 'J. Res.']);
      });

      it('of one id in one file are merged in it, and told apart when it is read again', async () => {
        const { writer, reader } = await make();
        const library = await reader();
        const read = (...records: Paper[]) => writer.put(records, writer.files.begin('/all.ris', '/'));
        const [one, two] = [paper('x', { abstract: 'Text.' }), paper('x', { year: 2020 })];
        expect(read(one, two, one)).toEqual(['added', 'duplicate', 'unchanged']);
        expect(read(one, two, one)).toEqual(['unchanged', 'unchanged', 'unchanged']);
        expect(read(one, { ...two, year: 2019 })).toEqual(['unchanged', 'changed']);
        expect(await paperNamed(library, 'x')).toMatchObject({ abstract: 'Text.', year: 2019 });
        expect(await library.status()).toMatchObject({ papers: 1 });
      });

      it('of one id and other titles are papers of their own, for many a file counts from 1', async () => {
        const { writer, reader } = await make();
        const library = await reader();
        const read = (file: string, ...records: Paper[]) => writer.put(records, writer.files.begin(file, '/'));
        expect(read('/knots.jsonl', paper('1', { title: 'Knots' }))).toEqual(['added']);
        const others = [paper('1', { title: 'Stars' }), paper('1', { title: 'Moons' })];
        expect(read('/stars.jsonl', ...others)).toEqual(['added', 'added']);
        expect(read('/stars.jsonl', ...others)).toEqual(['unchanged', 'unchanged']);
        expect((await paperNamed(library, '1'))!.title).toBe('Knots');
        const all: Paper[] = [];
        for await (const each of library.everyPaper()) all.push(each);
        expect(all.map(({ title }) => title)).toEqual(['Knots', 'Stars', 'Moons']);
        expect(new Set(all.map(({ id }) => id)).size).toBe(3);
        for (const { id, title } of all) expect((await paperNamed(library, id))!.title).toBe(title);
        expect(writer.remove([all[1]!.id])).toHaveLength(1);
        expect(read('/stars.jsonl', ...others)).toEqual(['added', 'unchanged']);
      });

      it('say that a paper was retracted, if one of them does', async () => {
        const { writer, reader } = await make();
        const library = await reader();
        const [plain, retracted] = ['On knots', '[RETRACTED] On knots'].map((title, i) =>
          paper(`r${i}`, { title, doi: '10.1000/r' }),
        );
        for (const order of [
          [plain!, retracted!],
          [retracted!, plain!],
        ]) {
          writer.put(order);
          expect((await paperNamed(library, 'r0'))!.title).toBe('[RETRACTED] On knots');
          expect(writer.remove(['r0'])).toEqual(['r0']);
        }
      });

      it('from standard input are told apart as well, for it may be anything', async () => {
        const { writer, reader } = await make();
        const library = await reader();
        const read = (...records: Paper[]) => writer.put(records, writer.files.begin('-', ''));
        const [knots, stars] = [paper('1', { title: 'On knots' }), paper('1', { title: 'Stars' })];
        expect(read(knots)).toEqual(['added']);
        expect(read(stars)).toEqual(['added']);
        expect(read(knots)).toEqual(['unchanged']);
        expect(read({ ...stars, year: 2020 })).toEqual(['changed']);
        expect(read(paper('1', { title: 'On knots and ropes' }))).toEqual(['changed']);
        expect(await library.status()).toMatchObject({ papers: 2 });
        expect(writer.files.all()).toEqual([]); // It can't be read again.
      });

      it('say exactly what the files say that hold them, whatever the files and in whichever order', async () => {
        const { writer, reader } = await make();
        const library = await reader();
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
              const begun = writer.files.begin(file, '/');
              writer.put(papers, begun);
              const end = { stamp: null, hash: null, manner: '', readAt: 0, invalid: [], trouble: null };
              writer.files.end(begun, end);
              writer.release(file, 'missing');
            }
            const said: Paper[] = [];
            for await (const each of library.everyPaper()) {
              const records = await library.records((await library.find(each.id))!);
              said.push(...(records.length > 0 ? records : [each]));
            }
            const sorted = (papers: Paper[]) => [...new Set(papers.map(contents))].sort();
            expect(sorted(said)).toEqual(sorted([...files.values()].flat()));
            for (const file of files.keys()) writer.release(file, 'all');
            expect(await library.status()).toEqual({ papers: 0, embedded: 0 });
          }),
          { seed: 4, numRuns: 300 },
        );
      });

      it('have the venue and DOI of what was published, whichever came first', async () => {
        const { writer, reader } = await make();
        const library = await reader();
        const preprint = paper('p', { title: 'T', venue: 'arXiv', doi: '10.48550/arXiv.2209.09004', year: 2022 });
        const published = paper('q', {
          title: 'T',
          venue: 'J. Res.',
          doi: '10.1000/z',
          arxiv: '2209.09004',
          year: 2023,
        });
        for (const order of [
          [preprint, published],
          [published, preprint],
        ]) {
          writer.put(order);
          const merged = { venue: 'J. Res.', year: 2022, ids: { doi: '10.1000/z', arxiv: '2209.09004' } };
          expect(await paperNamed(library, 'p')).toMatchObject({ id: order[0]!.id, ...merged });
          expect(await library.find('10.48550/arXiv.2209.09004')).toBe(await library.find('doi:10.1000/z'));
          expect(writer.remove(['p'])).toEqual(['p']);
        }
      });

      it('are found by every id and identifier, in any written form', async () => {
        const { writer, reader } = await make();
        const library = await reader();
        writer.put([paper('other'), first, second]);
        const row = await library.find('a');
        expect(row).toBeDefined();
        for (const id of [
          'b',
          'doi:10.1000/X',
          '10.1000/x',
          'https://doi.org/10.1000/x',
          'arXiv:2209.09004v3',
          'https://arxiv.org/pdf/2209.09004.pdf',
        ]) {
          expect([id, await library.find(id)]).toEqual([id, row]);
        }
        for (const id of ['A', 'c', '2209.09004', 'doi:10.1000/y', ''])
          expect([id, await library.find(id)]).toEqual([id, undefined]);
      });

      it('go on being one when one of them changes', async () => {
        const { writer, reader } = await make();
        const library = await reader();
        writer.put([first, second]);
        expect(writer.put([paper('b', { abstract: 'Tiny.', doi: '10.1000/x' })])).toEqual(['changed']);
        expect(await paperNamed(library, 'a')).toEqual(first);
        expect(writer.put([{ ...first, title: 'A better title' }])).toEqual(['changed']);
        expect(await paperNamed(library, 'b')).toMatchObject({ id: 'a', title: 'A better title' });
        expect(await library.status()).toMatchObject({ papers: 1 });
      });

      it('are found by an identifier that only a later one has, even of a kind the first has too', async () => {
        const { writer, reader } = await make();
        const library = await reader();
        // A preprint and the published version have each a DOI; a third record knows the second only.
        writer.put([
          paper('preprint', { doi: '10.48550/arXiv.2209.09004' }),
          paper('published', { doi: '10.1000/x', arxiv: '2209.09004' }),
        ]);
        const row = await library.find('preprint');
        expect(await library.find('doi:10.1000/x')).toBe(row);
        expect(writer.put([paper('again', { doi: '10.1000/x' })])).toEqual(['duplicate']);
        expect(await library.find('again')).toBe(row);
        expect(await library.status()).toMatchObject({ papers: 1 });
        expect(await paperNamed(library, 'again')).toMatchObject({
          id: 'preprint',
          ids: { doi: '10.1000/x', arxiv: '2209.09004' },
        });
      });

      it('are found by the DOI that arXiv gives every paper, though none of them says it', async () => {
        const { writer, reader } = await make();
        const library = await reader();
        writer.put([paper('a', { arxiv: '2209.09004' })]);
        const row = await library.find('a');
        expect(await library.find('https://doi.org/10.48550/arXiv.2209.09004')).toBe(row);
        expect(await library.find('10.48550/arxiv.2209.09005')).toBeUndefined();
        expect(writer.remove(['doi:10.48550/arXiv.2209.09004'])).toHaveLength(1);
        expect(await library.find('a')).toBeUndefined();
      });

      it('are kept apart where an identifier is shared by mistake', async () => {
        const { writer, reader } = await make();
        const library = await reader();
        const [codes, bound] = [
          paper('a', { title: 'Construction of additive codes', doi: '10.1000/x', arxiv: '0907.0001' }),
          paper('b', { title: 'An extension of the order bound', doi: '10.1000/x', arxiv: '0907.0002' }),
        ];
        expect(writer.put([codes, bound])).toEqual(['added', 'added']);
        // Two versions under two arXiv ids are one paper, when their titles say so.
        const version = paper('c', { title: 'Construction of Additive Codes', doi: '10.1000/x', arxiv: '0907.0003' });
        expect(writer.put([version, bound])).toEqual(['duplicate', 'unchanged']);
        expect(await paperNamed(library, 'b')).toEqual(bound);
        expect(await library.find('doi:10.1000/x')).toBe(await library.find('c'));
        expect(await library.status()).toMatchObject({ papers: 2 });
      });

      it('are one book under one ISBN, if they have its title, and never what stands in it', async () => {
        const { writer, reader } = await make();
        const library = await reader();
        const isbn = '978-3-16-148410-0';
        const chapter = { extra: { type: 'incollection', isbn } };
        expect(
          writer.put([
            paper('part 1', { title: 'Graph theory', ...chapter }),
            paper('part 2', { title: 'Graph theory', ...chapter }),
            paper('book', { title: 'An introduction to graph theory', isbn: '3-16-148410-X' }),
            paper('same', { title: 'An Introduction to Graph Theory', extra: { type: 'book', isbn } }),
            paper('unsaid', { title: 'Graph theory', isbn }), // A chapter that does not say so.
          ]),
        ).toEqual(['added', 'added', 'added', 'duplicate', 'added']);
        expect(await library.find('isbn:316148410X')).toBe(await library.find('book'));
        expect(await library.find('same')).toBe(await library.find('book'));
        expect(await library.status()).toMatchObject({ papers: 4 });
      });

      it('are joined by one that shows two papers to be the same', async () => {
        const { writer, reader } = await make();
        const library = await reader();
        writer.put([
          paper('a', { title: 'A study of alpha', abstract: 'Short.', doi: '10.1000/x', one: 1 }),
          paper('b', { title: 'A study of beta', abstract: 'Rather longer.', arxiv: '2209.09004', two: 2 }),
          paper('c', { title: 'Gamma' }),
        ]);
        const vectors = embedAll(writer);
        expect(await library.status()).toEqual({ papers: 3, embedded: 3 });

        expect(
          writer.put([paper('joint', { title: 'A study of delta', doi: '10.1000/x', arxiv: '2209.09004', three: 3 })]),
        ).toEqual(['duplicate']);
        const joined = await library.find('joint');
        expect([await library.find('a'), await library.find('b'), await library.find('arxiv:2209.09004')]).toEqual([
          joined,
          joined,
          joined,
        ]);
        const [merged] = await library.papers([joined!]);
        expect(merged).toMatchObject({ abstract: 'Rather longer.', extra: { one: 1, two: 2, three: 3 } });
        expect(await library.status()).toMatchObject({ papers: 2 });

        // Nothing is left of the paper that went: not its words, not its vector.
        for (const word of ['alpha', 'beta']) {
          const found = await matching(library, word);
          expect([word, found]).toEqual([word, merged!.title.includes(word) ? [merged!.id] : []]);
        }
        for (const vector of vectors.values()) {
          expect(await ids(library, await library.nearest(vector, 10))).not.toContain(undefined);
        }
        embedAll(writer);
        expect(await library.status()).toEqual({ papers: 2, embedded: 2 });
        expect((await ids(library, await library.nearest(vectorOf(embeddedText(merged!)), 10)))[0]).toBe(merged!.id);

        expect(writer.remove(['b'])).toEqual(['b']);
        for (const id of ['a', 'b', 'joint', 'doi:10.1000/x', 'arxiv:2209.09004'])
          expect(await library.find(id)).toBeUndefined();
        expect(writer.put([paper('a', { doi: '10.1000/x' })])).toEqual(['added']);
      });
    });

    describe('a paper that is removed', () => {
      it('is gone from everywhere, and comes back only as a new paper', async () => {
        const { writer, reader } = await make();
        const library = await reader();
        writer.put([
          paper('c', { title: 'Gamma' }),
          paper('a', { title: 'Alpha', doi: '10.1000/x' }),
          paper('b', { title: 'Beta', pmid: 7 }),
        ]);
        embedAll(writer);
        const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((id) => library.find(id)));
        expect(await library.nearest(vectorOf('Alpha'), 1)).toMatchObject([{ row: a }]);

        expect(writer.remove(['a', 'nobody', 'a', 'PMID: 7'])).toEqual(['a', 'PMID: 7']);
        expect(await library.status()).toEqual({ papers: 1, embedded: 1 });
        for (const id of ['a', 'b', 'doi:10.1000/x', 'pmid:7'])
          expect([id, await library.find(id)]).toEqual([id, undefined]);
        expect(await library.papers([a!, b!])).toEqual([undefined, undefined]);
        expect(await library.vector(a!)).toBeUndefined();
        expect(await library.similarities(vectorOf('Alpha'), [a!, b!])).toEqual(new Map());
        expect(await library.matching('alpha beta', 10)).toEqual([]);
        for (const text of ['Alpha', 'Beta']) {
          expect((await library.nearest(vectorOf(text), 10)).map(({ row }) => row)).toEqual([c]);
        }

        expect(writer.put([paper('a', { title: 'Alpha', doi: '10.1000/x' })])).toEqual(['added']);
        const again = await library.find('a');
        expect([a, b, c]).not.toContain(again);
        expect(writer.pending(0, 10)).toEqual([{ row: again, text: 'Alpha' }]);
      });
    });

    describe('a vector', () => {
      it('goes when the text changes, and only then', async () => {
        const { writer, reader } = await make();
        const library = await reader();
        const record = { abstract: 'Old text.', year: 2016 };
        writer.put([paper('a', record)]);
        embedAll(writer);
        const row = (await library.find('a'))!;
        const old = vectorOf('Paper a\nOld text.');

        writer.put([paper('a', { ...record, year: 2017, venue: 'Venue', note: 1 })]);
        expect(writer.pendingCount()).toBe(0);
        expect(await library.vector(row)).toEqual(old);

        writer.put([paper('a', { ...record, abstract: 'New text.' })]);
        expect(writer.pending(0, 10)).toEqual([{ row, text: 'Paper a\nNew text.' }]);
        expect(await library.vector(row)).toBeUndefined();
        expect(await library.nearest(old, 10)).toEqual([]);
        expect(await library.status()).toEqual({ papers: 1, embedded: 0 });

        embedAll(writer);
        const [neighbour, ...others] = await library.nearest(old, 10);
        expect(others).toEqual([]);
        expect(neighbour!.row).toBe(row);
        expect(neighbour!.similarity).toBeCloseTo(dot(old, vectorOf('Paper a\nNew text.')), 5);
      });

      it('waits for its turn in the order of rows', async () => {
        const { writer } = await make();
        writer.put(['a', 'b', 'c', 'd', 'e'].map((id) => paper(id)));
        const all = writer.pending(0, 10);
        const rows = all.map(({ row }) => row);
        expect(all.map(({ text }) => text)).toEqual(['a', 'b', 'c', 'd', 'e'].map((id) => `Paper ${id}`));
        expect(rows).toEqual([...rows].sort((x, y) => x - y));
        expect(writer.pending(0, 2)).toEqual(all.slice(0, 2));
        expect(writer.pending(rows[1]!, 2)).toEqual(all.slice(2, 4));
        expect(writer.pending(rows[4]!, 2)).toEqual([]);
        writer.putVectors([rows[1]!, rows[3]!].map((row) => ({ row, embedding: embedding(vectorOf('x')) })));
        expect(writer.pending(0, 10)).toEqual([all[0], all[2], all[4]]);
        expect(writer.pendingCount()).toBe(3);
      });

      it('that is no vector of the model is refused, and nothing of its batch is stored', async () => {
        const { writer, reader } = await make();
        const library = await reader();
        writer.put([paper('a'), paper('b'), paper('c')]);
        const pending = writer.pending(0, 10);
        const sound = vectorOf('x');
        const unsound = {
          'not a number': sound.map((x, i) => (i === 5 ? NaN : x)),
          infinite: sound.map((x, i) => (i === MODEL.dimensions - 1 ? -Infinity : x)),
          'too short': sound.slice(1),
          'too long': Float32Array.of(...sound, 0),
          empty: new Float32Array(),
        };
        for (const vector of Object.values(unsound)) {
          const batch = pending.map(({ row }, i) => ({ row, embedding: embedding(i === 1 ? vector : sound) }));
          expect(() => writer.putVectors(batch)).toThrow(expect.objectContaining({ code: 'embedding-failed' }));
        }
        expect(writer.pending(0, 10)).toEqual(pending);
        expect(await library.status()).toEqual({ papers: 3, embedded: 0 });
        expect(await library.nearest(sound, 10)).toEqual([]);
      });

      it('for a paper that was removed meanwhile is left out', async () => {
        const { writer, reader } = await make();
        const library = await reader();
        writer.put([paper('a'), paper('b')]);
        const [a, b] = writer.pending(0, 10);
        writer.remove(['a']);
        writer.putVectors([a!, b!].map(({ row, text }) => ({ row, embedding: embedding(vectorOf(text)) })));
        expect(await library.status()).toEqual({ papers: 1, embedded: 1 });
        expect((await library.nearest(vectorOf('Paper a'), 10)).map(({ row }) => row)).toEqual([b!.row]);
      });

      it('is found by the vectors near it, each with its cosine, nearest first', async () => {
        const { writer, reader } = await make();
        const library = await reader();
        writer.put(Array.from({ length: 50 }, (_, i) => paper(`p${i}`)));
        const vectors = embedAll(writer);
        const random = seeded(7);
        for (const query of [vectorOf('Paper p7'), unitVector(random), unitVector(random, vectorOf('Paper p8'))]) {
          const exact = exactNearest(vectors, query, 10);
          const found = await library.nearest(query, 10);
          expect(found.map(({ row }) => row)).toEqual(exact.map(({ row }) => row));
          found.forEach(({ similarity }, i) => expect(similarity).toBeCloseTo(exact[i]!.similarity, 5));
        }
        expect((await library.nearest(vectorOf('Paper p7'), 1))[0]!.similarity).toBeCloseTo(1, 5);
        const rows = [...vectors.keys()];
        const similarities = await library.similarities(vectorOf('Paper p7'), [...rows.slice(0, 5), 999_999]);
        expect([...similarities.keys()]).toEqual(rows.slice(0, 5));
        for (const [row, similarity] of similarities)
          expect(similarity).toBeCloseTo(dot(vectorOf('Paper p7'), vectors.get(row)!), 5);
        expect(await library.vector(rows[3]!)).toEqual(vectors.get(rows[3]!));
      });

      it('is one of as many as there are when more are asked for', async () => {
        const { writer, reader } = await make();
        const library = await reader();
        writer.put(['a', 'b', 'c', 'd'].map((id) => paper(id)));
        const vectors = embedAll(writer);
        writer.remove(['d']);
        for (const k of [3, 4, 5, 100, 5000]) {
          const found = await library.nearest(vectorOf('Paper d'), k);
          expect(found.map(({ row }) => row).sort((x, y) => x - y)).toEqual([...vectors.keys()].slice(0, 3));
        }
      });
    });

    describe('a filter', () => {
      const titled = (id: string, fields: PaperInput) => paper(id, { title: `Study ${id}`, ...fields });
      /** The ids a filter lets through, which every way of asking agrees on. */
      const passing = async (library: Library, filter: Filter): Promise<(string | undefined)[]> => {
        const near = await ids(library, await library.nearest(vectorOf('any'), 1000, { filter }));
        const matching = await ids(library, await library.matching('study', 1000, { filter }));
        expect(near.toSorted()).toEqual(matching.toSorted());
        expect(await library.count(filter)).toBe(near.length);
        return near.toSorted();
      };

      it('asks for what a paper says of itself', async () => {
        const { writer, reader } = await make();
        const library = await reader();
        writer.put([
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
        embedAll(writer);
        const expected: [Filter, string][] = [
          [{ year: { from: 2020 } }, 'bc'],
          [{ year: { from: 2019, to: 2020 } }, 'ab'],
          [{ year: { to: 2019 } }, 'a'],
          [{ year: {} }, 'abc'],
          [{ author: 'bengio' }, 'ab'],
          [{ author: 'Bengio, Y.' }, 'a'],
          [{ author: 'ann bengio' }, ''],
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
        const { writer, reader } = await make();
        const library = await reader();
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
        writer.put(papers);
        const vectors = embedAll(writer);
        const rows = new Map(
          await Promise.all(papers.map(async (each) => [each.id, (await library.find(each.id))!] as const)),
        );
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
              papers.filter((one) => lets(each, one)).map(({ id }) => [rows.get(id)!, vectors.get(rows.get(id)!)!]),
            );
            expect(await library.count(each)).toBe(left.size);
            const found = await library.nearest(vectorOf('any'), k, { filter: each });
            expect(found.map(({ row }) => row)).toEqual(exactNearest(left, vectorOf('any'), k).map(({ row }) => row));
            const matching = await library.matching('study', k, { filter: each });
            expect(matching.length).toBe(Math.min(k, left.size));
            expect(matching.every(({ row }) => left.has(row))).toBe(true);
          }),
          { numRuns: 100 },
        );
      });

      it('follows changes and removals', async () => {
        const { writer, reader } = await make();
        const library = await reader();
        writer.put([titled('a', { authors: ['Ann Lee'], year: 2000 }), titled('b', { authors: ['Ann Lee'] })]);
        embedAll(writer);
        expect(await passing(library, { author: 'lee' })).toEqual(['a', 'b']);
        writer.put([titled('a', { authors: ['Bo Chen'], year: 2000 })]);
        expect(await passing(library, { author: 'lee' })).toEqual(['b']);
        expect(await passing(library, { author: 'chen' })).toEqual(['a']);
        expect(await passing(library, { not: { author: 'chen' } })).toEqual(['b']);
        writer.remove(['b']);
        expect(await passing(library, { author: 'lee' })).toEqual([]);
        expect(await passing(library, { not: { author: 'lee' } })).toEqual(['a']);
        writer.put([
          titled('c', { year: 2000, arxiv: '2209.09004' }),
          titled('e', { year: 2001, arxiv: '2209.09004' }),
        ]);
        embedAll(writer);
        expect(await passing(library, { year: { to: 2000 } })).toEqual(['a', 'c']);
        expect(await passing(library, { year: { from: 2001 } })).toEqual([]); // One paper, of the earliest year.
      });

      it('lets papers through that have no vector yet, for their words', async () => {
        const { writer, reader } = await make();
        const library = await reader();
        writer.put([titled('a', { year: 2000 }), titled('b', {})]);
        const filter: Filter = { has: 'year' };
        expect(await library.count(filter)).toBe(1);
        expect(await ids(library, await library.matching('study', 10, { filter }))).toEqual(['a']);
        expect(await library.nearest(vectorOf('any'), 10, { filter })).toEqual([]);
      });
    });

    describe('the facets of rows', () => {
      it('count the papers that have each value, the commonest first', async () => {
        const { writer, reader } = await make();
        const library = await reader();
        writer.put([
          paper('a', { authors: ['Ann Lee', 'Bo Chen', 'LEE, Ann'], year: 2000, venue: 'Venue', categories: ['x.y'] }),
          paper('b', { authors: ['ann lee'], year: 2000, venue: 'VENUE' }),
          paper('c', { authors: ['Bo Chen'], year: 1999, extra: { collections: ['Mine'] } }),
          paper('d', {}),
        ]);
        const [a, b, c, d] = (await Promise.all(['a', 'b', 'c', 'd'].map((id) => library.find(id)))) as number[];
        expect(await library.facets([a!, b!, d!], 10)).toEqual({
          year: [{ value: '2000', papers: 2 }],
          author: [
            { value: 'Ann Lee', papers: 2 },
            { value: 'Bo Chen', papers: 1 },
          ],
          venue: [{ value: 'Venue', papers: 2 }],
          category: [{ value: 'x.y', papers: 1 }],
          collection: [],
        });
        expect(await library.facets([a!, b!, c!], 1)).toMatchObject({
          year: [{ value: '2000', papers: 2 }],
          author: [{ value: 'Ann Lee', papers: 2 }],
          collection: [{ value: 'Mine', papers: 1 }],
        });
        const none = { year: [], author: [], venue: [], category: [], collection: [] };
        expect(await library.facets([], 10)).toEqual(none);
        expect(await library.facets([d!, 999], 10)).toEqual(none);
        writer.remove(['a', 'b', 'c']);
        expect(await library.facets([a!, b!, c!], 10)).toEqual(none);
      });
    });

    describe('versions of one work', () => {
      const preprint = paper('preprint', { title: 'Ice on the moons', authors: ['Ada Ashwood'], venue: 'arXiv' });
      const published = { ...preprint, id: 'published', venue: 'Journal of Ice' };
      const works = async (library: Library) => {
        const found: (string | undefined)[][] = [];
        for await (const rows of library.everyWork()) {
          found.push(
            await ids(
              library,
              rows.map((row) => ({ row })),
            ),
          );
          expect(await library.versions(rows)).toEqual(new Map(rows.map((row) => [row, rows])));
        }
        return found;
      };

      it('are known as soon as the later one has a vector, the leading one first, until one is gone', async () => {
        const { writer, reader } = await make();
        const library = await reader();
        expect(await works(library)).toEqual([]);
        writer.put([preprint, paper('alone', { title: 'Rivers' })]);
        embedAll(writer);
        writer.put([published]);
        expect(await works(library)).toEqual([]);
        embedAll(writer);
        expect(await works(library)).toEqual([['published', 'preprint']]);
        const rows = await Promise.all(['alone', 'preprint'].map((id) => library.find(id)));
        expect([...(await library.versions([...(rows as number[]), 999])).keys()]).toEqual([rows[1]]);
        expect(await library.status()).toEqual({ papers: 3, embedded: 3 });
        writer.remove(['published']);
        expect(await works(library)).toEqual([]);
      });

      it('are what a person says they are', async () => {
        const { writer, reader } = await make();
        const library = await reader();
        writer.put([preprint, published, paper('alone', { title: 'Rivers' })]);
        embedAll(writer);
        expect(writer.split(['published', 'alone'])).toEqual(['published']);
        expect(await works(library)).toEqual([]);
        expect(writer.join(['alone', 'published'])).toHaveLength(2);
        expect(await works(library)).toEqual([['published', 'alone']]);
        expect(() => writer.join(['alone'])).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
        expect(() => writer.join(['alone', 'nobody'])).toThrow(expect.objectContaining({ code: 'not-found' }));
        expect(() => writer.split(['nobody'])).toThrow(expect.objectContaining({ code: 'not-found' }));
      });
    });

    it('has another revision after every change, and the same one otherwise', async () => {
      const { writer, reader } = await make();
      const library = await reader();
      const seen = new Set<string>();
      const changes: (() => unknown)[] = [
        () => writer.put([paper('a')]),
        () => embedAll(writer),
        () => writer.put([paper('a', { abstract: 'New.' })]),
        () => writer.setSettings({ lexicalWeight: 0.3 }),
        () => writer.remove(['a']),
      ];
      for (const change of changes) {
        seen.add(await library.revision());
        change();
      }
      seen.add(await library.revision());
      expect(seen.size).toBe(changes.length + 1);
      writer.put([]);
      writer.remove(['nobody']);
      expect(seen).toContain(await library.revision());
    });

    it('draws a sample of its vectors, the same one as long as nothing changes', async () => {
      const { writer, reader } = await make();
      const library = await reader();
      expect(await library.sample(10)).toEqual([]);
      writer.put(Array.from({ length: 300 }, (_, i) => paper(`p${i}`)));
      const vectors = [...embedAll(writer).values()].map(String);
      const drawn = await library.sample(50);
      expect(drawn).toHaveLength(50);
      expect([...(await library.vectors([1, 2, 999])).keys()].toSorted()).toEqual([1, 2]);
      expect((await library.vectors([2])).get(2)).toEqual(await library.vector(2));
      expect(new Set(drawn.map(String)).size).toBe(50);
      for (const each of drawn) expect(vectors).toContain(String(each));
      expect(await library.sample(50)).toEqual(drawn);
      expect((await library.sample(1000)).map(String).toSorted()).toEqual(vectors.toSorted());
    });

    it('lists what a filter lets through, the newest first', async () => {
      const { writer, reader } = await make();
      const library = await reader();
      writer.put([
        paper('old', { year: 1950, venue: 'Annals' }),
        paper('new', { year: 2020, venue: 'Annals' }),
        paper('undated', { venue: 'Annals' }),
        paper('other', { year: 2024, venue: 'Letters' }),
      ]);
      const newest = async (limit: number) =>
        ids(
          library,
          (await library.newest({ venue: 'annals' }, limit)).map((row) => ({ row })),
        );
      expect(await newest(10)).toEqual(['new', 'old', 'undated']);
      expect(await newest(1)).toEqual(['new']);
    });

    describe('words', () => {
      it('are found whatever their ending, case and accents, in title and abstract', async () => {
        const { writer, reader } = await make();
        const library = await reader();
        writer.put([
          paper('a', { title: 'Recommending networks', abstract: 'Of schemes.' }),
          paper('b', { title: 'Über Gödel', abstract: 'Naïve Approaches.' }),
        ]);
        for (const query of ['network', 'NETWORKS', 'recommended', 'scheme', 'unknown scheme']) {
          expect([query, await matching(library, query)]).toEqual([query, ['a']]);
        }
        for (const query of ['godel', 'GÖDEL', 'Go\u0308del', 'naive', 'approach', 'uber']) {
          expect([query, await matching(library, query)]).toEqual([query, ['b']]);
        }
        expect(await matching(library, 'Venue')).toEqual([]);
      });

      it('follow changes', async () => {
        const { writer, reader } = await make();
        const library = await reader();
        writer.put([paper('a', { title: 'Glaciers' }), paper('b', { title: 'Glaciers and rivers' })]);
        writer.put([paper('a', { title: 'Volcanoes' })]);
        expect(await matching(library, 'glacier')).toEqual(['b']);
        expect(await matching(library, 'volcano')).toEqual(['a']);
        writer.put([paper('a', { title: 'Volcanoes', abstract: 'And glaciers.', year: 2000 })]);
        expect((await matching(library, 'glacier')).sort()).toEqual(['a', 'b']);
      });

      it('rank by how many of them there are and by how rare they are', async () => {
        const { writer, reader } = await make();
        const library = await reader();
        writer.put([
          ...Array.from({ length: 30 }, (_, i) => paper(`common${i}`, { title: `Common talk number${i}` })),
          paper('rare', { title: 'Seldom talk elsewhere' }),
          paper('both', { title: 'Seldom common talk' }),
        ]);
        const found = await library.matching('common seldom', 5);
        expect((await ids(library, found)).slice(0, 2)).toEqual(['both', 'rare']);
        expect(found.length).toBe(5);
        const scores = found.map(({ score }: WordMatch) => score);
        expect(scores).toEqual([...scores].sort((x, y) => y - x));
        expect(scores.every((score) => score > 0)).toBe(true);
      });

      it('are never taken for an operator', async () => {
        const { writer, reader } = await make();
        const library = await reader();
        writer.put([
          paper('a', { title: 'Either near or far', abstract: 'Title: c plus plus; not quoted.' }),
          paper('b', { title: 'The and of it' }),
        ]);
        const always = [
          'near AND',
          'NEAR(near far, 2)',
          '"near',
          'near"',
          "near'",
          'near OR',
          'NOT near',
          '(near',
          'near)',
          'near*',
          '^near',
          'near + far',
          'near - far',
          '{near}',
          'near:',
          'title : near',
          '-title: near',
          'near\\',
          'near;--',
          'near\0',
          'near 😀',
          'near\ud83d',
          'near, far!',
        ];
        for (const query of always) expect([query, await matching(library, query)]).toEqual([query, ['a']]);
      });

      it('may be none at all, or only common ones', async () => {
        const { writer, reader } = await make();
        const library = await reader();
        writer.put([paper('a', { title: 'Glaciers' }), paper('b', { title: 'To be or not to be' })]);
        for (const none of ['', ' ', '""', '()', '*', '😀', '-- ; --', '\u0301', '\u0000', '\ud800', 'AND', '日本']) {
          expect([none, await matching(library, none)]).toEqual([none, []]);
        }
        expect(await matching(library, 'to be or not to be')).toEqual(['b']);
        // Words that tell nothing are left out beside one that tells something.
        expect(await matching(library, 'to be a glacier')).toEqual(['a']);
      });

      it('may be very many, or very long', async () => {
        const { writer, reader } = await make();
        const library = await reader();
        writer.put([paper('a', { title: 'Glaciers' })]);
        expect(
          await matching(library, `glaciers ${Array.from({ length: 5000 }, (_, i) => `word${i}`).join(' ')}`),
        ).toEqual(['a']);
        expect(await matching(library, `${'x'.repeat(100_000)} glaciers`)).toEqual(['a']);
      });
    });
  });
}
