/**
 * How a source becomes a worker thread. What runs in it is always what was built, also under vitest, which runs the
 * sources themselves on the main thread; it builds first (test/setup.ts).
 */
import './no-telemetry.ts';
import { Worker } from 'node:worker_threads';
import { builtOf } from './package.ts';

/**
 * MiB for what is young in a thread's heap. Node's default lets each of our half a dozen threads hold three times as much
 * garbage; less than this costs time. What outlives it is not limited.
 */
const YOUNG_MIB = 6;

/**
 * Starts a source in a new thread.
 * @param source a TypeScript file by its path from the package's folder.
 * @param workerData structured-clonable data the thread reads from `node:worker_threads`.
 */
export function startThread(source: string, workerData?: unknown): Worker {
  return new Worker(builtOf(source), { workerData, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB } });
}
