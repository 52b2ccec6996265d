/** What a library, or a part of it, is made of: how many papers are of which year, by whom, where, on what. Counted exactly. */
import { z } from 'zod';
import type { Library } from '../library/library.ts';
import type { FacetsAnswer } from './answer.ts';
import { conditionsIn, conditionsShape, type Conditions } from './listing.ts';

const DEFAULT_VALUES = 20;
const MAX_VALUES = 1000;
/** All that a paper can have. */
const YEARS = 3000;

export const countingShape = {
  ...conditionsShape,
  limit: z
    .int()
    .min(1)
    .max(MAX_VALUES)
    .default(DEFAULT_VALUES)
    .meta({ description: 'How many authors, venues, categories and collections, the commonest first', value: 'n' }),
};

/**
 * Counts the papers that meet conditions, one field after the other: others are answered in between.
 * @throws AkinError as `conditionsIn`.
 */
export async function counted(
  library: Library,
  { limit, signal, ...conditions }: Partial<Conditions> & { limit: number; signal?: AbortSignal | undefined },
): Promise<FacetsAnswer> {
  const filter = conditionsIn(conditions);
  const papers = await library.count(filter);
  const tally = (field: 'author' | 'venue' | 'category' | 'collection') => library.tally(filter, field, limit, signal);
  const known = await library.tally(filter, 'year', YEARS, signal);
  const byYear = new Map(known.map((each) => [Number(each.value), each.papers]));
  const [first, last] = [Math.min(...byYear.keys()), Math.max(...byYear.keys())];
  const dated = known.reduce((sum, each) => sum + each.papers, 0);
  return {
    papers,
    years: Array.from({ length: byYear.size === 0 ? 0 : last - first + 1 }, (_, i) => ({
      year: first + i,
      papers: byYear.get(first + i) ?? 0,
    })),
    undated: papers - dated,
    authors: await tally('author'),
    venues: await tally('venue'),
    categories: await tally('category'),
    collections: await tally('collection'),
  };
}
