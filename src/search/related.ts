/**
 * Here is a draft: which papers of the library belong to it that it does not cite, where, and why?
 *
 * Each passage of the draft asks both legs of the library. What the passage cites already is the best evidence of what it
 * is about, so the dense leg is asked with a direction between the passage's own and the mean of those works (Rocchio 1971).
 * A paper's score is that of the passage that asks for it most, with a share of the mean over all passages; the list is made
 * diverse by maximal marginal relevance (Carbonell & Goldstein 1998). How much each part is worth is measured by
 * `npm run eval:related`.
 */
import type { Draft, Reference } from '../drafts/draft.ts';
import type { Embedder } from '../embedding/embedder.ts';
import { AkinError } from '../errors.ts';
import { dot } from '../library/graph.ts';
import type { Filter } from '../library/filter.ts';
import type { Library, LibraryStatus } from '../library/library.ts';
import { citationOf, IDENTIFIER_KINDS, type Citation, type Identifiers, type Paper } from '../paper.ts';
import { Background } from './background.ts';
import { diversified } from './diversity.ts';
import { MAX_PASSAGES, passagesOf, type Passage } from './passages.ts';
import { candidates, fuse } from './ranking.ts';
import { sentencesOf, SentenceVectors, type NearestSentence } from './sentences.ts';

export const DEFAULT_SUGGESTIONS = 20;
export const MAX_SUGGESTIONS = 100;

export interface Years {
  /** The first year; undefined for any. */
  from: number | undefined;
  /** The last one. */
  to: number | undefined;
}

export interface Suggestion extends Citation {
  /** What the choice follows, 0..1. */
  score: number;
  /** Cosine of the vectors of the passage and the paper, −1..1; null for a paper that has no vector yet. */
  similarity: number | null;
  /** The sentence of the paper's abstract that is nearest to the passage; null where it has none. */
  reason: Reason | null;
}

export interface Reason {
  sentence: string;
  /** `abstract.slice(start, end)`. */
  start: number;
  end: number;
  /** Cosine of the vectors of the passage and the sentence. */
  similarity: number;
}

/** A passage of the draft, and the papers it asked for more than any other passage did, best first. */
export interface PassageSuggestions {
  heading: string;
  text: string;
  offset: number;
  suggestions: Suggestion[];
}

export interface CitedWork {
  key: string | null;
  title: string;
  /** Its paper's id; null where the library does not have it. */
  id: string | null;
}

export interface RelatedAnswer {
  title: string;
  /** Those that have suggestions, in the order of the draft. */
  passages: PassageSuggestions[];
  /** What the draft cites: left out of the suggestions, and evidence of what it is about. */
  cited: CitedWork[];
  /** What of the draft was not read, and why. */
  notes: string[];
  library: LibraryStatus;
}

/** How suggestions are weighed. */
export interface Weights {
  /** Share of the cited works' direction in what the dense leg is asked, 0..1. */
  evidence: number;
  /** Share of the mean over all passages in a paper's score, 0..1. */
  breadth: number;
  /** Share of novelty in the choice, 0..1: 0 takes the best whatever they repeat. */
  diversity: number;
}

/** Chosen and checked by `npm run eval:related`; see the README. */
export const WEIGHTS: Weights = { evidence: 0.4, breadth: 0.6, diversity: 0.1 };

/** Candidates taken from each leg, for each passage, at first. */
const DEPTH = 200;
/** Candidates looked at for each suggestion wanted, so that there is a choice. */
const POOL = 3;
/** Cited works that speak for a passage that itself cites none. */
const NEAREST_CITED = 5;
/** Drafts worked on at the same time; each keeps the embedder busy for seconds. */
const MAX_AT_ONCE = 4;
/** References that are looked for by their titles, each of which is a search; all are looked for by their identifiers. */
const MAX_BY_TITLE = 2000;
/** Shorter titles ("Introduction") may be anybody's. In letters and digits. */
const MIN_TITLE = 12;

export class Related {
  readonly #library: Library;
  readonly #embedder: Pick<Embedder, 'model' | 'embedDocuments'>;
  readonly #sentences: SentenceVectors;
  readonly #background: Background;
  #running = 0;

  /** @param sentences shared with whoever explains hits. */
  constructor(
    library: Library,
    embedder: Pick<Embedder, 'model' | 'embedDocuments'>,
    sentences = new SentenceVectors(embedder),
  ) {
    this.#library = library;
    this.#embedder = embedder;
    this.#sentences = sentences;
    this.#background = new Background(library);
  }

  /**
   * The papers a draft might cite and does not.
   * @param limit how many in all, 1 to `MAX_SUGGESTIONS`.
   * @param years only papers of these years.
   * @throws AkinError `invalid-argument` for a draft without prose, `overloaded`.
   */
  async suggest(
    draft: Draft,
    {
      limit = DEFAULT_SUGGESTIONS,
      years,
      weights = WEIGHTS,
    }: { limit?: number; years?: Years | undefined; weights?: Weights } = {},
  ): Promise<RelatedAnswer> {
    if (this.#running >= MAX_AT_ONCE) {
      throw new AkinError('overloaded', `${this.#running} drafts are being read already`, {
        hint: 'try again in a few seconds',
      });
    }
    this.#running++;
    try {
      return await this.#suggest(draft, limit, years, weights);
    } finally {
      this.#running--;
    }
  }

  async #suggest(draft: Draft, limit: number, years: Years | undefined, weights: Weights): Promise<RelatedAnswer> {
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

    const cited = await this.#cited(draft.references, notes);
    const asked = await this.#asked(passages, cited, weights.evidence);
    const candidates = await this.#candidates(asked, draft, cited, years, limit * POOL, weights.breadth);
    const chosen = await this.#diverse(candidates, limit, weights.diversity);

    const answer = await Promise.all(
      asked.map(async ({ passage, vector }, i): Promise<PassageSuggestions> => {
        const { heading, text, offset } = passage;
        const own = chosen.filter((candidate) => candidate.passage === i);
        const similarities = await this.#library.similarities(
          vector,
          own.map(({ row }) => row),
        );
        const suggestions = await Promise.all(
          own.map(async ({ row, paper, score }): Promise<Suggestion> => {
            return {
              ...citationOf(paper),
              score,
              similarity: similarities.get(row) ?? null,
              reason: reasonOf(await this.#sentences.nearest(vector, sentencesOf(paper.abstract))),
            };
          }),
        );
        return { heading, text, offset, suggestions };
      }),
    );
    return {
      title: draft.title,
      passages: answer.filter(({ suggestions }) => suggestions.length > 0),
      cited: cited.map(({ reference, paper }) => ({
        key: reference.key,
        title: paper?.title || reference.title || reference.text.slice(0, 200),
        id: paper?.id ?? null,
      })),
      notes,
      library: await this.#library.status(),
    };
  }

  // ---- What is cited ----

  /** The papers of references: by an identifier, else by the title, which must be the same or stand in the reference. */
  async #cited(references: Reference[], notes: string[]): Promise<Cited[]> {
    const cited: Cited[] = [];
    let searches = 0;
    for (const reference of references) {
      let row = await this.#byIdentifier(reference.ids);
      if (row === undefined && ++searches <= MAX_BY_TITLE) row = await this.#byTitle(reference);
      const [paper] = row === undefined ? [] : await this.#library.papers([row]);
      const vector = row === undefined ? undefined : await this.#library.vector(row);
      cited.push({ reference, row: paper && row, paper, vector });
    }
    if (searches > MAX_BY_TITLE) {
      notes.push(
        `only ${MAX_BY_TITLE} of ${searches} references without a known identifier were looked for by their titles`,
      );
    }
    return cited;
  }

  async #byIdentifier(ids: Identifiers): Promise<number | undefined> {
    for (const kind of IDENTIFIER_KINDS) {
      const value = ids[kind];
      const row = value === undefined ? undefined : await this.#library.find(`${kind}:${value}`);
      if (row !== undefined) return row;
    }
    return undefined;
  }

  async #byTitle({ title, text }: Reference): Promise<number | undefined> {
    const wanted = titleKey(title || text);
    if (wanted.length < MIN_TITLE) return undefined;
    const matches = await this.#library.matching(title || text, 10);
    const papers = await this.#library.papers(matches.map(({ row }) => row));
    // Of several titles that stand in the reference the longest says most.
    let best: { row: number; length: number } | undefined;
    for (const [i, paper] of papers.entries()) {
      const key = titleKey(paper?.title ?? '');
      const isIt = key.length >= MIN_TITLE && (title === '' ? standsIn(key, text) : wanted === key);
      if (isIt && (!best || key.length > best.length)) best = { row: matches[i]!.row, length: key.length };
    }
    return best?.row;
  }

  // ---- What is asked ----

  /** The passages with their vectors, and the directions in which the library is searched for them. */
  async #asked(passages: Passage[], cited: Cited[], evidence: number): Promise<Asked[]> {
    const known = cited.filter((each): each is Cited & { vector: Float32Array } => each.vector !== undefined);
    const asked: Asked[] = [];
    for await (const { vector } of this.#embedder.embedDocuments(passages.map(({ text }) => text))) {
      const passage = passages[asked.length]!;
      const keys = new Set(passage.cited);
      const here = known.filter(({ reference: { key } }) => key !== null && keys.has(key));
      const near = here.length > 0 ? here : nearest(known, vector);
      const vectors = near.map((each) => each.vector);
      asked.push({ passage, vector, direction: mixed(vector, vectors, evidence) });
    }
    return asked;
  }

  // ---- What is found ----

  /**
   * At least `wanted` papers, if there are as many, best first: neither cited nor the draft itself nor versions of them, of
   * the years, each work once. The search goes deeper as long as too much of what it finds is left out.
   */
  async #candidates(
    asked: Asked[],
    draft: Draft,
    cited: Cited[],
    years: Years | undefined,
    wanted: number,
    breadth: number,
  ): Promise<Candidate[]> {
    const { papers: count } = await this.#library.status();
    const leftOut = new Set([draft.title, ...cited.map(({ paper }) => paper?.title ?? '')].map(titleKey));
    const citedRows = cited.flatMap(({ row }) => row ?? []);
    const versions = await this.#library.versions(citedRows);
    const left = new Set(citedRows.flatMap((row) => versions.get(row) ?? [row]));
    for (let depth = DEPTH; ; depth *= 4) {
      const found = await this.#scored(asked, left, years && { year: years }, depth, breadth);
      const taken = new Set<string>();
      const kept: Candidate[] = [];
      for (let at = 0; at < found.length && kept.length < wanted; at += DEPTH) {
        const some = found.slice(at, at + DEPTH);
        const rows = some.map(({ row }) => row);
        const [papers, works] = await Promise.all([this.#library.papers(rows), this.#library.versions(rows)]);
        for (const [i, scored] of some.entries()) {
          const paper = papers[i];
          if (!paper) continue; // Removed by a writer since it was found.
          const key = titleKey(paper.title);
          const named = key.length >= MIN_TITLE ? [key] : [];
          if (named.some((title) => leftOut.has(title))) continue;
          // Versions of a work, and what has the same title without having been told to be one.
          const work = [`row ${works.get(scored.row)?.[0] ?? scored.row}`, ...named];
          if (work.some((name) => taken.has(name))) continue;
          for (const name of work) taken.add(name);
          kept.push({ ...scored, paper });
        }
      }
      if (kept.length >= wanted || depth >= count) return kept;
    }
  }

  /** The papers that any passage finds, best first, with the passage that asks for each of them most. */
  async #scored(
    asked: Asked[],
    left: ReadonlySet<number>,
    filter: Filter | undefined,
    depth: number,
    breadth: number,
  ): Promise<Scored[]> {
    const scored = new Map<number, Scored & { sum: number; best: number }>();
    for (const [i, { passage, direction }] of asked.entries()) {
      const [nearest, matching, background] = await Promise.all([
        this.#library.nearest(direction, depth, { filter }),
        this.#library.matching(passage.text, depth, { filter, scoring: 'fused' }),
        this.#background.of(direction),
      ]);
      // Before scores are mapped to 0..1: a cited work, which the direction leans to, would leave nothing for the others.
      const [dense, lexical] = [
        nearest.filter(({ row }) => !left.has(row)),
        matching.filter(({ row }) => !left.has(row)),
      ];
      // Fused scores begin at 1 for whatever comes first; how near that is says how much the library has to say here.
      const confidence = Math.max(0, dense[0]?.similarity ?? 0);
      for (const { row, score } of fuse(candidates(dense, lexical), background)) {
        const share = score * confidence;
        const known = scored.get(row) ?? { row, score: 0, passage: i, sum: 0, best: -1 };
        known.sum += share;
        if (share > known.best) [known.best, known.passage] = [share, i];
        scored.set(row, known);
      }
    }
    for (const each of scored.values()) each.score = (1 - breadth) * each.best + (breadth * each.sum) / asked.length;
    return [...scored.values()].sort((a, b) => b.score - a.score || a.row - b.row);
  }

  /** The best of the candidates that do not say the same. */
  async #diverse(candidates: Candidate[], limit: number, diversity: number): Promise<Candidate[]> {
    const pool = candidates.slice(0, limit * POOL);
    const items = await Promise.all(
      pool.map(async (candidate) => ({ ...candidate, vector: await this.#library.vector(candidate.row) })),
    );
    return diversified(items, diversity).slice(0, limit);
  }
}

interface Cited {
  reference: Reference;
  row: number | undefined;
  paper: Paper | undefined;
  vector: Float32Array | undefined;
}

interface Asked {
  passage: Passage;
  vector: Float32Array;
  direction: Float32Array;
}

interface Scored {
  row: number;
  score: number;
  /** Which of the passages asks for it most. */
  passage: number;
}

interface Candidate extends Scored {
  paper: Paper;
}

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

function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector));
  return length === 0 ? vector : vector.map((x) => x / length);
}

function reasonOf(nearest: NearestSentence | undefined): Reason | null {
  if (!nearest) return null;
  const { text, start, end, similarity } = nearest;
  return { sentence: text, start, end, similarity };
}

/** What titles are compared by: letters and digits, without accents and case. */
function titleKey(title: string): string {
  return title
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}]/gu, '')
    .toLowerCase();
}

/** Whether a title, as `titleKey` has it, stands in a reference, set off from what is around it. */
function standsIn(key: string, text: string): boolean {
  const written = text.normalize('NFKD').toLowerCase();
  const letters = Array.from(written.matchAll(/[\p{L}\p{N}]/gu), ({ 0: letter, index }) => ({ letter, index }));
  const start = letters
    .map(({ letter }) => letter)
    .join('')
    .indexOf(key);
  if (start === -1) return false;
  const end = start + key.length;
  const isSetOff = (left: number, right: number): boolean =>
    /[^\s\p{M}-]/u.test(written.slice(letters[left]!.index + 1, letters[right]!.index));
  return (start === 0 || isSetOff(start - 1, start)) && (end >= letters.length || isSetOff(end - 1, end));
}

/**
 * Reads `2019`, `2019..2022`, `2019..` or `..2022`.
 * @throws AkinError `invalid-argument`.
 */
export function parseYears(text: string): Years {
  const match = /^(\d{4})?(\.\.)?(\d{4})?$/.exec(text.trim());
  const [, first, dots, last] = match ?? [];
  const [from, to] = dots === undefined ? [first, first] : [first, last];
  const years = { from: from === undefined ? undefined : Number(from), to: to === undefined ? undefined : Number(to) };
  const isEmpty = years.from === undefined && years.to === undefined;
  if (!match || isEmpty || (dots === undefined && last !== undefined) || (years.from ?? 0) > (years.to ?? Infinity)) {
    throw new AkinError('invalid-argument', `"${text}" names no years: expected 2019, 2019..2022, 2019.. or ..2022`, {
      field: 'year',
    });
  }
  return years;
}
