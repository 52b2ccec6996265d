/**
 * What a draft says, whatever kind of file it is: title, abstract, and the paragraphs below each heading with what they
 * cite; and the works it lists as cited.
 *
 * Every reader of drafts marks a citation in its text by a sign that survives whatever becomes of the text, and
 * `paragraphOf` takes the signs out again: so each citation keeps its place.
 */
import { IDENTIFIER_KINDS, parseIdentifier, withoutTrailing, type Identifiers } from '../paper.ts';

export interface Draft {
  /** Empty where none was found. */
  title: string;
  abstract: string;
  /** Everything that is prose, in order; the abstract and the list of references are not among it. */
  paragraphs: Paragraph[];
  /** The works the draft itself lists, in its order. */
  references: Reference[];
  /** Keys cited without a place in the text, by `\nocite` for instance. */
  citedAnywhere: string[];
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
}

/** Drafts are read in memory. A book of a thousand pages has three million characters. */
export const MAX_DRAFT_CHARACTERS = 8 * 1024 * 1024;

export const emptyDraft = (): Draft => ({
  ...{ title: '', abstract: '', paragraphs: [], references: [], citedAnywhere: [], bibliographies: [], notes: [] },
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
  const flat = text.replace(/\s+/g, ' ').trim();
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

/** Characters of a reference; what is longer is the rest of the draft, where its list never ends. */
const MAX_REFERENCE = 4000;

/** A reference of which only its text is known; the identifiers in it are found. */
export function referenceOf(key: string | null, text: string): Reference {
  const flat = text.trimStart().slice(0, MAX_REFERENCE).replace(/\s+/g, ' ').trim();
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

/** Headings of sections that say nothing of what the draft is about. */
const BACK_MATTER =
  /^(?:[\dIVX.]+\s+)?(?:acknowledge?ments?|funding|conflicts? of interest|competing interests?|declarations?(?: of .*)?|author contributions?|credit .*statement|(?:data|code)(?: and (?:data|code))? availability.*|ethic(?:s|al) statement|supplementary materials?|disclosures?|contents)[.:]?$/i;
export const isBackMatter = (heading: string): boolean => BACK_MATTER.test(heading.trim());

/** The heading above a list of references. */
const REFERENCES = /^(?:[\dIVX.]+\s+)?(?:references|bibliography|works cited|literature cited|references cited)[.:]?$/i;
export const isReferences = (heading: string): boolean => REFERENCES.test(heading.trim());
const ABSTRACT = /^(?:[\dIVX.]+\s+)?(?:abstract|summary)[.:]?$/i;
export const isAbstract = (heading: string): boolean => ABSTRACT.test(heading.trim());
