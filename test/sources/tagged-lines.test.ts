/** What the formats made of tagged lines promise of any text. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nbib } from '../../src/sources/nbib.ts';
import { ris } from '../../src/sources/ris.ts';
import { MAX_RECORD_CHARACTERS } from '../../src/sources/source.ts';
import { wos } from '../../src/sources/wos.ts';
import { toPaper } from '../../src/paper.ts';
import { yearIn } from '../../src/sources/year.ts';
import { readText, records, rejects } from './read.ts';

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

  const record = (name: string): string[] => [
    begin.replace('1', name),
    `${title}${name}`,
    `${abstract}Words of ${name}.`,
    end,
    '',
  ];
  const titlesIn = async (text: string, pieceLength = 7): Promise<unknown[]> => {
    const found = await readText(source, text, pieceLength);
    expect(rejects(found)).toEqual([]);
    return records(found).map(({ input }) => toPaper(input).title);
  };

  it.each(['\n', '\r\n', '\r', '\r\r\n', '\n\r', '\u2028', '\u2029', '\u0085', '\v', '\f'])(
    'ends its lines with %j as well',
    async (lineEnd) => {
      const text = [...record('11'), ...record('12')].join(lineEnd);
      expect(source.detects(text)).toBe(true);
      expect(await titlesIn(text)).toEqual(['11', '12']);
    },
  );

  it('may be joined of files with different line ends, each with a byte order mark', async () => {
    const files = ['\r', '\n', '\r\n'].map((lineEnd, i) => `\ufeff${record(String(i)).join(lineEnd)}${lineEnd}`);
    expect(await titlesIn(files.join(''))).toEqual(['0', '1', '2']);
  });

  it.each(['\u2028', '\u2029', '\u0085', '\v', '\f'])('takes %j within a value for white space', async (sign) => {
    const [first] = records(await readText(source, record(`A${sign}B ${sign}C`).join('\n')));
    expect(toPaper(first!.input)).toMatchObject({ title: 'A B C', abstract: 'Words of A B C.' });
  });

  it('tells of more that is in no record than pages have around theirs', async () => {
    const other = 'A line of a catalogue, and of no record.\n'.repeat(100);
    const found = await readText(source, `${record('1').join('\n')}\n\n${other}\n${record('2').join('\n')}`);
    if (source === ris || source === wos) {
      expect(found).toMatchObject([{ input: {} }, { reject: { code: 'syntax' } }, { input: {} }]);
      expect(rejects(found)[0]!.reject.reason).toBe('100 lines passed over that are in no record');
    } else expect(records(found).map(({ input }) => input.title)).toEqual(['1', '2']);
    const few = await readText(source, `${record('1').join('\n')}\n\nlast page\nof 2\n`);
    expect(few).toHaveLength(1);
    expect(toPaper(records(few)[0]!.input).abstract).toBe('Words of 1.');
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
    ...['2016', '2016-05-12', '2016/09//', '2016 Dec 27', '2016 Winter', '2016-2017', '20160430', 'Aug 1 2016'],
    ...[
      'DEC 2016',
      '2016a',
      '[2016]',
      '(2016)',
      '<2016>',
      'c. 2016',
      'ca.2016',
      'circa 2016',
      '~2016',
      '2016~',
      '2016?',
    ],
    ...[
      '2016%',
      '≈ 2016',
      '© 2016',
      'approx 2016',
      '2016/2017',
      '2016/17',
      '2016–18',
      '12/2016',
      '3.5.2016',
      '05-03-2016',
    ],
    ...['3 May 2016', 'May 3rd, 2016', '2016-05-03/2016-06', '2016-05-03T10:00:00Z', '2016/..', 'in press, 2016'],
    ...[
      'to appear in 2016',
      '2016 (in press)',
      '2016 [2018]',
      '2016年5月',
      '２０１６',
      'mai 2016',
      'Sept./2016',
      'Q1 2016',
    ],
    ...['201605', '2016.', '2016, May'],
  ])('knows the year of %j', (date) => expect(yearIn(date)).toBe(2016));
  it.each([
    ...['', 'in press', 'forthcoming', 'n.d.', '16', '0000', '20161', '20169999', 'Sep 10', '3016', '19xx', '199x'],
    ...['1990s', "1990's", '1900th', '1200 BC', '../2016', '/2016', 'before 1900', 'until 1900', 'open/2016', '-1990'],
  ])('leaves %j alone', (date) => expect(yearIn(date)).toBeUndefined());
});
