/** Which paper does a name mean? A paper goes by its id, by those of records merged into it, and by its identifiers. */
import type Database from 'better-sqlite3';
import { identifiersNamed } from '../paper.ts';

export class PaperNames {
  readonly #rowByName: Database.Statement<[{ name: string }], number>;
  readonly #rowByIdentifier: Database.Statement<[string, string], number>;

  constructor(db: Database.Database) {
    // A paper's own id comes before the ids of records merged into others.
    this.#rowByName = db
      .prepare<[{ name: string }], number>(
        'SELECT row FROM papers WHERE id = :name UNION ALL SELECT paper FROM records WHERE key = :name LIMIT 1',
      )
      .pluck();
    this.#rowByIdentifier = db
      .prepare<[string, string], number>('SELECT paper FROM identifiers WHERE kind = ? AND value = ?')
      .pluck();
  }

  /** The row of the paper that a name means, if there is one. */
  row(name: string): number | undefined {
    const row = this.#rowByName.get({ name });
    if (row !== undefined) return row;
    for (const { kind, value } of identifiersNamed(name)) {
      const named = this.#rowByIdentifier.get(kind, value);
      if (named !== undefined) return named;
    }
    return undefined;
  }
}
