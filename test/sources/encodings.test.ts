/** Files as they come from other programs: other encodings, zip archives, archives made to do harm. */
import { createWriteStream, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { looksGarbled } from '../../src/sources/garbled.ts';
import { openFile, openFiles } from '../../src/sources/input.ts';
import { akin, temporaryFolder } from '../akin.ts';

const TEXT = 'Über die Größe der Wörter – “naïve” ½\n'.repeat(5000);

function written(bytes: Buffer | string, name = 'file'): string {
  const file = path.join(temporaryFolder(), name);
  writeFileSync(file, bytes);
  return file;
}

async function textOf(file: string): Promise<string> {
  let text = '';
  for await (const piece of (await openFile(file)).text()) text += piece;
  return text;
}

async function zipped(members: Record<string, string | Buffer>): Promise<string> {
  const zip = new ZipFile();
  for (const [name, bytes] of Object.entries(members)) zip.addBuffer(Buffer.from(bytes), name);
  zip.end();
  const file = path.join(temporaryFolder(), 'papers.zip');
  await pipeline(zip.outputStream, createWriteStream(file));
  return file;
}

it.each([
  ['UTF-8', Buffer.from(TEXT)],
  ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${TEXT}`)],
  ['UTF-16 with a byte order mark', Buffer.from(`\ufeff${TEXT}`, 'utf16le')],
  ['UTF-16 without one', Buffer.from(TEXT, 'utf16le')],
  ['big-endian UTF-16', Buffer.from(`\ufeff${TEXT}`, 'utf16le').swap16()],
  ['big-endian UTF-16 without a byte order mark', Buffer.from(TEXT, 'utf16le').swap16()],
])('%s is read as it was written', async (_, bytes) => {
  expect(await textOf(written(bytes))).toBe(TEXT);
  expect(await textOf(written(gzipSync(bytes)))).toBe(TEXT);
});

it('Latin-1 and Windows-1252 are read as they were written', async () => {
  expect(await textOf(written(Buffer.from('Größe naïve ½', 'latin1')))).toBe('Größe naïve ½');
  expect(await textOf(written(Buffer.from([0x93, 0x41, 0x94, 0x20, 0x80])))).toBe('“A” €');
});

/** As written by programs that know nothing of UTF-8; the bytes are those of Python's codecs. */
const TABLES: [encoding: string, text: string, hex: string][] = [
  [
    'GB18030',
    '标题,作者,年份\n一种用于图像识别的深度学习方法,王小明,2020\n',
    'b1eacce22cd7f7d5df2cc4eab7dd0ad2bbd6d6d3c3d3dacdbccff1cab6b1f0b5c4c9eeb6c8d1a7cfb0b7bdb7a82ccdf5d0a1c3f72c323032300a',
  ],
  [
    'Big5',
    '標題,作者,年份\n一種用於影像辨識的深度學習方法,王小明,2020\n',
    'bcd0c3442ca740aacc2ca67ea5f70aa440bad8a5cea9f3bc76b9b3bfebc3d1aabab260abd7bec7b2dfa4e8aa6b2ca4fda470a9fa2c323032300a',
  ],
  [
    'EUC-KR',
    '제목,저자,연도\n영상 인식을 위한 심층 학습 방법,김민준,2020\n',
    'c1a6b8f12cc0fac0da2cbfacb5b50abfb5bbf320c0cebdc4c0bb20c0a7c7d120bdc9c3fe20c7d0bdc020b9e6b9fd2cb1e8b9cec1d82c323032300a',
  ],
  [
    'Shift_JIS',
    '題名,著者,年\n画像認識のための深層学習の方法について,山田太郎,2020\n',
    '91e896bc2c92988ed22c944e0a89e6919c94468eaf82cc82bd82df82cc905b91778a778f4b82cc95fb964082c982c282a282c42c8e52936391be98592c323032300a',
  ],
  [
    'EUC-JP',
    '題名,著者,年\n画像認識のための深層学習の方法について,山田太郎,2020\n',
    'c2eaccbe2cc3f8bcd42cc7af0ab2e8c1fcc7a7bcb1a4cea4bfa4e1a4cebfbcc1d8b3d8bdaca4cecafdcba1a4cba4c4a4a4a4c62cbbb3c5c4c2c0cfba2c323032300a',
  ],
];

it.each(TABLES)('a table in %s is read as it was written', async (_, text, hex) => {
  const bytes = Buffer.from(hex, 'hex');
  expect(await textOf(written(bytes))).toBe(text);
  expect(await textOf(written(Buffer.concat(Array.from({ length: 3000 }, () => bytes))))).toBe(text.repeat(3000));
});

it('an encoding that had to be guessed is told once, with the file, also to programs', async () => {
  const [, , chinese] = TABLES.find(([name]) => name.startsWith('GB'))!;
  const utf8 = written('title,year\nDie Böden,2020\n', 'utf8.csv');
  const western = written(Buffer.from('title,year\nGröße der Böden,2020\nMehr Größe,2021\n', 'latin1'), 'west.csv');
  const east = await zipped({ 'east.csv': Buffer.from(chinese, 'hex') });
  const files = [utf8, western, east, written('title,year\nSheep,2020\n', 'plain.csv')];
  const add = ['add', '--no-embed', '--json', '--index', path.join(temporaryFolder(), 'index')];
  const { stdout, stderr } = await akin([...add, ...files]);
  const notes = [`${western}: read as Windows-1252`, `${east}/east.csv: read as GB18030`];
  expect(JSON.parse(stdout)).toMatchObject({ added: 5, notes });
  expect(stderr.split('\n').filter((line) => line.includes('read as'))).toEqual(notes);
});

it.each(TABLES)('… in %s also where its letters come late', async (_, text, hex) => {
  const plain = 'A line that every encoding writes alike, 2020\n'.repeat(5000);
  const bytes = Buffer.concat([Buffer.from(plain), Buffer.from(hex, 'hex')]);
  expect((await textOf(written(bytes))).slice(plain.length)).toBe(text);
  expect((await textOf(written(gzipSync(bytes)))).slice(plain.length)).toBe(text);
});

it('Windows-1252 whose first accent comes late is read as it was written', async () => {
  const plain = 'title,authors\n'.repeat(20_000);
  const text = `${plain}Größe der Böden,"Müller, Jörg"\n`;
  expect(await textOf(written(Buffer.from(text, 'latin1')))).toBe(text);
});

it('a broken byte among letters of UTF-8 costs one of them, wherever they stand', async () => {
  for (const text of ['Größe der Böden', '一种用于图像识别的深度学习方法']) {
    const bytes = Buffer.concat([Buffer.from(text), Buffer.from([0xff]), Buffer.from(text)]);
    expect(await textOf(written(bytes))).toBe(`${text}\ufffd${text}`);
  }
});

it('Chinese in UTF-16 without a mark is read as it was written', async () => {
  const text = '标题,年份\n一种用于图像的新方法,2020\n';
  expect(await textOf(written(Buffer.from(text, 'utf16le')))).toBe(text);
  expect(await textOf(written(Buffer.from(text, 'utf16le').swap16()))).toBe(text);
});

it('Western text is never taken for another, whatever its signs', async () => {
  for (const text of [
    '20°C, 25°C and 30°C; 5±1 µm × 3',
    'ÉTUDE À L’ÉCOLE',
    'Größe, Äß, ÄÖÜ',
    'São «maçã», ñandú',
    'Ðæ§ ©®',
  ]) {
    const bytes = Buffer.from(text.replace('’', "'"), 'latin1');
    expect(await textOf(written(bytes))).toBe(text.replace('’', "'"));
  }
});

it('letters of which it can not be told what they are are refused, and not made other ones', async () => {
  const cyrillic = Buffer.from('cdeee2fbe920ece5f2eee420eee1f0e0e1eef2eae82c32303230', 'hex');
  await expect(textOf(written(cyrillic))).rejects.toMatchObject({
    code: 'file-unreadable',
    message: expect.stringContaining('encoding') as string,
    hint: expect.stringContaining('UTF-8') as string,
  });
});

it('a single broken byte in UTF-8 costs one character, not the encoding', async () => {
  const bytes = Buffer.concat([Buffer.from('a'.repeat(100_000)), Buffer.from([0xff]), Buffer.from('ü')]);
  expect((await textOf(written(bytes))).slice(-2)).toBe('\ufffdü');
});

it('garbled text is told from text with accents', () => {
  for (const garbled of ['GrÃ¶Ã\u009fe', 'donâ€™t', 'cafÃ©', 'half\ufffd', 'Â½ of them', 'â€œquotedâ€\u009d']) {
    expect([garbled, looksGarbled(garbled)]).toEqual([garbled, true]);
  }
  for (const sound of ['Größe', 'São Paulo', 'NÃO', 'â', 'Âge', 'Ångström', '“quoted”', '€ 5', 'naïve â la carte']) {
    expect([sound, looksGarbled(sound)]).toEqual([sound, false]);
  }
});

it('every file in a zip archive is taken in under its own format, and what is none is reported', async () => {
  const archive = await zipped({
    'export/one.jsonl': '{"title": "One"}\n{"title": "caf\u00c3\u00a9"}\n',
    'two.bib': '@article{two, title = {Two}, year = 2002}\n',
    '.hidden': 'nothing',
    'readme.txt': 'hello',
  });
  const { stdout, code } = await akin(['add', archive, '--no-embed', '--json', '--index', temporaryFolder()]);
  expect(code).toBe(4);
  expect(JSON.parse(stdout)).toMatchObject({
    added: 3,
    garbled: 1,
    rejected: 1,
    rejects: [{ file: `${archive}/readme.txt`, code: 'format-unknown' }],
  });
});

it('archives that expand beyond all reason are refused', async () => {
  const bomb = Buffer.alloc(100 * 1024 * 1024, 'x');
  await expect(textOf(written(gzipSync(bomb)))).rejects.toThrow(/200 times/);
  const archive = await zipped({ 'fine.jsonl': '{"title": "One"}\n', 'bomb.jsonl': bomb });
  const opened: string[] = [];
  const all = (async () => {
    for await (const { name, close } of openFiles(archive)) {
      opened.push(path.basename(name));
      close();
    }
  })();
  await expect(all).rejects.toMatchObject({
    code: 'file-unreadable',
    message: expect.stringContaining('200 times') as string,
  });
  expect(opened).toEqual(['fine.jsonl']);
});

it('a truncated zip archive is refused with its name', async () => {
  const archive = await zipped({ 'one.jsonl': '{"title": "One"}\n'.repeat(1000) });
  const { readFileSync } = await import('node:fs');
  const broken = written(readFileSync(archive).subarray(0, 200), 'broken.zip');
  await expect(openFiles(broken).next()).rejects.toThrow(broken);
});
