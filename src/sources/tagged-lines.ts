/**
 * What RIS, Web of Science's and PubMed's formats share: records made of lines, each a tag and a value; a line without a tag
 * goes on with the value before it.
 *
 * A record ends where its format says so or where the next begins, so a missing end costs nothing. Text between records is
 * page furniture; but a tag there begins a record, even if it is not the one that should, unless nothing in it is of a paper.
 */
import type { PaperInput } from '../paper.ts';
import { fieldsWithValue } from './fields.ts';
import { plainText } from './markup.ts';
import { linesIn, MAX_RECORD_CHARACTERS, TOO_LARGE, type Found, type Line, type SourceFile } from './source.ts';

export interface TaggedFormat {
  /**
   * Makes what reads a line of one file: its tag and value, or undefined for a line that goes on with the value before it.
   */
  lineReader(): (line: string) => Tagged | undefined;
  /** Tags that begin a record: where it has several of them, the first does. */
  begins: readonly string[];
  /** Tags that a record has once: after a blank line they begin the next one, should it lack what begins it. */
  once: readonly string[];
  /** Tags that end one and belong to none. */
  ends: readonly string[];
  /**
   * What goes on with a value after a blank line, and is not a note of the page: lines that begin with blanks or, where nothing
   * is indented, all but those behind a value of these tags.
   */
  afterBlank: 'indented' | readonly string[];
  /** Nothing else looks like a tag: there is one even where a line end was lost to a separator of another program. */
  isTelling: boolean;
  /** What is between the lines of one value: a space where lines are wrapped, a line end where each is an item. */
  joiner: ' ' | '\n';
  read(record: TaggedRecord): PaperInput;
}

interface Tagged {
  tag: string;
  value: string;
}

/** Characters of a record that a report may show. */
const RAW_CHARACTERS = 400;
/** What a held line costs beside its characters, so that very many very short ones count as well. */
const LINE_COST = 64;

/** Reads a file's records. What is passed over between them is told of, where it is more than page furniture. */
export async function* readTagged(file: SourceFile, format: TaggedFormat): AsyncGenerator<Found> {
  const passed = new PassedOver();
  let record = 0;
  let open: OpenRecord | undefined;
  function* close(): Generator<Found> {
    const { offset, raw, size, tooLarge, values } = open!;
    const isBegun = format.begins.some((tag) => values.has(tag));
    open = undefined;
    const input = tooLarge ? undefined : format.read(new TaggedRecord(values, format.joiner));
    if (input && !isBegun && !SAYS_A_PAPER.some((field) => hasText(input[field]))) return passed.add(raw, offset, size);
    yield* told();
    record++;
    yield input ? { record, offset, raw, input } : { record, offset, raw, reject: TOO_LARGE };
  }
  function* told(): Generator<Found> {
    const found = passed.take();
    if (found) yield { record: ++record, ...found };
  }

  const readLine = format.lineReader();
  let isAfterBlank = false;
  for await (const whole of linesIn(file)) {
    for (const { line, tagged } of partsOf(whole, readLine, format)) {
      const isBlank = line.text.trim() === '';
      const isEnd = tagged ? format.ends.includes(tagged.tag) : ENTRY.test(line.text);
      if (open && (isEnd || (tagged && beginsAnother(open, tagged.tag, isAfterBlank, format)))) yield* close();
      const isStray: boolean =
        !tagged && !isBlank && (!open || (isAfterBlank && !goesOnAfterBlank(open, line.text, format)));
      if (isStray) passed.add(line.text, line.offset);
      else if (!isEnd && (open || tagged)) {
        open ??= {
          offset: line.offset,
          raw: '',
          size: 0,
          tooLarge: false,
          values: new Map(),
          lastTag: '',
          last: [],
          count: 0,
        };
        hold(open, line, tagged);
      }
      isAfterBlank = isBlank || (isStray && isAfterBlank);
    }
  }
  if (open) yield* close();
  yield* told();
}

const goesOnAfterBlank = ({ lastTag }: OpenRecord, text: string, { afterBlank }: TaggedFormat): boolean =>
  afterBlank === 'indented' ? /^\s/.test(text) : !afterBlank.includes(lastTag);

/** What a record without its beginning has to say something of, to be one. */
const SAYS_A_PAPER = ['title', 'abstract', 'authors', 'doi'] as const;
const hasText = (value: unknown): boolean => (Array.isArray(value) ? value.length > 0 : Boolean(value));

function beginsAnother({ values }: OpenRecord, tag: string, isAfterBlank: boolean, format: TaggedFormat): boolean {
  const { begins, once } = format;
  if (begins.includes(tag)) return values.has(tag) || !begins.some((each) => values.has(each));
  return isAfterBlank && once.includes(tag) && values.has(tag);
}

interface TaggedLine {
  line: Line;
  tagged: Tagged | undefined;
}

/** A line with its tag; or several, where it has separators in it and tags follow them. What else follows one goes on. */
function partsOf(
  whole: Line,
  readLine: (line: string) => Tagged | undefined,
  { isTelling }: TaggedFormat,
): TaggedLine[] {
  // A byte order mark may stand before every file that was joined to this one.
  const line = whole.text.startsWith('\ufeff')
    ? { ...whole, text: whole.text.slice(1), offset: whole.offset + 3 }
    : whole;
  if (!isTelling || !SEPARATOR.test(line.text)) return [{ line, tagged: readLine(line.text) }];
  const parts: (TaggedLine & { rest: string[] })[] = [];
  let { offset } = line;
  for (const text of line.text.split(BEHIND_SEPARATOR)) {
    const part = text.replace(SEPARATOR, '');
    const tagged = readLine(part);
    if (tagged || parts.length === 0) parts.push({ line: { ...line, text: part, offset }, tagged, rest: [] });
    else parts.at(-1)!.rest.push(` ${part}`);
    offset += Buffer.byteLength(text);
  }
  return parts.map(({ line: each, tagged, rest }) => {
    const more = rest.join('');
    return {
      line: { ...each, text: each.text + more },
      tagged: tagged && { tag: tagged.tag, value: tagged.value + more },
    };
  });
}

/** Separators that some programs put where a line ends, or in the middle of one. */
const SEPARATOR = /[\v\f\u0085\u2028\u2029]/;
const BEHIND_SEPARATOR = /(?<=[\v\f\u0085\u2028\u2029])/;

/** Text that belongs to no record: as much as pages have around their records is nothing to tell. */
class PassedOver {
  #lines = 0;
  #characters = 0;
  #offset = 0;
  #raw = '';
  #isBibliography = false;

  add(text: string, offset: number, characters = text.length): void {
    if (this.#lines++ === 0) this.#offset = offset;
    this.#characters += characters;
    this.#isBibliography ||= ENTRY.test(text);
    if (this.#raw.length < RAW_CHARACTERS) this.#raw += `${this.#raw && '\n'}${text.slice(0, RAW_CHARACTERS)}`;
  }

  /** What is to be told of what was passed over since this was asked for last. */
  take(): Omit<Extract<Found, { reject: unknown }>, 'record'> | undefined {
    const [lines, characters, offset, raw] = [this.#lines, this.#characters, this.#offset, this.#raw];
    const isBibliography = this.#isBibliography;
    this.#lines = this.#characters = 0;
    this.#raw = '';
    this.#isBibliography = false;
    if (isBibliography) {
      const reason = `${lines} line${lines === 1 ? '' : 's'} of BibTeX among records of another format: put them into a file of their own`;
      return { offset, raw, reject: { code: 'syntax', reason } };
    }
    if (characters <= FURNITURE) return undefined;
    const reason = `${lines} line${lines === 1 ? '' : 's'} passed over that ${lines === 1 ? 'is' : 'are'} in no record`;
    return { offset, raw, reject: { code: 'syntax', reason } };
  }
}

/** How an entry of BibTeX begins. */
const ENTRY = /^\s*@[a-z]{3,40}\s*\{\s*[^\s,{}"=]{1,200}\s*,/i;

/** Characters: links, numbers, headings and notes of a page. */
const FURNITURE = 2000;

interface OpenRecord {
  offset: number;
  raw: string;
  size: number;
  tooLarge: boolean;
  /** For every tag its values. */
  values: Map<string, TaggedValue[]>;
  /** The tag of the last value, and its lines. */
  lastTag: string;
  last: string[];
  /** Values so far. */
  count: number;
}

interface TaggedValue {
  /** Which value of the record it is. */
  place: number;
  lines: string[];
}

function hold(open: OpenRecord, line: Line, tagged: Tagged | undefined): void {
  if (open.raw.length < RAW_CHARACTERS) open.raw += `${open.raw && '\n'}${line.text.slice(0, RAW_CHARACTERS)}`;
  open.size += line.text.length + LINE_COST;
  if (open.size > MAX_RECORD_CHARACTERS || line.tooLong) {
    open.tooLarge = true;
    open.values.clear();
    return;
  }
  if (tagged) {
    open.lastTag = tagged.tag;
    open.last = [];
    const value = { place: open.count++, lines: open.last };
    const values = open.values.get(tagged.tag);
    if (values) values.push(value);
    else open.values.set(tagged.tag, [value]);
  }
  const text = (tagged?.value ?? line.text).trim();
  if (text !== '') open.last.push(text);
}

/** The values of a record by their tags. What was taken is gone, so that what is left can go to `extra`. */
export class TaggedRecord {
  readonly #values: Map<string, TaggedValue[]>;
  readonly #joiner: string;

  constructor(values: Map<string, TaggedValue[]>, joiner: string) {
    this.#values = values;
    this.#joiner = joiner;
  }

  /** All lines of the first of these tags that has any. */
  lines(...tags: string[]): string[] {
    return this.#take(tags).flatMap(({ lines }) => lines.map(readable));
  }

  /** How many lines a tag has. */
  count(tag: string): number {
    return (this.#values.get(tag) ?? []).reduce((sum, { lines }) => sum + lines.length, 0);
  }

  /** All lines of all these tags, which mean the same, in the order of the record; what several of them say, once. */
  linesOfAll(...tags: string[]): string[] {
    const taken = tags.map((tag) => this.#take([tag])).filter((values) => values.length > 0);
    const values = taken.flat().sort((a, b) => a.place - b.place);
    const lines = values.flatMap((value) => value.lines.map(readable));
    return taken.length > 1 ? [...new Set(lines)] : lines;
  }

  /**
   * All values of two tags of which the second says more briefly what the first, in the line before it, says in full: and
   * those of the second as well that stand alone.
   */
  textsOfBoth(full: string, brief: string): string[] {
    const [values, briefs] = [this.#take([full]), this.#take([brief])];
    const places = new Set(values.map(({ place }) => place));
    const alone = briefs.filter(({ place }) => !places.has(place - 1));
    if (briefs.length <= values.length) return this.#joined(values);
    if (briefs.length - alone.length < values.length) return this.#joined(briefs); // They are not told apart by place.
    return this.#joined([...values, ...alone].sort((a, b) => a.place - b.place));
  }

  /** All values of the first of these tags that has any. */
  texts(...tags: string[]): string[] {
    return this.#joined(this.#take(tags));
  }

  /** The first value of the first of these tags that has any; others are left. */
  text(...tags: string[]): string | undefined {
    for (const tag of tags) {
      const values = this.#take([tag]);
      if (values.length === 0) continue;
      const [first, ...others] = values;
      if (others.length > 0) this.#values.set(tag, others);
      return this.#joined([first!])[0];
    }
    return undefined;
  }

  /** The values of these tags that match; others are left. */
  matching(pattern: RegExp, ...tags: string[]): string[] {
    return tags.flatMap((tag) => {
      const values = this.#take([tag]);
      const others = values.filter((value) => !pattern.test(this.#joined([value])[0]!));
      if (others.length > 0) this.#values.set(tag, others);
      return this.#joined(values.filter((value) => !others.includes(value)));
    });
  }

  /**
   * The given fields that have a value, and what is left, under the names that `names` has for tags; but nothing that was
   * `said` before.
   */
  extra(fields: Record<string, unknown>, names: Record<string, string>, said: unknown[]): Record<string, unknown> {
    const left = new Map<string, Set<string>>();
    for (const tag of [...this.#values.keys()]) {
      const name = names[tag] ?? tag;
      const texts = this.texts(tag).filter((text) => !said.includes(text));
      if (texts.length > 0) left.set(name, new Set([...(left.get(name) ?? []), ...texts]));
    }
    return {
      ...Object.fromEntries(Array.from(left, ([name, texts]) => [name, texts.size === 1 ? [...texts][0] : [...texts]])),
      ...fieldsWithValue(fields),
    };
  }

  #take(tags: string[]): TaggedValue[] {
    for (const tag of tags) {
      const values = (this.#values.get(tag) ?? []).filter(({ lines }) => lines.length > 0);
      this.#values.delete(tag);
      if (values.length > 0) return values;
    }
    return [];
  }

  #joined(values: TaggedValue[]): string[] {
    return values.map(({ lines }) => lines.map(readable).join(this.#joiner));
  }
}

const readable = (line: string): string => (/[<&]/.test(line) ? plainText(line) : line);

/** The words of a list, each once. A star marks the main ones in MeSH and PsycINFO. */
export function keywords(words: string[]): string[] {
  return [...new Set(words.map((word) => word.replace(/^\s*\*/, '').trim()))].filter((word) => word !== '');
}
