/**
 * Brings a library of an older format into today's, whoever opens it first: in one transaction, so that a process that is
 * killed amid it leaves the library as it was.
 */
import path from 'node:path';
import type Database from 'better-sqlite3';
import { AkinError } from '../../errors.ts';
import { sortTitle } from '../order.ts';
import { indexSurnames } from './indexed-surnames.ts';
import { indexWords } from './indexed-words.ts';
import { FileLock } from './lock.ts';
import { IDENTIFIERS, INDEXES, KEPT, RECORDS, SPACES, SURNAMES, WORDS } from './schema.ts';

/** Raised when a file written by this code can't be read by older code. Kept in SQLite's `user_version`. */
export const LIBRARY_FORMAT = 8;

/** The lock that whoever writes holds. */
export const WRITER_LOCK = 'writer.lock';

/** How long to wait for a writer that may be doing the same. One of older code writes for hours. */
const WAIT_MS = 60_000;

/** A record was of no file, and `held` told which files had it; file 0 stood for what is none. */
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

/** There were vectors of one model only, which `meta` named; and an identifier was of the first paper only that had it. */
const FROM_2 = `
DROP TRIGGER vector_forgotten;
DROP INDEX blocks_by_paper;
DROP INDEX links_by_other;
ALTER TABLE blocks RENAME TO old_blocks;
ALTER TABLE links RENAME TO old_links;
ALTER TABLE vectors RENAME TO old_vectors;
ALTER TABLE forgotten RENAME TO old_forgotten;
${SPACES}
INSERT INTO spaces SELECT 1, model.value, fingerprint.value, CAST(dimensions.value AS INTEGER), 1
  FROM meta AS model, meta AS fingerprint, meta AS dimensions
  WHERE model.key = 'model' AND fingerprint.key = 'fingerprint' AND dimensions.key = 'dimensions';
DELETE FROM meta WHERE key IN ('model', 'fingerprint', 'dimensions');
INSERT INTO vectors SELECT label, 1, paper, tokens, truncated, vector FROM old_vectors ORDER BY label;
INSERT INTO forgotten SELECT sequence, 1, label FROM old_forgotten ORDER BY sequence;
INSERT INTO blocks SELECT key, 1, paper FROM old_blocks ORDER BY key, paper;
INSERT INTO links SELECT one, other, 1, cosine FROM old_links ORDER BY one, other;
-- What was counted goes on from where it was, also where the last ones are gone.
DELETE FROM sqlite_sequence WHERE name IN ('vectors', 'forgotten');
INSERT INTO sqlite_sequence SELECT substr(name, 5), seq FROM sqlite_sequence WHERE name IN ('old_vectors', 'old_forgotten');
DROP TABLE old_blocks;
DROP TABLE old_links;
DROP TABLE old_vectors;
DROP TABLE old_forgotten;
DROP TABLE identifiers;
${IDENTIFIERS}
INSERT OR IGNORE INTO identifiers SELECT each.key, each.value, row FROM papers, json_each(ids) AS each;
INSERT OR IGNORE INTO identifiers SELECT each.key, each.value, paper FROM records, json_each(data, '$.ids') AS each
  WHERE data IS NOT NULL;
ALTER TABLE files ADD COLUMN reading TEXT;
ALTER TABLE papers ADD COLUMN sort_title TEXT;
UPDATE papers SET sort_title = sort_title_of(title);
${INDEXES}
`;

/** Of a name there was only the text. What that does not say, the files do: they are to be read again. */
const FROM_3 = `
ALTER TABLE papers ADD COLUMN names TEXT;
ALTER TABLE files ADD COLUMN nameless INTEGER NOT NULL DEFAULT 0;
UPDATE files SET nameless = begun, stamp = NULL;
`;

/**
 * @param db a connection of its own, that may write.
 * @param isWriter whether the caller holds the writer's lock.
 * @throws AkinError `library-locked` while somebody else writes, who may be an older akin that knows the old format only.
 */
export function upgrade(folder: string, db: Database.Database, isWriter: boolean): void {
  const lock = isWriter ? undefined : lockUnlessUpgraded(folder, db);
  try {
    db.pragma('foreign_keys = OFF'); // Or a table that is dropped takes along what refers to its rows.
    db.function('sort_title_of', { deterministic: true }, (title) => sortTitle(String(title)));
    db.transaction(() => {
      const format = formatOf(db);
      if (format < 2) db.exec(FROM_1);
      if (format < 3) db.exec(FROM_2);
      if (format < 4) db.exec(FROM_3);
      if (format < 5) db.exec(SURNAMES); // Papers could not be called by name.
      if (format < 6) {
        db.exec(`DROP TABLE words; ${WORDS}`); // Its words were those of texts as they are written.
        indexWords(db);
      }
      if (format < 7) {
        db.exec('DELETE FROM surnames'); // There were no acronyms, and of a name without blanks the whole alone.
        indexSurnames(db);
      }
      if (format < 8) db.exec(KEPT); // Nothing could be kept of papers.
      db.pragma(`user_version = ${LIBRARY_FORMAT}`);
    }).immediate();
  } finally {
    lock?.release();
  }
}

export function formatOf(db: Database.Database): number {
  return db.pragma('user_version', { simple: true }) as number;
}

/** Undefined where another one has done it meanwhile. */
function lockUnlessUpgraded(folder: string, db: Database.Database): FileLock | undefined {
  for (const end = performance.now() + WAIT_MS; ;) {
    try {
      return FileLock.take(path.join(folder, WRITER_LOCK), 'bringing the library into a new format', 100);
    } catch (error) {
      if (formatOf(db) >= LIBRARY_FORMAT) return undefined;
      if (!(error instanceof AkinError) || performance.now() >= end) throw error;
    }
  }
}
