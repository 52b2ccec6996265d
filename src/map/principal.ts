/** Along which two directions do vectors differ most? The first two principal components. */
import { dot, unit } from '../vector.ts';
import { random } from './random.ts';

/** What places a vector: what is in the middle of all, and the directions along which they differ. */
export interface Axes {
  middle: Float32Array;
  axes: [Float32Array, Float32Array];
}

/** Rounds of orthogonal iteration (Golub & Van Loan, Matrix Computations, 8.2.4). It is only where a map begins. */
const ROUNDS = 30;

/** @param vectors a sample of all, at least one. */
export function principalAxes(vectors: Float32Array[]): Axes {
  const dimensions = vectors[0]!.length;
  const middle = new Float32Array(dimensions);
  for (const vector of vectors) for (let i = 0; i < dimensions; i++) middle[i]! += vector[i]! / vectors.length;
  const centred = vectors.map((vector) => vector.map((x, i) => x - middle[i]!));
  const next = random(dimensions);
  const drawn = () => unit(new Float32Array(dimensions).map(() => next() - 0.5));
  let [first, second] = [drawn(), drawn()];
  for (let round = 0; round < ROUNDS; round++) {
    first = unit(spread(centred, first));
    const rest = spread(centred, second);
    const shared = dot(rest, first);
    second = unit(rest.map((x, i) => x - shared * first[i]!));
  }
  return { middle, axes: [first, second] };
}

/** Where a vector is along both axes. */
export function projected(vector: Float32Array, { middle, axes }: Axes): [number, number] {
  const [x, y] = axes.map((axis) => dot(vector, axis) - dot(middle, axis));
  return [x!, y!];
}

/** The vectors' covariance times a direction, but for a factor. */
function spread(vectors: Float32Array[], direction: Float32Array): Float32Array {
  const sum = new Float32Array(direction.length);
  for (const vector of vectors) {
    const along = dot(vector, direction);
    for (let i = 0; i < sum.length; i++) sum[i]! += along * vector[i]!;
  }
  return sum;
}
