/**
 * How near is near? A cosine says little by itself: unrelated texts have one of 0.05 in one model and of 0.5 in another,
 * and more where all papers of a library are of one field. So it is compared with the library's own background: the
 * cosines of the same question with papers drawn at random, of which next to none has to do with it.
 */
import { dot } from '../library/graph.ts';
import type { Library } from '../library/library.ts';

/** Papers in the background. */
const SAMPLE = 500;

/** The best candidate must be as relevant as that, or there is nothing relevant. */
export const DEFAULT_CUTOFF = 25;

/** What the cosines of one question with unrelated papers are like. */
export interface Level {
  mean: number;
  deviation: number;
}

export class Background {
  readonly #library: Library;
  #sample: Promise<Float32Array[]> | undefined;
  #sampled = -1;

  constructor(library: Library) {
    this.#library = library;
  }

  /** The background of a question. @param vector unit length. */
  async level(vector: Float32Array): Promise<Level> {
    const { embedded } = await this.#library.status();
    // A sample stays good while a library grows a little; a small library is its own sample.
    if (!this.#sample || embedded > 1.1 * this.#sampled || embedded < 0.9 * this.#sampled) {
      this.#sample = this.#library.sample(SAMPLE);
      this.#sampled = embedded;
    }
    const cosines = (await this.#sample).map((other) => dot(vector, other));
    const mean = cosines.reduce((sum, x) => sum + x, 0) / cosines.length || 0;
    const variance = cosines.reduce((sum, x) => sum + (x - mean) ** 2, 0) / cosines.length || 0;
    return { mean, deviation: Math.sqrt(variance) };
  }
}

/**
 * How relevant a paper is, 0..100, by how many standard deviations its cosine is above the background.
 */
export function relevance(similarity: number, { mean, deviation }: Level): number {
  const z = (similarity - mean) / Math.max(deviation, 1e-6);
  return Math.round(100 / (1 + Math.exp(-(z - 4))));
}
