/**
 * A paper's authors, from its page and its file's metadata: those the page names below its title, checked against those the
 * metadata name, who are often fewer, or whoever made the file.
 */
import { blocksOf, leadingOf, type Line } from './pdf-lines.ts';
import { letters } from './pdf-title.ts';
import { familyOf, isPersonsName, MARK, markedText, namesIn, PARTED, typeOf } from './pdf-names.ts';

/** Rows below a title that are looked at, and those between it and its authors: a subtitle, the journal, dates. */
const MAX_ROWS = 120;
const MAX_BEFORE = 12;
/** Rows of a list; a longer one is a collaboration's and left open. */
const MAX_LIST_ROWS = 40;
/** From one row of a list to the next at most, in font sizes. */
const LIST_LEADING = 1.9;

/** Lines side by side. */
type Row = Line[];

/**
 * The authors named below a title; undefined where it is not sure that these are all.
 * @param lines of the page, in any order.
 * @param title the title's lines.
 * @param end where the abstract or the text begins, in points from the top; infinite if that is not known.
 * @param known letters of the metadata's authors and the page's addresses, which bear names out.
 * @param before rows that may stand between title and authors.
 */
export function authorsBelow(
  lines: Line[],
  title: Line[],
  end: number,
  known: string[],
  before = MAX_BEFORE,
): string[] | undefined {
  const begin = title.at(-1)!.y;
  const sorted = lines.toSorted((a, b) => a.y - b.y);
  const beside = new Set(
    blocksOf(sorted, leadingOf(sorted))
      .filter(([first]) => first!.y < begin && !title.includes(first!))
      .flat(),
  );
  const below = lines.filter((line) => line.y > begin + 1 && line.y < end && !beside.has(line));
  const rows = rowsOf(below.filter(({ text }) => /\p{L}{2}/u.test(text)));
  const isAlone = end < Infinity && rows.length < 3 && rows.flat().every((line) => namesIn(markedText(line)));
  for (const [i, row] of rows.slice(0, before + 1).entries()) {
    const first = row.find((line) => isAlone || isBornOut(line, rows.slice(i, i + 5), known));
    if (!first) continue;
    const above = rows[i - 1]?.find((line) => isAlike(first, line) && line.font === first.font);
    // What can't be read right above the names is one of them, perhaps.
    if (above && first.y - above.y < first.size * LIST_LEADING) return undefined;
    return listFrom(rows.slice(i), first, Math.max(...below.map(({ x, right }) => right - x)));
  }
  return undefined;
}

function rowsOf(lines: Line[]): Row[] {
  const rows: Row[] = [];
  for (const line of lines.toSorted((a, b) => a.y - b.y)) {
    const row = rows.at(-1);
    if (row && line.y - row[0]!.y < 0.5 * Math.min(row[0]!.size, line.size)) row.push(line);
    else if (rows.length < MAX_ROWS) rows.push([line]);
    else break;
  }
  return rows.map((row) => row.sort((a, b) => a.x - b.x));
}

/** Whether two lines have names of one size. */
function isAlike(a: Line, b: Line): boolean {
  const { size } = typeOf(a.runs);
  return Math.abs(size - typeOf(b.runs).size) <= size * 0.04;
}

const AFFILIATION =
  /universi|institut|depart|\bdept|school|college|academy|faculty|laborator|\blabs?\b|cent(?:er|re)\b|hospital|\binc\b|gmbh|corporation|research|@|e-?mail/i;

/** Whether a line names authors: a list, or a name marked or above an institution or an address, or known from elsewhere. */
function isBornOut(line: Line, rows: Row[], known: string[]): boolean {
  const text = markedText(line);
  const read = namesIn(text) ?? namesIn(withoutHalf(text));
  if (!read) return false;
  if (read.isList || read.names.some((name) => known.some((other) => other.includes(familyOf(name))))) return true;
  const near = rows.flat().filter(({ y }) => y >= line.y && y - line.y < line.size * 6);
  return near.some(({ text }) => AFFILIATION.test(text));
}

/** All the names of a list that begins on the first row; undefined where it is not sure that these are all. */
function listFrom(rows: Row[], first: Line, width: number): string[] | undefined {
  const names: string[] = [];
  const isOfType = (line: Line): boolean => isAlike(first, line) && line.font === first.font;
  let last = first;
  for (let i = 0; i < rows.length;) {
    const begin = rows.findIndex((row, k) => k >= i && row.some(isOfType));
    if (begin === -1) break;
    const group = groupFrom(rows.slice(begin), first, isOfType);
    const read = readGroup(group, width);
    if (read === 'open') return undefined;
    if (read.rows === 0) {
      // The institutions are in the type of the names: further down, which is which can't be told.
      const mayGoOn = rows.slice(begin).some((row) => row.some((line) => isOfType(line) && hasNewNames(line, names)));
      if (mayGoOn) return undefined;
      break;
    }
    names.push(...read.names);
    last = group[read.rows - 1]!.at(-1)!;
    i = begin + read.rows;
  }
  const isCut = /(?:,|\band|&|\.\s?\.\s?\.|…|et al\.?)\s*$/.test(markedText(last).replaceAll(MARK, ' ').trim());
  return isCut || names.length === 0 ? undefined : names;
}

function hasNewNames(line: Line, known: string[]): boolean {
  return (namesIn(markedText(line))?.names ?? []).some(
    (name) => !known.some((other) => familyOf(other) === familyOf(name)),
  );
}

/** Rows that follow each other, in type of one size: memberships are in italics, names in bold perhaps. */
function groupFrom(rows: Row[], first: Line, isOfType: (line: Line) => boolean): Row[] {
  const group: Row[] = [];
  for (const row of rows.slice(0, MAX_LIST_ROWS)) {
    const cells = row.filter((line) => (group.length === 0 ? isOfType(line) : isAlike(first, line)));
    const gap = group.length === 0 ? 0 : (cells[0]?.y ?? Infinity) - group.at(-1)![0]!.y;
    if (gap > first.size * LIST_LEADING) break;
    group.push(cells);
  }
  return group;
}

/** The names of the rows that are nothing but names, from the first on. */
function readGroup(group: Row[], width: number): { names: string[]; rows: number } | 'open' {
  for (let count = group.length; count > 0; count--) {
    const text = joinedRows(group.slice(0, count), width);
    const read = namesIn(text);
    if (read) return /\.\s?\.\s?\.|…/.test(text) ? 'open' : { names: read.names, rows: count };
  }
  return { names: [], rows: 0 };
}

/**
 * Rows of names as one text. A name may go on in the next row; where it would have had room, a new one begins there.
 */
function joinedRows(rows: Row[], width: number): string {
  let joined = '';
  for (const [i, row] of rows.entries()) {
    const text = row.map(markedText).join(MARK);
    const above = rows[i - 1];
    const isOpen = !above || /(?:[,;·&-]|\band)\s*$/.test(joined) || /^\s*(?:[,;·&]|and\b)/.test(text);
    const end = joined.slice(-MAX_PIECE).split(PARTED).at(-1)!;
    const isDivided = isHalf(end) || isHalf(text.slice(0, MAX_PIECE).split(PARTED)[0]!);
    const runsOn = above !== undefined && !hasRoom(above, text, width) && !isPersonsName(end.trim());
    joined += (isOpen || isDivided || runsOn ? ' ' : MARK) + text;
  }
  return joined;
}

/** Characters of a name at most. */
const MAX_PIECE = 100;

/** Whether a piece of a list is part of a name: one word, or more that end with "van der". */
function isHalf(piece: string): boolean {
  const bare = piece.trim();
  return /\p{L}/u.test(bare) && !isPersonsName(bare) && !/^and$/.test(bare);
}
const withoutHalf = (text: string): string => {
  const pieces = text.split(PARTED);
  return pieces.length < 2 ? '' : text.slice(0, text.length - pieces.at(-1)!.length);
};

function hasRoom(row: Row, next: string, width: number): boolean {
  const [x, right] = [row[0]!.x, row.at(-1)!.right];
  const letters = row.reduce((sum, { text }) => sum + text.length + 1, 0);
  const first = next.trim().split(/[\s,]/)[0]!.length;
  return right - x + ((right - x) / letters) * (first + 1) < width;
}

/**
 * Page and metadata checked against one another: the metadata's if all of them are named on the page and they are not fewer;
 * the page's otherwise.
 */
export function chooseAuthors(onPage: string[] | undefined, given: string[][], lines: Line[]): string[] | undefined {
  const pageLetters = letters(lines.map(({ text }) => text).join(''));
  const named = given
    .filter((names) => names.length > 0 && names.every((name) => /\S\s+\S/.test(name)))
    .filter((names) =>
      names.every(
        (name) => isPersonsName(name.replace(/\.(?=\p{Lu})/gu, '. ')) && pageLetters.includes(familyOf(name)),
      ),
    )
    .sort((a, b) => b.length - a.length);
  const [best] = named;
  if (!onPage) {
    if (best === undefined) return undefined;
    // One name may be that of whoever sent the paper in, or the first of many.
    return best.length > 1 || standsAlone(best[0]!, lines) ? best : undefined;
  }
  if (!best) return onPage;
  const families = new Set(onPage.map(familyOf));
  const isOnPage = best.filter((name) => families.has(familyOf(name))).length;
  if (best.length > onPage.length && isOnPage === onPage.length) return best;
  return onPage;
}

/** Whether two lists name the same people. */
export function isSameList(names: string[], others: string[] = []): boolean {
  return names.length === others.length && names.every((name, i) => familyOf(name) === familyOf(others[i]!));
}

/** Whether a line of the page has this name and nothing else, and no line has it in a list. */
function standsAlone(name: string, lines: Line[]): boolean {
  const family = familyOf(name);
  const lists = lines
    .filter(({ text }) => letters(text).includes(family))
    .flatMap((line) => namesIn(markedText(line)) ?? [])
    .filter(({ names }) => names.some((other) => familyOf(other) === family));
  return lists.length > 0 && lists.every(({ names }) => names.length === 1);
}
