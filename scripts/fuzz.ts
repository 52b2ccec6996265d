/**
 * npm run fuzz [-- --source NAME] [--case TEXT] [--size N] [--seed N] [--each]: every source against every hostile file there
 * is for it, and every reader of drafts (`--source draft-markdown` and the like).
 *
 * Each is read in a process of its own kind, so that a crash, a hang or the memory it takes is seen from outside. Prints a
 * table of the sources, with `--each` one of the files before it; exits with 1 where a source crashed, took more than 256 MB
 * or 10 s and 20 µs for each of its records, or said nothing of a file that holds something.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { builtOf } from '../src/package.ts';
import { MAX_RECORD_CHARACTERS } from '../src/sources/source.ts';
import { endingOf, HOSTILE_DRAFTS, hostileDrafts } from '../test/drafts/hostile.ts';
import { HOSTILE, hostileFiles, type HostileFile } from '../test/sources/hostile.ts';
import type { Outcome, Task } from './fuzz/reader.ts';

const { values } = parseArgs({
  options: {
    source: { type: 'string' },
    /** Only files whose name holds this. */
    case: { type: 'string', default: '' },
    /** Characters of a file, half of those of a draft. */
    size: { type: 'string' },
    /** What random bytes and changes are made from. */
    seed: { type: 'string', default: '7' },
    /** Says of each file what became of it. */
    each: { type: 'boolean', default: false },
  },
});
/** Just fewer than a record may have. */
const SOURCE_SIZE = MAX_RECORD_CHARACTERS - 16_384;
/** A draft has twice as many: half a million, a long thesis. Of what is longer, quarantine ends what takes too much. */
const DRAFT_SIZE = 250_000;
const MAX_SECONDS = 10;
/** Some files are nothing but the shortest records there are, up to two million of them: reading those has to stay linear. */
const SECONDS_PER_RECORD = 20e-6;
const MAX_ADDED_MB = 256;
/** When a process that does not answer is ended: its processor time counts, and it may have to wait for a processor. */
const PATIENCE_MS = 300_000;

const folder = mkdtempSync(path.join(tmpdir(), 'akin-fuzz-'));
const failures: string[] = [];
let reader: ChildProcess | undefined;

console.log('| source | files | papers | rejects | most memory added, MB | most processor time, s |');
console.log('|---|---|---|---|---|---|');
try {
  const sources = values.source === undefined ? [...HOSTILE, ...HOSTILE_DRAFTS] : [values.source];
  for (const source of sources) await fuzz(source);
} finally {
  reader?.kill('SIGKILL');
  rmSync(folder, { recursive: true });
}
for (const failure of failures) console.log(`- ${failure}`);
process.exitCode = failures.length === 0 ? 0 : 1;

async function fuzz(source: string): Promise<void> {
  const worst = { addedMB: { value: 0, name: '' }, seconds: { value: 0, name: '' } };
  const rejects: Record<string, number> = {};
  let [files, papers] = [0, 0];
  const file = path.join(folder, `hostile${endingOf(source)}`);
  const [hostileOnes, size] = HOSTILE_DRAFTS.includes(source)
    ? [hostileDrafts, DRAFT_SIZE]
    : [hostileFiles, SOURCE_SIZE];
  for await (const hostile of hostileOnes(source, Number(values.size ?? size), Number(values.seed))) {
    const { name } = hostile;
    if (!name.includes(values.case)) continue;
    write(file, hostile);
    let outcome = await read({ source, file });
    // Memory that an earlier file left behind is not this one's.
    if (typeof outcome !== 'string' && outcome.addedMB > MAX_ADDED_MB) {
      await end();
      outcome = await read({ source, file });
    }
    files++;
    if (typeof outcome === 'string') {
      failures.push(`${source}, ${name}: ${outcome}`);
      continue;
    }
    const { addedMB, seconds } = outcome;
    const records = outcome.papers + Object.values(outcome.rejects).reduce((sum, count) => sum + count, 0);
    if (values.each) {
      const count = [`${outcome.papers} papers`, ...Object.entries(outcome.rejects).map(([code, n]) => `${n} ${code}`)];
      console.log(`${source}, ${name}: ${count.join(', ')}; ${addedMB.toFixed(0)} MB, ${seconds.toFixed(2)} s`);
    }
    if (addedMB > MAX_ADDED_MB) failures.push(`${source}, ${name}: ${addedMB.toFixed(0)} MB`);
    if (seconds > MAX_SECONDS + records * SECONDS_PER_RECORD)
      failures.push(`${source}, ${name}: ${seconds.toFixed(1)} s for ${records} records`);
    if (records === 0 && !outcome.recognised) {
      failures.push(`${source}, ${name}: neither papers nor rejects`);
    }
    papers += outcome.papers;
    for (const [code, count] of Object.entries(outcome.rejects)) rejects[code] = (rejects[code] ?? 0) + count;
    for (const [what, value] of [
      ['addedMB', addedMB],
      ['seconds', seconds],
    ] as const) {
      if (value > worst[what].value) worst[what] = { value, name };
    }
  }
  await end();
  const codes = Object.entries(rejects).map(([code, count]) => `${count} ${code}`);
  const { addedMB, seconds } = worst;
  console.log(
    `| ${source} | ${files} | ${papers} | ${codes.join(', ')} | ${addedMB.value.toFixed(0)} (${addedMB.name}) | ${seconds.value.toFixed(1)} (${seconds.name}) |`,
  );
}

function write(file: string, { pieces }: HostileFile): void {
  const descriptor = openSync(file, 'w');
  for (const piece of pieces) writeFileSync(descriptor, piece);
  closeSync(descriptor);
}

/** What became of a file, or how its reader failed. */
async function read(task: Task): Promise<Outcome | string> {
  reader ??= await start();
  const child = reader;
  child.send(task);
  const over = new AbortController();
  const answer = await Promise.race([
    once(child, 'message', { signal: over.signal }).then(([outcome]) => outcome as Outcome),
    once(child, 'exit', { signal: over.signal }).then(([code, signal]) => `crashed: ${code ?? signal}`),
    sleep(PATIENCE_MS, `no answer within ${PATIENCE_MS / 1000} s`, { signal: over.signal }),
  ]);
  over.abort();
  if (typeof answer === 'string') await end();
  return answer;
}

async function start(): Promise<ChildProcess> {
  const child = fork(builtOf('scripts/fuzz/reader.ts'), { execArgv: ['--expose-gc'] });
  await once(child, 'message');
  return child;
}

async function end(): Promise<void> {
  if (reader?.exitCode === null && reader.signalCode === null) {
    reader.kill('SIGKILL');
    await once(reader, 'exit');
  }
  reader = undefined;
}
