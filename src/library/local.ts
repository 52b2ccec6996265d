/** The library on this machine, for reading: SQLite for papers and words, the graph thread for vectors. */
import type Database from 'better-sqlite3';
import type { Model } from '../embedding/models.ts';
import { parseIdentifier, type Paper } from '../paper.ts';
import { openForReading, settingsOf } from './database.ts';
import { dot, floats, type GraphStatus } from './graph.ts';
import { GraphThread } from './graph-thread.ts';
import type { Library, LibrarySettings, LibraryStatus, Neighbour, WordMatch } from './library.ts';
import { wordsQuery } from './words.ts';

export interface PaperRow {
  row: number;
  id: string;
  title: string;
  abstract: string;
  authors: string;
  year: number | null;
  venue: string | null;
  url: string | null;
  ids: string;
  categories: string;
  extra: string;
}

export class LocalLibrary implements Library {
  readonly model: Model;
  /** The id made with the library; a copy has the same. */
  readonly libraryId: string;
  /** Why the graph is being rebuilt in the background, if it is. */
  readonly rebuilding: string | undefined;
  readonly #db: Database.Database;
  readonly #graph: GraphThread;
  readonly #paper: Database.Statement<[number], PaperRow>;
  readonly #page: Database.Statement<[number], PaperRow>;
  readonly #vector: Database.Statement<[number], Buffer>;
  readonly #rowByName: Database.Statement<[{ name: string }], number>;
  readonly #rowByIdentifier: Database.Statement<[string, string], number>;
  readonly #matching: Database.Statement<[string, number], WordMatch>;
  readonly #counts: Database.Statement<[], LibraryStatus>;
  #counted: { version: unknown; status: LibraryStatus } | undefined;

  private constructor(db: Database.Database, libraryId: string, model: Model, graph: GraphThread) {
    this.model = model;
    this.libraryId = libraryId;
    this.rebuilding = graph.rebuilding;
    this.#db = db;
    this.#graph = graph;
    this.#paper = db.prepare('SELECT * FROM papers WHERE row = ?');
    this.#page = db.prepare('SELECT * FROM papers WHERE row > ? ORDER BY row LIMIT 256');
    this.#vector = db.prepare<[number], Buffer>('SELECT vector FROM vectors WHERE paper = ?').pluck();
    // A paper's own id comes before the ids of records merged into others.
    this.#rowByName = db
      .prepare<[{ name: string }], number>(
        'SELECT row FROM papers WHERE id = :name UNION ALL SELECT paper FROM records WHERE key = :name LIMIT 1',
      )
      .pluck();
    this.#rowByIdentifier = db
      .prepare<[string, string], number>('SELECT paper FROM identifiers WHERE kind = ? AND value = ?')
      .pluck();
    this.#matching = db.prepare(
      'SELECT rowid AS row, -rank AS score FROM words WHERE words MATCH ? ORDER BY rank, rowid LIMIT ?',
    );
    this.#counts = db.prepare(
      'SELECT (SELECT count(*) FROM papers) AS papers, (SELECT count(*) FROM vectors) AS embedded',
    );
  }

  /** Opens the library in `folder`. @throws AkinError as `openForReading`. */
  static async open(folder: string): Promise<LocalLibrary> {
    const { db, libraryId, model } = openForReading(folder);
    try {
      return new LocalLibrary(db, libraryId, model, await GraphThread.start(folder));
    } catch (error) {
      db.close();
      throw error;
    }
  }

  async status(): Promise<LibraryStatus> {
    // Counting reads whole indexes, so it is done once for each committed state.
    const version = this.#db.pragma('data_version', { simple: true });
    if (this.#counted?.version !== version) this.#counted = { version, status: this.#counts.get()! };
    return this.#counted!.status;
  }

  async settings(): Promise<LibrarySettings> {
    return settingsOf(this.#db);
  }

  async find(id: string): Promise<number | undefined> {
    const row = this.#rowByName.get({ name: id });
    if (row !== undefined) return row;
    const identifier = parseIdentifier(id);
    return identifier ? this.#rowByIdentifier.get(identifier.kind, identifier.value) : undefined;
  }

  async papers(rows: number[]): Promise<(Paper | undefined)[]> {
    return rows.map((row) => {
      const found = this.#paper.get(row);
      return found && paperFrom(found);
    });
  }

  async *everyPaper(): AsyncGenerator<Paper> {
    let last = 0;
    for (let page = this.#page.all(last); page.length > 0; page = this.#page.all(last)) {
      for (const found of page) yield paperFrom(found);
      last = page.at(-1)!.row;
    }
  }

  async vector(row: number): Promise<Float32Array | undefined> {
    const blob = this.#vector.get(row);
    return blob && floats(blob);
  }

  nearest(vector: Float32Array, k: number, ef?: number): Promise<Neighbour[]> {
    return this.#graph.nearest(vector, k, ef);
  }

  async similarities(vector: Float32Array, rows: number[]): Promise<Map<number, number>> {
    const found = new Map<number, number>();
    for (const row of rows) {
      const blob = this.#vector.get(row);
      if (blob) found.set(row, dot(vector, floats(blob)));
    }
    return found;
  }

  async matching(query: string, k: number): Promise<WordMatch[]> {
    const expression = wordsQuery(query);
    return expression === undefined ? [] : this.#matching.all(expression, k);
  }

  graphStatus(): Promise<GraphStatus> {
    return this.#graph.status();
  }

  /** Resolves when every committed vector is in the graph and in its snapshot on disk. */
  settle(): Promise<void> {
    return this.#graph.settle();
  }

  async close(): Promise<void> {
    await this.#graph.close();
    this.#db.close();
  }
}

export function paperFrom(found: PaperRow): Paper {
  const { id, title, abstract, year, venue, url } = found;
  return {
    id,
    title,
    abstract,
    authors: JSON.parse(found.authors) as string[],
    year,
    venue,
    url,
    ids: JSON.parse(found.ids) as Paper['ids'],
    categories: JSON.parse(found.categories) as string[],
    extra: JSON.parse(found.extra) as Paper['extra'],
  };
}
