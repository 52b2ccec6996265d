/** The app on a socket: listens, sends strangers away and what is no HTTP, and ends without cutting off a request. */
import { lookup } from 'node:dns/promises';
import { createServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { getRequestListener, RequestError } from '@hono/node-server';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { AkinError } from '../errors.ts';
import { LIMITS } from './limits.ts';
import { makeProblem, PROBLEM_HEADERS, type Problem } from './problem.ts';
import { isEveryAddress, isLoopback, strangers, written } from './strangers.ts';

export interface RunningServer {
  /** Where it answers, for instance `http://127.0.0.1:7333`; of several the one for this machine. */
  url: string;
  /** Where it answers those of other machines. */
  urlsForOthers: string[];
  /** The address that `host` became. */
  address: string;
  /** Stops listening and waits for requests under way, at most `deadlineMs`. */
  close(deadlineMs?: number): Promise<void>;
}

/** A connection is idle only once its request has been answered, and closes within this time of it. */
const IDLE_CHECK_MS = 20;

export interface ListenOptions {
  /** A name or an address of this machine; 0.0.0.0 and :: are all of them. */
  host: string;
  /** What `addressOf` said that it is, where somebody has asked before. */
  hostAddress?: string;
  /** 0 takes any free one. */
  port: number;
  /** Names by which the server may be asked for besides those of `host`, with or without a port. */
  allowHosts?: readonly string[];
  /** Origins whose pages may use the API; the app is to be told of them as well. */
  allowOrigins?: readonly string[];
  /** Hears of each request that is refused before it comes to the app, by the code of the problem. */
  onRefused?: (code: string) => void;
  /** Whether a search that comes now would have to wait too long: then it is refused before it is looked at. */
  isFull?: () => boolean;
  /** How long a request may take to come. */
  patience?: Pick<typeof LIMITS, 'headersMs' | 'requestMs'>;
}

/**
 * Listens on `host:port`. What comes over the socket from a stranger (strangers.ts) is answered here with 403, on every route;
 * `app.request()` has no socket, and so no strangers.
 * @throws AkinError `address-in-use`, or `invalid-argument` for an address that can't be listened on.
 */
export async function listen(
  app: Pick<OpenAPIHono, 'fetch'>,
  { host, hostAddress, port, allowHosts = [], allowOrigins = [], onRefused, isFull, patience = LIMITS }: ListenOptions,
): Promise<RunningServer> {
  const at = hostAddress ?? (await addressOf(host));
  const refused = strangers({ host, address: at, allowHosts, allowOrigins });
  const answer = getRequestListener(
    (request, env) => {
      const problem = refused(request, (env.incoming as IncomingMessage).socket) ?? unmetExpectation(request);
      if (!problem) return app.fetch(request, env);
      onRefused?.(problem.code);
      return response(problem);
    },
    { hostname: host, errorHandler: (error) => response(problemOfRequest(error)) },
  );
  const latest = new WeakMap<Socket, ServerResponse>();
  /** Requests that have come in this turn of the event loop. */
  let atOnce = 0;
  const unanswered = new WeakMap<Socket, number>();
  const server = createServer(
    {
      maxHeaderSize: LIMITS.headerBytes,
      headersTimeout: patience.headersMs,
      requestTimeout: patience.requestMs,
      connectionsCheckingInterval: LIMITS.lateCheckMs,
      requireHostHeader: false, // It is, by strangers(), which says so.
    },
    (incoming, outgoing) => {
      const { socket } = incoming;
      latest.set(socket, outgoing);
      const before = unanswered.get(socket) ?? 0;
      // Whoever goes on asking without waiting is cut off: to refuse each of thousands takes longer than to answer some.
      if (before >= LIMITS.unanswered) return cutOff(socket);
      unanswered.set(socket, before + 1);
      outgoing.once('close', () => unanswered.set(socket, unanswered.get(socket)! - 1));
      if (atOnce++ === 0) setImmediate(() => (atOnce = 0));
      const isTooMuch = (atOnce > LIMITS.requestsAtOnce && !isCheap(incoming)) || (isSearch(incoming) && isFull?.());
      if (isTooMuch) {
        onRefused?.('overloaded');
        return refuseAtOnce(outgoing);
      }
      void answer(incoming, outgoing);
    },
  );
  server.maxConnections = LIMITS.connections;
  const connected = new Set<Socket>();
  server.on('connection', (socket) => {
    connected.add(socket);
    socket.once('close', () => connected.delete(socket));
  });
  // Whoever waits to be told to send a body is told by whoever reads it (body.ts): what is refused before is never sent. As it
  // may be sent all the same, the connection ends with the answer.
  server.on('checkContinue', (incoming: IncomingMessage, outgoing: ServerResponse) => {
    outgoing.shouldKeepAlive = false;
    server.emit('request', incoming, outgoing);
  });
  server.on('checkExpectation', (incoming: IncomingMessage, outgoing: ServerResponse) => {
    server.emit('request', incoming, outgoing); // To be refused (see below), strangers before others.
  });
  server.on('clientError', (error, socket: Socket) => refuseConnection(error, socket, latest.get(socket)));
  const { address, port: taken } = await listening(server, host, at, port);
  const urlOf = (each: string): string => `http://${written(each)}:${taken}`;
  return {
    address,
    url: urlOf({ '0.0.0.0': '127.0.0.1', '::': '::1' }[address] ?? address),
    urlsForOthers: addressesForOthers(address).map(urlOf),
    async close(deadlineMs = 5000) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // To Node a connection over which nothing has come yet is not idle: it waits for a request, which may never come.
      for (const socket of connected) if (socket.bytesRead === 0) socket.destroy();
      const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
      const deadline = setTimeout(() => server.closeAllConnections(), deadlineMs);
      await closed;
      clearInterval(idle);
      clearTimeout(deadline);
    },
  };
}

/**
 * The address that a host is.
 * @throws AkinError `invalid-argument` for one that is empty or unknown.
 */
export async function addressOf(host: string): Promise<string> {
  if (host.trim() === '') {
    throw new AkinError('invalid-argument', 'the address to listen on is empty', {
      hint: 'leave --host out for this machine alone, or say --host 0.0.0.0 for every address it has',
      field: 'host',
    });
  }
  try {
    return (await lookup(host)).address;
  } catch (error) {
    throw new AkinError('invalid-argument', `nothing is known of the host ${host}: ${(error as Error).message}`, {
      hint: 'choose another address with --host ADDRESS',
      field: 'host',
      cause: error,
    });
  }
}

/** Begins to listen. @throws AkinError as `listen`. */
async function listening(server: Server, host: string, address: string, port: number): Promise<AddressInfo> {
  server.listen(port, address);
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? new AkinError('address-in-use', `port ${port} on ${host} is taken`, {
              hint: 'choose another with --port N',
              field: 'port',
            })
          : new AkinError('invalid-argument', `can't listen on ${host}, port ${port}: ${error.message}`, {
              hint: 'choose another address with --host ADDRESS, or port with --port N',
              cause: error,
            }),
      );
    });
  });
  return server.address() as AddressInfo;
}

/**
 * Ends a connection, and what Node does with the 64 KiB that it has read from it: else each of thousands of requests in it is
 * taken apart before anybody else gets a turn. There is no public way to stop a parser; to say of a request that the rest is of
 * another protocol (2, an upgrade) is what Node's own does. Where that has gone, all is as it would be without it.
 */
function cutOff(socket: Socket): void {
  socket.destroy();
  const { parser } = socket as Socket & { parser?: { onIncoming?: () => number } | null };
  if (parser) parser.onIncoming = () => 2;
}

/** How a server is must be told also when it has too much to do. */
const isCheap = ({ url = '' }: IncomingMessage): boolean => ['/healthz', '/readyz', '/metrics'].includes(url);

const isSearch = ({ url = '' }: IncomingMessage): boolean => /^\/v1\/(?:libraries\/[^/?]*\/)?search(?:\?|$)/.test(url);

const TOO_MANY = JSON.stringify(
  makeProblem(503, 'overloaded', 'too many requests come at once', { hint: 'try again in a second' }),
);

/** Refuses a request in a tenth of the time that it takes to look at it: when thousands come, others get a turn all the same. */
function refuseAtOnce(outgoing: ServerResponse): void {
  const headers = { ...PROBLEM_HEADERS, 'Retry-After': '1', 'Content-Length': Buffer.byteLength(TOO_MANY) };
  outgoing.writeHead(503, headers).end(TOO_MANY);
}

/** RFC 9110, 10.1.1: there is one expectation that a server can meet. */
function unmetExpectation(request: Request): Problem | undefined {
  const expected = request.headers.get('Expect');
  if (expected === null || /^100-continue$/i.test(expected)) return undefined;
  return makeProblem(
    417,
    'invalid-argument',
    `nothing is known of the expectation "${expected}", only of 100-continue`,
  );
}

/** The addresses at which other machines reach what listens at one; of all of this machine, those that are no link's own. */
function addressesForOthers(address: string): string[] {
  if (!isEveryAddress(address)) return isLoopback(address) ? [] : [address];
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const reached = all.filter((each) => !each.internal && (address === '::' || each.family === 'IPv4'));
  return reached.map((each) => each.address).filter((each) => !/^(?:fe80:|169\.254\.)/i.test(each));
}

function response(problem: Problem): Response {
  return new Response(JSON.stringify(problem), { status: problem.status, headers: PROBLEM_HEADERS });
}

/** Of a request that no Request can be made of: its target or its Host is none. */
function problemOfRequest(error: unknown): Problem {
  if (!(error instanceof RequestError)) return makeProblem(500, 'internal-error', 'akin failed to answer');
  return makeProblem(400, 'invalid-argument', `the request is not understood: ${error.message}`);
}

/**
 * Answers what is no HTTP, too long, or too slow, and ends the connection.
 * @param latest the last answer over this connection; nothing is written into one that has begun.
 */
function refuseConnection(error: NodeJS.ErrnoException, socket: Socket, latest: ServerResponse | undefined): void {
  const isAnswered = latest?.headersSent && !(latest.writableFinished && latest.req.complete);
  if (error.code === 'ECONNRESET' || !socket.writable || isAnswered) return void socket.destroy();
  const problem = problemOfConnection(error);
  const body = JSON.stringify(problem);
  const lines = Object.entries({ ...PROBLEM_HEADERS, 'Content-Length': Buffer.byteLength(body), Connection: 'close' });
  socket.end(
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n` +
      `${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`,
  );
}

function problemOfConnection({ code, message }: NodeJS.ErrnoException): Problem {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return makeProblem(408, 'timeout', 'the request took too long to come');
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return makeProblem(431, 'too-large', `request line and headers have more than ${LIMITS.headerBytes} bytes`);
  }
  return makeProblem(400, 'invalid-argument', `the request is no HTTP: ${message}`);
}
