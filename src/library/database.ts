/** The SQLite file that is the truth: its tables, how it is opened, and which files are refused. */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { findModel, type Model } from '../embedding/models.ts';
import { AkinError } from '../errors.ts';
import type { LibrarySettings } from './library.ts';

export const LIBRARY_FILE = 'library.sqlite';
/** Raised when a file written by this code can't be read by older code. Kept in SQLite's `user_version`. */
export const LIBRARY_FORMAT = 2;
/** "akin" in ASCII, kept in SQLite's `application_id`. */
const APPLICATION_ID = 0x616b696e;

/**
 * Pages (of 8 KiB) the log takes up before they are brought into the database: 32 MiB. A transaction changes a thousand
 * pages of a large library, mostly those that the one before changed; brought in after each (SQLite's own bound) they are
 * written twice every time.
 */
const CHECKPOINT_PAGES = 4096;

/** How the full text index takes texts apart: at what is no letter, digit or mark, without diacritics, English stems. */
export const TOKENIZER = 'porter unicode61 remove_diacritics 2';

/*
 * papers       one row a paper, as people see it
 * records      what the sources said, each record of each file: `key` is the record's own id, `nth` tells apart those that
 *              a file has of one id, `reading` is the last reading of the file that found it. `data` is null while all
 *              records of a paper say the same, because then the paper says it
 * identifiers  which paper a DOI, an arXiv id, … names
 * words        full text index over papers; see indexed-words.ts
 * facets       every year, author, venue, category and collection that papers have, once; see facets.ts
 * vectors      `label` names the vector in the graph; a new vector always gets a new label, so the graph never updates
 * forgotten    labels whose vector is gone, in the order they went, for graphs that are older
 * blocks       keys under which papers that have a vector are looked up to be compared (see works.ts)
 * links        pairs that the rule holds for versions of one work; `one` is the lower row
 * judgements   pairs of ids of records that a person said are one work (same = 1) or are not (0); each both ways round,
 *              the later one with the higher sequence
 * works        papers that have other versions, and which one leads; a paper that stands alone is not here
 * files        what each file was when it was read last (see files.ts); standard input and online services are here too
 * meta         id of the library, its model, how often it was changed (`revision`), what was set for it (`settings`, JSON), …
 */
const RECORDS = `
CREATE TABLE records (
  sequence INTEGER PRIMARY KEY,
  key TEXT NOT NULL,
  file INTEGER NOT NULL,
  nth INTEGER NOT NULL,
  reading INTEGER NOT NULL,
  paper INTEGER NOT NULL REFERENCES papers (row) ON DELETE CASCADE,
  hash TEXT NOT NULL,
  data TEXT,
  UNIQUE (key, file, nth)
) STRICT;
CREATE INDEX records_by_paper ON records (paper);
CREATE INDEX records_by_file ON records (file, reading);
`;
const SCHEMA = `
CREATE TABLE papers (
  row INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  abstract TEXT NOT NULL,
  authors TEXT NOT NULL,
  year INTEGER,
  venue TEXT,
  url TEXT,
  ids TEXT NOT NULL,
  categories TEXT NOT NULL,
  extra TEXT NOT NULL
) STRICT;
${RECORDS}
CREATE TABLE identifiers (
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  paper INTEGER NOT NULL REFERENCES papers (row) ON DELETE CASCADE,
  PRIMARY KEY (kind, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX identifiers_by_paper ON identifiers (paper);
CREATE TABLE facets (
  facet INTEGER PRIMARY KEY,
  field TEXT NOT NULL,
  folded TEXT NOT NULL,
  name TEXT NOT NULL,
  UNIQUE (field, folded)
) STRICT;
CREATE TABLE paper_facets (
  facet INTEGER NOT NULL REFERENCES facets (facet),
  paper INTEGER NOT NULL REFERENCES papers (row) ON DELETE CASCADE,
  PRIMARY KEY (facet, paper)
) STRICT, WITHOUT ROWID;
CREATE INDEX paper_facets_by_paper ON paper_facets (paper);
CREATE INDEX papers_with_title ON papers (row) WHERE title <> '';
CREATE INDEX papers_with_abstract ON papers (row) WHERE abstract <> '';
CREATE INDEX papers_with_url ON papers (row) WHERE url IS NOT NULL;
CREATE VIRTUAL TABLE words USING fts5 (
  title, abstract, content = 'papers', content_rowid = 'row', tokenize = '${TOKENIZER}'
);
CREATE TABLE vectors (
  label INTEGER PRIMARY KEY AUTOINCREMENT CHECK (label < 4294967295),
  paper INTEGER NOT NULL UNIQUE REFERENCES papers (row) ON DELETE CASCADE,
  tokens INTEGER NOT NULL,
  truncated INTEGER NOT NULL,
  vector BLOB NOT NULL
) STRICT;
CREATE TABLE forgotten (sequence INTEGER PRIMARY KEY AUTOINCREMENT, label INTEGER NOT NULL) STRICT;
CREATE TRIGGER vector_forgotten AFTER DELETE ON vectors BEGIN
  INSERT INTO forgotten (label) VALUES (old.label);
END;
CREATE TABLE files (
  file INTEGER PRIMARY KEY AUTOINCREMENT,
  path TEXT NOT NULL UNIQUE,
  mount TEXT NOT NULL,
  begun INTEGER NOT NULL,
  ended INTEGER NOT NULL,
  stamp TEXT,
  hash TEXT,
  manner TEXT,
  read_at INTEGER,
  invalid TEXT NOT NULL,
  doubt TEXT
) STRICT;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE blocks (
  key INTEGER NOT NULL,
  paper INTEGER NOT NULL REFERENCES vectors (paper) ON DELETE CASCADE,
  PRIMARY KEY (key, paper)
) STRICT, WITHOUT ROWID;
CREATE INDEX blocks_by_paper ON blocks (paper);
CREATE TABLE links (
  one INTEGER NOT NULL REFERENCES vectors (paper) ON DELETE CASCADE,
  other INTEGER NOT NULL REFERENCES vectors (paper) ON DELETE CASCADE,
  cosine REAL NOT NULL,
  PRIMARY KEY (one, other)
) STRICT, WITHOUT ROWID;
CREATE INDEX links_by_other ON links (other);
CREATE TABLE judgements (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  one TEXT NOT NULL,
  other TEXT NOT NULL,
  same INTEGER NOT NULL,
  UNIQUE (one, other)
) STRICT;
CREATE TABLE works (
  paper INTEGER PRIMARY KEY REFERENCES papers (row) ON DELETE CASCADE,
  leader INTEGER NOT NULL
) STRICT;
CREATE INDEX works_by_leader ON works (leader);
`;
/** From format 1, where a record was of no file, and `held` told which files had it; file 0 stood for what is none. */
const FROM_1 = `
ALTER TABLE records RENAME TO old;
DROP INDEX records_by_paper;
${RECORDS}
INSERT INTO records (key, file, nth, reading, paper, hash, data)
  SELECT key, coalesce(file, 0), 1, coalesce(reading, 0), paper, hash, data FROM old LEFT JOIN held USING (key)
  ORDER BY sequence;
DROP TABLE old;
DROP TABLE held;
`;

export interface OpenDatabase {
  db: Database.Database;
  /** Random, made with the library; a graph that carries another belongs to another library. */
  libraryId: string;
  model: Model;
}

/**
 * Opens a library's database for reading.
 * @throws AkinError `library-missing`, `library-foreign`, `library-newer`, `library-damaged`, `model-mismatch`.
 */
export function openForReading(folder: string): OpenDatabase {
  const file = path.join(folder, LIBRARY_FILE);
  if (!existsSync(file) || statSync(file).size === 0) throw missing(folder);
  const db = connected(file, { readonly: true });
  try {
    if (isEmpty(db)) throw missing(folder); // Its making was interrupted, or is under way.
  } catch (error) {
    db.close();
    throw error instanceof AkinError ? error : damaged(file, error);
  }
  return opened(file, db);
}

/**
 * Opens a library's database for writing; makes it, for `model`, if there is none.
 * @throws AkinError as `openForReading`.
 */
export function openForWriting(folder: string, model: Model): OpenDatabase {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, LIBRARY_FILE);
  const db = connected(file, {});
  try {
    if (isEmpty(db)) create(db, model);
  } catch (error) {
    db.close();
    throw damaged(file, error);
  }
  const open = opened(file, db);
  // FULL: what was reported as stored survives a power cut, not only a killed process.
  db.pragma('synchronous = FULL');
  db.pragma('foreign_keys = ON');
  db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  return open;
}

/** What was set for a library; see `LibrarySettings`. */
export function settingsOf(db: Database.Database): LibrarySettings {
  const stored = db.prepare<[], string>("SELECT value FROM meta WHERE key = 'settings'").pluck().get();
  return stored === undefined ? {} : (JSON.parse(stored) as LibrarySettings);
}

function connected(file: string, options: Database.Options): Database.Database {
  try {
    const db = new Database(file, { timeout: 10_000, ...options });
    db.pragma('cache_size = -65536');
    db.pragma('mmap_size = 1073741824');
    return db;
  } catch (error) {
    throw damaged(file, error);
  }
}

function create(db: Database.Database, model: Model): void {
  db.pragma('page_size = 8192'); // Five 384-float vectors a page; with 4096 a quarter of the file would be gaps.
  db.pragma('journal_mode = WAL');
  db.transaction(() => {
    db.exec(SCHEMA);
    const set = db.prepare('INSERT INTO meta (key, value) VALUES (?, ?)');
    set.run('library', randomUUID());
    set.run('model', model.name);
    set.run('fingerprint', model.fingerprint);
    set.run('dimensions', String(model.dimensions));
    set.run('revision', '0');
    db.pragma(`application_id = ${APPLICATION_ID}`);
    db.pragma(`user_version = ${LIBRARY_FORMAT}`);
  })();
}

function isEmpty(db: Database.Database): boolean {
  return db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() === 0;
}

function opened(file: string, db: Database.Database): OpenDatabase {
  try {
    if (db.pragma('application_id', { simple: true }) !== APPLICATION_ID) {
      throw new AkinError('library-foreign', `${file} is a database of another program`, {
        hint: 'choose another folder with --index DIR',
      });
    }
    const format = db.pragma('user_version', { simple: true }) as number;
    if (format > LIBRARY_FORMAT) {
      throw new AkinError('library-newer', `${file} has format ${format}; this akin reads up to ${LIBRARY_FORMAT}`, {
        hint: 'update akin: git pull && npm ci',
      });
    }
    if (format < LIBRARY_FORMAT) upgrade(file);
    const meta = new Map(db.prepare('SELECT key, value FROM meta').raw().all() as [string, string][]);
    const model = findModel(meta.get('model')!);
    if (model.fingerprint !== meta.get('fingerprint')) {
      throw new AkinError('model-mismatch', `${file} holds vectors of another version of ${model.name}`, {
        hint: 'embed again into a new folder: akin add --index NEW FILE…, or use the akin that made it',
      });
    }
    return { db, libraryId: meta.get('library')!, model };
  } catch (error) {
    db.close();
    throw error instanceof AkinError ? error : damaged(file, error);
  }
}

/** Brings a library into today's format, whoever opens it first. */
function upgrade(file: string): void {
  const db = connected(file, {});
  try {
    db.transaction(() => {
      if ((db.pragma('user_version', { simple: true }) as number) >= LIBRARY_FORMAT) return;
      db.exec(FROM_1);
      db.pragma(`user_version = ${LIBRARY_FORMAT}`);
    }).immediate();
  } finally {
    db.close();
  }
}

function missing(folder: string): AkinError {
  return new AkinError('library-missing', `there is no library in ${folder}`, {
    hint: `make one: akin add --index ${folder} FILE…`,
  });
}

function damaged(file: string, error: unknown): AkinError {
  return new AkinError('library-damaged', `${file} can't be read: ${(error as Error).message}`, {
    hint: `restore it from a copy, or move it away and build it again; "akin doctor" says what is wrong`,
    cause: error,
  });
}
