/** `GET /v1/papers`: the library as a list. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ListAnswer } from '../../src/search/answer.ts';
import { sampleCopy } from '../akin.ts';
import { answer, doorOf } from './door.ts';

const folder = sampleCopy(afterAll);
const door = doorOf(folder, beforeAll);
const list = (parameters: string) => answer<ListAnswer>(door, `/v1/papers?${parameters}`);

/** Every page, one after the other. */
async function pages(parameters: string): Promise<ListAnswer[]> {
  const all = [await list(parameters)];
  while (all.at(-1)!.next !== null) all.push(await list(`${parameters}&cursor=${all.at(-1)!.next}`));
  return all;
}

describe('the list', () => {
  it.each(['newest', 'title'])('has every paper once, page by page to the end, sorted by %s', async (sort) => {
    const all = await pages(`sort=${sort}&limit=7`);
    const papers = all.flatMap((page) => page.papers);
    expect(new Set(papers.map(({ id }) => id)).size).toBe(120);
    expect(all.map(({ total }) => total)).toEqual(all.map(() => 120));
    expect(all.map((page) => page.papers.length)).toEqual([...Array<number>(17).fill(7), 1]);
    const key = sort === 'newest' ? papers.map(({ year }) => -(year ?? -9999)) : undefined;
    if (key) expect(key).toEqual(key.toSorted((a, b) => a - b));
    expect((await list(`sort=${sort}&limit=100`)).papers).toEqual(papers.slice(0, 100));
  });

  it('has what meets the conditions of the query language, and counts it exactly', async () => {
    const before = await list('q=year:..1950&limit=100');
    expect(before.total).toBe(before.papers.length);
    expect(before.papers.length).toBeGreaterThan(2);
    for (const { year } of before.papers) expect(year).toBeLessThanOrEqual(1950);
    expect(await list('year=..1950&limit=100')).toEqual(before);
    const turing = await list('q=author:turing+-has:arxiv&abstracts=true');
    expect(turing.papers[0]).toMatchObject({
      authors: expect.arrayContaining([expect.stringMatching(/Turing/)]) as string[],
    });
    expect(turing.papers[0]!.abstract).toBeTypeOf('string');
    expect(before.papers[0]).not.toHaveProperty('abstract');
    expect((await list('q=author:nobody')).papers).toEqual([]);
    expect((await list('q=')).total).toBe(120);
  });

  it('has each version of a work, and says which leads', async () => {
    const [one, other] = (await list('limit=2&sort=title')).papers;
    expect([one!.work, other!.work]).toEqual([one!.id, other!.id]);
    await door.session.judge({ join: [one!.id, other!.id] });
    const [first, second] = (await list('limit=2&sort=title')).papers;
    expect(first!.work).toBe(second!.work);
    expect([first!.id, second!.id]).toContain(first!.work);
    await door.session.judge({ split: [one!.id] });
  });

  it('goes on where it was though the paper behind which it goes on is gone', async () => {
    const first = await list('sort=title&limit=3');
    const rest = (await pages('sort=title&limit=100')).flatMap(({ papers }) => papers).slice(3);
    await door.session.remove([first.papers[2]!.id]);
    expect((await list(`sort=title&limit=3&cursor=${first.next}`)).papers).toEqual(rest.slice(0, 3));
  });

  it.each([
    ['q=galaxies', 'q', /found the words "galaxies"/, /\/v1\/search/],
    ['q=galaxies+author:turing', 'q', /found the words "galaxies"/, /\/v1\/search/],
    ['q=arxiv:1706.03762', 'q', /found the words/, /\/v1\/papers\/arxiv:1706\.03762/],
    ['q=auther:turing', 'q', /no field/, /author/],
    ['year=soon', 'year', /no year/, /2019/],
    ['limit=101', 'limit', /from 1 to 100/, /./],
    ['sort=best', 'sort', /newest or title/, /./],
    ['cursor=abc', 'cursor', /no cursor/, /next/],
  ])('refuses %s, naming %s', async (parameters, field, detail, hint) => {
    const problem = await answer<Record<string, string>>(door, `/v1/papers?${parameters}`, { status: 400 });
    expect(problem).toMatchObject({ field, detail: expect.stringMatching(detail) as string });
    expect(problem.hint).toMatch(hint);
  });

  it('refuses the cursor of another list', async () => {
    const { next } = await list('limit=3');
    const problem = await answer(door, `/v1/papers?sort=title&cursor=${next}`, { status: 400 });
    expect(problem).toMatchObject({ field: 'cursor', detail: 'the cursor belongs to another question' });
  });

  it.each(['newest', 'title'])('refuses a cursor into %s that was made by hand', async (sort) => {
    const { next } = await list(`sort=${sort}&limit=3`);
    const [question, library, id] = JSON.parse(Buffer.from(next!, 'base64url').toString()) as string[];
    const forged = [question, library, id, sort === 'newest' ? 'a title' : 1999];
    const cursor = Buffer.from(JSON.stringify(forged)).toString('base64url');
    const problem = await answer(door, `/v1/papers?sort=${sort}&limit=3&cursor=${cursor}`, { status: 400 });
    expect(problem).toMatchObject({ field: 'cursor' });
  });
});
