/**
 * What a draft says, whatever kind of file it is: title, abstract, and the paragraphs below each heading with what they
 * cite; and the works it lists as cited.
 *
 * Every reader of drafts marks a citation in its text by a sign that survives whatever becomes of the text, and
 * `paragraphOf` takes the signs out again: so each citation keeps its place.
 */
import { AkinError } from '../errors.ts';
import { arxivOfDoi, IDENTIFIER_KINDS, normalIdentifier, parseIdentifier, type Identifiers } from '../identifiers.ts';
import type { SourceFile } from '../sources/source.ts';
import { onOneLine, withoutTrailing } from '../text.ts';

export interface Draft {
  /** Empty where none was found. */
  title: string;
  abstract: string;
  /** Everything that is prose, in order; the abstract and the list of references are not among it. */
  paragraphs: Paragraph[];
  /** The works the draft itself lists, in its order. */
  references: Reference[];
  /** Keys cited without a place in the text, by `\nocite` for instance; `EVERYTHING` for all that is in its bibliographies. */
  citedAnywhere: string[];
  /** What looks like keys and names parts of the draft itself: a figure, a section. Keys all the same where a reference has them. */
  labels: string[];
  /** Files of references, as the draft names them. */
  bibliographies: string[];
  /** What was left out and why, as sentences for a person. */
  notes: string[];
}

export interface Paragraph {
  /** The heading it stands under; empty before the first one. */
  heading: string;
  text: string;
  /** UTF-16 units of the draft's text before the paragraph; what it inputs counts where it stands. */
  offset: number;
  /** In the order of their places. */
  citations: Citation[];
}

export interface Citation {
  /** What the reference is called: a BibTeX key, or the number in brackets. */
  key: string;
  /** Where in the paragraph's text it stands. */
  at: number;
}

/** A work that a draft cites. */
export interface Reference {
  key: string | null;
  /** As far as it is known for itself. */
  title: string;
  /** Everything that is written of it, on one line. */
  text: string;
  ids: Identifiers;
  /** Other keys it goes by. */
  aliases?: string[];
}

/** Cited where a draft cites all of its bibliographies. */
export const EVERYTHING = '*';

/** Drafts are read in memory. A book of a thousand pages has three million characters. */
export const MAX_DRAFT_CHARACTERS = 8 * 1024 * 1024;

/** More than any draft has of each, and characters of what is shown or looked up. */
const MOST = {
  paragraphs: 50_000,
  citations: 100_000,
  references: 10_000,
  citedAnywhere: 20_000,
  bibliographies: 100,
  notes: 50,
};
const MOST_CHARACTERS = { title: 1000, abstract: 20_000, heading: 500, key: 300 };

export const tooLong = (name: string): AkinError =>
  new AkinError('too-large', `${name} has more than ${MAX_DRAFT_CHARACTERS} characters, as no draft has`);

/** All of a file's text. @throws AkinError `too-large` for more characters than `most`. */
export async function wholeText(file: SourceFile, most = MAX_DRAFT_CHARACTERS): Promise<string> {
  const pieces: string[] = [];
  let length = 0;
  for await (const piece of file.text()) {
    length += piece.length;
    if (length > most) throw new AkinError('too-large', `${file.name} has more than ${most} characters`);
    pieces.push(piece);
  }
  return pieces.join('');
}

export const emptyDraft = (): Draft => ({
  ...{
    title: '',
    abstract: '',
    paragraphs: [],
    references: [],
    citedAnywhere: [],
    labels: [],
    bibliographies: [],
    notes: [],
  },
});

/** Before and behind the number of a mark. */
const [OPEN, CLOSE] = ['\ue000', '\ue001'];
const MARK = / ?\ue000(\d+)\ue001/g;

/** The keys a reader has marked so far. */
export class CitationMarks {
  readonly #keys: string[][] = [];

  /** The sign to put into the text where these keys are cited. */
  mark(keys: string[]): string {
    return keys.length === 0 ? '' : `${OPEN}${this.#keys.push(keys) - 1}${CLOSE}`;
  }

  keysOf(index: number): string[] {
    return this.#keys[index] ?? [];
  }
}

/** A draft's text without the signs that readers put into it, should it hold any. */
export const withoutMarks = (text: string): string => text.replace(/[\ue000-\ue006]/g, ' ');

/**
 * A paragraph from text with marks; undefined where it has no letter.
 * @param text as it is to be read, but for the marks.
 */
export function paragraphOf(
  text: string,
  marks: CitationMarks,
  { heading, offset }: Pick<Paragraph, 'heading' | 'offset'>,
): Paragraph | undefined {
  const citations: Citation[] = [];
  const flat = onOneLine(text).trim();
  let plain = '';
  let end = 0;
  for (const { 0: mark, 1: index, index: at } of flat.matchAll(MARK)) {
    plain += flat.slice(end, at);
    for (const key of marks.keysOf(Number(index))) citations.push({ key, at: plain.length });
    end = at + mark.length;
  }
  plain = withoutMarks(plain + flat.slice(end));
  const indent = plain.length - plain.trimStart().length; // A citation may have stood there.
  plain = plain.trim();
  for (const citation of citations) citation.at = Math.min(Math.max(0, citation.at - indent), plain.length);
  if (!/\p{L}/u.test(plain) && citations.length === 0) return undefined;
  return { heading, text: plain, offset, citations };
}

/** A reference of which a program knows the title, and perhaps identifiers; undefined where it has neither. */
export function referenceTitled(
  key: string | null,
  title: string,
  named: Record<string, string>,
): Reference | undefined {
  const ids: Identifiers = {};
  for (const kind of IDENTIFIER_KINDS) {
    const value = named[kind] === undefined ? null : normalIdentifier(kind, named[kind]);
    if (value !== null) ids[kind] = value;
  }
  const arxiv = ids.doi && arxivOfDoi(ids.doi);
  if (arxiv) ids.arxiv ??= arxiv;
  const flat = title.slice(0, MAX_REFERENCE).replace(/\s+/g, ' ').trim();
  return flat === '' && Object.keys(ids).length === 0 ? undefined : { key, title: flat, text: flat, ids };
}

/** Characters of a reference; what is longer is the rest of the draft, where its list never ends. */
export const MAX_REFERENCE = 4000;

/** A reference of which only its text is known; the identifiers in it are found. */
export function referenceOf(key: string | null, text: string): Reference {
  const flat = onOneLine(text.trimStart().slice(0, MAX_REFERENCE)).trim();
  return { key, title: '', text: flat, ids: identifiersIn(flat) };
}

const IDENTIFIERS =
  /\b(?:https?:\/\/|doi:\s?|arxiv:\s?|pmid:\s?|pmcid:\s?)\S+|(?<![\d.])10\.\d{4,9}\/\S+|\babs\/\d{4}\.\d{4,5}/gi;

function identifiersIn(text: string): Identifiers {
  const ids: Identifiers = {};
  for (const [found] of text.matchAll(IDENTIFIERS)) {
    const bare = withoutTrailing(found.replace(/\s/, '').replace(/^abs\//, 'arxiv:'), '.,;:\'"”’');
    const balanced = bare.includes('(') ? bare : withoutTrailing(bare, ')]}');
    const identifier = parseIdentifier(balanced);
    if (identifier) ids[identifier.kind] ??= identifier.value;
  }
  return Object.fromEntries(IDENTIFIER_KINDS.flatMap((kind) => (ids[kind] === undefined ? [] : [[kind, ids[kind]]])));
}

/** A draft without what is more than any draft has, and with a note of what was left out. */
export function withinLimits(draft: Draft): Draft {
  const notes: string[] = [];
  const first = <T>(name: keyof typeof MOST, what: string, items: T[]): T[] => {
    if (items.length > MOST[name]) notes.push(`only the first ${MOST[name]} of ${items.length} ${what} were read`);
    return items.slice(0, MOST[name]);
  };
  const isKey = (key: string): boolean => key.length <= MOST_CHARACTERS.key;
  let citations = 0;
  const paragraphs = first('paragraphs', 'paragraphs', draft.paragraphs).map((paragraph) => {
    const from = Math.min(citations, MOST.citations);
    citations += paragraph.citations.length;
    return {
      ...paragraph,
      heading: paragraph.heading.slice(0, MOST_CHARACTERS.heading),
      citations: paragraph.citations.slice(0, MOST.citations - from).filter(({ key }) => isKey(key)),
    };
  });
  if (citations > MOST.citations) notes.push(`only the first ${MOST.citations} of ${citations} citations were read`);
  return {
    title: draft.title.slice(0, MOST_CHARACTERS.title),
    abstract: draft.abstract.slice(0, MOST_CHARACTERS.abstract),
    paragraphs,
    references: first('references', 'references', draft.references),
    citedAnywhere: first(
      'citedAnywhere',
      'works cited without a place',
      [...new Set(draft.citedAnywhere)].filter(isKey),
    ),
    labels: [], // What they are for is done.
    bibliographies: first('bibliographies', 'bibliographies', draft.bibliographies),
    notes: [...first('notes', 'notes', draft.notes), ...notes].map((note) => note.slice(0, MOST_CHARACTERS.heading)),
  };
}
