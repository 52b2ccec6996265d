/** How a TypeScript file becomes a worker thread. Threads do not inherit the loader, so each registers it first. */
import { Worker } from 'node:worker_threads';

/**
 * Starts `file` (a .ts module) in a new thread.
 * @param workerData structured-clonable data the thread reads from `node:worker_threads`.
 */
export function startThread(file: URL, workerData: unknown): Worker {
  const loader = new URL(import.meta.resolve('tsx/esm/api')).href;
  const boot = `import { register } from ${JSON.stringify(loader)}; register(); await import(${JSON.stringify(file.href)});`;
  return new Worker(new URL(`data:text/javascript,${encodeURIComponent(boot)}`), { workerData });
}
