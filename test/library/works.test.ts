/** Versions of one work, in the library on this machine: what is linked, what a person says of it, and what order does. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LibraryWriter } from '../../src/library/library.ts';
import type { Paper, PaperInput } from '../../src/paper.ts';
import { temporaryFolder } from '../akin.ts';
import { ids, papersAt, worksOf } from './asking.ts';
import { embedAll, paper, put } from './made.ts';
import { libraryOn, writerOn } from './opened.ts';

/** A paper whose vector is made of its abstract alone: papers of one abstract have cosine 1, others have none. */
function about(topic: string, id: string, fields: PaperInput = {}): Paper {
  return paper(id, {
    title: 'Counting glaciers from above the clouds',
    abstract: topic,
    authors: ['Ada Ashwood', 'Ben Birch'],
    year: 2016,
    ...fields,
  });
}

const embedByAbstract = (writer: LibraryWriter) => embedAll(writer, (text) => text.split('\n').at(-1)!);

/** Runs a story on an empty library. */
async function inLibrary(story: (writer: LibraryWriter, works: () => Promise<string[][]>) => Promise<void>) {
  const folder = temporaryFolder();
  const writer = await writerOn(folder);
  const library = await libraryOn(folder);
  /** The works of several versions as ids, the leading one first, in alphabetical order. */
  await story(writer, async () => {
    for await (const keys of library.everyWork()) {
      const all = ids(await papersAt(library, keys));
      for (const [i, described] of (await library.describe(keys)).entries()) {
        expect(ids(described!.versions)).toEqual(all.filter((_, j) => j !== i));
      }
    }
    return (await worksOf(library)).sort((a, b) => (a[0]! < b[0]! ? -1 : 1));
  });
}

const preprint = about('Ice.', 'preprint', { venue: 'arXiv' });
const published = about('Ice.', 'published', { venue: 'Journal of Ice', year: 2017 });

describe('a preprint and what was published of it', () => {
  it('are one work as soon as both have vectors, and the published one leads', async () => {
    await inLibrary(async (writer, works) => {
      await put(writer, [preprint, published]);
      expect(await works()).toEqual([]);
      await embedByAbstract(writer);
      expect(await works()).toEqual([['published', 'preprint']]);
      await put(writer, [about('Rivers.', 'another')]);
      await embedByAbstract(writer);
      expect(await works()).toEqual([['published', 'preprint']]);
    });
  });

  it('stand alone when one of them comes to be about something else, and together when it comes back', async () => {
    await inLibrary(async (writer, works) => {
      await put(writer, [preprint, published]);
      await embedByAbstract(writer);
      for (const change of [
        { authors: ['Cy Cedar'] },
        { title: 'Feeding songbirds in winter', authors: ['Cy Cedar'] },
      ]) {
        await put(writer, [{ ...preprint, ...change }]);
        await embedByAbstract(writer);
        expect(await works()).toEqual([]);
        await put(writer, [preprint]);
        await embedByAbstract(writer);
        expect(await works()).toEqual([['published', 'preprint']]);
      }
      await put(writer, [{ ...preprint, abstract: 'Rivers.' }]);
      expect(await works()).toEqual([]);
      await embedByAbstract(writer);
      expect(await works()).toEqual([]);
    });
  });

  it('leave each other when one is removed, and what it held together falls apart', async () => {
    await inLibrary(async (writer, works) => {
      // The titles at both ends share no part; the one in the middle has a part of either.
      const head = 'Glaciers from above';
      const tail = 'counting ice without a boat';
      await put(writer, [
        about('Ice.', 'a', { title: head, authors: ['Ada Ashwood', 'Ben Birch'] }),
        about('Ice.', 'b', { title: `${head}: ${tail}`, authors: ['Ada Ashwood', 'Ben Birch', 'Cy Cedar'] }),
        about('Ice.', 'c', { title: tail, authors: ['Ada Ashwood', 'Cy Cedar', 'Dee Dogwood'] }),
      ]);
      await embedByAbstract(writer);
      expect(await works()).toEqual([['a', 'b', 'c']]);
      await writer.remove(['b']);
      expect(await works()).toEqual([]);
    });
  });
});

describe("a person's word", () => {
  it('parts what the rule joins, for good', async () => {
    await inLibrary(async (writer, works) => {
      const third = about('Ice.', 'third', { year: 2015 });
      await put(writer, [preprint, published, third]);
      await embedByAbstract(writer);
      expect(await works()).toEqual([['published', 'preprint', 'third']]);
      expect(await writer.split(['preprint'])).toEqual(['preprint']);
      expect(await works()).toEqual([['published', 'third']]);
      expect(await writer.split(['preprint'])).toEqual([]);
      // Removed and taken in again, changed and changed back: still judged.
      await writer.remove(['preprint', 'published']);
      await put(writer, [published, preprint]);
      await embedByAbstract(writer);
      expect((await works()).flat().sort()).not.toEqual(['preprint', 'published', 'third']);
      for (const work of await works()) expect(work).not.toEqual(expect.arrayContaining(['preprint', 'published']));
      for (const work of await works()) expect(work).not.toEqual(expect.arrayContaining(['preprint', 'third']));
    });
  });

  it('joins what the rule keeps apart, with or without vectors, and holds when papers come again', async () => {
    await inLibrary(async (writer, works) => {
      const other = about('Songbirds.', 'other', { title: 'Feeding songbirds', authors: ['Cy Cedar'], venue: 'Birds' });
      await put(writer, [preprint, other]);
      expect(await writer.join(['preprint', 'other'])).toEqual(expect.arrayContaining(['other', 'preprint']));
      expect(await works()).toEqual([['other', 'preprint']]);
      await embedByAbstract(writer);
      expect(await works()).toEqual([['other', 'preprint']]);
      await writer.remove(['other']);
      expect(await works()).toEqual([]);
      await put(writer, [other]);
      expect(await works()).toEqual([['other', 'preprint']]);
    });
  });

  it('can be taken back by the opposite word, and brings along what stands with the papers named', async () => {
    await inLibrary(async (writer, works) => {
      await put(writer, [preprint, published]);
      await embedByAbstract(writer);
      await writer.split(['preprint']);
      expect(await works()).toEqual([]);
      await writer.join(['published', 'preprint']);
      expect(await works()).toEqual([['published', 'preprint']]);
      const other = about('Songbirds.', 'other', { title: 'Feeding songbirds', authors: ['Cy Cedar'] });
      await put(writer, [other]);
      expect(await writer.join(['other', 'preprint'])).toHaveLength(3);
      await writer.split(['other']);
      expect(await works()).toEqual([['published', 'preprint']]);
    });
  });

  it('is refused about one paper, or about a paper that is not there, and then nothing is judged', async () => {
    await inLibrary(async (writer, works) => {
      await put(writer, [preprint, published]);
      const wrong: [string[], string][] = [
        [['preprint'], 'invalid-argument'],
        [['preprint', 'preprint'], 'invalid-argument'],
        [['preprint', 'published', 'nobody'], 'not-found'],
      ];
      for (const [names, code] of wrong) await expect(writer.join(names)).rejects.toMatchObject({ code });
      await expect(writer.split(['preprint', 'nobody'])).rejects.toMatchObject({ code: 'not-found' });
      expect(await works()).toEqual([]);
    });
  });

  it('holds for a record that was merged into another paper', async () => {
    await inLibrary(async (writer, works) => {
      const other = about('Songbirds.', 'other', { title: 'Feeding songbirds', authors: ['Cy Cedar'] });
      await put(writer, [other, preprint]);
      await writer.join(['other', 'preprint']);
      await writer.remove(['preprint']);
      await put(writer, [{ ...published, ids: { doi: '10.1000/x' } }]);
      await put(writer, [{ ...preprint, ids: { doi: '10.1000/x' } }]);
      expect(await works()).toEqual([['published', 'other']]);
    });
  });
});

/** Papers of few titles, authors, years and topics, so that many of them are versions of others. */
const papers = fc
  .array(
    fc.record({
      title: fc.constantFrom(
        'Counting glaciers from above the clouds',
        'Counting Glaciers From Above the Clouds!',
        'Counting glaciers from above the clouds: a drone does it alone',
        'A drone does it alone',
        'Counting glaciers from above the clouds, Part II',
        'Feeding songbirds in winter',
      ),
      topic: fc.constantFrom('Ice.', 'Ice.', 'Birds.'),
      authors: fc.constantFrom(
        ['Ada Ashwood', 'Ben Birch'],
        ['A. Ashwood', 'Birch, Ben', 'Cy Cedar'],
        ['Cy Cedar'],
        [],
      ),
      year: fc.constantFrom(2015, 2016, 2021, null),
      venue: fc.constantFrom('arXiv', 'Journal of Ice', null),
    }),
    { minLength: 2, maxLength: 12 },
  )
  .map((made) => made.map(({ topic, ...fields }, i) => about(topic, `p${i}`, fields)));

describe('works', () => {
  it('do not depend on the order in which papers came, nor on how many came at once', async () => {
    await inLibrary(async (writer, works) => {
      let run = 0;
      /** The works of papers that come in batches, some of them twice; afterwards the library is empty again. */
      const after = async (papers: Paper[], batch: number, again: number[]): Promise<string[][]> => {
        const prefix = `run${run++}:`;
        const named = papers.map((each) => ({ ...each, id: prefix + each.id }));
        for (let i = 0; i < named.length; i += batch) {
          await put(writer, named.slice(i, i + batch));
          await embedByAbstract(writer);
        }
        await writer.remove(again.map((i) => named[i % named.length]!.id));
        await put(writer, named);
        await embedByAbstract(writer);
        const found = (await works()).map((work) => work.map((id) => id.slice(prefix.length)));
        await writer.remove(named.map(({ id }) => id));
        return found.map(([leading, ...others]) => [leading!, ...others.sort()]);
      };
      const orders = papers.chain((all) =>
        fc.record({
          all: fc.constant(all),
          shuffled: fc.shuffledSubarray(all, { minLength: all.length }),
          batch: fc.integer({ min: 1, max: 12 }),
          again: fc.array(fc.nat(), { maxLength: 4 }),
        }),
      );
      let ofSeveral = 0;
      await fc.assert(
        fc.asyncProperty(orders, async ({ all, shuffled, batch, again }) => {
          const atOnce = await after(all, all.length, []);
          expect(await after(shuffled, batch, again)).toEqual(atOnce);
          ofSeveral += atOnce.length;
        }),
        { numRuns: 60 },
      );
      expect(ofSeveral).toBeGreaterThan(10);
    });
  });

  it('never hold two papers that a person judged to be apart', async () => {
    await inLibrary(async (writer, works) => {
      let run = 0;
      await fc.assert(
        fc.asyncProperty(papers, fc.array(fc.nat(), { minLength: 1, maxLength: 3 }), async (all, splits) => {
          const prefix = `run${run++}:`;
          const named = all.map((each) => ({ ...each, id: prefix + each.id }));
          await put(writer, named);
          await embedByAbstract(writer);
          const apart = new Set<string>();
          for (const i of splits) {
            const { id } = named[i % named.length]!;
            const work = (await works()).find((each) => each.includes(id)) ?? [];
            for (const other of work) if (other !== id) apart.add([id, other].sort().join());
            expect(await writer.split([id])).toEqual(work.length > 0 ? [id] : []);
          }
          await writer.remove(named.map(({ id }) => id));
          await put(writer, named.toReversed());
          await embedByAbstract(writer);
          for (const work of await works()) {
            for (const one of work) for (const other of work) expect(apart).not.toContain([one, other].sort().join());
          }
          await writer.remove(named.map(({ id }) => id));
        }),
        { numRuns: 40 },
      );
    });
  });
});
