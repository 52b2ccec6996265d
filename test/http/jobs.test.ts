/** Papers that are taken in over HTTP while nobody waits for it: what a job tells, and how it ends. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { LIMITS } from '../../src/http/limits.ts';
import { openWriter } from '../../src/library/open.ts';
import type { SearchAnswer, WholePaper } from '../../src/search/answer.ts';
import type { Job, JobProgress } from '../../src/session/job.ts';
import { seeded } from '../../src/evaluation/bootstrap.ts';
import { inventedPapers } from '../../scripts/interrupted-build.ts';
import { sampleCopy } from '../akin.ts';
import { answer, doorOf } from './door.ts';

const folder = sampleCopy(afterAll);
const door = doorOf(folder, beforeAll);

const BIB = '@article{owl, title={How owls hear a mouse under snow}, author={Eule, Uta}, year={2001}}\n';
const RIS = 'TY  - JOUR\nTI  - The colour of the sea at dusk\nAU  - See, Sam\nPY  - 1988\nER  - \n';
const CSV = 'Titel;Jahr\nWarum Brot altbacken wird;1977\n';
/** No two of one seed or of two are one paper. */
const many = (count: number, seed: number) =>
  inventedPapers(count, seeded(seed)).map(({ title, abstract }) => ({ title: `${title} of series ${seed}`, abstract }));
const asLines = (papers: object[]) => papers.map((each) => `${JSON.stringify(each)}\n`).join('');

/** Sends files, each with its name, and fields. */
async function send(
  files: [name: string, content: string | Uint8Array<ArrayBuffer>][],
  fields: [string, string][] = [],
) {
  const form = new FormData();
  for (const [name, content] of files) form.append('file', new Blob([content]), name);
  for (const [name, value] of fields) form.append(name, value);
  return door.app.request('/v1/jobs', { method: 'POST', body: form });
}

async function sent(...given: Parameters<typeof send>): Promise<Job> {
  const response = await send(...given);
  const text = await response.text();
  expect([response.status, text]).toEqual([202, expect.anything()]);
  const job = JSON.parse(text) as Job;
  expect(response.headers.get('Location')).toBe(`/v1/jobs/${job.id}`);
  expect(job).toMatchObject({ state: 'queued', started: null, ended: null });
  return job;
}

async function over(id: string): Promise<Job> {
  for (;;) {
    const job = await answer<Job>(door, `/v1/jobs/${id}`);
    if (job.ended !== null) return job;
    await sleep(20);
  }
}
const sentToDisk = (id: string) => readdirSync(path.join(folder, 'jobs', id));

describe('files', () => {
  it('are taken in as akin add takes them: by content, compressed, several in one', async () => {
    const zip = new ZipFile();
    zip.addBuffer(Buffer.from(RIS), 'a.ris');
    zip.end();
    const { id } = await sent([
      ['owls.bib', gzipSync(BIB)],
      ['../../etc/archive.zip', await buffer(zip.outputStream)],
    ]);
    const job = await over(id);
    expect(job).toMatchObject({
      ...{ state: 'done', error: null, files: { done: 2, total: 2 }, embedded: { done: 2, total: 2 } },
      counts: { added: 2, rejected: 0 },
      parts: [
        { name: 'owls.bib', kind: 'file', state: 'done', counts: { added: 1 } },
        { name: expect.stringContaining('archive.zip') as string, state: 'done', counts: { added: 1 } },
      ],
    });
    expect(sentToDisk(id)).toEqual(['job.json']);
    const { hits } = await answer<SearchAnswer>(door, '/v1/search?q=birds+that+listen+for+prey&mode=dense&cutoff=0');
    expect(hits[0]!.title).toMatch(/owls/);
  });

  it('that come again change nothing', async () => {
    const { id } = await sent([['another name.bib', BIB]]);
    expect(await over(id)).toMatchObject({ state: 'done', counts: { added: 0, unchanged: 1 } });
  });

  it('of the same ids are other papers, whoever sends them', async () => {
    const first = await sent([['list.jsonl', asLines([{ id: '1', title: 'On rain' }])]]);
    const second = await sent([['list.jsonl', asLines([{ id: '1', title: 'A history of shoes' }])]]);
    for (const { id } of [first, second]) expect((await over(id)).counts.added).toBe(1);
    expect((await answer<WholePaper>(door, '/v1/papers/1')).title).toBe('On rain');
  });

  it('are read with columns of names that are said', async () => {
    const { id } = await sent([['brot.csv', CSV]], [['map', 'title=Titel'], ['map', 'year=Jahr'], ['format', 'csv']]); // prettier-ignore
    expect((await over(id)).counts).toMatchObject({ added: 1 });
    const { hits } = await answer<SearchAnswer>(door, '/v1/search?q=altbacken&mode=lexical');
    expect(hits[0]).toMatchObject({ title: 'Warum Brot altbacken wird', year: 1977 });
  });

  it('are told of one by one, with what was rejected and why, and of no place of the machine', async () => {
    const lines = `${asLines([{ title: 'A paper' }])}{"title": 7\n${asLines([{ year: 1 }])}`;
    const { id } = await sent([
      ['some.jsonl', lines],
      ['noise.bin', Buffer.from('no format of any kind\u0001')],
      ['cut.bib.gz', gzipSync(BIB.repeat(50)).subarray(0, 60)],
      ['zotero.sqlite', Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(4096)])],
    ]);
    const job = await over(id);
    expect(job.state).toBe('done');
    expect(job.parts.map(({ counts }) => [counts.added, counts.rejected])).toEqual([
      [1, 2],
      [0, 1],
      [expect.any(Number), 1],
      [0, 1],
    ]);
    expect(job.parts.flatMap(({ rejects }) => rejects.map(({ file, record, code }) => [file, record, code]))).toEqual([
      ['some.jsonl', 2, 'syntax'],
      ['some.jsonl', 3, 'record-invalid'],
      ['noise.bin', 0, 'format-unknown'],
      ['cut.bib.gz', 0, 'file-unreadable'],
      ['zotero.sqlite', 0, 'file-unreadable'],
    ]);
    expect(job.rejectsByCode).toEqual({ syntax: 1, 'record-invalid': 1, 'format-unknown': 1, 'file-unreadable': 2 });
    expect(JSON.stringify(job)).not.toContain(path.basename(folder));
  });

  it('tell of the first hundred rejects', async () => {
    const { id } = await sent([['bad.jsonl', '{"year": 1}\n'.repeat(300)]]);
    const job = await over(id);
    expect(job.counts.rejected).toBe(300);
    expect(job.parts[0]!.rejects).toHaveLength(100);
  });
});

describe('papers and names as JSON', () => {
  it('are taken in', async () => {
    const papers = [{ id: 'kites', title: 'Kites in thermals', authors: [{ family: 'Milan', given: 'R.' }], ids: { doi: '10.1000/kite' } }]; // prettier-ignore
    const job = await answer<Job>(door, '/v1/jobs', { body: { papers }, status: 202 });
    expect((await over(job.id)).parts).toMatchObject([{ name: 'papers', kind: 'papers', counts: { added: 1 } }]);
    expect(await answer(door, '/v1/papers/doi:10.1000/kite')).toMatchObject({ id: 'kites', authors: ['R. Milan'] });
  });

  it.each([
    [{}, { code: 'invalid-argument' }],
    [{ papers: [] }, { field: '/papers' }],
    [{ papers: [{ title: ' ' }] }, { field: '/papers/0/title' }],
    [{ names: ['/etc/passwd'] }, { field: '/names/0' }],
    [{ names: ['arxiv:cs.CL'], since: 'today' }, { field: '/since' }],
    [{ files: ['x'] }, { field: '/files' }],
  ])('%j is refused', async (body, problem) => {
    expect(await answer(door, '/v1/jobs', { body, status: 400 })).toMatchObject(problem);
  });
});

it('refuses what can not be meant, and keeps nothing of it', async () => {
  const before = readdirSync(path.join(folder, 'jobs')).sort();
  for (const [files, fields, status, problem] of [
    [[], [['format', 'bibtex']], 400, { field: 'file' }],
    [[['a.bib', BIB]], [['format', 'nonsense']], 400, { code: 'invalid-argument', field: 'format' }],
    [[['a.bib', BIB]], [['map', 'colour=Farbe']], 400, { field: 'map' }],
    [[['a.bib', BIB]], [['colour', 'red']], 400, { field: 'colour' }],
    [Array.from({ length: LIMITS.jobParts + 1 }, (_, i) => [`${i}.bib`, BIB]), [], 413, { code: 'too-large' }],
  ] as [[string, string][], [string, string][], number, object][]) {
    const response = await send(files, fields);
    expect([response.status, await response.json()]).toMatchObject([status, problem]);
  }
  const cut = await door.app.request('/v1/jobs', {
    method: 'POST',
    headers: { 'Content-Type': 'multipart/form-data; boundary=x' },
    body: '--x\r\nContent-Disposition: form-data; name="file"; filename="a.bib"\r\n\r\n@article{',
  });
  expect(cut.status).toBe(400);
  const large = await door.app.request('/v1/jobs', {
    method: 'POST',
    headers: { 'Content-Type': 'multipart/form-data; boundary=x', 'Content-Length': String(LIMITS.jobBytes + 1) },
    body: 'x',
  });
  expect(large.status).toBe(413);
  expect(readdirSync(path.join(folder, 'jobs')).sort()).toEqual(before);
  expect(await answer(door, '/v1/jobs/1-00000000', { status: 404 })).toMatchObject({ code: 'not-found', field: 'id' });
  await answer(door, '/v1/jobs/..%2F..%2Flibrary.sqlite', { status: 404 });
  await answer(door, '/v1/jobs/1-00000000/events', { status: 404 });
  await answer(door, '/v1/jobs/1-00000000', { method: 'DELETE', status: 404 });
});

describe('events', () => {
  /** What a listener hears to the end. */
  async function heard(id: string, headers: Record<string, string> = {}) {
    const response = await door.app.request(`/v1/jobs/${id}/events`, { headers });
    expect(response.headers.get('Content-Type')).toMatch('text/event-stream');
    const events = (await response.text()).split('\n\n').filter((event) => event.startsWith('event'));
    return events.map((event) => {
      const [, name, data, version] = /^event: (.+)\ndata: (.+)\nid: (\d+)/.exec(event)!;
      return { name, version: version!, job: JSON.parse(data!) as JobProgress };
    });
  }

  it('tell how a job goes on until its end, to whoever comes when', async () => {
    const { id } = await sent([['many.jsonl', asLines(many(150, 1))]]);
    const events = await heard(id);
    expect(events.length).toBeGreaterThan(2);
    const last = events.at(-1)!;
    expect(events.map(({ name }) => name)).toEqual([...events.slice(1).map(() => 'progress'), 'end']);
    expect(last.job).toMatchObject({ id, state: 'done', counts: { added: 150 }, embedded: { done: 150, total: 150 } });
    expect(events.some(({ job }) => job.state === 'running' && job.embedded !== null)).toBe(true);
    for (const headers of [{}, { 'Last-Event-ID': last.version }, { 'Accept-Encoding': 'gzip' }] as object[])
      expect(await heard(id, headers as Record<string, string>)).toEqual([last]);
  });

  it('cost nothing when nobody listens any more, and are for so many at a time', async () => {
    const { model } = await door.session.library();
    const writer = await openWriter(folder, { model, mustBeThatModel: true, purpose: 'a test' });
    const { id } = await sent([['owls.bib', BIB]]);
    const listening = await Promise.all(
      Array.from({ length: LIMITS.listeners }, async () => door.app.request(`/v1/jobs/${id}/events`)),
    );
    expect(await answer(door, `/v1/jobs/${id}/events`, { status: 503 })).toMatchObject({ code: 'overloaded' });
    for (const response of listening) await response.body!.cancel();
    const isLetIn = async () => {
      const response = await door.app.request(`/v1/jobs/${id}/events`);
      await response.body!.cancel();
      return response.status === 200;
    };
    while (!(await isLetIn())) await sleep(20); // That somebody has gone is noticed in a moment.
    await writer.close();
    expect((await heard(id)).at(-1)).toMatchObject({ name: 'end', job: { state: 'done' } });
  });
});

it('waits while somebody else writes, and says so', async () => {
  const { model } = await door.session.library();
  const writer = await openWriter(folder, { model, mustBeThatModel: true, purpose: 'a test' });
  const { id } = await sent([['waits.ris', RIS]]);
  let job = await answer<Job>(door, `/v1/jobs/${id}`);
  for (; job.waiting === null; job = await answer<Job>(door, `/v1/jobs/${id}`)) await sleep(20);
  expect(job).toMatchObject({ state: 'running', waiting: 'another process writes to the library' });
  await writer.close();
  expect(await over(id)).toMatchObject({ state: 'done', waiting: null });
});

it('keeps nobody from searching and writing', async () => {
  const { id } = await sent([['many.jsonl', asLines(many(400, 2))]]);
  let [answers, written] = [0, 0];
  const ask = async () => {
    for (let job = await answer<Job>(door, `/v1/jobs/${id}`); job.ended === null;) {
      await answer(door, '/v1/search?q=glaciers+in+the+arctic');
      answers++;
      if (answers % 10 === 0) {
        const body = { title: `Written beside a job, ${answers}` };
        await answer(door, `/v1/papers/beside-${answers}`, { method: 'PUT', body, status: 201 });
        written++;
      }
      job = await answer<Job>(door, `/v1/jobs/${id}`);
    }
  };
  await ask();
  expect((await over(id)).counts.added).toBe(400);
  expect(answers).toBeGreaterThan(20);
  expect(written).toBeGreaterThan(1);
  const { papers, embedded } = await door.session.status();
  expect(embedded).toBe(papers);
});

describe('DELETE', () => {
  it('cancels what waits, and what is under way, of which stays what is stored', async () => {
    const running = await sent([['long.jsonl', asLines(many(2000, 3))]]);
    const waiting = await sent([['owls.bib', BIB]]);
    const cancelled = await answer<Job>(door, `/v1/jobs/${waiting.id}`, { method: 'DELETE' });
    expect(cancelled).toMatchObject({ state: 'cancelled', started: null, counts: { added: 0 } });
    while ((await answer<Job>(door, `/v1/jobs/${running.id}`)).counts.added === 0) await sleep(5);
    const { state, counts } = await answer<Job>(door, `/v1/jobs/${running.id}`, { method: 'DELETE' });
    expect(state).toBe('cancelled');
    const { library } = await answer<SearchAnswer>(door, '/v1/search?q=x&cutoff=0');
    expect(library.papers).toBeGreaterThanOrEqual(counts.added);
    for (const { id } of [running, waiting]) expect(sentToDisk(id)).toEqual(['job.json']);
    expect(await answer<Job>(door, `/v1/jobs/${running.id}`, { method: 'DELETE' })).toMatchObject({ state });
  });
});

it('lists the newest first', async () => {
  const { jobs } = await answer<{ jobs: JobProgress[] }>(door, '/v1/jobs');
  const numbers = jobs.map(({ id }) => Number(id.split('-')[0]));
  expect(numbers).toEqual(numbers.toSorted((a, b) => b - a));
  expect(jobs[0]).not.toHaveProperty('parts');
});
