/** What is told of how the server is doing: counted by patterns, bounded whatever comes, and at once. */
import { pino } from 'pino';
import { afterAll, beforeAll, expect, inject, it, onTestFinished } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { Metrics } from '../../src/http/metrics.ts';
import { listen } from '../../src/http/server.ts';
import { configurationOf } from '../../src/session/configuration.ts';
import { Session } from '../../src/session/session.ts';

const log = pino({ level: 'silent' });
const session = new Session({ address: inject('sampleLibrary'), configuration: configurationOf({}), threads: 1 });
beforeAll(() => session.ready());
afterAll(() => session.close());

type Door = ReturnType<typeof createApp>;
const told = async (app: Door) => (await app.request('/metrics')).text();
/** The value of a line, by its name and labels as they are written. */
const valueOf = (text: string, line: string) => {
  const found = text.split('\n').find((each) => each.startsWith(`${line} `));
  return found === undefined ? undefined : Number(found.slice(line.length + 1));
};

it('are requests by route and status, what is refused, waits and is alive, papers, memory and lag', async () => {
  const app = createApp({ session, log });
  const answer = await app.request('/metrics');
  expect([answer.status, answer.headers.get('Content-Type')]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8',
  ]);
  await app.request('/v1/search?q=machines');
  await app.request('/v1/search?limit=no');
  await app.request('/v1/papers/arxiv:1706.03762');
  await app.request('/v1/papers/arxiv:1706.03762/similar');
  const text = await told(app);
  const count = (route: string, status: number) =>
    valueOf(text, `akin_http_requests_total{library="default",method="GET",route="${route}",status="${status}"}`);
  expect(count('/v1/search', 200)).toBe(1);
  expect(count('/v1/search', 400)).toBe(1);
  expect(count('/v1/papers/:id', 200)).toBe(1);
  expect(count('/v1/papers/:id/similar', 200)).toBe(1);
  expect(valueOf(text, 'akin_http_request_seconds_count{method="GET",route="/v1/search"}')).toBe(2);
  expect(valueOf(text, 'akin_http_refused_total{code="invalid-argument"}')).toBe(1);
  for (const gate of ['quick', 'thorough', 'writing', 'agents']) {
    expect(valueOf(text, `akin_waiting{gate="${gate}"}`)).toBe(0);
    expect(valueOf(text, `akin_running{gate="${gate}"}`)).toBe(0);
  }
  expect(valueOf(text, 'akin_embedding_threads{model="all-MiniLM-L6-v2"}')).toBe(1);
  expect(valueOf(text, 'akin_embedding_restarts{model="all-MiniLM-L6-v2"}')).toBe(0);
  expect(valueOf(text, 'akin_papers{library="default",state="all"}')).toBe(120);
  expect(valueOf(text, 'akin_papers{library="default",state="embedded"}')).toBe(120);
  expect(valueOf(text, 'process_resident_memory_bytes')).toBeGreaterThan(1e7);
  expect(valueOf(text, 'nodejs_eventloop_lag_p99_seconds')).toBeGreaterThanOrEqual(0);
});

it('are as many lines, whatever is asked', async () => {
  const app = createApp({ session, log });
  const ask = async (i: number) => {
    for (const method of ['GET', 'POST', 'PURGE', `M${i}`, 'OPTIONS']) {
      await app.request(`/nothing/${i}?q=${i}`, { method });
      await app.request(`/v1/libraries/nothing-${i}/search?q=${i}`, { method });
      await app.request(`/v1/papers/nothing-${i}`, { method: method === 'POST' ? 'DELETE' : method });
    }
  };
  for (const i of [1, 2]) await ask(i);
  const before = (await told(app)).split('\n').filter((line) => line.startsWith('akin_'));
  for (let i = 3; i < 20; i++) await ask(i);
  const after = (await told(app)).split('\n').filter((line) => line.startsWith('akin_'));
  expect(after.length - before.length).toBeLessThan(40); // Those of `/metrics` itself came in between.
  expect(after.join('\n')).not.toMatch(/nothing|PURGE|M\d/);
});

it('are told at once where the library is not', async () => {
  const slow = Object.create(session, {
    status: { value: () => new Promise(() => {}) },
    embedding: { value: undefined },
  }) as Session;
  const start = performance.now();
  const text = await told(createApp({ session: slow, log }));
  expect(performance.now() - start).toBeLessThan(5000);
  expect(text).toContain('akin_http_requests_total');
  expect(valueOf(text, 'akin_papers{library="default",state="all"}')).toBeUndefined();
});

it('count what is refused before it comes to the app', async () => {
  const metrics = new Metrics();
  const app = createApp({ session, log, metrics });
  const server = await listen(app, { host: '127.0.0.1', port: 0, onRefused: (code) => metrics.refused(code) });
  onTestFinished(() => server.close(0));
  await fetch(`${server.url}/`, { headers: { Origin: 'http://attacker.example' } });
  expect(valueOf(await told(app), 'akin_http_refused_total{code="forbidden"}')).toBe(1);
});
