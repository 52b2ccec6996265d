/**
 * What is written down of requests? That something failed, and where; and nothing of what anybody asked: no query, no title, no id.
 * Whoever runs the server can have that too, and each request beside it.
 */
import type { Context, MiddlewareHandler } from 'hono';
import type { Logger } from 'pino';
import { refusalOf } from '../faults.ts';
import { holderOf } from './access.ts';
import { libraryOf } from './addressed.ts';
import { nameOf, routeOf } from './answering.ts';
import { isOfTheMachine } from './problem.ts';

export class Journal {
  readonly #log: Logger;
  readonly #isWhole: boolean;

  /** @param isWhole whether what was asked is written down too. */
  constructor(log: Logger, isWhole: boolean) {
    this.#log = log;
    this.#isWhole = isWhole;
  }

  /** Writes down a failure that was none of the request; any other is told to whoever asked, and to nobody else. */
  fault(error: unknown, c: Context): void {
    this.faultAt(this.#isWhole ? addressOf(c) : routeOf(c), error, { library: libraryOf(c), request: nameOf(c) });
  }

  /** The same, of a request that is known by its address alone. */
  faultAt(path: string, error: unknown, of: { library?: string | undefined; request?: string | undefined }): void {
    const refusal = refusalOf(error);
    if (refusal && !isOfTheMachine(refusal)) return;
    // What the machine refuses is said in words of akin. Those of a bug may quote what was asked.
    const err = refusal || this.#isWhole ? error : wordless(error);
    this.#log.error({ err, path, ...of }, 'a request failed');
  }

  /** Writes down every request, where that is wanted. */
  requests(): MiddlewareHandler {
    return async (c, next) => {
      const start = performance.now();
      await next();
      if (!this.#isWhole) return;
      const ms = Math.round(performance.now() - start);
      const { method } = c.req;
      this.#log.info(
        { request: nameOf(c), key: holderOf(c), method, address: addressOf(c), status: c.res.status, ms },
        'answered',
      );
    };
  }
}

/** Without what opens a draft: who knows its address may read it. */
function addressOf(c: Context): string {
  const { pathname, search } = new URL(c.req.url);
  return pathname.replace(/(?<=\/draft\/)[^/]+/, '…') + search;
}

/** A bug as it is written down: what kind of error, and where in the code. */
function wordless(error: unknown): { type: string; stack: string } {
  if (!(error instanceof Error)) return { type: typeof error, stack: '' };
  // The words stand first, on as many lines as they have, and may look like any.
  const { name, message, stack = '' } = error;
  const at = stack.indexOf(message);
  return { type: name, stack: at < 0 ? '' : stack.slice(at + message.length).trim() };
}
