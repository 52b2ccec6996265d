/** The library as a whole over HTTP: what it holds, what it is made of, and which papers are one work. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FacetsAnswer, ListAnswer } from '../../src/search/answer.ts';
import { akin, sampleCopy } from '../akin.ts';
import { answer, doorOf } from './door.ts';

const folder = sampleCopy(afterAll);
const door = doorOf(folder, beforeAll);

it('says what the command says of the library, and not where it is', async () => {
  const { stdout } = await akin(['status', '--json', '--index', folder]);
  const { folder: place, ...status } = JSON.parse(stdout) as Record<string, unknown>;
  expect(place).toBe(folder);
  expect(await answer(door, '/v1/library')).toEqual({ ...status, bytes: expect.any(Number) as number });
});

it('counts what the papers are made of, every year among it', async () => {
  for (const q of ['', 'year:..1960', 'author:turing', 'author:nobody']) {
    const { papers, total } = await answer<ListAnswer>(door, `/v1/papers?limit=100&q=${q}`);
    const facets = await answer<FacetsAnswer>(door, `/v1/facets?limit=1000&q=${q}`);
    expect(facets.papers).toBe(total);
    const years = facets.years.map(({ year }) => year);
    expect(years).toEqual(years.map((_, i) => years[0]! + i));
    expect(facets.years.reduce((sum, each) => sum + each.papers, facets.undated)).toBe(total);
    if (total > 100) continue;
    for (const { year, papers: count } of facets.years) {
      expect(papers.filter((each) => each.year === year)).toHaveLength(count);
    }
    for (const { value, papers: count } of facets.authors) {
      expect(papers.filter(({ authors }) => authors.includes(value)).length).toBeLessThanOrEqual(count);
    }
  }
  const { authors } = await answer<FacetsAnswer>(door, '/v1/facets?limit=2');
  expect(authors).toHaveLength(2);
  expect(authors[0]!.papers).toBeGreaterThanOrEqual(authors[1]!.papers);
  expect(await answer(door, '/v1/facets?q=galaxies', { status: 400 })).toMatchObject({ field: 'q' });
  expect(await answer(door, '/v1/facets?year=soon', { status: 400 })).toMatchObject({ field: 'year' });
});

it("shows works of several versions, and takes a person's word on them", async () => {
  const { papers } = await answer<ListAnswer>(door, '/v1/papers?limit=2&sort=title');
  const ids = papers.map(({ id }) => id);
  const works = () =>
    answer<{ total: number; works: { id: string; versions: object[] }[] }>(door, '/v1/duplicates?limit=1000');
  const before = (await works()).total;
  const { joined } = await answer<{ joined: string[] }>(door, '/v1/duplicates/join', { body: { ids } });
  expect(joined.toSorted()).toEqual(ids.toSorted());
  const after = await works();
  expect(after.total).toBe(before + 1);
  expect(after.works.find(({ id }) => ids.includes(id))!.versions).toEqual([
    expect.objectContaining({ cosine: expect.any(Number) as number, titleSimilarity: expect.any(Number) as number }),
  ]);
  expect(await answer(door, '/v1/duplicates/split', { body: { ids: [ids[0]] } })).toEqual({ split: [ids[0]] });
  expect((await works()).total).toBe(before);
  for (const [body, status] of [
    [{ ids: ['nobody', ids[0]] }, 404],
    [{ ids: [ids[0]] }, 400],
    [{ ids: [ids[0], ids[0]] }, 400],
  ] as const) {
    expect(await answer(door, '/v1/duplicates/join', { body, status })).toMatchObject({ status });
  }
});
