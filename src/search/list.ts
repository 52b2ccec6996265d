/** From a question to the whole list that one can page through: candidates of all legs, ranked, each work once. */
import { isOfNoModel, reads } from '../embedding/models.ts';
import type { Scorer } from '../embedding/scorer.ts';
import { plain } from '../fold.ts';
import type { Candidate, Correction, Key, Leg, Library, LibraryState, WordScoring } from '../library/library.ts';
import { LISTED } from '../library/order.ts';
import { dot } from '../vector.ts';
import { inFront, placed, type Placed } from './asked-for.ts';
import type { Background } from './background.ts';
import type { Clock } from './clock.ts';
import { diversified } from './diversity.ts';
import { FEEDBACK_PAPERS, moveToward } from './feedback.ts';
import type { ListShape, Mode } from './question.ts';
import { bestVectors, fuse, single, UNREAD_LEXICAL_WEIGHT, type Ranked } from './ranking.ts';
import { reranked, type Judged } from './rerank.ts';
import { relevance } from './relevance.ts';
import { direction } from './seeds.ts';
import type { Understood } from './understood.ts';
import { oncePerWork } from './works.ts';

/** Candidates taken from each leg: together they are the list that one can page through. */
export const DEPTH = 150;
/** How much of the list is put into another order for the sake of diversity. */
const DIVERSIFIED = 100;
/** Of the best, those looked at to tell whether anything is relevant. */
const JUDGED = 20;
/** Papers that are named where nothing relevant was found. */
const NEAREST = 3;

/** A place in the list. Lists are kept, so it says no more than what a page needs that describes it. */
export type Entry = Judged<
  Omit<Placed, 'vector' | 'id' | 'title' | 'year' | 'work' | 'called' | 'isAskedFor' | 'front'>
>;

/** What one pages through. */
export interface List {
  entries: Entry[];
  /** Of the library when it was made. */
  state: LibraryState;
  /** Whether there is nothing beyond the candidates that were looked at. */
  exact: boolean;
  /** Papers that were found, none of them relevant. */
  withheld: number;
  /** The best of those. */
  nearest: Entry[];
  /** Conditions of the query, as they are written, that left nothing and were not kept to. */
  dropped: string[];
  corrections: Correction[];
  /** Whether the question is in a script that the model does not read, and its vector says next to nothing. */
  unread: boolean;
  /** What its hits are explained by. */
  text: string;
  vector: Float32Array | undefined;
  /** How many of the entries the cross-encoder has read; undefined where it was not asked. */
  read?: number | undefined;
}

const LEGS: Record<Mode, Leg[]> = { hybrid: ['dense', 'lexical'], dense: ['dense'], lexical: ['lexical'] };

export const scoringOf = (mode: Mode): WordScoring => (mode === 'hybrid' ? 'fused' : 'alone');

const entryOf = (paper: Judged<Placed>): Entry => {
  const { key, score, shares, similarity, match, ranks, relevance, names, verdict } = paper;
  return { ...{ key, score, shares, similarity, match, ranks, relevance, names }, ...(verdict && { verdict }) };
};

/** A question that has more than conditions. */
type Pointing = Understood & { vector: Promise<Float32Array> };

/** How a list is made: how far it was re-ranked when it was made before, and what ends the work. */
export interface Making {
  read?: number | undefined;
  signal?: AbortSignal | undefined;
}

export class Lists {
  readonly #library: Library;
  readonly #background: Background;
  readonly #scorer: () => Promise<Scorer>;

  constructor(library: Library, background: Background, scorer: () => Promise<Scorer>) {
    this.#library = library;
    this.#background = background;
    this.#scorer = scorer;
  }

  /** The list of a question. */
  make(asked: Understood, shape: ListShape, clock: Clock, making: Making = {}): Promise<List> {
    const { vector } = asked;
    if (vector === undefined) return this.#listed(asked, shape, making.signal);
    return this.#ranked({ ...asked, vector }, shape, clock, making);
  }

  async #ranked(asked: Pointing, shape: ListShape, clock: Clock, { read, signal }: Making): Promise<List> {
    const { text, filter, named, given } = asked;
    const { mode, sort, cutoff, diversity, unlikeAbove, rerank } = shape;
    const coming = mode === 'lexical' ? ifModelIsThere(asked.vector) : asked.vector;
    const { candidates, also, exhausted, corrections, said, state } = await this.#library.recall({
      ...{ legs: LEGS[mode], depth: DEPTH, scoring: scoringOf(mode) },
      ...{ vector: coming, words: text, filter, also: given, signal },
      names: mode === 'hybrid' ? asked.names : undefined,
    });
    const vector = await coming;
    clock.stop('recall');
    const { model } = this.#library;
    const unread = mode !== 'lexical' && !reads(model, text);
    const found = without(
      candidates,
      given.filter((key) => key !== named),
    );
    const seeds = also.filter((each) => each !== undefined);
    let byLegs: Ranked[];
    if (mode !== 'hybrid') byLegs = single(found, mode);
    else {
      const meant = vector!; // Only words go without.
      const background = await this.#background.of(meant, state.embedded);
      const weight = shape.lexicalWeight ?? (unread ? UNREAD_LEXICAL_WEIGHT : state.settings.lexicalWeight);
      // Nothing can be nearer than the papers to be like, which are no hits.
      const all = [...found, ...(await likeSeeds(asked, seeds, meant))];
      // Papers to be like say all there is to say.
      const isShort = asked.like.keys.length === 0 && !unread;
      byLegs = isShort ? withFeedback(all, text, meant, background, weight) : fuse(all, background, weight);
    }
    // A vector that says nothing calls nothing near.
    const unrelated = unread ? 1 : model.unrelatedCosine;
    let ranked = placed(byLegs, { text, said, mode, filter, papers: state.papers, unrelated });
    const common = {
      ...{ state, exact: exhausted, withheld: 0, nearest: [], dropped: [], unread, text, vector },
      corrections: mode === 'dense' ? [] : corrections.filter(({ word }) => !isName(word, ranked)),
    };
    // What words alone have found can't be judged by nearness; and what is near to a vector that says nothing must hold some.
    const least = mode === 'lexical' || unread ? 0 : cutoff;
    const isFit = (each: Placed) =>
      isRelevant(each, least) && (!unread || each.isAskedFor || Boolean(each.match?.words));
    const isFound = ranked.some((each, i) => (i < JUDGED || each.isAskedFor) && isFit(each));
    const withheld = named === undefined && !isFound ? ranked.length : 0;
    if (unread && isFound) ranked = ranked.filter(isFit);
    // Where nothing is near, words are all there is: of what was not asked for itself, what holds none has no reason to be there.
    const isNear = ranked.some((each, i) => i < JUDGED && nearness(each, unrelated) >= least);
    if (named === undefined && isFound && !isNear) ranked = ranked.filter(hasReason);
    if (unlikeAbove !== undefined) ranked = withoutNear(ranked, await asked.unlike, unlikeAbove);
    ranked = oncePerWork(ranked, named === undefined ? seeds.map(({ work }) => work) : []);
    if (withheld > 0) {
      return { ...common, entries: [], exact: true, withheld, nearest: ranked.slice(0, NEAREST).map(entryOf) };
    }
    if (diversity > 0) {
      ranked = [...diversified(ranked.slice(0, DIVERSIFIED), diversity), ...ranked.slice(DIVERSIFIED)];
    }
    let entries: Judged<Placed>[] = ranked;
    if (rerank && asked.like.keys.length === 0) {
      clock.stop('rank');
      const limit = read === undefined ? { milliseconds: rerank } : { works: read };
      ({ entries, read } = await reranked(text, entries, this.#library, this.#scorer(), limit, signal));
      clock.stop('rerank');
    }
    const workNamed = seeds.find(({ key }) => key === named)?.work;
    if (sort !== 'best') entries = entries.filter(isFit).sort(LISTED[sort]);
    else if (workNamed === undefined) entries = inFront(entries);
    else entries = inFront(entries.map((each) => ({ ...each, front: Number(each.work === workNamed) })));
    clock.stop('rank');
    return { ...common, entries: entries.map(entryOf), read };
  }

  /** Conditions only: there is nothing to be near to, so the newest are the best. */
  async #listed({ filter, given }: Understood, { sort }: ListShape, signal: AbortSignal | undefined): Promise<List> {
    // Asked for first, so that no list passes for one of a later state.
    const state = await this.#library.state();
    const listed = await this.#library.list(filter!, sort === 'best' ? 'newest' : sort, DEPTH, { signal });
    const without = given.length === 0 ? [] : await this.#worksOf(given);
    const entries = oncePerWork(listed, without).map((each) => ({
      ...each,
      ...{ score: 0, similarity: undefined, match: undefined, shares: { dense: 0, lexical: 0, named: 0 } },
      ...{ relevance: null, names: [] },
      ranks: { dense: undefined, lexical: undefined },
    }));
    const exact = listed.length < DEPTH;
    const nothing = {
      withheld: 0,
      nearest: [],
      dropped: [],
      corrections: [],
      unread: false,
      text: '',
      vector: undefined,
    };
    return { state, entries, exact, ...nothing };
  }

  /** The works of papers. */
  async #worksOf(keys: Key[]): Promise<Key[]> {
    const { also } = await this.#library.recall({ legs: [], depth: 0, scoring: 'alone', also: keys });
    return also.flatMap((each) => each?.work ?? []);
  }
}

/** A vector, unless there is no model to make it with. What words find needs none: it is only not said how near it is. */
async function ifModelIsThere(vector: Promise<Float32Array>): Promise<Float32Array | undefined> {
  try {
    return await vector;
  } catch (error) {
    if (isOfNoModel(error)) return undefined;
    throw error;
  }
}

/** Whether a paper is as relevant as that, 0..100; one without a vector can't be judged, and may be. */
function isRelevant({ relevance }: Pick<Placed, 'relevance'>, least: number): boolean {
  return (relevance ?? 100) >= least;
}

/** How relevant a paper is by its vector alone, 0..100. */
function nearness({ similarity }: Pick<Placed, 'similarity'>, unrelated: number): number {
  return similarity === undefined ? 0 : relevance(similarity, unrelated, 0, 0);
}

/** Whether a paper was asked for, or holds a word of the question or is called by one. */
function hasReason({ isAskedFor, match, names }: Pick<Placed, 'isAskedFor' | 'match' | 'names'>): boolean {
  return isAskedFor || Boolean(match?.words) || names.length > 0;
}

/** Whether a word is a name that a paper is called by, and no slip of the finger. */
function isName(word: string, ranked: Placed[]): boolean {
  return ranked.some(({ names }) => names.includes(plain(word)));
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

/** Ranks by the question as its own best answers say it (feedback.ts); hits keep their own similarity. */
function withFeedback(
  found: Candidate[],
  text: string,
  vector: Float32Array,
  background: number,
  weight: number | undefined,
): Ranked[] {
  const best = bestVectors(found, background, weight, FEEDBACK_PAPERS);
  if (best.length === 0) return fuse(found, background, weight);
  const centre = direction([best], []);
  const move = moveToward(text, dot(vector, centre));
  return fuse(found, background, weight, ({ vector: own, similarity }) => {
    return own && move(similarity!, dot(centre, own));
  });
}

/** Leaves out what is too similar to what is not wanted. */
function withoutNear<T extends Candidate>(ranked: T[], unlike: Float32Array[], above: number): T[] {
  return ranked.filter(({ vector }) => !vector || unlike.every((unwanted) => dot(vector, unwanted) < above));
}
