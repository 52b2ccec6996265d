/**
 * A machine that is at its end: every door says in a sentence what is the matter and what to do about it, leaves nothing by
 * halves, and goes on when it is over.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pino } from 'pino';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import type { AkinError } from '../src/errors.ts';
import { createApp } from '../src/http/app.ts';
import { examineLibrary, openWriter } from '../src/library/open.ts';
import { configurationOf } from '../src/session/configuration.ts';
import { Session } from '../src/session/session.ts';
import { akin, PROGRAM, ROOT, sampleCopy, temporaryFolder, type Finished } from './akin.ts';
import { embedAll, MODEL, paper, put } from './library/made.ts';

const SAMPLE = path.join(ROOT, 'scripts/sample-papers.jsonl');

/** An own file system in memory, gone when the test is over. @param options of mount: `size=1m`. */
function mounted(options: string): string {
  const folder = temporaryFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'pipe' });
  onTestFinished(() => void execFileSync('umount', ['-l', folder]));
  return folder;
}

const remount = (folder: string, options: string) => execFileSync('mount', ['-o', `remount,${options}`, folder]);

function canMount(): boolean {
  if (process.getuid?.() !== 0) return false;
  const folder = temporaryFolder((cleanUp) => process.once('exit', () => void cleanUp()));
  const { status } = spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', folder]);
  if (status === 0) execFileSync('umount', [folder]);
  return status === 0;
}

/** Where nothing can be mounted, these tests are left out, and that is said. */
const hasMounts = canMount();
function withMounts(name: string, tests: () => void): void {
  if (hasMounts) describe(name, tests);
  else console.warn(`left out: ${name}`);
}

/** Runs `akin` under a shell's limits or redirections. @param before what the shell does before. */
function akinInShell(before: string, parameters: string[], after = ''): Finished {
  const command = [process.execPath, PROGRAM, ...parameters].map((each) => `'${each}'`).join(' ');
  const { status, stdout, stderr } = spawnSync('bash', ['-c', `${before} exec ${command} ${after}`], { cwd: ROOT });
  return { code: status, stdout: String(stdout), stderr: String(stderr) };
}

/** A sentence with a place, a hint, and an exit code; no stack. */
function expectSaid({ code, stderr }: Finished, exit: number, sentence: RegExp, hint: RegExp): void {
  expect(stderr).toMatch(sentence);
  expect(stderr).toMatch(hint);
  expect(stderr).not.toMatch(/^ +at /m);
  expect(code).toBe(exit);
}

const FULL = [9, /^akin: \S.*: the disk is full$/m, /^ +make room/m] as const;
const READ_ONLY = [9, /^akin: \S.*: its file system is read-only$/m, /^ +make it writable/m] as const;
const TOO_MANY = [9, /^akin: \S.*: too many files are open$/m, /^ +raise the limit/m] as const;

/** The API of a library, and what its log was told. */
function appOf(address: string) {
  const session = new Session({ address, configuration: configurationOf({}), threads: 1 });
  onTestFinished(() => session.close());
  return createApp({ session, log: pino({ level: 'silent' }) });
}

/** Makes the system's temporary folder another one. */
function temporaryFilesIn(folder: string): void {
  const before = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  onTestFinished(() => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  });
}

withMounts('a full disk (needs root, to mount a small one)', () => {
  it.each(['128k', '700k', '3m'])('of %s stops "akin add", which goes on when there is room', async (size) => {
    const disk = mounted(`size=${size}`);
    const library = path.join(disk, 'library');
    const papers = Array.from({ length: 3000 }, (_, i) => ({
      id: `p${i}`,
      title: `Paper ${i}`,
      abstract: `${i} `.repeat(200),
    }));
    const file = path.join(temporaryFolder(), 'papers.jsonl');
    writeFileSync(file, papers.map((each) => `${JSON.stringify(each)}\n`).join(''));
    const add = ['add', file, '--no-embed', '--index', library];
    expectSaid(await akin(add), ...FULL);
    // Of one that nothing could be put into nothing stays.
    expect(existsSync(library)).toBe(size === '3m');

    remount(disk, 'size=100m');
    if (size === '3m') expect((await akin(['doctor', '--index', library])).stdout).not.toMatch(/WRONG (?!graph)/);
    expect((await akin(add)).code).toBe(0);
    const status = await akin(['status', '--json', '--index', library]);
    expect(JSON.parse(status.stdout)).toMatchObject({ papers: papers.length });
    expect((await akin(['doctor', '--index', library])).stdout).not.toMatch(/WRONG (?!graph)/);
  });

  it('leaves no part of a graph that would be taken for whole', async () => {
    const disk = mounted('size=100m');
    const folder = path.join(disk, 'library');
    const writer = await openWriter(folder, { model: MODEL, mustBeThatModel: true, purpose: 'a test' });
    onTestFinished(() => writer.close());
    await put(
      writer,
      Array.from({ length: 400 }, (_, i) => paper(`p${i}`)),
    );
    await embedAll(writer);
    const used = Number(execFileSync('du', ['-sk', disk]).toString().split('\t')[0]);
    for (const room of [200, 600]) {
      remount(disk, `size=${used + room}k`); // The graph has some 700 KB.
      await expect(writer.finish()).rejects.toMatchObject({ code: 'disk-full' } satisfies Partial<AkinError>);
      expect(readdirSync(folder).filter((name) => /\.hnsw$|\.json/.test(name))).toEqual([]);
    }
    remount(disk, 'size=100m');
    await writer.finish();
    expect((await examineLibrary(folder)).filter(({ ok }) => !ok)).toEqual([]);
  });

  it('leaves no part of a set for evaluations, which would be in the way of the next one', async () => {
    const disk = mounted('size=32k');
    const make = [
      'eval',
      '--make',
      'title-abstract',
      '--out',
      path.join(disk, 'set'),
      '--index',
      inject('sampleLibrary'),
    ];
    expectSaid(await akin(make), ...FULL);
    remount(disk, 'size=10m');
    expect(await akin(make)).toMatchObject({ code: 0, stderr: '' });
  });

  it('stops writing the rejects, by name', async () => {
    const disk = mounted('size=16k');
    const file = path.join(temporaryFolder(), 'bad.jsonl');
    writeFileSync(file, '{"id": 1, "nothing": "of a paper"}\n'.repeat(1000));
    const rejects = path.join(disk, 'rejects.jsonl');
    const said = await akin(['add', file, '--rejects', rejects, '--no-embed', '--index', sampleCopy()]);
    expectSaid(said, ...FULL);
    expect(said.stderr).toContain(rejects);
  });

  it('is 507 to whoever sends a draft, without a word of where', async () => {
    const disk = mounted('size=64k');
    temporaryFilesIn(disk);
    const body = new FormData();
    body.set('file', new File(['a text '.repeat(30_000)], 'draft.txt'));
    const answer = await appOf(inject('sampleLibrary')).request('/v1/related', { method: 'POST', body });
    expect(answer.status).toBe(507);
    const problem = await answer.text();
    expect(JSON.parse(problem)).toMatchObject({ title: 'Insufficient Storage', code: 'disk-full' });
    expect(problem).not.toContain(disk);
    expect(readdirSync(disk)).toEqual([]);
  });
});

withMounts('a read-only file system (needs root, to mount one)', () => {
  it('is named by every command that would write, and searched again when it can be written', async () => {
    const disk = mounted('size=20m');
    cpSync(inject('sampleLibrary'), disk, { recursive: true, filter: (file) => !/-(?:wal|shm)$/.test(file) });
    remount(disk, 'ro');
    for (const command of [
      ['add', SAMPLE, '--index', disk],
      ['add', SAMPLE, '--index', path.join(disk, 'new', 'one')],
      ['add', SAMPLE, '--index', sampleCopy(), '--rejects', path.join(disk, 'rejects')],
      ['search', 'learning', '--index', disk],
      ['remove', 'x', '--index', disk],
      ['serve', '--port', '0', '--index', disk],
    ]) {
      const said = await akin(command);
      expectSaid(said, ...READ_ONLY);
      expect(said.stderr).toContain(disk);
    }
    expect((await akin(['doctor', '--index', disk])).stdout).toContain('its file system is read-only');
    remount(disk, 'rw');
    expect((await akin(['search', 'learning', '--index', disk])).code).toBe(0);
  });

  it('is 503 over HTTP, without a word of where, and no longer when it can be written', async () => {
    const disk = mounted('size=20m');
    cpSync(inject('sampleLibrary'), disk, { recursive: true, filter: (file) => !/-(?:wal|shm)$/.test(file) });
    remount(disk, 'ro');
    const app = appOf(disk);
    for (const address of ['/v1/search?q=a', '/v1/papers/a']) {
      const answer = await app.request(address);
      expect(answer.status).toBe(503);
      const problem = await answer.text();
      expect(JSON.parse(problem)).toMatchObject({ title: 'Service Unavailable', code: 'access-denied' });
      expect(problem).not.toContain(disk);
    }
    remount(disk, 'rw');
    expect((await app.request('/v1/search?q=learning')).status).toBe(200);
  });
});

// As another user: root may write everywhere.
it.skipIf(process.getuid?.() !== 0 || !existsSync('/usr/bin/setpriv'))(
  'a library that one may only read is searched after somebody who may write has searched it, and that is said',
  async () => {
    const folder = sampleCopy();
    for (const name of ['library.sqlite-wal', 'library.sqlite-shm']) rmSync(path.join(folder, name), { force: true });
    chmodSync(folder, 0o755);
    const search = ['search', 'learning', '--limit', '1', '--index', folder];
    const asNobody = (): Finished => {
      const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, PROGRAM];
      const { status, stdout, stderr } = spawnSync('setpriv', [...nobody, ...search]);
      return { code: status, stdout: String(stdout), stderr: String(stderr) };
    };
    const hint = /^ +make it writable.*after somebody who may write there has searched it/m;
    expectSaid(asNobody(), 9, /^akin: \S*library\.sqlite: this user may not read or write it$/m, hint);
    const { code, stdout } = await akin(search);
    expect(code).toBe(0);
    expect(asNobody()).toEqual({ code: 0, stdout, stderr: '' });
  },
);

describe.skipIf(process.platform === 'win32')('too many open files', () => {
  it('are said, and nothing is lost', async () => {
    const folder = path.join(temporaryFolder(), 'library');
    const add = ['add', SAMPLE, '--no-embed', '--index', folder];
    for (const limit of [40, 80]) {
      for (const command of [add, ['search', 'learning', '--index', inject('sampleLibrary')]])
        expectSaid(akinInShell(`ulimit -n ${limit};`, command), ...TOO_MANY);
    }
    expect((await akin(add)).code).toBe(0);
  });

  it('are said also where the program can not be loaded to its end', () => {
    for (const limit of [20, 21, 22, 24, 30])
      expectSaid(akinInShell(`ulimit -n ${limit};`, ['search', 'learning']), ...TOO_MANY);
  });
});

describe.skipIf(!existsSync('/dev/full'))('a full disk behind standard output', () => {
  it.each([['export'], ['search', 'learning']])('stops "akin %s"', (...command) => {
    const said = akinInShell('', [...command, '--index', inject('sampleLibrary')], '> /dev/full');
    expectSaid(said, ...FULL);
    expect(said.stderr).toContain('standard output');
  });
});
