/**
 * What the page shows of an abstract: a passage of it, and in that the words that it shares with the question.
 *
 * Words are compared by a stem simpler than the Porter stem that ranks papers, so a kinship far apart ("is", "being") is
 * not seen; what is marked is for the eye and decides nothing.
 */
import { wordsAndPairs } from '../library/signs.ts';
import { tellingWords } from '../library/words.ts';
import { onOneLine, withoutTrailing } from '../text.ts';

/** A piece of a text, and whether it is a word of the question. */
export interface Piece {
  text: string;
  marked: boolean;
}

/** The stems of the words that tell what a query is about. */
export function stemsOf(query: string): Set<string> {
  return new Set(tellingWords(query).map(({ word }) => stem(word)));
}

/** A text cut into pieces at the words whose stems are among `stems`. */
export function marked(text: string, stems: Set<string>): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const { word, at } of wordsAndPairs(text)) {
    if (!stems.has(stem(word))) continue;
    // Of pairs that overlap, the later one adds a sign.
    if (at < end) pieces.at(-1)!.text += text.slice(end, at + word.length);
    else pieces.push({ text: text.slice(end, at), marked: false }, { text: word, marked: true });
    end = at + word.length;
  }
  pieces.push({ text: text.slice(end), marked: false });
  return pieces.filter((piece) => piece.text !== '');
}

/** So many characters of a text are looked at for each that is shown: white space is shown as one blank. */
const LOOKED_AT = 10;

/**
 * About `length` characters of a text, on one line, from `start` on; from its beginning, where all of it has room.
 * Ellipses say where something was left out.
 */
export function passage(text: string, start: number, length: number): string {
  const most = length * LOOKED_AT;
  const whole = text.length <= most ? onOneLine(text).trim() : undefined;
  if (whole !== undefined && whole.length <= length) return whole;
  const rest = onOneLine(text.slice(start, start + most)).trim();
  const isAll = rest.length <= length && text.length <= start + most;
  const space = rest.lastIndexOf(' ', length);
  const end = space > length / 2 ? space : length; // Not every script has spaces.
  const shown = isAll ? rest : `${withoutTrailing(rest.slice(0, end), ' ,;:')}\u00a0…`;
  return start === 0 ? shown : `…\u00a0${shown}`;
}

/** Consonants, a vowel, a consonant: what a silent "e" follows in "gene" and "save". */
const SHORT = '^[^aeiou]*[aeiou][^aeiouwxy]';
const SHORT_INFLECTED = new RegExp(`(?<=${SHORT})(?:ed|ing)$`);
const LONG_WITH_E = new RegExp(`(?<!${SHORT})e$`);

/** Letters; what is longer is no English word, and these expressions are slow on it. */
const LONGEST_WORD = 40;

/** "Computers", "computing" and "computable" are "comput"; "maps" is "map", and so is "mapping"; "saving" is "save". */
function stem(word: string): string {
  if (word.length > LONGEST_WORD) return word;
  return word
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/(?<=.{2})(?:(?<=ss|sh|ch|x)es|(?<!s)s)$/, '')
    .replace(SHORT_INFLECTED, 'e')
    .replace(/(?<=[aeiouy].+)(?:(?<!e)ed|ing)$/, '') // Linear: of at most 40 letters.
    .replace(/([bdfgmnprt])\1$/, '$1')
    .replace(LONG_WITH_E, '')
    .replace(/(?<=.{5})(?:ational|ation|ion|er|or|abl|ity|al|ly|iv)$/, '')
    .replace(/(?<=.{2})y$/, 'i');
}
