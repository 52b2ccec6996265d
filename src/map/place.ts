/** From where a layout put things to places on a map; and the place of what came after the map was made. */
import { memberships } from './layout.ts';
import { FARTHEST } from './map.ts';
import { random } from './random.ts';

/**
 * Of the width of what most papers take: how wide a strip in which there is none may be. What has nothing to do with the rest is
 * pushed far away, which says nothing but makes all else small.
 */
const WIDEST_GAP = 0.1;
/** Of the map's width, free on each side. */
const MARGIN = 0.02;
/** How far from each other papers stand that would be in the same place. */
const APART = 60;

export interface Places {
  x: Uint16Array;
  y: Uint16Array;
}

/** Whole numbers from 0 to `FARTHEST`, both by the same measure, in the middle of the shorter side. */
export function onMap(layout: Float32Array): Places {
  const along = (axis: number) => Float32Array.from({ length: layout.length / 2 }, (_, i) => layout[2 * i + axis]!);
  const [xs, ys] = [withoutGaps(along(0)), withoutGaps(along(1))];
  const [[left, right], [top, bottom]] = [ends(xs), ends(ys)];
  const side = Math.max(right - left, bottom - top) * (1 + 2 * MARGIN) || 1;
  const placed = (values: Float32Array, low: number, high: number) =>
    Uint16Array.from(values, (value) => Math.round((0.5 + (value - (low + high) / 2) / side) * FARTHEST));
  return { x: placed(xs, left, right), y: placed(ys, top, bottom) };
}

/** The same, but that no two that follow each other are farther apart than `WIDEST_GAP`. */
function withoutGaps(values: Float32Array): Float32Array {
  const order = Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!);
  const at = (share: number) => values[order[Math.floor(share * (order.length - 1))]!]!;
  const widest = WIDEST_GAP * (at(0.98) - at(0.02));
  const closer = new Float32Array(values.length);
  let taken = 0;
  for (const [rank, i] of order.entries()) {
    const gap = rank === 0 ? 0 : values[i]! - values[order[rank - 1]!]!;
    if (widest > 0 && gap > widest) taken += gap - widest;
    closer[i] = values[i]! - taken;
  }
  return closer;
}

const ends = (values: Float32Array): [number, number] =>
  values.length === 0
    ? [0, 0]
    : values.reduce(([low, high], x) => [Math.min(low, x), Math.max(high, x)], [Infinity, -Infinity]);

/**
 * Where a thing stands by its neighbours, as UMAP begins with what it did not know: in their middle, each as heavy as it is near.
 * @param near what is near it, nearest first: where it is, and how far from the thing (1 − cosine).
 * @param seed moves it a little, so that it can be told from what is in the same place.
 * @returns undefined without neighbours.
 */
export function placeAmong(
  near: { x: number; y: number; distance: number }[],
  seed: number,
): [number, number] | undefined {
  if (near.length === 0) return undefined;
  const distances = Float32Array.from(near, ({ distance }) => distance);
  const weights = memberships({ k: near.length, nearest: new Int32Array(near.length), distances });
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  const next = random(seed + 1);
  const middle = (axis: 'x' | 'y') => {
    const sum = near.reduce((so, each, i) => so + each[axis] * weights[i]!, 0);
    return Math.min(FARTHEST, Math.max(0, Math.round(sum / all + (next() - 0.5) * APART)));
  };
  return [middle('x'), middle('y')];
}
