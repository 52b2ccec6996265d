/** Excel workbooks: which sheets and rows of them are papers, what their cells say, and what becomes of those that are damaged. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { filesOf, openFiles } from '../../src/sources/input.ts';
import { sourceNamed } from '../../src/sources/registry.ts';
import type { Found } from '../../src/sources/source.ts';
import { fileOf } from '../../src/sources/source.ts';
import { xlsx } from '../../src/sources/xlsx.ts';
import { temporaryFolder } from '../akin.ts';
import { readBytes, recordsSeen as records, rejects } from './read.ts';
import { workbookOf, zipOf } from './workbook-fixture.ts';

const folder = temporaryFolder(afterAll);
const read = (bytes: Buffer, source = xlsx): Promise<Found[]> => readBytes(source, bytes, 'list.xlsx');
const reasons = (found: Found[]): string[] =>
  rejects(found).map(({ reject: { code, reason } }) => `${code}: ${reason}`);

it('a sheet is read from the row on that heads it', async () => {
  const bytes = workbookOf({
    Papers: [
      ['About the data: exported today'],
      [],
      ['Title', 'Authors', 'PubYear', 'Source title', 'DOI', 'Rating'],
      ['Sheep & cows < 3', 'Ito, Ai; Ode, Bo', 2016, 'J Sheep', '10.5555/s1', 3.5],
      ['', '', '', '', '', ''],
      ['Fences', 'Pax, Cy', 2017, 'J Cows', '10.5555/s2'],
    ],
  });
  const found = await read(bytes);
  expect(records(found).map(({ input }) => input)).toEqual([
    expect.objectContaining({
      title: 'Sheep & cows < 3',
      authors: ['Ai Ito', 'Bo Ode'],
      ...{ year: 2016, venue: 'J Sheep', doi: '10.5555/s1', extra: { Rating: '3.5' } },
    }),
    expect.objectContaining({ title: 'Fences', authors: ['Cy Pax'], year: 2017, doi: '10.5555/s2' }),
  ]);
  expect(found[1]!.raw).toBe('Papers, row 6: Fences | Pax, Cy | 2017 | J Cows | 10.5555/s2');
});

it('every sheet of papers is read, and those that are none are told', async () => {
  const bytes = workbookOf({
    Notes: [['What I did', 'When', 'Why']],
    First: [
      ['Title', 'Year'],
      ['Sheep', 2016],
    ],
    Empty: [],
    Second: [
      ['Year', 'Title'],
      [2017, 'Cows'],
    ],
  });
  const found = records(await read(bytes));
  expect(found.map(({ input: { title, year, extra } }) => ({ title, year, extra }))).toEqual([
    { title: 'Sheep', year: 2016, extra: { sheet: 'First' } },
    { title: 'Cows', year: 2017, extra: { sheet: 'Second' } },
  ]);
  expect(found[0]!.remarks![0]).toMatch(
    /^not read: the sheet "Notes": no column has .* the columns are: What I did, When, Why/,
  );
  expect(found[1]!.remarks ?? []).toEqual([]);
});

it('a workbook without papers says which columns it has, and is read by --map', async () => {
  const bytes = workbookOf({
    S: [
      ['Überschrift', 'Wann'],
      ['Sheep', 2016],
    ],
  });
  expect(reasons(await read(bytes))).toEqual([
    expect.stringMatching(/^format-unknown: the sheet "S": .*the columns are: Überschrift, Wann; --map title=COLUMN/),
  ]);
  const source = sourceNamed('xlsx', { title: 'Überschrift', year: 'Wann' });
  expect(records(await read(bytes, source)).map(({ input: { title, year } }) => [title, year])).toEqual([
    ['Sheep', 2016],
  ]);
  expect(reasons(await read(workbookOf({ S: [] })))).toEqual(['format-unknown: the workbook is empty']);
});

it('cells say what Excel shows of them', async () => {
  const cell = (inside: string): string => `<row><c t="inlineStr"><is><t>T</t></is></c>${inside}</row>`;
  const rows = [
    '<c t="s"><v>0</v></c>',
    '<c t="s"><v>1</v></c>',
    '<c s="1"><v>42430</v></c>',
    '<c s="1"><v>2016</v></c>',
    '<c t="b"><v>1</v></c>',
    '<c t="e"><v>#N/A</v></c>',
    '<c><v>3.5E7</v></c>',
    '<c t="str"><f>A1</f><v>made</v></c>',
    '<c t="s"><v>99</v></c>',
  ];
  const header = '<row><c t="inlineStr"><is><t>Title</t></is></c><c t="inlineStr"><is><t>Cell</t></is></c></row>';
  const shared =
    '<si><r><t>rich </t></r><r><rPr><i/></rPr><t>text</t></r></si><si><t>題</t><rPh sb="0" eb="1"><t>ダイ</t></rPh></si>';
  const bytes = workbookOf({ S: header + rows.map(cell).join('') }, { shared, formats: [0, 14] });
  expect(records(await read(bytes)).map(({ input }) => (input.extra as { Cell?: string }).Cell)).toEqual([
    'rich text',
    '題',
    '2016-03-01',
    '2016',
    'TRUE',
    undefined,
    '35000000',
    'made',
    undefined,
  ]);
});

it('of a damaged sheet the rows before the damage are read', async () => {
  const row = (title: string): string => `<row><c t="inlineStr"><is><t>${title}</t></is></c></row>`;
  const found = await read(
    workbookOf({ S: `${row('Title')}${row('Sheep')}<row><c r="XFE4"><v>1</v></c></row>${row('Cows')}` }),
  );
  expect(records(found).map(({ input }) => input.title)).toEqual(['Sheep']);
  expect(reasons(found)).toEqual([expect.stringMatching(/^file-unreadable: the sheet can't be read any further: /)]);
});

it('a sheet of more rows than are asked for at once is read whole, in its order', async () => {
  const rows = Array.from({ length: 45_000 }, (_, i) => [`Title ${i}`, 2016]);
  const found = records(await read(workbookOf({ S: [['Title', 'Year'], ...rows], T: [['Title'], ['Last']] })));
  expect(found.map(({ input }) => input.title)).toEqual([...rows.map(([title]) => title), 'Last']);
  expect(found.at(-1)!.record).toBe(45_001);
}, 60_000);

it('a workbook that repeats a text without end is refused within its limits', async () => {
  const shared = `<si><t>${'a'.repeat(30_000)}</t></si>`;
  const header = '<row><c t="inlineStr"><is><t>Title</t></is></c></row>';
  const cells = '<c t="s"><v>0</v></c>'.repeat(100);
  const found = await read(workbookOf({ S: header + `<row>${cells}</row>`.repeat(300) }, { shared }));
  expect(rejects(found).at(-1)!.reject).toMatchObject({
    reason: expect.stringMatching(/too many characters|characters/) as string,
  });
}, 60_000);

it('what is no workbook is told', async () => {
  expect(reasons(await read(Buffer.from('d0cf11e0a1b11ae1', 'hex')))).toEqual([
    expect.stringMatching(/^format-unknown: a file of an old Office/),
  ]);
  expect(reasons(await read(zipOf({ 'a.txt': 'a' })))).toEqual([
    expect.stringMatching(/^file-unreadable: the workbook is damaged/),
  ]);
  expect(reasons(await read(workbookOf({ S: [['Title']] }).subarray(0, 500)))).toEqual([
    expect.stringMatching(/^file-unreadable: /),
  ]);
  const found: Found[] = [];
  for await (const each of xlsx.read(fileOf('PK\u0003\u0004', 'x'))) found.push(each);
  expect(reasons(found)).toEqual([
    expect.stringMatching(/^file-unreadable: a workbook cannot be read from standard input/),
  ]);
});

it('a workbook is one file, although it is an archive', async () => {
  writeFileSync(path.join(folder, 'a.xlsx'), workbookOf({ S: [['Title'], ['Sheep']] }));
  writeFileSync(path.join(folder, 'b.zip'), zipOf({ 'a.csv': 'title\nCows\n', 'b.csv': 'title\nGoats\n' }));
  const names: string[] = [];
  for await (const name of filesOf([folder])) {
    for await (const file of openFiles(name)) {
      names.push(path.relative(folder, file.name));
      file.close();
    }
  }
  expect(names).toEqual(['a.xlsx', 'b.zip/a.csv', 'b.zip/b.csv']);
});
