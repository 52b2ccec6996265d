/** What is said of every answer: which request it is to, whether one that is known is still right; and that it is sent small. */
import { createHash } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { compress } from 'hono/compress';
import { cors } from 'hono/cors';
import { requestId } from 'hono/request-id';
import { matchedRoutes } from 'hono/route';
import { VERSION } from '../package.ts';
import type { Session } from '../session/session.ts';
import { isOfServer, type SessionOf } from './addressed.ts';
import { LIMITS } from './limits.ts';
import { Refusal } from './problem.ts';

/** What pages of other origins may read of an answer's head. */
const EXPOSED = ['ETag', 'Location', 'Retry-After', 'Server-Timing', 'X-Request-Id'];
export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** The request's id: the one that it came with, where that is a short word, or a new one. */
export const named = (): MiddlewareHandler => requestId({ limitLength: LIMITS.requestIdCharacters });

/** The id that `named` gave. */
export const nameOf = (c: Context): string | undefined => (c.var as { requestId?: string }).requestId;

/** The pattern of the route that a request is for, such as `/v1/papers/:id`; of a request for nothing there is: "none". */
export const routeOf = (c: Context): string => matchedRoutes(c).find(({ path }) => !path.endsWith('*'))?.path ?? 'none';

/** Gives every answer as long as one may take, and no longer. */
export function timed(): MiddlewareHandler {
  return async (c, next) => {
    const late = new AbortController();
    const timer = setTimeout(() => {
      const hint = 'ask for less at once: fewer texts, conditions or hits, or no explanation in full';
      late.abort(new Refusal(503, 'timeout', `the answer took longer than ${LIMITS.answerMs / 1000} s`, { hint }));
    }, LIMITS.answerMs);
    c.set('late', late.signal);
    try {
      await next();
    } finally {
      clearTimeout(timer);
    }
  };
}

/** Given when whoever asks has gone, or has been answered for too long. */
export function endOf(c: Context): AbortSignal {
  const { late } = c.var as { late?: AbortSignal };
  return late ? AbortSignal.any([c.req.raw.signal, late]) : c.req.raw.signal;
}

/** Lets pages of these origins read what the API answers; what they may ask at all is in strangers.ts. */
export function shared(origins: readonly string[]): MiddlewareHandler {
  return cors({ origin: [...origins], allowMethods: METHODS, exposeHeaders: EXPOSED });
}

/**
 * An answer in JSON that says how long it is. Whoever adds to its head does so through `c.res.headers`: anything else makes a
 * stream of it, which takes as long as the ranking of a search.
 */
export function inJson(c: Context, answer: object, status: 200 | 201 | 202 = 200): Response {
  const text = JSON.stringify(answer);
  const length = String(Buffer.byteLength(text));
  return c.body(text, status, { 'Content-Type': 'application/json', 'Content-Length': length });
}

/** Sends long answers compressed. Those that are written as they are read say that they are to be left alone. */
export function small(): MiddlewareHandler[] {
  return [
    compress({ threshold: LIMITS.compressedBytes }),
    async (c, next) => {
      await next();
      const { res } = c;
      // How long an answer is has to be known before it is compressed.
      if (!c.req.header('Accept-Encoding') || res.headers.has('Content-Length') || isLeftAlone(res) || !res.body)
        return;
      const bytes = await res.arrayBuffer();
      c.res = new Response(bytes, res);
      c.res.headers.set('Content-Length', String(bytes.byteLength));
    },
  ];
}

export const LEFT_ALONE = 'no-cache, no-transform';
const isLeftAlone = (res: Response): boolean => res.headers.get('Cache-Control')?.includes('no-transform') ?? false;

/**
 * Names the state of what a GET is answered (ETag, RFC 9110): the library's revision with the address. Whoever has the answer of
 * that state is told so (304) before anything is looked up.
 */
export function stated(sessionOf: SessionOf): MiddlewareHandler {
  return async (c, next) => {
    if (isOfServer(c.req.path)) return next();
    const session = sessionOf(c); // Where there is none, that is said before anything is read.
    // How far a job has come is no matter of the library's state.
    if (c.req.method !== 'GET' || /^\/v1\/jobs(?:\/|$)/.test(c.req.path)) return next();
    // Asked for before anything that is answered, and so never of a later state. Only who has an answer waits for it.
    const { revision } = await revisionOf(session);
    const tag = revision.then((now) => (now === undefined ? undefined : tagOf(c, now)));
    const given = c.req.header('If-None-Match');
    if (given !== undefined) {
      const now = await tag;
      const known = given.split(',').map((each) => each.trim());
      if (now !== undefined && known.includes(now))
        return c.body(null, 304, { ETag: now, 'Cache-Control': 'no-cache' });
    }
    await next();
    const now = await tag;
    if (c.res.status !== 200 || now === undefined) return;
    const { headers } = c.res;
    headers.set('ETag', now);
    if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'no-cache'); // It is to be asked for every time.
  };
}

function tagOf(c: Context, revision: string): string {
  const { pathname, search } = new URL(c.req.url);
  const state = [VERSION, revision, pathname + search, c.req.header('Accept') ?? ''];
  return `W/"${createHash('sha256').update(JSON.stringify(state)).digest('base64url').slice(0, 22)}"`;
}

/** Begins to read the revision: undefined where the library can't be read; whoever answers says why. */
async function revisionOf(session: Session): Promise<{ revision: Promise<string | undefined> }> {
  const unknown = () => undefined;
  try {
    const library = await session.library();
    return { revision: library.state().then(({ revision }) => revision, unknown) };
  } catch {
    return { revision: Promise.resolve(undefined) };
  }
}
