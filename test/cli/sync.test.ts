/** `akin sync` and `akin watch` as processes: with files that change under them, beside other processes, and killed. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { SyncSummary } from '../../src/session/follow.ts';
import { akin, startAkin, temporaryFolder } from '../akin.ts';
import { addItem, createZotero } from '../sources/zotero-fixture.ts';

/** A folder of files, and beside it one for a library. */
function folders(): { folder: string; index: string; write: (name: string, content: string) => void } {
  const top = temporaryFolder();
  const folder = path.join(top, 'papers');
  mkdirSync(folder);
  return {
    folder,
    index: path.join(top, 'index'),
    write: (name, content) => writeFileSync(path.join(folder, name), content),
  };
}

const lines = (...ids: string[]) =>
  ids.map((id) => `${JSON.stringify({ id, title: `A paper called ${id}`, abstract: `About ${id}.` })}\n`).join('');
const many = (count: number) => Array.from({ length: count }, (_, i) => `n${i}`);

async function sync(code: number, ...parameters: string[]): Promise<SyncSummary> {
  const finished = await akin(['sync', '--json', ...parameters]);
  expect(finished.code, finished.stderr).toBe(code);
  return JSON.parse(finished.stdout) as SyncSummary;
}

/** What a library holds now: ids of its papers, and how many have a vector. */
function held(index: string): { ids: string[]; embedded: number } {
  if (!existsSync(path.join(index, 'library.sqlite'))) return { ids: [], embedded: 0 };
  const db = new Database(path.join(index, 'library.sqlite'), { readonly: true });
  try {
    if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'vectors'").get() === undefined)
      return { ids: [], embedded: 0 };
    return {
      ids: db.prepare('SELECT id FROM papers ORDER BY id').pluck().all() as string[],
      embedded: db.prepare('SELECT count(*) FROM vectors').pluck().get() as number,
    };
  } finally {
    db.close();
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(50);
}

const isFree = (index: string): boolean => {
  const lock = new Database(path.join(index, 'writer.lock'), { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE; ROLLBACK');
    return true;
  } catch {
    return false;
  } finally {
    lock.close();
  }
};

// Other systems write no such names.
describe.runIf(process.platform === 'linux')('names that are no UTF-8', () => {
  const latin1 = (folder: string, name: string) => Buffer.from(path.join(folder, name), 'latin1');

  it.each(['add', 'sync'])('are named by "akin %s", each time, and what else there is is read', async (command) => {
    const { folder, index, write } = folders();
    write('a.jsonl', lines('a'));
    writeFileSync(latin1(folder, 'caf\xe9.jsonl'), lines('b'));
    writeFileSync(latin1(folder, 'caf\xe8.jsonl'), lines('c'));
    mkdirSync(latin1(folder, 'th\xe8ses'));
    writeFileSync(latin1(folder, 'th\xe8ses/d.jsonl'), lines('d'));
    for (const added of [1, 0]) {
      const { code, stdout } = await akin([command, folder, '--no-embed', '--json', '--index', index]);
      const summary = JSON.parse(stdout) as SyncSummary;
      expect(summary).toMatchObject({ added, rejected: 3, rejectsByCode: { 'file-unreadable': 3 } });
      for (const { reason } of summary.rejects) expect(reason).toMatch(/its path is not written in UTF-8: rename it/);
      expect(code).toBe(4);
    }
    expect(held(index).ids).toEqual(['a']);
  });

  it('are named where one of them is given', async () => {
    const { folder, index } = folders();
    writeFileSync(latin1(folder, 'caf\xe9.jsonl'), lines('b'));
    for (const command of ['add', 'sync']) {
      const { code, stderr } = await akin([command, path.join(folder, 'caf\ufffd.jsonl'), '--index', index]);
      expect(stderr).toMatch(/^akin: .*: its path is not written in UTF-8\n +rename it/);
      expect(code).toBe(2);
    }
  });
});

describe('akin sync', () => {
  it('reads what changed, tells of what is gone, and removes it when asked to', async () => {
    const { folder, index, write } = folders();
    write('a.jsonl', lines('a1', 'a2'));
    write('b.jsonl', lines('b1'));
    const options = [folder, '--index', index];
    const first = await sync(0, ...options);
    expect(first).toMatchObject({ added: 3, embedded: 3, files: { read: 2, unchanged: 0, gone: 0 } });
    expect(held(index)).toEqual({ ids: ['a1', 'a2', 'b1'], embedded: 3 });
    write('a.jsonl', lines('a2', 'a3'));
    rmSync(path.join(folder, 'b.jsonl'));
    const { code, stdout } = await akin(['sync', ...options, '--no-embed']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^files: 1 read, 0 unchanged, 1 gone\n1 added, /);
    expect(stdout).toMatch(/\nno longer in their files: 2 records \(--delete removes them\)\n$/);
    const removing = [...options, '--no-embed', '--delete'];
    expect(await sync(0, ...removing)).toMatchObject({ removed: { records: 2, papers: 2 } });
    expect(held(index)).toEqual({ ids: ['a2', 'a3'], embedded: 1 });
  }, 120_000);

  it('keeps what a file held that is empty, or that is not there with its folder', async () => {
    const { folder, index, write } = folders();
    write('a.jsonl', lines('a1', 'a2'));
    const options = [folder, '--index', index, '--no-embed', '--delete'];
    await sync(0, ...options);
    write('a.jsonl', '');
    const emptied = await akin(['sync', ...options]);
    expect(emptied.code).toBe(4);
    expect(emptied.stdout).toContain(
      `kept: 2 records of ${path.join(folder, 'a.jsonl')}: something in it could not be read`,
    );
    renameSync(folder, `${folder}-away`);
    expect(await sync(0, ...options)).toMatchObject({ kept: [{ records: 2 }], removed: { records: 0 } });
    expect(held(index).ids).toEqual(['a1', 'a2']);
  });

  it('keeps its library and its rejects out of what it reads', async () => {
    const { folder, write } = folders();
    write('a.jsonl', `${lines('a')}{"title": ""}\n`);
    const options = [
      '--no-embed',
      '--index',
      path.join(folder, 'index'),
      '--rejects',
      path.join(folder, 'rejects.jsonl'),
    ];
    expect(await sync(4, folder, ...options)).toMatchObject({ added: 1, rejected: 1, files: { read: 1 } });
    expect(await sync(0, folder, ...options)).toMatchObject({ rejected: 0, files: { read: 0, unchanged: 1 } });
  });

  it('waits while another process writes', async () => {
    const { folder, index, write } = folders();
    write('a.jsonl', lines('a'));
    // Where there is none yet, a library is made, and held, when there is a first paper to store.
    await akin(['add', path.join(folder, 'a.jsonl'), '--no-embed', '--index', index]);
    write('c.jsonl', lines('c'));
    const other = startAkin(['add', '-', '--no-embed', '--index', index]);
    onTestFinished(() => void other.kill('SIGKILL'));
    const holder = path.join(index, 'writer.lock.holder');
    await until(() => readFileSync(holder, 'utf8').includes(`process ${other.pid}`));
    const waiting = startAkin(['sync', folder, '--no-embed', '--json', '--index', index]);
    onTestFinished(() => void waiting.kill('SIGKILL'));
    const talk = textOf(waiting.stderr!);
    await until(() => talk().includes(`held by akin add (process ${other.pid}`));
    other.stdin!.end(lines('b'));
    expect(await once(waiting, 'close')).toEqual([0, null]);
    expect(held(index).ids).toEqual(['a', 'b', 'c']);
  });

  it('loses nothing to kill -9, and removes nothing because of it', async () => {
    const { folder, index, write } = folders();
    write('a.jsonl', lines('a1', 'a2'));
    await sync(0, folder, '--no-embed', '--index', index);
    write('a.jsonl', lines('a1'));
    write('b.jsonl', lines(...many(5000)));
    const killed = startAkin(['sync', folder, '--delete', '--no-embed', '--index', index]);
    await until(() => held(index).ids.length > 500);
    killed.kill('SIGKILL');
    await once(killed, 'close');
    expect(held(index).ids.length).toBeLessThan(5002);
    write('b.jsonl', lines(...many(4000)));
    expect(await sync(0, folder, '--delete', '--no-embed', '--index', index)).toMatchObject({ kept: [] });
    expect(held(index).ids.filter((id) => id.startsWith('n'))).toHaveLength(4000);
    expect(held(index).ids).toContain('a1');
    expect(held(index).ids).not.toContain('a2');
  }, 120_000);

  it('refuses what it can not keep in step with', async () => {
    const { index } = folders();
    for (const [given, says] of [
      ['-', /^akin: standard input has no file/],
      ['/nowhere/a.bib', /^akin: \/nowhere\/a\.bib: there is no such file or folder/],
      ['arxiv:cs.CL', /^akin: arxiv:cs\.CL asks a service/],
    ] as const) {
      const { code, stderr } = await akin(['sync', given, '--index', index]);
      expect(code).toBe(2);
      expect(stderr).toMatch(says);
    }
    expect(existsSync(index)).toBe(false);
  });
});

describe('akin watch', () => {
  it('follows every change, lets others write and search meanwhile, and ends at Ctrl-C', async () => {
    const { folder, index, write } = folders();
    write('a.jsonl', lines('a1', 'a2'));
    const { child, summaries, talk } = watch(folder, '--delete', '--no-embed', '--index', index);
    const holds = (...ids: string[]) => until(() => held(index).ids.join() === ids.join());
    await until(() => talk().includes('watching'));
    await holds('a1', 'a2');

    write('a.jsonl', lines('a1', 'a3')); // A change, with a deletion.
    await holds('a1', 'a3');
    writeFileSync(path.join(folder, '.b.tmp'), lines('b1')); // Written aside and renamed.
    renameSync(path.join(folder, '.b.tmp'), path.join(folder, 'b.jsonl'));
    await holds('a1', 'a3', 'b1');
    mkdirSync(path.join(folder, 'new/deep'), { recursive: true }); // Folders that were not there.
    write('new/deep/c.jsonl', lines('c1'));
    await holds('a1', 'a3', 'b1', 'c1');
    write('new/deep/d.jsonl', lines('d1'));
    await holds('a1', 'a3', 'b1', 'c1', 'd1');
    rmSync(path.join(folder, 'new/deep/c.jsonl'));
    await holds('a1', 'a3', 'b1', 'd1');

    await until(() => isFree(index));
    const added = await akin(['add', '-', '--no-embed', '--index', index], { input: lines('other') });
    expect(added.code).toBe(0);
    const found = await akin(['search', 'paper called b1', '--mode', 'lexical', '--json', '--index', index]);
    expect((JSON.parse(found.stdout) as { hits: { id: string }[] }).hits[0]!.id).toBe('b1');

    child.kill('SIGINT');
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(talk()).not.toMatch(/^ +at /m);
    const all = summaries();
    expect(all[0]).toMatchObject({ added: 2, embedded: 0, pending: 2 });
    expect(all.reduce((sum, { added }) => sum + added, 0)).toBe(6);
    expect(all.reduce((sum, { removed }) => sum + removed.records, 0)).toBe(2);
  }, 120_000);

  it('follows one file and the WAL beside it, without a look at its neighbours', async () => {
    const { folder, index, write } = folders();
    const db = createZotero(path.join(folder, 'zotero.sqlite'));
    db.pragma('journal_mode = WAL');
    addItem(db, { key: 'AAAA', type: 'journalArticle', fields: { title: 'One', DOI: '10.1000/1' } });
    const { talk } = watch(path.join(folder, 'zotero.sqlite'), '--no-embed', '--index', index);
    await until(() => talk().includes('watching'));
    write('a.jsonl', lines('a'));
    addItem(db, { key: 'BBBB', type: 'journalArticle', fields: { title: 'Two', DOI: '10.1000/2' } });
    await until(() => held(index).ids.length > 1);
    expect(held(index).ids).toEqual(['doi:10.1000/1', 'doi:10.1000/2']);
    db.close();
  });

  it('goes on after kill -9, with what happened meanwhile', async () => {
    const { folder, index, write } = folders();
    write('a.jsonl', lines('a'));
    const first = watch(folder, '--delete', '--index', index);
    await until(() => first.talk().includes('watching'));
    write('b.jsonl', lines(...many(300)));
    await until(() => held(index).ids.length > 1);
    first.child.kill('SIGKILL');
    await once(first.child, 'close');
    write('a.jsonl', lines('a2'));
    const second = watch(folder, '--delete', '--index', index);
    await until(() => second.talk().includes('watching'));
    expect(held(index)).toEqual({ ids: ['a2', ...many(300)].sort(), embedded: 301 });
  }, 120_000);
});

describe('columns that a person names', () => {
  it('are where the fields are, again and again', async () => {
    const { folder, index, write } = folders();
    write('a.csv', 'Nr;Titel;Kurzfassung;Jahr\n7;Briefe;Über Briefe.;2016\n');
    const map = ['title=Titel', 'abstract=Kurzfassung', 'year=Jahr', 'id=Nr'].flatMap((each) => ['--map', each]);
    const options = [...map, '--no-embed', '--index', index];
    const added = await akin(['add', folder, '--json', ...options]);
    expect({ code: added.code, ...(JSON.parse(added.stdout) as object) }).toMatchObject({ code: 0, added: 1 });
    const shown = await akin(['show', '7', '--json', '--index', index]);
    expect(JSON.parse(shown.stdout)).toMatchObject({ title: 'Briefe', abstract: 'Über Briefe.', year: 2016 });
    expect(await sync(0, folder, ...options)).toMatchObject({ files: { read: 0, unchanged: 1 } });
  });

  it('are missed in a file that has none of the name', async () => {
    const { folder, index, write } = folders();
    write('a.csv', 'Nr;Überschrift\n7;Briefe\n');
    const { rejects } = await sync(4, folder, '--map', 'title=Titel', '--no-embed', '--index', index);
    expect(rejects).toMatchObject([
      { code: 'format-unknown', reason: 'no column is named "Titel"; the columns are: Nr, Überschrift' },
    ]);
  });

  it.each([
    [['titel=Titel'], /unknown field "titel"\n +did you mean "title"\? fields: id, title, abstract, authors, /],
    [['Abstracts=X'], /unknown field "Abstracts"\n +did you mean "abstract"\?/],
    [['qqq=X'], /unknown field "qqq"\n +fields: id, title/],
    [['title'], /expected FIELD=HEADER, found "title"/],
    [['title='], /expected FIELD=HEADER, found "title="/],
    [['title=A', 'title=B'], /title is mapped twice, to "A" and "B"/],
  ])('%s are refused', async (texts, says) => {
    const { folder, index } = folders();
    const { code, stderr } = await akin(['add', folder, ...texts.flatMap((each) => ['--map', each]), '--index', index]);
    expect(code).toBe(2);
    expect(stderr).toMatch(says);
    expect(existsSync(index)).toBe(false);
  });
});

it('the sample that Ctrl-C left half built is completed by the next start', async () => {
  const index = path.join(temporaryFolder(), 'index');
  const first = startAkin(['serve', '--sample', '--port', '0', '--index', index]);
  onTestFinished(() => void first.kill('SIGKILL'));
  await until(() => held(index).embedded > 0 || first.exitCode !== null);
  first.kill('SIGINT');
  await once(first, 'close');
  expect(held(index).embedded).toBeLessThan(120);
  const second = startAkin(['serve', '--sample', '--port', '0', '--index', index]);
  onTestFinished(() => void second.kill('SIGKILL'));
  const talk = textOf(second.stderr!);
  const [line] = (await once(second.stdout!, 'data')) as [Buffer];
  expect(line.toString()).toMatch(/^120 papers at http/);
  expect(talk()).toMatch(/^completing the sample library\n/);
  expect(held(index).embedded).toBe(120);
  second.kill('SIGINT');
  expect(await once(second, 'close')).toEqual([0, null]);
}, 120_000);

/** Starts `akin watch`; it is ended when the test is over. */
function watch(...parameters: string[]): { child: ChildProcess; talk: () => string; summaries: () => SyncSummary[] } {
  const child = startAkin(['watch', '--json', ...parameters]);
  onTestFinished(() => void child.kill('SIGKILL'));
  const [talk, printed] = [textOf(child.stderr!), textOf(child.stdout!)];
  const summaries = () =>
    printed()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as SyncSummary);
  return { child, talk, summaries };
}

/** What a stream has said so far. */
function textOf(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return () => text;
}
