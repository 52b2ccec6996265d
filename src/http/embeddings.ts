/**
 * `POST /v1/embeddings`: the vectors of texts, asked for and answered as OpenAI's clients do, so that programs that know such a
 * service can use the library's model without another one.
 */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { AkinError } from '../errors.ts';
import { refusalOf } from '../faults.ts';
import { shown } from '../search/checked.ts';
import { SOMETHING } from '../search/question.ts';
import { asks } from './access.ts';
import type { SessionOf } from './addressed.ts';
import type { Gate } from './admission.ts';
import { endOf, inJson } from './answering.ts';
import { atMost, bodyOf } from './body.ts';
import { LIMITS } from './limits.ts';
import { ANY_PROBLEM, BODY_PROBLEM, isOfTheMachine, json, problemOf, sendProblem } from './problem.ts';

const text = z
  .string('expected a text')
  .max(LIMITS.embeddedCharacters, `expected at most ${LIMITS.embeddedCharacters} characters`)
  .regex(SOMETHING, 'expected some text, found nothing to read');
const input = z.union([text, z.array(text).min(1).max(LIMITS.embeddedTexts)]);
const embeddingsSchema = z
  .strictObject({
    input: input.meta({ description: `A text, or up to ${LIMITS.embeddedTexts} of them; no tokens` }),
    model: z
      .string()
      .meta({ description: "The library's model: `/v1/library` says its name", example: 'all-MiniLM-L6-v2' }),
    encoding_format: z
      .enum(['float', 'base64'])
      .default('float')
      .meta({ description: 'Numbers, or the bytes of 32-bit floats, the least significant first' }),
    dimensions: z.number().optional().meta({ description: 'As many as the model has, if it is said at all' }),
    user: z.string().optional().meta({ description: 'Not looked at' }),
    input_type: z
      .enum(['document', 'query'])
      .default('document')
      .meta({ description: 'What the texts are, where the model makes a difference; akin’s own' }),
  })
  .openapi('EmbeddingsQuestion');
const vectorsSchema = z
  .object({
    object: z.literal('list'),
    data: z
      .array(
        z.object({
          object: z.literal('embedding'),
          index: z.int(),
          embedding: z.union([z.array(z.number()), z.string()]).meta({ description: 'Of length 1' }),
        }),
      )
      .meta({ description: 'One for each text, in their order' }),
    model: z.string(),
    usage: z.object({ prompt_tokens: z.int(), total_tokens: z.int() }).meta({ description: 'Tokens that were run' }),
  })
  .openapi('Embeddings');

const embeddingsRoute = createRoute({
  method: 'post',
  path: '/v1/embeddings',
  summary: "The vectors of texts, by the library's model",
  request: { body: { required: true, content: { 'application/json': { schema: embeddingsSchema } } } },
  responses: { 200: json(vectorsSchema, 'The vectors'), ...ANY_PROBLEM, ...BODY_PROBLEM },
});

/** Adds the route to the app. */
export function answerEmbeddings(app: OpenAPIHono, sessionOf: SessionOf, gate: Gate): void {
  app.openAPIRegistry.registerPath(embeddingsRoute);
  app.use(embeddingsRoute.path, async (c: Context, next) => {
    await next();
    const refusal = c.error && refusalOf(c.error);
    if (!refusal || isOfTheMachine(refusal)) return;
    const problem = problemOf(refusal);
    const { detail: message, code, field } = problem;
    const param = field?.replace(/^\//, '') ?? null;
    c.res = undefined;
    c.res = sendProblem(c, { ...problem, error: { message, type: 'invalid_request_error', param, code } });
  });
  app.post(embeddingsRoute.path, asks, atMost(LIMITS.bodiesAtOnce, 'texts'), async (c) => {
    const session = sessionOf(c);
    const asked = await bodyOf(c, embeddingsSchema, { most: LIMITS.questionBytes });
    const texts = [asked.input].flat();
    const characters = texts.reduce((sum, each) => sum + each.length, 0);
    if (characters > LIMITS.embeddedTogether) {
      throw new AkinError('too-large', `the texts have ${characters} characters, at most ${LIMITS.embeddedTogether}`, {
        hint: 'send fewer of them at once',
        field: '/input',
      });
    }
    const { model } = await session.library();
    checkModel(asked, model);
    const signal = endOf(c);
    const embeddings = await gate.pass(() => session.embed(texts, asked.input_type, signal), signal);
    const tokens = embeddings.reduce((sum, each) => sum + each.tokens, 0);
    return inJson(c, {
      object: 'list',
      data: embeddings.map(({ vector }, index) => ({
        object: 'embedding',
        index,
        embedding: asked.encoding_format === 'base64' ? bytesOf(vector) : [...vector],
      })),
      model: model.name,
      usage: { prompt_tokens: tokens, total_tokens: tokens },
    });
  });
}

/** @throws AkinError `model-unknown`, `invalid-argument`. */
function checkModel(
  { model, dimensions }: z.output<typeof embeddingsSchema>,
  its: { name: string; dimensions: number },
): void {
  if (model !== its.name) {
    throw new AkinError('model-unknown', `/model: the library is of ${its.name}, not of ${shown(model)}`, {
      hint: `ask for ${its.name}`,
      field: '/model',
    });
  }
  if (dimensions === undefined || dimensions === its.dimensions) return;
  throw new AkinError('invalid-argument', `/dimensions: ${its.name} has ${its.dimensions}, found ${dimensions}`, {
    hint: `leave it out, or say ${its.dimensions}`,
    field: '/dimensions',
  });
}

const bytesOf = (vector: Float32Array): string => {
  const bytes = Buffer.alloc(4 * vector.length);
  vector.forEach((value, i) => bytes.writeFloatLE(value, 4 * i));
  return bytes.toString('base64');
};
