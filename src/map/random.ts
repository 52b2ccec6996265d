/** Numbers in 0..1 that depend on the seed alone (xorshift32: Marsaglia, 2003, doi:10.18637/jss.v008.i14). */
export function random(seed: number): () => number {
  let state = seed | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
