/**
 * Who has hung up costs nothing more, over real sockets and whichever stage the answer is at: what threads have done since is
 * counted, not timed.
 */
import diagnostics from 'node:diagnostics_channel';
import { once } from 'node:events';
import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import type { ChildProcess } from 'node:child_process';
import type { IncomingMessage } from 'node:http';
import type { Worker } from 'node:worker_threads';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { listen, type RunningServer } from '../../src/http/server.ts';
import { configurationOf } from '../../src/session/configuration.ts';
import { Session } from '../../src/session/session.ts';
import type { Answered } from '../../src/threads/messages.ts';
import { sampleCopy } from '../akin.ts';
import { installTiny } from '../embedding/tiny-cross-encoder.ts';

/** Jobs that threads may do for somebody who hangs up meanwhile: those already sent to one, and until the server hears of it. */
const FEW = 15;

let jobs = 0;
/** Called after every job. */
let onJob = (): void => {};
diagnostics.subscribe('worker_threads', (message) => {
  (message as { worker: Worker }).worker.on('message', (answer: Answered) => {
    if (!('ms' in answer)) return;
    jobs++;
    onJob();
  });
});
let reader: ChildProcess | undefined;
diagnostics.subscribe('child_process', (message) => void (reader = (message as { process: ChildProcess }).process));

let server: RunningServer;
/** What becomes of the requests that have come in. */
const answers: Promise<unknown>[] = [];
const folder = sampleCopy(afterAll);
beforeAll(async () => {
  const configuration = configurationOf({ AKIN_MODELS: folder });
  const session = new Session({ address: folder, configuration, threads: 1, crossEncoder: await installTiny(folder) });
  await Promise.all([session.ready(), session.startScorer()]);
  const app = createApp({ session, log: pino({ level: 'silent' }) });
  const fetch: typeof app.fetch = (...given) => {
    const answer = Promise.resolve(app.fetch(...given));
    answers.push(answer.catch(() => {}));
    return answer;
  };
  server = await listen({ fetch }, { host: '127.0.0.1', port: 0 });
  return async () => {
    await server.close(0);
    await session.close();
  };
});

function ask(path: string, body?: unknown) {
  const asked = request(`${server.url}${path}`, {
    ...{ agent: false, method: body === undefined ? 'GET' : 'POST' },
    headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
  });
  asked.on('error', () => {}); // Its end is our own doing.
  asked.end(body === undefined ? undefined : JSON.stringify(body));
  return asked;
}

const THINGS = ['sheep', 'machines', 'glaciers', 'proteins', 'markets', 'languages', 'planets', 'neurons'];
const sentence = (i: number) =>
  `The ${i}th of our studies compares ${THINGS[i % 8]} with ${THINGS[(i >> 3) % 8]} as they are seen by people who count both.`;
const section = (i: number) =>
  `# Section ${i}\n\n${Array.from({ length: 6 }, (_, j) => sentence(7 * i + j)).join(' ')}\n`;
const DRAFT = { markdown: Array.from({ length: 40 }, (_, i) => section(i)).join('\n'), limit: 100 };
const searchFor = (query: string) =>
  `/v1/search?q=${encodeURIComponent(query)}&limit=100&explain=full&facets=true&rerank=10000`;

it('does not have a draft read on', async () => {
  const before = jobs;
  const asked = ask('/v1/related', { markdown: DRAFT.markdown.repeat(90) });
  while (!reader) await new Promise((resolve) => setImmediate(resolve));
  const said: unknown[] = [];
  reader.on('message', (message) => said.push(message));
  await once(reader, 'message');
  const ended = once(reader, 'exit');
  asked.destroy();
  expect(await ended).toEqual([null, 'SIGKILL']);
  expect(said).toEqual(['ready']);
  await Promise.all(answers.splice(0));
  expect(jobs).toBe(before);
});

it.each([
  ['a draft, whose passages are embedded', 1, () => ask('/v1/related', DRAFT)],
  ['a draft, for whose passages the library is searched', 60, () => ask('/v1/related', DRAFT)],
  ['a draft, whose suggestions are explained', 250, () => ask('/v1/related', DRAFT)],
  ['a question that is re-ranked', 8, () => ask(searchFor('how machines learn'))],
  ['a question that is explained', 70, () => ask(searchFor('what warms the planet'))],
])('does nothing more for %s', async (_, after, begin) => {
  const before = jobs;
  let hungUpAt = 0;
  const asked = begin();
  await new Promise<void>((resolve) => {
    onJob = () => {
      if (jobs - before < after) return;
      onJob = () => {};
      hungUpAt = jobs;
      asked.destroy();
      resolve();
    };
  });
  await Promise.all(answers.splice(0));
  expect(jobs - hungUpAt).toBeLessThan(FEW);
});

it.each([
  ['a draft', 400, () => ask('/v1/related', { ...DRAFT, markdown: `A preface to all of it.\n\n${DRAFT.markdown}` })],
  ['a question', 75, () => ask(searchFor('what falls down and why'))],
])('answers %s of somebody who waits, which takes many times as much', async (_, many, begin) => {
  const before = jobs;
  const [answer] = (await once(begin(), 'response')) as [IncomingMessage];
  expect(await json(answer)).toHaveProperty('library');
  expect(answer.statusCode).toBe(200);
  expect(jobs - before).toBeGreaterThan(many);
});
