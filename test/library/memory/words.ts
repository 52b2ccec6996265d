/** Which papers hold the words of a question, and how well? By reading every paper. */
import { stemmer } from 'stemmer';
import type { Correction, FoundWord, Key, Match, WordScoring } from '../../../src/library/library.ts';
import { plain } from '../../../src/fold.ts';
import { bearersOf } from '../../../src/library/called.ts';
import { correction, MOST_TYPED, Vocabulary } from '../../../src/library/vocabulary.ts';
import { askedWord, indexedText, isOneSign } from '../../../src/library/signs.ts';
import { tellingWords } from '../../../src/library/words.ts';
import type { Paper } from '../../../src/paper.ts';

const TERM = /[\p{L}\p{N}\p{Co}][\p{L}\p{N}\p{Co}\u0300-\u0331]*/gu;

/**
 * The terms of a text: words without case and without the accents of Latin letters, as their Porter stems. The same as
 * SQLite's `porter unicode61 remove_diacritics 2` makes of every word of 290,000 titles and abstracts (195,792 words).
 */
export const termsOf = (text: string): string[] => stemsIn(indexedText(text));

/** The terms that a word of a question is looked for by. */
export const termsAsked = (word: string): string[] => stemsIn(askedWord(word));

const stemsIn = (text: string): string[] =>
  Array.from(text.normalize('NFC').matchAll(TERM), ([word]) => stemOf(Array.from(word, folded).join('')));

/** Those of a text's terms that are the one asked for: for one sign alone, all that begin with it. */
export const termsMeant = (terms: string[], asked: string): string[] =>
  terms.filter((term) => (isOneSign(asked) ? term.startsWith(asked) : term === asked));

function folded(letter: string): string {
  if (/[\u0300-\u0331]/.test(letter)) return '';
  if (/\p{Script=Latin}/u.test(letter)) return Array.from(letter.toLowerCase().normalize('NFD'))[0]!;
  const small = letter.toUpperCase().toLowerCase(); // Of the letters that have two small forms, such as sigma, one.
  return small.length === letter.length ? small : letter.toLowerCase();
}

/** What is shorter or longer than an English word has no stem. */
function stemOf(word: string): string {
  const bytes = Buffer.byteLength(word);
  return bytes < 3 || bytes >= 64 ? word : stemmer(word);
}

/** Constants of BM25 (Robertson & Zaragoza, 2009, doi:10.1561/1500000019) for each way of ranking. */
const BM25: Record<WordScoring, { k1: number; b: number }> = {
  alone: { k1: 1.2, b: 0.75 },
  fused: { k1: 0.9, b: 0.4 },
};
/** How soon a word that is said more often in a question stops counting more. */
const K3 = 2;
const LEAST_IDF = 1e-6;

interface Term {
  term: string;
  /** The word of the question that it is of, or the first of several. */
  word: string;
  said: number;
  isCorrected: boolean;
}

/** The words of one question, and what a library's papers hold of them. */
export class WordsAsked {
  /** Whether there are any. */
  readonly isOfWords: boolean;
  readonly corrections: Correction[];
  readonly #terms = new Map<string, Term>();
  /** The terms of each paper, title and abstract together. */
  readonly #texts = new Map<Key, string[]>();
  /** Terms in a paper, on average. */
  readonly #mean: number;

  constructor(text: string, papers: ReadonlyMap<Key, Paper>) {
    const names = new Set([...papers.values()].flatMap((paper) => bearersOf(paper).flatMap(({ family }) => family)));
    const isName = (word: string) => names.has(plain(word)) || names.has(word.toUpperCase());
    for (const [key, { title, abstract }] of papers) {
      this.#texts.set(key, [...termsOf(title), ...termsOf(abstract)]);
    }
    const held = new Map<string, number>();
    for (const term of [...this.#texts.values()].flatMap((terms) => [...new Set(terms)])) {
      held.set(term, (held.get(term) ?? 0) + 1);
    }
    this.#mean = [...this.#texts.values()].flat().length / this.#texts.size;
    const asked = tellingWords(text);
    this.isOfWords = asked.length > 0;
    const vocabulary = new Vocabulary([...held]);
    for (const { word, count } of asked) {
      const own = termsAsked(word);
      for (const term of own) {
        const isUnknown = asked.length <= MOST_TYPED && own.length === 1 && this.#holders(term) === 0 && !isName(word);
        const meant = isUnknown ? correction({ word, term }, vocabulary) : undefined;
        const known = this.#terms.get(meant ?? term) ?? { word, said: 0, isCorrected: meant !== undefined };
        this.#terms.set(meant ?? term, { ...known, term: meant ?? term, said: known.said + count });
      }
    }
    this.corrections = [...this.#terms.values()].flatMap(({ word, term, isCorrected }) =>
      isCorrected ? [{ word, term }] : [],
    );
  }

  match(key: Key, scoring: WordScoring): Match {
    const rarity = (term: string) => Math.log(1 + this.#odds(term));
    const held = [...this.#terms.values()].filter(({ term }) => this.#countIn(key, term) > 0);
    const all = [...this.#terms.values()].reduce((sum, { term }) => sum + rarity(term), 0);
    return {
      score: held.reduce((sum, term) => sum + this.#score(key, term, scoring), 0),
      words: held.length,
      coverage: held.reduce((sum, { term }) => sum + rarity(term) / all, 0),
    };
  }

  /** The words that a paper holds, in the order in which they were said. */
  found(key: Key, scoring: WordScoring): FoundWord[] {
    return [...this.#terms.values()]
      .filter(({ term }) => this.#countIn(key, term) > 0)
      .map((term) => ({ word: term.word, score: this.#score(key, term, scoring) }));
  }

  #score(key: Key, { term, said }: Term, scoring: WordScoring): number {
    const { k1, b } = BM25[scoring];
    const count = this.#countIn(key, term);
    const idf = Math.max(LEAST_IDF, Math.log(this.#odds(term)));
    const saturated = (count * (k1 + 1)) / (count + k1 * (1 - b + (b * this.#texts.get(key)!.length) / this.#mean));
    return idf * (((K3 + 1) * said) / (K3 + said)) * saturated;
  }

  #countIn(key: Key, term: string): number {
    return termsMeant(this.#texts.get(key)!, term).length;
  }

  /** How many papers hold a term. */
  #holders(term: string): number {
    return [...this.#texts.keys()].filter((key) => this.#countIn(key, term) > 0).length;
  }

  /** Of a paper's not holding a term. */
  #odds(term: string): number {
    const holders = this.#holders(term);
    return (this.#texts.size - holders + 0.5) / (holders + 0.5);
  }
}
