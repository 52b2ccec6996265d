/** Files and folders where a person says: what is in the way when one of them can't be read, written or made. */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { AkinError, type ErrorDetails } from './errors.ts';
import { refusalOf } from './faults.ts';

/** What the system says in codes: what is the matter, and what to do about it. */
const OBSTACLES: Record<string, [sentence: string, hint: string] | undefined> = {
  ENOENT: ['there is no such file or folder', 'look whether its path is written as it is on the disk'],
  ENOTDIR: ['a part of its path is a file, and no folder', 'look whether its path is written as it is on the disk'],
  EISDIR: ['it is a folder, and no file', 'name a file in it'],
  EEXIST: ['it is there already', 'choose another place'],
  ENAMETOOLONG: ['its name is too long', 'choose a shorter one'],
  ELOOP: ['links lead round in a circle to it', 'name what is meant without the links'],
  EACCES: ['this user may not read or write it', 'change who may, or choose another place'],
  EPERM: ['this user may not read or write it', 'change who may, or choose another place'],
};

/** The details of an error, the hint among them, where the system's code is known. */
const detailsOf = (error: unknown, details: ErrorDetails): ErrorDetails => {
  const hint = details.hint ?? OBSTACLES[codeOf(error)]?.[1];
  return { ...details, ...(hint !== undefined && { hint }), cause: error };
};
const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';

/** What is the matter with a place, in a person's words where there are any. */
const sentenceOf = (error: unknown): string => OBSTACLES[codeOf(error)]?.[0] ?? (error as Error).message;

/**
 * Whether bytes of a path are no UTF-8, so that Node shows another sign in their place and nothing can be opened by it. One
 * that really has that sign in it is there.
 */
export const isGarbledPath = (place: string): boolean => place.includes('\ufffd') && !existsSync(place);
const GARBLED_HINT = 'rename it, and the folders that it is in, in UTF-8 (convmv does so for whole folders)';

/**
 * What is to be thrown where a file can't be read: `access-denied` where this user may not, else `file-unreadable`.
 * @param error why, as Node says it.
 */
export function notRead(file: string, error: unknown, details: ErrorDetails = {}): AkinError {
  if (codeOf(error) === 'ENOENT' && isGarbledPath(file)) {
    const message = `${file}: its path is not written in UTF-8`;
    return new AkinError('file-unreadable', message, { hint: GARBLED_HINT, ...details, cause: error });
  }
  const code = /^(?:EACCES|EPERM)$/.test(codeOf(error)) ? 'access-denied' : 'file-unreadable';
  return new AkinError(code, `${file}: ${sentenceOf(error)}`, detailsOf(error, details));
}

/** What there is to do about a file that is damaged. */
export const SAVE_AGAIN = 'save or export it again, or copy it again from where it is whole';

/**
 * What is the matter with a damaged file.
 * @param kind what it seems to be: "a PDF".
 * @param reason as whoever read it says it, which may be of help to somebody; left out where it says nothing.
 */
export function damage(kind: string, reason: string): string {
  const detail = reason === '' ? '' : ` (${reason.replace(/\.$/, '')})`;
  return `it seems to be ${kind} that is cut or damaged${detail}`;
}

/** What is to be thrown where a file is damaged; see `damage`. */
export function damaged(file: string, kind: string, error: unknown): AkinError {
  const message = `${file}: ${damage(kind, (error as Error).message)}`;
  return new AkinError('file-unreadable', message, { hint: SAVE_AGAIN, cause: error });
}

/** What is to be thrown where a file can't be written. @param error why, as Node says it. */
export function notWritten(file: string, error: unknown, details: ErrorDetails = {}): AkinError {
  const { code } = error as NodeJS.ErrnoException;
  const sentence = code === 'ENOENT' ? 'the folder that it would be in is not there' : sentenceOf(error);
  const hint = code === 'ENOENT' ? 'make the folder first, or choose another place' : details.hint;
  const told = { ...details, ...(hint !== undefined && { hint }) };
  return new AkinError('invalid-argument', `${file} can't be written: ${sentence}`, detailsOf(error, told));
}

/**
 * Makes a folder, and those above it that are not there. (Node's own way to make both never ends in `/proc`, where none can
 * be made although nothing forbids it.)
 * @throws AkinError `access-denied` where none can be made, `disk-full`, `too-many-files`.
 */
export function makeFolder(folder: string): void {
  const place = path.resolve(folder);
  if (isFolder(place)) return;
  const above = path.dirname(place);
  if (above !== place) makeFolder(above);
  try {
    mkdirSync(place);
  } catch (error) {
    if (isFolder(place)) return; // Somebody else made it meanwhile.
    const refusal = refusalOf(error, place);
    if (refusal) throw refusal;
    const isInTheWay = existsSync(place);
    const sentence = isInTheWay ? 'it is a file, and no folder' : 'no folder can be made there';
    throw new AkinError('access-denied', `${place}: ${sentence}`, { hint: 'choose another place', cause: error });
  }
}

/** Waits until what was written to a file, or the names in a folder, are on the disk. @throws the file system's error. */
export function syncToDisk(place: string): void {
  const descriptor = openSync(place, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Whether a folder is there. */
export function isFolder(place: string): boolean {
  try {
    return statSync(place).isDirectory();
  } catch {
    return false; // Whatever the reason: whoever goes on with it hears of it.
  }
}

/** The path of what may not be there yet, without links where it is. */
export function realPath(given: string): string {
  try {
    return realpathSync(given);
  } catch {
    return path.resolve(given);
  }
}
