import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toPaper } from '../../src/paper.ts';
import { openFile } from '../../src/sources/input.ts';
import { zotero } from '../../src/sources/zotero.ts';
import { readPath, readText, recordsSeen as records, rejects } from './read.ts';
import {
  addCollection,
  addItem,
  createZotero,
  FEED_LIBRARY,
  GROUP_LIBRARY,
  type ZoteroItem,
} from './zotero-fixture.ts';

let folder: string;
let file: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'akin-test-'));
  file = path.join(folder, 'zotero.sqlite');
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** Writes a library of these items and closes it. */
function libraryOf(...items: ZoteroItem[]): void {
  const db = createZotero(file);
  for (const item of items) addItem(db, item);
  db.close();
}

/** The papers in the library, each as akin would keep it. */
async function papers() {
  return records(await readPath(zotero, file)).map(({ input }) => toPaper(input));
}

const article = (key: string, title: string): ZoteroItem => ({ key, type: 'journalArticle', fields: { title } });
const copiesLeft = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('akin-zotero-'));

/** Another process that runs `script` on the library (`db`) and then keeps it open. */
async function otherProcess(script: string): Promise<void> {
  const program = `const db = new (require('better-sqlite3'))(${JSON.stringify(file)}); ${script};
    console.log('ready'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  await new Promise((resolve, reject) => {
    child.stdout.once('data', resolve);
    child.once('exit', reject);
  });
}

describe('an item', () => {
  it('becomes a paper with everything Zotero knows of it', async () => {
    const db = createZotero(file);
    addCollection(db, 1, 'Thesis');
    addCollection(db, 2, 'Chapter 2', 1);
    addCollection(db, 3, 'To read');
    addItem(db, {
      key: 'ABCD2345',
      type: 'journalArticle',
      fields: {
        title: 'The colour of <i>E. coli</i> &amp; other matters',
        abstractNote: 'First part.\nSecond part, with CO<sub>2</sub>.',
        publicationTitle: 'Journal of Invented Results',
        date: '2016-03-00 March 2016',
        volume: '12',
        issue: 3n,
        pages: '1-9',
        ISSN: '1234-5678',
        DOI: 'https://doi.org/10.5555/INVENTED.1',
        url: 'https://example.org/1',
        extra: 'PMID: 123456\nPMCID: PMC7654\narXiv: 1603.01234 [cs.CL]\nread twice',
      },
      creators: [
        ['author', 'Zoë', 'Östergård'],
        ['editor', 'Ed', 'Itor'],
        ['author', null, 'The Invented Consortium'],
        ['author', 'Ann', 'Abel'],
      ],
      tags: ['zebra', 'ant'],
      automaticTags: ['Biology'],
      collections: [3, 2],
    });
    db.close();
    const [found] = await readPath(zotero, file);
    expect(found).toMatchObject({ record: 1, offset: 0 });
    expect(found!.raw).toMatch(/^journalArticle ABCD2345: The colour/);
    expect(await papers()).toEqual([
      {
        id: 'doi:10.5555/invented.1',
        title: 'The colour of E. coli & other matters',
        abstract: 'First part.\nSecond part, with CO2.',
        authors: ['Zoë Östergård', 'The Invented Consortium', 'Ann Abel'],
        year: 2016,
        venue: 'Journal of Invented Results',
        url: 'https://example.org/1',
        ids: { doi: '10.5555/invented.1', pmid: '123456', pmcid: 'PMC7654', arxiv: '1603.01234' },
        categories: ['ant', 'zebra', 'Biology'],
        extra: {
          key: 'ABCD2345',
          type: 'journalArticle',
          library: 'My Library',
          collections: ['Thesis / Chapter 2', 'To read'],
          dateAdded: '2021-02-03 04:05:06',
          date: '2016-03',
          dateWritten: 'March 2016',
          volume: '12',
          issue: '3',
          pages: '1-9',
          issn: '1234-5678',
          editors: ['Ed Itor'],
          note: 'PMID: 123456\nPMCID: PMC7654\narXiv: 1603.01234 [cs.CL]\nread twice',
        },
      },
    ]);
  });

  it('has its title, date and venue wherever its type keeps them', async () => {
    libraryOf(
      { key: 'A', type: 'bookSection', fields: { title: 'One', bookTitle: 'A handbook', ISBN: '978-3' } },
      {
        key: 'B',
        type: 'conferencePaper',
        fields: { title: 'Two', proceedingsTitle: 'Proc. X', conferenceName: 'X 9' },
      },
      { key: 'C', type: 'conferencePaper', fields: { title: 'Three', conferenceName: 'X 10' } },
      { key: 'D', type: 'case', fields: { caseName: 'Cat v. Dog', dateDecided: '1987-00-00 1987' } },
      { key: 'E', type: 'thesis', fields: { title: 'Four', university: 'Uni', thesisType: 'PhD thesis' } },
      { key: 'F', type: 'preprint', fields: { title: 'Five', archiveID: 'arXiv:2101.00007', repository: 'arXiv' } },
    );
    const found = await papers();
    expect(found.map(({ title, year, venue }) => [title, year, venue])).toEqual([
      ['One', null, 'A handbook'],
      ['Two', null, 'Proc. X'],
      ['Three', null, 'X 10'],
      ['Cat v. Dog', 1987, null],
      ['Four', null, null],
      ['Five', null, null],
    ]);
    expect(found[0]!.extra).toMatchObject({ isbn: '978-3', type: 'bookSection' });
    expect(found[1]!.extra).toMatchObject({ conferenceName: 'X 9' });
    expect(found[4]!.extra).toMatchObject({ publisher: 'Uni', genre: 'PhD thesis', type: 'thesis' });
    expect(found[5]!.ids).toEqual({ arxiv: '2101.00007' });
    expect(found[5]!.id).toBe('arxiv:2101.00007');
  });

  it('has the people its type puts first as authors', async () => {
    libraryOf({
      key: 'A',
      type: 'presentation',
      fields: { title: 'A talk' },
      creators: [
        ['contributor', 'Con', 'Tributor'],
        ['presenter', 'Pre', 'Senter'],
        ['translator', 'Tra', 'Nslator'],
        ['contributor', '', 'Second'],
      ],
    });
    const [talk] = await papers();
    expect(talk!.authors).toEqual(['Pre Senter']);
    expect(talk!.extra).toMatchObject({ contributors: ['Con Tributor', 'Second'], translators: ['Tra Nslator'] });
  });

  it.each([
    ['2019-11-05 2019-11-05', 2019, { date: '2019-11-05' }],
    ['2019-11-05 5.11.2019', 2019, { date: '2019-11-05', dateWritten: '5.11.2019' }],
    ['2019-00-00 2019', 2019, { date: '2019' }],
    ['0000-00-00 in press', null, { date: 'in press' }],
    ['0000-05-00 May', null, { date: 'May' }],
    ['forthcoming', null, { date: 'forthcoming' }],
    ['2019', 2019, { date: '2019' }],
  ])('of the date "%s" is of %s', async (date, year, extra) => {
    libraryOf({ key: 'A', type: 'book', fields: { title: 'Dated', date } });
    const [paper] = await papers();
    expect(paper!.year).toBe(year);
    const { date: sorted, dateWritten } = paper!.extra;
    expect({ date: sorted, dateWritten }).toEqual(extra);
  });

  it('without title and abstract is handed on, to be rejected as no paper', async () => {
    libraryOf({ key: 'A', type: 'book', fields: { ISBN: '1' } }, article('B', 'Second'));
    const found = records(await readPath(zotero, file));
    expect(found.map(({ record, raw }) => [record, raw])).toEqual([
      [1, 'book A: '],
      [2, 'journalArticle B: Second'],
    ]);
    expect(() => toPaper(found[0]!.input)).toThrow(/title or an abstract/);
  });

  it('longer than any paper is rejected, and costs only itself', async () => {
    libraryOf(
      { key: 'A', type: 'book', fields: { title: 'Long', abstractNote: 'x'.repeat(9 * 1024 * 1024) } },
      article('B', 'Second'),
    );
    const found = await readPath(zotero, file);
    expect(rejects(found)).toMatchObject([{ record: 1, raw: 'book A', reject: { code: 'too-large' } }]);
    expect(records(found)).toMatchObject([{ record: 2 }]);
  });
});

describe('a library', () => {
  it('is told from its first bytes', async () => {
    libraryOf(article('A', 'One'));
    expect(zotero.detects((await openFile(file)).head)).toBe(true);
    expect(zotero.detects('SQLite format 3 is a file format')).toBe(false);
    expect(zotero.detects('')).toBe(false);
  });

  it('gives its papers only: no attachments, notes, annotations, feed items, and nothing from the bin', async () => {
    libraryOf(
      article('A', 'Kept'),
      { ...article('B', 'In the bin'), deleted: true },
      { key: 'C', type: 'attachment', fields: { title: 'PDF' } },
      { key: 'D', type: 'note' },
      { key: 'E', type: 'annotation' },
      { ...article('F', 'News'), library: FEED_LIBRARY },
      { ...article('G', 'Shared'), library: GROUP_LIBRARY },
    );
    const found = await papers();
    expect(found.map(({ title, extra }) => [title, extra.library])).toEqual([
      ['Kept', 'My Library'],
      ['Shared', 'Reading circle'],
    ]);
  });

  it('names of collections in each other the hundred next to the paper, as far as a thousand characters go', async () => {
    const db = createZotero(file);
    for (let i = 1; i <= 300; i++) addCollection(db, i, `c${i}`, i === 1 ? null : i - 1);
    addCollection(db, 301, 'long '.repeat(1000));
    addItem(db, { ...article('A', 'One'), collections: [100, 300, 301] });
    db.close();
    const [[whole, deep, long]] = (await papers()).map(({ extra }) => extra.collections as string[]) as [string[]];
    expect(whole!.split(' / ')).toHaveLength(100);
    expect(deep!.split(' / ')).toHaveLength(100);
    expect(deep).toMatch(/^c201 \/ .* \/ c300$/);
    expect(long).toHaveLength(1000);
  });

  it('gives out what items share only so often', async () => {
    const abstractNote = 'word '.repeat(100_000);
    libraryOf(
      ...Array.from({ length: 100 }, (_, i): ZoteroItem => ({
        ...{ key: `K${i}`, type: 'journalArticle' },
        fields: { title: `T${i}`, abstractNote },
      })),
    );
    const found = await readPath(zotero, file);
    const [refused, ...others] = rejects(found);
    expect(others).toEqual([]);
    expect(refused!.reject).toMatchObject({ code: 'too-large', reason: expect.stringContaining('repeat') as string });
    expect(records(found).length).toBeGreaterThan(30);
    expect(refused!.record).toBe(records(found).length + 1);
  });

  it('rejects an item with more people, tags or collections than a record can have', async () => {
    const tags = Array.from({ length: 1000 }, (_, i) => `${i} ${'t'.repeat(5000)}`);
    libraryOf({ ...article('A', 'One'), tags }, article('B', 'Two'));
    const found = await readPath(zotero, file);
    expect(rejects(found).map(({ record, reject }) => [record, reject.code])).toEqual([[1, 'too-large']]);
    expect(records(found)).toHaveLength(1);
  });

  it('names no collection that is in the bin or below one that is, and survives a circle of them', async () => {
    const db = createZotero(file);
    addCollection(db, 1, 'Gone');
    addCollection(db, 2, 'Below', 1);
    addCollection(db, 3, 'Kept');
    addCollection(db, 4, 'Round', 5);
    addCollection(db, 5, 'About', 4);
    db.exec('INSERT INTO deletedCollections (collectionID) VALUES (1)');
    addItem(db, { ...article('A', 'One'), collections: [1, 2, 3, 4] });
    db.close();
    const [paper] = await papers();
    expect(paper!.extra.collections).toEqual(['Kept', 'About / Round']);
  });

  it('of many items is read in order, each with its own number', async () => {
    const db = createZotero(file);
    db.transaction(() => {
      for (let i = 1; i <= 2000; i++) addItem(db, article(`K${i}`, `Title ${i}`));
    })();
    db.close();
    const found = records(await readPath(zotero, file));
    expect(found.map(({ record }) => record)).toEqual(Array.from({ length: 2000 }, (_, i) => i + 1));
    expect(found[1999]!.input.title).toBe('Title 2000');
  });
});

describe('while another process has the library', () => {
  it('under an exclusive lock, as Zotero does, what it has committed is read', async () => {
    libraryOf(article('A', 'One'));
    await otherProcess(`db.pragma('locking_mode = EXCLUSIVE');
      db.exec("INSERT INTO items (itemTypeID, libraryID, key) VALUES (4, 1, 'B')");`);
    expect(() => new Database(file, { readonly: true, timeout: 0 }).prepare('SELECT 1 FROM items').get()).toThrow(
      /locked/,
    );
    expect(records(await readPath(zotero, file)).map(({ raw }) => raw)).toEqual([
      'journalArticle A: One',
      'journalArticle B: ',
    ]);
  });

  it('amid a transaction that has reached the disk, the library before it is read', async () => {
    libraryOf(article('A', 'One'));
    // A cache of one page makes SQLite write changes to the database while the journal holds what was there.
    await otherProcess(`db.pragma('locking_mode = EXCLUSIVE'); db.pragma('cache_size = 1'); db.exec('BEGIN');
      db.exec("UPDATE itemDataValues SET value = 'Changed'");
      const add = db.prepare("INSERT INTO items (itemTypeID, libraryID, key) VALUES (4, 1, ?)");
      for (let i = 0; i < 3000; i++) add.run('NEW' + i);`);
    expect(readdirSync(folder)).toContain('zotero.sqlite-journal');
    expect((await papers()).map(({ title }) => title)).toEqual(['One']);
  });

  it('in WAL mode, what it has committed is read, and not what it has yet to commit', async () => {
    libraryOf(article('A', 'One'));
    await otherProcess(`db.pragma('journal_mode = WAL'); db.pragma('cache_size = 1');
      db.exec("INSERT INTO items (itemTypeID, libraryID, key) VALUES (4, 1, 'B')");
      db.exec('BEGIN IMMEDIATE');
      const add = db.prepare("INSERT INTO items (itemTypeID, libraryID, key) VALUES (4, 1, ?)");
      for (let i = 0; i < 3000; i++) add.run('NEW' + i);`);
    expect(records(await readPath(zotero, file)).map(({ raw }) => raw)).toEqual([
      'journalArticle A: One',
      'journalArticle B: ',
    ]);
  });

  it('that was killed amid a transaction, the library is read and left as it is', async () => {
    libraryOf(article('A', 'One'));
    await otherProcess(`db.pragma('cache_size = 1'); db.exec("BEGIN; UPDATE itemDataValues SET value = 'Changed'");
      const add = db.prepare("INSERT INTO items (itemTypeID, libraryID, key) VALUES (4, 1, ?)");
      for (let i = 0; i < 3000; i++) add.run('NEW' + i);`);
    const child = children.pop()!;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    const contents = () =>
      readdirSync(folder).map((name) => [name, readFileSync(path.join(folder, name)).toString('hex')]);
    const before = contents();
    expect((await papers()).map(({ title }) => title)).toEqual(['One']);
    expect(contents()).toEqual(before);
  });

  it('that never stops writing, it is said so', async () => {
    libraryOf(article('A', 'One'));
    const writing = setInterval(() => utimesSync(file, Math.random() * 1e9, Math.random() * 1e9), 0);
    try {
      const found = await readPath(zotero, file);
      expect(found).toMatchObject([{ record: 0, reject: { code: 'file-unreadable' } }]);
      expect(rejects(found)[0]!.reject.reason).toMatch(/kept changing/);
    } finally {
      clearInterval(writing);
    }
  });
});

describe('nothing is left behind', () => {
  it('beside the library or among temporary files, also by a reader that stops early', async () => {
    const db = createZotero(file);
    db.pragma('journal_mode = WAL');
    for (let i = 0; i < 10; i++) addItem(db, article(`K${i}`, `Title ${i}`));
    db.close();
    expect(readdirSync(folder)).toEqual(['zotero.sqlite']);
    const before = readFileSync(file);
    const left = copiesLeft();
    for await (const { record } of zotero.read(await openFile(file))) if (record === 3) break;
    expect(await papers()).toHaveLength(10);
    expect(readdirSync(folder)).toEqual(['zotero.sqlite']);
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(copiesLeft()).toEqual(left);
  });
});

describe('a file that is no library', () => {
  const reason = async (): Promise<string> => {
    const found = await readPath(zotero, file);
    expect(found).toHaveLength(1);
    return `${rejects(found)[0]!.reject.code}: ${rejects(found)[0]!.reject.reason}`;
  };

  it('but an SQLite database of something else says so', async () => {
    const db = new Database(file);
    db.exec('CREATE TABLE moz_places (id INTEGER PRIMARY KEY, url TEXT); CREATE TABLE items (id INTEGER)');
    db.close();
    expect(await reason()).toMatch(/^format-unknown: an SQLite database, but not Zotero's: it has no .*itemData/);
  });

  it('but one of Zotero 4 says what to do', async () => {
    const db = createZotero(file);
    db.exec('ALTER TABLE creators RENAME COLUMN lastName TO creatorDataID');
    db.close();
    expect(await reason()).toMatch(/^format-unknown: .*no such column.*open it once in a current Zotero/);
  });

  it('but has views for tables is not run', async () => {
    const db = createZotero(file);
    db.exec(`DROP TABLE tags; CREATE VIEW tags AS WITH RECURSIVE n(tagID) AS (SELECT 1 UNION ALL SELECT tagID + 1 FROM n)
      SELECT tagID, 'x' AS name FROM n`);
    db.close();
    expect(await reason()).toMatch(/^format-unknown: .*there is no tags/);
  });

  it.each([0.02, 0.3, 0.6, 0.95])(
    'but the first part (%s) of one gives what it can, and says that it is damaged',
    async (part) => {
      const db = createZotero(file);
      db.transaction(() => {
        for (let i = 1; i <= 500; i++) addItem(db, { ...article(`K${i}`, `Title ${i}`), tags: [`tag ${i}`] });
      })();
      db.close();
      truncateSync(file, Math.floor(readFileSync(file).length * part));
      const found = await readPath(zotero, file);
      expect(rejects(found).length).toBeGreaterThan(0);
      for (const { reject } of rejects(found)) expect(reject.reason).toMatch(/^the database is damaged/);
    },
  );

  it.each([16, 100, 4096])('but the first %i bytes of one says that it is damaged', async (bytes) => {
    libraryOf(article('A', 'One'));
    truncateSync(file, bytes);
    expect(await reason()).toMatch(/^file-unreadable: the database is damaged/);
  });

  it('but the bytes of one mixed up ends with papers and rejects', async () => {
    libraryOf(...Array.from({ length: 200 }, (_, i) => ({ ...article(`K${i}`, `Title ${i}`), tags: ['x', `t${i}`] })));
    const whole = readFileSync(file);
    let seed = 1;
    const random = (below: number): number => (seed = (seed * 48271) % 0x7fffffff) % below;
    for (let run = 0; run < 40; run++) {
      const damaged = Buffer.from(whole);
      for (let i = 0; i < 1 + random(400); i++) damaged[16 + random(whole.length - 16)] = random(256);
      writeFileSync(file, damaged);
      for (const found of await readPath(zotero, file))
        expect('input' in found || found.reject.reason !== '').toBe(true);
    }
  }, 60_000);

  it('but compressed, or from standard input, is to be given otherwise', async () => {
    libraryOf(article('A', 'One'));
    writeFileSync(file, gzipSync(readFileSync(file)));
    expect(await reason()).toMatch(/^file-unreadable: .*compressed/);
    const [piped] = rejects(await readText(zotero, 'SQLite format 3\u0000'));
    expect(piped!.reject).toMatchObject({
      code: 'file-unreadable',
      reason: expect.stringMatching(/give the path/) as string,
    });
  });
});
