/** Versions of one work in a build that is killed while it embeds. One story, told in order. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { seeded } from '../../src/evaluation/bootstrap.ts';
import { build, differences, inventedPapers } from '../../scripts/interrupted-build.ts';
import { akin, temporaryFolder } from '../akin.ts';

const PAIRS = 64; // Two transactions of vectors.
const folder = temporaryFolder(afterAll);
const file = path.join(folder, 'papers.jsonl');
const [undisturbed, disturbed] = [path.join(folder, 'undisturbed'), path.join(folder, 'disturbed')];
const preprints = inventedPapers(PAIRS, seeded(7)).map((paper, i) => ({
  ...paper,
  authors: [`Ada Ashwood${i}`, 'Ben Birch'],
  year: 2016,
  venue: 'arXiv',
}));
const published = preprints.map(({ id, ...paper }) => ({ ...paper, id: `${id}/published`, year: 2017, venue: 'Ice' }));

const worksOf = async (index: string): Promise<unknown> =>
  JSON.parse((await akin(['status', '--json', '--index', index])).stdout);

beforeAll(async () => {
  writeFileSync(file, [...preprints, ...published].map((paper) => `${JSON.stringify(paper)}\n`).join(''));
  await build(file, undisturbed, 2 * PAIRS);
});

it('links each preprint with what was published of it', async () => {
  expect(await worksOf(undisturbed)).toMatchObject({ papers: 2 * PAIRS, embedded: 2 * PAIRS, works: PAIRS });
});

it('loses no link to kill -9 while embedding', async () => {
  const moment = { phase: 'embedding', at: 0.5, delayMs: 0 } as const;
  const { code, after } = await build(file, disturbed, 2 * PAIRS, { moment, signal: 'SIGKILL' });
  expect(code).toBeNull();
  expect(after.vectors).toBeGreaterThanOrEqual(PAIRS);
});

it('has the same works in the end as a build that nobody disturbed', async () => {
  await build(file, disturbed, 2 * PAIRS);
  expect(await worksOf(disturbed)).toMatchObject({ papers: 2 * PAIRS, embedded: 2 * PAIRS, works: PAIRS });
  expect(await differences(undisturbed, disturbed, [preprints[0]!.title])).toEqual([]);
});
