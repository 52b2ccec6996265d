/**
 * What every source has in common: it is given a file and yields, in order, the records it could read and those it
 * could not. A source only maps a foreign record to a `PaperInput`; validation happens once, in `toPaper`.
 */
import type { PaperInput } from '../paper.ts';

/** Decoded characters looked at to tell a format. */
export const HEAD_CHARACTERS = 64 * 1024;

export interface SourceFile {
  /** How the file is named to people: its path, or `-` for standard input. */
  name: string;
  /** Where it is on disk; null for standard input. Only for formats that cannot be streamed. */
  path: string | null;
  /** The first characters of the decoded text, enough to tell its format; a whole small file. */
  head: string;
  /** The text, decompressed and decoded, in pieces of any length. May be read once. */
  text(): AsyncIterable<string>;
  /** The encoding that its text was read in, as people call it, where it was told by its looks alone. */
  guessedEncoding?(): string | undefined;
  /** Lets go of a file that is not read to its end. */
  close(): void;
}

/** A text at hand as a file, its `text()` in pieces of `pieceCharacters`. */
export function fileOf(text: string, name: string, pieceCharacters = HEAD_CHARACTERS): SourceFile {
  return {
    name,
    path: null,
    head: text.slice(0, HEAD_CHARACTERS),
    async *text() {
      for (let i = 0; i < text.length; i += pieceCharacters) yield text.slice(i, i + pieceCharacters);
    },
    close() {},
  };
}

interface Position {
  /** 1 for the first record of the file, counting those that could not be read. */
  record: number;
  /** Where the record begins: UTF-8 bytes from the beginning of the decoded text. */
  offset: number;
}

export interface FoundRecord extends Position {
  input: PaperInput;
  /** The beginning of the record as it stands in the file, for the report if it is rejected later. */
  raw: string;
  /** What a person should know of the file, said once, with the first record that it is about. */
  remarks?: string[];
}

export interface UnreadableRecord extends Position {
  reject: { code: RejectCode; reason: string };
  raw: string;
}

export type Found = FoundRecord | UnreadableRecord;

export const REJECT_CODES = [
  /** The bytes could not be read at all: no such file, a broken compressed stream, … */
  'file-unreadable',
  /** No source recognises the file's content. */
  'format-unknown',
  /** The file is in a format that is read, and holds no record. */
  'no-records',
  /** The record breaks its format's syntax. */
  'syntax',
  /** One record is larger than any paper can be (`MAX_RECORD_CHARACTERS`). */
  'too-large',
  /** The record was read, but is no paper: neither title nor abstract, an impossible year, … */
  'record-invalid',
] as const;
export type RejectCode = (typeof REJECT_CODES)[number];

export interface Source {
  /** What `--format` calls it. */
  name: string;
  /** What people call it. */
  title: string;
  /** Whether the beginning of the text is in this format. */
  detects(head: string): boolean;
  read(file: SourceFile): AsyncGenerator<Found>;
  /** Whether it is read where its program keeps it and nowhere else: a database that a stranger made may take for ever. */
  isOnlyForOwner?: boolean;
}

/**
 * Longest record any source accepts; keeps memory flat when a file has no record end. The largest there are have thousands
 * of authors: with three thousand, an OpenAlex work has about 3.5 million characters, a Crossref deposit or a PubMed article
 * a third of that.
 */
export const MAX_RECORD_CHARACTERS = 4 * 1024 * 1024;

export const TOO_LARGE: UnreadableRecord['reject'] = {
  code: 'too-large',
  reason: `the record is longer than ${MAX_RECORD_CHARACTERS / 2 ** 20} Mi characters`,
};

export interface Line {
  text: string;
  /** UTF-8 bytes before this line. */
  offset: number;
  /** The line was longer than `MAX_RECORD_CHARACTERS`; `text` holds only its beginning. */
  tooLong: boolean;
}

/**
 * The lines of a file, by what ends them in it: LF, CR or both or, where there is neither, a separator that only Unicode and
 * old terminals know.
 */
export function linesIn(file: SourceFile): AsyncGenerator<Line> {
  const { head } = file;
  const end = /[\n\r]/.test(head) ? '\n' : (/[\v\f\u0085\u2028\u2029]/.exec(head)?.[0] ?? '\n');
  return linesOf(file.text(), end);
}

/** The text with LF for every CR that stands alone: as old Macs ended their lines. It is as long as before. */
export async function* withLineFeeds(text: AsyncIterable<string>): AsyncGenerator<string> {
  let held = ''; // A CR, while it is not known what follows it.
  for await (const piece of text) {
    const known = held + piece;
    held = known.endsWith('\r') ? '\r' : '';
    const whole = held === '' ? known : known.slice(0, -1);
    yield whole.includes('\r') ? whole.replace(/\r(?!\n)/g, '\n') : whole;
  }
  if (held !== '') yield '\n';
}

/**
 * The lines of a text without their ends (LF, CRLF or CR); an overlong line is cut, not collected.
 * @param lineEnd what ends a line in place of these.
 */
export async function* linesOf(text: AsyncIterable<string>, lineEnd = '\n'): AsyncGenerator<Line> {
  let rest = '';
  let offset = 0;
  let skippedBytes = 0; // Of an overlong line, beyond what `rest` holds.
  const line = (body: string, end: number): Line => {
    const tooLong = skippedBytes > 0 || body.length > MAX_RECORD_CHARACTERS;
    const kept = tooLong ? body.slice(0, MAX_RECORD_CHARACTERS) : body;
    const current = { text: kept.endsWith('\r') ? kept.slice(0, -1) : kept, offset, tooLong };
    offset += Buffer.byteLength(body) + skippedBytes + end;
    skippedBytes = 0;
    return current;
  };
  const endBytes = Buffer.byteLength(lineEnd);
  for await (const chunk of lineEnd === '\n' ? withLineFeeds(text) : text) {
    let start = 0;
    for (let end = chunk.indexOf(lineEnd); end !== -1; end = chunk.indexOf(lineEnd, start)) {
      if (skippedBytes > 0) {
        skippedBytes += Buffer.byteLength(chunk.slice(start, end));
        yield line(rest, endBytes);
      } else {
        yield line(rest + chunk.slice(start, end), endBytes);
      }
      rest = '';
      start = end + 1;
    }
    if (skippedBytes > 0) skippedBytes += Buffer.byteLength(chunk.slice(start));
    else rest += chunk.slice(start);
    if (skippedBytes === 0 && rest.length > MAX_RECORD_CHARACTERS) {
      const kept = rest.slice(0, MAX_RECORD_CHARACTERS);
      skippedBytes = Buffer.byteLength(rest) - Buffer.byteLength(kept); // The cut may go through a character.
      rest = kept;
    }
  }
  if (rest !== '' || skippedBytes > 0) yield line(rest, 0);
}
