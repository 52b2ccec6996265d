/** The map of a library that grows, on the library in memory: what a map needs, every library has. */
import { expect, it } from 'vitest';
import { mapOf, type Means } from '../../src/map/making.ts';
import type { PaperMap } from '../../src/map/map.ts';
import type { MappingJob } from '../../src/map/mapping-worker.ts';
import { Pool } from '../../src/threads/pool.ts';
import { embedding, MODEL, paper, put, seeded, unitVector } from '../library/made.ts';
import { Memory } from '../library/memory.ts';

const random = seeded(5);
const FIELDS = ['birds', 'stones', 'verbs'].map((name) => ({ name, centre: unitVector(random) }));

/** A library, in which papers named by their field, such as "birds 7", have vectors around those of the field. */
async function grown(...names: string[]) {
  const memory = new Memory(MODEL);
  const writer = memory.write();
  const library = memory.read();
  const grow = async (some: string[]) => {
    await put(
      writer,
      some.map((id, i) => paper(id, { title: `About ${id}`, year: 2000 + (i % 3), categories: [id.split(' ')[0]!] })),
    );
    const pending = await writer.pending(1000);
    const field = (text: string) => FIELDS.find(({ name }) => text.includes(name))!;
    await writer.storeVectors(
      pending
        .filter(({ text }) => !text.includes('unread'))
        .map(({ key, text }) => ({ key, embedding: embedding(unitVector(random, field(text).centre)) })),
    );
  };
  await grow(names);
  const map = async (before?: PaperMap, signal = new AbortController().signal): Promise<PaperMap> => {
    const thread = await Pool.start<MappingJob, unknown>({
      ...{ name: 'the map thread', source: 'src/map/mapping-worker.ts', data: undefined, code: 'overloaded' },
    });
    const inThread = <Result>(job: MappingJob) => thread.run(job) as Promise<Result>;
    const means: Means = { library, inThread, onProgress: () => {}, signal };
    return mapOf(means, before).finally(() => thread.close());
  };
  return { writer, library, grow, map };
}

const some = (field: string, count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => `${field} ${from + i}`);
const all = FIELDS.flatMap(({ name }) => some(name, 25));
const placeOf = ({ ids, x, y }: PaperMap, id: string) => [x[ids.indexOf(id)]!, y[ids.indexOf(id)]!] as const;

/** The fields of the papers nearest to one on the map. */
function fieldsAround(map: PaperMap, id: string, count: number): Set<string> {
  const [x, y] = placeOf(map, id);
  const others = map.ids
    .filter((other) => other !== id)
    .sort((a, b) => {
      const [[ax, ay], [bx, by]] = [placeOf(map, a), placeOf(map, b)];
      return Math.hypot(ax - x, ay - y) - Math.hypot(bx - x, by - y);
    });
  return new Set(others.slice(0, count).map((other) => other.split(' ')[0]!));
}

it('shows each paper that has a vector among those of its field, with what it is coloured by', async () => {
  const { map } = await grown(...all, 'unread 1');
  const made = await map();
  expect(made).toMatchObject({ papers: 76, later: 0, fingerprint: MODEL.fingerprint });
  expect(made.ids).toEqual(all);
  for (const id of all) expect(fieldsAround(made, id, 5)).toEqual(new Set([id.split(' ')[0]]));
  expect(made.categories.names.toSorted()).toEqual(['birds', 'stones', 'verbs']);
  expect(made.categories.names[made.categories.of[30]!]).toBe('stones');
  expect([...made.years.subarray(0, 4)]).toEqual([2000, 2001, 2002, 2000]);
  expect(made.regions.map(({ words }) => words[0]).toSorted()).toEqual(expect.arrayContaining(['birds', 'verbs']));
});

it('is the same twice', async () => {
  const { map } = await grown(...all);
  expect(await map()).toEqual(await map());
});

it('puts new papers near their neighbours, and leaves the others where they were', async () => {
  const { map, grow, writer } = await grown(...all);
  const before = await map();
  await grow([...some('verbs', 5, 100), 'birds 100']);
  await writer.remove(['stones 3']);
  const after = await map(before);
  expect(after.later).toBe(6);
  expect(after.ids).toHaveLength(80);
  expect(after.ids).not.toContain('stones 3');
  for (const id of before.ids.filter((each) => each !== 'stones 3'))
    expect(placeOf(after, id)).toEqual(placeOf(before, id));
  for (const id of [...some('verbs', 5, 100), 'birds 100'])
    expect(fieldsAround(after, id, 10)).toEqual(new Set([id.split(' ')[0]]));
});

it('places a paper anew whose text has become another one', async () => {
  const { map, grow } = await grown(...all);
  const before = await map();
  await grow(['birds 99']);
  const [x, y] = placeOf(
    await map({ ...before, prints: before.prints.map((print, i) => (i === 0 ? print + 1 : print)) }),
    'birds 0',
  );
  const [oldX, oldY] = placeOf(before, 'birds 0');
  expect([x, y]).not.toEqual([oldX, oldY]);
});

it('is laid out as a whole when half of it would be new', async () => {
  const { map, grow } = await grown(...all);
  const before = await map();
  await grow(some('verbs', 40, 100));
  const after = await map(before);
  expect(after.later).toBe(0);
  expect(after.ids).toHaveLength(115);
});

it('is empty for a library of which nothing has a vector', async () => {
  const { map } = await grown('unread 1');
  expect(await map()).toMatchObject({ papers: 1, ids: [], regions: [] });
});

it('is not made for whoever has gone', async () => {
  const { map } = await grown(...all);
  await expect(map(undefined, AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
});
