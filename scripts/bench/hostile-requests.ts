/**
 * npm run bench -- hostile-requests [--papers N] [--folder DIR] [--only TEXT] [--program FILE]: can one request harm the
 * others?
 *
 * Builds a library of the first N papers of arxiv-cs-2016, and starts the real server once for each of the worst requests
 * (hostile/requests.ts). It asks searches one after the other, first alone, then while that request is sent again and again
 * for at least five seconds and once to its end. Prints the median and the 95th percentile of a search before and
 * meanwhile, how the request was answered and how long that took, and the memory the server took above what it has idle.
 * Exits with 1 where a search's p95 is 100 ms or more, or memory grows by more than 300 MB.
 */
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { LIBRARY_FILE } from '../../src/library/local/database.ts';
import { builtOf, ROOT } from '../../src/package.ts';
import { REQUESTS } from './hostile/requests.ts';
import type { Sent } from './hostile/sender.ts';
import { percentile, recordsWithAbstract, shared, startServer } from './report.ts';

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    papers: { type: 'string', default: '3000' },
    /** Keeps the library there, and does not build it again if it is there already. */
    folder: { type: 'string' },
    /** Only requests whose name holds this. */
    only: { type: 'string', default: '' },
    /** The command of another checkout, to compare with. */
    program: { type: 'string', default: path.join(ROOT, 'src/cli/akin.js') },
  },
});
const MAX_P95_MS = 100;
const MAX_ADDED_MB = 300;
const AT_LEAST_MS = 5000;
/** When a request that is not answered is given up. */
const PATIENCE_MS = 90_000;
const IDLE_SEARCHES = 60;
const SENDER = builtOf('scripts/bench/hostile/sender.ts');

const papers = Number(values.papers);
const folder = values.folder ?? mkdtempSync(path.join(tmpdir(), 'akin-hostile-'));
const all = await recordsWithAbstract(shared('papers/arxiv-cs-2016.jsonl.gz'), papers + 5000);
// Titles of papers that are not in the library, each asked once: no answer is one that is remembered.
const titles = all.slice(papers).map(({ title }) => title);
let asked = 0;
let failures = 0;

try {
  if (!existsSync(path.join(folder, LIBRARY_FILE))) await build();
  console.log('| request | answer | s | idle MB | MB added | p50 / p95 alone, ms | p50 / p95 meanwhile | longest |');
  console.log('|---|---|---|---|---|---|---|---|');
  for (const name of Object.keys(REQUESTS).filter((each) => each.includes(values.only))) await measure(name);
} finally {
  if (!values.folder) rmSync(folder, { recursive: true });
}
process.exitCode = failures === 0 ? 0 : 1;

async function build(): Promise<void> {
  const child = spawn(process.execPath, [values.program, 'add', '-', '--format', 'jsonl', '--index', folder], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  for (const record of all.slice(0, papers)) {
    if (!child.stdin.write(`${JSON.stringify(record)}\n`)) await once(child.stdin, 'drain');
  }
  child.stdin.end();
  await once(child, 'close');
}

async function measure(name: string): Promise<void> {
  const { child: server, url } = await startServer(values.program, folder);
  const agent = new Agent({ keepAlive: true });
  const search = () => ask(url, agent);
  for (let i = 0; i < IDLE_SEARCHES; i++) await search();
  const alone: number[] = [];
  for (let i = 0; i < IDLE_SEARCHES; i++) alone.push((await search())!);

  const idle = memoryOf(server, 'VmRSS');
  writeFileSync(`/proc/${server.pid}/clear_refs`, '5'); // The highest that its memory was is forgotten.
  const sender = fork(SENDER, [name, url], { stdio: 'inherit' });
  const sent: Sent[] = [];
  sender.on('message', (message: Sent) => sent.push(message));
  await once(sender, 'spawn');
  const start = performance.now();
  const isGoingOn = () => {
    const ms = performance.now() - start;
    return ms < AT_LEAST_MS || (sent.length === 0 && ms < PATIENCE_MS);
  };
  const meanwhile: number[] = [];
  while (isGoingOn()) {
    const left = PATIENCE_MS - (performance.now() - start);
    const ms = await Promise.race([search(), sleep(left)]);
    if (ms !== undefined) meanwhile.push(ms);
    else if (performance.now() - start >= PATIENCE_MS) meanwhile.push(PATIENCE_MS);
  }
  const added = memoryOf(server, 'VmHWM') - idle;
  sender.kill('SIGKILL');
  server.kill('SIGKILL');
  agent.destroy();
  await once(server, 'close');

  const p95 = percentile(sorted(meanwhile), 95);
  const isGood = p95 < MAX_P95_MS && added <= MAX_ADDED_MB;
  if (!isGood) failures++;
  const answers = [...new Set(sent.map(({ answer }) => answer))].join(', ') || 'none';
  const seconds =
    sent.length === 0 ? `over ${PATIENCE_MS / 1000}` : Math.max(...sent.map((each) => each.seconds)).toFixed(2);
  const times = (ms: number[]) => `${percentile(sorted(ms), 50).toFixed(1)} / ${percentile(sorted(ms), 95).toFixed(1)}`;
  console.log(
    `| ${isGood ? '' : '**'}${name}${isGood ? '' : '**'} | ${answers} | ${seconds} | ${idle} | ${added} | ${times(alone)} | ${times(meanwhile)} | ${Math.max(...meanwhile).toFixed(0)} |`,
  );
}

function memoryOf({ pid }: ChildProcess, line: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(new RegExp(`${line}:\\s+(\\d+)`).exec(status)![1]) / 1024);
}

/** Asks a search that was not asked before. @returns milliseconds; undefined if there was no good answer. */
function ask(url: string, agent: Agent): Promise<number | undefined> {
  const title = titles[asked++ % titles.length]!;
  const address = new URL(`/v1/search?q=${encodeURIComponent(title)}`, url);
  const start = performance.now();
  return new Promise((resolve) => {
    get(address, { agent }, (answer) => {
      answer.resume();
      answer.on('close', () => resolve(answer.statusCode === 200 ? performance.now() - start : undefined));
    }).on('error', () => setTimeout(() => resolve(undefined), 10));
  });
}

function sorted(values: number[]): number[] {
  return values.toSorted((a, b) => a - b);
}
