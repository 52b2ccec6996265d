/**
 * BibTeX and BibLaTeX.
 *
 * Files of both dialects are written by hand as often as by programs, so an entry is read for what it plainly says, and a
 * broken one costs only itself: `EntrySplitter` cuts the text into entries, giving one up where the next begins, and
 * `parseEntry` reads the fields of one. Whatever stands between entries is comment, as it is to BibTeX.
 *
 * Entries may take fields from others (`crossref`, `xdata`), which BibTeX wants further down in the file. An entry waits
 * for those it names and is yielded once they were read, at the latest at the end of the file, so that entries that
 * inherit come late; all others are yielded in the order of the file.
 */
import type { PaperInput } from '../paper.ts';
import { latexToText } from './latex.ts';
import { plainText } from './markup.ts';
import { linesOf, MAX_RECORD_CHARACTERS, type Found, type Line, type RejectCode, type Source } from './source.ts';

/** A value that other entries may repeat (a macro, an inherited field) is at most this long: no title is longer. */
const MAX_SHARED_VALUE = 10_000;
/** Characters kept of each: macros, entries to inherit from, entries that wait. Beyond it the oldest are let go. */
const MAX_KEPT = MAX_RECORD_CHARACTERS;
/** Characters of an entry that a report may show. */
const RAW_CHARACTERS = 400;

export const bibtex: Source = {
  name: 'bibtex',
  title: 'BibTeX, BibLaTeX',

  detects: (head) => NEXT_ENTRY_LINES.test(head),

  async *read(file): AsyncGenerator<Found> {
    const splitter = new EntrySplitter();
    const macros = new Macros();
    const inheritance = new Inheritance();
    let record = 0;

    function* readPieces(pieces: Iterable<Piece>): Generator<Found> {
      for (const piece of pieces) {
        const { type, offset } = piece;
        if (piece.closed && (type === 'comment' || type === 'preamble')) continue;
        const raw = piece.text.slice(0, RAW_CHARACTERS);
        try {
          const { key, fields } = parsePiece(piece, macros);
          if (type === 'string') {
            macros.define(fields, piece.text.length);
          } else {
            if (type !== 'xdata') record++;
            for (const entry of inheritance.add({ type, key, fields, record, offset, raw, size: piece.text.length }))
              yield found(entry);
          }
        } catch (error) {
          if (!(error instanceof BrokenEntry)) throw error;
          record++;
          yield { record, offset, raw, reject: { code: error.code, reason: error.message } };
        }
      }
    }

    for await (const line of linesOf(file.text())) yield* readPieces(splitter.feed(line));
    yield* readPieces(splitter.end());
    for (const entry of inheritance.end()) yield found(entry);
  },
};

// ---------------------------------------------------------------------------------------------------- cutting entries

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
const NEXT_ENTRY = /^\s*@[ \t]*(?:(?:string|preamble|comment)\s*[{(]|[a-z][\w-]*\s*[{(]\s*[^\s,{}"=]*\s*(?:[,=]|$))/i;
const NEXT_ENTRY_LINES = new RegExp(NEXT_ENTRY.source.replace('^\\s*', '^[ \\t]*'), 'im');
/** A field where no entry is open: the entry before it had one closing brace too many. */
const STRAY_FIELD = /^[\s,]*[a-z][\w-]*\s*=\s*[{"]/i;
/** What a held line costs beside its characters, so that very many very short ones count as well. */
const LINE_COST = 64;

class EntrySplitter {
  #open: OpenPiece | undefined;
  #afterEntry = false;
  /** Whether comments may hold entries ("commented out"). Given up once a comment turns out never to be closed. */
  #commentsNest = true;

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
        const nothing = { lines: [], size: 0, tooLarge: false, close: '', depth: 0, quoted: false, last: '' };
        this.#open = { type, offset, ...nothing };
      }
      const end = endOf(this.#open, text, scanned);
      const held = end === undefined ? text.slice(at) : text.slice(at, end.index);
      hold(this.#open, { text: held, offset, tooLong });
      if (end === undefined) {
        if (this.#open.tooLarge && this.#open.entryLine !== undefined) yield* this.#reopenComment();
        else if (tooLong) yield* this.#giveUp();
        return;
      }
      yield piece(this.#open, end.closed);
      this.#afterEntry = end.closed;
      this.#open = undefined;
      offset += Buffer.byteLength(held);
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
    if (text[at] !== '{' && text[at] !== '(') return { index: at, closed: false };
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

// -------------------------------------------------------------------------------------------------- reading one entry

/** Values by the lower-case names of their fields; a field may be given more than once. */
type Fields = Map<string, string[]>;

interface Entry {
  type: string;
  key: string;
  fields: Fields;
  record: number;
  offset: number;
  raw: string;
  /** Characters of the text its values are cut from, which they keep in memory. */
  size: number;
}

class BrokenEntry extends Error {
  readonly code: RejectCode;
  constructor(code: RejectCode, message: string) {
    super(message);
    this.code = code;
  }
}

const syntaxError = (message: string): BrokenEntry => new BrokenEntry('syntax', message);

/** `@string` macros. */
class Macros {
  readonly #values = new Map<string, string>();
  #size = 0;

  /** @throws BrokenEntry */
  define(fields: Fields, size: number): void {
    this.#size += size;
    if (this.#size > MAX_KEPT)
      throw new BrokenEntry('too-large', `the file's macros are longer than ${MAX_KEPT} characters`);
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
  if (type === 'stray') throw syntaxError('a field outside any entry: the entry before it has one } too many');
  if (type === 'comment' || type === 'preamble') throw syntaxError(`the @${type} is not closed`);
  if (tooLarge) throw new BrokenEntry('too-large', `the entry is longer than ${MAX_RECORD_CHARACTERS} characters`);
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
  if (!header) throw syntaxError(`expected "{" after "${text.trimEnd().slice(0, 80)}"`);
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
      const name = /[^\s]*\s*$/.exec(before)!;
      key = before.slice(0, name.index).trim();
      at = begin + name.index;
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

// -------------------------------------------------------------------------------------------------------- inheritance

/** Types of entries that others are parts of. Kept for those that name them later; every entry is for those before it. */
const CONTAINER =
  /^(?:(?:mv)?(?:book|collection|proceedings|reference)|periodical|xdata|misc|manual|report|techreport)$/;
/** What a part may take from the whole it is in. Identifiers, abstract and keywords describe the whole alone. */
const INHERITED = (
  'journal journaltitle shortjournal editor publisher series volume number month address location organization ' +
  'institution isbn issn eventtitle eventdate venue language langid edition'
).split(' ');

class Inheritance {
  readonly #containers = new Map<string, Entry>();
  #containersSize = 0;
  /** Entries that wait, and the key each waits for; and the same the other way round. */
  readonly #waiting = new Map<Entry, string>();
  readonly #awaited = new Map<string, Set<Entry>>();
  #waitingSize = 0;

  /** Takes the next entry of the file; gives back, complete, those that no longer have to wait for one. */
  add(entry: Entry): Entry[] {
    const complete: Entry[] = [];
    const arrived = [entry];
    for (let next = arrived.pop(); next; next = arrived.pop()) {
      const missing = parentsOf(next).find((key) => !this.#containers.has(key));
      if (missing !== undefined) {
        this.#wait(next, missing);
        continue;
      }
      this.#inherit(next);
      complete.push(next);
      const key = next.key.toLowerCase();
      const children = this.#awaited.get(key) ?? [];
      if (this.#awaited.has(key) || CONTAINER.test(next.type)) this.#keep(key, next);
      for (const child of children) {
        this.#goOn(child);
        arrived.push(child);
      }
    }
    while (this.#waitingSize > MAX_KEPT) complete.push(this.#release());
    return papersAmong(complete);
  }

  /** Those that wait for entries that never came. */
  end(): Entry[] {
    const rest: Entry[] = [];
    while (this.#waiting.size > 0) rest.push(this.#release());
    return papersAmong(rest);
  }

  #wait(entry: Entry, missing: string): void {
    this.#waiting.set(entry, missing);
    this.#waitingSize += entry.size;
    const others = this.#awaited.get(missing);
    if (others) others.add(entry);
    else this.#awaited.set(missing, new Set([entry]));
  }

  #goOn(entry: Entry): void {
    const missing = this.#waiting.get(entry)!;
    this.#waiting.delete(entry);
    this.#waitingSize -= entry.size;
    const others = this.#awaited.get(missing)!;
    others.delete(entry);
    if (others.size === 0) this.#awaited.delete(missing);
  }

  /** Lets the oldest go with what it can inherit so far. */
  #release(): Entry {
    const oldest = this.#waiting.keys().next().value!;
    this.#goOn(oldest);
    this.#inherit(oldest);
    return oldest;
  }

  #inherit(entry: Entry): void {
    // Its own fields come first, then those of xdata, then those of the whole it is a part of.
    for (const key of keysIn(entry, 'xdata')) {
      for (const [name, values] of this.#containers.get(key)?.fields ?? []) give(entry, name, values);
    }
    for (const key of keysIn(entry, 'crossref')) {
      const parent = this.#containers.get(key);
      if (!parent) continue;
      for (const name of INHERITED) give(entry, name, parent.fields.get(name));
      const title = parent.fields.get('booktitle') ?? parent.fields.get('title');
      if (parent.type === 'periodical') give(entry, 'journaltitle', title);
      else if (/^(?:in|supp|conference)/.test(entry.type)) give(entry, 'booktitle', title);
      else if (entry.type !== 'article') give(entry, 'maintitle', title);
      if (entry.fields.has('year') || entry.fields.has('date')) continue;
      for (const name of ['year', 'date']) give(entry, name, parent.fields.get(name));
    }
  }

  #keep(key: string, entry: Entry): void {
    if (this.#containers.has(key)) return; // The first of two with the same key counts, as in BibTeX.
    const isShared = ([, values]: [string, string[]]): boolean =>
      values.every((value) => value.length <= MAX_SHARED_VALUE);
    const kept = { ...entry, fields: new Map([...entry.fields].filter(isShared)) };
    this.#containers.set(key, kept);
    this.#containersSize += kept.size;
    for (const [oldest, { size }] of this.#containers) {
      if (this.#containersSize <= MAX_KEPT) break;
      this.#containers.delete(oldest);
      this.#containersSize -= size;
    }
  }
}

function give(entry: Entry, name: string, values: string[] | undefined): void {
  if (values && !entry.fields.has(name)) entry.fields.set(name, values);
}

function keysIn(entry: Entry, name: string): string[] {
  const keys = (entry.fields.get(name) ?? []).flatMap((value) => value.split(','));
  return [...new Set(keys.map((key) => key.trim().toLowerCase()))].filter((key) => key !== '');
}

const parentsOf = (entry: Entry): string[] => [...keysIn(entry, 'xdata'), ...keysIn(entry, 'crossref')];

/** In the order of the file; `xdata` is only there to be inherited from. */
const papersAmong = (entries: Entry[]): Entry[] =>
  entries.filter(({ type }) => type !== 'xdata').sort((a, b) => a.record - b.record);

// ------------------------------------------------------------------------------------------------- from entry to paper

function found(entry: Entry): Found {
  const { record, offset, raw } = entry;
  return { record, offset, raw, input: toInput(entry) };
}

/** Fields that hold addresses and names of files, in which a tilde, a dash or a dollar sign is just that. */
const VERBATIM = /^(?:url\w*|doi|ee|eprint|file|pdf|ids|link|verb[abc]|bdsk-.*|archiveprefix|eprinttype|pmc?id)$/;
const KEYWORDS = ['keywords', 'keyword', 'author_keywords', 'keywords-plus', 'mesh', 'mesh_terms', 'tags'];
const ARXIV_ID = /^(?:arxiv:\s*)?(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?\/\d{7})(?:v\d+)?$/i;

function toInput({ type, key, fields }: Entry): PaperInput {
  const left = new Map(fields);
  /** The first value of the first of these fields that there is; what it leaves goes to `extra`. */
  const take = (...names: string[]): string | undefined => {
    const name = names.find((each) => left.has(each));
    if (name === undefined) return undefined;
    const [first, ...others] = left.get(name)!;
    if (others.length > 0) left.set(name, others);
    else left.delete(name);
    return VERBATIM.test(name) ? verbatim(first!) : first;
  };
  const text = (value: string | undefined): string | undefined => value && cleaned(value).replace(/\s+/g, ' ').trim();

  const extra: Record<string, unknown> = key === '' ? { type } : { key, type };
  const [date, year] = [text(take('date')), text(take('year'))];
  const usedYear = yearIn(date) ?? yearIn(year);
  for (const [name, value] of Object.entries({ date, year })) {
    if (value !== undefined && value !== String(usedYear)) extra[name] = value;
  }

  const subtitle = text(take('subtitle'));
  const title = text(take('title'));
  const authors = namesIn(left.get('author') ?? []);
  left.delete('author');
  if (authors.more) extra.moreAuthors = true;
  const editors = namesIn(left.get('editor') ?? []);
  left.delete('editor');
  if (editors.names.length > 0) extra.editors = editors.names;

  const identifiers: PaperInput = { doi: take('doi'), pmid: take('pmid'), pmcid: take('pmcid') };
  const arxiv = take('arxiv', 'arxivid');
  const archive = text((left.get('eprinttype') ?? left.get('archiveprefix'))?.[0])?.toLowerCase();
  const eprint = left.get('eprint')?.[0];
  const kind = eprint === undefined ? undefined : eprintKind(archive, verbatim(eprint));
  identifiers.arxiv = arxiv;
  if (kind !== undefined) {
    identifiers[kind] ??= take('eprint');
    left.delete('eprinttype');
    left.delete('archiveprefix');
  }
  identifiers.arxiv ??= arxivNamedIn(left);

  const categories = KEYWORDS.flatMap((name) => {
    const values = left.get(name) ?? [];
    left.delete(name);
    return values.map(cleaned).flatMap((value) => value.split(value.includes(';') ? ';' : ','));
  });
  const archiveClass = text(take('eprintclass', 'primaryclass'));
  if (archiveClass !== undefined) categories.unshift(archiveClass);

  const input: PaperInput = {
    title:
      subtitle === undefined ? title : [title, subtitle].filter(Boolean).join(/[?!.:]$/.test(title ?? '') ? ' ' : ': '),
    abstract: paragraphs(take('abstract')),
    authors: authors.names,
    year: usedYear,
    venue: text(take('journaltitle', 'journal', 'booktitle', 'eventtitle')),
    url: take('url', 'ee') ?? urlIn(left.get('howpublished')?.[0]),
    categories: [...new Set(categories.map((each) => each.trim()))].filter((each) => each !== ''),
    ...identifiers,
  };
  for (const [name, values] of left) {
    const plain = values.map((value) => (VERBATIM.test(name) ? verbatim(value) : text(value)));
    extra[name === 'type' ? 'subtype' : name === 'key' ? 'sortkey' : name] = plain.length === 1 ? plain[0] : plain;
  }
  return { ...input, extra };
}

/** LaTeX resolved, then the HTML or JATS that publishers leave in titles and abstracts. */
function cleaned(value: string): string {
  const text = latexToText(value);
  return /[<&]/.test(text) ? plainText(text) : text;
}

/** Line ends only wrap; a blank line begins a paragraph. */
function paragraphs(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const texts = value.split(/\n\s*\n/).map((paragraph) => cleaned(paragraph.replace(/\s+/g, ' ')).trim());
  return texts.filter((text) => text !== '').join('\n');
}

/** A URL, DOI or path without what LaTeX makes people write in them. */
function verbatim(value: string): string {
  return value
    .replace(/\\(?:url|path|nolinkurl)\b/g, '')
    .replace(/\\textasciitilde(?:\{\}|\s+)?|\\~\{\}|\$\\sim\$/g, '~')
    .replace(/\\textunderscore(?:\{\}|\s+)?/g, '_')
    .replace(/\\([_%&#$~^])/g, '$1')
    .replace(/\\?[{}]/g, '')
    .trim();
}

/** A year, from `2016`, `2016-05-12`, `2016-05/2016-07` or `May 2016`; nothing from what leaves it open. */
function yearIn(date = ''): number | undefined {
  const year =
    /^([12]\d{3})(?:-\d{2}){0,2}(?:T[\d:.Z+-]*)?(?:\/.*)?$/.exec(date) ??
    /^[a-z]{3,9}\.?[\s,/-]+([12]\d{3})$/i.exec(date);
  return year ? Number(year[1]) : undefined;
}

function eprintKind(archive: string | undefined, eprint: string): 'arxiv' | 'pmid' | 'pmcid' | undefined {
  if (archive === 'arxiv') return 'arxiv';
  if (archive === 'pmid' || archive === 'pubmed') return 'pmid';
  if (archive === 'pmcid' || archive === 'pmc') return 'pmcid';
  return archive === undefined && (ARXIV_ID.test(eprint) || /^https?:\/\/arxiv\.org\//.test(eprint))
    ? 'arxiv'
    : undefined;
}

/** Google Scholar writes `journal={arXiv preprint arXiv:1512.03385}`, DBLP `journal={CoRR}, volume={abs/1512.03385}`. */
function arxivNamedIn(fields: Fields): string | undefined {
  const [journal = '', volume = ''] = ['journal', 'volume'].map((name) => fields.get(name)?.[0]);
  const named = /^arxiv\b.*?\barxiv:\s*(\S+)$/i.exec(journal.trim())?.[1];
  const id = named ?? (journal.trim() === 'CoRR' ? volume.trim().replace(/^abs\//, '') : '');
  return ARXIV_ID.test(id) ? id : undefined;
}

const urlIn = (value: string | undefined): string | undefined =>
  value !== undefined && /^\s*(?:\\url\b|https?:)/.test(value) ? verbatim(value) : undefined;

/** The names of a list of people, and whether it ends in "and others". */
function namesIn(values: string[]): { names: string[]; more: boolean } {
  const people = values.flatMap((value) => splitOutsideBraces(value.replace(/\s+/g, ' ').trim(), / and /gi));
  const isOthers = (name: string): boolean => /^\{?(?:others|et al\.?)\}?$/i.test(name.trim());
  const names = people.filter((person) => !isOthers(person)).map((person) => nameOf(person));
  return { names: names.filter((name) => name !== ''), more: people.some(isOthers) };
}

/**
 * "Given Family" from "First von Last", "von Last, First", "von Last, Jr, First", BibLaTeX's "family=Last, given=First" or
 * a corporate name in braces.
 */
function nameOf(person: string): string {
  const parts = splitOutsideBraces(person, /,/g).map((part) => part.trim());
  const plain = (...pieces: (string | undefined)[]): string =>
    cleaned(pieces.filter(Boolean).join(' ')).replace(/\s+/g, ' ').trim();
  if (/^(?:family|given|prefix|suffix)\s*=/i.test(parts[0]!)) {
    const named = new Map(
      parts.map((part) => {
        const [name = '', ...value] = part.split('=');
        return [
          name.trim().toLowerCase(),
          value
            .join('=')
            .trim()
            .replace(/^"(.*)"$/, '$1'),
        ];
      }),
    );
    return plain(named.get('given'), named.get('prefix'), named.get('family'), named.get('suffix'));
  }
  if (parts.length === 1) return plain(parts[0]);
  if (parts.length === 2) return plain(parts[1], parts[0]);
  return plain(...parts.slice(2), parts[0], parts[1]);
}

/** The pieces of a text between matches of `separator` (global) that stand in no braces. */
function splitOutsideBraces(text: string, separator: RegExp): string[] {
  const pieces: string[] = [];
  let begin = 0;
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(new RegExp(`[{}]|${separator.source}`, separator.flags))) {
    if (token === '{') depth++;
    else if (token === '}') depth -= depth > 0 ? 1 : 0;
    else if (depth === 0) {
      pieces.push(text.slice(begin, index));
      begin = index + token.length;
    }
  }
  return [...pieces, text.slice(begin)];
}
