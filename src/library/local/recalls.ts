/** The parts of a recall that the reader thread does: what needs no vector, and what is known of all that the legs found. */
import { candidatesFrom, unranked, type Known } from '../candidates.ts';
import type { Candidate, Correction, Key, Leg, LibraryState, Match, WordScoring } from '../library.ts';
import type { Filter } from '../filter.ts';
import { dot } from '../../vector.ts';
import { Transferred } from '../../threads/messages.ts';
import { tellingWords } from '../words.ts';
import type { RowsByFilter } from './allowed-rows.ts';
import type { Descriptions } from './descriptions.ts';
import type { Keys } from './keys.ts';
import type { Postings, RowMatch } from './postings.ts';
import type { StoredVectors } from './stored-vectors.ts';

export interface LegsQuestion {
  legs: readonly Leg[];
  depth: number;
  words: string | undefined;
  scoring: WordScoring;
  filter: Filter | undefined;
}

export interface Legs {
  /** See `Reader.place`. */
  place: string;
  state: LibraryState;
  /** What the lexical leg found. */
  lexical: RowMatch[];
  corrections: Correction[];
  /** 1 at each row that the filter lets through; every row is let through where there is none. Shared memory. */
  allowed: Uint8Array | undefined;
  milliseconds: number;
}

export interface CompleteQuestion {
  /** Rows that the dense leg found. */
  dense: number[];
  lexical: RowMatch[];
  also: Key[];
  words: string | undefined;
  scoring: WordScoring;
  vector: Float32Array | undefined;
}

export interface Completed {
  candidates: Candidate[];
  also: (Candidate | undefined)[];
}

/** Every method belongs into the caller's transaction. */
export class Recalls {
  readonly #filters: RowsByFilter;
  readonly #postings: Postings;
  readonly #vectors: StoredVectors;
  readonly #descriptions: Descriptions;
  readonly #keys: Keys;

  constructor(
    filters: RowsByFilter,
    postings: Postings,
    vectors: StoredVectors,
    descriptions: Descriptions,
    keys: Keys,
  ) {
    this.#filters = filters;
    this.#postings = postings;
    this.#vectors = vectors;
    this.#descriptions = descriptions;
    this.#keys = keys;
  }

  legs({ legs, depth, words, scoring, filter }: LegsQuestion): Omit<Legs, 'place' | 'state'> {
    const start = performance.now();
    const allowed = filter && this.#filters.allowed(filter).rows;
    const query = words === undefined ? [] : tellingWords(words);
    const isLexical = legs.includes('lexical') && query.length > 0;
    const lexical = isLexical ? this.#postings.matching(query, depth, scoring, allowed) : [];
    const corrections = query.length > 0 ? this.#postings.corrections(query) : [];
    return { lexical, corrections, allowed, milliseconds: performance.now() - start };
  }

  /** All that is known of the papers that both legs found, and of others. What is gone meanwhile is left out. */
  complete({ dense, lexical, also, words, scoring, vector }: CompleteQuestion): Transferred<Completed> {
    const others = also.map((key) => this.#keys.row(key));
    const rows = [...new Set([...dense, ...lexical.map(({ row }) => row), ...others])];
    const lines = this.#descriptions.lines(rows);
    const { vectors, memory } = this.#vectors.ofRows(rows);
    const matches = this.#matches(rows, lexical, words, scoring);
    const known = new Map<Key, Known>();
    for (const [row, line] of lines) {
      const own = vectors.get(row);
      const similarity = vector && own && dot(vector, own);
      known.set(line.key, { ...line, vector: own, similarity, match: matches?.get(row) });
    }
    const found = {
      dense: dense.flatMap((row) => {
        const key = this.#keys.of(row);
        const score = known.get(key)?.similarity;
        return score === undefined ? [] : [{ key, score }];
      }),
      lexical: lexical.map(({ row, score }) => ({ key: this.#keys.of(row), score })),
    };
    const candidates = candidatesFrom(found, known);
    const ranked = new Map(candidates.map((each) => [each.key, each]));
    const told = (key: Key) => ranked.get(key) ?? (known.has(key) ? unranked(known.get(key)!) : undefined);
    return new Transferred({ candidates, also: also.map(told) }, [memory]);
  }

  /**
   * What papers hold of the words, which the lexical leg has found of some of them already.
   * @returns undefined where no words were asked for.
   */
  #matches(
    rows: number[],
    lexical: RowMatch[],
    words: string | undefined,
    scoring: WordScoring,
  ): Map<number, Match> | undefined {
    const query = tellingWords(words ?? '');
    if (query.length === 0) return undefined;
    const matches = new Map<number, Match>(lexical.map(({ row, ...match }) => [row, match]));
    const unread = rows.filter((row) => !matches.has(row));
    for (const { row, ...match } of this.#postings.matches(query, unread, scoring)) matches.set(row, match);
    return matches;
  }
}
