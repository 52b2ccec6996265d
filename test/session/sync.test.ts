/** A library that follows files: what is read again, what is removed, and above all what is not. */
import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { storeFiles } from '../../src/session/intake.ts';
import { LIBRARY_FILE } from '../../src/library/local/database.ts';
import type { Library, LibraryWriter } from '../../src/library/library.ts';
import { openLibrary, openWriter } from '../../src/library/open.ts';
import { stateOf } from '../../src/sources/file-state.ts';
import { syncFiles, type SyncCounts, type SyncOptions } from '../../src/session/sync.ts';
import { temporaryFolder } from '../akin.ts';
import { embedAll, MODEL, paper, put } from '../library/made.ts';
import { addCollection, addItem, createZotero } from '../sources/zotero-fixture.ts';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
});

/** A library, and a folder of files that it follows. */
class Followed {
  readonly index = temporaryFolder();
  readonly folder = temporaryFolder();
  writer!: LibraryWriter;
  library!: Library;
  #clock = Date.now() / 1000 - 1_000_000;

  static async new(): Promise<Followed> {
    const followed = new Followed();
    followed.writer = await openWriter(followed.index, { model: MODEL, mustBeThatModel: true, purpose: 'a test' });
    followed.library = await openLibrary(followed.index);
    opened.push(followed.library, followed.writer);
    return followed;
  }

  at(name: string): string {
    return path.join(this.folder, name);
  }

  /** Writes a file, long ago but after every other. */
  write(name: string, content: string | Buffer): void {
    mkdirSync(path.dirname(this.at(name)), { recursive: true });
    writeFileSync(this.at(name), content);
    this.age(name);
  }

  age(name: string): void {
    this.#clock += 10;
    utimesSync(this.at(name), this.#clock, this.#clock);
  }

  sync(options: Partial<SyncOptions> = {}, paths = [this.folder]): Promise<SyncCounts> {
    return syncFiles(this.library, this.writer, paths, options);
  }

  /** Runs SQL on the library behind akin's back. */
  sql(sql: string): unknown[] {
    const db = new Database(path.join(this.index, LIBRARY_FILE));
    try {
      const statement = db.prepare(sql);
      return statement.reader ? statement.pluck().all() : [statement.run().changes];
    } finally {
      db.close();
    }
  }

  ids(): unknown[] {
    return this.sql('SELECT id FROM papers ORDER BY id');
  }
}

const record = (id: string, more: object = {}) => ({ id, title: `A paper called ${id}`, ...more });
const lines = (...records: (string | object)[]) =>
  records.map((each) => `${JSON.stringify(typeof each === 'string' ? record(each) : each)}\n`).join('');
const many = (count: number) => Array.from({ length: count }, (_, i) => `n${i}`);
const DELETE = { delete: true };

describe('following files', () => {
  it('reads what is new or changed, and passes over what is not', async () => {
    const lib = await Followed.new();
    lib.write('a.jsonl', lines('a1', 'a2'));
    lib.write('deep/b.jsonl.gz', gzipSync(lines('b1')));
    lib.write('notes.md', 'Nothing that is known');
    expect(await lib.sync()).toMatchObject({ added: 3, rejected: 1, files: { read: 3, unchanged: 0, gone: 0 } });
    expect(await lib.sync()).toMatchObject({ added: 0, rejected: 0, files: { read: 0, unchanged: 3, gone: 0 } });
    lib.age('a.jsonl'); // Touched, not changed.
    expect(await lib.sync()).toMatchObject({ files: { read: 0, unchanged: 3, gone: 0 } });
    lib.write('a.jsonl', lines('a1', record('a2', { year: 2016 }), 'a3'));
    expect(await lib.sync()).toMatchObject({
      ...{ added: 1, changed: 1, unchanged: 1 },
      files: { read: 1, unchanged: 2, gone: 0 },
    });
    expect(lib.ids()).toEqual(['a1', 'a2', 'a3', 'b1']);
  });

  it('notices a change that neither size nor time tell', async () => {
    const lib = await Followed.new();
    lib.write('a.jsonl', lines(record('a', { year: 2016 })));
    await lib.sync();
    writeFileSync(lib.at('a.jsonl'), lines(record('a', { year: 2017 })));
    lib.sql(`UPDATE files SET read_at = ${Date.now()}, stamp = '${await stampOf(lib.at('a.jsonl'))}'`);
    expect(await lib.sync()).toMatchObject({ changed: 1, files: { read: 1 } });
  });

  it('knows the files that were added before, and reads them again when they are to be read in another way', async () => {
    const lib = await Followed.new();
    lib.write('a.csv', 'Kopf;Jahr\nBriefe;2016\n');
    await storeFiles(lib.writer, [lib.folder], {});
    expect(await lib.sync()).toMatchObject({ rejected: 0, files: { read: 0, unchanged: 1 } });
    expect(await lib.sync({ map: { title: 'Kopf' } })).toMatchObject({ added: 1, files: { read: 1 } });
    expect(await lib.sync({ map: { title: 'Kopf' } })).toMatchObject({ files: { read: 0, unchanged: 1 } });
  });

  it('reads once a file that is named twice, and nothing of the library itself', async () => {
    const lib = await Followed.new();
    lib.write('a.jsonl', lines('a'));
    const paths = [lib.folder, lib.at('a.jsonl'), lib.index];
    expect(await lib.sync({ except: [lib.index] }, paths)).toMatchObject({ added: 1, rejected: 0, files: { read: 1 } });
  });

  it('leaves out what programs leave beside a file, which would undo what the file says', async () => {
    const lib = await Followed.new();
    const old = lines(record('a', { title: 'Old' }));
    lib.write('a.jsonl', lines(record('a', { title: 'New' })));
    for (const name of ['a.jsonl~', 'a.jsonl.bak', 'a.jsonl.tmp', '.a.jsonl.swp', '#a.jsonl#']) lib.write(name, old);
    expect(await lib.sync()).toMatchObject({ files: { read: 1 } });
    expect(lib.sql('SELECT title FROM papers')).toEqual(['New']);
  });

  it('stops when told to, and the next run does the rest', async () => {
    const lib = await Followed.new();
    lib.write('a.jsonl', lines(...many(600)));
    const stop = new AbortController();
    await lib.sync({ signal: stop.signal, onEvent: ({ event }) => event === 'read' && stop.abort() });
    expect(lib.ids().length).toBeLessThan(600);
    expect(await lib.sync(DELETE)).toMatchObject({ files: { read: 1 }, removed: { records: 0 } });
    expect(lib.ids()).toHaveLength(600);
  });

  it('reads a file that is being written when that is over', async () => {
    const lib = await Followed.new();
    writeFileSync(lib.at('a.jsonl'), lines('a'));
    const typing = setInterval(() => appendFileSync(lib.at('a.jsonl'), lines('b')), 200);
    try {
      expect(await lib.sync()).toMatchObject({
        added: 0,
        files: { read: 0 },
        kept: [{ file: lib.at('a.jsonl'), records: 0 }],
      });
    } finally {
      clearInterval(typing);
    }
    expect(await lib.sync()).toMatchObject({ added: 2 });
  });
});

describe('removing what is gone', () => {
  it('is done when it is asked for, also if the file did not change since', async () => {
    const lib = await Followed.new();
    lib.write('a.jsonl', lines('a', 'b', 'c'));
    lib.write('b.jsonl', lines('d'));
    await lib.sync();
    lib.write('a.jsonl', lines('b', 'c'));
    rmSync(lib.at('b.jsonl'));
    expect(await lib.sync()).toMatchObject({ left: 2, removed: { records: 0, papers: 0 }, files: { gone: 1 } });
    expect(lib.ids()).toEqual(['a', 'b', 'c', 'd']);
    expect(await lib.sync(DELETE)).toMatchObject({ left: 0, kept: [], removed: { records: 2, papers: 2 } });
    expect(lib.ids()).toEqual(['b', 'c']);
    expect(await lib.sync(DELETE)).toMatchObject({ files: { read: 0, gone: 0 }, removed: { records: 0 } });
    lib.write('a.jsonl', lines('a', 'b', 'c'));
    expect(await lib.sync(DELETE)).toMatchObject({ added: 1 });
  });

  it('takes back what a file said, and no more, while another one holds the paper', async () => {
    const lib = await Followed.new();
    lib.write('a.jsonl', lines(record('x', { year: 2001 }), 'a', 'both'));
    lib.write('b.jsonl', lines(record('x', { year: 2002, abstract: 'From b.' }), 'b', 'both'));
    const x = () => lib.sql("SELECT year || ' ' || abstract FROM papers WHERE id = 'x'");
    expect(await lib.sync()).toMatchObject({ added: 4, duplicate: 1, unchanged: 1 });
    expect(x()).toEqual(['2001 From b.']);
    lib.write('b.jsonl', lines('b'));
    expect(await lib.sync(DELETE)).toMatchObject({ removed: { records: 1, papers: 0 } });
    expect(x()).toEqual(['2001 ']);
    lib.write('a.jsonl', lines('a'));
    expect(await lib.sync(DELETE)).toMatchObject({ removed: { records: 2, papers: 2 } });
    expect(lib.ids()).toEqual(['a', 'b']);
  });

  it('spares what came from no file, and what is renamed', async () => {
    const lib = await Followed.new();
    await put(lib.writer, [paper('x', { title: 'A paper called x' })]);
    lib.write('a.jsonl', lines('x', 'y'));
    await lib.sync();
    renameSync(lib.at('a.jsonl'), lib.at('b.jsonl'));
    expect(await lib.sync(DELETE)).toMatchObject({ unchanged: 2, removed: { records: 0 }, files: { gone: 1 } });
    lib.write('b.jsonl', lines('z'));
    expect(await lib.sync(DELETE)).toMatchObject({ removed: { records: 1 } });
    expect(lib.ids()).toEqual(['x', 'z']);
  });

  it('takes from a paper only the record that is gone', async () => {
    const lib = await Followed.new();
    const doi = '10.1000/x';
    lib.write('a.jsonl', lines(record('short', { title: 'One title', doi, collections: ['A'] })));
    lib.write('b.jsonl', lines(record('long', { title: 'One title', abstract: 'Long.', year: 1999, doi, pmid: 7 })));
    await lib.sync();
    await embedAll(lib.writer);
    expect(lib.sql('SELECT abstract FROM papers')).toEqual(['Long.']);
    rmSync(lib.at('b.jsonl'));
    expect(await lib.sync(DELETE)).toMatchObject({ removed: { records: 1, papers: 0 } });
    expect(lib.sql("SELECT id || '|' || abstract || '|' || ifnull(year, '') FROM papers")).toEqual(['short||']);
    expect(lib.sql("SELECT kind || ':' || value FROM identifiers")).toEqual([`doi:${doi}`]);
    expect(lib.sql('SELECT data FROM records')).toEqual([null]);
    expect(await lib.writer.pendingCount()).toBe(1); // Its text is another one now.
  });

  it('leaves alone what lies elsewhere', async () => {
    const lib = await Followed.new();
    lib.write('papers/a.jsonl', lines('a'));
    lib.write('papers too/b.jsonl', lines('b'));
    await lib.sync();
    rmSync(lib.at('papers/a.jsonl'));
    rmSync(lib.at('papers too'), { recursive: true });
    lib.write('papers/c.jsonl', lines('c'));
    expect(await lib.sync(DELETE, [lib.at('papers')])).toMatchObject({ removed: { records: 1 }, files: { gone: 1 } });
    expect(lib.ids()).toEqual(['b', 'c']);
  });

  it('follows a Zotero library', async () => {
    const lib = await Followed.new();
    const db = createZotero(lib.at('zotero.sqlite'));
    db.pragma('journal_mode = WAL');
    addCollection(db, 1, 'Thesis');
    addCollection(db, 2, 'Chapter 2', 1);
    addItem(db, { key: 'AAAA', type: 'journalArticle', fields: { title: 'One', DOI: '10.1000/1' }, collections: [2] });
    addItem(db, { key: 'BBBB', type: 'journalArticle', fields: { title: 'Two', DOI: '10.1000/2' } });
    addItem(db, { key: 'CCCC', type: 'journalArticle', fields: {} }); // No paper, and not in the way of anything.
    expect(await lib.sync({}, [lib.at('zotero.sqlite')])).toMatchObject({ added: 2, rejected: 1 });
    expect(lib.sql("SELECT extra ->> '$.collections' FROM papers WHERE title = 'One'")).toEqual([
      '["Thesis / Chapter 2"]',
    ]);
    // Only the WAL changes.
    db.prepare("INSERT INTO deletedItems (itemID) SELECT itemID FROM items WHERE key = 'BBBB'").run();
    expect(await lib.sync(DELETE, [lib.at('zotero.sqlite')])).toMatchObject({ removed: { records: 1 }, kept: [] });
    expect(lib.ids()).toEqual(['doi:10.1000/1']);
    db.close();
  });
});

describe('nothing is removed, and that is said,', () => {
  interface Case {
    name: string;
    content: string | Buffer;
    /** Of the file, that are kept. */
    records: number;
  }

  /** Whatever happens to `a.jsonl`, `b.jsonl` loses its `b2`, and that is removed. */
  async function keeps(
    happens: (lib: Followed) => void,
    reason: RegExp,
    { records = 3, content = lines('a1', 'a2', 'a3'), name = 'a.jsonl' }: Partial<Case> = {},
  ): Promise<Followed> {
    const lib = await Followed.new();
    lib.write(name, content);
    lib.write('b.jsonl', lines('b1', 'b2'));
    await lib.sync();
    const before = lib.ids();
    happens(lib);
    lib.write('b.jsonl', lines('b1'));
    for (let run = 1; run <= 2; run++) {
      const { kept, removed } = await lib.sync(DELETE);
      expect(kept).toEqual([{ file: lib.at(name), records, reason: expect.stringMatching(reason) as string }]);
      expect(removed.records).toBe(run === 1 ? 1 : 0);
      expect(lib.ids()).toEqual(before.filter((id) => id !== 'b2'));
    }
    return lib;
  }

  it('when a file is empty', async () => {
    await keeps((lib) => lib.write('a.jsonl', ''), /could not be read/);
    await keeps((lib) => lib.write('a.jsonl', '\n'), /could not be read/);
  });

  it('when a file is cut off', async () => {
    const lib = await keeps((lib) => lib.write('a.jsonl', `${lines('a1')}{"id": "a2", "tit`), /could not be read/, {
      records: 2,
    });
    // Whole again, it is believed.
    lib.write('a.jsonl', lines('a1', 'a2'));
    expect(await lib.sync(DELETE)).toMatchObject({ removed: { records: 1 }, kept: [] });
    const content = gzipSync(lines(...many(2000)));
    await keeps((lib) => lib.write('a.jsonl.gz', content.subarray(0, -1000)), /could not be read/, {
      ...{ content, name: 'a.jsonl.gz', records: expect.any(Number) as number },
    });
  });

  it('when a file can not be read', async () => {
    await keeps((lib) => {
      rmSync(lib.at('a.jsonl'));
      symlinkSync('nowhere', lib.at('a.jsonl'));
    }, /could not be read/);
    await keeps((lib) => lib.write('a.jsonl', 'Of no format at all'), /could not be read/);
  });

  it('when nothing is left in a file', async () => {
    const content = 'title,doi\nOne,10.1000/1\nTwo,10.1000/2\n';
    await keeps((lib) => lib.write('a.csv', 'title,doi\n'), /nothing is left/, { content, name: 'a.csv', records: 2 });
  });

  it('when a record of the file could not be taken in', async () => {
    const lib = await keeps(
      (lib) => lib.write('a.jsonl', lines('a1', record('a2', { year: 'soon' }))),
      /1 of its records could not be taken in/,
      { records: 2 },
    );
    lib.write('a.jsonl', lines('a1', record('a2', { year: 2016 })));
    expect(await lib.sync(DELETE)).toMatchObject({ changed: 1, removed: { records: 1 }, kept: [] });
  });

  it('but a record that could not be taken in before is not in the way', async () => {
    const lib = await Followed.new();
    const bad = record('bad', { year: 'soon' });
    lib.write('a.jsonl', lines('a', bad, 'b'));
    await lib.sync();
    lib.write('a.jsonl', lines(bad, 'b'));
    expect(await lib.sync(DELETE)).toMatchObject({ rejected: 1, removed: { records: 1 }, kept: [] });
    lib.write('a.jsonl', lines(bad, bad));
    expect(await lib.sync(DELETE)).toMatchObject({ removed: { records: 0 }, kept: [{ records: 1 }] });
  });

  it('when most of a file is gone, unless that is meant', async () => {
    const content = lines(...many(30));
    const lib = await keeps((lib) => lib.write('a.jsonl', lines(...many(14))), /more than half of its 30 records/, {
      ...{ content, records: 16 },
    });
    expect(await lib.sync({ ...DELETE, deleteMany: true })).toMatchObject({ removed: { records: 16 }, kept: [] });
  });

  it('when most of a folder is gone, unless that is meant', async () => {
    const lib = await Followed.new();
    for (const id of many(20)) lib.write(`${id}.jsonl`, lines(id));
    await lib.sync();
    for (const id of many(11)) rmSync(lib.at(`${id}.jsonl`));
    const { kept, removed } = await lib.sync(DELETE);
    expect(kept).toHaveLength(11);
    expect(kept[0]!.reason).toMatch(/more than half of the 20 files/);
    expect(removed.records).toBe(0);
    expect(await lib.sync({ ...DELETE, deleteMany: true })).toMatchObject({ removed: { records: 11 }, kept: [] });
  });

  it('when the folder is empty or missing, as when a drive is not mounted', async () => {
    const lib = await Followed.new();
    lib.write('usb/a.jsonl', lines('a'));
    lib.write('other', '');
    await lib.sync({}, [lib.at('usb')]);
    renameSync(lib.at('usb'), lib.at('away'));
    const reason = /is empty or not there/;
    for (const paths of [[lib.at('usb')], [lib.at('usb/a.jsonl')]]) {
      const { kept, removed } = await lib.sync(DELETE, paths);
      expect(kept).toMatchObject([{ records: 1, reason: expect.stringMatching(reason) as string }]);
      expect(removed.records).toBe(0);
    }
    mkdirSync(lib.at('usb'));
    expect((await lib.sync(DELETE, [lib.at('usb')])).kept).toHaveLength(1);
    rmSync(lib.at('usb'), { recursive: true });
    renameSync(lib.at('away'), lib.at('usb'));
    expect(await lib.sync(DELETE, [lib.at('usb')])).toMatchObject({ files: { unchanged: 1 }, kept: [] });
  });

  it('when the drive that a file was on is not mounted, whatever else is there', async () => {
    const lib = await Followed.new();
    lib.write('usb/a.jsonl', lines('a'));
    lib.write('b.jsonl', lines('b'));
    await lib.sync();
    // As if a drive had been mounted there.
    expect(lib.sql(`UPDATE files SET mount = '${lib.at('usb')}' WHERE path LIKE '%a.jsonl'`)).toEqual([1]);
    rmSync(lib.at('usb/a.jsonl'));
    for (const options of [DELETE, { ...DELETE, deleteMany: true }]) {
      const { kept, removed } = await lib.sync(options);
      expect(kept).toMatchObject([{ records: 1, reason: `no drive is mounted at ${lib.at('usb')}, where it was` }]);
      expect(removed.records).toBe(0);
    }
  });
});

it('holds, after any history of any files, what the files hold', async () => {
  const content = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1 });
  const state = fc.dictionary(fc.constantFrom('1.jsonl', '2.jsonl', '3.jsonl'), content, { minKeys: 1 });
  await fc.assert(
    fc.asyncProperty(fc.array(state, { minLength: 1, maxLength: 4 }), async (history) => {
      const lib = await Followed.new();
      lib.write('always.jsonl', lines('always'));
      let before: Record<string, string[]> = {};
      for (const files of history) {
        for (const name of ['1.jsonl', '2.jsonl', '3.jsonl']) {
          const ids = files[name];
          if (!ids) rmSync(lib.at(name), { force: true });
          else if (String(ids) !== String(before[name]))
            lib.write(name, lines(...ids.map((id) => record(id, { note: name }))));
        }
        before = files;
        await lib.sync(DELETE);
        expect(lib.ids()).toEqual([...new Set(['always', ...Object.values(files).flat()])].sort());
        // What is said of each is what a file says that holds it.
        const said = lib.sql("SELECT id || (extra ->> '$.note') FROM papers WHERE id <> 'always'") as string[];
        for (const idAndFile of said) expect(files[idAndFile.slice(1)]).toContain(idAndFile[0]);
      }
    }),
    { numRuns: 8 },
  );
}, 240_000);

async function stampOf(file: string): Promise<string> {
  return (await stateOf(file)).stamp;
}
