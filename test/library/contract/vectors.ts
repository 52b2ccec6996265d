/** A vector belongs to the text that it was made of, and is found by what is near it. */
import { describe, expect, it } from 'vitest';
import type { Key } from '../../../src/library/library.ts';
import { dot } from '../../../src/vector.ts';
import { counts, ids, keyOf, keysOf, nearest, NO_KEY, vectorAt } from '../asking.ts';
import type { Fresh } from '../contract.ts';
import { embedAll, embedding, exactNearest, MODEL, paper, put, seeded, unitVector, vectorOf } from '../made.ts';

export function aboutVectors(fresh: () => Promise<Fresh>): void {
  describe('a vector', () => {
    it('goes when the text changes, and only then', async () => {
      const { writer, library } = await fresh();
      const record = { abstract: 'Old text.', year: 2016 };
      await put(writer, [paper('a', record)]);
      await embedAll(writer);
      const key = (await keyOf(library, 'a'))!;
      const old = vectorOf('Paper a\nOld text.');

      await put(writer, [paper('a', { ...record, year: 2017, venue: 'Venue', note: 1 })]);
      expect(await writer.pendingCount()).toBe(0);
      expect(await vectorAt(library, key)).toEqual(old);

      await put(writer, [paper('a', { ...record, abstract: 'New text.' })]);
      expect(await writer.pending(10)).toEqual([{ key, text: 'Paper a\nNew text.' }]);
      expect(await vectorAt(library, key)).toBeUndefined();
      expect(await nearest(library, old, 10)).toEqual([]);
      expect(await counts(library)).toEqual({ papers: 1, embedded: 0 });

      await embedAll(writer);
      const [neighbour, ...others] = await nearest(library, old, 10);
      expect(others).toEqual([]);
      expect(neighbour!.key).toBe(key);
      expect(neighbour!.similarity).toBeCloseTo(dot(old, vectorOf('Paper a\nNew text.')), 5);
    });

    it('waits for its turn in the order in which the papers came', async () => {
      const { writer, library } = await fresh();
      await put(
        writer,
        ['e', 'd', 'c', 'b', 'a'].map((id) => paper(id)),
      );
      const all = await writer.pending(10);
      const keys = all.map(({ key }) => key);
      expect(all.map(({ text }) => text)).toEqual(['e', 'd', 'c', 'b', 'a'].map((id) => `Paper ${id}`));
      expect(keys).toEqual(await keysOf(library, ['e', 'd', 'c', 'b', 'a']));
      expect(await writer.pending(2)).toEqual(all.slice(0, 2));
      expect(await writer.pending(2, keys[1])).toEqual(all.slice(2, 4));
      expect(await writer.pending(2, keys[4])).toEqual([]);
      await writer.storeVectors([keys[1]!, keys[3]!].map((key) => ({ key, embedding: embedding(vectorOf('x')) })));
      expect(await writer.pending(10)).toEqual([all[0], all[2], all[4]]);
      expect(await writer.pending(10, keys[1])).toEqual([all[2], all[4]]);
      expect(await writer.pendingCount()).toBe(3);
    });

    it('that is no vector of the model is refused, and nothing of its batch is stored', async () => {
      const { writer, library } = await fresh();
      await put(writer, [paper('a'), paper('b'), paper('c')]);
      const pending = await writer.pending(10);
      const { revision } = await library.state();
      const sound = vectorOf('x');
      const unsound = {
        'not a number': sound.map((x, i) => (i === 5 ? NaN : x)),
        infinite: sound.map((x, i) => (i === MODEL.dimensions - 1 ? -Infinity : x)),
        'too short': sound.slice(1),
        'too long': Float32Array.of(...sound, 0),
        empty: new Float32Array(),
      };
      for (const vector of Object.values(unsound)) {
        const batch = pending.map(({ key }, i) => ({ key, embedding: embedding(i === 1 ? vector : sound) }));
        await expect(writer.storeVectors(batch)).rejects.toMatchObject({ code: 'embedding-failed' });
      }
      expect(await writer.pending(10)).toEqual(pending);
      expect(await library.state()).toMatchObject({ papers: 3, embedded: 0, revision });
      expect(await nearest(library, sound, 10)).toEqual([]);
    });

    it('for a paper that was removed meanwhile, or was never there, is left out', async () => {
      const { writer, library } = await fresh();
      await put(writer, [paper('a'), paper('b')]);
      const [a, b] = await writer.pending(10);
      await writer.remove(['a']);
      const late = [a!, b!, { key: NO_KEY, text: 'nothing' }];
      await writer.storeVectors(late.map(({ key, text }) => ({ key, embedding: embedding(vectorOf(text)) })));
      expect(await counts(library)).toEqual({ papers: 1, embedded: 1 });
      expect((await nearest(library, vectorOf('Paper a'), 10)).map(({ key }) => key)).toEqual([b!.key]);
    });

    it('stays when another one comes for its paper', async () => {
      const { writer, library } = await fresh();
      await put(writer, [paper('a'), paper('b')]);
      const vectors = await embedAll(writer);
      const keys = [...vectors.keys()];
      const { revision } = await library.state();
      await writer.storeVectors(keys.map((key) => ({ key, embedding: embedding(vectorOf('another')) })));
      expect(await library.vectors(keys)).toEqual([...vectors.values()]);
      expect((await library.state()).revision).toBe(revision);
    });

    it('is found by the vectors near it, each with its cosine, nearest first', async () => {
      const { writer, library } = await fresh();
      await put(
        writer,
        Array.from({ length: 50 }, (_, i) => paper(`p${i}`)),
      );
      const vectors = await embedAll(writer);
      const random = seeded(7);
      for (const query of [vectorOf('Paper p7'), unitVector(random), unitVector(random, vectorOf('Paper p8'))]) {
        const exact = exactNearest(vectors, query, 10);
        const found = await nearest(library, query, 10);
        expect(found.map(({ key }) => key)).toEqual(exact.map(({ key }) => key));
        found.forEach(({ similarity }, i) => expect(similarity).toBeCloseTo(exact[i]!.similarity, 5));
      }
      const [best] = await nearest(library, vectorOf('Paper p7'), 1);
      expect(best!.similarity).toBeCloseTo(1, 5);
      const keys = [...vectors.keys()];
      const { also } = await library.recall({
        ...{ legs: [], depth: 10, scoring: 'alone' },
        vector: Promise.resolve(vectorOf('Paper p7')),
        also: [...keys.slice(0, 5), NO_KEY],
      });
      expect(also.map((each) => each?.key)).toEqual([...keys.slice(0, 5), undefined]);
      for (const each of also.slice(0, 5))
        expect(each!.similarity).toBeCloseTo(dot(vectorOf('Paper p7'), vectors.get(each!.key)!), 5);
      expect(await vectorAt(library, keys[3]!)).toEqual(vectors.get(keys[3]!));
    });

    it('is found with many others at once', async () => {
      const { writer, library } = await fresh();
      await put(
        writer,
        Array.from({ length: 50 }, (_, i) => paper(`p${i}`)),
      );
      expect(await library.nearest([vectorOf('Paper p7')], 5)).toEqual([[]]);
      const vectors = await embedAll(writer);
      const asked = [...vectors.values()];
      const found = await library.nearest(asked, 5);
      expect(found.map((near) => near.map(({ key }) => key))).toEqual(
        asked.map((vector) => exactNearest(vectors, vector, 5).map(({ key }) => key)),
      );
      for (const near of found) expect(near[0]!.similarity).toBeCloseTo(1, 5);
      expect(await library.nearest([], 5)).toEqual([]);
      expect((await library.nearest(asked.slice(0, 1), 100))[0]).toHaveLength(50);
    });

    it('is one of as many as there are when more are asked for', async () => {
      const { writer, library } = await fresh();
      await put(
        writer,
        ['a', 'b', 'c', 'd'].map((id) => paper(id)),
      );
      await embedAll(writer);
      await writer.remove(['d']);
      for (const depth of [3, 4, 5, 100, 5000]) {
        expect(ids(await nearest(library, vectorOf('Paper d'), depth)).toSorted()).toEqual(['a', 'b', 'c']);
      }
    });

    it('is asked for by keys, in their order', async () => {
      const { writer, library } = await fresh();
      await put(writer, [paper('a'), paper('b')]);
      const vectors = await embedAll(writer);
      await put(writer, [paper('c')]);
      const [a, b, c] = (await keysOf(library, ['a', 'b', 'c'])) as [Key, Key, Key];
      expect(await library.vectors([b, NO_KEY, a, c, b])).toEqual([
        ...[vectors.get(b), undefined, vectors.get(a), undefined, vectors.get(b)],
      ]);
      expect(await library.vectors([])).toEqual([]);
    });

    it('is drawn into samples, the same ones as long as nothing changes', async () => {
      const { writer, library } = await fresh();
      expect(await library.sample(10)).toEqual([]);
      await put(
        writer,
        Array.from({ length: 300 }, (_, i) => paper(`p${i}`)),
      );
      const vectors = [...(await embedAll(writer)).values()].map(String);
      const drawn = await library.sample(50);
      expect(drawn).toHaveLength(50);
      expect(new Set(drawn.map(String)).size).toBe(50);
      for (const each of drawn) expect(vectors).toContain(String(each));
      expect(await library.sample(50)).toEqual(drawn);
      expect((await library.sample(1000)).map(String).toSorted()).toEqual(vectors.toSorted());
    });

    it('is drawn where there are few of them, however many are gone', async () => {
      const { writer, library } = await fresh();
      const papers = Array.from({ length: 200 }, (_, i) => paper(`p${i}`));
      await put(writer, papers);
      const vectors = await embedAll(writer);
      await writer.remove(ids(papers.slice(0, 190)) as string[]);
      const left = [...vectors.values()].slice(190).map(String);
      expect((await library.sample(10)).map(String).toSorted()).toEqual(left.toSorted());
    });
  });
}
