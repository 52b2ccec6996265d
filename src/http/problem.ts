/** Every error an HTTP client sees: `application/problem+json` (RFC 9457) with a stable code and the offending field. */
import { STATUS_CODES } from 'node:http';
import type { Context } from 'hono';
import { z } from '@hono/zod-openapi';
import { AkinError, type ErrorCode } from '../errors.ts';
import { excerpt } from '../text.ts';
import { LIMITS } from './limits.ts';

export const problemSchema = z
  .object({
    type: z.literal('about:blank'),
    title: z.string().openapi({ description: 'The HTTP status in words' }),
    status: z.int(),
    code: z.string().openapi({ description: 'Stable; src/http/README.md has a table' }),
    detail: z.string().openapi({ description: 'What was seen and what was expected' }),
    hint: z.string().optional().openapi({ description: 'The next step' }),
    field: z.string().optional().openapi({
      description: 'The offending parameter of an address or a form; in JSON the pointer to it (RFC 6901)',
    }),
    error: z
      .object({ message: z.string(), type: z.string(), param: z.string().nullable(), code: z.string() })
      .optional()
      .openapi({ description: "At `/v1/embeddings`: the same, as OpenAI's clients read it" }),
  })
  .openapi('Problem');
export type Problem = z.infer<typeof problemSchema>;

/** A problem as a route documents it. */
export const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: problemSchema } },
});

/** An answer as a route documents it. */
export const json = <T extends z.ZodType>(schema: T, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});

/** What any request may be answered. */
export const ANY_PROBLEM = {
  400: problem('Something is missing, unknown or wrong'),
  401: problem('The server demands a key, and none was shown that is one of its own'),
  403: problem('The Host is none of this server, a page of another origin asks, or the key is for reading only'),
  408: problem('The request did not come to its end in time'),
  429: problem('Too many requests come with this key, or from this address without one; see `Retry-After`'),
  431: problem('Request line and headers are too long'),
  500: problem('akin failed to answer'),
  507: problem('The disk of the server is full'),
};
/** What a question may be answered besides that waits for its turn. */
export const BUSY_PROBLEM = { 503: problem('Too many questions wait, come back after `Retry-After` seconds') };
/** What a request with a body may be answered besides. */
export const BODY_PROBLEM = {
  413: problem('The body, or something in it, is too large'),
  415: problem('The body is of a type that is not taken here'),
  503: problem('Too many are being answered; come back after `Retry-After` seconds'),
};

/** What only the HTTP door refuses. */
type HttpCode =
  | 'forbidden'
  | 'internal-error'
  | 'method-not-allowed'
  | 'rate-limited'
  | 'timeout'
  | 'unauthorized'
  | 'unsupported-media-type';

/**
 * What is told of an error: null for its own words, which are of the request. The words of the others are for whoever runs the
 * server. They name places of its machine, and stay in its log.
 */
const TOLD: Record<ErrorCode, string | null> = {
  'invalid-argument': null,
  'not-found': null,
  'cursor-outdated': null,
  'file-unreadable': null,
  'format-unknown': null,
  'too-large': null,
  'record-invalid': null,
  'id-taken': null,
  'model-unknown': null,
  overloaded: null,
  'library-missing': 'the library is not there',
  'library-foreign': 'the library is a file of another program',
  'library-newer': 'the library was written by a newer akin',
  'library-damaged': 'the library is damaged',
  'library-locked': 'somebody else writes to the library',
  'model-mismatch': 'the library is of another model',
  'model-missing': 'a model that this needs is not installed',
  'model-damaged': 'a model that this needs is damaged',
  'embedding-failed': 'the model could not run',
  offline: 'the server may not ask others',
  'address-in-use': 'the address is taken',
  'disk-full': 'the disk of the server is full',
  'access-denied': 'the server may not read or write where it has to',
  'too-many-files': 'the server has too many files open',
};

/** Whether an error is a fault of the server's machine and not of the request. */
export const isOfTheMachine = ({ code }: AkinError): boolean => TOLD[code] !== null;

/** What a client may read of an error, on the page as well: nothing of where things are on this machine. */
export function toldOf(error: AkinError): { message: string; hint: string | undefined } {
  if (!isOfTheMachine(error)) return { message: error.message, hint: error.hint };
  const namesPlace = /[/\\]|--\w/.test(error.hint ?? ''); // A path, or an option that takes one.
  return { message: TOLD[error.code]!, hint: namesPlace ? 'the log of the server says more' : error.hint };
}

export function problemOf(error: AkinError): Problem {
  const { message, hint } = toldOf(error);
  return makeProblem(error.status, error.code, message, { hint, field: error.field });
}

/**
 * Does something, and where that is refused, names the field as whoever asked wrote it.
 * @param written the name of a field that what is done calls otherwise.
 */
export async function asWritten<T>(written: (field: string) => string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AkinError) || error.field === undefined) throw error;
    const { code, message, hint, field, cause } = error;
    throw new AkinError(code, message, { ...(hint !== undefined && { hint }), field: written(field), cause });
  }
}

/** The JSON Pointer to a field of a body. */
export const inBody = (field: string): string => (field.startsWith('/') ? field : `/${field}`);

/** A problem; what is quoted in it, of any length, is cut. */
export function makeProblem(
  status: number,
  code: ErrorCode | HttpCode,
  detail: string,
  { hint, field }: { hint?: string | undefined; field?: string | undefined } = {},
): Problem {
  const short = (text: string): string => excerpt(text, LIMITS.problemCharacters);
  const title = STATUS_CODES[status] ?? 'Error';
  const problem: Problem = { type: 'about:blank', title, status, code, detail: short(detail) };
  if (hint !== undefined) problem.hint = short(hint);
  if (field !== undefined) problem.field = short(field);
  return problem;
}

/** Ends a request with a problem that no `AkinError` is for. */
export class Refusal extends Error {
  readonly problem: Problem;

  constructor(...problem: Parameters<typeof makeProblem>) {
    super(problem[2]);
    this.problem = makeProblem(...problem);
  }
}

export const PROBLEM_HEADERS = { 'Content-Type': 'application/problem+json', 'X-Content-Type-Options': 'nosniff' };

/** After how many seconds it is worth to try again: a writer stays longer than a queue. */
const RETRY_AFTER: Record<string, string | undefined> = { overloaded: '1', 'library-locked': '5' };

/** The code of the problem that a request was answered with. */
export const refusedAs = (c: Context): string | undefined => (c.var as { refusedAs?: string }).refusedAs;

export function sendProblem(c: Context, problem: Problem): Response {
  const seconds = RETRY_AFTER[problem.code];
  if (seconds !== undefined) c.header('Retry-After', seconds);
  c.set('refusedAs', problem.code);
  return c.body(JSON.stringify(problem), problem.status as 400, PROBLEM_HEADERS);
}
