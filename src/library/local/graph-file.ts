/**
 * A graph's snapshot on disk: loaded, and written.
 *
 * hnswlib-node crashes on a damaged file and searches out of bounds in one of other dimensions, so nothing is loaded that
 * a sidecar does not vouch for: library, model, dimensions, size, SHA-256. The hnswlib file is written aside under a name
 * of its own and the sidecar is renamed last, so that the two always belong together.
 */
import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import hnswlib, { type HierarchicalNSW } from 'hnswlib-node';
import { sha256Of } from '../../embedding/models.ts';
import {
  GRAPH_EF_CONSTRUCTION,
  GRAPH_FORMAT,
  GRAPH_M,
  parsedSidecar,
  readSidecar,
  removeWhatIsOver,
  sidecarOf,
  type GraphOwner,
  type Sidecar,
} from './graph-sidecar.ts';
import { FileLock } from './lock.ts';

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
  const found = readSidecar(folder, owner);
  if (!found) return { unusable: 'there is none' };
  const sidecar = parsedSidecar(found, owner);
  if (typeof sidecar === 'string') return { unusable: sidecar };
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
    if (readSidecar(folder, owner)?.text !== found.text) return loadGraph(folder, owner);
    return { unusable: `${sidecar.file} is missing or unreadable` };
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
    const sidecar: Sidecar = {
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
    const name = sidecarOf(owner);
    const aside = path.join(folder, `${name}.new`);
    writeFileSync(aside, JSON.stringify(sidecar, null, 2));
    syncToDisk(aside);
    renameSync(aside, path.join(folder, name));
    syncToDisk(folder);
    removeWhatIsOver(folder, owner);
  } finally {
    lock.release();
  }
}

function syncToDisk(file: string): void {
  const descriptor = openSync(file, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}
