/**
 * About how many tokens does a language model read in a text? akin does not know which model reads, and tokenizers differ:
 * this is as many as those in use make of English, names and JSON, or up to a third more, and up to three times as many as of
 * other scripts. A test compares it with one of them.
 */

/** The beginning of a name, a piece of a word, digits by three, signs by two; anything that is no ASCII, letter by letter. */
const PIECE = /[A-Z][a-z]{0,2}|[a-z]{1,6}|\d{1,3}|[!-/:-@[-`{-~]{1,2}|\n+|\S/g;

/** Tokens of a text, estimated in a time that grows with its length. */
export function tokensIn(text: string): number {
  let tokens = 0;
  for (const _ of text.matchAll(PIECE)) tokens++;
  return tokens;
}
