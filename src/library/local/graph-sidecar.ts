/**
 * What is on disk of graphs: beside each hnswlib file a sidecar that says what the file must be. Each space of a library has
 * its own.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { FileLock } from './lock.ts';

/** Raised whenever an older graph must not be used by newer code, or the other way round. */
export const GRAPH_FORMAT = 1;

/** Links per node and candidates while building: the usual values for a few hundred dimensions. */
export const GRAPH_M = 16;
export const GRAPH_EF_CONSTRUCTION = 200;

/** How a sidecar was named while libraries had vectors of one model only (format 2). */
const OLD_SIDECAR = 'graph.json';
export const SIDECARS = /^graph(?:-[0-9a-f]{16})?\.json$/;
export const GRAPHS = /^graph-[0-9a-f-]+\.hnsw$/;

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
  file: z.string().regex(GRAPHS),
  bytes: z.int(),
  sha256: z.string(),
});
export type Sidecar = z.infer<typeof sidecarSchema>;

/** Whose graph it is. */
export interface GraphOwner {
  library: string;
  fingerprint: string;
  dimensions: number;
}

export const sidecarOf = ({ fingerprint }: GraphOwner): string => `graph-${fingerprint.slice(0, 16)}.json`;

/** The sidecar of a space as it stands there; undefined where there is none. */
export function readSidecar(folder: string, owner: GraphOwner): { name: string; text: string } | undefined {
  for (const name of [sidecarOf(owner), OLD_SIDECAR]) {
    try {
      return { name, text: readFileSync(path.join(folder, name), 'utf8') };
    } catch {
      // It is not there, or nobody may read it: as good as none.
    }
  }
  return undefined;
}

/** What a sidecar says, or in a few words why it is of no use. */
export function parsedSidecar({ name, text }: { name: string; text: string }, owner: GraphOwner): Sidecar | string {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return `${name} is damaged`;
  }
  const parsed = sidecarSchema.safeParse(content);
  if (!parsed.success) return `${name} is of another format`;
  const { library, fingerprint, dimensions } = parsed.data;
  if (library !== owner.library) return 'it belongs to another library';
  if (fingerprint !== owner.fingerprint || dimensions !== owner.dimensions) return 'it holds vectors of another model';
  return parsed.data;
}

/** Removes what a new snapshot stands in for: a sidecar of the old name, and every file that no sidecar speaks of. */
export function removeWhatIsOver(folder: string, { fingerprint }: GraphOwner): void {
  const remove = (name: string) => rmSync(path.join(folder, name), { force: true });
  let spokenOf = '';
  for (const name of readdirSync(folder).filter((each) => SIDECARS.test(each))) {
    const text = readFileSync(path.join(folder, name), 'utf8');
    if (name === OLD_SIDECAR && text.includes(fingerprint)) remove(name);
    else spokenOf += text;
  }
  for (const name of readdirSync(folder)) if (GRAPHS.test(name) && !spokenOf.includes(name)) remove(name);
}

/** Drops the snapshots of all spaces, so that the next opening builds a graph anew, without the space of deleted vectors. */
export function removeGraphs(folder: string): void {
  const lock = FileLock.take(path.join(folder, 'graph.lock'), 'dropping the graph', 60_000);
  try {
    for (const name of readdirSync(folder)) if (SIDECARS.test(name)) rmSync(path.join(folder, name), { force: true });
  } finally {
    lock.release();
  }
}
