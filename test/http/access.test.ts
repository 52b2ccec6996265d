/** Who may: every route without a key, with one to read and with one to write; signing in and out; how often one may ask. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { LIMITS } from '../../src/http/limits.ts';
import { configurationOf } from '../../src/session/configuration.ts';
import { Session } from '../../src/session/session.ts';
import { sampleCopy } from '../akin.ts';

const folder = sampleCopy(afterAll);
const log = pino({ level: 'silent' });
let session: Session;
let read: string;
let write: string;
let app: OpenAPIHono;
beforeAll(() => {
  session = new Session({ address: folder, configuration: configurationOf({}), threads: 1 });
  [read, write] = [session.keys.add('reader', 'read'), session.keys.add('writer', 'write')];
  app = newDoor();
  return () => session.close();
});

/** A door that has seen nobody yet. */
const newDoor = () => createApp({ session, log, keys: session.keys });
const bearing = (key: string) => ({ Authorization: `Bearer ${key}` });

interface Operation {
  security: Record<string, string[]>[];
}
const documented = async (door: OpenAPIHono) =>
  (await (await door.request('/openapi.json')).json()) as {
    paths: Record<string, Record<string, Operation>>;
    components: { securitySchemes: object };
  };
async function operations() {
  const { paths } = await documented(app);
  return Object.entries(paths).flatMap(([address, methods]) =>
    Object.entries(methods).map(([method, { security }]) => ({
      method: method.toUpperCase(),
      address: address.replace('{id}', 'nothing'),
      scope: security[0]?.key?.[0],
    })),
  );
}

describe('a request', () => {
  it('is described with the key that it needs', async () => {
    const all = await operations();
    const withScope = (wanted?: string) =>
      all.filter(({ scope }) => scope === wanted).map(({ method, address }) => `${method} ${address}`);
    expect(withScope()).toEqual(['GET /healthz']);
    expect(withScope('read').filter((each) => !each.startsWith('GET '))).toEqual([
      ...['POST /v1/search', 'POST /v1/search/batch', 'POST /v1/match', 'POST /v1/related', 'POST /v1/embeddings'],
    ]);
    expect(withScope('write')).toEqual(expect.arrayContaining(['PUT /v1/papers/nothing', 'POST /v1/duplicates/join']));
    expect(Object.keys((await documented(app)).components.securitySchemes)).toEqual(['key', 'ticket']);
  });

  it('needs none where none is demanded, and is described so', async () => {
    const open = createApp({ session, log });
    expect((await open.request('/v1/papers?limit=1')).status).toBe(200);
    expect((await open.request('/v1/papers?limit=1', { headers: bearing('anything') })).status).toBe(200);
    expect((await open.request('/sign-in')).status).toBe(404);
    const { paths } = await documented(open);
    expect(paths['/v1/search']!.post!.security[0]).toEqual({});
  });

  it('without a key is refused on every route but those that are open, whatever the document says', async () => {
    for (const { method, address } of [...(await operations()), { method: 'POST', address: '/mcp' }]) {
      const answer = await newDoor().request(address, { method });
      if (address === '/healthz') expect(answer.status).toBe(200);
      else {
        expect([answer.status, method, address]).toEqual([401, method, address]);
        expect(answer.headers.get('WWW-Authenticate')).toBe('Bearer realm="akin"');
        expect(await answer.json()).toMatchObject({ code: 'unauthorized', status: 401 });
      }
    }
    for (const asset of ['/page.css', '/page.js', '/favicon.ico', '/sign-in'])
      expect((await app.request(asset)).status).toBeLessThan(300);
  });

  it('with a key to read is refused only where something would change', async () => {
    for (const { method, address, scope } of [
      ...(await operations()),
      { method: 'POST', address: '/mcp', scope: 'read' },
    ]) {
      const { status } = await app.request(address, { method, headers: bearing(read) });
      if (scope === 'write') expect([status, method, address]).toEqual([403, method, address]);
      else expect([401, 403, 429], `${method} ${address}`).not.toContain(status);
    }
  });

  it('with a key to write gets on everywhere', async () => {
    for (const { method, address } of await operations()) {
      const { status } = await app.request(address, { method, headers: bearing(write) });
      expect([401, 403, 429], `${method} ${address}`).not.toContain(status);
    }
  });

  it('for what is not there, or not possible, is told so', async () => {
    const ask = async (method: string, address: string) =>
      (await app.request(address, { method, headers: bearing(read) })).status;
    expect([await ask('POST', '/v1/nothing'), await ask('POST', '/v1/papers')]).toEqual([404, 405]);
  });

  it.each(['', 'Bearer', 'Bearer ', 'Basic cmVhZGVy', 'Bearer KEY KEY', 'KEY', 'Bearer KEYx', 'Bearer  '])(
    'that shows "%s" is refused',
    async (shown) => {
      const headers = { Authorization: shown.replaceAll('KEY', read) };
      const answer = await newDoor().request('/v1/library', { headers });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('WWW-Authenticate')).toBe('Bearer realm="akin", error="invalid_token"');
    },
  );

  it('with a key that was removed is refused at once', async () => {
    const key = session.keys.add('guest', 'read');
    expect((await app.request('/v1/papers?limit=1', { headers: bearing(key) })).status).toBe(200);
    session.keys.remove('guest');
    expect((await app.request('/v1/papers?limit=1', { headers: bearing(key) })).status).toBe(401);
  });

  it('from a page of an origin that was named is asked about without a key', async () => {
    const origin = 'https://papers.example';
    const door = createApp({ session, log, keys: session.keys, allowOrigins: [origin] });
    const headers = { Origin: origin, 'Access-Control-Request-Method': 'GET' };
    const before = await door.request('/v1/search', {
      method: 'OPTIONS',
      headers: { ...headers, 'Access-Control-Request-Headers': 'authorization' },
    });
    expect(before.status).toBe(204);
    expect(before.headers.get('Access-Control-Allow-Headers')).toMatch(/authorization/i);
    const refused = await door.request('/v1/search?q=x', { headers: { Origin: origin } });
    expect([refused.status, refused.headers.get('Access-Control-Allow-Origin')]).toEqual([401, origin]);
  });
});

describe('a browser', () => {
  const HTML = { Accept: 'text/html' };
  const signIn = (
    key: string,
    { door = app, to = '/', headers = {} }: { door?: OpenAPIHono; to?: string; headers?: object } = {},
  ) =>
    door.request(`/sign-in?${new URLSearchParams({ to }).toString()}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams({ key }).toString(),
    });
  const ticketOf = (answer: Response) => ({ Cookie: answer.headers.get('Set-Cookie')!.split(';', 1)[0]! });

  it('is led to the page to sign in, and from there to where it was going', async () => {
    const asked = await app.request('/?q=machines', { headers: HTML });
    expect([asked.status, asked.headers.get('Location')]).toEqual([303, '/sign-in?to=%2F%3Fq%3Dmachines']);
    const page = await app.request(asked.headers.get('Location')!, { headers: HTML });
    expect(page.headers.get('Content-Security-Policy')).toContain("default-src 'none'");
    expect(page.headers.get('Referrer-Policy')).toBe('same-origin');
    const text = await page.text();
    expect(text).toContain('action="/sign-in?to=%2F%3Fq%3Dmachines"');
    expect(text).not.toContain('<script');
    const signedIn = await signIn(read, { to: '/?q=machines' });
    expect([signedIn.status, signedIn.headers.get('Location')]).toEqual([303, '/?q=machines']);
    const there = await app.request('/', { headers: { ...HTML, ...ticketOf(signedIn) } });
    expect(there.status).toBe(200);
    expect(await there.text()).toContain('action="/sign-out"');
  });

  it('gets a ticket that is not the key, and that no script and no other site can use', async () => {
    const cookie = (await signIn(read)).headers.get('Set-Cookie')!;
    expect(cookie).not.toContain(read.slice(5));
    expect(cookie).toMatch(/^akin_ticket=[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Strict$/);
    for (const headers of [{ Origin: 'https://papers.example' }, { 'X-Forwarded-Proto': 'https' }])
      expect((await signIn(read, { headers })).headers.get('Set-Cookie')).toContain('; Secure');
  });

  it('may with its ticket what it may with its key', async () => {
    const [reader, writer] = [ticketOf(await signIn(read)), ticketOf(await signIn(write))];
    const remove = (headers: object) =>
      app.request('/v1/papers/nothing', { method: 'DELETE', headers: { ...headers } });
    expect([(await remove(reader)).status, (await remove(writer)).status]).toEqual([403, 404]);
  });

  it('that signs out, or whose key is removed, has a ticket of no worth', async () => {
    const status = async (headers: object) =>
      (await app.request('/v1/papers?limit=1', { headers: { ...headers } })).status;
    const ticket = ticketOf(await signIn(read));
    expect(await status(ticket)).toBe(200);
    const out = await app.request('/sign-out', { method: 'POST', headers: ticket });
    expect([out.status, out.headers.get('Location')]).toEqual([303, '/sign-in']);
    expect(out.headers.get('Set-Cookie')).toMatch(/^akin_ticket=; Max-Age=0; Path=\//);
    expect(await status(ticket)).toBe(401);

    const guest = ticketOf(await signIn(session.keys.add('guest', 'read')));
    expect(await status(guest)).toBe(200);
    session.keys.remove('guest');
    session.keys.add('guest', 'write'); // Of the same name, and another key.
    expect(await status(guest)).toBe(401);
    session.keys.remove('guest');
  });

  it.each([
    ...[
      '//evil.example',
      '/\\evil.example',
      '\\\\evil.example',
      '/\t/evil.example',
      'https://evil.example',
      '/.//evil.example',
    ],
    ...[
      'javascript:alert(1)',
      '///evil.example',
      'http:evil.example',
      '/..//evil.example',
      '\n//evil.example',
      'http://[',
    ],
  ])('is led nowhere else by to=%j', async (to) => {
    const location = (await signIn(read, { to })).headers.get('Location')!;
    expect(new URL(location, 'http://here.example').origin).toBe('http://here.example');
    expect(await (await app.request(`/sign-in?${new URLSearchParams({ to }).toString()}`)).text()).not.toMatch(
      /(?:href|action)="(?:\/[/\\]|[^/])/,
    );
  });

  it('with a wrong key is told so, and with what is no form as well', async () => {
    const wrong = await signIn('akin_wrong');
    expect([wrong.status, wrong.headers.get('Set-Cookie')]).toEqual([401, null]);
    expect(await wrong.text()).toContain('This is no key of this server.');
    const json = await app.request('/sign-in', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{}',
    });
    expect(json.status).toBe(415);
    expect((await signIn('x'.repeat(LIMITS.signInBytes))).status).toBe(413);
  });
});

describe('how often one may ask', () => {
  it('is limited by the key, and tells when to come back', async () => {
    const door = newDoor();
    const key = session.keys.add('busy', 'read');
    const statuses: number[] = [];
    let last: Response | undefined;
    for (let i = 0; i <= LIMITS.requestsOfKey; i++) {
      last = await door.request('/v1/nothing', { headers: bearing(key) });
      statuses.push(last.status);
    }
    expect(statuses.indexOf(429)).toBe(LIMITS.requestsOfKey);
    expect(await last!.json()).toMatchObject({ code: 'rate-limited', status: 429 });
    expect(Number(last!.headers.get('Retry-After'))).toBeGreaterThanOrEqual(1);
    expect(Number(last!.headers.get('Retry-After'))).toBeLessThanOrEqual(LIMITS.rateSeconds);
    expect((await door.request('/v1/nothing', { headers: bearing(read) })).status).toBe(404); // Others are none of it.
    session.keys.remove('busy');
  });

  it('is limited by the address for whoever shows no key that is one, and for nobody else', async () => {
    const door = newDoor();
    const from = (address: string, key?: string) =>
      door.request('/v1/nothing', key === undefined ? {} : { headers: bearing(key) }, {
        incoming: { socket: { remoteAddress: address } },
      });
    const statuses: number[] = [];
    for (let i = 0; i <= LIMITS.requestsOfStranger; i++) statuses.push((await from('192.0.2.1', `akin_${i}`)).status);
    expect(new Set(statuses.slice(0, -1))).toEqual(new Set([401]));
    expect(statuses.at(-1)).toBe(429);
    expect((await from('192.0.2.1')).status).toBe(429);
    expect((await from('192.0.2.1', read)).status).toBe(404); // Behind one proxy, all have its address.
    expect((await from('192.0.2.2')).status).toBe(401);
  });

  it('is counted of a network of IPv6 as of one', async () => {
    const door = newDoor();
    const from = async (address: string) =>
      (await door.request('/v1/nothing', {}, { incoming: { socket: { remoteAddress: address } } })).status;
    for (let i = 0; i < LIMITS.requestsOfStranger; i++) expect(await from(`2001:db8::${i.toString(16)}`)).toBe(401);
    expect(await from('2001:db8:0:0:ffff::1')).toBe(429);
    expect(await from('2001:db8:0:1::1')).toBe(401);
  });

  it('is not limited where no key is demanded', async () => {
    const door = createApp({ session, log });
    for (let i = 0; i < 2 * LIMITS.requestsOfKey; i++) expect((await door.request('/v1/nothing')).status).toBe(404);
  });
});
