/**
 * Threads that come back: a pool of one or more that do jobs, bounded in what waits for them. What may take any time or
 * memory is not for a thread, whose limits can end the whole process, but for a process of its own (quarantine/).
 *
 * A thread that dies is started again, and the jobs it held are tried once more where their owner says that this is safe.
 * One that keeps dying is left alone for a while, in which jobs fail at once. Packages for pools of threads (piscina,
 * workerpool) start threads again, but neither try jobs again nor refuse by the time that a job would wait, and end threads
 * amid a native call, at which SQLite and the ONNX runtime end the process.
 */
import { setMaxListeners } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { AkinError, type ErrorCode } from '../errors.ts';
import { refusalOf } from '../faults.ts';
import { OLD_MIB, startThread } from '../thread.ts';
import { asError, type Answered, type Sent } from './messages.ts';

/** Hears of a thread that died, which is started again, and of work in the background that failed. */
export type OnTrouble = (trouble: Error) => void;

export interface PoolOptions {
  /** What errors and logs call it, for instance "the words thread". */
  name: string;
  /** The file that runs in each thread (see work.ts), by its path from the package's folder. */
  source: string;
  /** What the module finds in its `workerData`. */
  data: unknown;
  /** What a thread may hold in its heap, in MiB: less than usual for tests. */
  heapMib?: number;
  /** At most; each but the first is started when a job would otherwise wait for another one. */
  threads?: number;
  /** Jobs sent ahead to each thread, so that it never waits for the main one. */
  ahead?: number;
  /** The code of the error for jobs whose thread died. */
  code: ErrorCode;
  /** Whether a job is tried once more when its thread dies amid it. Not for what may be why it died. */
  triesAgain?: boolean;
  /** Jobs that may wait, urgent ones and others counted apart. */
  maxWaiting?: number;
  onTrouble?: OnTrouble | undefined;
}

export interface JobOptions {
  /** Whether it overtakes those that are not. */
  urgent?: boolean | undefined;
  /** When it is given, a job that was not begun never is, and what became of any other is of no interest. */
  signal?: AbortSignal | undefined;
}

/** How a pool is doing. */
export interface PoolState {
  name: string;
  /** Threads that can do something. */
  alive: number;
  threads: number;
  /** How often threads were started again. */
  restarts: number;
  waiting: number;
  /** Milliseconds that jobs took lately. */
  meanMs: number;
}

interface Job<Task> {
  id: number;
  task: Task;
  urgent: boolean;
  isSecondTry: boolean;
  resolve(result: never): void;
  reject(error: unknown): void;
}

interface Thread<Task> {
  worker: Worker;
  isReady: boolean;
  /** Sent and not yet answered. */
  jobs: Map<number, Job<Task>>;
  ended: Promise<void>;
}

/** Jobs that wait, where nothing else was said. */
const MAX_WAITING = 10_000;
/** A pool whose threads died more often than that within a time is left alone for a while. */
const MOST_RESTARTS = 5;
const RESTARTS_WITHIN_MS = 60_000;
const LEFT_ALONE_MS = 5_000;
/** How much the last job counts in the mean of what jobs take. */
const LATEST = 0.1;
/** For so long after an urgent job, one of several threads is left to the next one: it would wait for what the thread does. */
const LEFT_FREE_MS = 1000;
/** A thread that does not end by itself after so long is ended. */
const CLOSING_MS = 10_000;

export class Pool<Task, Result, Ready = unknown> {
  readonly #options: Required<Pick<PoolOptions, 'threads' | 'ahead' | 'maxWaiting'>> & PoolOptions;
  readonly #threads = new Set<Thread<Task>>();
  readonly #urgent: Job<Task>[] = [];
  readonly #others: Job<Task>[] = [];
  #ready: Ready | undefined;
  #nextId = 0;
  /** When an urgent job came last, on the clock of `performance.now`. */
  #lastUrgent = -Infinity;
  #meanMs = 0;
  /** Whether a thread has ever been ready: before that, what fails is the start of the pool. */
  #hasBegun = false;
  #isClosed = false;
  /** When threads were started again, on the clock of `performance.now`. */
  #restarts: number[] = [];
  #restartCount = 0;
  /** Why no thread is started now, and until when. */
  #broken: { error: Error; until: number } | undefined;

  private constructor(options: PoolOptions) {
    this.#options = { threads: 1, ahead: 4, maxWaiting: MAX_WAITING, ...options };
  }

  /**
   * Starts the first thread; resolves when it is ready.
   * @throws what a thread threw instead, or AkinError with the pool's code.
   */
  static async start<Task, Result, Ready = unknown>(options: PoolOptions): Promise<Pool<Task, Result, Ready>> {
    const pool = new Pool<Task, Result, Ready>(options);
    try {
      await pool.#start();
    } catch (error) {
      await pool.close();
      throw error;
    }
    return pool;
  }

  get threads(): number {
    return this.#options.threads;
  }

  /** What a thread said when it was ready, the last that was started. */
  get ready(): Ready {
    return this.#ready!;
  }

  get state(): PoolState {
    const { name, threads } = this.#options;
    const alive = [...this.#threads].filter(({ isReady }) => isReady).length;
    const waiting = this.#waiting(true) + this.#waiting(false);
    return { name, alive, threads, restarts: this.#restartCount, waiting, meanMs: this.#meanMs };
  }

  /** Milliseconds that an urgent job would wait now, by what jobs took lately. */
  get waitMs(): number {
    return (this.#waiting(true) * this.#meanMs) / this.threads;
  }

  /**
   * What a job gives.
   * @throws what it threw in the thread; AkinError `overloaded` when it would wait too long, the pool's code when its thread
   *   died; the signal's reason.
   */
  run(task: Task, { urgent = false, signal }: JobOptions = {}): Promise<Result> {
    const refusal = this.#refusal(urgent);
    if (refusal) return Promise.reject(refusal);
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    const id = this.#nextId++;
    const drop = () => this.#drop(id, signal!.reason);
    if (signal) {
      setMaxListeners(0, signal); // One question may have any number of jobs.
      signal.addEventListener('abort', drop);
    }
    const done = new Promise<Result>((resolve, reject) => {
      const job = { id, task, urgent, isSecondTry: false, resolve, reject };
      (urgent ? this.#urgent : this.#others).push(job);
      if (urgent) this.#lastUrgent = performance.now();
    });
    this.#send();
    return signal ? done.finally(() => signal.removeEventListener('abort', drop)) : done;
  }

  /** Ends the threads, each between two jobs; what still waits is rejected. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const { name, code } = this.#options;
    this.#rejectAll(new AkinError(code, `${name} was closed`));
    await Promise.all(
      [...this.#threads].map(async ({ worker, ended }) => {
        worker.postMessage('close' satisfies Sent<Task>);
        const deadline = setTimeout(() => void worker.terminate(), CLOSING_MS);
        await ended;
        clearTimeout(deadline);
      }),
    );
  }

  #refusal(urgent: boolean): Error | undefined {
    const { name, code, maxWaiting } = this.#options;
    if (this.#isClosed) return new AkinError(code, `${name} was closed`);
    if (this.#broken && performance.now() >= this.#broken.until) {
      this.#broken = undefined;
      this.#restarts = [];
      if (this.#threads.size === 0) this.#startAgain();
    }
    if (this.#broken && this.#threads.size === 0) return this.#broken.error;
    const waiting = this.#waiting(urgent);
    if (waiting < maxWaiting) return undefined;
    return new AkinError('overloaded', `${waiting} wait for ${name} already`, { hint: 'try again in a second' });
  }

  /** Jobs that are urgent, or are not, and have not been answered. */
  #waiting(urgent: boolean): number {
    const sent = [...this.#threads].flatMap(({ jobs }) => [...jobs.values()]).filter((job) => job.urgent === urgent);
    return sent.length + (urgent ? this.#urgent : this.#others).length;
  }

  /** Hands waiting jobs to threads, each to the one with the least to do. */
  #send(): void {
    const { ahead } = this.#options;
    for (;;) {
      const isUrgent = this.#urgent.length > 0;
      const queue = isUrgent ? this.#urgent : this.#others;
      // What is urgent does not wait here until others are done: in the thread it overtakes them.
      const most = isUrgent ? 2 * ahead : ahead;
      const leavesOneFree = !isUrgent && performance.now() - this.#lastUrgent < LEFT_FREE_MS;
      const usable = leavesOneFree && this.#threads.size > 1 ? [...this.#threads].slice(1) : [...this.#threads];
      const free = usable.filter(({ isReady, jobs }) => isReady && jobs.size < most);
      if (queue.length === 0 || free.length === 0) return;
      const thread = free.reduce((least, each) => (each.jobs.size < least.jobs.size ? each : least));
      if (thread.jobs.size > 0) this.#startAnother();
      const job = queue.shift()!;
      thread.jobs.set(job.id, job);
      const { id, task, urgent } = job;
      thread.worker.postMessage({ id, job: task, urgent } satisfies Sent<Task>);
    }
  }

  #drop(id: number, reason: unknown): void {
    for (const queue of [this.#urgent, this.#others]) {
      const at = queue.findIndex((job) => job.id === id);
      if (at >= 0) return queue.splice(at, 1)[0]!.reject(reason);
    }
    for (const { worker, jobs } of this.#threads) {
      jobs.get(id)?.reject(reason); // It stays there until the thread has answered.
      if (jobs.has(id)) worker.postMessage({ dropped: id } satisfies Sent<Task>);
    }
  }

  /** Starts one thread; resolves when it is ready. */
  #start(): Promise<void> {
    const { source, data, heapMib, onTrouble } = this.#options;
    const worker = startThread(source, data, heapMib);
    return new Promise((ready, notReady) => {
      let failure: Error | undefined;
      const thread: Thread<Task> = {
        worker,
        isReady: false,
        jobs: new Map(),
        ended: Promise.resolve(),
      };
      this.#threads.add(thread);
      worker.on('message', (answer: Answered) => {
        if ('ready' in answer) {
          this.#ready = answer.ready as Ready;
          thread.isReady = true;
          this.#hasBegun = true;
          ready();
        } else if ('unready' in answer) failure = asError(answer.unready);
        else if ('trouble' in answer) return onTrouble?.(asError(answer.trouble));
        else this.#answered(thread, answer);
        this.#send();
      });
      worker.on('error', (error) => (failure ??= error instanceof Error ? error : new Error(String(error))));
      thread.ended = new Promise((resolve) => {
        worker.on('exit', (exit) => {
          const error = refusalOf(failure) ?? this.#death(failure, exit);
          notReady(error);
          this.#ended(thread, error);
          resolve();
        });
      });
    });
  }

  /** Why a thread is no more. */
  #death(failure: Error | undefined, exit: number): AkinError {
    const { name, code, heapMib = OLD_MIB } = this.#options;
    if (!failure || !('code' in failure) || failure.code !== 'ERR_WORKER_OUT_OF_MEMORY') {
      return new AkinError(code, `${name} ended: ${failure?.message ?? `exit code ${exit}`}`, { cause: failure });
    }
    const hint = 'ask for less at once; it has been started again';
    return new AkinError('too-large', `${name} ended: it wanted more than ${heapMib} MiB of memory`, {
      hint,
      cause: failure,
    });
  }

  #answered(thread: Thread<Task>, answer: Extract<Answered, { id: number }>): void {
    const job = thread.jobs.get(answer.id);
    thread.jobs.delete(answer.id);
    if ('dropped' in answer) return;
    this.#meanMs = this.#meanMs === 0 ? answer.ms : (1 - LATEST) * this.#meanMs + LATEST * answer.ms;
    if ('result' in answer) job?.resolve(answer.result as never);
    else job?.reject(asError(answer.error));
  }

  /** A thread is no more: its jobs are tried again or fail, and another one takes its place. */
  #ended(thread: Thread<Task>, error: AkinError): void {
    this.#threads.delete(thread);
    if (this.#isClosed) return;
    if (thread.isReady) this.#options.onTrouble?.(error);
    for (const job of [...thread.jobs.values()].reverse()) {
      if (this.#options.triesAgain && !job.isSecondTry) {
        (job.urgent ? this.#urgent : this.#others).unshift({ ...job, isSecondTry: true });
      } else job.reject(error);
    }
    if (this.#hasBegun) this.#startAgain(error);
  }

  /** Starts one more thread, if there may be more, and no other one is on its way. */
  #startAnother(): void {
    const isOnItsWay = [...this.#threads].some(({ isReady }) => !isReady);
    if (isOnItsWay || this.#broken || this.#threads.size >= this.threads) return;
    this.#start().catch(() => {}); // `#ended` has heard of it.
  }

  #startAgain(error?: AkinError): void {
    const now = performance.now();
    this.#restarts = this.#restarts.filter((at) => at > now - RESTARTS_WITHIN_MS);
    if (error && this.#restarts.length >= MOST_RESTARTS * this.threads) {
      this.#broken = { error, until: now + LEFT_ALONE_MS };
      if (this.#threads.size === 0) this.#rejectAll(error);
      return;
    }
    this.#restarts.push(now);
    this.#restartCount++;
    this.#start().catch(() => {}); // `#ended` has heard of it.
  }

  #rejectAll(error: Error): void {
    for (const { jobs } of this.#threads) {
      for (const job of jobs.values()) job.reject(error);
      jobs.clear();
    }
    for (const job of [...this.#urgent.splice(0), ...this.#others.splice(0)]) job.reject(error);
  }
}
