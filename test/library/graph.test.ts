import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { emptyGraph, saveGraph } from '../../src/library/local/graph-file.ts';
import { removeGraphs, sidecarOf } from '../../src/library/local/graph-sidecar.ts';
import { GraphThread } from '../../src/library/local/graph-thread.ts';
import { Graph, type Neighbour } from '../../src/library/local/graph.ts';
import { builtOf, temporaryFolder } from '../akin.ts';
import { exactNearest, MODEL, paper, seeded, unitVector, vectorOf } from './made.ts';
import { storeOn } from './opened.ts';
import { embedIn, openStore, putIn, readPast } from './stored.ts';

const QUERY = vectorOf('a query');

const SIDECAR = sidecarOf({ library: '', fingerprint: MODEL.fingerprint, dimensions: MODEL.dimensions });

/** Closed after each test, whether or not it went well. */
async function graphOn(folder: string): Promise<Graph> {
  const graph = await Graph.open(folder);
  onTestFinished(() => graph.close());
  return graph;
}

/** A graph in a thread, as a library has it. */
async function threadOn(folder: string) {
  const thread = new GraphThread(folder);
  onTestFinished(() => thread.close());
  const calls = await thread.started();
  return {
    status: () => calls.call('status', []),
    settle: () => calls.call('settle', []),
    nearest: async (vector: Float32Array, k: number) => (await calls.call('nearest', [vector, k, {}])).rows,
    close: () => thread.close(),
  };
}

const papers = (count: number, name = 'p') => Array.from({ length: count }, (_, i) => paper(`${name}${i}`));
const snapshots = (folder: string) => readdirSync(folder).filter((name) => name.endsWith('.hnsw'));

/** Everything into the graph, and the graph to disk. */
async function settle(graph: Graph): Promise<void> {
  graph.refresh();
  while (!graph.absorb(1000));
  await graph.save();
}

/** A closed library of this many papers, with a snapshot, and its vectors by row. */
async function builtLibrary(count: number): Promise<{ folder: string; vectors: Map<number, Float32Array> }> {
  const folder = temporaryFolder();
  const store = openStore(folder);
  putIn(store, papers(count));
  const vectors = embedIn(store);
  store.close();
  const graph = await Graph.open(folder);
  await settle(graph);
  graph.close();
  return { folder, vectors };
}

/** The vectors the library holds, read past it. */
function storedVectors(folder: string): Map<number, Float32Array> {
  const rows = readPast<{ paper: number; vector: Buffer }>(folder, 'SELECT paper, vector FROM vectors');
  return new Map(rows.map(({ paper, vector }) => [paper, new Float32Array(new Uint8Array(vector).buffer)]));
}

function expectSame(found: Neighbour[], exact: { key: number; similarity: number }[]): void {
  expectRows(
    found.map(({ row }) => row),
    exact,
  );
  found.forEach(({ similarity }, i) => expect(similarity).toBeCloseTo(exact[i]!.similarity, 5));
}

function expectRows(found: number[] | undefined, exact: { key: number }[]): void {
  expect(found).toEqual(exact.map(({ key }) => key));
}

describe('the snapshot', () => {
  it('is used when the library is opened again', async () => {
    const { folder, vectors } = await builtLibrary(300);
    const library = await threadOn(folder);
    expect(await library.status()).toEqual({ inGraph: 300, deleted: 0, inTail: 0, rebuilding: undefined });
    expectRows(await library.nearest(QUERY, 10), exactNearest(vectors, QUERY, 10));
  });

  it('is written when the library settles, and holds what was removed since the last one', async () => {
    const folder = temporaryFolder();
    const writer = storeOn(folder);
    putIn(writer, papers(50));
    const vectors = embedIn(writer);
    const library = await threadOn(folder);
    await library.settle();
    const [before] = snapshots(folder);
    expect(before).toBeDefined();
    await library.settle();
    expect(snapshots(folder)).toEqual([before]); // Nothing new, nothing written.

    writer.remove(['p0', 'p1']);
    for (const row of [...vectors.keys()].slice(0, 2)) vectors.delete(row);
    await library.settle();
    expect(snapshots(folder)).not.toEqual([before]);
    expect(snapshots(folder)).toHaveLength(1);

    const again = await threadOn(folder);
    expect(await again.status()).toEqual({ inGraph: 48, deleted: 2, inTail: 0, rebuilding: undefined });
    expectRows(await again.nearest(QUERY, 50), exactNearest(vectors, QUERY, 50));
  });

  it('is brought up to date with what was written while nobody watched', async () => {
    const { folder, vectors } = await builtLibrary(100);
    const writer = storeOn(folder);
    writer.remove(['p3', 'p4']);
    for (const row of [...vectors.keys()].slice(3, 5)) vectors.delete(row);
    putIn(writer, papers(20, 'new'));
    for (const [row, vector] of embedIn(writer)) vectors.set(row, vector);
    const graph = await graphOn(folder);
    expect(graph.rebuilding).toBeUndefined();
    expect(graph.status()).toEqual({ inGraph: 98, deleted: 2, inTail: 20 });
    expectSame(graph.nearest(QUERY, 10), exactNearest(vectors, QUERY, 10));
  });

  it('is written unasked when much is new, by a library that then settles at once', async () => {
    const folder = temporaryFolder();
    const writer = storeOn(folder);
    putIn(writer, papers(2500));
    embedIn(writer);
    const library = await threadOn(folder);
    await expect.poll(() => snapshots(folder).length, { timeout: 30_000 }).toBeGreaterThan(0);
    await Promise.all([library.settle(), library.settle(), library.nearest(QUERY, 1)]);
    expect(await library.status()).toMatchObject({ inGraph: 2500, deleted: 0, inTail: 0 });
    expect((await graphOn(folder)).status()).toEqual({ inGraph: 2500, deleted: 0, inTail: 0 });
  });

  it('holds everything when several ask for it at the same time, in one process or in two', async () => {
    const { folder } = await builtLibrary(100);
    const writer = storeOn(folder);
    let made = 0;
    const [one, two] = [await threadOn(folder), await threadOn(folder)];
    for (const askers of [
      [one, one],
      [one, one],
      [one, two, one, two],
      [one, one],
    ]) {
      putIn(writer, papers(20, `more${made++} `));
      embedIn(writer);
      await Promise.all(askers.map((library) => library.settle()));
      expect(snapshots(folder)).toHaveLength(1);
      const graph = await graphOn(folder);
      expect(graph.rebuilding).toBeUndefined();
      expect(graph.status()).toEqual({ inGraph: 100 + 20 * made, deleted: 0, inTail: 0 });
    }
  });

  it('that can not be written is told to whoever settles, and searching goes on', async () => {
    const folder = temporaryFolder();
    const writer = storeOn(folder);
    putIn(writer, papers(1100));
    const vectors = embedIn(writer);
    mkdirSync(path.join(folder, 'graph.lock')); // Where a file is wanted.
    const library = await threadOn(folder);
    await expect(library.settle()).rejects.toThrow();
    await setTimeout(2200); // Time enough to be tried unasked.
    expectRows(await library.nearest(QUERY, 10), exactNearest(vectors, QUERY, 10));
    await expect(library.settle()).rejects.toThrow();
    rmdirSync(path.join(folder, 'graph.lock'));
    await library.settle();
    expect(snapshots(folder)).toHaveLength(1);
  });
});

describe('a snapshot that can not be trusted', () => {
  const sidecar = (folder: string): Record<string, unknown> =>
    JSON.parse(readFileSync(path.join(folder, SIDECAR), 'utf8')) as Record<string, unknown>;
  const changeSidecar = (change: Record<string, unknown>) => (folder: string) =>
    writeFileSync(path.join(folder, SIDECAR), JSON.stringify({ ...sidecar(folder), ...change }));
  const graphFile = (folder: string) => path.join(folder, sidecar(folder).file as string);
  const changeGraph = (change: (bytes: Buffer) => Buffer) => (folder: string) =>
    writeFileSync(graphFile(folder), change(readFileSync(graphFile(folder))));
  const flipped = (seed: number) =>
    changeGraph((bytes) => {
      const random = seeded(seed);
      // The header first: what is there decides how much is allocated and read.
      const place = Math.floor(random() * (seed % 2 === 0 ? 120 : bytes.length));
      bytes[place]! ^= 1 << Math.floor(random() * 8);
      return bytes;
    });
  const OTHER = { library: 'another', fingerprint: MODEL.fingerprint, dimensions: MODEL.dimensions };
  const replacedBy =
    (owner: (folder: string) => typeof OTHER) =>
    async (folder: string): Promise<void> => {
      const other = owner(folder);
      const graph = emptyGraph(other.dimensions, 100);
      for (let label = 1; label <= 50; label++)
        graph.addPoint(
          Array.from({ length: other.dimensions }, (_, i) => (i + label) % 7),
          label,
        );
      await saveGraph(folder, other, { graph, lastLabel: 50, lastForgotten: 0, deleted: 0 });
    };

  const damages: [string, RegExp, (folder: string) => void | Promise<void>][] = [
    ['missing altogether', /^there is none$/, (folder) => removeGraphs(folder)],
    ['without its graph', /missing/, (folder) => rmSync(graphFile(folder))],
    [
      'with a folder in place of its graph',
      /damaged|unreadable/,
      (folder) => (rmSync(graphFile(folder)), mkdirSync(graphFile(folder))),
    ],
    ['empty', /damaged/, (folder) => truncateSync(graphFile(folder))],
    ['cut in the header', /damaged/, (folder) => truncateSync(graphFile(folder), 50)],
    ['cut in the middle', /damaged/, (folder) => truncateSync(graphFile(folder), 50_000)],
    ['cut by a byte', /damaged/, changeGraph((bytes) => bytes.subarray(0, -1))],
    ['longer by a byte', /damaged/, changeGraph((bytes) => Buffer.concat([bytes, Buffer.alloc(1)]))],
    ['garbage', /damaged/, changeGraph((bytes) => Buffer.alloc(bytes.length, 'garbage'))],
    ...Array.from({ length: 12 }, (_, seed): [string, RegExp, (folder: string) => void] => [
      `with a bit flipped (${seed})`,
      /damaged/,
      flipped(seed),
    ]),
    ['of another library', /another library/, replacedBy(() => OTHER)],
    [
      'of other dimensions',
      /another model/,
      replacedBy((folder) => ({ ...OTHER, library: sidecar(folder).library as string, dimensions: 8 })),
    ],
    ['of another model', /another model/, changeSidecar({ fingerprint: 'other' })],
    ['of an older format', /another format/, changeSidecar({ format: 0 })],
    ['of a newer format', /another format/, changeSidecar({ format: 2, news: true })],
    [
      'of other vectors of this library',
      /does not match/,
      replacedBy((folder) => ({ ...OTHER, library: sidecar(folder).library as string })),
    ],
    [
      'with a sidecar that is empty',
      /^graph-[0-9a-f]+.json is damaged$/,
      (folder) => truncateSync(path.join(folder, SIDECAR)),
    ],
    [
      'with a sidecar cut short',
      /^graph-[0-9a-f]+.json is damaged$/,
      (folder) => truncateSync(path.join(folder, SIDECAR), 100),
    ],
    [
      'with a sidecar of other content',
      /another format/,
      (folder) => writeFileSync(path.join(folder, SIDECAR), '[1, 2]'),
    ],
    ['with a sidecar that names a file elsewhere', /another format/, changeSidecar({ file: '../graph-0.hnsw' })],
    ['with a wrong checksum', /damaged/, changeSidecar({ sha256: '0'.repeat(64) })],
    ['with a wrong count', /does not match/, changeSidecar({ deleted: 1 })],
  ];

  it('is left alone, said why, and made anew with the same answers', async () => {
    const { folder, vectors } = await builtLibrary(200);
    const exact = exactNearest(vectors, QUERY, 10);
    const folders: string[] = [];
    for (const [, , damage] of damages) {
      const copy = temporaryFolder();
      cpSync(folder, copy, { recursive: true });
      await damage(copy);
      folders.push(copy);
    }
    // In another process first: damage that reaches hnswlib ends it with a signal.
    const child = spawn(process.execPath, [builtOf('test/library/open-graphs.ts'), ...folders], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    expect(await once(child, 'close')).toEqual([0, null]);
    const answers = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { rebuilding: string; nearest: Neighbour[] });
    expect(answers.length).toBe(damages.length);
    for (const [i, [name, reason]] of damages.entries()) {
      expect([name, answers[i]!.rebuilding]).toEqual([name, expect.stringMatching(reason)]);
      expectSame(answers[i]!.nearest, exact);
    }
  });

  it('is replaced by a sound one, while the library answers as if nothing were', async () => {
    const { folder, vectors } = await builtLibrary(200);
    flipped(1)(folder);
    const library = await threadOn(folder);
    expect((await library.status()).rebuilding).toMatch(/damaged/);
    expectRows(await library.nearest(QUERY, 10), exactNearest(vectors, QUERY, 10));
    await library.settle();
    expectRows(await library.nearest(QUERY, 10), exactNearest(vectors, QUERY, 10));
    expect(snapshots(folder)).toHaveLength(1);
    expect((await (await threadOn(folder)).status()).rebuilding).toBeUndefined();
  });

  it('is told from that of the same library before it was restored from a copy', async () => {
    const { folder } = await builtLibrary(60);
    const copy = temporaryFolder();
    cpSync(folder, copy, { recursive: true });
    for (const [each, name] of [
      [folder, 'these'],
      [copy, 'those'],
    ] as const) {
      const writer = storeOn(each);
      putIn(writer, papers(40, name));
      embedIn(writer);
      await settle(await graphOn(each));
      writer.close();
    }
    for (const name of [SIDECAR, ...snapshots(folder)]) cpSync(path.join(folder, name), path.join(copy, name));
    const graph = await graphOn(copy);
    expect(graph.rebuilding).toMatch(/does not match/);
    expectSame(graph.nearest(QUERY, 10), exactNearest(storedVectors(copy), QUERY, 10));
  });

  it('is not spoken of in a library without vectors', async () => {
    const folder = temporaryFolder();
    putIn(storeOn(folder), [paper('a')]);
    expect((await (await threadOn(folder)).status()).rebuilding).toBeUndefined();
  });
});

describe('what was removed never comes back', () => {
  it('in a reader that was there before, whether it was in the graph or in the tail', async () => {
    const { folder, vectors } = await builtLibrary(100);
    const writer = storeOn(folder);
    const graph = await graphOn(folder);
    putIn(writer, papers(40, 'tail'));
    for (const [row, vector] of embedIn(writer)) vectors.set(row, vector);
    graph.refresh();
    expect(graph.status()).toEqual({ inGraph: 100, deleted: 0, inTail: 40 });

    writer.remove([...papers(50), ...papers(20, 'tail')].map(({ id }) => id));
    graph.refresh();
    expect(graph.status()).toEqual({ inGraph: 50, deleted: 50, inTail: 20 });
    const left = storedVectors(folder);
    expect(left.size).toBe(70);
    // Asked for with its own vector, too.
    for (const vector of [QUERY, ...vectors.values()])
      expectSame(graph.nearest(vector, 70), exactNearest(left, vector, 70));
    while (!graph.absorb(1000));
    expectSame(graph.nearest(QUERY, 140), exactNearest(left, QUERY, 70));
  });

  it('when everything goes', async () => {
    const { folder } = await builtLibrary(30);
    const writer = storeOn(folder);
    const graph = await graphOn(folder);
    writer.remove(papers(30).map(({ id }) => id));
    graph.refresh();
    expect(graph.nearest(QUERY, 10)).toEqual([]);
    await settle(graph);
    const again = await graphOn(folder);
    expect(again.rebuilding).toBeUndefined();
    expect(again.nearest(QUERY, 10)).toEqual([]);
    putIn(writer, [paper('new')]);
    embedIn(writer);
    again.refresh();
    expect(again.nearest(QUERY, 10)).toHaveLength(1);
  });

  it('after the library is opened again, with a snapshot from before or from after', async () => {
    for (const savedAfter of [false, true]) {
      const { folder } = await builtLibrary(100);
      const writer = storeOn(folder);
      writer.remove(papers(60).map(({ id }) => id));
      if (savedAfter) await settle(await graphOn(folder));
      const graph = await graphOn(folder);
      expect(graph.rebuilding).toBeUndefined();
      expectSame(graph.nearest(QUERY, 100), exactNearest(storedVectors(folder), QUERY, 100));
    }
  });

  it('after a compaction, in a reader that stays open across it and in one that comes after', async () => {
    for (const refreshedBetween of [false, true]) {
      const { folder, vectors } = await builtLibrary(100);
      const writer = storeOn(folder);
      const stays = await graphOn(folder);
      putIn(writer, papers(30, 'tail'));
      for (const [row, vector] of embedIn(writer)) vectors.set(row, vector);
      stays.refresh();
      writer.remove([...papers(60), ...papers(10, 'tail')].map(({ id }) => id));
      if (refreshedBetween) stays.refresh();
      const sidecar = readFileSync(path.join(folder, SIDECAR));
      writer.compact();
      expect(existsSync(path.join(folder, SIDECAR))).toBe(false);
      writeFileSync(path.join(folder, SIDECAR), sidecar); // As where another process saved it at the same time.
      stays.refresh();
      const left = storedVectors(folder);
      for (const vector of [QUERY, ...vectors.values()])
        expectSame(stays.nearest(vector, 130), exactNearest(left, vector, 130));

      const comesAfter = await graphOn(folder);
      expect(comesAfter.rebuilding).toMatch(/compaction/);
      expect(comesAfter.status()).toEqual({ inGraph: 0, deleted: 0, inTail: 60 });
      expectSame(comesAfter.nearest(QUERY, 130), exactNearest(left, QUERY, 130));

      // Whoever of them saves, the next one can use it.
      await settle(stays);
      const next = await graphOn(folder);
      expect(next.rebuilding).toBeUndefined();
      expectSame(next.nearest(QUERY, 130), exactNearest(left, QUERY, 130));
      writer.close();
    }
  });

  it('also not as the old vector of a paper that changed', async () => {
    const { folder, vectors } = await builtLibrary(50);
    const writer = storeOn(folder);
    const library = await threadOn(folder);
    putIn(
      writer,
      papers(50).map(({ id }) => paper(id, { abstract: 'New.' })),
    );
    embedIn(writer);
    const left = storedVectors(folder);
    for (const vector of [...vectors.values()].slice(0, 5))
      expectRows(await library.nearest(vector, 50), exactNearest(left, vector, 50));
    await library.settle();
    for (const vector of [...vectors.values()].slice(0, 5))
      expectRows(await library.nearest(vector, 50), exactNearest(left, vector, 50));
  });
});

describe('the nearest', () => {
  it('are found in graph and tail alike, and as many as there are', async () => {
    const { folder, vectors } = await builtLibrary(150);
    const writer = storeOn(folder);
    putIn(writer, papers(150, 'tail'));
    for (const [row, vector] of embedIn(writer)) vectors.set(row, vector);
    const graph = await graphOn(folder);
    expect(graph.status()).toEqual({ inGraph: 150, deleted: 0, inTail: 150 });
    const rows = [...vectors.keys()];
    for (const row of [rows[0]!, rows[200]!]) expect(graph.nearest(vectors.get(row)!, 1)).toMatchObject([{ row }]);
    for (const k of [1, 10, 299, 300, 301, 10_000])
      expectSame(graph.nearest(QUERY, k), exactNearest(vectors, QUERY, k));
    while (!graph.absorb(1000));
    expect(graph.status()).toEqual({ inGraph: 300, deleted: 0, inTail: 0 });
    for (const k of [1, 10, 299, 300, 301, 10_000])
      expectSame(graph.nearest(QUERY, k), exactNearest(vectors, QUERY, k));
  });

  it('are those of an exact search in at least 98 of 100 cases, among thousands in clusters', async () => {
    const random = seeded(42);
    const centres = Array.from({ length: 60 }, () => unitVector(random));
    const clustered = () => unitVector(random, centres[Math.floor(random() * centres.length)]);
    const folder = temporaryFolder();
    const writer = storeOn(folder);
    putIn(writer, papers(2500));
    const vectors = embedIn(writer, clustered);
    const graph = await graphOn(folder);
    while (!graph.absorb(1000));
    expect(graph.status().inTail).toBe(0);

    let found = 0;
    const queries = Array.from({ length: 100 }, clustered);
    for (const query of queries) {
      const exact = new Set(exactNearest(vectors, query, 10).map(({ key }) => key));
      found += graph.nearest(query, 10).filter(({ row }) => exact.has(row)).length;
    }
    expect(found / (queries.length * 10)).toBeGreaterThanOrEqual(0.98);

    // The same among a part of them, be it scattered or all of a corner far from the question: and none too few.
    for (const share of [0.9, 0.5, 0.1, 0.01, 0.001, 1 / 2500]) {
      const count = Math.round(2500 * share);
      const scattered = [...vectors].map((each) => ({ each, at: random() })).sort((a, b) => a.at - b.at);
      for (const isCorner of [false, true]) {
        let [near, wanted] = [0, 0];
        for (const query of queries.slice(0, 25)) {
          const part = isCorner
            ? exactNearest(vectors, query, 2500)
                .slice(-count)
                .map(({ key }) => key)
            : scattered.slice(0, count).map(({ each: [row] }) => row);
          const allowed = new Uint8Array(Math.max(...part) + 1);
          for (const row of part) allowed[row] = 1;
          const exact = exactNearest(new Map(part.map((row) => [row, vectors.get(row)!])), query, 10);
          const hits = graph.nearest(query, 10, { allowed });
          expect(hits).toHaveLength(exact.length);
          const rows = new Set(hits.map(({ row }) => row));
          near += exact.filter(({ key }) => rows.has(key)).length;
          wanted += exact.length;
        }
        expect(near / wanted, `${count} papers`).toBeGreaterThanOrEqual(0.98);
      }
    }
  });

  it('among a part of the papers are as many as there are, in graph and tail, also after removals', async () => {
    const { folder, vectors } = await builtLibrary(150);
    const writer = storeOn(folder);
    putIn(writer, papers(150, 'tail'));
    for (const [row, vector] of embedIn(writer)) vectors.set(row, vector);
    const removed = [...vectors.keys()].filter((row) => row % 3 === 0);
    writer.remove(removed.map((row) => (row <= 150 ? `p${row - 1}` : `tail${row - 151}`)));
    for (const row of removed) vectors.delete(row);
    const graph = await graphOn(folder);
    expect(graph.status()).toEqual({ inGraph: 100, deleted: 50, inTail: 100 });
    for (const isIn of [
      () => true,
      () => false,
      (row: number) => row % 2 === 0,
      (row: number) => row > 140,
      (row: number) => row === 4,
    ]) {
      const allowed = Uint8Array.from({ length: 400 }, (_, row) => Number(isIn(row)));
      const part = new Map([...vectors].filter(([row]) => isIn(row)));
      for (const k of [1, 10, 300, 10_000]) {
        expectSame(graph.nearest(QUERY, k, { allowed }), exactNearest(part, QUERY, k));
      }
    }
    // Rows that are newer than the filter are not in it.
    expect(graph.nearest(QUERY, 10, { allowed: new Uint8Array() })).toEqual([]);
  });

  it('are those of an exact search, whatever happened to the library before', async () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ does: fc.constant('put' as const), count: fc.integer({ min: 1, max: 8 }) }) },
      {
        weight: 3,
        arbitrary: fc.record({ does: fc.constantFrom('remove' as const, 'change' as const), which: fc.nat() }),
      },
      {
        weight: 3,
        arbitrary: fc.record({
          does: fc.constantFrom('absorb' as const, 'settle' as const, 'reopen' as const),
          first: fc.boolean(),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ does: fc.constantFrom('store' as const, 'compact' as const, 'drop' as const) }),
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), fc.integer(), async (steps, seed) => {
        const random = seeded(seed);
        const folder = temporaryFolder();
        const writer = storeOn(folder);
        const graphs = [await Graph.open(folder), await Graph.open(folder)];
        const ids: string[] = [];
        const vectors = new Map<number, Float32Array>();
        const embed = () => {
          for (const [row, vector] of embedIn(writer, () => unitVector(random))) vectors.set(row, vector);
        };
        const rowOf = (id: string): number =>
          readPast<{ row: number }>(folder, 'SELECT row FROM papers WHERE id = ?', id)[0]!.row;
        let made = 0;
        let mustBeUsable = false;
        for (const each of steps) {
          const id = 'which' in each ? ids[each.which % ids.length] : undefined;
          if (each.does === 'put' || each.does === 'store') {
            const added = Array.from({ length: each.does === 'put' ? each.count : 1 }, () => `p${made++}`);
            putIn(
              writer,
              added.map((name) => paper(name)),
            );
            ids.push(...added);
            if (each.does === 'put') embed();
          } else if (each.does === 'remove' && id !== undefined) {
            vectors.delete(rowOf(id));
            writer.remove([id]);
            ids.splice(ids.indexOf(id), 1);
          } else if (each.does === 'change' && id !== undefined) {
            vectors.delete(rowOf(id));
            putIn(writer, [paper(id, { abstract: `Text ${made++}` })]);
            if (random() < 0.8) embed();
          } else if ('first' in each) {
            const i = each.first ? 0 : 1;
            const graph = graphs[i]!;
            graph.refresh();
            if (each.does === 'absorb') graph.absorb(random() * 2);
            if (each.does === 'settle') {
              await settle(graph);
              mustBeUsable ||= vectors.size > 0;
            }
            if (each.does === 'reopen') {
              graph.close();
              graphs[i] = await Graph.open(folder);
              if (mustBeUsable) expect(graphs[i].rebuilding).toBeUndefined();
            }
          } else if (each.does === 'compact') {
            writer.compact();
            mustBeUsable = false;
          } else if (each.does === 'drop') {
            removeGraphs(folder);
            mustBeUsable = false;
          }
          const query = unitVector(random);
          const exact = exactNearest(vectors, query, 10);
          for (const graph of graphs) {
            graph.refresh();
            expectSame(graph.nearest(query, 10), exact);
          }
        }
        for (const graph of graphs) graph.close();
        writer.close();
      }),
      { seed: 1, numRuns: 25 },
    );
  });
});

describe('a graph that ends', () => {
  it('amid its work, or when it is closed, leaves no question unanswered', async () => {
    const folder = temporaryFolder();
    const writer = storeOn(folder);
    putIn(writer, papers(1500));
    embedIn(writer);
    const library = await threadOn(folder);
    const settled = library.settle();
    const asked = library.nearest(QUERY, 1);
    const over = Promise.allSettled([settled, asked]);
    await library.close();
    expect((await over)[0]).toMatchObject({ status: 'rejected' });
    await expect(library.nearest(QUERY, 1)).rejects.toThrow('the graph thread was closed');
  });

  it('by kill -9 while it saves leaves a snapshot that can be used', async () => {
    const { folder } = await builtLibrary(1000);
    const random = seeded(3);
    for (let i = 0; i < 5; i++) {
      const child = spawn(process.execPath, [builtOf('test/library/save-forever.ts'), folder], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(child.stdout, 'data');
      // Whoever opens it while another process saves sees one snapshot or the next.
      const until = performance.now() + random() * 300;
      do {
        const graph = await Graph.open(folder);
        expect(graph.rebuilding).toBeUndefined();
        graph.close();
      } while (performance.now() < until);
      child.kill('SIGKILL');
      expect(await once(child, 'close')).toEqual([null, 'SIGKILL']);

      const graph = await Graph.open(folder);
      expect(graph.rebuilding).toBeUndefined();
      expectSame(graph.nearest(QUERY, 10), exactNearest(storedVectors(folder), QUERY, 10));
      graph.close();
    }
    expect(existsSync(path.join(folder, SIDECAR))).toBe(true);
    // What the kills left lying about goes with the next snapshot.
    const writer = storeOn(folder);
    putIn(writer, [paper('last')]);
    embedIn(writer);
    await settle(await graphOn(folder));
    expect(snapshots(folder)).toHaveLength(1);
  });
});
