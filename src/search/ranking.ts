/** How the legs of a hybrid search become one ranking. Pure: candidates and scores in, candidates and scores out. */
import { plain, wordsIn } from '../fold.ts';
import type { Candidate } from '../library/library.ts';

export interface Ranked extends Candidate {
  /** What the ranking sorts by; higher is better. */
  score: number;
  /** What the score has from each leg, and from names. */
  shares: { dense: number; lexical: number; named: number };
}

/** Share of the lexical leg in the hybrid score; scripts/README.md shows what others are worth. */
export const LEXICAL_WEIGHT = 0.4;
/** The same for a question in a script that the model does not read. */
export const UNREAD_LEXICAL_WEIGHT = 0.8;
/** How much of what is missing to the best score names can make good, at most. */
export const NAMING_WEIGHT = 0.3;

/**
 * Fuses both legs. Each leg's score is measured between what an unrelated paper has (for the cosine the mean over the
 * library, for BM25 nothing) and what the best candidate has, and both are added by weight. Unlike with min–max over the
 * candidates (see Bruch et al., "An Analysis of Fusion Functions for Hybrid Retrieval", 2023, doi:10.1145/3596512) a score
 * does not depend on how many candidates were taken, and the worst of them keeps what it is worth.
 * @param background the mean cosine of the question with papers of the library.
 * @param cosineOf the cosine to rank a candidate by, where that is not its similarity.
 * @returns best first; ties go by id, so that the order is total.
 */
export function fuse(
  found: Candidate[],
  background: number,
  lexicalWeight = LEXICAL_WEIGHT,
  cosineOf: CosineOf = similarityOf,
): Ranked[] {
  const sharesOf = fusion(found, background, lexicalWeight, cosineOf);
  return ordered(
    found.map((candidate, i) => {
      const [dense, lexical] = sharesOf(candidate, i);
      return rankedBy(candidate, dense + lexical, dense, lexical);
    }),
  );
}

/** The vectors of the best candidates that have one, as `fuse` ranks them: for whoever wants nothing else of the ranking. */
export function bestVectors(
  found: Candidate[],
  background: number,
  lexicalWeight: number | undefined,
  count: number,
): Float32Array[] {
  const sharesOf = fusion(found, background, lexicalWeight ?? LEXICAL_WEIGHT, similarityOf);
  const best: { score: number; id: string; vector: Float32Array }[] = [];
  found.forEach((candidate, i) => {
    const { id, vector } = candidate;
    const [dense, lexical] = sharesOf(candidate, i);
    const score = dense + lexical;
    if (!vector || (best.length === count && score < best.at(-1)!.score)) return;
    best.push({ score, id, vector });
    best.sort(byScore).splice(count);
  });
  return best.map(({ vector }) => vector);
}

type CosineOf = (candidate: Candidate) => number | undefined;
const similarityOf: CosineOf = ({ similarity }) => similarity;

/** How the shares of both legs in a candidate's score are measured. */
function fusion(found: Candidate[], background: number, lexicalWeight: number, cosineOf: CosineOf) {
  const cosines = found.map(cosineOf);
  const range = cosines.reduce<number>((best, cosine) => Math.max(best, cosine ?? -1), -Infinity) - background;
  const bestBm25 = found.reduce((best, candidate) => Math.max(best, bm25Of(candidate)), -Infinity);
  return (candidate: Candidate, i: number): [dense: number, lexical: number] => {
    const cosine = cosines[i];
    const nearness = cosine === undefined || range <= 0 ? 0 : Math.max(0, cosine - background) / range;
    return [(1 - lexicalWeight) * nearness, bestBm25 === 0 ? 0 : lexicalWeight * (bm25Of(candidate) / bestBm25)];
  };
}

/** The ranking of one leg alone. */
export function single(found: Candidate[], leg: 'dense' | 'lexical'): Ranked[] {
  return ordered(
    found.map((candidate) => {
      const score = leg === 'dense' ? candidate.similarity! : bm25Of(candidate);
      return leg === 'dense' ? rankedBy(candidate, score, score, 0) : rankedBy(candidate, score, 0, score);
    }),
  );
}

const bm25Of = ({ match }: Candidate): number => match?.score ?? 0;

/** Written out, since copying hundreds of candidates with a spread takes longer than all of their arithmetic. */
function rankedBy(candidate: Candidate, score: number, dense: number, lexical: number): Ranked {
  const { key, id, title, year, work, vector, similarity, match, called, ranks } = candidate;
  const shares = { dense, lexical, named: 0 };
  return { key, id, title, year, work, vector, similarity, match, called, ranks, score, shares };
}

function ordered(ranked: Ranked[]): Ranked[] {
  return ranked.sort(byScore);
}

/** Best first; equal ones in the order of their ids. */
export function byScore(a: Pick<Ranked, 'score' | 'id'>, b: Pick<Ranked, 'score' | 'id'>): number {
  return b.score - a.score || (a.id < b.id ? -1 : 1);
}

/**
 * Whether a text is a paper's title, or all but: nearly all words of the longer one in the same order. One word alone is
 * a title only when it is the whole of both.
 */
export function isTitle(text: string, title: string): boolean {
  const [a, b] = [wordsOf(text), wordsOf(title)];
  if (a.length === 0 || b.length === 0) return false;
  const longer = Math.max(a.length, b.length);
  return longestCommon(a, b) >= (longer < NEARLY_FROM ? longer : Math.ceil(0.85 * longer));
}

/** Titles with fewer words must be typed exactly: in a short one every word counts. */
export const NEARLY_FROM = 5;
/** Words; no title has more. */
export const LONGEST_TITLE = 60;

function wordsOf(text: string): string[] {
  return wordsIn(plain(text)).slice(0, LONGEST_TITLE);
}

/** How many words two texts have in the same order. */
export function longestCommon(a: string[], b: string[]): number {
  let last = new Array<number>(b.length + 1).fill(0);
  for (const word of a) {
    const row = [0];
    b.forEach((other, j) => row.push(word === other ? last[j]! + 1 : Math.max(last[j + 1]!, row[j]!)));
    last = row;
  }
  return last[b.length]!;
}
