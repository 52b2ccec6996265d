/**
 * One writer for all who write in a process: a library has one writer at a time, and while a server takes in a file for minutes
 * its other requests write between two portions of it.
 */
import type { LibraryWriter } from '../library/library.ts';
import { openWriter, type WriterOptions } from '../library/open.ts';

export class SharedWriter {
  readonly #address: string;
  #opening: Promise<LibraryWriter> | undefined;
  #holders = 0;
  #closing: Promise<void> = Promise.resolve();

  /** Opens nothing yet. @param address the library's. */
  constructor(address: string) {
    this.#address = address;
  }

  /**
   * The writer that others have open, or a new one. Closed by its last holder, it is closed.
   * @param options of whoever comes first.
   * @throws AkinError as `openWriter`.
   */
  async open(options: WriterOptions): Promise<LibraryWriter> {
    this.#holders++;
    this.#opening ??= this.#closing.catch(() => {}).then(() => openWriter(this.#address, options));
    try {
      return heldBy(await this.#opening, () => this.#release());
    } catch (error) {
      await this.#release();
      throw error;
    }
  }

  async #release(): Promise<void> {
    if (--this.#holders > 0) return;
    const opened = this.#opening;
    this.#opening = undefined;
    this.#closing = (async () => (await opened?.catch(() => undefined))?.close())();
    await this.#closing;
  }
}

/** The writer as one of its holders has it: to close it is to let go of it, once. */
function heldBy(writer: LibraryWriter, release: () => Promise<void>): LibraryWriter {
  let released: Promise<void> | undefined;
  return new Proxy(writer, {
    get(target, name) {
      if (name === 'close') return () => (released ??= release());
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
