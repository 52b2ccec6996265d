/** What does a zip archive hold? Its entries one after the other, and the bytes of each, unless there are more than can be. */
import { on } from 'node:events';
import { open as openFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { open as openZip, type Entry, type Options, type ZipFile } from 'yauzl';

/** Text compresses to a tenth, at its most repetitive to a fiftieth. What expands beyond this is no export of papers. */
export const MAX_EXPANSION = 200;
/** Expansion is no one's concern below this many bytes. */
export const FREE_EXPANSION = 64 * 1024 * 1024;

/** What is thrown at what expands beyond that. */
export class Expansion extends Error {
  constructor(what: string) {
    super(`${what} expands to more than ${MAX_EXPANSION} times its size, which no text does`);
  }
}

/** How zip archives begin, a sign a byte. */
export const ZIP = 'PK\u0003\u0004';

/** Whether a file has these signs, a byte each, at a place. @throws what the system says of a file that can't be read. */
export async function holdsAt(file: string, signs: string, at = 0): Promise<boolean> {
  const handle = await openFile(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(signs.length), 0, signs.length, at);
    return buffer.toString('latin1', 0, bytesRead) === signs;
  } finally {
    await handle.close();
  }
}

export class Archive {
  readonly #zip: ZipFile;

  private constructor(zip: ZipFile) {
    this.#zip = zip;
  }

  /** @throws Error for what is no zip archive. */
  static async open(file: string): Promise<Archive> {
    return new Archive(
      await promisify<string, Options, ZipFile>(openZip)(file, { lazyEntries: true, autoClose: false }),
    );
  }

  /** The entries in the archive's order, once. */
  async *entries(): AsyncGenerator<Entry> {
    const entries = on(this.#zip, 'entry', { close: ['end'] }) as AsyncIterable<[Entry]>;
    this.#zip.readEntry();
    for await (const [entry] of entries) {
      yield entry;
      this.#zip.readEntry();
    }
  }

  /** What an entry holds. @throws Expansion for one that expands beyond anything that text does. */
  bytes(entry: Entry): Promise<Readable> {
    const { fileName, uncompressedSize, compressedSize } = entry;
    if (uncompressedSize > FREE_EXPANSION && uncompressedSize > compressedSize * MAX_EXPANSION) {
      throw new Expansion(fileName);
    }
    // yauzl ends a file that is longer than its entry says with an error, so the sizes above can be trusted.
    return promisify<Entry, Readable>(this.#zip.openReadStream.bind(this.#zip))(entry);
  }

  close(): void {
    this.#zip.close();
  }
}
