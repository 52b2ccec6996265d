/** `akin sync` and `akin watch`: a library in step with files, once or for as long as one likes. */
import { AkinError } from '../errors.ts';
import { openForReading } from '../library/database.ts';
import { FilesRead, type FileRead } from '../library/files.ts';
import { filesOf } from '../sources/input.ts';
import { checkSyncPaths, isInStep, planOf, syncFiles, type SyncCounts } from '../sync.ts';
import { addText, openFor, readingOptions, takeIn, type Account, type IntakeOptions } from './add.ts';
import { FolderEvents } from './folder-events.ts';
import { count } from './progress.ts';

export interface SyncOptions extends IntakeOptions {
  /** Remove the papers that the files no longer hold. */
  delete?: boolean | undefined;
  /** Also where most of a file or folder is gone. */
  deleteMany?: boolean | undefined;
}

export type SyncSummary = SyncCounts & Account;

/** Brings the library in step with files once. Waits for another process that is writing. */
export async function sync(paths: string[], options: SyncOptions): Promise<SyncSummary> {
  readingOptions(options);
  await checkSyncPaths(paths, knownIn(options.index).files);
  return (await step('akin sync', paths, options, true)).summary;
}

/** What changed on disk is looked for as often, whatever the file system tells: network drives tell nothing. */
const LOOK_EVERY_MS = 30_000;

/**
 * Brings the library in step with files, and again whenever they change, until the signal is given. Between two changes
 * nothing is held: other processes may write.
 * @param onSummary told of the first run, and of each one in which something happened.
 */
export async function watch(
  paths: string[],
  options: SyncOptions,
  onSummary: (summary: SyncSummary) => void,
): Promise<void> {
  const { signal } = options;
  readingOptions(options);
  await checkSyncPaths(paths, knownIn(options.index).files);
  const events = new FolderEvents((trouble) =>
    process.stderr.write(`${trouble}; looking every ${LOOK_EVERY_MS / 1000} seconds instead\n`),
  );
  let said = '';
  try {
    for (let isFirst = true; !signal.aborted; isFirst = false) {
      // Before it is looked for what changed, so that no change falls between.
      events.follow(paths, await foldersOf(paths, readingOptions(options).except));
      const { summary, didSomething } = await step(
        'akin watch',
        paths,
        { ...options, appendRejects: !isFirst },
        isFirst,
      );
      const notes = JSON.stringify([summary.kept, summary.left]);
      if (isFirst || didSomething || notes !== said) onSummary(summary);
      said = notes;
      if (isFirst && !signal.aborted) process.stderr.write(`watching ${paths.join(', ')} (Ctrl-C ends it)\n`);
      await events.next(LOOK_EVERY_MS, signal);
    }
  } finally {
    events.close();
  }
}

/** One comparison of files and library, and what follows from it. The library is opened for writing only if something does. */
async function step(
  purpose: string,
  paths: string[],
  options: SyncOptions,
  embedsPending: boolean,
): Promise<{ summary: SyncSummary; didSomething: boolean }> {
  const known = knownIn(options.index);
  const removing = { delete: options.delete, deleteMany: options.deleteMany };
  const plan = await planOf(paths, known.files, { ...readingOptions(options), ...removing });
  const waits = embedsPending && options.embed && known.pending > 0;
  const nothing: SyncSummary = {
    ...{ added: 0, changed: 0, unchanged: 0, duplicate: 0, rejected: 0, garbled: 0 },
    ...{ rejectsByCode: {}, rejects: [], embedded: 0, truncated: 0, pending: known.pending, seconds: 0 },
    files: { read: 0, unchanged: plan.unchanged, gone: plan.gone },
    removed: { records: 0, papers: 0 },
    ...{ left: plan.left, kept: plan.kept, interrupted: options.signal.aborted },
  };
  if (options.signal.aborted || (known.exists && isInStep(plan) && !waits))
    return { summary: nothing, didSomething: false };
  const writer = await openFor(purpose, options, true).catch((error: unknown) => {
    if (options.signal.aborted) return undefined; // While it waited for the lock.
    throw error;
  });
  if (!writer) return { summary: { ...nothing, interrupted: true }, didSomething: false };
  try {
    const summary = await takeIn(writer, options, (store) => syncFiles(writer, paths, { ...store, ...removing }));
    return { summary, didSomething: summary.files.read + summary.removed.records + summary.embedded > 0 };
  } finally {
    await writer.close();
  }
}

async function foldersOf(paths: string[], except: string[]): Promise<string[]> {
  const folders: string[] = [];
  for await (const _ of filesOf(paths, { except, onFolder: (folder) => void folders.push(folder) })) continue;
  return folders;
}

/** What a library knows of files, and how many of its papers wait for their vector; nothing where there is no library. */
function knownIn(index: string): { files: FileRead[]; pending: number; exists: boolean } {
  try {
    const { db } = openForReading(index);
    try {
      const pending = db.prepare('SELECT (SELECT count(*) FROM papers) - (SELECT count(*) FROM vectors)').pluck().get();
      return { files: new FilesRead(db).all(), pending: pending as number, exists: true };
    } finally {
      db.close();
    }
  } catch (error) {
    if (!(error instanceof AkinError && error.code === 'library-missing')) throw error;
    return { files: [], pending: 0, exists: false };
  }
}

const KEPT_SHOWN = 20;

/** The account of a run, for people. */
export function syncText(summary: SyncSummary): string {
  const { files, removed, left, kept } = summary;
  const lines = [
    `files: ${count(files.read)} read, ${count(files.unchanged)} unchanged, ${count(files.gone)} gone`,
    ...(files.read + summary.embedded + summary.pending > 0 ? [addText(summary)] : []),
  ];
  if (removed.records > 0) lines.push(`removed: ${count(removed.records)} records, ${count(removed.papers)} papers`);
  if (left > 0) lines.push(`no longer in their files: ${count(left)} records (--delete removes them)`);
  for (const { file, records, reason } of kept.slice(0, KEPT_SHOWN)) {
    lines.push(records > 0 ? `kept: ${count(records)} records of ${file}: ${reason}` : `not read: ${file}: ${reason}`);
  }
  if (kept.length > KEPT_SHOWN) lines.push(`and ${count(kept.length - KEPT_SHOWN)} more files: --json names them all`);
  return lines.join('\n');
}
