/**
 * A client of the API, `akin/client`: openapi-fetch (a fetch that knows the types of an OpenAPI document) with the types that the
 * server's own declarations give (api.ts, which `npm ci` makes: see scripts/client-types.ts).
 */
import createFetch, { type Client } from 'openapi-fetch';
import type { components, paths } from './api.ts';

export type { components, paths };
/** A client: `client.GET('/v1/search', { params: { query: { q: 'learning' } } })` gives `{ data, error, response }`. */
export type AkinClient = Client<paths, Media>;
type Media = 'application/json' | 'application/problem+json';

/** Where a server is, and what it is asked with. */
export interface ClientOptions {
  /** By default that of `akin serve` on this machine; of one of several libraries with `/v1/libraries/NAME` behind it. */
  url?: string;
  /** For a server that demands one: `akin key add NAME`. */
  key?: string;
}

/** Makes a client. It throws nothing but what `fetch` throws: an error of the server is its `error`, as RFC 9457 has it. */
export function createClient({ url = 'http://127.0.0.1:2546', key }: ClientOptions = {}): AkinClient {
  const [, server = url, library] = /^(.*)(\/v1\/libraries\/[^/]+)\/?$/.exec(url) ?? [];
  const client = createFetch<paths, Media>({
    baseUrl: server,
    ...(key !== undefined && { headers: { Authorization: `Bearer ${key}` } }),
  });
  if (library !== undefined) {
    client.use({
      // What is the server's and no library's is where it is.
      onRequest({ request, schemaPath }) {
        if (!schemaPath.startsWith('/v1/') || schemaPath.startsWith('/v1/libraries')) return undefined;
        return new Request(request.url.replace(`${server}/v1/`, `${server}${library}/`), request);
      },
    });
  }
  return client;
}
