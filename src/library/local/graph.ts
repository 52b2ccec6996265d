/**
 * Which vectors are near this one? The HNSW graph of one space of a library, kept in step with the vectors in SQLite.
 *
 * The snapshot on disk (graph-file.ts) is loaded when it can be trusted; vectors that are newer are the *tail*, and are
 * moved into the graph slice by slice. A search asks the graph and looks at each vector of the tail, so it is right at
 * every moment, also while a lost graph is being rebuilt. The tail stays in SQLite and is read page by page: a whole
 * library may be in it. hnswlib-node works synchronously: this runs in graph-worker.ts.
 */
import type Database from 'better-sqlite3';
import type { HierarchicalNSW } from 'hnswlib-node';
import { dot } from '../../vector.ts';
import { openForReading } from './database.ts';
import { emptyGraph, loadGraph, saveGraph, type GraphState } from './graph-file.ts';
import type { GraphOwner } from './graph-sidecar.ts';
import { floats, StoredVectors } from './stored-vectors.ts';

/** Candidates the graph keeps while searching; scripts/README.md shows the recall this gives against exact search. */
export const DEFAULT_EF = 200;

/** A paper near a vector. */
export interface Neighbour {
  row: number;
  /** Cosine, −1..1; higher is nearer. */
  similarity: number;
}

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

/** Vectors read at once: to be looked at, and to be moved into the graph. */
const SCAN_PAGE = 1000;
const ABSORB_PAGE = 64;

const INITIAL_CAPACITY = 1024;

export class Graph {
  /** Why the snapshot could not be used and the graph is built anew; undefined if it was used, or there is nothing to build. */
  readonly rebuilding: string | undefined;
  readonly libraryId: string;
  /** See `Reader.place`. */
  readonly place: string;
  /** The fingerprint of the space's model. */
  readonly fingerprint: string;
  readonly #folder: string;
  readonly #db: Database.Database;
  readonly #owner: GraphOwner;
  readonly #vectors: StoredVectors;
  readonly #statements;
  readonly #state: GraphState;
  /** The paper's row by label; 0 for a label that has no vector. */
  #rowOf = new Int32Array(INITIAL_CAPACITY);
  /** Vectors that have been noticed, by their labels, but are not in the graph: those with labels above `lastLabel`. */
  #inTail = 0;
  /** Vectors that were passed over because they could not be read: they were gone, or are damaged. */
  readonly #passedOver = new Set<number>();
  /** What is moved into the graph next. */
  #page: { labels: number[]; vectors: Map<number, Float32Array> } = { labels: [], vectors: new Map() };
  #seenLabel: number;
  #seenVersion: number | undefined;
  #unsaved = 0;
  #saving: Promise<void> | undefined;
  #isClosed = false;

  private constructor(
    folder: string,
    identity: string,
    db: Database.Database,
    owner: GraphOwner,
    space: number,
    loaded: GraphState | { unusable: string },
  ) {
    this.#folder = folder;
    this.libraryId = owner.library;
    this.place = `${owner.library} ${identity}`;
    this.fingerprint = owner.fingerprint;
    this.#db = db;
    this.#owner = owner;
    this.#vectors = new StoredVectors(db, space, owner.dimensions);
    this.#statements = statementsOn(db, space);
    db.exec('BEGIN'); // What the snapshot is compared with must be what it is then brought up to date from.
    const unusable = 'unusable' in loaded ? loaded.unusable : this.#mismatch(loaded);
    if (unusable === undefined) {
      this.#state = loaded as GraphState;
    } else {
      const lastForgotten = this.#statements.lastForgotten.get() ?? this.#trimmed();
      this.#state = { graph: emptyGraph(owner.dimensions, INITIAL_CAPACITY), lastLabel: 0, lastForgotten, deleted: 0 };
    }
    this.#seenLabel = this.#state.lastLabel;
    const [labels, rows] = this.#statements.everyLabel.get()!.map((json) => JSON.parse(json) as number[]);
    labels!.forEach((label, i) => this.#remember(label, rows![i]!));
    this.refresh();
    this.rebuilding = this.#inTail > 0 ? unusable : undefined;
    db.exec('COMMIT');
  }

  /** Opens the graph of the space in use of the library in `folder`. @throws AkinError as `openForReading`. */
  static async open(folder: string, identity = ''): Promise<Graph> {
    const { db, libraryId, space, model } = openForReading(folder);
    const owner = { library: libraryId, fingerprint: model.fingerprint, dimensions: model.dimensions };
    return new Graph(folder, identity, db, owner, space, await loadGraph(folder, owner));
  }

  /** Takes note of what was committed since the last look; cheap when nothing was. */
  refresh(): void {
    const version = this.#statements.version.get()!;
    if (version === this.#seenVersion) return;
    this.#seenVersion = version;
    // One transaction: a deletion and the vectors after it must be seen together.
    this.#db.transaction(() => {
      if (this.#state.lastForgotten < this.#trimmed()) this.#forgetWhatIsGone();
      for (const [sequence, label] of this.#statements.newForgotten.iterate(this.#state.lastForgotten)) {
        if (label <= this.#seenLabel) this.#forget(label);
        this.#state.lastForgotten = sequence;
      }
      for (const [label, row] of this.#statements.newLabels.iterate(this.#seenLabel)) this.#remember(label, row);
    })();
  }

  /**
   * Moves vectors from the tail into the graph for about `budgetMs`.
   * @returns whether the tail is empty.
   */
  absorb(budgetMs: number): boolean {
    const { graph } = this.#state;
    const end = performance.now() + budgetMs;
    while (!this.#isClosed && this.#inTail > 0) {
      if (performance.now() >= end) return false;
      const label = this.#page.labels.shift() ?? this.#readPage();
      if (this.#rowOf[label] === 0) continue; // It was forgotten since the page was read.
      const vector = this.#page.vectors.get(label);
      if (vector) {
        if (graph.getCurrentCount() === graph.getMaxElements()) graph.resizeIndex(graph.getMaxElements() * 2);
        graph.addPoint(Array.from(vector), label);
        this.#unsaved++;
      } else {
        this.#passedOver.add(label);
        this.#rowOf[label] = 0;
      }
      this.#state.lastLabel = label;
      this.#inTail--;
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
    const { graph, lastLabel, deleted } = this.#state;
    const total = graph.getCurrentCount() - deleted;
    const labels = allowed && this.#labelsBetween(1, lastLabel, allowed);
    const count = labels?.length ?? total;
    const isFew = allowed !== undefined && count ** 2 <= SCAN_UP_TO * total;
    let found = isFew ? [] : this.#walk(vector, k, ef, allowed);
    // A walk may miss vectors as well, if no way leads to them.
    if (found.length < Math.min(k, count)) {
      found = this.#scan(vector, k, labels ?? this.#labelsBetween(1, lastLabel));
    }
    if (this.#inTail > 0) {
      found.push(...this.#scan(vector, k, this.#labelsBetween(lastLabel + 1, this.#seenLabel, allowed)));
    }
    return nearestFirst(found).slice(0, k);
  }

  status(): GraphStatus {
    const { graph, deleted } = this.#state;
    return { inGraph: graph.getCurrentCount() - deleted, deleted, inTail: this.#inTail };
  }

  /** Vectors and deletions in the graph that the snapshot on disk does not hold. */
  get unsaved(): number {
    return this.#unsaved;
  }

  /** Writes the snapshot, unless the one on disk holds everything already. */
  async save(): Promise<void> {
    while (this.#saving) await this.#saving.catch(() => {}); // Told to whoever began it.
    const unsaved = this.#unsaved;
    if (unsaved === 0 || this.#isClosed) return;
    this.#saving = saveGraph(this.#folder, this.#owner, this.#state).finally(() => (this.#saving = undefined));
    await this.#saving;
    this.#unsaved -= unsaved; // More may have come meanwhile.
  }

  close(): void {
    this.#isClosed = true;
    this.#db.close();
  }

  /** The labels in a range whose vectors there are, and whose rows are allowed. */
  #labelsBetween(first: number, last: number, allowed?: Uint8Array): number[] {
    const labels: number[] = [];
    for (let label = first; label <= last; label++) {
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

  /** The nearest of these labels, by looking at each of their vectors, if it is still there. */
  #scan(vector: Float32Array, k: number, labels: number[]): Neighbour[] {
    let found: Neighbour[] = [];
    for (let at = 0; at < labels.length; at += SCAN_PAGE) {
      const { vectors } = this.#vectors.ofLabels(labels.slice(at, at + SCAN_PAGE));
      for (const [label, other] of vectors) found.push({ row: this.#rowOf[label]!, similarity: dot(vector, other) });
      if (found.length > k) found = nearestFirst(found).slice(0, k);
    }
    return found;
  }

  /** Reads the next vectors of the tail. @returns the label of the first. */
  #readPage(): number {
    const labels: number[] = [];
    for (let label = this.#state.lastLabel + 1; labels.length < ABSORB_PAGE && label <= this.#seenLabel; label++) {
      if (this.#rowOf[label]) labels.push(label);
    }
    this.#page = { labels, vectors: this.#vectors.ofLabels(labels).vectors };
    return labels.shift()!;
  }

  /** Notes a vector: one of the graph's, or a new one. */
  #remember(label: number, row: number): void {
    if (label >= this.#rowOf.length) {
      const longer = new Int32Array(Math.max(label + 1, this.#rowOf.length * 2));
      longer.set(this.#rowOf);
      this.#rowOf = longer;
    }
    this.#rowOf[label] = row;
    if (label > this.#state.lastLabel) this.#inTail++;
    this.#seenLabel = Math.max(label, this.#seenLabel);
  }

  #forget(label: number): void {
    if (this.#passedOver.delete(label)) return;
    const wasThere = this.#rowOf[label] !== 0;
    this.#rowOf[label] = 0;
    if (label > this.#state.lastLabel) {
      if (wasThere) this.#inTail--;
      return;
    }
    this.#state.graph.markDelete(label);
    this.#state.deleted++;
    this.#unsaved++;
  }

  /** The last deletion that a compaction has struck from the list of deletions. */
  #trimmed(): number {
    return Number(this.#statements.trimmed.get() ?? 0);
  }

  /** For a graph in use while a compaction shortened the list of deletions: compares with what there is. */
  #forgetWhatIsGone(): void {
    const live = new Set(JSON.parse(this.#statements.everyLabel.get()![0]) as number[]);
    for (let label = 1; label <= this.#seenLabel; label++) {
      if (this.#rowOf[label] && !live.has(label)) this.#forget(label);
    }
    this.#state.lastForgotten = this.#trimmed();
  }

  /** Why a snapshot that is sound in itself does not fit the vectors there are. */
  #mismatch({ graph, lastLabel, lastForgotten, deleted }: GraphState): string | undefined {
    if (lastForgotten < this.#trimmed()) return 'it is older than the last compaction';
    const vectors = this.#statements.countUpTo.get(lastLabel)!;
    const forgottenSince = this.#statements.countForgotten.get(lastForgotten, lastLabel)!;
    const fits = graph.getCurrentCount() - deleted === vectors + forgottenSince && this.#holdsNewest(graph, lastLabel);
    return fits ? undefined : 'it does not match the library';
  }

  /** Numbers alone may agree by chance, when the database was restored from a copy and went on from there. */
  #holdsNewest(graph: HierarchicalNSW, lastLabel: number): boolean {
    const newest = this.#statements.newestUpTo.get(lastLabel);
    if (!newest) return true;
    try {
      const inGraph = graph.getPoint(newest.label);
      return floats(newest.vector).every((x, i) => x === inGraph[i]);
    } catch {
      return false; // The graph has no such label.
    }
  }
}

function statementsOn(db: Database.Database, space: number) {
  const number = <Parameters extends unknown[]>(sql: string) => db.prepare<Parameters, number>(sql).pluck();
  const ofSpace = `FROM vectors WHERE space = ${space}`;
  return {
    version: number<[]>('PRAGMA data_version'),
    trimmed: db.prepare<[], string>("SELECT value FROM meta WHERE key = 'forgotten trimmed'").pluck(),
    // The plus keeps SQLite from the index by space: the other one holds the papers as well, and vectors are not touched.
    everyLabel: db
      .prepare<[], [labels: string, rows: string]>(
        `SELECT json_group_array(label), json_group_array(paper) FROM vectors WHERE +space = ${space}`,
      )
      .raw(),
    newLabels: db
      .prepare<[number], [label: number, row: number]>(`SELECT label, paper ${ofSpace} AND label > ? ORDER BY label`)
      .raw(),
    newForgotten: db
      .prepare<[number], [sequence: number, label: number]>(
        `SELECT sequence, label FROM forgotten WHERE sequence > ? AND space = ${space} ORDER BY sequence`,
      )
      .raw(),
    lastForgotten: db.prepare<[], number | null>('SELECT max(sequence) FROM forgotten').pluck(),
    countUpTo: number<[number]>(`SELECT count(*) ${ofSpace} AND label <= ?`),
    countForgotten: number<[sequence: number, label: number]>(
      `SELECT count(*) FROM forgotten WHERE sequence > ? AND space = ${space} AND label <= ?`,
    ),
    newestUpTo: db.prepare<[number], { label: number; vector: Buffer }>(
      `SELECT label, vector ${ofSpace} AND label <= ? ORDER BY label DESC LIMIT 1`,
    ),
  };
}

function nearestFirst(found: Neighbour[]): Neighbour[] {
  return found.sort((a, b) => b.similarity - a.similarity || a.row - b.row);
}
