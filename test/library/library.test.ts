/** The library on this machine, where it is more than any library: who may open it, what is refused, what is given back. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { findModel } from '../../src/embedding/models.ts';
import { LIBRARY_FILE } from '../../src/library/local/database.ts';
import { LIBRARY_FORMAT } from '../../src/library/local/upgrade.ts';
import { examineLibrary, modelOfLibrary, openLibrary } from '../../src/library/open.ts';
import type { Paper } from '../../src/paper.ts';
import { builtOf, temporaryFolder } from '../akin.ts';
import { counts, everyPaper, ids, keyOf, keysOf, matching, matchingIds, nearest, vectorAt } from './asking.ts';
import { embedAll, MODEL, paper, put, vectorOf } from './made.ts';
import { libraryOn, writerOn } from './opened.ts';
import { expectSoundWords } from './sound-words.ts';
import { openStore, putIn } from './stored.ts';

/** A closed library of these papers. */
function folderOf(papers: Paper[] = [paper('a')], folder = temporaryFolder()): string {
  const store = openStore(folder);
  putIn(store, papers);
  store.close();
  return folder;
}

describe('one writer at a time', () => {
  it('is told who is writing, while readers go on', async () => {
    const folder = temporaryFolder();
    await put(await writerOn(folder, { purpose: 'akin add' }), [paper('a')]);
    await expect(writerOn(folder)).rejects.toMatchObject({
      code: 'library-locked',
      message: expect.stringMatching(`held by akin add \\(process ${process.pid}, since 20`) as string,
      hint: expect.any(String) as string,
    });
    expect(await counts(await libraryOn(folder))).toEqual({ papers: 1, embedded: 0 });
  });

  it('may write as soon as the one before has closed', async () => {
    const folder = temporaryFolder();
    const writer = await writerOn(folder, { purpose: 'first' });
    await put(writer, [paper('a')]);
    await writer.close();
    expect(await put(await writerOn(folder), [paper('a')])).toEqual(['unchanged']);
  });

  it('leaves all that it wrote in the one file, although a reader still has it open', async () => {
    const [folder, copy] = [temporaryFolder(), temporaryFolder()];
    const writer = await writerOn(folder);
    await put(writer, [paper('a')]);
    await counts(await libraryOn(folder));
    await writer.close();
    copyFileSync(path.join(folder, LIBRARY_FILE), path.join(copy, LIBRARY_FILE));
    expect(await counts(await libraryOn(copy))).toEqual({ papers: 1, embedded: 0 });
  });

  it('is kept out by another process, until that one is killed', async () => {
    const folder = temporaryFolder();
    const child = spawn(process.execPath, [builtOf('test/library/hold.ts'), folder]);
    await once(child.stdout, 'data');
    try {
      await expect(writerOn(folder)).rejects.toMatchObject({
        code: 'library-locked',
        message: expect.stringContaining(`held by another program's work (process ${child.pid}`) as string,
      });
    } finally {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
    const writer = await writerOn(folder);
    expect(await put(writer, [paper('stored before the kill'), paper('new')])).toEqual(['unchanged', 'added']);
  });
});

describe('a library that can not be used is refused, and left as it is', () => {
  const refusals = (folder: string): Promise<unknown[]> =>
    Promise.all(
      [libraryOn(folder), writerOn(folder), modelOfLibrary(folder)].map((each) =>
        each.catch((error: unknown) => error),
      ),
    );
  const folderWith = (content: string | Buffer): string => {
    const folder = temporaryFolder();
    writeFileSync(path.join(folder, LIBRARY_FILE), content);
    return folder;
  };
  /** A sound library in which something was changed behind akin's back. */
  const folderWithLibrary = (change: string): string => {
    const folder = folderOf();
    const db = new Database(path.join(folder, LIBRARY_FILE));
    db.exec(change);
    db.close();
    return folder;
  };

  it('for reading when there is none', async () => {
    const folder = temporaryFolder();
    const missing = { code: 'library-missing', hint: expect.stringContaining(`akin add --index ${folder}`) as string };
    await expect(openLibrary(folder)).rejects.toMatchObject(missing);
    await expect(openLibrary(path.join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'library-missing' });
    expect(await modelOfLibrary(folder)).toBeUndefined();
    // An empty file is what a crash at the very beginning leaves; a writer makes a library of it.
    writeFileSync(path.join(folder, LIBRARY_FILE), '');
    await expect(openLibrary(folder)).rejects.toMatchObject(missing);
    expect(await modelOfLibrary(folder)).toBeUndefined();
    expect(await put(await writerOn(folder), [paper('a')])).toEqual(['added']);
    expect(await counts(await libraryOn(folder))).toEqual({ papers: 1, embedded: 0 });
  });

  it('for writing when there is none and there must be one, and none is made', async () => {
    const folder = path.join(temporaryFolder(), 'nowhere');
    await expect(writerOn(folder, { mustExist: true })).rejects.toMatchObject({ code: 'library-missing' });
    expect(existsSync(folder)).toBe(false);
    folderOf([paper('a')], folder);
    expect(await (await writerOn(folder, { mustExist: true })).remove(['a'])).toEqual(['a']);
  });

  it('for reading when its making was interrupted, and made by the next writer', async () => {
    const folder = temporaryFolder();
    const db = new Database(path.join(folder, LIBRARY_FILE));
    db.pragma('page_size = 8192');
    db.pragma('journal_mode = WAL');
    db.close();
    await expect(openLibrary(folder)).rejects.toMatchObject({ code: 'library-missing' });
    expect(await put(await writerOn(folder), [paper('a')])).toEqual(['added']);
  });

  it('when the file is no database', async () => {
    for (const content of ['A shopping list.\n', 'A shopping list.\n'.repeat(1000), Buffer.alloc(10_000, 7)]) {
      const folder = folderWith(content);
      for (const refusal of await refusals(folder)) expect(refusal).toMatchObject({ code: 'library-damaged' });
      expect(readFileSync(path.join(folder, LIBRARY_FILE))).toEqual(Buffer.from(content));
    }
    const folder = temporaryFolder();
    mkdirSync(path.join(folder, LIBRARY_FILE));
    for (const refusal of await refusals(folder)) expect(refusal).toMatchObject({ code: 'library-damaged' });
  });

  it("when the file is another program's", async () => {
    const folder = temporaryFolder();
    const db = new Database(path.join(folder, LIBRARY_FILE));
    db.exec('CREATE TABLE papers (title TEXT); INSERT INTO papers VALUES (1)');
    db.close();
    const before = readFileSync(path.join(folder, LIBRARY_FILE));
    for (const refusal of await refusals(folder)) expect(refusal).toMatchObject({ code: 'library-foreign' });
    expect(readFileSync(path.join(folder, LIBRARY_FILE))).toEqual(before);
  });

  it('when a newer akin made it', async () => {
    const folder = folderWithLibrary(`PRAGMA user_version = ${LIBRARY_FORMAT + 1}`);
    const message = new RegExp(`has format ${LIBRARY_FORMAT + 1}; this akin reads up to ${LIBRARY_FORMAT}$`);
    for (const refusal of await refusals(folder)) {
      expect(refusal).toMatchObject({ code: 'library-newer', message: expect.stringMatching(message) as string });
    }
  });

  it('when its vectors are of another version of the model', async () => {
    const folder = folderWithLibrary("UPDATE spaces SET fingerprint = 'other'");
    for (const refusal of await refusals(folder)) expect(refusal).toMatchObject({ code: 'model-mismatch' });
  });

  it('when its model is none that is known', async () => {
    const folder = folderWithLibrary("UPDATE spaces SET model = 'other'");
    for (const refusal of await refusals(folder)) expect(refusal).toMatchObject({ code: 'model-unknown' });
  });

  it('when another model is insisted on, and used with its own when not', async () => {
    const folder = folderOf();
    const model = findModel('bge-small-en-v1.5');
    await expect(writerOn(folder, { model, mustBeThatModel: true })).rejects.toMatchObject({
      code: 'model-mismatch',
      field: 'model',
      message: expect.stringContaining(model.name) as string,
    });
    // The refusal has let go of the lock.
    const writer = await writerOn(folder, { model, mustBeThatModel: false });
    expect(writer.model).toEqual(MODEL);
    expect(await modelOfLibrary(folder)).toEqual(MODEL);
    expect(await put(writer, [paper('a')])).toEqual(['unchanged']);
  });

  it('when its address is no folder', async () => {
    const refused = { code: 'invalid-argument', message: expect.stringContaining('https://') as string };
    for (const ask of [openLibrary, modelOfLibrary, examineLibrary, writerOn]) {
      await expect(ask('https://example.org/library')).rejects.toMatchObject(refused);
    }
  });
});

describe('a library that is removed and built anew while it is open', () => {
  it('is opened anew, by what reads papers and by what looks for near vectors', async () => {
    const folder = path.join(temporaryFolder(), 'index');
    const build = async (name: string) => {
      const writer = await writerOn(folder);
      // As many papers as before, so that every row is another paper's.
      await put(writer, [paper(`${name} 1`, { title: `Glaciers, ${name}` }), paper(`${name} 2`)]);
      await embedAll(writer);
      await writer.finish();
      await writer.close();
    };
    await build('old');
    const library = await libraryOn(folder);
    const found = async () => {
      const { candidates, state } = await library.recall({
        ...{ legs: ['dense', 'lexical'], depth: 10, scoring: 'fused', words: 'glaciers' },
        vector: Promise.resolve(vectorOf('Glaciers, new')),
      });
      return { ids: ids(candidates).toSorted(), similarity: candidates[0]!.similarity, ...state };
    };
    const before = await found();
    expect(before.ids).toEqual(['old 1', 'old 2']);
    const [key] = await library.find(['old 1']);

    rmSync(folder, { recursive: true });
    for (const ask of [found, () => library.state(), () => library.find(['old 1'])]) {
      await expect(ask()).rejects.toMatchObject({ code: 'library-missing' });
    }
    await build('new');
    const after = await found();
    expect(after.ids).toEqual(['new 1', 'new 2']);
    expect(after.similarity).toBeCloseTo(1, 5);
    expect(after.revision).not.toBe(before.revision);
    // A key of the old library names nothing in the new one.
    expect(await library.describe([key!])).toEqual([undefined]);
    expect(await library.find(['old 1', 'new 1'])).toEqual([undefined, expect.any(String)]);
  });

  it('of another model is refused, for questions are embedded with the first one', async () => {
    const folder = path.join(temporaryFolder(), 'index');
    folderOf([paper('a')], folder);
    const library = await libraryOn(folder);
    rmSync(folder, { recursive: true });
    const writer = await writerOn(folder, { model: findModel('bge-small-en-v1.5') });
    await expect(library.state()).rejects.toMatchObject({ code: 'model-mismatch' });
    await writer.close();
    rmSync(folder, { recursive: true });
    folderOf([paper('a')], folder);
    expect(await counts(library)).toEqual({ papers: 1, embedded: 0 });
  });
});

describe('compacting', () => {
  it('gives the space of what was removed back to the disk, and loses nothing', async () => {
    const folder = temporaryFolder();
    const writer = await writerOn(folder);
    const all = Array.from({ length: 2000 }, (_, i) =>
      paper(`p${i}`, { abstract: `Number${i} `.repeat(100), pmid: i + 1 }),
    );
    const [kept, removed] = [all.slice(0, 100), all.slice(100)];
    await put(writer, all);
    const vectors = await embedAll(writer);
    const library = await libraryOn(folder);
    const keys = await keysOf(library, ids(kept) as string[]);
    await writer.remove(removed.map(({ id }) => id));
    const file = path.join(folder, LIBRARY_FILE);
    const size = () => statSync(file).size + statSync(`${file}-wal`).size;
    const before = size();

    await writer.compact();
    expect(size()).toBeLessThan(before / 5);
    for (const reader of [library, await libraryOn(folder)]) {
      expect(await counts(reader)).toEqual({ papers: 100, embedded: 100 });
      expect(await everyPaper(reader)).toEqual(kept);
      expect(await keyOf(reader, 'pmid:1')).toBe(keys[0]);
      expect(await keyOf(reader, 'pmid:1000')).toBeUndefined();
      expect((await matching(reader, 'number7', 10)).map(({ key }) => key)).toEqual([keys[7]]);
      expect(await matchingIds(reader, 'number700')).toEqual([]);
      for (const [i, key] of keys.entries()) {
        expect(await vectorAt(reader, key)).toEqual(vectors.get(key));
        if (i % 20 === 0) expect(await nearest(reader, vectors.get(key)!, 1)).toMatchObject([{ key }]);
      }
    }
    const db = new Database(file);
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(db.pragma('foreign_key_check')).toEqual([]);
    expectSoundWords(db);
    db.close();
  });

  it('can be done again and again, also of nothing, and leaves a graph once it is finished', async () => {
    const folder = temporaryFolder();
    const writer = await writerOn(folder);
    await writer.compact();
    await put(writer, [paper('a')]);
    await embedAll(writer);
    await writer.finish();
    await writer.remove(['a']);
    await writer.compact();
    await writer.compact();
    await put(writer, [paper('a')]);
    await embedAll(writer);
    expect(await nearest(await libraryOn(folder), vectorOf('Paper a'), 10)).toHaveLength(1);
    await writer.compact();
    await writer.finish();
    expect(await examineLibrary(folder)).toContainEqual(
      expect.objectContaining({
        ok: true,
        detail: '1 vectors, 0 newer ones searched exactly, 0 deleted ones taking space',
      }),
    );
  });
});

describe('an examination', () => {
  it('finds nothing wrong with a sound library, and says what is wrong with others', async () => {
    const folder = temporaryFolder();
    expect(await examineLibrary(folder)).toEqual([
      { check: 'library opens', ok: false, detail: `there is no library in ${folder}`, hint: expect.any(String) },
    ]);
    const writer = await writerOn(folder);
    await put(writer, [paper('a'), paper('b')]);
    await embedAll(writer);
    await writer.finish();
    await writer.close();
    const checks = ['library opens', 'database is sound', 'vectors are whole', 'graph fits the library'];
    const found = async () => Object.fromEntries((await examineLibrary(folder)).map(({ check, ok }) => [check, ok]));
    expect(await found()).toEqual(Object.fromEntries(checks.map((check) => [check, true])));
    const db = new Database(path.join(folder, LIBRARY_FILE));
    db.exec(
      "UPDATE vectors SET vector = x'00' WHERE label = 2; PRAGMA foreign_keys = OFF; DELETE FROM papers WHERE row = 1",
    );
    db.close();
    expect(await found()).toEqual({
      ...{ 'library opens': true, 'database is sound': false },
      ...{ 'vectors are whole': false, 'graph fits the library': false },
    });
  });
});

it('looks for the neighbours of many when all vectors are in the graph, and not at each of those that are not', async () => {
  const folder = temporaryFolder();
  const writer = await writerOn(folder);
  await put(
    writer,
    Array.from({ length: 2000 }, (_, i) => paper(`p${i}`)),
  );
  const vectors = await embedAll(writer);
  const library = await libraryOn(folder);
  await nearest(library, vectorOf('Paper p7'), 1);
  expect((await library.facts()).notes).toEqual([expect.stringContaining('is built anew')]);
  const found = await library.nearest([...vectors.values()].slice(0, 3), 1);
  expect((await library.facts()).notes).toEqual([]);
  expect(found.map(([near]) => near!.key)).toEqual([...vectors.keys()].slice(0, 3));
});

it('answers others while a filter of many conditions is worked out', async () => {
  const library = await libraryOn(
    folderOf(Array.from({ length: 50 }, (_, i) => paper(`p${i}`, { title: `Ice ${i}` }))),
  );
  const any = Array.from({ length: 190 }, (_, i) => ({ phrase: `ice ${i}` }));
  let isFound = false;
  const found = library.list({ any }, 'title', 100).finally(() => (isFound = true));
  let answered = 0;
  for (; !isFound; answered++) await library.state();
  expect(await found).toHaveLength(50);
  expect(answered).toBeGreaterThan(20);
});
