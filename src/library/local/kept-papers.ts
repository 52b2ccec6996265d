/** What a person keeps of papers, as the writer keeps it: the tables `kept`, `notes`, `waiting` (see ../kept.ts). */
import type Database from 'better-sqlite3';
import type { Paper } from '../../paper.ts';
import { comesAgain, isSomethingKept, keptTogether, namesIn, NOTHING_KEPT, type Kept, type Waiting } from '../kept.ts';
import { indexedText } from '../signs.ts';

/** How it stands in its tables. */
export interface KeptRow extends Omit<Kept, 'starred'> {
  starred: number;
}

export const keptFrom = ({ starred, read, note }: KeptRow): Kept => ({ starred: Boolean(starred), read, note });

/** Every method belongs into the caller's transaction. */
export class KeptPapers {
  readonly #statements;

  constructor(db: Database.Database) {
    this.#statements = {
      kept: db.prepare<[row: number], KeptRow>('SELECT starred, read, note FROM kept WHERE paper = ?'),
      put: db.prepare<[KeptRow & { row: number }]>(
        'INSERT OR REPLACE INTO kept (paper, starred, read, note) VALUES (:row, :starred, :read, :note)',
      ),
      delete: db.prepare<[row: number]>('DELETE FROM kept WHERE paper = ?'),
      insertNote: db.prepare<[row: number, note: string]>('INSERT INTO notes (rowid, note) VALUES (?, ?)'),
      deleteNote: db.prepare<[row: number]>('DELETE FROM notes WHERE rowid = ?'),
      areWaiting: db.prepare<[], number>('SELECT EXISTS (SELECT 1 FROM waiting)').pluck(),
      waitingFor: db.prepare<[names: string], KeptRow & { sequence: number; paper: string; names: string }>(
        `SELECT sequence, paper, starred, read, note,
           (SELECT json_group_array(name) FROM waiting_names WHERE waiting = sequence) AS names
         FROM waiting WHERE sequence IN (
           SELECT waiting FROM waiting_names WHERE name IN (SELECT value FROM json_each(?))
         ) ORDER BY sequence`,
      ),
      insertWaiting: db.prepare<[KeptRow & { paper: string }]>(
        'INSERT INTO waiting (paper, starred, read, note) VALUES (:paper, :starred, :read, :note)',
      ),
      insertName: db.prepare<[name: string, waiting: number | bigint]>(
        'INSERT OR IGNORE INTO waiting_names (name, waiting) VALUES (?, ?)',
      ),
      deleteWaiting: db.prepare<[sequence: number]>('DELETE FROM waiting WHERE sequence = ?'),
    };
  }

  of(row: number): Kept {
    const kept = this.#statements.kept.get(row);
    return kept ? keptFrom(kept) : NOTHING_KEPT;
  }

  /** @returns whether it is something else than before. */
  put(row: number, kept: Kept): boolean {
    const before = this.of(row);
    if (before.starred === kept.starred && before.read === kept.read && before.note === kept.note) return false;
    if (isSomethingKept(kept)) this.#statements.put.run({ row, ...kept, starred: Number(kept.starred) });
    else this.#statements.delete.run(row);
    if (before.note !== kept.note) {
      this.#statements.deleteNote.run(row);
      if (kept.note !== '') this.#statements.insertNote.run(row, indexedText(kept.note));
    }
    return true;
  }

  /** Takes what is kept of a row from it, which is about to go. */
  takeFrom(row: number): Kept {
    const kept = this.of(row);
    this.put(row, NOTHING_KEPT);
    return kept;
  }

  /** Keeps for later what is kept of a paper that is about to go. @param namesOf all that a row goes by. */
  wait(row: number, { title, ids }: Paper, namesOf: (row: number) => string[]): void {
    const kept = this.takeFrom(row);
    if (!isSomethingKept(kept)) return;
    const paper = JSON.stringify({ title, ids });
    const { lastInsertRowid } = this.#statements.insertWaiting.run({ paper, ...kept, starred: Number(kept.starred) });
    for (const name of namesOf(row)) this.#statements.insertName.run(name, lastInsertRowid);
  }

  /** Gives a row what was kept of a paper that is gone and that a record is of. @returns whether there was any. */
  comeAgain(row: number, record: Paper): boolean {
    if (!this.#statements.areWaiting.get()) return false;
    const own = this.#statements.waitingFor.all(JSON.stringify(namesIn(record))).filter(({ paper, names, ...kept }) => {
      const waiting: Waiting = {
        ...{ names: JSON.parse(names) as string[], paper: JSON.parse(paper) as Waiting['paper'] },
        kept: keptFrom(kept),
      };
      return comesAgain(waiting, record);
    });
    if (own.length === 0) return false;
    for (const { sequence } of own) this.#statements.deleteWaiting.run(sequence);
    return this.put(row, keptTogether([this.of(row), ...own.map(keptFrom)]));
  }
}
