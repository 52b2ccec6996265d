/**
 * How a source becomes a worker thread. What runs in it is always what was built, also under vitest, which runs the
 * sources themselves on the main thread; it builds first (test/setup.ts).
 */
import './no-telemetry.ts';
import { Worker } from 'node:worker_threads';
import { builtOf } from './package.ts';

/**
 * MiB for what is young in a thread's heap. Node's default lets each of our half a dozen threads hold three times as much
 * garbage; less than this costs time.
 */
const YOUNG_MIB = 6;
/**
 * MiB for what outlives it. At 100,000 papers the writer holds up to 51, the reader and the graph's thread 36, those of models 20;
 * SQLite's pages, vectors and models are not of the heap. Node's default is half of the machine's memory, for each.
 */
export const OLD_MIB = 512;

/**
 * Starts a source in a new thread.
 * @param source a TypeScript file by its path from the package's folder.
 * @param workerData structured-clonable data the thread reads from `node:worker_threads`.
 * @param oldMib what it may hold, in MiB; one that wants more is ended, with the error `ERR_WORKER_OUT_OF_MEMORY`.
 */
export function startThread(source: string, workerData?: unknown, oldMib = OLD_MIB): Worker {
  const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_MIB, maxOldGenerationSizeMb: oldMib };
  return new Worker(builtOf(source), { workerData, resourceLimits });
}
