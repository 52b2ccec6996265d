/**
 * What does the word index see of a text? Its words, with what a keyboard, a language or a source may write otherwise made
 * one; and of scripts without spaces between words, pairs of signs.
 *
 * Each two signs that follow each other are a pair, so that nothing cuts a question otherwise than the text, as a dictionary
 * may (Nie, Gao, Zhang & Zhou, "On the Use of Words and N-grams for Chinese Information Retrieval", 2000,
 * doi:10.1145/355214.355235). scripts/README.md has what a segmenter in their place finds.
 */
import { withPlainLetters } from '../fold.ts';

/** Scripts that put no space between words, and that of Korean, whose words have endings and compounds without one. */
const SCRIPTS = ['Han', 'Hira', 'Kana', 'Hang', 'Bopo', 'Thai', 'Lao', 'Khmr', 'Mymr', 'Tibt'];
const SIGN = `(?=[\\p{L}\\p{Nl}])[ー${SCRIPTS.map((script) => `\\p{sc=${script}}`).join('')}]`;
const RUN = new RegExp(`(?:${SIGN})+`, 'gu');
const ONE = new RegExp(`^${SIGN}$`, 'u');
const RUN_OR_WORD = new RegExp(`((?:${SIGN})+)|(?:(?!${SIGN})[\\p{L}\\p{N}\\p{M}])+`, 'gu');

/** Marks that make another sign of one in Japanese are no accents. */
const ACCENT = /(?![\u3099\u309A])\p{M}/gu;
/** Signs that Unicode writes out as letters, which would then stick to the word before. */
const TRADE_MARK = /[™℠]/g;
const ASCII = /^[\0-\x7f]*$/;

/** Whether a term is one sign alone: who looks for it looks for every term that begins with it. */
export const isOneSign = (term: string): boolean => ONE.test(term);

/** The words of a text and the pairs of its runs of signs, with where each begins. */
export function* wordsAndPairs(text: string): Generator<{ word: string; at: number }> {
  for (const { 0: word, 1: run, index } of text.matchAll(RUN_OR_WORD)) {
    if (run === undefined) {
      yield { word, at: index };
      continue;
    }
    let at = index;
    for (const pair of pairsOf(Array.from(run))) {
      yield { word: pair, at };
      at += String.fromCodePoint(pair.codePointAt(0)!).length;
    }
  }
}

/** Whether a pair of signs may be what a word goes on with: its first sign is the word's last. */
export function goesOn(word: string, pair: string): boolean {
  const [first = '', second = '', ...others] = Array.from(pair);
  return others.length === 0 && isOneSign(first) && isOneSign(second) && word.endsWith(first);
}

/** The signs of a run by twos, each with the next; one alone as it is. */
const pairsOf = (signs: string[]): string[] =>
  signs.length === 1 ? signs : signs.slice(1).map((sign, i) => signs[i]! + sign);

/** A text as the index holds it. The last sign of a run begins no pair, and stands by itself for who looks for it alone. */
export const indexedText = (text: string): string =>
  unified(text, (signs) => (signs.length === 1 ? signs : [...pairsOf(signs), signs.at(-1)!]));

/** A word as it is looked for. */
export const askedWord = (word: string): string => unified(word, pairsOf);

/** A phrase in the language of full text search; empty where it has no word. What it ends with may go on in a text. */
export function askedPhrase(phrase: string): string {
  const words = indexedText(phrase).match(/[\p{L}\p{N}]+/gu) ?? [];
  const [last = '', before = ''] = words.slice(-2).reverse();
  if (last === '') return '';
  if (!isOneSign(last)) return `"${words.join(' ')}"`;
  const endsPair = before.length > last.length && before.endsWith(last);
  return endsPair ? `"${words.slice(0, -1).join(' ')}"` : `"${words.join(' ')}"*`;
}

function unified(text: string, partsOf: (signs: string[]) => string[]): string {
  if (ASCII.test(text)) return text;
  const bare = text.replace(TRADE_MARK, ' ').normalize('NFKD').replace(ACCENT, '').normalize('NFC').toLowerCase();
  return withPlainLetters(bare).replace(RUN, (run) => ` ${partsOf(Array.from(run)).join(' ')} `);
}
