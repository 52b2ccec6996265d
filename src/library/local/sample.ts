/** Vectors drawn at random, the same ones as long as there are the same. */
import type Database from 'better-sqlite3';
import { StoredVectors, type ReadVectors } from './stored-vectors.ts';

/** @returns `count` vectors of a space, or all if there are no more. */
export function drawnVectors(db: Database.Database, space: number, dimensions: number, count: number): ReadVectors {
  const one = <Result>(sql: string) => db.prepare<[number], Result>(sql).pluck().get(space);
  const last = one<number | null>('SELECT max(label) FROM vectors WHERE space = ?') ?? 0;
  const next = numbers(last);
  const stored = new StoredVectors(db, space, dimensions);
  const labels = new Set<number>();
  // Labels of vectors that are gone, or of another space, are drawn in vain, hence a few more.
  while (labels.size < Math.min(last, 2 * count)) labels.add(1 + Math.floor(next() * last));
  const { vectors, memory } = stored.ofLabels([...labels]);
  if (vectors.size >= count || labels.size === last) {
    const drawn = [...labels].filter((label) => vectors.has(label)).slice(0, count);
    return { vectors: new Map(drawn.map((label) => [label, vectors.get(label)!])), memory };
  }
  // Hardly any of the labels is of this space.
  const all = JSON.parse(one<string>('SELECT json_group_array(label) FROM vectors WHERE space = ?')!) as number[];
  const drawn = Math.min(count, all.length);
  for (let i = 0; i < drawn; i++) {
    const j = i + Math.floor(next() * (all.length - i));
    [all[i], all[j]] = [all[j]!, all[i]!];
  }
  return stored.ofLabels(all.slice(0, drawn));
}

/** Numbers in 0..1 that depend on the seed alone (xorshift32: Marsaglia, 2003, doi:10.18637/jss.v008.i14). */
function numbers(seed: number): () => number {
  let state = seed || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
