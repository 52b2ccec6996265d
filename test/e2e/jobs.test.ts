/** A server that takes papers in: killed in the middle of it, and following files beside it. */
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { seeded } from '../../src/evaluation/bootstrap.ts';
import type { Job, JobProgress } from '../../src/session/job.ts';
import { inventedPapers } from '../../scripts/interrupted-build.ts';
import { killedJobs } from '../../scripts/interrupted-jobs.ts';
import { akin, sampleCopy, serveAkin, temporaryFolder } from '../akin.ts';

const asked = async <T>(address: string): Promise<T> => (await fetch(address)).json() as Promise<T>;
const jobsAt = async (url: string) => (await asked<{ jobs: JobProgress[] }>(`${url}/v1/jobs`)).jobs;

/** Asks until it is so. */
async function until<T>(ask: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const found = await ask();
    if (found) return found;
    await sleep(50);
  }
}

it('loses no job and no paper to kill -9', { timeout: 240_000 }, async () => {
  const library = sampleCopy();
  const random = seeded(20_261_130);
  const papers = inventedPapers(360, random);
  const lists = [0, 1, 2].map((list) => papers.filter((_, i) => i % 3 === list));
  const { jobs, kills, lost, left, ...size } = await killedJobs(library, lists, 4, random);
  expect(lost).toEqual([]);
  expect(left).toEqual([]);
  expect(kills).toHaveLength(4);
  expect(jobs.map(({ state, parts }) => [state, parts[0]!.counts.rejected])).toEqual(jobs.map(() => ['done', 0]));
  expect(jobs.reduce((sum, { restarts }) => sum + restarts, 0)).toBeGreaterThan(0);
  expect(size).toEqual({ papers: 480, embedded: 480 });
});

it(
  'ends at SIGTERM in the middle of a job with somebody listening, and goes on with it',
  { timeout: 120_000 },
  async () => {
    const library = sampleCopy();
    const { url, child } = await serveAkin(library);
    const papers = inventedPapers(600, seeded(5));
    const form = new FormData();
    form.append('file', new Blob(papers.map((paper) => `${JSON.stringify(paper)}\n`)), 'papers.jsonl');
    const { id } = (await (await fetch(`${url}/v1/jobs`, { method: 'POST', body: form })).json()) as Job;
    const heard = fetch(`${url}/v1/jobs/${id}/events`).then((response) => response.text());
    await until(async () => (await asked<Job>(`${url}/v1/jobs/${id}`)).embedded);
    const began = performance.now();
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(performance.now() - began).toBeLessThan(4000); // Less than it waits for requests that do not end.
    expect(await heard).not.toContain('event: end');
    const again = await serveAkin(library);
    const job = await until(async () => {
      const now = await asked<Job>(`${again.url}/v1/jobs/${id}`);
      return now.ended !== null && now;
    });
    expect(job).toMatchObject({ state: 'done', restarts: 1, counts: { added: 600 } });
    expect(await asked(`${again.url}/readyz`)).toMatchObject({ library: { papers: 720, embedded: 720 } });
  },
);

it('follows files while it serves, and tells of what it took in', { timeout: 120_000 }, async () => {
  const library = sampleCopy();
  const folder = path.join(temporaryFolder(), 'papers');
  mkdirSync(folder);
  const file = path.join(folder, 'mine.jsonl');
  writeFileSync(file, '{"id": "sourdough", "title": "Zwieback and other breads"}\n');
  const { url } = await serveAkin(library, ['--watch', folder, '--delete']);
  const found = async (word: string) =>
    (await asked<{ hits: { id: string }[] }>(`${url}/v1/search?q=${word}&mode=lexical`)).hits[0]?.id;
  await until(async () => (await found('zwieback')) === 'sourdough');
  appendFileSync(file, '{"id": "rye", "title": "Pumpernickel"}\n{"year": 3}\n');
  await until(async () => (await found('pumpernickel')) === 'rye');
  const job = await until(async () => {
    const newest = (await jobsAt(url))[0];
    return newest?.state === 'done' && newest.counts.rejected > 0 && asked<Job>(`${url}/v1/jobs/${newest.id}`);
  });
  expect(job).toMatchObject({
    ...{ state: 'done', counts: { added: 1, unchanged: 1, rejected: 1 } },
    parts: [{ kind: 'followed', name: 'papers', rejects: [{ file: 'mine.jsonl', record: 3, code: 'record-invalid' }] }],
  });
  expect(JSON.stringify(job)).not.toContain(folder);

  // A job that is sent meanwhile is done in its turn, and another program may write between the two.
  const papers = [{ id: 'spelt', title: 'Spelt' }];
  const headers = { 'Content-Type': 'application/json' };
  const sent = await fetch(`${url}/v1/jobs`, { method: 'POST', headers, body: JSON.stringify({ papers }) });
  expect(sent.status).toBe(202);
  await until(async () => (await found('spelt')) === 'spelt');
  rmSync(path.join(folder, 'mine.jsonl'));
  writeFileSync(path.join(folder, 'others.jsonl'), '{"id": "crisp", "title": "Crispbread"}\n');
  await until(async () => (await found('crispbread')) === 'crisp' && (await found('pumpernickel')) === undefined);
  expect((await akin(['remove', 'spelt', '--index', library])).code).toBe(0);
});

it('refuses to follow what is not there', async () => {
  const { code, stderr } = await akin(['serve', '--index', sampleCopy(), '--port', '0', '--watch', '/nowhere/at/all']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('/nowhere/at/all')]);
});

it('leaves the jobs of a library to one server', async () => {
  const library = sampleCopy();
  const [one, other] = [await serveAkin(library), await serveAkin(library)];
  expect(await jobsAt(one.url)).toEqual([]);
  const refused = await fetch(`${other.url}/v1/jobs`);
  expect([refused.status, await refused.json()]).toMatchObject([409, { code: 'library-locked' }]);
  one.child.kill('SIGKILL');
  await once(one.child, 'close');
  expect(await jobsAt(other.url)).toEqual([]);
});
