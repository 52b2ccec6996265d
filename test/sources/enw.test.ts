import { describe, expect, it } from 'vitest';
import { toPaper } from '../../src/paper.ts';
import { enw } from '../../src/sources/enw.ts';
import { detectSource } from '../../src/sources/registry.ts';
import { itShared, sharedPath } from '../shared.ts';
import { readPath, readText, records, rejects } from './read.ts';

async function papersIn(text: string) {
  expect(detectSource(text)).toBe(enw);
  const found = await readText(enw, text);
  expect(rejects(found)).toEqual([]);
  return records(found).map(({ input }) => toPaper(input));
}

const RECORD = `%0 Journal Article
%A Abel, Ann
%A The Sheep Group,
%E Ode, Bo
%T Counting sheep
%J Journal of Sheep
%V 3
%N 2
%P 1-9
%@ 1234-5678
%D 2020
%8 May 3
%R doi: 10.5555/SHEEP
%U https://example.org/s
%K sheep
night
%X We count.

At night, too.
%F abel2020
%~ Sheep Base
`;

describe('a record of .enw', () => {
  it('gives every field its place', async () => {
    for (const text of [RECORD, `\ufeff${RECORD.replaceAll('\n', '\r\n')}`]) {
      expect(await papersIn(text)).toEqual([
        {
          id: 'doi:10.5555/sheep',
          names: [{ family: 'Abel', given: 'Ann' }, { literal: 'The Sheep Group' }, { family: 'Ode', given: 'Bo' }],
          title: 'Counting sheep',
          abstract: 'We count.\nAt night, too.',
          authors: ['Ann Abel', 'The Sheep Group'],
          year: 2020,
          venue: 'Journal of Sheep',
          url: 'https://example.org/s',
          ids: { doi: '10.5555/sheep' },
          categories: ['sheep', 'night'],
          extra: {
            ...{ type: 'Journal Article', key: 'abel2020', volume: '3', issue: '2', pages: '1-9', issn: '1234-5678' },
            ...{ date: 'May 3', editors: ['Bo Ode'], database: 'Sheep Base' },
          },
        },
      ]);
    }
  });

  it('ends where the next begins: by its type, or, in refer, after a blank line', async () => {
    expect(await papersIn(RECORD + RECORD.replace('Counting', 'Shearing').replace('SHEEP', 'w2'))).toHaveLength(2);
    const refer = '%A Ann Abel\n%T Sheep\n%D 2020\n%I Wool\n\n%A Bo Ode\n%T Cows\n%D 2021\n';
    expect(await papersIn(refer)).toMatchObject([
      { title: 'Sheep', authors: ['Ann Abel'], year: 2020, extra: { publisher: 'Wool' } },
      { title: 'Cows', authors: ['Bo Ode'], year: 2021 },
    ]);
  });
});

itShared('the shared fault is read, whatever the file is called', async () => {
  const found = await readPath(enw, sharedPath('faults/41-formats-refused/a.enw'));
  expect(records(found).map(({ input }) => toPaper(input))).toMatchObject([
    { id: 'doi:10.5555/w1', title: 'Counting sheep', authors: ['Ann Abel'], year: 2020, venue: 'Journal of Sheep' },
  ]);
});
