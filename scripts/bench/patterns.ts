/**
 * npm run bench -- patterns [--code DIR] [--door NAME] [--all] [--limit SECONDS]: how the time to read texts grows with their
 * length, on every pattern of test/drafts/patterns.ts at 1, 10 and 100 kB, in processor time of a process of their own.
 *
 * Prints the patterns whose time grows faster than their length, or all, and the slowest of every door. `--code` reads with
 * what was built in another checkout.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { builtOf, ROOT } from '../../src/package.ts';
import { DOORS, patterns, type Door } from '../../test/drafts/patterns.ts';
import type { Task, Timed } from './pattern-reader.ts';

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    code: { type: 'string', default: ROOT },
    door: { type: 'string' },
    all: { type: 'boolean', default: false },
    /** Seconds of processor time after which a text is given up. */
    limit: { type: 'string', default: '10' },
  },
});
const SIZES = [1000, 10_000, 100_000];
const LIMIT = Number(values.limit);
/** Of ten times the text; below the floor, what the machine does besides says more. */
const [MAX_GROWTH, FLOOR] = [40, 0.25];
/** Clock ticks in a second, in which Linux counts processor time. */
const TICKS = 100;

const root = path.resolve(values.code);
let reader: ChildProcess | undefined;
const worst = new Map<Door, { name: string; seconds: number }>();
let [read, grown] = [0, 0];

console.log('| door | pattern | 1 kB, s | 10 kB, s | 100 kB, s |');
console.log('|---|---|---|---|---|');
for (const pattern of patterns(DOORS.filter((door) => values.door === undefined || door === values.door))) {
  const seconds: number[] = [];
  for (const size of SIZES) {
    if ((seconds.at(-1) ?? 0) >= LIMIT) seconds.push(Infinity);
    else seconds.push(await timeOf({ pattern, size }));
  }
  const growth = seconds.map((each, i) => i > 0 && each > FLOOR && each > MAX_GROWTH * seconds[i - 1]!);
  const isGrown = growth.includes(true) || seconds.some((each) => each >= LIMIT);
  read++;
  if (isGrown) grown++;
  if (isGrown || values.all) console.log(`| ${pattern.door} | ${pattern.name} | ${seconds.map(shown).join(' | ')} |`);
  if (seconds.at(-1)! > (worst.get(pattern.door)?.seconds ?? -1))
    worst.set(pattern.door, { name: pattern.name, seconds: seconds.at(-1)! });
}
reader?.kill('SIGKILL');
console.log(`\n${grown} of ${read} patterns grow faster than their length, or take ${LIMIT} s and more\n`);
for (const [door, { name, seconds }] of worst) console.log(`- ${door}: at most ${shown(seconds)} s (${name})`);

function shown(seconds: number): string {
  return seconds >= LIMIT ? `> ${LIMIT}` : seconds.toFixed(3);
}

/** Seconds of processor time, warm; `Infinity` where they are more than the limit. */
async function timeOf(task: Task): Promise<number> {
  let best = Infinity;
  // The first run also loads and compiles. A slow one is not repeated.
  for (let run = 0; run < 3; run++) {
    const seconds = await timeOnce(task);
    best = Math.min(best, seconds);
    if (best > FLOOR) break;
  }
  return best;
}

async function timeOnce(task: Task): Promise<number> {
  reader ??= await start();
  const child = reader;
  const used = secondsOf(child);
  child.send(task);
  const over = new AbortController();
  const answer = once(child, 'message', { signal: over.signal }).then(([timed]) => timed as Timed);
  const ended = once(child, 'exit', { signal: over.signal }).then(() => undefined);
  const late = (async (): Promise<undefined> => {
    while (!over.signal.aborted && secondsOf(child) - used < LIMIT) await sleep(200);
  })();
  for (const each of [answer, ended]) each.catch(() => {});
  const timed = await Promise.race([answer, ended, late]);
  over.abort();
  if (timed === undefined) {
    child.kill('SIGKILL');
    reader = undefined;
  }
  return timed?.seconds ?? Infinity;
}

/** Processor time a process has taken. */
function secondsOf({ pid }: ChildProcess): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS;
  } catch {
    return Infinity; // It has ended.
  }
}

async function start(): Promise<ChildProcess> {
  const child = fork(builtOf('scripts/bench/pattern-reader.ts'), [root]);
  await once(child, 'message');
  return child;
}
