/**
 * The parts of a recall: what the reader thread does while the question is still being embedded, what it does when the graph has
 * answered, and how both are put together.
 */
import { candidatesFrom, unranked, type Known } from '../candidates.ts';
import type { Correction, Key, Leg, LibraryState, Recalled, WordScoring } from '../library.ts';
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

/** Papers that were read, with all that is known of them but how near they are: that is told where the vectors arrive. */
export interface ReadPapers {
  rows: number[];
  /** Of the paper in the same place of `rows`. */
  papers: Omit<Known, 'similarity'>[];
}

export interface Legs {
  /** See `Reader.place`. */
  place: string;
  state: LibraryState;
  /** What the lexical leg found, the best first. It is read while the question is still being embedded. */
  lexical: ReadPapers;
  corrections: Correction[];
  /** 1 at each row that the filter lets through; every row is let through where there is none. Shared memory. */
  allowed: Uint8Array | undefined;
  milliseconds: number;
}

export interface RestQuestion {
  /** Rows that the dense leg alone found. */
  rows: number[];
  also: Key[];
  words: string | undefined;
  scoring: WordScoring;
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

  legs({ legs, depth, words, scoring, filter }: LegsQuestion): Transferred<Omit<Legs, 'place' | 'state'>> {
    const start = performance.now();
    const allowed = filter && this.#filters.allowed(filter).rows;
    const query = words === undefined ? [] : tellingWords(words);
    const isLexical = legs.includes('lexical') && query.length > 0;
    const found = isLexical ? this.#postings.matching(query, depth, scoring, allowed) : [];
    const corrections = query.length > 0 ? this.#postings.corrections(query) : [];
    const milliseconds = performance.now() - start;
    const { value: lexical, memory } = this.#read(found);
    return new Transferred({ lexical, corrections, allowed, milliseconds }, memory);
  }

  /** All that is known of the papers that the dense leg alone found, and of others. What is gone meanwhile is left out. */
  rest({ rows, also, words, scoring }: RestQuestion): Transferred<ReadPapers> {
    const all = [...new Set([...rows, ...also.map((key) => this.#keys.row(key))])];
    const query = tellingWords(words ?? '');
    return this.#read(query.length > 0 ? this.#postings.matches(query, all, scoring) : all.map((row) => ({ row })));
  }

  #read(matches: ({ row: number } | RowMatch)[]): Transferred<ReadPapers> {
    const rows = matches.map(({ row }) => row);
    const lines = this.#descriptions.lines(rows);
    const { vectors, memory } = this.#vectors.ofRows(rows);
    const read: ReadPapers = { rows: [], papers: [] };
    for (const each of matches) {
      const line = lines.get(each.row);
      if (!line) continue;
      const { key, id, title, year, work } = line;
      const match = 'score' in each ? { score: each.score, words: each.words, coverage: each.coverage } : undefined;
      read.rows.push(each.row);
      read.papers.push({ key, id, title, year, work, match, vector: vectors.get(each.row) });
    }
    return new Transferred(read, [memory]);
  }
}

/**
 * The candidates of both legs, and the papers of `also` in their order.
 * @param dense the rows that the dense leg found.
 * @param lexical what the lexical leg found, the best first.
 * @param rest what else is known.
 */
export function candidatesOf(
  dense: number[],
  lexical: ReadPapers,
  rest: ReadPapers,
  also: Key[],
  vector: Float32Array | undefined,
): Pick<Recalled, 'candidates' | 'also'> {
  const known = new Map<Key, Known>();
  const keys = new Map<number, Key>();
  for (const { rows, papers } of [lexical, rest]) {
    papers.forEach((paper, i) => {
      const similarity = vector && paper.vector && dot(vector, paper.vector);
      known.set(paper.key, Object.assign(paper, { similarity }));
      keys.set(rows[i]!, paper.key);
    });
  }
  const near = dense.flatMap((row) => {
    const key = keys.get(row);
    const score = key && known.get(key)!.similarity;
    return key === undefined || score === undefined ? [] : [{ key, score }];
  });
  const matching = lexical.papers.map(({ key, match }) => ({ key, score: match!.score }));
  const candidates = candidatesFrom({ dense: near, lexical: matching }, known);
  const ranked = new Map(candidates.map((each) => [each.key, each]));
  const told = (key: Key) => ranked.get(key) ?? (known.has(key) ? unranked(known.get(key)!) : undefined);
  return { candidates, also: also.map(told) };
}
