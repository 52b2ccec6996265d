/**
 * npm run bench -- event-loop --folder DIR [--seconds 30]: how long does the server's main thread keep others waiting?
 *
 * Serves a copy of the library in DIR, whose graph's snapshot is deleted, so that the graph is built anew meanwhile; another
 * process asks filtered searches, facets and the page, four at a time; `akin add` commits papers,
 * ten at a time, and removes them. Prints the delays of the event loop (p50, p99, max, in ms), those of a process that does
 * nothing meanwhile, which are the machine's, and what was done.
 */
import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { pino } from 'pino';
import { createApp } from '../../src/http/app.ts';
import { listen } from '../../src/http/server.ts';
import { builtOf, ROOT } from '../../src/package.ts';
import { configurationOf } from '../../src/session/configuration.ts';
import { Session } from '../../src/session/session.ts';
import { recordsWithAbstract, shared } from './report.ts';

const QUESTIONS = ['graph neural networks year:2014..2016', 'speech recognition author:li', 'category:cs.CL parsing'];
const RESOLUTION_MS = 1;

if (!process.send) await measure();
else if (process.argv[2]) await askUntilTold(process.argv[2]);
else await idleUntilTold();

async function measure(): Promise<void> {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: { folder: { type: 'string' }, seconds: { type: 'string', default: '30' } },
  });
  if (!values.folder) throw new Error('--folder DIR is missing: the library that is served');
  const place = mkdtempSync(path.join(tmpdir(), 'akin-event-loop-'));
  const address = path.join(place, 'index');
  try {
    cpSync(values.folder, address, { recursive: true });
    for (const name of readdirSync(address).filter((each) => each.startsWith('graph-')))
      rmSync(path.join(address, name));
    const session = new Session({ address, configuration: configurationOf({}), threads: 1 });
    const server = await listen(createApp({ session, log: pino({ level: 'silent' }) }), { host: '127.0.0.1', port: 0 });
    const idle = fork(builtOf('scripts/bench/event-loop.ts'));
    const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    delays.enable();
    await session.ready();
    const asker = fork(builtOf('scripts/bench/event-loop.ts'), [server.url]);
    const commits = await commitFor(Number(values.seconds) * 1000, place, address);
    asker.send('enough');
    const [asked] = (await once(asker, 'message')) as [string];
    delays.disable();
    idle.send('enough');
    const [machine] = (await once(idle, 'message')) as [string];
    console.log(`delays of the event loop: ${inWords(delays)}; of a process that does nothing: ${machine}`);
    console.log(`meanwhile ${asked}, ${commits} times papers were added or removed, and the graph was built anew`);
    await server.close();
    await session.close();
  } finally {
    rmSync(place, { recursive: true });
  }
}

function inWords(delays: IntervalHistogram): string {
  const ms = (value: number): string => Math.max(0, value / 1e6 - RESOLUTION_MS).toFixed(1);
  return `p50 ${ms(delays.percentile(50))}, p99 ${ms(delays.percentile(99))}, max ${ms(delays.max)} ms`;
}

/** The process that does nothing. */
async function idleUntilTold(): Promise<void> {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  await once(process, 'message');
  process.send!(inWords(delays), () => process.exit());
}

async function commitFor(milliseconds: number, place: string, address: string): Promise<number> {
  const file = path.join(place, 'more.jsonl');
  const records = await recordsWithAbstract(shared('papers/ml-conferences.jsonl.gz'), 10);
  const papers = records.map((record, i) => JSON.stringify({ ...record, id: `more/${i}` }));
  writeFileSync(file, papers.join('\n'));
  const ids = papers.map((_, i) => `more/${i}`);
  const akin = (...parameters: string[]) =>
    promisify(execFile)(process.execPath, [path.join(ROOT, 'src/cli/akin.js'), ...parameters, '--index', address]);
  const end = performance.now() + milliseconds;
  let commits = 0;
  for (; performance.now() < end; commits += 2) {
    await akin('add', file);
    await akin('remove', ...ids);
  }
  return commits;
}

/** The process that asks. */
async function askUntilTold(url: string): Promise<void> {
  let isEnough = false;
  process.once('message', () => (isEnough = true));
  const counts: Record<string, number> = {};
  const paths = [
    ...QUESTIONS.map((question) => `/v1/search?q=${encodeURIComponent(question)}`),
    '/v1/search?q=translation&facets=true',
    '/',
  ];
  await Promise.all(
    Array.from({ length: 4 }, async (_, i) => {
      for (let n = i; !isEnough; n++) {
        const { status } = await fetch(url + paths[n % paths.length]!);
        counts[status] = (counts[status] ?? 0) + 1;
        if (status !== 200) await sleep(50);
      }
    }),
  );
  const told = Object.entries(counts).map(([status, count]) => `${count} requests were answered with ${status}`);
  process.send!(told.join(', '), () => process.exit());
}
