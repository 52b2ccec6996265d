/**
 * The parts of a recall: what the reader thread does while the question is still being embedded, what it does when the graph has
 * answered, and how both are put together.
 */
import { NAMED_DEPTH } from '../called.ts';
import { candidatesFrom } from '../candidates.ts';
import type { Candidate, Correction, Key, Leg, LibraryState, SaidWord, WordScoring } from '../library.ts';
import type { Filter } from '../filter.ts';
import { Transferred } from '../../threads/messages.ts';
import { tellingWords } from '../words.ts';
import type { RowsByFilter } from './allowed-rows.ts';
import type { Keys } from './keys.ts';
import type { Postings } from './postings.ts';
import { NO_PAPERS, type PackedPapers, type PaperPacker } from './recalled-papers.ts';
import type { NamesAsked, Surnames } from './surnames.ts';

export interface LegsQuestion {
  legs: readonly Leg[];
  depth: number;
  words: string | undefined;
  names: string | undefined;
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
  /** What names found beside it, the best first. */
  named: PackedPapers;
  said: SaidWord[];
  /** Whether there may be more papers that the names call. */
  hasMore: boolean;
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
  names: string | undefined;
  scoring: WordScoring;
}

/** Every method belongs into the caller's transaction. */
export class Recalls {
  readonly #filters: RowsByFilter;
  readonly #postings: Postings;
  readonly #surnames: Surnames;
  readonly #packer: PaperPacker;
  readonly #keys: Keys;
  /** Of the last text: one question asks twice about it. */
  #asked: { text: string; names: NamesAsked } | undefined;

  constructor(filters: RowsByFilter, postings: Postings, surnames: Surnames, packer: PaperPacker, keys: Keys) {
    this.#filters = filters;
    this.#postings = postings;
    this.#surnames = surnames;
    this.#packer = packer;
    this.#keys = keys;
  }

  legs(question: LegsQuestion): Transferred<Omit<Legs, 'library' | 'place' | 'state'>> {
    const { legs, depth, words, names, scoring, filter } = question;
    const start = performance.now();
    const allowed = filter && this.#filters.allowed(filter).rows;
    const query = words === undefined ? [] : tellingWords(words);
    const isLexical = legs.includes('lexical') && query.length > 0;
    const found = isLexical ? this.#postings.matching(query, depth, scoring, allowed) : [];
    const corrections = query.length > 0 ? this.#postings.corrections(query) : [];
    const milliseconds = performance.now() - start;
    const rows = found.map(({ row }) => row);
    const asked = this.#namesIn(names);
    const { value: lexical, memory } = this.#packer.packed(rows, found, this.#surnames.called(asked, rows));
    const isFound = new Set(rows);
    const namedRows = this.#surnames.found(asked, allowed);
    const others = namedRows.filter((row) => !isFound.has(row));
    const { value: named, memory: more } =
      others.length === 0 ? { value: NO_PAPERS, memory: [] } : this.#packed(others, words, asked, scoring);
    const hasMore = namedRows.length >= NAMED_DEPTH;
    const made = { lexical, named, said: asked.said, hasMore, corrections, allowed, milliseconds };
    return new Transferred(made, [...memory, ...more]);
  }

  /** All that is known of the papers that the lexical leg did not find, and of others. */
  rest({ rows, also, words, names, scoring }: RestQuestion): Transferred<PackedPapers> {
    const all = [...new Set([...rows, ...also.map((key) => this.#keys.row(key))])];
    return this.#packed(all, words, this.#namesIn(names), scoring);
  }

  /** Forgets what is kept in memory: something was stored since. */
  forget(): void {
    this.#asked = undefined;
    this.#packer.forget();
  }

  #namesIn(text = ''): NamesAsked {
    if (this.#asked?.text !== text) this.#asked = { text, names: this.#surnames.asked(text) };
    return this.#asked.names;
  }

  #packed(rows: number[], words: string | undefined, asked: NamesAsked, scoring: WordScoring) {
    const query = tellingWords(words ?? '');
    const matches = query.length > 0 ? this.#postings.matches(query, rows, scoring) : [];
    return this.#packer.packed(rows, matches, this.#surnames.called(asked, rows));
  }
}

/**
 * The candidates of both legs, and those of names.
 * @param dense the rows that the dense leg found.
 * @param lexical what the lexical leg found.
 * @param named what names found beside it.
 * @param rest what else is known. All by row, without those that are gone.
 */
export function candidatesOf(
  dense: number[],
  lexical: Map<number, Candidate>,
  named: Map<number, Candidate>,
  rest: Map<number, Candidate>,
): Candidate[] {
  const near = dense.map((row) => lexical.get(row) ?? named.get(row) ?? rest.get(row));
  return candidatesFrom({
    dense: near.filter((each) => each?.similarity !== undefined) as Candidate[],
    lexical: [...lexical.values()],
    named: [...named.values()],
  });
}
