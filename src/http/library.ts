/** The library as a whole: `/v1/library`, `/v1/facets`, and `/v1/duplicates` with a person's word on them. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { facetsAnswerSchema, versionSchema } from '../search/answer.ts';
import { countingShape } from '../search/counting.ts';
import { fromTexts } from '../search/parameters.ts';
import { summarySchema } from '../session/summary.ts';
import type { SessionOf } from './addressed.ts';
import type { Gates } from './admission.ts';
import { endOf, inJson } from './answering.ts';
import { atMost, bodyOf } from './body.ts';
import { LIMITS } from './limits.ts';
import { ANY_PROBLEM, asWritten, BODY_PROBLEM, BUSY_PROBLEM, json, problem } from './problem.ts';
import { asQ, gateOf, NOTHING } from './search.ts';

const facetParameters = z.strictObject(countingShape);
const duplicatesParameters = z.strictObject({
  limit: z.int().min(1).max(LIMITS.works).default(20).meta({ description: 'How many works' }),
});
const worksSchema = z
  .object({
    total: z.int().meta({ description: 'Works of several versions there are' }),
    works: z
      .array(
        versionSchema
          .extend({
            versions: z.array(
              versionSchema
                .extend({ cosine: z.number().nullable(), titleSimilarity: z.number() })
                .openapi('NearVersion', { description: 'Another version, and how near it is to the leading one' }),
            ),
          })
          .openapi('Work', { description: 'The leading version of a work, and the others' }),
      )
      .meta({ description: 'The first of them' }),
  })
  .openapi('Works');
const ids = (least: number, description: string) =>
  z.array(z.string()).min(least).max(LIMITS.judged).meta({ description });
const joinBody = z.strictObject({ ids: ids(2, 'Papers that are versions of one work') }).openapi('Join');
const splitBody = z
  .strictObject({ ids: ids(1, 'Papers that each are another work than those they stand with') })
  .openapi('Split');

const libraryRoute = createRoute({
  method: 'get',
  path: '/v1/library',
  summary: 'What the library holds, as `akin status` says it',
  responses: { 200: json(summarySchema, 'The library'), ...ANY_PROBLEM, ...BUSY_PROBLEM },
});
const facetsRoute = createRoute({
  method: 'get',
  path: '/v1/facets',
  summary: 'How many of the papers that meet conditions are of which year, by whom, where and on what',
  request: { query: facetParameters },
  responses: { 200: json(facetsAnswerSchema, 'The counts'), ...ANY_PROBLEM, ...BUSY_PROBLEM },
});
const duplicatesRoute = createRoute({
  method: 'get',
  path: '/v1/duplicates',
  summary: 'Works that have several versions',
  request: { query: duplicatesParameters },
  responses: { 200: json(worksSchema, 'The works'), ...ANY_PROBLEM, ...BUSY_PROBLEM },
});
const JUDGING = {
  ...ANY_PROBLEM,
  ...BODY_PROBLEM,
  404: problem('One of the papers is not there'),
  409: problem('Somebody else writes to the library, come back after `Retry-After` seconds'),
};
const joinRoute = createRoute({
  method: 'post',
  path: '/v1/duplicates/join',
  summary: "Takes a person's word that papers are versions of one work",
  request: { body: { required: true, content: { 'application/json': { schema: joinBody } } } },
  responses: {
    200: json(z.object({ joined: z.array(z.string()) }).openapi('Joined'), 'The ids of all versions of that work'),
    ...JUDGING,
  },
});
const splitRoute = createRoute({
  method: 'post',
  path: '/v1/duplicates/split',
  summary: "Takes a person's word that papers each are another work than those they stand with",
  request: { body: { required: true, content: { 'application/json': { schema: splitBody } } } },
  responses: {
    200: json(z.object({ split: z.array(z.string()) }).openapi('Parted'), 'The ids of those that stood with others'),
    ...JUDGING,
  },
});

/** Adds the routes to the app. */
export function answerLibrary(app: OpenAPIHono, sessionOf: SessionOf, gates: Gates): void {
  app.openAPIRegistry.registerPath(libraryRoute);
  app.get(libraryRoute.path, async (c) => {
    fromTexts(NOTHING, c.req.queries());
    return inJson(c, await gates.thorough.pass(() => sessionOf(c).summary(), c.req.raw.signal));
  });
  app.openAPIRegistry.registerPath(facetsRoute);
  app.get(facetsRoute.path, async (c) => {
    const options = fromTexts(facetParameters, c.req.queries());
    const signal = endOf(c);
    return asWritten(asQ, async () => {
      gateOf(gates, { query: options.q, year: options.year }, {}); // Says what is wrong before it waits for its turn.
      return inJson(c, await gates.thorough.pass(() => sessionOf(c).counted({ ...options, signal }), signal));
    });
  });
  app.openAPIRegistry.registerPath(duplicatesRoute);
  app.get(duplicatesRoute.path, async (c) => {
    const { limit } = fromTexts(duplicatesParameters, c.req.queries());
    return inJson(c, await gates.thorough.pass(() => sessionOf(c).duplicates(limit), c.req.raw.signal));
  });
  const few = atMost(LIMITS.bodiesAtOnce, 'judgements');
  app.openAPIRegistry.registerPath(joinRoute);
  app.post(joinRoute.path, few, (c) =>
    asWritten(ofIds, async () => {
      const { ids: join } = await bodyOf(c, joinBody, JUDGED);
      const { joined } = await gates.writing.pass(() => sessionOf(c).judge({ join }), c.req.raw.signal);
      return inJson(c, { joined });
    }),
  );
  app.openAPIRegistry.registerPath(splitRoute);
  app.post(splitRoute.path, few, (c) =>
    asWritten(ofIds, async () => {
      const { ids: split } = await bodyOf(c, splitBody, JUDGED);
      return inJson(c, {
        split: (await gates.writing.pass(() => sessionOf(c).judge({ split }), c.req.raw.signal)).split,
      });
    }),
  );
}

const JUDGED = { most: LIMITS.questionBytes };
const ofIds = (field: string): string => (field === 'id' ? '/ids' : field);
