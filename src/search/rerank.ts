/**
 * The best of a list, ranked by what a cross-encoder says of them as well, as far as there is time for it.
 *
 * A cross-encoder reads question and paper together, which tells more than two vectors that never met, and takes
 * thousands of times longer (Nogueira & Cho, "Passage Re-ranking with BERT", 2019, arXiv:1901.04085). So it reads the
 * best papers only, the best first, and stops when the time is over. Its word alone makes hits worse; it is mixed with what
 * both legs say (scripts/README.md has the figures).
 */
import type { Scorer } from '../embedding/scorer.ts';
import type { Key, Library } from '../library/library.ts';
import { embeddedText } from '../paper.ts';
import { inTime } from './in-time.ts';

/** Works that are read at most. */
export const RERANKED = 20;
/** How much of a score is the cross-encoder's. */
export const RERANK_SHARE = 0.3;

/** What the cross-encoder says of a paper. */
export interface Verdict {
  /** Its logit: any number, the higher the better, comparable only within one model. */
  logit: number;
  /** What the score has from it. */
  share: number;
  /** The place the paper had before, 1 for the best. */
  before: number;
}

export type Judged<T> = T & { verdict?: Verdict };

/** When to stop: after so many milliseconds, or so many works, as a list was made before. */
export type Limit = { milliseconds: number } | { works: number };

/** What is ranked anew: a score, and what it has from each part of the ranking. */
interface Scored {
  key: Key;
  score: number;
  shares: Record<'dense' | 'lexical' | 'named', number>;
}

/**
 * Reads a list from its beginning until the limit, and ranks what was read by its score and its logit. The logits, min–max over
 * what was read, count for `RERANK_SHARE` of the score; the scores before count for the rest, also of what was not read. So that
 * follows as it was: a paper that was not read is not overtaken by any that stood behind it.
 * @param entries best first.
 * @param signal ends the work.
 * @returns also how many were read: with that limit, the same list gives the same order again.
 * @throws AkinError as the start of the scorer, and `embedding-failed`.
 */
export async function reranked<T extends Scored>(
  query: string,
  entries: T[],
  library: Pick<Library, 'describe'>,
  starting: Promise<Scorer>,
  limit: Limit,
  signal?: AbortSignal,
): Promise<{ entries: Judged<T>[]; read: number }> {
  const end = 'works' in limit ? Infinity : performance.now() + limit.milliseconds;
  const head = entries.slice(0, 'works' in limit ? Math.min(limit.works, RERANKED) : RERANKED);
  const keys = head.map(({ key }) => key);
  const [scorer, described] = await Promise.all([inTime(starting, end), library.describe(keys, {}, signal)]);
  if (!scorer) return { entries, read: 0 };

  const logits: (number | undefined)[] = [];
  const places = head.keys();
  // One pair a thread at a time: whatever has not begun in time is not begun, and keeps no later question waiting.
  const readOn = async (): Promise<void> => {
    for (const place of places) {
      if (performance.now() >= end) return;
      const paper = described[place]?.paper;
      // One that was removed meanwhile is shown nowhere.
      logits[place] = paper ? await inTime(scorer.score(query, embeddedText(paper), signal), end) : -Infinity;
    }
  };
  await Promise.all(Array.from({ length: scorer.threads }, readOn));

  let read = 0;
  while (logits[read] !== undefined) read++;
  return { entries: mixed(entries, logits.slice(0, read) as number[]), read };
}

/** Entries ranked by score and logit, those first that have one. */
function mixed<T extends Scored>(entries: T[], logits: number[]): Judged<T>[] {
  if (logits.length === 0) return entries;
  const known = logits.filter(Number.isFinite);
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const best = Math.max(0, entries[0]!.score); // So a logit counts the same whatever scores are: cosines, BM25, or both.
  const rest = 1 - RERANK_SHARE;
  const judged = entries.map((entry, i) => {
    const { dense, lexical, named } = entry.shares;
    const logit = logits[i];
    const good = logit !== undefined && most > least ? Math.max(0, logit - least) / (most - least) : 0;
    const share = RERANK_SHARE * best * good;
    return {
      ...entry,
      score: rest * entry.score + share,
      shares: { dense: rest * dense, lexical: rest * lexical, named: rest * named },
      ...(logit !== undefined && { verdict: { logit, share, before: i + 1 } }),
    };
  });
  const read = judged.splice(0, logits.length);
  return [...read.sort((a, b) => b.score - a.score || a.verdict!.before - b.verdict!.before), ...judged];
}
