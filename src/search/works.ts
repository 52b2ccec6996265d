/** One hit a work: a preprint and what was published of it do not take two places of an answer. */
import type { Library } from '../library/library.ts';
import type { Paper } from '../paper.ts';

/** Another version of a hit's work. */
export type Version = Pick<Paper, 'id' | 'title' | 'year' | 'venue' | 'url' | 'ids'>;

/**
 * The first papers of a ranking, each work once: its best-ranked version stands for it and brings the others along.
 * @param ranked best first.
 * @param limit how many at most.
 * @param without the row of a paper whose work is left out.
 * @returns entries of `ranked` in their order, with the other versions, the leading one first.
 */
export async function oncePerWork<T extends { row: number }>(
  library: Library,
  ranked: T[],
  limit: number,
  without?: number,
): Promise<(T & { versions: Version[] })[]> {
  const rows = ranked.map(({ row }) => row);
  const works = await library.versions(without === undefined ? rows : [without, ...rows]);
  const shown = new Set(without === undefined ? [] : (works.get(without) ?? [without]));
  const best: { entry: T; others: number[] }[] = [];
  for (const entry of ranked) {
    if (best.length === limit) break;
    if (shown.has(entry.row)) continue;
    const others = (works.get(entry.row) ?? []).filter((row) => row !== entry.row);
    for (const row of [entry.row, ...others]) shown.add(row);
    best.push({ entry, others });
  }
  const papers = await library.papers(best.flatMap(({ others }) => others));
  return best.map(({ entry, others }) => {
    // One that a writer has removed meanwhile is left out.
    const versions = papers.splice(0, others.length).filter((paper) => paper !== undefined);
    return { ...entry, versions: versions.map(versionOf) };
  });
}

/** The other versions of a paper's work, the leading one first. @param id of a paper or a record, or an identifier. */
export async function otherVersions(library: Library, id: string): Promise<Version[]> {
  const row = await library.find(id);
  if (row === undefined) return [];
  const versions = (await library.versions([row])).get(row) ?? [];
  const papers = await library.papers(versions.filter((version) => version !== row));
  return papers.filter((paper) => paper !== undefined).map(versionOf);
}

/** What an answer says of another version. */
export function versionOf({ id, title, year, venue, url, ids }: Paper): Version {
  return { id, title, year, venue, url, ids };
}
