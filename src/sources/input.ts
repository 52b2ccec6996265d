/**
 * From what a person names (files, folders, `-`) to decoded text: folders walked in a stable order, gzip and zip
 * undone, the encoding told from the bytes, streamed throughout.
 */
import { isAscii } from 'node:buffer';
import { constants, createReadStream, openSync } from 'node:fs';
import { access, readdir, realpath, stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import path from 'node:path';
import { addAbortSignal, PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { AkinError } from '../errors.ts';
import { damaged, notRead } from '../places.ts';
import { Archive, Expansion, FREE_EXPANSION, holdsAt, MAX_EXPANSION, ZIP } from '../archive.ts';
import { encodingOf } from './encoding.ts';
import { mayBeFile } from './file-state.ts';
import { HEAD_CHARACTERS, type SourceFile } from './source.ts';

/** @throws AkinError naming the first path that does not exist (`file-unreadable`) or may not be read (`access-denied`). */
export async function checkPaths(paths: string[]): Promise<void> {
  for (const given of paths) {
    if (given === '-') continue;
    await access(given, constants.R_OK).catch((error: unknown) => {
      throw notRead(given, error);
    });
  }
}

/**
 * What a folder holds of files that are no one's papers: hidden ones; what editors, browsers and Zotero leave beside a
 * file, which would say again what it said before; and the parts of a database that are read with it.
 */
const LEFT_OUT = /^\.|~$|^#.*#$|\.(?:bak|tmp|part|crdownload|swp)$|-(?:wal|shm|journal)$/i;

/** Whether a file of this name is read where its folder is. */
export const isLeftOut = (name: string): boolean => LEFT_OUT.test(name);

/**
 * The files behind the paths a person gave: a folder stands for every file below it, in the order of their names, without
 * those that are left out (`isLeftOut`) and without pipes, sockets and devices, which are read where a person names them and
 * would be waited for in vain otherwise; `-` stands for itself. A folder that links back to one it is in is not entered
 * again. A folder that can't be looked into is given as it is: opening it is what says so.
 * @param except real paths of files and folders that are passed over.
 * @param onFolder told of each folder that is looked into.
 */
export async function* filesOf(
  paths: string[],
  { except = [], onFolder }: { except?: string[]; onFolder?: (folder: string) => void } = {},
  within: string[] = [],
): AsyncGenerator<string> {
  for (const given of paths) {
    // A link that leads nowhere is given as it is: opening it is what says so.
    const stats = given === '-' ? undefined : await stat(given).catch(() => undefined);
    if (!stats?.isDirectory()) {
      const isFound = within.length > 0;
      if (!isFound || (stats?.isFile() ?? true)) yield given;
      continue;
    }
    const folder = await realpath(given);
    if (within.includes(folder) || except.includes(folder)) continue;
    const names = await readdir(given).catch(() => undefined);
    if (names === undefined) {
      yield given;
      continue;
    }
    onFolder?.(given);
    const kept = names.filter((name) => !isLeftOut(name) && !except.includes(path.join(folder, name))).sort();
    yield* filesOf(
      kept.map((name) => path.join(given, name)),
      { except, ...(onFolder ? { onFolder } : {}) },
      [...within, folder],
    );
  }
}

/**
 * Opens what a name stands for: a file, standard input (`-`), or every file in a zip archive, one after the other. A workbook
 * is one file, although it is an archive.
 * @param place where it lies, if it is called otherwise.
 * @param signal ends the waiting for what standard input or a pipe has to say.
 * @throws AkinError `file-unreadable`; an archive's sound files are given before its unsound one is refused.
 */
export async function* openFiles(name: string, place = name, signal?: AbortSignal): AsyncGenerator<SourceFile> {
  const isFile = place !== '-' && (await mayBeFile(place));
  if (isFile && (await startsWith(place, ZIP)) && !(await isWorkbook(place))) {
    for await (const member of membersOf(name, place)) yield await opened(`${name}/${member.name}`, null, member.bytes);
  } else {
    yield await opened(name, isFile ? place : null, await bytesOf(place, signal));
  }
}

/**
 * Opens a file (or `-`) as text. Reads its beginning right away; the rest only as it is asked for.
 * @throws AkinError `file-unreadable`.
 */
export async function openFile(name: string): Promise<SourceFile> {
  const isFile = name !== '-' && (await mayBeFile(name));
  return opened(name, isFile ? name : null, await bytesOf(name));
}

/** The bytes of a file, or of what has no end before whoever writes it says so: that is waited for until the signal. */
async function bytesOf(place: string, signal?: AbortSignal): Promise<Readable> {
  const stats = place === '-' ? undefined : await stat(place).catch(() => undefined);
  if (place !== '-' && (stats?.isFile() ?? true)) return createReadStream(place);
  const stream = stats?.isFIFO() ? pipeAt(place) : place === '-' ? process.stdin : createReadStream(place);
  return signal ? addAbortSignal(signal, stream) : stream;
}

/**
 * A pipe, opened without waiting for whoever writes into it: a thread that waits in `open` can't be called back, and keeps the
 * process from ending.
 */
function pipeAt(place: string): Readable {
  try {
    return new Socket({ fd: openSync(place, constants.O_RDONLY | constants.O_NONBLOCK), writable: false });
  } catch (error) {
    throw notRead(place, error);
  }
}

async function opened(name: string, onDisk: string | null, bytes: Readable): Promise<SourceFile> {
  let guess: string | undefined;
  const pieces = decoded(bytes, name, (encoding) => (guess = encoding));
  let isText = false;
  const read: string[] = [];
  let length = 0;
  while (length < HEAD_CHARACTERS) {
    const { value, done } = await pieces.next();
    if (done) break;
    read.push(value);
    length += value.length;
  }
  return {
    name,
    path: onDisk,
    head: read.join('').slice(0, HEAD_CHARACTERS),
    async *text() {
      isText = true;
      yield* read;
      read.length = 0;
      yield* pieces;
    },
    guessedEncoding: () => (isText ? guess : undefined),
    close: () => bytes.destroy(),
  };
}

/** @param onGuess told of an encoding that is told by its looks alone. */
async function* decoded(
  bytes: Readable,
  name: string,
  onGuess: (encoding: string) => void,
): AsyncGenerator<string, undefined> {
  try {
    const chunks = decompressed(bytes);
    const begin: Buffer[] = [];
    for (let size = 0; size < HEAD_CHARACTERS;) {
      const { value, done } = await chunks.next();
      if (done) break;
      // It says nothing of the encoding, and is the same in all of them: the first letters beyond may come late.
      if (size === 0 && isPlain(value)) {
        yield value.toString('latin1');
        continue;
      }
      begin.push(value);
      size += value.length;
    }
    const head = Buffer.concat(begin);
    const { label, guess } = encodingOf(head, name);
    if (guess !== undefined) onGuess(guess);
    const decoder = new TextDecoder(label); // Drops a byte order mark.
    yield decoder.decode(head, { stream: true });
    for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true });
    yield decoder.decode();
  } catch (error) {
    throw unreadable(name, 'a compressed file', error);
  }
}

/** Whether bytes are ASCII alone, and not of UTF-16. */
const isPlain = (bytes: Buffer): boolean => isAscii(bytes) && !bytes.includes(0);

/** What is to be thrown where reading a file fails: what the system says of it, or else what it was read with. */
function unreadable(name: string, kind: string, error: unknown): AkinError {
  if (error instanceof AkinError) return error;
  const isOfSystem = (error as NodeJS.ErrnoException).syscall !== undefined;
  return isOfSystem || error instanceof Expansion ? notRead(name, error) : damaged(name, kind, error);
}

/** The first bytes of gzip (RFC 1952). */
const GZIP = [0x1f, 0x8b];

/** As `holdsAt`. @throws AkinError `file-unreadable`. */
async function startsWith(file: string, signs: string, at?: number): Promise<boolean> {
  return holdsAt(file, signs, at).catch((error: unknown) => {
    throw notRead(file, error);
  });
}

async function* decompressed(bytes: Readable): AsyncGenerator<Buffer, undefined> {
  const chunks = bytes[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const first = await chunks.next();
  if (first.done) return;
  let compressed = 0;
  const whole = (async function* () {
    for (let next: IteratorResult<Buffer> = first; !next.done; next = await chunks.next()) {
      compressed += next.value.length;
      yield next.value;
    }
  })();
  if (!GZIP.every((byte, i) => first.value[i] === byte)) {
    yield* whole;
    return;
  }
  // `pipeline` is what makes a truncated archive an error and not a short file; it is awaited at the end.
  const unzipped = new PassThrough();
  const done = pipeline(whole, createGunzip(), unzipped);
  done.catch(() => {}); // The loop below throws the same error.
  let expanded = 0;
  for await (const chunk of unzipped as AsyncIterable<Buffer>) {
    expanded += chunk.length;
    if (expanded > FREE_EXPANSION && expanded > compressed * MAX_EXPANSION) {
      throw new Expansion('it');
    }
    yield chunk;
  }
  await done;
}

/** Whether an archive is a spreadsheet program's, which keeps its parts under names of its own. */
async function isWorkbook(file: string): Promise<boolean> {
  let archive: Archive | undefined;
  try {
    archive = await Archive.open(file);
    let first = true;
    for await (const { fileName, uncompressedSize } of archive.entries()) {
      if (/^xl\/workbook\.(?:xml|bin)$/i.test(fileName)) return true;
      // OpenDocument's begin by saying what they are.
      if (first && fileName === 'mimetype' && uncompressedSize < 100) return await startsWith(file, ODS, ODS_AT);
      first = false;
    }
  } catch {
    // It is read as an archive, which says what is wrong with it.
  } finally {
    archive?.close();
  }
  return false;
}

const ODS = 'application/vnd.oasis.opendocument.spreadsheet';
/** Where what an OpenDocument file is stands in it: behind the header of its first entry, `mimetype`. */
const ODS_AT = 38;

/** The files in a zip archive, in its order; folders and hidden files left out. */
async function* membersOf(file: string, place: string): AsyncGenerator<{ name: string; bytes: Readable }> {
  let archive: Archive | undefined;
  try {
    archive = await Archive.open(place);
    for await (const entry of archive.entries()) {
      const name = entry.fileName;
      if (!name.endsWith('/') && !path.basename(name).startsWith('.'))
        yield { name, bytes: await archive.bytes(entry) };
    }
  } catch (error) {
    throw unreadable(file, KINDS[path.extname(file).toLowerCase()] ?? 'a zip archive', error);
  } finally {
    archive?.close();
  }
}

/** What programs keep in zip archives, by the ending of the name. */
const KINDS: Record<string, string | undefined> = { '.docx': 'a Word document', '.xlsx': 'an Excel workbook' };
