/** Which papers are versions of one work, and how near are they to each other? */
import type { Library } from '../library/library.ts';
import { titleSimilarity, traitsOf } from '../library/same-work.ts';
import type { Version } from '../search/answer.ts';
import { versionOf } from '../search/works.ts';
import { dot } from '../vector.ts';

/** A work of several versions: the leading paper, and how near each other one is to it. */
export type Work = Version & {
  versions: (Version & {
    /** Of both vectors; null where one has none yet. */
    cosine: number | null;
    /** 0..1; see same-work.ts. */
    titleSimilarity: number;
  })[];
};

export interface Duplicates {
  /** Works of several versions there are. */
  total: number;
  /** The first of them. */
  works: Work[];
}

/** The first `limit` works that have several versions, in the order in which their leading papers came. */
export async function duplicatesIn(library: Library, limit: number): Promise<Duplicates> {
  const found: Duplicates = { total: 0, works: [] };
  for await (const keys of library.everyWork()) {
    found.total++;
    if (found.works.length >= limit) continue;
    const [described, vectors] = await Promise.all([library.describe(keys), library.vectors(keys)]);
    const [leading, ...others] = described.map((each) => each?.paper);
    if (!leading) continue; // Removed a moment ago.
    const versions = others.flatMap((paper, i) => {
      if (!paper) return [];
      const [one, other] = [vectors[0], vectors[i + 1]];
      const titles = titleSimilarity(traitsOf(leading), traitsOf(paper));
      return [{ ...versionOf(paper), cosine: one && other ? dot(one, other) : null, titleSimilarity: titles }];
    });
    found.works.push({ ...versionOf(leading), versions });
  }
  return found;
}
