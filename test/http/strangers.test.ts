/** Who is answered at all: requests over a real socket, as browsers, programs and those who mean harm send them. */
import fc from 'fast-check';
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { AkinError } from '../../src/errors.ts';
import { listen, type ListenOptions, type RunningServer } from '../../src/http/server.ts';
import { raw } from './raw.ts';

let server: RunningServer;
let port: string;
beforeAll(async () => {
  server = await start({ allowHosts: ['papers.example', 'strict.example:8080'] });
  port = new URL(server.url).port;
});
afterAll(() => server.close(0));

describe('a Host', () => {
  it.each([
    'localhost:PORT',
    '127.0.0.1:PORT',
    '[::1]:PORT',
    'LocalHost:PORT',
    'localhost.:PORT',
    'papers.example',
    'papers.example:443',
    'PAPERS.example.:PORT',
    'strict.example:8080',
  ])('%s is answered', async (host) => {
    expect((await get({ Host: host })).status).toBe(200);
  });

  it.each([
    ['attacker.example', 403],
    ['attacker.example:PORT', 403],
    ['localhost', 403],
    ['localhost:1', 403],
    ['127.0.0.1', 403],
    ['127.0.0.2:PORT', 403],
    ['0.0.0.0:PORT', 403],
    ['192.168.1.5:PORT', 403],
    ['localhost.attacker.example:PORT', 403],
    ['localhost..:PORT', 403],
    ['papers.example.attacker.example', 403],
    ['strict.example', 403],
    ['strict.example:PORT', 403],
    ['localhost:PORT, attacker.example', 400],
    ['attacker.example@localhost:PORT', 400],
    ['localhost:PORT@attacker.example', 400],
    ['localhost:PORT#.attacker.example', 400],
    ['127.1:PORT', 403],
    ['0x7f.1:PORT', 403],
    ['[0:0:0:0:0:0:0:1]:PORT', 400],
    ['local host', 400],
    ['localhost:99999', 400],
    ['', 403],
  ])('%s is refused with %i', async (host, status) => {
    expect(await refusal({ Host: host })).toBe(status);
  });

  it('that is missing, or is there twice, is refused', async () => {
    for (const version of ['1.0', '1.1']) {
      expect((await raw(server.url, [`GET / HTTP/${version}`])).status).toBe(400);
      const own = `Host: localhost:${port}`;
      const twice = await raw(server.url, [`GET / HTTP/${version}`, own, 'Host: attacker.example']);
      expect(twice.status).toBeGreaterThanOrEqual(400);
      expect((await raw(server.url, [`GET / HTTP/${version}`, own, 'Connection: close'])).status).toBe(200);
    }
  });

  it('counts where the request line names a host as well', async () => {
    const own = `localhost:${port}`;
    const ask = (target: string, host: string) =>
      raw(server.url, [`GET ${target} HTTP/1.1`, `Host: ${host}`, 'Connection: close']);
    expect((await ask(`http://${own}/`, own)).status).toBe(200);
    expect((await ask('http://attacker.example/', own)).status).toBe(403);
    expect((await ask(`http://${own}/`, 'attacker.example')).status).toBe(403);
    expect((await ask('http://localhost/', own)).status).toBe(403);
    expect((await ask('//attacker.example/', own)).status).toBe(404); // A path, however it looks.
    expect((await ask('*', own)).status).toBe(400);
  });

  it('of whatever form is answered only if it is one of the names', async () => {
    const piece = fc.constantFrom(
      'localhost',
      '127.0.0.1',
      '[::1]',
      'papers.example',
      'a',
      '.',
      ':',
      '@',
      '/',
      '#',
      port,
    );
    const host = fc
      .array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 5 })
      .map((parts) => parts.join(''));
    const names = /^(?:(?:localhost|127\.0\.0\.1|\[::1\])\.?:0*PORT|papers\.example\.?(?::\d{1,5})?)$/i;
    const isOurs = (text: string) => new RegExp(names.source.replace('PORT', port), 'i').test(text.trim());
    await fc.assert(
      fc.asyncProperty(
        host.filter((text) => !/[^\x21-\x7e]/.test(text)),
        async (text) => {
          const { status } = await get({ Host: text });
          expect(status === 200 ? isOurs(text) : [400, 403].includes(status)).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('needs no port where the server listens at 80', async () => {
    const elsewhere = await start({}).then(({ url }) => url);
    expect((await raw(elsewhere, ['GET / HTTP/1.1', 'Host: localhost', 'Connection: close'])).status).toBe(403);
  });
});

describe('listening', () => {
  it('at every address answers each of them, and the names of this machine', async () => {
    const everywhere = await start({ host: '0.0.0.0' });
    onTestFinished(() => everywhere.close(0));
    const { port } = new URL(everywhere.url);
    expect(everywhere.address).toBe('0.0.0.0');
    expect(everywhere.url).toBe(`http://127.0.0.1:${port}`);
    for (const url of everywhere.urlsForOthers) {
      const own = [`GET / HTTP/1.1`, `Host: ${new URL(url).host}`, 'Connection: close'];
      expect((await raw(url, own)).status).toBe(200);
      const foreign = await raw(url, ['GET / HTTP/1.1', 'Host: colleague', 'Connection: close']);
      expect(foreign.status).toBe(403);
      expect(foreign.body).toContain(`call it ${new URL(url).hostname}, or start it with --allow-host colleague`);
    }
    const ask = async (host: string) =>
      (await raw(`http://127.0.0.1:${port}`, ['GET / HTTP/1.1', `Host: ${host}:${port}`, 'Connection: close'])).status;
    expect([await ask('localhost'), await ask('127.0.0.1'), await ask('attacker.example')]).toEqual([200, 200, 403]);
    const second = await raw(`http://127.0.0.2:${port}`, [
      'GET / HTTP/1.1',
      `Host: 127.0.0.2:${port}`,
      'Connection: close',
    ]);
    expect(second.status).toBe(200);
  });

  it('at a name answers that name', async () => {
    const named = await start({ host: 'localhost' });
    onTestFinished(() => named.close(0));
    const { port } = new URL(named.url);
    expect((await raw(named.url, ['GET / HTTP/1.1', `Host: localhost:${port}`, 'Connection: close'])).status).toBe(200);
  });

  it.each(['', ' '])('at "%s" is refused, for that would be everywhere', async (host) => {
    await expect(start({ host })).rejects.toMatchObject({ code: 'invalid-argument', field: 'host' });
  });

  it.each(['http://papers.example', 'papers example', '', 'papers.example/akin', '*', '*.papers.example'])(
    'with --allow-host "%s" is refused',
    async (name) => {
      const error = await start({ allowHosts: [name] }).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(AkinError);
      expect(error).toMatchObject({ code: 'invalid-argument', field: 'allow-host', exitCode: 2 });
    },
  );
});

describe('a page', () => {
  const NAVIGATION = { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };

  it.each<[string, string, Record<string, string>]>([
    ['a program', 'GET', {}],
    ['a program', 'POST', {}],
    ["akin's own page", 'GET', { 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Mode': 'cors' }],
    ["akin's own page", 'POST', { Origin: 'http://localhost:PORT', 'Sec-Fetch-Site': 'same-origin' }],
    ["akin's page behind a proxy", 'POST', { Origin: 'https://papers.example', 'Sec-Fetch-Site': 'same-origin' }],
    ['an address that was typed', 'GET', { ...NAVIGATION, 'Sec-Fetch-Site': 'none' }],
    ['a link on another page', 'GET', { ...NAVIGATION, 'Sec-Fetch-Site': 'cross-site' }],
    ['a link behind a form', 'GET', { ...NAVIGATION, 'Sec-Fetch-Site': 'cross-site', Origin: 'null' }],
  ])('that is %s may %s', async (_, method, headers) => {
    expect((await ask(method, headers)).status).toBe(200);
  });

  it.each<[string, string, Record<string, string>]>([
    ['asks with its Origin', 'GET', { Origin: 'http://attacker.example' }],
    ['asks with its Origin', 'GET', { Origin: 'http://attacker.example', 'Sec-Fetch-Mode': 'cors' }],
    ['asks without an Origin', 'GET', { Origin: 'null' }],
    ['asks from another port', 'GET', { Origin: 'http://localhost:1' }],
    ['asks from a port that is not said', 'GET', { Origin: 'http://localhost' }],
    ['asks from a name that begins like ours', 'GET', { Origin: 'http://localhost:PORT.attacker.example' }],
    ['asks from an address that is none', 'GET', { Origin: 'localhost:PORT' }],
    ['asks from an extension', 'GET', { Origin: 'chrome-extension://abcdefgh' }],
    ['asks from two places', 'GET', { Origin: 'http://localhost:PORT, http://attacker.example' }],
    [
      'says that it is ours and where it is not',
      'GET',
      { Origin: 'http://a.example', 'Sec-Fetch-Site': 'same-origin' },
    ],
    ['shows it as a picture', 'GET', { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors' }],
    ['shows it as a picture, on another port', 'GET', { 'Sec-Fetch-Site': 'same-site', 'Sec-Fetch-Mode': 'no-cors' }],
    ['shows it in a frame', 'GET', { ...NAVIGATION, 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Dest': 'iframe' }],
    ['sends a form', 'POST', { ...NAVIGATION, Origin: 'http://attacker.example', 'Sec-Fetch-Site': 'cross-site' }],
    ['sends a form', 'POST', { 'Content-Type': 'text/plain', Origin: 'http://attacker.example' }],
    ['sends a form without an Origin', 'POST', { 'Content-Type': 'text/plain', Origin: 'null' }],
    ['sends a form without any Origin', 'POST', { ...NAVIGATION, 'Sec-Fetch-Site': 'cross-site' }],
    ['asks whether it may', 'OPTIONS', { Origin: 'http://a.example', 'Access-Control-Request-Method': 'POST' }],
    ['asks for the head', 'HEAD', { Origin: 'http://attacker.example' }],
    ['removes', 'DELETE', { Origin: 'http://attacker.example' }],
  ])('that %s (%s) is refused', async (_, method, headers) => {
    expect(await refusal({ Host: `localhost:${port}`, ...headers }, method)).toBe(403);
  });
});

it('pages of an origin that may use the API use that of every library, and nothing beside it', async () => {
  const Origin = 'https://papers.example';
  const open = await start({ allowOrigins: [Origin] });
  onTestFinished(() => open.close(0));
  const { host } = new URL(open.url);
  const statusAt = async (path: string) => {
    const lines = Object.entries({ Host: host, Connection: 'close', Origin }).map((each) => each.join(': '));
    return (await raw(open.url, [`POST ${path} HTTP/1.1`, ...lines])).status;
  };
  for (const path of ['/v1/search', '/v1/libraries/birds/search', '/v1/libraries/v1.x/papers/mcp'])
    expect([path, await statusAt(path)]).toEqual([path, 404]); // They have come to the app, which has nothing there.
  for (const path of ['/mcp', '/v1/libraries/birds/mcp', '/v1/libraries/birds/terminal', '/libraries/birds/'])
    expect([path, await statusAt(path)]).toEqual([path, 403]);
});

async function start(options: Partial<ListenOptions>): Promise<RunningServer> {
  const app = new Hono().all('/', (c) => c.text('the library'));
  return listen(app, { host: '127.0.0.1', port: 0, ...options });
}

function get(headers: Record<string, string>) {
  return ask('GET', headers);
}

function ask(method: string, headers: Record<string, string>) {
  const all = { Host: 'localhost:PORT', Connection: 'close', ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value.replaceAll('PORT', port)}`);
  return raw(server.url, [`${method} / HTTP/1.1`, ...lines]);
}

/** The status of a refusal, which is a problem and says nothing else. */
async function refusal(headers: Record<string, string>, method = 'GET'): Promise<number> {
  const { status, headers: answered, body } = await ask(method, headers);
  expect(answered.get('content-type')).toBe('application/problem+json');
  expect(answered.get('access-control-allow-origin')).toBeUndefined();
  expect(body).not.toContain('the library');
  if (method !== 'HEAD') expect(JSON.parse(body)).toMatchObject({ type: 'about:blank', status });
  return status;
}
