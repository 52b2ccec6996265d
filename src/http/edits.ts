/** `PUT`, `PATCH` and `DELETE /v1/papers/{id}`: a paper that a program puts in, what a person puts right, what is to go. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { IDENTIFIER_KINDS, type IdentifierKind } from '../identifiers.ts';
import { keptShape, NOTHING_KEPT, type Kept } from '../library/kept.ts';
import { paperSchema } from '../search/answer.ts';
import { fromTexts } from '../search/parameters.ts';
import { SOMETHING } from '../search/question.ts';
import { notFound } from '../search/understood.ts';
import { besides, type SessionOf } from './addressed.ts';
import type { Gate } from './admission.ts';
import { inJson } from './answering.ts';
import { atMost, bodyOf } from './body.ts';
import { LIMITS } from './limits.ts';
import { paperParams } from './papers.ts';
import { ANY_PROBLEM, BODY_PROBLEM, json, problem } from './problem.ts';
import { NOTHING } from './search.ts';

const PATH = '/v1/papers/:id';
const MERGE_PATCH = 'application/merge-patch+json';

const line = z.string();
const title = z.string().regex(SOMETHING, 'expected some text, found nothing to read');
const namePart = z.string().optional();
const author = z.union([
  z.string(),
  z.strictObject({ family: z.string(), given: namePart, particle: namePart, suffix: namePart }),
  z.strictObject({ literal: z.string() }),
]);
const fields = {
  title: title.meta({ description: 'The title' }),
  abstract: line.meta({ description: 'The abstract' }),
  authors: z.array(author).max(LIMITS.authors).meta({ description: 'Names as they are written, or in parts' }),
  year: z.int().min(1000).max(2999).nullable().meta({ description: 'The year' }),
  venue: line.nullable().meta({ description: 'The journal or conference' }),
  url: line.nullable().meta({ description: 'Where it is' }),
  categories: z.array(line).max(LIMITS.categories).meta({ description: 'Subjects, such as `cs.CL`' }),
};
const { title: titleField, ...others } = fields;
/** What a paper to be stored says. */
export const paperShape = {
  title: titleField,
  ...z.object(others).partial().shape,
  ids: z
    .strictObject(
      Object.fromEntries(IDENTIFIER_KINDS.map((kind) => [kind, z.string()])) as Record<IdentifierKind, z.ZodString>,
    )
    .partial()
    .optional()
    .meta({ description: 'Identifiers by their kinds: `doi`, `arxiv`, `pmid` …' }),
  extra: z
    .record(z.string(), z.unknown())
    .optional()
    .meta({ description: 'Whatever else there is to say, by names of your own' }),
};
const paperBody = z.strictObject(paperShape).openapi('PaperToStore');
const nullable = (schema: z.ZodType, description: string) => schema.nullish().meta({ description });
const correctionBody = z
  .strictObject({
    title: nullable(fields.title, 'The title; null here and below takes back what was said, and sources count again'),
    abstract: nullable(fields.abstract, 'The abstract; an empty text says that there is none'),
    authors: nullable(fields.authors, 'All authors; an empty list says that there are none'),
    year: nullable(fields.year, 'The year'),
    venue: nullable(fields.venue, 'The journal or conference; an empty text says that there is none'),
    url: nullable(fields.url, 'Where it is'),
    categories: nullable(fields.categories, 'All subjects'),
    starred: nullable(keptShape.starred, 'Whether it has your star'),
    read: nullable(keptShape.read, 'How far you have read it'),
    note: nullable(keptShape.note, 'Your note, plain text or Markdown; it is no word on what the paper says'),
  })
  .openapi('Corrections');

const WRITING = {
  ...ANY_PROBLEM,
  ...BODY_PROBLEM,
  409: problem(
    'Somebody else writes to the library, come back after `Retry-After` seconds; or the id is another paper’s',
  ),
  422: problem('It is no paper'),
};
const putRoute = createRoute({
  method: 'put',
  path: '/v1/papers/{id}',
  summary: 'Stores a paper, or replaces what was stored under its id in this way before',
  request: {
    params: paperParams,
    body: { required: true, content: { 'application/json': { schema: paperBody } } },
  },
  responses: {
    200: json(paperSchema, 'The paper as it is now: it was there, from here or from elsewhere'),
    201: json(paperSchema, 'The paper, which is new'),
    ...WRITING,
  },
});
const patchRoute = createRoute({
  method: 'patch',
  path: '/v1/papers/{id}',
  summary:
    'Puts right what a paper says, whatever its sources say now or when they are read again; and what you keep of it',
  request: {
    params: paperParams,
    body: {
      required: true,
      content: { 'application/json': { schema: correctionBody }, [MERGE_PATCH]: { schema: correctionBody } },
    },
  },
  responses: { 200: json(paperSchema, 'The paper as it is now'), ...WRITING, 404: problem('No such paper') },
});
const deleteRoute = createRoute({
  method: 'delete',
  path: '/v1/papers/{id}',
  summary: 'Removes a paper; it is there again when one of its sources is read again',
  request: { params: paperParams },
  responses: {
    204: { description: 'It is gone' },
    ...ANY_PROBLEM,
    404: problem('No such paper'),
    409: WRITING[409],
    503: problem('Too many wait to write, come back after `Retry-After` seconds; or the library can not be written'),
  },
});

/** Adds the routes to the app. @param gate lets one of them write at a time. */
export function answerEdits(app: OpenAPIHono, sessionOf: SessionOf, gate: Gate): void {
  const few = atMost(LIMITS.bodiesAtOnce, 'papers');
  app.openAPIRegistry.registerPath(putRoute);
  app.put(PATH, few, async (c) => {
    const session = sessionOf(c);
    const input = await paperIn(c, paperBody);
    const id = c.req.param('id');
    const { paper, outcome } = await gate.pass(() => session.put(id, input), c.req.raw.signal);
    if (outcome !== 'added') return inJson(c, paper);
    c.header('Location', besides(c, `/v1/papers/${encodeURIComponent(paper.id)}`));
    return inJson(c, paper, 201);
  });
  app.openAPIRegistry.registerPath(patchRoute);
  app.patch(PATH, few, async (c) => {
    const session = sessionOf(c);
    const { starred, read, note, ...given } = await paperIn(c, correctionBody, ['application/json', MERGE_PATCH]);
    const id = c.req.param('id');
    const kept = keptBy({ starred, read, note });
    const patched = async () => {
      if (kept === undefined) return session.correct(id, given);
      // What a person keeps needs no model.
      if (Object.keys(given).length > 0) await session.correct(id, given);
      await session.keep([id], kept);
      return session.paper(id);
    };
    return inJson(c, await gate.pass(patched, c.req.raw.signal));
  });
  app.openAPIRegistry.registerPath(deleteRoute);
  app.delete(PATH, async (c) => {
    const session = sessionOf(c);
    fromTexts(NOTHING, c.req.queries());
    const id = c.req.param('id');
    const gone = await gate.pass(() => session.remove([id], 'a request'), c.req.raw.signal);
    if (gone.length === 0) throw notFound(id, 'id');
    return c.body(null, 204);
  });
}

/** What is to be kept of a paper; null is what is kept of one of which nothing was said. Undefined where nothing is said. */
function keptBy(given: Record<keyof Kept, unknown>): Partial<Kept> | undefined {
  const said = Object.entries(given).filter(([, value]) => value !== undefined);
  if (said.length === 0) return undefined;
  return Object.fromEntries(said.map(([name, value]) => [name, value ?? NOTHING_KEPT[name as keyof Kept]]));
}

function paperIn<T extends z.ZodType>(c: Context, schema: T, types?: string[]): Promise<z.output<T>> {
  fromTexts(NOTHING, c.req.queries());
  return bodyOf(c, schema, { most: LIMITS.paperBytes, signs: LIMITS.paperSigns, ...(types && { types }) });
}
