/**
 * Which papers is each passage of a draft sure of, whatever the others ask for? Pure.
 *
 * Scores of all passages together leave a passage without any suggestion whose best papers are a little worse than the tenth of
 * another one; whoever writes it wants its best all the same. So the best of each are chosen first, and the rest is filled up.
 */
import { plain, wordsIn } from '../fold.ts';
import type { Key } from '../library/library.ts';
import { longestCommon, LONGEST_TITLE, NEARLY_FROM } from './ranking.ts';

/** Papers that each passage is sure of, where it has as many that are relevant to it. */
const SURE = 2;
/** The best of a passage that are looked at: others may have taken some of them. */
const CLAIMS = 20;

/** A paper that a passage asks for, and that is relevant to it. */
export interface Claim {
  key: Key;
  /** How much it is asked for, 0..1. */
  share: number;
  /** Whether the passage says its title, or all but. */
  isNamed: boolean;
}

/** The claims of a passage that count: all that it names, and the best of the others. */
export function bestClaims(claims: Claim[]): Claim[] {
  const best = claims.toSorted((a, b) => b.share - a.share);
  return [...best.filter(({ isNamed }) => isNamed), ...best.filter(({ isNamed }) => !isNamed).slice(0, CLAIMS)];
}

/**
 * The papers that passages are sure of, each with the passage that has it: first what they name, then one for each, then another.
 * Of two passages the one has a paper that asks for it more, as long as it has no more than the other.
 * @param claims of each passage.
 * @param most papers in all.
 * @param take whether a paper may be suggested, asked once of each that would be; one that may not leaves its place to the next.
 */
export function sureOf(claims: Claim[][], most: number, take: (key: Key) => boolean): Map<Key, number> {
  const all = claims.flatMap((own, passage) => own.map((claim) => ({ ...claim, passage })));
  all.sort((a, b) => b.share - a.share);
  const sure = new Map<Key, number>();
  const refused = new Set<Key>();
  const counts = claims.map(() => 0);
  const choose = (from: typeof all, each: number) => {
    for (const { key, passage } of from) {
      if (sure.size === most) return;
      if (counts[passage]! >= each || sure.has(key) || refused.has(key)) continue;
      if (!take(key)) refused.add(key);
      else {
        sure.set(key, passage);
        counts[passage]!++;
      }
    }
  };
  choose(
    all.filter(({ isNamed }) => isNamed),
    Infinity,
  );
  for (let each = 1; each <= SURE; each++) choose(all, each);
  return sure;
}

/** Titles with fewer words stand in many a text that means no paper. */
const TELLING_TITLE = 3;
/** So much of a longer title is nearly all of it: of six words all but one. */
const NEARLY = 0.8;

/** A text in which titles are looked for, also such as are written a little otherwise. */
export class Naming {
  readonly #words: string[];
  readonly #known: Set<string>;

  constructor(text: string) {
    this.#words = wordsIn(plain(text));
    this.#known = new Set(this.#words);
  }

  /** Whether somewhere in the text stands a title, or all but. */
  names(title: string): boolean {
    const words = wordsIn(plain(title));
    if (words.length < TELLING_TITLE || words.length > LONGEST_TITLE) return false;
    // Most titles have words that the text has not, and are no work.
    const least = words.length < NEARLY_FROM ? words.length : Math.ceil(NEARLY * words.length);
    if (words.filter((word) => this.#known.has(word)).length < least) return false;
    for (let start = 0; start + words.length <= this.#words.length; start++) {
      if (longestCommon(this.#words.slice(start, start + words.length), words) >= least) return true;
    }
    return false;
  }
}
