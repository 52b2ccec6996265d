/**
 * Which files were read, what they were then, and which records each of them holds: what keeps a library in step with
 * files that change.
 *
 * Every reading of a file has a number, and every record that of the last reading of its file which found it. So what a
 * file no longer holds is what its last whole reading left behind. Whether that is believed is another question: where the
 * reading met something it could not read, the file is in doubt, and nothing it left behind may be removed for it.
 */
import { createHash } from 'node:crypto';
import { isAbsolute } from 'node:path';
import type Database from 'better-sqlite3';

/** One reading of one file, or of what is none. */
export interface Reading {
  file: number;
  number: number;
  /** It is of standard input, which may be another thing at every reading. */
  isAnything?: boolean;
}

/** The name of standard input. */
export const STANDARD_INPUT = '-';

/** What is known of a file from its last reading that came to its end. */
export interface FileRead {
  file: number;
  /** Absolute. */
  path: string;
  /** The folder at which the drive of the file was mounted. */
  mount: string;
  /** What the file system said of it (see sources/file-state.ts); null: it has to be read again. */
  stamp: string | null;
  /** SHA-256 of its bytes. */
  hash: string | null;
  /** How it was read: a format that was forced, names of columns. */
  manner: string | null;
  /** Milliseconds since 1970. */
  readAt: number | null;
  /** Why records that the last reading did not find may be there all the same; null: they are gone. */
  doubt: string | null;
  /** Records it held at its last reading or at one before. */
  held: number;
  /** Those of them that the last reading did not find. */
  missing: number;
}

/** How a reading ended. */
export interface ReadingEnd {
  /** Null where the file changed while it was read, or could not be read. */
  stamp: string | null;
  hash: string | null;
  manner: string;
  readAt: number;
  /** The records that were read but are no papers, each told from the others by a text. */
  invalid: string[];
  /** Why records may have been missed, if they may. */
  trouble: string | null;
}

/** What became of the records that a file no longer holds. */
export interface Released {
  /** Records that were removed, and that no other file says as they were. */
  records: number;
  /** Papers that went with them. */
  papers: number;
}

/** What a record is known by: its id, its file, and its place, from 1 on, among those that the file has of that id. */
export interface RecordName {
  key: string;
  file: number;
  nth: number;
}

/** The table `files` of a library's database. On one that is open for reading, only reading methods work. */
export class FilesRead {
  readonly #statements;

  constructor(db: Database.Database) {
    this.#statements = {
      all: db.prepare<[], FileRead>(
        `SELECT file, path, mount, stamp, hash, manner, read_at AS readAt, doubt,
           (SELECT count(*) FROM records WHERE records.file = files.file) AS held,
           (SELECT count(*) FROM records WHERE records.file = files.file AND reading < ended) AS missing
         FROM files ORDER BY path`,
      ),
      waiting: db
        .prepare<[string], number>(
          `SELECT count(*) FROM files JOIN records USING (file)
           WHERE path = ? AND NOT EXISTS (SELECT 1 FROM vectors WHERE vectors.paper = records.paper)`,
        )
        .pluck(),
      begin: db.prepare<[string, string], Reading>(
        `INSERT INTO files (path, mount, begun, ended, invalid) VALUES (?, ?, 1, 0, '[]')
         ON CONFLICT (path) DO UPDATE SET mount = excluded.mount, begun = begun + 1
         RETURNING file, begun AS number`,
      ),
      missing: db
        .prepare<[Reading], number>('SELECT count(*) FROM records WHERE file = :file AND reading < :number')
        .pluck(),
      invalid: db.prepare<[number], string>('SELECT invalid FROM files WHERE file = ?').pluck(),
      end: db.prepare<[object]>(
        `UPDATE files SET ended = :number, stamp = :stamp, hash = :hash, manner = :manner, read_at = :readAt,
           invalid = :invalid, doubt = :doubt WHERE file = :file`,
      ),
      confirm: db.prepare<[object]>('UPDATE files SET stamp = :stamp, read_at = :readAt WHERE file = :file'),
      fileAt: db.prepare<[string], { file: number; ended: number }>('SELECT file, ended FROM files WHERE path = ?'),
      before: db.prepare<[number, number], RecordName>(
        'SELECT key, file, nth FROM records WHERE file = ? AND reading < ?',
      ),
      forget: db.prepare<[string]>('DELETE FROM files WHERE path = ?'),
    };
  }

  /** Every file that was read, in the order of paths. */
  all(): FileRead[] {
    return this.#statements.all.all().filter(({ path }) => isAbsolute(path));
  }

  /** How many of the records of a file (by its absolute path) belong to papers that wait for their vector. */
  waiting(path: string): number {
    return this.#statements.waiting.get(path)!;
  }

  /** Begins a reading of the file at an absolute path, or of what is none and has a name that is no such path. */
  begin(path: string, mount: string): Reading {
    return { ...this.#statements.begin.get(path, mount)!, isAnything: path === STANDARD_INPUT };
  }

  /**
   * Ends a reading that came to the end of its file. Where it missed records that the file held before, it is doubted if
   * there was trouble, or an invalid record which is new: that may be one of the missing. (A record that was invalid when
   * the file was believed last never was a paper, so it stands for none.)
   */
  end(reading: Reading, { invalid, trouble, ...what }: ReadingEnd): void {
    const known = JSON.parse(this.#statements.invalid.get(reading.file)!) as string[];
    const marks = invalid.map((text) => createHash('sha256').update(text).digest('hex').slice(0, 16));
    const fresh = marks.length - sharedCount(known, marks);
    const isMissing = this.#statements.missing.get(reading)! > 0;
    const why = trouble ?? (fresh > 0 ? `${fresh} of its records could not be taken in` : null);
    const doubt = isMissing ? why : null;
    this.#statements.end.run({ ...reading, ...what, doubt, invalid: JSON.stringify(doubt === null ? marks : known) });
  }

  /** Notes that a file which was touched is, byte for byte, still what was read. */
  confirm(file: number, stamp: string, readAt: number): void {
    this.#statements.confirm.run({ file, stamp, readAt });
  }

  /** The records of a file that its last reading did not find, or all. */
  recordsOf(path: string, which: 'missing' | 'all'): RecordName[] {
    const known = this.#statements.fileAt.get(path);
    if (!known) return [];
    return this.#statements.before.all(known.file, which === 'all' ? Number.MAX_SAFE_INTEGER : known.ended);
  }

  /** Forgets a file, of which no records are left. */
  forget(path: string): void {
    this.#statements.forget.run(path);
  }
}

/** How many of `marks` are among `known`, each of which counts once. */
function sharedCount(known: string[], marks: string[]): number {
  const left = new Map<string, number>();
  for (const mark of known) left.set(mark, (left.get(mark) ?? 0) + 1);
  return marks.filter((mark) => {
    const count = left.get(mark) ?? 0;
    left.set(mark, count - 1);
    return count > 0;
  }).length;
}
