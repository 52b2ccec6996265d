/**
 * BibTeX and BibLaTeX.
 *
 * Files of both dialects are written by hand as often as by programs, so an entry is read for what it plainly says, and a
 * broken one costs only itself. Entries that take fields from others are yielded once those were read, at the latest at the
 * end of the file; all others in the order of the file.
 */
import { onOneLine, type PaperInput } from '../paper.ts';
import { entriesOf, type Entry, type Fields } from './bibtex-entries.ts';
import { Inheritance } from './bibtex-inheritance.ts';
import { fieldsWithValue, MAX_NAME, partsBetween } from './fields.ts';
import { latexToText } from './latex.ts';
import { plainText } from './markup.ts';
import type { Found, Source } from './source.ts';
import { yearIn } from './year.ts';

/** An `@type{key,` at the beginning of a line, where other languages have no comma. */
const FIRST_ENTRY =
  /^[ \t\ufeff]*@[ \t]*(?:(?:string|preamble|comment)\s*[{(]|[a-z][\w-]*\s*[{(]\s*(?:[^\s,{}"=]+\s*)?[,=])/im;

export const bibtex: Source = {
  name: 'bibtex',
  title: 'BibTeX, BibLaTeX',

  detects: (head) => FIRST_ENTRY.test(head),

  async *read(file): AsyncGenerator<Found> {
    const inheritance = new Inheritance();
    for await (const entry of entriesOf(file.text())) {
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
  /^(?:url\w*|\w*date|doi|ee|eprint|file|pdf|ids|link|verb[abc]|bdsk-.*|archiveprefix|eprinttype|pmc?id|acl|openalex|s2)$/;
/** Fields called as what `extra` says of every entry. */
const RENAMED = new Map([
  ['type', 'subtype'],
  ['key', 'sortkey'],
]);
const KEYWORDS = ['keywords', 'keyword', 'author_keywords', 'keywords-plus', 'mesh', 'mesh_terms', 'tags'];
const ARXIV_ID = /^(?:arxiv:\s*)?(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?\/\d{7})(?:v\d+)?$/i;

function toInput({ type, key, fields }: Entry): PaperInput {
  const left = new Map(fields);
  /** All values of a field. */
  const takeAll = (name: string): string[] => {
    const values = left.get(name) ?? [];
    left.delete(name);
    return values;
  };
  /** The first value of the first of these fields that there is; others are left. */
  const take = (...names: string[]): string | undefined => {
    const name = names.find((each) => left.has(each));
    if (name === undefined) return undefined;
    const [first, ...others] = takeAll(name);
    if (others.length > 0) left.set(name, others);
    return VERBATIM.test(name) ? verbatim(first!) : first;
  };

  const [title, subtitle] = [plain(take('title')), plain(take('subtitle'))].map((text) => text ?? '');
  const [date, yearField] = [take('date'), plain(take('year'))];
  const year = yearIn(date) ?? yearIn(yearField);
  const [authors, editors] = [namesIn(takeAll('author')), namesIn(takeAll('editor'))];
  const classes = [plain(take('eprintclass', 'primaryclass')) ?? ''];
  const id = plain(take('akinid')); // In what akin wrote, nothing is guessed.
  const keywords = KEYWORDS.flatMap(takeAll).flatMap(id === undefined ? listOf : itemsOf);
  const categories = [...classes, ...keywords].filter((category) => category !== '');
  const input: PaperInput = {
    id,
    title: [title, subtitle].filter((text) => text !== '').join(/[?!.:]$/.test(title!) ? ' ' : ': '),
    abstract: paragraphs(take('abstract') ?? ''),
    authors: authors.names,
    year,
    venue: plain(take('journaltitle', 'journal', 'booktitle', 'eventtitle')),
    url: take('url', 'ee') ?? urlIn(left.get('howpublished')?.[0]),
    categories: id === undefined ? [...new Set(categories)] : categories,
    doi: take('doi'),
    pmid: take('pmid'),
    pmcid: take('pmcid'),
    arxiv: take('arxiv', 'arxivid'),
    acl: take('acl'),
    openalex: take('openalex'),
    s2: take('s2'),
  };
  const archive = plain(left.get('eprinttype')?.[0] ?? left.get('archiveprefix')?.[0]);
  const kind = eprintKind(archive, verbatim(left.get('eprint')?.[0] ?? ''));
  if (kind !== undefined && input[kind] === undefined) {
    input[kind] = take('eprint');
    takeAll('eprinttype');
    takeAll('archiveprefix');
  }
  if (id === undefined) input.arxiv ??= arxivNamedIn(fields);

  // Folders of Mendeley, whose way is told by slashes, groups of JabRef, and what akin writes of either.
  const collections = [
    ...takeAll('mendeley-groups').flatMap((value) => itemsOf(value).map((item) => item.replaceAll('/', ' / '))),
    ...takeAll('groups').flatMap(itemsOf),
    ...takeAll('collections').flatMap((value) => plain(value).split(/;\s*/)),
  ];
  const extra: [string, unknown][] = [
    ['key', key],
    ['type', type],
    ['date', date === String(year) ? '' : date],
    ['year', yearField === String(year) ? '' : yearField],
    ['moreAuthors', authors.more || undefined],
    ['editors', editors.names],
    ['collections', collections],
  ];
  for (const [name, values] of left) {
    const texts = values.map((value) => (VERBATIM.test(name) ? verbatim(value) : plain(value)));
    extra.push([RENAMED.get(name) ?? name, texts.length === 1 ? texts[0] : texts]);
  }
  return { ...input, extra: fieldsWithValue(Object.fromEntries(extra)) };
}

/** The text of a field on one line. */
function plain(value: string): string;
function plain(value: string | undefined): string | undefined;
function plain(value: string | undefined): string | undefined {
  return value === undefined ? undefined : onOneLine(cleaned(value)).trim();
}

/** What is in a list with semicolons or, where it has none, commas. */
const listOf = (value: string): string[] => {
  const text = plain(value);
  return Array.from(new Set(partsBetween(text, text.includes(';') ? ';' : ',')), (item) => item.trim());
};

/** A list with commas, outside of braces: as BibLaTeX and akin have it. */
const itemsOf = (value: string): string[] => splitOutsideBraces(value, /,/g).map((item) => plain(item));

/** LaTeX resolved, then the HTML or JATS that publishers leave in titles and abstracts. */
function cleaned(value: string): string {
  const text = latexToText(value);
  return /[<&]/.test(text) ? plainText(text) : text;
}

/** Line ends only wrap; a blank line begins a paragraph, which may be an explicitly empty one (`\par`). */
function paragraphs(value: string): string {
  const texts = value.split(/\n\s*\n/).filter((paragraph) => paragraph.trim() !== '');
  return texts.map((paragraph) => cleaned(onOneLine(paragraph)).trim()).join('\n');
}

/** A URL, DOI or path without what LaTeX makes people write in them. */
function verbatim(value: string): string {
  return value
    .replace(/\\(?:url|path|nolinkurl)\b/g, '')
    .replace(/\\textasciitilde(?:\{\}|\s+)?|\\~\{\}|\$\\sim\$/g, '~')
    .replace(/\\textunderscore(?:\{\}|\s+)?/g, '_')
    .replace(/\\([_%&#$~^])/g, '$1')
    .replace(/\\?[{}]/g, '')
    .replace(/\\text(braceleft|braceright|backslash)/g, (_, name: string) => VERBATIM_SIGNS[name]!)
    .trim();
}

const VERBATIM_SIGNS: Record<string, string> = { braceleft: '{', braceright: '}', backslash: '\\' };

function eprintKind(archive: string | undefined, eprint: string): 'arxiv' | 'pmid' | 'pmcid' | undefined {
  if (/^arxiv$/i.test(archive ?? '')) return 'arxiv';
  if (/^(?:pmid|pubmed)$/i.test(archive ?? '')) return 'pmid';
  if (/^(?:pmcid|pmc)$/i.test(archive ?? '')) return 'pmcid';
  const isArxiv = ARXIV_ID.test(eprint) || /^https?:\/\/arxiv\.org\//.test(eprint);
  return archive === undefined && isArxiv ? 'arxiv' : undefined;
}

/** Google Scholar writes `journal={arXiv preprint arXiv:1512.03385}`, DBLP `journal={CoRR}, volume={abs/1512.03385}`. */
function arxivNamedIn(fields: Fields): string | undefined {
  const [journal = '', volume = ''] = ['journal', 'volume'].map((name) => fields.get(name)?.[0]?.trim());
  const id = journal === 'CoRR' ? volume.replace(/^abs\//, '') : journal.split(' ').at(-1)!;
  return ARXIV_ID.test(id) && /^(?:arxiv|corr)\b/i.test(journal) ? id : undefined;
}

const urlIn = (value: string | undefined): string | undefined =>
  value !== undefined && /^\s*(?:\\url\b|https?:)/.test(value) ? verbatim(value) : undefined;

/** Whether a name of a list only says that there are more. */
export const isOthers = (name: string): boolean => /^\{?(?:others|et al\.?)\}?$/i.test(name.trim());

/** The names of a list of people, and whether it ends in "and others". */
function namesIn(values: string[]): { names: string[]; more: boolean } {
  const people = values.flatMap((value) => splitOutsideBraces(onOneLine(value).trim(), / and /gi));
  const names = people.filter((person) => !isOthers(person)).map((person) => nameOf(person));
  return { names: names.filter((name) => name !== ''), more: people.some(isOthers) };
}

/**
 * "Given Family" from "First von Last", "von Last, First", "von Last, Jr, First", BibLaTeX's "family=Last, given=First" or
 * a corporate name in braces.
 */
function nameOf(person: string): string {
  if (person.length > MAX_NAME) return plain(person);
  const parts = splitOutsideBraces(person, /,/g).map((part) => part.trim());
  if (/^(?:family|given|prefix|suffix)\s*=/i.test(person)) {
    const named = new Map(parts.map((part) => [/^[a-z]*/i.exec(part)![0].toLowerCase(), valueIn(part)]));
    return nameFrom(['given', 'prefix', 'family', 'suffix'].map((name) => named.get(name) ?? ''));
  }
  const [last = '', ...given] = parts;
  const suffix = given.length > 1 ? given.shift()! : '';
  return nameFrom([...given, last, suffix]);
}

/** What is after the equals sign, without quotation marks. */
const valueIn = (part: string): string => {
  const [, ...value] = part.split('=');
  return value.join('=').trimStart().replace(/^"/, '').replace(/"$/, '');
};

const nameFrom = (parts: string[]): string => plain(parts.filter((part) => part !== '').join(' '));

/** The pieces of a text between matches of `separator` (global) that stand in no braces. */
function splitOutsideBraces(text: string, separator: RegExp): string[] {
  const pieces: string[] = [];
  let begin = 0;
  let depth = 0;
  // Linear: separators are a word between blanks, or a sign.
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
