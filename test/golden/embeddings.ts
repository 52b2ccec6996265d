/** The golden file of embeddings: what is in it, and how the same texts are embedded now. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Embedder, Embedding } from '../../src/embedding/embedder.ts';
import { ROOT } from '../../src/package.ts';

export interface Golden {
  about: string;
  /** Why `cosineAtLeast` is what it is. */
  tolerance: string;
  cosineAtLeast: number;
  texts: { as: 'query' | 'document'; text: string }[];
  models: Record<string, { fingerprint: string; embeddings: (Omit<Embedding, 'vector'> & { vector: number[] })[] }>;
}

export const GOLDEN_FILE = path.join(ROOT, 'test/golden/embeddings.json');
export const golden = JSON.parse(readFileSync(GOLDEN_FILE, 'utf8')) as Golden;

/** The golden texts' embeddings, in the file's order. */
export async function embedGolden(embedder: Embedder): Promise<Embedding[]> {
  const embeddings: Embedding[] = [];
  for (const { text, as } of golden.texts) {
    if (as === 'query') embeddings.push(await embedder.embedQuery(text));
    else for await (const embedding of embedder.embedDocuments([text])) embeddings.push(embedding);
  }
  return embeddings;
}
