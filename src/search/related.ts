/**
 * Here is a draft: which papers of the library belong to it that it does not cite, where, and why?
 *
 * Each passage of the draft asks both legs of the library. What the passage cites already is the best evidence of what it
 * is about, so the dense leg is asked with a direction between the passage's own and the mean of those works (Rocchio 1971).
 * A paper's score is that of the passage that asks for it most, with a share of the mean over all passages; the list is made
 * diverse by maximal marginal relevance (Carbonell & Goldstein 1998). Before it is filled each passage is sure of its best
 * (claims.ts). How much each part is worth is measured by `npm run eval:related`.
 */
import { z } from 'zod';
import type { Draft, Reference } from '../drafts/draft.ts';
import type { Embeds } from '../embedding/embedder.ts';
import { AkinError } from '../errors.ts';
import { IDENTIFIER_KINDS } from '../identifiers.ts';
import type { Filter } from '../library/filter.ts';
import type { Candidate, Key, Library, LibraryStatus } from '../library/library.ts';
import { briefOf, type Paper } from '../paper.ts';
import { dot, unit } from '../vector.ts';
import type { PassageSuggestions, Reason, RelatedAnswer, Suggestion } from './answer.ts';
import { Background } from './background.ts';
import { bestClaims, Naming, sureOf, type Claim } from './claims.ts';
import { MIN_TITLE, standsIn, titleKey, worksAmong, type Cited } from './cited.ts';
import { diversified } from './diversity.ts';
import { MAX_PASSAGES, passagesOf, type Passage } from './passages.ts';
import { DEFAULT_CUTOFF } from './question.ts';
import { fuse, type Ranked } from './ranking.ts';
import { relevance } from './relevance.ts';
import { sentencesOf, SentenceVectors, type NearestSentence } from './sentences.ts';
import { yearsSchema } from './years.ts';

export const DEFAULT_SUGGESTIONS = 20;
export const MAX_SUGGESTIONS = 100;

/** How the search for related work is to be answered; see parameters.ts. */
export const relatedShape = {
  limit: z
    .int()
    .min(1)
    .max(MAX_SUGGESTIONS)
    .default(DEFAULT_SUGGESTIONS)
    .meta({ description: 'How many suggestions in all', value: 'n' }),
  year: yearsSchema,
};

/** How suggestions are weighed. */
export interface Weights {
  /** Share of the cited works' direction in what the dense leg is asked, 0..1. */
  evidence: number;
  /** Share of the mean over all passages in a paper's score, 0..1. */
  breadth: number;
  /** Share of novelty in the choice, 0..1: 0 takes the best whatever they repeat. */
  diversity: number;
}

/** How suggestions are asked for. */
export interface SuggestOptions {
  /** How many in all, 1 to `MAX_SUGGESTIONS`. */
  limit?: number | undefined;
  /** Only papers of these years. */
  years?: Filter | undefined;
  weights?: Weights | undefined;
  /** Ends the work when nobody waits for the answer any more. */
  signal?: AbortSignal | undefined;
}

/** Chosen and checked by `npm run eval:related`; see scripts/README.md. */
export const WEIGHTS: Weights = { evidence: 0.4, breadth: 0.6, diversity: 0.1 };

/** Candidates taken from each leg, for each passage, at first. */
const DEPTH = 200;
/** Candidates taken at last, where too much of what is found is left out. */
const DEEPEST = 12_800;
/** Candidates looked at for each suggestion wanted, so that there is a choice. */
const POOL = 3;
/** Cited works that speak for a passage that itself cites none. */
const NEAREST_CITED = 5;
/** Drafts worked on at the same time; each keeps the embedder busy for seconds. */
const MAX_AT_ONCE = 4;
/** References that are looked for by their titles, each of which is a search; all are looked for by their identifiers. */
const MAX_BY_TITLE = 2000;

export class Related {
  readonly #library: Library;
  readonly #embedder: Pick<Embeds, 'model' | 'embedDocuments'>;
  readonly #sentences: SentenceVectors;
  readonly #background: Background;
  #running = 0;

  /** @param sentences shared with whoever explains hits. */
  constructor(
    library: Library,
    embedder: Pick<Embeds, 'model' | 'embedDocuments'>,
    sentences = new SentenceVectors(embedder),
  ) {
    this.#library = library;
    this.#embedder = embedder;
    this.#sentences = sentences;
    this.#background = new Background(library);
  }

  /**
   * The papers a draft might cite and does not.
   * @throws AkinError `invalid-argument` for a draft without prose, `overloaded`; the signal's reason when it is given.
   */
  async suggest(draft: Draft, options: SuggestOptions = {}): Promise<RelatedAnswer> {
    if (this.#running >= MAX_AT_ONCE) {
      throw new AkinError('overloaded', `${this.#running} drafts are being read already`, {
        hint: 'try again in a few seconds',
      });
    }
    this.#running++;
    try {
      return await this.#suggest(draft, options);
    } finally {
      this.#running--;
    }
  }

  async #suggest(
    draft: Draft,
    { limit = DEFAULT_SUGGESTIONS, years, weights = WEIGHTS, signal }: SuggestOptions,
  ): Promise<RelatedAnswer> {
    signal?.throwIfAborted();
    const passages: Passage[] = [];
    const notes = [...draft.notes];
    for (const passage of passagesOf(draft, this.#embedder.model.maxTokens)) {
      if (passages.length === MAX_PASSAGES) {
        notes.push(`only the first ${MAX_PASSAGES} passages were asked for`);
        break;
      }
      passages.push(passage);
    }
    if (passages.length === 0) {
      throw new AkinError('invalid-argument', 'no prose was found in the draft', {
        hint: 'give a draft with an abstract or some paragraphs of text',
        field: 'draft',
      });
    }

    const cited = await this.#cited(draft.references, notes, signal);
    const asked = await this.#asked(passages, cited, weights.evidence, signal);
    const wanted = { limit, years, breadth: weights.breadth, signal };
    const found = await this.#candidates(asked, draft, cited, wanted);
    const chosen = await this.#described(await this.#chosen(found, limit, weights.diversity, signal), signal);

    const answer = await Promise.all(
      asked.map(async ({ passage, vector }, i): Promise<PassageSuggestions> => {
        const { heading, text, offset } = passage;
        const own = chosen.filter((candidate) => candidate.passage === i);
        const suggestions = await Promise.all(
          own.map(async ({ paper, score, vector: its }): Promise<Suggestion> => {
            return {
              ...briefOf(paper),
              score,
              similarity: its ? dot(vector, its) : null,
              reason: reasonOf(await this.#sentences.nearest(vector, sentencesOf(paper.abstract), { signal })),
              place: its ? reasonOf(await this.#sentences.nearest(its, sentencesOf(text), { signal })) : null,
            };
          }),
        );
        return { heading, text, offset, suggestions };
      }),
    );
    return {
      title: draft.title,
      passages: answer.filter(({ suggestions }) => suggestions.length > 0),
      cited: worksAmong(cited),
      notes,
      library: await this.#status(),
    };
  }

  // ---- What is cited ----

  /** The papers of references: by an identifier, else by the title, which must be the same or stand in the reference. */
  async #cited(references: Reference[], notes: string[], signal: AbortSignal | undefined): Promise<Cited[]> {
    const identified = await this.#byIdentifiers(references, signal);
    const cited: Cited[] = [];
    let searches = 0;
    for (const [i, reference] of references.entries()) {
      let found = identified[i];
      if (found === undefined && ++searches <= MAX_BY_TITLE) found = await this.#byTitle(reference, signal);
      cited.push({ reference, found });
    }
    if (searches > MAX_BY_TITLE) {
      notes.push(
        `only ${MAX_BY_TITLE} of ${searches} references without a known identifier were looked for by their titles`,
      );
    }
    return cited;
  }

  /** The papers that references name by an identifier, the preferred kinds first; undefined where none is known. */
  async #byIdentifiers(references: Reference[], signal: AbortSignal | undefined): Promise<(Candidate | undefined)[]> {
    const named = references.map(({ ids }) =>
      IDENTIFIER_KINDS.flatMap((kind) => (ids[kind] ? `${kind}:${ids[kind]}` : [])),
    );
    const keys = await this.#library.find(named.flat(), signal);
    const firsts = named.map((names) => keys.splice(0, names.length).find((key) => key !== undefined));
    const known = firsts.filter((key) => key !== undefined);
    if (known.length === 0) return [];
    const { also } = await this.#library.recall({ legs: [], depth: 0, scoring: 'alone', also: known, signal });
    const candidates = new Map(known.map((key, i) => [key, also[i]]));
    return firsts.map((key) => key && candidates.get(key));
  }

  async #byTitle({ title, text }: Reference, signal: AbortSignal | undefined): Promise<Candidate | undefined> {
    const wanted = titleKey(title || text);
    if (wanted.length < MIN_TITLE) return undefined;
    const asked = { legs: ['lexical'], depth: 10, words: title || text, scoring: 'alone' } as const;
    const { candidates } = await this.#library.recall({ ...asked, signal });
    // Of several titles that stand in the reference the longest says most.
    let best: { candidate: Candidate; length: number } | undefined;
    for (const candidate of candidates) {
      const key = titleKey(candidate.title);
      const isIt = key.length >= MIN_TITLE && (title === '' ? standsIn(key, text) : wanted === key);
      if (isIt && (!best || key.length > best.length)) best = { candidate, length: key.length };
    }
    return best?.candidate;
  }

  // ---- What is asked ----

  /** The passages with their vectors, and the directions in which the library is searched for them. */
  async #asked(
    passages: Passage[],
    cited: Cited[],
    evidence: number,
    signal: AbortSignal | undefined,
  ): Promise<Asked[]> {
    const known = cited.flatMap(({ reference: { key }, found }) =>
      found?.vector ? [{ key, vector: found.vector }] : [],
    );
    const asked: Asked[] = [];
    const texts = passages.map(({ text }) => text);
    for await (const { vector } of this.#embedder.embedDocuments(texts, signal)) {
      const passage = passages[asked.length]!;
      const keys = new Set(passage.cited);
      const here = known.filter(({ key }) => key !== null && keys.has(key));
      const near = here.length > 0 ? here : nearest(known, vector);
      const vectors = near.map((each) => each.vector);
      asked.push({ passage, vector, direction: mixed(vector, vectors, evidence) });
    }
    return asked;
  }

  // ---- What is found ----

  /**
   * `POOL` times as many papers as are wanted, if there are as many, best first, and those that passages are sure of: neither
   * cited nor the draft itself nor versions of them, of the years, each work once. The search goes deeper as long as too much
   * of what it finds is left out.
   */
  async #candidates(asked: Asked[], draft: Draft, cited: Cited[], wanted: Wanted): Promise<Found> {
    const { papers: count } = await this.#status();
    const leftOut = new Set([draft.title, ...cited.map(({ found }) => found?.title ?? '')].map(titleKey));
    const left = new Set(cited.flatMap(({ found }) => found?.work ?? []));
    const most = wanted.limit * POOL;
    for (let depth = DEPTH; ; depth *= 4) {
      const { scored, claims } = await this.#scored(asked, left, depth, wanted);
      const taken = new Set<string>();
      const take = ({ title, work }: Scored): boolean => {
        const key = titleKey(title);
        const named = key.length >= MIN_TITLE ? [`title ${key}`] : [];
        if (named.length > 0 && leftOut.has(key)) return false;
        // Versions of a work, and what has the same title without having been said to be one.
        const names = [`work ${work}`, ...named];
        if (names.some((name) => taken.has(name))) return false;
        for (const name of names) taken.add(name);
        return true;
      };
      const byKey = new Map(scored.map((each) => [each.key, each]));
      const sure = sureOf(claims, wanted.limit, (key) => take(byKey.get(key)!));
      for (const [key, passage] of sure) byKey.get(key)!.passage = passage;
      const kept: Scored[] = [];
      for (const each of scored) {
        if (kept.length === most) break;
        if (sure.has(each.key) || take(each)) kept.push(each);
      }
      if (kept.length === most || depth >= Math.min(count, DEEPEST)) {
        const sureOnes = [...sure.keys()].map((key) => byKey.get(key)!);
        return { kept, sure: sureOnes };
      }
    }
  }

  /** The papers that any passage finds, best first, with the passage that asks for each most; and what each claims for itself. */
  async #scored(
    asked: Asked[],
    left: ReadonlySet<Key>,
    depth: number,
    { years: filter, breadth, signal }: Wanted,
  ): Promise<{ scored: Scored[]; claims: Claim[][] }> {
    const scored = new Map<Key, Scored & { sum: number; best: number }>();
    const claims: Claim[][] = [];
    for (const [i, { passage, vector, direction }] of asked.entries()) {
      const { candidates, state } = await this.#library.recall({
        ...{ legs: ['dense', 'lexical'], depth, scoring: 'fused', filter, signal },
        ...{ vector: Promise.resolve(direction), words: passage.text },
      });
      const background = await this.#background.of(direction, state.embedded);
      // Before scores are mapped to 0..1: a cited work, which the direction leans to, would leave nothing for the others.
      const found = candidates.filter(({ work }) => !left.has(work)).map(asFound);
      // Fused scores begin at 1 for whatever comes first; how near that is says how much the library has to say here.
      const confidence = Math.max(0, ...found.map(({ similarity }) => similarity ?? 0));
      const naming = new Naming(passage.text);
      const own: Claim[] = [];
      for (const each of fuse(found, background)) {
        const { key, id, title, work, score } = each;
        const share = score * confidence;
        const known = scored.get(key) ?? { key, id, title, work, score: 0, passage: i, sum: 0, best: -1 };
        known.sum += share;
        if (share > known.best) [known.best, known.passage] = [share, i];
        scored.set(key, known);
        const isNamed = naming.names(title);
        if (isNamed || this.#isRelevant(each, vector)) own.push({ key, share, isNamed });
      }
      claims.push(bestClaims(own));
    }
    for (const each of scored.values()) each.score = (1 - breadth) * each.best + (breadth * each.sum) / asked.length;
    return { scored: [...scored.values()].sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1)), claims };
  }

  /** Whether a paper is above the cut-off, as it would be in the answer to a question of the passage's text. */
  #isRelevant({ vector: its, match }: Ranked, vector: Float32Array): boolean {
    const unrelated = this.#embedder.model.unrelatedCosine;
    const similarity = its ? dot(vector, its) : unrelated;
    return relevance(similarity, unrelated, match?.words ?? 0, match?.coverage ?? 0) >= DEFAULT_CUTOFF;
  }

  /** Those that passages are sure of, and of the others the best that do not say the same. */
  async #chosen(
    { kept, sure }: Found,
    limit: number,
    diversity: number,
    signal: AbortSignal | undefined,
  ): Promise<WithVector[]> {
    const among = new Set(kept);
    const all = [...kept, ...sure.filter((each) => !among.has(each))];
    const vectors = await this.#library.vectors(
      all.map(({ key }) => key),
      signal,
    );
    const items = all.map((candidate, i) => ({ ...candidate, vector: vectors[i] }));
    const isSure = new Set(sure.map(({ key }) => key));
    let places = limit - sure.length;
    const order = [...diversified(items.slice(0, kept.length), diversity), ...items.slice(kept.length)];
    return order.filter(({ key }) => isSure.has(key) || places-- > 0);
  }

  /** With their papers; without those that a writer has removed since they were found. */
  async #described(chosen: WithVector[], signal: AbortSignal | undefined): Promise<(WithVector & { paper: Paper })[]> {
    const keys = chosen.map(({ key }) => key);
    const described = await this.#library.describe(keys, {}, signal);
    return chosen.flatMap((each, i) => (described[i] ? [{ ...each, paper: described[i].paper }] : []));
  }

  async #status(): Promise<LibraryStatus> {
    const { papers, embedded } = await this.#library.state();
    return { papers, embedded };
  }
}

/** A candidate as the legs found it: what a leg did not find says nothing there. */
export function asFound(candidate: Candidate): Candidate {
  const { ranks, similarity, match } = candidate;
  return {
    ...candidate,
    similarity: ranks.dense === undefined ? undefined : similarity,
    match: ranks.lexical === undefined ? undefined : match,
  };
}

interface Asked {
  passage: Passage;
  vector: Float32Array;
  direction: Float32Array;
}

/** What is wanted of the library. */
interface Wanted extends Pick<SuggestOptions, 'years' | 'signal'> {
  /** Papers. */
  limit: number;
  breadth: number;
}

interface Scored extends Pick<Candidate, 'key' | 'id' | 'title' | 'work'> {
  score: number;
  /** Which of the passages asks for it most. */
  passage: number;
}

/** What there is to choose from. */
interface Found {
  /** Best first. */
  kept: Scored[];
  /** Those that passages are sure of; not all of them need to be among the others. */
  sure: Scored[];
}

type WithVector = Scored & { vector: Float32Array | undefined };

function nearest<C extends { vector: Float32Array }>(cited: C[], vector: Float32Array): C[] {
  const similar = cited.map((each) => ({ each, similarity: dot(each.vector, vector) }));
  return similar
    .sort((a, b) => b.similarity - a.similarity)
    .slice(0, NEAREST_CITED)
    .map(({ each }) => each);
}

/** The unit vector between one and the mean direction of others, `share` of the way. */
function mixed(vector: Float32Array, others: Float32Array[], share: number): Float32Array {
  if (others.length === 0 || share === 0) return vector;
  const mean = unit(vector.map((_, i) => others.reduce((sum, other) => sum + other[i]!, 0)));
  return unit(vector.map((x, i) => (1 - share) * x + share * mean[i]!));
}

function reasonOf(nearest: NearestSentence | undefined): Reason | null {
  if (!nearest) return null;
  const { text, start, end, similarity } = nearest;
  return { sentence: text, start, end, similarity };
}
