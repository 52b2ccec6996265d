/**
 * Hits that differ: maximal marginal relevance (Carbonell & Goldstein, "The use of MMR, diversity-based reranking",
 * 1998, doi:10.1145/290941.291025). Pure.
 */
import { dot } from '../vector.ts';

/**
 * The items in an order where each is good and unlike those before it; the best one stays first.
 * @param items best first, scores of any range.
 * @param diversity 0 keeps the order; 1 looks at nothing but the difference.
 */
export function diversified<T extends { score: number; vector: Float32Array | undefined }>(
  items: T[],
  diversity: number,
): T[] {
  const [best, worst] = [items[0]?.score ?? 0, items.at(-1)?.score ?? 0];
  const waiting = items.map((item) => ({
    item,
    score: best === worst ? 1 : (item.score - worst) / (best - worst),
    /** Cosine with the nearest of those chosen. */
    nearest: 0,
  }));
  const chosen: T[] = [];
  while (waiting.length > 0) {
    let next = 0;
    const value = ({ score, nearest }: (typeof waiting)[number]) => (1 - diversity) * score - diversity * nearest;
    for (let i = 1; i < waiting.length; i++) if (value(waiting[i]!) > value(waiting[next]!)) next = i;
    const [{ item }] = waiting.splice(next, 1) as [(typeof waiting)[number]];
    chosen.push(item);
    for (const each of waiting) {
      if (item.vector && each.item.vector) each.nearest = Math.max(each.nearest, dot(item.vector, each.item.vector));
    }
  }
  return chosen;
}
