import { expect, it } from 'vitest';
import { cslJson } from '../../src/export/csl-json.ts';
import { paper, written } from './papers.ts';

const itemOf = async (fields: Record<string, unknown>): Promise<unknown> =>
  (JSON.parse(await written(cslJson, [paper(fields)])) as unknown[])[0];

it('is what citation processors read', async () => {
  const extra = {
    type: 'inproceedings',
    number: '4',
    pages: '1–9',
    date: '2020-05-12',
    place: 'Rome',
    series: 'S',
    cited: 3,
  };
  const item = await itemOf({
    id: '17',
    title: 'A <b>title</b>',
    authors: ['Anna de la Cruz', 'Martin Luther King Jr.', 'World Health Organization'],
    year: 2020,
    venue: 'Proc. of Bees',
    url: 'https://example.org/a',
    ids: { doi: '10.1000/a', arxiv: '2101.00001', acl: 'P19-1001' },
    categories: ['cs.CL'],
    abstract: 'a\nb',
    extra,
  });
  expect(item).toEqual({
    id: 'cruz2020b',
    'citation-key': 'cruz2020b',
    type: 'paper-conference',
    title: 'A &lt;b&gt;title&lt;/b&gt;',
    author: [
      { family: 'Cruz', given: 'Anna', 'non-dropping-particle': 'de la' },
      { family: 'King', given: 'Martin Luther', suffix: 'Jr.' },
      { literal: 'World Health Organization' },
    ],
    issued: { 'date-parts': [[2020, 5, 12]] },
    'container-title': 'Proc. of Bees',
    DOI: '10.1000/a',
    number: 'arXiv:2101.00001',
    URL: 'https://example.org/a',
    abstract: 'a\nb',
    categories: ['cs.CL'],
    issue: '4',
    page: '1–9',
    'publisher-place': 'Rome',
    'collection-title': 'S',
    custom: {
      akin: {
        id: '17',
        authors: ['Anna de la Cruz', 'Martin Luther King Jr.', 'World Health Organization'],
        ids: { doi: '10.1000/a', arxiv: '2101.00001', acl: 'P19-1001' },
        extra,
      },
    },
  });
});

it('gives of a date what is sure', async () => {
  const issued = async (date: string): Promise<unknown> =>
    ((await itemOf({ year: 2016, extra: { date } })) as { issued: unknown }).issued;
  expect(await issued('2016-13')).toEqual({ 'date-parts': [[2016]] });
  expect(await issued('2015-05')).toEqual({ 'date-parts': [[2016]] });
  expect(await issued('2016-05')).toEqual({ 'date-parts': [[2016, 5]] });
});

it('is JSON, however many papers', async () => {
  expect(JSON.parse(await written(cslJson, []))).toEqual([]);
  expect(JSON.parse(await written(cslJson, [paper({}), paper({}), paper({})]))).toHaveLength(3);
});
