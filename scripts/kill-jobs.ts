/**
 * npm run kill-jobs -- [--kills 10] [--papers 1500] [--jobs 5] [--seed 1]
 *
 * Serves the sample library, sends it jobs, and kills the server (kill -9) at seeded moments spread over the work. Exits 1 when a
 * job did not come to its end, a paper or a vector is missing, or something is left of what was sent.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { seeded } from '../src/evaluation/bootstrap.ts';
import { akin } from '../test/akin.ts';
import { inventedPapers } from './interrupted-build.ts';
import { killedJobs } from './interrupted-jobs.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '10' },
    papers: { type: 'string', default: '1500' },
    jobs: { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
  },
});
const [kills, wanted, count] = [Number(values.kills), Number(values.papers), Number(values.jobs)];
const random = seeded(Number(values.seed));
const papers = inventedPapers(wanted, random);
const lists = Array.from({ length: count }, (_, i) => papers.filter((__, j) => j % count === i));

const folder = mkdtempSync(path.join(tmpdir(), 'akin-kill-jobs-'));
try {
  const { code, stderr } = await akin(['add', 'scripts/sample-papers.jsonl', '--index', folder]);
  if (code !== 0) throw new Error(stderr);
  const survived = await killedJobs(folder, lists, kills, random);
  for (const [i, { during, ...there }] of survived.kills.entries()) {
    console.log(`kill ${i + 1}, while ${during}: ${there.papers} papers and ${there.embedded} vectors there`);
  }
  const problems = [...survived.lost, ...survived.left.map((file) => `${file} is left`)];
  for (const { id, state, error } of survived.jobs) {
    if (state !== 'done') problems.push(`job ${id} is ${state}: ${error?.detail ?? ''}`);
  }
  const total = 120 + wanted;
  if (survived.papers !== total || survived.embedded !== total) {
    problems.push(`${survived.papers} papers and ${survived.embedded} vectors of ${total} are there`);
  }
  for (const problem of problems) console.log(`WRONG: ${problem}`);
  const restarts = survived.jobs.reduce((sum, job) => sum + job.restarts, 0);
  console.log(
    `${survived.kills.length} kills, ${problems.length} things wrong: ${survived.jobs.length} jobs, gone on with ${restarts} times; ` +
      `${survived.papers} papers of ${total}, ${survived.embedded} vectors`,
  );
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
