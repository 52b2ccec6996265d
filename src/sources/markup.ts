/**
 * Markup inside a text field: abstracts come as HTML or JATS fragments, well formed or not, and texts of every format hold
 * character references. Nothing here can fail: what is no tag and no reference is text.
 */
import { decodeHTMLStrict } from 'entities';
import { onOneLine, withSingleBlanks } from '../text.ts';

/**
 * The character a reference stands for in HTML, given what is between `&` and `;`: a name (`eacute`) or a number (`#233`,
 * `#xE9`), of which windows-1252's are taken for what was meant: nobody who writes `&#150;` means U+0096.
 * @returns undefined where it names no character a text can have.
 */
export function characterNamed(reference: string): string | undefined {
  const whole = `&${reference};`;
  const character = decodeHTMLStrict(whole);
  return character === whole || NO_TEXT.test(character) ? undefined : character;
}

/** What stands for a number that is no character, and control characters that no XML may hold. */
const NO_TEXT = /^(?:\uFFFD|(?![\t\n\r])\p{Cc})$/u;

/** A character reference, its inside captured. */
export const REFERENCE = /&(#\d{1,7}|#[xX][\da-fA-F]{1,6}|[A-Za-z][A-Za-z\d]{1,30});/g;

/** Tags between which a text begins a new line, by local name; HTML's and JATS's. */
const BLOCKS = new Set(
  (
    'p br hr div section article header footer h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table tr blockquote pre ' +
    'abstract trans-abstract sec title label list list-item def-item disp-formula disp-quote'
  ).split(' '),
);
/** Elements whose content is not for reading, or says again, in TeX, what stands beside it in MathML. */
const HIDDEN = new Set(['script', 'style', 'annotation', 'annotation-xml']);

// An attribute is what has an equals sign, so that "for p <q and r> s" stays. No quantifier can pass the next angle
// bracket: linear on any text.
const TAG =
  /<(\/?)(?:[\w.-]+:)?([a-z][\w.-]*)(?:\s[^<>=]*=[^<>]*|\s*\/?)>|<!--|-->|<!\[CDATA\[|\]\]>|<[!?][a-z][^<>]*>/gi;

/**
 * The text of an HTML or JATS fragment: tags and comments removed, character references resolved once, white space
 * collapsed; a paragraph, list item, heading or line break begins a new line.
 */
export function plainText(html: string): string {
  let shown = '';
  let hidden = ''; // Text since an element or comment that hides it began; shown after all if that never ends.
  let hiddenBy: string | undefined;
  let alternatives = 0;
  let end = 0;
  const text = (piece: string): void => {
    if (hiddenBy === undefined) shown += piece;
    else hidden += piece;
  };
  const hide = (by: string): void => {
    hiddenBy ??= by;
  };
  const reveal = (by: string): void => {
    if (hiddenBy !== by) return;
    hiddenBy = undefined;
    hidden = '';
  };
  for (const match of html.matchAll(TAG)) {
    text(onOneLine(html.slice(end, match.index)));
    end = match.index + match[0].length;
    if (match[0] === '<!--') hide('comment');
    else if (match[0] === '-->') reveal('comment');
    const name = match[2]?.toLowerCase();
    if (name === undefined) continue;
    const closes = match[1] === '/';
    if (name === 'alternatives') alternatives += closes ? -1 : 1;
    if (HIDDEN.has(name) || (name === 'tex-math' && alternatives > 0)) (closes ? reveal : hide)(name);
    else if (BLOCKS.has(name)) text('\n');
  }
  text(onOneLine(html.slice(end)));
  const read = (shown + hidden).replace(REFERENCE, (whole, reference: string) => characterNamed(reference) ?? whole);
  return withSingleBlanks(read)
    .replace(/ \n[ \n]*|\n[ \n]+/g, '\n')
    .trim();
}
