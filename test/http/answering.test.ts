/** What is said of every answer: its request's id, its state, and who may read it; and what was meant by a slip. */
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { LIMITS } from '../../src/http/limits.ts';
import { listen, type RunningServer } from '../../src/http/server.ts';
import { givenOrigin } from '../../src/http/strangers.ts';
import type { Session } from '../../src/session/session.ts';
import { sampleCopy } from '../akin.ts';
import { answer, doorOf } from './door.ts';

const folder = sampleCopy(afterAll);
const door = doorOf(folder, beforeAll);
const ask = async (address: string, headers: Record<string, string> = {}, method = 'GET') =>
  door.app.request(address, { headers, method });

describe('an id', () => {
  it('that a request comes with is kept where it is sane, and else made', async () => {
    const idOf = async (id?: string) =>
      (await ask('/v1/nothing', id === undefined ? {} : { 'X-Request-Id': id })).headers.get('X-Request-Id');
    expect(await idOf('abc-123_x')).toBe('abc-123_x');
    for (const id of [undefined, '', 'a b', 'ä', 'a"', 'x'.repeat(129)])
      expect(await idOf(id)).toMatch(/^[\da-f-]{36}$/);
    expect(await idOf()).not.toBe(await idOf());
    expect((await ask('/')).headers.has('X-Request-Id')).toBe(true);
  });
});

it('that takes too long is broken off, and says so', async () => {
  const never = {
    value: (...given: { signal: AbortSignal }[]) => {
      const { signal } = given.at(-1)!; // The options are last.
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    },
  };
  const session = Object.create(door.session, { ask: never, similar: never, listing: never }) as Session;
  const app = createApp({ session, log: pino({ level: 'silent' }) });
  const usual = LIMITS.answerMs;
  onTestFinished(() => void (LIMITS.answerMs = usual));
  LIMITS.answerMs = 20;
  const body = JSON.stringify({ questions: [{ query: 'machines' }] });
  const headers = { 'Content-Type': 'application/json' };
  const answers = [
    await app.request('/v1/search?q=machines'),
    await app.request('/v1/papers'),
    await app.request('/v1/search/batch', { method: 'POST', headers, body }),
  ];
  for (const answer of answers) {
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ code: 'timeout', hint: expect.stringContaining('less') as string });
  }
});

describe('a state', () => {
  it.each([
    ['/v1/search?q=machines', '/v1/search?q=galaxies'],
    ['/v1/papers?limit=2', '/v1/papers?limit=3'],
    ['/v1/papers/arxiv:1706.03762', '/v1/papers/arxiv:1706.03762?format=csv'],
    ['/v1/facets', '/v1/library'],
  ])('of %s is known again until the library changes', async (address, another) => {
    const first = await ask(address);
    const tag = first.headers.get('ETag')!;
    expect(tag).toMatch(/^W\/"[\w-]{22}"$/);
    const again = await ask(address, { 'If-None-Match': `"x", ${tag}` });
    expect([again.status, await again.text(), again.headers.get('ETag')]).toEqual([304, '', tag]);
    expect((await ask(another, { 'If-None-Match': tag })).status).toBe(200);
    expect((await ask(address, { 'If-None-Match': tag, Accept: 'text/csv' })).status).toBe(200);
    await answer(door, '/v1/papers/another', {
      method: 'PUT',
      body: { title: `On ${address}` },
      status: expect.any(Number) as number,
    });
    const after = await ask(address, { 'If-None-Match': tag });
    expect(after.status).toBe(200);
    expect(after.headers.get('ETag')).not.toBe(tag);
  });

  it('is only of what was answered to a GET', async () => {
    expect((await ask('/v1/papers/nobody')).headers.has('ETag')).toBe(false);
    expect((await ask('/v1/search')).headers.has('ETag')).toBe(false);
    const posted = await door.app.request('/v1/search', {
      method: 'POST',
      body: '{"query": "machines"}',
      headers: { 'Content-Type': 'application/json' },
    });
    expect([posted.status, posted.headers.has('ETag')]).toEqual([200, false]);
  });
});

describe('over a socket', () => {
  const ORIGIN = 'https://papers.example';
  let server: RunningServer;
  beforeAll(async () => {
    const app = createApp({ session: door.session, log: pino({ level: 'silent' }), allowOrigins: [ORIGIN] });
    server = await listen(app, { host: '127.0.0.1', port: 0, allowOrigins: [ORIGIN] });
    return () => server.close(0);
  });
  const get = (address: string, headers: Record<string, string> = {}, method = 'GET') =>
    fetch(server.url + address, { method, headers });

  it('long answers are compressed, short ones and whole lists are not', async () => {
    for (const encoding of ['gzip', 'deflate']) {
      const long = await get('/openapi.json', { 'Accept-Encoding': encoding });
      expect(long.headers.get('Content-Encoding')).toBe(encoding);
      expect(await long.json()).toHaveProperty('paths');
    }
    for (const [address, accepted] of [
      ['/openapi.json', 'identity'],
      ['/v1/search?q=machines&limit=3', 'gzip'],
      ['/healthz', 'gzip'],
      ['/v1/papers/nobody', 'gzip'],
      ['/v1/papers?format=jsonl', 'gzip'],
    ] as const) {
      const sent = await get(address, { 'Accept-Encoding': accepted });
      expect([address, sent.headers.get('Content-Encoding')]).toEqual([address, null]);
      expect((await sent.text()).length).toBeGreaterThan(10);
    }
  });

  it('pages of an origin that was named may use the API, and of no other, and nothing but the API', async () => {
    const from = (origin: string) => ({ Origin: origin, 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'cors' });
    const sent = await get('/v1/search?q=machines', from(ORIGIN));
    expect([sent.status, sent.headers.get('Access-Control-Allow-Origin')]).toEqual([200, ORIGIN]);
    expect(sent.headers.get('Access-Control-Expose-Headers')).toContain('X-Request-Id');
    const asked = {
      ...from(ORIGIN),
      'Access-Control-Request-Method': 'PUT',
      'Access-Control-Request-Headers': 'content-type',
    };
    const before = await get('/v1/papers/x', asked, 'OPTIONS');
    expect([before.status, before.headers.get('Access-Control-Allow-Origin')]).toEqual([204, ORIGIN]);
    expect(before.headers.get('Access-Control-Allow-Methods')).toContain('PUT');
    for (const origin of [
      'https://papers.example.evil',
      'http://papers.example',
      'https://papers.example:8443',
      'null',
      'https://evil.example',
    ]) {
      for (const method of ['GET', 'OPTIONS', 'DELETE']) {
        const refused = await get('/v1/papers/x', from(origin), method);
        expect([origin, refused.status, refused.headers.get('Access-Control-Allow-Origin')]).toEqual([
          origin,
          403,
          null,
        ]);
      }
    }
    for (const address of ['/', '/healthz', '/openapi.json', '/v1'])
      expect((await get(address, from(ORIGIN))).status).toBe(403);
    const { port } = new URL(server.url);
    expect((await get('/v1/search?q=a', { ...from(ORIGIN), Host: `evil.example:${port}` })).status).toBeLessThan(500);
  });

  it('is closed to all of them where none was named', async () => {
    const closed = await ask('/v1/search?q=machines', { Origin: ORIGIN });
    expect(closed.headers.get('Access-Control-Allow-Origin')).toBeNull();
    expect((await ask('/v1/search', {}, 'OPTIONS')).status).toBe(405);
  });

  it.each(['*', 'papers.example', 'https://papers.example/x', 'https://u@papers.example', 'file:///a', 'null', ''])(
    '%s is no origin',
    (text) => {
      expect(() => givenOrigin(text)).toThrow(expect.objectContaining({ field: 'allow-origin' }) as Error);
    },
  );
});

it.each([
  ['/v1/search?q=a&limt=3', 'did you mean limit?'],
  ['/v1/search?q=a&Limit=3', 'did you mean limit?'],
  ['/v1/search?q=a&cutof=3', 'did you mean cutoff?'],
  ['/v1/papers?shorts=title', undefined],
  ['/v1/search?q=a&lang=en', undefined],
  ['/v1/search?q=a&x=1', undefined],
])('asks after what was meant by %s', async (address, meant) => {
  const { hint } = await answer<{ hint: string }>(door, address, { status: 400 });
  if (meant === undefined) expect(hint).toMatch(/^there are /);
  else expect(hint).toContain(`${meant} there are `);
});
