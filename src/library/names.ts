/** Which paper does a name mean? A paper goes by its id, by those of records merged into it, and by its identifiers. */
import type Database from 'better-sqlite3';
import { identifiersNamed } from '../paper.ts';

export class PaperNames {
  readonly #rowsByName: Database.Statement<[{ name: string }], number>;
  readonly #rowByIdentifier: Database.Statement<[string, string], number>;

  constructor(db: Database.Database) {
    // A paper's own id comes before the ids of records merged into others.
    this.#rowsByName = db
      .prepare<[{ name: string }], number>(
        'SELECT row FROM papers WHERE id = :name UNION ALL SELECT paper FROM records WHERE key = :name',
      )
      .pluck();
    this.#rowByIdentifier = db
      .prepare<[string, string], number>('SELECT paper FROM identifiers WHERE kind = ? AND value = ?')
      .pluck();
  }

  /** The row of the paper that a name means, if there is one. */
  row(name: string): number | undefined {
    const row = this.#rowsByName.get({ name });
    if (row !== undefined) return row;
    for (const { kind, value } of identifiersNamed(name)) {
      const named = this.identified(kind, value);
      if (named !== undefined) return named;
    }
    return undefined;
  }

  /** The rows of all papers that have this id, or a record of it, each once, in their order. */
  rows(id: string): number[] {
    return [...new Set(this.#rowsByName.all({ name: id }))].sort((a, b) => a - b);
  }

  /** The row of the paper that has an identifier, which is in its normal form. */
  identified(kind: string, value: string): number | undefined {
    return this.#rowByIdentifier.get(kind, value);
  }
}
