/**
 * Which vectors are near this one? The HNSW graph of one library, kept in step with the vectors in SQLite.
 *
 * The snapshot on disk (graph-file.ts) is loaded when it can be trusted; vectors that are newer wait in the *tail* and
 * are moved into the graph slice by slice. A search asks the graph and scans the tail exactly, so it is right at every
 * moment, also while a lost graph is being rebuilt. hnswlib-node works synchronously: this runs in graph-worker.ts.
 */
import type Database from 'better-sqlite3';
import type { HierarchicalNSW } from 'hnswlib-node';
import { openForReading } from './database.ts';
import { emptyGraph, loadGraph, saveGraph, type GraphOwner, type GraphState } from './graph-file.ts';
import type { Neighbour } from './library.ts';

/** Candidates the graph keeps while searching; the README shows the recall this gives against exact search. */
export const DEFAULT_EF = 200;

export interface GraphStatus {
  /** Vectors in the graph, deleted ones not counted. */
  inGraph: number;
  /** Deleted vectors that still take space in the graph. */
  deleted: number;
  /** Vectors that are not in the graph yet and are searched exactly. */
  inTail: number;
}

export interface NearestOptions {
  /** 1 at each row that may be found; every row when undefined. */
  allowed?: Uint8Array | undefined;
  /** Candidates the graph keeps, at least `k`. */
  ef?: number | undefined;
}

/**
 * Below which n², as a multiple of the graph's N, the n vectors allowed are scanned: a scan takes a time of n, a walk until
 * enough of the allowed are met one of N / n. Measured were 7 µs × n and 450 µs × N / n, hence 64; a walk is slower where
 * the allowed lie together far from the question, hence more. See `npm run bench -- filters`.
 */
const SCAN_UP_TO = 100;

const INITIAL_CAPACITY = 1024;

export class Graph {
  /** Why the snapshot could not be used and the graph is built anew; undefined if it was used. */
  readonly rebuilding: string | undefined;
  readonly #folder: string;
  readonly #db: Database.Database;
  readonly #owner: GraphOwner;
  readonly #newVectors: Database.Statement<[number], { label: number; paper: number; vector: Buffer }>;
  readonly #newForgotten: Database.Statement<[number], { sequence: number; label: number }>;
  readonly #vector: Database.Statement<[number], Buffer>;
  readonly #version: Database.Statement<[], number>;
  readonly #state: GraphState;
  /** Vectors committed but not in the graph yet, by label, ascending. */
  readonly #tail = new Map<number, Float32Array>();
  /** The paper's row by label; 0 for a label that has no vector. */
  #rowOf = new Int32Array(INITIAL_CAPACITY);
  #seenLabel: number;
  #seenVersion: number | undefined;
  #unsaved = 0;
  #saving: Promise<void> | undefined;

  private constructor(
    folder: string,
    db: Database.Database,
    owner: GraphOwner,
    loaded: GraphState | { unusable: string },
  ) {
    this.#folder = folder;
    this.#db = db;
    this.#owner = owner;
    this.#newVectors = db.prepare('SELECT label, paper, vector FROM vectors WHERE label > ? ORDER BY label');
    this.#newForgotten = db.prepare('SELECT sequence, label FROM forgotten WHERE sequence > ? ORDER BY sequence');
    this.#vector = db.prepare<[number], Buffer>('SELECT vector FROM vectors WHERE label = ?').pluck();
    this.#version = db.prepare<[], number>('PRAGMA data_version').pluck();
    db.exec('BEGIN'); // What the snapshot is compared with must be what it is then brought up to date from.
    const unusable = 'unusable' in loaded ? loaded.unusable : this.#mismatch(loaded);
    this.rebuilding = unusable;
    if (unusable === undefined) {
      this.#state = loaded as GraphState;
    } else {
      const last = db.prepare('SELECT max(sequence) FROM forgotten').pluck().get() as number | null;
      const lastForgotten = last ?? this.#trimmed();
      this.#state = { graph: emptyGraph(owner.dimensions, INITIAL_CAPACITY), lastLabel: 0, lastForgotten, deleted: 0 };
    }
    this.#seenLabel = this.#state.lastLabel;
    const known = db.prepare('SELECT label, paper FROM vectors WHERE label <= ?').all(this.#seenLabel);
    for (const { label, paper } of known as { label: number; paper: number }[]) this.#remember(label, paper);
    this.refresh();
    db.exec('COMMIT');
  }

  /** Opens the graph of the library in `folder`. @throws AkinError as `openForReading`. */
  static async open(folder: string): Promise<Graph> {
    const { db, libraryId, model } = openForReading(folder);
    const owner = { library: libraryId, fingerprint: model.fingerprint, dimensions: model.dimensions };
    return new Graph(folder, db, owner, await loadGraph(folder, owner));
  }

  /** Takes note of what was committed since the last look; cheap when nothing was. */
  refresh(): void {
    const version = this.#version.get()!;
    if (version === this.#seenVersion) return;
    this.#seenVersion = version;
    // One transaction: a deletion and the vectors after it must be seen together.
    this.#db.transaction(() => {
      if (this.#state.lastForgotten < this.#trimmed()) this.#forgetWhatIsGone();
      for (const { sequence, label } of this.#newForgotten.iterate(this.#state.lastForgotten)) {
        if (label <= this.#seenLabel) this.#forget(label);
        this.#state.lastForgotten = sequence;
      }
      for (const { label, paper, vector } of this.#newVectors.iterate(this.#seenLabel)) {
        this.#tail.set(label, floats(vector));
        this.#remember(label, paper);
        this.#seenLabel = label;
      }
    })();
  }

  /**
   * Moves vectors from the tail into the graph for about `budgetMs`.
   * @returns whether the tail is empty.
   */
  absorb(budgetMs: number): boolean {
    const { graph } = this.#state;
    const end = performance.now() + budgetMs;
    for (const [label, vector] of this.#tail) {
      if (performance.now() >= end) return false;
      if (graph.getCurrentCount() === graph.getMaxElements()) graph.resizeIndex(graph.getMaxElements() * 2);
      graph.addPoint(Array.from(vector), label);
      this.#tail.delete(label);
      this.#state.lastLabel = label;
      this.#unsaved++;
    }
    return true;
  }

  /**
   * The `k` rows nearest to a unit vector, nearest first; only those allowed, but as many of them as there are.
   *
   * The graph is asked for a share of the papers by telling it which labels may be results; it still walks over the others,
   * the more of them the fewer are allowed. So few are rather looked at one by one, which is exact as well.
   */
  nearest(vector: Float32Array, k: number, { allowed, ef = DEFAULT_EF }: NearestOptions = {}): Neighbour[] {
    const total = this.#state.graph.getCurrentCount() - this.#state.deleted;
    const labels = allowed && this.#labelsInGraph(allowed);
    const count = labels?.length ?? total;
    const isFew = allowed !== undefined && count ** 2 <= SCAN_UP_TO * total;
    let found = isFew ? [] : this.#walk(vector, k, ef, allowed);
    // A walk may miss vectors as well, if no way leads to them.
    if (found.length < Math.min(k, count)) found = this.#scan(vector, labels ?? this.#labelsInGraph());
    for (const [label, other] of this.#tail) {
      const row = this.#rowOf[label]!;
      if (!allowed || allowed[row]) found.push({ row, similarity: dot(vector, other) });
    }
    return found.sort((a, b) => b.similarity - a.similarity || a.row - b.row).slice(0, k);
  }

  status(): GraphStatus {
    const { graph, deleted } = this.#state;
    return { inGraph: graph.getCurrentCount() - deleted, deleted, inTail: this.#tail.size };
  }

  /** Vectors and deletions in the graph that the snapshot on disk does not hold. */
  get unsaved(): number {
    return this.#unsaved;
  }

  /** Writes the snapshot, unless the one on disk holds everything already. */
  async save(): Promise<void> {
    while (this.#saving) await this.#saving.catch(() => {}); // Told to whoever began it.
    const unsaved = this.#unsaved;
    if (unsaved === 0) return;
    this.#saving = saveGraph(this.#folder, this.#owner, this.#state).finally(() => (this.#saving = undefined));
    await this.#saving;
    this.#unsaved -= unsaved; // More may have come meanwhile.
  }

  close(): void {
    this.#db.close();
  }

  /** The labels of the vectors in the graph whose rows are allowed. */
  #labelsInGraph(allowed?: Uint8Array): number[] {
    const labels: number[] = [];
    for (let label = 1; label <= this.#state.lastLabel; label++) {
      const row = this.#rowOf[label];
      if (row && (!allowed || allowed[row])) labels.push(label);
    }
    return labels;
  }

  /** The nearest as the graph finds them. */
  #walk(vector: Float32Array, k: number, ef: number, allowed: Uint8Array | undefined): Neighbour[] {
    const { graph } = this.#state;
    const inGraph = graph.getCurrentCount();
    if (inGraph === 0) return [];
    graph.setEf(Math.max(ef, k));
    // Whatever this throws would end the process: it can't, for any label.
    const isAllowed = allowed && ((label: number) => allowed[this.#rowOf[label]!] === 1);
    const { neighbors, distances } = graph.searchKnn(Array.from(vector), Math.min(k, inGraph), isAllowed);
    return neighbors.map((label, i) => ({ row: this.#rowOf[label]!, similarity: 1 - distances[i]! }));
  }

  /** Every vector of these labels, in no order. */
  #scan(vector: Float32Array, labels: number[]): Neighbour[] {
    const found: Neighbour[] = [];
    for (const label of labels) {
      const blob = this.#vector.get(label); // None if it was forgotten a moment ago.
      if (blob) found.push({ row: this.#rowOf[label]!, similarity: dot(vector, floats(blob)) });
    }
    return found;
  }

  #remember(label: number, row: number): void {
    if (label >= this.#rowOf.length) {
      const longer = new Int32Array(Math.max(label + 1, this.#rowOf.length * 2));
      longer.set(this.#rowOf);
      this.#rowOf = longer;
    }
    this.#rowOf[label] = row;
  }

  #forget(label: number): void {
    this.#rowOf[label] = 0;
    if (this.#tail.delete(label)) return;
    this.#state.graph.markDelete(label);
    this.#state.deleted++;
    this.#unsaved++;
  }

  /** The last deletion that a compaction has struck from the list of deletions. */
  #trimmed(): number {
    return Number(this.#db.prepare("SELECT value FROM meta WHERE key = 'forgotten trimmed'").pluck().get() ?? 0);
  }

  /** For a graph in use while a compaction shortened the list of deletions: compares with what there is. */
  #forgetWhatIsGone(): void {
    const there = this.#db
      .prepare('SELECT label FROM vectors WHERE label <= ?')
      .pluck()
      .all(this.#seenLabel) as number[];
    const live = new Set(there);
    for (let label = 1; label <= this.#seenLabel; label++) {
      if (this.#rowOf[label] && !live.has(label)) this.#forget(label);
    }
    this.#state.lastForgotten = this.#trimmed();
  }

  /** Why a snapshot that is sound in itself does not fit the vectors there are. */
  #mismatch({ graph, lastLabel, lastForgotten, deleted }: GraphState): string | undefined {
    if (lastForgotten < this.#trimmed()) return 'it is older than the last compaction';
    const count = (sql: string, ...parameters: number[]) =>
      this.#db
        .prepare<number[], number>(`SELECT count(*) FROM ${sql}`)
        .pluck()
        .get(...parameters)!;
    const vectors = count('vectors WHERE label <= ?', lastLabel);
    const forgottenSince = count('forgotten WHERE sequence > ? AND label <= ?', lastForgotten, lastLabel);
    const fits = graph.getCurrentCount() - deleted === vectors + forgottenSince && this.#holdsNewest(graph, lastLabel);
    return fits ? undefined : 'it does not match the library';
  }

  /** Numbers alone may agree by chance, when the database was restored from a copy and went on from there. */
  #holdsNewest(graph: HierarchicalNSW, lastLabel: number): boolean {
    const newest = this.#db
      .prepare<[number], { label: number; vector: Buffer }>(
        'SELECT label, vector FROM vectors WHERE label <= ? ORDER BY label DESC LIMIT 1',
      )
      .get(lastLabel);
    if (!newest) return true;
    try {
      const inGraph = graph.getPoint(newest.label);
      return floats(newest.vector).every((x, i) => x === inGraph[i]);
    } catch {
      return false; // The graph has no such label.
    }
  }
}

/** Vectors as SQLite keeps them (little-endian float32) as numbers: the blob's own bytes, where it is aligned for them. */
export function floats(blob: Buffer): Float32Array {
  if (blob.byteOffset % 4 === 0) return new Float32Array(blob.buffer, blob.byteOffset, blob.byteLength / 4);
  const copy = new Float32Array(blob.byteLength / 4);
  new Uint8Array(copy.buffer).set(blob);
  return copy;
}

/** The dot product of two vectors of the same length; the cosine, when both have unit length. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
