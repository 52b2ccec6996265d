/**
 * What RIS, Web of Science's and PubMed's formats share: records made of lines, each a tag and a value; a line without a tag
 * goes on with the value before it.
 *
 * A record ends where its format says so or where the next begins, so a missing end costs nothing. Text between records is
 * page furniture; but a tag there begins a record, even if it is not the one that should.
 */
import type { PaperInput } from '../paper.ts';
import { fieldsWithValue, MAX_NAME } from './fields.ts';
import { plainText } from './markup.ts';
import { linesOf, MAX_RECORD_CHARACTERS, TOO_LARGE, type Found, type Line } from './source.ts';

export interface TaggedFormat {
  /**
   * Makes what reads a line of one file: its tag and value, or undefined for a line that goes on with the value before it.
   */
  lineReader(): (line: string) => { tag: string; value: string } | undefined;
  /** The tag that begins a record. */
  begins: string;
  /** Tags that end one and belong to none. */
  ends: readonly string[];
  /** What is between the lines of one value: a space where lines are wrapped, a line end where each is an item. */
  joiner: ' ' | '\n';
  read(record: TaggedRecord): PaperInput;
}

/** Characters of a record that a report may show. */
const RAW_CHARACTERS = 400;
/** What a held line costs beside its characters, so that very many very short ones count as well. */
const LINE_COST = 64;

/** Reads a file's records. */
export async function* readTagged(text: AsyncIterable<string>, format: TaggedFormat): AsyncGenerator<Found> {
  const readLine = format.lineReader();
  let record = 0;
  let open: OpenRecord | undefined;
  const close = (): Found => {
    const { offset, raw, tooLarge, values } = open!;
    open = undefined;
    record++;
    if (!tooLarge) return { record, offset, raw, input: format.read(new TaggedRecord(values, format.joiner)) };
    return { record, offset, raw, reject: TOO_LARGE };
  };

  for await (const each of linesOf(text)) {
    if (!open && each.text === '') continue;
    const line = each.offset === 0 ? withoutByteOrderMark(each) : each;
    const tagged = readLine(line.text);
    const isEnd = tagged !== undefined && format.ends.includes(tagged.tag);
    if (open && (isEnd || tagged?.tag === format.begins)) yield close();
    if (isEnd || (!open && !tagged)) continue;
    open ??= { offset: line.offset, raw: '', size: 0, tooLarge: false, values: new Map(), last: [] };
    hold(open, line, tagged);
  }
  if (open) yield close();
}

interface OpenRecord {
  offset: number;
  raw: string;
  size: number;
  tooLarge: boolean;
  /** For every tag its values, each with its lines. */
  values: Map<string, string[][]>;
  last: string[];
}

function hold(open: OpenRecord, line: Line, tagged: { tag: string; value: string } | undefined): void {
  if (open.raw.length < RAW_CHARACTERS) open.raw += `${open.raw && '\n'}${line.text.slice(0, RAW_CHARACTERS)}`;
  open.size += line.text.length + LINE_COST;
  if (open.size > MAX_RECORD_CHARACTERS || line.tooLong) {
    open.tooLarge = true;
    open.values.clear();
    return;
  }
  if (tagged) {
    open.last = [];
    const values = open.values.get(tagged.tag);
    if (values) values.push(open.last);
    else open.values.set(tagged.tag, [open.last]);
  }
  const text = (tagged?.value ?? line.text).trim();
  if (text !== '') open.last.push(text);
}

const withoutByteOrderMark = (line: Line): Line =>
  line.text.startsWith('\ufeff') ? { ...line, text: line.text.slice(1), offset: 3 } : line;

/** The values of a record by their tags. What was taken is gone, so that what is left can go to `extra`. */
export class TaggedRecord {
  readonly #values: Map<string, string[][]>;
  readonly #joiner: string;

  constructor(values: Map<string, string[][]>, joiner: string) {
    this.#values = values;
    this.#joiner = joiner;
  }

  /** All lines of the first of these tags that has any. */
  lines(...tags: string[]): string[] {
    return this.#take(tags).flat().map(readable);
  }

  /** All values of the first of these tags that has any. */
  texts(...tags: string[]): string[] {
    return this.#take(tags).map((lines) => lines.map(readable).join(this.#joiner));
  }

  /** The first value of the first of these tags that has any; others are left. */
  text(...tags: string[]): string | undefined {
    for (const tag of tags) {
      const values = this.#take([tag]);
      if (values.length === 0) continue;
      const [first, ...others] = values;
      if (others.length > 0) this.#values.set(tag, others);
      return first!.map(readable).join(this.#joiner);
    }
    return undefined;
  }

  /** The values of these tags that match; others are left. */
  matching(pattern: RegExp, ...tags: string[]): string[] {
    return tags.flatMap((tag) => {
      const texts = this.texts(tag);
      const others = texts.filter((text) => !pattern.test(text));
      if (others.length > 0)
        this.#values.set(
          tag,
          others.map((text) => [text]),
        );
      return texts.filter((text) => pattern.test(text));
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

  #take(tags: string[]): string[][] {
    for (const tag of tags) {
      const values = (this.#values.get(tag) ?? []).filter((lines) => lines.length > 0);
      this.#values.delete(tag);
      if (values.length > 0) return values;
    }
    return [];
  }
}

const readable = (line: string): string => (/[<&]/.test(line) ? plainText(line) : line);

/** "Given Family" from "Family, Given" or "Family, Given, Jr". */
export function personName(name: string): string {
  if (name.length > MAX_NAME) return name;
  const [family = '', given = '', ...suffix] = name.split(',').map((part) => part.trim());
  return [given, family, ...suffix].filter((part) => part !== '').join(' ');
}

/** The words of a list, each once. A star marks the main ones in MeSH and PsycINFO. */
export function keywords(words: string[]): string[] {
  return [...new Set(words.map((word) => word.replace(/^\s*\*/, '').trim()))].filter((word) => word !== '');
}
