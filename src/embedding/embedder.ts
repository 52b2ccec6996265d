/**
 * Here is a text: what is its vector? A pool of embedding threads behind one bounded queue.
 *
 * Each thread gets a few documents ahead of time; queries go to the thread with the least to do and overtake its documents.
 */
import { availableParallelism } from 'node:os';
import { AkinError } from '../errors.ts';
import { Pool, type OnTrouble, type PoolState } from '../threads/pool.ts';
import type { Text } from './embedding-worker.ts';
import type { Embedding } from './encoder.ts';
import { verifiedModelFolder, type Model } from './models.ts';

export type { Embedding } from './encoder.ts';

export interface EmbedderOptions {
  /** Embedding threads, at most; as many as the machine runs in parallel unless told otherwise. */
  threads?: number;
  /** Folders to look for model folders in, before the bundled `models/`. */
  modelFolders?: string[];
  /** Queries that may wait at once; one more is refused as `overloaded`. */
  maxWaitingQueries?: number;
  onTrouble?: OnTrouble | undefined;
}

/** What embeds: an embedder, or one that is started when a vector is first wanted. */
export type Embeds = Pick<Embedder, 'model' | 'embedQuery' | 'embedDocuments'>;

/** Documents sent ahead to each thread: enough that it never waits for a main thread busy with a commit. */
const DOCUMENTS_AHEAD = 4;

export class Embedder {
  readonly model: Model;
  readonly #pool: Pool<Text, Embedding>;

  private constructor(model: Model, pool: Pool<Text, Embedding>) {
    this.model = model;
    this.#pool = pool;
  }

  /**
   * Verifies the model's files and starts the first thread; resolves when it has loaded the model.
   * @throws AkinError `model-missing` or `model-damaged` (see `verifiedModelFolder`), `embedding-failed`.
   */
  static async start(model: Model, options: EmbedderOptions = {}): Promise<Embedder> {
    const folder = await verifiedModelFolder(model, options.modelFolders);
    const threads = options.threads ?? availableParallelism();
    const source = 'src/embedding/embedding-worker.ts';
    const pool = await Pool.start<Text, Embedding>({
      ...{ name: 'the embedder', source, data: { model, folder }, threads, ahead: DOCUMENTS_AHEAD },
      ...{ code: 'embedding-failed', triesAgain: true, maxWaiting: options.maxWaitingQueries ?? 256 },
      onTrouble: options.onTrouble,
    });
    return new Embedder(model, pool);
  }

  get threads(): number {
    return this.#pool.threads;
  }

  /** How its threads are doing. */
  get state(): PoolState {
    return this.#pool.state;
  }

  /** Milliseconds that a query would wait now before it is embedded. */
  get waitMs(): number {
    return this.#pool.waitMs;
  }

  /**
   * The vector of a query; overtakes every document that waits.
   * @throws AkinError `overloaded` when too many queries wait, `embedding-failed` when the model could not run; the signal's
   *   reason.
   */
  embedQuery(text: string, signal?: AbortSignal): Promise<Embedding> {
    return this.#pool.run({ text, as: 'query' }, { urgent: true, signal });
  }

  /**
   * The vectors of documents, in the order given. Pulls texts only as fast as they are embedded: at most
   * `threads × DOCUMENTS_AHEAD` of them are in memory.
   * @throws AkinError `embedding-failed` when the model could not run; the signal's reason.
   */
  async *embedDocuments(
    texts: Iterable<string> | AsyncIterable<string>,
    signal?: AbortSignal,
  ): AsyncGenerator<Embedding> {
    const inFlight: Promise<Embedding>[] = [];
    for await (const text of texts) {
      const embedding = this.#pool.run({ text, as: 'document' }, { signal });
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

/**
 * What embeds by an embedder that is started when a vector is first wanted: who asks for words alone needs none.
 * @param start starts it, or gives it once it was started; what it throws is what embedding throws.
 */
export function embedsWhenWanted(model: Model, start: () => Promise<Embedder>): Embeds {
  const started = async (): Promise<Embedder> => {
    const embedder = await start();
    checkComparable(model, embedder.model);
    return embedder;
  };
  return {
    model,
    embedQuery: async (text, signal) => (await started()).embedQuery(text, signal),
    async *embedDocuments(texts, signal) {
      yield* (await started()).embedDocuments(texts, signal);
    },
  };
}

/** @throws AkinError `model-mismatch` when the vectors of a library and those of an embedder are not comparable. */
export function checkComparable(library: Model, embedder: Model): void {
  if (library.fingerprint === embedder.fingerprint) return;
  throw new AkinError('model-mismatch', `the library is of ${library.name}, the embedder of ${embedder.name}`);
}
