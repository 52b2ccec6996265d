/** Which papers are by whom, as the writer keeps it: the table `surnames` (see ../called.ts). */
import type Database from 'better-sqlite3';
import type { Paper } from '../../paper.ts';
import { bearersOf } from '../called.ts';
import { paperFrom, type PaperRow } from './paper-rows.ts';

/** Papers read at once by who goes through all of them. */
const PAGE = 1000;

/** Every method belongs into the caller's transaction. */
export class IndexedSurnames {
  readonly #insert;
  readonly #delete;

  constructor(db: Database.Database) {
    this.#insert = db.prepare<[word: string, paper: number, person: number, given: string, year: number | null]>(
      'INSERT INTO surnames (word, paper, person, given, year) VALUES (?, ?, ?, ?, ?)',
    );
    this.#delete = db.prepare<[paper: number]>('DELETE FROM surnames WHERE paper = ?');
  }

  /** Writes the names of a row that has none yet. */
  add(row: number, paper: Paper): void {
    bearersOf(paper).forEach(({ family, given }, person) => {
      for (const word of family) this.#insert.run(word, row, person, given.join(' '), paper.year);
    });
  }

  /** Writes the names of a row anew. */
  replace(row: number, paper: Paper): void {
    this.#delete.run(row);
    this.add(row, paper);
  }
}

/** Writes the names of all papers of a library that has none of them yet. */
export function indexSurnames(db: Database.Database): void {
  const surnames = new IndexedSurnames(db);
  const page = db.prepare<[number], PaperRow>(`SELECT * FROM papers WHERE row > ? ORDER BY row LIMIT ${PAGE}`);
  for (let after = 0; ;) {
    const rows = page.all(after);
    if (rows.length === 0) return;
    for (const found of rows) surnames.add(found.row, paperFrom(found));
    after = rows.at(-1)!.row;
  }
}
