/**
 * What a paper is, how it is named, and which of its text is embedded.
 *
 * A source hands over a `PaperInput` (whatever the record held); `toPaper` validates it once, and from there on a
 * `Paper` is trusted everywhere.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { AkinError } from './errors.ts';

/** Kinds of identifiers, in the order in which they are preferred as a paper's id; an ISBN makes none (see `settleIsbn`). */
export const IDENTIFIER_KINDS = ['doi', 'arxiv', 'pmid', 'pmcid', 'acl', 'openalex', 's2', 'isbn'] as const;
export type IdentifierKind = (typeof IDENTIFIER_KINDS)[number];
export type Identifiers = Partial<Record<IdentifierKind, string>>;

export interface Identifier {
  kind: IdentifierKind;
  /** Normalised: a DOI in lower case without its URL, an arXiv id without its version, an ISBN as 13 digits, … */
  value: string;
}

export interface Paper {
  /** The id the source gave, or one made from an identifier or the content; unique in a library. */
  id: string;
  title: string;
  abstract: string;
  authors: string[];
  year: number | null;
  venue: string | null;
  url: string | null;
  ids: Identifiers;
  categories: string[];
  /** Fields of the source that akin has no name for, kept so that nothing is lost on the way in. */
  extra: Record<string, unknown>;
}

/** A paper in brief: what an answer says of it, wherever it names one. */
export type Brief = Pick<Paper, 'id' | 'title' | 'authors' | 'year' | 'venue' | 'url' | 'ids'>;

export function briefOf({ id, title, authors, year, venue, url, ids }: Paper): Brief {
  return { id, title, authors, year, venue, url, ids };
}

/** The text of a paper that is embedded. Part of the fingerprint: a change here changes every vector. */
export const TEXT_RULE = 'title, newline, abstract';

/** The text that is embedded for a paper: title and abstract, or whichever of them exists. */
export function embeddedText(paper: Pick<Paper, 'title' | 'abstract'>): string {
  return [paper.title, paper.abstract].filter((part) => part !== '').join('\n');
}

/** Longer texts name nothing; matching them would only take time. */
const MAX_IDENTIFIER_CHARACTERS = 1000;

const IDENTIFIER_PATTERNS: Record<
  IdentifierKind,
  { prefix: RegExp; value: RegExp; normal: (match: string) => string | null }
> = {
  doi: {
    prefix: /^(?:doi[:\s]\s*|(?:https?:\/\/)?(?:(?:dx|www)\.)?doi\.org\/)/i,
    value: /^10\.\d{4,9}(?:\.\d+)*\/\S*[^\s.,;][.,;]*$/,
    normal: (value) => withoutTrailing(value.toLowerCase().normalize('NFC'), '.,;'),
  },
  arxiv: {
    // Also the pages of those who show arXiv's papers under arXiv's ids.
    prefix:
      /^(?:arxiv:\s*|(?:https?:\/\/)?(?:www\.)?(?:(?:export\.)?arxiv\.org\/(?:abs|pdf|html)|(?:huggingface|hf)\.co\/papers|alphaxiv\.org\/(?:abs|overview)|ar5iv(?:\.labs\.arxiv)?\.org\/(?:abs|html))\/)/i,
    value: /^(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z-]+)?\/\d{7})(?:v\d+)?(?:\.pdf)?(?:\s*\[[\w.-]+\])?$/i,
    normal: (value) =>
      value
        .split('[')[0]!
        .trimEnd()
        .replace(/\.pdf$/i, '')
        .replace(/v\d+$/i, '')
        .replace(/^([a-z-]+)(?:\.[a-z-]+)?\//i, (_, archive: string) => `${archive.toLowerCase()}/`),
  },
  pmid: {
    prefix: /^(?:pmid:\s*|(?:https?:\/\/)?(?:www\.)?(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov\/pubmed)\/)/i,
    value: /^\d{1,9}$/,
    normal: (value) => value.replace(/^0+(?=\d)/, ''),
  },
  pmcid: {
    prefix:
      /^(?:pmcid:\s*|(?:https?:\/\/)?(?:www\.)?(?:pmc\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov\/pmc)\/articles\/)/i,
    value: /^(?:PMC)?\d+$/i,
    normal: (value) => `PMC${value.replace(/\D/g, '')}`,
  },
  acl: {
    prefix: /^(?:acl:\s*|(?:https?:\/\/)?(?:www\.)?(?:aclanthology\.org|aclweb\.org\/anthology)\/)/i,
    value: /^(?:[A-Z]\d{2}-\d{4,5}|\d{4}\.[a-z0-9_]+-[a-z0-9_]+\.\d+)(?:\.pdf)?$/i,
    normal: (value) =>
      value
        .toLowerCase()
        .replace(/\.pdf$/, '')
        .replace(/^[a-z](?=\d{2}-)/, (letter) => letter.toUpperCase()),
  },
  openalex: {
    prefix: /^(?:openalex:\s*|(?:https?:\/\/)?(?:api\.)?openalex\.org\/(?:works\/)?)/i,
    value: /^W\d+$/i,
    normal: (value) => value.toUpperCase(),
  },
  s2: {
    prefix: /^(?:s2:\s*|(?:https?:\/\/)?(?:www\.)?semanticscholar\.org\/paper\/(?:[^/]+\/)?)/i,
    value: /^[0-9a-f]{40}$/i,
    normal: (value) => value.toLowerCase(),
  },
  isbn: {
    prefix: /^(?:(?:urn:)?isbn(?:-1[03])?[:\s]\s*)/i,
    value: /^(?:97[89][-\s]?)?(?:\d[-\s]?){9}[\dx]$/i,
    normal: isbn13,
  },
};

/** An ISBN of 10 or 13 digits as 13 (ISO 2108); null where its check digit is wrong. */
function isbn13(written: string): string | null {
  const digits = Array.from(written.replace(/[-\s]/g, ''), (digit) => (/x/i.test(digit) ? 10 : Number(digit)));
  const sum = (weight: (i: number) => number) => digits.reduce((total, digit, i) => total + digit * weight(i), 0);
  const weight13 = (i: number): number => (i % 2 === 0 ? 1 : 3);
  if (digits.length === 13) return !digits.includes(10) && sum(weight13) % 10 === 0 ? digits.join('') : null;
  if (sum((i) => 10 - i) % 11 !== 0) return null;
  const first = [9, 7, 8, ...digits.slice(0, 9)];
  const check = first.reduce((total, digit, i) => total + digit * weight13(i), 0) % 10;
  return [...first, (10 - check) % 10].join('');
}

/**
 * Normalises an identifier of a known kind, given bare, with its prefix or as a URL.
 * @returns null when the value has not that kind's form. A DOI that arXiv registered is left a DOI (see `arxivOfDoi`).
 */
export function normalIdentifier(kind: IdentifierKind, value: string): string | null {
  const { prefix, value: form, normal } = IDENTIFIER_PATTERNS[kind];
  const trimmed = value.trim();
  if (trimmed.length > MAX_IDENTIFIER_CHARACTERS) return null;
  let bare = trimmed;
  // Some say it twice: `https://doi.org/doi:10.…`.
  for (let said = prefix.exec(bare); said; said = prefix.exec(bare)) bare = bare.slice(said[0].length);
  if (/^https?:/i.test(trimmed)) {
    // Registries' own addresses carry a query or a slash after the identifier; a DOI may itself hold such characters.
    bare = kind === 'doi' ? unescaped(bare) : bare.split(/[?#]/)[0]!.replace(/\/$/, '');
  }
  return form.test(bare) ? normal(bare) : null;
}

/** A URL's path without its percent escapes. */
function unescaped(urlPath: string): string {
  try {
    return normalText(decodeURIComponent(urlPath));
  } catch {
    return urlPath; // A stray percent sign is part of the DOI as it stands.
  }
}

/**
 * Reads an identifier that says its kind: a prefix (`arxiv:2209.09004v2`, `DOI:10.…`) or a URL of its registry.
 * @returns null for anything else, bare numbers included: a bare `17` may be anybody's id.
 */
export function parseIdentifier(text: string): Identifier | null {
  const trimmed = text.trim();
  if (trimmed.length > MAX_IDENTIFIER_CHARACTERS) return null;
  for (const kind of IDENTIFIER_KINDS) {
    // A bare DOI can't be anything else.
    if (!IDENTIFIER_PATTERNS[kind].prefix.test(trimmed) && !(kind === 'doi' && trimmed.startsWith('10.'))) continue;
    const value = normalIdentifier(kind, trimmed);
    if (value !== null) return { kind, value };
  }
  return null;
}

/** The first ISBN in what a field says, a text or a list of texts, as 13 digits; undefined where there is none. */
export function isbnIn(field: unknown): string | undefined {
  for (const said of [field].flat(1)) {
    const text = typeof said === 'string' || typeof said === 'number' ? String(said) : '';
    for (const [written] of text.slice(0, MAX_IDENTIFIER_CHARACTERS).matchAll(ISBN)) {
      const isbn = normalIdentifier('isbn', written);
      if (isbn !== null) return isbn;
    }
  }
  return undefined;
}

const ISBN = /(?<![\d-])(?:97[89][-\s]?)?(?:\d[-\s]?){9}[\dx](?![\d-])/gi;

/** Whether a DOI is one that arXiv registered, as it does for every paper. @param doi normal. */
export const isArxivDoi = (doi: string): boolean => doi.startsWith('10.48550/arxiv.');

/** The arXiv id in a DOI that arXiv registered; undefined for any other. @param doi normal. */
function arxivOfDoi(doi: string): string | undefined {
  const id = isArxivDoi(doi) ? doi.slice('10.48550/arxiv.'.length) : '';
  return normalIdentifier('arxiv', id) ?? undefined;
}

/** Whatever a text names (see `parseIdentifier`): an identifier and, if it is the DOI of an arXiv paper, that one's as well. */
export function identifiersNamed(text: string): Identifier[] {
  const said = parseIdentifier(text);
  if (!said) return [];
  const arxiv = said.kind === 'doi' ? arxivOfDoi(said.value) : undefined;
  return arxiv ? [said, { kind: 'arxiv', value: arxiv }] : [said];
}

/** The text without those of the signs that it ends with. */
export function withoutTrailing(text: string, signs: string): string {
  let end = text.length;
  while (end > 0 && signs.includes(text[end - 1]!)) end--;
  return text.slice(0, end);
}

/**
 * The text with one blank for white space of any kind and length. Touches only what is otherwise, which in most texts is
 * little: to replace every blank of a text by a blank takes many times its memory.
 */
export const onOneLine = (text: string): string => collapsed(text, /[^\S ]\s*| \s+/g);
/** The same, but for its line ends, which stay. */
export const withSingleBlanks = (text: string): string => collapsed(text, /[^\S\n ][^\S\n]*| [^\S\n]+/g);

/** Characters looked at together: what is between spaces is in memory at once. */
const PIECE = 64 * 1024;

/** The text with blanks for matches of `spaces`, which are white space: by splitting, a third of the time of replacing. */
function collapsed(text: string, spaces: RegExp): string {
  if (text.length <= PIECE) return text.split(spaces).join(' ');
  const pieces: string[] = [];
  const other = /\S/g;
  for (let begin = 0; begin < text.length;) {
    other.lastIndex = begin + PIECE;
    const end = other.test(text) ? other.lastIndex - 1 : text.length;
    pieces.push(text.slice(begin, end).split(spaces).join(' '));
    begin = end;
  }
  return pieces.join('');
}

// NUL and the other control characters (newline and tab apart) carry no text and break terminals, JSON viewers and FTS.
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/g;
const normalText = (text: string): string =>
  text.replace(/\r\n?/g, '\n').replace(CONTROL, ' ').toWellFormed().normalize('NFC').trim();
const line = z.string().transform((text) => onOneLine(normalText(text)));
const paragraph = z.string().transform((text) => withSingleBlanks(normalText(text)).replace(/ \n ?|\n /g, '\n'));
const key = z.union([line, z.number().transform(String)], 'expected a text or a number');
const optional = <T extends z.ZodType>(schema: T) => schema.nullish();
/** The most authors that any paper has had are fifteen thousand. */
const MAX_ITEMS = 50_000;
const list = z
  .unknown()
  .refine((items) => !Array.isArray(items) || items.length <= MAX_ITEMS, {
    error: `expected at most ${MAX_ITEMS} items`,
    abort: true,
  })
  .pipe(z.union([z.array(line), line.transform((text) => [text])], 'expected a list of texts'))
  .transform((items) => items.filter((item) => item !== ''));
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
    id: optional(key),
    title: optional(line),
    abstract: optional(paragraph),
    authors: optional(list),
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

/** A record as a source hands it over, before validation. */
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
    year,
    venue,
    url,
    categories,
    ids: given,
    extra: givenExtra,
    ...rest
  } = parsed.data;
  const ids: Identifiers = {};
  const extra: Record<string, unknown> = { ...givenExtra };
  for (const [key, value] of [...Object.entries(given ?? {}), ...Object.entries(rest)]) {
    if (isIdentifierKind(key) && !value) continue;
    const normal = isIdentifierKind(key) ? normalIdentifier(key, value as string) : null;
    if (isIdentifierKind(key) && normal !== null) ids[key] = normal;
    else extra[key] = value;
  }
  for (const text of [id, url]) {
    const found = text ? parseIdentifier(text) : null;
    if (found) ids[found.kind] ??= found.value;
  }
  const arxiv = ids.doi && arxivOfDoi(ids.doi);
  if (arxiv) ids.arxiv ??= arxiv;
  settleIsbn(ids, extra);

  const paper = {
    title: title ?? '',
    abstract: abstract ?? '',
    authors: authors ?? [],
    year: year ?? null,
    venue: venue || null,
  };
  return {
    id: id || idFrom(ids) || `akin:${digest(canonicalJson(paper)).slice(0, 16)}`,
    ...paper,
    url: url || null,
    ids,
    categories: categories ?? [],
    extra,
  };
}

/** Publications that have an ISBN of their own, as sources call them in `extra.type`. */
const BOOKS =
  /^(?:(?:mv|e|ed|edited[- ]|reference[- ])?book(?:let)?|monograph|(?:mv)?(?:proceedings|collection|reference)|(?:phd|masters)?thesis|thes|dissertation|(?:tech)?report|rprt|manual)$/i;

/**
 * An ISBN identifies a book, and stands in the record of every chapter as well: there it is the book's, and stays in `extra`.
 * A book's is an identifier; what `extra` says beside it (hyphens, a second ISBN) stays. It makes no id, since where a
 * record does not say what it is, nobody knows whose it is; whether two records of one ISBN are one paper, their titles say.
 */
function settleIsbn(ids: Identifiers, extra: Record<string, unknown>): void {
  const types = [extra.type].flat(1).filter((type) => typeof type === 'string' && type !== '');
  if (types.length > 0 && !types.some((type) => BOOKS.test(type as string))) {
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

/** The first `length` characters of a text on one line, with an ellipsis where it was cut. */
export function excerpt(text: string, length: number): string {
  const flat = onOneLine(normalText(text));
  return flat.length <= length ? flat : `${flat.slice(0, length - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

function idFrom(ids: Identifiers): string | undefined {
  const kind = IDENTIFIER_KINDS.find((each) => each !== 'isbn' && ids[each] !== undefined);
  return kind && `${kind}:${ids[kind]}`;
}

function isIdentifierKind(key: string): key is IdentifierKind {
  return (IDENTIFIER_KINDS as readonly string[]).includes(key);
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
