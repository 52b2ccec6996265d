/**
 * BibTeX's text cut into entries, and each entry into its fields.
 *
 * `EntrySplitter` cuts, by following braces and quotation marks; an entry that is still open where the next begins is given
 * up there. `parseEntry` then reads the fields of one. Whatever stands between entries is comment, as it is to BibTeX.
 */
import {
  linesIn,
  MAX_RECORD_CHARACTERS,
  TOO_LARGE,
  type Line,
  type RejectCode,
  type SourceFile,
  type UnreadableRecord,
} from './source.ts';

/** Values by the lower-case names of their fields, still in LaTeX; a field may be given more than once. */
export type Fields = Map<string, string[]>;

export interface Entry {
  /** In lower case. */
  type: string;
  key: string;
  fields: Fields;
  record: number;
  offset: number;
  raw: string;
  /** Characters it keeps in memory: the whole text its values are cut from. */
  size: number;
}

/** A value that other entries may repeat (a macro, an inherited field) is at most this long: no title is longer. */
export const MAX_SHARED_VALUE = 10_000;
/** Characters of an entry that a report may show. */
const RAW_CHARACTERS = 400;

/** The entries of a text, macros applied, and those that could not be read. An `xdata` entry is no record of its own. */
export async function* entriesOf(file: SourceFile): AsyncGenerator<Entry | UnreadableRecord> {
  const splitter = new EntrySplitter();
  const macros = new Macros();
  let record = 0;

  function* read(pieces: Iterable<Piece>): Generator<Entry | UnreadableRecord> {
    for (const piece of pieces) {
      const { type, offset } = piece;
      if (piece.closed && (type === 'comment' || type === 'preamble')) continue;
      const raw = piece.text.slice(0, RAW_CHARACTERS);
      const size = piece.text.length;
      try {
        const { key, fields } = parsePiece(piece, macros);
        if (type === 'string') {
          macros.define(fields, size);
        } else {
          if (type !== 'xdata') record++;
          yield { type, key, fields, record, offset, raw, size };
        }
      } catch (error) {
        if (!(error instanceof BrokenEntry)) throw error;
        record++;
        yield { record, offset, raw, reject: { code: error.code, reason: error.message } };
      }
    }
  }

  for await (const line of linesIn(file)) {
    if (line.text !== '' || splitter.isOpen) yield* read(splitter.feed(line));
  }
  yield* read(splitter.end());
}

/** One `@type{…}` as it stands in the file, or a field that stands outside any. */
interface Piece {
  type: string;
  offset: number;
  text: string;
  /** Its closing brace was found. */
  closed: boolean;
  /** It was longer than `MAX_RECORD_CHARACTERS`; `text` is only its beginning. */
  tooLarge: boolean;
}

interface OpenPiece {
  type: string;
  offset: number;
  lines: Line[];
  size: number;
  tooLarge: boolean;
  /** What closes it; empty as long as its opening brace has not been seen. */
  close: string;
  /** Braces open inside it. */
  depth: number;
  quoted: boolean;
  /** The last character outside of values that is not blank. A quotation mark after `=` or `#` opens a value. */
  last: string;
  /** Of a comment: the first of its lines that looks like an entry. */
  entryLine?: number;
}

/** `@type`, at the beginning of a line or after another entry. */
const ENTRY = /[\s,;})]*@[ \t]*([a-z][\w-]*)/iy;
/** An `@type{key,` at the beginning of a line: even inside an open entry this is where the next one begins. */
const NEXT_ENTRY =
  /^\s*@[ \t]*(?:(?:string|preamble|comment)\s*[{(]|[a-z][\w-]*\s*[{(]\s*(?:[^\s,{}"=]+\s*)?(?:[,=]|$))/i;
/** A field where no entry is open: the entry before it had one closing brace too many. */
const STRAY_FIELD = /^[\s,]*[a-z][\w-]*\s*=\s*[{"]/i;
/** How records of RIS, PubMed and EndNote begin. */
const FOREIGN = /^(?:TY {2}- [A-Z]|PMID- ?\d|%0 [A-Z])/;
/** What a held line costs beside its characters, so that very many very short ones count as well. */
const LINE_COST = 64;

class EntrySplitter {
  #open: OpenPiece | undefined;
  #afterEntry = false;
  /** Since the last entry there were records of another format. */
  #isForeign = false;
  /** Whether comments may hold entries ("commented out"). Given up once a comment turns out never to be closed. */
  #commentsNest = true;

  /** Whether an entry has begun and not ended; where none has, a blank line says nothing. */
  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  *feed(line: Line): Generator<Piece> {
    const { text, tooLong } = line;
    let offset = line.offset; // Of `text[at]`.
    let at = 0;
    if (this.#open && NEXT_ENTRY.test(text)) {
      const { type, lines, tooLarge } = this.#open;
      if (type === 'comment' && this.#commentsNest && !tooLarge) this.#open.entryLine ??= lines.length;
      else yield* this.#giveUp();
    }
    for (;;) {
      let scanned = at;
      if (!this.#open) {
        ENTRY.lastIndex = at;
        const match = ENTRY.exec(text);
        if (!match) {
          yield* this.#stray(text.slice(at), offset);
          return;
        }
        const begin = match.index + match[0].indexOf('@');
        offset += Buffer.byteLength(text.slice(at, begin));
        at = begin;
        scanned = ENTRY.lastIndex;
        const type = match[1]!.toLowerCase();
        this.#isForeign = false;
        const nothing = { lines: [], size: 0, tooLarge: false, close: '', depth: 0, quoted: false, last: '' };
        this.#open = { type, offset, ...nothing };
      }
      const end = endOf(this.#open, text, scanned);
      const held = text.slice(at, end?.closed ? end.index : undefined);
      hold(this.#open, { text: held, offset, tooLong });
      if (end === undefined) {
        if (this.#open.tooLarge && this.#open.entryLine !== undefined) yield* this.#reopenComment();
        else if (tooLong) yield* this.#giveUp();
        return;
      }
      yield piece(this.#open, end.closed);
      this.#afterEntry = end.closed;
      this.#open = undefined;
      offset += Buffer.byteLength(text.slice(at, end.index));
      at = end.index;
    }
  }

  *end(): Generator<Piece> {
    if (this.#open?.entryLine !== undefined) yield* this.#reopenComment();
    if (this.#open) yield* this.#giveUp();
  }

  *#giveUp(): Generator<Piece> {
    yield piece(this.#open!, false);
    this.#open = undefined;
    this.#afterEntry = false;
  }

  /** A comment that is never closed holds no entries after all: what looked like one is read again. */
  *#reopenComment(): Generator<Piece> {
    const { lines, entryLine } = this.#open!;
    this.#commentsNest = false;
    yield* this.#giveUp();
    for (const line of lines.slice(entryLine)) yield* this.feed(line);
  }

  *#stray(text: string, offset: number): Generator<Piece> {
    if (FOREIGN.test(text) && !this.#isForeign) {
      this.#isForeign = true; // Told once for all the records that follow.
      yield { type: 'foreign', offset, text, closed: false, tooLarge: false };
    }
    if (!this.#afterEntry || !STRAY_FIELD.test(text)) return;
    this.#afterEntry = false; // Told once for all the fields that follow.
    yield { type: 'stray', offset, text, closed: false, tooLarge: false };
  }
}

/** Where in a line an open piece ends; undefined if it goes on. */
function endOf(open: OpenPiece, text: string, from: number): { index: number; closed: boolean } | undefined {
  let at = from;
  if (open.close === '') {
    while (at < text.length && /\s/.test(text[at]!)) at++;
    if (at === text.length) return undefined;
    if (text[at] !== '{' && text[at] !== '(') return { index: at, closed: open.type === 'comment' };
    open.close = text[at] === '{' ? '}' : ')';
    at++;
  }
  const BRACE_OR_QUOTE = /[{}"]/g;
  while (at < text.length) {
    if (open.depth > 0 || open.quoted) {
      BRACE_OR_QUOTE.lastIndex = at;
      const found = BRACE_OR_QUOTE.exec(text);
      if (!found) return undefined;
      at = BRACE_OR_QUOTE.lastIndex;
      if (found[0] === '{') open.depth++;
      else if (found[0] === '}' && open.depth > 0) open.depth--;
      else if (found[0] === '"' && open.depth === 0) open.quoted = false;
      continue;
    }
    const character = text[at++]!;
    if (character === open.close) return { index: at, closed: true };
    if (character === '{') open.depth++;
    else if (character === '"' && /[=#]/.test(open.last) && open.type !== 'comment') open.quoted = true;
    if (/\S/.test(character)) open.last = character;
  }
  return undefined;
}

function hold(open: OpenPiece, line: Line): void {
  open.size += line.text.length + LINE_COST;
  if (!open.tooLarge) open.lines.push(line);
  if (open.size <= MAX_RECORD_CHARACTERS && !line.tooLong) return;
  if (!open.tooLarge && open.entryLine === undefined) {
    open.lines = [{ ...line, text: joined(open.lines).slice(0, RAW_CHARACTERS) }];
  }
  open.tooLarge = true;
}

const joined = (lines: Line[]): string => lines.map(({ text }) => text).join('\n');

function piece({ type, offset, lines, tooLarge }: OpenPiece, closed: boolean): Piece {
  return { type, offset, text: joined(lines), closed, tooLarge };
}

class BrokenEntry extends Error {
  readonly code: RejectCode;
  constructor(code: RejectCode, message: string) {
    super(message);
    this.code = code;
  }
}

const syntaxError = (message: string): BrokenEntry => new BrokenEntry('syntax', message);

/** All macros of a file together have at most this many characters. */
const MAX_MACROS = MAX_RECORD_CHARACTERS;

/** `@string` macros. */
class Macros {
  readonly #values = new Map<string, string>();
  #size = 0;

  /** @throws BrokenEntry */
  define(fields: Fields, size: number): void {
    this.#size += size;
    if (this.#size > MAX_MACROS)
      throw new BrokenEntry('too-large', `the file's macros are longer than ${MAX_MACROS} characters`);
    for (const [name, [value = '']] of fields) {
      if (value.length > MAX_SHARED_VALUE) {
        throw new BrokenEntry('too-large', `the macro "${name}" is longer than ${MAX_SHARED_VALUE} characters`);
      }
      this.#values.set(name, value);
    }
  }

  /** The value of a macro. One that is not defined here (months are defined by styles) stands for its name. */
  value(name: string): string {
    return this.#values.get(name.toLowerCase()) ?? name;
  }
}

/** @throws BrokenEntry */
function parsePiece({ type, text, closed, tooLarge }: Piece, macros: Macros): { key: string; fields: Fields } {
  if (type === 'foreign')
    throw syntaxError('records of another format among entries of BibTeX: put them into a file of their own');
  if (type === 'stray') throw syntaxError('a field outside any entry: the entry before it has one } too many');
  if (type === 'comment' || type === 'preamble') throw syntaxError(`the @${type} is not closed`);
  if (tooLarge) throw new BrokenEntry(TOO_LARGE.code, TOO_LARGE.reason);
  // To BibTeX a backslash escapes nothing. Who thought it does is understood if that makes sense of the entry.
  if (!closed) return parseEntry(text, macros, true);
  try {
    return parseEntry(text, macros, false);
  } catch (error) {
    try {
      return parseEntry(text, macros, true);
    } catch {
      throw error;
    }
  }
}

/**
 * The key and fields of one entry. A missing key, missing commas and empty values are put up with.
 * @throws BrokenEntry
 */
function parseEntry(text: string, macros: Macros, backslashEscapes: boolean): { key: string; fields: Fields } {
  const header = /^@[ \t]*([\w-]+)\s*([{(])/.exec(text);
  if (!header) throw syntaxError(`expected "{" after ${/^@[ \t]*[\w-]+/.exec(text)![0]}`);
  const close = header[2] === '{' ? '}' : ')';
  let at = header[0].length;

  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (!found) return undefined;
    at = pattern.lastIndex;
    return found[0];
  };
  const skip = (pattern: RegExp): void => {
    // Biber takes `%` for the beginning of a comment.
    for (match(pattern); text[at] === '%'; match(pattern)) match(/[^\n]*/y);
  };
  const delimited = (delimiter: '}' | '"', name: string): string => {
    const begin = ++at;
    const brace = backslashEscapes ? /\\[^]|[{}"]/g : /[{}"]/g;
    brace.lastIndex = begin;
    let depth = 0;
    for (let found = brace.exec(text); found; found = brace.exec(text)) {
      if (found[0] === delimiter && depth === 0) {
        at = brace.lastIndex;
        return text.slice(begin, found.index);
      }
      if (found[0] === '{') depth++;
      else if (found[0] === '}' && depth > 0) depth--;
    }
    throw syntaxError(`the value of "${name}" is not closed`);
  };
  const value = (name: string): string => {
    let whole = '';
    for (;;) {
      skip(/\s*/y);
      const bare = close === '}' ? /[^\s,#{}"=]+/y : /[^\s,#{}"=)]+/y;
      if (text[at] === '{') whole += delimited('}', name);
      else if (text[at] === '"') whole += delimited('"', name);
      else whole += macros.value(match(bare) ?? '');
      if (whole.length > MAX_RECORD_CHARACTERS)
        throw new BrokenEntry('too-large', `"${name}" is too long with its macros`);
      skip(/\s*/y);
      if (text[at] !== '#') return whole;
      at++;
    }
  };

  let key = '';
  if (header[1]!.toLowerCase() !== 'string') {
    const begin = at;
    const before = match(close === '}' ? /[^,=}]*/y : /[^,=]*/y)!;
    key = before.trim();
    if (close === ')') key = key.replace(/\)$/, '');
    if (text[at] === '=') {
      // No comma after the key, or no key: the last word was the name of a field.
      let name = before.trimEnd().length;
      while (name > 0 && /\S/.test(before[name - 1]!)) name--;
      key = before.slice(0, name).trim();
      at = begin + name;
    }
    if (close === ')' && at === text.length) at--;
  }

  const fields: Fields = new Map();
  for (;;) {
    skip(/[\s,]*/y);
    if (at >= text.length) throw syntaxError('the entry is not closed');
    if (text[at] === close) return { key, fields };
    // A name may have blanks: Scopus writes "funding_text 1".
    const begin = at;
    const name = match(/[^=,{}"#()]+/y)
      ?.trim()
      .toLowerCase();
    if (!name || text[at] !== '=') {
      throw syntaxError(`expected a field, as in title = {…}, found "${text.slice(begin, begin + 60).trim()}"`);
    }
    at++;
    const given = value(name);
    if (given.trim() === '') continue;
    const values = fields.get(name);
    if (values) values.push(given);
    else fields.set(name, [given]);
  }
}
