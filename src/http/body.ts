/** What a request's body holds: read no further than its limit, and looked through before it is parsed. */
import type { ServerResponse } from 'node:http';
import type { z } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import { AkinError } from '../errors.ts';
import { checked, pointerTo } from '../search/checked.ts';
import { LIMITS } from './limits.ts';
import { Refusal } from './problem.ts';

/** Lets `most` requests through at a time. One more is refused before its body is read. */
export function atMost(most: number, what: string): MiddlewareHandler {
  let running = 0;
  return async (_, next) => {
    if (running >= most) {
      throw new AkinError('overloaded', `${running} ${what} are being answered already`, {
        hint: 'try again in a second',
      });
    }
    running++;
    try {
      await next();
    } finally {
      running--;
    }
  };
}

const PIECE_BYTES = 64 * 1024;

/**
 * The body, piece by piece.
 * @throws AkinError `too-large`: at once where its length is said, and else as soon as more than `most` bytes have come.
 */
export async function* pieces(c: Context, most: number): AsyncGenerator<Uint8Array> {
  const tooLarge = () =>
    new AkinError('too-large', `the body has more than ${inMebibytes(most)} MiB`, { hint: 'see /openapi.json' });
  if (Number(c.req.header('Content-Length') ?? 0) > most) throw tooLarge();
  const { outgoing } = (c.env ?? {}) as { outgoing?: ServerResponse };
  if (/^100-continue$/i.test(c.req.header('Expect') ?? '')) outgoing?.writeContinue();
  let bytes = 0;
  for await (const piece of (c.req.raw.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += piece.byteLength;
    if (bytes > most) throw tooLarge();
    // A form's reader can be stopped only between two pieces.
    for (let at = 0; at < piece.byteLength; at += PIECE_BYTES) yield piece.subarray(at, at + PIECE_BYTES);
  }
}

/**
 * The JSON of a body.
 * @param most bytes.
 * @param signs brackets, commas and strings.
 * @throws AkinError `too-large` also for more levels or elements than `LIMITS` has, `invalid-argument` for what is no JSON.
 */
export async function readJson(c: Context, most: number, signs = LIMITS.jsonSigns): Promise<unknown> {
  const received: Uint8Array[] = [];
  for await (const piece of pieces(c, most)) received.push(piece);
  const text = utf8(Buffer.concat(received));
  if (text.trim() === '') throw new AkinError('invalid-argument', 'the body is empty, expected JSON');
  checkJson(text, signs);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new AkinError('invalid-argument', `the body is no JSON: ${(error as Error).message}`);
  }
}

function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new AkinError('invalid-argument', 'the body is no UTF-8, which JSON is written in');
  }
}

/** A form as a page of akin sends it. @throws as `pieces` and `mediaType`. */
export async function formIn(c: Context, most: number): Promise<URLSearchParams> {
  mediaType(c, ['application/x-www-form-urlencoded']);
  const received: Uint8Array[] = [];
  for await (const piece of pieces(c, most)) received.push(piece);
  return new URLSearchParams(Buffer.concat(received).toString());
}

/** Of what size a body may be, and of which types. */
interface BodyBounds {
  /** Bytes. */
  most: number;
  /** Brackets, commas and strings in it; undefined: as many as any body. */
  signs?: number;
  types?: readonly string[];
}

/** What a body in JSON says, checked. @throws as `mediaType`, `readJson` and `checked`. */
export async function bodyOf<T extends z.ZodType>(
  c: Context,
  schema: T,
  { most, signs, types = ['application/json'] }: BodyBounds,
): Promise<z.output<T>> {
  mediaType(c, types);
  return checked(schema, await readJson(c, most, signs), pointerTo);
}

/** Counts what is not inside of strings: to parse a million brackets takes a second, and the memory for as many lists. */
function checkJson(text: string, most: number): void {
  const sign = /["[\]{},]/g;
  let [depth, signs] = [0, 0];
  for (let found = sign.exec(text); found; found = sign.exec(text)) {
    if (++signs > most) throw tooMuch(`${most} brackets, commas and strings`);
    if (found[0] === '"') sign.lastIndex = endOfString(text, found.index);
    else if (found[0] === '[' || found[0] === '{') depth++;
    else if (found[0] !== ',') depth--;
    if (depth > LIMITS.jsonDepth) throw tooMuch(`${LIMITS.jsonDepth} levels`);
  }
}

/** Behind the quote that ends the string which begins at `start`; the text's end where none does. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let slashes = at;
    while (text[slashes - 1] === '\\') slashes--;
    if ((at - slashes) % 2 === 0) return at + 1;
  }
  return text.length;
}

const tooMuch = (limit: string) => new AkinError('too-large', `the body has more than ${limit}`);

/**
 * The type of a body, as it was said, without its parameters.
 * @throws Refusal of status 415 for any but those that are `taken`.
 */
export function mediaType(c: Context, taken: readonly string[]): string {
  const said = c.req.header('Content-Type');
  const type = (said ?? '').split(';', 1)[0]!.trim().toLowerCase();
  const encoding = c.req.header('Content-Encoding') ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') {
    throw unsupported(`expected a body as it is, found Content-Encoding: ${encoding}`, 'Content-Encoding');
  }
  if (taken.includes(type)) return type;
  throw unsupported(
    `expected a body of Content-Type ${taken.join(' or ')}, found ${said === undefined ? 'none' : said}`,
    'Content-Type',
  );
}

function unsupported(detail: string, field: string): Refusal {
  const hint =
    "for example curl --json '{…}' (curl -d alone says that it is a form), or -F file=@draft.pdf where one is taken";
  return new Refusal(415, 'unsupported-media-type', detail, { hint, field });
}

const inMebibytes = (bytes: number): number => bytes / (1024 * 1024);
