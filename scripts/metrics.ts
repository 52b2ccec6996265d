/** How good is a ranking? One function a measure; a run is document ids, best first; qrels are grades by document id. */

export type Qrels = Map<string, number>;

/**
 * nDCG@k with exponential gain 2^grade − 1 and discount log2(rank + 1) (Burges et al. 2005), 0..1. The ideal ranking is
 * made of every judged document.
 */
export function ndcg(run: string[], qrels: Qrels, k: number): number {
  const gain = (grade: number) => 2 ** grade - 1;
  const dcg = (grades: number[]) =>
    grades.slice(0, k).reduce((sum, grade, i) => sum + gain(grade) / Math.log2(i + 2), 0);
  const ideal = dcg([...qrels.values()].filter((grade) => grade > 0).sort((a, b) => b - a));
  return ideal === 0 ? 0 : dcg(run.map((id) => Math.max(0, qrels.get(id) ?? 0))) / ideal;
}

/** The share of the relevant documents (grade > 0) among the first k, 0..1. */
export function recall(run: string[], qrels: Qrels, k: number): number {
  const relevant = [...qrels].filter(([, grade]) => grade > 0).length;
  const found = run.slice(0, k).filter((id) => (qrels.get(id) ?? 0) > 0).length;
  return relevant === 0 ? 0 : found / relevant;
}
