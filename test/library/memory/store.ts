/** What a library in memory keeps, and what is made of it anew whenever it is asked for. */
import { createHash } from 'node:crypto';
import type { Embedding } from '../../../src/embedding/embedder.ts';
import type { Model } from '../../../src/embedding/models.ts';
import type { FileRead } from '../../../src/library/files.ts';
import type { Key, LibrarySettings } from '../../../src/library/library.ts';
import type { Kept, Waiting } from '../../../src/library/kept.ts';
import type { StoredRecord } from '../../../src/library/records.ts';
import { identifiersNamed, type IdentifierKind } from '../../../src/identifiers.ts';
import type { Paper } from '../../../src/paper.ts';
import { worksOf } from './works.ts';

/** A paper, the records that it was merged from as they came, and its vector. */
export interface Held {
  key: Key;
  paper: Paper;
  records: StoredRecord[];
  embedding: Embedding | undefined;
  kept: Kept;
}

export type FileHeld = Omit<FileRead, 'held' | 'missing' | 'waiting'> & {
  number: number;
  /** Names of its readings, in the order in which they began. */
  readings: string[];
  /** How many of them came before the last that came to its end. */
  before: number;
  /** Marks of the records that were invalid when it was believed last. */
  invalid: string[];
};

/** A person's word on two papers, by their ids at the time. */
export interface Judgement {
  one: string;
  other: string;
  same: boolean;
}

let stores = 0;

/** What is kept; readers and the writer share it. */
export class MemoryStore {
  readonly model: Model;
  readonly id = `library ${++stores} in memory`;
  /** In the order in which they came. */
  readonly papers = new Map<Key, Held>();
  readonly files = new Map<string, FileHeld>();
  /** The later ones last. */
  judgements: Judgement[] = [];
  /** What was kept of papers that are gone. */
  waiting: Waiting[] = [];
  readonly cursors = new Map<string, string>();
  /** How the first paper wrote it that had it, by field and folded form. */
  readonly facetNames = new Map<string, string>();
  settings: LibrarySettings = {};
  revision = 0;
  isBeingWritten = false;
  /** When each paper came, also of those that are gone. */
  readonly came = new Map<Key, number>();
  #fileNumbers = 0;
  #works: Key[][] | undefined;

  constructor(model: Model) {
    this.model = model;
  }

  /** A number that no file had before. */
  newFileNumber(): number {
    return ++this.#fileNumbers;
  }

  /** No order is to be read off a key. */
  newKey(): Key {
    const key = createHash('sha1').update(`${this.came.size} of ${this.id}`).digest('hex').slice(0, 12) as Key;
    this.came.set(key, this.came.size);
    return key;
  }

  revise(): void {
    this.revision++;
    this.#works = undefined;
  }

  /** Every record of an id with the paper that it is of, in the order of their files and places. */
  recordsOf(id: string): { held: Held; record: StoredRecord }[] {
    return [...this.papers.values()]
      .flatMap((held) => held.records.map((record) => ({ held, record })))
      .filter(({ record }) => record.id === id)
      .sort((a, b) => a.record.file - b.record.file || a.record.nth - b.record.nth);
  }

  identified(kind: IdentifierKind, value: string): Held[] {
    return [...this.papers.values()].filter(({ records }) => records.some(({ paper }) => paper.ids[kind] === value));
  }

  named(name: string): Held | undefined {
    for (const held of this.papers.values()) if (held.paper.id === name) return held;
    return (
      this.recordsOf(name)[0]?.held ??
      identifiersNamed(name).flatMap(({ kind, value }) => this.identified(kind, value))[0]
    );
  }

  /** Every work, also those of one paper. */
  works(): Key[][] {
    return (this.#works ??= worksOf(this));
  }

  workOf(key: Key): Key[] {
    return this.works().find((work) => work.includes(key))!;
  }
}
