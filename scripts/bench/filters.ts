/**
 * npm run bench -- filters --folder DIR [--queries N]: what a filter costs, and what it loses.
 *
 * Asks the graph of a library for the ten nearest among a part of its papers, and compares them with an exact search of
 * that part. The part is drawn at random; or it is a corner, the papers least like the question, where a walk over the
 * graph has the longest way. Prints recall@10, the fewest hits there were of those there could be, and the time.
 */
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { openForReading } from '../../src/library/local/database.ts';
import { Graph } from '../../src/library/local/graph.ts';
import { floats } from '../../src/library/local/stored-vectors.ts';
import { dot, unit } from '../../src/vector.ts';
import { showSpread, spread } from './report.ts';

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: { folder: { type: 'string' }, queries: { type: 'string', default: '100' } },
});
if (values.folder === undefined) throw new Error('name the library with --folder DIR');
const K = 10;

const { db, space } = openForReading(values.folder);
const vectors = db
  .prepare<[number], { row: number; blob: Buffer }>('SELECT paper AS row, vector AS blob FROM vectors WHERE space = ?')
  .all(space);
const papers = vectors.map(({ row, blob }) => ({ row, vector: floats(blob) }));
db.close();
const graph = await Graph.open(values.folder);
while (!graph.absorb(1000));
const places = Math.max(...papers.map(({ row }) => row)) + 1;
const questions = Array.from({ length: Number(values.queries) }, (_, i) => between(i));
console.log(
  `${papers.length} vectors, ${questions.length} questions, the ${K} nearest; milliseconds: fastest / median / slowest`,
);
console.log('allowed             | recall@10 | fewest hits | time');

const shares: [string, number][] = [
  ['all', 1],
  ['50%', 0.5],
  ['20%', 0.2],
  ['10%', 0.1],
  ['5%', 0.05],
  ['1%', 0.01],
  ['0.1%', 0.001],
  ['one paper', 1 / papers.length],
];
for (const [name, share] of shares) measure(name, (_, i) => sample(share, i));
for (const [name, share] of shares.slice(1)) measure(`${name}, far away`, (question) => corner(share, question));
graph.close();

function measure(name: string, part: (question: Float32Array, i: number) => typeof papers): void {
  let [found, wanted] = [0, 0];
  let fewest = 1;
  const times: number[] = [];
  for (const [i, question] of questions.entries()) {
    const allowed = part(question, i);
    const exact = nearestFirst(allowed, question).slice(0, K);
    const rows = name === 'all' ? undefined : new Uint8Array(places);
    for (const { row } of allowed) if (rows) rows[row] = 1;
    const start = performance.now();
    const hits = graph.nearest(question, K, { allowed: rows });
    times.push(performance.now() - start);
    const near = new Set(hits.map(({ row }) => row));
    found += exact.filter(({ row }) => near.has(row)).length;
    wanted += exact.length;
    fewest = Math.min(fewest, hits.length / exact.length);
  }
  const columns = [
    name.padEnd(19),
    (found / wanted).toFixed(4).padStart(9),
    `${(fewest * 100).toFixed(0)}%`.padStart(11),
  ];
  console.log(`${columns.join(' | ')} | ${showSpread(spread(times), 2)}`);
}

/** A question between two papers, so that none is its own answer. */
function between(i: number): Float32Array {
  const [a, b] = [papers[(i * 104_729) % papers.length]!.vector, papers[(i * 7919 + 1) % papers.length]!.vector];
  return unit(a.map((x, j) => x + 0.5 * b[j]!));
}

/** A share of the papers, the same at every run, another one for each question. */
function sample(share: number, i: number): typeof papers {
  const step = 2_654_435_761; // Knuth's multiplicative hash: neighbours are scattered.
  const order = papers.map((paper, j) => ({ paper, at: ((j + 1) * step + (i + 1) * 40_503) % 2 ** 32 }));
  return order
    .sort((a, b) => a.at - b.at)
    .slice(0, Math.max(1, Math.round(share * papers.length)))
    .map(({ paper }) => paper);
}

function corner(share: number, question: Float32Array): typeof papers {
  return nearestFirst(papers, question).slice(-Math.max(1, Math.round(share * papers.length)));
}

function nearestFirst(of: typeof papers, question: Float32Array): typeof papers {
  return of
    .map((paper) => ({ ...paper, similarity: dot(question, paper.vector) }))
    .sort((a, b) => b.similarity - a.similarity || a.row - b.row);
}
