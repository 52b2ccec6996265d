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
import { closenessOf, type Closeness } from './closeness.ts';
import { diversified } from './diversity.ts';
import { FEEDBACK_PAPERS, moveToward } from './feedback.ts';
import type { ListShape, Mode } from './question.ts';
import { bestVectors, fuse, single, UNREAD_LEXICAL_WEIGHT, type Ranked } from './ranking.ts';
import { reranked, type Judged } from './rerank.ts';
import { direction } from './seeds.ts';
import type { Understood } from './understood.ts';
import { oncePerWork } from './works.ts';

/** Candidates taken from each leg: together they are the list that one can page through. */
export const DEPTH = 150;
/** How much of the list is put into another order for the sake of diversity. */
const DIVERSIFIED = 100;
/** Of the best, those looked at to tell whether anything is relevant. */
const JUDGED = 20;

/** A place in the list. Lists are kept, so it says no more than what a page needs that describes it. */
export type Entry = Judged<
  Omit<
    Placed,
    'vector' | 'id' | 'title' | 'year' | 'work' | 'called' | 'relevanceByWords' | 'isAskedFor' | 'askedBy' | 'front'
  >
> & {
  /** Null where nothing says how close a paper is: among conditions alone, and by words alone. */
  closeness: Closeness | null;
};

/** What one pages through. */
export interface List {
  entries: Entry[];
  /** Of the library when it was made. */
  state: LibraryState;
  /** Whether there is nothing beyond the candidates that were looked at. */
  exact: boolean;
  /** How many of the entries, from the first on, are not weak. */
  relevant: number;
  /** What the query wants and no paper has: its conditions, as they are written, that were not kept to; or its identifier. */
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

const entryOf = (paper: Judged<Placed>, closeness: Closeness | null): Entry => {
  const { key, score, shares, similarity, match, ranks, relevance, names, verdict } = paper;
  const known = { key, score, shares, similarity, match, ranks, relevance, names, closeness };
  return { ...known, ...(verdict && { verdict }) };
};

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

  /** The list of a question that has more than conditions. */
  async make(asked: Understood, shape: ListShape, clock: Clock, { read, signal }: Making = {}): Promise<List> {
    const { text, filter, named, unknown, given } = asked;
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
    // What words alone have found can't be judged by nearness; and what is near to a vector that says nothing must hold some.
    const least = mode === 'lexical' || unread ? 0 : cutoff;
    const isFit = (each: Placed) =>
      isRelevant(each, least) && (!unread || each.isAskedFor || Boolean(each.match?.words));
    const called = ranked;
    const slips = mode === 'dense' ? [] : corrections.filter(({ word }) => !isName(word, called));
    const isFound = ranked.some((each, i) => (i < JUDGED || each.isAskedFor) && isFit(each));
    const isAnswered = isFound || named !== undefined;
    if (unread && isFound) ranked = ranked.filter(isFit);
    if (unlikeAbove !== undefined) ranked = withoutNear(ranked, await asked.unlike, unlikeAbove);
    ranked = oncePerWork(ranked, named === undefined ? seeds.map(({ work }) => work) : []);
    if (diversity > 0 && isAnswered) {
      ranked = [...diversified(ranked.slice(0, DIVERSIFIED), diversity), ...ranked.slice(DIVERSIFIED)];
    }
    let entries: Judged<Placed>[] = ranked;
    if (rerank && isAnswered && asked.like.keys.length === 0) {
      clock.stop('rank');
      const limit = read === undefined ? { milliseconds: rerank } : { works: read };
      ({ entries, read } = await reranked(text, entries, this.#library, this.#scorer(), limit, signal));
      clock.stop('rerank');
    }
    const workNamed = seeds.find(({ key }) => key === named)?.work;
    const isNamed = ({ work }: Placed) => workNamed !== undefined && work === workNamed;
    entries = inFront(entries.map((each) => (isNamed(each) ? { ...each, front: Infinity } : each)));
    const closeness = closenessOf(entries, isNamed, least, isAnswered);
    let close = entries.map((each, i) => ({ each, closeness: mode === 'lexical' ? null : closeness[i]! }));
    const relevant = close.filter((one) => one.closeness !== 'weak');
    if (sort !== 'best' && relevant.length > 0) close = relevant.sort((a, b) => LISTED[sort](a.each, b.each));
    clock.stop('rank');
    return {
      ...{
        state,
        exact: exhausted,
        dropped: unknown === undefined ? [] : [unknown],
        unread,
        text,
        vector,
        read,
        relevant: relevant.length,
      },
      entries: close.map((one) => entryOf(one.each, one.closeness)),
      corrections: slips,
    };
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
