/**
 * npm run soak -- --folder DIR [--minutes 60] [--rate N]
 *
 * Serves a copy of the library in DIR while papers come and go: by PUT and DELETE, by jobs, by `akin add` and `akin remove` in other
 * processes, of whose commits the server hears; every fifth round ends with `akin compact`. Finds how many requests a second it can
 * take meanwhile, and asks half as many (or --rate) for so long, whether or not the ones before were answered: searches of every mode,
 * filtered, explained, with facets, like a paper; the page, lists, an agent's call, health. Prints what every tenth of the
 * time had: requests, those that failed, p50 and p95, resident memory. Exits 1 when a request failed, or a paper too many or too
 * few is there in the end.
 */
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { akin, PROGRAM } from '../test/akin.ts';
import { endless, percentile, recordsWithAbstract, shared, startServer } from './bench/report.ts';

const { values } = parseArgs({
  options: { folder: { type: 'string' }, minutes: { type: 'string', default: '60' }, rate: { type: 'string' } },
});
if (!values.folder) throw new Error('--folder DIR is missing: the library that is served');
const PARTS = 10;

const place = mkdtempSync(path.join(tmpdir(), 'akin-soak-'));
const library = path.join(place, 'index');
cpSync(values.folder, library, { recursive: true });
const { child, url } = await startServer(PROGRAM, library, {
  stderr: 'inherit',
  environment: { AKIN_LOG: 'error' },
});
const records = await recordsWithAbstract(shared('papers/ml-conferences.jsonl.gz'), 2000);
let next = 0;
const title = endless(records.map((record) => record.title));
const search = (more: string) => () => `/v1/search?q=${encodeURIComponent(title())}&${more}`;
const { papers: known } = (await json('/v1/papers?limit=100')) as { papers: { id: string }[] };
const id = () => encodeURIComponent(known[next++ % known.length]!.id);
/** What is asked, in turn. */
const asked: (() => string | { path: string; init: RequestInit })[] = [
  search('mode=hybrid'),
  search('mode=hybrid&limit=30'),
  search('mode=dense'),
  () => `/v1/papers/${id()}/similar?limit=${10 + (next % 20)}`,
  search('mode=lexical'),
  search('year=2014..2016'),
  search('explain=full'),
  search('facets=true'),
  () => `/?q=${encodeURIComponent(title())}`,
  () => `/v1/papers/${id()}`,
  () => '/v1/papers?sort=newest&limit=50',
  () => '/readyz',
  () => ({
    path: '/mcp',
    init: {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: 'search_papers', arguments: { query: title() } },
      }),
    },
  }),
];

interface Part {
  times: number[];
  failed: number;
  memory: number[];
}
const parts: Part[] = [];
const failures: string[] = [];
const fail = (what: string) => {
  if (failures.push(what) <= 20) console.error(`failed: ${what}`);
};

async function json(address: string): Promise<unknown> {
  return (await fetch(url + address)).json();
}

/** One request of those there are, in turn. */
async function one(part: Part): Promise<void> {
  const each = asked[next++ % asked.length]!();
  const { path: where, init } = typeof each === 'string' ? { path: each, init: {} } : each;
  const start = performance.now();
  try {
    const response = await fetch(url + where, { ...init, signal: AbortSignal.timeout(60_000) });
    const text = await response.text();
    if (response.status !== 200 || /"isError":true/.test(text))
      throw new Error(`${response.status} ${text.slice(0, 200)}`);
    part.times.push(performance.now() - start);
  } catch (error) {
    part.failed++;
    fail(`${where}: ${(error as Error).message}`);
  }
}

/** How many requests a second are answered to four who ask without a break. */
async function most(seconds: number): Promise<number> {
  const part: Part = { times: [], failed: 0, memory: [] };
  const end = performance.now() + seconds * 1000;
  const ask = async () => {
    while (performance.now() < end) await one(part);
  };
  await Promise.all(Array.from({ length: 4 }, ask));
  return part.times.length / seconds;
}

async function write(method: string, where: string, body?: unknown): Promise<unknown> {
  const response = await fetch(url + where, {
    method,
    ...(body !== undefined && { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
  });
  if (!response.ok) fail(`${method} ${where}: ${response.status} ${(await response.text()).slice(0, 200)}`);
  return response.status === 204 ? undefined : response.json();
}

async function elsewhere(...parameters: string[]): Promise<void> {
  const { code, stderr } = await akin([...parameters, '--index', library]);
  if (code !== 0) fail(`akin ${parameters[0]}: ${stderr}`);
}

const changes = { put: 0, deleted: 0, jobs: 0, added: 0, compacted: 0 };
/** Papers come in the four ways there are, and go again. */
async function round(count: number): Promise<void> {
  const some = (kind: string, from: number, size: number) =>
    Array.from({ length: size }, (_, i) => {
      const { title: name, abstract } = records[(from + i) % records.length]!;
      return { id: `soak/${kind}-${count}-${i}`, title: `${name} (${kind} ${count})`, abstract };
    });
  const [put, sent, added] = [some('put', count * 7, 5), some('job', count * 11, 20), some('add', count * 13, 10)];
  for (const { id: each, ...paper } of put) await write('PUT', `/v1/papers/${encodeURIComponent(each)}`, paper);
  const { id: job } = (await write('POST', '/v1/jobs', { papers: sent })) as { id: string };
  for (let state = ''; state !== 'done'; await sleep(500)) {
    ({ state } = (await json(`/v1/jobs/${job}`)) as { state: string });
    if (state === 'failed' || state === 'cancelled') return fail(`job ${job} is ${state}`);
  }
  const file = path.join(place, 'more.jsonl');
  writeFileSync(file, added.map((paper) => JSON.stringify(paper)).join('\n'));
  await elsewhere('add', file);
  const hit = added[0]!;
  const found = (await json(`/v1/papers/${encodeURIComponent(hit.id)}`)) as { title?: string };
  if (found.title !== hit.title) fail(`${hit.id}, which was added, is not there`);
  for (const { id: each } of [...put, ...sent.slice(0, 10)]) {
    await write('DELETE', `/v1/papers/${encodeURIComponent(each)}`);
  }
  await elsewhere('remove', ...[...sent.slice(10), ...added].map(({ id: each }) => each));
  if (count % 5 === 0) await elsewhere('compact');
  changes.put += put.length;
  changes.jobs++;
  changes.added += added.length;
  changes.deleted += put.length + sent.length + added.length;
  if (count % 5 === 0) changes.compacted++;
}

const residentMb = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]) / 1024;
const size = async () => ((await json('/readyz')) as { library: { papers: number } }).library.papers;

try {
  const papers = await size();
  let isOver = false;
  const upkeep = (async () => {
    for (let count = 1; !isOver; count++) await round(count);
  })();
  await most(5);
  const taken = await most(30);
  const rate = values.rate ? Number(values.rate) : taken / 2;
  console.log(`${taken.toFixed(0)} requests a second at most; ${rate.toFixed(1)} from now on`);
  const row = (cells: (string | number)[]) => console.log(cells.map((cell) => String(cell).padStart(11)).join(''));
  row(['minute', 'requests', 'failed', 'p50 ms', 'p95 ms', 'max ms', 'MB: lowest', 'median', 'highest']);
  const length = (Number(values.minutes) * 60_000) / PARTS;
  const waiting = new Set<Promise<void>>();
  const start = performance.now();
  for (let part = 0; part < PARTS; part++) {
    const now: Part = { times: [], failed: 0, memory: [] };
    parts.push(now);
    const sampled = setInterval(() => now.memory.push(residentMb()), 2000);
    for (let sent = 0; performance.now() < start + (part + 1) * length; sent++) {
      const request = one(now).finally(() => waiting.delete(request));
      waiting.add(request);
      await sleep(Math.max(0, start + part * length + ((sent + 1) * 1000) / rate - performance.now()));
    }
    clearInterval(sampled);
    const [times, memory] = [now.times.toSorted((a, b) => a - b), now.memory.toSorted((a, b) => a - b)];
    const [p50, p95] = [percentile(times, 50), percentile(times, 95)].map((each) => each.toFixed(0)) as [
      string,
      string,
    ];
    const figures = [memory[0]!, percentile(memory, 50), memory.at(-1)!].map((each) => each.toFixed(0));
    const minute = (((part + 1) * length) / 60_000).toFixed(0);
    row([minute, times.length, now.failed, p50, p95, times.at(-1)!.toFixed(0), ...figures]);
  }
  isOver = true;
  await Promise.all([...waiting, upkeep]);
  const after = await size();
  if (after !== papers) fail(`${papers} papers were there, now ${after} are`);
  console.log(
    `${parts.reduce((sum, part) => sum + part.times.length, 0)} requests answered, ${failures.length} failures; ` +
      `${changes.put} papers put, ${changes.jobs} jobs, ${changes.added} added elsewhere, ${changes.deleted} deleted, ` +
      `${changes.compacted} times compacted; ${after} papers before and after`,
  );
} finally {
  child.kill('SIGTERM');
  await once(child, 'exit');
  rmSync(place, { recursive: true });
}
process.exitCode = failures.length === 0 ? 0 : 1;
