/** What a BibTeX value says as text, and where its braces allow it to be cut. */
import { onOneLine } from '../text.ts';
import { latexToText } from './latex.ts';
import { plainText } from './markup.ts';

/** The text of a field on one line. */
export function plain(value: string): string;
export function plain(value: string | undefined): string | undefined;
export function plain(value: string | undefined): string | undefined {
  return value === undefined ? undefined : onOneLine(cleaned(value)).trim();
}

/** LaTeX resolved, then the HTML or JATS that publishers leave in titles and abstracts. */
export function cleaned(value: string): string {
  const text = latexToText(value);
  return /[<&]/.test(text) ? plainText(text) : text;
}

/** The pieces of a text between matches of `separator` (global) that stand in no braces. */
export function splitOutsideBraces(text: string, separator: RegExp): string[] {
  const pieces: string[] = [];
  let begin = 0;
  let depth = 0;
  // Linear: separators are a word between blanks, or a sign.
  for (const { 0: token, index } of text.matchAll(new RegExp(`[{}]|${separator.source}`, separator.flags))) {
    if (token === '{') depth++;
    else if (token === '}') depth -= depth > 0 ? 1 : 0;
    else if (depth === 0) {
      pieces.push(text.slice(begin, index));
      begin = index + token.length;
    }
  }
  return [...pieces, text.slice(begin)];
}
