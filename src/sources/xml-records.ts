/**
 * What the XML sources share: a file of many records, read as a stream, one small tree a record.
 *
 * A file is cut into records first, by looking for their start and end tags, and every record is parsed by itself (saxes,
 * strict). So a record that breaks the syntax costs itself and nothing after it, a file that was cut still yields what
 * was whole, and no document type is ever read: an entity that one defines is never expanded.
 *
 * Names are compared without their namespace prefix, and trees hold them without it.
 */
import { SaxesParser } from 'saxes';
import type { PaperInput } from '../paper.ts';
import { onOneLine } from '../text.ts';
import { characterNamed, REFERENCE } from './markup.ts';
import { MAX_RECORD_CHARACTERS, TOO_LARGE, type Found, type UnreadableRecord } from './source.ts';

export interface XmlElement {
  name: string;
  attributes: Record<string, string>;
  children: (XmlElement | string)[];
}

export interface XmlShape {
  /** Elements that are read whole. They are never nested, neither in themselves nor in each other. */
  records: readonly string[];
  /** Elements around the records, the root first; their attributes are known to the records in them. */
  containers: readonly string[];
  /** Elements of records in which something that is called like a record is a part of the one it stands in. */
  inside?: readonly string[];
}

/** What a source makes of an element: a paper, a reject, or null where it is no record of its own. */
export type Reading = { input: PaperInput } | { reject: UnreadableRecord['reject'] } | null;

/** Reads a file; `read` is given each record element in turn and the containers around it, the outermost first. */
export async function* readXml(
  text: AsyncIterable<string>,
  shape: XmlShape,
  read: (element: XmlElement, containers: readonly XmlElement[]) => Reading,
): AsyncGenerator<Found> {
  let record = 0;
  for await (const found of xmlRecords(text, shape)) {
    const reading = 'reject' in found ? found : read(found.element, found.containers);
    if (reading === null) continue;
    record++;
    const position = { record, offset: found.offset, raw: found.raw };
    yield 'reject' in reading ? { ...position, reject: reading.reject } : { ...position, input: reading.input };
  }
}

/** The local name of a document's root element, or undefined where the text does not begin like XML. */
export function rootName(head: string): string | undefined {
  return ROOT.exec(head)?.[1];
}

// Declarations, comments and a document type (its internal subset, if any, has no bracket inside) come before the root.
const ROOT =
  /^\s*(?:<\?(?:(?!\?>)[^])*\?>\s*|<!--(?:(?!-->)[^])*-->\s*|<!DOCTYPE[^[>]*(?:\[[^\]]*\][^>]*)?>\s*)*<(?:[\w.-]+:)?([\w.-]+)/;

/** The first element of that name below `element`, following a path of names. */
export function child(element: XmlElement | undefined, ...path: string[]): XmlElement | undefined {
  return path.reduce((current, name) => (current ? elements(current, name)[0] : undefined), element);
}

/** The elements directly below `element`: all, or those of a name. */
export function elements(element: XmlElement | undefined, name?: string): XmlElement[] {
  return (element?.children ?? []).filter(
    (each): each is XmlElement => typeof each !== 'string' && (name === undefined || each.name === name),
  );
}

/** The text of an element and everything in it, as it stands; '' for none. */
export function rawText(element: XmlElement | undefined): string {
  return (element?.children ?? []).map((each) => (typeof each === 'string' ? each : rawText(each))).join('');
}

/** The same on one line. */
export function textOf(element: XmlElement | undefined): string {
  return onOneLine(rawText(element)).trim();
}

/** The texts of the elements of a name that have one. */
export function textsOf(element: XmlElement | undefined, name: string): string[] {
  return elements(element, name)
    .map(textOf)
    .filter((text) => text !== '');
}

/** The elements below `element` as fields, for `extra`: name and text (or where it points to); a list where there are several. */
export function fieldsOf(
  element: XmlElement | undefined,
  except: readonly string[] = [],
): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = {};
  for (const each of elements(element)) {
    const { name, attributes } = each;
    const value = textOf(each) || (attributes.href ?? attributes.url ?? '');
    if (value === '' || except.includes(name)) continue;
    fields[name] = Object.hasOwn(fields, name) ? [fields[name]!, value].flat() : value;
  }
  return fields;
}

interface Place {
  offset: number;
  raw: string;
}
type XmlFound = Place &
  ({ element: XmlElement; containers: readonly XmlElement[] } | { reject: UnreadableRecord['reject'] });

/** Containers inside each other, at most; a file that opens one again and again is none of ours. */
const MAX_CONTAINERS = 32;

/** The records of a file as trees, and what could not be read of it. */
export async function* xmlRecords(
  pieces: AsyncIterable<string>,
  { records, containers, inside = [] }: XmlShape,
): AsyncGenerator<XmlFound> {
  const tags = new Tags(pieces, [...containers, ...records, ...inside]);
  const around: XmlElement[] = [];
  let open: string | undefined; // The record that has begun, by name.
  let depthInside = 0; // Elements open in it in which no record is looked for.
  let isKnown = false;
  let isCut = false;
  let endMayFollow = false; // The end tag of a record that was given up before it.

  const reject = (reason: string): XmlFound => ({ ...tags.place(), reject: { code: 'syntax', reason } });
  const whole = (end: number): XmlFound => {
    const place = tags.place();
    const parsed = parse(tags.take(end));
    open = undefined;
    return 'code' in parsed ? { ...place, reject: parsed } : { ...place, element: parsed, containers: [...around] };
  };
  const giveUp = (): void => {
    tags.release();
    open = undefined;
    endMayFollow = true;
  };

  try {
    for (;;) {
      const tag = await tags.next();
      if (!tag && open === undefined) break;
      if (!tag) {
        isCut = tags.text.length <= MAX_RECORD_CHARACTERS;
        yield isCut ? reject(`the file ends inside this <${open}>`) : { ...tags.place(), reject: TOO_LARGE };
        if (depthInside > 0) tags.forget(tags.text.length); // What was passed over there is not looked at again.
        giveUp();
        continue;
      }
      isKnown = true;
      const { name, isEnd, isEmpty, start, end } = tag;
      const isRecord = records.includes(name);
      if (inside.includes(name)) {
        if (open !== undefined && !isEmpty) depthInside = Math.max(0, depthInside + (isEnd ? -1 : 1));
      } else if (open !== undefined) {
        if (isEnd && name === open) {
          yield whole(end);
        } else if (isRecord && !isEnd && depthInside === 0) {
          yield reject(`another <${name}> begins inside this <${open}>`);
          giveUp();
        }
      } else if (isRecord) {
        tags.forget(start);
        if (isEmpty) {
          yield whole(end - start);
        } else if (!isEnd) {
          tags.hold();
          open = name;
          depthInside = 0;
        } else {
          if (!endMayFollow) yield reject(`</${name}> without its <${name}>`);
          endMayFollow = false;
        }
      } else if (isEnd) {
        const depth = around.findLastIndex((each) => each.name === name);
        if (depth !== -1) around.length = depth;
      } else if (!isEmpty && around.length < MAX_CONTAINERS) {
        const parsed = parse(tags.text.slice(start, end).replace(/>$/, '/>'));
        around.push('code' in parsed ? { name, attributes: {}, children: [] } : parsed);
      }
    }
    if (!isKnown && tags.place().offset > 0) {
      yield { offset: 0, raw: '', reject: { code: 'syntax', reason: `expected <${containers[0]}>, found none` } };
    } else if (around.length > 0 && !isCut) {
      yield reject(`the file ends before </${around[0]!.name}>: it seems to have been cut`);
    }
  } finally {
    await tags.close();
  }
}

interface Tag {
  /** Without its prefix. */
  name: string;
  isEnd: boolean;
  /** Both start and end: `<record/>`. */
  isEmpty: boolean;
  /** Where it is in the text that is being looked at. */
  start: number;
  end: number;
}

/** Longest tag that is looked at. */
const LOOKAHEAD = 4096;
/** Characters of a record that are kept to show where it is. */
const RAW_CHARACTERS = 300;
// In a tag, an angle bracket stands nowhere, not even in quotes.
const TAG = /^<[^<>"']*(?:"[^<"]*"[^<>"']*|'[^<']*'[^<>"']*)*>/;
/** What ends a comment or CDATA section or, as it cannot stand in one, shows that it has no end. */
const SECTION_ENDS: Record<string, RegExp> = { '<!--': /--+>?/g, '<![CDATA[': /\]\]>|<!\[CDATA\[/g };

/** The tags of some names in a text, outside of comments and CDATA sections, and the part of it that is being looked at. */
class Tags {
  text = '';
  readonly #pieces: AsyncIterator<string, undefined>;
  readonly #pattern: RegExp;
  /** UTF-8 bytes before `text`. */
  #offset = 0;
  /** Where in `text` the next tag is looked for. */
  #from = 0;
  #isHeld = false;

  constructor(pieces: AsyncIterable<string>, names: readonly string[]) {
    this.#pieces = pieces[Symbol.asyncIterator]() as AsyncIterator<string, undefined>;
    // Linear: what repeats in a name holds no angle bracket.
    this.#pattern = new RegExp(`<!--|<!\\[CDATA\\[|<(/?)(?:[\\w.-]+:)?(${names.join('|')})(?=[\\s/>])`, 'g');
  }

  /** The next tag; undefined at the end of the text, or when what is held has become longer than a record can be. */
  async next(): Promise<Tag | undefined> {
    for (;;) {
      if (this.#isHeld && this.#from > MAX_RECORD_CHARACTERS) return undefined;
      this.#pattern.lastIndex = this.#from;
      const match = this.#pattern.exec(this.text);
      this.#from = match?.index ?? Math.max(this.#from, this.text.length - LOOKAHEAD);
      if (this.text.length - this.#from <= LOOKAHEAD) {
        // Here may be half a tag.
        if (!this.#isHeld) this.forget(this.#from);
        if (await this.#more()) continue;
      }
      if (!match) {
        this.#from = this.text.length;
        if (!this.#isHeld) this.forget(this.#from);
        return undefined;
      }
      const start = this.#from;
      const [opening, slash, name] = match as [string, string?, string?];
      if (name === undefined) {
        this.#from = await this.#endOfSection(start, opening);
        continue;
      }
      const [tag] = TAG.exec(this.text.slice(start, start + LOOKAHEAD)) ?? [opening];
      this.#from = start + tag.length;
      return { name, isEnd: slash === '/', isEmpty: tag.endsWith('/>'), start, end: this.#from };
    }
  }

  /** Forgets the first `length` characters, or one less so as not to cut a surrogate pair. */
  forget(length: number): void {
    const cut = (this.text.codePointAt(length - 1) ?? 0) > 0xffff ? length - 1 : length;
    this.#offset += Buffer.byteLength(this.text.slice(0, cut));
    this.text = this.text.slice(cut);
    this.#from -= cut;
  }

  /** From now on keeps the text, which begins with the tag found last. */
  hold(): void {
    this.#isHeld = true;
  }

  /** No longer keeps it, and looks behind its first tag again. */
  release(): void {
    this.#isHeld = false;
    this.#from = 1;
  }

  /** The first `length` characters, which are forgotten. */
  take(length: number): string {
    const taken = this.text.slice(0, length);
    this.forget(length);
    this.#isHeld = false;
    return taken;
  }

  /** Where the text begins; `raw` is a copy, since a slice would keep all of it in memory. */
  place(): Place {
    return { offset: this.#offset, raw: Buffer.from(this.text.slice(0, RAW_CHARACTERS)).toString() };
  }

  async close(): Promise<void> {
    await this.#pieces.return?.();
  }

  /** Reads on, a good piece at once: looking at the text again costs its length. Returns false at the end. */
  async #more(): Promise<boolean> {
    const read: string[] = [];
    for (let length = 0; length < 64 * 1024; length += read.at(-1)!.length) {
      const { value, done } = await this.#pieces.next();
      if (done) break;
      read.push(value);
    }
    this.text += read.join('');
    return read.length > 0;
  }

  /**
   * Where reading goes on after the opening of a comment or CDATA section: behind its end or, if it has none, right behind
   * the opening, for what was never closed must not hide the records after it.
   */
  async #endOfSection(start: number, opening: string): Promise<number> {
    const pattern = SECTION_ENDS[opening]!;
    const inside = start + opening.length;
    for (let from = inside; ;) {
      pattern.lastIndex = from;
      const match = pattern.exec(this.text);
      const end = match?.[0].endsWith('>') ? pattern.lastIndex : inside;
      if (match && pattern.lastIndex < this.text.length) return end;
      from = match?.index ?? Math.max(from, this.text.length - opening.length);
      if (this.text.length - start > MAX_RECORD_CHARACTERS || !(await this.#more())) return end;
    }
  }
}

/** A document of one element as a tree, or why it is none. */
function parse(xml: string): XmlElement | UnreadableRecord['reject'] {
  const document: XmlElement = { name: '', attributes: {}, children: [] };
  const path = [document];
  let count = 0;
  const addText = (text: string): void => void path.at(-1)!.children.push(text);
  const parser = new SaxesParser();
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('opentag', ({ name, attributes }) => {
    if (path.length > MAX_DEPTH) throw new TooLarge(`elements are nested more than ${MAX_DEPTH} deep`);
    if (++count > MAX_ELEMENTS) throw new TooLarge(`the record has more than ${MAX_ELEMENTS} elements`);
    const element = { name: localName(name), attributes: {} as Record<string, string>, children: [] };
    for (const [key, value] of Object.entries(attributes)) {
      if (!key.startsWith('xmlns')) element.attributes[localName(key)] = value;
    }
    path.at(-1)!.children.push(element);
    path.push(element);
  });
  parser.on('closetag', () => void path.pop());
  parser.on('error', (error) => {
    throw error;
  });
  try {
    const text = mended(xml);
    if (text.length > MAX_RECORD_CHARACTERS) return TOO_LARGE;
    parser.write(text).close();
  } catch (error) {
    const { message } = error as Error;
    if (error instanceof TooLarge) return { code: 'too-large', reason: message };
    return {
      code: 'syntax',
      reason: message.replace(/^(\d+):\d+: (.*?)\.?$/, 'not well-formed XML: $2, in line $1 of the record'),
    };
  }
  return elements(document)[0]!;
}

class TooLarge extends Error {}

/** Elements inside each other. MathML in a title is the deepest there is. */
const MAX_DEPTH = 100;
/** A paper by three thousand authors has thirty thousand. */
const MAX_ELEMENTS = 150_000;

const localName = (name: string): string => name.slice(name.indexOf(':') + 1);

/**
 * The XML without what would make a parser refuse it although it is plain what is meant: control characters, names that
 * only HTML defines (`&eacute;`), an ampersand that stands for itself. A name that nobody knows stays as it is written.
 */
function mended(xml: string): string {
  const pieces = xml.toWellFormed().replace(NOT_XML, ' ').split(CDATA);
  return pieces.map((piece, i) => (i % 2 === 1 ? piece : withXmlReferences(piece))).join('');
}

function withXmlReferences(text: string): string {
  return text.replace(BARE_AMPERSAND, '&amp;').replace(FOREIGN_REFERENCE, (whole: string, reference: string) => {
    const character = characterNamed(reference);
    if (character === undefined) return `&amp;${whole.slice(1)}`;
    return /[&<>"']/.test(character) ? `&#${character.charCodeAt(0)};` : character;
  });
}

// eslint-disable-next-line no-control-regex
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
/** What stands between these is text, whatever it looks like. */
const CDATA = /(<!\[CDATA\[[^]*?(?:\]\]>|$))/;
const BARE_AMPERSAND = new RegExp(`(?!${REFERENCE.source})&`, 'g');
const FOREIGN_REFERENCE = new RegExp(`(?!&(?:amp|lt|gt|quot|apos);)${REFERENCE.source}`, 'g');
