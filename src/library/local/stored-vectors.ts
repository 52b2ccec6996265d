/** Reading vectors from SQLite: many at once, as one piece of memory. */
import type Database from 'better-sqlite3';

/** Vectors by row or label, all of them in one piece of memory. */
export interface ReadVectors {
  vectors: Map<number, Float32Array>;
  memory: ArrayBuffer;
}

/** What is damaged, and so of another length, is passed over: it must not fail every search. "akin doctor" tells of it. */
const COLUMNS = "CAST(group_concat(vector, '') AS BLOB) FROM vectors WHERE length(vector) = :bytes";

/** The vectors of one space. */
export class StoredVectors {
  readonly #dimensions: number;
  readonly #space: number;
  // As one blob: reading three hundred one by one takes three times as long, most of it to make the buffers.
  readonly #ofRows: Database.Statement<[object], [string, Buffer | null]>;
  readonly #ofLabels: Database.Statement<[object], [string, Buffer | null]>;

  constructor(db: Database.Database, space: number, dimensions: number) {
    this.#dimensions = dimensions;
    this.#space = space;
    const prepare = (sql: string) => db.prepare<[object], [string, Buffer | null]>(sql).raw();
    this.#ofRows = prepare(
      `SELECT json_group_array(paper), ${COLUMNS}
       AND space = :space AND paper IN (SELECT value FROM json_each(:numbers))`,
    );
    this.#ofLabels = prepare(
      `SELECT json_group_array(label), ${COLUMNS}
       AND space = :space AND label IN (SELECT value FROM json_each(:numbers))`,
    );
  }

  /** The vectors of papers, by their rows. */
  ofRows(rows: number[]): ReadVectors {
    return this.#read(this.#ofRows, rows);
  }

  ofLabels(labels: number[]): ReadVectors {
    return this.#read(this.#ofLabels, labels);
  }

  #read(statement: Database.Statement<[object], [string, Buffer | null]>, numbers: number[]): ReadVectors {
    const bytes = this.#dimensions * Float32Array.BYTES_PER_ELEMENT;
    const parameters = { bytes, space: this.#space, numbers: JSON.stringify(numbers) };
    const [found, blob] = statement.get(parameters)!;
    const all = floats(blob ?? Buffer.alloc(0));
    const vectors = new Map(
      (JSON.parse(found) as number[]).map((number, i) => [
        number,
        all.subarray(i * this.#dimensions, (i + 1) * this.#dimensions),
      ]),
    );
    return { vectors, memory: all.buffer };
  }
}

/** Vectors as SQLite keeps them (little-endian float32) as numbers: the blob's own bytes, where it is alone in its memory. */
export function floats(blob: Buffer): Float32Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = blob;
  if (byteOffset === 0 && buffer.byteLength === byteLength) return new Float32Array(buffer as ArrayBuffer);
  return new Float32Array(new Uint8Array(blob).buffer);
}
