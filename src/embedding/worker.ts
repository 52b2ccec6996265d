/**
 * An embedding thread: takes jobs from the main thread, runs them one at a time, queries before documents.
 *
 * The main thread sends a few documents ahead so that this thread never waits for it; a query that arrives meanwhile
 * waits for the one text being run and for no other.
 */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { Encoder, type Embedding } from './encoder.ts';
import type { Model } from './models.ts';

export interface Job {
  id: number;
  text: string;
  as: 'query' | 'document';
}
/** What the main thread sends: a job, or that there will be no more. */
export type Request = Job | 'close';
export type Answer = { id: number; embedding: Embedding } | { id: number; error: string } | { ready: true };

const port = parentPort!;
const { model, folder } = workerData as { model: Model; folder: string };
const encoder = await Encoder.load(model, folder);

const queries: Job[] = [];
const documents: Job[] = [];
let running = false;
let closed = false;

function take(request: Request): void {
  if (request === 'close') closed = true;
  else (request.as === 'query' ? queries : documents).push(request);
}

async function run(): Promise<void> {
  if (running) return;
  running = true;
  for (;;) {
    for (let received = receiveMessageOnPort(port); received; received = receiveMessageOnPort(port)) {
      take(received.message as Request);
    }
    if (closed) process.exit(); // Of this thread.
    const job = queries.shift() ?? documents.shift();
    if (!job) break;
    try {
      const embedding = await encoder.encode(job.text, job.as);
      port.postMessage({ id: job.id, embedding } satisfies Answer, [embedding.vector.buffer as ArrayBuffer]);
    } catch (error) {
      port.postMessage({ id: job.id, error: (error as Error).message } satisfies Answer);
    }
  }
  running = false;
}

port.on('message', (request: Request) => {
  take(request);
  void run();
});
port.postMessage({ ready: true } satisfies Answer);
