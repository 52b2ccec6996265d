/** What the benchmarks share: where the texts are, how figures are spread and printed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { ROOT } from '../../src/package.ts';

/** The folder of real papers and judged collections beside the checkout. */
export const SHARED = path.join(ROOT, '../shared');

/** The path of a file under `../shared`. @throws Error when it is not there. */
export function shared(file: string): string {
  const full = path.join(SHARED, file);
  if (!existsSync(full)) throw new Error(`this benchmark reads ${full}, which is not there`);
  return full;
}

/** The first `count` records of a .jsonl.gz file that have an abstract, whole. */
export async function recordsWithAbstract(file: string, count: number): Promise<{ title: string; abstract: string }[]> {
  const records: { title: string; abstract: string }[] = [];
  for await (const line of createInterface({ input: createReadStream(file).pipe(createGunzip()) })) {
    const { abstract = '', ...record } = JSON.parse(line) as { title: string; abstract?: string };
    if (abstract) records.push({ ...record, abstract });
    if (records.length === count) break;
  }
  return records;
}

/** What gives questions of which no two are the same: titles, each with a number behind it. */
export function endless(titles: string[]): () => string {
  let next = 0;
  return () => `${titles[next++ % titles.length]!} ${next}`;
}

export interface Spread {
  min: number;
  median: number;
  max: number;
}

export function spread(values: number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return { min: sorted[0]!, median: percentile(sorted, 50), max: sorted.at(-1)! };
}

/** @param sorted ascending. Nearest-rank percentile, `p` in 0..100. */
export function percentile(sorted: number[], p: number): number {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil((p / 100) * sorted.length) - 1))]!;
}

export function showSpread({ min, median, max }: Spread, digits = 1): string {
  return `${min.toFixed(digits)} / ${median.toFixed(digits)} / ${max.toFixed(digits)}`;
}

/**
 * Starts the server of a checkout on a library; resolves when it answers.
 * @param program the command, for instance that of another checkout.
 * @param environment variables to set beside those there are.
 */
export async function startServer(
  program: string,
  folder: string,
  { stderr = 'ignore', environment = {} }: { stderr?: 'ignore' | 'inherit'; environment?: NodeJS.ProcessEnv } = {},
): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [path.resolve(program), 'serve', '--index', folder, '--port', '0', '--json'], {
    stdio: ['ignore', 'pipe', stderr],
    env: { ...process.env, ...environment },
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, url: (JSON.parse(line.toString()) as { url: string }).url };
}

/** Watches a process's resident memory; returns its highest value so far, in MB. */
export function watchMemory(child: ChildProcess): () => number {
  let highest = 0;
  const timer = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      highest = Math.max(highest, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
    } catch {
      clearInterval(timer);
    }
  }, 200);
  child.once('close', () => clearInterval(timer));
  return () => Math.round(highest);
}
