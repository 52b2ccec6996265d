import { expect, it } from 'vitest';
import { toPaper } from '../../src/paper.ts';
import { refworks } from '../../src/sources/refworks.ts';
import { detectSource } from '../../src/sources/registry.ts';
import { readText, records, rejects } from './read.ts';

const RECORD = `RT Journal Article
SR Electronic(1)
ID 271
A1 Abel,Ann
A1 Ito,Ai,Jr.
A2 Ode,Bo
T1 Counting sheep
JF Journal of Sheep
YR 2020
FD May
VO 3
IS 2
SP 1
OP 9
K1 sheep
K1 night
AB We count.
DNA is what is left.
SN 1234-5678
AD Sheep U, Lund
LA English
LK https://example.org/s
DO 10.5555/SHEEP
OL English (30)
`;

it('a record of RefWorks gives every field its place', async () => {
  const text = `${RECORD}\nRT Book, Whole\nA1 Ode,Bo\nT1 Sheep\nYR 2010\nPB Wool\nPP Lund\nSN 9783161484100\nOL Unknown(0)\n`;
  for (const each of [text, text.replaceAll('\n', '\r\n')]) {
    expect(detectSource(each)).toBe(refworks);
    const found = await readText(refworks, each);
    expect(rejects(found)).toEqual([]);
    expect(records(found).map(({ input }) => toPaper(input))).toEqual([
      {
        id: 'doi:10.5555/sheep',
        names: [
          { family: 'Abel', given: 'Ann' },
          { family: 'Ito', given: 'Ai', suffix: 'Jr.' },
          { family: 'Ode', given: 'Bo' },
        ],
        title: 'Counting sheep',
        abstract: 'We count.\nDNA is what is left.',
        authors: ['Ann Abel', 'Ai Ito Jr.'],
        year: 2020,
        venue: 'Journal of Sheep',
        url: 'https://example.org/s',
        ids: { doi: '10.5555/sheep' },
        categories: ['sheep', 'night'],
        extra: {
          ...{ type: 'Journal Article', refworks: '271', volume: '3', issue: '2', pages: '1-9', issn: '1234-5678' },
          ...{ date: 'May', editors: ['Bo Ode'], affiliations: ['Sheep U, Lund'], language: 'English' },
        },
      },
      expect.objectContaining({ title: 'Sheep', authors: ['Bo Ode'], year: 2010, ids: { isbn: '9783161484100' } }),
    ]);
  }
});

it('a record may end with ER, with or without a blank, and no abstract does', async () => {
  const text = `${RECORD.replace('OL English (30)', 'ER ')}\nRT Book, Whole\nT1 Sheep\nAB We count.\nER is a room.\nER\n`;
  const found = records(await readText(refworks, text)).map(({ input }) => toPaper(input));
  expect(found.map(({ ids, abstract }) => [ids, abstract])).toEqual([
    [{ doi: '10.5555/sheep' }, 'We count.\nDNA is what is left.'],
    [{}, 'We count.\nER is a room.'],
  ]);
});
