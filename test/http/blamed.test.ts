/** Which condition is to blame where all of them together leave no paper. */
import { beforeAll, expect, inject, it } from 'vitest';
import { answerText } from '../../src/cli/text.ts';
import type { SearchAnswer } from '../../src/search/answer.ts';
import { answer, doorOf } from './door.ts';

const door = doorOf(inject('sampleLibrary'), beforeAll);
const search = (q: string) => answer<SearchAnswer>(door, `/v1/search?q=${encodeURIComponent(q)}`);
const papersOf = async (q: string) => (await search(q)).total.value;

it('says how many papers there are without each, where that are some', async () => {
  const [byTuring, of2020] = [await papersOf('author:turing'), await papersOf('year:2020')];
  expect([byTuring > 0, of2020 > 0]).toEqual([true, true]);
  const nothing = await search('author:turing year:2020');
  expect(nothing).toMatchObject({ hits: [], total: { value: 0 } });
  expect(nothing.blamed).toEqual([
    { condition: 'author:turing', papers: of2020 },
    { condition: 'year:2020', papers: byTuring },
  ]);
  expect(answerText(nothing, false)).toContain(`${of2020} papers without author:turing`);
  // No single one is to blame where two of three are wrong.
  expect(await search('author:turing year:2020 venue:nowhere')).not.toHaveProperty('blamed');
  expect(await search('author:turing')).not.toHaveProperty('blamed');
});

it('says so as well where words stand beside them, and keeps to the other conditions', async () => {
  const answered = await search('machines author:turing year:2020 -galaxies');
  expect(answered.dropped).toEqual(['author:turing', 'year:2020']);
  expect(answered.hits.length).toBeGreaterThan(0);
  expect(answered.blamed?.map(({ condition }) => condition)).toEqual(['author:turing', 'year:2020']);
  const within = await answer<SearchAnswer>(door, '/v1/search', {
    body: { query: 'author:turing year:2020', filter: { not: { year: { from: 2020 } } } },
  });
  expect(within.blamed?.map(({ condition }) => condition)).toEqual(['year:2020']);
});
