/** Paths that a person got wrong: every command says what is the matter and what to do, ends, and leaves nothing behind. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, inject, it } from 'vitest';
import { akin, PROGRAM, ROOT, temporaryFolder, type Finished } from './akin.ts';

const SAMPLE = path.join(ROOT, 'scripts/sample-papers.jsonl');

/** A sentence, a hint and an exit code, in a person's words. */
function expectSaid({ code, stderr }: Finished, exit: number, sentence: RegExp): void {
  expect(stderr).toMatch(sentence);
  expect(stderr).toMatch(/^ {6}\S/m);
  expect(stderr).not.toMatch(/\bE[A-Z]{4,}\b|^ +at /m);
  expect(code).toBe(exit);
}

describe.skipIf(process.platform !== 'linux')('a folder that nobody can make', () => {
  it('ends "akin add", and whatever else makes one', async () => {
    const folder = temporaryFolder();
    const [queries, qrels] = ['queries.tsv', 'qrels.tsv'].map((name) => path.join(folder, name)) as [string, string];
    writeFileSync(queries, '1\tlearning from errors\n');
    writeFileSync(qrels, '1 0 arxiv:1301.3781 1\n');
    const nowhere = '/proc/nowhere';
    const library = inject('sampleLibrary');
    for (const parameters of [
      ['add', SAMPLE, '--no-embed', '--index', `${nowhere}/library`],
      ['eval', '--make', 'title-abstract', '--out', nowhere, '--index', library],
      ['eval', '--corpus', SAMPLE, '--queries', queries, '--qrels', qrels, '--keep', nowhere],
    ])
      expectSaid(await akin(parameters), 9, /^akin: \/proc\/nowhere: no folder can be made there$/m);
  });
});

describe('a wrong path', () => {
  const folder = temporaryFolder((cleanUp) => process.once('exit', () => void cleanUp()));
  const file = path.join(folder, 'a-file');
  writeFileSync(file, '');

  it.each([
    [['add', '/nonexist'], 2, /\/nonexist: there is no such file or folder/],
    [['add', SAMPLE, '/nonexist'], 2, /\/nonexist: there is no such file or folder/],
    [['add', 'arxiv:cs.CL', '--since', 'yesterday'], 2, /--since: expected a day.*"yesterday"\n {6}write year, month/],
    [['add', 'arxiv:cs.CL', '--offline'], 2, /arxiv:cs\.CL asks an online service.*\n {6}run it without --offline/],
    [['sync', '/nonexist'], 2, /\/nonexist: there is no such file or folder/],
  ])('to %j makes no library', async (parameters, exit, sentence) => {
    const index = path.join(folder, 'new');
    const said = await akin([...parameters, '--no-embed', '--index', index]);
    expect(said.code).toBe(exit);
    expect(said.stderr).toMatch(sentence);
    expect(existsSync(index)).toBe(false);
  });

  it.each([
    ['add', [SAMPLE, '--no-embed']],
    ['search', ['learning']],
    ['status', []],
    ['related', [path.join(ROOT, 'README.md')]],
  ])('of a library that is a file is said by "akin %s"', async (command, parameters) => {
    expectSaid(
      await akin([command, ...parameters, '--index', file]),
      3,
      /a-file is a file, and no folder of a library/,
    );
  });

  it.each([
    ['a draft that is a folder', ['related', folder], /it is a folder, and no file/],
    ['a draft that is not there', ['related', path.join(folder, 'nodraft.tex')], /there is no such file/],
    ['a draft within a file', ['related', path.join(file, 'x.tex')], /a part of its path is a file/],
    ['a bibliography that is a folder', ['related', path.join(ROOT, 'README.md'), '--bib', folder], /it is a folder/],
    ['rejects into a folder', ['add', SAMPLE, '--rejects', folder], /can't be written: it is a folder/],
    ['rejects into nowhere', ['add', SAMPLE, '--rejects', path.join(folder, 'no', 'a')], /the folder .* is not there/],
  ])('is said: %s', async (_, parameters, sentence) => {
    expectSaid(await akin([...parameters, '--index', inject('sampleLibrary')]), 2, sentence);
  });

  it('of files that are damaged is said once, with what to do', async () => {
    const damage = {
      'cut.pdf': ['%PDF-1.5\n1 0 obj', /cut\.pdf, record 1: it seems to be a PDF that is cut or damaged.*: save or/],
      'cut.xlsx': [
        `PK\u0003\u0004${'x'.repeat(200)}`,
        /cut\.xlsx: it seems to be an Excel workbook that is cut.*: save/,
      ],
      'cut.gz': [
        gzipSync('title\nSheep\n').subarray(0, 20),
        /cut\.gz: it seems to be a compressed file that is cut.*: save/,
      ],
    } as const;
    const cut = path.join(folder, 'cut');
    mkdirSync(cut);
    for (const [name, [bytes]] of Object.entries(damage)) writeFileSync(path.join(cut, name), bytes);
    const { code, stdout } = await akin(['add', cut, '--no-embed', '--index', path.join(folder, 'damaged')]);
    expect(code).toBe(4);
    for (const [name, [, sentence]] of Object.entries(damage)) {
      expect(stdout).toMatch(sentence);
      expect(stdout).not.toContain(`${name}: ${path.join(cut, name)}`);
    }
  });

  // As another user: root may read everything.
  it.skipIf(process.getuid?.() !== 0 || !existsSync('/usr/bin/setpriv'))(
    'of a file that this user may not read is said at once where it is named, and with the others in a folder',
    () => {
      const home = temporaryFolder();
      chmodSync(home, 0o777);
      const papers = path.join(home, 'papers');
      mkdirSync(papers);
      const secret = path.join(papers, 'three.jsonl');
      writeFileSync(secret, '', { mode: 0o000 });
      writeFileSync(path.join(papers, 'one.jsonl'), '{"title": "Sheep", "abstract": "Sheep and fences."}\n');
      const index = path.join(home, 'library');
      const asNobody = (...parameters: string[]): Finished => {
        const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, PROGRAM];
        const { status, stdout, stderr } = spawnSync('setpriv', [...nobody, ...parameters, '--index', index]);
        return { code: status, stdout: String(stdout), stderr: String(stderr) };
      };
      for (const command of ['add', 'sync', 'related'])
        expectSaid(asNobody(command, secret), 9, /^akin: \S*three\.jsonl: this user may not read or write it$/m);
      expect(existsSync(index)).toBe(false);
      const { code, stdout } = asNobody('add', papers, '--no-embed');
      expect(code).toBe(4);
      expect(stdout).toContain('1 added');
      expect(stdout).toMatch(/^ {2}\S*three\.jsonl: this user may not read or write it: change who may, or/m);
    },
  );

  it('of a file that is refused is no record that was read', async () => {
    const picture = path.join(folder, 'picture.png');
    writeFileSync(picture, Buffer.from(Array.from({ length: 300 }, (_, i) => (i * i * 31 + 137) % 256)));
    const index = path.join(folder, 'refused');
    for (const name of [picture, '-']) {
      const said = await akin(['add', name, '--index', index], { input: readFileSync(picture) });
      expect(said.code).toBe(4);
      expect(said.stderr).toMatch(/^reading: 0 records, 1 file refused, 0 a second$/m);
      expect(said.stdout).toMatch(/^nothing was taken in\nrejected: 1 format-unknown\n/);
      expect(existsSync(index)).toBe(false);
    }
  });

  it('is no matter where the folders above it have to be made', async () => {
    const place = path.join(folder, 'a', 'b', 'c');
    expect((await akin(['add', SAMPLE, '--no-embed', '--index', place])).code).toBe(0);
    mkdirSync(path.join(folder, 'empty'));
    expect(readdirSync(place)).toContain('library.sqlite');
  });
});
