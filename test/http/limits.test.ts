/** What is too much is refused before it is read: bodies, JSON, forms, headers, and those who take too long. */
import { readdirSync } from 'node:fs';
import { once } from 'node:events';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Hono } from 'hono';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import type { Gate } from '../../src/http/admission.ts';
import { LIMITS } from '../../src/http/limits.ts';
import { gateOf } from '../../src/http/search.ts';
import { listen, type RunningServer } from '../../src/http/server.ts';
import type { Question } from '../../src/search/question.ts';
import { configurationOf } from '../../src/session/configuration.ts';
import { Session } from '../../src/session/session.ts';
import { sampleCopy } from '../akin.ts';
import { raw } from './raw.ts';

const TEXT = 'A machine with a finite table and an endless tape can compute whatever any procedure computes.';
const JSON_TYPE = 'Content-Type: application/json';
const FORM_TYPE = 'Content-Type: multipart/form-data; boundary=b';
const MEBIBYTE = 1024 * 1024;

let session: Session;
let app: ReturnType<typeof createApp>;
let server: RunningServer;
const folder = sampleCopy(afterAll);
beforeAll(async () => {
  session = new Session({ address: folder, configuration: configurationOf({}), threads: 1 });
  await session.ready();
  app = createApp({ session, log: pino({ level: 'silent' }) });
  server = await listen(app, { host: '127.0.0.1', port: 0, patience: { headersMs: 1000, requestMs: 3000 } });
  return async () => {
    await server.close(0);
    await session.close();
  };
});

/** `POST` over the socket. */
function send(path: string, lines: string[], body?: Iterable<string | Buffer>, pause?: number) {
  return raw(server.url, [`POST ${path} HTTP/1.1`, `Host: ${new URL(server.url).host}`, ...lines], body, pause);
}

function* chunked(bytes: number): Generator<string> {
  const piece = ' '.repeat(64 * 1024);
  for (let sent = 0; sent < bytes; sent += piece.length) yield `10000\r\n${piece}\r\n`;
  yield '0\r\n\r\n';
}

describe('a body', () => {
  it.each([
    ['/v1/search', JSON_TYPE, LIMITS.questionBytes],
    ['/v1/related', JSON_TYPE, LIMITS.draftJsonBytes],
    ['/v1/related', FORM_TYPE, LIMITS.draftBytes],
  ])('for %s (%s) is refused by its length, and in chunks when there is too much of it', async (path, type, most) => {
    const refused = { status: 413, body: expect.stringContaining('"code":"too-large"') as string };
    expect(await send(path, [type, `Content-Length: ${most + 1}`])).toMatchObject(refused); // Nothing of it is sent.
    const counted = counting(chunked(600 * MEBIBYTE));
    expect(await send(path, [type, 'Transfer-Encoding: chunked'], counted)).toMatchObject(refused);
    expect(counted.bytes).toBeLessThan(most + 100 * MEBIBYTE);
  });

  it.each([
    ['too large', 413, ['/v1/search', JSON_TYPE, `Content-Length: ${LIMITS.questionBytes + 1}`]],
    ['of a page of another origin', 403, ['/v1/search', JSON_TYPE, 'Content-Length: 9', 'Origin: http://a.example']],
    ['of a type that is not taken', 415, ['/v1/search', 'Content-Type: text/plain', 'Content-Length: 9']],
    ['for what is not there', 404, ['/v1/nothing', JSON_TYPE, 'Content-Length: 9']],
  ])('%s is refused with %i before it is asked for', async (_, status, [path, ...lines]) => {
    const answer = await send(path!, [...lines, 'Expect: 100-continue']);
    expect(answer.status).toBe(status); // And not 100.
    expect(answer.headers.get('connection')).toBe('close'); // Or what is sent all the same would be the next request.
  });

  it('is asked for where it will be read', async () => {
    const body = JSON.stringify({ query: 'machines' });
    const answer = await send(
      '/v1/search',
      [JSON_TYPE, `Content-Length: ${body.length}`, 'Expect: 100-continue'],
      [body],
    );
    expect(answer.status).toBe(100);
    expect(answer.body).toMatch(/^HTTP\/1\.1 200 OK/);
  });

  it('of a GET is not read', async () => {
    const answer = await raw(server.url, [
      'GET /healthz HTTP/1.1',
      `Host: ${new URL(server.url).host}`,
      `Content-Length: ${600 * MEBIBYTE}`,
    ]);
    expect(answer.status).toBe(200);
  });

  it('that does not come is waited for no longer than a request may take', async () => {
    const answer = await send('/v1/search', [JSON_TYPE, 'Content-Length: 1000'], Array<string>(100).fill(' '), 100);
    expect(answer).toMatchObject({ status: 408, body: expect.stringContaining('"code":"timeout"') as string });
  });

  it.each([
    ['application/json', 1, 'the body is empty'],
    ['application/json; charset=utf-8', 2, 'no JSON'],
    ['APPLICATION/JSON', 3, 'no UTF-8'],
  ])('of type %s that is none is refused', async (type, which, words) => {
    const body = which === 1 ? '' : which === 2 ? '{"query": ' : new Uint8Array([0x22, 0xff, 0x22]);
    for (const path of ['/v1/search', '/v1/related']) {
      const answer = await app.request(path, { method: 'POST', headers: { 'Content-Type': type }, body });
      expect(await problemOf(answer, 400)).toMatchObject({ detail: expect.stringContaining(words) as string });
    }
  });

  it.each([
    [undefined, 'found none'],
    ['application/x-www-form-urlencoded', 'found application/x-www-form-urlencoded'],
    ['text/json', 'found text/json'],
    ['application/jsonl', 'found application/jsonl'],
  ])('of type %s is refused, and told what is taken', async (type, found) => {
    for (const path of ['/v1/search', '/v1/related']) {
      const headers: Record<string, string> = type === undefined ? {} : { 'Content-Type': type };
      const body = new TextEncoder().encode('{"query": "machines"}');
      const answer = await app.request(path, { method: 'POST', headers, body });
      const { detail } = await problemOf(answer, 415);
      expect(detail).toContain('expected a body of Content-Type application/json');
      expect(detail).toContain(found);
    }
  });

  it('that is compressed is refused', async () => {
    const headers = { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' };
    const answer = await app.request('/v1/search', { method: 'POST', headers, body: 'x' });
    expect(await problemOf(answer, 415)).toMatchObject({ field: 'Content-Encoding' });
  });
});

describe('JSON', () => {
  const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
  it.each([
    ['levels', `{"query": "machines", "filter": ${nested(LIMITS.jsonDepth)}}`],
    ['levels that end nowhere', '['.repeat(MEBIBYTE - 1)],
    ['objects', `{"filter": ${'{"not":'.repeat(LIMITS.jsonDepth)}`],
    ['elements', `{"like": [${'"a",'.repeat(LIMITS.jsonSigns / 2)}"a"]}`],
    ['strings without commas', '""'.repeat(LIMITS.jsonSigns + 1)],
    ['brackets behind a quote that is escaped', `{"query": "\\\\", "texts": ${nested(LIMITS.jsonDepth)}}`],
  ])('of too many %s is refused', async (_, body) => {
    expect(await problemOf(await ask(body), 413)).toMatchObject({ code: 'too-large' });
  });

  it('may have any signs inside of its strings', async () => {
    const query = `machines ${'[{,"\\\\'.repeat(1500)}`.slice(0, 9000);
    expect((await ask(JSON.stringify({ query, cutoff: 0 }))).status).toBe(200);
  });

  it('takes the largest question there can be', async () => {
    const { hits } = (await (await app.request('/v1/search?q=machines&limit=50&cutoff=0')).json()) as {
      hits: { id: string }[];
    };
    const ids = hits.map(({ id }) => id);
    const any = Array.from({ length: 60 }, (_, i) => ({ all: [{ phrase: `machine ${i}` }] }));
    const body = { query: 'machines', like: ids.slice(0, 25), unlike: ids.slice(25), filter: { any }, cutoff: 0 };
    expect((await ask(JSON.stringify(body))).status).toBe(200);
  });

  const ask = (body: string) =>
    app.request('/v1/search', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
});

describe('a form', () => {
  const part = (name: string, content: string, filename?: string) =>
    `--b\r\nContent-Disposition: form-data; name="${name}"${filename ? `; filename="${filename}"` : ''}\r\n\r\n${content}\r\n`;
  const draft = part('file', TEXT, 'draft.txt');
  const ask = (body: string, type = 'multipart/form-data; boundary=b') =>
    app.request('/v1/related', { method: 'POST', headers: { 'Content-Type': type }, body });

  it.each([
    ['100,000 parts', Array.from({ length: 100_000 }, (_, i) => part(`p${i}`, 'x')).join(''), 400],
    ['100,000 parts without names', `${'--b\r\n\r\nx\r\n'.repeat(100_000)}--b--\r\n`, 413],
    ['a long field', `${draft}${part('limit', '1'.repeat(LIMITS.formFieldBytes + 1))}--b--\r\n`, 413],
    ['a long header', `--b\r\n${'x'.repeat(10 * MEBIBYTE)}: y\r\n\r\n\r\n--b--\r\n`, 400],
    ['a field there is none of', `${draft}${part('colour', 'red')}--b--\r\n`, 400],
    ['a name of everything', `${draft}${part('__proto__', 'red')}--b--\r\n`, 400],
    ['two files', `${draft}${draft}--b--\r\n`, 400],
    ['a file that is a field', `${part('file', TEXT)}--b--\r\n`, 400],
    ['a field that is a file', `${draft}${part('limit', '3', 'limit.txt')}--b--\r\n`, 400],
    ['a number that is none', `${draft}${part('limit', '0x10')}--b--\r\n`, 400],
    ['no end', draft, 400],
    ['no beginning', 'hello', 400],
    ['nothing', '', 400],
    ['half a header', '--b\r\nContent-Dispo', 400],
    ['half a file', draft.slice(0, -50), 400],
  ])('with %s is refused', async (_, body, status) => {
    const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith('akin-draft-'));
    const before = new Set(left());
    const start = performance.now();
    const problem = await problemOf(await ask(body), status);
    expect(performance.now() - start).toBeLessThan(5000);
    expect(JSON.stringify(problem)).not.toContain(tmpdir());
    expect(left().filter((name) => !before.has(name))).toEqual([]);
  });

  it('without a boundary is refused', async () => {
    expect(await problemOf(await ask(draft, 'multipart/form-data'), 400)).toMatchObject({ code: 'invalid-argument' });
  });

  it('of few parts in any order is taken', async () => {
    expect((await ask(`${part('limit', '3')}${part('year', '')}${draft}--b--\r\n`)).status).toBe(400); // No years.
    expect((await ask(`${part('limit', '3')}${draft}${part('bib', '', 'refs.bib')}--b--\r\nand so on`)).status).toBe(
      200,
    );
  });
});

describe('many at a time', () => {
  it.each([
    ['/v1/related', LIMITS.draftsAtOnce],
    ['/v1/search', LIMITS.bodiesAtOnce],
  ])('%s takes only so many, and the others when these are done', async (path, most) => {
    const held: ReadableStreamDefaultController[] = [];
    const ask = async (body: string | ReadableStream) => {
      const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body, duplex: 'half' };
      return app.request(path, init as RequestInit);
    };
    const waiting = Array.from({ length: most }, async () =>
      ask(new ReadableStream({ start: (controller) => void held.push(controller) })),
    );
    const refused = await ask('{}');
    expect(refused.headers.get('Retry-After')).toBe('1');
    expect(await problemOf(refused, 503)).toMatchObject({ code: 'overloaded' });
    for (const controller of held) controller.close();
    for (const answer of await Promise.all(waiting)) expect(answer.status).toBe(400); // Empty bodies.
    expect((await ask('{}')).status).toBe(400);
  });
});

describe('a connection', () => {
  it('over which requests come without waiting for answers is cut off, and others are answered', async () => {
    let begun = 0;
    const slow = new Hono()
      .get('/', async (c) => {
        begun++;
        await sleep(1000);
        return c.text('answered');
      })
      .get('/other', (c) => c.text('answered'));
    const { url, close } = await listen(slow, { host: '127.0.0.1', port: 0 });
    const { hostname, port, host } = new URL(url);
    /** How many are answered until all are, or until the connection is cut off. */
    const answered = (requests: number) =>
      new Promise<number>((resolve) => {
        const socket = connect(Number(port), hostname).on('error', () => {});
        let read = '';
        const count = () => read.match(/answered/g)?.length ?? 0;
        socket.on('data', (data: Buffer) => {
          read += data.toString();
          if (count() === requests) socket.destroy();
        });
        socket.on('close', () => resolve(count()));
        socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`.repeat(requests));
      });
    expect(await answered(LIMITS.unanswered)).toBe(LIMITS.unanswered);
    expect(begun).toBe(LIMITS.unanswered);
    expect(await answered(LIMITS.unanswered + 1)).toBe(0);
    expect(await (await fetch(`${url}/other`)).text()).toBe('answered');
    await close(0);
  });

  it('at once with more than are looked at is refused with Retry-After, save who asks how the server is', async () => {
    const slow = new Hono().get('*', async (c) => {
      await sleep(300);
      return c.text('answered');
    });
    const { url, close } = await listen(slow, { host: '127.0.0.1', port: 0 });
    const { hostname, port, host } = new URL(url);
    const sockets = await Promise.all(
      Array.from({ length: 100 }, async () => {
        const socket = connect(Number(port), hostname).setEncoding('utf8');
        await once(socket, 'connect');
        return socket;
      }),
    );
    await sleep(300); // Node takes one connection a turn.
    const answers = sockets.map(async (socket) => ((await once(socket, 'data')) as [string])[0]);
    sockets.forEach((socket, i) => {
      socket.write(`GET ${i % 10 === 0 ? '/healthz' : '/'} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    });
    const all = await Promise.all(answers);
    const refused = all.filter((answer) => answer.startsWith('HTTP/1.1 503'));
    // How many come in one turn is not ours to say, but not all of them in several.
    expect(refused.length).toBeGreaterThan(0);
    expect(all.filter((answer) => answer.startsWith('HTTP/1.1 200')).length + refused.length).toBe(100);
    for (const answer of refused) expect(answer).toMatch(/Retry-After: 1\r\n[^]*"code":"overloaded"/);
    all.forEach((answer, i) => i % 10 === 0 && expect(answer).toMatch(/^HTTP\/1\.1 200/));
    for (const socket of sockets) socket.destroy();
    await close(0);
  });

  it('asks no question when those that wait would have to wait too long, and is told so before it is looked at', async () => {
    let [looked, isFull] = [0, true];
    const app = new Hono().all('*', (c) => {
      looked++;
      return c.text('answered');
    });
    const { url, close } = await listen(app, { host: '127.0.0.1', port: 0, isFull: () => isFull });
    const statuses = async () => {
      const addresses = [
        '/v1/search?q=a',
        '/v1/search',
        '/v1/libraries/a/search?q=a',
        '/healthz',
        '/v1/papers',
        '/?q=a',
      ];
      return Promise.all(
        addresses.map(async (address) => {
          const isAsked = address === '/v1/search';
          const answer = await fetch(url + address, isAsked ? { method: 'POST', body: '{"query": "a"}' } : {});
          const text = await answer.text();
          if (answer.status === 503) expect(JSON.parse(text)).toMatchObject({ code: 'overloaded' });
          return answer.status;
        }),
      );
    };
    expect([await statuses(), looked]).toEqual([[503, 503, 503, 200, 200, 200], 3]);
    isFull = false;
    expect([await statuses(), looked]).toEqual([[200, 200, 200, 200, 200, 200], 9]);
    await close(0);
  });

  it('with an expectation that nobody knows is refused, a stranger before others', async () => {
    const { host } = new URL(server.url);
    const known = await raw(server.url, ['GET /healthz HTTP/1.1', `Host: ${host}`, 'Expect: tea']);
    expect([known.status, known.headers.get('content-type')]).toEqual([417, 'application/problem+json']);
    expect(known.body).toContain('tea');
    const stranger = await raw(server.url, ['GET /healthz HTTP/1.1', 'Host: a.example', 'Expect: tea']);
    expect(stranger.status).toBe(403);
  });

  it('whose headers do not come is closed with 408', async () => {
    const answer = await raw(server.url, ['GET / HTTP/1.1'].slice(0, 1), [], 0, false);
    expect(answer).toMatchObject({ status: 408, body: expect.stringContaining('"code":"timeout"') as string });
  });

  it.each([
    ['headers that are too long', ['GET / HTTP/1.1', `X: ${'x'.repeat(LIMITS.headerBytes)}`], 431, 'too-large'],
    ['an address that is too long', [`GET /?q=${'x'.repeat(LIMITS.headerBytes)} HTTP/1.1`], 431, 'too-large'],
    ['no HTTP', ['hello'], 400, 'invalid-argument'],
    ['a method that there is none of', ['FETCH / HTTP/1.1'], 400, 'invalid-argument'],
    ['a version that there is none of', ['GET / HTTP/9.9'], 400, 'invalid-argument'],
    ['a line that is no header', ['GET / HTTP/1.1', 'Host localhost'], 400, 'invalid-argument'],
    ['an address with a blank', ['GET /a b HTTP/1.1'], 400, 'invalid-argument'],
    ['two lengths', ['POST / HTTP/1.1', 'Content-Length: 1', 'Content-Length: 2'], 400, 'invalid-argument'],
    [
      'a length and chunks',
      ['POST / HTTP/1.1', 'Content-Length: 1', 'Transfer-Encoding: chunked'],
      400,
      'invalid-argument',
    ],
  ])('of %s is answered with a problem', async (_, lines, status, code) => {
    const { headers, body, ...answer } = await raw(server.url, lines);
    expect(answer.status).toBe(status);
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(JSON.parse(body)).toMatchObject({ type: 'about:blank', status, code });
  });
});

it.each(['TRACE', 'OPTIONS', 'PUT', 'MKCOL'])('answers %s over the socket with 405', async (method) => {
  const answer = await raw(server.url, [`${method} /v1/search HTTP/1.1`, `Host: ${new URL(server.url).host}`]);
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST']);
});

describe('a question', () => {
  const quick = {} as Gate;
  const thorough = {} as Gate;
  const gate = (question: Question) => (gateOf({ quick, thorough }, question, {}) === quick ? 'quick' : 'thorough');

  it('of many conditions waits with those that take long, wherever they are written', () => {
    const few = Array.from({ length: LIMITS.quickConditions }, (_, i) => `a${i}`);
    const many = [...few, 'one', 'more'];
    const any = (names: string[]) => ({ any: names.map((author) => ({ author })) });
    expect([gate({ query: 'ice', filter: any(few) }), gate({ query: 'ice', filter: any(many) })]).toEqual([
      'quick',
      'thorough',
    ]);
    expect([gate({ query: `author:${few.join()} ice` }), gate({ query: `author:${many.join()} ice` })]).toEqual([
      'quick',
      'thorough',
    ]);
    expect(gate({ query: 'ice', filter: any(many.map(() => 'the same')) })).toBe('quick');
  });

  it('has no phrase that is longer than any title', async () => {
    const body = (words: number) => JSON.stringify({ query: 'ice', filter: { phrase: 'the '.repeat(words) } });
    const asked = (words: number) =>
      app.request('/v1/search', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: body(words) });
    expect([(await asked(64)).status, (await asked(65)).status]).toEqual([200, 400]);
  });
});

it('makes the description of the API once', async () => {
  const time = async (times: number) => {
    const began = performance.now();
    for (let i = 0; i < times; i++) await (await app.request('/openapi.json')).text();
    return performance.now() - began;
  };
  const fresh = createApp({ session, log: pino({ level: 'silent' }) });
  const began = performance.now();
  await (await fresh.request('/openapi.json')).text();
  const first = performance.now() - began;
  await time(20);
  expect(await time(20)).toBeLessThan(10 * first);
});

it('quotes no more of a request than a person reads', async () => {
  const long = 'x'.repeat(100_000);
  for (const path of [`/v1/papers/${long}`, `/v1/search?q=a&${long}=1`, `/v1/search?q=a&limit=${long}`, `/${long}`]) {
    const answer = await app.request(path);
    expect((await answer.text()).length, path.slice(0, 20)).toBeLessThan(3 * LIMITS.problemCharacters);
  }
  const answer = await app.request('/v1/search', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ [long]: 1, query: 'a' }),
  });
  expect((await answer.text()).length).toBeLessThan(3 * LIMITS.problemCharacters);
});

it('goes on answering others while somebody sends too much', async () => {
  const flood = Promise.all(
    Array.from({ length: 4 }, () =>
      send('/v1/search', [JSON_TYPE, 'Transfer-Encoding: chunked'], chunked(50 * MEBIBYTE)),
    ),
  );
  onTestFinished(async () => void (await flood));
  for (let i = 0; i < 5; i++) expect((await fetch(`${server.url}/v1/search?q=machines+${i}`)).status).toBe(200);
});

async function problemOf(answer: Response, status: number): Promise<Record<string, string>> {
  expect([answer.status, answer.headers.get('Content-Type')]).toEqual([status, 'application/problem+json']);
  return (await answer.json()) as Record<string, string>;
}

/** Pieces, and how many bytes of them were taken. */
function counting(pieces: Iterable<string>): Iterable<string> & { bytes: number } {
  const counted = {
    bytes: 0,
    *[Symbol.iterator]() {
      for (const piece of pieces) {
        counted.bytes += piece.length;
        yield piece;
      }
    },
  };
  return counted;
}
