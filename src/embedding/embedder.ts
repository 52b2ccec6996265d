/**
 * Here is a text: what is its vector? A pool of embedding threads behind one bounded queue.
 *
 * Each thread gets a few documents ahead of time; queries go to the thread with the least to do and overtake its documents.
 */
import { availableParallelism } from 'node:os';
import { AkinError } from '../errors.ts';
import type { Text } from './embedding-worker.ts';
import type { Embedding } from './encoder.ts';
import { verifiedModelFolder, type Model } from './models.ts';
import { Pool } from './pool.ts';

export type { Embedding } from './encoder.ts';

export interface EmbedderOptions {
  /** Embedding threads; as many as the machine runs in parallel unless told otherwise. */
  threads?: number;
  /** Folders to look for model folders in, before the bundled `models/`. */
  modelFolders?: string[];
  /** Queries that may wait at once; one more is refused as `overloaded`. */
  maxWaitingQueries?: number;
}

/** Documents sent ahead to each thread: enough that it never waits for a main thread busy with a commit. */
const DOCUMENTS_AHEAD = 4;

export class Embedder {
  readonly model: Model;
  readonly #pool: Pool<Text, Embedding>;
  readonly #maxWaitingQueries: number;
  #waitingQueries = 0;

  private constructor(model: Model, pool: Pool<Text, Embedding>, maxWaitingQueries: number) {
    this.model = model;
    this.#pool = pool;
    this.#maxWaitingQueries = maxWaitingQueries;
  }

  /**
   * Verifies the model's files and starts the threads; resolves when every one of them has loaded the model.
   * @throws AkinError `model-missing` or `model-damaged` (see `verifiedModelFolder`), `embedding-failed`.
   */
  static async start(model: Model, options: EmbedderOptions = {}): Promise<Embedder> {
    const folder = await verifiedModelFolder(model, options.modelFolders);
    const threads = options.threads ?? availableParallelism();
    const source = 'src/embedding/embedding-worker.ts';
    const pool = await Pool.start<Text, Embedding>('the embedder', source, { model, folder, threads });
    return new Embedder(model, pool, options.maxWaitingQueries ?? 256);
  }

  get threads(): number {
    return this.#pool.threads;
  }

  /**
   * The vector of a query; overtakes every document that waits.
   * @throws AkinError `overloaded` when too many queries wait, `embedding-failed` when the model could not run.
   */
  async embedQuery(text: string): Promise<Embedding> {
    if (this.#waitingQueries >= this.#maxWaitingQueries) {
      throw new AkinError('overloaded', `${this.#waitingQueries} queries are waiting already`, {
        hint: 'try again in a second',
      });
    }
    this.#waitingQueries++;
    try {
      return await this.#pool.run({ text, as: 'query' }, true);
    } finally {
      this.#waitingQueries--;
    }
  }

  /**
   * The vectors of documents, in the order given. Pulls texts only as fast as they are embedded: at most
   * `threads × DOCUMENTS_AHEAD` of them are in memory.
   */
  async *embedDocuments(texts: Iterable<string> | AsyncIterable<string>): AsyncGenerator<Embedding> {
    const inFlight: Promise<Embedding>[] = [];
    for await (const text of texts) {
      const embedding = this.#pool.run({ text, as: 'document' });
      embedding.catch(() => {}); // It is awaited below, in order; until then a failure must not count as unhandled.
      inFlight.push(embedding);
      if (inFlight.length >= this.threads * DOCUMENTS_AHEAD) yield await inFlight.shift()!;
    }
    while (inFlight.length > 0) yield await inFlight.shift()!;
  }

  /** Ends the threads; what still waits is rejected. */
  close(): Promise<void> {
    return this.#pool.close();
  }
}
