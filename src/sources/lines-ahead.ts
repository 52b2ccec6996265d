/**
 * The lines of a text of which some may be needed again: they are looked at ahead, in any number, and kept until they are
 * dropped. They are kept as the text they are: an object for each would take many times the memory of lines that are short.
 */
import { MAX_RECORD_CHARACTERS, withLineFeeds } from './source.ts';

/** Characters read at once, at least. */
const PIECE_CHARACTERS = 64 * 1024;

export interface LineAhead {
  /** Without its end (LF, CRLF or CR); of a line that is too long, the beginning. */
  text: string;
  /** Where the next line begins. */
  end: number;
  /** It is longer than `MAX_RECORD_CHARACTERS`. */
  tooLong: boolean;
}

/** Places in it are characters behind what was dropped. */
export class LinesAhead {
  /** UTF-8 bytes that were dropped. */
  offset = 0;
  readonly #pieces: AsyncIterator<string, undefined>;
  #text = '';

  constructor(pieces: AsyncIterable<string>) {
    this.#pieces = withLineFeeds(pieces) as AsyncIterator<string, undefined>;
  }

  /** The line that begins at a place; undefined at the end of the text. */
  async at(begin: number): Promise<LineAhead | undefined> {
    let end = this.#text.indexOf('\n', begin);
    while (end === -1 && this.#text.length - begin <= MAX_RECORD_CHARACTERS) {
      const looked = this.#text.length;
      if (!(await this.#more())) break;
      end = this.#text.indexOf('\n', looked);
    }
    if (begin === this.#text.length) return undefined;
    const length = (end === -1 ? this.#text.length : end) - begin;
    if (length > MAX_RECORD_CHARACTERS) {
      return { text: this.#text.slice(begin, begin + MAX_RECORD_CHARACTERS), end: begin + length, tooLong: true };
    }
    return { text: this.#lines(begin, begin + length), end: begin + length + (end === -1 ? 0 : 1), tooLong: false };
  }

  /** The text up to a place, which is the end of a line; the lines in it end in LF, the last one in nothing. */
  upTo(end: number): string {
    const lines = this.#lines(0, this.#text[end - 1] === '\n' ? end - 1 : end);
    return lines.includes('\r') ? lines.replaceAll('\r\n', '\n') : lines;
  }

  /** Drops the text up to a place. */
  drop(end: number): void {
    this.offset += Buffer.byteLength(this.#text.slice(0, end));
    this.#text = this.#text.slice(end);
  }

  /** Drops the first line, however long it is, keeping none of it. */
  async dropLine(): Promise<void> {
    let end = this.#text.indexOf('\n');
    while (end === -1) {
      this.drop(this.#text.length);
      if (!(await this.#more())) return;
      end = this.#text.indexOf('\n');
    }
    this.drop(end + 1);
  }

  /** Lets go of the text. */
  async close(): Promise<void> {
    await this.#pieces.return?.();
  }

  #lines(begin: number, end: number): string {
    return this.#text.slice(begin, this.#text[end - 1] === '\r' && end > begin ? end - 1 : end);
  }

  /** Reads on, the more the more is kept: joining it costs its length. Returns false at the end. */
  async #more(): Promise<boolean> {
    const read: string[] = [];
    const enough = Math.max(PIECE_CHARACTERS, this.#text.length / 4);
    for (let length = 0; length < enough; length += read.at(-1)!.length) {
      const { value, done } = await this.#pieces.next();
      if (done) break;
      read.push(value);
    }
    this.#text += read.join('');
    return read.length > 0;
  }
}
