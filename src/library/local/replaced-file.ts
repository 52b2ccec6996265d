/**
 * Is the file at a path still the one that was opened? A library may be removed and built anew, or restored from a copy,
 * while a server has it open: its threads would go on answering from the file that is gone.
 */
import { statSync } from 'node:fs';
import path from 'node:path';
import { AkinError } from '../../errors.ts';
import { LIBRARY_FILE } from './database.ts';

/** What is made of a library's file. */
interface Opened {
  /** Of the model whose vectors are in use. */
  readonly fingerprint: string;
  close(): void;
}

/** What is made of a library's file: opened when it is first wanted, and anew when another file is in its place. */
export class OfFile<T extends Opened> {
  readonly #folder: string;
  readonly #open: (identity: string) => T | Promise<T>;
  #opened: { identity: string; what: T } | undefined;
  #opening: Promise<T> | undefined;
  #fingerprint: string | undefined;

  /** @param open is told which file it opens: a text that differs from that of another file in the same place. */
  constructor(folder: string, open: (identity: string) => T | Promise<T>) {
    this.#folder = folder;
    this.#open = open;
  }

  /**
   * @throws AkinError `model-mismatch` where the new library is of another model than the first one, for which questions are
   *   embedded; and whatever opening throws. The next call tries again.
   */
  async current(): Promise<T> {
    if (this.#opened?.identity === this.#identity()) return this.#opened.what;
    this.#opening ??= this.#reopen().finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  close(): void {
    this.#opened?.what.close();
    this.#opened = undefined;
  }

  async #reopen(): Promise<T> {
    this.close();
    const identity = this.#identity(); // Before: if it is replaced meanwhile, the next look notices.
    const what = await this.#open(identity);
    this.#fingerprint ??= what.fingerprint;
    if (what.fingerprint !== this.#fingerprint) {
      what.close();
      throw new AkinError('model-mismatch', `the library in ${this.#folder} has become one of another model`, {
        hint: 'start the program again',
      });
    }
    this.#opened = { identity, what };
    return what;
  }

  /** Device and number of the file, which no other file gets as long as this one is open. */
  #identity(): string {
    try {
      const { dev, ino } = statSync(path.join(this.#folder, LIBRARY_FILE), { bigint: true });
      return `${dev}:${ino}`;
    } catch {
      return 'none'; // Opening it says why.
    }
  }
}
