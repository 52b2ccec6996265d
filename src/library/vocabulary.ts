/** Which word was meant? The nearest term of the library to a word that none of its papers holds. */

/** Shorter stems have too many neighbours that are words themselves. */
const SHORTEST = 5;
/** From this length on, two slips are forgiven. */
const TWO_SLIPS = 8;
/** How many of the most frequent terms are worth reading ahead. */
const FREQUENT = 1000;

/** Every term of a library. */
export class Vocabulary {
  /** The most frequent terms, most frequent first. */
  readonly frequent: string[];
  /** For each length, the terms that have it. */
  readonly byLength: { term: string; papers: number; letters: number }[][] = [];

  /** @param terms each term with the number of papers that hold it. */
  constructor(terms: [string, number][]) {
    this.frequent = terms
      .toSorted(([, a], [, b]) => b - a)
      .slice(0, FREQUENT)
      .map(([term]) => term);
    for (const [term, papers] of terms) {
      (this.byLength[term.length] ??= []).push({ term, papers, letters: lettersOf(term) });
    }
  }
}

/**
 * The term a misspelt one was meant to be: one slip away (two from eight letters on), the fewest slips first, then the
 * most frequent, then by alphabet. The first letter must be right. A slip is a letter too many, too few, another one, or two that changed places
 * (optimal string alignment: Damerau, 1964, doi:10.1145/363958.363994).
 * @returns undefined when there is none, and for words with a digit: "llama3" is no slip for "llama2".
 */
export function correction(term: string, vocabulary: Vocabulary): string | undefined {
  if (term.length < SHORTEST || /\p{N}/u.test(term)) return undefined;
  const slips = term.length >= TWO_SLIPS ? 2 : 1;
  const letters = lettersOf(term);
  let nearest: { term: string; papers: number; distance: number } | undefined;
  for (let length = term.length - slips; length <= term.length + slips; length++) {
    for (const each of vocabulary.byLength[length] ?? []) {
      // Fingers seldom slip on the first letter. Each slip changes at most two letters of the set; most terms differ in more.
      if (each.term[0] !== term[0] || bits(letters ^ each.letters) > 2 * slips) continue;
      const distance = slipsBetween(term, each.term, slips);
      if (distance > slips) continue;
      const better =
        !nearest ||
        distance < nearest.distance ||
        (distance === nearest.distance &&
          (each.papers > nearest.papers || (each.papers === nearest.papers && each.term < nearest.term)));
      if (better) nearest = { ...each, distance };
    }
  }
  return nearest?.term;
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
