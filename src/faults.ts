/**
 * Faults of the machine, told from bugs: a full disk, a place that can't be written, too many open files. Node and SQLite say
 * them in codes. Here these become what a person can do something about, for every door and every thread.
 */
import { accessSync, closeSync, constants, existsSync, openSync } from 'node:fs';
import path from 'node:path';
import { AkinError, type ErrorCode } from './errors.ts';

interface Fault {
  code: ErrorCode;
  /** What is the matter with a place. */
  sentence: string;
  hint: string;
}

const FULL: Fault = {
  code: 'disk-full',
  sentence: 'the disk is full',
  hint: 'make room and do it again: what was reported as stored is stored, and nothing is there by halves',
};
const WRITABLE = 'make it writable, or choose another place';
const SEARCHING =
  'a library that one may only read can be searched after somebody who may write there has searched it, ' +
  'which leaves the two files beside it that reading needs (-wal, -shm)';
const READ_ONLY: Fault = { code: 'access-denied', sentence: 'its file system is read-only', hint: WRITABLE };
const FORBIDDEN: Fault = { code: 'access-denied', sentence: 'this user may not read or write it', hint: WRITABLE };
const TOO_MANY: Fault = {
  code: 'too-many-files',
  sentence: 'too many files are open',
  hint: 'raise the limit (ulimit -n 4096), or end programs that hold many files open, and do it again',
};
const DAMAGED: Fault = {
  code: 'library-damaged',
  sentence: 'it is damaged',
  hint: 'restore it from a copy, or move it away and build it again; "akin doctor" says what is wrong',
};

const FAULTS: Record<string, Fault | undefined> = {
  ...{ ENOSPC: FULL, EDQUOT: FULL, SQLITE_FULL: FULL, SQLITE_IOERR_SHMSIZE: FULL },
  ...{ EROFS: READ_ONLY, EACCES: FORBIDDEN, EPERM: FORBIDDEN },
  ...{ EMFILE: TOO_MANY, ENFILE: TOO_MANY },
  ...{ SQLITE_CORRUPT: DAMAGED, SQLITE_CORRUPT_VTAB: DAMAGED, SQLITE_NOTADB: DAMAGED },
};

/** Codes of SQLite that say that something can't be opened or written, and not why. */
const UNEXPLAINED = /^SQLITE_(?:CANTOPEN|READONLY(?!_DBMOVED))/;

/**
 * What is to be said of an error: an `AkinError` itself, or what a fault of the machine comes to.
 * @param place where it happened, in case that the error names no file.
 * @returns undefined for anything else, which is a bug. An `AkinError` that was made of such a fault is taken for that,
 *   save one that says of a file, a model or a library that it may not be read.
 */
export function refusalOf(error: unknown, place?: string): AkinError | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof AkinError) {
    const beneath = error.cause === undefined ? undefined : refusalOf(error.cause, place);
    const isOfFile = beneath?.code === 'access-denied' && error.code !== 'invalid-argument';
    return beneath && beneath.code !== error.code && !isOfFile ? beneath : error;
  }
  const fault = faultOf(error, place);
  if (!fault) return undefined;
  const { path: file, dest, message } = error as NodeJS.ErrnoException & { dest?: string };
  const { code, sentence } = fault;
  // SQLite reads with two files beside a database: a writer that ends removes them, who only reads it makes and leaves them.
  const hint = error.name === 'SqliteError' && code === 'access-denied' ? `${fault.hint}; ${SEARCHING}` : fault.hint;
  return new AkinError(code, `${dest ?? file ?? place ?? message}: ${sentence}`, { hint, cause: error });
}

function faultOf(error: NodeJS.ErrnoException, given: string | undefined): Fault | undefined {
  const { code = '', syscall, message, path: place = given } = error;
  if (syscall === 'watch' || syscall === 'listen') return undefined; // What is missing there is neither room nor files.
  if (code === 'ERR_WORKER_INIT_FAILED') return /EMFILE|ENFILE/.test(message) ? TOO_MANY : undefined;
  if (code === 'ERR_MODULE_NOT_FOUND') {
    // Node says so also of a package that is there and whose files it can't open.
    const missing = message.split("'", 2)[1] ?? '';
    const isThere = missing.includes('/node_modules/') && existsSync(path.join(path.dirname(missing), 'package.json'));
    return isThere ? TOO_MANY : undefined;
  }
  if (!UNEXPLAINED.test(code)) return FAULTS[code];
  const reason = place === undefined ? undefined : obstacleAt(place);
  return reason ?? (code.startsWith('SQLITE_READONLY') ? FORBIDDEN : undefined);
}

/** Why nothing can be opened or written at a place, or where it would be, as far as trying tells. */
function obstacleAt(place: string): Fault | undefined {
  try {
    closeSync(openSync(import.meta.filename, 'r'));
    let there = path.resolve(place);
    while (!existsSync(there)) there = path.dirname(there);
    for (const each of [there, path.dirname(there)]) accessSync(each, constants.R_OK | constants.W_OK);
    return undefined;
  } catch (error) {
    return FAULTS[(error as NodeJS.ErrnoException).code ?? ''];
  }
}
