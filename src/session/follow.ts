/** Following files: a library brought in step with them, once or for as long as one likes. */
import { AkinError } from '../errors.ts';
import type { FileRead } from '../library/files.ts';
import type { Library, LibraryWriter } from '../library/library.ts';
import { openLibrary } from '../library/open.ts';
import { filesOf } from '../sources/input.ts';
import { FolderEvents } from './folder-events.ts';
import { checkSyncPaths, isInStep, planOf, syncFiles, type SyncCounts } from './sync.ts';
import {
  modelFor,
  openForTakingIn,
  readingOptions,
  takeIn,
  type Account,
  type IntakeOptions,
  type Target,
} from './take-in.ts';

export interface FollowOptions extends IntakeOptions {
  /** Remove the papers that the files no longer hold. */
  delete?: boolean | undefined;
  /** Also where most of a file or folder is gone. */
  deleteMany?: boolean | undefined;
}

export type SyncSummary = SyncCounts & Account;

/** Brings the library in step with files once. Waits for another process that is writing. */
export async function sync(target: Target, paths: string[], options: FollowOptions): Promise<SyncSummary> {
  readingOptions(target.address, options);
  const following = new Following(target, paths);
  try {
    await checkSyncPaths(paths, (await following.known()).files);
    return (await following.step('akin sync', options, true)).summary;
  } finally {
    await following.close();
  }
}

/** What changed on disk is looked for as often, whatever the file system says: network drives say nothing. */
export const LOOK_EVERY_MS = 30_000;

export interface WatchOptions extends FollowOptions {
  signal: AbortSignal;
  /** Lets each run wait for its turn among others that write; else it begins at once. */
  turn?: (<T>(run: () => Promise<T>) => Promise<T>) | undefined;
}

/** @throws AkinError as `checkSyncPaths` for what can't be followed. */
export async function checkFollowed(target: Target, paths: string[]): Promise<void> {
  const following = new Following(target, paths);
  try {
    await checkSyncPaths(paths, (await following.known()).files);
  } finally {
    await following.close();
  }
}

/**
 * Brings the library in step with files, and again whenever they change, until the signal is given. Between two changes
 * nothing is held: other processes may write.
 * @param onSummary given the account of the first run, and of each one in which something happened.
 */
export async function watch(
  target: Target,
  paths: string[],
  options: WatchOptions,
  onSummary: (summary: SyncSummary) => void,
): Promise<void> {
  const { signal, onEvent, turn = (run) => run() } = options;
  const { except } = readingOptions(target.address, options);
  const following = new Following(target, paths);
  await checkSyncPaths(paths, (await following.known()).files);
  const events = new FolderEvents((trouble) =>
    onEvent?.({ event: 'notice', text: `${trouble}; looking every ${LOOK_EVERY_MS / 1000} seconds instead` }),
  );
  let said = '';
  try {
    for (let isFirst = true; !signal.aborted; isFirst = false) {
      // Before it is looked for what changed, so that no change falls between.
      events.follow(paths, await foldersOf(paths, except));
      const purpose = target.open ? 'akin serve --watch' : 'akin watch';
      const { summary, didSomething } = await turn(() => following.step(purpose, options, isFirst));
      const notes = JSON.stringify([summary.kept, summary.left]);
      if (isFirst || didSomething || notes !== said) onSummary(summary);
      said = notes;
      if (isFirst && !signal.aborted)
        onEvent?.({ event: 'notice', text: `watching ${paths.join(', ')} (Ctrl-C ends it)` });
      await events.next(LOOK_EVERY_MS, signal);
    }
  } finally {
    events.close();
    await following.close();
  }
}

async function foldersOf(paths: string[], except: string[]): Promise<string[]> {
  const folders: string[] = [];
  for await (const _ of filesOf(paths, { except, onFolder: (folder) => void folders.push(folder) })) continue;
  return folders;
}

/** A library, and the paths that it follows. */
class Following {
  readonly #target: Target;
  readonly #paths: string[];
  /** Open for reading, once there is one. */
  #library: Library | undefined;
  readonly #open: () => Promise<Library>;

  constructor(target: Target, paths: string[]) {
    this.#target = target;
    this.#paths = paths;
    this.#open = target.open?.library ?? (() => openLibrary(target.address));
  }

  /** What the library knows of files, and how many of its papers wait for their vector; nothing where there is none. */
  async known(): Promise<{ files: FileRead[]; pending: number; exists: boolean }> {
    try {
      this.#library ??= await this.#open();
    } catch (error) {
      if (!(error instanceof AkinError && error.code === 'library-missing')) throw error;
      return { files: [], pending: 0, exists: false };
    }
    const { papers, embedded } = await this.#library.state();
    return { files: await this.#library.files(), pending: papers - embedded, exists: true };
  }

  /** One comparison of files and library, and what follows from it. It is opened for writing only if something does. */
  async step(
    purpose: string,
    options: FollowOptions,
    embedsPending: boolean,
  ): Promise<{ summary: SyncSummary; didSomething: boolean }> {
    const { signal, embed = true, delete: deletes, deleteMany } = options;
    const removing = { delete: deletes, deleteMany };
    const known = await this.known();
    const reading = { ...readingOptions(this.#target.address, options), ...removing };
    const plan = await planOf(this.#paths, known.files, reading);
    const isInterrupted = () => signal?.aborted ?? false;
    const waits = embedsPending && embed && known.pending > 0;
    const nothing = (): SyncSummary => ({
      ...{ added: 0, changed: 0, unchanged: 0, duplicate: 0, rejected: 0, garbled: 0 },
      ...{ rejectsByCode: {}, rejects: [], notes: [], embedded: 0, truncated: 0, pending: known.pending, seconds: 0 },
      files: { read: 0, unchanged: plan.unchanged, gone: plan.gone },
      removed: { records: 0, papers: 0 },
      ...{ left: plan.left, kept: plan.kept, interrupted: isInterrupted() },
    });
    if (isInterrupted() || (known.exists && isInStep(plan) && !waits))
      return { summary: nothing(), didSomething: false };
    let writer: LibraryWriter;
    try {
      const model = await modelFor(this.#target, options);
      writer = await openForTakingIn(purpose, this.#target, options, model, true);
    } catch (error) {
      if (!isInterrupted()) throw error;
      return { summary: nothing(), didSomething: false }; // It was stopped while it waited for the lock.
    }
    try {
      this.#library ??= await this.#open();
      const library = this.#library;
      const summary = await takeIn(writer, this.#target, options, (store) =>
        syncFiles(library, writer, this.#paths, { ...store, ...removing }),
      );
      return { summary, didSomething: summary.files.read + summary.removed.records + summary.embedded > 0 };
    } finally {
      await writer.close();
    }
  }

  async close(): Promise<void> {
    if (!this.#target.open) await this.#library?.close();
  }
}
