/**
 * The thread's side of a pool (see pool.ts): takes jobs from the main thread, runs them one at a time, urgent ones first.
 *
 * The main thread sends a few jobs ahead so that this thread never waits for it; an urgent one that arrives meanwhile
 * waits for the one being run and for no other.
 */
import { parentPort, receiveMessageOnPort } from 'node:worker_threads';

export interface Job<Task> {
  id: number;
  task: Task;
  urgent: boolean;
}
/** What the main thread sends: a job, or that there will be no more. */
export type Request<Task> = Job<Task> | 'close';
export type Answer<Result> = { id: number; result: Result } | { id: number; error: string } | { ready: true };

/**
 * Answers jobs until the main thread wants no more, and then ends this thread, between two of them.
 * @param run does what is to be done.
 * @param moved buffers of a result that go to the main thread instead of being copied.
 */
export function answerJobs<Task, Result>(
  run: (task: Task) => Promise<Result>,
  moved: (result: Result) => ArrayBuffer[] = () => [],
): void {
  const port = parentPort!;
  const urgent: Job<Task>[] = [];
  const others: Job<Task>[] = [];
  let running = false;
  let closed = false;

  function take(request: Request<Task>): void {
    if (request === 'close') closed = true;
    else (request.urgent ? urgent : others).push(request);
  }

  async function runAll(): Promise<void> {
    if (running) return;
    running = true;
    for (;;) {
      for (let received = receiveMessageOnPort(port); received; received = receiveMessageOnPort(port)) {
        take(received.message as Request<Task>);
      }
      if (closed) process.exit(); // Of this thread.
      const job = urgent.shift() ?? others.shift();
      if (!job) break;
      try {
        const result = await run(job.task);
        port.postMessage({ id: job.id, result } satisfies Answer<Result>, moved(result));
      } catch (error) {
        port.postMessage({ id: job.id, error: (error as Error).message } satisfies Answer<Result>);
      }
    }
    running = false;
  }

  port.on('message', (request: Request<Task>) => {
    take(request);
    void runAll();
  });
  port.postMessage({ ready: true } satisfies Answer<Result>);
}
