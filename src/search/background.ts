/**
 * What is nothing? The cosine of a question with papers that have nothing to do with it: in one model it is about 0, in
 * another 0.4, and higher where all papers of a library are of one field. It is the zero that the ranking measures from.
 */
import { dot } from '../library/graph.ts';
import type { Library } from '../library/library.ts';

/** Papers drawn at random: enough that the mean is right to a few thousandths. */
const SAMPLE = 500;

export class Background {
  readonly #library: Library;
  #sample: Promise<Float32Array[]> | undefined;
  #sampled = -1;

  constructor(library: Library) {
    this.#library = library;
  }

  /** The mean cosine of a question with papers of the library; 0 where there are none. @param vector unit length. */
  async of(vector: Float32Array): Promise<number> {
    const { embedded } = await this.#library.status();
    // A sample stays good while a library grows a little; a small library is its own sample.
    if (!this.#sample || embedded > 1.1 * this.#sampled || embedded < 0.9 * this.#sampled) {
      this.#sample = this.#library.sample(SAMPLE);
      this.#sampled = embedded;
    }
    const sample = await this.#sample;
    return sample.reduce((sum, other) => sum + dot(vector, other), 0) / sample.length || 0;
  }
}
