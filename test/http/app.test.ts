/** The HTTP door, asked without a socket: what it answers, what it refuses, and whether /openapi.json tells all of it. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { AkinError, type ErrorCode } from '../../src/errors.ts';
import { createApp } from '../../src/http/app.ts';
import { configurationOf } from '../../src/session/configuration.ts';
import { Session } from '../../src/session/session.ts';
import { akin, sampleCopy } from '../akin.ts';
import { installTiny } from '../embedding/tiny-cross-encoder.ts';

/** Ids as sources really write them, and worse. */
const ODD_IDS = [
  '17',
  'lab/notes/2024',
  'lab notes #3?',
  'series/similar',
  'series',
  '100%',
  'a%2Fb',
  'a/b',
  'Grüße/ü',
];
const ATTENTION = 'arxiv:1706.03762';
const TURING = 'doi:10.1112/plms/s2-42.1.230';
const SILENT = pino({ level: 'silent' });
const JSON_BODY = { 'Content-Type': 'application/json' };

const folder = sampleCopy(afterAll);
let session: Session;
let app: ReturnType<typeof createApp>;
let documentation: Documentation;

beforeAll(async () => {
  const records = ODD_IDS.map((id) => ({
    id,
    title: `How the record number ${id} was named`,
    abstract: 'A note on names.',
  }));
  const file = path.join(folder, 'odd.jsonl');
  writeFileSync(file, records.map((record) => JSON.stringify(record)).join('\n'));
  expect((await akin(['add', file, '--index', folder])).code).toBe(0);
  // The folder holds a cross-encoder as well.
  const configuration = configurationOf({ AKIN_MODELS: folder });
  session = new Session({ address: folder, configuration, threads: 1, crossEncoder: await installTiny(folder) });
  await session.ready();
  app = createApp({ session, log: SILENT });
  documentation = (await (await app.request('/openapi.json')).json()) as Documentation;
  return () => session.close();
});

describe('answers', () => {
  it('finds papers by meaning and says how near and why', async () => {
    const { hits, mode, library } = await ok('/v1/search?q=a+machine+that+can+compute+any+number&limit=3');
    expect(mode).toBe('hybrid');
    expect(library).toEqual({ papers: 120 + ODD_IDS.length, embedded: 120 + ODD_IDS.length });
    expect(hits).toHaveLength(3);
    const [first, ...others] = hits;
    expect(first).toMatchObject({
      id: TURING,
      year: 1937,
      ids: { doi: '10.1112/plms/s2-42.1.230' },
      ranks: { dense: 1, lexical: 1 },
    });
    expect(first!.score).toBe(1);
    expect(first!.similarity).toBeGreaterThan(0.4);
    for (const { score, similarity } of others) {
      expect(score).toBeLessThan(1);
      expect(similarity).toBeLessThan(first!.similarity);
    }
  });

  it('ranks by cosine in dense mode and by BM25 in lexical mode', async () => {
    const dense = (await ok('/v1/search?q=neural+networks&mode=dense')).hits;
    expect(dense.map(({ ranks }) => ranks.dense)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    for (const { score, similarity, ranks } of dense) expect([score, null]).toEqual([similarity, ranks.lexical]);

    const lexical = (await ok('/v1/search?q=neural+networks&mode=lexical&limit=5')).hits;
    expect(lexical.map(({ ranks }) => ranks.lexical)).toEqual([1, 2, 3, 4, 5]);
    for (const { similarity, ranks } of lexical) expect([typeof similarity, ranks.dense]).toEqual(['number', null]);
  });

  it('gives no hit, not an error, for words that are in no paper', async () => {
    expect((await ok('/v1/search?q=qqxyzzy&mode=lexical')).hits).toEqual([]);
  });

  it('gives as many hits as the limit says, from 1 to 100', async () => {
    expect((await ok('/v1/search?q=theory&limit=1&cutoff=0')).hits).toHaveLength(1);
    expect((await ok('/v1/search?q=theory&limit=100&cutoff=0')).hits).toHaveLength(100);
  });

  it('takes a query of ten thousand characters', async () => {
    expect((await ok(`/v1/search?q=${'galaxy '.repeat(1428)}gala&cutoff=0`)).hits).toHaveLength(10);
  });

  it('leaves a paper out of the papers similar to it', async () => {
    const { hits } = await ok(`/v1/papers/${ATTENTION}/similar?limit=100`);
    expect(hits).toHaveLength(100);
    expect(hits.map(({ id }) => id)).not.toContain(ATTENTION);
    expect(hits[0]!.similarity).toBeGreaterThan(hits[99]!.similarity);
  });

  it('says that it is alive, and able, and how much of the library is embedded', async () => {
    expect(await ok('/healthz')).toEqual({ status: 'ok' });
    expect(await ok('/readyz')).toMatchObject({
      ready: true,
      library: { papers: 129, embedded: 129 },
      embedder: { alive: 1, threads: 1 },
    });
  });

  it('re-ranks for as long as it is told to, and says of each hit what it had from that', async () => {
    const plain = await ok('/v1/search?q=the+theory+of+machines&explain=fast');
    for (const { rerank, explanation } of plain.hits)
      expect([rerank, explanation!.rerank]).toEqual([undefined, undefined]);
    const { hits: explained } = await ok('/v1/search?q=the+theory+of+machines&rerank=30000&explain=fast');
    expect(explained.map(({ explanation }) => explanation!.rerank!.logit)).toEqual(
      explained.map(({ rerank }) => rerank),
    );
    const scores = explained.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    const { hits } = await ok('/v1/search?q=the+theory+of+machines&rerank=30000');
    const asked = { query: 'the theory of machines', rerank: 30_000 };
    const answer = await app.request('/v1/search', { method: 'POST', body: JSON.stringify(asked), headers: JSON_BODY });
    expect(((await answer.json()) as Answer).hits).toEqual(hits);
    expect(answer.headers.get('Server-Timing')).toMatch(/\brerank;dur=\d/);
  });

  it('shows on the page what was re-ranked, where the server was told to', async () => {
    const page = async (asked: typeof app) => (await asked.request('/?q=the+theory+of+machines')).text();
    expect(await page(app)).not.toContain('before re-ranking');
    expect(await page(createApp({ session, log: SILENT, page: { rerank: 30_000 } }))).toContain(
      '1st before re-ranking',
    );
  });

  it('answers HEAD like GET, without a body', async () => {
    const answer = await app.request('/v1/search?q=galaxies', { method: 'HEAD' });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
  });
});

describe('ids in the path', () => {
  it.each(ODD_IDS)('finds %s when it is percent-encoded, and what is similar to it', async (id) => {
    const encoded = encodeURIComponent(id);
    expect((await ok(`/v1/papers/${encoded}`)).id).toBe(id);
    expect(await ok(`/v1/papers/${encoded}`)).toMatchObject({ versions: [] });
    const { hits } = await ok(`/v1/papers/${encoded}/similar?limit=100`);
    expect(hits.map((hit) => hit.id)).not.toContain(id);
    expect(hits.map((hit) => hit.id)).toContain(ODD_IDS.find((other) => other !== id));
  });

  it.each(['17', 'lab/notes/2024', 'a/b', 'Grüße/ü'])('finds %s as it is', async (id) => {
    expect((await ok(`/v1/papers/${id}`)).id).toBe(id);
    expect((await ok(`/v1/papers/${id}/similar`)).hits).toHaveLength(10);
  });

  it('tells an id that ends in /similar from the question what is similar', async () => {
    expect((await ok('/v1/papers/series%2Fsimilar')).id).toBe('series/similar');
    expect((await ok('/v1/papers/series/similar')).hits).toHaveLength(10);
    const { hits } = await ok('/v1/papers/series%2Fsimilar/similar?limit=100');
    expect(hits.map(({ id }) => id)).toContain('series');
    expect(hits.map(({ id }) => id)).not.toContain('series/similar');
  });

  it.each([
    [TURING, TURING],
    ['DOI:10.1112/PLMS/s2-42.1.230', TURING],
    ['10.1112/plms/s2-42.1.230', TURING],
    ['https://doi.org/10.1112/plms/s2-42.1.230', TURING],
    ['https%3A%2F%2Fdoi.org%2F10.1112%2Fplms%2Fs2-42.1.230', TURING],
    [ATTENTION, ATTENTION],
    ['arXiv:1706.03762v5', ATTENTION],
    ['https://arxiv.org/abs/1706.03762', ATTENTION],
    ['https://arxiv.org/pdf/1706.03762v7.pdf', ATTENTION],
  ])('knows %s as %s', async (written, id) => {
    expect((await ok(`/v1/papers/${written}`)).id).toBe(id);
    expect((await ok(`/v1/papers/${written}/similar?limit=2`)).hits).toHaveLength(2);
  });
});

describe('refusals', () => {
  it.each([
    ['/v1/search', 400, 'invalid-argument', 'q'],
    ['/v1/search?q=', 400, 'invalid-argument', 'q'],
    ['/v1/search?q=%20%09', 400, 'invalid-argument', 'q'],
    [`/v1/search?q=${'a'.repeat(10_001)}`, 400, 'invalid-argument', 'q'],
    ['/v1/search?q=a&q=b', 400, 'invalid-argument', 'q'],
    ['/v1/search?q=a&limit=0', 400, 'invalid-argument', 'limit'],
    ['/v1/search?q=a&limit=101', 400, 'invalid-argument', 'limit'],
    ['/v1/search?q=a&limit=abc', 400, 'invalid-argument', 'limit'],
    ['/v1/search?q=a&limit=2.5', 400, 'invalid-argument', 'limit'],
    ['/v1/search?q=a&limit=', 400, 'invalid-argument', 'limit'],
    ['/v1/search?q=a&limit=0x10', 400, 'invalid-argument', 'limit'],
    ['/v1/search?q=a&limit=1e1', 400, 'invalid-argument', 'limit'],
    ['/v1/search?q=a&limit=%201', 400, 'invalid-argument', 'limit'],
    ['/v1/search?q=a&limit=%2B1', 400, 'invalid-argument', 'limit'],
    ['/v1/search?q=a&limit=1%00', 400, 'invalid-argument', 'limit'],
    ['/v1/search?q=a&limit=١', 400, 'invalid-argument', 'limit'],
    ['/v1/search?q=a&limit=-0', 400, 'invalid-argument', 'limit'],
    ['/v1/search?q=a&limit', 400, 'invalid-argument', 'limit'],
    ['/v1/search?q=a&diversity=', 400, 'invalid-argument', 'diversity'],
    ['/v1/search?q=a&diversity=0x1', 400, 'invalid-argument', 'diversity'],
    ['/v1/search?q=a&diversity=1.1', 400, 'invalid-argument', 'diversity'],
    ['/v1/search?q=a&diversity=0,5', 400, 'invalid-argument', 'diversity'],
    ['/v1/search?q=a&cutoff=', 400, 'invalid-argument', 'cutoff'],
    ['/v1/search?q=a&cutoff=Infinity', 400, 'invalid-argument', 'cutoff'],
    ['/v1/search?q=a&cutoff=1e3', 400, 'invalid-argument', 'cutoff'],
    ['/v1/search?q=a&cutoff=1e1', 400, 'invalid-argument', 'cutoff'],
    ['/v1/search?q=a&diversity=1e-1', 400, 'invalid-argument', 'diversity'],
    ['/v1/search?q=a&rerank=1e1', 400, 'invalid-argument', 'rerank'],
    ['/v1/search?q=a&year=soon', 400, 'invalid-argument', 'year'],
    ['/v1/search?q=auther:bengio', 400, 'invalid-argument', 'q'],
    ['/v1/search?q=a&facets=', 400, 'invalid-argument', 'facets'],
    ['/v1/search?q=a&facets=yes', 400, 'invalid-argument', 'facets'],
    ['/v1/search?q=a&cursor=', 400, 'invalid-argument', 'cursor'],
    ['/v1/search?q=a&cursor=é', 400, 'invalid-argument', 'cursor'],
    ['/v1/search?q=a&rerank=', 400, 'invalid-argument', 'rerank'],
    ['/v1/search?q=%00', 400, 'invalid-argument', 'q'],
    ['/v1/search?q', 400, 'invalid-argument', 'q'],
    ['/v1/search?q=a&mode=fuzzy', 400, 'invalid-argument', 'mode'],
    ['/v1/search?q=a&lang=en', 400, 'invalid-argument', 'lang'],
    [`/v1/papers/${TURING}/similar?rerank=100`, 400, 'invalid-argument', 'rerank'],
    ['/v1/search?q=a&rerank=-1', 400, 'invalid-argument', 'rerank'],
    ['/v1/search?q=a&rerank=60001', 400, 'invalid-argument', 'rerank'],
    ['/v1/search?q=a&rerank=yes', 400, 'invalid-argument', 'rerank'],
    ['/v1/search?q=a&rerank=100&diversity=0.5', 400, 'invalid-argument', 'rerank'],
    ['/v1/papers/17/similar?limit=101', 400, 'invalid-argument', 'limit'],
    ['/v1/papers/17/similar?limit=1&limit=2', 400, 'invalid-argument', 'limit'],
    ['/v1/papers/17/similar?mode=sparse', 400, 'invalid-argument', 'mode'],
    ['/v1/papers/17?fields=title', 400, 'invalid-argument', 'fields'],
    ['/v1/papers/nobody', 404, 'not-found', 'id'],
    ['/v1/papers/arxiv:0000.00000', 404, 'not-found', 'id'],
    ['/v1/papers/100%25%', 404, 'not-found', 'id'],
    ['/v1/papers/nobody/similar', 404, 'not-found', 'id'],
    ['/v1/papers//similar', 404, 'not-found', 'id'],
    ['/v1/papers/', 404, 'not-found', undefined],
    ['/v1/nothing', 404, 'not-found', undefined],
    ['/V1/SEARCH?q=a', 404, 'not-found', undefined],
    ['/../../etc/passwd', 404, 'not-found', undefined],
  ])('answers %s with %i, %s, field %s', async (address, status, code, field) => {
    const problem = await refusal(await ask(address), status);
    expect(problem).toMatchObject({ code, ...(field === undefined ? {} : { field }) });
    expect(problem.field).toBe(field);
    expect(problem.detail).not.toMatch(/undefined|NaN|\[object/);
  });

  it.each([
    [{}, '/query'],
    [{ query: '' }, '/query'],
    [{ texts: [] }, '/query'],
    [{ unlike: [TURING] }, '/query'],
    [{ texts: [' '] }, '/texts/0'],
    [{ like: ['x'], limit: '3' }, '/limit'],
    [{ query: 'a', limit: null }, '/limit'],
    [{ query: 'a', limit: true }, '/limit'],
    [{ query: 'a', limit: 1.5 }, '/limit'],
    [{ query: 'a', facets: 'true' }, '/facets'],
    [{ query: 'a', cursor: 'a b' }, '/cursor'],
    [{ query: 'a', colour: 'red' }, '/colour'],
    [{ query: 'a', filter: { author: '-' } }, '/filter/author'],
    [{ query: 'a', filter: { author: 'turing', year: { from: 1 } } }, '/filter'],
    [{ query: 'a', filter: [] }, '/filter'],
    [{ query: 'a', filter: { all: [{ year: { since: 1 } }] } }, '/filter/all/0/year/since'],
    [{ query: 'a', 'a/b~': 1 }, '/a~1b~0'],
    [[], undefined],
    ['a', undefined],
    [null, undefined],
  ])('answers POST /v1/search %j with 400, field %s', async (body, field) => {
    const answer = await app.request('/v1/search', { method: 'POST', body: JSON.stringify(body), headers: JSON_BODY });
    const problem = await refusal(answer, 400);
    expect(problem).toMatchObject({ code: 'invalid-argument' });
    expect(problem.field).toBe(field);
    expect(problem.detail).not.toMatch(/Invalid|Too (?:big|small)|received|undefined|\[object/);
    expect(problem.hint ?? '').not.toBe('');
    const { post } = documentation.paths['/v1/search']!;
    const { schema } = post!.requestBody!.content['application/json']!;
    expect(isValid(schema, body), 'the document says that it is good').toBe(false);
  });

  it('asks for the question that belongs to a cursor', async () => {
    const answer = await app.request('/v1/search?cursor=abc');
    expect(await answer.json()).toMatchObject({
      ...{ status: 400, code: 'invalid-argument', field: 'q' },
      detail: 'q: a cursor goes on with a question, and is asked together with it',
      hint: expect.stringContaining('add the cursor') as string,
    });
  });

  it('knows numbers as people write them', async () => {
    for (const diversity of ['0', '1', '.5', '0.5', '1.', '0.0000001', '00.5'])
      expect((await ok(`/v1/search?q=machines&diversity=${diversity}&limit=03`)).hits).toHaveLength(3);
  });

  it('knows a question of any part that asks for something', async () => {
    for (const body of [
      { query: 'machines' },
      { query: '', like: [TURING], unlike: [], texts: [] },
      { texts: ['machines'], unlikeTexts: ['galaxies'], unlikeAbove: -1 },
      { filter: { all: [{ year: { to: 1990 } }, { not: { phrase: 'galaxies' } }] } },
      { query: 'machines', rerank: 0, diversity: 0.5 },
    ]) {
      const answer = await app.request('/v1/search', {
        method: 'POST',
        body: JSON.stringify(body),
        headers: JSON_BODY,
      });
      expect(answer.status).toBe(200);
      const { schema } = documentation.paths['/v1/search']!.post!.requestBody!.content['application/json']!;
      expect(isValid(schema, body), JSON.stringify(body)).toBe(true);
    }
  });

  it.each([
    [{ query: 'auther:bengio' }, '/query', /there is no field "auther"/],
    [{ query: 'a', year: '2022..2019' }, '/year', /"2022\.\.2019" is no year and no range/],
    [{ query: 'a', limit: 1000 }, '/limit', /^\/limit: expected at most 100, found 1000$/],
    [{ query: 'a', mode: 'fuzzy' }, '/mode', /^\/mode: expected hybrid or dense or lexical, found "fuzzy"$/],
    [{ query: 'a', diversity: '1e999' }, '/diversity', /found Infinity$/],
    [{ query: 7 }, '/query', /^\/query: expected a text, found 7$/],
    [{ texts: ['a', 'b'.repeat(10_001)] }, '/texts/1', /^\/texts\/1: expected at most 10000 characters, found/],
    [{ like: ['nobody'] }, '/like', /"nobody"/],
  ])('names the field of POST /v1/search %j as it was written, %s', async (body, field, detail) => {
    const written = JSON.stringify(body).replace('"1e999"', '1e999');
    const answer = await app.request('/v1/search', { method: 'POST', body: written, headers: JSON_BODY });
    const problem = (await answer.json()) as Record<string, string>;
    expect(problem.field).toBe(field);
    expect(problem.detail).toMatch(detail);
    expect(problem.hint ?? '').not.toBe('');
  });

  it('takes the years of an address, a body and the query language by one rule', async () => {
    const idsOf = (answer: { hits: { id: string }[] }) => answer.hits.map(({ id }) => id).sort();
    const years = '1936..1937,2017';
    const asked = idsOf(await ok(`/v1/search?q=machines&limit=100&cutoff=0&year=${years}`));
    expect(asked.length).toBeGreaterThan(1);
    expect(idsOf(await ok(`/v1/search?q=machines+year:${years}&limit=100&cutoff=0`))).toEqual(asked);
    const body = JSON.stringify({ query: 'machines', limit: 100, cutoff: 0, year: years });
    const answer = await app.request('/v1/search', { method: 'POST', body, headers: JSON_BODY });
    expect(idsOf((await answer.json()) as { hits: { id: string }[] })).toEqual(asked);
  });

  it('takes any text for text', async () => {
    for (const q of ['%FF', '100%', '\u{1f600}', 'a\0b', '%ED%A0%80', '\ufffd', '{"a": 1}', "'; DROP TABLE papers; --"])
      await ok(`/v1/search?q=${q.startsWith('%') || q.endsWith('%') ? q : encodeURIComponent(q)}&cutoff=0`);
    for (const query of ['\ud800', 'a\0b', '\udc00\ud800 machines']) {
      const body = JSON.stringify({ query, texts: [query], filter: { not: { phrase: `a${query}` } }, cutoff: 0 });
      const answer = await app.request('/v1/search', { method: 'POST', body, headers: JSON_BODY });
      expect(answer.status).toBe(200);
    }
  });

  it.each([
    ['PUT', '/v1/search?q=a', 'GET, HEAD, POST'],
    ['OPTIONS', '/v1/search', 'GET, HEAD, POST'],
    ['REPORT', '/v1/search', 'GET, HEAD, POST'],
    ['PROPFIND', '/v1/related', 'POST'],
    ['POST', '/v1/papers/17', 'GET, HEAD, PUT, PATCH, DELETE'],
    ['PUT', '/v1/papers/lab/notes/2024/similar', 'GET, HEAD'],
    ['POST', '/healthz', 'GET, HEAD'],
    ['PATCH', '/', 'GET, HEAD'],
  ])('answers %s %s with 405 and the methods there are', async (method, address, methods) => {
    const answer = await app.request(address, { method });
    expect(answer.headers.get('Allow')).toBe(methods);
    expect(await refusal(answer, 405)).toMatchObject({ code: 'method-not-allowed' });
  });

  it('answers a wrong method at an unknown address with 404', async () => {
    expect(await refusal(await app.request('/nothing', { method: 'POST' }), 404)).toMatchObject({ code: 'not-found' });
  });

  it('tells the log, and nobody else, how it failed', async () => {
    const failing = Object.create(session, { ask: { value: () => Promise.reject(new Error('a bug')) } }) as Session;
    const logged: string[] = [];
    const broken = createApp({
      session: failing,
      log: pino({}, { write: (line: string) => void logged.push(line) }),
    });
    const answer = await broken.request('/v1/search?q=machines');
    expect(await refusal(answer, 500)).toEqual({
      type: 'about:blank',
      title: 'Internal Server Error',
      status: 500,
      code: 'internal-error',
      detail: 'akin failed to answer; the log of the server says why',
    });
    expect(logged).toHaveLength(1);
    expect(JSON.parse(logged[0]!)).toMatchObject({
      level: 50,
      path: '/v1/search',
      err: { stack: expect.stringContaining('app.test.ts') as string },
    });
  });

  it('names the cross-encoder that is missing', async () => {
    const without = new Session({ address: folder, configuration: configurationOf({}), threads: 1 });
    onTestFinished(() => without.close());
    const answer = await createApp({ session: without, log: SILENT }).request('/v1/search?q=machines&rerank=100');
    expect(answer.headers.get('Retry-After')).toBeNull(); // It won't come by itself.
    expect(await refusal(answer, 503)).toMatchObject({
      code: 'model-missing',
      hint: expect.stringContaining('npm run fetch-model -- ms-marco-MiniLM-L-6-v2') as string,
    });
  });

  it('names no place of its machine, in an error or on the page, but in its log', async () => {
    const logged: string[] = [];
    const log = pino({}, { write: (line: string) => void logged.push(line) });
    const faults: [ErrorCode, string, number][] = [
      ['model-missing', `${folder}/model.onnx is missing`, 503],
      ['model-damaged', `${folder}/model.onnx has SHA-256 0, expected 1`, 503],
      ['library-damaged', `${folder}/library.sqlite can't be read`, 503],
      ['embedding-failed', `the model could not run: ${folder}/model.onnx`, 500],
    ];
    for (const [code, message, status] of faults) {
      logged.length = 0;
      const fault = new AkinError(code, message, { hint: `npm run fetch-model -- NAME --into "${folder}"` });
      const fails = { value: () => Promise.reject(fault) };
      const failing = Object.create(session, {
        ask: fails,
        similar: fails,
        wholePapers: { value: () => Promise.resolve([]) },
      }) as Session;
      const broken = createApp({ session: failing, log });
      for (const address of ['/v1/search?q=machines', `/v1/papers/${TURING}/similar`, '/?q=a']) {
        const answer = await broken.request(address);
        expect(answer.status).toBe(status);
        const said = await answer.text();
        expect(said).not.toContain(folder);
        expect(said).not.toContain('library.sqlite');
        expect(said).toMatch(/the log of the server says more/i);
      }
      expect(logged).toHaveLength(3);
      for (const line of logged) expect(line).toContain(message);
    }
  });

  it('asks to come back later when too many queries wait', async () => {
    const asked = Array.from({ length: 200 }, async (_, i) => app.request(`/v1/search?q=question+number+${i}`));
    const answers = await Promise.all(asked);
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(answers.length - 4);
    for (const each of refused) {
      expect(each.headers.get('Retry-After')).toBe('1');
      expect(await refusal(each, 503)).toMatchObject({ code: 'overloaded' });
    }
    expect((await app.request('/v1/search?q=afterwards')).status).toBe(200);
  });
});

describe('headers', () => {
  it.each([
    '/',
    '/?q=galaxies',
    '/?like=nobody',
    '/page.js',
    '/page.css',
    '/v1/search?q=galaxies',
    '/v1/search',
    '/healthz',
    '/nothing',
  ])('guard %s, and never ask for https', async (address) => {
    const { headers } = await app.request(address);
    expect(headers.get('Strict-Transport-Security')).toBeNull();
    expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
    const policy = headers.get('Content-Security-Policy');
    expect(policy).toMatch(/^default-src 'none'; /);
    expect(policy).not.toMatch(/unsafe|\*|https?:|data:/);
  });
});

describe('/openapi.json', () => {
  it('documents every route of the API, and no other', () => {
    const routes = app.routes
      .filter(({ method, path }) => /^(?:GET|POST)$/.test(method) && /^\/(v1|healthz|readyz)/.test(path))
      .map(({ path }) => path.replace(/:(\w+)/g, '{$1}'));
    expect(new Set(Object.keys(documentation.paths))).toEqual(new Set(routes));
  });

  it('says of every answer and parameter what it is', () => {
    for (const { get, post } of Object.values(documentation.paths)) {
      const { summary, parameters } = (get ?? post)!;
      expect(summary).not.toBe('');
      for (const parameter of parameters ?? []) expect(parameter.description, parameter.name).toBeTypeOf('string');
    }
  });
});

interface Hit {
  id: string;
  score: number;
  similarity: number;
  ranks: { dense: number | null; lexical: number | null };
  rerank?: number | null;
  explanation?: { rerank?: { logit: number; before: number } };
}

interface Documentation {
  components: { schemas: Record<string, unknown> };
  paths: Record<
    string,
    {
      get?: Operation;
      post?: Operation;
    }
  >;
}

interface Operation {
  summary: string;
  requestBody?: { content: Record<string, { schema: unknown }> };
  parameters?: { name: string; description: string }[];
  responses: Record<string, { content: Record<string, { schema: unknown }> }>;
}

/** Asks, and holds the answer against what /openapi.json says of it. */
async function ask(address: string): Promise<Response> {
  const answer = await app.request(address);
  const asked = new URL(address, 'http://localhost').pathname;
  const route = Object.keys(documentation.paths)
    .sort((a, b) => b.length - a.length)
    .find((each) => new RegExp(`^${each.replace('{id}', '.*')}$`).test(asked));
  if (route === undefined) return answer;
  const documented = documentation.paths[route]!.get!.responses[answer.status];
  expect(documented, `${route} answers ${answer.status}, which is not documented`).toBeDefined();
  const [[contentType, { schema }]] = Object.entries(documented!.content) as [[string, { schema: unknown }]];
  expect(answer.headers.get('Content-Type')).toBe(contentType);
  const form = z.fromJSONSchema(closed(schema) as z.core.JSONSchema.JSONSchema);
  expect(form.safeParse(await answer.clone().json()).error).toBeUndefined();
  return answer;
}

/** Whether a value is what the document says of a body. */
function isValid(schema: unknown, value: unknown): boolean {
  const whole = { ...(schema as object), components: documentation.components };
  return new Ajv2020({ strict: false }).validate(whole, value);
}

/** A schema with its references filled in, and no room for a field that it does not name. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (schema === null || typeof schema !== 'object') return schema;
  const { $ref } = schema as { $ref?: string };
  if ($ref !== undefined) return closed(documentation.components.schemas[$ref.replace('#/components/schemas/', '')]);
  const parts = Object.fromEntries(Object.entries(schema).map(([key, part]) => [key, closed(part)]));
  return 'properties' in parts ? { additionalProperties: false, ...parts } : parts;
}

/** What an answer of any route may hold. */
interface Answer {
  id: string;
  hits: Hit[];
  mode: string;
  library: unknown;
}

async function ok(address: string): Promise<Answer> {
  const answer = await ask(address);
  expect(answer.status).toBe(200);
  return (await answer.json()) as Answer;
}

async function refusal(answer: Response, status: number): Promise<Record<string, unknown>> {
  expect(answer.status).toBe(status);
  expect(answer.headers.get('Content-Type')).toBe('application/problem+json');
  const problem = (await answer.json()) as Record<string, unknown>;
  expect(problem).toMatchObject({ type: 'about:blank', status, title: expect.any(String) as string });
  return problem;
}
