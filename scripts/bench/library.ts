/**
 * npm run bench -- library [--papers N] [--queries N] [--folder DIR] [--embedded N]: the whole job at scale.
 *
 * Builds a library of the first N papers of arxiv-cs-2016 with the real command, then starts the real server and asks it
 * over HTTP with 1 and 16 connections. Prints docs/s, size, resident memory, cold start, latency in all and of each stage;
 * and the recall@10 of the graph against exact search at the default ef.
 *
 * With `--embedded N` only the first N papers are embedded; the others get vectors of those, moved at random. That saves
 * half an hour at 100,000 papers, and is good for measuring latency, not for the build.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { Embedder, type Embedding } from '../../src/embedding/embedder.ts';
import { seeded } from '../../src/evaluation/bootstrap.ts';
import { DEFAULT_MODEL, findModel } from '../../src/embedding/models.ts';
import { openForReading } from '../../src/library/local/database.ts';
import { Graph } from '../../src/library/local/graph.ts';
import { floats } from '../../src/library/local/stored-vectors.ts';
import { modelOfLibrary, openWriter } from '../../src/library/open.ts';
import { ROOT } from '../../src/package.ts';
import { dot, unit } from '../../src/vector.ts';
import { percentile, recordsWithAbstract, shared, startServer, watchMemory } from './report.ts';

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    papers: { type: 'string', default: '20000' },
    queries: { type: 'string', default: '1000' },
    /** Keeps the library there, and does not build it again if it is there already. */
    folder: { type: 'string' },
    embedded: { type: 'string' },
  },
});
const papers = Number(values.papers);
const queryCount = Number(values.queries);
const folder = values.folder ?? mkdtempSync(path.join(tmpdir(), 'akin-bench-'));
const program = path.join(ROOT, 'src/cli/akin.js');

// Titles of the papers that follow those in the library: real questions, none of them answered by itself.
const all = await recordsWithAbstract(shared('papers/arxiv-cs-2016.jsonl.gz'), papers + queryCount);
const titles = all.slice(papers).map(({ title }) => title);

if (await modelOfLibrary(folder)) {
  console.log(`using the library in ${folder}`);
} else {
  await build();
  if (values.embedded) await standIn(Number(values.embedded));
}
await serveAndAsk();
if (!values.embedded) await measureRecall(); // Of vectors that nobody asks for it says nothing.
if (!values.folder) rmSync(folder, { recursive: true });

async function build(): Promise<void> {
  const start = performance.now();
  const options = ['--format', 'jsonl', '--index', folder, '--json', ...(values.embedded ? ['--no-embed'] : [])];
  const child = spawn(process.execPath, [program, 'add', '-', ...options], { stdio: ['pipe', 'pipe', 'inherit'] });
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

/** Embeds the first papers, and gives the others vectors of these, moved at random. */
async function standIn(count: number): Promise<void> {
  const model = findModel(DEFAULT_MODEL);
  const writer = await openWriter(folder, { model, mustBeThatModel: true, purpose: 'a benchmark' });
  const embedder = await Embedder.start(model);
  const random = seeded(1);
  const pending = await writer.pending(papers);
  const embedded: Embedding[] = [];
  for await (const each of embedder.embedDocuments(pending.slice(0, count).map(({ text }) => text)))
    embedded.push(each);
  await embedder.close();
  const vectors = pending.map(({ key }, i) => {
    const own = embedded[i];
    if (own) return { key, embedding: own };
    const { vector, ...like } = embedded[i % embedded.length]!;
    // As far from the other as papers of one field are from each other: a cosine of about 0.7.
    const moved = unit(vector.map((x) => x + (random() - 0.5) * 0.18));
    return { key, embedding: { ...like, vector: moved } };
  });
  const started = performance.now();
  for (let i = 0; i < vectors.length; i += 256) await writer.storeVectors(vectors.slice(i, i + 256));
  const ms = performance.now() - started;
  console.log(
    `vectors kept and their papers linked: ${(ms / vectors.length).toFixed(3)} ms a paper, ${countLinks()} links`,
  );
  await writer.finish();
  await writer.close();
}

function countLinks(): number {
  const { db } = openForReading(folder);
  const count = db.prepare<[], number>('SELECT count(*) FROM links').pluck().get()!;
  db.close();
  return count;
}

async function serveAndAsk(): Promise<void> {
  const start = performance.now();
  const { child, url } = await startServer(program, folder, { stderr: 'inherit' });
  const memory = watchMemory(child); // The highest so far, also of before.
  const agent = new Agent({ keepAlive: true });
  await ask(url, titles[0]!, agent);
  console.log(`server: first answer ${((performance.now() - start) / 1000).toFixed(2)} s after start`);
  for (const connections of [1, 16]) {
    for (const how of ['mode=hybrid', 'mode=hybrid&explain=fast', 'mode=dense', 'mode=lexical']) {
      await load(url, how, connections, titles.slice(0, 50), agent);
      const { latencies, stages, perSecond } = await load(url, how, connections, titles, agent);
      const ms = (times: number[], p: number) => percentile(times, p).toFixed(1);
      console.log(
        `server: ${how}, ${connections} connections: p50 ${ms(latencies, 50)} ms, p95 ${ms(latencies, 95)} ms, max ${ms(latencies, 100)} ms, ${perSecond.toFixed(0)} queries/s`,
      );
      const each = [...stages].map(([stage, times]) => `${stage} ${ms(times, 50)} / ${ms(times, 95)}`);
      if (connections === 1) console.log(`        of these, p50 / p95: ${each.join(', ')}`);
    }
  }
  console.log(`server: at most ${memory()} MB resident`);
  child.kill('SIGTERM');
  await once(child, 'close');
}

async function load(url: string, how: string, connections: number, queries: string[], agent: Agent) {
  const latencies: number[] = [];
  const stages = new Map<string, number[]>();
  let next = 0;
  const start = performance.now();
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (next < queries.length) {
        const query = queries[next++]!;
        const asked = performance.now();
        const timings = await ask(url, query, agent, how);
        latencies.push(performance.now() - asked);
        let all = 0;
        for (const [, stage, time] of timings.matchAll(/(\w+);dur=([\d.]+)/g)) {
          stages.set(stage!, [...(stages.get(stage!) ?? []), Number(time)]);
          all += Number(time);
        }
        stages.set('all', [...(stages.get('all') ?? []), all]);
      }
    }),
  );
  const perSecond = queries.length / ((performance.now() - start) / 1000);
  const ordered = (times: number[]) => times.sort((a, b) => a - b);
  for (const times of stages.values()) ordered(times);
  return { latencies: ordered(latencies), stages, perSecond };
}

/** @returns what the server says each stage took. */
async function ask(url: string, query: string, agent: Agent, how = 'mode=hybrid'): Promise<string> {
  const address = new URL(`/v1/search?${how}&q=${encodeURIComponent(query)}`, url);
  return new Promise<string>((resolve, reject) => {
    request(address, { agent }, (response) => {
      response.resume();
      response.on('end', () =>
        response.statusCode === 200
          ? resolve(String(response.headers['server-timing']))
          : reject(new Error(`status ${response.statusCode}`)),
      );
    })
      .on('error', reject)
      .end();
  });
}

/** Exact search over every vector is the judge. The questions are vectors of papers, moved a little so that none finds itself. */
async function measureRecall(): Promise<void> {
  const { db, space } = openForReading(folder);
  const vectors = db
    .prepare<[number], { paper: number; vector: Buffer }>('SELECT paper, vector FROM vectors WHERE space = ?')
    .all(space)
    .map(({ paper, vector }) => ({ row: paper, vector: floats(vector) }));
  db.close();
  const graph = await Graph.open(folder);
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
      const near = new Set(graph.nearest(question, 10, { ef }).map(({ row }) => row));
      found += exact.filter(({ row }) => near.has(row)).length;
    }
    console.log(
      `graph: recall@10 against exact search, ef ${ef ?? 'default'}: ${(found / (asked * 10)).toFixed(4)} (${asked} questions, ${vectors.length} vectors)`,
    );
  }
  graph.close();
}
