/** All that the API answers, as OpenAPI 3.1: what the routes declare, with what no route knows of itself. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { keysIn } from './access.ts';

const INFO = { title: 'akin', version: '1', license: { name: 'MIT', identifier: 'MIT' } };
/** What declarations say for the command alone (search/parameters.ts); OpenAPI knows no such words. */
const OF_THE_COMMAND = ['value', 'option', 'alone'];

/**
 * The document as JSON.
 * @param isKeyDemanded whether this server answers only whoever has a key.
 */
export function openApi(app: OpenAPIHono, isKeyDemanded: boolean): string {
  const document = app.getOpenAPI31Document({ openapi: '3.1.0', info: INFO, servers: [{ url: '/' }] });
  const { securitySchemes, needed } = keysIn(app, isKeyDemanded);
  for (const [address, operations] of Object.entries(document.paths ?? {})) {
    for (const [method, operation] of Object.entries(operations) as [string, object][]) {
      Object.assign(operation, {
        operationId: nameOf(method, address),
        security: needed(method.toUpperCase(), address),
      });
    }
  }
  return JSON.stringify(
    { ...document, components: { ...document.components, securitySchemes } },
    (name, value: unknown) => (OF_THE_COMMAND.includes(name) && typeof value === 'string' ? undefined : value),
  );
}

/** `get` of `/v1/papers/{id}/similar` is `getPapersIdSimilar`. */
function nameOf(method: string, address: string): string {
  const words = address.replace(/^\/v1/, '').match(/\w+/g) ?? [];
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}
