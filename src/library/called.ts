/**
 * By what is a paper called among people? By the family names of its authors, and its year: "Vaswani et al. 2017". Which words
 * of a question do that for which paper: rules that every engine keeps, for whatever it looks them up in. Pure.
 */
import { lettersIn, plain, wordsIn } from '../fold.ts';
import { foldedParts, guessedName, namesByText } from '../names.ts';
import { peopleOf, type Paper } from '../paper.ts';
import type { Called, SaidWord } from './library.ts';
import { isStopWord } from './words.ts';

/** Candidates that nothing but their names brought. */
export const NAMED_DEPTH = 50;
/** Words of a question that are looked up among names; who calls a paper by name needs fewer. */
const MOST_WORDS = 40;

/** The words of a person's name, folded. */
export interface Bearer {
  /** What papers are called by; all words of an institution's name. */
  family: string[];
  /** Given names and particles. */
  given: string[];
}

/** Those by whose names a paper is called. What is not known of a name is guessed. */
export function bearersOf(paper: Paper): Bearer[] {
  const known = namesByText(paper.names ?? []);
  return peopleOf(paper).map((text) => {
    const { words, family, given, whole } = foldedParts(known.get(text) ?? guessedName(text));
    return { family: [...new Set(family ? [...family, ...whole] : words)], given };
  });
}

const WORD = /[\p{L}\p{N}\p{M}]+(?:['’ʼ][\p{L}\p{N}\p{M}]+)*/gu;
const ET_AL = /(?<![\p{L}\p{N}\p{M}])et\s+al(?![\p{L}\p{N}\p{M}])/gu;
const YEAR = /^(1[5-9]\d\d|20\d\d|2100)[a-z]?$/;

/** The year that a word is, from 1500 to 2100: "2017", or "2017a" as in a list of references. */
export function yearSaid(word: string): number | undefined {
  const year = YEAR.exec(word)?.[1];
  return year === undefined ? undefined : Number(year);
}

/**
 * The first words of a text, each once, as names are compared and as they stand there ("o'brien" and not "o", "brien").
 * @param isName whether a word is anybody's family name: other stop words are left out.
 */
export function wordsSaid(text: string, isName: (word: string) => boolean): { word: string; typed: string }[] {
  const words = new Map<string, string>();
  for (const [typed] of text.normalize('NFC').toLowerCase().replace(ET_AL, ' ').matchAll(WORD)) {
    const word = lettersIn(plain(typed.replace(/['’ʼ]s$/, '')));
    if (word !== '' && !words.has(word)) words.set(word, typed);
    if (words.size === MOST_WORDS) break;
  }
  return Array.from(words, ([word, typed]) => ({ word, typed })).filter(
    ({ word }) => !isStopWord(word) || isName(word),
  );
}

/**
 * What a paper is called by, of the words that were said.
 * @param bearers those of its people whose family names were said; others do no harm.
 * @returns undefined where neither a family name nor the year was said: nothing else calls a paper by itself.
 */
export function calledBy(
  said: readonly SaidWord[],
  { bearers, year, venue }: { bearers: readonly Bearer[]; year: number | null; venue: string | null },
): Omit<Called, 'text'> | undefined {
  const isFamily = new Set<string>();
  const isGiven = new Set<string>();
  for (const { family, given } of bearers) {
    const own = said.filter(({ word }) => family.includes(word));
    for (const { word } of own) isFamily.add(word);
    if (own.length === 0 || given.length === 0) continue;
    const isOfNames = said.every((each) => each.texts === 0 || own.includes(each) || yearSaid(each.word) !== undefined);
    said.forEach((each, i) => {
      const next = said[i + 1];
      const isBefore = isOfNames && next !== undefined && (own.includes(next) || next.word.length === 1);
      if (!own.includes(each) && given.some((name) => isMeant(each, name, isBefore))) isGiven.add(each.word);
    });
  }
  const words = said.map(({ word }) => word);
  const years = words.filter((word) => year !== null && yearSaid(word) === year);
  if (isFamily.size === 0 && years.length === 0) return undefined;
  const inVenue = new Set(venue === null ? [] : wordsIn(plain(venue)));
  return {
    family: words.filter((word) => isFamily.has(word)),
    given: words.filter((word) => isGiven.has(word) && !isFamily.has(word)),
    venue: words.filter((word) => inVenue.has(word)),
    year: years,
  };
}

/**
 * Whether a word is a given name: itself or its initial. In a question of names it may also be what an initial stands for,
 * where it is before the family name.
 */
function isMeant({ word, texts }: SaidWord, name: string, isBefore: boolean): boolean {
  if (word.length === 1) return name.startsWith(word);
  return word === name || (isBefore && name.length === 1 && texts === 0 && word.startsWith(name));
}

/** How good a candidate a paper is that nothing but its names brought; higher is better, 0: none. */
export function namedScore(called: Omit<Called, 'text'> | undefined): number {
  if (called === undefined || called.family.length === 0) return 0;
  return 2 * (called.family.length + called.given.length) + Math.min(1, called.year.length);
}
