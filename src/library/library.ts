/**
 * Where papers and vectors live: what every library can be asked, whichever engine is behind it.
 *
 * Papers are addressed by `row`, a number that belongs to one paper of one library and is never used again; people and
 * programs outside address them by id.
 */
import type { Embedding } from '../embedding/embedder.ts';
import type { Model } from '../embedding/models.ts';
import type { Paper } from '../paper.ts';
import type { Facets } from './facets.ts';
import type { FilesRead, Reading, Released } from './files.ts';
import type { Filter } from './filter.ts';

/** A paper near a vector. */
export interface Neighbour {
  row: number;
  /** Cosine, −1..1; higher is nearer. */
  similarity: number;
}

/** A paper, and what it holds of a query. */
export interface WordMatch {
  row: number;
  /** How many words of the query it holds. */
  words: number;
  /** How much of what the query says they are, 0..1: words count by their rarity (inverse document frequency). */
  coverage: number;
  /** BM25; higher is better, comparable only within one query. */
  score: number;
}

/** A word of a query that a paper holds. */
export interface FoundWord {
  /** As it was typed, in lower case. */
  word: string;
  /** What it gives to the paper's BM25. */
  score: number;
}

/** Whether words rank papers by themselves, or together with vectors; the constants of BM25 differ. */
export type WordScoring = 'alone' | 'fused';

/** A word of a query that no paper holds. */
export interface Correction {
  word: string;
  /** The stem of the word that was looked for instead. */
  term: string;
}

export interface LibraryStatus {
  /** Papers there are. */
  papers: number;
  /** Papers that have a vector; the others are found by words only. */
  embedded: number;
}

/** What was set for this library; undefined: the default. */
export interface LibrarySettings {
  /** Share of the words in a hybrid search, 0..1. */
  lexicalWeight?: number;
}

/** The reading side. Every method sees what a writer has committed by the time of the call. */
export interface Library {
  /** The model every vector in this library is of. */
  readonly model: Model;
  status(): Promise<LibraryStatus>;
  settings(): Promise<LibrarySettings>;
  /** The row of a paper, by its id, by the id of any record merged into it, or by an identifier (`doi:…`, a URL). */
  find(id: string): Promise<number | undefined>;
  /** The papers at rows, in their order; undefined where a paper is gone. */
  papers(rows: number[]): Promise<(Paper | undefined)[]>;
  /** The records that a paper was merged from, as they came, the leading one first; none where it has only one. */
  records(row: number): Promise<Paper[]>;
  /** Every paper there is, in the order of the rows. Papers added or removed meanwhile may or may not be among them. */
  everyPaper(): AsyncIterable<Paper>;
  /** The vector of a paper, if it has one yet. */
  vector(row: number): Promise<Float32Array | undefined>;
  /** The `k` papers nearest to a unit vector, nearest first; of those the filter lets through, as many as there are. */
  nearest(vector: Float32Array, k: number, options?: { filter?: Filter | undefined }): Promise<Neighbour[]>;
  /** The vectors of papers by row; those that have none yet are left out. */
  vectors(rows: number[]): Promise<Map<number, Float32Array>>;
  /** The cosine of a unit vector with each row's vector; rows without a vector are left out. */
  similarities(vector: Float32Array, rows: number[]): Promise<Map<number, number>>;
  /** The `k` papers that match the words of a query best, best first; of those the filter lets through. */
  matching(
    query: string,
    k: number,
    options?: { filter?: Filter | undefined; scoring?: WordScoring | undefined },
  ): Promise<WordMatch[]>;
  /** How papers match the words of a query, in their order; with zeros where they hold none of them. */
  matches(query: string, rows: number[], scoring: WordScoring): Promise<WordMatch[]>;
  /** The words of a query that papers hold, for each of them. */
  foundWords(query: string, rows: number[], scoring: WordScoring): Promise<FoundWord[][]>;
  /** The words of a query that no paper holds, and the term that was looked for instead. */
  corrections(query: string): Promise<Correction[]>;
  /** How many papers a filter lets through. */
  count(filter: Filter): Promise<number>;
  /** How many of the papers at rows have which year, author, venue, category, collection: the `limit` commonest of each. */
  facets(rows: number[], limit: number): Promise<Facets>;
  /**
   * The works of those papers that have other versions (a preprint, what was published of it): for each such row the rows
   * of all its versions, its own among them, the leading one first. Papers that stand alone are left out.
   */
  versions(rows: number[]): Promise<Map<number, number[]>>;
  /** Every work of several versions, as `versions` gives them, in the order of the leading papers' rows. */
  everyWork(): AsyncIterable<number[]>;
  /** The first `limit` papers that a filter lets through, the latest years first. */
  newest(filter: Filter, limit: number): Promise<number[]>;
  /** About `count` vectors drawn at random: all if there are no more, and the same ones from an unchanged library. */
  sample(count: number): Promise<Float32Array[]>;
  /** Differs after every change of the library, whoever made it. */
  revision(): Promise<string>;
  close(): Promise<void>;
}

/** What became of a record that was put into a library. */
export type PutOutcome =
  | 'added'
  /** The record was known; it says something else now. */
  | 'changed'
  | 'unchanged'
  /** A new record of a paper that is there from elsewhere; its fields were merged into that paper. */
  | 'duplicate';

/** A paper that has no vector yet. */
export interface PendingPaper {
  row: number;
  /** What is to be embedded. */
  text: string;
}

/** The writing side. One writer at a time; readers go on undisturbed. */
export interface LibraryWriter {
  readonly model: Model;
  /** Which files were read, and what they held. */
  readonly files: FilesRead;
  /**
   * Stores records in one transaction; when it returns, they survive a power cut. Vectors of changed texts are dropped.
   * A record is known by its file, its id, and its place among those that the file has of that id: read again, it replaces
   * what it said. The same id from elsewhere is another record of the same paper, if the titles do not say otherwise; if
   * they do, the later paper gets an id of its own.
   * @param reading the reading of the file that holds them; undefined: a reading of nothing that has a name. What comes
   *   from no file stays until it is removed by name.
   */
  put(records: Paper[], reading?: Reading): PutOutcome[];
  /** Does several writes in one transaction. */
  atomically<T>(work: () => T): T;
  /**
   * Removes the records of a file that its last reading did not find or, where the file itself is gone, all of them, and
   * papers with them that have no other record.
   */
  release(file: string, which: 'missing' | 'all'): Released;
  /** Removes papers by id or identifier; returns the ids of those that were there. */
  remove(ids: string[]): string[];
  /** The next papers without a vector, in the order of their rows, after row `after`. */
  pending(after: number, limit: number): PendingPaper[];
  pendingCount(): number;
  /** Stores vectors in one transaction. @throws AkinError `embedding-failed` for a vector that is not finite. */
  putVectors(vectors: { row: number; embedding: Embedding }[]): void;
  /**
   * Takes a person's word that papers are versions of one work, and with them whatever stands with them. It holds against
   * any rule and any earlier word, also for papers that are removed and come again.
   * @returns the ids of all papers of that work.
   * @throws AkinError `not-found`, `invalid-argument` for fewer than two papers.
   */
  join(ids: string[]): string[];
  /**
   * Takes a person's word that each of these papers is another work than those it stands with today.
   * @returns the ids of those that stood with others.
   * @throws AkinError `not-found`.
   */
  split(ids: string[]): string[];
  /** Replaces what was set for this library; who has it open sees it from the next search on. */
  setSettings(settings: LibrarySettings): void;
  /** Where the reading of an online service ended; undefined where none is under way. */
  cursor(key: string): string | undefined;
  /** Remembers where to go on; null forgets it. */
  setCursor(key: string, cursor: string | null): void;
  close(): Promise<void>;
}
