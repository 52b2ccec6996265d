/** Which papers lie in a part of a map? */
import type { PaperMap } from './map.ts';

export interface Rectangle {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** The numbers of the points in it, edges included: those of the newest papers first, and of the same year as they came. */
export function pointsWithin({ x, y, years }: PaperMap, { left, top, right, bottom }: Rectangle): number[] {
  const within: number[] = [];
  for (let i = 0; i < x.length; i++) {
    if (x[i]! >= left && x[i]! <= right && y[i]! >= top && y[i]! <= bottom) within.push(i);
  }
  return within.sort((a, b) => years[b]! - years[a]! || a - b);
}
