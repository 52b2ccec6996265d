/** How the two legs of a hybrid search become one ranking. Pure: rows and scores in, rows and scores out. */
import type { Neighbour, WordMatch } from '../library/library.ts';

export interface Ranked {
  row: number;
  /** What the ranking sorts by; higher is better. */
  score: number;
  /** 1 for the best of the leg; undefined when the leg did not find the paper. */
  ranks: { dense: number | undefined; lexical: number | undefined };
  /** Cosine; undefined when the dense leg did not find the paper. */
  similarity: number | undefined;
}

/** Share of the lexical leg in the hybrid score; see findings in the README. */
export const LEXICAL_WEIGHT = 0.5;

/**
 * Fuses both legs: each leg's scores are mapped to 0..1 between its worst and best candidate (min–max), then added by
 * weight; a paper that a leg did not find gets 0 from it. Ties go to the lower row, so that the order is total.
 */
export function fuse(dense: Neighbour[], lexical: WordMatch[], lexicalWeight = LEXICAL_WEIGHT): Ranked[] {
  const ranked = new Map<number, Ranked>();
  const normalDense = minMax(dense.map(({ similarity }) => similarity));
  dense.forEach(({ row, similarity }, i) => {
    const score = (1 - lexicalWeight) * normalDense[i]!;
    ranked.set(row, { row, score, ranks: { dense: i + 1, lexical: undefined }, similarity });
  });
  const normalLexical = minMax(lexical.map(({ score }) => score));
  lexical.forEach(({ row }, i) => {
    const hit = ranked.get(row) ?? {
      row,
      score: 0,
      ranks: { dense: undefined, lexical: undefined },
      similarity: undefined,
    };
    hit.score += lexicalWeight * normalLexical[i]!;
    hit.ranks.lexical = i + 1;
    ranked.set(row, hit);
  });
  return [...ranked.values()].sort((a, b) => b.score - a.score || a.row - b.row);
}

/** Maps scores, best first, to 0..1; all of them to 1 when they do not differ. */
function minMax(scores: number[]): number[] {
  const best = scores[0] ?? 0;
  const worst = scores.at(-1) ?? 0;
  return scores.map((score) => (best === worst ? 1 : (score - worst) / (best - worst)));
}
