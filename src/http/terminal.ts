/**
 * `/terminal`: a command line of `akin search`, answered with what the command would print. A terminal asks here where a server has its
 * library open already (cli/warm.ts): to start what answers a question takes ten times as long as the answer.
 */
import { z, type OpenAPIHono } from '@hono/zod-openapi';
import type { SearchAnswer } from '../search/answer.ts';
import type { Question, SearchOptions } from '../search/question.ts';
import { asks } from './access.ts';
import type { SessionOf } from './addressed.ts';
import type { Gates } from './admission.ts';
import { endOf } from './answering.ts';
import { atMost, bodyOf } from './body.ts';
import { LIMITS } from './limits.ts';
import { askInTurn } from './search.ts';

/** What a command line asks, and how its answer is printed. @throws AkinError for what is no `akin search`. */
export type Terminal = (
  words: string[],
  isColoured: boolean,
) => { question: Question; options: SearchOptions; printed: (answer: Omit<SearchAnswer, 'timings'>) => string };

const body = z.strictObject({ words: z.array(z.string()).max(LIMITS.terminalWords), isColoured: z.boolean() });

/** Adds the route to the app. */
export function answerTerminals(app: OpenAPIHono, sessionOf: SessionOf, gates: Gates, terminal: Terminal): void {
  app.post('/terminal', asks, atMost(LIMITS.bodiesAtOnce, 'terminals'), async (c) => {
    const session = sessionOf(c);
    const { words, isColoured } = await bodyOf(c, body, { most: LIMITS.questionBytes });
    const { question, options, printed } = terminal(words, isColoured);
    const { timings: _, ...answer } = await askInTurn(session, gates, question, { ...options, signal: endOf(c) });
    return c.text(printed(answer));
  });
}
