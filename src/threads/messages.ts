/** What goes between the main thread and the others: jobs, what became of them, and errors that keep what they say. */
import type { Transferable } from 'node:worker_threads';
import { AkinError, type ErrorCode } from '../errors.ts';
import { refusalOf } from '../faults.ts';

/** What a thread is sent. */
export type Sent<Job> = { id: number; job: Job; urgent: boolean } | { dropped: number } | 'close';

/** What a thread sends back. */
export type Answered =
  | { ready: unknown }
  /** It could not begin. */
  | { unready: SentError }
  /** @param ms what the job took. */
  | { id: number; result: unknown; ms: number }
  | { id: number; error: SentError; ms: number }
  /** It was dropped before it began. */
  | { id: number; dropped: true }
  /** Work in the background that failed; the thread goes on. */
  | { trouble: SentError };

/** A result whose memory is handed over, not copied. */
export class Transferred<T> {
  readonly value: T;
  readonly memory: Transferable[];

  constructor(value: T, memory: Transferable[]) {
    this.value = value;
    this.memory = memory;
  }
}

/** An error as it goes between threads: of what is cloned, an error's class and fields would be lost. */
export interface SentError {
  message: string;
  stack: string | undefined;
  /** Of an `AkinError`, and of what is one to people. */
  refusal?: { code: ErrorCode; hint?: string | undefined; field?: string | undefined };
}

/** @param place where the thread works, for errors that name no file. */
export function asSent(error: unknown, place?: string): SentError {
  if (!(error instanceof Error)) return { message: String(error), stack: undefined };
  const { stack } = error;
  const refusal = refusalOf(error, place);
  if (!refusal) return { message: error.message, stack };
  const { code, message, hint, field } = refusal;
  return { message, stack, refusal: { code, hint, field } };
}

export function asError({ message, stack, refusal }: SentError): Error {
  const error = refusal ? new AkinError(refusal.code, message, refusal) : new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
