/** The library on this machine, for reading: SQLite for papers and words, the graph thread for vectors. */
import type Database from 'better-sqlite3';
import type { Model } from '../embedding/models.ts';
import { parseIdentifier, type Paper } from '../paper.ts';
import { RowsByFilter, type AllowedRows } from './allowed-rows.ts';
import { openForReading } from './database.ts';
import { FACET_FIELDS, type FacetCount, type FacetField, type Facets } from './facets.ts';
import type { Filter } from './filter.ts';
import { dot, floats, type GraphStatus } from './graph.ts';
import { GraphThread } from './graph-thread.ts';
import type { Library, LibraryStatus, Neighbour, WordMatch } from './library.ts';
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
  readonly #facets: Database.Statement<[string], FacetCount & { field: FacetField }>;
  readonly #rowsByFilter: RowsByFilter;
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
    this.#facets = db.prepare(
      `SELECT field, name AS value, count(*) AS papers FROM paper_facets JOIN facets USING (facet)
       WHERE paper IN (SELECT value FROM json_each(?)) GROUP BY facet ORDER BY papers DESC, value`,
    );
    this.#rowsByFilter = new RowsByFilter(db);
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

  /** @param options.ef candidates the graph keeps; the default is `DEFAULT_EF`. */
  async nearest(
    vector: Float32Array,
    k: number,
    { filter, ef }: { filter?: Filter | undefined; ef?: number | undefined } = {},
  ): Promise<Neighbour[]> {
    const allowed = await this.allowedRows(filter);
    return this.#graph.nearest(vector, k, { allowed: allowed?.rows, ef });
  }

  async similarities(vector: Float32Array, rows: number[]): Promise<Map<number, number>> {
    const found = new Map<number, number>();
    for (const row of rows) {
      const blob = this.#vector.get(row);
      if (blob) found.set(row, dot(vector, floats(blob)));
    }
    return found;
  }

  async matching(query: string, k: number, { filter }: { filter?: Filter | undefined } = {}): Promise<WordMatch[]> {
    const expression = wordsQuery(query);
    if (expression === undefined) return [];
    const allowed = await this.allowedRows(filter);
    if (!allowed) return this.#matching.all(expression, k);
    const found: WordMatch[] = [];
    for (const match of this.#matching.iterate(expression, -1)) {
      if (found.length === k) break;
      if (allowed.rows[match.row]) found.push(match);
    }
    return found;
  }

  async count(filter: Filter): Promise<number> {
    return this.#rowsByFilter.allowed(filter).count;
  }

  /** The rows a filter lets through; undefined without one, when that is all. Both legs of a search look at these only. */
  async allowedRows(filter: Filter | undefined): Promise<AllowedRows | undefined> {
    return filter && this.#rowsByFilter.allowed(filter);
  }

  async facets(rows: number[], limit: number): Promise<Facets> {
    const all = this.#facets.all(JSON.stringify(rows));
    const commonest = (wanted: FacetField): FacetCount[] =>
      all
        .filter(({ field }) => field === wanted)
        .slice(0, limit)
        .map(({ value, papers }) => ({ value, papers }));
    return Object.fromEntries(FACET_FIELDS.map((field) => [field, commonest(field)])) as Facets;
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
