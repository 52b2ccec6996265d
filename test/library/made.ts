/** Papers and vectors made up for tests: no model, the same ones at every run. */
import { createHash } from 'node:crypto';
import type { Embedding } from '../../src/embedding/embedder.ts';
import { DEFAULT_MODEL, findModel } from '../../src/embedding/models.ts';
import { seeded } from '../../src/evaluation/bootstrap.ts';
import type { Origin } from '../../src/library/files.ts';
import type { Key, LibraryWriter, PutOutcome } from '../../src/library/library.ts';
import { toPaper, type Paper, type PaperInput } from '../../src/paper.ts';
import { dot, unit } from '../../src/vector.ts';

export { seeded };

export const MODEL = findModel(DEFAULT_MODEL);

/** A direction chosen at random; with `centre`, one around it. */
export function unitVector(random: () => number, centre?: Float32Array): Float32Array {
  const gauss = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const spread = 0.8 / Math.sqrt(MODEL.dimensions);
  return unit(
    Float32Array.from({ length: MODEL.dimensions }, (_, i) => (centre ? centre[i]! + gauss() * spread : gauss())),
  );
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

let readings = 0;

/** A new reading of a file or, without one, of a service that papers come from. */
export function readingOf(path?: string): Origin {
  const place = path === undefined ? { path: 'a service', mount: '' } : { path, mount: path === '-' ? '' : '/' };
  return { ...place, reading: `reading ${++readings}` };
}

/** Stores papers that one reading found. @returns what became of each. */
export async function put(writer: LibraryWriter, papers: Paper[], origin = readingOf()): Promise<PutOutcome[]> {
  return (await writer.store({ parts: [{ origin, papers }] }))[0]!;
}

/** Gives every pending paper the vector of its text, or of what `part` takes of it. @returns those vectors. */
export async function embedAll(writer: LibraryWriter, part = (text: string) => text): Promise<Map<Key, Float32Array>> {
  const pending = await writer.pending(1_000_000);
  const vectors = new Map(pending.map(({ key, text }) => [key, vectorOf(part(text))]));
  await writer.storeVectors(Array.from(vectors, ([key, vector]) => ({ key, embedding: embedding(vector) })));
  return vectors;
}

/** The nearest by looking at every vector; equal ones in the order given. */
export function exactNearest<Name>(
  vectors: Map<Name, Float32Array>,
  vector: Float32Array,
  k: number,
): { key: Name; similarity: number }[] {
  return Array.from(vectors, ([key, other]) => ({ key, similarity: dot(vector, other) }))
    .sort((a, b) => b.similarity - a.similarity)
    .slice(0, k);
}
