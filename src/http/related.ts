/**
 * `POST /v1/related`: the related work of a draft, given as text in JSON or as a file in a form. A file is read from a folder
 * of its own that is removed again; a draft in LaTeX can input nothing from there, or from anywhere else.
 */
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { readDraft, readDraftText } from '../drafts/read.ts';
import type { Draft } from '../drafts/draft.ts';
import { AkinError } from '../errors.ts';
import type { Filter } from '../library/filter.ts';
import { relatedAnswerSchema } from '../search/answer.ts';
import { checked, pointerTo } from '../search/checked.ts';
import { fromTexts } from '../search/parameters.ts';
import { relatedShape } from '../search/related.ts';
import { yearsFilter } from '../search/years.ts';
import { asks } from './access.ts';
import type { SessionOf } from './addressed.ts';
import { endOf, inJson } from './answering.ts';
import { atMost, mediaType, readJson } from './body.ts';
import { ReceivedFile, receiveForm } from './form.ts';
import { LIMITS } from './limits.ts';
import { ANY_PROBLEM, asWritten, BODY_PROBLEM, inBody, json } from './problem.ts';

const PATH = '/v1/related';

const KINDS = ['text', 'markdown', 'latex'] as const;
const textSchema = z
  .strictObject({
    text: z.string().optional().openapi({ description: 'The draft as plain text; or else' }),
    markdown: z.string().optional().openapi({ description: "The draft in Markdown, with Pandoc's citations; or else" }),
    latex: z.string().optional().openapi({ description: 'The draft in LaTeX' }),
    bib: z.string().optional().openapi({ description: 'What it cites: BibTeX, RIS, CSL-JSON, …' }),
    ...relatedShape,
  })
  .openapi('DraftAsText', { oneOf: KINDS.map((kind) => ({ required: [kind] })) });
const file = z.instanceof(ReceivedFile, { error: 'expected a file' });
const formSchema = z
  .strictObject({
    file: file.openapi({
      type: 'string',
      format: 'binary',
      description: 'LaTeX, Markdown, Typst, Org, reStructuredText, text, PDF or Word',
    }),
    bib: file.optional().openapi({ type: 'string', format: 'binary', description: 'What it cites' }),
    ...relatedShape,
  })
  .openapi('DraftAsFile');

const relatedRoute = createRoute({
  method: 'post',
  path: PATH,
  summary: 'The papers a draft might cite and does not, by the passage that asks for them',
  request: {
    body: {
      required: true,
      content: { 'application/json': { schema: textSchema }, 'multipart/form-data': { schema: formSchema } },
    },
  },
  responses: {
    200: json(relatedAnswerSchema, 'The suggestions'),
    ...ANY_PROBLEM,
    ...BODY_PROBLEM,
  },
});

/** Adds the route to the app. */
export function answerRelated(app: OpenAPIHono, sessionOf: SessionOf): void {
  app.openAPIRegistry.registerPath(relatedRoute);
  app.post(PATH, asks, atMost(LIMITS.draftsAtOnce, 'drafts'), async (c) => {
    const session = sessionOf(c);
    const type = mediaType(c, Object.keys(relatedRoute.request.body.content));
    const isJson = type === 'application/json';
    const { draft, field, ...options } = isJson ? await asWritten(inBody, () => draftInJson(c)) : await draftInForm(c);
    const written = (name: string) => (name === 'draft' ? field : name);
    const signal = endOf(c);
    return inJson(c, await asWritten(written, () => session.suggest(draft, { ...options, signal })));
  });
}

interface Asked {
  draft: Draft;
  /** Where it was given. */
  field: string;
  limit: number;
  years: Filter | undefined;
}

async function draftInJson(c: Context): Promise<Asked> {
  const { limit, year, ...given } = checked(textSchema, await readJson(c, LIMITS.draftJsonBytes), pointerTo);
  const years = yearsIn(year);
  const kind = kindIn(given);
  return {
    ...{ limit, years, field: inBody(kind) },
    draft: await readDraftText(kind, given[kind]!, given.bib, endOf(c)),
  };
}

/** Does something with a folder of its own, which is removed again. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'akin-draft-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function draftInForm(c: Context): Promise<Asked> {
  return inFolder(async (folder) => {
    const bounds = { names: Object.keys(formSchema.shape), bytes: LIMITS.draftBytes, parts: LIMITS.formParts };
    const { file, bib, limit, year } = fromTexts(formSchema, await receiveForm(c, folder, bounds));
    const years = yearsIn(year);
    return { limit, years, field: 'file', draft: await draftInFile(folder, file, bib, endOf(c)) };
  });
}

export function yearsIn(year: string | undefined): Filter | undefined {
  return year === undefined ? undefined : yearsFilter(year);
}

/** As what a draft is given. @throws AkinError `invalid-argument` unless it is given once. */
function kindIn(given: Pick<z.output<typeof textSchema>, (typeof KINDS)[number]>): (typeof KINDS)[number] {
  const [kind, ...others] = KINDS.filter((each) => given[each] !== undefined);
  if (kind !== undefined && others.length === 0) return kind;
  throw new AkinError('invalid-argument', `expected one of ${KINDS.join(', ')}, found ${kind ? 'several' : 'none'}`, {
    hint: 'give the draft in one of them',
    field: others[0] ?? 'text',
  });
}

/** Reads a draft that was sent. @param folder where it is, and nobody else writes. @throws AkinError as `readDraft`. */
export async function draftInFile(
  folder: string,
  file: ReceivedFile,
  bib: ReceivedFile | undefined,
  signal: AbortSignal,
): Promise<Draft> {
  // Only how the name ends tells anything, and only some endings do.
  const ending = /\.(?:tex|ltx|md|markdown|qmd|rmd|typ|org|rst|txt|pdf|docx)$/i.exec(file.name)?.[0] ?? '';
  const draft = path.join(folder, `draft${ending}`);
  try {
    await rename(file.path, draft);
    return await readDraft(draft, bib?.path, signal);
  } catch (error) {
    if (!(error instanceof AkinError)) throw error;
    // Where it was put is nobody's concern, and it is told by the name that it came with.
    const message = error.message
      .replaceAll(draft, file.name || path.basename(draft))
      .replaceAll(`${folder}${path.sep}`, '');
    throw new AkinError(error.code, message, {
      ...(error.hint ? { hint: error.hint } : {}),
      field: error.field ?? 'file',
    });
  }
}
