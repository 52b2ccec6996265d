/**
 * Which papers hold these words, and how well? BM25 over the posting lists of the full text index, kept in memory.
 *
 * SQLite's FTS5 is the truth: its index is written with the papers, in their own transaction, and it alone decides what
 * a word is. But it unpacks every list again for every query, and a query of ten common words has lists of a hundred
 * thousand entries. Here a list is read once (through fts5vocab) and kept as numbers until texts change; the lists that
 * were asked for least recently make room. SQLite works synchronously: this runs in words-worker.ts.
 *
 * BM25: Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009, doi:10.1561/1500000019,
 * with the saturation of words said more than once in the query (k3).
 */
import Database from 'better-sqlite3';
import { openForReading, TOKENIZER } from './database.ts';
import type { Correction, FoundWord, WordMatch, WordScoring } from './library.ts';
import { correction, Vocabulary } from './vocabulary.ts';
import type { QueryWord } from './words.ts';

/**
 * k1: how soon more occurrences of a word stop counting; b: how much a longer paper needs more of them. Words that rank
 * alone do best with the usual constants (those of FTS5); where vectors rank with them, and know what a paper is mainly
 * about, it matters more which words are there than how often. Measured over five collections; see the README.
 */
const BM25: Record<WordScoring, { k1: number; b: number }> = {
  alone: { k1: 1.2, b: 0.75 },
  fused: { k1: 0.9, b: 0.4 },
};
/** A word said twice counts 1.5 times, said often at most 3 times. */
const K3 = 2;
/** Words in more than half of the papers say next to nothing, but never count against a paper (as in FTS5). */
const LEAST_IDF = 1e-6;

/** Columns of the full text index: title and abstract, each with a length of its own. */
const COLUMNS = 2;
/** Entries of posting lists kept in memory; 5 bytes each. All lists of 200,000 abstracts have about as many. */
const MOST_ENTRIES = 20_000_000;
/** Queries whose terms are kept: one answer asks three or four times about the words of one query. */
const KEPT_QUERIES = 64;

/** The papers that hold a term, by row, and how often each holds it (255 for more). */
interface PostingList {
  rows: Uint32Array;
  counts: Uint8Array;
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

export class Postings {
  readonly #db: Database.Database;
  readonly #tokenizer = new Tokenizer();
  readonly #occurrences: Database.Statement<[string], string>;
  readonly #version: Database.Statement<[], number>;
  #seenVersion: number | undefined;
  #seenTexts: string | undefined;
  #papers = 0;
  /** By row: how many occurrences of a term are worth half of endless ones; more in a longer paper. */
  #halfWorth: Record<WordScoring, Float64Array> = { alone: new Float64Array(), fused: new Float64Array() };
  readonly #lists = new Map<string, PostingList>();
  #entries = 0;
  #vocabulary: Vocabulary | undefined;
  readonly #known = new Map<string, Term[]>();
  /** By row: what papers have of the query at hand. */
  #sums = new Float64Array();

  /** Opens the full text index of the library in `folder`. @throws AkinError as `openForReading`. */
  constructor(folder: string) {
    this.#db = openForReading(folder).db;
    this.#db.exec(`CREATE VIRTUAL TABLE temp.occurrences USING fts5vocab(main, words, instance);
                   CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, words, row)`);
    // As one text: to hand over each row by itself takes five times as long.
    this.#occurrences = this.#db
      .prepare<[string], string>('SELECT json_group_array(doc) FROM temp.occurrences WHERE term = ?')
      .pluck();
    this.#version = this.#db.prepare<[], number>('PRAGMA data_version').pluck();
    this.#db.transaction(() => this.#refresh())();
  }

  /**
   * The `k` papers that match the words best, best first; equal ones by row.
   * @param allowed 1 at the rows that may be found; undefined: all may.
   */
  matching(query: QueryWord[], k: number, scoring: WordScoring, allowed?: Uint8Array): WordMatch[] {
    return this.#db.transaction(() => {
      this.#refresh();
      this.#sums.fill(0);
      const terms = this.#terms(query);
      for (const { term, said } of terms) {
        const list = this.#postings(term);
        addTo(this.#sums, list, this.#weight(list, said, scoring), this.#halfWorth[scoring]);
      }
      return this.#matches(terms, best(this.#sums, k, allowed), scoring);
    })();
  }

  /** How each of these papers matches the words; with zeros where it holds none of them. */
  matches(query: QueryWord[], rows: number[], scoring: WordScoring): WordMatch[] {
    return this.#db.transaction(() => {
      this.#refresh();
      return this.#matches(this.#terms(query), rows, scoring);
    })();
  }

  /** The words that each of these papers holds. */
  found(query: QueryWord[], rows: number[], scoring: WordScoring): FoundWord[][] {
    return this.#db.transaction(() => {
      this.#refresh();
      const found = rows.map((): FoundWord[] => []);
      for (const { term, word, said } of this.#terms(query)) {
        const list = this.#postings(term);
        const weight = this.#weight(list, said, scoring);
        rows.forEach((row, at) => {
          const worth = this.#worth(list, row, scoring);
          if (worth > 0) found[at]!.push({ word, score: weight * worth });
        });
      }
      return found;
    })();
  }

  /** The words that no paper holds, and the term that is looked for instead. */
  corrections(query: QueryWord[]): Correction[] {
    return this.#db.transaction(() => {
      this.#refresh();
      return this.#terms(query).flatMap(({ term, word, isCorrected }) => (isCorrected ? [{ word, term }] : []));
    })();
  }

  /**
   * Reads the lists of the most frequent terms before anybody asks, one a call; nothing while texts still change.
   * @returns whether there is nothing to read now.
   */
  warm(): boolean {
    return this.#db.transaction(() => {
      if (this.#refresh()) return true;
      this.#vocabulary ??= this.#readVocabulary();
      const next = this.#vocabulary.frequent.find((term) => !this.#lists.has(term));
      if (next === undefined) return true;
      this.#postings(next);
      return false;
    })();
  }

  close(): void {
    this.#tokenizer.close();
    this.#db.close();
  }

  #matches(terms: Term[], rows: number[], scoring: WordScoring): WordMatch[] {
    const lists = terms.map(({ term }) => this.#postings(term));
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
  #worth({ rows, counts }: PostingList, row: number, scoring: WordScoring): number {
    const place = placeOf(rows, row);
    return place === -1 ? 0 : saturated(counts[place]!, this.#halfWorth[scoring][row]!);
  }

  /** What a term that a paper holds often and a query says `said` times adds to the paper's score. */
  #weight({ rows }: PostingList, said: number, scoring: WordScoring): number {
    const idf = Math.log((this.#papers - rows.length + 0.5) / (rows.length + 0.5));
    return ((Math.max(LEAST_IDF, idf) * (K3 + 1) * said) / (K3 + said)) * (BM25[scoring].k1 + 1);
  }

  /** How telling a term is, above 0: its inverse document frequency, that of a term of no paper included. */
  #rarity({ rows }: PostingList): number {
    return Math.log(1 + (this.#papers - rows.length + 0.5) / (rows.length + 0.5));
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
    this.#tokenizer.terms(query.map(({ word }) => word)).forEach((own, i) => {
      const { word, count } = query[i]!;
      for (const term of own) {
        const meant = own.length === 1 && this.#postings(term).rows.length === 0 ? this.#meant(term) : undefined;
        const looked = meant ?? term;
        const known = terms.get(looked) ?? { term: looked, word, said: 0, isCorrected: meant !== undefined };
        terms.set(looked, { ...known, said: known.said + count });
      }
    });
    return [...terms.values()];
  }

  #meant(term: string): string | undefined {
    return correction(term, (this.#vocabulary ??= this.#readVocabulary()));
  }

  #postings(term: string): PostingList {
    const known = this.#lists.get(term);
    if (known) {
      this.#lists.delete(term); // The last in the map is the one asked for last.
      this.#lists.set(term, known);
      return known;
    }
    const list = countedRows(JSON.parse(this.#occurrences.get(term)!) as number[]);
    this.#lists.set(term, list);
    this.#entries += list.rows.length;
    for (const [oldest, { rows }] of this.#lists) {
      if (this.#entries <= MOST_ENTRIES || oldest === term) break;
      this.#lists.delete(oldest);
      this.#entries -= rows.length;
    }
    return list;
  }

  #readVocabulary(): Vocabulary {
    return new Vocabulary(this.#db.prepare('SELECT term, doc FROM temp.terms').raw().all() as [string, number][]);
  }

  /**
   * Forgets what is no longer so; cheap when nothing was committed, or only vectors were.
   * @returns whether texts have changed.
   */
  #refresh(): boolean {
    const version = this.#version.get()!;
    if (version === this.#seenVersion) return false;
    this.#seenVersion = version;
    // FTS5 keeps its totals in block 1 and counts its writes in block 10: they differ after every change of a text.
    const texts = this.#db
      .prepare('SELECT group_concat(hex(block)) FROM words_data WHERE id IN (1, 10)')
      .pluck()
      .get() as string;
    if (texts === this.#seenTexts) return false;
    this.#seenTexts = texts;
    this.#lists.clear();
    this.#entries = 0;
    this.#known.clear();
    this.#vocabulary = undefined;
    const last = this.#db.prepare('SELECT max(row) FROM papers').pluck().get() as number | null;
    const [ids, sizes] = this.#db
      .prepare<[], [string, Buffer | null]>(
        "SELECT json_group_array(id), CAST(group_concat(sz, '') AS BLOB) FROM words_docsize",
      )
      .raw()
      .get()!;
    const rows = JSON.parse(ids) as number[];
    const lengths = sumsOfVarints(sizes ?? Buffer.alloc(0), COLUMNS);
    const mean = lengths.reduce((sum, length) => sum + length, 0) / rows.length;
    this.#papers = rows.length;
    for (const [scoring, { k1, b }] of Object.entries(BM25) as [WordScoring, (typeof BM25)[WordScoring]][]) {
      const halfWorth = new Float64Array((last ?? 0) + 1);
      rows.forEach((row, i) => (halfWorth[row] = k1 * (1 - b + (b * lengths[i]!) / mean)));
      this.#halfWorth[scoring] = halfWorth;
    }
    this.#sums = new Float64Array((last ?? 0) + 1);
    return true;
  }
}

/** Takes words apart exactly as the full text index does: with a full text index, of the words of one query. */
class Tokenizer {
  readonly #db = new Database(':memory:');
  readonly #insert;
  readonly #read;

  constructor() {
    this.#db.exec(`CREATE VIRTUAL TABLE words USING fts5(word, content = '', tokenize = '${TOKENIZER}');
                   CREATE VIRTUAL TABLE occurrences USING fts5vocab(words, instance)`);
    this.#insert = this.#db.prepare<[number, string]>('INSERT INTO words (rowid, word) VALUES (?, ?)');
    this.#read = this.#db
      .prepare<[], [number, string]>('SELECT doc, term FROM occurrences ORDER BY doc, "offset"')
      .raw();
  }

  /** The terms of each word; mostly one. */
  terms(words: string[]): string[][] {
    const terms: string[][] = words.map(() => []);
    this.#db.transaction(() => {
      words.forEach((word, i) => this.#insert.run(i + 1, word));
      for (const [row, term] of this.#read.iterate()) terms[row - 1]!.push(term);
      this.#db.exec("INSERT INTO words (words) VALUES ('delete-all')");
    })();
    return terms;
  }

  close(): void {
    this.#db.close();
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

function addTo(scores: Float64Array, { rows, counts }: PostingList, weight: number, halfWorth: Float64Array): void {
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at]!;
    scores[row]! += weight * saturated(counts[at]!, halfWorth[row]!);
  }
}

/** What `count` occurrences are worth of what endless ones would be, 0..1. */
function saturated(count: number, halfWorth: number): number {
  return count / (count + halfWorth);
}

/** Where a row stands in ascending rows; -1 where it does not. */
function placeOf(rows: Uint32Array, row: number): number {
  let [low, high] = [0, rows.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (rows[middle] === row) return middle;
    if (rows[middle]! < row) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

/** The posting list of a term from the row of each of its occurrences, ascending. */
function countedRows(occurrences: number[]): PostingList {
  const rows = new Uint32Array(occurrences.length);
  const counts = new Uint8Array(occurrences.length);
  let last = -1;
  for (const row of occurrences) {
    if (last === -1 || rows[last] !== row) rows[++last] = row;
    counts[last] = Math.min(counts[last]! + 1, 255);
  }
  return { rows: rows.slice(0, last + 1), counts: counts.slice(0, last + 1) };
}

/** Sums of every `n` of SQLite's variable-length integers: seven bits a byte, the high bit says that more follow. */
function sumsOfVarints(bytes: Buffer, n: number): number[] {
  const sums: number[] = [];
  let [sum, value, read] = [0, 0, 0];
  for (const byte of bytes) {
    value = value * 128 + (byte & 0x7f);
    if (byte & 0x80) continue;
    sum += value;
    value = 0;
    if (++read % n > 0) continue;
    sums.push(sum);
    sum = 0;
  }
  return sums;
}
