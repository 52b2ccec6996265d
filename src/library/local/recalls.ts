/**
 * The parts of a recall: what the reader thread does while the question is still being embedded, what it does when the graph has
 * answered, and how both are put together.
 */
import { candidatesFrom } from '../candidates.ts';
import type { Candidate, Correction, Key, Leg, LibraryState, WordScoring } from '../library.ts';
import type { Filter } from '../filter.ts';
import { Transferred } from '../../threads/messages.ts';
import { tellingWords } from '../words.ts';
import type { RowsByFilter } from './allowed-rows.ts';
import type { Keys } from './keys.ts';
import type { Postings } from './postings.ts';
import type { PackedPapers, PaperPacker } from './recalled-papers.ts';

export interface LegsQuestion {
  legs: readonly Leg[];
  depth: number;
  words: string | undefined;
  scoring: WordScoring;
  filter: Filter | undefined;
}

export interface Legs {
  /** Its id. */
  library: string;
  /** See `Reader.place`. */
  place: string;
  state: LibraryState;
  /** What the lexical leg found, the best first. It is read while the question is still being embedded. */
  lexical: PackedPapers;
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
  readonly #packer: PaperPacker;
  readonly #keys: Keys;

  constructor(filters: RowsByFilter, postings: Postings, packer: PaperPacker, keys: Keys) {
    this.#filters = filters;
    this.#postings = postings;
    this.#packer = packer;
    this.#keys = keys;
  }

  legs({ legs, depth, words, scoring, filter }: LegsQuestion): Transferred<Omit<Legs, 'library' | 'place' | 'state'>> {
    const start = performance.now();
    const allowed = filter && this.#filters.allowed(filter).rows;
    const query = words === undefined ? [] : tellingWords(words);
    const isLexical = legs.includes('lexical') && query.length > 0;
    const found = isLexical ? this.#postings.matching(query, depth, scoring, allowed) : [];
    const corrections = query.length > 0 ? this.#postings.corrections(query) : [];
    const milliseconds = performance.now() - start;
    const rows = found.map(({ row }) => row);
    const { value: lexical, memory } = this.#packer.packed(rows, found);
    return new Transferred({ lexical, corrections, allowed, milliseconds }, memory);
  }

  /** All that is known of the papers that the dense leg alone found, and of others. */
  rest({ rows, also, words, scoring }: RestQuestion): Transferred<PackedPapers> {
    const all = [...new Set([...rows, ...also.map((key) => this.#keys.row(key))])];
    const query = tellingWords(words ?? '');
    return this.#packer.packed(all, query.length > 0 ? this.#postings.matches(query, all, scoring) : []);
  }
}

/**
 * The candidates of both legs.
 * @param dense the rows that the dense leg found.
 * @param lexical what the lexical leg found.
 * @param rest what else is known. Both by row, without those that are gone.
 */
export function candidatesOf(
  dense: number[],
  lexical: Map<number, Candidate>,
  rest: Map<number, Candidate>,
): Candidate[] {
  const near = dense.map((row) => lexical.get(row) ?? rest.get(row));
  return candidatesFrom({
    dense: near.filter((each) => each?.similarity !== undefined) as Candidate[],
    lexical: [...lexical.values()],
  });
}
