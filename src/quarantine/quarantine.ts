/**
 * Where are files read that nobody vouches for? In a process of their own, one after the other, that is ended when one takes
 * too long, takes too much memory, or is not wanted any more.
 *
 * In a process, since no limit of a thread holds. What a thread takes outside of its heap is nobody's to limit; and where one
 * allocation, such as a map's that grows, takes more than is left of the heap, V8 ends the process whole and not the thread.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { AkinError, type ErrorCode } from '../errors.ts';
import { builtOf } from '../package.ts';

/** What is done in there, and what it may take. */
export interface Limits {
  /** The source whose function `answer` is given each job, by its path from the package's folder. */
  module: string;
  /** What a person would call it: "opening the file". */
  what: string;
  /** For one job, by the clock; as long may the process take to start. */
  seconds: number;
  /** MB (10⁶ bytes) of resident memory beyond what the process has at rest. Two thirds of it may be objects. */
  megabytes: number;
  /** Jobs that may wait; whoever comes then is refused. */
  waiting: number;
}

/** What the process says of a job. */
export type Outcome<Answer> = { hasGrown: boolean } & (
  | { answer: Answer }
  /** An AkinError. */
  | { refused: { code: ErrorCode; message: string; hint: string | undefined; field: string | undefined } }
  /** Anything else: a bug. */
  | { failed: string }
);

/** What the process is told when it starts. */
export interface Terms {
  module: string;
  megabytes: number;
}

/** How a process ends that is ended by its watch, or by V8. */
const OUT_OF_MEMORY = new Set<string | number>(['SIGKILL', 'SIGABRT', 134]);
/** Starting a process takes longer than reading most files: it is kept for the next one, but not for ever. */
const IDLE_MS = 60_000;

/** Whether somebody has stopped a process (SIGSTOP, a debugger); what its job took is then not the job's doing. */
function isHeldUp({ pid }: ChildProcess): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return /^[Tt]$/.test(status.slice(status.lastIndexOf(')') + 2).split(' ', 1)[0]!);
  } catch {
    return false; // Not on this system, or it has ended by now.
  }
}

export class Quarantine<Job, Answer> {
  readonly #limits: Limits;
  /** Those who wait for their turn, in the order in which they came. */
  readonly #waiting: (() => void)[] = [];
  #isTaken = false;
  #process: ChildProcess | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /**
   * What the module answers to a job.
   * @param job structured-clonable, as the answer is.
   * @param signal ends the job, or takes it out of the queue.
   * @throws AkinError `overloaded`, also where the process was stopped; `too-large` for what takes too long or too much memory; whatever the module throws.
   */
  async ask(job: Job, signal?: AbortSignal): Promise<Answer> {
    signal?.throwIfAborted();
    await this.#turn(signal);
    try {
      return await this.#answer(job, signal);
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#isTaken = false;
    }
  }

  async #turn(signal: AbortSignal | undefined): Promise<void> {
    if (!this.#isTaken) {
      this.#isTaken = true;
      return;
    }
    if (this.#waiting.length >= this.#limits.waiting) {
      throw new AkinError('overloaded', `${this.#waiting.length} files are waiting to be read already`, {
        hint: 'try again in a few seconds',
      });
    }
    await new Promise<void>((resolve, reject) => {
      const begin = (): void => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(begin), 1);
        reject(signal!.reason as Error);
      };
      this.#waiting.push(begin);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }

  async #answer(job: Job, signal: AbortSignal | undefined): Promise<Answer> {
    const { what, seconds, megabytes } = this.#limits;
    const isFresh = this.#process === undefined;
    const child = await this.#wake();
    const outcome = await this.#outcome(child, job, signal);
    const isStopped = outcome === 'late' && isHeldUp(child);
    if (outcome !== 'late' && 'hasGrown' in outcome && !outcome.hasGrown) this.#rest(child);
    else this.#end(child);
    signal?.throwIfAborted();
    if (isStopped) {
      const message = `${what} got nowhere in ${seconds} seconds: something has stopped the process that does it`;
      throw new AkinError('overloaded', message, { hint: 'try again; another process does it then' });
    }
    if (outcome === 'late') throw new AkinError('too-large', `${what} takes longer than ${seconds} seconds`);
    if ('ended' in outcome) {
      if (!isFresh) return this.#answer(job, signal); // It may have been what an earlier one left behind.
      if (OUT_OF_MEMORY.has(outcome.ended))
        throw new AkinError('too-large', `${what} takes more than ${megabytes} MB of memory`);
      throw new AkinError('file-unreadable', `${what} makes its reader crash (${outcome.ended})`);
    }
    if ('failed' in outcome) throw new Error(outcome.failed);
    if ('answer' in outcome) return outcome.answer;
    const { code, message, ...details } = outcome.refused;
    throw new AkinError(code, message, details);
  }

  /** What becomes of a job: an outcome, or that there is none in time, or how the process ended before. */
  async #outcome(
    child: ChildProcess,
    job: Job,
    signal: AbortSignal | undefined,
  ): Promise<Outcome<Answer> | 'late' | { ended: string | number }> {
    const over = new AbortController();
    const listening = { signal: over.signal };
    let watch: NodeJS.Timeout | undefined;
    try {
      const said = once(child, 'message', listening).then(([outcome]) => outcome as Outcome<Answer>);
      const ended = once(child, 'exit', listening).then(([code, by]) => ({ ended: (by ?? code) as string | number }));
      const late = new Promise<'late'>((resolve) => {
        watch = setTimeout(() => resolve('late'), signal?.aborted ? 0 : this.#limits.seconds * 1000);
        signal?.addEventListener('abort', () => resolve('late'), listening);
      });
      for (const each of [said, ended]) each.catch(() => {}); // Nobody listens any more when it is over.
      child.send(job as object, () => {}); // Where it can't be sent, the process has ended, and that is said.
      return await Promise.race([said, ended, late]);
    } finally {
      clearTimeout(watch);
      over.abort();
    }
  }

  async #wake(): Promise<ChildProcess> {
    clearTimeout(this.#idle);
    const child = (this.#process ??= await this.#start());
    child.ref();
    child.channel?.ref();
    return child;
  }

  async #start(): Promise<ChildProcess> {
    const { module, megabytes, seconds } = this.#limits;
    const terms: Terms = { module: builtOf(module), megabytes };
    const child = fork(builtOf('src/quarantine/process.ts'), [JSON.stringify(terms)], {
      execArgv: [`--max-old-space-size=${Math.floor((megabytes * 2) / 3)}`, '--max-semi-space-size=4'],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    let isLate = false;
    const late = setTimeout(() => (isLate = child.kill('SIGKILL')), seconds * 1000);
    const [said] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [unknown];
    clearTimeout(late);
    if (isLate)
      throw new AkinError('overloaded', `a process did not start within ${seconds} seconds`, { hint: 'try again' });
    if (said !== 'ready') throw new Error(`${module} could not be started: ${String(said)}`);
    child.on('exit', () => {
      if (this.#process === child) this.#process = undefined;
    });
    return child;
  }

  /** Keeps the process, which keeps nobody from leaving. */
  #rest(child: ChildProcess): void {
    child.unref();
    child.channel?.unref();
    this.#idle = setTimeout(() => this.#end(child), IDLE_MS).unref();
  }

  #end(child: ChildProcess): void {
    if (this.#process === child) this.#process = undefined;
    child.kill('SIGKILL');
    child.unref();
  }
}
