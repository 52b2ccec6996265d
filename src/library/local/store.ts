/**
 * The library on this machine, for writing: what is known around a record is read, the rules (../records.ts, ../files.ts,
 * ../works.ts) are asked, and what follows is stored. Runs in the writer thread, and holds the writer's lock as long as it
 * is open. A method is one transaction.
 */
import { existsSync, rmdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type Database from 'better-sqlite3';
import type { Embedding } from '../../embedding/embedder.ts';
import type { Model } from '../../embedding/models.ts';
import { AkinError } from '../../errors.ts';
import { refusalOf } from '../../faults.ts';
import { isFolder, makeFolder } from '../../places.ts';
import { embeddedText, type Paper } from '../../paper.ts';
import type { FileRead, Released } from '../files.ts';
import type { Key, LibrarySettings, PendingPaper, Portion, PutOutcome } from '../library.ts';
import { keptTogether, namesIn, notedText, type Kept } from '../kept.ts';
import { isNamed, judgedRecord, makePaper, mergedFrom, PERSON, withRecord, withWord } from '../records.ts';
import type { PersonsWord, Place, RecordName, StoredRecord } from '../records.ts';
import { LIBRARY_FILE, mustExist, openForWriting } from './database.ts';
import { FileReadings } from './files.ts';
import { removeGraphs } from './graph-sidecar.ts';
import { IndexedFacets } from './indexed-facets.ts';
import { IndexedSurnames } from './indexed-surnames.ts';
import { IndexedWords } from './indexed-words.ts';
import { KeptPapers } from './kept-papers.ts';
import { Keys } from './keys.ts';
import { FileLock } from './lock.ts';
import { PaperNames } from './names.ts';
import { columnsOf, paperFrom } from './paper-rows.ts';
import { statementsOn } from './store-statements.ts';
import { surroundings } from './surroundings.ts';
import { WRITER_LOCK } from './upgrade.ts';
import { Works } from './works.ts';

export interface WriterOptions {
  /** The model a new library is made for. */
  model: Model;
  /** Whether an existing library of another model is refused, or used with its own. */
  mustBeThatModel: boolean;
  /** Told to whoever wants to write meanwhile, for instance "akin add". */
  purpose: string;
  /** Whether it is an error that there is no library, as where something is to be removed. */
  mustExist?: boolean | undefined;
}

/** How many alterations readers that are open can be told of; those that are further behind read everything anew. */
const ALTERATIONS_KEPT = 100_000;

export class Store {
  readonly model: Model;
  readonly #folder: string;
  readonly #db: Database.Database;
  readonly #lock: FileLock;
  /** Whether the folder was made here, and whether the library was and nothing is in it yet, perhaps for a full disk. */
  readonly #madeFolder: boolean;
  #isBare: boolean;
  #wasFull = false;
  readonly #keys: Keys;
  readonly #space: number;
  readonly #names: PaperNames;
  readonly #readings: FileReadings;
  readonly #words: IndexedWords;
  readonly #facets: IndexedFacets;
  readonly #surnames: IndexedSurnames;
  readonly #kept: KeptPapers;
  readonly #works: Works;
  readonly #statements;

  /**
   * Opens the library in `folder`, and makes it if there is none.
   * @throws AkinError `library-locked` when another writer is at work, `library-missing` where it must exist,
   *   `model-mismatch`, and as `openForReading`.
   */
  constructor(folder: string, options: WriterOptions) {
    this.#folder = folder;
    if (options.mustExist) mustExist(folder);
    this.#madeFolder = !isFolder(folder);
    makeFolder(folder);
    this.#lock = FileLock.take(path.join(folder, WRITER_LOCK), options.purpose, 1000);
    this.#isBare = !existsSync(path.join(folder, LIBRARY_FILE));
    let opened: Database.Database | undefined;
    try {
      const { db, libraryId, space, model } = openForWriting(folder, options.model);
      opened = db;
      if (options.mustBeThatModel && model.name !== options.model.name) throw otherModel(folder, model, options.model);
      this.model = model;
      this.#db = db;
      this.#keys = new Keys(libraryId);
      this.#space = space;
      this.#names = new PaperNames(db);
      this.#readings = new FileReadings(db);
      this.#words = new IndexedWords(db);
      this.#facets = new IndexedFacets(db);
      this.#surnames = new IndexedSurnames(db);
      this.#kept = new KeptPapers(db);
      this.#works = new Works(db, space, this.#names);
      this.#statements = statementsOn(db);
    } catch (error) {
      opened?.close();
      this.#letGo(this.#isBare);
      throw error;
    }
  }

  store({ parts, cursor }: Portion): PutOutcome[][] {
    return this.#whole(() => {
      const outcomes = parts.map(({ origin, papers, end }) => {
        const reading = this.#readings.of(origin);
        const each = papers.map((paper) => this.#put(paper, reading));
        if (end) this.#readings.end(reading, end);
        return each;
      });
      if (cursor) this.#setCursor(cursor);
      // That a file still says what it said is noted, and changes nothing.
      if (outcomes.flat().some((outcome) => outcome !== 'unchanged')) this.#statements.revise.run();
      return outcomes;
    });
  }

  confirm(files: Pick<FileRead, 'path' | 'stamp' | 'readAt'>[]): void {
    this.#whole(() => {
      for (const file of files) this.#readings.confirm(file);
    });
  }

  release(file: string, which: 'missing' | 'all'): Released {
    return this.#change(() => {
      const released: Released = { records: 0, papers: 0 };
      for (const [row, names] of this.#readings.recordsOf(file, which)) this.#releaseFrom(row, names, released);
      if (which === 'all') this.#readings.forget(file);
      return released;
    });
  }

  remove(names: string[]): string[] {
    return this.#change(() =>
      names.filter((name) => {
        const row = this.#names.row(name);
        if (row === undefined) return false;
        this.#works.change([row], [], () => this.#removePaper(row, this.#paper(row)));
        return true;
      }),
    );
  }

  correct(name: string, word: PersonsWord): string {
    return this.#change(() => {
      const [row] = this.#named([name]) as [number];
      const before = this.#paper(row);
      const { file, reading } = this.#readings.of(PERSON);
      const records = withWord(this.#recordsOf(row, before), { id: before.id, file, nth: 1, reading }, word);
      this.#works.change([row], [], () => this.#rewrite(row, before, records));
      return before.id;
    });
  }

  keep(name: string, { note, ...said }: Partial<Kept>): string {
    return this.#change(() => {
      const [row] = this.#named([name]) as [number];
      this.#keep(row, { ...this.#kept.of(row), ...said, ...(note !== undefined && { note: notedText(note) }) });
      return this.#paper(row).id;
    });
  }

  pending(limit: number, after?: Key): PendingPaper[] {
    const row = after === undefined ? 0 : this.#keys.row(after);
    return this.#statements.pending
      .all({ row, limit, space: this.#space })
      .map(({ row, ...paper }) => ({ key: this.#keys.of(row), text: embeddedText(paper) }));
  }

  pendingCount(): number {
    return this.#statements.pendingCount.get(this.#space)!;
  }

  storeVectors(vectors: { key: Key; embedding: Embedding }[]): void {
    this.#change(() => {
      for (const { key, embedding } of vectors) {
        const { vector, tokens, truncated } = embedding;
        const row = this.#keys.row(key);
        if (vector.length !== this.model.dimensions || !vector.every(Number.isFinite)) {
          throw new AkinError(
            'embedding-failed',
            `the vector of paper ${row} is not ${this.model.dimensions} finite numbers`,
          );
        }
        const bytes = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
        const { changes } = this.#statements.insertVector.run({
          ...{ row, tokens, truncated: Number(truncated), vector: bytes, space: this.#space },
        });
        if (changes > 0 && this.#works.compare(row)) this.#works.regroup([row]);
      }
    });
  }

  join(names: string[]): string[] {
    return this.#change(() => {
      const rows = this.#named(names);
      if (new Set(rows).size < 2) {
        throw new AkinError('invalid-argument', `${names.join(' ')} names one paper`, {
          hint: 'name two papers or more that are versions of one work',
        });
      }
      this.#works.join(rows);
      return this.#works.versions(rows[0]!).map((row) => this.#paper(row).id);
    });
  }

  split(names: string[]): string[] {
    return this.#change(() => {
      const rows = this.#named(names).filter((row) => this.#works.versions(row).length > 1);
      this.#works.split(rows);
      return rows.map((row) => this.#paper(row).id);
    });
  }

  setSettings(settings: LibrarySettings): void {
    const set = this.#db.prepare<[string]>("INSERT OR REPLACE INTO meta (key, value) VALUES ('settings', ?)");
    this.#change(() => set.run(JSON.stringify(settings)));
  }

  cursor(key: string): string | undefined {
    return this.#db.prepare<[string], string>('SELECT value FROM meta WHERE key = ?').pluck().get(`cursor ${key}`);
  }

  /** Gives the space of removed papers and outdated vectors back to the disk, and makes graphs be built anew. */
  compact(): void {
    this.#db.transaction(() => {
      const last = this.#db.prepare('SELECT max(sequence) FROM forgotten').pluck().get() as number | null;
      if (last !== null) {
        this.#db.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES ('forgotten trimmed', ?)").run(String(last));
        this.#db.exec('DELETE FROM forgotten');
      }
      this.#db.exec('DELETE FROM altered');
      this.#db.exec('DELETE FROM facets WHERE facet NOT IN (SELECT facet FROM paper_facets)');
      this.#facets.forget();
      this.#db.exec("INSERT INTO words (words) VALUES ('optimize')");
    })();
    // Here it is the whole library, which need not fit into memory: a file without a name, gone with the process.
    this.#db.pragma('temp_store = FILE');
    this.#db.exec('VACUUM');
    this.#db.pragma('temp_store = MEMORY');
    this.#db.pragma('wal_checkpoint(TRUNCATE)');
    removeGraphs(this.#folder);
  }

  close(): void {
    const isUseless = this.#isBare && this.#wasFull;
    if (!isUseless) {
      this.#statements.trimAltered.run(ALTERATIONS_KEPT);
      this.#db.pragma('optimize');
      // SQLite does so by itself only where nobody else has it open; and people copy the one file.
      this.#db.pragma('wal_checkpoint');
    }
    this.#db.close();
    this.#letGo(isUseless);
  }

  /** Gives the lock back; before that, removes a library that was made here and that nothing could be put into. */
  #letGo(isUseless: boolean): void {
    if (isUseless) {
      const parts = ['', '-wal', '-shm'].map((part) => LIBRARY_FILE + part);
      if (this.#madeFolder) parts.push(WRITER_LOCK, `${WRITER_LOCK}-journal`, `${WRITER_LOCK}.holder`);
      try {
        for (const part of parts) rmSync(path.join(this.#folder, part), { force: true });
        if (this.#madeFolder) rmdirSync(this.#folder);
      } catch {
        // Why it is of no use was said; what is left of it is in nobody's way.
      }
    }
    this.#lock.release();
  }

  /** One transaction: all of what is made, or nothing. */
  #whole<T>(make: () => T): T {
    try {
      const made = this.#db.transaction(() => {
        const made = make();
        this.#words.write();
        return made;
      })();
      this.#isBare = false;
      return made;
    } catch (error) {
      this.#wasFull ||= refusalOf(error)?.code === 'disk-full';
      this.#words.forget();
      this.#facets.forget();
      throw error;
    }
  }

  /** The same; the library is in another state after it, if anything was changed. */
  #change<T>(make: () => T): T {
    return this.#whole(() => {
      const before = this.#statements.changes.get();
      const made = make();
      if (this.#statements.changes.get() !== before) this.#statements.revise.run();
      return made;
    });
  }

  #setCursor({ key, at }: { key: string; at: string | null }): void {
    if (at === null) this.#db.prepare('DELETE FROM meta WHERE key = ?').run(`cursor ${key}`);
    else this.#db.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)').run(`cursor ${key}`, at);
  }

  /** The rows of papers that a person names. @throws AkinError `not-found`. */
  #named(names: string[]): number[] {
    return names.map((name) => {
      const row = this.#names.row(name);
      if (row === undefined) throw new AkinError('not-found', `no paper has the id "${name}"`, { field: 'id' });
      return row;
    });
  }

  /** Finds the paper that a record is of, if there is one, and makes it say what the record says. */
  #put(record: Paper, place: Place): PutOutcome {
    const verdict = judgedRecord(record, place, surroundings(record, place, this.#statements, this.#names, this.#keys));
    switch (verdict.is) {
      case 'repeated':
        return 'unchanged';
      case 'seen':
        this.#statements.seeRecord.run({ ...verdict.name, reading: Number(place.reading) });
        return 'unchanged';
      case 'anothers':
        return this.#put({ ...record, id: verdict.id }, place);
      case 'copy':
        this.#statements.copyRecord.run({ ...verdict.name, reading: Number(place.reading), hash: verdict.hash });
        return 'unchanged';
      case 'new':
        this.#add({ ...verdict.name, reading: place.reading, hash: verdict.hash, paper: record });
        return 'added';
      case 'record': {
        const now = { ...verdict.name, reading: place.reading, hash: verdict.hash, paper: record };
        const [row, ...others] = verdict.of.map((key) => this.#keys.row(key)) as [number, ...number[]];
        this.#merge(row, others, now);
        return verdict.wasKnown ? 'changed' : 'duplicate';
      }
    }
  }

  /** Adds a paper that one record is of. A person may have judged it before it was removed. */
  #add(record: StoredRecord): void {
    const { paper } = record;
    this.#works.change([], namesIn(paper), () => {
      const row = Number(this.#statements.insertPaper.run(columnsOf(paper)).lastInsertRowid);
      this.#words.note(row, null, paper);
      this.#addIdentifiers(paper, row);
      this.#facets.add(row, paper);
      this.#surnames.add(row, paper);
      this.#addRecord(row, record, null);
      this.#kept.comeAgain(row, paper);
    });
  }

  /** Makes the paper of a row say what was said of it and of others that are the same paper, and what a record says now. */
  #merge(row: number, others: number[], now: StoredRecord): void {
    const papers = new Map([row, ...others].map((each) => [each, this.#paper(each)]));
    const records = Array.from(papers, ([each, paper]) => this.#recordsOf(each, paper)).flat();
    this.#works.change([row, ...others], namesIn(now.paper), () => {
      this.#keep(row, keptTogether([this.#kept.of(row), ...others.map((other) => this.#kept.takeFrom(other))]));
      for (const other of others) this.#deletePaper(other, papers.get(other)!);
      this.#rewrite(row, papers.get(row)!, withRecord(records, now));
      if (this.#kept.comeAgain(row, now.paper)) this.#statements.noteAltered.run(row);
    });
  }

  /** Takes records from a paper and, if it has no other, the paper. @param released counts what is gone with them. */
  #releaseFrom(row: number, names: RecordName[], released: Released): void {
    const before = this.#paper(row);
    const all = this.#recordsOf(row, before);
    const left = all.filter((record) => !names.some((name) => isNamed(record, name)));
    const said = new Set(left.map(({ hash }) => hash));
    released.records += new Set(all.map(({ hash }) => hash).filter((hash) => !said.has(hash))).size;
    if (!makePaper(left)) released.papers++;
    this.#works.change([row], [], () => {
      if (makePaper(left)) this.#rewrite(row, before, left);
      else this.#removePaper(row, before);
    });
  }

  /** What the paper in a row says. */
  #paper(row: number): Paper {
    return paperFrom(this.#statements.paper.get(row)!);
  }

  /** The records of a row, in the order in which they came. @param paper what the row says. */
  #recordsOf(row: number, paper: Paper): StoredRecord[] {
    return this.#statements.recordsOf.all(row).map(({ data, reading, ...record }) => ({
      ...record,
      reading: String(reading),
      paper: data === null ? { ...paper, id: record.id } : (JSON.parse(data) as Paper),
    }));
  }

  /** Makes the paper of a row what its records say. It keeps its id, whichever of them it was from. */
  #rewrite(row: number, before: Paper, records: StoredRecord[]): void {
    const { paper, said } = mergedFrom(records);
    this.#statements.deleteIdentifiers.run(row);
    for (const record of said) this.#addIdentifiers(record, row);
    this.#statements.deleteRecords.run(row);
    for (const record of records) this.#addRecord(row, record, said.length === 1 ? null : JSON.stringify(record.paper));
    const columns = columnsOf({ ...paper, id: before.id });
    if (isDeepStrictEqual(columns, columnsOf(before))) return;
    this.#statements.updatePaper.run({ ...columns, row });
    this.#statements.noteAltered.run(row);
    this.#words.note(row, before, paper);
    if (embeddedText(paper) !== embeddedText(before)) this.#statements.deleteVectors.run(row);
    this.#facets.replace(row, paper);
    this.#surnames.replace(row, paper);
    this.#works.compare(row);
  }

  /** @param data what it says, where that is not what the paper says. */
  #addRecord(row: number, { paper: _, reading, ...record }: StoredRecord, data: string | null): void {
    this.#statements.insertRecord.run({ ...record, reading: Number(reading), paper: row, data });
  }

  /** Keeps something else of the paper of a row. */
  #keep(row: number, kept: Kept): void {
    if (this.#kept.put(row, kept)) this.#statements.noteAltered.run(row);
  }

  /** Removes a row whose paper is gone; what a person keeps of it waits until it comes again. @param before what it says. */
  #removePaper(row: number, before: Paper): void {
    this.#kept.wait(row, before, (each) => this.#works.namesOf(each));
    this.#deletePaper(row, before);
  }

  /** Removes a row and everything that hangs on it. @param before what it says. */
  #deletePaper(row: number, before: Pick<Paper, 'title' | 'abstract'>): void {
    this.#statements.deletePaper.run(row);
    this.#statements.noteAltered.run(row);
    this.#words.note(row, before, null);
  }

  /** A paper goes by the identifiers of all its records: preprint and published version have each a DOI. */
  #addIdentifiers({ ids }: Paper, row: number): void {
    for (const [kind, value] of Object.entries(ids)) this.#statements.insertIdentifier.run(kind, value, row);
  }
}

function otherModel(folder: string, its: Model, wanted: Model): AkinError {
  return new AkinError('model-mismatch', `the library in ${folder} is of ${its.name}, not ${wanted.name}`, {
    hint: `leave --model out to go on with ${its.name}, or build another library: akin add --index DIR --model ${wanted.name} FILE…`,
    field: 'model',
  });
}
