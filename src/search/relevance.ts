/**
 * How relevant is a paper, as a number that people can read? Pure.
 *
 * A cosine is not: unrelated texts have one of 0 in one model and of 0.42 in another. And it is blind to names: who looks
 * for "Entscheidungsproblem" and finds the word has found the paper, however far apart the vectors are. So the cosine is
 * measured from what is unrelated to the model, and what is missing to 1 is made good by as much as half where the paper
 * holds the words that were asked for; by less for few words, which two papers share by chance.
 *
 * The formula and the cut-off were chosen on five judged collections and two hundred questions of no science
 * (scripts/off-topic.txt); scripts/README.md has the figures. The library's own background (Background) was tried as the zero
 * and is no good here: in a library of one field everything is somewhat near, and what is asked of it mostly rightly so.
 */

import { DEFAULT_CUTOFF } from './question.ts';

/** How much of what is missing words can make good, at most. */
const BY_WORDS = 0.5;
/** The coverage from which on every word is there. A paper that holds all that was asked for can't be called irrelevant. */
const ALL = 0.999;
/** Words found that are worth half of endless ones. */
const FEW_WORDS = 2;

/**
 * From 0, nothing to do with it, to 100, the very same.
 * @param similarity the cosine of question and paper.
 * @param unrelated the model's mean cosine of unrelated texts; 1 where it can't read the question, and nothing is near.
 * @param words how many words of the question the paper holds.
 * @param coverage how much of what the question says they are, 0..1.
 */
export function relevance(similarity: number, unrelated: number, words: number, coverage: number): number {
  const near = unrelated === 1 ? 0 : Math.max(0, (similarity - unrelated) / (1 - unrelated));
  const found = BY_WORDS * coverage * (words / (words + FEW_WORDS));
  const both = 100 * (1 - (1 - near) * (1 - found));
  return coverage > ALL ? Math.max(both, DEFAULT_CUTOFF) : both;
}
