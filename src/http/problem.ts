/** Every error an HTTP client sees: `application/problem+json` (RFC 9457) with a stable code and the offending field. */
import type { Context } from 'hono';
import { z } from '@hono/zod-openapi';
import { AkinError, type ErrorCode } from '../errors.ts';

export const problemSchema = z
  .object({
    type: z.literal('about:blank'),
    title: z.string().openapi({ description: 'The HTTP status in words' }),
    status: z.int(),
    code: z.string().openapi({ description: 'Stable; see the table of errors in the README' }),
    detail: z.string().openapi({ description: 'What was seen and what was expected' }),
    hint: z.string().optional().openapi({ description: 'The next step' }),
    field: z.string().optional().openapi({ description: 'The offending parameter' }),
  })
  .openapi('Problem');
type Problem = z.infer<typeof problemSchema>;

/** A problem as a route documents it. */
export const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: problemSchema } },
});

const TITLES: Record<number, string> = {
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Content Too Large',
  422: 'Unprocessable Content',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

export function problemOf(error: AkinError): Problem {
  const { code, status, message, hint, field } = error;
  return makeProblem(status, code, message, { hint, field });
}

export function makeProblem(
  status: number,
  code: ErrorCode | 'internal-error' | 'method-not-allowed',
  detail: string,
  { hint, field }: { hint?: string | undefined; field?: string | undefined } = {},
): Problem {
  const problem: Problem = { type: 'about:blank', title: TITLES[status] ?? 'Error', status, code, detail };
  if (hint !== undefined) problem.hint = hint;
  if (field !== undefined) problem.field = field;
  return problem;
}

export function sendProblem(c: Context, problem: Problem): Response {
  if (problem.code === 'overloaded') c.header('Retry-After', '1');
  return c.body(JSON.stringify(problem), problem.status as 400, { 'Content-Type': 'application/problem+json' });
}
