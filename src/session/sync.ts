/**
 * Keeps a library in step with files: reads what is new or changed, passes over what is not, and, when asked to, removes
 * what no file holds any more.
 *
 * Nothing is removed on a doubtful sign. A file that could not be read whole, that is still being written or in which
 * nothing is left, a drive that is not mounted, a folder that is empty or missing: each keeps the papers that it held,
 * and so does, unless that is said to be meant, a file or folder that lost more than half of what it had.
 */
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { AkinError } from '../errors.ts';
import type { FileRead } from '../library/files.ts';
import type { Library, LibraryWriter } from '../library/library.ts';
import { isFolder, isGarbledPath } from '../places.ts';
import {
  areOneSize,
  comesToRest,
  hashOf,
  isEmptyOrMissing,
  isGone,
  isMounted,
  mayBeFile,
  mayHideChange,
  QUIET_MS,
  stateOf,
} from '../sources/file-state.ts';
import { checkPaths, filesOf } from '../sources/input.ts';
import { isOnlineQuery } from '../sources/online/registry.ts';
import { Intake, mannerOf, type StoredCounts, type StoreOptions } from './intake.ts';

export interface SyncOptions extends StoreOptions {
  /** Remove what the files no longer hold. */
  delete?: boolean | undefined;
  /** Also where most of it is gone. */
  deleteMany?: boolean | undefined;
}

/** Papers that were not removed, or a file that was not read, and why. */
export interface Kept {
  file: string;
  /** Records of the file that would have been removed. */
  records: number;
  reason: string;
}

export interface SyncCounts extends StoredCounts {
  files: { read: number; unchanged: number; gone: number };
  /** Records that no file holds any more, and the papers that went with them. */
  removed: { records: number; papers: number };
  /** Records that are left although their file does not hold them any more, because removing was not asked for. */
  left: number;
  kept: Kept[];
}

/** How the files behind paths compare with what was read of them, and what is to be done about it. */
export interface Plan {
  /** New or changed files, as they were given. */
  changed: string[];
  /** Files that were touched, and are byte for byte what they were. */
  touched: { path: string; stamp: string }[];
  unchanged: number;
  /** Files that were read once and are not there any more. */
  gone: number;
  /** Files that are to be let go of what they held: of what their last reading missed, or of all. */
  releases: { path: string; which: 'missing' | 'all' }[];
  left: number;
  kept: Kept[];
}

/** Whether there is nothing to write. */
export const isInStep = ({ changed, touched, releases }: Plan): boolean =>
  changed.length + touched.length + releases.length === 0;

/** Fewer than these are never too many to be removed at once. */
const FEW = 10;

/** @throws AkinError `invalid-argument` for what is no file or folder; as `checkPaths` for what never was there. */
export async function checkSyncPaths(paths: string[], files: FileRead[]): Promise<void> {
  for (const given of paths) {
    if (given === '-') {
      throw new AkinError('invalid-argument', 'standard input has no file that could be kept in step with', {
        hint: 'give a file or a folder, or take it in once: akin add -',
      });
    }
    if (isOnlineQuery(given) && (await isGone(given))) {
      throw new AkinError('invalid-argument', `${given} asks a service, and no file`, {
        hint: `ask it again when you like: akin add ${given}`,
      });
    }
    if (under(files, given).length === 0) await checkPaths([given]);
    if (!(await mayBeFile(given)) && !isFolder(given)) {
      throw new AkinError(
        'invalid-argument',
        `${given} is a pipe or a device, and no file that could be kept in step with`,
        {
          hint: `give a file or a folder, or take it in once: akin add ${given}`,
        },
      );
    }
  }
}

/** Compares the files behind paths with what was read of them. Changes nothing. */
export async function planOf(paths: string[], known: FileRead[], options: SyncOptions): Promise<Plan> {
  const plan: Plan = { changed: [], touched: [], unchanged: 0, gone: 0, releases: [], left: 0, kept: [] };
  const byPath = new Map(known.map((file) => [file.path, file]));
  const manner = mannerOf(options);
  const seen = new Set<string>();
  for await (const name of filesOf(paths, { except: options.except ?? [] })) {
    if (isGarbledPath(name)) {
      plan.changed.push(name); // That it can't be read is said, each time: it may not pass for one that is gone.
      continue;
    }
    const file = byPath.get(path.resolve(name));
    if (seen.has(path.resolve(name)) || (await isGone(name).catch(() => false))) continue;
    seen.add(path.resolve(name));
    const comparison = file?.manner === manner ? await compare(name, file) : 'changed';
    if (comparison === 'changed') plan.changed.push(name);
    else plan.unchanged++;
    if (typeof comparison === 'object') plan.touched.push({ path: file!.path, stamp: comparison.touched });
    if (!file || file.missing === 0) continue;
    const reason = whyNotLost(file, options);
    if (!options.delete) plan.left += file.missing;
    else if (reason !== undefined) plan.kept.push({ file: file.path, records: file.missing, reason });
    else if (comparison !== 'changed') plan.releases.push({ path: file.path, which: 'missing' });
  }
  await planGone(plan, seen, paths, known, options);
  return plan;
}

/** Whether a file is what was read of it; `touched`, with the stamp it has now, if it is for all that its stamp says. */
async function compare(name: string, read: FileRead): Promise<'same' | 'changed' | { touched: string }> {
  const state = await stateOf(name).catch(() => undefined);
  if (read.stamp === null || state === undefined) return 'changed';
  if (read.stamp === state.stamp && !mayHideChange(state, read.readAt!)) return 'same';
  if (!areOneSize(read.stamp, state.stamp)) return 'changed';
  const hash = await hashOf(name).catch(() => undefined);
  return hash === read.hash ? { touched: state.stamp } : 'changed';
}

/** Why the records that a file seems to have lost are kept; undefined where they are gone. */
function whyNotLost({ doubt, missing, held }: FileRead, { deleteMany }: Pick<SyncOptions, 'deleteMany'>) {
  if (doubt !== null) return doubt;
  if (missing < FEW || missing <= held / 2 || deleteMany) return undefined;
  return `more than half of its ${held} records are gone: if that is meant, say --delete-many`;
}

/** Adds to a plan what is to be done about files that are not there: some are gone, others may come back. */
async function planGone(
  plan: Plan,
  seen: Set<string>,
  paths: string[],
  known: FileRead[],
  options: SyncOptions,
): Promise<void> {
  const looked = new Set<FileRead>();
  const releases: Plan['releases'] = [];
  for (const given of paths) {
    const all = under(known, given).filter((file) => !looked.has(file));
    for (const file of all) looked.add(file);
    const gone: FileRead[] = [];
    for (const file of all) if (!seen.has(file.path) && (await isGone(file.path).catch(() => false))) gone.push(file);
    plan.gone += gone.length;
    if (gone.length === 0) continue;
    if (!options.delete) {
      plan.left += gone.reduce((sum, { held }) => sum + held, 0);
      continue;
    }
    const whyNone = options.deleteMany ? undefined : await whyNotGone(given, gone, all.length);
    for (const { path: file, mount, held } of gone) {
      const isAway = mount !== '' && !(await isMounted(mount));
      const reason = isAway ? `no drive is mounted at ${mount}, where it was` : whyNone;
      if (reason === undefined) releases.push({ path: file, which: 'all' });
      else if (held > 0) plan.kept.push({ file, records: held, reason });
    }
  }
  if (releases.length === 0) return;
  // Many a program writes a file anew beside the old one, which is then not there for a moment.
  await setTimeout(QUIET_MS, undefined, { signal: options.signal }).catch(() => {});
  for (const release of releases) if (await isGone(release.path).catch(() => false)) plan.releases.push(release);
}

/** Why none of the files that are not there below a path counts as gone; undefined where they may. */
async function whyNotGone(given: string, gone: FileRead[], all: number): Promise<string | undefined> {
  const isFile = gone[0]!.path === path.resolve(given);
  const folder = isFile ? path.dirname(gone[0]!.path) : given;
  if (await isEmptyOrMissing(folder)) {
    return `${folder} is empty or not there, as when a drive is missing: if that is meant, say --delete-many`;
  }
  if (gone.length < FEW || gone.length <= all / 2) return undefined;
  return `more than half of the ${all} files in ${folder} are gone: if that is meant, say --delete-many`;
}

/** Files that were read at a path or below it. */
function under(known: FileRead[], given: string): FileRead[] {
  const root = path.resolve(given);
  const folder = root.endsWith(path.sep) ? root : root + path.sep;
  return known.filter((file) => file.path === root || file.path.startsWith(folder));
}

/** Brings a library in step with the files behind paths. @param library the same one, for reading. */
export async function syncFiles(
  library: Library,
  writer: LibraryWriter,
  paths: string[],
  options: SyncOptions,
): Promise<SyncCounts> {
  const { signal } = options;
  const intake = new Intake(writer, options);
  const waitFor: Kept[] = [];
  const removed = { records: 0, papers: 0 };
  let filesRead = 0;

  const { changed, touched, unchanged } = await planOf(paths, await library.files(), { ...options, delete: false });
  const readAt = Date.now();
  if (touched.length > 0) await writer.confirm(touched.map((file) => ({ ...file, readAt })));
  for (const name of changed) {
    const isAtRest = await comesToRest(name, signal).catch(() => true);
    if (signal?.aborted) break;
    if (isAtRest) {
      filesRead++;
      await intake.file(name);
    } else {
      waitFor.push({ file: name, records: 0, reason: 'it is still being written, and is read when that is over' });
    }
    if (signal?.aborted) break;
  }
  const counts = await intake.end();
  const plan = signal?.aborted ? undefined : await planOf(paths, await library.files(), options);
  for (const { path: file, which } of signal?.aborted ? [] : plan!.releases) {
    const released = await writer.release(file, which);
    removed.records += released.records;
    removed.papers += released.papers;
  }
  return {
    ...counts,
    files: { read: filesRead, unchanged, gone: plan?.gone ?? 0 },
    removed,
    left: plan?.left ?? 0,
    kept: [...waitFor, ...(plan?.kept ?? [])],
  };
}
