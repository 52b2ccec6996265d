/** The library on this machine, for reading: SQLite for papers and words, the graph thread for vectors. */
import type Database from 'better-sqlite3';
import type { Model } from '../embedding/models.ts';
import { parseIdentifier, type Paper } from '../paper.ts';
import { AskedThread } from './asked-thread.ts';
import { openForReading } from './database.ts';
import { dot, floats, type GraphStatus } from './graph.ts';
import type { GraphQuestion, GraphReady } from './graph-worker.ts';
import type { Library, LibraryStatus, Neighbour, WordMatch } from './library.ts';
import { tellingWords } from './words.ts';
import type { WordsQuestion } from './words-worker.ts';

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
  readonly #graph: AskedThread<GraphReady>;
  readonly #words: AskedThread<true>;
  readonly #paper: Database.Statement<[number], PaperRow>;
  readonly #page: Database.Statement<[number], PaperRow>;
  readonly #vector: Database.Statement<[number], Buffer>;
  readonly #rowByName: Database.Statement<[{ name: string }], number>;
  readonly #rowByIdentifier: Database.Statement<[string, string], number>;
  readonly #versions: Database.Statement<[string], [number, number]>;
  readonly #counts: Database.Statement<[], LibraryStatus>;
  #counted: { version: unknown; status: LibraryStatus } | undefined;

  private constructor(
    db: Database.Database,
    libraryId: string,
    model: Model,
    graph: AskedThread<GraphReady>,
    words: AskedThread<true>,
  ) {
    this.model = model;
    this.libraryId = libraryId;
    this.rebuilding = graph.ready.rebuilding;
    this.#db = db;
    this.#graph = graph;
    this.#words = words;
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
    this.#versions = db
      .prepare<[string], [number, number]>(
        `SELECT asked.paper, version.paper FROM works AS asked JOIN works AS version USING (leader)
         WHERE asked.paper IN (SELECT value FROM json_each(?)) ORDER BY version.paper != leader, version.paper`,
      )
      .raw();
    this.#counts = db.prepare(
      'SELECT (SELECT count(*) FROM papers) AS papers, (SELECT count(*) FROM vectors) AS embedded',
    );
  }

  /** Opens the library in `folder`. @throws AkinError as `openForReading`. */
  static async open(folder: string): Promise<LocalLibrary> {
    const { db, libraryId, model } = openForReading(folder);
    const threads = await Promise.allSettled([
      AskedThread.start<GraphReady>('graph', new URL('./graph-worker.ts', import.meta.url), folder),
      AskedThread.start<true>('words', new URL('./words-worker.ts', import.meta.url), folder),
    ]);
    const [graph, words] = threads;
    if (graph.status === 'fulfilled' && words.status === 'fulfilled') {
      return new LocalLibrary(db, libraryId, model, graph.value, words.value);
    }
    db.close();
    for (const started of threads) if (started.status === 'fulfilled') await started.value.close();
    throw threads.find((each) => each.status === 'rejected')!.reason;
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

  nearest(vector: Float32Array, k: number, ef?: number): Promise<Neighbour[]> {
    return this.#graph.ask({ ask: 'nearest', vector, k, ef } satisfies GraphQuestion);
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
    const words = tellingWords(query);
    if (words.length === 0) return [];
    return this.#words.ask({ ask: 'matching', query: words, k, allowed: undefined } satisfies WordsQuestion);
  }

  async versions(rows: number[]): Promise<Map<number, number[]>> {
    const found = new Map<number, number[]>();
    for (const [row, version] of this.#versions.iterate(JSON.stringify(rows))) {
      found.set(row, [...(found.get(row) ?? []), version]);
    }
    return found;
  }

  async *everyWork(): AsyncGenerator<number[]> {
    const leaders = this.#db.prepare<[], number>('SELECT DISTINCT leader FROM works ORDER BY leader').pluck().all();
    for (const leader of leaders) {
      const versions = (await this.versions([leader])).get(leader);
      if (versions) yield versions; // None when a writer has parted them since.
    }
  }

  graphStatus(): Promise<GraphStatus> {
    return this.#graph.ask({ ask: 'status' } satisfies GraphQuestion);
  }

  /** Resolves when every committed vector is in the graph and in its snapshot on disk. */
  async settle(): Promise<void> {
    await this.#graph.ask({ ask: 'settle' } satisfies GraphQuestion);
  }

  async close(): Promise<void> {
    await Promise.all([this.#graph.close(), this.#words.close()]);
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
