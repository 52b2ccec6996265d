/** Why is a paper there? In words that a person understands, the same at every door. */
import type { Hit } from './answer.ts';

const RULES = new Intl.PluralRules('en', { type: 'ordinal' });
const ENDINGS: Record<string, string> = { one: 'st', two: 'nd', few: 'rd', other: 'th' };

/** "2nd". @param place 1 for the first. */
export const ordinal = (place: number): string => `${place}${ENDINGS[RULES.select(place)]}`;

/** What found a paper: "nearest in meaning", "2nd best by its words", "by name (vaswani 2017)". */
export function reasonsOf({ ranks: { dense, lexical }, names }: Pick<Hit, 'ranks' | 'names'>): string[] {
  const superlative = (word: string, place: number): string => (place === 1 ? word : `${ordinal(place)} ${word}`);
  return [
    ...(dense === null ? [] : [`${superlative('nearest', dense)} in meaning`]),
    ...(lexical === null ? [] : [`${superlative('best', lexical)} by its words`]),
    ...(names.length === 0 ? [] : [`by name (${names.join(' ')})`]),
  ];
}
