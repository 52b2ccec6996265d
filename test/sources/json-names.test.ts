/** JSON of other programs: fields under names and in shapes of their own. */
import { describe, expect, it } from 'vitest';
import { toPaper } from '../../src/paper.ts';
import { withOwnNames } from '../../src/sources/json-names.ts';
import { jsonl } from '../../src/sources/jsonl.ts';
import { detectSource } from '../../src/sources/registry.ts';
import { readText, recordsSeen as records } from './read.ts';

async function papersIn(value: unknown) {
  const text = JSON.stringify(value);
  const found = await readText(detectSource(text)!, text);
  return records(found).map(({ input }) => toPaper(input));
}

it('of Paperpile', async () => {
  const record = {
    ...{ _id: 'x', pubtype: 'ARTICLE', title: 'On maps', abstract: 'We draw.', journal: 'Lemmas', doi: '10.1234/x' },
    author: [{ first: 'Ai', last: 'Ito', initials: 'A', formatted: 'Ito A' }],
    published: { year: '2016', month: '3' },
    url: ['https://example.org/a', 'https://example.org/b'],
  };
  expect(await papersIn([record])).toEqual([
    {
      ...{ id: 'doi:10.1234/x', title: 'On maps', abstract: 'We draw.', authors: ['Ai Ito'], year: 2016 },
      ...{ venue: 'Lemmas', url: 'https://example.org/a', ids: { doi: '10.1234/x' }, categories: [] },
      extra: { _id: 'x', type: 'ARTICLE', published: record.published, url: record.url },
    },
  ]);
});

it('of Mendeley', async () => {
  const record = {
    ...{ title: 'On maps', type: 'journal', year: 2016, source: 'Lemmas', keywords: ['maps', 'proofs'], id: 'c1' },
    authors: [{ first_name: 'Ai', last_name: 'Ito' }, { last_name: 'Ode' }],
    identifiers: { doi: '10.1234/x', pmid: 17, issn: '1234-5678' },
  };
  expect(await papersIn([record])).toMatchObject([
    {
      ...{ title: 'On maps', authors: ['Ai Ito', 'Ode'], year: 2016, venue: 'Lemmas', categories: ['maps', 'proofs'] },
      ...{ ids: { doi: '10.1234/x', pmid: '17' }, extra: { type: 'journal', identifiers: record.identifiers } },
    },
  ]);
});

describe('a record', () => {
  it('under names of its own kind is known by them', async () => {
    expect(
      await papersIn(
        [
          {
            ...{ paper_title: 'On maps', summary: 'We draw.', creators: 'Ito, Ai; Ode, Bo', publication_year: '2016' },
            ...{
              'Journal Title': { name: 'Lemmas' },
              tags: 'maps; proofs',
              link: 'https://example.org',
              DOI: '10.1234/x',
            },
            title: '',
          },
        ].map(({ title: _, ...record }) => ({ abstract: 'We draw.', ...record })),
      ),
    ).toMatchObject([
      {
        ...{ title: 'On maps', authors: ['Ai Ito', 'Bo Ode'], year: 2016, venue: 'Lemmas', abstract: 'We draw.' },
        ...{ categories: ['maps', 'proofs'], url: 'https://example.org', ids: { doi: '10.1234/x' } },
      },
    ]);
  });

  it('under akin’s names is taken as it is', () => {
    const record = {
      ...{
        id: 'a',
        title: 'T',
        abstract: 'A',
        authors: ['Ito, Ai'],
        year: 2016,
        venue: 'V',
        url: 'U',
        doi: '10.1234/x',
      },
      ...{ categories: ['c'], ids: { acl: 'P16-1001' }, extra: { journal: 'J', author: 'B' } },
    };
    expect(withOwnNames(record)).toEqual(record);
    const more = { title: 'T', venue: 'V', journal: 'J', year: 2016, published: '2017', pages: [1, 2] };
    expect(withOwnNames(more)).toEqual(more);
  });

  it('with values of no form that is known is left to be rejected', async () => {
    const found = await readText(jsonl, '{"title": "T", "authors": 17}\n{"title": {"en": "T"}}\n');
    for (const { input } of records(found)) expect(() => toPaper(input)).toThrow(/authors|title/);
  });
});
