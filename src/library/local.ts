/** The library on this machine, for reading: SQLite for papers and words, the graph thread for vectors. */
import type Database from 'better-sqlite3';
import type { Model } from '../embedding/models.ts';
import type { Paper } from '../paper.ts';
import { RowsByFilter, type AllowedRows } from './allowed-rows.ts';
import { AskedThread } from './asked-thread.ts';
import { openForReading, settingsOf } from './database.ts';
import { FACET_FIELDS, type FacetCount, type FacetField, type Facets } from './facets.ts';
import type { Filter } from './filter.ts';
import { dot, floats, type GraphStatus } from './graph.ts';
import type { GraphQuestion, GraphReady } from './graph-worker.ts';
import type {
  Correction,
  FoundWord,
  Library,
  LibrarySettings,
  LibraryStatus,
  Neighbour,
  WordMatch,
  WordScoring,
} from './library.ts';
import { PaperNames } from './names.ts';
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
  readonly #records: Database.Statement<[number], string>;
  readonly #page: Database.Statement<[number], PaperRow>;
  readonly #vector: Database.Statement<[number], Buffer>;
  readonly #vectors: Database.Statement<[{ rows: string; bytes: number }], [string, Buffer | null]>;
  readonly #version: Database.Statement<[], number>;
  readonly #vectorByLabel: Database.Statement<[number], Buffer>;
  readonly #lastLabel: Database.Statement<[], number | null>;
  readonly #revision: Database.Statement<[], string>;
  readonly #byYear: Database.Statement<[], number>;
  readonly #names: PaperNames;
  readonly #versions: Database.Statement<[string], [number, number]>;
  readonly #facets: Database.Statement<[string], FacetCount & { field: FacetField }>;
  readonly #rowsByFilter: RowsByFilter;
  readonly #counts: Database.Statement<[], LibraryStatus>;
  #seen: { version: number; status: LibraryStatus; settings: LibrarySettings } | undefined;

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
    this.#records = db
      .prepare<[number], string>('SELECT data FROM records WHERE paper = ? AND data IS NOT NULL ORDER BY sequence')
      .pluck();
    this.#page = db.prepare('SELECT * FROM papers WHERE row > ? ORDER BY row LIMIT 256');
    this.#vector = db.prepare<[number], Buffer>('SELECT vector FROM vectors WHERE paper = ?').pluck();
    // All of them as one blob: reading three hundred one by one takes three times as long, most of it to make the buffers.
    this.#vectors = db
      .prepare<[{ rows: string; bytes: number }], [string, Buffer | null]>(
        `SELECT json_group_array(paper), CAST(group_concat(vector, '') AS BLOB) FROM vectors
         WHERE paper IN (SELECT value FROM json_each(:rows)) AND length(vector) = :bytes`,
      )
      .raw();
    this.#version = db.prepare<[], number>('PRAGMA data_version').pluck();
    this.#vectorByLabel = db.prepare<[number], Buffer>('SELECT vector FROM vectors WHERE label = ?').pluck();
    this.#lastLabel = db.prepare<[], number | null>('SELECT max(label) FROM vectors').pluck();
    this.#revision = db.prepare<[], string>("SELECT value FROM meta WHERE key = 'revision'").pluck();
    this.#byYear = db.prepare<[], number>('SELECT row FROM papers ORDER BY year DESC, row DESC').pluck();
    this.#names = new PaperNames(db);
    this.#versions = db
      .prepare<[string], [number, number]>(
        `SELECT asked.paper, version.paper FROM works AS asked JOIN works AS version USING (leader)
         WHERE asked.paper IN (SELECT value FROM json_each(?)) ORDER BY version.paper != leader, version.paper`,
      )
      .raw();
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
    const threads = await Promise.allSettled([
      AskedThread.start<GraphReady>('graph', 'src/library/graph-worker.ts', folder),
      AskedThread.start<true>('words', 'src/library/words-worker.ts', folder),
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
    return this.#asOfNow().status;
  }

  async settings(): Promise<LibrarySettings> {
    return this.#asOfNow().settings;
  }

  async find(id: string): Promise<number | undefined> {
    return this.#names.row(id);
  }

  async papers(rows: number[]): Promise<(Paper | undefined)[]> {
    return rows.map((row) => {
      const found = this.#paper.get(row);
      return found && paperFrom(found);
    });
  }

  async records(row: number): Promise<Paper[]> {
    return this.#records.all(row).map((record) => JSON.parse(record) as Paper);
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
    return blob && this.#read(blob);
  }

  /** @param options.ef candidates the graph keeps; the default is `DEFAULT_EF`. */
  async nearest(
    vector: Float32Array,
    k: number,
    { filter, ef }: { filter?: Filter | undefined; ef?: number | undefined } = {},
  ): Promise<Neighbour[]> {
    const allowed = await this.allowedRows(filter);
    return this.#graph.ask({
      ask: 'nearest',
      ...{ vector, k, options: { allowed: allowed?.rows, ef } },
    } satisfies GraphQuestion);
  }

  async vectors(rows: number[]): Promise<Map<number, Float32Array>> {
    const { dimensions } = this.model;
    const bytes = dimensions * Float32Array.BYTES_PER_ELEMENT; // Others are damaged: see #read.
    const [found, blob] = this.#vectors.get({ rows: JSON.stringify(rows), bytes })!;
    const all = floats(blob ?? Buffer.alloc(0));
    return new Map(
      (JSON.parse(found) as number[]).map((row, i) => [row, all.subarray(i * dimensions, (i + 1) * dimensions)]),
    );
  }

  async similarities(vector: Float32Array, rows: number[]): Promise<Map<number, number>> {
    return new Map([...(await this.vectors(rows))].map(([row, other]) => [row, dot(vector, other)]));
  }

  async matching(
    query: string,
    k: number,
    { filter, scoring = 'alone' }: { filter?: Filter | undefined; scoring?: WordScoring | undefined } = {},
  ): Promise<WordMatch[]> {
    const words = tellingWords(query);
    if (words.length === 0) return [];
    const allowed = await this.allowedRows(filter);
    return this.#words.ask({ ask: 'matching', words, k, scoring, allowed: allowed?.rows } satisfies WordsQuestion);
  }

  async matches(query: string, rows: number[], scoring: WordScoring): Promise<WordMatch[]> {
    if (rows.length === 0) return [];
    return this.#words.ask({ ask: 'matches', words: tellingWords(query), rows, scoring } satisfies WordsQuestion);
  }

  async foundWords(query: string, rows: number[], scoring: WordScoring): Promise<FoundWord[][]> {
    return this.#words.ask({ ask: 'found', words: tellingWords(query), rows, scoring } satisfies WordsQuestion);
  }

  async corrections(query: string): Promise<Correction[]> {
    return this.#words.ask({ ask: 'corrections', words: tellingWords(query) } satisfies WordsQuestion);
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

  async count(filter: Filter): Promise<number> {
    return this.#rowsByFilter.allowed(filter).count;
  }

  /** The rows a filter lets through; undefined without one, when that is all. Both legs of a search look at these only. */
  async allowedRows(filter: Filter | undefined): Promise<AllowedRows | undefined> {
    return filter && this.#rowsByFilter.allowed(filter);
  }

  async newest(filter: Filter, limit: number): Promise<number[]> {
    const { rows } = this.#rowsByFilter.allowed(filter);
    const found: number[] = [];
    for (const row of this.#byYear.iterate()) {
      if (rows[row] && found.push(row) === limit) break;
    }
    return found;
  }

  async sample(count: number): Promise<Float32Array[]> {
    const last = this.#lastLabel.get() ?? 0;
    const next = numbers(last);
    const labels = new Set<number>();
    // Labels of vectors that are gone are drawn in vain, hence a few more.
    while (labels.size < Math.min(last, 2 * count)) labels.add(1 + Math.floor(next() * last));
    const found = [...labels].flatMap((label) => this.#vectorByLabel.get(label) ?? []);
    return found.flatMap((blob) => this.#read(blob) ?? []).slice(0, count);
  }

  async revision(): Promise<string> {
    return this.#revision.get()!;
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

  /** What is the same for each committed state: counting reads whole indexes. */
  #asOfNow(): { status: LibraryStatus; settings: LibrarySettings } {
    const version = this.#version.get()!;
    if (this.#seen?.version !== version) {
      this.#seen = { version, status: this.#counts.get()!, settings: settingsOf(this.#db) };
    }
    return this.#seen;
  }

  /** A vector as numbers; none of a damaged one, which must not fail every search. "akin doctor" tells of it. */
  #read(blob: Buffer): Float32Array | undefined {
    return blob.byteLength === this.model.dimensions * Float32Array.BYTES_PER_ELEMENT ? floats(blob) : undefined;
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

/** Numbers in 0..1 that depend on the seed alone (xorshift32: Marsaglia, 2003, doi:10.18637/jss.v008.i14). */
function numbers(seed: number): () => number {
  let state = seed || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
