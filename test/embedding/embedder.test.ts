/** Embedding with the real models in real threads. Starting them costs seconds, so the tests share two embedders. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Embedder, type Embedding } from '../../src/embedding/embedder.ts';
import { findModel, MODEL_FILE, type Model } from '../../src/embedding/models.ts';
import { builtOf, temporaryFolder } from '../akin.ts';
import { embedGolden, golden } from '../golden/embeddings.ts';
import { itShared, sharedPath } from '../shared.ts';

const MAX_WAITING_QUERIES = 30;
const small = findModel('all-MiniLM-L6-v2');
/** One thread. */
let single: Embedder;
/** Two threads. */
let double: Embedder;

beforeAll(async () => {
  single = await Embedder.start(small, { threads: 1, maxWaitingQueries: MAX_WAITING_QUERIES });
  double = await Embedder.start(small, { threads: 2 });
});
afterAll(async () => {
  await single.close();
  await double.close();
});

const unhandled: unknown[] = [];
const noteUnhandled = (reason: unknown) => unhandled.push(reason);
beforeEach(() => void process.on('unhandledRejection', noteUnhandled));
afterEach(async () => {
  await nextTurn();
  process.off('unhandledRejection', noteUnhandled);
  expect(unhandled.splice(0)).toEqual([]);
});

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

const bytesOf = ({ vector }: Embedding): string => Buffer.from(vector.buffer).toString('base64');
const words = (count: number): string => Array.from({ length: count }, () => 'word').join(' ');
const documents = (count: number): string[] => Array.from({ length: count }, (_, i) => `${words(100)} number ${i}`);

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [dot, squaresA, squaresB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    squaresA += a[i]! ** 2;
    squaresB += b[i]! ** 2;
  }
  return dot / Math.sqrt(squaresA * squaresB);
}

describe('a vector', () => {
  /** A failure here means that libraries made before have other vectors: see `about` in embeddings.json. */
  async function expectGolden(embedder: Embedder): Promise<void> {
    const expected = golden.models[embedder.model.name]!;
    expect(embedder.model.fingerprint).toBe(expected.fingerprint);
    for (const [i, { vector, ...rest }] of (await embedGolden(embedder)).entries()) {
      const { vector: goldenVector, ...goldenRest } = expected.embeddings[i]!;
      expect({ i, ...rest }).toEqual({ i, ...goldenRest });
      expect(cosine(vector, goldenVector), `text ${i}`).toBeGreaterThanOrEqual(golden.cosineAtLeast);
    }
  }

  it('is the golden one, of the small model', () => expectGolden(double));

  itShared('is the golden one, of the larger model, which puts its prefix before queries only', async () => {
    const model = findModel('bge-small-en-v1.5');
    const embedder = await Embedder.start(model, { threads: 1, modelFolders: [sharedPath('models')] });
    await expectGolden(embedder);

    const text = 'how deep do roots of oaks reach';
    const asQuery = await embedder.embedQuery(text);
    const [asDocument, prefixed] = await collect(embedder.embedDocuments([text, model.queryPrefix + text]));
    expect(bytesOf(asQuery)).toBe(bytesOf(prefixed!));
    expect(bytesOf(asQuery)).not.toBe(bytesOf(asDocument!));
    expect(asQuery.tokens - asDocument!.tokens).toBe(8); // seven words and a colon
    await embedder.close();
  });

  it('is the same for a query and a document where the model has no prefixes', async () => {
    const [document] = await collect(double.embedDocuments(['tides']));
    expect(bytesOf(await double.embedQuery('tides'))).toBe(bytesOf(document!));
  });

  it('has unit length whatever the text is', async () => {
    const anyText = fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ unit: 'grapheme' }));
    const property = fc.asyncProperty(anyText, async (text) => {
      const { vector, tokens } = await double.embedQuery(text);
      expect(vector).toHaveLength(small.dimensions);
      expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
      expect(tokens).toBeGreaterThanOrEqual(2);
    });
    const examples: [string][] = [
      [''],
      [' \n'],
      ['\0'],
      ['\ud83d'],
      ['a\udc00b'],
      ['[CLS] [SEP] [MASK]'],
      ['x'.repeat(300)],
    ];
    await fc.assert(property, { numRuns: 40, examples });
  });

  it('is the same to the byte in whatever order, on however many threads, beside whatever else', async () => {
    const texts = golden.texts.map(({ text }) => text);
    const expected = (await collect(single.embedDocuments(texts))).map(bytesOf);

    const backwards = await collect(double.embedDocuments(texts.toReversed()));
    expect(backwards.map(bytesOf)).toEqual(expected.toReversed());

    const triple = await Embedder.start(small, { threads: 3 });
    expect(triple.threads).toBe(3);
    const [among, again, asQueries] = await Promise.all([
      collect(triple.embedDocuments(texts.flatMap((text, i) => [words(i * 20), text]))),
      collect(triple.embedDocuments(texts)),
      Promise.all(texts.map((text) => triple.embedQuery(text))),
    ]);
    expect(among.filter((_, i) => i % 2 === 1).map(bytesOf)).toEqual(expected);
    expect(again.map(bytesOf)).toEqual(expected);
    expect(asQueries.map(bytesOf)).toEqual(expected);
    await triple.close();
  });

  it('tells how many tokens were run and whether the end was cut', async () => {
    const run = async (text: string) => {
      const { tokens, truncated } = await double.embedQuery(text);
      return { tokens, truncated };
    };
    expect(await run('')).toEqual({ tokens: 2, truncated: false });
    expect(await run(words(200))).toEqual({ tokens: 202, truncated: false });
    expect(await run(words(254))).toEqual({ tokens: 256, truncated: false });
    expect(await run(words(255))).toEqual({ tokens: 256, truncated: true });
    expect(bytesOf(await double.embedQuery(`${words(254)} and more`))).toBe(
      bytesOf(await double.embedQuery(words(254))),
    );
  });

  it('of a text of 20 MB is that of its beginning, in no time', async () => {
    const started = performance.now();
    const long = await double.embedQuery('word '.repeat(4_000_000));
    expect(long).toMatchObject({ tokens: 256, truncated: true });
    expect(bytesOf(long)).toBe(bytesOf(await double.embedQuery(words(254))));
    // The tokenizer's worst case: words that just are not too long to be looked up piece by piece.
    expect(await double.embedQuery(`${'zqxjkvbpyg'.repeat(9)} `.repeat(200_000))).toMatchObject({ tokens: 256 });
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe('the queue', () => {
  it('lets queries overtake the documents that wait', async () => {
    let documentsDone = 0;
    const [first, ...rest] = documents(12);
    const embedding = (async () => {
      for await (const _ of single.embedDocuments([first!, ...rest])) documentsDone++;
    })();
    await nextTurn(); // The thread has its documents now.
    await Promise.all(Array.from({ length: 5 }, (_, i) => single.embedQuery(`query ${i}`)));
    expect(documentsDone).toBeLessThanOrEqual(2);
    await embedding;
    expect(documentsDone).toBe(12);
  });

  it.each([1, 2])('pulls documents only as fast as they are embedded, on %i threads', async (threads) => {
    const embedder = threads === 1 ? single : double;
    let pulled = 0;
    let received = 0;
    let furthestAhead = 0;
    function* texts() {
      for (const text of documents(30)) {
        pulled++;
        furthestAhead = Math.max(furthestAhead, pulled - received);
        yield text;
      }
    }
    for await (const _ of embedder.embedDocuments(texts())) received++;
    expect(received).toBe(30);
    expect(furthestAhead).toBeLessThanOrEqual(threads * 4 + 1);
    expect(furthestAhead).toBeGreaterThan(threads);
  });

  it('stays usable when the documents cannot be read on', async () => {
    async function* texts() {
      yield* documents(3);
      await nextTurn();
      throw new Error('the disk is gone');
    }
    await expect(collect(single.embedDocuments(texts()))).rejects.toThrow('the disk is gone');
    expect((await single.embedQuery('still there')).tokens).toBe(4);
  });

  it('stays usable when the reader stops early, and closes what it read from', async () => {
    let closed = false;
    function* texts() {
      try {
        yield* documents(20);
      } finally {
        closed = true;
      }
    }
    for await (const { tokens } of single.embedDocuments(texts())) {
      expect(tokens).toBeGreaterThan(100);
      break;
    }
    expect(closed).toBe(true);
    expect(await collect(single.embedDocuments(['one', 'two']))).toHaveLength(2);
  });

  it('has nothing to do without documents', async () => {
    expect(await collect(single.embedDocuments([]))).toEqual([]);
  });

  it('refuses queries when too many wait, and takes them again afterwards', async () => {
    const asked = Array.from({ length: MAX_WAITING_QUERIES + 3 }, (_, i) => single.embedQuery(`query ${i}`));
    const outcomes = await Promise.allSettled(asked);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(MAX_WAITING_QUERIES);
    expect(outcomes.slice(MAX_WAITING_QUERIES)).toMatchObject(
      Array.from({ length: 3 }, () => ({ reason: { code: 'overloaded', status: 503, hint: 'try again in a second' } })),
    );
    expect((await single.embedQuery('quiet again')).tokens).toBe(4);
  });

  // Retried, because a machine busy with something else delays a timer, too.
  it('leaves the main thread free', { retry: 2 }, async () => {
    const lag = monitorEventLoopDelay({ resolution: 5 });
    lag.enable();
    const before = performance.eventLoopUtilization();
    await collect(double.embedDocuments(documents(60)));
    const { idle, utilization } = performance.eventLoopUtilization(before);
    await sleep(10); // A timer that could not fire until now is counted, too.
    lag.disable();
    expect(idle).toBeGreaterThan(300); // Otherwise this was too quick to prove anything.
    expect(utilization).toBeLessThan(0.3);
    expect(lag.percentile(95) / 1e6).toBeLessThan(200);
  });
});

describe('an embedder', () => {
  it('rejects what waits when it is closed, and everything after', async () => {
    const embedder = await Embedder.start(small, { threads: 2 });
    const query = embedder.embedQuery('before');
    const reading = collect(embedder.embedDocuments(documents(50)));
    const closed = { code: 'embedding-failed', message: 'the embedder was closed' };
    await Promise.all([
      expect(query).rejects.toMatchObject(closed),
      expect(reading).rejects.toMatchObject(closed),
      embedder.close(),
    ]);
    await expect(embedder.embedQuery('after')).rejects.toMatchObject(closed);
    await expect(collect(embedder.embedDocuments(['after']))).rejects.toMatchObject(closed);
    await embedder.close();
  });

  it('can be closed while answers are on their way', async () => {
    const embedder = await Embedder.start(small, { threads: 1 });
    const queries = Promise.allSettled(['one', 'two', 'three'].map((text) => embedder.embedQuery(text)));
    await nextTurn();
    const busyUntil = performance.now() + 500;
    while (performance.now() < busyUntil); // The thread answers meanwhile, and nobody reads the answers.
    await embedder.close();
    expect((await queries).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  });

  it('does not start with files that are no model, even if the hashes are right', async () => {
    const folder = temporaryFolder();
    const files = { 'config.json': '{}', 'tokenizer.json': '{}', 'tokenizer_config.json': '{}', [MODEL_FILE]: 'x' };
    mkdirSync(path.join(folder, 'broken/onnx'), { recursive: true });
    const model: Model = { ...small, name: 'broken', files: {} };
    for (const [file, text] of Object.entries(files)) {
      writeFileSync(path.join(folder, 'broken', file), text);
      model.files[file] = { bytes: text.length, sha256: createHash('sha256').update(text).digest('hex') };
    }
    await expect(Embedder.start(model, { threads: 2, modelFolders: [folder] })).rejects.toMatchObject({
      code: 'embedding-failed',
    });
  });

  it('does not start threads for a model whose files are missing', async () => {
    const model: Model = { ...small, name: 'nowhere' };
    await expect(Embedder.start(model, { threads: 1 })).rejects.toMatchObject({ code: 'model-missing' });
  });

  it('never opens a connection, in no thread', async () => {
    const folder = temporaryFolder();
    const write = (name: string, text: string): string => {
      writeFileSync(path.join(folder, name), text);
      return path.join(folder, name);
    };
    const source = (file: string): string => JSON.stringify(pathToFileURL(builtOf(path.join('src', file))));
    const connections = JSON.stringify(write('connections', ''));

    // Preloaded into the process and into every thread of it: notes and refuses connections.
    const guard = write(
      'guard.cjs',
      `const { isMainThread } = require('node:worker_threads');
      const { Socket } = require('node:net');
      Socket.prototype.connect = function () {
        require('node:fs').appendFileSync(${connections}, isMainThread ? 'main ' : 'thread ');
        throw new Error('no network here');
      };`,
    );
    const attempt = write('attempt.mjs', `await fetch('http://127.0.0.1:59999').catch(() => {});`);
    // Embeds, then proves that the guard would have noticed.
    const program = write(
      'program.mjs',
      `import { once } from 'node:events';
      import { readFileSync } from 'node:fs';
      import { Embedder } from ${source('embedding/embedder.ts')};
      import { DEFAULT_MODEL, findModel } from ${source('embedding/models.ts')};
      import { startThread } from ${source('thread.ts')};
      const embedder = await Embedder.start(findModel(DEFAULT_MODEL), { threads: 1 });
      const { tokens } = await embedder.embedQuery('tides');
      await embedder.close();
      const whileEmbedding = readFileSync(${connections}, 'utf8');
      await once(startThread(${JSON.stringify(attempt)}), 'exit');
      await import(${JSON.stringify(pathToFileURL(attempt))});
      console.log(JSON.stringify({ tokens, whileEmbedding, guarded: readFileSync(${connections}, 'utf8') }));`,
    );
    const { stdout } = await promisify(execFile)(process.execPath, ['--require', guard, program]);
    expect(JSON.parse(stdout)).toEqual({ tokens: 3, whileEmbedding: '', guarded: 'thread main ' });
  });
});
