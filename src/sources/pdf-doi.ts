/**
 * A paper's DOI, from its file's metadata and its page: each is checked against the other, and none is taken that may be of
 * a work that the paper cites.
 */
import { withoutTrailing } from '../text.ts';
import { goesOn, isAlike, type Line } from './pdf-lines.ts';

export interface ChosenDoi {
  doi: string | undefined;
  /** Those that it may be, if that is not sure. */
  others: string[];
}

/**
 * The DOI on which metadata and page agree, or which one of them states while the other has none.
 * @param given texts of the metadata that may hold it, the likeliest first.
 * @param lines of the pages on which the paper's own may stand.
 * @param text where the body's text begins, and its type.
 */
export function chooseDoi(given: string[], lines: Line[], bodySize: number): ChosenDoi {
  const stated = given.flatMap((text) => doisIn(text, true).slice(0, 1));
  const found = foundOn(lines, bodySize);
  const onPage = own(found);
  const both = stated.find((doi) => found.some((other) => isPartOf(other.doi, doi)));
  if (both !== undefined) return { doi: both, others: [] };
  const [inMetadata] = stated;
  if (inMetadata === undefined) return onPage;
  // A template's metadata have a DOI of another paper; a page that states its own then says so.
  const isStatedOtherwise =
    onPage.doi !== undefined && found.some(({ doi, isLabelled }) => isLabelled && doi === onPage.doi);
  if (isStatedOtherwise) return { doi: undefined, others: [inMetadata, onPage.doi!] };
  return { doi: inMetadata, others: [] };
}

interface Found {
  doi: string;
  /** It is called one: behind "doi:" or in its URL. */
  isLabelled: boolean;
}

/** Whether a DOI is a paper's, or of its figures and supplements, which have the paper's and a suffix. */
const isPartOf = (doi: string, paper: string): boolean =>
  doi === paper || (doi.startsWith(paper) && /[^\w]/.test(doi[paper.length]!));

/** The one DOI of those found. */
function own(found: Found[]): ChosenDoi {
  const dois = [...new Set(found.map(({ doi }) => doi))].sort((a, b) => a.length - b.length);
  const [shortest] = dois;
  if (shortest === undefined || dois.every((doi) => isPartOf(doi, shortest))) return { doi: shortest, others: [] };
  return { doi: undefined, others: dois };
}

/** Where references begin, and what they look like. */
const REFERENCES =
  /^(?:(?:\d+|[IVX]+)\.? ?)?(?:references(?: and notes)?|bibliography|literature cited|works cited|literatur(?:verzeichnis)?|références|referencias)[.:]?$/i;
const REFERENCE = /^\s*(?:\[\d{1,3}\]|\(\d{1,3}\)|\d{1,3}\.?)\s+\p{Lu}/u;
/** Lines of a paragraph that are looked at. */
const NEAR = 6;
/** Of a line, this part may be other than the DOI where it stands apart. */
const APART = 0.3;
/** A DOI that is cut off ends so. */
// Linear: of 200 characters.
const CUT = /10\.\d{4,9}(?:\/[^\s"<>,;]*[/._-])?\/?$/;

/** The DOIs on pages that stand at their margins or apart from the text, and not in a list of references. */
function foundOn(lines: Line[], bodySize: number): Found[] {
  const found: Found[] = [];
  const edges = new Map<number, [top: number, bottom: number]>();
  for (const { page, y } of lines) {
    const [top, bottom] = edges.get(page) ?? [y, y];
    edges.set(page, [Math.min(top, y), Math.max(bottom, y)]);
  }
  let inReferences = false;
  for (const [i, line] of lines.entries()) {
    if (line.page !== lines[i - 1]?.page) inReferences = false;
    if (REFERENCES.test(line.text)) inReferences = true;
    if (!line.text.includes('10.')) continue;
    const [top, bottom] = edges.get(line.page)!;
    const isAtMargin = line.y < top + 2 * line.size || line.y > bottom - 2 * line.size;
    if (!isAtMargin && (inReferences || isOfReference(lines, i))) continue;
    const text = whole(lines, i);
    const isLabelled = /doi|crossref|digital object identifier/i.test(text);
    for (const doi of doisIn(text, false)) {
      const isApart = doi.length > text.length * APART || Math.abs(line.size - bodySize) > bodySize * 0.04;
      if (isApart || isAtMargin || !isInText(lines, i)) found.push({ doi, isLabelled });
    }
  }
  return found;
}

/** Whether a line is of an entry in a list of references: what begins with a number and goes on to it. */
function isOfReference(lines: Line[], i: number): boolean {
  for (let k = i; k >= 0 && k > i - NEAR; k--) {
    if (REFERENCE.test(lines[k]!.text)) return true;
    if (k === 0 || !goesOn(lines[k - 1]!, lines[k]!)) return false;
  }
  return false;
}

/** Whether a line is amid a paragraph: one of three or more. */
function isInText(lines: Line[], i: number): boolean {
  let [begin, end] = [i, i];
  while (begin > 0 && i - begin < NEAR && goesOn(lines[begin - 1]!, lines[begin]!)) begin--;
  while (end < lines.length - 1 && end - i < NEAR && goesOn(lines[end]!, lines[end + 1]!)) end++;
  return end - begin >= 2;
}

/** A line's text, with the rest of the DOI at its end if that clearly goes on in the next one. */
function whole(lines: Line[], i: number): string {
  const line = lines[i]!;
  const next = lines.slice(i + 1, i + 1 + NEAR).find((below) => below.page === line.page && goesOn(line, below));
  const tail = line.text.slice(-200);
  if (!CUT.test(tail)) return line.text;
  const rest = /^\S+/.exec(next?.text ?? '')?.[0] ?? '';
  const isRest = rest !== '' && !fits(rest, line, lines, i) && (!/\.$/.test(tail) || /\d/.test(rest));
  if (isRest) return line.text + rest;
  // What ends so and goes on nowhere is half a DOI, but for a full stop.
  return /\.$/.test(tail) ? line.text : line.text.slice(0, -tail.length) + tail.replace(CUT, '');
}

/** Whether a word would have had room at the end of a line: then the line was ended for another reason. */
function fits(word: string, line: Line, lines: Line[], i: number): boolean {
  const near = lines
    .slice(Math.max(0, i - 3), i + 4)
    .filter(
      (other) => other.page === line.page && isAlike(line, other) && other.x < line.right && line.x < other.right,
    );
  const edge = Math.max(...near.map(({ right }) => right));
  const width = (line.right - line.x) / Math.max(1, line.text.length);
  return line.right + word.length * width * 0.8 < edge;
}

/** In templates, and of journals rather than of papers. */
const NO_DOI = /nnnn|xxx|0000-000|[./]doi$|^10\.\d+\/\(?issn|^10\.1145\/1122445\.1122456/i;

/**
 * The DOIs in a text.
 * @param isField whether the text is a field of metadata, in which a DOI may hold what a text would end it with.
 */
function doisIn(text: string, isField: boolean): string[] {
  const found = [...text.matchAll(/(?<![\d.])10\.\d{4,9}\/(?:[!-~]{5,100}?\.co;2(?:-[\w#])?|[!#-+\--:=?-~]+)/gi)];
  return found
    .map(([doi]) => {
      const bare = withoutTrailing(isField ? doi : doi.split(/[?#]/, 1)[0]!, ".:'’”");
      return (bare.match(/\)/g)?.length ?? 0) > (bare.match(/\(/g)?.length ?? 0) ? bare.replace(/\)[^)]*$/, '') : bare;
    })
    .map((doi) => doi.toLowerCase())
    .filter((doi) => !NO_DOI.test(doi));
}
