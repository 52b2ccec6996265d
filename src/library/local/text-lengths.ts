/** How long is each text, in words, and how long are they on average? As the full text index counts them. */
import type Database from 'better-sqlite3';
import type { PaperChange } from './changes.ts';

/** Columns of the full text index: title and abstract, each with a length of its own. */
const COLUMNS = 2;
const NONE = -1;

type Sizes = [rows: string, sizes: Buffer | null];

/** Every method belongs into the caller's transaction. */
export class TextLengths {
  readonly #all: Database.Statement<[], Sizes>;
  readonly #of: Database.Statement<[string], Sizes>;
  /** By row; `NONE` where there is no text. */
  #lengths = new Int32Array();
  #papers = 0;
  #sum = 0;

  constructor(db: Database.Database) {
    const sizes = "SELECT json_group_array(id), CAST(group_concat(sz, '') AS BLOB) FROM words_docsize";
    this.#all = db.prepare<[], Sizes>(sizes).raw();
    this.#of = db.prepare<[string], Sizes>(`${sizes} WHERE id IN (SELECT value FROM json_each(?))`).raw();
  }

  /** How many texts there are. */
  get papers(): number {
    return this.#papers;
  }

  /** The words of a text, on average; 1 where there is none. */
  get mean(): number {
    return this.#sum / this.#papers || 1;
  }

  /** The length of each row's text; below 0 where there is none. Rows beyond the end have none. */
  get byRow(): Int32Array {
    return this.#lengths;
  }

  follow(change: PaperChange | 'everything'): void {
    if (change === 'everything') {
      this.#lengths = new Int32Array();
      [this.#papers, this.#sum] = [0, 0];
      this.#read(this.#all.get()!);
      return;
    }
    for (const row of change.altered) this.#set(row, NONE);
    const rows = [...change.altered, ...change.added];
    if (rows.length > 0) this.#read(this.#of.get(JSON.stringify(rows))!);
  }

  #read([ids, sizes]: Sizes): void {
    const rows = JSON.parse(ids) as number[];
    const lengths = sumsOfVarints(sizes ?? Buffer.alloc(0), COLUMNS);
    rows.forEach((row, i) => this.#set(row, lengths[i]!));
  }

  #set(row: number, length: number): void {
    if (row >= this.#lengths.length) {
      const longer = new Int32Array(Math.max(row + 1, Math.ceil(this.#lengths.length * 1.5))).fill(NONE);
      longer.set(this.#lengths);
      this.#lengths = longer;
    }
    const before = this.#lengths[row]!;
    this.#papers += Number(length !== NONE) - Number(before !== NONE);
    this.#sum += Math.max(length, 0) - Math.max(before, 0);
    this.#lengths[row] = length;
  }
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
