/**
 * Jobs on disk: a folder for each in `jobs`, in the library's folder. It has what was sent, as `0`, `1` and so on, and `job.json`,
 * which says what the job is and how far it has come. It is made aside and renamed when all of it is on the disk, so that a job
 * is there as a whole or not at all, whenever the machine stops.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { lockFile } from '../library/open.ts';
import { isFolder, makeFolder } from '../places.ts';
import type { OnTrouble } from '../threads/pool.ts';
import { isOver, jobOptionsSchema, jobSchema, type Job } from './job.ts';

const keptSchema = z.object({
  job: jobSchema,
  options: jobOptionsSchema,
  /** Files that are read where they lie: the parts before those. */
  places: z.array(z.string()).default([]),
  /** What services are asked: the last of its parts, whose names may be cut. */
  names: z.array(z.string()),
});
/** A job as it is kept. */
export type KeptJob = z.infer<typeof keptSchema>;

const STATE = 'job.json';
const RECEIVING = '.receiving-';
/** The number says which came first. */
const ID = /^(\d{1,15})-[\da-f]{8}$/;

const folderIn = (library: string): string => path.join(library, 'jobs');

/** Whether a library has jobs. */
export const hasJobs = (library: string): boolean => isFolder(folderIn(library));

export class JobFolder {
  readonly #place: string;
  readonly #lock: { release(): void };
  #last = 0;

  private constructor(place: string, lock: { release(): void }) {
    this.#place = place;
    this.#lock = lock;
  }

  /**
   * Opens the jobs of a library, for one process at a time.
   * @throws AkinError `library-locked` where another server has them; `access-denied`, `disk-full`.
   */
  static open(library: string): JobFolder {
    const place = folderIn(library);
    makeFolder(place);
    return new JobFolder(place, lockFile(path.join(place, 'lock'), 'akin serve'));
  }

  /**
   * The jobs there are, in the order in which they came. What was sent by halves goes, and so does what was sent of those that
   * are over.
   * @param onTrouble hears of what is no job, and is left where it is.
   */
  async load(onTrouble: OnTrouble | undefined): Promise<KeptJob[]> {
    const names = await readdir(this.#place);
    for (const name of names) if (name.startsWith(RECEIVING)) await this.#remove(name);
    const ids = names.filter((name) => ID.test(name)).sort((a, b) => numberIn(a) - numberIn(b));
    const kept: KeptJob[] = [];
    for (const id of ids) {
      this.#last = numberIn(id);
      try {
        const each = keptSchema.parse(JSON.parse(await readFile(this.#in(id, STATE), 'utf8')));
        if (isOver(each.job)) await this.removeSent(each.job);
        kept.push(each);
      } catch (error) {
        onTrouble?.(new Error(`the job ${id} can't be read: ${(error as Error).message}`, { cause: error }));
      }
    }
    return kept;
  }

  /** A folder for what is being sent. */
  async receiving(): Promise<string> {
    return mkdtemp(path.join(this.#place, RECEIVING));
  }

  /** Removes what is not to become a job. */
  async drop(receiving: string): Promise<void> {
    await rm(receiving, { recursive: true, force: true });
  }

  /** An id that comes after all others. */
  newId(): string {
    return `${++this.#last}-${randomBytes(4).toString('hex')}`;
  }

  /** Makes a job of what was received: from then on it is there, whatever happens. @param folder see `receiving`. */
  async keep(folder: string, kept: KeptJob): Promise<void> {
    await written(path.join(folder, STATE), kept);
    await flushed(folder);
    await rename(folder, this.#in(kept.job.id));
    await flushed(this.#place);
  }

  /** Replaces what is known of a job. */
  async save(kept: KeptJob): Promise<void> {
    const folder = this.#in(kept.job.id);
    await mkdir(folder, { recursive: true });
    await written(path.join(folder, `${STATE}.new`), kept);
    await rename(path.join(folder, `${STATE}.new`), path.join(folder, STATE));
    await flushed(folder);
  }

  /** Where the file is that was sent as a part of a job. */
  sent({ id }: Job, part: number): string {
    return this.#in(id, String(part));
  }

  /** Removes what was sent, and keeps what is known of the job. */
  async removeSent({ id }: Job): Promise<void> {
    for (const name of await readdir(this.#in(id))) if (name !== STATE) await this.#remove(path.join(id, name));
  }

  /** Removes a job. */
  remove({ id }: Job): Promise<void> {
    return this.#remove(id);
  }

  close(): void {
    this.#lock.release();
  }

  #in(...names: string[]): string {
    return path.join(this.#place, ...names);
  }

  async #remove(name: string): Promise<void> {
    await rm(this.#in(name), { recursive: true, force: true });
  }
}

const numberIn = (id: string): number => Number(ID.exec(id)![1]);

async function written(file: string, kept: KeptJob): Promise<void> {
  await writeFile(file, JSON.stringify(kept), { flush: true });
}

/** Waits until the names in a folder are on the disk. */
async function flushed(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
