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
  const size = Math.max(main(left).size, main(right).size);
  const gap = after.x - (before.x + before.width);
  return Math.abs(main(left).y - main(right).y) < SAME_LINE * size && gap < COLUMN_GAP * size && gap > -size;
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

/** The text of runs side by side. */
export function textOf(runs: Run[]): string {
  let text = '';
  let end = -Infinity;
  for (const run of runs) {
    const blank = text !== '' && run.x - end > BLANK * run.size;
    text += (blank ? ' ' : '') + run.text;
    end = run.x + run.width;
  }
  return text
    .replace(/\s+/g, ' ')
    .replace(/([´¨ˆ˜¯˘˙˚ˇ¸˝]) ?(\p{L})/gu, (both, accent: string, letter: string) => {
      const composed = (letter.replace('ı', 'i') + COMBINING[accent]!).normalize('NFC'); // TeX draws an accent first.
      return composed.length === 1 ? composed : both;
    })
    .normalize('NFC')
    .trim();
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
