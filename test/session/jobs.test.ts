/** The queue of jobs without a door: what is found on the disk, what services answer, what fails, what is forgotten. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { Embedder } from '../../src/embedding/embedder.ts';
import type { LibraryWriter } from '../../src/library/library.ts';
import { openLibrary, openWriter, type WriterOptions } from '../../src/library/open.ts';
import { configurationOf } from '../../src/session/configuration.ts';
import { newJob, newPart, type Job } from '../../src/session/job.ts';
import { JOB_LIMITS, Jobs, type JobsOptions, type Sent } from '../../src/session/jobs.ts';
import { Shared } from '../../src/session/shared.ts';
import { zoteroIn } from '../../src/session/ways-in.ts';
import { sampleCopy, temporaryFolder } from '../akin.ts';
import { MODEL } from '../library/made.ts';
import { clientOf, serve } from '../sources/online/service.ts';
import { zipOf } from '../sources/workbook-fixture.ts';
import { addItem, createZotero } from '../sources/zotero-fixture.ts';

const embedder = await Embedder.start(MODEL, { threads: 1 });
afterAll(() => embedder.close());

const sharedWriter = (folder: string) => new Shared((how: WriterOptions) => openWriter(folder, how));

/** The queue of a library; `how` is what else it is told, and `asOpened` gives what it has of a writer. */
async function queueOf(
  folder: string,
  how: Partial<JobsOptions> = {},
  asOpened = (writer: LibraryWriter): LibraryWriter => writer,
) {
  const writer = sharedWriter(folder);
  const library = await openLibrary(folder);
  const target = {
    address: folder,
    configuration: configurationOf({}),
    open: {
      library: () => Promise.resolve(library),
      embedder: () => Promise.resolve(embedder),
      writer: async (options: WriterOptions) => asOpened(await writer.open(options)),
    },
  };
  const troubles: Error[] = [];
  const jobs = await Jobs.open({ target, onTrouble: (trouble) => troubles.push(trouble), ...how });
  onTestFinished(async () => {
    await jobs.close();
    await library.close();
  });
  return { jobs, library, writer, troubles };
}

const files =
  (...texts: string[]) =>
  (folder: string): Promise<Sent> => {
    texts.forEach((text, i) => writeFileSync(path.join(folder, String(i)), text));
    const sent = texts.map((text, i) => ({ kind: 'file' as const, name: `${i}.jsonl`, bytes: text.length }));
    return Promise.resolve({ files: sent, names: [], options: {} });
  };

async function over(jobs: Jobs, id: string): Promise<Job> {
  for await (const { progress } of jobs.moments(id, AbortSignal.timeout(50_000))) if (progress.ended) break;
  return jobs.get(id);
}

/** A job as a server leaves it on the disk. */
function left(library: string, job: Job, texts: string[] = []): void {
  const folder = path.join(library, 'jobs', job.id);
  mkdirSync(folder, { recursive: true });
  texts.forEach((text, i) => writeFileSync(path.join(folder, String(i)), text));
  writeFileSync(path.join(folder, 'job.json'), JSON.stringify({ job, options: {}, names: [] }));
}

it('goes on with what is on the disk, part by part, and leaves nothing of what came by halves', async () => {
  const folder = sampleCopy();
  const parts = [newPart('file', 'a.jsonl', 20), newPart('file', 'b.jsonl', 20)];
  const done = { ...parts[0]!, state: 'done' as const, counts: { ...parts[0]!.counts, added: 7 } };
  const running = { ...newJob('4-00000000', [done, { ...parts[1]!, state: 'running' }]), state: 'running' as const };
  left(folder, running, ['{"title": "Never read again"}', '{"title": "The second part"}']);
  left(folder, newJob('10-00000000', [newPart('file', 'c.jsonl', 20)]), ['{"title": "The other job"}']);
  left(folder, { ...newJob('5-00000000', parts), state: 'done', ended: new Date().toISOString() }, ['left over']);
  mkdirSync(path.join(folder, 'jobs', '.receiving-x'));
  mkdirSync(path.join(folder, 'jobs', '6-00000000'));
  const { jobs, library, troubles } = await queueOf(folder);
  expect(jobs.list().map(({ id }) => id)).toEqual(['10-00000000', '5-00000000', '4-00000000']);
  expect(troubles.map(({ message }) => message)).toEqual([expect.stringContaining('6-00000000')]);
  expect(await over(jobs, '10-00000000')).toMatchObject({ state: 'done', restarts: 0, counts: { added: 1 } });
  expect(jobs.get('4-00000000')).toMatchObject({ state: 'done', restarts: 1, counts: { added: 8 } });
  expect((await library.state()).papers).toBe(122);
  expect(readdirSync(path.join(folder, 'jobs')).filter((name) => name.startsWith('.'))).toEqual([]);
  for (const id of ['4-00000000', '5-00000000'])
    expect(readdirSync(path.join(folder, 'jobs', id))).toEqual(['job.json']);
  const { id } = await jobs.add(files('{"title": "A new one"}'));
  expect(id).toMatch(/^11-/);
  expect(await over(jobs, id)).toMatchObject({ state: 'done' });
});

it('keeps those that are over as long as the history is', async () => {
  const folder = sampleCopy();
  for (let i = 1; i <= JOB_LIMITS.history; i++) {
    left(folder, { ...newJob(`${i}-00000000`, []), state: 'done', ended: new Date().toISOString() });
  }
  const { jobs } = await queueOf(folder);
  const { id } = await jobs.add(files('{"title": "One more"}'));
  await over(jobs, id);
  while (jobs.list().length > JOB_LIMITS.history) await sleep(5);
  expect(jobs.list().at(-1)!.id).toBe('2-00000000');
  while (existsSync(path.join(folder, 'jobs', '1-00000000'))) await sleep(5);
});

it('asks online services, and refuses to when it is to stay offline', async () => {
  const works = [{ id: 'https://openalex.org/W1', display_name: 'On 1', title: 'On 1', authorships: [] }];
  const service = await serve(() => JSON.stringify({ meta: { next_cursor: null }, results: works }));
  const names = (): Promise<Sent> => Promise.resolve({ files: [], names: ['openalex:author.id:A123'], options: {} });
  const folder = sampleCopy();
  const { jobs } = await queueOf(folder, { client: clientOf(service.url) });
  const { id } = await jobs.add(names);
  expect(await over(jobs, id)).toMatchObject({ state: 'done', parts: [{ kind: 'name', counts: { added: 1 } }] });
  const offline = await queueOf(sampleCopy(), { offline: true });
  await expect(offline.jobs.add(names)).rejects.toMatchObject({ code: 'offline' });
  expect(offline.jobs.list()).toEqual([]);
});

it('ends amid an archive when it is cancelled, and counts what is rejected as it comes', async () => {
  const members = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`${i}.bib`, '']));
  const { jobs } = await queueOf(sampleCopy());
  const { id } = await jobs.add((folder) => {
    const archive = zipOf(members);
    writeFileSync(path.join(folder, '0'), archive);
    return Promise.resolve({
      ...{ files: [{ kind: 'file', name: 'many.zip', bytes: archive.length }], names: [], options: {} },
    });
  });
  let before = 0;
  for await (const { progress } of jobs.moments(id, AbortSignal.timeout(50_000))) {
    const { counts, rejectsByCode } = jobs.get(id);
    expect(counts.rejected).toBe(rejectsByCode['format-unknown'] ?? 0);
    expect(progress.counts.rejected).toBeGreaterThanOrEqual(before);
    before = progress.counts.rejected;
    if (before > 10) break;
  }
  await jobs.cancel(id);
  const { state, counts } = await over(jobs, id);
  expect(state).toBe('cancelled');
  expect(counts.rejected).toBeGreaterThan(10);
  expect(counts.rejected).toBeLessThan(2900);
});

it('fails with the code of what failed, and keeps what it stored', async () => {
  const folder = sampleCopy();
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  let isFull = false;
  const { jobs, library } = await queueOf(folder, {}, (opened) => {
    const store: LibraryWriter['store'] = async (portion) => {
      if (isFull) throw full;
      isFull = true;
      return opened.store(portion);
    };
    return new Proxy(opened, { get: (of, name) => (name === 'store' ? store : (Reflect.get(of, name) as unknown)) });
  });
  const { id } = await jobs.add(files('{"title": "Stored before"}', '{"title": "Too late"}'));
  const job = await over(jobs, id);
  expect(job).toMatchObject({ state: 'failed', error: { code: 'disk-full' }, files: { done: 1, total: 2 } });
  expect(readdirSync(path.join(folder, 'jobs', id))).toEqual(['job.json']);
  expect(JSON.parse(readFileSync(path.join(folder, 'jobs', id, 'job.json'), 'utf8'))).toMatchObject({ job });
  expect((await library.state()).papers).toBe(121);
});

it('takes no more than so many that wait, and nothing more when these are too large', async () => {
  const folder = sampleCopy();
  const large = newJob('1-00000000', [newPart('file', 'x', JOB_LIMITS.bytes)]);
  left(folder, large, ['{"title": "x"}']);
  const writer = await sharedWriter(folder).open({ model: MODEL, mustBeThatModel: true, purpose: 'a test' });
  const { jobs } = await queueOf(folder);
  await expect(jobs.add(files('{"title": "y"}'))).rejects.toMatchObject({ code: 'overloaded' });
  expect(await jobs.cancel(large.id)).toMatchObject({ state: 'cancelled' });
  for (let i = 0; i < JOB_LIMITS.waiting; i++) await jobs.add(files('{"title": "y"}'));
  const before = readdirSync(path.join(folder, 'jobs')).length;
  await expect(jobs.add(files('{"title": "y"}'))).rejects.toMatchObject({ code: 'overloaded' });
  expect(readdirSync(path.join(folder, 'jobs'))).toHaveLength(before);
  await writer.close();
});

it('a writer is shared by all who write in one process, and free when the last has ended', async () => {
  const folder = sampleCopy();
  const shared = sharedWriter(folder);
  const options = { model: MODEL, mustBeThatModel: true, purpose: 'a test' };
  const [one, other] = await Promise.all([shared.open(options), shared.open(options)]);
  await one.close();
  await one.close();
  expect(await other.pendingCount()).toBe(0);
  const elsewhere = sharedWriter(folder);
  await expect(elsewhere.open(options)).rejects.toMatchObject({ code: 'library-locked' });
  const [, next] = await Promise.all([other.close(), shared.open(options)]);
  expect(await next.pendingCount()).toBe(0);
  await next.close();
  await (await elsewhere.open(options)).close();
});

it('reads Zotero where it lies, at its usual place, and says nothing of where that is', async () => {
  const home = temporaryFolder();
  expect(zoteroIn(home)).toBeUndefined();
  mkdirSync(path.join(home, 'Zotero'));
  const place = path.join(home, 'Zotero', 'zotero.sqlite');
  const zotero = createZotero(place);
  const fields = { title: 'Bread under load', date: '2001-00-00 2001' };
  addItem(zotero, { key: 'ABCD2345', type: 'journalArticle', fields });
  zotero.close();
  expect(zoteroIn(home)).toBe(place);
  const { jobs } = await queueOf(sampleCopy());
  const lying = (...places: string[]) => Promise.resolve({ files: [], places, names: [], options: {} });
  const taken = await over(jobs, (await jobs.add(() => lying(place))).id);
  expect(taken).toMatchObject({
    state: 'done',
    counts: { added: 1 },
    parts: [{ name: 'zotero.sqlite', kind: 'place' }],
  });
  expect(JSON.stringify(taken)).not.toContain(home);

  const broken = path.join(home, 'broken.sqlite');
  writeFileSync(broken, 'SQLite format 3\u0000 and nothing else');
  const failed = await over(jobs, (await jobs.add(() => lying(broken))).id);
  expect(failed.parts[0]!.rejects).toMatchObject([{ file: 'broken.sqlite' }]);
  expect(JSON.stringify(failed)).not.toContain(home);
});
