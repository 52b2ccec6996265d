/** `akin duplicates`, and what the other commands say of works. One story, told in order. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { akin, temporaryFolder } from '../akin.ts';

const folder = temporaryFolder(afterAll);
const index = path.join(folder, 'index');
const PAPERS = [
  {
    id: 'preprint',
    title: 'Wine yeasts that survive frost',
    abstract: 'We freeze wine yeasts and see which of them go on to ferment.',
    authors: ['Ada Ashwood', 'Ben Birch'],
    year: 2016,
    venue: 'arXiv',
  },
  {
    id: 'published',
    title: 'Wine Yeasts That Survive Frost',
    abstract: 'Wine yeasts are frozen, and we see which of forty strains go on to ferment.',
    authors: ['A. Ashwood', 'B. Birch'],
    year: 2017,
    venue: 'Journal of Cold Wine',
  },
  { id: 'other', title: 'Bread without yeast', abstract: 'Flour and patience.', authors: ['Cy Cedar'], year: 2016 },
];

beforeAll(async () => {
  const file = path.join(folder, 'papers.jsonl');
  writeFileSync(file, PAPERS.map((paper) => `${JSON.stringify(paper)}\n`).join(''));
  expect((await akin(['add', file, '--index', index])).code).toBe(0);
});

const duplicates = async (...parameters: string[]) => akin(['duplicates', '--index', index, ...parameters]);
const inJson = async (...parameters: string[]): Promise<unknown> =>
  JSON.parse((await duplicates('--json', ...parameters)).stdout);

it('lists works of several versions, the published one leading, with cosine and likeness of titles', async () => {
  const { code, stdout, stderr } = await duplicates();
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(
    /^1 work has several versions\n\nWine Yeasts That Survive Frost · Journal of Cold Wine · 2017 · published\n {2}= Wine yeasts that survive frost · arXiv · 2016 · preprint · cosine 0\.\d\d, title 1\.00\n$/,
  );
  expect(await inJson()).toEqual({
    total: 1,
    works: [
      expect.objectContaining({
        id: 'published',
        versions: [expect.objectContaining({ id: 'preprint', titleSimilarity: 1, cosine: expect.any(Number) })],
      }),
    ],
  });
});

it('shows them with a paper, in an answer and in the status', async () => {
  const shown = await akin(['show', 'preprint', '--index', index]);
  expect(shown.stdout).toContain('\n= Wine Yeasts That Survive Frost · Journal of Cold Wine · 2017 · published\n');
  const json = await akin(['show', 'preprint', '--json', '--index', index]);
  expect(JSON.parse(json.stdout)).toMatchObject({ id: 'preprint', versions: [{ id: 'published', year: 2017 }] });
  const answer = await akin(['search', 'wine', 'yeasts', '--index', index]);
  expect(answer.stdout.match(/^ *\d\. /gm)).toHaveLength(2);
  expect(answer.stdout).toMatch(/^ {4}= Wine .* · (?:preprint|published)$/m);
  const status = await akin(['status', '--index', index]);
  expect(status.stdout).toContain('\n2 works: versions of one work count once\n');
});

it('takes the word of a person, who may change her mind', async () => {
  expect(await inJson('--split', 'preprint')).toEqual({ split: ['preprint'], joined: [] });
  expect(await inJson()).toEqual({ total: 0, works: [] });
  expect((await duplicates('--split', 'preprint')).stdout).toBe('nothing to split: each stands alone\n');
  const joined = await duplicates('--join', 'preprint', 'published', 'other');
  expect(joined.stdout).toBe('one work: preprint, published, other\n');
  expect(await inJson('--limit', '1')).toMatchObject({ total: 1, works: [{ id: 'published' }] });
});

it('refuses what is no judgement, with the exit code of its kind', async () => {
  expect(await duplicates('--join', 'preprint')).toMatchObject({ code: 2, stdout: '' });
  expect(await duplicates('--join', 'preprint', 'nobody')).toMatchObject({ code: 5, stdout: '' });
  expect(await duplicates('--split', 'nobody')).toMatchObject({ code: 5, stdout: '' });
  expect(await akin(['duplicates', '--index', path.join(folder, 'nowhere'), '--split', 'a'])).toMatchObject({
    code: 3,
  });
});
