/** Which word was meant? The nearest term of the library to a word that none of its papers holds. */

/** Shorter stems have too many neighbours that are words themselves. */
const SHORTEST = 5;
/** Letters that an ending has at least: "lerning" is long enough, though its stem has four; "herbs" is not. */
const ENDING = 2;
/** From this length on, two slips are forgiven. */
const TWO_SLIPS = 8;
/**
 * How unlikely each slip is, of those who meant one word and typed another: a letter doubled or not, too few, two that
 * changed places, a vowel for a vowel, too many, any other for another. And how much rarer, in powers of e, a term may be
 * that needs a slip of cost 1 less. Chosen on an eighth of the single-word misspellings that codespell lists, and tried on
 * another: of 5,578 the right term was found for 72%, against 70% with every slip alike. Two slips from seven letters on
 * would find 74%, and take more of the words that a library really lacks for others that it holds.
 */
const COSTS = { doubled: 0.4, missing: 0.8, swapped: 0.7, vowel: 0.7, extra: 1.1, other: 1.4 };
const RARER = 6;
/** Different words of a query that may still have been typed; what has more was written before, and stands as its authors mean it. */
export const MOST_TYPED = 12;
/** How many of the most frequent terms are worth reading ahead. */
const FREQUENT = 1000;

/** A term, the papers that hold it and the set of its letters. */
interface KnownTerm {
  term: string;
  papers: number;
  letters: number;
}

/** Every term of a library. */
export class Vocabulary {
  /** The most frequent terms, most frequent first. */
  readonly frequent: string[];
  /** By first letter and length. */
  readonly #terms = new Map<string, KnownTerm[]>();
  readonly #added = new Set<string>();

  /** @param terms each term with the number of papers that hold it. */
  constructor(terms: [string, number][]) {
    this.frequent = terms
      .toSorted(([, a], [, b]) => b - a)
      .slice(0, FREQUENT)
      .map(([term]) => term);
    for (const [term, papers] of terms) this.#put(term, papers);
  }

  /** Takes in a term of a new text, which may be known. */
  add(term: string): void {
    if (this.#added.has(term)) return;
    this.#added.add(term);
    this.#put(term, 1);
  }

  /** The terms of a length that begin with a letter. */
  beginning(letter: string, length: number): readonly KnownTerm[] {
    return this.#terms.get(letter + length) ?? [];
  }

  #put(term: string, papers: number): void {
    const key = term[0]! + term.length;
    const alike = this.#terms.get(key);
    const each = { term, papers, letters: lettersOf(term) };
    if (alike) alike.push(each);
    else this.#terms.set(key, [each]);
  }
}

/**
 * The term a misspelt one was meant to be: at most one slip away (two from eight letters on), the likeliest by its slips
 * and the papers that hold it, then by alphabet: a noisy channel (Kernighan, Church & Gale, 1990, doi:10.3115/997939.997975).
 * The first letter must be right: fingers seldom slip on it. A slip is a letter too many, too few, another one, or two
 * that changed places (optimal string alignment: Damerau, 1964, doi:10.1145/363958.363994).
 * @param word as it was typed; it tells by its length how much of it may be meant otherwise, and may be longer than its term.
 * @param papersWith how many papers hold a term by now, where that may not be what the vocabulary says.
 * @returns undefined when there is none, and for words with a digit: "llama3" is no slip for "llama2".
 */
export function correction(
  { word, term }: { word: string; term: string },
  vocabulary: Vocabulary,
  papersWith?: (term: string) => number,
): string | undefined {
  if (Math.max(term.length, word.length - ENDING) < SHORTEST || /\p{N}/u.test(term)) return undefined;
  const slips = term.length >= TWO_SLIPS ? 2 : 1;
  const letters = lettersOf(term);
  let meant: { term: string; likelihood: number } | undefined;
  for (let length = term.length - slips; length <= term.length + slips; length++) {
    for (const each of vocabulary.beginning(term[0]!, length)) {
      // Each slip changes at most two letters of the set; most terms differ in more.
      if (bits(letters ^ each.letters) > 2 * slips) continue;
      if (slipsBetween(term, each.term, slips) > slips) continue;
      const papers = papersWith ? papersWith(each.term) : each.papers;
      if (papers === 0) continue;
      const likelihood = Math.log(papers) - RARER * costOf(term, each.term);
      const better =
        !meant || likelihood > meant.likelihood || (likelihood === meant.likelihood && each.term < meant.term);
      if (better) meant = { term: each.term, likelihood };
    }
  }
  return meant?.term;
}

/** What the likeliest slips cost that make one word of another (see `COSTS`). */
function costOf(typed: string, meant: string): number {
  const costs: number[][] = [];
  const isDouble = (word: string, at: number) => word[at] === word[at - 1];
  for (let i = 0; i <= typed.length; i++) {
    costs.push([]);
    for (let j = 0; j <= meant.length; j++) {
      const [a, b] = [typed[i - 1], meant[j - 1]];
      const ways = i === 0 && j === 0 ? [0] : [];
      if (i > 0) ways.push(costs[i - 1]![j]! + (isDouble(typed, i - 1) ? COSTS.doubled : COSTS.extra));
      if (j > 0) ways.push(costs[i]![j - 1]! + (isDouble(meant, j - 1) ? COSTS.doubled : COSTS.missing));
      if (i > 0 && j > 0)
        ways.push(costs[i - 1]![j - 1]! + (a === b ? 0 : areVowels(a!, b!) ? COSTS.vowel : COSTS.other));
      if (i > 1 && j > 1 && a === meant[j - 2] && b === typed[i - 2]) ways.push(costs[i - 2]![j - 2]! + COSTS.swapped);
      costs[i]!.push(Math.min(...ways));
    }
  }
  return costs[typed.length]![meant.length]!;
}

function areVowels(...letters: string[]): boolean {
  return letters.every((letter) => 'aeiouy'.includes(letter));
}

/** The set of a word's letters, 32 sorts of them. */
function lettersOf(word: string): number {
  let set = 0;
  for (let i = 0; i < word.length; i++) set |= 1 << (word.charCodeAt(i) & 31);
  return set;
}

function bits(set: number): number {
  let count = 0;
  for (let rest = set; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** How many slips lie between two words (optimal string alignment distance); `most` + 1 when more than `most`. */
export function slipsBetween(a: string, b: string, most: number): number {
  let [before, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, before[j - 2]! + 1);
      row.push(cost);
      least = Math.min(least, cost);
    }
    if (least > most) return most + 1;
    [before, last] = [last, row];
  }
  return Math.min(last[b.length]!, most + 1);
}
