/**
 * Lists and objects as programs write them into a cell: JSON, what Python prints of its own (`['a', "b's"]`,
 * `[{'name': 'A'}, None]`), numpy's lists without commas. A text that was cut off, as Excel does after 32,767 characters,
 * still gives what stands before the cut.
 */

/** Lists in each other, at most; what is deeper reads as text. */
const MAX_DEPTH = 20;

/** The list or object that a text is; undefined for any other text. Takes time linear in its length. */
export function literalIn(text: string): unknown[] | Record<string, unknown> | undefined {
  if (!/^\s*(?:\[\s*(?:[[{(]|u?['"])|[{(]\s*u?['"])/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as unknown[] | Record<string, unknown>;
  } catch {
    // Not JSON, or not all of it.
  }
  const value = new Reader(text).value(0);
  return typeof value === 'object' && value !== null ? (value as unknown[] | Record<string, unknown>) : undefined;
}

const CLOSING: Record<string, string> = { '[': ']', '(': ')', '{': '}' };
const BLANKS = /[\s,]*/y;
const WORD = /[^\s,:'"[\](){}]+/y;
const ESCAPES: Record<string, string> = { n: '\n', t: '\t', r: '\r' };

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** What begins here; undefined where nothing does. */
  value(depth: number): unknown {
    this.#skip(BLANKS);
    const character = this.#text[this.#at];
    if (character === undefined) return undefined;
    if (character === '"' || character === "'") return this.#string(character);
    if (character in CLOSING && depth < MAX_DEPTH) return this.#container(character, depth + 1);
    const word = this.#skip(WORD);
    if (word === '') {
      this.#at++; // A bracket too many, or a colon.
      return undefined;
    }
    if (word.length === 1 && `'"`.includes(this.#text[this.#at] ?? ' ')) return this.value(depth); // Python 2's u'…'.
    return word === 'None' || word === 'null' || word === 'nan' ? null : word;
  }

  /** A list or, where its items have names, an object. */
  #container(opening: string, depth: number): unknown[] | Record<string, unknown> {
    const list: unknown[] = [];
    const named: [string, unknown][] = [];
    this.#at++;
    for (;;) {
      this.#skip(BLANKS);
      if (this.#at >= this.#text.length) break;
      if (this.#text[this.#at] === CLOSING[opening]) {
        this.#at++;
        break;
      }
      const item = this.value(depth);
      this.#skip(BLANKS);
      if (this.#text[this.#at] === ':' && opening === '{' && item !== undefined) {
        this.#at++;
        named.push([typeof item === 'string' ? item : JSON.stringify(item), this.value(depth)]);
      } else if (item !== undefined) list.push(item);
    }
    return named.length > 0 ? Object.fromEntries(named) : list;
  }

  #string(quote: string): string {
    const pieces: string[] = [];
    let from = ++this.#at;
    for (; this.#at < this.#text.length && this.#text[this.#at] !== quote; this.#at++) {
      if (this.#text[this.#at] !== '\\') continue;
      const escaped = this.#text[this.#at + 1] ?? '';
      pieces.push(this.#text.slice(from, this.#at), ESCAPES[escaped] ?? escaped);
      this.#at++;
      from = this.#at + 1;
    }
    pieces.push(this.#text.slice(from, this.#at));
    this.#at++;
    return pieces.join('');
  }

  #skip(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const skipped = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += skipped.length;
    return skipped;
  }
}
