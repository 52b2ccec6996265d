/** What is done twice has the effect of once, so that it can be tried again when no answer came. */
import { describe, expect, it } from 'vitest';
import type { Portion } from '../../../src/library/library.ts';
import { answersOf } from '../answers.ts';
import type { Fresh } from '../contract.ts';
import { embedAll, embedding, paper, put, readingOf, vectorOf } from '../made.ts';

export function aboutRetries(fresh: () => Promise<Fresh>): void {
  describe('what is done twice', () => {
    /** Does something twice, and compares what there is after it. */
    const twice = async ({ library, writer }: Fresh, what: () => Promise<unknown>): Promise<void> => {
      const before = await answersOf(library, writer, ['cursor']);
      await what();
      const once = await answersOf(library, writer, ['cursor']);
      expect(once).not.toEqual(before);
      await what();
      // How often something was said is no state of the library.
      expect(await answersOf(library, writer, ['cursor'])).toEqual({ ...once, revision: expect.any(String) });
    };
    const end = { stamp: 'stamp', hash: 'hash', manner: '', readAt: 1, invalid: ['no title'], trouble: null };
    const record = (id: string, title: string, doi?: string) => paper(id, { title, doi });
    /** A library with two files, one of which misses records, with and without vectors. */
    const some = async (): Promise<Fresh> => {
      const all = await fresh();
      const ours = [record('a', 'On knots'), record('b', 'Stars'), record('b', 'Moons'), record('d', 'Rivers')];
      await all.writer.store({ parts: [{ origin: readingOf('/a.bib'), papers: ours, end }] });
      const theirs = [record('a', 'Knots'), record('b', 'Suns', '10.1000/x'), record('c', 'On knots', '10.1000/y')];
      await all.writer.store({ parts: [{ origin: readingOf('/b.bib'), papers: theirs, end }] });
      await embedAll(all.writer);
      await all.writer.store({ parts: [{ origin: readingOf('/a.bib'), papers: ours.slice(1, 2), end }] });
      await put(all.writer, [record('e', 'Ice'), record('f', 'Snow')]);
      return all;
    };

    it('is stored once: a portion of every kind of record, with its ends and its cursor', async () => {
      const all = await some();
      const portion: Portion = {
        parts: [
          {
            origin: readingOf('/a.bib'),
            papers: [
              ...[record('d', 'Rivers'), record('a', 'On ropes', '10.1000/y'), record('a', 'On knots')],
              ...[record('a', 'On knots'), record('b', 'Comets'), record('g', 'Suns', '10.1000/x')],
            ],
            end: { ...end, invalid: ['no title', 'bad year'], trouble: 'it was cut' },
          },
          { origin: readingOf('-'), papers: [record('a', 'Sand'), record('a', 'Salt'), record('e', 'Ice')] },
          { origin: readingOf('/c.bib'), papers: [] },
        ],
        cursor: { key: 'cursor', at: 'page 2' },
      };
      await twice(all, () => all.writer.store(portion));
      expect((await all.writer.store(portion)).flat().every((outcome) => outcome === 'unchanged')).toBe(true);
    });

    it('is stored once, also in the middle of a reading', async () => {
      const all = await some();
      const origin = readingOf('/a.bib');
      await put(all.writer, [record('b', 'Moons'), record('b', 'Stars')], origin);
      await twice(all, () => put(all.writer, [record('b', 'Comets'), record('h', 'Hail')], origin));
      await all.writer.store({ parts: [{ origin, papers: [record('b', 'Suns and comets')], end }] });
    });

    it('changes the revision once, where papers are concerned', async () => {
      const { writer, library } = await some();
      const [first] = await writer.pending(1);
      const origin = readingOf('/a.bib');
      const changes: (() => Promise<unknown>)[] = [
        () => put(writer, [record('b', 'Comets')], origin),
        () => writer.storeVectors([{ key: first!.key, embedding: embedding(vectorOf('any')) }]),
        () => writer.release('/b.bib', 'all'),
        () => writer.remove(['e']),
      ];
      for (const change of changes) {
        const before = await library.state();
        await change();
        const once = await library.state();
        expect(once.revision).not.toBe(before.revision);
        await change();
        expect((await library.state()).revision).toBe(once.revision);
      }
    });

    it.each<[string, (all: Fresh) => Promise<() => Promise<unknown>>]>([
      [
        'vectors',
        async ({ writer }) => {
          const vectors = (await writer.pending(10)).map(({ key, text }) => ({
            key,
            embedding: embedding(vectorOf(text)),
          }));
          return () => writer.storeVectors(vectors);
        },
      ],
      [
        'a removal',
        async ({ writer }) =>
          () =>
            writer.remove(['c', 'doi:10.1000/x', 'nobody']),
      ],
      [
        'the release of what is missing',
        async ({ writer }) =>
          () =>
            writer.release('/a.bib', 'missing'),
      ],
      [
        'the release of a file',
        async ({ writer }) =>
          () =>
            writer.release('/b.bib', 'all'),
      ],
      [
        'a confirmation',
        async ({ writer }) =>
          () =>
            writer.confirm([{ path: '/a.bib', stamp: 'now', readAt: 2 }]),
      ],
      [
        'a join',
        async ({ writer }) =>
          () =>
            writer.join(['a', 'e', 'f']),
      ],
      [
        'a split',
        async ({ writer }) => {
          await writer.join(['a', 'e', 'f']);
          return () => writer.split(['e']);
        },
      ],
      [
        'what a person keeps',
        async ({ writer }) =>
          () =>
            writer.keep('a', { starred: true, note: 'Twice.' }),
      ],
      [
        'a setting',
        async ({ writer }) =>
          () =>
            writer.setSettings({ lexicalWeight: 0.5 }),
      ],
    ])('has the effect of once: %s', async (_, prepare) => {
      const all = await some();
      await twice(all, await prepare(all));
    });

    it('has no effect where it changes nothing that anybody sees', async () => {
      const { writer, library } = await some();
      await embedAll(writer);
      await writer.compact();
      const before = await answersOf(library, writer);
      await writer.compact();
      await writer.finish();
      await writer.finish();
      await library.ready();
      expect(await answersOf(library, writer)).toEqual({ ...before, revision: expect.any(String) });
    });
  });
}
