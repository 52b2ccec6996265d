/**
 * What the JSON sources share: a document of many records, read as a stream, one record parsed at a time.
 *
 * The records of a document are the objects of its top-level array, or of a list it wraps them in (`{"results": […]}`), or
 * its top-level objects themselves, one or one a line. A document is cut into records first, by following its brackets and
 * strings; every record is then parsed by itself, so one that breaks the syntax costs itself. Where the damage goes
 * deeper (a bracket or a quote is missing), the next record is looked for: on a line that begins as the lines of the records
 * before it did, or, in a document without such lines, at the next object.
 */
import type { PaperInput } from '../paper.ts';
import { MAX_RECORD_CHARACTERS, TOO_LARGE, type Found, type SourceFile, type UnreadableRecord } from './source.ts';

export type JsonObject = Record<string, unknown>;

export interface JsonDialect {
  /** Where a document may keep its records, a list or one object: keys joined by dots, such as `message.items`. */
  wrappers: readonly string[];
  /** What a record says. Never throws, whatever the record holds. */
  read(record: JsonObject): PaperInput;
  /** Whether a record says far more than it is long, in a dialect where one text may stand for several. */
  isTooLarge?(record: JsonObject): boolean;
  /** Whether a record is no paper, but belongs to one: it is passed over. */
  isPart?(record: JsonObject): boolean;
}

/** Reads a file's records. */
export async function* readJson(file: SourceFile, dialect: JsonDialect): AsyncGenerator<Found> {
  const splitter = new Splitter(dialect.wrappers);
  let record = 0;
  // After damage, objects are found that were inside the broken record. They are told from records by having neither title
  // nor abstract; and more damage before the next record is the same damage, unless it begins a line as records do.
  let damaged = false;
  for await (const element of elementsOf(file.text(), splitter)) {
    const place = { offset: element.offset, raw: element.text.slice(0, RAW_CHARACTERS) };
    if (element.problem) {
      if (!damaged || element.aligned) yield { record: ++record, ...place, reject: element.problem };
      damaged ||= element.problem.code === 'syntax';
      continue;
    }
    const value = parse(element.text);
    if (isObject(value) && dialect.isPart?.(value)) {
      splitter.learn(element);
      damaged = false;
    } else if (isObject(value) && dialect.isTooLarge?.(value)) {
      damaged = false;
      yield { record: ++record, ...place, reject: TOO_LARGE };
    } else if (isObject(value)) {
      const input = dialect.read(value);
      const isPaper = Boolean(input.title) || Boolean(input.abstract);
      if (damaged && !isPaper) continue;
      if (isPaper) splitter.learn(element);
      damaged = false;
      yield { record: ++record, ...place, input };
    } else if (value instanceof Error) {
      yield { record: ++record, ...place, reject: { code: 'syntax', reason: `not JSON: ${value.message}` } };
    } else {
      const kind = value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
      yield {
        record: ++record,
        ...place,
        reject: { code: 'record-invalid', reason: `expected an object, found ${kind}` },
      };
    }
  }
}

/**
 * The first record of a text that may be cut anywhere, to tell its dialect by; of a record that is cut, the fields that are
 * whole. Undefined where the text is no JSON.
 */
export function firstRecord(head: string, wrappers: readonly string[]): JsonObject | undefined {
  if (!/^[\s\ufeff]*[[{]/.test(head)) return undefined;
  const splitter = new Splitter(wrappers);
  for (const { text, problem } of splitter.push(head)) {
    const value = problem ? undefined : parse(text);
    if (isObject(value)) return value;
  }
  const cut = parse(splitter.wholeFields());
  return isObject(cut) ? cut : undefined;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Error);
}

/** A value's objects, if it is a list. */
export function objects(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** A text, a number as text, or the first of a list of them; undefined for anything else, and for blank text. */
export function text(value: unknown): string | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof first === 'number') return String(first);
  return typeof first === 'string' && first.trim() !== '' ? first.trim() : undefined;
}

/** The texts among a value's items, if it is a list. */
export function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(text).filter((each) => each !== undefined) : [];
}

/** Whether a record, whole and not yet parsed, has more values than any paper. */
export function hasTooManyValues(json: string): boolean {
  if (json.length <= MAX_PARTS) return false;
  let parts = 0;
  let quoted = false;
  for (let i = 0; i < json.length; i++) {
    const character = json[i]!;
    if (quoted && character === '\\') i++;
    else if (character === '"') quoted = !quoted;
    else if (!quoted && (character === ',' || character === '[' || character === '{')) parts++;
  }
  return parts > MAX_PARTS;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    return error;
  }
}

/** Characters of a record that are kept to show where it is. */
const RAW_CHARACTERS = 300;
/** Deeper than any record, and shallow enough for whatever walks through one by recursion. */
const MAX_DEPTH = 500;
/** Values in a record, each of which takes many times the characters it is written with. Three thousand authors have 120,000. */
const MAX_PARTS = 150_000;
export const TOO_MANY: UnreadableRecord['reject'] = {
  code: 'too-large',
  reason: `the record has more than ${MAX_PARTS} values`,
};
/** Characters before the piece at hand that the next record is looked for in; also the longest key and indent known. */
const KEPT_CHARACTERS = 256;

/** What stands where a record is expected. */
interface JsonElement {
  /** As it stands in the document. */
  text: string;
  offset: number;
  /** The white space before it on its line; undefined where anything else stands there. */
  indent: string | undefined;
  /** It begins a line as the records before it did. */
  aligned: boolean;
  /** Why it could not be told where it ends; `text` is then its beginning. */
  problem?: UnreadableRecord['reject'];
}

async function* elementsOf(pieces: AsyncIterable<string>, splitter: Splitter): AsyncGenerator<JsonElement> {
  for await (const piece of pieces) yield* splitter.push(piece);
  yield* splitter.end();
}

type Expected = 'key' | 'colon' | 'value' | 'comma';

/** An element whose end is not yet seen. */
interface OpenElement {
  offset: number;
  indent: string | undefined;
  /** Containers around it. */
  depth: number;
  /** Its text in earlier pieces, unless it is too large. */
  pieces: string[];
  length: number;
  /** Lists, objects and commas in it. */
  parts: number;
  tooLarge: boolean;
  /** Its characters up to the last comma between its fields. */
  wholeFields: number;
}

const WHITE_SPACE = ' \n\r\t\ufeff';
const WORD = /[\w.+-]+/y;
const STRING_STOP = /["\\\n]/g;

/**
 * Cuts a document into its elements, in one pass and without recursion. It checks just as much of JSON's grammar as it takes
 * to notice where a bracket or quote is missing; whether values are any is left to the parser.
 */
class Splitter {
  readonly #wrappers: ReadonlySet<string>;
  readonly #found: JsonElement[] = [];

  // The piece of text at hand, and where in it we are.
  #piece = '';
  #at = 0;
  #bytes = 0; // Before the piece.
  #counted = { index: 0, bytes: 0 }; // Bytes of the piece up to an index: counting goes on from there.
  #before = ''; // The last characters before the piece.
  #held = ''; // The first half of a surrogate pair that two pieces share.

  // Where in the document we are.
  #around: ('{' | '[')[] = [];
  /** Containers around each record: 0 at the top level; -1 in a wrapper but not in its list, where no records are. */
  #level = 0;
  readonly #keys: string[] = []; // The keys at hand in the two outermost containers.
  #key = ''; // What stood of the key at hand in earlier pieces.
  #expected: Expected = 'value';
  #within: 'key' | 'string' | 'word' | undefined;
  #token = 0; // Where the last token begins; negative if in an earlier piece.

  #element: OpenElement | undefined;
  #start = 0; // Where in the piece the element, or its rest, begins.
  #separated = true; // Since the element before there was a comma, or it is the first of a list.
  #indent: string | undefined = ''; // White space since the beginning of the line, between elements.
  #layout: string | undefined; // The indent of records, where they begin lines and nothing inside them does so too.
  #sought: RegExp | undefined; // The next record, while it is looked for.

  constructor(wrappers: readonly string[]) {
    this.#wrappers = new Set(wrappers);
  }

  /** The elements that end in this piece of the document. */
  *push(given: string): Generator<JsonElement> {
    let piece = this.#held + given;
    const last = piece.charCodeAt(piece.length - 1);
    this.#held = last >= 0xd800 && last <= 0xdbff ? piece.slice(-1) : '';
    if (this.#held !== '') piece = piece.slice(0, -1);

    this.#take(piece, this.#at);
    if (this.#sought) this.#takeBack(this.#token + 1);
    while (this.#at < this.#piece.length) {
      if (this.#sought) this.#seek(this.#sought);
      else this.#scan();
      yield* this.#found.splice(0);
    }
    this.#leave();
    yield* this.#found.splice(0);
  }

  /** What is left to say at the end of the document. */
  *end(): Generator<JsonElement> {
    if (this.#within === 'word') this.#endValue(0);
    if (this.#element) {
      this.#report({ code: 'syntax', reason: 'the file ends inside this record' }, 0);
    } else if (this.#around.length > 0) {
      const reason = 'the file ends before its list of records does: it may have been cut off';
      this.#report({ code: 'syntax', reason }, 0);
    }
    yield* this.#found.splice(0);
  }

  /** Tells that an element was a record, so that the next one may be found by its likeness. */
  learn({ text, indent }: JsonElement): void {
    // Without indentation, only records that are each a line are alike in nothing but their beginning.
    this.#layout = indent === '' && text.includes('\n') ? undefined : indent;
  }

  /** The element that the document ends in, closed after the last of its fields that is whole. */
  wholeFields(): string {
    const { pieces = [], wholeFields = 0 } = this.#element ?? {};
    return `${pieces.join('').slice(0, wholeFields)}}`;
  }

  #take(piece: string, at: number): void {
    this.#piece = piece;
    this.#at = at;
    this.#counted = { index: 0, bytes: 0 };
  }

  /** Puts the characters kept of earlier pieces before this one; `at` counts from where it began. */
  #takeBack(at: number): void {
    const before = this.#before;
    this.#before = '';
    this.#bytes -= Buffer.byteLength(before);
    this.#take(before + this.#piece, Math.max(0, before.length + at));
  }

  /** Keeps what is needed of the piece when the next one comes. */
  #leave(): void {
    const piece = this.#piece;
    if (this.#element) {
      this.#collect(piece.length);
      this.#start = 0;
    }
    if (this.#within === 'key' && this.#around.length <= 2) {
      this.#key = (this.#key + piece.slice(Math.max(0, this.#token + 1))).slice(0, KEPT_CHARACTERS);
    }
    this.#before = (this.#before + piece.slice(-KEPT_CHARACTERS)).slice(-KEPT_CHARACTERS);
    this.#bytes += Buffer.byteLength(piece);
    this.#token -= piece.length;
    this.#take('', this.#at - piece.length); // 1 where a backslash ends the piece.
  }

  /** Follows the structure to the next element's end, the piece's end, or to where it breaks. */
  #scan(): void {
    const piece = this.#piece;
    let i = this.#at;
    for (; i < piece.length && this.#found.length === 0; i++) {
      if (this.#within === 'word') {
        WORD.lastIndex = i;
        if (WORD.test(piece)) i = WORD.lastIndex;
        if (i === piece.length) break;
        this.#endValue(i);
      } else if (this.#within !== undefined) {
        STRING_STOP.lastIndex = i;
        i = STRING_STOP.test(piece) ? STRING_STOP.lastIndex - 1 : piece.length;
        if (i === piece.length) break;
        if (piece[i] === '\\') i++;
        else if (piece[i] === '\n') return this.#break('a line ends inside a string', i);
        else if (this.#within === 'string') this.#endValue(i + 1);
        else this.#endKey(i);
        continue;
      }

      const character = piece[i]!;
      if (WHITE_SPACE.includes(character)) {
        if (this.#element === undefined) this.#indentBy(character);
        continue;
      }
      if (this.#element === undefined && this.#around.length === this.#level) {
        if (this.#separates(character)) {
          this.#token = i;
          continue;
        }
        this.#begin(i);
        if (character !== '{' && (this.#level === 0 || !this.#separated)) {
          return this.#break('expected an object or a list of them', i);
        }
        this.#separated = false;
      }
      switch (character) {
        case '{':
        case '[':
          if (this.#expected !== 'value') return this.#break(`${character} where a ${this.#expected} belongs`, i);
          if (this.#around.length === MAX_DEPTH) return this.#break(`nested more than ${MAX_DEPTH} levels deep`, i);
          if (character === '{' && this.#beginsNext(i)) return this.#break('the next record begins inside this one', i);
          if (this.#isWrapped()) this.#unwrap(character, i);
          this.#countPart(i);
          this.#around.push(character);
          this.#expected = character === '{' ? 'key' : 'value';
          break;
        case '}':
        case ']':
          if (this.#around.at(-1) !== (character === '}' ? '{' : '[')) {
            return this.#break(`${character} closes what is not open`, i);
          }
          this.#around.pop();
          this.#endValue(i + 1);
          break;
        case ',':
          if (this.#expected !== 'comma') return this.#break(`, where a ${this.#expected} belongs`, i);
          if (this.#element?.depth === this.#around.length - 1) {
            this.#element.wholeFields = this.#element.length + i - this.#start;
          }
          this.#expected = this.#around.at(-1) === '{' ? 'key' : 'value';
          this.#countPart(i);
          break;
        case ':':
          if (this.#expected !== 'colon') return this.#break(`: where a ${this.#expected} belongs`, i);
          this.#expected = 'value';
          break;
        case '"':
          if (this.#expected === 'key') this.#within = 'key';
          else if (this.#expected === 'value') this.#within = 'string';
          else return this.#break(`a string where a ${this.#expected} belongs`, i);
          this.#key = '';
          break;
        default:
          WORD.lastIndex = i;
          if (this.#expected !== 'value' || !WORD.test(piece)) {
            return this.#break(`${character} where a ${this.#expected} belongs`, i);
          }
          this.#within = 'word';
      }
      this.#token = i;
    }
    this.#at = i;
  }

  /** Between elements: whether this only opens, separates or closes. What is stray among them is in nobody's way. */
  #separates(character: string): boolean {
    if (character === '[' && this.#level < MAX_DEPTH) {
      this.#around.push('[');
      this.#level++;
    } else if (character === ']' && this.#level > 0) {
      this.#around.pop();
      this.#level = this.#around.length === 0 || this.#around.at(-1) === '[' ? this.#around.length : -1;
      this.#expected = 'comma';
    } else if (character !== ',' && character !== ']' && character !== '}') {
      return false;
    }
    this.#separated = character === ',' || character === '[';
    this.#indent = undefined;
    return true;
  }

  #begin(i: number): void {
    const depth = this.#around.length;
    const offset = this.#offset(i);
    this.#element = {
      offset,
      indent: this.#indent,
      depth,
      pieces: [],
      length: 0,
      parts: 0,
      tooLarge: false,
      wholeFields: 0,
    };
    this.#start = i;
    this.#indent = undefined;
    this.#expected = 'value';
  }

  /** Whether an object inside the element begins a line as records do: then the element was never closed. */
  #beginsNext(i: number): boolean {
    if (this.#layout === undefined || this.#element === undefined) return false;
    if (this.#around.length === this.#element.depth) return false;
    const line = `\n${this.#layout}`;
    const before = i < line.length ? this.#before + this.#piece.slice(0, i) : this.#piece.slice(i - line.length, i);
    return before.endsWith(line);
  }

  #isWrapped(): boolean {
    const depth = this.#around.length;
    if (this.#level > 0 || depth === 0 || depth > 2 || this.#around.includes('[')) return false;
    return this.#wrappers.has(this.#keys.slice(0, depth).join('.'));
  }

  /** What was taken for a record is a wrapper; the records are in here. */
  #unwrap(container: '{' | '[', i: number): void {
    this.#element = undefined;
    this.#level = container === '[' ? this.#around.length + 1 : -1;
    this.#separated = true;
    this.#indent = undefined;
    if (container === '{') this.#begin(i);
  }

  #endKey(end: number): void {
    const depth = this.#around.length;
    if (depth <= 2) this.#keys[depth - 1] = this.#key + this.#piece.slice(Math.max(0, this.#token + 1), end);
    this.#within = undefined;
    this.#expected = 'colon';
  }

  #endValue(end: number): void {
    this.#within = undefined;
    this.#expected = 'comma';
    const element = this.#element;
    if (element?.depth === this.#around.length) {
      this.#collect(end);
      const { offset, indent, pieces } = element;
      if (!element.tooLarge)
        this.#found.push({ text: pieces.join(''), offset, indent, aligned: this.#isAligned(indent) });
      this.#element = undefined;
    }
    if (this.#element === undefined && this.#around.length === 0) this.#level = 0;
  }

  #collect(end: number): void {
    const element = this.#element!;
    if (!element.tooLarge) element.pieces.push(this.#piece.slice(this.#start, end));
    element.length += end - this.#start;
    if (element.length <= MAX_RECORD_CHARACTERS || element.tooLarge) return;
    this.#start = end;
    this.#skip(element, TOO_LARGE, end);
  }

  #countPart(i: number): void {
    const element = this.#element;
    if (element === undefined || ++element.parts <= MAX_PARTS || element.tooLarge) return;
    this.#skip(element, TOO_MANY, i);
  }

  /** Reports an element, of which no more is kept. */
  #skip(element: OpenElement, problem: UnreadableRecord['reject'], i: number): void {
    this.#report(problem, i);
    element.tooLarge = true;
    element.pieces = [];
  }

  /** The structure breaks here: reports the element, and goes over to looking for the next one. */
  #break(reason: string, i: number): void {
    this.#report({ code: 'syntax', reason }, i);
    this.#element = undefined;
    this.#around = [];
    this.#level = 0;
    this.#within = undefined;
    // Linear: the layout is white space, and looked for before a brace only.
    this.#sought = this.#layout === undefined ? /\{(?=\s*")/g : new RegExp(`(?<=\\n${this.#layout})\\{`, 'g');
    // A missing quote makes strings of what is between strings: the next record may begin in the last one.
    if (this.#token >= 0) this.#at = this.#token + 1;
    else this.#takeBack(this.#token + 1);
  }

  #report(problem: UnreadableRecord['reject'], i: number): void {
    const element = this.#element;
    if (element?.tooLarge) return; // That was reported.
    const text = [...(element?.pieces ?? []), this.#piece.slice(element ? this.#start : i, i + RAW_CHARACTERS)].join(
      '',
    );
    this.#found.push({
      text: text.slice(0, RAW_CHARACTERS),
      offset: element?.offset ?? this.#offset(i),
      indent: element?.indent,
      aligned: this.#isAligned(element?.indent),
      problem,
    });
  }

  #isAligned(indent: string | undefined): boolean {
    return indent !== undefined && indent === this.#layout;
  }

  #seek(sought: RegExp): void {
    sought.lastIndex = this.#at;
    const match = sought.exec(this.#piece);
    if (match) {
      this.#at = match.index;
      this.#indent = this.#layout;
      this.#sought = undefined;
    } else {
      // Its beginning may be the end of this piece.
      this.#token = Math.max(this.#at, this.#piece.length - KEPT_CHARACTERS) - 1;
      this.#at = this.#piece.length;
    }
  }

  #indentBy(space: string): void {
    if (space === '\n') this.#indent = '';
    else if (this.#indent !== undefined) {
      this.#indent = this.#indent.length < KEPT_CHARACTERS / 2 ? this.#indent + space : undefined;
    }
  }

  /** UTF-8 bytes before an index in the piece. */
  #offset(index: number): number {
    const { index: from, bytes } = this.#counted;
    const between = Buffer.byteLength(this.#piece.slice(Math.min(from, index), Math.max(from, index)));
    this.#counted = { index, bytes: index < from ? bytes - between : bytes + between };
    return this.#bytes + this.#counted.bytes;
  }
}
