/** Papers and vectors made up for tests: no model, the same ones at every run. */
import { createHash } from 'node:crypto';
import type { Embedding } from '../../src/embedding/embedder.ts';
import { DEFAULT_MODEL, findModel } from '../../src/embedding/models.ts';
import { seeded } from '../../src/evaluation/bootstrap.ts';
import type { LibraryWriter, Neighbour } from '../../src/library/library.ts';
import { dot } from '../../src/library/graph.ts';
import { toPaper, type Paper, type PaperInput } from '../../src/paper.ts';

export { seeded };

export const MODEL = findModel(DEFAULT_MODEL);

/** A direction chosen at random; with `centre`, one around it. */
export function unitVector(random: () => number, centre?: Float32Array): Float32Array {
  const gauss = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const spread = 0.8 / Math.sqrt(MODEL.dimensions);
  const vector = Float32Array.from({ length: MODEL.dimensions }, (_, i) =>
    centre ? centre[i]! + gauss() * spread : gauss(),
  );
  const length = Math.sqrt(dot(vector, vector));
  return vector.map((x) => x / length);
}

/** Stands in for a model: the same text always has the same vector, different texts have unrelated ones. */
export function vectorOf(text: string): Float32Array {
  return unitVector(seeded(createHash('sha256').update(text).digest().readInt32LE()));
}

export function embedding(vector: Float32Array): Embedding {
  return { vector, tokens: 3, truncated: false };
}

/** A paper of this id. */
export function paper(id: string, fields: PaperInput = {}): Paper {
  return toPaper({ id, title: `Paper ${id}`, ...fields });
}

/** Gives every pending paper the vector of its text, and returns those vectors by row. */
export function embedAll(writer: LibraryWriter): Map<number, Float32Array> {
  const pending = writer.pending(0, 1_000_000).map(({ row, text }) => ({ row, vector: vectorOf(text) }));
  writer.putVectors(pending.map(({ row, vector }) => ({ row, embedding: embedding(vector) })));
  return new Map(pending.map(({ row, vector }) => [row, vector]));
}

/** The nearest by looking at every vector. */
export function exactNearest(vectors: Map<number, Float32Array>, vector: Float32Array, k: number): Neighbour[] {
  return [...vectors]
    .map(([row, other]) => ({ row, similarity: dot(vector, other) }))
    .sort((a, b) => b.similarity - a.similarity || a.row - b.row)
    .slice(0, k);
}
