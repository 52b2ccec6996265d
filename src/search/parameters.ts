/**
 * From a declaration (question.ts) to values: what came as texts, in an address or on a command line, or as JSON. One set of
 * rules and sentences for every door.
 */
import type { z } from 'zod';
import { AkinError } from '../errors.ts';
import { checked, shown } from './checked.ts';

/** What a door may want to know of a part besides its type. */
interface Meta {
  description?: string;
  /** What a command calls its value: `<n>`. */
  value?: string;
  /** What a command calls the part, where it is not its name. */
  option?: string;
  /** What a command takes it for when no value is given. */
  alone?: string;
}

export interface Parameter extends Meta {
  name: string;
  type: 'text' | 'number' | 'boolean' | 'choice' | 'list';
  choices: string[] | undefined;
  default: unknown;
  schema: z.ZodType;
}

/** The parts of a shape, as doors need to know them. */
export function parametersOf(shape: Record<string, z.ZodType>): Parameter[] {
  return Object.entries(shape).map(([name, schema]) => {
    const core = coreOf(schema);
    const choices = core.def.type === 'enum' ? (core as z.ZodEnum).options.map(String) : undefined;
    return {
      name,
      schema,
      choices,
      type: TYPES[core.def.type] ?? 'text',
      default: defaultOf(schema),
      ...metaOf(schema),
    };
  });
}

const TYPES: Record<string, Parameter['type'] | undefined> = {
  number: 'number',
  boolean: 'boolean',
  enum: 'choice',
  array: 'list',
};

/** The schema within `optional` and `default`. */
function coreOf(schema: z.ZodType): z.ZodType {
  const { innerType } = schema.def as { innerType?: z.ZodType };
  return innerType && ['optional', 'default'].includes(schema.def.type) ? coreOf(innerType) : schema;
}

function defaultOf(schema: z.ZodType): unknown {
  return schema.def.type === 'default' ? (schema.def as unknown as { defaultValue: unknown }).defaultValue : undefined;
}

const metaOf = (schema: z.ZodType): Meta => schema.meta() ?? coreOf(schema).meta() ?? {};

/** A whole number as people write it: without an exponent, another base, or white space. */
const WHOLE = /^\d+$/;
/** The same with a fraction. */
const DECIMAL = /^(?:\d+(?:\.\d*)?|\.\d+)$/;

/**
 * What a text says for a part. The part's own schema checks it then.
 * @throws AkinError `invalid-argument` for a text that is nothing of its type, or a number out of its range.
 */
export function valueOf({ name, type, schema }: Pick<Parameter, 'name' | 'type' | 'schema'>, text: string): unknown {
  if (type === 'number') return numberIn(name, coreOf(schema) as z.ZodNumber, text);
  if (type === 'boolean' && text !== 'true' && text !== 'false') throw wrong(name, 'true or false', text);
  return type === 'boolean' ? text === 'true' : text;
}

function numberIn(name: string, { isInt, minValue, maxValue }: z.ZodNumber, text: string): number {
  // Only what may be negative has a sign.
  const unsigned = minValue !== null && minValue < 0 ? text.replace(/^-/, '') : text;
  const value = (isInt ? WHOLE : DECIMAL).test(unsigned) ? Number(text) : NaN;
  if (value >= (minValue ?? -Infinity) && value <= (maxValue ?? Infinity)) return value;
  const expected = `a ${isInt ? 'whole ' : ''}number from ${minValue} to ${maxValue}`;
  throw wrong(name, /\de/i.test(text) ? `${expected}, written without an exponent` : expected, text);
}

const wrong = (field: string, expected: string, text: string) =>
  new AkinError('invalid-argument', `${field}: expected ${expected}, found ${shown(text)}`, {
    hint: 'correct it, or leave it out: /openapi.json says what is taken',
    field,
  });

/** What each schema's parts are, by name: looked up once, since every request asks. */
const KNOWN = new WeakMap<z.ZodObject, Map<string, Parameter>>();

function parametersIn(schema: z.ZodObject): Map<string, Parameter> {
  const known = KNOWN.get(schema) ?? new Map(parametersOf(schema.shape).map((each) => [each.name, each]));
  KNOWN.set(schema, known);
  return known;
}

/**
 * Values from texts, as an address or a form has them: one or several of each name. What is no text (a file) is left as it is.
 * @throws AkinError `invalid-argument` for a name that is none, a text that is nothing of its type, or a value out of bounds.
 */
export function fromTexts<Shape extends Record<string, z.ZodType>>(
  schema: z.ZodObject<Shape>,
  given: Record<string, unknown[]>,
): z.output<z.ZodObject<Shape>> {
  const known = parametersIn(schema);
  const values = Object.entries(given).map(([name, texts]) => {
    const parameter = known.get(name);
    if (!parameter || parameter.type === 'list') return [name, texts]; // The schema says of a name that it is unknown.
    if (texts.length !== 1) {
      throw new AkinError('invalid-argument', `${name}: expected one value, found ${texts.length}`, { field: name });
    }
    const [text] = texts;
    return [name, typeof text === 'string' ? valueOf(parameter, text) : text];
  });
  return checked(schema, Object.fromEntries(values));
}
