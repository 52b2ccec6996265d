/** What has happened to papers since the last look: for what is kept of them in memory, so that it need not be read again. */
import type Database from 'better-sqlite3';

/** Rows, ascending. */
export interface PaperChange {
  /** Of papers that were not there at the last look. */
  added: number[];
  /** Of papers that were, and say something else now or are gone. */
  altered: number[];
}

export class PaperChanges {
  readonly #counters: Database.Statement<[], [string, number]>;
  readonly #added: Database.Statement<[number], number>;
  readonly #altered: Database.Statement<[number], number>;
  /** How far rows and alterations have been seen; undefined before the first look. */
  #seen: { row: number; alteration: number } | undefined;

  constructor(db: Database.Database) {
    this.#counters = db
      .prepare<[], [string, number]>("SELECT name, seq FROM sqlite_sequence WHERE name IN ('papers', 'altered')")
      .raw();
    this.#added = db.prepare<[number], number>('SELECT row FROM papers WHERE row > ? ORDER BY row').pluck();
    this.#altered = db
      .prepare<[number], number>('SELECT paper FROM altered WHERE sequence > ? ORDER BY sequence')
      .pluck();
  }

  /**
   * Belongs into a transaction with whatever is read because of it.
   * @returns undefined where nothing has happened; `everything` at the first look, and where too much has to be told.
   */
  look(): PaperChange | 'everything' | undefined {
    const counters = new Map(this.#counters.all());
    const now = { row: counters.get('papers') ?? 0, alteration: counters.get('altered') ?? 0 };
    const before = this.#seen;
    this.#seen = now;
    if (!before) return 'everything';
    if (now.row === before.row && now.alteration === before.alteration) return undefined;
    const altered = now.alteration === before.alteration ? [] : this.#altered.all(before.alteration);
    if (altered.length < now.alteration - before.alteration) return 'everything'; // Its beginning was struck off.
    return {
      added: now.row === before.row ? [] : this.#added.all(before.row),
      altered: [...new Set(altered)].filter((row) => row <= before.row).sort((a, b) => a - b),
    };
  }

  /** For when what was to follow a change did not. */
  forget(): void {
    this.#seen = undefined;
  }
}
