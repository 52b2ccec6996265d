/**
 * `/healthz` says whether the server is alive, `/readyz` whether it is able to answer, and what it lacks where it is not: the
 * file of the library is looked at anew each time.
 */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { statusSchema } from '../search/answer.ts';
import type { Session } from '../session/session.ts';
import { ANY_PROBLEM, json } from './problem.ts';

const readySchema = z
  .object({
    ready: z.boolean(),
    library: statusSchema.nullable().openapi({ description: 'null where the library does not answer' }),
    embedder: z
      .object({
        name: z.string(),
        alive: z.int(),
        threads: z.int(),
        restarts: z.int(),
        waiting: z.int(),
        meanMs: z.number(),
      })
      .nullable()
      .openapi({
        description:
          'Its threads, how often they were started again, what waits for them; null where it could not be started: ' +
          'then words are looked for all the same (`mode=lexical`)',
      }),
    lacks: z.array(z.string()).openapi({ description: 'Codes of what keeps it from that, as `model-missing`' }),
  })
  .openapi('Readiness');

const healthRoute = createRoute({
  method: 'get',
  path: '/healthz',
  summary: 'Whether the server is alive',
  responses: { 200: json(z.object({ status: z.literal('ok') }).openapi('Health'), 'It is'), ...ANY_PROBLEM },
});
const readyRoute = createRoute({
  method: 'get',
  path: '/readyz',
  summary: 'Whether the server can answer questions',
  responses: { 200: json(readySchema, 'It can'), 503: json(readySchema, 'It can not'), ...ANY_PROBLEM },
});

/** Adds the routes to the app. */
export function answerHealth(app: OpenAPIHono, session: Session): void {
  app.openapi(healthRoute, (c) => c.json({ status: 'ok' as const }, 200));
  app.openapi(readyRoute, async (c) => {
    const readiness = await session.readiness();
    return c.json(readiness, readiness.ready ? 200 : 503);
  });
}
