/**
 * Is a value from outside what its declaration says? And where it is not: which part of it, what was found there, and what was
 * expected, in words of ours and not of the library that checks.
 */
import type { z } from 'zod';
import { AkinError } from '../errors.ts';
import { nearest } from './slips.ts';
import { excerpt } from '../text.ts';

/** How much of a value is shown. */
const SHOWN = 40;

/** What a declaration calls a type, for people. */
const TYPES: Record<string, string | undefined> = {
  ...{ string: 'a text', number: 'a number', int: 'a whole number', boolean: 'true or false' },
  ...{ array: 'a list', object: 'an object', null: 'null' },
};

type Issue = z.core.$ZodRawIssue;

/**
 * A value, checked.
 * @param nameOf how whoever asked wrote the name of a part, given the way to it.
 * @throws AkinError `invalid-argument` with the first thing that is wrong.
 */
export function checked<T extends z.ZodType>(
  schema: T,
  value: unknown,
  nameOf: (way: PropertyKey[]) => string = nameInAddress,
): z.output<T> {
  const result = schema.safeParse(value, { error: expected });
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  if (issue.code === 'unrecognized_keys') {
    const field = nameOf([...issue.path, issue.keys[0]!]);
    const hint = issue.path.length === 0 ? knownIn(schema, issue.keys[0]!) : '/openapi.json says which there are';
    throw new AkinError('invalid-argument', `unknown parameter "${field}"`, { hint, field });
  }
  const field = nameOf(issue.path);
  const found = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], value);
  const sentence = issue.message.includes('found') ? issue.message : `${issue.message}, found ${shown(found)}`;
  throw new AkinError('invalid-argument', field === '' ? sentence : `${field}: ${sentence}`, {
    hint: 'correct it, or leave out what need not be there: /openapi.json says what is taken',
    ...(field !== '' && { field }),
  });
}

/** A part of an address, a form or a command line: there is none within another. */
const nameInAddress = (way: PropertyKey[]): string => way.map(String).join('/');

/** A JSON Pointer (RFC 6901); of the whole body it is empty. */
export const pointerTo = (way: PropertyKey[]): string =>
  way.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** A value as it is shown to whoever sent it: not all of it, where it is long. */
export function shown(value: unknown): string {
  if (value === undefined || value === '') return 'nothing';
  if (typeof value === 'string') return `"${excerpt(value, SHOWN)}"`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return `${value as number}`; // Of a number that is too large JSON would make null.
}

/** What was expected where something else was found; undefined for what a declaration has words of its own for. */
function expected(issue: Issue): string | undefined {
  if (issue.code === 'invalid_type') return `expected ${TYPES[issue.expected] ?? issue.expected}`;
  if (issue.code === 'invalid_value') return `expected ${issue.values.map(String).join(' or ')}`;
  if (issue.code === 'too_big') return `expected at most ${sized(issue, Number(issue.maximum))}`;
  if (issue.code === 'too_small') return `expected at least ${sized(issue, Number(issue.minimum))}`;
  return undefined;
}

/** A bound, and of what is counted how much there was. */
function sized({ origin, input }: { origin: string; input?: unknown }, bound: number): string {
  const what = origin === 'string' ? 'characters' : origin === 'array' || origin === 'set' ? 'entries' : undefined;
  if (what === undefined) return String(bound);
  return `${bound} ${what}, found ${(input as string | unknown[]).length}`;
}

function knownIn(schema: z.ZodType, given: string): string {
  const names = Object.keys((schema as { shape?: object }).shape ?? {});
  if (names.length === 0) return 'there are none here';
  const meant = nearest(given.toLowerCase(), names);
  return `${meant === undefined ? '' : `did you mean ${meant}? `}there are ${names.join(', ')}`;
}
