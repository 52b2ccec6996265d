/** From a question to the whole list that one can page through: candidates of both legs, ranked, each work once. */
import type { Scorer } from '../embedding/scorer.ts';
import { NO_MATCH } from '../library/candidates.ts';
import type { Candidate, Correction, Key, Leg, Library, LibraryState, WordScoring } from '../library/library.ts';
import { LISTED } from '../library/order.ts';
import { dot } from '../vector.ts';
import type { Background } from './background.ts';
import type { Clock } from './clock.ts';
import { diversified } from './diversity.ts';
import { FEEDBACK_PAPERS, moveToward } from './feedback.ts';
import type { ListShape, Mode } from './question.ts';
import { fuse, isTitle, single, type Ranked } from './ranking.ts';
import { relevance } from './relevance.ts';
import { reranked, type Judged } from './rerank.ts';
import { direction } from './seeds.ts';
import type { Understood } from './understood.ts';
import { oncePerWork } from './works.ts';

/** Candidates taken from each leg: together they are the list that one can page through. */
export const DEPTH = 150;
/** How much of the list is put into another order for the sake of diversity. */
const DIVERSIFIED = 100;
/** Of the best by words, those that may turn out to be the paper whose title was typed. */
const TITLES_LOOKED_AT = 20;
/** Of the best, those looked at to tell whether anything is relevant. */
const JUDGED = 20;
/** Characters; no title has more. */
const LONGEST_TITLE = 400;

/** A place in the list. Lists are kept, so it says no more than what a page needs that describes it. */
export type Entry = Judged<Omit<Ranked, 'vector' | 'id' | 'title' | 'year' | 'work'>>;

/** What one pages through. */
export interface List {
  entries: Entry[];
  /** Of the library when it was made. */
  state: LibraryState;
  /** Whether there is nothing beyond the candidates that were looked at. */
  exact: boolean;
  /** Papers that were found, none of them relevant. */
  withheld: number;
  corrections: Correction[];
  /** What its hits are explained by. */
  text: string;
  vector: Float32Array | undefined;
  /** How many of the entries the cross-encoder has read; undefined where it was not asked. */
  read?: number | undefined;
}

const LEGS: Record<Mode, Leg[]> = { hybrid: ['dense', 'lexical'], dense: ['dense'], lexical: ['lexical'] };

export const scoringOf = (mode: Mode): WordScoring => (mode === 'hybrid' ? 'fused' : 'alone');

/**
 * How relevant a paper is, 0..100; null for a paper without a vector.
 * @param unrelated the model's mean cosine of unrelated texts.
 */
export function relevanceOf(
  { similarity, match = NO_MATCH }: Pick<Candidate, 'similarity' | 'match'>,
  unrelated: number,
) {
  return similarity === undefined ? null : relevance(similarity, unrelated, match.words, match.coverage);
}

const entryOf = ({ key, score, shares, similarity, match, ranks, verdict }: Judged<Ranked>): Entry => ({
  ...{ key, score, shares, similarity, match, ranks },
  ...(verdict && { verdict }),
});

export class Lists {
  readonly #library: Library;
  readonly #background: Background;
  readonly #scorer: () => Promise<Scorer>;

  constructor(library: Library, background: Background, scorer: () => Promise<Scorer>) {
    this.#library = library;
    this.#background = background;
    this.#scorer = scorer;
  }

  /** The list of a question. @param read how far it was re-ranked when it was made before. */
  async make(
    asked: Understood,
    shape: ListShape,
    clock: Clock,
    { read, signal }: { read?: number | undefined; signal?: AbortSignal | undefined } = {},
  ): Promise<List> {
    if (asked.vector === undefined) return this.#listed(asked, shape, signal);
    const { text, filter, named, given } = asked;
    const { mode, sort, cutoff, diversity, unlikeAbove, rerank } = shape;
    const { candidates, also, exhausted, corrections, state } = await this.#library.recall({
      ...{ legs: LEGS[mode], depth: DEPTH, scoring: scoringOf(mode) },
      ...{ vector: asked.vector, words: text, filter, also: given, signal },
    });
    const vector = await asked.vector;
    clock.stop('recall');
    const found = without(
      candidates,
      given.filter((key) => key !== named),
    );
    const seeds = also.filter((each) => each !== undefined);
    let ranked: Ranked[];
    if (mode === 'hybrid') {
      const background = await this.#background.of(vector, state.embedded);
      const weight = shape.lexicalWeight ?? state.settings.lexicalWeight;
      // Nothing can be nearer than the papers to be like, which are no hits.
      const all = [...found, ...(await likeSeeds(asked, seeds, vector))];
      ranked = fuse(all, background, weight);
      // Papers to be like say all there is to say.
      if (asked.like.keys.length === 0) ranked = withFeedback(ranked, text, vector, background, weight);
    } else {
      ranked = single(found, mode);
    }
    const common = { state, exact: exhausted, corrections: mode === 'dense' ? [] : corrections, text, vector };
    // What words alone have found can't be judged by nearness.
    const least = mode === 'lexical' ? 0 : cutoff;
    if (named === undefined && !ranked.slice(0, JUDGED).some((each) => this.#isRelevant(each, least))) {
      return { ...common, entries: [], exact: true, withheld: ranked.length };
    }
    if (unlikeAbove !== undefined) ranked = withoutNear(ranked, await asked.unlike, unlikeAbove);
    ranked = oncePerWork(ranked, named === undefined ? seeds.map(({ work }) => work) : []);
    if (diversity > 0) {
      ranked = [...diversified(ranked.slice(0, DIVERSIFIED), diversity), ...ranked.slice(DIVERSIFIED)];
    }
    let entries: Judged<Ranked>[] = ranked;
    if (rerank) {
      clock.stop('rank');
      const limit = read === undefined ? { milliseconds: rerank } : { works: read };
      ({ entries, read } = await reranked(text, entries, this.#library, this.#scorer(), limit, signal));
      clock.stop('rerank');
    }
    const workNamed = seeds.find(({ key }) => key === named)?.work;
    if (sort === 'best') entries = titledFirst(entries, text, workNamed);
    else entries = entries.filter((each) => this.#isRelevant(each, least)).sort(LISTED[sort]);
    clock.stop('rank');
    return { ...common, entries: entries.map(entryOf), withheld: 0, read };
  }

  /** Conditions only: there is nothing to be near to, so the newest are the best. */
  async #listed({ filter, given }: Understood, { sort }: ListShape, signal: AbortSignal | undefined): Promise<List> {
    // Asked for first, so that no list passes for one of a later state.
    const state = await this.#library.state();
    const listed = await this.#library.list(filter!, sort === 'best' ? 'newest' : sort, DEPTH, signal);
    const without = given.length === 0 ? [] : await this.#worksOf(given);
    const entries = oncePerWork(listed, without).map((each) => ({
      ...each,
      ...{ score: 0, similarity: undefined, match: undefined, shares: { dense: 0, lexical: 0 } },
      ranks: { dense: undefined, lexical: undefined },
    }));
    const exact = listed.length < DEPTH;
    return { state, entries, exact, withheld: 0, corrections: [], text: '', vector: undefined };
  }

  /** The works of papers. */
  async #worksOf(keys: Key[]): Promise<Key[]> {
    const { also } = await this.#library.recall({ legs: [], depth: 0, scoring: 'alone', also: keys });
    return also.flatMap((each) => each?.work ?? []);
  }

  /** Whether a paper is as relevant as that, 0..100; one without a vector can't be judged, and may be. */
  #isRelevant(paper: Pick<Candidate, 'similarity' | 'match'>, least: number): boolean {
    return (relevanceOf(paper, this.#library.model.unrelatedCosine) ?? 100) >= least;
  }
}

/** Candidates without some papers, which leave no gap in the places of each leg. */
function without(candidates: Candidate[], keys: Key[]): Candidate[] {
  if (keys.length === 0) return candidates;
  const left = candidates.filter(({ key }) => !keys.includes(key));
  for (const leg of ['dense', 'lexical'] as const) {
    const found = left.filter(({ ranks }) => ranks[leg] !== undefined);
    found.sort((a, b) => a.ranks[leg]! - b.ranks[leg]!).forEach(({ ranks }, i) => (ranks[leg] = i + 1));
  }
  return left;
}

/** The papers to be like as candidates, save the one that the query names, which is a hit. */
async function likeSeeds({ like, named }: Understood, seeds: Candidate[], vector: Float32Array): Promise<Candidate[]> {
  const vectors = await like.vectors;
  return like.keys.flatMap((key, i) => {
    const seed = key === named ? undefined : seeds.find((each) => each.key === key);
    return seed ? [{ ...seed, similarity: seed.similarity ?? dot(vector, vectors[i]!) }] : [];
  });
}

/** Ranks once more, by the question as its own best answers say it (feedback.ts); hits keep their own similarity. */
function withFeedback(
  ranked: Ranked[],
  text: string,
  vector: Float32Array,
  background: number,
  weight: number | undefined,
): Ranked[] {
  const best = ranked.flatMap((each) => each.vector ?? []).slice(0, FEEDBACK_PAPERS);
  if (best.length === 0) return ranked;
  const centre = direction([best], []);
  const move = moveToward(text, dot(vector, centre));
  return fuse(ranked, background, weight, ({ vector: own, similarity }) => {
    return own && move(similarity!, dot(centre, own));
  });
}

/** Leaves out what is too similar to what is not wanted. */
function withoutNear<T extends Candidate>(ranked: T[], unlike: Float32Array[], above: number): T[] {
  return ranked.filter(({ vector }) => !vector || unlike.every((unwanted) => dot(vector, unwanted) < above));
}

/** The paper that the query names, or whose title it is, comes first. */
function titledFirst<T extends Ranked>(entries: T[], text: string, workNamed: Key | undefined): T[] {
  let first: T | undefined;
  if (workNamed !== undefined) first = entries.find(({ work }) => work === workNamed);
  else if (text.length <= LONGEST_TITLE) {
    first = entries.find(({ ranks, title }) => (ranks.lexical ?? Infinity) <= TITLES_LOOKED_AT && isTitle(text, title));
  }
  return first ? [first, ...entries.filter((entry) => entry !== first)] : entries;
}
