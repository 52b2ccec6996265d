/**
 * Here is a text: what is its vector? A pool of embedding threads behind one bounded queue.
 *
 * Inference blocks the thread it runs on, so it never runs on the main one. Each thread gets a few documents ahead of
 * time (see worker.ts); queries go to the thread with the least to do and overtake its documents.
 */
import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { AkinError } from '../errors.ts';
import { startThread } from '../thread.ts';
import type { Embedding } from './encoder.ts';
import { verifiedModelFolder, type Model } from './models.ts';
import type { Answer, Job, Request } from './worker.ts';

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

interface Thread {
  worker: Worker;
  ended: Promise<void>;
  /** Jobs it has been sent and not yet answered. */
  jobs: Map<number, { resolve: (embedding: Embedding) => void; reject: (error: Error) => void }>;
}

export class Embedder {
  readonly model: Model;
  readonly #threads: Thread[];
  readonly #maxWaitingQueries: number;
  #nextJob = 0;
  #waitingQueries = 0;
  #failure: AkinError | undefined;

  private constructor(model: Model, threads: Thread[], maxWaitingQueries: number) {
    this.model = model;
    this.#threads = threads;
    this.#maxWaitingQueries = maxWaitingQueries;
  }

  /**
   * Verifies the model's files and starts the threads; resolves when every one of them has loaded the model.
   * @throws AkinError `model-missing` or `model-damaged` (see `verifiedModelFolder`), `embedding-failed`.
   */
  static async start(model: Model, options: EmbedderOptions = {}): Promise<Embedder> {
    const folder = await verifiedModelFolder(model, options.modelFolders);
    const count = options.threads ?? availableParallelism();
    const threads = Array.from({ length: count }, (): Thread => {
      const worker = startThread(new URL('./worker.ts', import.meta.url), { model, folder });
      const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
      return { worker, ended, jobs: new Map() };
    });
    const embedder = new Embedder(model, threads, options.maxWaitingQueries ?? 256);
    try {
      await Promise.all(threads.map((thread) => embedder.#listen(thread)));
    } catch (error) {
      await embedder.close();
      throw error;
    }
    return embedder;
  }

  get threads(): number {
    return this.#threads.length;
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
      return await this.#send(text, 'query');
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
      const embedding = this.#send(text, 'document');
      embedding.catch(() => {}); // It is awaited below, in order; until then a failure must not count as unhandled.
      inFlight.push(embedding);
      if (inFlight.length >= this.#threads.length * DOCUMENTS_AHEAD) yield await inFlight.shift()!;
    }
    while (inFlight.length > 0) yield await inFlight.shift()!;
  }

  /** Ends the threads; what still waits is rejected. */
  async close(): Promise<void> {
    this.#fail(new AkinError('embedding-failed', 'the embedder was closed'));
    // Each ends between two texts: the runtime aborts the process when its thread is ended amid one.
    for (const { worker } of this.#threads) worker.postMessage('close' satisfies Request);
    await Promise.all(this.#threads.map(({ ended }) => ended));
  }

  #send(text: string, as: Job['as']): Promise<Embedding> {
    if (this.#failure) return Promise.reject(this.#failure);
    const thread = this.#threads.reduce((least, each) => (each.jobs.size < least.jobs.size ? each : least));
    const id = this.#nextJob++;
    return new Promise((resolve, reject) => {
      thread.jobs.set(id, { resolve, reject });
      thread.worker.postMessage({ id, text, as } satisfies Request);
    });
  }

  #listen(thread: Thread): Promise<void> {
    return new Promise((ready, notReady) => {
      const broken = (error: Error) => {
        const failure = new AkinError('embedding-failed', `an embedding thread ended: ${error.message}`, {
          cause: error,
        });
        this.#fail(failure);
        notReady(failure);
      };
      thread.worker.on('error', broken);
      thread.worker.on('exit', (code) => broken(new Error(`exit code ${code}`)));
      thread.worker.on('message', (answer: Answer) => {
        if ('ready' in answer) return ready();
        const job = thread.jobs.get(answer.id);
        if (!job) return; // It was rejected when the embedder failed or was closed.
        thread.jobs.delete(answer.id);
        if ('embedding' in answer) job.resolve(answer.embedding);
        else job.reject(new AkinError('embedding-failed', `the model could not run: ${answer.error}`));
      });
    });
  }

  #fail(failure: AkinError): void {
    this.#failure ??= failure;
    for (const { jobs } of this.#threads) {
      for (const { reject } of jobs.values()) reject(this.#failure);
      jobs.clear();
    }
  }
}
