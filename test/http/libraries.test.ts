/** Several libraries behind one door: each answers its own, and what is one's is never taken for another's. */
import { existsSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { createClient } from 'akin/client';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { seeded } from '../../src/evaluation/bootstrap.ts';
import { configurationOf } from '../../src/session/configuration.ts';
import type { Job } from '../../src/session/job.ts';
import { Models } from '../../src/session/models.ts';
import { Session } from '../../src/session/session.ts';
import { inventedPapers } from '../../scripts/interrupted-build.ts';
import { akin, sampleCopy, serving, temporaryFolder } from '../akin.ts';
import { agentOverHttp, textOf } from '../mcp/agent.ts';
import { answer } from './door.ts';

const BIRDS = [
  { id: 'swifts', title: 'How swifts sleep on the wing', authors: ['Bird, Erna'], year: 2016 },
  { id: 'crows/2', title: 'Crows remember faces', authors: ['Bird, Erna'], year: 2011 },
];
const LOG = pino({ level: 'silent' });

/** A library that has nothing in common with the sample. */
async function libraryOfBirds(whenOver?: typeof afterAll): Promise<string> {
  const folder = temporaryFolder(whenOver);
  const { code, stderr } = await akin(['add', '-', '--index', folder], {
    input: BIRDS.map((paper) => `${JSON.stringify(paper)}\n`).join(''),
  });
  expect([code, stderr]).toEqual([0, expect.anything()]);
  return folder;
}

let libraries: Map<string, Session>;
let app: OpenAPIHono;
const door = () => ({ app, session: libraries.get('sample')! });
beforeAll(async () => {
  const configuration = configurationOf({});
  const models = new Models({ modelFolders: [], threads: 1 });
  const open = (address: string) => new Session({ address, configuration, models });
  libraries = new Map([
    ['sample', open(sampleCopy(afterAll))],
    ['birds', open(await libraryOfBirds(afterAll))],
  ]);
  app = createApp({ session: libraries.get('sample')!, libraries, log: LOG });
  return async () => {
    for (const session of libraries.values()) await session.close();
  };
});

const ask = <T = Record<string, unknown>>(address: string, how?: Parameters<typeof answer>[2]) =>
  answer<T>(door(), address, how);
const BIRDS_AT = '/v1/libraries/birds';

describe('each library', () => {
  it('is listed, with what it holds', async () => {
    const { libraries: all } = await ask<{ libraries: object[] }>('/v1/libraries');
    const rest = { ready: true, model: 'all-MiniLM-L6-v2', fingerprint: expect.any(String) as string, problem: null };
    expect(all).toEqual([
      { name: 'sample', default: true, papers: 120, embedded: 120, ...rest },
      { name: 'birds', default: false, papers: 2, embedded: 2, ...rest },
    ]);
    expect(await ask('/v1/libraries/birds')).toEqual(all[1]);
  });

  it('answers all that is asked of a library, the default one also without its name', async () => {
    const papers = async (at: string) => (await ask<{ papers: number }>(`${at}/library`)).papers;
    expect([await papers('/v1'), await papers('/v1/libraries/sample'), await papers(BIRDS_AT)]).toEqual([120, 120, 2]);
    const { hits } = await ask<{ hits: { id: string }[] }>(`${BIRDS_AT}/search?q=birds+that+sleep+in+flight`);
    expect(hits[0]!.id).toBe('swifts');
    const body = { questions: [{ query: 'crows', mode: 'lexical' }] };
    expect(JSON.stringify(await ask(`${BIRDS_AT}/search/batch`, { body }))).toContain('Crows remember');
    expect((await ask(`${BIRDS_AT}/papers/crows/2`)).title).toBe('Crows remember faces');
    expect((await ask<{ hits: object[] }>(`${BIRDS_AT}/papers/crows/2/similar?cutoff=0`)).hits).toHaveLength(1);
    expect((await ask<{ total: number }>(`${BIRDS_AT}/papers`)).total).toBe(2);
    expect((await ask(`${BIRDS_AT}/facets`)).papers).toBe(2);
    expect((await ask(`${BIRDS_AT}/match?title=Crows+remember+faces`)).verdict).toBe('likely');
    expect((await ask(`${BIRDS_AT}/duplicates`)).total).toBe(0);
    const text = 'Some birds sleep while they fly, it is said. '.repeat(5);
    expect(await ask(`${BIRDS_AT}/related`, { body: { text } })).toMatchObject({ library: { papers: 2 } });
    const { model } = await ask(`${BIRDS_AT}/embeddings`, { body: { input: 'x', model: 'all-MiniLM-L6-v2' } });
    expect(model).toBe('all-MiniLM-L6-v2');
    const bibtex = await app.request(`${BIRDS_AT}/papers?format=bibtex`);
    expect((await bibtex.text()).match(/^@/gm)).toHaveLength(2);
    await ask('/v1/papers/swifts', { status: 404 });
  });

  it('is found by its name however the address writes the letters, and by nothing else', async () => {
    expect((await ask('/v1/libraries/bird%73')).name).toBe('birds');
    expect((await ask('/v1/libraries/bird%73/papers/swifts')).title).toBe('How swifts sleep on the wing');
    expect((await app.request('/libraries/%62irds/')).status).toBe(200);
    for (const name of ['Birds', 'birds%', 'birds%2F', 'birds%00', '%2e%2e%2fbirds', '%252e', 'birds;a'])
      await ask(`/v1/libraries/${name}/papers`, { status: 404 });
  });

  it('has a page, which leads to its own pages and to the other libraries', async () => {
    const page = async (address: string) => (await app.request(address)).text();
    const birds = await page('/libraries/birds?q=crows');
    expect(birds).toContain('<mark>Crows</mark> remember faces');
    expect(birds).toMatch(/<form action="\/libraries\/birds\/"/);
    expect(birds).toContain('href="/libraries/birds/?q=crows&amp;like=crows%2F2"');
    expect(birds).toMatch(/<a href="\/libraries\/birds\/" aria-current="page">birds<\/a>/);
    expect(birds).toMatch(/<a href="\/"\s*>sample<\/a>/);
    expect(await page('/')).toMatch(/<a href="\/" aria-current="page">sample<\/a>/);
    expect((await app.request('/libraries/bees/')).status).toBe(404);
    const alone = createApp({ session: libraries.get('birds')!, log: LOG });
    expect(await (await alone.request('/')).text()).not.toContain('aria-current');
  });

  it('is counted by its name, and what is asked of none by none', async () => {
    await app.request('/v1/libraries/nobody-has-this/search?q=x');
    const text = await (await app.request('/metrics')).text();
    expect(text).toMatch(
      /^akin_http_requests_total\{library="birds",method="GET",route="\/v1\/search",status="200"\} \d/m,
    );
    expect(text).toContain('akin_papers{library="birds",state="all"} 2\n');
    expect(text).not.toContain('nobody-has-this');
  });
});

describe('what is one library’s', () => {
  it('is not moved by an edit of another: its ETag holds, and is none of the other', async () => {
    const tagOf = async (address: string) => (await app.request(address)).headers.get('ETag')!;
    const address = '/v1/search?q=sleep';
    const [before, birds] = [await tagOf(address), await tagOf(`${BIRDS_AT}/search?q=sleep`)];
    const put = { method: 'PUT', body: { title: 'Owls at dusk' }, status: 201 };
    await ask(`${BIRDS_AT}/papers/owls`, put);
    const again = async (tag: string, at: string) =>
      (await app.request(at, { headers: { 'If-None-Match': tag } })).status;
    expect(await again(before, address)).toBe(304);
    expect(await again(birds, `${BIRDS_AT}/search?q=sleep`)).toBe(200);
    expect(await again(before, `${BIRDS_AT}/search?q=sleep`)).toBe(200);
    expect((await app.request(`${BIRDS_AT}/papers/owls`, { method: 'DELETE' })).status).toBe(204);
    await ask('/v1/papers/owls', { status: 404 });
  });

  it('is found again where its Location says', async () => {
    const body = JSON.stringify({ title: 'Owls at dusk' });
    const headers = { 'Content-Type': 'application/json' };
    const stored = await app.request(`${BIRDS_AT}/papers/owls`, { method: 'PUT', headers, body });
    expect(stored.headers.get('Location')).toBe('/v1/libraries/birds/papers/owls');
    expect((await ask(stored.headers.get('Location')!)).title).toBe('Owls at dusk');
    await app.request(stored.headers.get('Location')!, { method: 'DELETE' });
  });

  it('is no page of another: its cursors lead nowhere there', async () => {
    for (const address of ['/search?q=sleep&cutoff=0&limit=1', '/papers?limit=1']) {
      const { next } = await ask<{ next: string }>(`${BIRDS_AT}${address}`);
      const cursor = `&cursor=${encodeURIComponent(next)}`;
      await ask(`${BIRDS_AT}${address}${cursor}`);
      expect(await ask(`/v1${address}${cursor}`, { status: 410 })).toMatchObject({ code: 'cursor-outdated' });
    }
  });

  it('is no job of another', async () => {
    const body = { papers: [{ id: 'wrens', title: 'Wrens in winter' }] };
    const { id } = await ask<Job>(`${BIRDS_AT}/jobs`, { body, status: 202 });
    let job = await ask<Job>(`${BIRDS_AT}/jobs/${id}`);
    for (; job.ended === null; job = await ask<Job>(`${BIRDS_AT}/jobs/${id}`)) await sleep(50);
    expect(job).toMatchObject({ state: 'done', counts: { added: 1 } });
    await ask(`/v1/jobs/${id}`, { status: 404 });
    expect(await ask('/v1/jobs')).toEqual({ jobs: [] });
    expect((await ask(`${BIRDS_AT}/papers/wrens`)).title).toBe('Wrens in winter');
    expect((await app.request(`${BIRDS_AT}/papers/wrens`, { method: 'DELETE' })).status).toBe(204);
  });
});

describe('an address', () => {
  it.each([
    ['GET', '/v1/libraries/bird/search?q=x'],
    ['PUT', '/v1/libraries/bird/papers/x'],
    ['POST', '/v1/libraries/bird/jobs'],
    ['POST', '/v1/libraries/bird/mcp'],
    ['GET', '/v1/libraries/bird'],
    ['GET', '/libraries/bird'],
  ])('that names no library is answered so, with the one that was meant: %s %s', async (method, address) => {
    const body = method === 'GET' ? undefined : {};
    expect(await ask(address, { method, body, status: 404 })).toMatchObject({
      ...{ code: 'not-found', detail: 'there is no library called "bird"', field: 'name' },
      hint: expect.stringContaining('did you mean birds?') as string,
    });
  });

  it('that is none in a library is said as it was asked, and what is possible at one', async () => {
    const { detail } = await ask('/v1/libraries/birds/nothing', { status: 404 });
    expect(detail).toBe('there is nothing at /v1/libraries/birds/nothing');
    for (const nested of ['libraries', 'libraries/sample/search?q=x', '', 'healthz', 'openapi.json', 'metrics'])
      expect([nested, (await app.request(`${BIRDS_AT}/${nested}`)).status]).toEqual([nested, 404]);
    const refused = await app.request(`${BIRDS_AT}/search`, { method: 'DELETE' });
    expect([refused.status, refused.headers.get('Allow')]).toEqual([405, 'GET, HEAD, POST']);
  });

  it('of one library needs the key that the same needs of the default one', async () => {
    const keys = libraries.get('sample')!.keys;
    const [read, write] = [keys.add('reader', 'read'), keys.add('writer', 'write')];
    const foreign = libraries.get('birds')!.keys.add('of-the-birds', 'write');
    const closed = createApp({ session: libraries.get('sample')!, libraries, log: LOG, keys });
    const status = async (address: string, method: string, key?: string) =>
      (await closed.request(address, { method, ...(key && { headers: { Authorization: `Bearer ${key}` } }) })).status;
    const { paths } = (await (await closed.request('/openapi.json')).json()) as { paths: Record<string, object> };
    const all = Object.entries(paths)
      .filter(([address]) => address.startsWith('/v1/') && !address.startsWith('/v1/libraries'))
      .flatMap(([address, methods]) => Object.keys(methods).map((each) => [address, each.toUpperCase()] as const));
    for (const [address, method] of [...all, ['/v1/mcp', 'POST'], ['/v1/terminal', 'POST']] as typeof all) {
      const here = address.replace('/v1', BIRDS_AT).replace('{id}', 'none');
      const there = address.replace('{id}', 'none').replace(/^\/v1\/(?=mcp|terminal)/, '/');
      const seen = { method, here, without: await status(here, method), foreign: await status(here, method, foreign) };
      // Whoever asks too often is told that instead; both keep them out.
      expect(seen).toEqual({
        ...{ method, here },
        without: expect.toBeOneOf([401, 429]) as number,
        foreign: expect.toBeOneOf([401, 429]) as number,
      });
      expect([here, (await status(here, method, read)) === 403]).toEqual([
        here,
        (await status(there, method, read)) === 403,
      ]);
    }
    for (const address of ['/v1/libraries', '/v1/libraries/birds', '/libraries/birds', '/v1/libraries/bees/search'])
      expect([address, await status(address, 'GET')]).toEqual([address, expect.toBeOneOf([401, 429]) as number]);
    expect(await status(`${BIRDS_AT}/papers/none`, 'DELETE', read)).toBe(403);
    expect(await status(`${BIRDS_AT}/papers/none`, 'DELETE', write)).toBe(404);
    expect(await status(`${BIRDS_AT}/papers/swifts`, 'GET', read)).toBe(200);
  });
});

describe('a server of several', () => {
  const given = (folders: Record<string, string>) =>
    Object.entries(folders).flatMap(([name, folder]) => ['--library', `${name}=${folder}`]);

  it(
    'answers clients, agents and terminals of each, also when one library is no more',
    { timeout: 180_000 },
    async () => {
      const [sample, birds] = [sampleCopy(), await libraryOfBirds()];
      const { url, child } = await serving(given({ sample, birds }));
      const client = createClient({ url: `${url}/v1/libraries/birds` });
      const { data: stored } = await client.PUT('/v1/papers/{id}', {
        params: { path: { id: 'owls' } },
        body: { title: 'Owls at dusk' },
      });
      expect(stored?.title).toBe('Owls at dusk');
      const { data } = await client.GET('/v1/search', { params: { query: { q: 'owls', mode: 'lexical' } } });
      expect(data?.hits.map(({ id }) => id)).toEqual(['owls']);
      expect((await client.GET('/v1/libraries')).data?.libraries.map(({ name }) => name)).toEqual(['sample', 'birds']);

      const agent = await agentOverHttp(`${url}/v1/libraries/birds`);
      expect(textOf(await agent.callTool({ name: 'library_info', arguments: {} }))).toMatch(/^3 papers/);
      await agent.close();

      for (const [folder, at] of [
        [sample, url],
        [birds, `${url}/v1/libraries/birds`],
      ] as const) {
        const asked = await akin(['search', 'owls', '--mode', 'lexical', '--verbose', '--index', folder]);
        expect(asked).toMatchObject({ code: 0, stderr: `answered by the server at ${at}\n` });
        expect(asked.stdout.includes('Owls at dusk')).toBe(folder === birds);
      }

      rmSync(birds, { recursive: true });
      const { data: listed } = await client.GET('/v1/libraries');
      expect(listed?.libraries).toMatchObject([
        { name: 'sample', ready: true, papers: 120, problem: null },
        { name: 'birds', ready: false, papers: null, problem: { code: expect.stringMatching(/^library-/) as string } },
      ]);
      expect(JSON.stringify(listed)).not.toContain(birds);
      const status = async (address: string) => (await fetch(url + address)).status;
      expect([await status('/readyz'), await status('/v1/search?q=sheep')]).toEqual([200, 200]);
      child.kill('SIGTERM');
      expect(await once(child, 'exit')).toEqual([0, null]);
      expect(existsSync(path.join(sample, 'server.json'))).toBe(false);
    },
  );

  it('ends with a job of its second one under way, and goes on with it', { timeout: 180_000 }, async () => {
    const libraries = { sample: sampleCopy(), birds: await libraryOfBirds() };
    const first = await serving(given(libraries));
    const papers = inventedPapers(400, seeded(7));
    const form = new FormData();
    form.append('file', new Blob(papers.map((paper) => `${JSON.stringify(paper)}\n`)), 'papers.jsonl');
    const posted = await fetch(`${first.url}${BIRDS_AT}/jobs`, { method: 'POST', body: form });
    const location = posted.headers.get('Location')!;
    const jobAt = async (url: string) => (await (await fetch(url + location)).json()) as Job;
    while ((await jobAt(first.url)).embedded === null) await sleep(50);
    first.child.kill('SIGTERM');
    expect(await once(first.child, 'exit')).toEqual([0, null]);
    const again = await serving(given(libraries));
    let job = await jobAt(again.url);
    for (; job.ended === null; job = await jobAt(again.url)) await sleep(100);
    expect(job).toMatchObject({ state: 'done', restarts: 1, counts: { added: 400 } });
    const { libraries: all } = (await (await fetch(`${again.url}/v1/libraries`)).json()) as { libraries: object[] };
    expect(all).toMatchObject([{ papers: 120 }, { papers: 402, embedded: 402 }]);
  });

  it('does not start with what can not be meant, or can not be asked', { timeout: 180_000 }, async () => {
    const [sample, empty] = [sampleCopy(), temporaryFolder()];
    const refusals: [string[], number, RegExp][] = [
      [[...given({ a: sample }), '--index', sample], 2, /--index names one library, and --library others/],
      [['--library', `a=${sample}`, '--library', `a=${empty}`], 2, /two libraries are called "a"/],
      [given({ a: sample, b: `${sample}/.` }), 2, /"a" and "b" are the same folder/],
      [given({ '../a': sample }), 2, /"\.\.\/a" can't be the name of a library/],
      [given({ ['a'.repeat(65)]: sample }), 2, /can't be the name/],
      [['--library', sample], 2, /expected NAME=DIR, found/],
      [['--library', 'a='], 2, /expected NAME=DIR/],
      [
        given(Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`l${i}`, path.join(empty, `${i}`)]))),
        2,
        /at most 32/,
      ],
      [given({ a: sample, b: empty }), 3, /there is no library in .*\n.*akin add --index/],
    ];
    for (const [words, exit, said] of refusals) {
      const { code, stderr } = await akin(['serve', '--port', '0', ...words]);
      expect([words, code, stderr]).toEqual([words, exit, expect.stringMatching(said) as string]);
    }
  });
});
