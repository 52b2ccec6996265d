/**
 * npm run kill-loop -- [--kills 20] [--papers 2000] [--file FILE.jsonl.gz] [--queries 100] [--seed 1]
 *
 * Builds a library once without interruption, and once with `kill -9` at seeded random moments spread over the build.
 * Then compares the two: papers, records, identifiers, vectors byte for byte, the ten best papers for each query (titles
 * of papers). Exits 1 when they differ, or when something that had been committed was lost on the way.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { recordsWithAbstract } from './bench/report.ts';
import { seeded } from '../src/evaluation/bootstrap.ts';
import { build, differences, inventedPapers, randomMoments } from './interrupted-build.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '20' },
    papers: { type: 'string', default: '2000' },
    queries: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    /** Real papers, JSON Lines, gzipped; without it they are invented. */
    file: { type: 'string' },
  },
});
const random = seeded(Number(values.seed));
const wanted = Number(values.papers);
const papers = values.file ? await recordsWithAbstract(values.file, wanted) : inventedPapers(wanted, random);

const folder = mkdtempSync(path.join(tmpdir(), 'akin-kill-'));
const file = path.join(folder, 'papers.jsonl');
const [undisturbed, killed] = [path.join(folder, 'undisturbed'), path.join(folder, 'killed')];
writeFileSync(file, papers.map((paper) => `${JSON.stringify(paper)}\n`).join(''));

const start = performance.now();
// Two records of one paper become one, so the library may hold a few papers less than the file has records.
const { papers: total } = (await build(file, undisturbed, papers.length)).after;
const buildMs = performance.now() - start;
console.log(`undisturbed: ${total} papers in ${(buildMs / 1000).toFixed(0)} s`);

const problems: string[] = [];
let kills = 0;
for (const moment of randomMoments(Number(values.kills), random, total, buildMs)) {
  const { code, before, after, whileSaving } = await build(file, killed, total, { moment, signal: 'SIGKILL' });
  if (code !== null) {
    console.log(`not killed: it had finished before the moment while ${moment.phase}`);
    continue;
  }
  kills++;
  const state = `${after.papers} papers and ${after.vectors} vectors of ${total} there`;
  console.log(`kill ${kills}, while ${moment.phase}${whileSaving ? ' (its file half made)' : ''}: ${state}`);
  if (after.papers < before.papers || after.vectors < before.vectors) {
    problems.push(`kill ${kills} lost what had been committed: ${JSON.stringify({ before, after })}`);
  }
}
await build(file, killed, total);

const queries = Array.from(
  { length: Number(values.queries) },
  () => papers[Math.floor(random() * papers.length)]!.title,
);
problems.push(...(await differences(undisturbed, killed, queries)));
if (kills < Number(values.kills)) problems.push(`only ${kills} of ${values.kills} kills came before the end`);
for (const problem of problems) console.log(`DIFFERENT: ${problem}`);
console.log(
  problems.length === 0
    ? `${kills} kills: same ${total} papers, same vectors byte for byte, same ten papers for ${queries.length} queries`
    : `${problems.length} differences; both libraries are kept in ${folder}`,
);
if (problems.length === 0) rmSync(folder, { recursive: true });
process.exitCode = problems.length === 0 ? 0 : 1;
