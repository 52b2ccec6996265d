/** What is a tool: what it is called and takes and answers, and what it is answered with. */
import type { CallToolResult } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Asked } from '../search/understood.ts';
import type { Session } from '../session/session.ts';

/** Does some work when its turn has come; a question costs what it asks, a draft always much. */
export type Pass = <T>(cost: Asked | 'draft', work: () => Promise<T>, signal: AbortSignal) => Promise<T>;

/** What a call is answered with. */
export interface Asking {
  session: Session;
  pass: Pass;
  /** Whether whoever asks is at this machine: then files are read, and it is said where the library is. */
  isLocal: boolean;
  /** Given when nobody waits for the answer any more. */
  signal: AbortSignal;
}

export interface Tool {
  name: string;
  description: string;
  input: z.ZodObject;
  output: z.ZodObject;
  /** @throws AkinError as the session; what is wrong with the arguments has been said by `input`. */
  answer: (given: never, asking: Asking) => Promise<CallToolResult>;
}

/** A tool whose answer is given what its input lets through. */
export const tool = <Input extends z.ZodObject>(
  declared: Omit<Tool, 'input' | 'answer'> & {
    input: Input;
    answer: (given: z.output<Input>, asking: Asking) => Promise<CallToolResult>;
  },
): Tool => declared;

/** What only our own doors and documentation want to know of a part, and what a model does not need to call it. */
const LEFT_OUT = ['additionalProperties', 'pattern', 'minimum', 'minLength', 'maxLength', 'minItems', 'maxItems'];
const OF_OTHER_DOORS = ['example', 'value', 'option', 'alone'];

/** The JSON Schema of arguments or answers, as short as it says what there is. */
export function schemaOf(declared: z.ZodObject, io: 'input' | 'output'): Record<string, unknown> {
  const schema = z.toJSONSchema(declared, {
    io: 'input',
    override: ({ jsonSchema }) => {
      for (const key of [...LEFT_OUT, ...OF_OTHER_DOORS]) delete (jsonSchema as Record<string, unknown>)[key];
      // JavaScript's largest whole number bounds what is not bounded otherwise.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (io === 'output') delete jsonSchema.description;
    },
  }) as Record<string, unknown>;
  delete schema.$schema;
  return schema;
}
