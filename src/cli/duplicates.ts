/** `akin duplicates`: which papers are versions of one work, and how near they are to each other. */
import type { Library } from '../library/library.ts';
import { fingerprint, titleSimilarity } from '../library/same-work.ts';
import { versionOf, type Version } from '../search/works.ts';
import { count } from './progress.ts';
import { versionText } from './text.ts';

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
export async function duplicates(library: Library, limit: number): Promise<Duplicates> {
  const found: Duplicates = { total: 0, works: [] };
  for await (const rows of library.everyWork()) {
    found.total++;
    if (found.works.length === limit) continue;
    const [leading, ...others] = await library.papers(rows);
    if (!leading) continue; // Removed a moment ago.
    const vector = await library.vector(rows[0]!);
    const cosines = vector ? await library.similarities(vector, rows) : new Map<number, number>();
    const versions = others.flatMap((paper, i) => {
      if (!paper) return [];
      const titles = titleSimilarity(fingerprint(leading), fingerprint(paper));
      return [{ ...versionOf(paper), cosine: cosines.get(rows[i + 1]!) ?? null, titleSimilarity: titles }];
    });
    found.works.push({ ...versionOf(leading), versions });
  }
  return found;
}

export function duplicatesText({ total, works }: Duplicates): string {
  const lines = [total === 1 ? '1 work has several versions' : `${count(total)} works have several versions`];
  for (const { versions, ...leading } of works) {
    lines.push('', versionText(leading));
    for (const { cosine, titleSimilarity, ...version } of versions) {
      const near = `cosine ${cosine?.toFixed(2) ?? 'unknown'}, title ${titleSimilarity.toFixed(2)}`;
      lines.push(`  = ${versionText(version)} · ${near}`);
    }
  }
  if (works.length < total) lines.push('', `and ${count(total - works.length)} more: --limit N shows them`);
  return lines.join('\n');
}
