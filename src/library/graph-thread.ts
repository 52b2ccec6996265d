/** The main thread's end of the graph thread: questions out, answers in. */
import type { Worker } from 'node:worker_threads';
import { AkinError } from '../errors.ts';
import { startThread } from '../thread.ts';
import type { GraphStatus } from './graph.ts';
import type { GraphAnswer, GraphQuestion, GraphRequest } from './graph-worker.ts';
import type { Neighbour } from './library.ts';

type Waiting = Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>;

export class GraphThread {
  /** Why the graph is being rebuilt, if it is. */
  readonly rebuilding: string | undefined;
  readonly #worker: Worker;
  readonly #waiting: Waiting;
  #nextId = 0;

  private constructor(worker: Worker, waiting: Waiting, rebuilding: string | undefined) {
    this.#worker = worker;
    this.#waiting = waiting;
    this.rebuilding = rebuilding;
  }

  /** Starts the thread; resolves when the snapshot is loaded, or found unusable. */
  static start(folder: string): Promise<GraphThread> {
    const worker = startThread(new URL('./graph-worker.ts', import.meta.url), { folder });
    const waiting: Waiting = new Map();
    return new Promise((ready, notReady) => {
      const broken = (error: Error) => {
        const failure = new AkinError('library-damaged', `the graph thread ended: ${error.message}`, { cause: error });
        notReady(failure);
        for (const { reject } of waiting.values()) reject(failure);
        waiting.clear();
      };
      worker.on('error', broken);
      worker.on('exit', (code) => broken(new Error(`exit code ${code}`)));
      worker.on('message', (answer: GraphAnswer) => {
        if ('ready' in answer) {
          ready(new GraphThread(worker, waiting, answer.ready.status.inTail > 0 ? answer.ready.rebuilding : undefined));
          return;
        }
        const { resolve, reject } = waiting.get(answer.id)!;
        waiting.delete(answer.id);
        if ('value' in answer) resolve(answer.value as never);
        else reject(new Error(answer.error));
      });
    });
  }

  nearest(vector: Float32Array, k: number, ef?: number): Promise<Neighbour[]> {
    return this.#ask({ ask: 'nearest', vector, k, ef });
  }

  status(): Promise<GraphStatus> {
    return this.#ask({ ask: 'status' });
  }

  /** Resolves when every vector committed by now is in the graph and in its snapshot on disk. */
  async settle(): Promise<void> {
    await this.#ask({ ask: 'settle' });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #ask<T>(question: GraphQuestion): Promise<T> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ ...question, id } satisfies GraphRequest);
    });
  }
}
