/** `/v1/search`: the papers that answer a question, said in an address or as JSON. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { AkinError } from '../errors.ts';
import type { Exporter } from '../export/exporter.ts';
import { conditionsOf, filterSchema } from '../library/filter.ts';
import { answerSchema, type SearchAnswer } from '../search/answer.ts';
import { fromTexts } from '../search/parameters.ts';
import {
  answeringShape,
  queryAlone,
  questionShape,
  SOMETHING,
  type Question,
  type SearchOptions,
} from '../search/question.ts';
import { parsed, type Asked } from '../search/understood.ts';
import type { Session } from '../session/session.ts';
import { asks } from './access.ts';
import type { SessionOf } from './addressed.ts';
import type { Gate, Gates } from './admission.ts';
import { endOf, inJson } from './answering.ts';
import { atMost, bodyOf } from './body.ts';
import { exporterAsked, formatShape, inFormats, written } from './formats.ts';
import { LIMITS } from './limits.ts';
import { ANY_PROBLEM, asWritten, BODY_PROBLEM, inBody, json, problem } from './problem.ts';

export const ANSWERS = {
  200: inFormats(json(answerSchema, 'The hits')),
  ...ANY_PROBLEM,
  410: problem('The library has changed since the page before'),
  503: problem('Too many questions wait, come back after `Retry-After` seconds; or no cross-encoder is installed'),
};

/** What no schema can say of a number in an address. */
export const NUMBERS = 'Numbers are written out: without a sign that they need not have, an exponent, or another base.';

const { unlikeAbove: _, ...answering } = answeringShape;
const parameters = { ...answering, ...formatShape };
/** How an answer is asked for in an address. */
export const answeringParameters = z.strictObject(parameters);
const searchParameters = z.strictObject({ q: queryAlone, year: questionShape.year, ...parameters });
const filter = z.optional(filterSchema).openapi({ allOf: [{ $ref: '#/components/schemas/Filter' }] });
const questionParts = { ...questionShape, filter, ...answeringShape };
const UNLIKE_SOMETHING = ['unlike', 'unlikeTexts'].map((name) => ({
  required: [name],
  properties: { [name]: { minItems: 1 } },
}));
/**
 * What no property alone says of a question: it asks something, at most one order of its own is wanted, and a bound is one of
 * something.
 */
const WHOLE_QUESTION: Parameters<ReturnType<typeof z.object>['openapi']>[1] = {
  anyOf: [
    { required: ['query'], properties: { query: { pattern: SOMETHING.source } } },
    { required: ['texts'], properties: { texts: { minItems: 1 } } },
    { required: ['like'], properties: { like: { minItems: 1 } } },
    { required: ['filter'] },
    { required: ['year'] },
  ],
  not: {
    anyOf: [
      {
        required: ['rerank', 'diversity'],
        properties: { rerank: { minimum: 1 }, diversity: { exclusiveMinimum: 0 } },
      },
      { required: ['unlikeAbove'], not: { anyOf: UNLIKE_SOMETHING } },
    ],
  },
};
const questionSchema = z.strictObject({ ...questionParts, ...formatShape }).openapi('Question', WHOLE_QUESTION);
/** One of several questions, which are answered as JSON. */
export const oneQuestion = z.strictObject(questionParts).openapi('OneQuestion', WHOLE_QUESTION);
/** A filter as OpenAPI has it: a component that refers to itself. */
const FILTER_COMPONENT = JSON.parse(
  JSON.stringify(z.toJSONSchema(filterSchema, { io: 'output' }).$defs!.Filter).replaceAll(
    '#/$defs/',
    '#/components/schemas/',
  ),
) as { type: 'object' };

const searchRoute = createRoute({
  method: 'get',
  path: '/v1/search',
  summary: 'The papers that answer a query, best first',
  description: NUMBERS,
  request: { query: searchParameters },
  responses: ANSWERS,
});
const askRoute = createRoute({
  method: 'post',
  path: '/v1/search',
  summary: 'The papers that answer a question of several parts: a query, papers and texts to be like or not to be like',
  request: { body: { required: true, content: { 'application/json': { schema: questionSchema } } } },
  responses: { ...BODY_PROBLEM, ...ANSWERS, 404: problem('A paper to be like is not there') },
});

/** Adds the routes to the app. */
export function answerSearches(app: OpenAPIHono, sessionOf: SessionOf, gates: Gates): void {
  app.openAPIRegistry.registerComponent('schemas', 'Filter', FILTER_COMPONENT);
  app.openAPIRegistry.registerPath(searchRoute);
  app.get(searchRoute.path, async (c) => {
    const session = sessionOf(c);
    const given = c.req.queries();
    if (given.cursor !== undefined && given.q === undefined) throw cursorAlone();
    const { q: query, year, format, ...options } = fromTexts(searchParameters, given);
    const exporter = exporterAsked(c, format);
    const how = { ...options, signal: endOf(c) };
    return asWritten(asQ, () => answered(c, session, askInTurn(session, gates, { query, year }, how), exporter));
  });
  app.openAPIRegistry.registerPath(askRoute);
  app.post(askRoute.path, asks, atMost(LIMITS.bodiesAtOnce, 'questions'), async (c) => {
    const session = sessionOf(c);
    const asked = await bodyOf(c, questionSchema, { most: LIMITS.questionBytes });
    const { question, how } = parted(asked);
    const { format, ...options } = how;
    const exporter = exporterAsked(c, format);
    const asking = () => askInTurn(session, gates, question, { ...options, signal: endOf(c) });
    return asWritten(inBody, () => answered(c, session, asking(), exporter));
  });
}

/** What is asked for, and how it is to be answered. */
export function parted<Asked extends Question>(asked: Asked) {
  const { query, texts, like, unlike, unlikeTexts, year, filter, ...how } = asked;
  return { question: { query, texts, like, unlike, unlikeTexts, year, filter }, how };
}

/** Of an address that takes no parameters. */
export const NOTHING = z.strictObject({});
/** What an address calls a field. */
export const asQ = (field: string): string => (field === 'query' ? 'q' : field);

const cursorAlone = (): AkinError =>
  new AkinError('invalid-argument', 'q: a cursor goes on with a question, and is asked together with it', {
    hint: 'ask what the page before was asked, q and all, and add the cursor',
    field: 'q',
  });

/** Asks a question when its turn has come. It is parsed for its gate, and need not be again. @throws AkinError as `Search.ask`. */
export async function askInTurn(
  session: Session,
  gates: Gates,
  question: Question,
  options: SearchOptions,
): Promise<SearchAnswer> {
  const said = parsed(question);
  return gateOf(gates, said, options).pass(() => session.ask(said, options), options.signal);
}

/** Where a question waits for its turn. @throws AkinError as `parsed`. */
export function gateOf(
  { quick, thorough }: Pick<Gates, 'quick' | 'thorough'>,
  question: Asked,
  { rerank, explain }: SearchOptions,
): Gate {
  const { texts, unlikeTexts, filter } = parsed(question);
  const isLong =
    texts.length + unlikeTexts.length > LIMITS.quickTexts ||
    (filter !== undefined && conditionsOf(filter).length > LIMITS.quickConditions);
  return rerank || explain === 'full' || isLong ? thorough : quick;
}

/**
 * Answers with hits; what each stage took is said in a header (Server-Timing, W3C).
 * @param exporter what the papers are written by, where JSON is not asked for.
 */
export async function answered(
  c: Context,
  session: Session,
  asked: Promise<SearchAnswer>,
  exporter: Exporter | undefined,
): Promise<Response> {
  const { timings, ...answer } = await asked;
  const stages = Object.entries(timings).map(([stage, ms]) => `${stage};dur=${ms.toFixed(2)}`);
  c.header('Server-Timing', stages.join(', '));
  return exporter ? written(c, exporter, session.papers(answer.hits.map(({ id }) => id))) : inJson(c, answer);
}
