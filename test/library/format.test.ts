/**
 * Libraries of older formats are read and written as those of today.
 *
 * The one in format-2/ was made by the code of 28 November 2026, the last that wrote format 2: three files (one of them read
 * again, when a record was missing and another could not be read), standard input and a service; papers that share a DOI by
 * mistake, two records of one paper, a text that changed, a paper that was removed, one without a vector, works that the rule
 * and a person made, some of the vectors not in the graph. Each vector is `vectorOf` the text in lower case. `answers.json`
 * is what that code answered about it.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { Library } from '../../src/library/library.ts';
import { LIBRARY_FILE } from '../../src/library/local/database.ts';
import { Graph } from '../../src/library/local/graph.ts';
import { sidecarOf } from '../../src/library/local/graph-sidecar.ts';
import { FileLock } from '../../src/library/local/lock.ts';
import { LIBRARY_FORMAT, WRITER_LOCK } from '../../src/library/local/upgrade.ts';
import { modelOfLibrary, openLibrary } from '../../src/library/open.ts';
import type { Paper } from '../../src/paper.ts';
import { builtOf, temporaryFolder } from '../akin.ts';
import { everyPaper, ids, keysOf, matching, nearest, recordsOf, worksOf } from './asking.ts';
import { MODEL, paper, put, seeded, vectorOf } from './made.ts';
import { libraryOn, writerOn } from './opened.ts';
import { expectSoundWords } from './sound-words.ts';

const FIXTURE = path.join(import.meta.dirname, 'format-2');
const ANSWERS = JSON.parse(readFileSync(path.join(FIXTURE, 'answers.json'), 'utf8')) as {
  papers: Paper[];
  records: Record<string, Paper[]>;
  names: Record<string, string | null>;
  works: string[][];
  vectors: Record<string, string | null>;
  nearest: string[];
  matching: string[];
  filtered: { author: number; year: number };
  status: { papers: number; embedded: number };
  files: object[];
  pending: string[];
  cursor: string;
  settings: object;
  library: string;
  graph: { inGraph: number; deleted: number; inTail: number };
};

/** The same library, once code of 29 November 2026, the last that wrote format 3, had brought it there. */
const FORMAT_3 = path.join(import.meta.dirname, 'format-3/library.sqlite.gz');

function copyOfFormat3(): string {
  const folder = copyOfFormat2();
  writeFileSync(path.join(folder, LIBRARY_FILE), gunzipSync(readFileSync(FORMAT_3)));
  return folder;
}

/** A copy of the library, to do with as the test likes. */
function copyOfFormat2(folder = temporaryFolder()): string {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(FIXTURE)) {
    const from = path.join(FIXTURE, name);
    if (name.endsWith('.gz')) writeFileSync(path.join(folder, name.slice(0, -3)), gunzipSync(readFileSync(from)));
    else if (name === 'graph.json') copyFileSync(from, path.join(folder, name));
  }
  return folder;
}

const formatIn = (folder: string): number => {
  const db = new Database(path.join(folder, LIBRARY_FILE), { readonly: true });
  const format = db.pragma('user_version', { simple: true }) as number;
  db.close();
  return format;
};

/** What was answered when it was of format 2. */
async function expectSameAnswers(library: Library): Promise<void> {
  expect(await everyPaper(library)).toEqual(ANSWERS.papers);
  for (const { id } of ANSWERS.papers) expect([id, await recordsOf(library, id)]).toEqual([id, ANSWERS.records[id]]);
  for (const [name, id] of Object.entries(ANSWERS.names)) {
    const [key] = await library.find([name]);
    const [described] = key === undefined ? [] : await library.describe([key]);
    expect([name, described?.paper.id ?? null]).toEqual([name, id]);
  }
  expect(await worksOf(library)).toEqual(ANSWERS.works);
  const vectors = await library.vectors(
    await keysOf(
      library,
      ANSWERS.papers.map(({ id }) => id),
    ),
  );
  const digests = vectors.map((each) =>
    each
      ? createHash('sha1')
          .update(new Uint8Array(each.buffer, each.byteOffset, each.byteLength))
          .digest('hex')
      : null,
  );
  expect(digests).toEqual(ANSWERS.papers.map(({ id }) => ANSWERS.vectors[id]));
  expect(ids(await nearest(library, vectorOf('on knots')))).toEqual(ANSWERS.nearest);
  expect(ids(await matching(library, 'glaciers rivers knots'))).toEqual(ANSWERS.matching);
  expect(await library.count({ author: 'ashwood' })).toBe(ANSWERS.filtered.author);
  expect(await library.count({ year: { from: 2016 } })).toBe(ANSWERS.filtered.year);
  // They are to be read again, for what they say of names.
  expect(await library.files()).toEqual(ANSWERS.files.map((file) => ({ ...file, stamp: null })));
  expect(await library.facts()).toMatchObject({
    ...{ ...ANSWERS.status, settings: ANSWERS.settings, library: ANSWERS.library, format: LIBRARY_FORMAT },
    spaces: [{ model: MODEL.name, fingerprint: MODEL.fingerprint, embedded: ANSWERS.status.embedded, inUse: true }],
  });
}

/** No index and no table says anything else than another. */
function expectSound(folder: string): void {
  const db = new Database(path.join(folder, LIBRARY_FILE));
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  expect(db.pragma('foreign_key_check')).toEqual([]);
  expectSoundWords(db);
  db.exec("INSERT INTO notes (notes) VALUES ('integrity-check')");
  const noted = db.prepare("SELECT paper FROM kept WHERE note <> '' ORDER BY paper").pluck().all();
  expect(db.prepare('SELECT rowid FROM notes ORDER BY rowid').pluck().all()).toEqual(noted);
  db.close();
}

/** Adds papers to a library of format 2, so that it takes a while to bring it to today's. */
function multiply(folder: string, count: number): void {
  const db = new Database(path.join(folder, LIBRARY_FILE));
  const many = "FROM papers WHERE id LIKE 'many%'";
  db.exec(`
    WITH RECURSIVE counted (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM counted WHERE i < ${count})
    INSERT INTO papers (id, title, abstract, authors, ids, categories, extra)
      SELECT 'many' || i, 'Paper ' || i, '', '["World Health Organization"]', '{}', '[]', '{}' FROM counted;
    INSERT INTO words (rowid, title, abstract) SELECT row, title, abstract ${many};
    INSERT INTO records (key, file, nth, reading, paper, hash) SELECT id, 0, 1, 0, row, id ${many};
    INSERT INTO vectors (paper, tokens, truncated, vector) SELECT row, 3, 0, (SELECT vector FROM vectors) ${many};
    INSERT INTO blocks (key, paper) SELECT row, row ${many};
  `);
  db.close();
}

/** Papers that a library holds as called by a word. */
function namedIn(folder: string, word: string): number {
  const db = new Database(path.join(folder, LIBRARY_FILE), { readonly: true });
  const count = db.prepare<[string], number>('SELECT count(*) FROM surnames WHERE word = ?').pluck().get(word)!;
  db.close();
  return count;
}

/** Bytes in the log of what is not in the database yet. */
const logOf = (folder: string): number =>
  statSync(path.join(folder, `${LIBRARY_FILE}-wal`), { throwIfNoEntry: false })?.size ?? 0;

describe('a library of format 2', () => {
  it('answers as before', async () => {
    const folder = copyOfFormat2();
    expect(formatIn(folder)).toBe(2);
    await expectSameAnswers(await libraryOn(folder));
    expect(formatIn(folder)).toBe(LIBRARY_FORMAT);
    expectSound(folder);
  });

  it('has a graph that is used as it is, until a new one is saved under the name of its space', async () => {
    const folder = copyOfFormat2();
    const graph = await Graph.open(folder);
    expect([graph.rebuilding, graph.status()]).toEqual([undefined, ANSWERS.graph]);
    while (!graph.absorb(1000));
    await graph.save();
    graph.close();
    const sidecar = sidecarOf({ library: '', fingerprint: MODEL.fingerprint, dimensions: MODEL.dimensions });
    const files = readdirSync(folder).filter((name) => name.startsWith('graph') && !name.includes('lock'));
    expect(files).toHaveLength(2);
    expect(files).toEqual(expect.arrayContaining([sidecar, expect.stringMatching(/hnsw$/)]));
    expect((await Graph.open(folder)).rebuilding).toBeUndefined();
  });

  it('is written as one of today', async () => {
    const folder = copyOfFormat2();
    const writer = await writerOn(folder);
    expect((await writer.pending(10)).map(({ text }) => text)).toEqual(ANSWERS.pending);
    expect(await writer.cursor('arxiv:cs.CL')).toBe(ANSWERS.cursor);
    // A reading goes on from what is known of the file: nothing is new to it, and what it misses is noted.
    const known = ANSWERS.records.knots![0]!;
    const origin = { path: '/papers/a.bib', mount: '/', reading: 'a new one' };
    expect(await put(writer, [known], origin)).toEqual(['unchanged']);
    expect(await writer.release('/papers/birds.csv', 'all')).toEqual({ records: 2, papers: 2 });
    // Of two papers that share a DOI by mistake, the later one goes by it as well.
    expect(await writer.remove(['codes'])).toEqual(['codes']);
    const library = await libraryOn(folder);
    expect(await library.find(['doi:10.1000/shared'])).toEqual(await library.find(['bound']));
    // Numbers are not used again: the paper that was removed last had the highest of its kind.
    const [before] = (await writer.pending(10)).slice(-1);
    await put(writer, [paper('new')]);
    const [after] = (await writer.pending(10)).slice(-1);
    expect(Number.parseInt(after!.key)).toBeGreaterThan(Number.parseInt(before!.key));
    await writer.storeVectors([
      { key: after!.key, embedding: { vector: vectorOf('new'), tokens: 1, truncated: false } },
    ]);
    const db = new Database(path.join(folder, LIBRARY_FILE), { readonly: true });
    const [[label, last]] = db
      .prepare('SELECT max(label), (SELECT max(label) FROM forgotten) FROM vectors')
      .raw()
      .all() as [[number, number]];
    db.close();
    expect(label).toBeGreaterThan(last);
    await writer.close();
    expectSound(folder);
  });

  it('is brought to today by whoever opens it first, while others do', async () => {
    const folder = copyOfFormat2();
    expect((await modelOfLibrary(folder))!.name).toBe(MODEL.name);
    expect(formatIn(folder)).toBe(2); // Who only wants to know the model changes nothing.
    const [writer, ...libraries] = await Promise.all([writerOn(folder), libraryOn(folder), libraryOn(folder)]);
    for (const library of libraries) expect(await library.state()).toMatchObject(ANSWERS.status);
    expect(await writer.pendingCount()).toBe(ANSWERS.pending.length);
  });

  it('is left as it is while an older akin writes to it', async () => {
    const folder = copyOfFormat2();
    const lock = FileLock.take(path.join(folder, WRITER_LOCK), 'akin add', 0);
    const opening = openLibrary(folder);
    await sleep(1500);
    expect(formatIn(folder)).toBe(2);
    lock.release();
    const library = await opening;
    expect(await library.state()).toMatchObject(ANSWERS.status);
    await library.close();
  });

  it('is whole after kill -9 in the middle of that', async () => {
    const large = copyOfFormat2();
    multiply(large, 6000);
    const random = seeded(11);
    let killed = 0;
    let longest = 300; // Milliseconds; one that was over before waited too long.
    for (let i = 0; i < 30 && killed < 4; i++) {
      const folder = temporaryFolder();
      for (const name of readdirSync(large)) copyFileSync(path.join(large, name), path.join(folder, name));
      const child = spawn(process.execPath, [builtOf('test/library/upgrade.ts'), folder], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const over = once(child, 'close');
      await once(child.stdout, 'data'); // It begins.
      // Some moments by the clock, others when so much of it is in the log.
      const wanted = i % 2 === 0 ? 0 : random() * 10e6;
      while (child.exitCode === null && logOf(folder) < wanted) await sleep(1);
      await sleep(i % 2 === 0 ? random() * longest : random() * 5);
      child.kill('SIGKILL');
      if ((await over)[1] === 'SIGKILL' && formatIn(folder) === 2) killed++;
      else longest *= 0.7;
      const library = await openLibrary(folder);
      expect(await library.state()).toEqual({
        ...ANSWERS.status,
        papers: ANSWERS.status.papers + 6000,
        embedded: ANSWERS.status.embedded + 6000,
        settings: ANSWERS.settings,
        library: expect.any(String),
        revision: expect.any(String),
      });
      const papers = await everyPaper(library);
      expect(papers.slice(0, ANSWERS.papers.length)).toEqual(ANSWERS.papers);
      await library.close();
      expect(formatIn(folder)).toBe(LIBRARY_FORMAT);
      expect(namedIn(folder, 'WHO')).toBe(6000);
      expectSound(folder);
    }
    expect(killed).toBe(4);
  }, 300_000);
});

describe('a library of format 3', () => {
  it('answers as before', async () => {
    const folder = copyOfFormat3();
    expect(formatIn(folder)).toBe(3);
    await expectSameAnswers(await libraryOn(folder));
    expect(formatIn(folder)).toBe(LIBRARY_FORMAT);
    expectSound(folder);
  });

  it('says how many papers have names that it knows no parts of, until their files are taken in again', async () => {
    const folder = copyOfFormat3();
    const [library, writer] = [await libraryOn(folder), await writerOn(folder)];
    const [waiting, { embedded }] = [await writer.pendingCount(), await library.state()];
    const named = ANSWERS.papers.filter(({ authors }) => authors.length > 0);
    const nameless = async () => (await library.facts()).nameless;
    expect(await nameless()).toBe(named.length);
    // A file that says what it said tells no more of names, but that is known now.
    const again = { path: '/papers/birds.csv', mount: '/', reading: 'again' };
    const [bird, other] = ANSWERS.papers.filter(({ id }) => id.startsWith('birds'));
    expect(await put(writer, [bird!], again)).toEqual(['unchanged']);
    expect(await nameless()).toBe(named.length - 1);
    const name = { family: 'Dogwood', given: 'D.' };
    expect(await put(writer, [{ ...other!, names: [name] }], again)).toEqual(['changed']);
    expect(await nameless()).toBe(named.length - 2);
    expect((await everyPaper(library)).find(({ id }) => id === other!.id)).toEqual({ ...other, names: [name] });
    expect(await library.state()).toMatchObject({ embedded });
    expect(await writer.pendingCount()).toBe(waiting);
    await writer.close();
    expectSound(folder);
  });
});

/** Nothing could be kept of papers. */
const TO_7 = 'DROP TABLE kept; DROP TABLE notes; DROP TABLE waiting_names; DROP TABLE waiting';

describe('a library of format 6', () => {
  it('has papers called by what it held no names of', async () => {
    const folder = temporaryFolder();
    const writer = await writerOn(folder);
    const who = paper('who', { authors: ['World Health Organization'], year: 2020 });
    await put(writer, [who, paper('wang', { authors: ['王小明', 'Ann Abel'], year: 2020 })]);
    await writer.close();
    const db = new Database(path.join(folder, LIBRARY_FILE));
    db.exec(`DELETE FROM surnames WHERE word IN ('WHO', '王', '王小'); ${TO_7}; PRAGMA user_version = 6`);
    db.close();
    const library = await libraryOn(folder);
    expect(['WHO', '王', '王小明', 'abel', 'health'].map((word) => namedIn(folder, word))).toEqual([1, 1, 1, 1, 1]);
    expect((await everyPaper(library)).map(({ id }) => id)).toEqual(['who', 'wang']);
    expectSound(folder);
  });
});

describe('a library of format 7', () => {
  it('has papers of which nothing is kept, and keeps what it is told', async () => {
    const folder = temporaryFolder();
    const writer = await writerOn(folder);
    await put(writer, [paper('a'), paper('b')]);
    await writer.close();
    const db = new Database(path.join(folder, LIBRARY_FILE));
    db.exec(`${TO_7}; PRAGMA user_version = 7`);
    db.close();
    const [library, again] = await Promise.all([libraryOn(folder), writerOn(folder)]);
    expect(await library.count({ is: 'unread' })).toBe(2);
    await again.keep('a', { starred: true, note: 'Two words' });
    expect(ids(await library.list({ note: 'words' }, 'newest', 9))).toEqual(['a']);
    await again.remove(['a']);
    await put(again, [paper('a')]);
    expect(ids(await library.list({ is: 'starred' }, 'newest', 9))).toEqual(['a']);
    await again.close();
    expect(formatIn(folder)).toBe(LIBRARY_FORMAT);
    expectSound(folder);
  });
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
    INSERT INTO held SELECT key, file, reading FROM records WHERE file IN (SELECT file FROM files WHERE path LIKE '/%');
    INSERT INTO old SELECT min(sequence), key, paper, hash, data FROM records GROUP BY key;
    DROP TABLE records;
    ALTER TABLE old RENAME TO records;
    CREATE INDEX records_by_paper ON records (paper);
    PRAGMA user_version = 1;
  `;

  function copyOfFormat1(): string {
    const folder = copyOfFormat2();
    const db = new Database(path.join(folder, LIBRARY_FILE));
    db.exec(TO_1);
    db.close();
    return folder;
  }

  it('answers as before', async () => {
    const folder = copyOfFormat1();
    await expectSameAnswers(await libraryOn(folder));
    expectSound(folder);
  });

  it('is read and written as one of today, by whoever opens it first, while others do', async () => {
    const folder = copyOfFormat1();
    const [writer, library] = await Promise.all([writerOn(folder), libraryOn(folder)]);
    expect(await library.state()).toMatchObject(ANSWERS.status);
    const records = ANSWERS.records.knots!;
    for (const [i, file] of ['/papers/a.bib', '/papers/b.ris'].entries()) {
      expect(await put(writer, [records[i]!], { path: file, mount: '/', reading: 'another' })).toEqual(['unchanged']);
    }
    expect(await writer.release('/papers/b.ris', 'all')).toEqual({ records: 3, papers: 2 });
    expect(await recordsOf(library, 'knots')).toEqual([]);
    await writer.close();
    expectSound(folder);
  });
});
