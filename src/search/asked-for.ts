/**
 * Which papers does a question ask for themselves, by title or by name, and how relevant is each? Pure.
 *
 * What was asked for comes first, whatever its score, and is never called irrelevant: a paper whose title was typed, alone or
 * within a reference; one that the question calls by names and by nothing else; one that holds all that was said, be it in its
 * text or its names; one that fulfils a phrase, a title or an author that was demanded.
 */
import { NO_MATCH } from '../library/candidates.ts';
import type { Filter } from '../library/filter.ts';
import type { SaidWord } from '../library/library.ts';
import { namingOf, Quoted } from './naming.ts';
import { DEFAULT_CUTOFF, type Mode } from './question.ts';
import { byScore, isTitle, NAMING_WEIGHT, type Ranked } from './ranking.ts';
import { relevance } from './relevance.ts';

export interface Placed extends Ranked {
  /** 0..100; null for a paper without a vector. */
  relevance: number | null;
  /** The same by its words alone. */
  relevanceByWords: number;
  /** The words of the question that it is called by. */
  names: string[];
  /** Whether it was asked for itself, and can't be irrelevant. */
  isAskedFor: boolean;
  /** What it was asked for by, where the question says so plainly: such papers are in front. */
  askedBy: 'title' | 'name' | undefined;
  /** What comes before all others, whatever the scores: the higher, the farther in front; 0 for most papers. */
  front: number;
}

export interface Circumstances {
  /** The question's text. */
  text: string;
  said: readonly SaidWord[];
  mode: Mode;
  /** What every candidate fulfils. */
  filter: Filter | undefined;
  /** Papers in the library. */
  papers: number;
  /** The model's mean cosine of unrelated texts. */
  unrelated: number;
}

/** Of the best of a leg, those that may turn out to be the paper whose title was typed. */
const TITLES_LOOKED_AT = 20;
/** Characters; no title has more. */
const LONGEST_TITLE = 400;
/** What a paper must be worth by its names (see Naming) where nothing else has found it. */
const LEAST_NAMED = 0.1;

/** The ranking with what was asked for in front, each paper with its relevance. */
export function placed(ranked: Ranked[], circumstances: Circumstances): Placed[] {
  const { said, papers, text, mode, unrelated } = circumstances;
  const quoted = new Quoted(text);
  const isDemanded = circumstances.filter !== undefined && demands(circumstances.filter);
  const all = ranked.flatMap((each): Placed[] => {
    const { key, id, title, year, work, vector, similarity, match, called, ranks, shares } = each;
    const naming = called && namingOf(said, called, papers);
    const names = naming?.words ?? [];
    const [byMeaning, byWords] = [ranks.dense ?? Infinity, ranks.lexical ?? Infinity];
    // A title of stop words alone is found by its meaning, or by the names beside it.
    const mayStand = mode !== 'dense' && (Math.min(byMeaning, byWords) <= TITLES_LOOKED_AT || names.length > 0);
    const titleWords = mayStand ? quoted.wordsOf(title, names) : 0;
    const isTyped = text.length <= LONGEST_TITLE && byWords <= TITLES_LOOKED_AT && isTitle(text, title);
    const isCalled = naming !== undefined && (naming.isCalled || naming.isByAsked);
    let { words, coverage } = match ?? NO_MATCH;
    if (naming) [words, coverage] = [Math.max(words, naming.held.words), Math.max(coverage, naming.held.coverage)];
    const isAskedFor = isDemanded || isTyped || titleWords > 0 || isCalled || naming?.held.coverage === 1;
    const isFound = ranks.dense !== undefined || ranks.lexical !== undefined;
    if (called?.family.length && !isFound && !isAskedFor && naming!.worth < LEAST_NAMED) return [];
    const near = similarity === undefined ? null : relevance(similarity, unrelated, words, coverage);
    // What is missing to the best is made good by names: a score stays within 0..1.
    const byNames = mode === 'hybrid' && naming ? NAMING_WEIGHT * naming.worth * (1 - each.score) : 0;
    const score = each.score + byNames;
    const settled = near !== null && isAskedFor ? Math.max(near, DEFAULT_CUTOFF) : near;
    // Of two papers of one title the one that more of the rest is of.
    const byName = !isCalled ? 0 : naming.isOfNearYear ? 0.5 : 1;
    const front = (isTyped ? 1000 : 0) + titleWords * 2 + byName + (titleWords > 0 ? names.length / 100 : 0);
    const all = { dense: shares.dense, lexical: shares.lexical, named: byNames };
    // Written out, as in `rankedBy`.
    const placedOne: Placed = {
      key,
      id,
      title,
      year,
      work,
      vector,
      similarity,
      match,
      called,
      ranks,
      score,
      shares: all,
      relevance: settled,
      relevanceByWords: relevance(unrelated, unrelated, words, coverage),
      names,
      isAskedFor,
      askedBy: isTyped || titleWords > 0 ? 'title' : isCalled ? 'name' : undefined,
      front,
    };
    return [placedOne];
  });
  return inFront(all.sort(byScore));
}

/** What was asked for in front, all else as it was. */
export function inFront<T extends Pick<Placed, 'front'>>(entries: T[]): T[] {
  return entries.toSorted((a, b) => b.front - a.front);
}

/** Whether a filter lets through only what has a phrase, a title or an author that somebody named. */
function demands(filter: Filter): boolean {
  if ('all' in filter) return filter.all.some(demands);
  if ('any' in filter) return filter.any.length > 0 && filter.any.every(demands);
  return 'phrase' in filter || 'title' in filter || 'author' in filter;
}
