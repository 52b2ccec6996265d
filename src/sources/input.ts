/**
 * From what a person names (files, folders, `-`) to decoded text: folders walked in a stable order, gzip undone, bytes
 * read as UTF-8, streamed throughout.
 */
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { AkinError } from '../errors.ts';
import type { SourceFile } from './source.ts';

/** Decoded characters looked at to tell a format. */
const HEAD_CHARACTERS = 64 * 1024;

/** @throws AkinError `file-unreadable` naming the first path that does not exist. */
export async function checkPaths(paths: string[]): Promise<void> {
  for (const given of paths) {
    if (given === '-') continue;
    await stat(given).catch((error: unknown) => {
      throw new AkinError('file-unreadable', `${given}: no such file or folder`, { cause: error });
    });
  }
}

/**
 * The files behind the paths a person gave: a folder stands for every file below it, in the order of their names,
 * hidden ones left out; `-` stands for itself.
 */
export async function* filesOf(paths: string[]): AsyncGenerator<string> {
  for (const given of paths) {
    if (given === '-' || !(await stat(given)).isDirectory()) {
      yield given;
      continue;
    }
    const names = (await readdir(given)).filter((name) => !name.startsWith('.')).sort();
    yield* filesOf(names.map((name) => path.join(given, name)));
  }
}

/**
 * Opens a file (or `-`, standard input) as text. Reads its beginning right away; the rest only as it is asked for.
 * @throws AkinError `file-unreadable`.
 */
export async function openFile(name: string): Promise<SourceFile> {
  const bytes: Readable = name === '-' ? process.stdin : createReadStream(name);
  const pieces = decode(bytes, name)[Symbol.asyncIterator]();
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
    path: name === '-' ? null : name,
    head: read.join('').slice(0, HEAD_CHARACTERS),
    async *text() {
      yield* read;
      read.length = 0;
      for (let next = await pieces.next(); !next.done; next = await pieces.next()) yield next.value;
    },
  };
}

/** Whether the beginning of a file says gzip (RFC 1952). */
const isGzip = (bytes: Buffer): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

async function* decode(bytes: Readable, name: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8'); // Drops a byte order mark.
  try {
    for await (const chunk of decompress(bytes)) {
      const text = decoder.decode(chunk, { stream: true });
      if (text !== '') yield text;
    }
  } catch (error) {
    throw new AkinError('file-unreadable', `${name}: ${(error as Error).message}`, { cause: error });
  }
  const last = decoder.decode();
  if (last !== '') yield last;
}

async function* decompress(bytes: Readable): AsyncGenerator<Buffer> {
  const chunks = bytes[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const first = await chunks.next();
  if (first.done) return;
  const whole = (async function* () {
    yield first.value;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  })();
  if (!isGzip(first.value)) {
    yield* whole;
    return;
  }
  // `pipeline` is what makes a truncated archive an error and not a short file; it is awaited at the end.
  const unzipped = new PassThrough();
  const done = pipeline(whole, createGunzip(), unzipped);
  done.catch(() => {}); // The loop below throws the same error.
  for await (const chunk of unzipped) yield chunk as Buffer;
  await done;
}
