/**
 * A build that is killed and goes on, until its library is compared with one that was built in peace. One story, told in
 * order: each test goes on with what the one before left.
 */
import { cpSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { seeded } from '../../src/evaluation/bootstrap.ts';
import { build, differences, inventedPapers, type Moment } from '../../scripts/interrupted-build.ts';
import { temporaryFolder } from '../akin.ts';

const PAPERS = 320; // Two transactions of records, five of vectors.
const random = seeded(20_261_124);
const papers = inventedPapers(PAPERS, random);
const folder = temporaryFolder(afterAll);
const file = path.join(folder, 'papers.jsonl');
const [undisturbed, disturbed] = [path.join(folder, 'undisturbed'), path.join(folder, 'disturbed')];

beforeAll(async () => {
  writeFileSync(file, papers.map((paper) => `${JSON.stringify(paper)}\n`).join(''));
  const { code, after } = await build(file, undisturbed, PAPERS);
  expect({ code, after }).toEqual({ code: 0, after: { papers: PAPERS, vectors: PAPERS } });
});

it('loses nothing to kill -9 while storing', async () => {
  const { code, after } = await kill({ phase: 'storing', at: 0.5, delayMs: 10 * random() });
  expect(code).toBeNull();
  expect(after.papers).toBeGreaterThanOrEqual(256);
  expect(after.vectors).toBeLessThan(PAPERS);
});

it('loses nothing to kill -9 while embedding', async () => {
  const { code, before, after } = await kill({ phase: 'embedding', at: 0.1, delayMs: 100 * random() });
  expect(code).toBeNull();
  expect(after.papers).toBe(PAPERS);
  expect(after.vectors).toBeGreaterThanOrEqual(Math.max(64, before.vectors));
});

it('ends at Ctrl-C with what is under way stored, an account and exit code 130', async () => {
  const moment: Moment = { phase: 'embedding', at: 0.5, delayMs: 100 * random() };
  const { code, summary, before, after } = await build(file, disturbed, PAPERS, { moment, signal: 'SIGINT' });
  expect(code).toBe(130);
  expect(summary).toMatchObject({ interrupted: true, added: 0, unchanged: PAPERS, pending: PAPERS - after.vectors });
  expect(after.vectors).toBeGreaterThanOrEqual(Math.max(160, before.vectors));
});

it('loses nothing to kill -9 while saving the graph', async () => {
  const { code, after } = await kill({ phase: 'saving the graph', at: 0, delayMs: random() });
  expect(code).toBeNull();
  expect(after).toEqual({ papers: PAPERS, vectors: PAPERS });
});

it('has the same papers, vectors and answers in the end as a build that nobody disturbed', async () => {
  const { code, summary } = await build(file, disturbed, PAPERS);
  expect(code).toBe(0);
  expect(summary).toMatchObject({ added: 0, unchanged: PAPERS, embedded: 0, pending: 0 });
  const queries = Array.from({ length: 30 }, (_, i) => papers[i * 10]!.title);
  expect(await differences(undisturbed, disturbed, queries)).toEqual([]);
});

it('would notice a difference', async () => {
  const other = path.join(folder, 'other');
  cpSync(undisturbed, other, { recursive: true });
  const db = new Database(path.join(other, 'library.sqlite'));
  db.exec(`
    DELETE FROM papers WHERE row = 5;
    UPDATE papers SET abstract = 'Something else.' WHERE row = 7;
    UPDATE vectors SET vector = (SELECT vector FROM vectors WHERE paper = 8) WHERE paper = 9;
    UPDATE vectors SET vector = x'00' WHERE paper = 10;
  `);
  db.close();
  const found = await differences(undisturbed, other, [papers[4]!.title]);
  expect(found.map((sentence) => sentence.replace(/, the first.*|: .*/, ''))).toEqual([
    '2 rows of papers differ',
    '1 rows of records differ',
    '3 rows of vectors differ',
    `the answers to "${papers[4]!.title}" differ`,
    'vectors are whole',
  ]);
});

async function kill(moment: Moment) {
  const run = await build(file, disturbed, PAPERS, { moment, signal: 'SIGKILL' });
  expect(run.after.papers).toBeGreaterThanOrEqual(run.before.papers);
  return run;
}
