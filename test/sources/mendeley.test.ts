import { expect, it } from 'vitest';
import { toPaper } from '../../src/paper.ts';
import { mendeley } from '../../src/sources/mendeley.ts';
import { detectSource } from '../../src/sources/registry.ts';
import { readText, records } from './read.ts';

it('a document of Mendeley gives every field its place', async () => {
  const document = {
    ...{ id: '0d1fa5ac-6d2e-3d8b-b9d1-8ab9ee4d2b7a', type: 'journal', title: 'Counting sheep', abstract: 'We count.' },
    authors: [
      { first_name: 'Ann', last_name: 'Abel' },
      { last_name: 'The Sheep Group', first_name: '' },
    ],
    editors: [{ first_name: 'Bo', last_name: 'Ode' }],
    ...{ year: 2020, month: 5, source: 'Journal of Sheep', volume: '3', issue: '2', pages: '1-9', city: 'Lund' },
    ...{ identifiers: { doi: '10.5555/SHEEP', pmid: '123', issn: '1234-5678' }, websites: ['https://example.org/s'] },
    ...{ keywords: ['sheep'], tags: ['to read'], citation_key: 'Abel2020', created: '2021-01-02T03:04:05.000Z' },
    ...{ profile_id: 'p', read: false, starred: false, file_attached: true, last_modified: '2021' },
  };
  for (const text of [JSON.stringify([document]), JSON.stringify(document)]) {
    expect(detectSource(text)).toBe(mendeley);
    expect(records(await readText(mendeley, text)).map(({ input }) => toPaper(input))).toEqual([
      {
        id: 'doi:10.5555/sheep',
        names: [{ family: 'Abel', given: 'Ann' }, { literal: 'The Sheep Group' }, { family: 'Ode', given: 'Bo' }],
        title: 'Counting sheep',
        abstract: 'We count.',
        authors: ['Ann Abel', 'The Sheep Group'],
        year: 2020,
        venue: 'Journal of Sheep',
        url: 'https://example.org/s',
        ids: { doi: '10.5555/sheep', pmid: '123' },
        categories: ['sheep', 'to read'],
        extra: {
          ...{ type: 'journal', key: 'Abel2020', mendeley: '0d1fa5ac-6d2e-3d8b-b9d1-8ab9ee4d2b7a', date: '2020-05' },
          ...{ volume: '3', issue: '2', pages: '1-9', place: 'Lund', issn: '1234-5678', editors: ['Bo Ode'] },
        },
      },
    ]);
  }
});
