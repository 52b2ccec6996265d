/** The graph thread: answers searches, and between them moves new vectors into the graph in short slices. */
import { setImmediate } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';
import { answerQuestions } from './asked-thread.ts';
import { Graph, type GraphStatus, type NearestOptions } from './graph.ts';
import type { Neighbour } from './library.ts';

export type GraphQuestion =
  | { ask: 'nearest'; vector: Float32Array; k: number; options: NearestOptions }
  | { ask: 'status' }
  /** Answered when every vector committed by now is in the graph and in the snapshot. */
  | { ask: 'settle' };
/** What the thread says when the snapshot is loaded, or found unusable. */
export interface GraphReady {
  /** Why the graph is being rebuilt, if it is. */
  rebuilding: string | undefined;
}

/** How long moving vectors into the graph may keep a search waiting. */
const SLICE_MS = 10;
/** How often to look for vectors committed by a writer when no search asks. */
const REFRESH_MS = 1000;
/** A snapshot is written unasked when at least this many vectors, and this share of all, are not in it. */
const SAVE_AFTER = 1000;
const SAVE_AFTER_SHARE = 0.2;

const graph = await Graph.open((workerData as { folder: string }).folder);
let absorbing: Promise<void> | undefined;

async function absorbAll(): Promise<void> {
  graph.refresh();
  while (!graph.absorb(SLICE_MS)) await setImmediate();
}

/** One run at a time; a call while one is under way waits for that one. */
function absorb(): Promise<void> {
  absorbing ??= absorbAll().finally(() => (absorbing = undefined));
  return absorbing;
}

async function answer(request: GraphQuestion): Promise<Neighbour[] | GraphStatus | true> {
  graph.refresh();
  if (request.ask === 'nearest') return graph.nearest(request.vector, request.k, request.options);
  if (request.ask === 'status') return graph.status();
  await absorb();
  await graph.save();
  return true;
}

let savesUnasked = true;
setInterval(() => {
  void absorb().then(async () => {
    const { inGraph } = graph.status();
    if (!savesUnasked || graph.unsaved < Math.max(SAVE_AFTER, inGraph * SAVE_AFTER_SHARE)) return;
    // Without a snapshot the next start takes longer, and that is all; whoever asks to settle is told the reason.
    await graph.save().catch(() => (savesUnasked = false));
  });
}, REFRESH_MS);

const rebuilding = graph.status().inTail > 0 ? graph.rebuilding : undefined;
answerQuestions({ rebuilding } satisfies GraphReady, answer, () => graph.close());
void absorb();
