/**
 * A short question seldom says all it means; its best answers do. So the question is moved some way toward them and the
 * candidates are ranked once more: pseudo-relevance feedback (Rocchio, 1971) in the space of vectors. A long question has
 * said what it means, and is hardly moved. Pure.
 */

/** Papers taken to be right. */
export const FEEDBACK_PAPERS = 3;
/** How far a question is moved at most, of the whole way. */
const MOST = 0.3;
/** Questions of more words are moved less, in inverse proportion. */
const WORDS = 20;

/**
 * What becomes of cosines with the question when the question is moved toward a centre.
 * @param text the question in words.
 * @param between the cosine of the question and the centre.
 * @returns from a paper's cosines with the question and with the centre to that with the moved question.
 */
export function moveToward(text: string, between: number): (withQuestion: number, withCentre: number) => number {
  const words = text.match(/[\p{L}\p{N}\p{M}]+/gu)?.length ?? 0;
  const way = MOST * Math.min(1, WORDS / Math.max(words, 1));
  const length = Math.sqrt((1 - way) ** 2 + way ** 2 + 2 * way * (1 - way) * between);
  return (withQuestion, withCentre) => ((1 - way) * withQuestion + way * withCentre) / length;
}
