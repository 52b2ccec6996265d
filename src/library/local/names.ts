/** Which paper does a name mean? A paper goes by its id, by those of records merged into it, and by its identifiers. */
import type Database from 'better-sqlite3';
import { identifiersNamed } from '../../identifiers.ts';
import { LARGEST_BLOCK } from '../works.ts';

export class PaperNames {
  readonly #rowById: Database.Statement<[string], number>;
  readonly #rowsByRecord: Database.Statement<[string], number>;
  readonly #rowsByIdentifier: Database.Statement<[string, string], number>;

  constructor(db: Database.Database) {
    const rows = <Parameters extends string[]>(sql: string) => db.prepare<Parameters, number>(sql).pluck();
    this.#rowById = rows('SELECT row FROM papers WHERE id = ?');
    this.#rowsByRecord = rows('SELECT paper FROM records WHERE key = ? ORDER BY file, nth');
    // By an identifier that very many share, wrongly, nothing is found out; each of them would be compared with all others.
    this.#rowsByIdentifier = rows(
      `SELECT paper FROM identifiers WHERE kind = ? AND value = ? ORDER BY paper LIMIT ${LARGEST_BLOCK}`,
    );
  }

  /** The row of the paper that a name means, if there is one; a paper's own id comes before those of records. */
  row(name: string): number | undefined {
    const row = this.#rowById.get(name) ?? this.#rowsByRecord.get(name);
    if (row !== undefined) return row;
    for (const { kind, value } of identifiersNamed(name)) {
      const [named] = this.identified(kind, value);
      if (named !== undefined) return named;
    }
    return undefined;
  }

  /** The rows of all papers that have this id, or a record of it, each once, in their order. */
  rows(id: string): number[] {
    const own = this.#rowById.get(id);
    const rows = new Set([...(own === undefined ? [] : [own]), ...this.#rowsByRecord.all(id)]);
    return [...rows].sort((a, b) => a - b);
  }

  /** The rows of the papers that have an identifier, which is in its normal form, in their order. */
  identified(kind: string, value: string): number[] {
    return this.#rowsByIdentifier.all(kind, value);
  }
}
