/**
 * Who asks? A program of this machine, its browser on akin's own page, or a page of somebody else that the browser lets ask.
 *
 * A page can give its own name this machine's address and then read what it answers ("DNS rebinding"): it still sends its
 * name as Host. And a page can send a form, or ask for a picture, without being allowed to read the answer: the browser then
 * says where that comes from (Origin, and Fetch Metadata, W3C). Programs such as curl say neither, and are no pages.
 */
import type { Socket } from 'node:net';
import { AkinError } from '../errors.ts';
import { placeOf } from './addressed.ts';
import { makeProblem, type Problem } from './problem.ts';

/** What a server was told to listen at, and the address that this became. */
export interface Listening {
  /** As it was given: an address or a name. */
  host: string;
  address: string;
  /** Names under which others know this machine, with or without a port: a reverse proxy's, one in the local network. */
  allowHosts: readonly string[];
  /** Origins whose pages may use the API. */
  allowOrigins?: readonly string[] | undefined;
}

interface Authority {
  name: string;
  /** Undefined where none was said. */
  port: number | undefined;
}

type IsOurs = (authority: Authority, usualPort: number) => boolean;

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

export const isLoopback = (address: string): boolean => /^(?:::1|(?:::ffff:)?127\.[\d.]+)$/.test(address);
export const isEveryAddress = (address: string): boolean => address === '0.0.0.0' || address === '::';

/**
 * What decides whether a request that came over a socket is a stranger's.
 * @returns a problem of status 403 (or 400 for no Host at all), undefined for a request that is none.
 * @throws AkinError `invalid-argument` for what can't be the name of a host.
 */
export function strangers({
  host,
  address,
  allowHosts,
  allowOrigins = [],
}: Listening): (request: Request, socket: Socket) => Problem | undefined {
  const allowed = allowHosts.map(givenHost);
  const origins = allowOrigins.map(givenOrigin);
  const atLoopback = isLoopback(address) || isEveryAddress(address) ? LOOPBACK_NAMES : [];
  const names = new Set([...atLoopback, written(host), written(address)]);
  return (request, { localAddress = '', localPort }) => {
    const isOurs: IsOurs = ({ name, port: said }, usualPort) => {
      const port = said ?? usualPort;
      // Where all addresses are listened at, the one that was asked is one of them.
      if (port === localPort && (names.has(name) || name === written(localAddress))) return true;
      return allowed.some((each) => each.name === name && (each.port === undefined || each.port === port));
    };
    const said = request.headers.get('Host');
    if (said === null) return makeProblem(400, 'invalid-argument', 'the request says no Host', { field: 'Host' });
    // A request line may name another host than the line below it (RFC 9112, 3.2.2).
    for (const asked of [said, /^https?:\/\/([^/?#]*)/i.exec(request.url)?.[1] ?? '']) {
      const authority = authorityIn(asked);
      if (authority && isOurs(authority, 80)) continue;
      return makeProblem(403, 'forbidden', `this server is not called "${asked}"`, {
        hint: `call it ${whereToAsk(localAddress)}, or start it with --allow-host ${authority?.name ?? 'NAME'}`,
        field: 'Host',
      });
    }
    if (isPlainNavigation(request)) return undefined;
    if (isForApi(request) && origins.includes(request.headers.get('Origin') ?? '')) return undefined;
    const from = foreignOrigin(request, isOurs);
    if (from === undefined) return undefined;
    return makeProblem(403, 'forbidden', `a page of ${from} asks, which may not`, { field: 'Origin' });
  };
}

/** The API and nothing else, of whichever library: akin's own page, agents and terminals are for nobody's script. */
const isForApi = ({ url }: Request): boolean => placeOf(new URL(url).pathname).path.startsWith('/v1/');

/** Whether a person followed a link, or typed the address: the answer is shown to them, and no page can read it. */
function isPlainNavigation({ method, headers }: Request): boolean {
  return method === 'GET' && headers.get('Sec-Fetch-Mode') === 'navigate' && isTopLevel(headers.get('Sec-Fetch-Dest'));
}

const isTopLevel = (destination: string | null): boolean => destination === null || destination === 'document';

/** Where a request comes from, if a page of another origin sent it. */
function foreignOrigin({ headers }: Request, isOurs: IsOurs): string | undefined {
  const origin = headers.get('Origin');
  if (origin !== null) {
    // "null" is a page without an address: a file, a frame in a sandbox.
    const [, scheme, rest = ''] = /^(https?):\/\/(.+)$/i.exec(origin) ?? [];
    const authority = authorityIn(rest);
    if (!authority || !isOurs(authority, scheme!.toLowerCase() === 'https' ? 443 : 80)) return `"${origin}"`;
  }
  const site = headers.get('Sec-Fetch-Site');
  // "same-site" is another port of this machine, "none" the person themselves.
  return site === 'cross-site' || site === 'same-site' ? 'another origin' : undefined;
}

/** A name or an address, with its port; undefined for anything else. Names are compared without case and a dot at their end. */
function authorityIn(text: string): Authority | undefined {
  const [, name, port] = /^(\[[\da-f:.]+\]|[\w.-]+?)\.?(?::(\d{1,5}))?$/i.exec(text) ?? [];
  return name === undefined
    ? undefined
    : { name: name.toLowerCase(), port: port === undefined ? undefined : Number(port) };
}

function givenHost(text: string): Authority {
  const authority = authorityIn(text);
  if (authority) return authority;
  throw new AkinError('invalid-argument', `"${text}" is no name of a host`, {
    hint: 'give a name or an address, with or without a port: papers.example, 192.168.1.5:8080',
    field: 'allow-host',
  });
}

/** An origin as browsers say it. @throws AkinError `invalid-argument` for what is none. */
export function givenOrigin(text: string): string {
  const origin = URL.canParse(text) ? new URL(text) : undefined;
  if (origin && /^https?:$/.test(origin.protocol) && `${origin.origin}/` === origin.href) return origin.origin;
  throw new AkinError('invalid-argument', `"${text}" is no origin of pages`, {
    hint: 'give scheme, name and port alone: https://papers.example, http://localhost:5173',
    field: 'allow-origin',
  });
}

/** An address as a URL has it. */
export function written(address: string): string {
  const plain = address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '');
  return plain.includes(':') ? `[${plain}]` : plain;
}

/** @param address the one that was asked. */
function whereToAsk(address: string): string {
  return isLoopback(address) ? 'localhost or 127.0.0.1' : written(address);
}
