/**
 * `/v1/papers`, the library as a list, `/v1/papers/{id}` and what hangs on a paper. An id may hold slashes, as DOIs do:
 * `withIdsWhole` makes one segment of it before the path is looked at, so that every resource is a route like any other.
 */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { listAnswerSchema, paperSchema } from '../search/answer.ts';
import { listingShape } from '../search/listing.ts';
import { fromTexts } from '../search/parameters.ts';
import type { SessionOf } from './addressed.ts';
import type { Gates } from './admission.ts';
import { endOf, inJson } from './answering.ts';
import { exporterAsked, formatShape, inFormats, Streams, written } from './formats.ts';
import { ANY_PROBLEM, asWritten, json, problem } from './problem.ts';
import { ANSWERS, answered, asQ, answeringParameters, gateOf, NUMBERS } from './search.ts';

const PAPERS = '/v1/papers/';
/** What hangs on a paper. An id that ends so itself is written with `%2F`. */
const PARTS = ['similar'];

/** A path in which the id of a paper is one segment, whatever slashes it was sent with. */
export function withIdsWhole(path: string): string {
  if (!path.startsWith(PAPERS)) return path;
  const named = path.slice(PAPERS.length);
  const part = PARTS.find((each) => named.endsWith(`/${each}`) && named.length > each.length + 1);
  const id = part === undefined ? named : named.slice(0, -part.length - 1);
  return `${PAPERS}${id.replaceAll('/', '%2F')}${part === undefined ? '' : `/${part}`}`;
}

export const paperParams = z.object({
  id: z
    .string()
    .openapi({ description: 'An id, or an identifier such as `arxiv:2209.09004` or `doi:10.…`, slashes and all' }),
});
const paperParameters = z.strictObject(formatShape);

/** A paper has said all that it is about: nothing is re-ranked by it. */
const similarParameters = answeringParameters.omit({ rerank: true });

const listParameters = z.strictObject({ ...listingShape, ...formatShape });

const listRoute = createRoute({
  method: 'get',
  path: '/v1/papers',
  summary: 'The papers that meet conditions, or all, as a list that nothing ranks',
  request: { query: listParameters },
  responses: {
    200: inFormats(json(listAnswerSchema, 'A page of them; in another format all of them, unless there is a `limit`')),
    ...ANY_PROBLEM,
    410: problem('The paper is gone behind which the page was to begin'),
    503: problem('Too many questions wait, come back after `Retry-After` seconds; or the library can not be read'),
  },
});
const paperRoute = createRoute({
  method: 'get',
  path: '/v1/papers/{id}',
  summary: 'A paper',
  request: { params: paperParams, query: paperParameters },
  responses: {
    200: inFormats(json(paperSchema, 'The paper')),
    ...ANY_PROBLEM,
    404: problem('No such paper'),
    503: problem('The library or the machine is in no state to answer'),
  },
});
const similarRoute = createRoute({
  method: 'get',
  path: '/v1/papers/{id}/similar',
  summary: 'The papers nearest to a paper, itself left out',
  description: NUMBERS,
  request: { params: paperParams, query: similarParameters },
  responses: { ...ANSWERS, 404: problem('No such paper') },
});

/** Adds the routes to the app. */
export function answerPapers(app: OpenAPIHono, sessionOf: SessionOf, gates: Gates): void {
  const streams = new Streams();
  app.openAPIRegistry.registerPath(listRoute);
  app.get('/v1/papers', async (c) => {
    const session = sessionOf(c);
    const given = c.req.queries();
    const { format, limit, ...others } = fromTexts(listParameters, given);
    const signal = endOf(c);
    const options = { ...others, limit, signal };
    const exporter = exporterAsked(c, format);
    return asWritten(asQ, async () => {
      const gate = gateOf(gates, { query: options.q, year: options.year }, {});
      if (exporter && given.limit === undefined) {
        return streams.answer(c, exporter, session.listed({ ...others, signal }));
      }
      if (exporter) return gate.pass(() => written(c, exporter, session.listed(options)), signal);
      return inJson(c, await gate.pass(() => session.listing(options), signal));
    });
  });
  app.openAPIRegistry.registerPath(paperRoute);
  app.get('/v1/papers/:id', async (c) => {
    const session = sessionOf(c);
    const exporter = exporterAsked(c, fromTexts(paperParameters, c.req.queries()).format);
    const id = c.req.param('id');
    return exporter ? written(c, exporter, session.papers([id])) : inJson(c, await session.paper(id));
  });
  app.openAPIRegistry.registerPath(similarRoute);
  app.get('/v1/papers/:id/similar', async (c) => {
    const session = sessionOf(c);
    const { format, ...options } = fromTexts(similarParameters, c.req.queries());
    const id = c.req.param('id');
    const exporter = exporterAsked(c, format);
    const signal = endOf(c);
    const asked = gateOf(gates, {}, options).pass(() => session.similar(id, { ...options, signal }), signal);
    return answered(c, session, asked, exporter);
  });
}
