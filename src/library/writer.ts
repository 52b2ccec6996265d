/** The library on this machine, for writing. Holds the writer lock from `open` to `close`. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type Database from 'better-sqlite3';
import type { Embedding } from '../embedding/embedder.ts';
import type { Model } from '../embedding/models.ts';
import { AkinError } from '../errors.ts';
import { contentHash, embeddedText, type IdentifierKind, type Paper } from '../paper.ts';
import { openForWriting } from './database.ts';
import { FilesRead, type Reading, type Released } from './files.ts';
import { IndexedFacets } from './indexed-facets.ts';
import { IndexedWords } from './indexed-words.ts';
import type { LibrarySettings, LibraryWriter, PendingPaper, PutOutcome } from './library.ts';
import { paperFrom, type PaperRow } from './local.ts';
import { FileLock } from './lock.ts';
import { mergeRecords, samePaper } from './merge.ts';
import { PaperNames } from './names.ts';
import { Works } from './works.ts';

interface RecordRow {
  key: string;
  hash: string;
  /** The record as JSON; null when it is its paper's only one, and so says what the paper says. */
  data: string | null;
}

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
      recordByKey: db.prepare<[string], { paper: number; hash: string }>(
        'SELECT paper, hash FROM records WHERE key = ?',
      ),
      rowByIdentifier: db
        .prepare<[string, string], number>('SELECT paper FROM identifiers WHERE kind = ? AND value = ?')
        .pluck(),
      paper: db.prepare<[number], PaperRow>('SELECT * FROM papers WHERE row = ?'),
      recordsOf: db.prepare<[number], RecordRow>(
        'SELECT key, hash, data FROM records WHERE paper = ? ORDER BY sequence',
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
      insertRecord: db.prepare<[string, number, string, string | null]>(
        'INSERT INTO records (key, paper, hash, data) VALUES (?, ?, ?, ?)',
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
    return this.#change(() =>
      records.map((record) => {
        this.files.hold(record.id, reading);
        return this.#put(record);
      }),
    );
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
        for (const { key } of this.#statements.recordsOf.all(row)) this.files.forgetRecord(key);
        this.#deletePaper(row, this.#statements.paper.get(row)!);
        this.#works.regroup(versions);
        return true;
      }),
    );
  }

  release(file: string, which: 'missing' | 'all'): Released {
    return this.#change(() => {
      const { abandoned, outdated } = this.files.release(file, which);
      const papers = abandoned.filter((key) => this.#removeRecord(key)).length;
      return { records: abandoned.length, papers, outdated };
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

  #put(record: Paper): PutOutcome {
    const hash = contentHash(record);
    const known = this.#statements.recordByKey.get(record.id);
    if (known?.hash === hash) return 'unchanged';

    const rows = new Set<number>();
    if (known) rows.add(known.paper);
    for (const [kind, value] of Object.entries(record.ids) as [IdentifierKind, string][]) {
      const row = this.#statements.rowByIdentifier.get(kind, value);
      if (row === undefined || rows.has(row)) continue;
      if (samePaper(record, paperFrom(this.#statements.paper.get(row)!), kind)) rows.add(row);
    }
    const [row, ...others] = rows;
    if (row === undefined) {
      const added = Number(this.#statements.insertPaper.run(columns(record)).lastInsertRowid);
      this.#words.note(added, null, record);
      this.#addIdentifiers(record, added);
      this.#facets.add(added, record);
      this.#statements.insertRecord.run(record.id, added, hash, null);
      // A person may have judged it before it was removed.
      if (this.#works.isJudged(record.id)) this.#works.regroup([added]);
      return 'added';
    }

    // Everything that was said of this paper, under whichever of its rows, and what this record says now.
    const records = new Map<string, { hash: string; paper: Paper }>();
    const papers = new Map([...rows].map((each) => [each, paperFrom(this.#statements.paper.get(each)!)]));
    for (const [each, paper] of papers) {
      for (const { key, hash, data } of this.#statements.recordsOf.all(each)) {
        records.set(key, { hash, paper: data === null ? paper : (JSON.parse(data) as Paper) });
      }
    }
    records.set(record.id, { hash, paper: record });
    const versions = [...rows].flatMap((each) => this.#works.versions(each));
    for (const other of others) this.#deletePaper(other, papers.get(other)!);
    this.#rewrite(row, papers.get(row)!, records, versions);
    return known ? 'changed' : 'duplicate';
  }

  /** Removes a record. @returns whether its paper went with it, having no other. */
  #removeRecord(key: string): boolean {
    const row = this.#statements.recordByKey.get(key)?.paper;
    if (row === undefined) return false;
    const before = paperFrom(this.#statements.paper.get(row)!);
    const versions = this.#works.versions(row);
    const left = this.#statements.recordsOf.all(row).filter((record) => record.key !== key);
    if (left.length === 0) {
      this.#deletePaper(row, before);
      this.#works.regroup(versions);
    } else {
      // Where there are several, each says itself what it says.
      const records = left.map(({ key, hash, data }) => [key, { hash, paper: JSON.parse(data!) as Paper }] as const);
      this.#rewrite(row, before, new Map(records), versions);
    }
    return left.length === 0;
  }

  /** Makes the paper of a row what its records say. @param versions of the works it was in, to be grouped anew. */
  #rewrite(row: number, before: Paper, records: Map<string, { hash: string; paper: Paper }>, versions: number[]): void {
    const said = [...records.values()].map(({ paper }) => paper);
    const merged = mergeRecords(said);
    this.#statements.updatePaper.run({ ...columns(merged), row });
    this.#words.note(row, before, merged);
    if (embeddedText(merged) !== embeddedText(before)) this.#statements.deleteVector.run(row);
    this.#statements.deleteIdentifiers.run(row);
    for (const record of said) this.#addIdentifiers(record, row);
    this.#facets.replace(row, merged);
    this.#statements.deleteRecords.run(row);
    for (const [key, { hash, paper }] of records) {
      this.#statements.insertRecord.run(key, row, hash, records.size === 1 ? null : JSON.stringify(paper));
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
