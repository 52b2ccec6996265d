/** Why is a paper there? In words that a person understands, the same at every door. */
import { namedIdentifier } from '../identifiers.ts';
import { count } from '../text.ts';
import type { Hit, SearchAnswer } from './answer.ts';
import type { Closeness } from './closeness.ts';

const RULES = new Intl.PluralRules('en', { type: 'ordinal' });
const ENDINGS: Record<string, string> = { one: 'st', two: 'nd', few: 'rd', other: 'th' };

/** "2nd". @param place 1 for the first. */
export const ordinal = (place: number): string => `${place}${ENDINGS[RULES.select(place)]}`;

const SAID: Record<Closeness, string> = {
  identifier: 'named by its identifier',
  title: 'its title',
  name: 'called by name',
  'very-close': 'very close',
  close: 'close',
  related: 'related',
  weak: 'weak',
};
const STEPS: Partial<Record<Closeness, number>> = { close: 3, related: 2, weak: 1 };
/** Steps of a bar that shows how close a paper is. */
export const MOST_STEPS = 4;

/** How close a paper is: in words, and as steps of a bar, from 1 to 4. */
export function closenessIn(closeness: Closeness): { said: string; steps: number } {
  return { said: SAID[closeness], steps: STEPS[closeness] ?? MOST_STEPS };
}

const MEANS: Partial<Record<Closeness, string>> = {
  'very-close': 'means nearly the same',
  close: 'means much the same',
  related: 'means something related',
};
/** Words of the question that are named. */
const WORDS_NAMED = 3;

/** Why a paper is there, in a few words: "means nearly the same; shares “knee”, “fluoroscopy”". Empty where nothing ranked it. */
export function reasonIn({ closeness, similarity, ranks, names, explanation }: Hit): string {
  const best = explanation?.words.toSorted((a, b) => b.score - a.score).slice(0, WORDS_NAMED);
  const shared = best?.map(({ word }) => `“${word}”`).join(', ');
  const words = shared === undefined ? 'words of the question' : shared;
  const byMeaning = ranks.dense === null ? 'not near in meaning' : closeness && MEANS[closeness];
  const means = closeness && (similarity === null ? 'not embedded yet' : byMeaning);
  return [
    ...(means ? [means] : []),
    ...(ranks.lexical === null || words === '' ? [] : [`shares ${words}`]),
    ...(names.length === 0 ? [] : [`by name (${names.join(' ')})`]),
  ].join('; ');
}

/** What found a paper: "nearest in meaning", "2nd best by its words", "by name (vaswani 2017)". */
export function reasonsOf({ ranks: { dense, lexical }, names }: Pick<Hit, 'ranks' | 'names'>): string[] {
  const superlative = (word: string, place: number): string => (place === 1 ? word : `${ordinal(place)} ${word}`);
  return [
    ...(dense === null ? [] : [`${superlative('nearest', dense)} in meaning`]),
    ...(lexical === null ? [] : [`${superlative('best', lexical)} by its words`]),
    ...(names.length === 0 ? [] : [`by name (${names.join(' ')})`]),
  ];
}

/** What a question wants and no paper has, told apart: the identifier that it is, or conditions that were not kept to. */
export function missingIn({ dropped }: Pick<SearchAnswer, 'dropped'>): { identifier: string; conditions: string } {
  const [identifiers, conditions] = [true, false].map((isOne) =>
    dropped.filter((each) => (namedIdentifier(each) !== null) === isOne),
  );
  return { identifier: identifiers!.join(' '), conditions: conditions!.join(' ') };
}

/** Which condition is to blame where all together leave nothing: "12 papers without year:2019". Empty where none is by itself. */
export const blameIn = ({ blamed = [] }: Pick<SearchAnswer, 'blamed'>): string =>
  blamed
    .map(({ condition, papers }) => `${count(papers)} ${papers === 1 ? 'paper' : 'papers'} without ${condition}`)
    .join(', ');
