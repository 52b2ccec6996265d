/**
 * What the first pages of a paper say about it: title, abstract, authors, identifiers. They are told by where they stand and
 * how they look, and taken only where that is clear.
 */
import { withoutTrailing, type PaperInput } from '../paper.ts';
import { fieldsWithValue } from './fields.ts';
import { joinLines, linesOfPage, mostOf, textOf, type Line, type Page } from './pdf-lines.ts';
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
  const first = lines[0] ?? [];
  const abstract = abstractIn(all, known);
  const allRuns = all.flatMap(({ runs }) => runs);
  const bodySize = allRuns.length === 0 ? 0 : mostOf(allRuns, ({ size }) => Math.round(size * 2) / 2);
  const title = titleOf(titleOnPage(first, pages[0]?.height ?? 0, bodySize, abstract?.heading, known), metadata, first);
  const stamp = stampIn(pages[0]);
  const authors = authorsOf(metadata, first);
  const [doi, otherDois] = doiOf(metadata, first);
  const withoutText = all.length === 0 ? 'the first pages have no text: scanned?' : 'no abstract was found';
  return {
    title,
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
      author: authors ? undefined : one(metadata.author),
      dois: otherDois,
      stamp: stamp?.text,
      volume: one(metadata['prism:volume']),
      issue: one(metadata['prism:number']),
      subject: one(metadata.subject),
    }),
    missing: abstract ? undefined : withoutText,
  };
}

const letters = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/[^\p{L}\d]/gu, '')
    .toLowerCase();
const wordsIn = (text: string): number => text.split(/\s+/).filter((word) => /\p{L}/u.test(word)).length;

function one(value: string | string[] | undefined): string | undefined {
  const text = Array.isArray(value) ? value.join(', ') : value;
  return text === undefined || text.trim() === '' ? undefined : text.trim();
}

// ---- Title ----

/** A title's type is larger than the text's by at least this. */
const TITLE_SCALE = 1.15;
const MAX_TITLE = 400;

/** Of journals and repositories, in type as large as a title's. */
const FURNITURE = new RegExp(
  [
    '^arxiv:',
    '^(?:the )?(?:international |european |american )?(?:journal|annals|archives|transactions|proceedings|bulletin) (?:of|on)\\b',
    '^(?:ieee|acm) (?:transactions|journal)\\b',
    '^(?:original |research |review |short |regular )?(?:article|paper|letter|communication|report|note)s?$',
    '^(?:open access|preprint|accepted manuscript|author manuscript|technical report|working paper|under review\\b)',
    '^(?:published as|accepted (?:as|at|for)|to appear|submitted to)\\b',
    '\\bissn\\b|^vol(?:ume)?\\.? ?\\d|^doi:|https?:|www\\.|©|all rights reserved|contents lists available',
    '^(?:(?:\\d+|[ivx]+)(?:\\.\\d+)*\\.? )?(?:abstract|summary|introduction|contents|table of contents|references)$',
    '^(?:\\d+|[IVX]+)\\.? \\p{Lu}\\p{Ll}+$',
  ].join('|'),
  'iu',
);
/** These stand next to a journal's name. */
const BESIDE_JOURNAL = /contents lists available|journal homepage|sciencedirect/i;

/** The lines in the largest type above the abstract. */
function titleOnPage(
  lines: Line[],
  height: number,
  bodySize: number,
  heading: Line | undefined,
  known: string,
): string | undefined {
  const bottom = heading?.page === 0 ? heading.y : height * 0.6;
  const above = lines.filter(({ y }) => y < bottom).sort((a, b) => a.y - b.y);
  const blocks: Line[][] = [];
  for (const line of above) {
    const last = blocks.at(-1)?.at(-1);
    if (last && continues(last, line)) blocks.at(-1)!.push(line);
    else blocks.push([line]);
  }
  const candidates = blocks
    .map((block, i) => ({
      size: block[0]!.size,
      text: titleText(block, known),
      beside: [blocks[i - 1], blocks[i + 1]],
    }))
    .filter(
      ({ size, text, beside }) =>
        size >= bodySize * TITLE_SCALE &&
        text.length <= MAX_TITLE &&
        letters(text).length >= 4 &&
        !FURNITURE.test(text) &&
        !beside.some((block) => block?.some((line) => BESIDE_JOURNAL.test(line.text))),
    );
  // A single large word is more often a journal's name, or a publisher's; it is a title when nothing else can be.
  const several = candidates.filter(({ text }) => wordsIn(text) > 1);
  return (several.length > 0 ? several : candidates).reduce<(typeof candidates)[number] | undefined>(
    (best, each) => (best && best.size >= each.size ? best : each),
    undefined,
  )?.text;
}

function continues(above: Line, below: Line): boolean {
  const gap = below.y - above.y;
  const isAlike = Math.abs(above.size - below.size) <= above.size * 0.04;
  return isAlike && gap > above.size * 0.5 && gap < above.size * 1.8 && below.x < above.right && above.x < below.right;
}

/** A title's text, the marks of its footnotes left out. */
function titleText(block: Line[], known: string): string {
  const texts = block.map(({ runs, size, y }) =>
    textOf(runs.filter((run) => run.size > size * 0.9 || y - run.y < size * 0.15)),
  );
  return withoutTrailing(joinLines(texts, known), ' ∗*†‡§¶');
}

/** A page with fewer letters is an image with a stamp, perhaps, on it. */
const SCANNED_LETTERS = 100;

/**
 * The title as the metadata have it where the page has the same (lines and hyphens are no question there), or where it
 * stands on the page while what is largest there is something else. Otherwise the page's. The metadata's alone is taken
 * of a scanned page; where the page could have it and has not, it is somebody's template's.
 */
function titleOf(onPage: string | undefined, metadata: Metadata, lines: Line[]): string | undefined {
  const pageLetters = letters(lines.map(({ text }) => text).join(''));
  for (const given of [one(metadata['dc:title']), one(metadata.title)]) {
    if (given === undefined || !isPlausible(given)) continue;
    if (onPage !== undefined && letters(given) === letters(onPage)) return given;
    const isPart =
      onPage !== undefined && (letters(onPage).includes(letters(given)) || letters(given).includes(letters(onPage)));
    if (!isPart && (pageLetters.length < SCANNED_LETTERS || pageLetters.includes(letters(given)))) return given;
  }
  return onPage;
}

/** Whether it is no file's name, no template's, and not the program's that wrote the file. */
function isPlausible(title: string): boolean {
  if (title.length > MAX_TITLE || wordsIn(title) < 3 || FURNITURE.test(title)) return false;
  return !/^(?:microsoft|untitled|powerpoint|slide|title|template|document\d*|pii:|s\d{4}-)|\.(?:docx?|tex|dvi|pdf|indd|qxd|rtf|ps|eps)$|[\\/]\w+[\\/]|_/i.test(
    title,
  );
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

// ---- People, keywords and identifiers ----

/** The authors the metadata name, if all of them are named on the first page: often it is whoever made the file. */
function authorsOf(metadata: Metadata, lines: Line[]): string[] | undefined {
  const onPage = letters(lines.map(({ text }) => text).join(''));
  const creators = metadata['dc:creator'];
  const author = one(metadata.author) ?? '';
  for (const given of [
    Array.isArray(creators) ? creators : [],
    author.split(author.includes(';') ? ';' : /, (?:and )?| and | & /),
  ]) {
    const names = given.map((name) => name.trim().replace(/^([^,]+), ([^,]+)$/, '$2 $1')).filter((name) => name !== '');
    const isNamed = (name: string): boolean =>
      /\S\s+\S/.test(name) && onPage.includes(letters(name.split(/\s+/).at(-1)!));
    if (names.length > 0 && names.every(isNamed)) return names;
  }
  return undefined;
}

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

/** The DOI, and those on the first page that may be of other works. */
function doiOf(metadata: Metadata, lines: Line[]): [doi: string | undefined, others: string[]] {
  const fields = [
    'prism:doi',
    'pdfx:doi',
    'crossmark:doi',
    'doi',
    'wps-articledoi',
    'dc:identifier',
    'subject',
    'title',
  ];
  for (const field of fields) {
    const [found] = doisIn(one(metadata[field]) ?? '');
    if (found !== undefined) return [found, []];
  }
  // Where a line ends amid a DOI, the next one has the rest of it.
  const texts = lines.map(({ text }, i) => {
    // Linear: of 200 characters.
    const isCut = /10\.\d{4,9}(?:\/\S*[/._-])?\/?$/.test(text.slice(-200)) && lines[i + 1]?.page === lines[i]!.page;
    return isCut ? text + (/^\S+/.exec(lines[i + 1]!.text)?.[0] ?? '') : text;
  });
  const found = [...new Set(texts.flatMap(doisIn))].sort((a, b) => a.length - b.length);
  const [shortest] = found; // A paper's figures and supplements have its DOI and a suffix.
  if (shortest !== undefined && found.every((doi) => doi.startsWith(shortest))) return [shortest, []];
  return [undefined, found];
}

function doisIn(text: string): string[] {
  return [...text.matchAll(/(?<![\d.])10\.\d{4,9}\/[^\s"<>,;]+/g)]
    .map(([doi]) => {
      const bare = withoutTrailing(doi, ".:'’”");
      return (bare.match(/\)/g)?.length ?? 0) > (bare.match(/\(/g)?.length ?? 0) ? bare.replace(/\)[^)]*$/, '') : bare;
    })
    .map((doi) => doi.toLowerCase());
}
