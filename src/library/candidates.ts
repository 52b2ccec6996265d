/** What both legs found, as one list of candidates: how every engine puts it together. Pure. */
import type { Candidate, Key, Leg, Match } from './library.ts';

/** What one leg found: a paper, and its score in that leg. */
export interface Found {
  key: Key;
  score: number;
}

/** What an engine knows of a paper that a leg found. */
export type Known = Omit<Candidate, 'ranks'>;

/** Of a paper that holds none of the words. */
export const NO_MATCH: Match = { score: 0, words: 0, coverage: 0 };

/**
 * Every paper that a leg found, once, those of the dense leg first.
 * @param found what each leg found, in any order.
 * @param known everything known of these papers; one that is not there any more is left out.
 */
export function candidatesFrom(found: Partial<Record<Leg, Found[]>>, known: ReadonlyMap<Key, Known>): Candidate[] {
  const candidates = new Map<Key, Candidate>();
  for (const leg of ['dense', 'lexical'] as const) {
    const there = (found[leg] ?? []).filter(({ key }) => known.has(key));
    const idOf = ({ key }: Found) => known.get(key)!.id;
    there.sort((a, b) => b.score - a.score || (idOf(a) < idOf(b) ? -1 : 1));
    there.forEach(({ key }, i) => {
      const candidate = candidates.get(key) ?? unranked(known.get(key)!);
      candidate.ranks[leg] = i + 1;
      candidates.set(key, candidate);
    });
  }
  return [...candidates.values()];
}

/** A paper that no leg found. */
export function unranked(known: Known): Candidate {
  return { ...known, ranks: { dense: undefined, lexical: undefined } };
}
