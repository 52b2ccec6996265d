/**
 * Taking in for those who do not wait for it: jobs come into a queue, one is done after the other, and each can be asked how far it
 * has come. What was taken into the queue is on disk by then; when the process ends, however it ends, the next one goes on. A
 * part of a job is read again from its beginning then, which changes nothing of what it stored before.
 */
import { EventEmitter, once } from 'node:events';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { AkinError } from '../errors.ts';
import { refusalOf } from '../faults.ts';
import type { PoliteClient } from '../sources/online/polite.ts';
import { checkDays, isOnlineQuery, joinPapers, ONLINE_SOURCES } from '../sources/online/registry.ts';
import { excerpt } from '../text.ts';
import type { OnTrouble } from '../threads/pool.ts';
import { LOOK_EVERY_MS, watch, type FollowOptions, type SyncSummary } from './follow.ts';
import type { IntakeEvent } from './intake.ts';
import { JobFolder, type KeptJob } from './job-folder.ts';
import { takeInJob } from './job-run.ts';
import {
  isOver,
  newJob,
  newPart,
  noteFollowed,
  progressOf,
  type Job,
  type JobOptions,
  type JobPart,
  type JobProgress,
} from './job.ts';
import { clientFor, readingOptions, type Target } from './take-in.ts';

export const JOB_LIMITS = {
  /** Jobs that wait for their turn; one more is refused. */
  waiting: 100,
  /** What was sent of jobs that are not over, in bytes: when there is as much, nothing more is received. */
  bytes: 2 * 1024 ** 3,
  /** Jobs that are over and can still be asked for. */
  history: 100,
};

export interface JobsOptions {
  target: Target;
  /** Refuse to ask online services. */
  offline?: boolean | undefined;
  /** What asks them instead of the usual one. */
  client?: PoliteClient | undefined;
  /** Hears of what fails while nobody waits for it. */
  onTrouble?: OnTrouble | undefined;
}

/** What was sent: files, which lie in a folder as `0`, `1` and so on, and names for online services. */
export interface Sent {
  files: Pick<JobPart, 'kind' | 'name' | 'bytes'>[];
  /** Files of this machine that are read where they lie, by their paths. Nobody else than akin itself may say which. */
  places?: string[];
  names: string[];
  options: JobOptions;
}

/** How a job is at a moment. */
export interface JobMoment {
  /** Grows from moment to moment. */
  version: number;
  progress: JobProgress;
}

interface Entry {
  kept: KeptJob;
  version: number;
  changes: EventEmitter;
  /** Aborted when it is cancelled. */
  cancelled: AbortController;
}

/** What may be done in the library's turn; see `Jobs.inTurn`. */
type Work<T> = () => Promise<T>;

export class Jobs {
  readonly #target: Target;
  readonly #folder: JobFolder;
  readonly #client: PoliteClient;
  readonly #offline: boolean;
  readonly #onTrouble: OnTrouble | undefined;
  /** By their ids, in the order in which they came. */
  readonly #entries = new Map<string, Entry>();
  readonly #closing = new AbortController();
  /** The end of what stands last in the queue; never rejects. */
  #last: Promise<unknown> = Promise.resolve();
  readonly #following: Promise<void>[] = [];
  /** Told of every event of what is under way. */
  #onEvent: (event: IntakeEvent) => void = () => {};

  private constructor({ target, offline = false, client, onTrouble }: JobsOptions, folder: JobFolder) {
    this.#target = target;
    this.#folder = folder;
    this.#offline = offline;
    this.#client = client ?? clientFor(target, offline, (event) => this.#onEvent(event));
    this.#onTrouble = onTrouble;
  }

  /** Opens the queue of a library, and goes on with what is in it. @throws AkinError as `JobFolder.open`. */
  static async open(options: JobsOptions): Promise<Jobs> {
    const folder = JobFolder.open(options.target.address);
    try {
      const jobs = new Jobs(options, folder);
      for (const kept of await folder.load(options.onTrouble)) jobs.#goOn(kept);
      return jobs;
    } catch (error) {
      folder.close();
      throw error;
    }
  }

  /** Every job, the newest first. */
  list(): JobProgress[] {
    return [...this.#entries.values()].map(({ kept }) => progressOf(kept.job)).reverse();
  }

  /** A job as it is now. @throws AkinError `not-found`. */
  get(id: string): Job {
    return structuredClone(this.#entry(id).kept.job);
  }

  /**
   * Takes a job into the queue: when it is fulfilled, the job is on the disk.
   * @param receive puts the files into the folder it is given.
   * @throws AkinError `overloaded` where too much waits, before anything is received; `invalid-argument`, `format-unknown`,
   *   `offline`; what `receive` throws. Nothing is left then.
   */
  async add(receive: (folder: string) => Promise<Sent>): Promise<Job> {
    this.#checkRoom();
    const folder = await this.#folder.receiving();
    try {
      const { files, places = [], names, options } = await receive(folder);
      this.#check(names, options);
      const queries = joinPapers(names);
      const sent = files.map(({ kind, name, bytes }) => newPart(kind, name, bytes));
      const lying = places.map((each) => newPart('place', path.basename(each)));
      const job = newJob(this.#folder.newId(), [...sent, ...lying, ...queries.map((name) => newPart('name', name))]);
      if (job.parts.length === 0) throw nothingToTakeIn();
      this.#checkRoom(); // Others came meanwhile.
      const kept = { job, options, places, names: queries };
      const entry = this.#enter(kept);
      await this.#folder.keep(folder, kept).catch((error: unknown) => {
        this.#entries.delete(job.id);
        throw error;
      });
      void this.inTurn(() => this.#run(entry));
      return structuredClone(job);
    } catch (error) {
      await this.#folder.drop(folder);
      throw error;
    }
  }

  /**
   * Cancels a job; of one that is over nothing is changed.
   * @returns the job when nothing more is done for it. What it has stored by then stays.
   * @throws AkinError `not-found`.
   */
  async cancel(id: string): Promise<Job> {
    const entry = this.#entry(id);
    const { job } = entry.kept;
    entry.cancelled.abort();
    if (job.state === 'queued') await this.#end(entry, 'cancelled');
    const { signal } = this.#closing;
    while (!isOver(job) && !signal.aborted) await once(entry.changes, 'change', { signal }).catch(() => {});
    return structuredClone(job);
  }

  /**
   * How a job is: now, and whenever that changes, until it is over.
   * @param after the version that was seen last: the first moment is a later one.
   * @param signal ends it, without an error.
   * @throws AkinError `not-found`.
   */
  async *moments(id: string, signal: AbortSignal, after?: number): AsyncGenerator<JobMoment> {
    const entry = this.#entry(id);
    const ended = AbortSignal.any([signal, this.#closing.signal]);
    for (let seen = after; !ended.aborted;) {
      const { version, kept } = entry;
      const isLast = isOver(kept.job); // Before it is told: it may end while whoever listens takes it.
      if (version !== seen || isLast) yield { version, progress: structuredClone(progressOf(kept.job)) };
      if (isLast) return;
      seen = version;
      if (entry.version === seen) await once(entry.changes, 'change', { signal: ended }).catch(() => {});
    }
  }

  /**
   * Does something when all that came before it is done. Nothing else is taken in meanwhile.
   * @throws what the work throws.
   */
  inTurn<T>(work: Work<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }

  /**
   * Keeps the library in step with files until the signal is given or the queue is closed. Every run in which something happened
   * is told as a job that is over. What fails is told, and tried again.
   * @param onSummary given the account of each run, as `watch` gives it.
   */
  follow(
    paths: string[],
    options: FollowOptions & { signal: AbortSignal },
    onSummary: (summary: SyncSummary) => void,
  ): Promise<void> {
    const signal = AbortSignal.any([options.signal, this.#closing.signal]);
    const following = this.#follow(paths, { ...options, signal }, onSummary);
    this.#following.push(following);
    return following;
  }

  /** Ends what is under way, and lets go of the queue. Jobs that are not over go on when it is opened again. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([this.#last, ...this.#following]);
    this.#folder.close();
  }

  async #follow(
    paths: string[],
    options: FollowOptions & { signal: AbortSignal },
    onSummary: (summary: SyncSummary) => void,
  ): Promise<void> {
    const { signal } = options;
    const turn = <T>(work: Work<T>): Promise<T> => this.inTurn(work);
    let said = '';
    while (!signal.aborted) {
      try {
        await watch(this.#target, paths, { ...options, turn }, (summary) => {
          said = '';
          onSummary(summary);
          if (hasHappened(summary)) void this.#tell(paths, summary);
        });
      } catch (error) {
        if (signal.aborted) return;
        this.#onTrouble?.(error as Error);
        const { message } = error as Error;
        if (message !== said) await this.#tell(paths, error as Error);
        said = message;
        await setTimeout(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
      }
    }
  }

  #entry(id: string): Entry {
    const entry = this.#entries.get(id);
    if (entry) return entry;
    throw new AkinError('not-found', `there is no job "${excerpt(id, 100)}"`, {
      hint: `the last ${JOB_LIMITS.history} that are over are kept`,
      field: 'id',
    });
  }

  #checkRoom(): void {
    const open = [...this.#entries.values()].map(({ kept }) => kept.job).filter((job) => !isOver(job));
    const bytes = open.flatMap(({ parts }) => parts).reduce((sum, part) => sum + part.bytes, 0);
    if (open.length < JOB_LIMITS.waiting && bytes < JOB_LIMITS.bytes) return;
    throw new AkinError('overloaded', `${open.length} jobs with ${bytes} bytes wait already`, {
      hint: 'try again when some of them are over',
    });
  }

  /** @throws AkinError for what can't be done, whatever was sent. */
  #check(names: string[], { format, map, ...days }: JobOptions): void {
    readingOptions(this.#target.address, { format, map });
    checkDays(days);
    const wrong = names.findIndex((name) => !isOnlineQuery(name));
    if (wrong !== -1) {
      const services = ONLINE_SOURCES.map(({ name }) => name).join(', ');
      throw new AkinError('invalid-argument', `"${names[wrong]}" is for none of the online services`, {
        hint: `there are ${services}`,
        field: `names/${wrong}`,
      });
    }
    if (names.length > 0 && this.#offline) {
      throw new AkinError('offline', `${names[0]} asks an online service, and the server was told to stay offline`, {
        hint: 'send a file',
        field: 'names/0',
      });
    }
  }

  #enter(kept: KeptJob): Entry {
    const changes = new EventEmitter().setMaxListeners(0);
    // No version is ever that of an earlier process.
    const entry = { kept, version: Date.now(), changes, cancelled: new AbortController() };
    this.#entries.set(kept.job.id, entry);
    return entry;
  }

  /** Takes up a job that another process was told of. */
  #goOn(kept: KeptJob): void {
    const { job } = kept;
    const entry = this.#enter(kept);
    if (isOver(job)) return;
    if (job.state === 'running') {
      Object.assign(job, { state: 'queued', restarts: job.restarts + 1, embedded: null, waiting: null });
      for (const part of job.parts) if (part.state === 'running') part.state = 'waiting';
    }
    void this.inTurn(() => this.#run(entry));
  }

  #changed(entry: Entry): void {
    entry.version++;
    entry.changes.emit('change');
  }

  /** Does a job; never rejects. */
  async #run(entry: Entry): Promise<void> {
    const { job } = entry.kept;
    const closing = this.#closing.signal;
    if (isOver(job) || closing.aborted) return;
    try {
      job.state = 'running';
      job.started ??= new Date().toISOString();
      this.#changed(entry);
      await this.#folder.save(entry.kept);
      await takeInJob(entry.kept, {
        target: this.#target,
        folder: this.#folder,
        client: this.#client,
        signal: AbortSignal.any([entry.cancelled.signal, closing]),
        onChange: () => this.#changed(entry),
        listen: (onEvent) => (this.#onEvent = onEvent),
      });
      if (closing.aborted) return;
      await this.#end(entry, entry.cancelled.signal.aborted ? 'cancelled' : 'done');
    } catch (error) {
      if (closing.aborted) return;
      if (entry.cancelled.signal.aborted) return await this.#end(entry, 'cancelled');
      if (!refusalOf(error)) this.#onTrouble?.(error as Error);
      await this.#end(entry, 'failed', error);
    }
  }

  /** Notes that a job is over. What was sent goes first where the disk is full, for then there is no room to say so. */
  async #end(entry: Entry, state: 'done' | 'failed' | 'cancelled', error?: unknown): Promise<void> {
    const { kept } = entry;
    const { job } = kept;
    const over: Job = { ...job, state, ended: new Date().toISOString(), waiting: null };
    if (error !== undefined) over.error = errorOf(error);
    try {
      if (over.error?.code === 'disk-full') await this.#folder.removeSent(job);
      await this.#folder.save({ ...kept, job: over });
      await this.#folder.removeSent(job);
    } catch (trouble) {
      this.#onTrouble?.(trouble as Error);
    }
    Object.assign(job, over); // Told when it is true.
    this.#changed(entry);
    await this.#prune().catch((trouble: unknown) => this.#onTrouble?.(trouble as Error));
  }

  /** Forgets those that have been over for the longest. */
  async #prune(): Promise<void> {
    const over = [...this.#entries.values()].map(({ kept }) => kept.job).filter(isOver);
    for (const job of over.slice(0, -JOB_LIMITS.history)) {
      this.#entries.delete(job.id);
      await this.#folder.remove(job);
    }
  }

  /** Tells of files that were followed, as of a job that is over. */
  async #tell(paths: string[], outcome: SyncSummary | Error): Promise<void> {
    const job = newJob(this.#folder.newId(), [
      newPart('followed', paths.map((each) => path.basename(each)).join(', ')),
    ]);
    job.started = job.created;
    if (!(outcome instanceof Error)) noteFollowed(job, outcome);
    const entry = this.#enter({ job, options: {}, places: [], names: [] });
    await (outcome instanceof Error ? this.#end(entry, 'failed', outcome) : this.#end(entry, 'done'));
  }
}

const hasHappened = ({ files, removed, embedded }: SyncSummary): boolean => files.read + removed.records + embedded > 0;

const nothingToTakeIn = (): AkinError =>
  new AkinError('invalid-argument', 'there is nothing to be taken in', {
    hint: 'send a file, papers, or names such as arxiv:2209.09004',
  });

/** Why a job failed, for those who may know where things are on this machine. */
function errorOf(error: unknown): NonNullable<Job['error']> {
  const refusal = refusalOf(error);
  if (!refusal) return { code: 'internal-error', detail: (error as Error).message };
  const { code, message, hint } = refusal;
  return { code, detail: message, ...(hint !== undefined && { hint }) };
}
