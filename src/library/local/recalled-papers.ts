/**
 * All that is known of papers that a recall found, on its way out of the reader thread: in columns, which are handed over in a
 * fraction of the time that as many objects take, and made papers again on the other side.
 */
import type Database from 'better-sqlite3';
import { Transferred } from '../../threads/messages.ts';
import { dot } from '../../vector.ts';
import type { Called, Candidate } from '../library.ts';
import type { Keys } from './keys.ts';
import type { RowMatch } from './postings.ts';
import { floats } from './stored-vectors.ts';

export interface PackedPapers {
  /** In the order that they were asked for; some of them may be gone. */
  rows: number[];
  /** How each row matches the words: score, words and coverage one after the other; empty where there are none. */
  matches: Float64Array<ArrayBuffer>;
  /** What rows are called by, where they are. */
  called: [row: number, called: Called][];
  /** JSON, as SQLite writes it: a `Line` for each paper that is there. */
  lines: string;
  /** The vectors of the lines that have one, one after the other. */
  vectors: Float32Array<ArrayBuffer>;
}

type Line = [row: number, id: string, title: string, year: number | null, work: number, hasVector: 0 | 1];

export const NO_PAPERS: PackedPapers = {
  rows: [],
  matches: new Float64Array(),
  called: [],
  lines: '[]',
  vectors: new Float32Array(),
};

/**
 * Papers that are kept in memory, since the same ones are found again and again: up to 25 MB of vectors. A half of them at a
 * time gives way to new ones: those that nobody has asked for since the half before did.
 */
const KEPT = 16_384;

interface Kept {
  /** A `Line`, in JSON. */
  line: string;
  /** It may be a part of the memory of all that were read with it. */
  vector: Float32Array | undefined;
}

/** Reading and packing, in the reader thread. Every method belongs into the caller's transaction. */
export class PaperPacker {
  readonly #statement: Database.Statement<[object], [string | null, Buffer | null]>;
  readonly #parameters: { space: number; bytes: number };
  readonly #dimensions: number;
  #kept = new Map<number, Kept>();
  #keptBefore = new Map<number, Kept>();

  /** @param space whose vectors are read; one of another length than the space's is damaged, and passed over. */
  constructor(db: Database.Database, space: number, dimensions: number) {
    this.#dimensions = dimensions;
    this.#parameters = { space, bytes: dimensions * Float32Array.BYTES_PER_ELEMENT };
    // As one text and one blob: three hundred rows one by one take three times as long.
    this.#statement = db
      .prepare<[object], [string | null, Buffer | null]>(
        `SELECT group_concat(json_array(row, id, title, year, coalesce(leader, row), vector IS NOT NULL), char(10)),
           CAST(group_concat(vector, '') AS BLOB)
         FROM papers LEFT JOIN works ON works.paper = row
           LEFT JOIN vectors ON vectors.paper = row AND space = :space AND length(vector) = :bytes
         WHERE row IN (SELECT value FROM json_each(:rows))`,
      )
      .raw();
  }

  packed(rows: number[], matches: RowMatch[], called: PackedPapers['called']): Transferred<PackedPapers> {
    this.#keep(rows.filter((row) => this.#known(row) === undefined));
    const known = rows.flatMap((row) => this.#known(row) ?? []);
    const own = known.flatMap(({ vector }) => vector ?? []);
    const vectors = new Float32Array(own.length * this.#dimensions);
    own.forEach((vector, i) => vectors.set(vector, i * this.#dimensions));
    const numbers = new Float64Array(3 * matches.length);
    matches.forEach(({ score, words, coverage }, i) => numbers.set([score, words, coverage], 3 * i));
    const lines = `[${known.map(({ line }) => line).join()}]`;
    return new Transferred({ rows, matches: numbers, called, lines, vectors }, [numbers.buffer, vectors.buffer]);
  }

  /** Forgets what is kept: something was stored since. */
  forget(): void {
    this.#kept.clear();
    this.#keptBefore.clear();
  }

  #known(row: number): Kept | undefined {
    const known = this.#kept.get(row);
    const before = known ? undefined : this.#keptBefore.get(row);
    if (!before) return known;
    const again = { line: before.line, vector: before.vector?.slice() };
    this.#kept.set(row, again);
    return again;
  }

  /** Reads papers into memory; one that is gone is not kept. */
  #keep(rows: number[]): void {
    if (rows.length === 0) return;
    if (this.#kept.size > KEPT / 2) [this.#kept, this.#keptBefore] = [new Map<number, Kept>(), this.#kept];
    const [lines, blob] = this.#statement.get({ ...this.#parameters, rows: JSON.stringify(rows) })!;
    if (lines === null) return;
    const vectors = floats(blob ?? Buffer.alloc(0));
    let read = 0;
    for (const line of lines.split('\n')) {
      const vector = line.endsWith('1]') ? vectors.subarray(read, (read += this.#dimensions)) : undefined;
      this.#kept.set(Number.parseInt(line.slice(1), 10), { line, vector });
    }
  }
}

/**
 * The papers by row, in the order of `rows`; those that are gone are left out.
 * @param vector what their similarity is measured from; undefined: nothing is.
 * @param dimensions of the vectors.
 */
export function unpacked(
  { rows, matches, called, lines, vectors }: PackedPapers,
  keys: Keys,
  vector: Float32Array | undefined,
  dimensions: number,
): Map<number, Candidate> {
  const papers = new Map<number, Candidate | undefined>(rows.map((row) => [row, undefined]));
  let read = 0;
  for (const [row, id, title, year, work, hasVector] of JSON.parse(lines) as Line[]) {
    const own = hasVector ? vectors.subarray(read, (read += dimensions)) : undefined;
    const similarity = vector && own && dot(vector, own);
    const [key, ofWork] = [keys.of(row), keys.of(work)];
    const ranks = { dense: undefined, lexical: undefined };
    const unsaid = { match: undefined, called: undefined };
    papers.set(row, { key, id, title, year, work: ofWork, vector: own, similarity, ...unsaid, ranks });
  }
  for (const [row, by] of called) if (papers.get(row)) papers.get(row)!.called = by;
  rows.forEach((row, i) => {
    const paper = papers.get(row);
    if (!paper) papers.delete(row);
    else if (matches.length > 0) {
      paper.match = { score: matches[3 * i]!, words: matches[3 * i + 1]!, coverage: matches[3 * i + 2]! };
    }
  });
  return papers as Map<number, Candidate>;
}
