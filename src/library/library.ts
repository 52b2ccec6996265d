/**
 * Where papers and vectors live: what every library can be asked, whichever engine is behind it.
 *
 * Papers are addressed by `row`, a number that belongs to one paper of one library and is never used again; people and
 * programs outside address them by id.
 */
import type { Embedding } from '../embedding/embedder.ts';
import type { Model } from '../embedding/models.ts';
import type { Paper } from '../paper.ts';

/** A paper near a vector. */
export interface Neighbour {
  row: number;
  /** Cosine, −1..1; higher is nearer. */
  similarity: number;
}

/** A paper that holds words of a query. */
export interface WordMatch {
  row: number;
  /** BM25; higher is better, comparable only within one query. */
  score: number;
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
  /** Every paper there is, in the order of the rows. Papers added or removed meanwhile may or may not be among them. */
  everyPaper(): AsyncIterable<Paper>;
  /** The vector of a paper, if it has one yet. */
  vector(row: number): Promise<Float32Array | undefined>;
  /** The `k` papers nearest to a unit vector, nearest first. */
  nearest(vector: Float32Array, k: number): Promise<Neighbour[]>;
  /** The cosine of a unit vector with each row's vector; rows without a vector are left out. */
  similarities(vector: Float32Array, rows: number[]): Promise<Map<number, number>>;
  /** The `k` papers that match the words of a query best, best first. */
  matching(query: string, k: number): Promise<WordMatch[]>;
  close(): Promise<void>;
}

/** What became of a record that was put into a library. */
export type PutOutcome =
  | 'added'
  /** The record was known; it says something else now. */
  | 'changed'
  | 'unchanged'
  /** A new record of a paper that is there under another id; its fields were merged into that paper. */
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
  /** Stores records in one transaction; when it returns, they survive a power cut. Vectors of changed texts are dropped. */
  put(records: Paper[]): PutOutcome[];
  /** Removes papers by id or identifier; returns the ids of those that were there. */
  remove(ids: string[]): string[];
  /** The next papers without a vector, in the order of their rows, after row `after`. */
  pending(after: number, limit: number): PendingPaper[];
  pendingCount(): number;
  /** Stores vectors in one transaction. @throws AkinError `embedding-failed` for a vector that is not finite. */
  putVectors(vectors: { row: number; embedding: Embedding }[]): void;
  /** Replaces what was set for this library; who has it open sees it from the next search on. */
  setSettings(settings: LibrarySettings): void;
  /** Where the reading of an online service ended; undefined where none is under way. */
  cursor(key: string): string | undefined;
  /** Remembers where to go on; null forgets it. */
  setCursor(key: string, cursor: string | null): void;
  close(): Promise<void>;
}
