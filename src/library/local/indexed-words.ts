/**
 * The full text index, as the writer keeps it: what a transaction changes of texts is collected, and given to FTS5 at the
 * transaction's end.
 *
 * FTS5 holds what it is given in memory and writes it as one sorted segment, when the transaction ends but also at every
 * savepoint. SQLite sets one before each statement that changes several rows or has a trigger. So an index that is kept
 * by triggers, or between other statements, gets a segment for every single paper, and merges them all again and again.
 */
import type Database from 'better-sqlite3';
import type { Paper } from '../../paper.ts';
import { indexedText } from '../signs.ts';

type Text = Pick<Paper, 'title' | 'abstract'>;

/** Texts held in memory before they are written: a file that is gone may take a library's papers with it. */
const MOST_NOTED = 2000;

/** The table `words`. What is collected belongs to the transaction that is open. */
export class IndexedWords {
  /** Of each row that was touched: what the index holds of it, and what it is to hold; null: nothing. */
  readonly #changes = new Map<number, { indexed: Text | null; text: Text | null }>();
  readonly #insert;
  readonly #delete;

  constructor(db: Database.Database) {
    type Columns = [row: number, title: string, abstract: string];
    this.#insert = db.prepare<Columns>('INSERT INTO words (rowid, title, abstract) VALUES (?, ?, ?)');
    // FTS5 doesn't keep texts: it has to be told what to take out.
    this.#delete = db.prepare<Columns>("INSERT INTO words (words, rowid, title, abstract) VALUES ('delete', ?, ?, ?)");
  }

  /** Notes that a row's text was `before` and is `now`; null where there is no such row. */
  note(row: number, before: Text | null, now: Text | null): void {
    const known = this.#changes.get(row);
    this.#changes.set(row, { indexed: known ? known.indexed : before, text: now });
    if (this.#changes.size >= MOST_NOTED) this.write();
  }

  /** Brings the index up to what was noted: the last thing a transaction does. */
  write(): void {
    for (const [row, { indexed, text }] of this.#changes) {
      if (indexed && text && indexed.title === text.title && indexed.abstract === text.abstract) continue;
      if (indexed) this.#delete.run(row, indexedText(indexed.title), indexedText(indexed.abstract));
      if (text) this.#insert.run(row, indexedText(text.title), indexedText(text.abstract));
    }
    this.#changes.clear();
  }

  /** Forgets what was noted in a transaction that came to nothing. */
  forget(): void {
    this.#changes.clear();
  }
}

/** Writes the words of all papers of a library whose index holds none of them yet. */
export function indexWords(db: Database.Database): void {
  const words = new IndexedWords(db);
  const page = db.prepare<[number], Text & { row: number }>(
    `SELECT row, title, abstract FROM papers WHERE row > ? ORDER BY row LIMIT ${MOST_NOTED}`,
  );
  for (let after = 0; ;) {
    const rows = page.all(after);
    if (rows.length === 0) return;
    for (const { row, title, abstract } of rows) words.note(row, null, { title, abstract });
    words.write();
    after = rows.at(-1)!.row;
  }
}
