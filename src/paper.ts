/**
 * What a paper is, how it is named, and which of its text is embedded.
 *
 * A source hands over a `PaperInput` (whatever the record held); `toPaper` validates it once, and from there on a
 * `Paper` is trusted everywhere.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { isOfWhole } from './addresses.ts';
import { AkinError } from './errors.ts';
import {
  arxivOfDoi,
  IDENTIFIER_KINDS,
  isbnIn,
  isIdentifierKind,
  MAX_IDENTIFIER_CHARACTERS,
  normalIdentifier,
  parseIdentifier,
  type Identifiers,
} from './identifiers.ts';
import { givenFirst, nameSchema, namesAmong, namesByText, readName, shownName, type Name } from './names.ts';
import { excerpt, normalText, onOneLine, withSingleBlanks } from './text.ts';

export interface Paper {
  /** The id the source gave, or one made from an identifier or the content; unique in a library. */
  id: string;
  title: string;
  abstract: string;
  /** As people see them: "Given Family". */
  authors: string[];
  /** What is known of the parts of the names among authors and editors; undefined where nothing is. */
  names?: Name[];
  year: number | null;
  venue: string | null;
  url: string | null;
  ids: Identifiers;
  categories: string[];
  /** Fields of the source that akin has no name for, kept so that nothing is lost on the way in. */
  extra: Record<string, unknown>;
}

/** A paper in brief: what an answer says of it, wherever it names one. */
export interface Brief extends Pick<Paper, 'id' | 'title' | 'authors' | 'year' | 'venue' | 'url' | 'ids'> {
  /** Of a work without authors: they stand in their place. */
  editors?: string[];
}

export function briefOf(paper: Paper): Brief {
  const { id, title, authors, year, venue, url, ids } = paper;
  const editors = authors.length === 0 ? editorsOf(paper) : [];
  return { id, title, authors, ...(editors.length > 0 && { editors }), year, venue, url, ids };
}

/** The editors of a paper or of the book that it is in, as people see them. */
export function editorsOf({ extra: { editors } }: Pick<Paper, 'extra'>): string[] {
  return Array.isArray(editors) ? editors.filter((each): each is string => typeof each === 'string') : [];
}

/** The people in a list of papers: all of a few, of many the first three; editors are marked. */
export function namesLine({ authors, editors = [] }: Pick<Brief, 'authors' | 'editors'>): string {
  const people = authors.length > 0 ? authors : editors.map((name) => `${name} (ed.)`);
  return people.length <= 4 ? people.join(', ') : `${people.slice(0, 3).join(', ')} and ${people.length - 3} more`;
}

/** What stands under a title in a list of papers: its people, venue and year, as far as they are known. */
export function byline({ venue, year, ...people }: Pick<Brief, 'authors' | 'editors' | 'venue' | 'year'>): string {
  return [namesLine(people), venue, year].filter(Boolean).join(' · ');
}

/** Those by whose names a paper is known: its authors or, of an edited book, its editors. */
export function peopleOf(paper: Paper): string[] {
  return paper.authors.length > 0 ? paper.authors : editorsOf(paper);
}

/** The text of a paper that is embedded. Part of the fingerprint: a change here changes every vector. */
export const TEXT_RULE = 'title, newline, abstract';

/** The text that is embedded for a paper: title and abstract, or whichever of them exists. */
export function embeddedText(paper: Pick<Paper, 'title' | 'abstract'>): string {
  return [paper.title, paper.abstract].filter((part) => part !== '').join('\n');
}

const line = z.string().transform((text) => onOneLine(normalText(text)));
const paragraph = z.string().transform((text) => withSingleBlanks(normalText(text)).replace(/ \n ?|\n /g, '\n'));
const key = z.union([line, z.number().transform(String)], 'expected a text or a number');
const idGiven = key.refine(
  (id) => id.length <= MAX_IDENTIFIER_CHARACTERS,
  `expected at most ${MAX_IDENTIFIER_CHARACTERS} characters`,
);
const optional = <T extends z.ZodType>(schema: T) => schema.nullish();
/** The most authors that any paper has had are fifteen thousand. */
const MAX_ITEMS = 50_000;
const listOf = <Item extends z.ZodType>(item: Item, what: string) =>
  z
    .unknown()
    .refine((items) => !Array.isArray(items) || items.length <= MAX_ITEMS, {
      error: `expected at most ${MAX_ITEMS} items`,
      abort: true,
    })
    .pipe(z.union([z.array(item), item.transform((each) => [each])], `expected a list of ${what}`));
const list = listOf(line, 'texts').transform((items) => items.filter((item) => item !== ''));
const namesGiven = listOf(z.union([line, nameSchema]), 'names');
const namesSchema = listOf(nameSchema, 'names in parts').transform((names) =>
  names.filter((name) => typeof name !== 'string'),
);
const year = z
  .union(
    [
      z.number(),
      line.refine((text) => /^(?:\d{3,4})?$/.test(text)).transform((text) => (text === '' ? null : Number(text))),
    ],
    'expected a year such as 2016',
  )
  .pipe(
    z
      .int('expected a whole year')
      .min(1000, 'expected a year from 1000 on')
      .max(2999, 'expected a year before 3000')
      .nullable(),
  );

const inputSchema = z
  .looseObject({
    id: optional(idGiven),
    title: optional(line),
    abstract: optional(paragraph),
    authors: optional(namesGiven),
    names: optional(z.unknown()),
    year: optional(year),
    venue: optional(line),
    url: optional(line),
    categories: optional(list),
    ids: optional(z.record(z.string(), optional(key))),
    extra: optional(z.record(z.string(), z.unknown())),
    doi: optional(key),
    arxiv: optional(key),
    pmid: optional(key),
    pmcid: optional(key),
    acl: optional(key),
    openalex: optional(key),
    s2: optional(key),
    isbn: optional(key),
  })
  .refine(
    (record) => (record.title ?? '') !== '' || (record.abstract ?? '') !== '',
    'expected a title or an abstract, found neither',
  );

/** JSON can be read at any depth, but not walked: the stack would overflow. No paper comes near this. */
const MAX_NESTING = 100;

/**
 * A record as a source hands it over, before validation. Names of `authors` and `extra.editors` are texts, `Family, Given` or
 * as they are written, or in parts (see `nameSchema`); beside texts as people see them, `names` may say what is known of them.
 */
export type PaperInput = Record<string, unknown>;

/**
 * Validates a record and makes it a paper: white space and Unicode normalised, identifiers normalised and also read from
 * `id` and `url`, a stable id made where none is given. Identifiers whose form is wrong and unknown fields go to `extra`.
 * @throws AkinError `record-invalid`, with the field and the value seen.
 */
export function toPaper(input: unknown): Paper {
  if (isNestedDeeper(input, MAX_NESTING))
    throw new AkinError('record-invalid', `expected at most ${MAX_NESTING} levels of nesting`);
  const parsed = inputSchema.safeParse(input);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const field = issue.path.join('/');
    const seen = issue.path.reduce<unknown>(
      (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
      input,
    );
    throw new AkinError(
      'record-invalid',
      field === ''
        ? issue.message
        : `${field}: ${issue.message}, found ${excerpt(JSON.stringify(seen) ?? String(seen), 80)}`,
      field === '' ? {} : { field: `/${field}` },
    );
  }
  const {
    id,
    title,
    abstract,
    authors,
    names: givenNames,
    year,
    venue,
    url,
    categories,
    ids: givenIds,
    extra: givenExtra,
    ...rest
  } = parsed.data;
  const ids: Identifiers = {};
  const extra: Record<string, unknown> = { ...givenExtra };
  for (const [key, value] of [...Object.entries(givenIds ?? {}), ...Object.entries(rest)]) {
    if (isIdentifierKind(key) && !value) continue;
    const normal = isIdentifierKind(key) ? normalIdentifier(key, value as string) : null;
    if (isIdentifierKind(key) && normal !== null) ids[key] = normal;
    else extra[key] = value;
  }
  for (const text of [id, url]) {
    const found = text && !(isOfWhole(text) && isPart(extra)) ? parseIdentifier(text) : null;
    if (found) ids[found.kind] ??= found.value;
  }
  const arxiv = ids.doi && arxivOfDoi(ids.doi);
  if (arxiv) ids.arxiv ??= arxiv;
  settleIsbn(ids, extra);

  const known = namesSchema.safeParse(givenNames ?? []);
  if (!known.success) extra.names = givenNames; // Another program's, and something else.
  const settle = settlerOf(known.data ?? []);
  const people = (authors ?? []).map(settle).filter(saysSomething);
  const given = Array.isArray(extra.editors) ? namesGiven.safeParse(extra.editors).data : undefined;
  const editors = given?.map(settle).filter(saysSomething);
  if (editors) extra.editors = editors.map(textOf);
  const said = {
    title: title ?? '',
    abstract: abstract ?? '',
    authors: people.map(textOf),
    year: year ?? null,
    venue: venue || null,
  };
  const all = [...people, ...(editors ?? [])];
  const names = namesAmong(
    all.map(textOf),
    all.filter((name) => typeof name !== 'string'),
  );
  const content = { ...said, authors: people.map((name) => (typeof name === 'string' ? name : givenFirst(name))) };
  return {
    id: id || idFrom(ids) || `akin:${digest(canonicalJson(content)).slice(0, 16)}`,
    ...said,
    ...(names.length > 0 && { names }),
    url: url || null,
    ids,
    categories: categories ?? [],
    extra,
  };
}

const textOf = (name: string | Name): string => (typeof name === 'string' ? name : shownName(name));
const saysSomething = (name: string | Name): boolean => textOf(name) !== '';

/** Makes of a name as it was given what is known of it: what is said of that text, what it says itself, or the text. */
function settlerOf(known: Name[]): (given: string | Name) => string | Name {
  const byText = namesByText(known);
  return (given) => (typeof given === 'string' ? (byText.get(given) ?? readName(given)) : given);
}

/** Publications that have an ISBN of their own, as sources call them in `extra.type`. */
const BOOKS =
  /^(?:(?:mv|e|ed|edited[- ]|reference[- ]|electronic )?book(?:s|let)?(?:, (?:whole|edited))?|monograph|(?:mv)?(?:proceedings|collection|reference)|(?:phd|masters)?thesis|thes|dissertation|(?:tech)?report|rprt|manual)$/i;

/** Whether a record says what it is, and that is not a book: what identifies a book is then that of the book it is in. */
function isPart({ type }: Record<string, unknown>): boolean {
  const types = [type].flat(1).filter((each) => typeof each === 'string' && each !== '');
  return types.length > 0 && !types.some((each) => BOOKS.test(each as string));
}

/**
 * An ISBN identifies a book, and stands in the record of every chapter as well: there it is the book's, and stays in `extra`.
 * A book's is an identifier; what `extra` says beside it (hyphens, a second ISBN) stays. It makes no id, since where a
 * record does not say what it is, nobody knows whose it is; whether two records of one ISBN are one paper, their titles say.
 */
function settleIsbn(ids: Identifiers, extra: Record<string, unknown>): void {
  if (isPart(extra)) {
    if (ids.isbn !== undefined) extra.isbn ??= ids.isbn;
    delete ids.isbn;
    return;
  }
  for (const field of ['isbn', 'ISBN']) {
    ids.isbn ??= isbnIn(extra[field]);
    if (extra[field] === ids.isbn) delete extra[field];
  }
  if (ids.isbn === undefined) delete ids.isbn;
}

/** SHA-256 (hex) over everything a paper says; equal for equal papers, whatever the order of keys. */
export function contentHash(paper: Paper): string {
  return digest(canonicalJson(paper));
}

function idFrom(ids: Identifiers): string | undefined {
  const kind = IDENTIFIER_KINDS.find((each) => each !== 'isbn' && ids[each] !== undefined);
  return kind && `${kind}:${ids[kind]}`;
}

function isNestedDeeper(value: unknown, levels: number): boolean {
  if (value === null || typeof value !== 'object') return false;
  return levels === 0 || Object.values(value).some((inner) => isNestedDeeper(inner, levels - 1));
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** JSON with the keys of every object in their order. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(withSortedKeys(value));
}

function withSortedKeys(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(withSortedKeys);
  const fields = Object.keys(value).sort();
  return Object.fromEntries(fields.map((field) => [field, withSortedKeys((value as Record<string, unknown>)[field])]));
}
