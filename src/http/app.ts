/** The HTTP door: the JSON API under `/v1`, health, and the page. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { secureHeaders } from 'hono/secure-headers';
import type { Logger } from 'pino';
import { AkinError } from '../errors.ts';
import { FACET_FIELDS } from '../library/facets.ts';
import { filterSchema } from '../library/filter.ts';
import { EXPLAIN } from '../search/explanation.ts';
import type { Related } from '../search/related.ts';
import { DEFAULT_CUTOFF } from '../search/relevance.ts';
import { MAX_RERANK } from '../search/rerank.ts';
import {
  DEFAULT_LIMIT,
  MAX_LIMIT,
  MAX_SEEDS,
  MODES,
  type Search,
  type SearchAnswer,
  type SearchOptions,
} from '../search/search.ts';
import { webPage } from '../web/page.ts';
import { citationFields, identifiersSchema } from './citation.ts';
import { makeProblem, problem, problemOf, sendProblem } from './problem.ts';
import { answerRelated } from './related.ts';

const rank = z.int().positive().nullable();
const versionSchema = z
  .object({
    id: z.string(),
    title: z.string(),
    year: z.int().nullable(),
    venue: z.string().nullable(),
    url: z.string().nullable(),
    ids: identifiersSchema,
  })
  .openapi('Version');
const explanationSchema = z
  .object({
    dense: z.object({ rank, value: z.number().nullable(), share: z.number() }),
    lexical: z.object({ rank, value: z.number(), share: z.number() }),
    words: z.array(z.object({ word: z.string(), score: z.number() })),
    sentence: z
      .object({ text: z.string(), start: z.int(), end: z.int(), similarity: z.number().nullable() })
      .nullable()
      .openapi({ description: 'Of the abstract, nearest to the question; without similarity if time was short' }),
    rerank: z
      .object({ logit: z.number(), before: z.int().positive() })
      .optional()
      .openapi({ description: 'What the cross-encoder says of the paper, and the place it had before; see `rerank`' }),
  })
  .openapi('Explanation', {
    description: 'What each leg says (cosine, BM25) and gives to the score, the words found, and the nearest sentence',
  });
const hitSchema = z
  .object({
    ...citationFields,
    score: z
      .number()
      .openapi({ description: 'What the order follows: fused 0..1 (hybrid), cosine (dense), BM25 (lexical)' }),
    similarity: z.number().nullable().openapi({ description: 'Cosine, −1..1; null for a paper not embedded yet' }),
    relevance: z.number().nullable().openapi({
      description: 'The similarity measured against unrelated papers, 0..100; null for a paper not embedded yet',
    }),
    ranks: z.object({ dense: rank, lexical: rank }).openapi({ description: "The paper's place in each leg" }),
    rerank: z
      .number()
      .nullable()
      .optional()
      .openapi({ description: "The cross-encoder's logit, if it was asked; null for a paper it had no time to read" }),
    versions: z
      .array(versionSchema)
      .openapi({ description: 'Other versions of the same work, which are no hits of their own' }),
    explanation: explanationSchema.optional(),
  })
  .openapi('Hit');
const answerSchema = z
  .object({
    hits: z.array(hitSchema),
    mode: z.enum(MODES),
    total: z
      .object({ value: z.int(), exact: z.boolean() })
      .openapi({ description: 'How long the whole list is; not exact where only the best candidates were looked at' }),
    withheld: z.int().openapi({ description: 'Papers that were found, none of them relevant (see `cutoff`)' }),
    next: z.string().nullable().openapi({ description: 'The cursor of the next page' }),
    corrections: z
      .array(z.object({ word: z.string(), term: z.string() }))
      .openapi({ description: 'Words that no paper holds, and the stem that was looked for instead' }),
    facets: z
      .record(z.enum(FACET_FIELDS), z.array(z.object({ value: z.string(), papers: z.int() })))
      .optional()
      .openapi({ description: 'How many papers of the whole list have which year, author, venue …' }),
    library: z
      .object({ papers: z.int(), embedded: z.int() })
      .openapi({ description: 'How much of the library has vectors; the rest is found by words only' }),
  })
  .openapi('SearchAnswer');
const paperFields = {
  ...citationFields,
  abstract: z.string(),
  categories: z.array(z.string()),
  extra: z.record(z.string(), z.unknown()),
};
const paperSchema = z
  .object({
    ...paperFields,
    versions: z.array(versionSchema).openapi({ description: 'Other versions of the same work' }),
    records: z
      .array(z.object(paperFields).openapi('Record'))
      .openapi({ description: 'What the paper was merged from, as it came; none where there was one record' }),
  })
  .openapi('Paper');

const limit = z.coerce
  .number('expected a whole number')
  .int()
  .min(1)
  .max(MAX_LIMIT)
  .default(DEFAULT_LIMIT)
  .openapi({ description: `How many hits, 1 to ${MAX_LIMIT}` });
const shape = {
  limit,
  mode: z.enum(MODES).default('hybrid').openapi({ description: 'Meaning and words, meaning only, or words only' }),
  cursor: z.string().optional().openapi({ description: 'The `next` of the page before' }),
  explain: z.enum(EXPLAIN).optional().openapi({ description: 'Why each hit is there: `fast`, or `full` at any cost' }),
  facets: z.stringbool('expected true or false').optional().openapi({
    type: 'boolean',
    description: 'Whether to count the years, venues, categories and authors of the list',
  }),
  diversity: z.coerce
    .number('expected a number')
    .min(0)
    .max(1)
    .optional()
    .openapi({ description: 'How much the hits should differ from one another, 0 to 1' }),
  cutoff: z.coerce
    .number('expected a number')
    .min(0)
    .max(100)
    .optional()
    .openapi({ description: `When no paper is as relevant, there is no hit; ${DEFAULT_CUTOFF} unless given` }),
  rerank: z.coerce
    .number('expected a whole number')
    .int()
    .min(0)
    .max(MAX_RERANK)
    .optional()
    .openapi({ description: 'Milliseconds in which a cross-encoder may put the best hits into its order; 0 for none' }),
};
const idParameter = z.object({
  id: z
    .string()
    .openapi({ description: 'An id, or an identifier such as `arxiv:2209.09004` or `doi:10.…`, slashes and all' }),
});

const json = <T extends z.ZodType>(schema: T, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});
const wrongParameter = problem('A parameter is unknown or wrong');
const noSuchPaper = problem('No such paper');
const failure = problem('akin failed to answer');

const searchRoute = createRoute({
  method: 'get',
  path: '/v1/search',
  summary: 'The papers that answer a query, best first',
  request: {
    query: z.strictObject({
      q: z
        .string('expected one text')
        .openapi({ description: 'What the papers are about, in words', example: 'energy saving attention' }),
      ...shape,
    }),
  },
  responses: {
    200: json(answerSchema, 'The hits'),
    400: problem('A parameter is missing or wrong'),
    500: failure,
    410: problem('The library has changed since the page before'),
    503: problem('Too many queries wait, come back after `Retry-After` seconds; or no cross-encoder is installed'),
  },
});
const texts = z.array(z.string().min(1)).max(MAX_SEEDS);
const askRoute = createRoute({
  method: 'post',
  path: '/v1/search',
  summary: 'The papers that answer a question of several parts: a query, papers and texts to be like or not to be like',
  request: {
    body: {
      required: true,
      content: {
        'application/json': {
          schema: z
            .strictObject({
              query: z.string().optional().openapi({ description: 'In the query language, as `q`' }),
              texts: texts.optional().openapi({ description: 'Texts to be like, such as an abstract' }),
              like: texts.optional().openapi({ description: 'Ids of papers to be like; they are no hits' }),
              unlike: texts.optional().openapi({ description: 'Ids of papers not to be like' }),
              unlikeTexts: texts.optional().openapi({ description: 'Texts not to be like' }),
              filter: filterSchema.optional().openapi({ type: 'object', description: 'Conditions; see the README' }),
              limit: z.int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT),
              mode: z.enum(MODES).default('hybrid'),
              cursor: z.string().optional(),
              explain: z.enum(EXPLAIN).optional(),
              facets: z.boolean().optional(),
              diversity: z.number().min(0).max(1).optional(),
              unlikeAbove: z.number().min(-1).max(1).optional(),
              cutoff: z.number().min(0).max(100).optional(),
              rerank: z.int().min(0).max(MAX_RERANK).optional(),
            })
            .openapi('Question'),
        },
      },
    },
  },
  responses: { ...searchRoute.responses, 404: problem('A paper to be like is not there') },
});
// An id may hold slashes, which these two paths can't say to the router: they document, `/v1/papers/*` below answers.
const similarQuery = z.strictObject(shape);
const paperQuery = z.strictObject({});
const similarRoute = createRoute({
  method: 'get',
  path: '/v1/papers/{id}/similar',
  summary: 'The papers nearest to a paper, itself left out',
  request: { params: idParameter, query: similarQuery },
  responses: {
    200: json(answerSchema, 'The hits'),
    400: wrongParameter,
    404: noSuchPaper,
    500: failure,
    503: problem('No cross-encoder is installed to re-rank with'),
  },
});
const paperRoute = createRoute({
  method: 'get',
  path: '/v1/papers/{id}',
  summary: 'A paper',
  request: { params: idParameter, query: paperQuery },
  responses: { 200: json(paperSchema, 'The paper'), 400: wrongParameter, 404: noSuchPaper, 500: failure },
});
const healthRoute = createRoute({
  method: 'get',
  path: '/healthz',
  summary: 'Whether the server can answer, and how much of the library has vectors',
  responses: {
    200: json(z.object({ status: z.literal('ok'), papers: z.int(), embedded: z.int() }).openapi('Health'), 'It can'),
    500: failure,
  },
});

/**
 * The HTTP door of a search and of the search for related work. Holds no state of its own; `app.request()` asks it without
 * a socket.
 * @param page what the page asks of every search.
 */
export function createApp(
  search: Search,
  related: Related,
  log: Logger,
  page: Pick<SearchOptions, 'rerank'> = {},
): OpenAPIHono {
  const app = new OpenAPIHono({
    defaultHook: (result) => {
      if (!result.success) throw argumentError(result.error);
    },
  });

  app.use(
    secureHeaders({
      strictTransportSecurity: false, // It would lock other programs on localhost out of plain http.
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        connectSrc: ["'self'"],
        imgSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    }),
  );

  app.openapi(searchRoute, async (c) => {
    const { q, ...options } = c.req.valid('query');
    return c.json(told(c, await search.search(q, options)), 200);
  });
  app.openapi(askRoute, async (c) => {
    const { query, texts, like, unlike, unlikeTexts, filter, ...options } = c.req.valid('json');
    return c.json(told(c, await search.ask({ query, texts, like, unlike, unlikeTexts, filter }, options)), 200);
  });
  app.openAPIRegistry.registerPath(similarRoute);
  app.openAPIRegistry.registerPath(paperRoute);
  app.get('/v1/papers/:id{.+}', async (c) => {
    const id = c.req.param('id');
    // The path as it was sent: an id that ends in "/similar" itself is written with %2F.
    if (c.req.path.endsWith('/similar')) {
      const options = checkedQuery(c, similarQuery);
      return c.json(told(c, await search.similar(id.slice(0, -'/similar'.length), options)));
    }
    checkedQuery(c, paperQuery);
    return c.json(await search.paper(id));
  });
  answerRelated(app, related);
  app.openapi(healthRoute, async (c) => c.json({ status: 'ok' as const, ...(await search.library()) }, 200));
  app.get('/openapi.json', (c) => {
    return c.json(app.getOpenAPI31Document({ openapi: '3.1.0', info: { title: 'akin', version: '1' } }));
  });
  app.route('/', webPage(search, page));

  app.all('*', (c) => {
    const answers = (method: string) =>
      app.router.match(method, c.req.path)[0].some(([[, route]]) => route.method === method);
    const possible = ['GET', 'POST'].filter(answers).map((method) => (method === 'GET' ? 'GET, HEAD' : method));
    if (possible.length > 0) {
      const allow = possible.join(', ');
      c.header('Allow', allow);
      return sendProblem(
        c,
        makeProblem(405, 'method-not-allowed', `${c.req.method} is not possible here, only ${allow}`),
      );
    }
    return sendProblem(
      c,
      makeProblem(404, 'not-found', `there is nothing at ${c.req.path}`, { hint: 'see /openapi.json' }),
    );
  });
  app.onError((error, c) => {
    if (error instanceof AkinError) return sendProblem(c, problemOf(error));
    // A body that is not what its header says, or of a type that is not taken.
    if (error instanceof HTTPException && error.status < 500)
      return sendProblem(c, makeProblem(400, 'invalid-argument', error.message, { hint: 'see /openapi.json' }));
    log.error({ err: error, path: c.req.path }, 'a request failed');
    return sendProblem(c, makeProblem(500, 'internal-error', 'akin failed to answer; the log of the server says why'));
  });
  return app;
}

/** An answer without its timings, which are told in a header (Server-Timing, W3C). */
function told(c: Context, { timings, ...answer }: SearchAnswer): Omit<SearchAnswer, 'timings'> {
  const stages = Object.entries(timings).map(([stage, ms]) => `${stage};dur=${ms.toFixed(2)}`);
  c.header('Server-Timing', stages.join(', '));
  return answer;
}

/** The parameters after the path's "?", one value or several each, as a schema wants them. */
function checkedQuery<T extends z.ZodType>(c: Context, schema: T): z.output<T> {
  const given = Object.entries(c.req.queries()).map(([name, values]) => [name, values.length > 1 ? values : values[0]]);
  const checked = schema.safeParse(Object.fromEntries(given));
  if (!checked.success) throw argumentError(checked.error);
  return checked.data;
}

/** The first thing wrong with a request's parameters, as akin says errors. */
function argumentError(error: z.ZodError): AkinError {
  const issue = error.issues[0]!;
  if (issue.code === 'unrecognized_keys') {
    const [field] = issue.keys;
    return new AkinError('invalid-argument', `unknown parameter "${field}"`, { hint: 'see /openapi.json', field });
  }
  const field = issue.path.join('/');
  return new AkinError('invalid-argument', `${field}: ${issue.message}`, { hint: 'see /openapi.json', field });
}
