/** From what a person typed to the words that are looked for: those that tell papers apart, and how often each was said. */
import { wordsAndPairs } from './signs.ts';

/**
 * Words so common in English that they tell papers apart no better than chance, and whose posting lists are the whole
 * library: closed-class words only (articles, pronouns, prepositions, auxiliaries), never a technical term.
 */
const STOP_WORDS = new Set(
  (
    'a about after all also am an and any are as at be because been before being between both but by can could did do ' +
    'does doing during each few for from further had has have having he her here hers him his how i if in into is it its ' +
    'may me might more most must my no nor not of on once only or other our out over own same shall she should so some ' +
    'such than that the their them then there these they this those through to too under until up upon us very was we ' +
    'were what when where which while who whom whose why will with would you your'
  ).split(' '),
);

export const isStopWord = (word: string): boolean => STOP_WORDS.has(word);

/** A whole abstract has fewer distinct words. */
const MAX_WORDS = 256;

export interface QueryWord {
  /** In lower case, as it was typed; of a script without spaces two signs. */
  word: string;
  /** How often it was said, at least 1. */
  count: number;
}

/** The words of a query that tell papers apart, first said first; of a query of stop words only, all of them. */
export function tellingWords(query: string): QueryWord[] {
  const counts = new Map<string, number>();
  for (const { word } of wordsAndPairs(query.normalize('NFKC').toLowerCase())) {
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const words = [...counts].map(([word, count]) => ({ word, count }));
  const telling = words.filter(({ word }) => !isStopWord(word));
  return (telling.length > 0 ? telling : words).slice(0, MAX_WORDS);
}
