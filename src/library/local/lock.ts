/**
 * A lock between processes that the operating system takes back when its holder dies, `kill -9` included: an open
 * write transaction on a small SQLite file made for nothing else.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { AkinError } from '../../errors.ts';

export class FileLock {
  readonly #db: Database.Database;

  private constructor(db: Database.Database) {
    this.#db = db;
  }

  /**
   * Takes the lock, waiting at most `waitMs` for it.
   * @param purpose what the holder does, told to whoever finds the lock taken.
   * @throws AkinError `library-locked`, saying who holds it.
   */
  static take(file: string, purpose: string, waitMs: number): FileLock {
    const holderFile = `${file}.holder`;
    const db = new Database(file, { timeout: waitMs });
    try {
      db.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      db.close();
      if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw error;
      throw new AkinError('library-locked', `${file} is held by ${holderOf(holderFile)}`, {
        hint: 'wait until it has finished, or end it; searching goes on meanwhile',
        cause: error,
      });
    }
    try {
      writeFileSync(holderFile, `${purpose} (process ${process.pid}, since ${new Date().toISOString()})`);
    } catch (error) {
      db.close(); // Or nobody could take the lock as long as this process lives.
      throw error;
    }
    return new FileLock(db);
  }

  /** As `take`, but goes on with other work while it waits. */
  static async takeWhenFree(file: string, purpose: string, waitMs: number): Promise<FileLock> {
    for (const end = performance.now() + waitMs; ;) {
      try {
        return FileLock.take(file, purpose, 0);
      } catch (error) {
        if (!(error instanceof AkinError) || performance.now() >= end) throw error;
        await setTimeout(20);
      }
    }
  }

  release(): void {
    this.#db.close();
  }
}

function holderOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return 'another process';
  }
}
