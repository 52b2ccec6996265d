/**
 * Lines of text, in the order in which a person reads them, from a PDF page, which knows only pieces of text and where they
 * stand. Pieces that touch are a line; two lines side by side are of two columns.
 */

/** A piece of text. Positions are in points from the page's upper left corner. */
export interface Run {
  text: string;
  x: number;
  /** Of the baseline. */
  y: number;
  width: number;
  /** Of the font. */
  size: number;
  font: string;
}

export interface Page {
  width: number;
  height: number;
  /** As they were drawn. */
  runs: Run[];
  /** What runs up or down the page: arXiv's stamp, for instance. */
  vertical: string;
}

export interface Line {
  runs: Run[];
  text: string;
  x: number;
  right: number;
  y: number;
  /** That most of its characters have. */
  size: number;
  font: string;
  page: number;
}

/** Two pieces further apart than this (in font sizes) are of two columns. Justified text stretches its blanks less. */
const COLUMN_GAP = 1.2;
/** A blank between two pieces is at least this wide. */
const BLANK = 0.13;
/** Of two pieces on one line, a superscript included, the baselines are closer than this. */
const SAME_LINE = 0.5;

/** The lines of a page, column by column. */
export function linesOfPage({ runs, width }: Page, page: number): Line[] {
  const lines = joinSideBySide(inDrawnOrder(runs)).map((each) => lineOf(each, page));
  // Line numbers of manuscripts and page numbers would get between the lines.
  return inReadingOrder(
    lines.filter(({ text }) => text !== '' && !/^\d{1,4}$/.test(text)),
    width,
  );
}

/** What is drawn one after the other and touches belongs together: so superscripts stay with their line. */
function inDrawnOrder(runs: Run[]): Run[][] {
  const pieces: Run[][] = [];
  for (const run of runs) {
    const last = pieces.at(-1);
    if (last && touch(last, [run])) last.push(run);
    else pieces.push([run]);
  }
  return pieces;
}

/** Joins what touches without having been drawn one after the other. */
function joinSideBySide(pieces: Run[][]): Run[][] {
  const sorted = pieces.sort((a, b) => main(a).y - main(b).y);
  const joined: Run[][] = [];
  for (let i = 0; i < sorted.length;) {
    const { y, size } = main(sorted[i]!);
    let end = i + 1;
    while (end < sorted.length && main(sorted[end]!).y - y < SAME_LINE * size) end++;
    const row = sorted.slice(i, end).sort((a, b) => a[0]!.x - b[0]!.x);
    let last: Run[] | undefined;
    for (const piece of row) {
      if (last && touch(last, piece)) last.push(...piece);
      else joined.push((last = piece));
    }
    i = end;
  }
  return joined;
}

function touch(left: Run[], right: Run[]): boolean {
  const before = left.at(-1)!;
  const after = right[0]!;
  const [a, b] = [main(left), main(right)];
  const size = Math.max(a.size, b.size);
  const gap = after.x - (before.x + before.width);
  // Small print beside large print is of another column where it would be so beside its own.
  const widest = COLUMN_GAP * Math.min(a.size, b.size);
  return Math.abs(a.y - b.y) < SAME_LINE * size && gap < widest && gap > -size;
}

/** The longest of the largest runs: what the others are superscripts of. */
function main(runs: Run[]): Run {
  let best = runs[0]!;
  // A line has few runs; of a page that is one line of thousands, the first ones will do.
  for (let i = 1; i < Math.min(runs.length, 50); i++) {
    const run = runs[i]!;
    if (run.size > best.size || (run.size === best.size && run.width > best.width)) best = run;
  }
  return best;
}

function lineOf(runs: Run[], page: number): Line {
  const [size, font] = [mostOf(runs, (run) => run.size), mostOf(runs, (run) => run.font)];
  const { y } = runs.find((run) => run.size === size)!;
  const right = runs.reduce((end, run) => Math.max(end, run.x + run.width), 0);
  return { runs, text: textOf(runs), x: runs[0]!.x, right, y, size, font, page };
}

/** The value that most characters have. */
export function mostOf<Value>(runs: Run[], value: (run: Run) => Value): Value {
  const characters = new Map<Value, number>();
  for (const run of runs) characters.set(value(run), (characters.get(value(run)) ?? 0) + run.text.length);
  return [...characters].reduce((best, each) => (each[1] > best[1] ? each : best))[0];
}

const COMBINING: Record<string, string> = {
  ...{ '´': '\u0301', '¨': '\u0308', ˆ: '\u0302', '˜': '\u0303', '¯': '\u0304', '˘': '\u0306' },
  ...{ '˙': '\u0307', '˚': '\u030a', ˇ: '\u030c', '¸': '\u0327', '˝': '\u030b' },
};

/** How runs are shown where it is not by their text and the blanks between them. */
interface Shown {
  run?: (run: Run) => string;
  /** @param gap between two runs, in font sizes. */
  gap?: (gap: number) => string | undefined;
}

/** The text of runs side by side. */
export function textOf(runs: Run[], shown: Shown = {}): string {
  let text = '';
  let end = -Infinity;
  for (const run of runs) {
    const gap = (run.x - end) / run.size;
    const accent = COMBINING[run.text.trim()];
    // Drawn back over the letter before it.
    if (accent !== undefined && gap < -0.2 && /\p{L}$/u.test(text)) text += accent;
    else {
      const between = text === '' ? '' : (shown.gap?.(gap) ?? (gap > BLANK ? ' ' : ''));
      text += between + (shown.run?.(run) ?? run.text);
    }
    end = run.x + run.width;
  }
  return composed(text.replace(/\s+/g, ' ')).trim();
}

/** A text with its accents on its letters: TeX draws an accent first. */
export function composed(text: string): string {
  return text
    .replace(/([´¨ˆ˜¯˘˙˚ˇ¸˝]) ?(\p{L})/gu, (both, accent: string, letter: string) => {
      const one = (letter.replace('ı', 'i') + COMBINING[accent]!).normalize('NFC');
      return one.length === 1 ? one : both;
    })
    .normalize('NFC');
}

/**
 * Column by column; a line that reaches from one column into another is read between what is above and what is below it.
 */
function inReadingOrder(lines: Line[], width: number): Line[] {
  const gutters = guttersOf(lines, width);
  const columnAt = (x: number): number => gutters.filter((gutter) => gutter < x).length;
  const order: Line[] = [];
  let columns: Line[][] = [];
  const flush = (): void => {
    order.push(...columns.flat());
    columns = [];
  };
  for (const line of lines.sort((a, b) => a.y - b.y || a.x - b.x)) {
    const column = columnAt(line.x);
    if (columnAt(line.right) === column) (columns[column] ??= []).push(line);
    else {
      flush();
      order.push(line);
    }
  }
  flush();
  return order;
}

/** Parts of the page's width that are looked at for gutters. */
const BINS = 300;
/** Of the lines left or right of a gutter, no more than this share may cross it: titles, captions. */
const MAX_CROSSING = 0.4;

/** Where columns are divided: a narrow strip that few lines cross, with many lines on its left and on its right. */
function guttersOf(lines: Line[], width: number): number[] {
  const bin = (x: number): number => Math.min(BINS - 1, Math.max(0, Math.floor((x / width) * BINS)));
  const covered = new Array<number>(BINS).fill(0);
  for (const { x, right } of lines) for (let i = bin(x); i <= bin(right); i++) covered[i]!++;
  const most = (from: number, to: number): number => covered.slice(from, to).reduce((a, b) => Math.max(a, b), 0);
  const isGutter = covered.map((count, i) => {
    const [left, right] = [most(0, i), most(i + 1, BINS)];
    return Math.min(left, right) >= 5 && count < MAX_CROSSING * Math.min(left, right);
  });
  const gutters: number[] = [];
  for (let i = 0; i < BINS; i++) {
    if (!isGutter[i]) continue;
    const begin = i;
    while (isGutter[i + 1]) i++;
    // The least crossed place in the strip: ragged lines make it wider on its left.
    const least = Math.min(...covered.slice(begin, i + 1));
    const last = covered.lastIndexOf(least, i);
    gutters.push(((last + 0.5) / BINS) * width);
  }
  return gutters;
}

/** Lines below each other in one type: a paragraph, a title, a heading. */
export type Block = Line[];

/** Blocks that a line may still go on with, and lines before it that may part it from them. */
const NEAR = 40;

/**
 * Puts lines together to blocks.
 * @param lines from the top to the bottom. What stands beside a block, even between its lines, is none of it.
 * @param leading of the page.
 */
export function blocksOf(lines: Line[], leading: number): Block[] {
  const blocks: Block[] = [];
  const isParted = (above: Line, below: Line, i: number): boolean =>
    lines
      .slice(Math.max(0, i - NEAR), i)
      .some(
        (between) => between.y > above.y && between.y < below.y && overlap(between, above) && overlap(between, below),
      );
  for (const [i, line] of lines.entries()) {
    const begun = blocks.slice(-NEAR).findLast((block) => {
      const last = block.at(-1)!;
      return goesOn(last, line, leading) && !isParted(last, line, i);
    });
    if (begun) begun.push(line);
    else blocks.push([line]);
  }
  return blocks;
}

/** From one baseline to the next, in font sizes: of most texts at most. */
const LEADING = 1.5;
/** Fewer lines tell nothing of a page. */
const FEW_LINES = 4;

/**
 * From one baseline to the next in the type that most of a page's lines have, in font sizes: manuscripts are set with space
 * between their lines.
 */
export function leadingOf(lines: Line[]): number {
  if (lines.length === 0) return LEADING;
  const size = mostOf(
    lines.flatMap(({ runs }) => runs),
    (run) => run.size,
  );
  const gaps = lines.flatMap((line, i) => {
    const gap = i === 0 ? 0 : (line.y - lines[i - 1]!.y) / size;
    return line.size === size && gap > 0.8 && gap < 3 ? [gap] : [];
  });
  if (gaps.length < FEW_LINES) return LEADING;
  return Math.max(LEADING, gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)]!);
}

/** Whether a line is the next one of the text that the line above it is of, by its type and its place. */
export function goesOn(above: Line, below: Line, leading = LEADING): boolean {
  const gap = below.y - above.y;
  return isAlike(above, below) && gap > above.size * 0.5 && gap < above.size * leading * 1.2 && overlap(above, below);
}

/** Whether two lines are in type of one size. */
export const isAlike = (a: Line, b: Line): boolean => Math.abs(a.size - b.size) <= a.size * 0.04;

const overlap = (a: Line, b: Line): boolean => a.x < b.right && b.x < a.right;

/**
 * One text from lines below each other. A word divided at a line's end is joined, with or without its hyphen: as it stands
 * elsewhere in `known`; without it where it stands nowhere.
 */
export function joinLines(lines: string[], known: string): string {
  let joined = '';
  for (const line of lines) {
    // Linear: of 100 characters.
    const [, first = ''] = /([\p{L}\p{M}\d-]+)[-\u00ad\u2010]$/u.exec(joined.slice(-100)) ?? [];
    const [rest = ''] = /^[\p{L}\p{M}]+/u.exec(line) ?? [];
    if (first !== '' && /^\p{Ll}/u.test(rest) && !known.includes(`${first}-${rest}`))
      joined = joined.slice(0, -1) + line;
    else if (/\p{L}[-\u2010]$/u.test(joined.slice(-3)) && /^[\p{L}\d]/u.test(line)) joined += line;
    else joined += (joined === '' ? '' : ' ') + line;
  }
  return joined.replace(/\u00ad/g, '').trim();
}
