/** The client that asks the services, against a real server that behaves well or badly. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { AkinError } from '../../../src/errors.ts';
import { PoliteClient, type Service } from '../../../src/sources/online/polite.ts';
import { expectJson } from '../../../src/sources/online/source.ts';
import { brokenOff, clientOf, serve, status, type Reply } from './service.ts';

const SOME: Service = { name: 'crossref', title: 'Some Service', address: 'https://service.invalid', pause: 3 };
const OTHER: Service = { name: 'datacite', title: 'Another Service', address: 'https://other.invalid', pause: 3 };

/** A service that gives these answers in turn, and "fine" after them. */
const inTurn = (...replies: Reply[]) => serve(() => replies.shift() ?? 'fine');

const errorOf = (answer: Promise<unknown>): Promise<AkinError> =>
  answer.then(
    () => expect.fail('expected an error'),
    (error: AkinError) => error,
  );

describe('a question', () => {
  it('says who asks, with version and contact', async () => {
    const { url, requests } = await inTurn();
    await clientOf(url).get(SOME, '/x', { parameters: { q: 'a b&c', none: undefined } });
    await clientOf(url, { contact: 'ada@example.org' }).get(SOME, '/x');
    expect(requests[0]!.parameters).toEqual({ q: 'a b&c' });
    expect(requests[0]!.headers['user-agent']).toMatch(/^akin\/\d+\.\d+\.\d+$/);
    expect(requests[1]!.headers['user-agent']).toMatch(/^akin\/\d+\.\d+\.\d+ \(mailto:ada@example\.org\)$/);
  });

  it('refuses a contact that is no address', () => {
    for (const contact of ['nobody', 'a@b\r\nx-more: 1', 'a b@c']) {
      expect(() => new PoliteClient({ contact })).toThrow('expected an e-mail address');
    }
  });

  it('makes no connection at all offline', async () => {
    const { url, requests } = await inTurn();
    const error = await errorOf(clientOf(url, { offline: true }).get(SOME, ''));
    expect(error).toMatchObject({ code: 'offline', status: 503, exitCode: 2 });
    expect(error.message).toContain('Some Service');
    expect(requests).toEqual([]);
  });

  it('is given what a service says of what it does not know or want', async () => {
    const { url } = await inTurn(status(404, {}, 'Resource not found.'), status(400, {}, 'what?'));
    const client = clientOf(url);
    expect(await client.get(SOME, '')).toEqual({ status: 404, text: 'Resource not found.' });
    expect(await client.get(SOME, '')).toEqual({ status: 400, text: 'what?' });
    expect(client.waits).toEqual([]);
  });
});

describe('questions to a service', () => {
  it('are asked one at a time, with a pause between them', async () => {
    const service = await serve(() => 'fine', 15);
    const client = clientOf(service.url, { pause: 0.05 });
    await Promise.all([1, 2, 3, 4].map((n) => client.get(SOME, `/${n}`)));
    expect(service.mostAtOnce).toBe(1);
    const times = service.requests.map(({ time }) => time);
    for (let i = 1; i < times.length; i++) expect(times[i]! - times[i - 1]!).toBeGreaterThanOrEqual(60);
    expect(service.requests.map(({ path }) => path.at(-1))).toEqual(['1', '2', '3', '4']);
  });

  it('do not wait for those to another service', async () => {
    const service = await serve(() => 'fine', 100);
    const client = clientOf(service.url);
    await Promise.all([client.get(SOME, ''), client.get(OTHER, '')]);
    expect(service.mostAtOnce).toBe(2);
  });

  it('go on after one that failed', async () => {
    const { url } = await inTurn(status(403, {}, '{"error": "Blocked", "message": "slow down"}'));
    const client = clientOf(url);
    const [refused, answered] = await Promise.all([errorOf(client.get(SOME, '')), client.get(SOME, '')]);
    expect(refused).toMatchObject({ code: 'file-unreadable', message: 'Some Service answered 403 Forbidden: Blocked: slow down' }); // prettier-ignore
    expect(answered.text).toBe('fine');
  });
});

describe('another try', () => {
  it.each([429, 503])('waits as long as Retry-After says after %d', async (code) => {
    const { url, requests } = await inTurn(status(code, { 'retry-after': '1' }));
    const client = clientOf(url);
    expect((await client.get(SOME, '')).text).toBe('fine');
    expect(requests[1]!.time - requests[0]!.time).toBeGreaterThanOrEqual(1000);
    expect(client.waits).toEqual([
      { service: 'Some Service', reason: expect.stringContaining(`answered ${code}`) as string, seconds: 1 },
    ]);
  });

  it('understands a date, and how Hugging Face says it', async () => {
    const date = new Date(Date.now() + 2000).toUTCString();
    const { url } = await inTurn(
      status(503, { 'retry-after': date }),
      status(429, { ratelimit: '"api";r=0;t=1' }),
      status(429, { 'retry-after': 'soon' }),
    );
    const client = clientOf(url);
    await client.get(SOME, '');
    const [first, second, third] = client.waits.map(({ seconds }) => seconds);
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThanOrEqual(2);
    expect(second).toBe(1);
    expect(third).toBeLessThan(0.1);
  });

  it('is made after a server error, a broken connection and an answer of the wrong kind, with growing waits', async () => {
    const { url, requests } = await inTurn(
      status(500),
      brokenOff('{"whole": true}'),
      '<html>Please log in to the hotel network</html>',
      '{"cut": ',
      '{"whole": true}',
    );
    const client = clientOf(url, { backOff: 0.01 });
    const answer = await client.get(SOME, '', { fault: expectJson((value) => value !== null) });
    expect(answer.text).toBe('{"whole": true}');
    expect(requests.length).toBe(5);
    expect(client.waits.map(({ reason }) => reason)).toEqual([
      'answered 500 Internal Server Error',
      expect.stringContaining('broke off'),
      expect.stringContaining('Please log in to the hotel network'),
      expect.stringContaining('expected JSON'),
    ]);
    client.waits.forEach(({ seconds }, i) => {
      expect(seconds).toBeGreaterThanOrEqual(0.01 * 2 ** i);
      expect(seconds).toBeLessThanOrEqual(0.015 * 2 ** i);
    });
  });

  it('is not made a sixth time, and the next question gets a single one until the service is well again', async () => {
    let isWell = false;
    const { url, requests } = await serve(() => (isWell ? 'fine' : status(502)));
    const client = clientOf(url);
    const error = await errorOf(client.get(SOME, ''));
    expect(error).toMatchObject({ code: 'file-unreadable', message: 'Some Service answered 502 Bad Gateway' });
    expect(error.hint).toContain('goes on where this one ended');
    expect(requests.length).toBe(5);
    await errorOf(client.get(SOME, ''));
    expect(requests.length).toBe(6);
    isWell = true;
    expect((await client.get(SOME, '')).text).toBe('fine');
    isWell = false;
    await errorOf(client.get(SOME, ''));
    expect(requests.length).toBe(7 + 5);
  });

  it('is not made of a service that asks to be left alone for long, nor by the questions after it', async () => {
    const { url, requests } = await inTurn(status(429, { 'retry-after': '86000' }));
    const client = clientOf(url);
    for (let i = 0; i < 3; i++) {
      const error = await errorOf(client.get(SOME, ''));
      expect(error.message).toMatch(/^Some Service answered 429 .*asks to be left alone for 8\d{4} seconds$/);
    }
    expect(requests.length).toBe(1);
    expect((await client.get(OTHER, '')).text).toBe('fine');
  });

  it('is made when a connection falls silent', async () => {
    const { url } = await inTurn((response) => void response.writeHead(200).write('fi'));
    const client = clientOf(url, { patience: 0.1 });
    expect((await client.get(SOME, '')).text).toBe('fine');
    expect(client.waits[0]!.reason).toContain('no byte for 0.1 s');
  });

  it('is made where nothing listens, and the reason said', async () => {
    const client = clientOf('http://127.0.0.1:1');
    expect((await errorOf(client.get(SOME, ''))).message).toContain('could not be reached');
    expect(client.waits.length).toBe(4);
  });
});

it('takes no answer of any length', async () => {
  const { url, requests } = await serve(() => 'x'.repeat(200_000));
  const error = await errorOf(clientOf(url, { maxBytes: 100_000 }).get(SOME, ''));
  expect(error.message).toBe('Some Service sent an answer of more than 100000 bytes');
  expect(requests.length).toBe(1);
});

it.each([
  ['an answer does not come', (): Reply => () => {}],
  ['it waits for another try', () => status(503, { 'retry-after': '60' })],
])('stops at once when the signal is given while %s', async (_, reply) => {
  const { url } = await serve(reply);
  const stop = new AbortController();
  const answer = errorOf(clientOf(url).get(SOME, '', { signal: stop.signal }));
  await sleep(100);
  const stopped = performance.now();
  stop.abort();
  expect((await answer).name).toBe('AbortError');
  expect(performance.now() - stopped).toBeLessThan(500);
});
