/**
 * By what is a paper called among people? By the family names of its authors, and its year: "Vaswani et al. 2017". Which words
 * of a question do that for which paper: rules that every engine keeps, for whatever it looks them up in. Pure.
 */
import { lettersIn, plain, wordsIn } from '../fold.ts';
import {
  acronymsOf,
  foldedParts,
  guessedName,
  namesByText,
  unspacedNames,
  withoutUnspaced,
  type Name,
} from '../names.ts';
import { peopleOf, type Paper } from '../paper.ts';
import type { Called, SaidWord } from './library.ts';
import { isStopWord } from './words.ts';

/** Candidates that nothing but their names brought. */
export const NAMED_DEPTH = 50;
/** Words of a question that are looked up among names; who calls a paper by name needs fewer. */
const MOST_WORDS = 40;

/** The words of a person's name, folded. */
export interface Bearer {
  /** What papers are called by; all words of an institution's name, and its acronyms in capitals. */
  family: string[];
  /** Given names and particles. */
  given: string[];
}

/** Those by whose names a paper is called. What is not known of a name is guessed. */
export function bearersOf(paper: Paper): Bearer[] {
  const known = namesByText(paper.names ?? []);
  return peopleOf(paper).map((text) => {
    const name = known.get(text);
    const { words, family, given, whole } = foldedParts(name ?? guessedName(withoutUnspaced(text)));
    const isOf = family ? [...family, ...whole] : [...words, ...acronymsOf(text)];
    return { family: [...new Set([...isOf, ...besideParts(text, name)])], given };
  });
}

/** What may be a family name in scripts without blanks where nobody says so: "王" in "王小明" and in "Xiaoming Wang 王小明". */
function besideParts(text: string, name: Name | undefined): string[] {
  const isKnown = name !== undefined && 'family' in name && unspacedNames(name.family).length > 0;
  return isKnown ? [] : unspacedNames(text).map(asName);
}

const WORD = /[\p{L}\p{N}\p{M}]+(?:['’ʼ][\p{L}\p{N}\p{M}]+)*/gu;
const ET_AL = /(?<![\p{L}\p{N}\p{M}])(?:et\s+al|等人?|ら|他|등)(?![\p{L}\p{N}\p{M}])/giu;
/** The same behind a name without a blank. */
const AND_OTHERS = /(?:等人?|ら|他|등)$/u;
const ACRONYM = /^\p{Lu}{2,}$/u;
const YEAR = /^(1[5-9]\d\d|20\d\d|2100)[a-z]?$/;

/** The year that a word is, from 1500 to 2100: "2017", or "2017a" as in a list of references. */
export function yearSaid(word: string): number | undefined {
  const year = YEAR.exec(word)?.[1];
  return year === undefined ? undefined : Number(year);
}

/**
 * The first words of a text, each once, as names are compared and as they stand there ("o'brien" and not "o", "brien"). The
 * acronym of an institution stays in capitals, so that "WHO" is another word than "who". A citation key ("vaswani2017attention", "vaswani17") is the words that it is made of, and of a question of names alone the two
 * digits at its end ("Smith '12") are a year.
 * @param isName whether a word is anybody's family name: other stop words are left out.
 */
export function wordsSaid(text: string, isName: (word: string) => boolean): { word: string; typed: string }[] {
  const words = new Map<string, string>();
  for (const [written] of text.normalize('NFC').replace(ET_AL, ' ').matchAll(WORD)) {
    for (const typed of partsOfKey(written.toLowerCase(), isName)) {
      const word = ACRONYM.test(written) && isName(written) ? written : spelledAsName(typed, isName);
      if (word !== '' && !words.has(word)) words.set(word, typed);
    }
    if (words.size >= MOST_WORDS) break;
  }
  const said = Array.from(words, ([word, typed]) => ({ word, typed }));
  inCapitals(said, isName);
  const [last, ...others] = said.toReversed();
  const isOfNames = others.length > 0 && others.every(({ word }) => isName(word) || isStopWord(word));
  if (last && isOfNames && /^\d\d$/.test(last.word) && others.some(({ word }) => isName(word))) {
    const year = yearOfDigits(last.word);
    said.splice(-1, 1, { word: year, typed: year });
  }
  return said.filter(({ word }) => !isStopWord(word) || isName(word));
}

/** Of an acronym and a year, and nothing else, the acronym may be typed in lower case. */
function inCapitals(said: { word: string; typed: string }[], isName: (word: string) => boolean): void {
  const [one, ...others] = said.filter(({ word }) => yearSaid(word) === undefined);
  if (one === undefined || others.length > 0 || said.length !== 2) return;
  const capitals = one.typed.toUpperCase();
  if ((isStopWord(one.word) || !isName(one.word)) && isName(capitals)) one.word = capitals;
}

/** A word as names are compared. */
const asName = (typed: string): string => lettersIn(plain(typed.replace(/['’ʼ]s$/, '')));

/** Written before a family name without a blank, in keys. */
const PARTICLES = /^(?:van(?:der|den|de)?|von(?:der)?|de(?:la|l)?|di|da|du|le|la)(?=\p{L}{3})/u;
/** The least letters of a word that may hold an umlaut written as two letters, as "does" and "blue" don't. */
const LEAST_UMLAUT = 5;

/**
 * A word as it is anybody's family name: "mueller" for "müller", the reverse, "maaten" for "vandermaaten", "王" for "王等" (and
 * others); else as it is.
 */
function spelledAsName(typed: string, isName: (word: string) => boolean): string {
  const word = asName(typed);
  if (isStopWord(word) || isName(word)) return word;
  const first = asName(typed.replace(AND_OTHERS, ''));
  if (first !== word && isName(first)) return first;
  if (word.length < LEAST_UMLAUT) return word;
  const spelled = [asName(withoutUmlauts(typed)), withoutE(word), word.replace(PARTICLES, '')];
  return spelled.find((each) => each !== word && isName(each)) ?? word;
}

const UMLAUTS: Record<string, string> = { ä: 'ae', ö: 'oe', ü: 'ue' };
const withoutUmlauts = (typed: string): string => typed.replace(/[äöü]/g, (letter) => UMLAUTS[letter]!);
/** "Mueller" without what stands for the dots of an umlaut. */
const withoutE = (word: string): string => word.replace(/([aou])e/g, '$1');

/** Linear: family name, year, and the rest of a citation key. */
const KEY = /^([\p{L}\p{M}]{2,40}|\p{sc=Han}|\p{sc=Hang})(\d{4}|\d{2})([\p{L}\p{M}]{0,40})$/u;

/** The words that a citation key is made of, if its beginning is anybody's family name: "vaswani", "2017", "attention". */
function partsOfKey(typed: string, isName: (word: string) => boolean): string[] {
  const [, family, digits, rest = ''] = KEY.exec(typed) ?? [];
  if (family === undefined || digits === undefined || !isName(spelledAsName(family, isName))) return [typed];
  const year = digits.length === 2 ? yearOfDigits(digits) : digits;
  if (yearSaid(year) === undefined) return [typed];
  // A single letter tells two papers of a year apart.
  return [family, year, ...(rest.length > 1 ? [rest] : [])];
}

/** The year that two digits are short for: none is in the future. */
function yearOfDigits(digits: string): string {
  const now = new Date().getFullYear();
  const year = Math.floor(now / 100) * 100 + Number(digits);
  return String(year > now + 1 ? year - 100 : year);
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
  const isNear = (word: string) => year !== null && Math.abs((yearSaid(word) ?? Infinity) - year) === 1;
  if (isFamily.size === 0 && years.length === 0) return undefined;
  const inVenue = new Set(venue === null ? [] : wordsIn(plain(venue)));
  return {
    family: words.filter((word) => isFamily.has(word)),
    given: words.filter((word) => isGiven.has(word) && !isFamily.has(word)),
    venue: words.filter((word) => inVenue.has(word)),
    year: years,
    nearYear: isFamily.size > 0 && years.length === 0 ? words.filter(isNear) : [],
  };
}

/**
 * Whether a word is a given name: itself or its initial. In a question of names it may also be what an initial stands for,
 * where it is before the family name.
 */
function isMeant({ word, texts }: SaidWord, name: string, isBefore: boolean): boolean {
  if (word.length === 1) return name.startsWith(word);
  if (word.length >= LEAST_UMLAUT && withoutE(word) === withoutE(name)) return true;
  return word === name || (isBefore && name.length === 1 && texts === 0 && word.startsWith(name));
}

/** How good a candidate a paper is that nothing but its names brought; higher is better, 0: none. */
export function namedScore(called: Omit<Called, 'text'> | undefined): number {
  if (called === undefined || called.family.length === 0) return 0;
  const byYear = called.year.length > 0 ? 1 : called.nearYear.length > 0 ? 0.5 : 0;
  return 2 * (called.family.length + called.given.length) + byYear;
}
