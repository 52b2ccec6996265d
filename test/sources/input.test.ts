import { readdirSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { checkPaths, filesOf, openFile } from '../../src/sources/input.ts';
import { akin, temporaryFolder } from '../akin.ts';

async function read(file: string): Promise<string> {
  let text = '';
  for await (const piece of (await openFile(file)).text()) text += piece;
  return text;
}

async function written(content: string | Buffer, name = 'file'): Promise<string> {
  const file = path.join(temporaryFolder(), name);
  await writeFile(file, content);
  return file;
}

async function walk(paths: string[]): Promise<string[]> {
  const files: string[] = [];
  for await (const file of filesOf(paths)) files.push(file);
  return files;
}

/** A folder with these files in it, each holding its own name. */
async function folderOf(...files: string[]): Promise<string> {
  const folder = temporaryFolder();
  for (const file of files) {
    await mkdir(path.join(folder, path.dirname(file)), { recursive: true });
    await writeFile(path.join(folder, file), file);
  }
  return folder;
}

describe('the files behind paths', () => {
  it('are every file below a folder, in the order of names, hidden ones left out', async () => {
    const folder = await folderOf(
      'b.txt',
      'a/2',
      'a/10',
      'a/deep/er/file',
      '.hidden',
      '.git/config',
      'a/.DS_Store',
      'B.txt',
    );
    await mkdir(path.join(folder, 'empty'));
    const inOrder = ['B.txt', 'a/10', 'a/2', 'a/deep/er/file', 'b.txt'];
    expect(await walk([folder])).toEqual(inOrder.map((file) => path.join(folder, file)));
  });

  it('keep the order in which they are given, a hidden one that is named included', async () => {
    const folder = await folderOf('b', 'a', '.c');
    const given = ['b', '-', '.c', 'a'].map((name) => (name === '-' ? '-' : path.join(folder, name)));
    expect(await walk(given)).toEqual(given);
  });

  it('must exist', async () => {
    const folder = await folderOf('a');
    await checkPaths(['-', folder, path.join(folder, 'a')]);
    await expect(checkPaths([folder, path.join(folder, 'nowhere')])).rejects.toMatchObject({
      code: 'file-unreadable',
      message: `${path.join(folder, 'nowhere')}: there is no such file or folder`,
    });
  });

  it('include a link that leads nowhere, which is then reported as unreadable', async () => {
    const folder = await folderOf('a', 'c');
    await symlink('nowhere', path.join(folder, 'b'));
    expect(await walk([folder])).toEqual(['a', 'b', 'c'].map((name) => path.join(folder, name)));
    await expect(openFile(path.join(folder, 'b'))).rejects.toMatchObject({ code: 'file-unreadable' });
  });

  it('end where a folder links back to one above it', async () => {
    const folder = await folderOf('a', 'deep/b');
    await symlink('..', path.join(folder, 'deep/up'));
    expect(await walk([folder])).toEqual(['a', 'deep/b'].map((name) => path.join(folder, name)));
  });
});

describe('the text of a file', () => {
  it('is read as UTF-8 across the pieces it comes in', async () => {
    const text = 'é€😀'.repeat(50_000);
    expect(await read(await written(text))).toBe(text);
  });

  it('comes without a byte order mark', async () => {
    expect(await read(await written('\ufefftext'))).toBe('text');
  });

  it('may be empty', async () => {
    expect(await read(await written(''))).toBe('');
    expect(await read(await written(gzipSync('')))).toBe('');
  });

  it('is decompressed, whatever the file is called, also from several archives in a row', async () => {
    const text = 'A text of some length. '.repeat(20_000);
    expect(await read(await written(gzipSync(text), 'papers.jsonl'))).toBe(text);
    expect(await read(await written(Buffer.concat([gzipSync('\ufeffone '), gzipSync('two')])))).toBe('one two');
  });

  it('shows its beginning before it is read, and has it still when it is', async () => {
    const text = Array.from({ length: 30_000 }, (_, i) => `line ${i}`).join('\n');
    for (const bytes of [text, gzipSync(text)]) {
      const file = await openFile(await written(bytes));
      expect(file.head).toBe(text.slice(0, 64 * 1024));
      let all = '';
      for await (const piece of file.text()) all += piece;
      expect(all).toBe(text);
    }
    expect((await openFile(await written('short'))).head).toBe('short');
  });

  it('is refused when an archive is truncated or damaged, with what is wrong', async () => {
    const archive = gzipSync(Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 7919) % 251)));
    const damaged = Buffer.from(archive);
    damaged[damaged.length >> 1]! ^= 0xff;
    for (const bytes of [archive.subarray(0, archive.length - 1), archive.subarray(0, 12), damaged]) {
      const file = await written(bytes);
      await expect(read(file)).rejects.toMatchObject({ code: 'file-unreadable' });
      await expect(read(file)).rejects.toThrow(file);
    }
  });

  it('is given as far as it goes before a truncated archive is refused', async () => {
    const text = Array.from({ length: 100_000 }, (_, i) => `line ${(i * 7919) % 100_003}`).join('\n');
    const archive = gzipSync(text);
    const file = await openFile(await written(archive.subarray(0, archive.length - 100)));
    let seen = '';
    const reading = (async () => {
      for await (const piece of file.text()) seen += piece;
    })();
    await expect(reading).rejects.toMatchObject({ code: 'file-unreadable' });
    expect(seen.length).toBeGreaterThan(text.length / 2);
    expect(text.startsWith(seen)).toBe(true);
  });

  it('is refused for a file that is not there', async () => {
    const file = path.join(temporaryFolder(), 'nowhere');
    await expect(openFile(file)).rejects.toMatchObject({ code: 'file-unreadable' });
    await expect(openFile(temporaryFolder())).rejects.toMatchObject({ code: 'file-unreadable' });
  });

  it('of - is standard input, compressed or not', async () => {
    const text = '\ufeff{"title": "One"}\n{"title": "Two"}\n{"title": 3}\n';
    for (const input of [text, gzipSync(text)]) {
      const { stdout } = await akin(['add', '-', '--no-embed', '--json', '--index', temporaryFolder()], { input });
      expect(JSON.parse(stdout)).toMatchObject({ added: 2, rejected: 1, rejects: [{ file: '-', record: 3 }] });
    }
  });
});

it.runIf(process.platform === 'linux')('a file that is closed unread holds no descriptor', async () => {
  const large = await written('x'.repeat(1_000_000));
  const before = readdirSync('/proc/self/fd').length;
  for (let i = 0; i < 20; i++) (await openFile(large)).close();
  await expect.poll(() => readdirSync('/proc/self/fd').length).toBeLessThan(before + 10);
});
