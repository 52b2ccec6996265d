/**
 * A graph's snapshot on disk: loaded, and written.
 *
 * hnswlib-node crashes on a damaged file and searches out of bounds in one of other dimensions, so nothing is loaded that
 * a sidecar does not vouch for: library, model, dimensions, size, SHA-256. The hnswlib file is written aside under a name
 * of its own and the sidecar is renamed last, so that the two always belong together.
 */
import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import hnswlib, { type HierarchicalNSW } from 'hnswlib-node';
import { sha256Of } from '../../embedding/models.ts';
import { syncToDisk } from '../../places.ts';
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

/**
 * Writes a snapshot and removes the one before. Any process may save; they take turns, a process with itself as well.
 * @throws the file system's error, `ENOSPC` where the disk is full; then the snapshot before stays, and nothing is left over.
 */
export async function saveGraph(folder: string, owner: GraphOwner, state: GraphState): Promise<void> {
  const lock = await FileLock.takeWhenFree(path.join(folder, 'graph.lock'), 'saving the graph', 60_000);
  const file = `graph-${randomUUID()}.hnsw`;
  const full = path.join(folder, file);
  const name = sidecarOf(owner);
  const aside = path.join(folder, `${name}.new`);
  try {
    state.graph.writeIndexSync(full);
    syncToDisk(full); // Also what notices that nothing was written: hnswlib-node reports no error.
    mustBeWhole(full);
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
    writeFileSync(aside, JSON.stringify(sidecar, null, 2));
    syncToDisk(aside);
    renameSync(aside, path.join(folder, name));
    syncToDisk(folder);
    removeWhatIsOver(folder, owner);
  } catch (error) {
    for (const each of [full, aside]) rmSync(each, { force: true });
    throw error;
  } finally {
    lock.release();
  }
}

/** Bytes of hnswlib's header, and where in it the number of points, and the bytes that each takes, are said. */
const HEADER = { bytes: 96, points: 16, bytesAPoint: 24 };

/**
 * Looks whether a graph was written to its end, of which hnswlib-node says nothing. After the header and the points follow, for
 * each point, a length and so many bytes of links of its upper layers; there a file ends that is whole.
 * @throws an error with the code `ENOSPC`.
 */
function mustBeWhole(file: string): void {
  const { size } = statSync(file);
  const descriptor = openSync(file, 'r');
  try {
    const read = (from: number, bytes: number): Buffer => {
      const buffer = Buffer.alloc(Math.max(0, Math.min(bytes, size - from)));
      readSync(descriptor, buffer, 0, buffer.length, from);
      return buffer;
    };
    const header = read(0, HEADER.bytes);
    if (header.length === HEADER.bytes) {
      const points = Number(header.readBigUInt64LE(HEADER.points));
      const links = read(HEADER.bytes + points * Number(header.readBigUInt64LE(HEADER.bytesAPoint)), size);
      let at = 0;
      for (let point = 0; point < points && at + 4 <= links.length; point++) at += 4 + links.readUInt32LE(at);
      if (points === 0 || (links.length > 0 && at === links.length)) return;
    }
  } finally {
    closeSync(descriptor);
  }
  throw Object.assign(new Error(`ENOSPC: ${file} was not written to its end`), { code: 'ENOSPC', path: file });
}
