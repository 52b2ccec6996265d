/** Which paper has which facets, as the writer keeps it: the tables `facets` and `paper_facets` (see ../facets.ts). */
import type Database from 'better-sqlite3';
import type { Paper } from '../../paper.ts';
import { facetsOf, sameFolded, type Facet } from '../facets.ts';

/** Numbers of facets kept in memory: years, venues and categories that come all the time, and authors who come again. */
const MOST_KNOWN = 50_000;

/** Every method belongs into the caller's transaction. */
export class IndexedFacets {
  /** The numbers of facets that were used lately, by field and folded form. */
  readonly #known = new Map<string, number>();
  readonly #statements;

  constructor(db: Database.Database) {
    this.#statements = {
      facet: db
        .prepare<[field: string, folded: string], number>('SELECT facet FROM facets WHERE field = ? AND folded = ?')
        .pluck(),
      insertFacet: db.prepare<[field: string, folded: string, name: string]>(
        'INSERT INTO facets (field, folded, name) VALUES (?, ?, ?)',
      ),
      // " a b =b " is the same person as " a b ", and called the same.
      nameOf: db
        .prepare<{ field: string; folded: string }, string>(
          `SELECT name FROM facets
           WHERE field = :field AND (folded = :folded OR folded BETWEEN :folded || '=' AND :folded || '>')
           ORDER BY facet LIMIT 1`,
        )
        .pluck(),
      // Single rows of VALUES: for what it selects, SQLite keeps copies of all the pages it changes.
      insertPaperFacet: db.prepare<[facet: number, paper: number]>(
        'INSERT OR IGNORE INTO paper_facets (facet, paper) VALUES (?, ?)',
      ),
      deletePaperFacets: db.prepare<[paper: number]>('DELETE FROM paper_facets WHERE paper = ?'),
    };
  }

  /** Writes the facets of a row that has none yet. */
  add(row: number, paper: Paper): void {
    for (const facet of facetsOf(paper)) this.#statements.insertPaperFacet.run(this.#numberOf(facet), row);
  }

  /** Writes the facets of a row anew. */
  replace(row: number, paper: Paper): void {
    this.#statements.deletePaperFacets.run(row);
    this.add(row, paper);
  }

  /** Forgets what is known of the tables, where they may have become others: rolled back, or cleared of unused facets. */
  forget(): void {
    this.#known.clear();
  }

  #numberOf({ field, folded, name }: Facet): number {
    const key = `${field} ${folded}`;
    let number = this.#known.get(key);
    if (number !== undefined) return number;
    number = this.#statements.facet.get(field, folded) ?? this.#insert({ field, folded, name });
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(key, number);
    return number;
  }
  #insert({ field, folded, name }: Facet): number {
    const called = field === 'author' ? this.#statements.nameOf.get({ field, folded: sameFolded(folded) }) : undefined;
    return Number(this.#statements.insertFacet.run(field, folded, called ?? name).lastInsertRowid);
  }
}
