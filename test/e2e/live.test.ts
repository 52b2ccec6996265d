/** One server runs; other processes add, remove and compact beside it. Nobody who asks notices, except by new answers. */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { seeded } from '../../src/evaluation/bootstrap.ts';
import { inventedPapers } from '../../scripts/interrupted-build.ts';
import { akin, sampleCopy, serveAkin } from '../akin.ts';

const library = sampleCopy(afterAll);
const file = path.join(library, 'invented.jsonl');
const papers = [
  {
    id: 'lab/17',
    title: 'Zwieback under load',
    abstract: 'How much a stack of twice-baked bread carries before it breaks.',
  },
  ...inventedPapers(100, seeded(3)),
];
writeFileSync(file, papers.map((paper) => `${JSON.stringify(paper)}\n`).join(''));

const server = await serveAkin(library, [], afterAll);
/** What went wrong with anybody's request, and how many were answered. */
const failures: string[] = [];
let answered = 0;
let stopped = false;
let clients: Promise<unknown>;

beforeAll(() => {
  // Each is asked again and again, from now on: for answers that come and go with the papers added and removed, too.
  const addresses = [
    '/v1/search?q=glaciers+and+songbirds+in+the+Arctic&limit=100',
    '/?q=enzymes+in+cities+at+night',
    '/v1/papers/arxiv:1706.03762/similar?limit=100',
    '/readyz',
  ];
  clients = Promise.all(addresses.map(keepAsking));
});

it('finds new papers by words as soon as they are stored', async () => {
  expect((await hits('zwieback&mode=lexical')).map(({ id }) => id)).toEqual([]);
  expect((await akin(['add', '--no-embed', '--index', library, file])).code).toBe(0);
  const [hit, ...others] = await hits('zwieback&mode=lexical');
  expect(others).toEqual([]);
  expect(hit).toMatchObject({ id: 'lab/17', similarity: null, ranks: { dense: null, lexical: 1 } });
  expect((await hits('twice+baked+bread&mode=dense')).map(({ id }) => id)).not.toContain('lab/17');
  expect(await json('/readyz')).toMatchObject({ library: { papers: 221, embedded: 120 } });
  expect((await hits('', '/v1/papers/lab/17/similar'))[0]!.similarity).toBeGreaterThan(0);
});

it('finds them by meaning as soon as they are embedded', async () => {
  expect((await akin(['add', '--index', library, file])).code).toBe(0);
  expect((await hits('twice+baked+bread&mode=dense'))[0]).toMatchObject({ id: 'lab/17', ranks: { dense: 1 } });
  expect((await hits('glaciers+in+the+arctic&mode=dense'))[0]!.id).toMatch(/invented-|5555/);
  expect(await json('/readyz')).toMatchObject({ library: { papers: 221, embedded: 221 } });
});

it('forgets removed papers, and goes on while the library is compacted', async () => {
  const ids = papers.map(({ id }) => id);
  expect((await akin(['remove', '--index', library, ...ids])).code).toBe(0);
  expect((await fetch(`${server.url}/v1/papers/lab/17`)).status).toBe(404);
  expect(await hits('zwieback&mode=lexical')).toEqual([]);
  const near = await hits('glaciers+in+the+arctic&limit=100&mode=dense');
  expect(near).toHaveLength(100);
  for (const { id } of near) expect(ids).not.toContain(id);

  expect((await akin(['compact', '--index', library])).code).toBe(0);
  expect(await hits('twice+baked+bread&limit=100&mode=dense&cutoff=0')).toHaveLength(100);
});

it('finds by meaning what is added after that', async () => {
  const { code } = await akin(['add', '--index', library, '-'], { input: JSON.stringify(papers[0]) });
  expect(code).toBe(0);
  expect((await hits('twice+baked+bread&mode=dense'))[0]).toMatchObject({ id: 'lab/17', ranks: { dense: 1 } });
});

it('failed no request in all that time, and ends at SIGTERM with exit code 0', async () => {
  stopped = true;
  await clients;
  expect(failures).toEqual([]);
  expect(answered).toBeGreaterThan(100);

  const began = performance.now();
  server.child.kill('SIGTERM');
  expect(await once(server.child, 'exit')).toEqual([0, null]);
  expect(performance.now() - began).toBeLessThan(4000); // Although this process holds idle connections.
  await expect(fetch(server.url)).rejects.toThrow();
});

interface Hit {
  id: string;
  similarity: number | null;
}

async function keepAsking(address: string): Promise<void> {
  while (!stopped) {
    try {
      const answer = await fetch(`${server.url}${address}`);
      const body = await answer.text();
      if (answer.status === 200) answered++;
      else failures.push(`${address}: ${answer.status} ${body.slice(0, 500)}`);
    } catch (error) {
      failures.push(`${address}: ${String(error)}`);
    }
    await sleep(20);
  }
}

async function json(address: string): Promise<unknown> {
  return (await fetch(`${server.url}${address}`)).json();
}

async function hits(query: string, address = `/v1/search?q=${query}`): Promise<Hit[]> {
  return ((await json(address)) as { hits: Hit[] }).hits;
}
