/** What both legs and names found, as one list of candidates: how every engine puts it together. Pure, but for the places that it sets. */
import type { Candidate, Leg, Match } from './library.ts';

/** Of a paper that holds none of the words. */
export const NO_MATCH: Match = { score: 0, words: 0, coverage: 0 };

/** How well a leg thinks of a paper that it found. */
const SCORES: Record<Leg, (found: Candidate) => number> = {
  dense: ({ similarity }) => similarity!,
  lexical: ({ match }) => match!.score,
};

/**
 * Every paper that was found, once, those of the dense leg first, then those of the lexical leg.
 * @param found what each leg and the names found, in any order, no paper twice; `ranks` are set to the places in that leg.
 *   One that several found is the same object in each.
 */
export function candidatesFrom(found: Partial<Record<Leg | 'named', Candidate[]>>): Candidate[] {
  const candidates = new Set<Candidate>();
  for (const [leg, score] of Object.entries(SCORES) as [Leg, (typeof SCORES)[Leg]][]) {
    const inOrder = (found[leg] ?? []).toSorted((a, b) => score(b) - score(a) || (a.id < b.id ? -1 : 1));
    inOrder.forEach((candidate, i) => {
      candidate.ranks[leg] = i + 1;
      candidates.add(candidate);
    });
  }
  for (const candidate of found.named ?? []) candidates.add(candidate);
  return [...candidates];
}
