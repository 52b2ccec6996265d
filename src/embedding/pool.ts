/**
 * A pool of threads that each hold a model and run one job at a time (the thread's side is jobs.ts).
 *
 * Inference blocks the thread it runs on, so it never runs on the main one. A job goes to the thread with the least to do.
 */
import type { Worker } from 'node:worker_threads';
import { AkinError } from '../errors.ts';
import { startThread } from '../thread.ts';
import type { Answer, Request } from './jobs.ts';
import type { ModelFiles } from './models.ts';

interface Thread<Result> {
  worker: Worker;
  ended: Promise<void>;
  /** Jobs it has been sent and not yet answered. */
  jobs: Map<number, { resolve: (result: Result) => void; reject: (error: Error) => void }>;
}

export class Pool<Task, Result> {
  readonly #name: string;
  readonly #threads: Thread<Result>[];
  #nextJob = 0;
  #failure: AkinError | undefined;

  private constructor(name: string, threads: Thread<Result>[]) {
    this.#name = name;
    this.#threads = threads;
  }

  /**
   * Starts the threads; resolves when every one of them has loaded the model.
   * @param name what holds the pool, for errors.
   * @param source the file that runs in each thread, by its path from the package's folder; it finds `model` and `folder`
   * in its `workerData`.
   * @param folder holds the model's files, which were verified.
   * @throws AkinError `embedding-failed`.
   */
  static async start<Task, Result>(
    name: string,
    source: string,
    { model, folder, threads: count }: { model: ModelFiles; folder: string; threads: number },
  ): Promise<Pool<Task, Result>> {
    const threads = Array.from({ length: count }, (): Thread<Result> => {
      const worker = startThread(source, { model, folder });
      const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
      return { worker, ended, jobs: new Map() };
    });
    const pool = new Pool<Task, Result>(name, threads);
    try {
      await Promise.all(threads.map((thread) => pool.#listen(thread)));
    } catch (error) {
      await pool.close();
      throw error;
    }
    return pool;
  }

  get threads(): number {
    return this.#threads.length;
  }

  /**
   * What a job gives.
   * @param urgent whether it overtakes those that are not.
   * @throws AkinError `embedding-failed` when the model could not run, or the pool has ended.
   */
  run(task: Task, urgent = false): Promise<Result> {
    if (this.#failure) return Promise.reject(this.#failure);
    const thread = this.#threads.reduce((least, each) => (each.jobs.size < least.jobs.size ? each : least));
    const id = this.#nextJob++;
    return new Promise((resolve, reject) => {
      thread.jobs.set(id, { resolve, reject });
      thread.worker.postMessage({ id, task, urgent } satisfies Request<Task>);
    });
  }

  /** Ends the threads; what still waits is rejected. */
  async close(): Promise<void> {
    this.#fail(new AkinError('embedding-failed', `${this.#name} was closed`));
    // Each ends between two jobs: the runtime aborts the process when its thread is ended amid one.
    for (const { worker } of this.#threads) worker.postMessage('close' satisfies Request<Task>);
    await Promise.all(this.#threads.map(({ ended }) => ended));
  }

  #listen(thread: Thread<Result>): Promise<void> {
    return new Promise((ready, notReady) => {
      const broken = (error: Error) => {
        const failure = new AkinError('embedding-failed', `a thread of ${this.#name} ended: ${error.message}`, {
          cause: error,
        });
        this.#fail(failure);
        notReady(failure);
      };
      thread.worker.on('error', broken);
      thread.worker.on('exit', (code) => broken(new Error(`exit code ${code}`)));
      thread.worker.on('message', (answer: Answer<Result>) => {
        if ('ready' in answer) return ready();
        const job = thread.jobs.get(answer.id);
        if (!job) return; // It was rejected when the pool failed or was closed.
        thread.jobs.delete(answer.id);
        if ('result' in answer) job.resolve(answer.result);
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
