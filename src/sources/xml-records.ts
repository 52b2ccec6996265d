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
import { characterNamed, REFERENCE } from './markup.ts';
import { MAX_RECORD_CHARACTERS, type Found, type UnreadableRecord } from './source.ts';

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
  return rawText(element).replace(/\s+/g, ' ').trim();
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

/** The fields that have a value. */
export function withValue(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) => value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0),
    ),
  );
}

interface Place {
  offset: number;
  raw: string;
}
type XmlFound = Place &
  ({ element: XmlElement; containers: readonly XmlElement[] } | { reject: UnreadableRecord['reject'] });

/** Characters of a record that are kept to show where it is. */
const RAW_CHARACTERS = 300;
/** Longest start tag that is looked at. */
const LOOKAHEAD = 4096;
/** Containers inside each other, at most; a file that opens one again and again is none of ours. */
const MAX_CONTAINERS = 32;

async function* xmlRecords(pieces: AsyncIterable<string>, { records, containers }: XmlShape): AsyncGenerator<XmlFound> {
  const token = new RegExp(
    `<!--|<!\\[CDATA\\[|<(/?)(?:[\\w.-]+:)?(${[...containers, ...records].join('|')})(?=[\\s/>])`,
    'g',
  );
  const window = new Window(pieces);
  const around: XmlElement[] = [];
  let open: string | undefined; // The record that has begun, by name: it begins where the window does.
  let from = 0; // In the window: where to look for the next token.
  let recognised = false;
  let cut = false;
  // A record was given up before its end tag, which may still come.
  let lateEnd = false;

  const reject = (code: 'syntax' | 'too-large', reason: string): XmlFound => ({
    ...window.place(),
    reject: { code, reason },
  });
  const whole = (end: number): XmlFound => {
    const place = window.place();
    const parsed = end > MAX_RECORD_CHARACTERS ? TOO_LONG : parse(window.text.slice(0, end));
    window.drop(end);
    from = 0;
    open = undefined;
    return 'code' in parsed ? { ...place, reject: parsed } : { ...place, element: parsed, containers: [...around] };
  };

  try {
    await window.more();
    const beginning = window.place();
    for (;;) {
      token.lastIndex = from;
      const match = token.exec(window.text);
      if (!match) {
        from = Math.max(from, window.text.length - LOOKAHEAD); // What stands at the end may be half a token.
        if (open !== undefined && window.text.length > MAX_RECORD_CHARACTERS) {
          yield { ...window.place(), reject: TOO_LONG };
          open = undefined;
          lateEnd = true;
        }
        if (open === undefined) {
          window.drop(from);
          from = 0;
        }
        if (await window.more()) continue;
        if (open === undefined) break;
        yield reject('syntax', `the file ends inside this <${open}>`);
        cut = true;
        open = undefined;
        from = 1;
        continue;
      }
      from = match.index;
      if (from + LOOKAHEAD > window.text.length && (await window.more())) continue;

      const [opening, slash, name] = match;
      if (name === undefined) {
        from = await endOfSection(window, from, opening);
        continue;
      }
      recognised = true;
      const isRecord = records.includes(name);
      if (slash === '/') {
        from += opening.length;
        if (!isRecord) {
          const depth = around.findLastIndex((each) => each.name === name);
          if (open === undefined && depth !== -1) around.length = depth;
        } else if (open === name) {
          yield whole(from + (/^\s*>/.exec(window.text.slice(from, from + LOOKAHEAD))?.[0].length ?? 0));
        } else if (open === undefined) {
          if (!lateEnd) {
            window.drop(match.index);
            from = opening.length;
            yield reject('syntax', `</${name}> without its <${name}>`);
          }
          lateEnd = false;
        }
      } else if (open !== undefined) {
        from += opening.length;
        if (isRecord) {
          yield reject('syntax', `another <${name}> begins inside this <${open}>`);
          open = undefined;
          lateEnd = true;
          from = 1; // What this record swallowed is looked at again.
        }
      } else {
        const [tag] = START_TAG.exec(window.text.slice(from, from + LOOKAHEAD)) ?? [opening];
        const isEmpty = tag.endsWith('/>');
        if (isRecord) {
          window.drop(from);
          from = opening.length;
          if (isEmpty) yield whole(tag.length);
          else open = name;
        } else {
          from += tag.length;
          const container = parse(isEmpty ? tag : tag.replace(/>$/, '/>'));
          if (!isEmpty && around.length < MAX_CONTAINERS) {
            around.push('code' in container ? { name, attributes: {}, children: [] } : container);
          }
        }
      }
    }
    if (!recognised && beginning.raw !== '') {
      yield { ...beginning, reject: { code: 'syntax', reason: `expected <${containers[0]}>, found none` } };
    } else if (around.length > 0 && !cut) {
      yield reject('syntax', `the file ends before </${around[0]!.name}>: it seems to have been cut`);
    }
  } finally {
    await window.close();
  }
}

const TOO_LONG = { code: 'too-large', reason: 'the record is longer than 8 MiB' } as const;

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
    parser.write(mended(xml)).close();
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
const MAX_ELEMENTS = 250_000;

const localName = (name: string): string => name.slice(name.indexOf(':') + 1);

/**
 * The XML without what would make a parser refuse it although it is plain what is meant: control characters, names that
 * only HTML defines (`&eacute;`), an ampersand that stands for itself. A name that nobody knows stays as it is written.
 */
function mended(xml: string): string {
  return xml
    .toWellFormed()
    .replace(NOT_XML, ' ')
    .replace(AMPERSAND, (whole: string, reference?: string) => {
      if (!whole.startsWith('&')) return whole;
      const character = reference === undefined ? undefined : characterNamed(reference);
      if (character === undefined) return `&amp;${whole.slice(1)}`;
      return /[&<>"']/.test(character) ? `&#${character.charCodeAt(0)};` : character;
    });
}

// eslint-disable-next-line no-control-regex
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
const AMPERSAND = new RegExp(`<!\\[CDATA\\[[^]*?(?:\\]\\]>|$)|${REFERENCE.source}|&`, 'g');

// In a tag, an angle bracket stands nowhere, not even in quotes.
const START_TAG = /^<[^<>"']*(?:"[^<"]*"[^<>"']*|'[^<']*'[^<>"']*)*>/;

/** Where a section of these begins ends or, as another one begins in it or `--` stands in a comment, was none. */
const SECTION_ENDS: Record<string, RegExp> = { '<!--': /--+>?/g, '<![CDATA[': /\]\]>|<!\[CDATA\[/g };

/**
 * Where reading goes on after a comment or CDATA section: behind it or, if it has no end, inside it. One that was never
 * closed must not hide the records after it.
 */
async function endOfSection(window: Window, start: number, opening: string): Promise<number> {
  const end = SECTION_ENDS[opening]!;
  const inside = start + opening.length;
  for (let from = inside; ;) {
    end.lastIndex = from;
    const match = end.exec(window.text);
    const isWhole = match !== null && end.lastIndex < window.text.length;
    if (isWhole) return match[0].endsWith('>') ? end.lastIndex : inside;
    from = match?.index ?? Math.max(from, window.text.length - opening.length);
    if (window.text.length - start > MAX_RECORD_CHARACTERS || !(await window.more())) {
      return match?.[0].endsWith('>') ? end.lastIndex : inside;
    }
  }
}

/** The part of a text that is being looked at. */
class Window {
  text = '';
  readonly #pieces: AsyncIterator<string>;
  /** UTF-8 bytes before `text`. */
  #offset = 0;

  constructor(pieces: AsyncIterable<string>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /** Reads on, a good piece at once: looking at the text again costs its length. Returns false at the end. */
  async more(): Promise<boolean> {
    const read: string[] = [];
    for (let length = 0; length < 64 * 1024; length += read.at(-1)!.length) {
      const { value, done } = await this.#pieces.next();
      if (done) break;
      read.push(value);
    }
    this.text += read.join('');
    return read.length > 0;
  }

  /** Forgets the first `length` characters, or one less so as not to cut a surrogate pair. */
  drop(length: number): void {
    const cut = (this.text.codePointAt(length - 1) ?? 0) > 0xffff ? length - 1 : length;
    this.#offset += Buffer.byteLength(this.text.slice(0, cut));
    this.text = this.text.slice(cut);
  }

  place(): Place {
    return { offset: this.#offset, raw: this.text.slice(0, RAW_CHARACTERS) };
  }

  async close(): Promise<void> {
    await this.#pieces.return?.();
  }
}
