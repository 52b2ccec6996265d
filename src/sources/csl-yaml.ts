/**
 * CSL in YAML, as Pandoc reads and writes it and Better BibTeX exports it: a list of items, bare or under `references:`. A file
 * is cut into its items by their indentation, and every item is parsed by itself, so that one that breaks the syntax costs
 * itself. Texts are in Pandoc's Markdown, dates in parts of their own.
 */
import { readItem } from './csl-json.ts';
import { isObject, objects, text, texts, type JsonObject } from './json-records.ts';
import { linesIn, type Found, type Line, type Source, type UnreadableRecord } from './source.ts';
import { parseYaml } from './yaml.ts';

export const cslYaml: Source = {
  name: 'csl-yaml',
  title: 'CSL-YAML (Pandoc, Better BibTeX)',

  detects(head) {
    const cutter = new Cutter();
    for (const text of head.replace(/^\ufeff/, '').split(/\r\n|\r|\n/)) {
      const [cut] = cutter.push({ text, offset: 0, tooLong: false });
      if (cut) return isItem(cut);
    }
    const last = cutter.end();
    return last ? isItem(last) : /^(?:---\r?\n)?references:(?: \[\])?\s*$/.test(head);
  },

  async *read(file): AsyncGenerator<Found> {
    const cutter = new Cutter();
    let record = 0;
    const found = (cut: Cut): Found => ({ record: ++record, offset: cut.offset, raw: rawOf(cut), ...readCut(cut) });
    for await (const line of linesIn(file)) for (const cut of cutter.push(line)) yield found(cut);
    const last = cutter.end();
    if (last) yield found(last);
  },
};

/** Characters of an item; three thousand authors take half of this. In memory it takes a hundred times as much. */
const MAX_CHARACTERS = 192 * 1024;

/** An item as it stands in the file, or what stands where one belongs. */
interface Cut {
  offset: number;
  lines: string[];
  length: number;
  isItem: boolean;
  /** Whether it is below `references:`, which says what it is. */
  isReference: boolean;
}

const rawOf = ({ lines }: Cut): string => lines.slice(0, 20).join('\n').slice(0, 300);

const NOTHING: Cut[] = [];

/** Cuts a file into its items, line by line. */
class Cutter {
  /** What is before the dash of an item; undefined while none was seen. */
  #indent: string | undefined;
  /** Whether items are to come: not below other keys than `references`. */
  #isInList = true;
  #isReferences = false;
  #open: Cut | undefined;

  /** What is whole once this line is seen. */
  push(line: Line): Cut[] {
    if (line.text === '') {
      this.#add(line);
      return NOTHING;
    }
    const [, indent, sign] = /^( *)(\S?)/.exec(line.text) as unknown as [string, string, string];
    const isDeeper = this.#indent !== undefined && indent.length > this.#indent.length;
    if (sign === '' || isDeeper || (sign === '#' && indent === '')) {
      this.#add(line);
      return NOTHING;
    }
    const isDash = /^ *-(?: |$)/.test(line.text);
    if (isDash && this.#isInList && indent === (this.#indent ??= indent)) return this.#begin(line, true);
    const key = /^["']?([^\s:"'#-][^:"']*)["']?:(?:\s|$)/.exec(line.text)?.[1];
    if (key !== undefined || /^(?:---|\.\.\.)/.test(line.text)) {
      const closed = this.#close();
      if (key !== undefined) this.#isInList = key === 'references';
      if (key === 'references') this.#indent = undefined;
      this.#isReferences ||= key === 'references';
      return closed;
    }
    // What is broken there is told once, and the next item looked for.
    if (!this.#isInList || this.#open?.isItem === false) return NOTHING;
    return this.#begin(line, false);
  }

  end(): Cut | undefined {
    return this.#close()[0];
  }

  #begin(line: Line, isItem: boolean): Cut[] {
    const closed = this.#close();
    this.#open = { offset: line.offset, lines: [], length: 0, isItem, isReference: this.#isReferences };
    this.#add(line);
    return closed;
  }

  #add({ text, tooLong }: Line): void {
    if (!this.#open) return;
    this.#open.length += tooLong ? Infinity : text.length + 1;
    if (this.#open.length <= MAX_CHARACTERS) this.#open.lines.push(text);
  }

  #close(): Cut[] {
    const closed = this.#open ? [this.#open] : [];
    this.#open = undefined;
    return closed;
  }
}

/** Whether it looks like an item of CSL, and not of any other list in YAML. */
function isItem({ lines, isItem: isOfList, isReference }: Cut): boolean {
  const keys = new Set(lines.map((line) => /^(?: *- +| *)["']?([A-Za-z-]+)["']?:/.exec(line)?.[1]));
  const isNamed = keys.has('title') || keys.has('DOI') || keys.has('URL');
  const isPerson = (keys.has('author') || keys.has('editor')) && (keys.has('family') || keys.has('literal'));
  return isOfList && isNamed && (isReference || isPerson || OWN.some((key) => keys.has(key)));
}
const OWN = ['issued', 'container-title', 'citation-key', 'title-short'];

function readCut(cut: Cut): { input: JsonObject } | Pick<UnreadableRecord, 'reject'> {
  const reject = (code: 'syntax' | 'too-large', reason: string) => ({ reject: { code, reason } });
  if (!cut.isItem) return reject('syntax', 'expected an item of a list, "- id: …"');
  if (cut.length > MAX_CHARACTERS)
    return reject('too-large', `the item is longer than ${MAX_CHARACTERS / 1024} Ki characters`);
  const nothing = reject('syntax', 'expected fields such as "title:", found none');
  if (!cut.lines.some((line) => line.includes(':'))) return nothing; // Of millions of dashes, parsing each takes minutes.
  const { value, problem } = parseYaml(cut.lines.join('\n'), 'failsafe');
  const [item] = objects(value);
  if (problem !== undefined) return reject('syntax', `not YAML: ${problem}`);
  return item ? { input: readItem(asInJson(item)) } : nothing;
}

const TEXTS = ['title', 'title-short', 'abstract', 'container-title', 'collection-title', 'event-title', 'event'];
const DATES = ['issued', 'accessed', 'submitted', 'event-date', 'original-date', 'available-date'];

/** The item as it is in JSON: one person is a list, a date in parts a text, and Markdown what it shows. */
function asInJson(item: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(item).map(([key, value]) => {
      if (DATES.includes(key)) return [key, dateIn(value)];
      if (TEXTS.includes(key)) return [key, withoutMarkdown(text(value) ?? '')];
      const isPerson = isObject(value) && ['family', 'given', 'literal'].some((part) => part in value);
      const people = isPerson ? [value] : value;
      return [key, Array.isArray(people) ? people.map(personIn) : people];
    }),
  );
}

/** Given names may be a list of their own. */
const personIn = (person: unknown): unknown =>
  isObject(person) && Array.isArray(person.given) ? { ...person, given: texts(person.given).join(' ') } : person;

/** `2016-05`, `{year: 2016, month: 5}`, or a list of one or two of these. */
function dateIn(value: unknown): unknown {
  if (Array.isArray(value)) return texts(value.map(dateIn)).join('/');
  if (!isObject(value) || text(value.year) === undefined) return value;
  const parts = texts([value.year, value.month, value.month === undefined ? undefined : value.day]);
  return parts.map((part) => part.padStart(2, '0')).join('-');
}

/** What Pandoc's Markdown shows: emphasis, spans, scripts and escaped signs. */
function withoutMarkdown(markdown: string): string {
  return markdown
    .replace(/(?<![\w*])(\*{1,3})(?=[^\s*])([^*\n]{1,500})(?<=[^\s\\])\1(?![\w*])/g, '$2')
    .replace(/(?<![\w_])_(?=[^\s_])([^_\n]{1,500})(?<=[^\s\\])_(?![\w_])/g, '$1')
    .replace(/\[([^[\]\n]{1,500})\]\{[.#][\w .#=-]{1,60}\}/g, '$1')
    .replace(/(?<!\\)\^([^\s^]{1,50})\^|(?<![\\~])~([^\s~]{1,50})~(?!~)/g, '$1$2')
    .replace(/\\([!-/:-@[-`{-~])/g, '$1');
}
