/**
 * Which engine keeps the library at an address? The one place that knows engines. Today an address is a folder on this
 * machine; one that begins with a scheme (`https://…`) is for engines to come, and refused.
 */
import type { Model } from '../embedding/models.ts';
import { AkinError } from '../errors.ts';
import type { OnTrouble } from '../threads/pool.ts';
import type { Finding, Library, LibraryWriter } from './library.ts';
import { backUp, restore, type Backup } from './local/backup.ts';
import { modelIn } from './local/database.ts';
import { LocalLibrary } from './local/library.ts';
import { FileLock } from './local/lock.ts';
import { findingsIn } from './local/findings.ts';
import { LocalWriter, type WriterOptions } from './local/writer.ts';

export type { Finding } from './library.ts';
export type { Backup } from './local/backup.ts';
export type { WriterOptions } from './local/writer.ts';

/**
 * Opens a library for reading.
 * @param onTrouble hears of what fails in the background, and goes on all the same.
 * @throws AkinError `library-missing`, `library-foreign`, `library-newer`, `library-damaged`, `library-locked`,
 *   `model-mismatch`, `model-unknown`; `invalid-argument` for an address that is none.
 */
export async function openLibrary(address: string, onTrouble?: OnTrouble): Promise<Library> {
  return LocalLibrary.open(folderOf(address), onTrouble);
}

/**
 * Opens a library for writing, and makes it if there is none, unless it must exist.
 * @throws AkinError `library-locked` when another writer is at work, `model-mismatch`, and as `openLibrary`.
 */
export async function openWriter(address: string, options: WriterOptions): Promise<LibraryWriter> {
  return LocalWriter.open(folderOf(address), options);
}

/**
 * The model of the vectors in use, for what is to be started beside the library.
 * @returns undefined where there is no library yet.
 * @throws AkinError as `openLibrary` for one that can't be used.
 */
export async function modelOfLibrary(address: string): Promise<Model | undefined> {
  return modelIn(folderOf(address));
}

/** Looks for faults in a library; one that is found does not keep the other checks from running, as far as they can. */
export async function examineLibrary(address: string): Promise<Finding[]> {
  return findingsIn(folderOf(address));
}

/** Writes a library into one file, while others search and write. @throws AkinError as `backUp`. */
export async function backUpLibrary(address: string, file: string, signal?: AbortSignal): Promise<Backup> {
  return backUp(folderOf(address), file, signal);
}

/** Makes the library of a backup where there is none. @throws AkinError as `restore`. */
export async function restoreLibrary(file: string, address: string, signal?: AbortSignal): Promise<Backup> {
  return restore(file, folderOf(address), signal);
}

/**
 * Takes a lock that the system takes back when this process dies.
 * @param file what is locked; it is made, and another beside it.
 * @param purpose told to whoever finds it taken.
 * @throws AkinError `library-locked`.
 */
export const lockFile = (file: string, purpose: string): { release(): void } => FileLock.take(file, purpose, 1000);

function folderOf(address: string): string {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(address)) return address;
  throw new AkinError('invalid-argument', `"${address}" is no place of a library`, {
    hint: 'name a folder on this machine',
    field: 'index',
  });
}
