/** A paper wherever an answer names one, as JSON. */
import { z } from '@hono/zod-openapi';
import { IDENTIFIER_KINDS } from '../paper.ts';

export const identifiersSchema = z.partialRecord(z.enum(IDENTIFIER_KINDS), z.string());

/** The fields of a `Citation`, to be followed by what an answer says of the paper. */
export const citationFields = {
  id: z.string(),
  title: z.string(),
  authors: z.array(z.string()),
  year: z.int().nullable(),
  venue: z.string().nullable(),
  url: z.string().nullable(),
  ids: identifiersSchema,
};
