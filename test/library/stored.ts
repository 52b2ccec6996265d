/** The writer's side of the library on this machine without its thread: for tests of what lies below the port. */
import path from 'node:path';
import Database from 'better-sqlite3';
import type { Key, PutOutcome } from '../../src/library/library.ts';
import { LIBRARY_FILE } from '../../src/library/local/database.ts';
import { Store, type WriterOptions } from '../../src/library/local/store.ts';
import type { Paper } from '../../src/paper.ts';
import { embedding, MODEL, readingOf, vectorOf } from './made.ts';

/** A library that is written to; whoever opened it closes it. */
export function openStore(folder: string, options: Partial<WriterOptions> = {}): Store {
  return new Store(folder, { model: MODEL, mustBeThatModel: false, purpose: 'a test', ...options });
}

export function putIn(store: Store, papers: Paper[], origin = readingOf()): PutOutcome[] {
  return store.store({ parts: [{ origin, papers }] })[0]!;
}

/** The row that a key of this engine names. */
export const rowIn = (key: Key): number => Number.parseInt(key);

/** Gives every pending paper the vector of its text, or of what `part` takes of it. @returns those vectors by row. */
export function embedIn(store: Store, part = (text: string) => vectorOf(text)): Map<number, Float32Array> {
  const pending = store.pending(1_000_000).map(({ key, text }) => ({ key, vector: part(text) }));
  store.storeVectors(pending.map(({ key, vector }) => ({ key, embedding: embedding(vector) })));
  return new Map(pending.map(({ key, vector }) => [rowIn(key), vector]));
}

/** What a query past the library gives. */
export function readPast<Row>(folder: string, sql: string, ...parameters: unknown[]): Row[] {
  const db = new Database(path.join(folder, LIBRARY_FILE), { readonly: true });
  try {
    return db.prepare<unknown[], Row>(sql).all(...parameters);
  } finally {
    db.close();
  }
}
