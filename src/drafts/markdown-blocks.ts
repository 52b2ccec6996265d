/**
 * The headings and paragraphs of a text in Markdown, and what stands in their lines: read by markdown-it, with those of
 * Pandoc's blocks that drafts have and CommonMark has not. Its time grows with the text's length, whatever stands in it.
 */
import MarkdownIt, { type StateBlock, type StateInline, type Token } from 'markdown-it';

/** A heading or a paragraph; code, tables, formulas set off and comments are neither. */
export interface MarkdownBlock {
  /** 1 to 6; undefined for a paragraph. */
  level: number | undefined;
  /** Its lines as they were written, without what marks them as of a list, a quotation or a note. */
  source: string;
  /** The line it begins in, from 0. */
  line: number;
}

/** Quotations and lists in each other; what is nested deeper than any draft is left out. */
const MAX_NESTING = 20;
/** Lines in which the rule of a table stands that is drawn with dashes. */
const HEADER_LINES = 8;

const markdown = new MarkdownIt('default', { maxNesting: MAX_NESTING });
// Blocks are read first, and the text of each when it is asked for: so the pieces of only one are in memory.
markdown.core.ruler.disable(['inline', 'text_join']);
const INTERRUPTS = { alt: ['paragraph', 'reference', 'blockquote', 'list'] };
markdown.block.ruler.at('table', barredTable, { alt: ['paragraph', 'reference'] });
markdown.block.ruler.before('table', 'drawn_table', drawnTable);
markdown.block.ruler.before('fence', 'formula', setOff('$$', '$$', true), INTERRUPTS);
markdown.block.ruler.before('fence', 'comment', setOff('<!--', '-->', false), INTERRUPTS);
markdown.block.ruler.before('fence', 'division', division, INTERRUPTS);
markdown.block.ruler.before('reference', 'note', noteBelow, INTERRUPTS);
markdown.inline.ruler.after('image', 'note', noteWithin);

/** The blocks of a text, in their order. A formula between two lines of a paragraph does not divide it. */
export function* blocksOf(text: string): Generator<MarkdownBlock> {
  let open: MarkdownBlock | undefined;
  let end = -1; // Of the paragraph that is open.
  let goesOn = -1; // Where it goes on, if a paragraph begins there.
  let opening: Token | undefined;
  for (const token of markdown.parse(text, {})) {
    const [first, last] = token.map ?? [0, 0];
    if (token.type === 'heading_open' || token.type === 'paragraph_open') opening = token;
    else if (token.type === 'set_off' && (first === end || first === goesOn)) goesOn = last;
    else if (token.type === 'inline' && opening) {
      const level = opening.type === 'heading_open' ? Number(opening.tag.slice(1)) : undefined;
      opening = undefined;
      if (open && level === undefined && first === goesOn) open.source += `\n${token.content}`;
      else {
        if (open) yield open;
        open = { level, source: token.content, line: first };
      }
      [end, goesOn] = [level === undefined ? last : -1, -1];
    }
  }
  if (open) yield open;
}

/** The pieces of a block's text: what is emphasised, linked or code, one within the other. */
export function inlineOf(source: string): Token[] {
  const tokens: Token[] = [];
  markdown.inline.parse(source, markdown, {}, tokens);
  return tokens;
}

type BlockRule = (state: StateBlock, line: number, end: number, silent: boolean) => boolean;

const lineOf = (state: StateBlock, line: number): string =>
  state.src.slice(state.bMarks[line]! + state.tShift[line]!, state.eMarks[line]);

const isIndented = (state: StateBlock, line: number): boolean => state.sCount[line]! - state.blkIndent >= 4;

/** Lines from one that begins with a sign to one that holds another; a formula ends before a blank line, too. */
function setOff(begin: string, close: string, endsAtBlank: boolean): BlockRule {
  return (state, line, end, silent) => {
    const first = lineOf(state, line);
    if (!first.startsWith(begin) || isIndented(state, line)) return false;
    if (silent) return true;
    let next = line + 1;
    if (!first.includes(close, begin.length)) {
      while (next < end && !(endsAtBlank && state.isEmpty(next)) && !lineOf(state, next).includes(close)) next++;
      if (next < end && !state.isEmpty(next)) next++;
    }
    state.push('set_off', '', 0).map = [line, next];
    state.line = next;
    return true;
  };
}

/** A line that begins or ends a division of the text (`::: {#fig-plot}`, `:::`): what stands in it is read as ever. */
function division(state: StateBlock, line: number, _end: number, silent: boolean): boolean {
  if (!/^:{3,}(?![^\s:{.\w])/.test(lineOf(state, line)) || isIndented(state, line)) return false;
  if (!silent) state.line = line + 1;
  return true;
}

/** Pandoc's tables that are drawn with dashes: `---- ----` below the names of the columns, `+----+----+` around all. */
function drawnTable(state: StateBlock, line: number, end: number, silent: boolean): boolean {
  let isTable = false;
  for (let at = line; at < Math.min(end, line + HEADER_LINES) && !state.isEmpty(at); at++) {
    const text = lineOf(state, at).trimEnd();
    isTable ||= /^[-\s]*$/.test(text) && /--\s+--/.test(text);
    isTable ||= at === line && /^\+--[-=:+]*$/.test(text);
    if (isTable) break;
  }
  if (!isTable) return false;
  if (silent) return true;
  let next = line;
  while (next < end && !state.isEmpty(next)) next++;
  state.line = next;
  return true;
}

/**
 * Tables with bars between their cells, over a line of dashes. They are left out, so that what is in a cell is not looked at:
 * markdown-it's own rule makes some pieces of each of a hundred thousand cells, and keeps them.
 */
function barredTable(state: StateBlock, line: number, end: number, silent: boolean): boolean {
  if (line + 1 >= end || isIndented(state, line) || isIndented(state, line + 1)) return false;
  const [header, dashes] = [lineOf(state, line), lineOf(state, line + 1)];
  if (!header.includes('|') || state.sCount[line + 1]! < state.blkIndent || !/^[-:| \t]+$/.test(dashes)) return false;
  const columns = cellsOf(dashes);
  if (!columns.every((cell) => /^:?-+:?$/.test(cell)) || cellsOf(header).length !== columns.length) return false;
  if (silent) return true;
  const enders = state.md.block.ruler.getRules('blockquote');
  let next = line + 2;
  while (
    next < end &&
    !state.isEmpty(next) &&
    state.sCount[next]! >= state.blkIndent &&
    !enders.some((ends) => ends(state, next, end, true))
  )
    next++;
  state.line = next;
  return true;
}

/** The cells of a table's line; a bar at its beginning or end divides nothing, and one behind a backslash is a sign. */
function cellsOf(line: string): string[] {
  const cells = line
    .trim()
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());
  if (cells[0] === '') cells.shift();
  if (cells.at(-1) === '') cells.pop();
  return cells;
}

/** `[^1]: The text of a note.`, and what is indented below it: prose, at its place. */
function noteBelow(state: StateBlock, line: number, end: number, silent: boolean): boolean {
  const [mark] = /^\[\^[^\]\s]+\]:[ \t]*/.exec(lineOf(state, line)) ?? [];
  if (mark === undefined || isIndented(state, line)) return false;
  if (silent) return true;
  const { parentType, blkIndent } = state;
  const [begin, shift, indent] = [state.bMarks[line]!, state.tShift[line]!, state.sCount[line]!];
  state.bMarks[line] = begin + shift + mark.length;
  state.tShift[line] = 0;
  state.blkIndent = indent + 4;
  state.sCount[line] = state.blkIndent;
  state.parentType = 'note';
  state.level++;
  state.md.block.tokenize(state, line, end);
  state.level--;
  [state.parentType, state.blkIndent] = [parentType, blkIndent];
  [state.bMarks[line], state.tShift[line], state.sCount[line]] = [begin, shift, indent];
  return true;
}

/** `^[The text of a note.]`: a piece of its own, whose content is the text. */
function noteWithin(state: StateInline, silent: boolean): boolean {
  if (!state.src.startsWith('^[', state.pos)) return false;
  const end = state.md.helpers.parseLinkLabel(state, state.pos + 1);
  if (end < 0) return false;
  if (!silent) state.push('note', '', 0).content = state.src.slice(state.pos + 2, end);
  state.pos = end + 1;
  return true;
}
