/**
 * Which papers hold a term, and how often? The posting lists of the full text index, kept in memory.
 *
 * SQLite's FTS5 unpacks a list again for every query, and a query of ten common words has lists of a hundred thousand
 * entries. Here a list is read once (through fts5vocab) and then follows what changes; the lists that were asked for least
 * recently make room.
 */
import type Database from 'better-sqlite3';
import { isOneSign } from '../signs.ts';
import { Vocabulary } from '../vocabulary.ts';

/** Entries of posting lists kept in memory; 5 bytes each. All lists of 200,000 abstracts have about as many. */
const MOST_ENTRIES = 20_000_000;
/** An entry says no higher number. */
const MOST_COUNTED = 255;

/** The papers that hold a term. */
export class PostingList {
  /** Ascending. */
  rows: Uint32Array;
  /** How often each holds it; 0 where it does no longer, `MOST_COUNTED` for more. */
  counts: Uint8Array;
  /** How many entries of both are in use. */
  length: number;
  /** How many papers hold it. */
  papers: number;

  /** @param occurrences the row of each occurrence, ascending. */
  constructor(occurrences: number[]) {
    [this.rows, this.counts] = countedRows(occurrences);
    this.length = this.rows.length;
    this.papers = this.length;
  }

  /** How often a paper holds the term. */
  countOf(row: number): number {
    const place = this.#placeOf(row);
    return place < this.length && this.rows[place] === row ? this.counts[place]! : 0;
  }

  /** Notes how often a paper holds the term by now. */
  set(row: number, count: number): void {
    const place = this.#placeOf(row);
    const isKnown = place < this.length && this.rows[place] === row;
    if (!isKnown && count === 0) return;
    if (!isKnown) this.#insert(place, row);
    this.papers += Number(count > 0) - Number(this.counts[place]! > 0);
    this.counts[place] = Math.min(count, MOST_COUNTED);
  }

  #insert(place: number, row: number): void {
    if (this.length === this.rows.length) {
      const capacity = Math.ceil(this.length * 1.25) + 8;
      const [rows, counts] = [new Uint32Array(capacity), new Uint8Array(capacity)];
      rows.set(this.rows);
      counts.set(this.counts);
      [this.rows, this.counts] = [rows, counts];
    }
    this.rows.copyWithin(place + 1, place, this.length);
    this.counts.copyWithin(place + 1, place, this.length);
    this.rows[place] = row;
    this.counts[place] = 0;
    this.length++;
  }

  /** Where a row stands, or would stand. */
  #placeOf(row: number): number {
    let [low, high] = [0, this.length];
    if (high > 0 && this.rows[high - 1]! < row) return high; // A new paper's.
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.rows[middle]! < row) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Behind every term that begins with the one before it. */
const LAST = '\u{10ffff}';

/** The lists of a library: of each term, and of one sign alone, of all terms that begin with it. Every method belongs into the caller's transaction. */
export class PostingLists {
  readonly #occurrences: Database.Statement<[string], string>;
  readonly #occurrencesFrom: Database.Statement<[string, string], string>;
  readonly #papersWith: Database.Statement<[string], number>;
  readonly #terms: Database.Statement<[], [string, number]>;
  readonly #lists = new Map<string, PostingList>();
  #entries = 0;
  #vocabulary: Vocabulary | undefined;

  constructor(db: Database.Database) {
    db.exec(`CREATE VIRTUAL TABLE temp.occurrences USING fts5vocab(main, words, instance);
             CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, words, row)`);
    // As one text: to hand over each row by itself takes five times as long.
    this.#occurrences = db
      .prepare<[string], string>('SELECT json_group_array(doc) FROM temp.occurrences WHERE term = ?')
      .pluck();
    this.#occurrencesFrom = db
      .prepare<[string, string], string>(
        'SELECT json_group_array(doc) FROM temp.occurrences WHERE term >= ? AND term <= ?',
      )
      .pluck();
    this.#papersWith = db.prepare<[string], number>('SELECT doc FROM temp.terms WHERE term = ?').pluck();
    this.#terms = db.prepare<[], [string, number]>('SELECT term, doc FROM temp.terms').raw();
  }

  of(term: string): PostingList {
    const known = this.#lists.get(term);
    if (known) {
      this.#lists.delete(term); // The last in the map is the one asked for last.
      this.#lists.set(term, known);
      return known;
    }
    const list = new PostingList(this.#read(term));
    if (list.papers === 0) return list; // Of such words there is no end.
    this.#lists.set(term, list);
    this.#entries += list.length;
    for (const [oldest, { length }] of this.#lists) {
      if (this.#entries <= MOST_ENTRIES || oldest === term) break;
      this.#lists.delete(oldest);
      this.#entries -= length;
    }
    return list;
  }

  /** The row of each occurrence of a term, ascending. */
  #read(term: string): number[] {
    if (!isOneSign(term)) return JSON.parse(this.#occurrences.get(term)!) as number[];
    const rows = JSON.parse(this.#occurrencesFrom.get(term, term + LAST)!) as number[];
    return rows.sort((a, b) => a - b);
  }

  /** How many papers hold a term. */
  papersWith(term: string): number {
    if (isOneSign(term)) return this.of(term).papers;
    return this.#lists.get(term)?.papers ?? this.#papersWith.get(term) ?? 0;
  }

  /** Every term there is, and perhaps some that were; read when first wanted. */
  get vocabulary(): Vocabulary {
    return (this.#vocabulary ??= new Vocabulary(this.#terms.all()));
  }

  /** Reads the list of one more of the most frequent terms. @returns whether there is none to read. */
  readAhead(): boolean {
    const next = this.vocabulary.frequent.find((term) => !this.#lists.has(term));
    if (next !== undefined) this.of(next);
    return next === undefined;
  }

  /** Whether there is anything that has to follow a change. */
  get isEmpty(): boolean {
    return this.#lists.size === 0 && this.#vocabulary === undefined;
  }

  /**
   * Makes the lists say what changed texts hold by now.
   * @param rows of all texts that changed.
   * @param occurrences what is in those that there still are: for each term the row of each of its occurrences.
   */
  follow(rows: number[], occurrences: [term: string, rows: number[]][]): void {
    for (const list of this.#lists.values()) {
      this.#entries -= list.length;
      for (const row of rows) list.set(row, 0);
    }
    for (const [term, found] of occurrences) {
      this.#vocabulary?.add(term);
      const sign = String.fromCodePoint(term.codePointAt(0)!);
      for (const each of isOneSign(sign) ? new Set([term, sign]) : [term]) {
        const list = this.#lists.get(each);
        if (!list) continue;
        const [held, counts] = countedRows(found);
        held.forEach((row, i) => list.set(row, list.countOf(row) + counts[i]!));
      }
    }
    for (const { length } of this.#lists.values()) this.#entries += length;
  }

  /** Forgets everything that was read. */
  forget(): void {
    this.#lists.clear();
    this.#entries = 0;
    this.#vocabulary = undefined;
  }
}

/** From the row of each occurrence, ascending, to each row once and how often it is there. */
function countedRows(occurrences: number[]): [rows: Uint32Array, counts: Uint8Array] {
  const rows = new Uint32Array(occurrences.length);
  const counts = new Uint8Array(occurrences.length);
  let last = -1;
  for (const row of occurrences) {
    if (last === -1 || rows[last] !== row) rows[++last] = row;
    counts[last] = Math.min(counts[last]! + 1, MOST_COUNTED);
  }
  return [rows.slice(0, last + 1), counts.slice(0, last + 1)];
}
