/** In which order are papers listed that nothing ranks? Pure, and one rule for every engine. */
import type { Paper } from '../paper.ts';
import { plain } from '../fold.ts';
import type { ListOrder } from './library.ts';

/** What decides on a paper's place in a list. */
export type Placed = Pick<Paper, 'id' | 'title' | 'year'>;

/**
 * A title as lists are sorted by it: without case and accents, and from its first letter or digit on.
 * @returns null for one that has neither.
 */
export function sortTitle(title: string): string | null {
  return /[\p{L}\p{N}].*$/su.exec(plain(title))?.[0].replace(/\s+/g, ' ').trim() ?? null;
}

/** Which of two papers comes first, as for `sort`. What has no year, or no title, comes last; equal ones go by their ids. */
export const LISTED: Record<ListOrder, (a: Placed, b: Placed) => number> = {
  newest: (a, b) => (b.year ?? -Infinity) - (a.year ?? -Infinity) || byText(a.id, b.id),
  title: (a, b) => byText(sortTitle(a.title), sortTitle(b.title)) || byText(a.id, b.id),
};

function byText(a: string | null, b: string | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return Number(a > b) - Number(a < b);
}
