/**
 * What was tried against the door of a real server that demands keys, and how it answered. The names of the tests are the list:
 * `npx vitest run --config test/vitest.config.ts test/http/tried.test.ts --reporter=verbose`.
 */
import { performance } from 'node:perf_hooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LIMITS } from '../../src/http/limits.ts';
import { Keys } from '../../src/session/keys.ts';
import { sampleCopy, serveAkin } from '../akin.ts';
import { raw } from './raw.ts';

const folder = sampleCopy(afterAll);
const keys = new Keys(folder);
const read = keys.add('reader', 'read');
const gone = keys.add('gone', 'write');
keys.remove('gone');
const { url } = await serveAkin(folder, ['--keys'], afterAll);
const { host } = new URL(url);
let cookie: string;
beforeAll(async () => {
  const signedIn = await fetch(`${url}/sign-in`, {
    ...{ method: 'POST', redirect: 'manual', body: new URLSearchParams({ key: read }) },
  });
  cookie = `Cookie: ${signedIn.headers.get('Set-Cookie')!.split(';', 1)[0]}`;
});

/** Sends a request by hand. A line `Host: …` takes the place of the right one. */
const ask = (target: string, lines: string[] = [], method = 'GET', body = '') =>
  raw(
    url,
    [
      `${method} ${target} HTTP/1.1`,
      ...(lines.some((line) => line.startsWith('Host:')) ? [] : [`Host: ${host}`]),
      ...(body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]),
      ...[...lines, 'Connection: close'],
    ],
    body === '' ? [] : [body],
  );
const bearing = (key: string) => `Authorization: Bearer ${key}`;
const SEARCH = '/v1/search?q=machines';

/** Waits until what strangers did before is forgotten. */
const forgotten = () => new Promise((resolve) => setTimeout(resolve, (LIMITS.rateSeconds + 1) * 1000));

describe('who shows', () => {
  it.each<[string, number, string, () => string[], string?]>([
    ['a key to read, and asks', 200, SEARCH, () => [bearing(read)]],
    ['a ticket, and asks', 200, SEARCH, () => [cookie]],
    ['no key', 401, SEARCH, () => []],
    ['no key, at /metrics', 401, '/metrics', () => []],
    ['no key, at /readyz', 401, '/readyz', () => []],
    ['no key, at /healthz', 200, '/healthz', () => []],
    ['no key, where there is nothing', 401, '/v1/nothing', () => []],
    ['a wrong key', 401, SEARCH, () => [bearing(`akin_${'A'.repeat(43)}`)]],
    ['a key that was removed', 401, SEARCH, () => [bearing(gone)]],
    ['the hash of a key', 401, SEARCH, () => [bearing(keys.list()[0]!.sha256)]],
    ['a key in the address', 401, `${SEARCH}&key=KEY`, () => []],
    ['a key twice', 401, SEARCH, () => [bearing(`${read} ${read}`)]],
    ['a key as a ticket', 401, SEARCH, () => [`Cookie: akin_ticket=${read}`]],
    ['a made-up ticket', 401, SEARCH, () => ['Cookie: akin_ticket=reader~9999999999999~x']],
    ['a key to read, and stores', 403, '/v1/papers/x', () => [bearing(read)], 'PUT'],
    ['a key to read, and removes', 403, '/v1/papers/x', () => [bearing(read)], 'DELETE'],
    [
      'a key to read, and removes, with another method over it',
      404,
      '/v1/papers/x',
      () => [bearing(read), 'X-HTTP-Method-Override: DELETE'],
    ],
    ['a ticket to read, and joins', 403, '/v1/duplicates/join', () => [cookie], 'POST'],
    ['60 KiB of Authorization', 401, SEARCH, () => [bearing('a'.repeat(60 * 1024))]],
    ['200 KiB of Authorization', 431, SEARCH, () => [bearing('a'.repeat(200 * 1024))]],
    ['a key, by another name of the server', 403, SEARCH, () => [bearing(read), 'Host: attacker.example']],
    [
      'a ticket, by a name that was bound anew',
      403,
      SEARCH,
      () => [cookie, `Host: attacker.example:${host.split(':')[1]}`],
    ],
    ['a ticket, from a page of another site', 403, SEARCH, () => [cookie, 'Origin: https://attacker.example']],
    [
      'a ticket, from a form of another site',
      403,
      '/sign-out',
      () => [cookie, 'Origin: https://attacker.example'],
      'POST',
    ],
    [
      'a ticket, from a picture on another site',
      403,
      SEARCH,
      () => [cookie, 'Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: no-cors'],
    ],
    ['a ticket, from another port of this machine', 403, SEARCH, () => [cookie, 'Origin: http://localhost:1']],
  ])('%s: %i', async (_, status, target, lines, method) => {
    const answer = await ask(target.replace('KEY', read), lines(), method);
    expect([answer.status, answer.body.slice(0, 300)]).toEqual([status, expect.anything()]);
    expect(answer.body).not.toContain(read);
  });
});

describe('an id', () => {
  it.each([
    '/v1/papers/../../../../etc/passwd',
    '/v1/papers/..%2f..%2f..%2fetc%2fpasswd',
    '/v1/papers/%2e%2e/%2e%2e/etc/passwd',
    '/v1/papers//etc/passwd',
    '/v1/papers/keys.json',
    '/v1/papers/file:%2f%2f%2fetc%2fpasswd/similar',
    '/v1/papers/%00',
    '/page.css/../../session/keys.ts',
    '/..%2fkeys.json',
  ])('%s leads to no file: 400 or 404', async (target) => {
    const { status, body } = await ask(target, [bearing(read)]);
    expect([400, 404]).toContain(status);
    expect(body).not.toMatch(/root:|sha256/);
  });
});

describe('to=', () => {
  it.each(['//evil.example', '/\\evil.example', 'https://evil.example', '/%09/evil.example', '/.//evil.example'])(
    '%s leads nowhere else: 303 to this server',
    async (to) => {
      const form = ['Content-Type: application/x-www-form-urlencoded'];
      const answer = await ask(`/sign-in?to=${to.replace('\\', '%5C')}`, form, 'POST', `key=${read}`);
      expect(answer.status).toBe(303);
      expect(answer.headers.get('location')).toMatch(/^\/(?![/\\])/);
    },
  );
});

describe('who tries', () => {
  it('wrong keys that begin as the right one waits as long, whatever they have in common with it', async () => {
    const wrong = [0, 5, 20, 40, 47].map((common) => read.slice(0, common) + '!'.repeat(read.length - common));
    const times = wrong.map(() => [] as number[]);
    for (let round = 0; round < 4000; round++) {
      for (const [i, key] of wrong.entries()) {
        const start = performance.now();
        keys.whose(key);
        times[i]!.push(performance.now() - start);
      }
    }
    const medians = times.map((all) => all.sort((a, b) => a - b)[all.length / 2]!);
    console.info(
      `medians by common characters 0, 5, 20, 40, 47: ${medians.map((ms) => `${(ms * 1000).toFixed(1)} µs`).join(', ')}`,
    );
    expect(Math.max(...medians)).toBeLessThan(2 * Math.min(...medians));
  });

  it('10,000 wrong keys is slowed (429), and keeps nobody with a right one from being answered', async () => {
    await forgotten();
    const statuses = new Map<number, number>();
    let answered = 0;
    for (let round = 0; round < 625; round++) {
      const tried = Array.from({ length: 16 }, (_, i) =>
        fetch(`${url}${SEARCH}`, { headers: { Authorization: `Bearer akin_${round}_${i}` } }),
      );
      for (const answer of await Promise.all(tried)) {
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
        if (answer.status === 429) expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThan(0);
        await answer.arrayBuffer();
      }
      if (round % 25 !== 0) continue;
      const own = await fetch(`${url}${SEARCH}`, { headers: { Authorization: `Bearer ${read}` } });
      if (own.status === 200) answered++;
      await own.arrayBuffer();
    }
    console.info(
      `10,000 wrong keys: ${JSON.stringify(Object.fromEntries(statuses))}; with a right one 200 for ${answered} of 25`,
    );
    expect([...statuses.keys()].every((status) => [401, 429, 503].includes(status))).toBe(true);
    expect(statuses.get(429)).toBeGreaterThan(5000);
    expect(answered).toBe(25);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  }, 240_000);
});
