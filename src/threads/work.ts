/**
 * The thread's side of a pool (pool.ts): opens what it works with, says that it is ready, and does one job after the other,
 * urgent ones first, until it is closed. Between two jobs it hears what has come meanwhile: something more urgent, or that a
 * job is no longer wanted.
 */
import { setImmediate, setTimeout } from 'node:timers/promises';
import { parentPort, receiveMessageOnPort } from 'node:worker_threads';
import { asSent, Transferred, type Answered, type Sent } from './messages.ts';

export interface Work<Job> {
  /** Said to whoever started the thread. */
  ready?: unknown;
  /** Does a job; a `Transferred` result hands its memory over. */
  run: (job: Job) => unknown;
  /** Whether a job may be begun while another one waits for something. Threads that do one thing at a time leave it out. */
  sideBySide?: boolean;
  /** What is done when there is nothing else to do, and how often at most. A failure is said, and ends nothing. */
  background?: { everyMs: number; run: () => unknown };
  close?: () => void;
}

/**
 * @param open opens what the thread works with; what it throws is what the start of the pool throws.
 * @param place where the thread reads and writes, said of faults that name no file.
 */
export async function work<Job>(open: () => Work<Job> | Promise<Work<Job>>, place?: string): Promise<void> {
  const port = parentPort!;
  const say = (answer: Answered) => port.postMessage(answer);
  let opened: Work<Job>;
  try {
    opened = await open();
  } catch (error) {
    say({ unready: asSent(error, place) });
    return;
  }
  const { run, close, sideBySide = false, background, ready } = opened;
  const urgent = new Map<number, Job>();
  const others = new Map<number, Job>();
  let isClosed = false;
  let isWorking = false;

  const hear = (message: Sent<Job>): void => {
    if (message === 'close') isClosed = true;
    else if ('dropped' in message) {
      if (urgent.delete(message.dropped) || others.delete(message.dropped)) say({ id: message.dropped, dropped: true });
    } else (message.urgent ? urgent : others).set(message.id, message.job);
  };

  const doJob = async (id: number, job: Job): Promise<void> => {
    const start = performance.now();
    try {
      const result = await run(job);
      const ms = performance.now() - start;
      if (result instanceof Transferred) port.postMessage({ id, result: result.value as unknown, ms }, result.memory);
      else say({ id, result, ms });
    } catch (error) {
      say({ id, error: asSent(error, place), ms: performance.now() - start });
    }
  };

  const doAll = async (): Promise<void> => {
    if (isWorking) return;
    isWorking = true;
    for (;;) {
      for (let received = receiveMessageOnPort(port); received; received = receiveMessageOnPort(port)) {
        hear(received.message as Sent<Job>);
      }
      if (isClosed) {
        close?.();
        process.exit(); // Of this thread.
      }
      const queue = urgent.size > 0 ? urgent : others;
      const [next] = queue;
      if (!next) break;
      queue.delete(next[0]);
      const done = doJob(...next);
      if (sideBySide) await setImmediate();
      else await done;
    }
    isWorking = false;
  };

  port.on('message', (message: Sent<Job>) => {
    hear(message);
    void doAll();
  });
  say({ ready });
  if (!background) return;
  const beat = async (): Promise<void> => {
    for (;;) {
      try {
        await background.run();
      } catch (error) {
        say({ trouble: asSent(error, place) });
      }
      await setTimeout(background.everyMs);
    }
  };
  void beat();
}
