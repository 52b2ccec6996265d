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

/**
 * Listens on `host:port`; port 0 takes any free one.
 * @throws AkinError `address-in-use`.
 */
export async function listen(app: OpenAPIHono, { host, port }: { host: string; port: number }): Promise<RunningServer> {
  const server = serve({ fetch: app.fetch, hostname: host, port }) as Server;
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error);
      reject(new AkinError('address-in-use', `port ${port} on ${host} is taken`, { hint: 'choose another with --port N', field: 'port' }));
    });
  });
  const { address, port: taken, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`,
    async close(deadlineMs = 5000) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const deadline = setTimeout(() => server.closeAllConnections(), deadlineMs);
      await closed;
      clearTimeout(deadline);
    },
  };
}
