/** The library on this machine, for writing. Holds the writer lock from `open` to `close`. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type Database from 'better-sqlite3';
import type { Embedding } from '../embedding/embedder.ts';
import type { Model } from '../embedding/models.ts';
import { AkinError } from '../errors.ts';
import { contentHash, embeddedText, type IdentifierKind, type Paper } from '../paper.ts';
import { openForWriting } from './database.ts';
import { FilesRead, type Reading, type RecordName, type Released } from './files.ts';
import { IndexedFacets } from './indexed-facets.ts';
import { IndexedWords } from './indexed-words.ts';
import type { LibrarySettings, LibraryWriter, PendingPaper, PutOutcome } from './library.ts';
import { paperFrom, type PaperRow } from './local.ts';
import { FileLock } from './lock.ts';
import { mergeRecords, samePaper } from './merge.ts';
import { PaperNames } from './names.ts';
import { Works } from './works.ts';

/** A record as its table has it. */
interface RecordRow extends RecordName {
  reading: number;
  hash: string;
  /** The record as JSON; null when all of its paper's records say the same, which is what the paper says. */
  data: string | null;
}

/** A record with what it says. */
type StoredRecord = Omit<RecordRow, 'data'> & { paper: Paper };

export class LocalWriter implements LibraryWriter {
  readonly model: Model;
  readonly files: FilesRead;
  readonly #db: Database.Database;
  readonly #lock: FileLock;
  readonly #names: PaperNames;
  readonly #words: IndexedWords;
  readonly #facets: IndexedFacets;
  readonly #works: Works;
  readonly #statements;

  private constructor(db: Database.Database, model: Model, lock: FileLock) {
    this.model = model;
    this.files = new FilesRead(db);
    this.#db = db;
    this.#lock = lock;
    this.#names = new PaperNames(db);
    this.#words = new IndexedWords(db);
    this.#facets = new IndexedFacets(db);
    this.#works = new Works(db);
    this.#statements = {
      recordsHere: db.prepare<[string, number], { nth: number; reading: number; paper: number; hash: string }>(
        'SELECT nth, reading, paper, hash FROM records WHERE key = ? AND file = ? ORDER BY nth',
      ),
      recordLike: db.prepare<[string, string], { paper: number; data: string | null }>(
        'SELECT paper, data FROM records WHERE key = ? AND hash = ? LIMIT 1',
      ),
      paperOfRecord: db
        .prepare<[RecordName], number>('SELECT paper FROM records WHERE key = :key AND file = :file AND nth = :nth')
        .pluck(),
      deleteRecord: db.prepare<[RecordName]>('DELETE FROM records WHERE key = :key AND file = :file AND nth = :nth'),
      seeRecord: db.prepare<[RecordName & Pick<RecordRow, 'reading'>]>(
        'UPDATE records SET reading = :reading WHERE key = :key AND file = :file AND nth = :nth',
      ),
      paper: db.prepare<[number], PaperRow>('SELECT * FROM papers WHERE row = ?'),
      recordsOf: db.prepare<[number], RecordRow>(
        'SELECT key, file, nth, reading, hash, data FROM records WHERE paper = ? ORDER BY sequence',
      ),
      insertPaper: db.prepare<[object]>(
        `INSERT INTO papers (id, title, abstract, authors, year, venue, url, ids, categories, extra)
         VALUES (:id, :title, :abstract, :authors, :year, :venue, :url, :ids, :categories, :extra)`,
      ),
      updatePaper: db.prepare<[object]>(
        `UPDATE papers SET title = :title, abstract = :abstract, authors = :authors, year = :year, venue = :venue,
           url = :url, ids = :ids, categories = :categories, extra = :extra WHERE row = :row`,
      ),
      deletePaper: db.prepare<[number]>('DELETE FROM papers WHERE row = ?'),
      insertRecord: db.prepare<[RecordRow & { paper: number }]>(
        `INSERT INTO records (key, file, nth, reading, paper, hash, data)
         VALUES (:key, :file, :nth, :reading, :paper, :hash, :data)`,
      ),
      deleteRecords: db.prepare<[number]>('DELETE FROM records WHERE paper = ?'),
      insertIdentifier: db.prepare<[string, string, number]>(
        'INSERT OR IGNORE INTO identifiers (kind, value, paper) VALUES (?, ?, ?)',
      ),
      deleteIdentifiers: db.prepare<[number]>('DELETE FROM identifiers WHERE paper = ?'),
      changes: db.prepare<[], number>('SELECT total_changes()').pluck(),
      revise: db.prepare<[]>("UPDATE meta SET value = value + 1 WHERE key = 'revision'"),
      insertVector: db.prepare<[object]>(
        `INSERT INTO vectors (paper, tokens, truncated, vector)
         SELECT row, :tokens, :truncated, :vector FROM papers WHERE row = :row`,
      ),
      deleteVector: db.prepare<[number]>('DELETE FROM vectors WHERE paper = ?'),
      pending: db.prepare<[number, number], { row: number; title: string; abstract: string }>(
        `SELECT row, title, abstract FROM papers
         WHERE row > ? AND NOT EXISTS (SELECT 1 FROM vectors WHERE paper = papers.row) ORDER BY row LIMIT ?`,
      ),
      pendingCount: db
        .prepare<[], number>('SELECT (SELECT count(*) FROM papers) - (SELECT count(*) FROM vectors)')
        .pluck(),
    };
  }

  /**
   * Opens the library in `folder` for writing, and makes it if there is none.
   * @param options.model the model a new library is made for.
   * @param options.mustBeThatModel whether an existing library of another model is refused, or used with its own.
   * @param options.purpose told to whoever wants to write meanwhile, for instance "akin add".
   * @throws AkinError `library-locked` when another writer is at work, `model-mismatch`, and as `openForReading`.
   */
  static open(folder: string, options: { model: Model; mustBeThatModel: boolean; purpose: string }): LocalWriter {
    mkdirSync(folder, { recursive: true });
    const lock = FileLock.take(path.join(folder, 'writer.lock'), options.purpose, 1000);
    try {
      const { db, model } = openForWriting(folder, options.model);
      if (options.mustBeThatModel && model.name !== options.model.name) {
        db.close();
        throw new AkinError(
          'model-mismatch',
          `the library in ${folder} is of ${model.name}, not ${options.model.name}`,
          {
            hint: `leave --model out to go on with ${model.name}, or build another library: akin add --index DIR --model ${options.model.name} FILE…`,
            field: 'model',
          },
        );
      }
      return new LocalWriter(db, model, lock);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  put(records: Paper[], reading?: Reading): PutOutcome[] {
    return this.atomically(() => {
      const from = reading ?? this.files.begin('', '');
      const outcomes = records.map((record) => this.#put(record, from));
      // That a file still says what it said is noted, and changes nothing.
      if (outcomes.some((outcome) => outcome !== 'unchanged')) this.#statements.revise.run();
      return outcomes;
    });
  }

  atomically<T>(work: () => T): T {
    if (this.#db.inTransaction) return work(); // A part of what is done whole or not at all.
    try {
      return this.#db.transaction(() => {
        const made = work();
        this.#words.write();
        return made;
      })();
    } catch (error) {
      this.#words.forget();
      this.#facets.forget();
      throw error;
    }
  }

  remove(ids: string[]): string[] {
    return this.#change(() =>
      ids.filter((id) => {
        const row = this.#names.row(id);
        if (row === undefined) return false;
        const versions = this.#works.versions(row);
        this.#deletePaper(row, this.#statements.paper.get(row)!);
        this.#works.regroup(versions);
        return true;
      }),
    );
  }

  release(file: string, which: 'missing' | 'all'): Released {
    return this.#change(() => {
      const gone = this.files.recordsOf(file, which).map((name) => this.#removeRecord(name));
      if (which === 'all') this.files.forget(file);
      return {
        records: gone.filter((what) => what !== 'nothing').length,
        papers: gone.filter((what) => what === 'paper').length,
      };
    });
  }

  pending(after: number, limit: number): PendingPaper[] {
    return this.#statements.pending.all(after, limit).map(({ row, ...paper }) => ({ row, text: embeddedText(paper) }));
  }

  pendingCount(): number {
    return this.#statements.pendingCount.get()!;
  }

  putVectors(vectors: { row: number; embedding: Embedding }[]): void {
    this.#change(() => {
      for (const { row, embedding } of vectors) {
        const { vector, tokens, truncated } = embedding;
        if (vector.length !== this.model.dimensions || !vector.every(Number.isFinite)) {
          throw new AkinError(
            'embedding-failed',
            `the vector of paper ${row} is not ${this.model.dimensions} finite numbers`,
          );
        }
        const bytes = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
        this.#statements.insertVector.run({ row, tokens, truncated: Number(truncated), vector: bytes });
        if (this.#works.compare(row)) this.#works.regroup([row]);
      }
    });
  }

  join(ids: string[]): string[] {
    return this.#change(() => {
      const rows = this.#named(ids);
      if (new Set(rows).size < 2) {
        throw new AkinError('invalid-argument', `${ids.join(' ')} names one paper`, {
          hint: 'name two papers or more that are versions of one work',
        });
      }
      this.#works.join(rows);
      return this.#works.versions(rows[0]!).map((row) => this.#statements.paper.get(row)!.id);
    });
  }

  split(ids: string[]): string[] {
    return this.#change(() => {
      const rows = this.#named(ids).filter((row) => this.#works.versions(row).length > 1);
      this.#works.split(rows);
      return rows.map((row) => this.#statements.paper.get(row)!.id);
    });
  }

  setSettings(settings: LibrarySettings): void {
    const set = this.#db.prepare<[string]>("INSERT OR REPLACE INTO meta (key, value) VALUES ('settings', ?)");
    this.#change(() => set.run(JSON.stringify(settings)));
  }

  cursor(key: string): string | undefined {
    return this.#db.prepare<[string], string>('SELECT value FROM meta WHERE key = ?').pluck().get(`cursor ${key}`);
  }

  setCursor(key: string, cursor: string | null): void {
    if (cursor === null) this.#db.prepare('DELETE FROM meta WHERE key = ?').run(`cursor ${key}`);
    else this.#db.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)').run(`cursor ${key}`, cursor);
  }

  /** Gives the space of removed papers and outdated vectors back to the disk, and makes older graphs be rebuilt. */
  compact(): void {
    this.#db.transaction(() => {
      const last = this.#db.prepare('SELECT max(sequence) FROM forgotten').pluck().get() as number | null;
      if (last !== null) {
        this.#db.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES ('forgotten trimmed', ?)").run(String(last));
        this.#db.exec('DELETE FROM forgotten');
      }
      this.#db.exec('DELETE FROM facets WHERE facet NOT IN (SELECT facet FROM paper_facets)');
      this.#facets.forget();
      this.#db.exec("INSERT INTO words (words) VALUES ('optimize')");
    })();
    this.#db.exec('VACUUM');
    this.#db.pragma('wal_checkpoint(TRUNCATE)');
  }

  async close(): Promise<void> {
    this.#db.pragma('optimize');
    this.#db.close();
    this.#lock.release();
  }

  /** One transaction; the library is in another state after it, if anything was changed. */
  #change<T>(make: () => T): T {
    return this.atomically(() => {
      const before = this.#statements.changes.get();
      const made = make();
      if (this.#statements.changes.get() !== before) this.#statements.revise.run();
      return made;
    });
  }

  /** The rows of papers that a person names. @throws AkinError `not-found`. */
  #named(ids: string[]): number[] {
    return ids.map((id) => {
      const row = this.#names.row(id);
      if (row === undefined) throw new AkinError('not-found', `no paper has the id "${id}"`, { field: 'id' });
      return row;
    });
  }

  /** Finds the paper that a record is of, if there is one, and makes it say what the record says. */
  #put(record: Paper, from: Reading): PutOutcome {
    const { file, number: reading, isAnything } = from;
    const hash = contentHash(record);
    const here = this.#statements.recordsHere.all(record.id, file);
    const read = here.filter((each) => each.reading === reading);
    if (read.some((each) => each.hash === hash)) return 'unchanged'; // The file has it twice.
    const name = { key: record.id, file, nth: read.length + 1 };
    const known = here.find(({ nth }) => nth === name.nth);
    if (known?.hash === hash) {
      this.#statements.seeRecord.run({ ...name, reading });
      return 'unchanged';
    }
    /** The same with another id: two lists count their papers from 1. */
    const putApart = () => this.#put({ ...record, id: `${record.id}~${file}` }, from);
    if (known && isAnything && !samePaper(record, this.#paper(known.paper), 'id')) return putApart();
    const like = known ? undefined : this.#statements.recordLike.get(record.id, hash);
    if (like) {
      this.#statements.insertRecord.run({ ...name, reading, hash, ...like });
      return 'unchanged';
    }

    /** The papers it is a record of, by row. */
    const papers = new Map<number, Paper>();
    const addIfSame = (row: number, shared: IdentifierKind | 'id'): void => {
      if (papers.has(row)) return;
      const paper = this.#paper(row);
      if (samePaper(record, paper, shared)) papers.set(row, paper);
    };
    if (known) papers.set(known.paper, this.#paper(known.paper));
    const namesakes = known ? [] : this.#names.rows(record.id);
    for (const row of namesakes) addIfSame(row, 'id');
    for (const [kind, value] of Object.entries(record.ids) as [IdentifierKind, string][]) {
      const row = this.#names.identified(kind, value);
      if (row !== undefined) addIfSame(row, kind);
    }
    const [row, ...others] = papers.keys();
    if (row === undefined) {
      if (namesakes.length > 0) return putApart();
      const added = Number(this.#statements.insertPaper.run(columns(record)).lastInsertRowid);
      this.#words.note(added, null, record);
      this.#addIdentifiers(record, added);
      this.#facets.add(added, record);
      this.#statements.insertRecord.run({ ...name, reading, hash, paper: added, data: null });
      // A person may have judged it before it was removed.
      if (this.#works.isJudged(record.id)) this.#works.regroup([added]);
      return 'added';
    }

    // Everything that was said of this paper, under whichever of its rows, and what this record says now.
    const records = Array.from(papers, ([each, paper]) => this.#recordsOf(each, paper)).flat();
    const now = { ...name, reading, hash, paper: record };
    const at = records.findIndex((each) => isNamed(each, name));
    if (at === -1) records.push(now);
    else records[at] = now;
    const versions = [...papers.keys()].flatMap((each) => this.#works.versions(each));
    for (const other of others) this.#deletePaper(other, papers.get(other)!);
    this.#rewrite(row, papers.get(row)!, records, versions);
    return known ? 'changed' : 'duplicate';
  }

  /** What the paper in a row says. */
  #paper(row: number): Paper {
    return paperFrom(this.#statements.paper.get(row)!);
  }

  /** The records of a row, in the order in which they came. @param paper what the row says. */
  #recordsOf(row: number, paper: Paper): StoredRecord[] {
    return this.#statements.recordsOf.all(row).map(({ data, ...record }) => ({
      ...record,
      paper: data === null ? { ...paper, id: record.key } : (JSON.parse(data) as Paper),
    }));
  }

  /** Removes a record. @returns what is gone with it: its paper, what only it said, or nothing that another doesn't say. */
  #removeRecord(name: RecordName): 'paper' | 'record' | 'nothing' {
    const row = this.#statements.paperOfRecord.get(name);
    if (row === undefined) return 'nothing';
    const before = this.#paper(row);
    const all = this.#recordsOf(row, before);
    const left = all.filter((each) => !isNamed(each, name));
    const { hash } = all.find((each) => isNamed(each, name))!;
    if (left.some((each) => each.hash === hash)) {
      this.#statements.deleteRecord.run(name);
      return 'nothing';
    }
    const versions = this.#works.versions(row);
    if (left.length > 0) {
      this.#rewrite(row, before, left, versions);
      return 'record';
    }
    this.#deletePaper(row, before);
    this.#works.regroup(versions);
    return 'paper';
  }

  /** Makes the paper of a row what its records say. @param versions of the works it was in, to be grouped anew. */
  #rewrite(row: number, before: Paper, records: StoredRecord[], versions: number[]): void {
    const said = [...new Map(records.map(({ hash, paper }) => [hash, paper])).values()];
    const merged = mergeRecords(said);
    this.#statements.updatePaper.run({ ...columns(merged), row });
    this.#words.note(row, before, merged);
    if (embeddedText(merged) !== embeddedText(before)) this.#statements.deleteVector.run(row);
    this.#statements.deleteIdentifiers.run(row);
    for (const record of said) this.#addIdentifiers(record, row);
    this.#facets.replace(row, merged);
    this.#statements.deleteRecords.run(row);
    for (const { paper, ...record } of records) {
      const data = said.length === 1 ? null : JSON.stringify(paper);
      this.#statements.insertRecord.run({ ...record, paper: row, data });
    }
    this.#works.compare(row);
    this.#works.regroup(versions);
  }

  /** Removes a row and everything that hangs on it. @param before what it says. */
  #deletePaper(row: number, before: Pick<Paper, 'title' | 'abstract'>): void {
    this.#statements.deletePaper.run(row);
    this.#words.note(row, before, null);
  }

  /** A paper goes by the identifiers of all its records: preprint and published version have each a DOI. */
  #addIdentifiers({ ids }: Paper, row: number): void {
    for (const [kind, value] of Object.entries(ids)) this.#statements.insertIdentifier.run(kind, value, row);
  }
}

const isNamed = (record: RecordName, { key, file, nth }: RecordName): boolean =>
  record.key === key && record.file === file && record.nth === nth;

/** A paper as the columns of its row. */
function columns(paper: Paper): Omit<PaperRow, 'row'> {
  const { authors, ids, categories, extra, ...scalars } = paper;
  return {
    ...scalars,
    authors: JSON.stringify(authors),
    ids: JSON.stringify(ids),
    categories: JSON.stringify(categories),
    extra: JSON.stringify(extra),
  };
}
