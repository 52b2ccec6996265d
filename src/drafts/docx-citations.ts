/**
 * What do the fields and other hiding places of a Word document say that it cites? Every program that puts citations into one
 * leaves the cited works with them:
 *
 * - Zotero, Juris-M, Mendeley Desktop and others: the field `ADDIN … CSL_CITATION {…}`, whose JSON holds CSL items. Where they
 *   are told to use bookmarks, the same stands in the document's properties, in pieces.
 * - Mendeley Cite: a content control whose tag is `MENDELEY_CITATION_v3_` and the same JSON in base64.
 * - EndNote: the field `ADDIN EN.CITE`, with its records in XML, there or, in base64, in the field's data; Reference Manager
 *   and Papers have fields like it.
 * - Citavi: the field `ADDIN CitaviPlaceholder{…}`, JSON in base64.
 * - Word itself: the field `CITATION tag`, and for each tag a source in a part of its own (ECMA-376 part 1, 17.16.5.9 and 22.6).
 */
import { SaxesParser } from 'saxes';
import { isObject, objects, text, type JsonObject } from '../sources/json-records.ts';
import { plainText } from '../sources/markup.ts';
import { referenceTitled, type Reference } from './draft.ts';
import { cslReference } from './yaml-references.ts';

/** Works that are kept; no draft cites more. */
const MAX_WORKS = 10_000;
const MENDELEY_CITE = /^MENDELEY_CITATION_v\d+_/;

/** Collects what a document cites, from wherever it says so. */
export class WordCitations {
  /** By title, or identifiers. */
  readonly #works = new Map<string, Reference>();
  /** Word's own sources, by their tags, and the tags that the text cites. */
  readonly #sources = new Map<string, Reference>();
  readonly #tags = new Set<string>();
  /** Texts among the document's properties, by their names. */
  readonly #properties = new Map<string, string>();

  /** Every work that is cited, once. */
  references(): Reference[] {
    for (const said of this.#joinedProperties()) this.takeField(said);
    for (const tag of this.#tags) this.#add(this.#sources.get(tag));
    return [...this.#works.values()];
  }

  /** @param instruction what the field says. @param data what it keeps beside that, in base64. */
  takeField(instruction: string, data = ''): void {
    const field = instruction.trimStart();
    const citavi = /^ADDIN\s+Citavi\w*\s*\{/i.exec(field)?.[0];
    if (/^CITATION\s/i.test(field)) for (const tag of tagsIn(field)) this.#tags.add(tag);
    else if (citavi !== undefined) this.#takeCitavi(decoded(field.slice(citavi.length)));
    else if (field.includes('CSL_CITATION') || field.includes('"citationItems"'))
      this.#takeCsl(field.slice(Math.max(0, field.indexOf('CSL_CITATION'))));
    else if (/^ADDIN\b/i.test(field) && field.includes('<')) this.#takeRecords(field.slice(field.indexOf('<')));
    if (data === '') return;
    const kept = decoded(data);
    if (kept.includes('<EndNote>')) this.#takeRecords(kept.slice(kept.indexOf('<EndNote>')));
  }

  /** The tag of a content control. */
  takeTag(tag: string): void {
    const mark = MENDELEY_CITE.exec(tag)?.[0];
    if (mark !== undefined) this.#takeCsl(decoded(tag.slice(mark.length)));
  }

  /** A parser of the part that holds Word's own sources, or of any other that somebody keeps beside the text. */
  parserOfSources(): SaxesParser<{ fragment: true }> {
    return fieldsParser({
      isRecord: (name) => name === 'Source',
      take: (fields) => {
        const tag = fields.get('Tag')?.trim();
        if (tag === undefined || this.#sources.size >= MAX_WORKS) return;
        const title = fields.get('Title') ?? fields.get('InternetSiteTitle') ?? '';
        const reference = referenceTitled(tag, title, named('doi', fields.get('DOI') ?? doiIn(fields.get('URL'))));
        if (reference) this.#sources.set(tag, reference);
      },
    });
  }

  /** A parser of the document's properties. */
  parserOfProperties(): SaxesParser<{ fragment: true }> {
    return fieldsParser({
      isRecord: (name) => name === 'property',
      take: (fields, name) => {
        if (this.#properties.size < MAX_WORKS * 10) this.#properties.set(name, [...fields.values()].join(''));
      },
    });
  }

  /** Properties hold 255 characters each: those called the same but for the number at the end are one text. */
  #joinedProperties(): string[] {
    const texts = new Map<string, [number, string][]>();
    for (const [name, said] of this.#properties) {
      const [, begin, number] = /^(\D.*)_(\d{1,6})$/.exec(name) ?? [];
      if (begin === undefined) continue;
      const pieces = texts.get(begin);
      if (pieces) pieces.push([Number(number), said]);
      else texts.set(begin, [[Number(number), said]]);
    }
    return Array.from(texts.values(), (pieces) =>
      pieces
        .sort(([a], [b]) => a - b)
        .map(([, piece]) => piece)
        .join(''),
    );
  }

  #takeCsl(said: string): void {
    for (const item of objects(json(said)?.citationItems)) {
      if (isObject(item.itemData)) this.#add(cslReference(item.itemData, null));
    }
  }

  #takeCitavi(said: string): void {
    for (const { Reference: work } of objects(json(said)?.Entries)) {
      if (!isObject(work)) continue;
      const title = [work.Title, work.Subtitle].map((each) => text(each) ?? '').filter((each) => each !== '');
      this.#add(referenceTitled(null, title.join(': '), named('doi', text(work.Doi) ?? text(work.DOI))));
    }
  }

  /** The records of EndNote, Reference Manager and Papers. */
  #takeRecords(xml: string): void {
    const parser = fieldsParser({
      isRecord: (name) => /^(?:record|MDL|publication)$/.test(name),
      take: (fields) => {
        const title = fields.get('title') ?? fields.get('Title_Primary') ?? '';
        const doi = fields.get('electronic-resource-num') ?? fields.get('doi') ?? fields.get('DOI');
        this.#add(referenceTitled(null, plainText(title), named('doi', doi)));
      },
    });
    try {
      parser.write(xml).close();
    } catch {
      // A field that somebody else wrote; the records before this place were taken.
    }
  }

  #add(reference: Reference | undefined): void {
    if (!reference || this.#works.size >= MAX_WORKS) return;
    this.#works.set(reference.title || Object.values(reference.ids).join(), reference);
  }
}

interface RecordReading {
  isRecord: (name: string) => boolean;
  /** @param fields the text of each element in a record, by its name without prefix; the first of each. */
  take: (fields: Map<string, string>, name: string) => void;
}

/** A parser that reads records of texts, with whatever elements are in those (`<title><style>…</style></title>`). */
function fieldsParser({ isRecord, take }: RecordReading): SaxesParser<{ fragment: true }> {
  const parser = new SaxesParser({ fragment: true });
  const path: string[] = [];
  let fields = new Map<string, string>();
  let begins = 0; // Elements around the record.
  let name = '';
  let field = ''; // The element that is read, with those in it that only dress its text.
  let said = '';
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name: tag, attributes }) => {
    const local = tag.slice(tag.indexOf(':') + 1);
    if (path.push(local) > MAX_DEPTH) throw new Error(`elements are more than ${MAX_DEPTH} levels deep`);
    if (begins === 0 && isRecord(local)) {
      [begins, fields, name, field] = [path.length, new Map<string, string>(), plainAttribute(attributes.name), ''];
    } else if (begins > 0 && local !== 'style') {
      [field, said] = [local, ''];
    }
  });
  const read = (piece: string): void => {
    if (begins > 0 && field !== '') said += piece;
  };
  parser.on('text', read);
  parser.on('cdata', read);
  parser.on('closetag', () => {
    const local = path.pop()!;
    if (begins > 0 && local === field) {
      if (said.trim() !== '' && !fields.has(field)) fields.set(field, said);
      field = '';
    }
    if (path.length >= begins || begins === 0) return;
    take(fields, name);
    begins = 0;
  });
  return parser;
}

/** An attribute as it stands, without the namespaces that nobody asked for. */
const plainAttribute = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Elements in each other. */
const MAX_DEPTH = 1000;

/** The tags of a field of Word's own: `CITATION Abel20 \p 12 \m Baker19 \l 1033`. */
function tagsIn(field: string): string[] {
  const words = Array.from(field.matchAll(/"([^"]*)"|\S+/g), (match) => match[1] ?? match[0]);
  return words.filter((_, i) => i === 1 || (i > 1 && words[i - 1] === '\\m')).filter((word) => !word.startsWith('\\'));
}

/** What is kept in base64: UTF-8, or UTF-16 as Word has its texts. */
function decoded(base64: string): string {
  const bytes = Buffer.from(base64, 'base64');
  return bytes.subarray(0, 64).includes(0) ? bytes.toString('utf16le') : bytes.toString('utf8');
}

/** The JSON in a text that may have something before and behind it. */
function json(said: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(said.slice(said.indexOf('{'), said.lastIndexOf('}') + 1));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined; // A field that somebody else wrote.
  }
}

const named = (kind: string, value: string | undefined): Record<string, string> =>
  value === undefined ? {} : { [kind]: value };

const doiIn = (url = ''): string | undefined => /\bdoi\.org\/(\S+)/i.exec(url)?.[1];
