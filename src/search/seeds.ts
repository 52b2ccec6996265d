/** What several wishes point at: the one direction for "like these", "about this" and "not like those". Pure. */

/**
 * How far unwanted vectors push away. Rocchio, "Relevance feedback in information retrieval", 1971, with a weight below
 * that of what is wanted: one knows better what one looks for than what one does not.
 */
const AWAY = 0.5;

/**
 * The direction of everything wanted, moved away from what is not wanted.
 * @param wanted groups of unit vectors, at least one vector; each group counts as much as any other, by its mean.
 * @param unwanted unit vectors, maybe none.
 * @returns a unit vector.
 */
export function direction(wanted: Float32Array[][], unwanted: Float32Array[]): Float32Array {
  const groups = wanted.filter((group) => group.length > 0);
  if (groups.length === 1 && groups[0]!.length === 1 && unwanted.length === 0) return groups[0]![0]!;
  const sum = new Float64Array(groups[0]![0]!.length);
  const add = (vectors: Float32Array[], weight: number) => {
    for (const vector of vectors)
      for (let i = 0; i < sum.length; i++) sum[i]! += (weight / vectors.length) * vector[i]!;
  };
  for (const group of groups) add(group, 1 / groups.length);
  if (unwanted.length > 0) add(unwanted, -AWAY);
  const length = Math.sqrt(sum.reduce((squares, x) => squares + x * x, 0));
  // What is wanted and what is not may cancel out; then what is wanted says more.
  return length > 1e-6 ? Float32Array.from(sum, (x) => x / length) : groups[0]![0]!;
}
