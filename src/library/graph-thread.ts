/** The main thread's end of the graph thread: questions out, answers in. */
import type { Worker } from 'node:worker_threads';
import { AkinError } from '../errors.ts';
import { startThread } from '../thread.ts';
import type { GraphStatus, NearestOptions } from './graph.ts';
import type { GraphAnswer, GraphQuestion, GraphReady, GraphRequest } from './graph-worker.ts';
import type { Neighbour } from './library.ts';

export class GraphThread {
  /** Why the graph is being rebuilt, if it is. */
  readonly rebuilding: string | undefined;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  readonly #ended: Promise<void>;
  #failure: AkinError | undefined;
  #nextId = 0;

  private constructor(worker: Worker, { rebuilding, status }: GraphReady) {
    this.#worker = worker;
    this.rebuilding = status.inTail > 0 ? rebuilding : undefined;
    worker.on('message', (answer: GraphAnswer) => {
      const { resolve, reject } = this.#waiting.get(answer.id)!;
      this.#waiting.delete(answer.id);
      if ('value' in answer) resolve(answer.value as never);
      else reject(new Error(answer.error));
    });
    worker.on('error', (error) => this.#fail(error));
    this.#ended = new Promise((resolve) => {
      worker.on('exit', (code) => {
        this.#fail(new Error(`exit code ${code}`));
        resolve();
      });
    });
  }

  /** Starts the thread; resolves when the snapshot is loaded, or found unusable. */
  static async start(folder: string): Promise<GraphThread> {
    const worker = startThread(new URL('./graph-worker.ts', import.meta.url), { folder });
    const ready = await new Promise<GraphReady>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', (error) => reject(ended(error)));
      worker.once('exit', (code) => reject(ended(new Error(`exit code ${code}`))));
    });
    return new GraphThread(worker, ready);
  }

  nearest(vector: Float32Array, k: number, options: NearestOptions): Promise<Neighbour[]> {
    return this.#ask({ ask: 'nearest', vector, k, options });
  }

  status(): Promise<GraphStatus> {
    return this.#ask({ ask: 'status' });
  }

  /** Resolves when every vector committed by now is in the graph and in its snapshot on disk. */
  async settle(): Promise<void> {
    await this.#ask({ ask: 'settle' });
  }

  /** Ends the thread between two things it does: better-sqlite3 aborts the process when its thread is ended amid a call. */
  async close(): Promise<void> {
    this.#worker.postMessage({ ask: 'close' } satisfies GraphRequest);
    await this.#ended;
  }

  #ask<T>(question: GraphQuestion): Promise<T> {
    if (this.#failure) return Promise.reject(this.#failure);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ ...question, id } satisfies GraphRequest);
    });
  }

  #fail(error: Error): void {
    this.#failure ??= ended(error);
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }
}

function ended(error: Error): AkinError {
  return new AkinError('library-damaged', `the graph thread ended: ${error.message}`, { cause: error });
}
