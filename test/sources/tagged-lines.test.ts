/** What the formats made of tagged lines promise of any text. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nbib } from '../../src/sources/nbib.ts';
import { ris } from '../../src/sources/ris.ts';
import { MAX_RECORD_CHARACTERS } from '../../src/sources/source.ts';
import { wos } from '../../src/sources/wos.ts';
import { yearIn } from '../../src/sources/year.ts';
import { readText, records } from './read.ts';

const FORMATS = [
  { source: ris, begin: 'TY  - JOUR', title: 'TI  - ', abstract: 'AB  - ', end: 'ER  - ' },
  { source: wos, begin: 'PT J', title: 'TI ', abstract: 'AB ', end: 'ER' },
  { source: nbib, begin: 'PMID- 1', title: 'TI  - ', abstract: 'AB  - ', end: '' },
];

describe.each(FORMATS)('$source.name', ({ source, begin, title, abstract, end }) => {
  const line = fc.oneof(
    fc.constantFrom(
      begin,
      title,
      abstract,
      end,
      '',
      ' ',
      'ER',
      'EF',
      'TY -',
      'KW  - ;',
      'CR ',
      'UR  - https://doi.org/10.1/%',
    ),
    fc
      .tuple(fc.constantFrom('TI', 'AU', 'PY', 'UT', 'MH'), fc.constantFrom(' ', '  - '), fc.string())
      .map((all) => all.join('')),
    fc.string({ unit: 'grapheme' }),
  );
  const text = fc
    .tuple(fc.array(line, { maxLength: 20 }), fc.constantFrom('\n', '\r\n'))
    .map(([lines, newline]) => lines.map((each) => each.replace(/[\r\n]/g, '')).join(newline));

  it('reads any text to the end, each record at its place, whatever the pieces it comes in', async () => {
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 1, max: 9 }), async (given, pieceLength) => {
        const found = await readText(source, given, pieceLength);
        expect(found).toEqual(await readText(source, given));
        expect(found.map(({ record }) => record)).toEqual(found.map((_, i) => i + 1));
        for (const { offset, raw } of found) {
          const rest = Buffer.from(given).subarray(offset).toString();
          expect(rest.startsWith(raw.split('\n', 1)[0]!)).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('tells of a record that is too large, and goes on with the next', async () => {
    const filling = `${'many words '.repeat(5)}\n`.repeat(MAX_RECORD_CHARACTERS / 55);
    const after = `${begin}\n${title}after\n${end}\n`;
    const found = await readText(source, `${begin}\n${title}before\n${abstract}${filling}${end}\n${after}`, 1 << 16);
    expect(found).toMatchObject([
      { record: 1, reject: { code: 'too-large' } },
      { record: 2, input: { title: 'after' } },
    ]);
    expect(found[0]!.raw.length).toBeLessThan(1000);
    const oneLine = filling.replaceAll('\n', ' ');
    expect(records(await readText(source, `${begin}\n${abstract}${oneLine}\n${end}\n${after}`, 1 << 16))).toHaveLength(
      1,
    );
  });
});

describe('yearIn', () => {
  it.each([
    '2016',
    '2016-05-12',
    '2016/09//',
    '2016 Dec 27',
    '2016 Winter',
    '2016-2017',
    '20160430',
    'Aug 1 2016',
    'DEC 2016',
  ])('knows the year of %j', (date) => expect(yearIn(date)).toBe(2016));
  it.each([
    '',
    'in press',
    '1990?',
    'c. 1990',
    '16',
    '0000',
    '20161',
    '20169999',
    '12/2016',
    'approx 1990',
    'Sep 10',
    '3016',
  ])('leaves %j alone', (date) => expect(yearIn(date)).toBeUndefined());
});
