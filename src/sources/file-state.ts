/**
 * Whether a file is still what it was, whether it is at rest, and whether it is gone or only its drive. A database counts
 * with what SQLite keeps beside it of changes under way, so that a Zotero library that is in use is followed too.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';

export interface FileState {
  /** Differs whenever the file system says that anything about the file did. */
  stamp: string;
  /** When it was written last, in milliseconds since 1970. */
  changedAt: number;
}

/** A database file, its WAL and its rollback journal. */
const PARTS = ['', '-wal', '-journal'];

/** What the file system says of a file. @throws the file system's error. */
export async function stateOf(file: string): Promise<FileState> {
  const stamps: string[] = [];
  let changedAt = 0;
  for (const part of PARTS) {
    const stats = await stat(file + part, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
      if (part !== '' && error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (!stats) continue;
    stamps.push([part, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(' '));
    changedAt = Math.max(changedAt, Number(stats.mtimeMs));
  }
  return { stamp: stamps.join('\n'), changedAt };
}

/** Whether files with these stamps are of one size; if not, they differ. */
export function areOneSize(...stamps: [string, string]): boolean {
  const [one, other] = stamps.map((stamp) =>
    stamp
      .split('\n')
      .map((part) => part.split(' ')[2])
      .join(),
  );
  return one === other;
}

/** Whether there is a file at a path, or nothing; else a folder, a pipe, a device. */
export async function mayBeFile(file: string): Promise<boolean> {
  const stats = await stat(file).catch(() => undefined);
  return stats?.isFile() ?? true;
}

/** SHA-256 (hex) over the bytes of a file. @throws the file system's error. */
export async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for (const part of PARTS) {
    try {
      for await (const chunk of createReadStream(file + part)) hash.update(chunk as Buffer);
    } catch (error) {
      if (part === '' || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return hash.digest('hex');
}

/** File systems tell two changes apart that are this far from each other; those of FAT are the coarsest. */
const CLOCK_MS = 2000;

/** Whether a file with this state may have been changed after it was looked at without its state telling. */
export function mayHideChange({ changedAt }: FileState, lookedAt: number): boolean {
  return changedAt > lookedAt - CLOCK_MS;
}

/** A file that nobody has written to for so long is taken to be whole. */
export const QUIET_MS = 1000;
const PATIENCE_MS = 10_000;

/** Waits until a file has been left alone for a second. @returns false when it is still being written after ten. */
export async function comesToRest(file: string, signal?: AbortSignal): Promise<boolean> {
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end;) {
    const { changedAt } = await stateOf(file);
    const age = Date.now() - changedAt;
    // What was written in the future, by another machine's clock, tells nothing.
    if (age >= QUIET_MS || age < -QUIET_MS || signal?.aborted) return true;
    await setTimeout(QUIET_MS - age, undefined, { signal }).catch(() => {});
  }
  return false;
}

/** Whether there is nothing at a path, not even a link. @throws the file system's error where that can't be told. */
export async function isGone(file: string): Promise<boolean> {
  try {
    await lstat(file);
    return false;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code!)) return true;
    throw error;
  }
}

/** The folder at which the drive is mounted that a file lies on. @throws the file system's error. */
export async function mountOf(file: string): Promise<string> {
  let at = path.dirname(await realpath(file));
  const { dev } = await stat(at);
  while ((await stat(path.dirname(at))).dev === dev && path.dirname(at) !== at) at = path.dirname(at);
  return at;
}

/** Whether a drive is mounted at a folder. Numbers of drives change from start to start, so they are not compared. */
export async function isMounted(mount: string): Promise<boolean> {
  const parent = path.dirname(mount);
  const devices = await Promise.all([mount, parent].map((folder) => stat(folder).catch(() => undefined)));
  return devices[0] !== undefined && (parent === mount || devices[0].dev !== devices[1]?.dev);
}

/** Whether a folder is not there, can't be looked into, or is empty, as the place of a drive is that is not mounted. */
export async function isEmptyOrMissing(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => []);
  return names.length === 0;
}
