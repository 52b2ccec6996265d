/** Backups: all of a library, whoever writes meanwhile; and nothing is restored that is not whole. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ZipFile } from 'yazl';
import { backUpLibrary, examineLibrary, openLibrary, openWriter, restoreLibrary } from '../../src/library/open.ts';
import { ROOT, sampleCopy, temporaryFolder } from '../akin.ts';
import { MODEL, paper, put } from './made.ts';

const AKIN = path.join(ROOT, 'src/cli/akin.js');
const run = promisify(execFile);

const folder = sampleCopy(afterAll);
/** Everything that comes. */
async function all<T>(some: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const each of some) found.push(each);
  return found;
}
const bytesOf = async (zip: ZipFile): Promise<Buffer> => buffer(zip.outputStream);

let place: string;
let backup: string;
beforeAll(async () => {
  place = temporaryFolder(afterAll);
  backup = path.join(place, 'papers.akin');
  await backUpLibrary(folder, backup);
});

const fresh = () => path.join(temporaryFolder(onTestFinished), 'restored');
/** What a folder holds of a library; locks are none of it. */
const partsIn = (where: string) => readdirSync(where).filter((name) => !name.includes('lock'));

async function contentOf(where: string) {
  const library = await openLibrary(where);
  try {
    const papers = await all(library.everyPaper());
    const keys = (await library.find(papers.map(({ id }) => id))).map((key) => key!);
    const vectors = await library.vectors(keys);
    const { library: id, works, settings } = await library.facts();
    const { candidates } = await library.recall({
      ...{ legs: ['dense', 'lexical'], depth: 20, words: 'networks', scoring: 'fused' },
      vector: Promise.resolve(vectors[0]!),
    });
    return { papers, vectors, id, works, settings, found: candidates.map((each) => each.id) };
  } finally {
    await library.close();
  }
}

describe('a backup', () => {
  it('is restored to the same papers, vectors, works and answers, with its graph', async () => {
    const restored = fresh();
    const told = await restoreLibrary(backup, restored);
    const { id: idBefore, ...before } = await contentOf(folder);
    const { id, ...after } = await contentOf(restored);
    expect(after).toEqual(before);
    // Keys and cursors of the one name nothing in the other.
    expect(id).not.toBe(idBefore);
    expect(told).toMatchObject({ papers: before.papers.length, library: id });
    expect(before.found.length).toBeGreaterThan(10);
    const graphs = (where: string) => partsIn(where).filter((name) => name.endsWith('.hnsw'));
    expect(graphs(restored)).toEqual(graphs(folder));
    const graph = (await examineLibrary(restored)).find(({ check }) => check === 'graph fits the library');
    expect(graph).toMatchObject({ ok: true });
    // It is a library like any other.
    const writer = await openWriter(restored, { model: MODEL, mustBeThatModel: true, purpose: 'a test' });
    expect(await writer.remove([before.papers[0]!.id])).toEqual([before.papers[0]!.id]);
    await writer.close();
  });

  it('holds what was stored when it began, and no half of what is stored meanwhile', async () => {
    const index = path.join(temporaryFolder(onTestFinished), 'index');
    const writer = await openWriter(index, { model: MODEL, mustBeThatModel: true, purpose: 'a test' });
    const store = (from: number) =>
      put(
        writer,
        Array.from({ length: 10 }, (_, i) => paper(`p${from + i}`)),
      );
    for (let from = 0; from < 500; from += 10) await store(from);
    const file = path.join(temporaryFolder(onTestFinished), 'x.akin');
    const child = spawn(process.execPath, [AKIN, 'backup', file, '--index', index, '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let isOver = false;
    const over = once(child, 'close').then(() => (isOver = true));
    let from = 500;
    for (; !isOver; from += 10) {
      await store(from);
      await sleep(5);
    }
    await over;
    await writer.close();
    const restored = fresh();
    const { papers } = await restoreLibrary(file, restored);
    expect(papers).toBeGreaterThanOrEqual(500);
    expect(papers % 10).toBe(0);
    expect(from).toBeGreaterThan(510);
    expect((await contentOfPapers(restored)).length).toBe(papers);
  });

  it('is not written over what is there, nor where nothing can be, and of no library there is none', async () => {
    await expect(backUpLibrary(folder, backup)).rejects.toMatchObject({ code: 'invalid-argument', field: 'file' });
    await expect(backUpLibrary(folder, path.join(place, 'none/x.akin'))).rejects.toMatchObject({ field: 'file' });
    await expect(backUpLibrary(fresh(), path.join(place, 'y.akin'))).rejects.toMatchObject({ code: 'library-missing' });
    expect(readdirSync(place)).toEqual(['papers.akin']);
  });
});

const contentOfPapers = async (where: string) => {
  const library = await openLibrary(where);
  try {
    return await all(library.everyPaper());
  } finally {
    await library.close();
  }
};

describe('what is no whole backup', () => {
  const refused = async (file: string) => {
    const restored = fresh();
    await expect(restoreLibrary(file, restored)).rejects.toMatchObject({ code: 'file-unreadable' });
    expect(existsSync(restored)).toBe(false);
  };
  const written = (bytes: Uint8Array) => {
    const file = path.join(temporaryFolder(onTestFinished), 'damaged.akin');
    writeFileSync(file, bytes);
    return file;
  };

  it('is refused, wherever it is cut or a byte of it is another, and leaves nothing', async () => {
    const whole = readFileSync(backup);
    for (const share of [0, 0.01, 0.5, 0.9, 0.999]) await refused(written(whole.subarray(0, whole.length * share)));
    for (let share = 0.03; share < 0.9; share += 0.03) {
      const damaged = Buffer.from(whole);
      damaged[Math.floor(whole.length * share)]! ^= 0x55;
      await refused(written(damaged));
    }
  });

  it('is not called a damaged one where it is another kind of file', async () => {
    const restored = fresh();
    await expect(restoreLibrary(written(Buffer.from('@article{a, title={Machines}}')), restored)).rejects.toMatchObject(
      {
        code: 'file-unreadable',
        message: expect.stringMatching(/: it is no backup of akin$/) as string,
      },
    );
    expect(existsSync(restored)).toBe(false);
  });

  it('is refused where it is another archive, or names parts that are none', async () => {
    const manifest = (parts: object[]) =>
      Buffer.from(JSON.stringify({ backup: 1, library: 'x', format: 1, papers: 0, made: '', parts }));
    const part = { bytes: 5, sha256: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824' };
    const archives: [string, Buffer][][] = [
      [['notes.txt', Buffer.from('hello')]],
      [['manifest.json', Buffer.from('{}')]],
      [['manifest.json', manifest([{ name: '../x', ...part }])]],
      [['manifest.json', manifest([{ name: 'library.sqlite', ...part }])]],
      [
        ['manifest.json', manifest([{ name: 'library.sqlite', ...part }])],
        ['other', Buffer.from('hello')],
      ],
    ];
    for (const entries of archives) {
      const zip = new ZipFile();
      for (const [name, bytes] of entries) zip.addBuffer(bytes, name);
      zip.end();
      await refused(written(await bytesOf(zip)));
    }
  });

  it('is refused by name where a newer akin wrote it', async () => {
    const zip = new ZipFile();
    zip.addBuffer(Buffer.from('{"backup": 99}'), 'manifest.json');
    zip.end();
    const file = written(await bytesOf(zip));
    await expect(restoreLibrary(file, fresh())).rejects.toMatchObject({ code: 'library-newer' });
  });
});

describe('a library that is there', () => {
  it('is not written over', async () => {
    const before = await contentOfPapers(folder);
    await expect(restoreLibrary(backup, folder)).rejects.toMatchObject({ code: 'invalid-argument', field: 'index' });
    expect(await contentOfPapers(folder)).toEqual(before);
  });
});

describe('a place', () => {
  it('in which two restore at once has a whole library afterwards', async () => {
    for (let round = 0; round < 3; round++) {
      const index = fresh();
      const both = await Promise.allSettled([restoreLibrary(backup, index), restoreLibrary(backup, index)]);
      expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
      expect(await contentOfPapers(index)).toEqual(await contentOfPapers(folder));
      expect(readdirSync(path.dirname(index))).toEqual([path.basename(index)]);
    }
  });

  it('with the log of a library that is gone is refused, and left as it is', async () => {
    const index = fresh();
    mkdirSync(index);
    writeFileSync(path.join(index, 'library.sqlite-wal'), 'what is left');
    await expect(restoreLibrary(backup, index)).rejects.toMatchObject({ code: 'invalid-argument', field: 'index' });
    expect(partsIn(index)).toEqual(['library.sqlite-wal']);
  });
});

describe('the commands', () => {
  it.each([0, 10, 30, 60])('that are told to end %i ms into a backup do so, and leave nothing', async (ms) => {
    const where = temporaryFolder(onTestFinished);
    const child = spawn(process.execPath, [AKIN, 'backup', path.join(where, 'b.akin'), '--index', folder]);
    let said = '';
    child.stderr.on('data', (piece: Buffer) => (said += piece.toString()));
    while (readdirSync(where).length === 0 && child.exitCode === null) await sleep(1);
    await sleep(ms);
    child.kill('SIGTERM');
    const [code] = (await once(child, 'close')) as [number | null];
    expect([0, 130]).toContain(code);
    expect(said).not.toMatch(/^ +at |Error/m);
    expect(readdirSync(where)).toEqual(code === 0 ? ['b.akin'] : []);
  });

  it('say how many papers there are, and leave a restored library that answers', async () => {
    const index = fresh();
    const { stdout } = await run(process.execPath, [AKIN, 'restore', backup, '--index', index]);
    expect(stdout).toMatch(/^\d+ papers in .*restored, as they were on \d{4}-/);
    const again = path.join(path.dirname(index), 'again.akin');
    expect((await run(process.execPath, [AKIN, 'backup', again, '--index', index])).stdout).toMatch(
      /^\d+ papers in .*again\.akin, \d/,
    );
    const { stdout: found } = await run(process.execPath, [AKIN, 'search', 'learning', '--index', index, '--json']);
    expect((JSON.parse(found) as { hits: unknown[] }).hits.length).toBeGreaterThan(0);
  });

  it('remove what a process that was killed amid one left beside it, and of a living one nothing', async () => {
    const where = temporaryFolder();
    const left = () => readdirSync(where).filter((name) => name.startsWith('.akin-backup-'));
    const hasLeft = async () => {
      while (!left().some((name) => existsSync(path.join(where, name, 'lock.holder')))) await sleep(5);
    };
    const begun = async (name: string) => {
      // It is stopped as soon as it has begun, so that it can't be done before it is killed.
      const child = spawn(process.execPath, [AKIN, 'backup', path.join(where, name), '--index', folder]);
      onTestFinished(() => void child.kill('SIGKILL'));
      await hasLeft();
      child.kill('SIGSTOP');
      return child;
    };
    const killed = await begun('killed.akin');
    expect(existsSync(path.join(where, 'killed.akin'))).toBe(false);
    await backUpLibrary(folder, path.join(where, 'one.akin'));
    expect(left()).toHaveLength(1);
    killed.kill('SIGKILL');
    await once(killed, 'close');
    await backUpLibrary(folder, path.join(where, 'other.akin'));
    expect(readdirSync(where).sort()).toEqual(['one.akin', 'other.akin']);
  });

  it('leave no library where they are killed amid their work', async () => {
    const index = fresh();
    const above = path.dirname(index);
    const child = spawn(process.execPath, [AKIN, 'restore', backup, '--index', index]);
    while (!readdirSync(above).some((name) => name.startsWith('.akin-restore-')) && child.exitCode === null)
      await sleep(1);
    child.kill('SIGKILL');
    await once(child, 'close');
    if (!existsSync(path.join(index, 'library.sqlite'))) {
      const { stdout } = await run(process.execPath, [AKIN, 'restore', backup, '--index', index]);
      expect(stdout).toMatch(/^\d+ papers/);
    }
    expect(await contentOfPapers(index)).toEqual(await contentOfPapers(folder));
  });
});
