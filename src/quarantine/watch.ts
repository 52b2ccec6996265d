/**
 * The thread that looks after a process in quarantine, which itself is too busy to: ends it when it has taken too much memory,
 * or when nobody is left who waits for it.
 */
import { workerData } from 'node:worker_threads';

const WATCH_MS = 10;
const { parent, most } = workerData as { parent: number; most: number };

setInterval(() => {
  if (process.memoryUsage.rss() > most || process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
}, WATCH_MS);
