/** Texts as such: their white space, their ends, what is shown of a long one. */

/** The text without those of the signs that it ends with. */
export function withoutTrailing(text: string, signs: string): string {
  let end = text.length;
  while (end > 0 && signs.includes(text[end - 1]!)) end--;
  return text.slice(0, end);
}

/**
 * The text with one blank for white space of any kind and length. Touches only what is otherwise, which in most texts is
 * little: to replace every blank of a text by a blank takes many times its memory.
 */
export const onOneLine = (text: string): string => collapsed(text, /[^\S ]\s*| \s+/g);
/** The same, but for its line ends, which stay. */
export const withSingleBlanks = (text: string): string => collapsed(text, /[^\S\n ][^\S\n]*| [^\S\n]+/g);

/** Characters looked at together: what is between spaces is in memory at once. */
const PIECE = 64 * 1024;

/** The text with blanks for matches of `spaces`, which are white space: by splitting, a third of the time of replacing. */
function collapsed(text: string, spaces: RegExp): string {
  if (text.length <= PIECE) return text.split(spaces).join(' ');
  const pieces: string[] = [];
  const other = /\S/g;
  for (let begin = 0; begin < text.length;) {
    other.lastIndex = begin + PIECE;
    const end = other.test(text) ? other.lastIndex - 1 : text.length;
    pieces.push(text.slice(begin, end).split(spaces).join(' '));
    begin = end;
  }
  return pieces.join('');
}

// NUL and the other control characters (newline and tab apart) carry no text and break terminals, JSON viewers and FTS.
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f\u0085]/g;
/** The form in which akin keeps texts: line ends of one kind, characters composed, no controls. */
export const normalText = (text: string): string =>
  text.replace(/\r\n?/g, '\n').replace(CONTROL, ' ').toWellFormed().normalize('NFC').trim();

/** The first `length` characters of a text on one line, with an ellipsis where it was cut. */
export function excerpt(text: string, length: number): string {
  const flat = onOneLine(normalText(text));
  return flat.length <= length ? flat : `${flat.slice(0, length - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** A number as people read it: "1,214". */
export const count = (n: number): string => n.toLocaleString('en');
