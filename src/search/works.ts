/** One hit a work: a preprint and what was published of it do not take two places of an answer. */
import type { Library } from '../library/library.ts';
import type { Paper } from '../paper.ts';

/** Another version of a hit's work. */
export type Version = Pick<Paper, 'id' | 'title' | 'year' | 'venue' | 'url' | 'ids'>;

/**
 * A ranking with each work once: its best-ranked version stands for it and brings the rows of the others along.
 * @param ranked best first; its entries are given the other versions.
 * @param without rows of papers whose works are left out.
 * @returns entries of `ranked` in their order, with the other versions, the leading one first.
 */
export async function oncePerWork<T extends { row: number }>(
  library: Library,
  ranked: T[],
  without: number[],
): Promise<(T & { others: number[] })[]> {
  const works = await library.versions([...without, ...ranked.map(({ row }) => row)]);
  const shown = new Set(without.flatMap((row) => works.get(row) ?? [row]));
  const kept: (T & { others: number[] })[] = [];
  for (const entry of ranked) {
    if (shown.has(entry.row)) continue;
    const versions = works.get(entry.row) ?? [entry.row];
    for (const row of versions) shown.add(row);
    kept.push(Object.assign(entry, { others: versions.filter((row) => row !== entry.row) }));
  }
  return kept;
}

/** A paper with all that is known of it. */
export interface WholePaper extends Paper {
  /** The other versions of its work, the leading one first. */
  versions: Version[];
  /** The records it was merged from, as they came; none where it has only one. */
  records: Paper[];
}

/** A paper by its id, that of a record, or an identifier; undefined where there is none. */
export async function wholePaper(library: Library, id: string): Promise<WholePaper | undefined> {
  const row = await library.find(id);
  if (row === undefined) return undefined;
  const others = ((await library.versions([row])).get(row) ?? []).filter((version) => version !== row);
  const [paper, ...versions] = await library.papers([row, ...others]);
  return (
    paper && {
      ...paper,
      versions: versions.filter((version) => version !== undefined).map(versionOf),
      records: await library.records(row),
    }
  );
}

/** What an answer says of another version. */
export function versionOf({ id, title, year, venue, url, ids }: Paper): Version {
  return { id, title, year, venue, url, ids };
}
