/** A server's threads die while many ask: each kind comes back, it is told, and no search fails. */
import type { Worker } from 'node:worker_threads';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import { configurationOf } from '../../src/session/configuration.ts';
import { Session } from '../../src/session/session.ts';
import { sampleCopy } from '../akin.ts';
import { installTiny } from '../embedding/tiny-cross-encoder.ts';

const ASKING = 8;
const QUESTIONS = [
  'a machine that can compute any number',
  'attention',
  'proteins folded by a network',
  'a game of go',
];

/** All threads that this process has started and that are not gone. */
const alive = new Set<Worker>();
const noticed = (worker: Worker) => {
  alive.add(worker);
  worker.on('exit', () => alive.delete(worker));
};
beforeEach(() => void process.on('worker', noticed));
afterEach(() => void process.off('worker', noticed));

/** A message that no thread knows what to do with: it throws where nobody catches, whatever the thread is in the midst of. */
const kill = (worker: Worker) => worker.postMessage(0);

it('that die in the midst of work come back, and every search is answered', async () => {
  const folder = sampleCopy(afterAll);
  const troubles: string[] = [];
  const session = new Session({
    address: folder,
    configuration: configurationOf({ AKIN_MODELS: folder }),
    threads: 2,
    crossEncoder: await installTiny(folder),
    onTrouble: ({ message }) => void troubles.push(message),
  });
  await session.ready();
  await session.startScorer();
  let answered = 0;
  let isOver = false;
  const asking = Array.from({ length: ASKING }, async (_, who) => {
    for (let i = 0; !isOver; i++) {
      // Words of its own, so that no list is kept for it and every thread has something to do.
      const query = `${QUESTIONS[(who + i) % QUESTIONS.length]!} ${who} ${i}`;
      const { hits } = await session.ask({ query }, { rerank: who % 2 === 0 ? 50 : undefined, cutoff: 0 });
      expect(hits).toHaveLength(10);
      answered++;
    }
  });
  const finished = Promise.all(asking);
  finished.catch(() => {}); // Told below.
  const moreAnswered = async (count: number) => {
    const before = answered;
    await expect.poll(() => answered - before, { timeout: 30_000 }).toBeGreaterThanOrEqual(count);
  };
  await moreAnswered(ASKING);
  const threads = [...alive];
  for (const thread of threads) {
    kill(thread);
    await moreAnswered(2 * ASKING);
  }
  isOver = true;
  await finished;
  expect(troubles.every((trouble) => / ended: /.test(trouble))).toBe(true);
  const kinds = troubles.map((trouble) => trouble.split(' ended: ')[0]!).toSorted();
  expect([...new Set(kinds)]).toEqual(['the cross-encoder', 'the embedder', 'the graph thread', 'the reader thread']);
  expect(kinds).toHaveLength(threads.length);
  expect(alive.size).toBe(threads.length);
  await session.close();
});

it('start no more when the session was ended', async () => {
  const session = new Session({ address: sampleCopy(), configuration: configurationOf({}), threads: 1 });
  await session.ask({ query: 'attention' }, { explain: 'fast' });
  await session.close();
  await expect(session.ask({ query: 'proteins' })).rejects.toMatchObject({ code: 'overloaded' });
  await expect(session.embed(['proteins'], 'query')).rejects.toMatchObject({ code: 'overloaded' });
  expect(alive.size).toBe(0);
});
