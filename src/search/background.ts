/**
 * What is nothing? The cosine of a question with papers that have nothing to do with it: in one model it is about 0, in
 * another 0.4, and higher where all papers of a library are of one field. It is the zero that the ranking measures from.
 */
import type { Library } from '../library/library.ts';

/** Papers drawn at random: enough that the mean is right to a few thousandths. */
const SAMPLE = 500;

export class Background {
  readonly #library: Pick<Library, 'sample'>;
  #mean: Promise<Float64Array> | undefined;
  #sampled = -1;

  constructor(library: Pick<Library, 'sample'>) {
    this.#library = library;
  }

  /**
   * The mean cosine of a question with papers of the library; 0 where there are none.
   * @param vector unit length.
   * @param embedded papers of the library that have a vector.
   */
  async of(vector: Float32Array, embedded: number): Promise<number> {
    // A sample stays good while a library grows a little; a small library is its own sample.
    if (!this.#mean || embedded > 1.1 * this.#sampled || embedded < 0.9 * this.#sampled) {
      const mean = this.#library.sample(SAMPLE).then(meanOf);
      this.#mean = mean;
      this.#sampled = embedded;
      mean.catch(() => {
        if (this.#mean === mean) this.#mean = undefined; // The next question tries again.
      });
    }
    const mean = await this.#mean;
    return mean.reduce((sum, x, i) => sum + x * vector[i]!, 0);
  }
}

/** The mean of vectors: the dot product with it is the mean of the dot products with each. */
function meanOf(vectors: Float32Array[]): Float64Array {
  const mean = new Float64Array(vectors[0]?.length ?? 0);
  for (const vector of vectors) vector.forEach((x, i) => (mean[i]! += x / vectors.length));
  return mean;
}
