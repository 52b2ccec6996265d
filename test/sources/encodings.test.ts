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
