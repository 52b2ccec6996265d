/** Arithmetic of vectors. What a vector is of, and by which model, is in embedding/. */

/** The dot product of two vectors of the same length; the cosine, when both have unit length. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** A vector's direction: unit length, or the vector itself where it has none. */
export function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector));
  return length === 0 ? vector : vector.map((x) => x / length);
}
