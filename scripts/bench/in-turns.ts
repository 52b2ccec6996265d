/**
 * npm run bench -- in-turns --folder DIR --other PROGRAM --other-folder DIR [--questions N]: is this checkout slower than
 * another one, and does it give the same answers?
 *
 * Starts the servers of both on a library of the same papers (a copy each, since the newer one may bring its own to a new
 * format), and asks them the same questions in turns, a block of questions each, so that what the machine does besides falls
 * on both. Prints what a client waits (p50 / p95, ms) of a first page, an explained one, a second page and a repeated
 * question; the resident memory of both; and how many first pages name the same ten papers in the same order.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../../src/package.ts';
import { percentile, recordsWithAbstract, shared, startServer } from './report.ts';

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    folder: { type: 'string' },
    other: { type: 'string' },
    'other-folder': { type: 'string' },
    questions: { type: 'string', default: '400' },
  },
});
const { folder, other, 'other-folder': otherFolder } = values;
if (!folder || !other || !otherFolder) throw new Error('expected --folder DIR --other PROGRAM --other-folder DIR');
const BLOCK = 25;

interface Hits {
  hits: { id: string }[];
  next: string | null;
}

class Server {
  readonly times = new Map<string, number[]>();
  readonly #child: ChildProcess;
  readonly #url: string;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.#url = url;
  }

  static async start(program: string, index: string): Promise<Server> {
    const { child, url } = await startServer(program, index, { environment: { AKIN_LOG: 'silent' } });
    return new Server(child, url);
  }

  async ask(kind: string, parameters: Record<string, string>): Promise<Hits> {
    const start = performance.now();
    const response = await fetch(`${this.#url}/v1/search?${new URLSearchParams(parameters).toString()}`);
    const answer = await response.json();
    const ms = performance.now() - start;
    if (!response.ok) throw new Error(JSON.stringify(answer));
    this.times.set(kind, [...(this.times.get(kind) ?? []), ms]);
    return answer as Hits;
  }

  async askAll(question: string): Promise<string> {
    const first = await this.ask('first page', { q: question });
    await this.ask('repeated', { q: question });
    if (first.next !== null) await this.ask('second page', { q: question, cursor: first.next });
    await this.ask('explained', { q: `${question} explained`, explain: 'fast' });
    return first.hits.map(({ id }) => id).join(' ');
  }

  /** MB. */
  get memory(): string {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    const [now, most] = ['VmRSS', 'VmHWM'].map(
      (name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)![1]) / 1e3,
    );
    return `${now!.toFixed(0)} MB resident, at most ${most!.toFixed(0)}`;
  }

  async end(): Promise<void> {
    this.#child.kill('SIGTERM');
    await once(this.#child, 'exit');
  }
}

const count = Number(values.questions);
const records = await recordsWithAbstract(shared('papers/ml-conferences.jsonl.gz'), count + BLOCK);
const questions = records.map(({ title }) => title);
const here = await Server.start(path.join(ROOT, 'src/cli/akin.js'), folder);
const there = await Server.start(other, otherFolder);
try {
  for (const question of questions.slice(count)) for (const server of [here, there]) await server.askAll(question);
  for (const server of [here, there]) server.times.clear();
  let alike = 0;
  for (let at = 0; at < count; at += BLOCK) {
    const block = questions.slice(at, Math.min(at + BLOCK, count));
    const order = (at / BLOCK) % 2 === 0 ? [here, there] : [there, here];
    const answers = new Map<Server, string[]>();
    for (const server of order) {
      const found: string[] = [];
      for (const question of block) found.push(await server.askAll(question));
      answers.set(server, found);
    }
    alike += block.filter((_, i) => answers.get(here)![i] === answers.get(there)![i]).length;
  }
  for (const kind of here.times.keys()) {
    const told = [here, there].map((server) => {
      const times = server.times.get(kind)!.toSorted((a, b) => a - b);
      return `${percentile(times, 50).toFixed(1)} / ${percentile(times, 95).toFixed(1)}`;
    });
    console.log(`${kind.padEnd(12)} here ${told[0]!}, there ${told[1]!} ms`);
  }
  console.log(`memory: here ${here.memory}; there ${there.memory}`);
  console.log(`${alike} of ${count} first pages are the same, paper by paper`);
} finally {
  await Promise.all([here.end(), there.end()]);
}
