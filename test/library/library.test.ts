import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import { findModel } from '../../src/embedding/models.ts';
import { LIBRARY_FILE, LIBRARY_FORMAT } from '../../src/library/database.ts';
import { LocalLibrary } from '../../src/library/local.ts';
import { LocalWriter } from '../../src/library/writer.ts';
import { builtOf, temporaryFolder } from '../akin.ts';
import { libraryContract } from './contract.ts';
import { embedAll, MODEL, paper, vectorOf } from './made.ts';

/** Closed after each test, whether or not it went well. */
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
});

function openWriter(folder: string, { model = MODEL, mustBeThatModel = false, purpose = 'a test' } = {}): LocalWriter {
  const writer = LocalWriter.open(folder, { model, mustBeThatModel, purpose });
  opened.push(writer);
  return writer;
}

async function openLibrary(folder: string): Promise<LocalLibrary> {
  const library = await LocalLibrary.open(folder);
  opened.push(library);
  return library;
}

libraryContract('LocalLibrary', async () => {
  const folder = temporaryFolder();
  return { writer: openWriter(folder), reader: () => openLibrary(folder) };
});

describe('a library of format 1', () => {
  /** Its records were of no file, and a table told which files held them. */
  const TO_1 = `
    CREATE TABLE old (
      sequence INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE,
      paper INTEGER NOT NULL REFERENCES papers (row) ON DELETE CASCADE, hash TEXT NOT NULL, data TEXT
    ) STRICT;
    CREATE TABLE held (
      key TEXT NOT NULL, file INTEGER NOT NULL, reading INTEGER NOT NULL, PRIMARY KEY (key, file)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX held_by_file ON held (file, reading);
    INSERT INTO held SELECT key, file, reading FROM records;
    INSERT INTO old SELECT min(sequence), key, paper, hash, data FROM records GROUP BY key;
    DROP TABLE records;
    ALTER TABLE old RENAME TO records;
    CREATE INDEX records_by_paper ON records (paper);
    PRAGMA user_version = 1;
  `;
  const knots = [
    paper('a', { title: 'Knots', doi: '10.1000/x' }),
    paper('b', { title: 'Knots', doi: '10.1000/x', year: 2001 }),
  ];

  async function oldFolder(): Promise<string> {
    const folder = temporaryFolder();
    const writer = LocalWriter.open(folder, { model: MODEL, mustBeThatModel: false, purpose: 'first' });
    for (const file of ['/a.bib', '/b.bib']) writer.put(knots, writer.files.begin(file, '/'));
    await writer.close();
    const db = new Database(path.join(folder, LIBRARY_FILE));
    db.exec(TO_1);
    db.close();
    return folder;
  }

  it('is read and written as one of today', async () => {
    const folder = await oldFolder();
    const library = await openLibrary(folder);
    const row = (await library.find('b'))!;
    expect(await library.papers([row])).toMatchObject([{ id: 'a', ids: { doi: '10.1000/x' } }]);
    const writer = openWriter(folder);
    expect(writer.files.all()).toMatchObject([
      { path: '/a.bib', held: 2 },
      { path: '/b.bib', held: 2 },
    ]);
    for (const file of ['/a.bib', '/b.bib']) {
      expect(writer.put(knots, writer.files.begin(file, '/'))).toEqual(['unchanged', 'unchanged']);
    }
    expect(writer.release('/a.bib', 'all')).toEqual({ records: 0, papers: 0 });
    expect(writer.release('/b.bib', 'all')).toEqual({ records: 2, papers: 1 });
  });

  it('is brought to today by whoever opens it first, while others do', async () => {
    const folder = await oldFolder();
    const [writer, ...libraries] = [openWriter(folder), await openLibrary(folder), await openLibrary(folder)];
    for (const library of libraries) expect(await library.status()).toEqual({ papers: 1, embedded: 0 });
    expect(writer.put(knots)).toEqual(['unchanged', 'unchanged']);
  });
});

describe('one writer at a time', () => {
  it('is told who is writing, while readers go on', async () => {
    const folder = temporaryFolder();
    openWriter(folder, { purpose: 'akin add' }).put([paper('a')]);
    expect(() => openWriter(folder)).toThrow(
      expect.objectContaining({
        code: 'library-locked',
        message: expect.stringMatching(`held by akin add \\(process ${process.pid}, since 20`) as string,
      }),
    );
    expect(await (await openLibrary(folder)).status()).toEqual({ papers: 1, embedded: 0 });
  });

  it('may write as soon as the one before has closed', async () => {
    const folder = temporaryFolder();
    const writer = LocalWriter.open(folder, { model: MODEL, mustBeThatModel: false, purpose: 'first' });
    writer.put([paper('a')]);
    await writer.close();
    expect(openWriter(folder).put([paper('a')])).toEqual(['unchanged']);
  });

  it('is kept out by another process, until that one is killed', async () => {
    const folder = temporaryFolder();
    const child = spawn(process.execPath, [builtOf('test/library/hold.ts'), folder]);
    await once(child.stdout, 'data');
    try {
      expect(() => openWriter(folder)).toThrow(
        expect.objectContaining({
          code: 'library-locked',
          message: expect.stringContaining(`held by another program's work (process ${child.pid}`) as string,
        }),
      );
    } finally {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
    expect(openWriter(folder).put([paper('stored before the kill'), paper('new')])).toEqual(['unchanged', 'added']);
  });
});

describe('a library that can not be used is refused, and left as it is', () => {
  const refusals = async (folder: string): Promise<unknown[]> => [
    await LocalLibrary.open(folder).catch((error: unknown) => error),
    (() => {
      try {
        return openWriter(folder);
      } catch (error) {
        return error;
      }
    })(),
  ];
  const folderWith = (content: string | Buffer): string => {
    const folder = temporaryFolder();
    writeFileSync(path.join(folder, LIBRARY_FILE), content);
    return folder;
  };
  /** A sound library in which something was changed behind akin's back. */
  const folderWithLibrary = async (change: (db: Database.Database) => void): Promise<string> => {
    const folder = temporaryFolder();
    const writer = LocalWriter.open(folder, { model: MODEL, mustBeThatModel: false, purpose: 'a test' });
    writer.put([paper('a')]);
    await writer.close();
    const db = new Database(path.join(folder, LIBRARY_FILE));
    change(db);
    db.close();
    return folder;
  };

  it('for reading when there is none', async () => {
    const folder = temporaryFolder();
    const missing = { code: 'library-missing', hint: expect.stringContaining(`akin add --index ${folder}`) as string };
    await expect(LocalLibrary.open(folder)).rejects.toMatchObject(missing);
    await expect(LocalLibrary.open(path.join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'library-missing' });
    // An empty file is what a crash at the very beginning leaves; a writer makes a library of it.
    writeFileSync(path.join(folder, LIBRARY_FILE), '');
    await expect(LocalLibrary.open(folder)).rejects.toMatchObject(missing);
    expect(openWriter(folder).put([paper('a')])).toEqual(['added']);
    expect(await (await openLibrary(folder)).status()).toEqual({ papers: 1, embedded: 0 });
  });

  it('for reading when its making was interrupted, and made by the next writer', async () => {
    const folder = temporaryFolder();
    const db = new Database(path.join(folder, LIBRARY_FILE));
    db.pragma('page_size = 8192');
    db.pragma('journal_mode = WAL');
    db.close();
    await expect(LocalLibrary.open(folder)).rejects.toMatchObject({ code: 'library-missing' });
    expect(openWriter(folder).put([paper('a')])).toEqual(['added']);
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
    const folder = await folderWithLibrary((db) => db.pragma(`user_version = ${LIBRARY_FORMAT + 1}`));
    const message = new RegExp(`has format ${LIBRARY_FORMAT + 1}; this akin reads up to ${LIBRARY_FORMAT}$`);
    for (const refusal of await refusals(folder)) {
      expect(refusal).toMatchObject({ code: 'library-newer', message: expect.stringMatching(message) as string });
    }
  });

  it('when its vectors are of another version of the model', async () => {
    const folder = await folderWithLibrary((db) =>
      db.exec("UPDATE meta SET value = 'other' WHERE key = 'fingerprint'"),
    );
    for (const refusal of await refusals(folder)) expect(refusal).toMatchObject({ code: 'model-mismatch' });
  });

  it('when its model is none that is known', async () => {
    const folder = await folderWithLibrary((db) => db.exec("UPDATE meta SET value = 'other' WHERE key = 'model'"));
    for (const refusal of await refusals(folder)) expect(refusal).toMatchObject({ code: 'model-unknown' });
  });

  it('when another model is insisted on, and used with its own when not', async () => {
    const folder = await folderWithLibrary(() => {});
    const model = findModel('bge-small-en-v1.5');
    expect(() => openWriter(folder, { model, mustBeThatModel: true })).toThrow(
      expect.objectContaining({
        code: 'model-mismatch',
        field: 'model',
        message: expect.stringContaining(model.name) as string,
      }),
    );
    // The refusal has let go of the lock.
    const writer = openWriter(folder, { model, mustBeThatModel: false });
    expect(writer.model).toEqual(MODEL);
    expect(writer.put([paper('a')])).toEqual(['unchanged']);
  });
});

describe('compacting', () => {
  it('gives the space of what was removed back to the disk, and loses nothing', async () => {
    const folder = temporaryFolder();
    const writer = openWriter(folder);
    const all = Array.from({ length: 2000 }, (_, i) =>
      paper(`p${i}`, { abstract: `Number${i} `.repeat(100), pmid: i + 1 }),
    );
    const [kept, removed] = [all.slice(0, 100), all.slice(100)];
    writer.put(all);
    const vectors = embedAll(writer);
    const library = await openLibrary(folder);
    const rows = await Promise.all(kept.map(({ id }) => library.find(id)));
    writer.remove(removed.map(({ id }) => id));
    const file = path.join(folder, LIBRARY_FILE);
    const size = () => statSync(file).size + statSync(`${file}-wal`).size;
    const before = size();

    writer.compact();
    expect(size()).toBeLessThan(before / 5);
    for (const reader of [library, await openLibrary(folder)]) {
      expect(await reader.status()).toEqual({ papers: 100, embedded: 100 });
      expect(await reader.papers(rows as number[])).toEqual(kept);
      expect(await reader.find('pmid:1')).toBe(rows[0]);
      expect(await reader.find('pmid:1000')).toBeUndefined();
      expect((await reader.matching('number7', 10)).map(({ row }) => row)).toEqual([rows[7]]);
      expect(await reader.matching('number700', 10)).toEqual([]);
      for (const [i, row] of (rows as number[]).entries()) {
        expect(await reader.vector(row)).toEqual(vectors.get(row));
        if (i % 20 === 0) expect(await reader.nearest(vectors.get(row)!, 1)).toMatchObject([{ row }]);
      }
    }
    const db = new Database(file);
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(db.pragma('foreign_key_check')).toEqual([]);
    db.exec("INSERT INTO words (words, rank) VALUES ('integrity-check', 1)");
    db.close();
  });

  it('can be done again and again, also of nothing', async () => {
    const folder = temporaryFolder();
    const writer = openWriter(folder);
    writer.compact();
    writer.put([paper('a')]);
    embedAll(writer);
    writer.remove(['a']);
    writer.compact();
    writer.compact();
    writer.put([paper('a')]);
    embedAll(writer);
    expect(await (await openLibrary(folder)).nearest(vectorOf('Paper a'), 10)).toHaveLength(1);
  });
});
