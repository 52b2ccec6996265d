/**
 * BibTeX and BibLaTeX.
 *
 * Files of both dialects are written by hand as often as by programs, so an entry is read for what it plainly says, and a
 * broken one costs only itself. Entries that take fields from others are yielded once those were read, at the latest at the
 * end of the file; all others in the order of the file.
 */
import { withLatexSigns, withoutMath } from '../identifiers.ts';
import type { PaperInput } from '../paper.ts';
import { onOneLine } from '../text.ts';
import { entriesOf, type Entry, type Fields } from './bibtex-entries.ts';
import { eprintKind, identifiersNamedIn } from './bibtex-identifiers.ts';
import { Inheritance } from './bibtex-inheritance.ts';
import { namesIn, ownNames } from './bibtex-names.ts';
import { cleaned, plain, splitOutsideBraces } from './bibtex-text.ts';
import { fieldsWithValue, partsBetween } from './fields.ts';
import { readNotes } from './name-notes.ts';
import type { Found, Source } from './source.ts';
import { yearIn } from './year.ts';

/** An `@type{key,` at the beginning of a line, where other languages have no comma. */
const FIRST_ENTRY =
  /^[ \t\ufeff]*@[ \t]*(?:(?:string|preamble|comment)\s*[{(]|[a-z][\w-]*\s*[{(]\s*(?:[^\s,{}"=]+\s*)?[,=])/im;

/** Where in a text the first entry begins. */
export const beginOf = (head: string): number | undefined => FIRST_ENTRY.exec(head)?.index;

export const bibtex: Source = {
  name: 'bibtex',
  title: 'BibTeX, BibLaTeX',

  detects: (head) => beginOf(head) !== undefined,

  async *read(file): AsyncGenerator<Found> {
    const inheritance = new Inheritance();
    for await (const entry of entriesOf(file)) {
      if ('reject' in entry) yield entry;
      else for (const complete of inheritance.add(entry)) yield found(complete);
    }
    for (const entry of inheritance.end()) yield found(entry);
  },
};

function found(entry: Entry): Found {
  const { record, offset, raw } = entry;
  return { record, offset, raw, input: toInput(entry) };
}

/** Fields that hold addresses and names of files, in which a tilde, a dash or a dollar sign is just that. */
export const VERBATIM =
  /^(?:(?=\w*url)\w+|\w*date|doi|ee|eprint|pdf|ids|link|verb[abc]|bdsk-.*|archiveprefix|eprinttype|pmc?id|acl|openalex|s2)$/;
/** Fields that reference managers alone read: not one of their signs is changed, whatever they escape in them. */
export const RAW = /^(?:file|bdsk-file-\d+|local-?url|localfile|attachments?)$/;
/** Fields called as what `extra` says of every entry. */
const RENAMED = new Map([
  ['type', 'subtype'],
  ['key', 'sortkey'],
]);
const KEYWORDS = ['keywords', 'keyword', 'author_keywords', 'keywords-plus', 'mesh', 'mesh_terms', 'tags'];

/** The fields of an entry. What was taken is gone, so that what is left can go to `extra`. */
class EntryFields {
  /** The id of a paper that akin wrote: nothing is guessed of it. */
  readonly id: string | undefined;
  readonly #all: Fields;
  readonly #left: Fields;

  constructor(fields: Fields) {
    this.#all = fields;
    this.#left = new Map(fields);
    this.id = plain(this.take('akinid'));
  }

  /** All values of a field, in LaTeX. */
  takeAll(name: string): string[] {
    const values = this.#left.get(name) ?? [];
    this.#left.delete(name);
    return values;
  }

  /** The first value of the first of these fields that there is, in LaTeX or as an address is read; others are left. */
  take(...names: string[]): string | undefined {
    const name = names.find((each) => this.#left.has(each));
    if (name === undefined) return undefined;
    const [first, ...others] = this.takeAll(name);
    if (others.length > 0) this.#left.set(name, others);
    return VERBATIM.test(name) ? this.#text(name, first!) : first;
  }

  /** The texts of a field, taken or not. */
  texts(name: string): string[] {
    return (this.#all.get(name) ?? []).map((value) => this.#text(name, value));
  }

  /** What is left, by the names that `extra` has for it. */
  rest(): [string, string | string[]][] {
    return [...this.#left].map(([name, values]) => {
      const texts = values.map((value) => this.#text(name, value));
      return [RENAMED.get(name) ?? name, texts.length === 1 ? texts[0]! : texts];
    });
  }

  #text(name: string, value: string): string {
    const isOwn = this.id !== undefined;
    if (RAW.test(name)) return raw(value, isOwn);
    if (!VERBATIM.test(name)) return plain(value);
    return isOwn ? verbatim(value) : withoutMath(verbatim(value).replaceAll('&amp;', '&'));
  }
}

function toInput({ type, key, fields: given }: Entry): PaperInput {
  const fields = new EntryFields(given);
  const { id } = fields;
  const [title, subtitle] = [plain(fields.take('title')), plain(fields.take('subtitle'))].map((text) => text ?? '');
  const [date, yearField] = [fields.take('date'), plain(fields.take('year'))];
  const year = yearIn(date) ?? yearIn(yearField);
  const notes = readNotes(plain(fields.take('akinnames')));
  const [authorField, editorField] = [fields.takeAll('author'), fields.takeAll('editor')];
  const authors = id === undefined ? namesIn(authorField) : ownNames(authorField, notes, 0);
  const editors = id === undefined ? namesIn(editorField) : ownNames(editorField, notes, authors.names.length);
  const classes = [plain(fields.take('eprintclass', 'primaryclass')) ?? ''];
  const keywords = KEYWORDS.flatMap((name) => fields.takeAll(name)).flatMap(id === undefined ? listOf : itemsOf);
  const categories = [...classes, ...keywords].filter((category) => category !== '');
  const input: PaperInput = {
    id,
    title: [title, subtitle].filter((text) => text !== '').join(/[?!.:]$/.test(title!) ? ' ' : ': '),
    abstract: paragraphs(fields.take('abstract') ?? ''),
    authors: authors.names,
    year,
    venue: plain(fields.take('journaltitle', 'journal', 'booktitle', 'eventtitle')),
    url: fields.take('url', 'ee') ?? urlIn(given.get('howpublished')?.[0]),
    categories: id === undefined ? [...new Set(categories)] : categories,
    ...identifiersOf(fields),
  };
  const extra: [string, unknown][] = [
    ['key', key],
    ['type', type],
    ['date', date === String(year) ? '' : date],
    ['year', yearField === String(year) ? '' : yearField],
    ['moreAuthors', authors.more || undefined],
    ['editors', editors.names],
    ['collections', collectionsOf(fields)],
    ...fields.rest(),
  ];
  return { ...input, extra: fieldsWithValue(Object.fromEntries(extra)) };
}

/** From the fields that are made for them, or wherever else they are named. */
function identifiersOf(fields: EntryFields): PaperInput {
  const ids: PaperInput = {
    doi: fields.take('doi'),
    pmid: fields.take('pmid'),
    pmcid: fields.take('pmcid'),
    arxiv: fields.take('arxiv', 'arxivid'),
    acl: fields.take('acl'),
    openalex: fields.take('openalex'),
    s2: fields.take('s2'),
  };
  const archive = ['eprinttype', 'archiveprefix', 'archive'].flatMap((name) => fields.texts(name))[0];
  const kind = eprintKind(plain(archive), fields.texts('eprint')[0] ?? '');
  if (kind !== undefined && ids[kind] === undefined) {
    ids[kind] = fields.take('eprint')!.replace(/^abs\//, '');
    for (const name of ['eprinttype', 'archiveprefix']) fields.takeAll(name);
  }
  if (fields.id !== undefined) return ids;
  const named = identifiersNamedIn((name) => fields.texts(name));
  for (const [each, value] of Object.entries(named)) ids[each] ??= value;
  return ids;
}

/** Folders of Mendeley, whose way is told by slashes, groups of JabRef, and what akin writes of either. */
function collectionsOf(fields: EntryFields): string[] {
  return [
    ...fields.takeAll('mendeley-groups').flatMap((value) => itemsOf(value).map((item) => item.replaceAll('/', ' / '))),
    ...fields.takeAll('groups').flatMap(itemsOf),
    ...fields.takeAll('collections').flatMap((value) => plain(value).split(/;\s*/)),
  ];
}

/** What is in a list with semicolons or, where it has none, commas. */
const listOf = (value: string): string[] => {
  const text = plain(value);
  return Array.from(new Set(partsBetween(text, text.includes(';') ? ';' : ',')), (item) => item.trim());
};

/** A list with commas, outside of braces: as BibLaTeX and akin have it. */
const itemsOf = (value: string): string[] => splitOutsideBraces(value, /,/g).map((item) => plain(item));

/** Line ends only wrap; a blank line begins a paragraph, which may be an explicitly empty one (`\par`). */
function paragraphs(value: string): string {
  const texts = value.split(/\n\s*\n/).filter((paragraph) => paragraph.trim() !== '');
  return texts.map((paragraph) => cleaned(onOneLine(paragraph)).trim()).join('\n');
}

/** A URL or DOI without what LaTeX makes people write in them, and without the line ends that a narrow file gives it. */
function verbatim(value: string): string {
  const line = value
    .split('\n')
    .map((each) => each.trim())
    .join('')
    .replace(/\\href\s*\{([^{}]*)\}\s*\{[^{}]*\}/g, '$1')
    .replace(/\\(?:url|path|nolinkurl|allowbreak|linebreak|string|protect)\b ?/g, '')
    .replace(/\\~\{\}|\$\\sim\$/g, '~');
  return withLatexSigns(line)
    .replace(/\\([_%&#$~^/-])/g, (_, sign: string) => (sign === '/' || sign === '-' ? '' : sign))
    .replace(/\\?[{}]/g, '')
    .replace(/\\text(braceleft|braceright|backslash)/g, (_, name: string) => VERBATIM_SIGNS[name]!)
    .trim();
}

const VERBATIM_SIGNS: Record<string, string> = { braceleft: '{', braceright: '}', backslash: '\\' };

/** A field as it stands, on one line. akin's own has other signs for braces where those are not in pairs. */
function raw(value: string, isOwn: boolean): string {
  const line = value.replace(/[\r\n]+/g, ' ').trim();
  return isOwn && RAW_SIGN.test(line) ? verbatim(line) : line;
}

/** What akin writes for a sign that can't stand in a field as it is. */
export const RAW_SIGN = /\\text(?:braceleft|braceright|backslash)\{\}/;

/** The address in a text that gives one: alone, or as LaTeX marks it. */
function urlIn(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const marked = /\\(?:url|href)\s*\{([^{}]*)\}/.exec(value)?.[1];
  if (marked !== undefined) return verbatim(marked);
  return /^\s*https?:/.test(value) ? verbatim(value) : undefined;
}
