/** `/v1/match`: the paper that a title, or a line of a bibliography, means. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { MAX_REFERENCE } from '../drafts/draft.ts';
import { AkinError } from '../errors.ts';
import { matchAnswerSchema } from '../search/answer.ts';
import type { Meant } from '../search/match.ts';
import { fromTexts } from '../search/parameters.ts';
import { SOMETHING } from '../search/question.ts';
import { asks } from './access.ts';
import type { SessionOf } from './addressed.ts';
import type { Gate } from './admission.ts';
import { endOf, inJson } from './answering.ts';
import { atMost, bodyOf } from './body.ts';
import { LIMITS } from './limits.ts';
import { ANY_PROBLEM, asWritten, BODY_PROBLEM, BUSY_PROBLEM, inBody, json } from './problem.ts';

const text = z
  .string('expected one text')
  .max(MAX_REFERENCE, `expected at most ${MAX_REFERENCE} characters`)
  .regex(SOMETHING, 'expected some text, found nothing to read')
  .optional();
const meantShape = {
  title: text.meta({ description: 'A title; or else', example: 'On Computable Numbers' }),
  reference: text.meta({ description: 'A line of a bibliography, in any style' }),
};
const parameters = z.strictObject(meantShape);
const bodySchema = z.strictObject(meantShape).openapi('Meant', {
  oneOf: [{ required: ['title'] }, { required: ['reference'] }],
});

const getRoute = createRoute({
  method: 'get',
  path: '/v1/match',
  summary: 'The paper that a title or a line of a bibliography means, and how sure that is',
  request: { query: parameters },
  responses: {
    200: json(matchAnswerSchema, 'The papers it may be'),
    ...ANY_PROBLEM,
    ...BUSY_PROBLEM,
  },
});
const postRoute = createRoute({
  method: 'post',
  path: '/v1/match',
  summary: 'The same, for what is too long for an address',
  request: { body: { required: true, content: { 'application/json': { schema: bodySchema } } } },
  responses: { 200: json(matchAnswerSchema, 'The papers it may be'), ...ANY_PROBLEM, ...BODY_PROBLEM },
});

/** Adds the routes to the app. */
export function answerMatches(app: OpenAPIHono, sessionOf: SessionOf, gate: Gate): void {
  const answerTo = async (c: Context, meant: Meant) => {
    const session = sessionOf(c);
    const signal = endOf(c);
    checkOne(meant);
    return gate.pass(() => session.match(meant, signal), signal);
  };
  app.openAPIRegistry.registerPath(getRoute);
  app.get(getRoute.path, async (c) => inJson(c, await answerTo(c, fromTexts(parameters, c.req.queries()))));
  app.openAPIRegistry.registerPath(postRoute);
  app.post(postRoute.path, asks, atMost(LIMITS.bodiesAtOnce, 'questions'), async (c) => {
    const meant = await bodyOf(c, bodySchema, { most: LIMITS.questionBytes });
    return inJson(c, await asWritten(inBody, () => answerTo(c, meant)));
  });
}

function checkOne({ title, reference }: Meant): void {
  if ((title === undefined) !== (reference === undefined)) return;
  throw new AkinError(
    'invalid-argument',
    `expected title or reference, found ${title === undefined ? 'none' : 'both'}`,
    {
      hint: '/v1/match?title=… or /v1/match?reference=…',
      field: title === undefined ? 'title' : 'reference',
    },
  );
}
