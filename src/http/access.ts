/**
 * Who may? Where others reach the server every request shows a key: programs send it, a browser has a ticket that signing in
 * gives it. What is shown by nobody who has one is limited by the address that it comes from, what is shown by somebody by
 * the key. A server that demands no keys, on this machine alone, has none of this.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { HttpBindings } from '@hono/node-server';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { matchedRoutes } from 'hono/route';
import type { Keys, Scope, StoredKey } from '../session/keys.ts';
import { signInPage } from '../web/sign-in.ts';
import { formIn } from './body.ts';
import { LIMITS } from './limits.ts';
import { makeProblem, sendProblem } from './problem.ts';
import { Rate } from './rate.ts';
import { Tickets } from './tickets.ts';

const TICKET = 'akin_ticket';
const SIGN_IN = '/sign-in';
const SIGN_OUT = '/sign-out';
/** What anybody is answered: that the server is alive, how it is asked, and what the page to sign in is made of. */
const OPEN = new Set(['/healthz', '/openapi.json', SIGN_IN, SIGN_OUT, '/page.css', '/page.js', '/favicon.ico']);

/** Stands before what a route does that only asks, although its requests have a body. */
export const asks: MiddlewareHandler = (_, next) => next();

type Routes = Pick<ReturnType<typeof matchedRoutes>[number], 'method' | 'path' | 'handler'>[];

/** What a request needs a key for: undefined for what is open to all. Whatever is no GET changes something, unless it `asks`. */
function neededFor(method: string, path: string, routes: Routes): Scope | undefined {
  if (OPEN.has(path)) return undefined;
  if (['GET', 'HEAD', 'OPTIONS'].includes(method)) return 'read';
  const own = routes.filter((each) => each.method === method || (each.method === 'ALL' && !each.path.endsWith('*')));
  const changes = own.length > 0 && !own.some(({ handler }) => handler === asks);
  return changes ? 'write' : 'read'; // Where there is nothing, nothing is changed.
}

/** Whether who asks may change the library: with a key for that, or where no keys are demanded. */
export const mayWrite = (c: Context): boolean => ((c.var as { scope?: Scope }).scope ?? 'write') === 'write';

/** Whose request this is; undefined where no keys are demanded. */
export const holderOf = (c: Context): string | undefined => (c.var as { holder?: string }).holder;

/** Adds what looks at every request before anything is done for it, and the page to sign in. */
export function demandKeys(app: OpenAPIHono, keys: Keys): void {
  const tickets = new Tickets(keys);
  const ofKey = new Rate(LIMITS.requestsOfKey);
  const ofStrangers = new Rate(LIMITS.requestsOfStranger);

  /** Answers whoever shows no key that is one. There is no other way to learn that it is, so that it is looked at first. */
  const refused = async (c: Context, otherwise: () => Response | Promise<Response>) => {
    const seconds = await ofStrangers.over(groupOf(addressOf(c)));
    return seconds === undefined ? otherwise() : tooMany(c, seconds, 'requests without a key come from this address');
  };

  app.use(async (c, next) => {
    const needed = neededFor(c.req.method, c.req.path, matchedRoutes(c));
    if (needed === undefined) return next();
    const shown = shownBy(c);
    const key = shown.key === undefined ? tickets.whose(shown.ticket) : keys.whose(shown.key);
    if (!key) return refused(c, () => unknown(c, shown.key !== undefined));
    const seconds = await ofKey.over(key.name);
    if (seconds !== undefined) return tooMany(c, seconds, `requests come with the key "${key.name}"`);
    if (needed === 'write' && key.scope !== 'write') return forReadingOnly(c, key);
    c.set('holder' as never, key.name as never);
    c.set('scope' as never, key.scope as never);
    return next();
  });

  app.get(SIGN_IN, (c) => page(c, 200));
  app.post(SIGN_IN, async (c) => {
    const key = keys.whose(await keyInForm(c));
    if (!key) return refused(c, () => page(c, 401, 'This is no key of this server.'));
    setCookie(c, TICKET, tickets.give(key), {
      ...{ path: '/', httpOnly: true, sameSite: 'Strict', maxAge: LIMITS.signedInMs / 1000 },
      secure: isOverTls(c),
    });
    return c.redirect(wanted(c), 303);
  });
  app.post(SIGN_OUT, (c) => {
    tickets.takeBack(getCookie(c, TICKET));
    deleteCookie(c, TICKET, { path: '/' });
    return c.redirect(SIGN_IN, 303);
  });
}

/** What the OpenAPI says of keys: of every request whether it needs one, and which. @param isDemanded by this server. */
export function keysIn(app: OpenAPIHono, isDemanded: boolean) {
  const securitySchemes = {
    key: {
      type: 'http' as const,
      scheme: 'bearer',
      description: 'A key that `akin key add` made: to read, or also to write',
    },
    ticket: {
      type: 'apiKey' as const,
      in: 'cookie' as const,
      name: TICKET,
      description: 'What signing in gives a browser',
    },
  };
  const needed = (method: string, path: string) => {
    const routes = app.router.match(method, path)[0].map(([[, route]]) => route);
    const scope = neededFor(method, path, routes);
    if (scope === undefined) return [];
    return [...(isDemanded ? [] : [{}]), { key: [scope] }, { ticket: [scope] }];
  };
  return { securitySchemes, needed };
}

/** What a request shows. A key counts, also beside a ticket. */
function shownBy(c: Context): { key?: string; ticket?: string | undefined } {
  const said = c.req.header('Authorization');
  return said === undefined ? { ticket: getCookie(c, TICKET) } : { key: /^Bearer +(\S+)$/i.exec(said)?.[1] ?? '' };
}

async function keyInForm(c: Context): Promise<string> {
  return (await formIn(c, LIMITS.signInBytes)).get('key')?.trim() ?? '';
}

/** A page of an https address says so, or whoever stands between it and this server. */
function isOverTls(c: Context): boolean {
  return c.req.header('X-Forwarded-Proto') === 'https' || (c.req.header('Origin') ?? '').startsWith('https:');
}

function page(c: Context, status: 200 | 401, fault?: string): Response | Promise<Response> {
  c.header('Cache-Control', 'no-store');
  return c.html(signInPage(wanted(c), fault), status);
}

/** Where whoever signs in wanted to go: an address of this server as a path, whatever it was asked for. */
function wanted(c: Context): string {
  const here = 'http://here.invalid';
  const to = c.req.query('to') ?? '/';
  if (!URL.canParse(to, here)) return '/';
  const { origin, pathname, search } = new URL(to, here);
  return origin === here && !pathname.startsWith('//') ? pathname + search : '/';
}

/** Answers a person with the page to sign in, and a program with what to send. */
function unknown(c: Context, isShown: boolean): Response | Promise<Response> {
  const { pathname, search } = new URL(c.req.url);
  if (!isShown && c.req.method === 'GET' && (c.req.header('Accept') ?? '').includes('text/html')) {
    c.header('Cache-Control', 'no-store');
    return c.redirect(`${SIGN_IN}?${new URLSearchParams({ to: pathname + search }).toString()}`, 303);
  }
  c.header('WWW-Authenticate', `Bearer realm="akin"${isShown ? ', error="invalid_token"' : ''}`);
  const seen = isShown ? 'the key is none of this server' : 'this server answers only whoever has a key';
  return sendProblem(
    c,
    makeProblem(401, 'unauthorized', seen, {
      hint: 'send one as "Authorization: Bearer KEY"; whoever runs the server makes them: akin key add NAME',
    }),
  );
}

function forReadingOnly(c: Context, { name }: StoredKey): Response {
  c.header('WWW-Authenticate', 'Bearer realm="akin", error="insufficient_scope", scope="write"');
  return sendProblem(
    c,
    makeProblem(403, 'forbidden', `the key "${name}" is for reading, and this would change the library`, {
      hint: 'whoever runs the server makes one for that: akin key add NAME --scope write',
    }),
  );
}

function tooMany(c: Context, seconds: number, what: string): Response {
  c.header('Retry-After', String(seconds));
  return sendProblem(c, makeProblem(429, 'rate-limited', `too many ${what}`, { hint: `try again in ${seconds} s` }));
}

const addressOf = (c: Context): string =>
  (c.env as Partial<HttpBindings> | undefined)?.incoming?.socket.remoteAddress ?? '';

const salt = randomBytes(16);
/**
 * The group of addresses that one is counted with: there are only so many, whoever asks from however many of them. Of IPv6 it is
 * a network, of which one machine has all addresses. Nobody can tell which groups there are.
 */
function groupOf(address: string): string {
  const isIpv6 = address.includes(':') && !address.includes('.');
  const network = isIpv6 ? networkOf(address) : address;
  const hash = createHash('sha256').update(salt).update(network).digest();
  return String(hash.readUInt32BE() % LIMITS.addressGroups);
}

/** The first 64 bits of an IPv6 address. */
function networkOf(address: string): string {
  const [before = '', after = ''] = address.split('%', 1)[0]!.split('::', 2);
  const [head, tail] = [before, after].map((each) => (each === '' ? [] : each.split(':'))) as [string[], string[]];
  const zeros = Array<string>(Math.max(0, 8 - head.length - tail.length)).fill('0');
  return [...head, ...zeros, ...tail].slice(0, 4).join(':');
}
