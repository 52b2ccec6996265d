/** One hit a work: a preprint and what was published of it do not take two places of an answer. */
import type { Described, Key, Library } from '../library/library.ts';
import { briefOf, type Paper } from '../paper.ts';
import type { Version, WholePaper } from './answer.ts';

/**
 * A ranking with each work once: its best-ranked version stands for it.
 * @param ranked best first.
 * @param without works that are left out.
 * @returns entries of `ranked` in their order.
 */
export function oncePerWork<T extends { work: Key }>(ranked: T[], without: Iterable<Key>): T[] {
  const shown = new Set(without);
  return ranked.filter(({ work }) => !shown.has(work) && shown.add(work));
}

/** Papers with all that is known of them, each by its id, that of a record, or an identifier; undefined where there is none. */
export async function wholePapers(
  library: Library,
  names: string[],
  signal?: AbortSignal,
): Promise<(WholePaper | undefined)[]> {
  const keys = await library.find(names, signal);
  const known = keys.filter((key) => key !== undefined);
  const described = (await library.describe(known, { records: true }, signal)).values();
  return keys.map((key) => {
    const each = key === undefined ? undefined : described.next().value;
    return each && wholeOf(each);
  });
}

function wholeOf({ paper, kept, versions, records }: Described): WholePaper {
  return { ...paper, ...briefOf(paper), ...kept, versions: versions.map(versionOf), records };
}

/** What an answer says of another version. */
export function versionOf({ id, title, year, venue, url, ids }: Paper): Version {
  return { id, title, year, venue, url, ids };
}
