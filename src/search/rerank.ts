/**
 * The best of a list in the order of a cross-encoder, as far as there is time for it.
 *
 * A cross-encoder reads question and paper together, which tells more than two vectors that never met, and takes
 * thousands of times longer (Nogueira & Cho, "Passage Re-ranking with BERT", 2019, arXiv:1901.04085). So it reads the
 * best papers only, the best first, and stops when the time is over.
 */
import type { Scorer } from '../embedding/scorer.ts';
import type { Key, Library } from '../library/library.ts';
import { embeddedText } from '../paper.ts';
import { inTime } from './in-time.ts';

/** Works that are read at most. */
export const RERANKED = 50;
/** What the cross-encoder says of a paper. */
export interface Verdict {
  /** Its logit: any number, the higher the better, comparable only within one model. */
  logit: number;
  /** The place the paper had before, 1 for the best. */
  before: number;
}

export type Judged<T> = T & { verdict?: Verdict };

/** When to stop: after so many milliseconds, or so many works, as a list was made before. */
export type Limit = { milliseconds: number } | { works: number };

/**
 * Reads a list from its beginning until the limit, and puts what was read into the order of the logits, equal ones in
 * the order they had. The rest follows as it was: a paper that was not read is not overtaken by any that stood behind it.
 * @param entries best first.
 * @param signal ends the work.
 * @returns also how many were read: with that limit, the same list gives the same order again.
 * @throws AkinError as the start of the scorer, and `embedding-failed`.
 */
export async function reranked<T extends { key: Key }>(
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
  const judged = head.slice(0, read).map((entry, i) => ({ ...entry, verdict: { logit: logits[i]!, before: i + 1 } }));
  judged.sort((a, b) => b.verdict.logit - a.verdict.logit || a.verdict.before - b.verdict.before);
  return { entries: [...judged, ...entries.slice(read)], read };
}
