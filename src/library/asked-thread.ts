/** A thread that is asked questions and answers each, whatever else it does: both ends of the talk. */
import { parentPort, type Worker } from 'node:worker_threads';
import { AkinError } from '../errors.ts';
import { startThread } from '../thread.ts';

type Request = { id: number; question: unknown } | 'close';
type Answer = { id: number; value: unknown } | { id: number; error: string };

/** The main thread's end: questions out, answers in. */
export class AskedThread<Ready> {
  /** What the thread said when it was ready. */
  readonly ready: Ready;
  readonly #name: string;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  readonly #ended: Promise<void>;
  #failure: AkinError | undefined;
  #nextId = 0;

  private constructor(name: string, worker: Worker, ready: Ready) {
    this.#name = name;
    this.#worker = worker;
    this.ready = ready;
    worker.on('message', (answer: Answer) => {
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

  /**
   * Starts `source` as a thread for the library in `folder`; resolves when it says that it is ready.
   * @param name what errors call it.
   * @param source a file by its path from the package's folder.
   * @throws AkinError `library-damaged` when it ends instead.
   */
  static async start<Ready>(name: string, source: string, folder: string): Promise<AskedThread<Ready>> {
    const worker = startThread(source, { folder });
    const ready = await new Promise<Ready>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', (error) => reject(ended(name, error)));
      worker.once('exit', (code) => reject(ended(name, new Error(`exit code ${code}`))));
    });
    return new AskedThread(name, worker, ready);
  }

  ask<T>(question: unknown): Promise<T> {
    if (this.#failure) return Promise.reject(this.#failure);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, question } satisfies Request);
    });
  }

  /** Ends the thread between two things it does: better-sqlite3 aborts the process when its thread is ended amid a call. */
  async close(): Promise<void> {
    this.#worker.postMessage('close' satisfies Request);
    await this.#ended;
  }

  #fail(error: Error): void {
    this.#failure ??= ended(this.#name, error);
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }
}

/** The thread's end: says that it is ready, and answers what it is asked until it is closed. */
export function answerQuestions<Question>(
  ready: unknown,
  answer: (question: Question) => unknown,
  close: () => void,
): void {
  const port = parentPort!;
  port.on('message', (request: Request) => {
    if (request === 'close') {
      close();
      process.exit(); // Of this thread.
    }
    const { id, question } = request;
    Promise.resolve(question as Question)
      .then(answer)
      .then(
        (value) => port.postMessage({ id, value } satisfies Answer),
        (error: Error) => port.postMessage({ id, error: error.message } satisfies Answer),
      );
  });
  port.postMessage(ready);
}

function ended(name: string, error: Error): AkinError {
  return new AkinError('library-damaged', `the ${name} thread ended: ${error.message}`, { cause: error });
}
