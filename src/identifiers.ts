/**
 * Which paper is meant by an identifier? Their kinds, the one form that each has however it is written, and how one is read
 * from a text that says its kind.
 */
import { heldBy, unescaped } from './addresses.ts';

/** Kinds of identifiers, in the order in which they are preferred as a paper's id; an ISBN makes none (see `settleIsbn`). */
export const IDENTIFIER_KINDS = ['doi', 'arxiv', 'pmid', 'pmcid', 'acl', 'openalex', 's2', 'isbn'] as const;
export type IdentifierKind = (typeof IDENTIFIER_KINDS)[number];
export type Identifiers = Partial<Record<IdentifierKind, string>>;

export interface Identifier {
  kind: IdentifierKind;
  /** Normalised: a DOI in lower case without its URL, an arXiv id without its version, an ISBN as 13 digits, … */
  value: string;
}

/** Longer texts name nothing; matching them would only take time. */
export const MAX_IDENTIFIER_CHARACTERS = 1000;

/** How the identifiers of each kind are written, without any prefix, and made one. */
const FORMS: Record<IdentifierKind, { form: RegExp; normal: (written: string) => string | null }> = {
  doi: { form: /^10\.\d{4,9}(?:\.\d+)*\/[^\s\p{Cc}]+$/u, normal: (written) => written },
  arxiv: {
    form: /^(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z-]+)?\/\d{7})(?:v\d+)?(?:\.pdf)?(?:\s*\[[\w.-]+\])?$/i,
    normal: (written) =>
      written
        .split('[')[0]!
        .trimEnd()
        .replace(/\.pdf$/i, '')
        .replace(/v\d+$/i, '')
        .replace(/^([a-z-]+)(?:\.[a-z-]+)?\//i, (_, archive: string) => `${archive.toLowerCase()}/`),
  },
  pmid: { form: /^\d{1,9}$/, normal: (written) => written.replace(/^0+(?=\d)/, '') },
  pmcid: { form: /^(?:PMC)?\d+$/i, normal: (written) => `PMC${written.replace(/\D/g, '')}` },
  acl: {
    form: /^(?:[A-Z]\d{2}-\d{4,5}|\d{4}\.[a-z0-9_]+-[a-z0-9_]+\.\d+)(?:\.pdf)?$/i,
    normal: (written) =>
      written
        .toLowerCase()
        .replace(/\.pdf$/, '')
        .replace(/^[a-z](?=\d{2}-)/, (letter) => letter.toUpperCase()),
  },
  openalex: { form: /^W\d+$/i, normal: (written) => written.toUpperCase() },
  s2: { form: /^[0-9a-f]{40}$/i, normal: (written) => written.toLowerCase() },
  isbn: { form: /^(?:97[89][-\s]?)?(?:\d[-\s]?){9}[\dx]$/i, normal: isbn13 },
};

/** What stands before an identifier to say its kind: `DOI: 10.…`, `PMID 17`, `info:doi/10.…`. */
const LABEL = new RegExp(
  `^(?:(?:urn|info):)?(?:(?<kind>${IDENTIFIER_KINDS.join('|')})(?:-1[03])?(?:[:=：/]\\s*|\\s+[:=：]?\\s*)|(?<doi>doi)(?=10\\.))`,
  'i',
);

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
 * Normalises an identifier of a known kind, given bare, with its prefix or as the address of a page, as people paste them.
 * @returns null when the value has not that kind's form. A DOI that arXiv registered is left a DOI (see `arxivOfDoi`).
 */
export function normalIdentifier(kind: IdentifierKind, value: string): string | null {
  if (value.length > MAX_IDENTIFIER_CHARACTERS) return null;
  const { said, rest } = withoutLabels(value);
  const held = heldBy(rest);
  if (held) return held.kind === kind ? formed(kind, held.value) : null;
  return said === undefined || said === kind ? formed(kind, rest) : null;
}

/**
 * Reads an identifier that says its kind: a prefix (`arxiv:2209.09004v2`, `DOI:10.…`) or the address of a page that holds it
 * (see `heldBy`).
 * @returns null for anything else, bare numbers included: a bare `17` may be anybody's id.
 */
export function parseIdentifier(text: string): Identifier | null {
  if (text.length > MAX_IDENTIFIER_CHARACTERS) return null;
  const { said, rest } = withoutLabels(text);
  const held = heldBy(rest);
  const kind = held?.kind ?? said ?? (rest.startsWith('10.') ? 'doi' : undefined); // A bare DOI can't be anything else.
  const value = kind === undefined ? null : formed(kind, held?.value ?? rest);
  return value === null ? null : { kind: kind!, value };
}

/** A text without the brackets it begins with and what says the kind of identifier, and that kind. */
function withoutLabels(text: string): { said: IdentifierKind | undefined; rest: string } {
  let rest = text.replace(INVISIBLE, '').trim();
  let said: IdentifierKind | undefined;
  for (;;) {
    const opening = /^[<([{"'“‘]/.exec(rest);
    const label = LABEL.exec(rest);
    if (!opening && !label) return { said, rest };
    if (label) said = (label.groups!.kind ?? label.groups!.doi!).toLowerCase() as IdentifierKind;
    rest = rest.slice((opening ?? label)![0].length).trimStart();
  }
}

/** What comes along when text is copied: soft hyphens, marks of width zero. */
const INVISIBLE = /[\u00ad\u200b-\u200d\u2060\ufeff]/g;

/** An identifier of a kind in its one form; null where it has not that kind's. */
function formed(kind: IdentifierKind, written: string): string | null {
  const { form, normal } = FORMS[kind];
  const bare = withoutTail(kind === 'doi' ? plainDoi(written) : written.replace(/\/$/, ''));
  return form.test(bare) ? normal(bare) : null;
}

/** A text with the signs that DOIs and addresses have and LaTeX has commands for: `8\textless{}693`. */
export const withLatexSigns = (text: string): string =>
  text.replace(/\\text(less|greater|underscore|asciitilde)(?:\{\}|\s+)?/g, (_, name: string) => LATEX_SIGNS[name]!);

const LATEX_SIGNS: Record<string, string> = { less: '<', greater: '>', underscore: '_', asciitilde: '~' };

/** In math, too: `8$<$693`. */
export const withoutMath = (text: string): string => text.replace(/\$([<>_])\$/g, '$1');

/** A DOI in small letters, without what LaTeX, HTML and addresses make of its signs. It holds no braces and no backslashes. */
const plainDoi = (written: string): string =>
  unescaped(withLatexSigns(withoutMath(written)).replace(/[\\{}]/g, ''))
    .replace(/[\\{}]/g, '')
    .replace(/[\u2010\u2011]/g, '-')
    .toLowerCase()
    .normalize('NFC');

const BRACKETS: Record<string, string> = { ')': '(', ']': '[', '}': '{', '>': '<' };

/** Without the punctuation at its end, and closing brackets that nothing in it opens. */
function withoutTail(text: string): string {
  let end = text.length;
  const open = (bracket: string): number => text.slice(0, end).split(bracket).length;
  for (; end > 0; end--) {
    const last = text[end - 1]!;
    const opening = BRACKETS[last];
    const isTail = opening === undefined ? /[\s.,;:'"’”]/.test(last) : open(opening) < open(last);
    if (!isTail) break;
  }
  return text.slice(0, end);
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

/** Registrants of DOIs that are given to what anybody puts there: bioRxiv, SSRN, OSF, Zenodo, Research Square and their like. */
const PREPRINT_DOI =
  /^10\.(?:48550\/arxiv\.|(?:1101|64898|2139|31234|31219|31235|20944|21203|26434|36227|5281|6084|31223|22541|32388|14293|51094|12688|7287|33774|35542|31222|31730)\/)/;

/** Whether a DOI is of a preprint, or of what may be one: it names a version that is published elsewhere under another. */
export const isPreprintDoi = (doi: string): boolean => PREPRINT_DOI.test(doi);

/** Whether a DOI is one that arXiv registered, as it does for every paper. @param doi normal. */
export const isArxivDoi = (doi: string): boolean => doi.startsWith('10.48550/arxiv.');

/** The arXiv id in a DOI that arXiv registered; undefined for any other. @param doi normal. */
export function arxivOfDoi(doi: string): string | undefined {
  const id = isArxivDoi(doi) ? doi.slice('10.48550/arxiv.'.length) : '';
  return normalIdentifier('arxiv', id) ?? undefined;
}

/** These kinds look like nothing else, so that their prefix may be left out. */
const TELLING_KINDS: IdentifierKind[] = ['arxiv', 'acl', 'openalex', 's2'];

/** What somebody who names a paper means: as `parseIdentifier`, or bare where it can be only that (`1706.03762`). */
export function namedIdentifier(text: string): Identifier | null {
  const said = parseIdentifier(text);
  if (said) return said;
  for (const kind of TELLING_KINDS) {
    const value = normalIdentifier(kind, text);
    if (value !== null) return { kind, value };
  }
  return null;
}

/** Whatever a name says (see `namedIdentifier`): an identifier and, if it is the DOI of an arXiv paper, that one's as well. */
export function identifiersNamed(name: string): Identifier[] {
  const said = namedIdentifier(name);
  if (!said) return [];
  const arxiv = said.kind === 'doi' ? arxivOfDoi(said.value) : undefined;
  return arxiv ? [said, { kind: 'arxiv', value: arxiv }] : [said];
}

/** Whether a field of a record is called as a kind of identifiers is. */
export function isIdentifierKind(key: string): key is IdentifierKind {
  return (IDENTIFIER_KINDS as readonly string[]).includes(key);
}
