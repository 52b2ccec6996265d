/**
 * npm run bench -- load --folder DIR [--program FILE] [--seconds 10]: requests a second, and how long each took, of a real server
 * on the library in DIR: by meaning, by words, by both, and papers similar to one, over 1, 4 and 16 connections. No question is
 * asked twice; titles of papers that the library need not have are the questions. --program is the command to start, for
 * instance that of another checkout.
 */
import { once } from 'node:events';
import path from 'node:path';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import { ROOT } from '../../src/package.ts';
import { endless, percentile, recordsWithAbstract, shared, startServer, watchMemory } from './report.ts';

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    folder: { type: 'string' },
    program: { type: 'string', default: path.join(ROOT, 'src/cli/akin.js') },
    seconds: { type: 'string', default: '10' },
  },
});
if (!values.folder) throw new Error('--folder DIR is missing: the library that is searched');

const { child, url } = await startServer(values.program, values.folder, { environment: { AKIN_LOG: 'silent' } });
const memory = watchMemory(child);
const titles = (await recordsWithAbstract(shared('papers/ml-conferences.jsonl.gz'), 500)).map(({ title }) => title);
const list = (await (await fetch(`${url}/v1/papers?limit=100`)).json()) as { papers: { id: string }[] };
const ids = list.papers.map(({ id }) => encodeURIComponent(id));
let next = 0;
const title = endless(titles);
const question = (mode: string): string => `/v1/search?mode=${mode}&q=${encodeURIComponent(title())}`;
const kinds: Record<string, () => string> = {
  dense: () => question('dense'),
  lexical: () => question('lexical'),
  hybrid: () => question('hybrid'),
  // Another limit makes another question of the same paper, as long as it is not asked for all of them.
  similar: () => `/v1/papers/${ids[next % ids.length]!}/similar?limit=${10 + (Math.floor(next++ / ids.length) % 20)}`,
};

const row = (cells: (string | number)[]) => console.log(cells.map((cell) => String(cell).padStart(12)).join(''));
try {
  await measured('hybrid', 2, 3);
  row(['', 'connections', 'requests/s', 'p50 ms', 'p95 ms', 'p99 ms', 'not 200']);
  for (const kind of Object.keys(kinds)) {
    for (const connections of [1, 4, 16]) {
      const { times, failed, perSecond } = await measured(kind, connections, Number(values.seconds));
      const [p50, p95, p99] = [50, 95, 99].map((p) => percentile(times, p).toFixed(1)) as [string, string, string];
      row([kind, connections, perSecond.toFixed(0), p50, p95, p99, failed]);
    }
  }
  console.log(`the server took ${memory()} MB at most`);
} finally {
  child.kill('SIGTERM');
  await once(child, 'exit');
}

/** What came of asking one kind of question for some seconds. @returns times in ms, ascending, of what was answered with 200. */
async function measured(
  kind: string,
  connections: number,
  seconds: number,
): Promise<{ times: number[]; failed: number; perSecond: number }> {
  const times: number[] = [];
  const setupRequest = (request: autocannon.Request): autocannon.Request => ({ ...request, path: kinds[kind]!() });
  const options = { url, connections, duration: seconds, requests: [{ setupRequest }] };
  const { requests, errors, timeouts, duration } = await new Promise<autocannon.Result>((resolve, reject) => {
    const run = autocannon(options, (error: Error | null, result) => (error ? reject(error) : resolve(result)));
    run.on('response', (_, status, __, time) => {
      if (status === 200) times.push(time);
    });
  });
  times.sort((a, b) => a - b);
  return { times, failed: requests.total - times.length + errors + timeouts, perSecond: times.length / duration };
}
