/**
 * `POST /v1/related`: the related work of a draft, given as text in JSON or as a file in a form. A file is read from a folder
 * of its own that is removed again; a draft in LaTeX can input nothing from there, or from anywhere else.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import { citing, referencesInText } from '../drafts/bibliography.ts';
import { readLatex } from '../drafts/latex.ts';
import { readMarkdown } from '../drafts/markdown.ts';
import { readDraft } from '../drafts/read.ts';
import { readText } from '../drafts/text.ts';
import type { Draft } from '../drafts/draft.ts';
import { AkinError } from '../errors.ts';
import { DEFAULT_SUGGESTIONS, MAX_SUGGESTIONS, parseYears, type Related } from '../search/related.ts';
import { citationFields } from './citation.ts';
import { makeProblem, problem, sendProblem } from './problem.ts';

const PATH = '/v1/related';
/** Draft and bibliography together. */
const MAX_MEBIBYTES = 32;

const reasonSchema = z
  .object({
    sentence: z.string(),
    start: z.int().openapi({ description: 'Where in the abstract it begins, in UTF-16 units' }),
    end: z.int(),
    similarity: z.number().openapi({ description: 'Cosine of passage and sentence, −1..1' }),
  })
  .openapi('Reason');
const suggestionSchema = z
  .object({
    ...citationFields,
    score: z.number().openapi({ description: 'What the choice follows, 0..1' }),
    similarity: z.number().nullable().openapi({ description: 'Cosine of passage and paper, −1..1' }),
    reason: reasonSchema.nullable().openapi({ description: 'The sentence of the abstract nearest to the passage' }),
  })
  .openapi('Suggestion');
const answerSchema = z
  .object({
    title: z.string(),
    passages: z
      .array(
        z.object({
          heading: z.string(),
          text: z.string(),
          offset: z.int().openapi({ description: "UTF-16 units of the draft's text before the passage's paragraph" }),
          suggestions: z.array(suggestionSchema),
        }),
      )
      .openapi({ description: 'Those that have suggestions, in the order of the draft; each paper is suggested once' }),
    cited: z
      .array(z.object({ key: z.string().nullable(), title: z.string(), id: z.string().nullable() }))
      .openapi({ description: 'What the draft cites; `id` is null for what the library does not have' }),
    notes: z.array(z.string()).openapi({ description: 'What of the draft was not read, and why' }),
    library: z.object({ papers: z.int(), embedded: z.int() }),
  })
  .openapi('RelatedAnswer');

const options = {
  limit: z.coerce
    .number('expected a whole number')
    .int()
    .min(1)
    .max(MAX_SUGGESTIONS)
    .default(DEFAULT_SUGGESTIONS)
    .openapi({ description: `How many suggestions in all, 1 to ${MAX_SUGGESTIONS}` }),
  year: z.string().optional().openapi({ description: 'Only papers of these years', example: '2019..2022' }),
};
const KINDS = ['text', 'markdown', 'latex'] as const;
const textSchema = z
  .strictObject({
    text: z.string().optional().openapi({ description: 'The draft as plain text; or else' }),
    markdown: z.string().optional().openapi({ description: "The draft in Markdown, with Pandoc's citations; or else" }),
    latex: z.string().optional().openapi({ description: 'The draft in LaTeX' }),
    bib: z.string().optional().openapi({ description: 'What it cites: BibTeX, RIS, CSL-JSON, …' }),
    ...options,
  })
  .openapi('DraftAsText');
const file = z.custom<File>((value) => value instanceof File, 'expected one file');
const formSchema = z
  .strictObject({
    file: file.openapi({ type: 'string', format: 'binary', description: 'LaTeX, Markdown, text, PDF or Word' }),
    bib: file.optional().openapi({ type: 'string', format: 'binary', description: 'What it cites' }),
    ...options,
  })
  .openapi('DraftAsFile');

const relatedRoute = createRoute({
  method: 'post',
  path: PATH,
  summary: 'The papers a draft might cite and does not, by the passage that asks for them',
  request: {
    body: {
      content: { 'application/json': { schema: textSchema }, 'multipart/form-data': { schema: formSchema } },
    },
  },
  responses: {
    200: {
      description: 'The suggestions',
      content: { 'application/json': { schema: answerSchema } },
    },
    400: problem('The draft or the bibliography can not be read, or a parameter is wrong'),
    413: problem(`Draft and bibliography have more than ${MAX_MEBIBYTES} MiB`),
    500: problem('akin failed to answer'),
    503: problem('Too many drafts are being read; come back after `Retry-After` seconds'),
  },
});

/** Adds the route to the app. */
export function answerRelated(app: OpenAPIHono, related: Related): void {
  app.use(
    PATH,
    bodyLimit({
      maxSize: MAX_MEBIBYTES * 1024 * 1024,
      onError: () => {
        throw new AkinError('too-large', `draft and bibliography have more than ${MAX_MEBIBYTES} MiB`);
      },
    }),
  );
  app.openapi(relatedRoute, async (c) => {
    // The types know only that either schema was matched; the content type says which.
    const type = c.req.header('Content-Type') ?? '';
    if (/^application\/json\b/i.test(type)) {
      const { limit, year, ...given } = c.req.valid('json') as z.output<typeof textSchema>;
      const years = year === undefined ? undefined : parseYears(year);
      return c.json(await related.suggest(await draftInText(given), { limit, years }), 200);
    }
    if (/^multipart\/form-data\b/i.test(type)) {
      const { limit, year, file, bib } = c.req.valid('form') as z.output<typeof formSchema>;
      const years = year === undefined ? undefined : parseYears(year);
      return c.json(await related.suggest(await draftInFile(file, bib), { limit, years }), 200);
    }
    throw new AkinError('invalid-argument', `expected application/json or multipart/form-data, found "${type}"`, {
      hint: 'send {"text": "…"}, or a form with a file',
    });
  });
  app.all(PATH, (c) => {
    c.header('Allow', 'POST');
    return sendProblem(c, makeProblem(405, 'method-not-allowed', `${c.req.method} is not possible here, only POST`));
  });
}

async function draftInText({
  bib,
  ...given
}: Pick<z.output<typeof textSchema>, 'text' | 'markdown' | 'latex' | 'bib'>): Promise<Draft> {
  const [kind, ...others] = KINDS.filter((each) => given[each] !== undefined);
  if (kind === undefined || others.length > 0) {
    throw new AkinError('invalid-argument', `expected one of ${KINDS.join(', ')}, found ${kind ? 'several' : 'none'}`, {
      field: others[0] ?? 'text',
    });
  }
  const read = { text: readText, markdown: readMarkdown, latex: readLatex }[kind];
  const draft = read(given[kind]!);
  return citing(draft, bib === undefined ? [] : await referencesInText(bib));
}

async function draftInFile(file: File, bib: File | undefined): Promise<Draft> {
  const folder = await mkdtemp(path.join(tmpdir(), 'akin-draft-'));
  try {
    // Only how the name ends tells anything, and only some endings do.
    const ending = /\.(?:tex|ltx|md|markdown|txt|pdf|docx)$/i.exec(file.name)?.[0] ?? '';
    const draft = path.join(folder, `draft${ending}`);
    await writeFile(draft, new Uint8Array(await file.arrayBuffer()));
    if (bib === undefined) return await readDraft(draft);
    const bibliography = path.join(folder, 'bibliography');
    await writeFile(bibliography, new Uint8Array(await bib.arrayBuffer()));
    return await readDraft(draft, bibliography);
  } catch (error) {
    if (!(error instanceof AkinError)) throw error;
    // Where it was put is nobody's concern.
    const message = error.message.replaceAll(`${folder}${path.sep}`, '');
    throw new AkinError(error.code, message, {
      ...(error.hint ? { hint: error.hint } : {}),
      field: error.field ?? 'file',
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
