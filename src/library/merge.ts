/** How several records of one paper become one paper. Nothing is lost: the records themselves are kept beside it. */
import type { Paper } from '../paper.ts';

/**
 * Merges records of the same paper, the first of them leading. Id, title, authors, venue and URL come from the first
 * record that has them; the abstract is the longest; the year is the earliest; identifiers, categories and extra fields
 * are united, the earlier record winning where two differ.
 */
export function mergeRecords(records: Paper[]): Paper {
  const [first, ...others] = records as [Paper, ...Paper[]];
  return others.reduce<Paper>(
    (merged, record) => ({
      id: merged.id,
      title: merged.title || record.title,
      abstract: record.abstract.length > merged.abstract.length ? record.abstract : merged.abstract,
      authors: merged.authors.length > 0 ? merged.authors : record.authors,
      year:
        merged.year === null || record.year === null
          ? (merged.year ?? record.year)
          : Math.min(merged.year, record.year),
      venue: merged.venue ?? record.venue,
      url: merged.url ?? record.url,
      ids: { ...record.ids, ...merged.ids },
      categories: [...new Set([...merged.categories, ...record.categories])],
      extra: { ...record.extra, ...merged.extra },
    }),
    first,
  );
}
