/** A service of our own on 127.0.0.1 that replays answers, and a client that is sent there for all services. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { PoliteClient, type PoliteOptions, type Wait } from '../../../src/sources/online/polite.ts';
import { readOnline } from '../../../src/sources/online/registry.ts';
import type { OnlineOptions } from '../../../src/sources/online/source.ts';
import type { AkinError } from '../../../src/errors.ts';
import type { Found } from '../../../src/sources/source.ts';

export interface Request {
  /** Counted from 1. */
  number: number;
  path: string;
  parameters: Record<string, string>;
  headers: IncomingHttpHeaders;
  /** When it came, on the clock of `performance.now`. */
  time: number;
}

/** A body with status 200, or whatever is done with the response. */
export type Reply = string | ((response: ServerResponse) => void);

export const status =
  (code: number, headers: Record<string, string> = {}, body = ''): Reply =>
  (response) =>
    response.writeHead(code, headers).end(body);

/** Sends half of a body and breaks the connection. */
export const brokenOff =
  (body: string): Reply =>
  (response) => {
    response.writeHead(200, { 'content-length': Buffer.byteLength(body) });
    response.write(body.slice(0, body.length / 2), () => response.destroy());
  };

export interface Service {
  url: string;
  requests: Request[];
  /** The most requests that were open at the same time. */
  readonly mostAtOnce: number;
}

/** Starts a service; it takes `delay` milliseconds to answer. */
export async function serve(answer: (request: Request) => Reply, delay = 0): Promise<Service> {
  const requests: Request[] = [];
  let open = 0;
  let mostAtOnce = 0;
  const server = createServer((incoming, response) => {
    mostAtOnce = Math.max(mostAtOnce, ++open);
    response.on('close', () => open--);
    const url = new URL(incoming.url!, 'http://localhost');
    const request = {
      number: requests.length + 1,
      path: url.pathname,
      parameters: Object.fromEntries(url.searchParams),
      headers: incoming.headers,
      time: performance.now(),
    };
    requests.push(request);
    setTimeout(() => {
      const reply = answer(request);
      if (typeof reply === 'string') response.end(reply);
      else reply(response);
    }, delay);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    get mostAtOnce() {
      return mostAtOnce;
    },
  };
}

const SERVICES = ['arxiv-api', 'arxiv-oai', 'openalex', 'crossref', 'datacite', 'hugging-face'];

/** A client without pauses that finds every service, under its own name, at `url`. */
export function clientOf(url: string, options: PoliteOptions = {}): PoliteClient & { waits: Wait[] } {
  const waits: Wait[] = [];
  const addresses = Object.fromEntries(SERVICES.map((name) => [name, `${url}/${name}`]));
  const client = new PoliteClient({
    addresses,
    pause: 0,
    backOff: 0.001,
    onWait: (wait) => waits.push(wait),
    ...options,
  });
  return Object.assign(client, { waits });
}

export interface Outcome {
  found: Found[];
  /** What `onCursor` was told, with the number of records that had been taken by then. */
  cursors: [cursor: string | null, taken: number][];
  error: AkinError | undefined;
}

/** Reads a query to its end, or to the error it ends with. */
export async function readAll(query: string, options: OnlineOptions): Promise<Outcome> {
  const outcome: Outcome = { found: [], cursors: [], error: undefined };
  const onCursor = (cursor: string | null) => void outcome.cursors.push([cursor, outcome.found.length]);
  try {
    for await (const found of readOnline(query, { onCursor, ...options })) outcome.found.push(found);
  } catch (error) {
    outcome.error = error as AkinError;
  }
  return outcome;
}
