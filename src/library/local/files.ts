/** What is known of the files that were read (see ../files.ts), as the tables `files` and `records` have it. */
import { isAbsolute } from 'node:path';
import type Database from 'better-sqlite3';
import { judgedReading, STANDARD_INPUT, type FileRead, type Origin, type ReadingEnd } from '../files.ts';
import type { Place, RecordName } from '../records.ts';

/** A reading of a file: the how manieth it is. */
export interface Reading {
  file: number;
  number: number;
}

/** The reading side. */
export class FilesRead {
  readonly #all: Database.Statement<[number], FileRead>;
  readonly #space: number;

  constructor(db: Database.Database, space: number) {
    this.#space = space;
    this.#all = db.prepare(
      `WITH pending AS (
         SELECT records.file, count(*) AS waiting FROM papers JOIN records ON paper = row
         WHERE NOT EXISTS (SELECT 1 FROM vectors WHERE vectors.paper = row AND space = ?) GROUP BY records.file
       )
       SELECT path, mount, stamp, hash, manner, read_at AS readAt, doubt,
         (SELECT count(*) FROM records WHERE records.file = files.file) AS held,
         (SELECT count(*) FROM records WHERE records.file = files.file AND reading < ended) AS missing,
         coalesce(waiting, 0) AS waiting
       FROM files LEFT JOIN pending USING (file) ORDER BY path`,
    );
  }

  /** Every file that was read, in the order of paths; what is no file can't be read again. */
  all(): FileRead[] {
    return this.#all.all(this.#space).filter(({ path }) => isAbsolute(path));
  }
}

/** The writer's side. Every method belongs into the caller's transaction. */
export class FileReadings {
  readonly #statements;

  constructor(db: Database.Database) {
    this.#statements = {
      goOn: db.prepare<[Origin], Reading>(
        `UPDATE files SET mount = :mount, reading = :reading, begun = begun + (reading IS NOT :reading)
         WHERE path = :path RETURNING file, begun AS number`,
      ),
      begin: db.prepare<[Origin], Reading>(
        `INSERT INTO files (path, mount, reading, begun, ended, invalid) VALUES (:path, :mount, :reading, 1, 0, '[]')
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
      confirm: db.prepare<[Pick<FileRead, 'path' | 'stamp' | 'readAt'>]>(
        'UPDATE files SET stamp = :stamp, read_at = :readAt WHERE path = :path',
      ),
      fileAt: db.prepare<[string], { file: number; ended: number }>('SELECT file, ended FROM files WHERE path = ?'),
      before: db.prepare<[number, number], RecordName & { row: number }>(
        'SELECT key AS id, file, nth, paper AS row FROM records WHERE file = ? AND reading < ? ORDER BY paper',
      ),
      forget: db.prepare<[string]>('DELETE FROM files WHERE path = ?'),
    };
  }

  /** The reading that an origin names: it begins, or goes on. */
  of(origin: Origin): Reading & Place {
    const { path, mount, reading, refusesOthers } = origin;
    const named = { path, mount, reading };
    // Not as one statement: that would use up a number each time, and files are numbered one after the other.
    const found = this.#statements.goOn.get(named) ?? this.#statements.begin.get(named)!;
    return { ...found, reading: String(found.number), isAnything: path === STANDARD_INPUT, refusesOthers };
  }

  /** Ends a reading that came to the end of its file. */
  end({ file, number }: Reading, { invalid: texts, trouble, ...what }: ReadingEnd): void {
    const known = JSON.parse(this.#statements.invalid.get(file)!) as string[];
    const isMissing = this.#statements.missing.get({ file, number })! > 0;
    const { doubt, invalid } = judgedReading({ invalid: texts, trouble }, known, isMissing);
    this.#statements.end.run({ file, number, ...what, doubt, invalid: JSON.stringify(invalid) });
  }

  /** See `LibraryWriter.confirm`. */
  confirm({ path, stamp, readAt }: Pick<FileRead, 'path' | 'stamp' | 'readAt'>): void {
    this.#statements.confirm.run({ path, stamp, readAt });
  }

  /** The records of a file that its last reading did not find, or all, by the rows of their papers. */
  recordsOf(path: string, which: 'missing' | 'all'): Map<number, RecordName[]> {
    const records = new Map<number, RecordName[]>();
    const known = this.#statements.fileAt.get(path);
    if (!known) return records;
    const last = which === 'all' ? Number.MAX_SAFE_INTEGER : known.ended;
    for (const { row, ...name } of this.#statements.before.all(known.file, last)) {
      const ofPaper = records.get(row);
      if (ofPaper) ofPaper.push(name);
      else records.set(row, [name]);
    }
    return records;
  }

  /** Forgets a file, of which no records are left. */
  forget(path: string): void {
    this.#statements.forget.run(path);
  }
}
