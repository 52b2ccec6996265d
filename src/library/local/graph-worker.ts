/** The graph thread: answers searches, and between them moves new vectors into the graph in short slices. */
import { setImmediate } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';
import { work } from '../../threads/work.ts';
import { called, type Call } from './calls.ts';
import { Graph, type GraphStatus, type Neighbour, type NearestOptions } from './graph.ts';
import { OfFile } from './replaced-file.ts';

/** How long moving vectors into the graph may keep a search waiting. */
const SLICE_MS = 10;
/** Candidates that the graph keeps where nobody looks at the single answer. */
const EF_OF_MANY = 64;
/** How often to look for vectors committed by a writer when no search asks. */
const REFRESH_MS = 1000;
/** A snapshot is written unasked when at least this many vectors, and this share of all, are not in it. */
const SAVE_AFTER = 1000;
const SAVE_AFTER_SHARE = 0.2;

const { folder } = workerData as { folder: string };
const opened = new OfFile(folder, (identity) => Graph.open(folder, identity));
const absorbing = new WeakMap<Graph, Promise<void>>();

/** Moves all that is committed by now into the graph; one run at a time, and whoever comes while one is under way waits for it. */
function absorb(graph: Graph): Promise<void> {
  let run = absorbing.get(graph);
  if (!run) {
    run = absorbAll(graph).finally(() => absorbing.delete(graph));
    absorbing.set(graph, run);
  }
  return run;
}

async function absorbAll(graph: Graph): Promise<void> {
  graph.refresh();
  while (!graph.absorb(SLICE_MS)) await setImmediate();
}

async function refreshed(): Promise<Graph> {
  const graph = await opened.current();
  graph.refresh();
  return graph;
}

/** What the thread is asked. */
export class GraphQuestions {
  /** The rows nearest to a vector, see `Graph.nearest`, and the place of the library that they are of. */
  async nearest(vector: Float32Array, k: number, options: NearestOptions): Promise<{ place: string; rows: number[] }> {
    const graph = await refreshed();
    return { place: graph.place, rows: graph.nearest(vector, k, options).map(({ row }) => row) };
  }

  /** The rows nearest to each of these vectors, and the library that they are of; what else is asked is answered in between. */
  async nearestToEach(vectors: Float32Array[], k: number): Promise<{ library: string; found: Neighbour[][] }> {
    const graph = await refreshed();
    await absorb(graph); // To look at each vector of a long tail for each of many takes the square of it.
    const found: Neighbour[][] = [];
    for (let begun = performance.now(); found.length < vectors.length;) {
      found.push(graph.nearest(vectors[found.length]!, k, { ef: Math.max(k, EF_OF_MANY) }));
      if (performance.now() - begun < SLICE_MS) continue;
      await setImmediate();
      if ((await refreshed()) !== graph) return this.nearestToEach(vectors, k); // Another library is in its place.
      begun = performance.now();
    }
    return { library: graph.libraryId, found };
  }

  async status(): Promise<GraphStatus & { rebuilding: string | undefined }> {
    const graph = await refreshed();
    return { ...graph.status(), rebuilding: graph.rebuilding };
  }

  /** Answers when every vector committed by now is in the graph and in the snapshot. */
  async settle(): Promise<void> {
    const graph = await refreshed();
    await absorb(graph);
    await graph.save();
  }
}

let savesUnasked = true;
async function keepUp(): Promise<void> {
  const graph = await refreshed();
  await absorb(graph);
  if (!savesUnasked || graph.unsaved < Math.max(SAVE_AFTER, graph.status().inGraph * SAVE_AFTER_SHARE)) return;
  // Without a snapshot the next start takes longer, and that is all; whoever asks to settle is told the reason.
  await graph.save().catch(() => (savesUnasked = false));
}

const questions = new GraphQuestions();
await work<Call<GraphQuestions>>(async () => {
  await refreshed();
  return {
    run: (call) => called(questions, call),
    sideBySide: true, // Whoever waits until all is in the graph keeps nobody from asking.
    background: { everyMs: REFRESH_MS, run: keepUp },
    close: () => opened.close(),
  };
}, folder);
