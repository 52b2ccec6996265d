/** The SQLite file that is the truth: how it is made and opened, and which files are refused. */
import { randomUUID } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { findModel, type Model } from '../../embedding/models.ts';
import { AkinError } from '../../errors.ts';
import { refusalOf } from '../../faults.ts';
import { isFolder, makeFolder } from '../../places.ts';
import type { LibrarySettings } from '../library.ts';
import { NEW_REVISION, SCHEMA } from './schema.ts';
import { formatOf, LIBRARY_FORMAT, upgrade } from './upgrade.ts';

export const LIBRARY_FILE = 'library.sqlite';
/** "akin" in ASCII, kept in SQLite's `application_id`. */
const APPLICATION_ID = 0x616b696e;

/**
 * Pages (of 8 KiB) the log takes up before they are brought into the database: 32 MiB. A transaction changes a thousand
 * pages of a large library, mostly those that the one before changed; brought in after each (SQLite's own bound) they are
 * written twice every time.
 */
const CHECKPOINT_PAGES = 4096;

export interface OpenDatabase {
  db: Database.Database;
  /** Random, made with the library; a graph that carries another belongs to another library. */
  libraryId: string;
  /** The number of the space in use. */
  space: number;
  /** Its model. */
  model: Model;
}

/**
 * Opens a library's database for reading; brings it into today's format first, if it is older.
 * @throws AkinError `library-missing`, `library-foreign`, `library-newer`, `library-damaged`, `library-locked`,
 *   `model-mismatch`, `model-unknown`.
 */
export function openForReading(folder: string): OpenDatabase {
  return opened(folder, connectedForReading(folder), false);
}

/**
 * Opens a library's database for writing; makes it, for `model`, if there is none. The caller holds the writer's lock.
 * @throws AkinError as `openForReading`.
 */
export function openForWriting(folder: string, model: Model): OpenDatabase {
  makeFolder(folder);
  const file = path.join(folder, LIBRARY_FILE);
  const db = connected(file, {});
  try {
    if (isEmpty(db)) create(db, model);
  } catch (error) {
    db.close();
    throw unusable(file, error);
  }
  const open = opened(folder, db, true);
  // FULL: what was reported as stored survives a power cut, not only a killed process.
  db.pragma('synchronous = FULL');
  db.pragma('foreign_keys = ON');
  db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  return open;
}

/**
 * Looks at a library's file as it is on disk now, and not as somebody who has it open remembers it: its header, its length,
 * and a page of each table.
 * @param isThorough whether to look at every page, which takes a second for some hundred megabytes.
 * @throws AkinError as `openForReading`; `library-damaged` where something can't be read.
 */
export function checkSound(folder: string, isThorough: boolean): void {
  const file = path.join(folder, LIBRARY_FILE);
  const { db } = openForReading(folder);
  try {
    const tables = db
      .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0")
      .pluck();
    for (const table of tables.all()) db.prepare(`SELECT * FROM "${table}" LIMIT 1`).get();
    const fault = isThorough ? (db.pragma('quick_check(1)', { simple: true }) as string) : 'ok';
    if (fault !== 'ok') throw new Error(fault);
  } catch (error) {
    throw unusable(file, error);
  } finally {
    db.close();
  }
}

/** @throws AkinError `library-missing`; `library-foreign` for a file. */
export function mustExist(folder: string): void {
  if (existsSync(folder) && !isFolder(folder)) {
    throw new AkinError('library-foreign', `${folder} is a file, and no folder of a library`, {
      hint: 'name a folder with --index DIR',
      field: 'index',
    });
  }
  const file = path.join(folder, LIBRARY_FILE);
  let bytes: number;
  try {
    bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  } catch (error) {
    throw refusalOf(error, file) ?? missing(folder); // Whether it is there, who may not look into the folder can't tell.
  }
  if (bytes === 0) throw missing(folder);
}

/**
 * The model of the space in use, read without changing anything.
 * @returns undefined where there is no library yet.
 * @throws AkinError as `openForReading`.
 */
export function modelIn(folder: string): Model | undefined {
  const file = path.join(folder, LIBRARY_FILE);
  let db: Database.Database | undefined;
  try {
    db = connectedForReading(folder);
    return modelOf(file, db, checkedFormat(file, db));
  } catch (error) {
    if (error instanceof AkinError && error.code === 'library-missing') return undefined;
    throw unusable(file, error);
  } finally {
    db?.close();
  }
}

/** What was set for a library; see `LibrarySettings`. */
export function settingsOf(db: Database.Database): LibrarySettings {
  const stored = db.prepare<[], string>("SELECT value FROM meta WHERE key = 'settings'").pluck().get();
  return stored === undefined ? {} : (JSON.parse(stored) as LibrarySettings);
}

function connectedForReading(folder: string): Database.Database {
  mustExist(folder);
  const file = path.join(folder, LIBRARY_FILE);
  const db = connected(file, { readonly: true });
  try {
    if (isEmpty(db)) throw missing(folder); // Its making was interrupted, or is under way.
    return db;
  } catch (error) {
    db.close();
    throw unusable(file, error);
  }
}

function connected(file: string, options: Database.Options): Database.Database {
  try {
    const db = new Database(file, { timeout: 10_000, ...options });
    db.pragma('cache_size = -65536');
    // Never mapped into memory: where a file that is mapped is cut, a copy written over it say, the system ends the process.
    db.pragma('mmap_size = 0');
    // What does not fit into a transaction's memory would lie in the temporary folder, which is open to others.
    db.pragma('temp_store = MEMORY');
    return db;
  } catch (error) {
    throw unusable(file, error);
  }
}

function create(db: Database.Database, model: Model): void {
  db.pragma('page_size = 8192'); // Five 384-float vectors a page; with 4096 a quarter of the file would be gaps.
  db.pragma('journal_mode = WAL');
  db.transaction(() => {
    db.exec(SCHEMA);
    db.prepare('INSERT INTO spaces (model, fingerprint, dimensions, in_use) VALUES (?, ?, ?, 1)').run(
      ...[model.name, model.fingerprint, model.dimensions],
    );
    db.prepare("INSERT INTO meta (key, value) VALUES ('library', ?)").run(randomUUID());
    db.exec(`INSERT INTO meta (key, value) VALUES ('revision', ${NEW_REVISION})`);
    db.pragma(`application_id = ${APPLICATION_ID}`);
    db.pragma(`user_version = ${LIBRARY_FORMAT}`);
  })();
}

function isEmpty(db: Database.Database): boolean {
  return db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() === 0;
}

function opened(folder: string, db: Database.Database, isWriter: boolean): OpenDatabase {
  const file = path.join(folder, LIBRARY_FILE);
  try {
    if (checkedFormat(file, db) < LIBRARY_FORMAT) upgraded(folder, file, isWriter);
    const model = modelOf(file, db, LIBRARY_FORMAT);
    const libraryId = db.prepare<[], string>("SELECT value FROM meta WHERE key = 'library'").pluck().get()!;
    const space = db.prepare<[], number>('SELECT space FROM spaces WHERE in_use = 1').pluck().get()!;
    return { db, libraryId, space, model };
  } catch (error) {
    db.close();
    throw unusable(file, error);
  }
}

/** The format of a library's file. @throws AkinError `library-foreign`, `library-newer`. */
function checkedFormat(file: string, db: Database.Database): number {
  if (db.pragma('application_id', { simple: true }) !== APPLICATION_ID) {
    throw new AkinError('library-foreign', `${file} is a database of another program`, {
      hint: 'choose another folder with --index DIR',
    });
  }
  const format = formatOf(db);
  if (format <= LIBRARY_FORMAT) return format;
  throw new AkinError('library-newer', `${file} has format ${format}; this akin reads up to ${LIBRARY_FORMAT}`, {
    hint: 'update akin: git pull && npm ci',
  });
}

function upgraded(folder: string, file: string, isWriter: boolean): void {
  const db = connected(file, {});
  try {
    upgrade(folder, db, isWriter);
  } finally {
    db.close();
  }
}

/** The model that the space in use is of. @throws AkinError `model-unknown`, `model-mismatch`. */
function modelOf(file: string, db: Database.Database, format: number): Model {
  const stored = db
    .prepare<[], { name: string; fingerprint: string }>(
      format < 3
        ? `SELECT model.value AS name, fingerprint.value AS fingerprint FROM meta AS model, meta AS fingerprint
           WHERE model.key = 'model' AND fingerprint.key = 'fingerprint'`
        : 'SELECT model AS name, fingerprint FROM spaces WHERE in_use = 1',
    )
    .get()!;
  const model = findModel(stored.name);
  if (model.fingerprint === stored.fingerprint) return model;
  throw new AkinError('model-mismatch', `${file} holds vectors of another version of ${model.name}`, {
    hint: 'embed again into a new folder: akin add --index NEW FILE…, or use the akin that made it',
  });
}

function missing(folder: string): AkinError {
  return new AkinError('library-missing', `there is no library in ${folder}`, {
    hint: `make one: akin add --index ${folder} FILE…`,
  });
}

/** Why a database is of no use: as it was said already, a fault of the machine, or else one of its own. */
function unusable(file: string, error: unknown): AkinError {
  const refusal = refusalOf(error, file);
  if (refusal) return refusal;
  return new AkinError('library-damaged', `${file} can't be read: ${(error as Error).message}`, {
    hint: `restore it from a copy, or move it away and build it again; "akin doctor" says what is wrong`,
    cause: error,
  });
}
