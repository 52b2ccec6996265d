/**
 * The graph's snapshot on disk: an hnswlib file and `graph.json` beside it, which says what the file must be.
 *
 * hnswlib-node crashes on a damaged file and searches out of bounds in one of other dimensions, so nothing is loaded
 * that `graph.json` does not vouch for: library, model, dimensions, size, SHA-256. The hnswlib file is written aside
 * under a name of its own and `graph.json` is renamed last, so that the two always belong together.
 */
import { randomUUID } from 'node:crypto';
import {
  readFileSync,
  renameSync,
  rmSync,
  readdirSync,
  statSync,
  writeFileSync,
  openSync,
  fsyncSync,
  closeSync,
} from 'node:fs';
import path from 'node:path';
import hnswlib, { type HierarchicalNSW } from 'hnswlib-node';
import { z } from 'zod';
import { sha256Of } from '../embedding/models.ts';
import { FileLock } from './lock.ts';

/** Raised whenever an older graph must not be used by newer code, or the other way round. */
const GRAPH_FORMAT = 1;
const SIDECAR = 'graph.json';

/** Links per node and candidates while building: the usual values for a few hundred dimensions. */
export const GRAPH_M = 16;
export const GRAPH_EF_CONSTRUCTION = 200;

const sidecarSchema = z.strictObject({
  format: z.literal(GRAPH_FORMAT),
  library: z.string(),
  fingerprint: z.string(),
  dimensions: z.int(),
  m: z.literal(GRAPH_M),
  efConstruction: z.literal(GRAPH_EF_CONSTRUCTION),
  /** Every vector with a label up to this one is in the graph, or forgotten. */
  lastLabel: z.int(),
  /** Every deletion up to this `forgotten.sequence` is marked in the graph. */
  lastForgotten: z.int(),
  /** Vectors marked deleted in the graph, which still take space in it. */
  deleted: z.int(),
  file: z.string().regex(/^graph-[0-9a-f-]+\.hnsw$/),
  bytes: z.int(),
  sha256: z.string(),
});

/** Whose graph it is. */
export interface GraphOwner {
  library: string;
  fingerprint: string;
  dimensions: number;
}

export interface GraphState {
  graph: HierarchicalNSW;
  lastLabel: number;
  lastForgotten: number;
  deleted: number;
}

export function emptyGraph(dimensions: number, capacity: number): HierarchicalNSW {
  const graph = new hnswlib.HierarchicalNSW('ip', dimensions);
  graph.initIndex(capacity, GRAPH_M, GRAPH_EF_CONSTRUCTION, 100, false);
  return graph;
}

/** Loads the snapshot, or says in a few words why it can't be used. */
export async function loadGraph(folder: string, owner: GraphOwner): Promise<GraphState | { unusable: string }> {
  const text = readSidecar(folder);
  if (text === undefined) return { unusable: 'there is none' };
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return { unusable: `${SIDECAR} is damaged` };
  }
  const parsed = sidecarSchema.safeParse(content);
  if (!parsed.success) return { unusable: `${SIDECAR} is of another format` };
  const sidecar = parsed.data;
  if (sidecar.library !== owner.library) return { unusable: 'it belongs to another library' };
  if (sidecar.fingerprint !== owner.fingerprint || sidecar.dimensions !== owner.dimensions) {
    return { unusable: 'it holds vectors of another model' };
  }
  const file = path.join(folder, sidecar.file);
  try {
    if (statSync(file).size !== sidecar.bytes || (await sha256Of(file)) !== sidecar.sha256) {
      return { unusable: `${sidecar.file} is damaged` };
    }
    const graph = new hnswlib.HierarchicalNSW('ip', owner.dimensions);
    await graph.readIndex(file);
    const { lastLabel, lastForgotten, deleted } = sidecar;
    return { graph, lastLabel, lastForgotten, deleted };
  } catch {
    // Another process may have saved a newer snapshot meanwhile and removed this one.
    if (readSidecar(folder) !== text) return loadGraph(folder, owner);
    return { unusable: `${sidecar.file} is missing or unreadable` };
  }
}

function readSidecar(folder: string): string | undefined {
  try {
    return readFileSync(path.join(folder, SIDECAR), 'utf8');
  } catch {
    return undefined;
  }
}

/** Writes a snapshot and removes the one before. Any process may save; they take turns, a process with itself as well. */
export async function saveGraph(folder: string, owner: GraphOwner, state: GraphState): Promise<void> {
  const lock = await FileLock.takeWhenFree(path.join(folder, 'graph.lock'), 'saving the graph', 60_000);
  try {
    const file = `graph-${randomUUID()}.hnsw`;
    const full = path.join(folder, file);
    state.graph.writeIndexSync(full);
    syncToDisk(full); // Also what notices that nothing was written: hnswlib-node reports no error.
    const sidecar: z.infer<typeof sidecarSchema> = {
      format: GRAPH_FORMAT,
      ...owner,
      m: GRAPH_M,
      efConstruction: GRAPH_EF_CONSTRUCTION,
      lastLabel: state.lastLabel,
      lastForgotten: state.lastForgotten,
      deleted: state.deleted,
      file,
      bytes: statSync(full).size,
      sha256: await sha256Of(full),
    };
    const aside = path.join(folder, `${SIDECAR}.new`);
    writeFileSync(aside, JSON.stringify(sidecar, null, 2));
    syncToDisk(aside);
    renameSync(aside, path.join(folder, SIDECAR));
    syncToDisk(folder);
    for (const name of readdirSync(folder)) {
      if (/^graph-[0-9a-f-]+\.hnsw$/.test(name) && name !== file) rmSync(path.join(folder, name), { force: true });
    }
  } finally {
    lock.release();
  }
}

/** Drops the snapshot, so that the next opening builds the graph anew, without the space of deleted vectors. */
export function removeGraph(folder: string): void {
  const lock = FileLock.take(path.join(folder, 'graph.lock'), 'dropping the graph', 60_000);
  rmSync(path.join(folder, SIDECAR), { force: true });
  lock.release();
}

function syncToDisk(file: string): void {
  const descriptor = openSync(file, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}
