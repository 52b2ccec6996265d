/**
 * What the first pages of a paper say about it: title, abstract, authors, identifiers. They are told by where they stand and
 * how they look, and taken only where that is clear.
 */
import type { PaperInput } from '../paper.ts';
import { fieldsWithValue } from './fields.ts';
import { authorsBelow, chooseAuthors, isSameList } from './pdf-authors.ts';
import { chooseDoi } from './pdf-doi.ts';
import { joinLines, linesOfPage, mostOf, type Line, type Page } from './pdf-lines.ts';
import {
  blockOf,
  blocksSetOff,
  chooseTitle,
  letters,
  titlesOnPage,
  type ChosenTitle,
  type TitleBlock,
} from './pdf-title.ts';
import { yearIn } from './year.ts';

/** What a PDF says about itself: XMP's fields (`dc:title`) and those of its information dictionary (`Title`). */
export type Metadata = Record<string, string | string[] | undefined>;

export interface FrontMatter extends PaperInput {
  extra: Record<string, unknown>;
  /** Why there is no abstract; undefined if there is one. */
  missing: string | undefined;
}

/** Reads the front matter off a document's first pages. */
export function frontMatter(pages: Page[], metadata: Metadata): FrontMatter {
  const lines = pages.map(linesOfPage);
  const all = lines.flat();
  const known = all.map(({ text }) => text).join(' ');
  const abstract = abstractIn(all, known);
  const runs = all.flatMap((line) => line.runs);
  const size = runs.length === 0 ? 0 : mostOf(runs, (run) => Math.round(run.size * 2) / 2);
  const font = runs.length === 0 ? '' : mostOf(runs, (run) => run.font);
  const titles = [metadata['dc:title'], metadata.title].flatMap((title) => one(title) ?? []);
  const given = givenAuthors(metadata);
  const front = frontOf({ pages, lines, known, size, font, heading: abstract?.heading }, titles, given);
  const first = lines[0] ?? [];
  const begin = lines[front.page] ?? [];
  const stamp = stampIn(pages[0]);
  const authors = chooseAuthors(front.authors, given, begin);
  const fields = DOI_FIELDS.map((field) => one(metadata[field]) ?? '');
  const { doi, others } = chooseDoi(fields, front.page === 0 ? first : [...first, ...begin], size);
  const withoutText = all.length === 0 ? 'the first pages have no text: scanned?' : 'no abstract was found';
  return {
    title: front.title.text,
    abstract: abstract?.text,
    authors: authors ?? [],
    year: yearIn(one(metadata['prism:publicationdate'] ?? metadata['prism:coverdate'])),
    venue: one(metadata['prism:publicationname']),
    categories: keywordsOf(metadata, stamp),
    ...fieldsWithValue({
      doi,
      arxiv: stamp?.id ?? arxivOf(metadata),
      pmid: onlyOne(first, /\bPMID:? ?(\d{4,9})\b/g),
      pmcid: onlyOne(first, /\bPMCID:? ?(PMC\d+)\b/g),
    }),
    extra: fieldsWithValue({
      titles: front.title.others,
      author: given.some((names) => isSameList(names, authors)) ? undefined : one(metadata.author),
      dois: others,
      stamp: stamp?.text,
      volume: one(metadata['prism:volume']),
      issue: one(metadata['prism:number']),
      subject: one(metadata.subject),
    }),
    missing: abstract ? undefined : withoutText,
  };
}

// ---- Title and authors ----

/** Fields of metadata that hold a DOI, the likeliest first. */
const DOI_FIELDS = [
  ...['prism:doi', 'pdfx:doi', 'crossmark:doi', 'doi', 'wps-articledoi', 'dc:identifier', 'subject', 'title'],
];

/** What repositories and publishers print on the page that they put before a paper. */
const COVER =
  /this article was downloaded|previously published works|has made this article openly available|stable url: ?https?:|see discussions, stats, and author profiles|citation for published version|this may be the author’s version|\bhal id\b|follow this and additional works|linked references are available|link to (?:publication|published version)|white rose research online/i;
/** Of a page's height, how far down front matter reaches where no abstract is found. */
const FRONT = 0.6;

interface Front {
  title: ChosenTitle;
  /** The authors named below the title, if it is sure who they are. */
  authors: string[] | undefined;
  /** Where the paper begins. */
  page: number;
}

/** What all pages say: the lines of each, the type most of the text is in, where the abstract begins. */
interface Document {
  pages: Page[];
  lines: Line[][];
  known: string;
  size: number;
  font: string;
  heading: Line | undefined;
}

/** Title and authors, and the page on which the paper begins: the first, or the one behind a repository's cover page. */
function frontOf(document: Document, titles: string[], authors: string[][]): Front {
  const { lines, heading } = document;
  const front = frontOn(document, 0, titles, authors);
  const textOn = (page: number): string => lines[page]!.map(({ text }) => text).join(' ');
  const isCover = lines.length > 1 && COVER.test(textOn(0));
  const begin = heading?.page ?? (isCover ? 1 : 0);
  if (begin === 0) return front;
  // A cover has the title, and the paper has it again; or else it says that it is one, and the abstract stands behind it.
  const behind = frontOn(document, begin, titles, authors);
  const isTwice = behind.title.text !== undefined && letters(textOn(0)).includes(letters(behind.title.text));
  return behind.title.block && (isTwice || isCover) ? behind : front;
}

function frontOn(document: Document, page: number, titles: string[], authors: string[][]): Front {
  const { pages, lines, known, size, font, heading } = document;
  const onPage = lines[page] ?? [];
  const bottom = heading?.page === page ? heading.y : (pages[page]?.height ?? 0) * FRONT;
  const title = chooseTitle(titlesOnPage(onPage, bottom, size, known), titles, onPage);
  const named = title.block && namedBelow(document, page, title.block, authors);
  // A single large word is a journal's name, or a number, if there is a title with authors below it.
  if (title.text?.includes(' ')) return { title, authors: named, page };
  // A title no larger than the text is one if authors are named below it.
  for (const block of blocksSetOff(onPage, bottom, font, known)) {
    const below = namedBelow(document, page, block, authors, 1);
    if (below) return { title: { text: block.text, block, others: [] }, authors: below, page };
  }
  return { title, authors: named, page };
}

/** The authors below a title; where they are not clear there, below the same title on the next page. */
function namedBelow(
  { lines, heading }: Document,
  page: number,
  title: TitleBlock,
  given: string[][],
  before?: number,
): string[] | undefined {
  const addresses = lines[page]!.flatMap(({ text }) => text.match(/[\w.+-]{1,64}@/g) ?? []).map((text) =>
    text.toLowerCase(),
  );
  const known = [...addresses, ...given.flat().map(letters)];
  const below = (on: number, block: Line[]): string[] | undefined => {
    const end = heading?.page === on && heading.y > block.at(-1)!.y ? heading.y : Infinity;
    return authorsBelow(lines[on]!, block, end, known, before);
  };
  const again = blockOf(title.text, lines[page + 1] ?? []);
  return below(page, title.lines) ?? (again && below(page + 1, again.lines));
}

/** More than any paper has; what else is it? */
const MAX_AUTHORS = 5000;

/** The authors that the metadata name, in each of the fields there are for them. */
function givenAuthors(metadata: Metadata): string[][] {
  const creators = metadata['dc:creator'];
  const inOne = (text: string): string[] => text.split(text.includes(';') ? ';' : /, (?:and )?| and | & /);
  const lists = [
    ...(Array.isArray(creators)
      ? [creators.length === 1 && (creators[0]!.match(/,/g)?.length ?? 0) > 1 ? inOne(creators[0]!) : creators]
      : []),
    inOne(one(metadata.author) ?? ''),
  ];
  return lists
    .filter((names) => names.length <= MAX_AUTHORS)
    .map((names) =>
      names.map((name) => name.trim().replace(/^([^,]+), ([^,]+)$/, '$2 $1')).filter((name) => name !== ''),
    );
}

function one(value: string | string[] | undefined): string | undefined {
  const text = Array.isArray(value) ? value.join(', ') : value;
  return text === undefined || text.trim() === '' ? undefined : text.trim();
}

// ---- Abstract ----

const MIN_ABSTRACT_LETTERS = 60;
const MAX_ABSTRACT = 6000;
/** Headings that are tried, and lines below each. */
const MAX_HEADINGS = 10;
const MAX_LINES = 300;

const HEADING =
  /^(?:A(?:bstract|BSTRACT)|(?:A ?B ?S ?T ?R ?A ?C ?T|a b s t r a c t)|S(?:ummary|UMMARY))(?=$|[\s.:—–-])/;
const END = new RegExp(
  [
    '^(?:(?:\\d+|[IVX]+)[.:)]? ?)?I(?:ntroduction|NTRODUCTION)[.:]?$|^I NTRODUCTION$',
    '^(?:(?:Author )?Key ?[Ww]ords?|K ?E ?Y ?W ?O ?R ?D ?S?|Index [Tt]erms|INDEX TERMS|General [Tt]erms)(?:$|[\\s.:—–-])',
    '^(?:CCS C|ACM [Rr]eference|Categories and [Ss]ubject|Subject [Cc]lassification|Mathematics Subject|JEL [Cc]|PACS\\b|MSC\\b)',
    '^(?:Contents|CONTENTS|Table of [Cc]ontents|Article [Ii]nfo|ARTICLE INFO|Graphical [Aa]bstract|Highlights)$',
    '^(?:Author [Ss]ummary|Plain [Ll]anguage [Ss]ummary)$',
    '^(?:Corresponding [Aa]uthor|\\*? ?Correspondence|Received:? (?=\\d)|Accepted:? (?=\\d)|Citation:|DOI:|https?://)',
    '^(?:©|\\([cC]\\) ?\\d|Copyright (?:©|\\(|\\d)|arXiv:)',
  ].join('|'),
);
const SECTION = /^(?:\d+|[IVX]+)[.:)]? \p{Lu}[\p{L} ,:-]{2,60}$/u;

/** The first heading that an abstract follows, and the abstract. */
function abstractIn(lines: Line[], known: string): { heading: Line; text: string } | undefined {
  let headings = 0;
  for (const [i, line] of lines.entries()) {
    const begun = afterHeading(line);
    if (begun === undefined || ++headings > MAX_HEADINGS) continue;
    const text = joinLines([begun, ...textBelow(lines.slice(i + 1, i + MAX_LINES), line, begun !== '')], known);
    if (letters(text).length >= MIN_ABSTRACT_LETTERS && text.length <= MAX_ABSTRACT) return { heading: line, text };
  }
  return undefined;
}

/** What follows the heading on its line; undefined if there is no heading: "Abstract interpretation is" begins a sentence. */
function afterHeading({ text, runs }: Line): string | undefined {
  const [heading] = HEADING.exec(text) ?? [];
  if (heading === undefined) return undefined;
  const rest = text.slice(heading.length);
  const after = rest.replace(/^[\s.:—–-]+/, '');
  const isSetOff =
    /^\s?(?:[.:—–]|-+\s?(?=\p{Lu}))/u.test(rest) || (heading === heading.toUpperCase() && heading.length > 7);
  const begin = runs.findIndex((run) => run.text.trim() !== '');
  const next = runs.slice(begin + 1).find((run) => /\p{L}/u.test(run.text));
  const differs = next !== undefined && HEADING.test(runs[begin]!.text.trim()) && next.font !== runs[begin]!.font;
  return after === '' || isSetOff || differs ? after : undefined;
}

/** The lines of a text that begins below a heading, or beside it (`hasBegun`), up to where it clearly ends. */
function textBelow(lines: Line[], heading: Line, hasBegun: boolean): string[] {
  const texts: string[] = [];
  let last = heading;
  let style = hasBegun ? heading : undefined;
  let [left, right] = [heading.x, heading.right];
  for (const line of lines) {
    const isBelow = line.page === last.page && line.y > last.y;
    if (isBelow && (line.x > right || line.right < left)) continue; // Something beside the abstract.
    if (END.test(line.text) || afterHeading(line) !== undefined) break;
    if (style && Math.abs(line.size - style.size) > style.size * 0.08) {
      if (line.text.length < 4) continue; // A stray superscript.
      break;
    }
    if (style && isBelow && line.y - last.y > style.size * 3) break;
    if (style && line.font !== style.font && SECTION.test(line.text)) break;
    if (!isBelow || !style) [left, right] = [line.x, line.right]; // It goes on in another column.
    style ??= line;
    [left, right] = [Math.min(left, line.x), Math.max(right, line.right)];
    texts.push(line.text);
    last = line;
  }
  return texts;
}

// ---- Keywords and identifiers ----

function keywordsOf(metadata: Metadata, stamp: Stamp | undefined): string[] {
  const subjects = metadata['dc:subject'];
  const given = Array.isArray(subjects) ? subjects : (one(metadata.keywords) ?? '').split(/[;,]/);
  const keywords = given.map((keyword) => keyword.trim()).filter((keyword) => /\p{L}/u.test(keyword));
  return [...new Set([...(stamp?.categories ?? []), ...keywords])];
}

interface Stamp {
  text: string;
  id: string;
  categories: string[];
}

/** What arXiv prints up the left margin: `arXiv:1234.56789v2 [cs.CL] 6 Dec 2017`. */
function stampIn(page: Page | undefined): Stamp | undefined {
  const match = /arXiv:\s?(\d{4}\.\d{4,5}(?:v\d+)?|[a-z-]+(?:\.[A-Z]{2})?\/\d{7}(?:v\d+)?)\s+\[([\w.-]+)\]/.exec(
    page?.vertical ?? '',
  );
  if (!match) return undefined;
  const [, id = '', category = ''] = match;
  return { text: page!.vertical.slice(match.index).trim(), id, categories: [category] };
}

function arxivOf(metadata: Metadata): string | undefined {
  return one(metadata.arxivid) ?? /^arxiv:\S+$/i.exec(one(metadata['dc:identifier']) ?? '')?.[0];
}

/** The one value that a pattern finds; undefined where it finds several. */
function onlyOne(lines: Line[], pattern: RegExp): string | undefined {
  const found = new Set(lines.flatMap(({ text }) => [...text.matchAll(pattern)].map(([, value]) => value!)));
  return found.size === 1 ? [...found][0] : undefined;
}
