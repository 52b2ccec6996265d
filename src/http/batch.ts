/** `POST /v1/search/batch`: several questions in one request, each answered as if it came alone, one after the other. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { refusalOf } from '../faults.ts';
import { answerSchema } from '../search/answer.ts';
import { checked, pointerTo } from '../search/checked.ts';
import { asks } from './access.ts';
import type { SessionOf } from './addressed.ts';
import type { Gates } from './admission.ts';
import { endOf, inJson } from './answering.ts';
import { atMost, bodyOf } from './body.ts';
import { LIMITS } from './limits.ts';
import { ANY_PROBLEM, asWritten, BODY_PROBLEM, inBody, json, problemOf, problemSchema } from './problem.ts';
import { askInTurn, oneQuestion, parted } from './search.ts';

const batchSchema = z
  .strictObject({
    questions: z
      .array(oneQuestion)
      .min(1)
      .max(LIMITS.batchQuestions)
      .meta({ description: 'Each as `POST /v1/search` takes it' }),
  })
  .openapi('Questions');
/** A question that is wrong must not spoil the others: each is checked when its turn comes. */
const unchecked = z.strictObject({ questions: z.array(z.unknown()).min(1).max(LIMITS.batchQuestions) });
const answersSchema = z
  .object({
    answers: z
      .array(z.union([z.object({ answer: answerSchema }), z.object({ problem: problemSchema })]))
      .meta({ description: 'One for each question, in their order: an answer or a problem' }),
  })
  .openapi('Answers');

const batchRoute = createRoute({
  method: 'post',
  path: '/v1/search/batch',
  summary: 'The papers that answer several questions, each for itself',
  request: { body: { required: true, content: { 'application/json': { schema: batchSchema } } } },
  responses: { 200: json(answersSchema, 'An answer or a problem for each'), ...ANY_PROBLEM, ...BODY_PROBLEM },
});

/** Adds the route to the app. */
export function answerBatches(app: OpenAPIHono, sessionOf: SessionOf, gates: Gates): void {
  app.openAPIRegistry.registerPath(batchRoute);
  app.post(batchRoute.path, asks, atMost(LIMITS.batchesAtOnce, 'batches'), async (c) => {
    const session = sessionOf(c);
    const { questions } = await bodyOf(c, unchecked, { most: LIMITS.batchBytes, signs: LIMITS.batchSigns });
    const signal = endOf(c);
    const answers: object[] = [];
    for (const [i, given] of questions.entries()) {
      signal.throwIfAborted();
      const pointer = (field: string) => `/questions/${i}${inBody(field)}`;
      try {
        answers.push({ answer: await asWritten(pointer, () => answerTo(given)) });
      } catch (error) {
        const refusal = refusalOf(error);
        if (!refusal) throw error;
        answers.push({ problem: problemOf(refusal) });
      }
    }
    return inJson(c, { answers });

    async function answerTo(given: unknown) {
      const { question, how: options } = parted(checked(oneQuestion, given, pointerTo));
      const { timings: _, ...answer } = await askInTurn(session, gates, question, { ...options, signal });
      return answer;
    }
  });
}
