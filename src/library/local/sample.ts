/** Vectors drawn at random, the same ones as long as there are the same. */
import type Database from 'better-sqlite3';
import { StoredVectors, type ReadVectors } from './stored-vectors.ts';

/** @returns `count` vectors of a space, or all if there are no more. */
export function drawnVectors(db: Database.Database, space: number, dimensions: number, count: number): ReadVectors {
  const labels = JSON.parse(
    db.prepare<[number], string>('SELECT json_group_array(label) FROM vectors WHERE space = ?').pluck().get(space)!,
  ) as number[];
  const next = numbers(labels.length);
  const drawn = Math.min(count, labels.length);
  for (let i = 0; i < drawn; i++) {
    const j = i + Math.floor(next() * (labels.length - i));
    [labels[i], labels[j]] = [labels[j]!, labels[i]!];
  }
  return new StoredVectors(db, space, dimensions).ofLabels(labels.slice(0, drawn));
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
