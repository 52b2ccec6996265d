/**
 * Which papers hold these words, and how well? BM25 over the posting lists of the full text index.
 *
 * SQLite's FTS5 is the truth: its index is written with the papers, in their own transaction, and it alone decides what a
 * word is.
 *
 * BM25: Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009, doi:10.1561/1500000019,
 * with the saturation of words said more than once in the query (k3).
 */
import type Database from 'better-sqlite3';
import { plain } from '../../fold.ts';
import type { Correction, FoundWord, Match, WordScoring } from '../library.ts';
import { correction, MOST_TYPED } from '../vocabulary.ts';
import type { QueryWord } from '../words.ts';
import type { PaperChange } from './changes.ts';
import { PostingLists, type PostingList } from './posting-lists.ts';
import { TextLengths } from './text-lengths.ts';
import { Tokenizer } from './tokenizer.ts';

/**
 * k1: how soon more occurrences of a word stop counting; b: how much a longer paper needs more of them. Words that rank
 * alone do best with the usual constants (those of FTS5); where vectors rank with them, and know what a paper is mainly
 * about, it matters more which words are there than how often. Measured over five collections; see scripts/README.md.
 */
const BM25: Record<WordScoring, { k1: number; b: number }> = {
  alone: { k1: 1.2, b: 0.75 },
  fused: { k1: 0.9, b: 0.4 },
};
/** A word said twice counts 1.5 times, said often at most 3 times. */
const K3 = 2;
/** Words in more than half of the papers say next to nothing, but never count against a paper (as in FTS5). */
const LEAST_IDF = 1e-6;

/** Queries whose terms are kept: one answer asks twice about the words of one query. */
const KEPT_QUERIES = 64;
/** Texts that changed at once and that the lists in memory follow; for more of them it takes longer than to read anew. */
const MOST_FOLLOWED = 1000;

/** A word as papers hold it. */
export interface HeldWord {
  /** How many papers hold it or, where it is several terms, the rarest of these. */
  papers: number;
  isIn: (row: number) => boolean;
}

export interface RowMatch extends Match {
  row: number;
}

/** A stem that a query looks for. */
interface Term {
  term: string;
  /** The word that it is of, or the first of several. */
  word: string;
  /** How often the query says it, in whatever form. */
  said: number;
  /** Whether it is of another word that was meant, since no paper holds this one. */
  isCorrected: boolean;
}

/** Every method belongs into the caller's transaction. */
export class Postings {
  readonly #tokenizer = new Tokenizer();
  readonly #lists: PostingLists;
  readonly #lengths: TextLengths;
  readonly #texts: Database.Statement<[string], [number, string]>;
  readonly #surname: Database.Statement<[string, string], number>;
  /** By row: how many occurrences of a term are worth half of endless ones; more in a longer paper. */
  #halfWorth: Record<WordScoring, Float64Array> = { alone: new Float64Array(), fused: new Float64Array() };
  readonly #known = new Map<string, Term[]>();
  /** By row: what papers have of the query at hand. */
  #sums = new Float64Array();
  /** Whether the lengths were read; they are when words are first asked for. */
  #isLoaded = false;

  constructor(db: Database.Database) {
    this.#lists = new PostingLists(db);
    this.#lengths = new TextLengths(db);
    this.#texts = db
      .prepare<[string], [number, string]>(
        "SELECT row, title || ' ' || abstract FROM papers WHERE row IN (SELECT value FROM json_each(?))",
      )
      .raw();
    this.#surname = db.prepare<[string, string], number>('SELECT 1 FROM surnames WHERE word IN (?, ?) LIMIT 1').pluck();
  }

  /** Takes note of what has happened to papers. */
  follow(change: PaperChange | 'everything'): void {
    if (!this.#isLoaded) return; // And so has nothing to forget.
    this.#known.clear();
    const rows = change === 'everything' ? undefined : [...change.altered, ...change.added];
    if (rows === undefined || rows.length > MOST_FOLLOWED) this.#lists.forget();
    else if (!this.#lists.isEmpty) {
      this.#lists.follow(rows, this.#tokenizer.occurrencesIn(this.#texts.all(JSON.stringify(rows))));
    }
    this.#lengths.follow(change);
    this.#weigh();
  }

  /** Reads what every question about words needs. */
  load(): void {
    if (this.#isLoaded) return;
    this.#lengths.follow('everything');
    this.#weigh();
    this.#isLoaded = true;
  }

  /**
   * The `k` papers that match the words best, best first; equal ones by row.
   * @param allowed 1 at the rows that may be found; undefined: all may.
   */
  matching(query: QueryWord[], k: number, scoring: WordScoring, allowed?: Uint8Array): RowMatch[] {
    this.load();
    this.#sums.fill(0);
    const terms = this.#terms(query);
    for (const { term, said } of terms) {
      const list = this.#lists.of(term);
      addTo(this.#sums, list, this.#weight(list, said, scoring), this.#halfWorth[scoring]);
    }
    return this.#matches(terms, best(this.#sums, k, allowed), scoring);
  }

  /** How each of these papers matches the words; with zeros where it holds none of them. */
  matches(query: QueryWord[], rows: number[], scoring: WordScoring): RowMatch[] {
    this.load();
    return this.#matches(this.#terms(query), rows, scoring);
  }

  /** The words that each of these papers holds. */
  found(query: QueryWord[], rows: number[], scoring: WordScoring): FoundWord[][] {
    this.load();
    const found = rows.map((): FoundWord[] => []);
    for (const { term, word, said } of this.#terms(query)) {
      const list = this.#lists.of(term);
      const weight = this.#weight(list, said, scoring);
      rows.forEach((row, at) => {
        const worth = this.#worth(list, row, scoring);
        if (worth > 0) found[at]!.push({ word, score: weight * worth });
      });
    }
    return found;
  }

  /** How papers hold each of these words: all the terms of it. */
  held(words: string[]): HeldWord[] {
    this.load();
    return this.#tokenizer.termsOf(words).map((terms) => ({
      papers: terms.length === 0 ? 0 : Math.min(...terms.map((term) => this.#lists.papersWith(term))),
      isIn: (row) => terms.length > 0 && terms.every((term) => this.#lists.of(term).countOf(row) > 0),
    }));
  }

  /** The words that no paper holds, and the term that is looked for instead. */
  corrections(query: QueryWord[]): Correction[] {
    this.load();
    return this.#terms(query).flatMap(({ term, word, isCorrected }) => (isCorrected ? [{ word, term }] : []));
  }

  /** Reads the list of one more frequent term before anybody asks. @returns whether there is nothing to read now. */
  readAhead(): boolean {
    this.load();
    return this.#lists.readAhead();
  }

  close(): void {
    this.#tokenizer.close();
  }

  #matches(terms: Term[], rows: number[], scoring: WordScoring): RowMatch[] {
    const lists = terms.map(({ term }) => this.#lists.of(term));
    const rarities = lists.map((list) => this.#rarity(list));
    const all = rarities.reduce((sum, rarity) => sum + rarity, 0);
    const weights = lists.map((list, i) => this.#weight(list, terms[i]!.said, scoring));
    return rows.map((row) => {
      let [score, words, coverage] = [0, 0, 0];
      lists.forEach((list, i) => {
        const worth = this.#worth(list, row, scoring);
        if (worth === 0) return;
        score += weights[i]! * worth;
        words++;
        coverage += rarities[i]! / all;
      });
      return { row, score, words, coverage };
    });
  }

  /** What a paper's occurrences of a term are worth, 0 (there is none) to 1. */
  #worth(list: PostingList, row: number, scoring: WordScoring): number {
    const count = list.countOf(row);
    return count === 0 ? 0 : saturated(count, this.#halfWorth[scoring][row]!);
  }

  /** What a term that a paper holds often and a query says `said` times adds to the paper's score. */
  #weight({ papers }: PostingList, said: number, scoring: WordScoring): number {
    const idf = Math.log((this.#lengths.papers - papers + 0.5) / (papers + 0.5));
    return ((Math.max(LEAST_IDF, idf) * (K3 + 1) * said) / (K3 + said)) * (BM25[scoring].k1 + 1);
  }

  /** How telling a term is, above 0: its inverse document frequency, that of a term of no paper included. */
  #rarity({ papers }: PostingList): number {
    return Math.log(1 + (this.#lengths.papers - papers + 0.5) / (papers + 0.5));
  }

  /** The stems of the words, each once, in the order of the words. */
  #terms(query: QueryWord[]): Term[] {
    const key = JSON.stringify(query);
    const known = this.#known.get(key);
    if (known) return known;
    const terms = this.#readTerms(query);
    if (this.#known.size >= KEPT_QUERIES) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(key, terms);
    return terms;
  }

  #readTerms(query: QueryWord[]): Term[] {
    const terms = new Map<string, Term>();
    const mayBeTyped = query.length <= MOST_TYPED;
    this.#tokenizer.termsOf(query.map(({ word }) => word)).forEach((own, i) => {
      const { word, count } = query[i]!;
      for (const term of own) {
        const isUnknown =
          mayBeTyped &&
          own.length === 1 &&
          this.#lists.of(term).papers === 0 &&
          !this.#surname.get(plain(word), word.toUpperCase());
        const meant = isUnknown ? this.#meant(word, term) : undefined;
        const looked = meant ?? term;
        const known = terms.get(looked) ?? { term: looked, word, said: 0, isCorrected: meant !== undefined };
        terms.set(looked, { ...known, said: known.said + count });
      }
    });
    return [...terms.values()];
  }

  #meant(word: string, term: string): string | undefined {
    return correction({ word, term }, this.#lists.vocabulary, (each) => this.#lists.papersWith(each));
  }

  /** Makes the weights of all texts follow their lengths. */
  #weigh(): void {
    const { byRow, mean } = this.#lengths;
    for (const [scoring, { k1, b }] of Object.entries(BM25) as [WordScoring, (typeof BM25)[WordScoring]][]) {
      const halfWorth = new Float64Array(byRow.length);
      for (let row = 0; row < byRow.length; row++)
        halfWorth[row] = k1 * (1 - b + (b * Math.max(byRow[row]!, 0)) / mean);
      this.#halfWorth[scoring] = halfWorth;
    }
    if (this.#sums.length !== byRow.length) this.#sums = new Float64Array(byRow.length);
  }
}

/** The rows of the `k` highest scores above 0, highest first: a heap holds the best so far, the worst of them on top. */
function best(scores: Float64Array, k: number, allowed: Uint8Array | undefined): number[] {
  const heap: number[] = [];
  const isWorse = (a: number, b: number) => scores[a]! < scores[b]! || (scores[a] === scores[b] && a > b);
  const sink = (start: number) => {
    for (let i = start; ;) {
      const [left, right] = [2 * i + 1, 2 * i + 2];
      let least = left < heap.length && isWorse(heap[left]!, heap[i]!) ? left : i;
      if (right < heap.length && isWorse(heap[right]!, heap[least]!)) least = right;
      if (least === i) return;
      [heap[i], heap[least]] = [heap[least]!, heap[i]!];
      i = least;
    }
  };
  let least = 0; // A later row of the same score is worse than the worst there is.
  for (let row = 1; row < scores.length; row++) {
    if (scores[row]! <= least || (allowed && !allowed[row])) continue;
    if (heap.length < k) {
      heap.push(row);
      if (heap.length === k) for (let i = k >> 1; i >= 0; i--) sink(i);
    } else {
      heap[0] = row;
      sink(0);
    }
    if (heap.length === k) least = scores[heap[0]!]!;
  }
  return heap.sort((a, b) => (isWorse(a, b) ? 1 : -1));
}

function addTo(scores: Float64Array, list: PostingList, weight: number, halfWorth: Float64Array): void {
  const { rows, counts, length } = list;
  for (let at = 0; at < length; at++) {
    const row = rows[at]!;
    scores[row]! += weight * saturated(counts[at]!, halfWorth[row]!);
  }
}

/** What `count` occurrences are worth of what endless ones would be, 0..1. */
function saturated(count: number, halfWorth: number): number {
  return count / (count + halfWorth);
}
