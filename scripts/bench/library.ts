/**
 * npm run bench -- library [--papers N] [--queries N] [--folder DIR]: the whole job at scale.
 *
 * Builds a library of the first N papers of arxiv-cs-2016 with the real command, then starts the real server and asks it
 * over HTTP with 1 and 16 connections. Prints docs/s, size, resident memory, cold start, latency; and the recall@10 of
 * the graph against exact search at the default ef.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import Database from 'better-sqlite3';
import { dot } from '../../src/library/graph.ts';
import { LIBRARY_FILE } from '../../src/library/database.ts';
import { LocalLibrary } from '../../src/library/local.ts';
import { percentile, recordsWithAbstract, shared, watchMemory } from './report.ts';

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    papers: { type: 'string', default: '20000' },
    queries: { type: 'string', default: '1000' },
    /** Keeps the library there, and does not build it again if it is there already. */
    folder: { type: 'string' },
  },
});
const papers = Number(values.papers);
const queryCount = Number(values.queries);
const folder = values.folder ?? mkdtempSync(path.join(tmpdir(), 'akin-bench-'));
const program = fileURLToPath(new URL('../../src/cli/akin.js', import.meta.url));

// Titles of the papers that follow those in the library: real questions, none of them answered by itself.
const all = await recordsWithAbstract(shared('papers/arxiv-cs-2016.jsonl.gz'), papers + queryCount);
const titles = all.slice(papers).map(({ title }) => title);

if (existsSync(path.join(folder, LIBRARY_FILE))) {
  console.log(`using the library in ${folder}`);
} else {
  await build();
}
await serveAndAsk();
await measureRecall();
if (!values.folder) rmSync(folder, { recursive: true });

async function build(): Promise<void> {
  const start = performance.now();
  const child = spawn(process.execPath, [program, 'add', '-', '--format', 'jsonl', '--index', folder, '--json'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const memory = watchMemory(child);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  for (const record of all.slice(0, papers)) {
    if (!child.stdin.write(`${JSON.stringify(record)}\n`)) await once(child.stdin, 'drain');
  }
  child.stdin.end();
  await once(child, 'close');
  const seconds = (performance.now() - start) / 1000;
  const summary = JSON.parse(output) as { added: number; embedded: number; truncated: number };
  const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(path.join(folder, name)).size, 0);
  console.log(`build: ${summary.added} added, ${summary.embedded} embedded, ${summary.truncated} truncated`);
  console.log(
    `build: ${seconds.toFixed(0)} s, ${(papers / seconds).toFixed(1)} docs/s, ${(bytes / 1e6).toFixed(0)} MB in index/, at most ${memory()} MB resident`,
  );
}

async function serveAndAsk(): Promise<void> {
  const start = performance.now();
  const child = spawn(process.execPath, [program, 'serve', '--index', folder, '--port', '0', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const memory = watchMemory(child);
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { url } = JSON.parse(line.toString()) as { url: string };
  const agent = new Agent({ keepAlive: true });
  await ask(url, titles[0]!, agent);
  console.log(`server: first answer ${((performance.now() - start) / 1000).toFixed(2)} s after start`);
  for (const connections of [1, 16]) {
    for (const mode of ['hybrid', 'dense', 'lexical']) {
      await load(url, mode, connections, titles.slice(0, 50), agent);
      const { latencies, perSecond } = await load(url, mode, connections, titles, agent);
      const ms = (p: number) => percentile(latencies, p).toFixed(1);
      console.log(
        `server: ${mode}, ${connections} connections: p50 ${ms(50)} ms, p95 ${ms(95)} ms, max ${ms(100)} ms, ${perSecond.toFixed(0)} queries/s`,
      );
    }
  }
  console.log(`server: at most ${memory()} MB resident`);
  child.kill('SIGTERM');
  await once(child, 'close');
}

async function load(url: string, mode: string, connections: number, queries: string[], agent: Agent) {
  const latencies: number[] = [];
  let next = 0;
  const start = performance.now();
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (next < queries.length) {
        const query = queries[next++]!;
        const asked = performance.now();
        await ask(url, query, agent, mode);
        latencies.push(performance.now() - asked);
      }
    }),
  );
  const perSecond = queries.length / ((performance.now() - start) / 1000);
  return { latencies: latencies.sort((a, b) => a - b), perSecond };
}

async function ask(url: string, query: string, agent: Agent, mode = 'hybrid'): Promise<void> {
  const address = new URL(`/v1/search?mode=${mode}&q=${encodeURIComponent(query)}`, url);
  await new Promise<void>((resolve, reject) => {
    request(address, { agent }, (response) => {
      response.resume();
      response.on('end', () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`status ${response.statusCode}`)),
      );
    })
      .on('error', reject)
      .end();
  });
}

/** Exact search over every vector is the judge. The questions are vectors of papers, moved a little so that none finds itself. */
async function measureRecall(): Promise<void> {
  const db = new Database(path.join(folder, LIBRARY_FILE), { readonly: true });
  const vectors = (db.prepare('SELECT paper, vector FROM vectors').all() as { paper: number; vector: Buffer }[]).map(
    ({ paper, vector }) => ({ row: paper, vector: new Float32Array(new Uint8Array(vector).buffer) }),
  );
  db.close();
  const library = await LocalLibrary.open(folder);
  const asked = Math.min(500, vectors.length);
  for (const ef of [10, 50, 100, undefined]) {
    let found = 0;
    for (let i = 0; i < asked; i++) {
      const a = vectors[Math.floor((i * vectors.length) / asked)]!.vector;
      const b = vectors[(i * 7919) % vectors.length]!.vector;
      const question = unit(a.map((value, j) => value + 0.5 * b[j]!));
      const exact = vectors
        .map(({ row, vector }) => ({ row, similarity: dot(question, vector) }))
        .sort((x, y) => y.similarity - x.similarity)
        .slice(0, 10);
      const near = new Set((await library.nearest(question, 10, { ef })).map(({ row }) => row));
      found += exact.filter(({ row }) => near.has(row)).length;
    }
    console.log(
      `graph: recall@10 against exact search, ef ${ef ?? 'default'}: ${(found / (asked * 10)).toFixed(4)} (${asked} questions, ${vectors.length} vectors)`,
    );
  }
  await library.close();
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector));
  return vector.map((value) => value / length);
}
