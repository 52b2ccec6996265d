/** The app on a socket: listens, and ends without cutting off a request. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { AkinError } from '../errors.ts';

export interface RunningServer {
  /** Where it answers, for instance `http://127.0.0.1:7333`. */
  url: string;
  /** Stops listening and waits for requests under way, at most `deadlineMs`. */
  close(deadlineMs?: number): Promise<void>;
}

/** Bytes. A query of ten thousand characters is nine times as long when every one of them is percent-encoded Chinese. */
const MAX_HEADER_BYTES = 128 * 1024;
/** A connection is idle only once its request has been answered, and closes within this time of it. */
const IDLE_CHECK_MS = 20;

/**
 * Listens on `host:port`; port 0 takes any free one.
 * @throws AkinError `address-in-use`, or `invalid-argument` for an address that can't be listened on.
 */
export async function listen(
  app: Pick<OpenAPIHono, 'fetch'>,
  { host, port }: { host: string; port: number },
): Promise<RunningServer> {
  const serverOptions = { maxHeaderSize: MAX_HEADER_BYTES };
  const server = serve({ fetch: app.fetch, hostname: host, port, serverOptions }) as Server;
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
  const { address, port: taken, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`,
    async close(deadlineMs = 5000) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
      const deadline = setTimeout(() => server.closeAllConnections(), deadlineMs);
      await closed;
      clearInterval(idle);
      clearTimeout(deadline);
    },
  };
}
