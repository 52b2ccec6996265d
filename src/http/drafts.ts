/**
 * `/draft`: related work for people. A draft comes as a form, is read and compared as `POST /v1/related` does it, and what was
 * suggested has an address of its own then, where each suggestion is added or dismissed. Works without a script.
 */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z, type OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Draft } from '../drafts/draft.ts';
import { AkinError } from '../errors.ts';
import { fromTexts } from '../search/parameters.ts';
import { MAX_SUGGESTIONS, relatedShape } from '../search/related.ts';
import type { Session } from '../session/session.ts';
import { bibtexOf, markdownOf } from '../session/suggested.ts';
import { chosenOf, DraftForm, draftView, placeOf, suggestionsOf, type DraftShown } from '../web/draft.tsx';
import type { AnswerPage } from '../web/page.tsx';
import { asks } from './access.ts';
import type { SessionOf } from './addressed.ts';
import { endOf, timed } from './answering.ts';
import { atMost, formIn, mediaType } from './body.ts';
import { ReceivedFile, receiveForm } from './form.ts';
import { KeptDrafts } from './kept-drafts.ts';
import { LIMITS } from './limits.ts';
import { draftInFile, inFolder, yearsIn } from './related.ts';

const PATH = '/draft';

const file = z.instanceof(ReceivedFile, { error: 'expected a file' });
/** A draft, and perhaps a bibliography. */
const MOST_FILES = 2;
const formSchema = z.strictObject({
  file: z.array(file).max(MOST_FILES).optional(),
  bib: file.optional(),
  text: z.string().optional(),
  ...relatedShape,
});
const number = z
  .int()
  .min(0)
  .max(MAX_SUGGESTIONS - 1)
  .optional();
const judgementSchema = z.strictObject({ add: number, dismiss: number, undo: number });
type Judgement = z.output<typeof judgementSchema>;

/** How the two downloads are called, and what they are. */
const DOWNLOADS = {
  bib: { type: 'application/x-bibtex', written: bibtexOf },
  md: { type: 'text/markdown', written: markdownOf },
};

/** Adds the routes to the app. @param page answers with a page. */
export function answerDrafts(app: OpenAPIHono, sessionOf: SessionOf, page: AnswerPage): void {
  const kept = new KeptDrafts();
  const reading = atMost(LIMITS.draftsAtOnce, 'drafts');
  app.use(`${PATH}/*`, unkept);

  app.get(PATH, (c) => page(c, (_, { home }) => draftView(home)));
  app.post(PATH, asks, timed(), (c) => {
    const read = async (session: Session, home: string): Promise<Response> => {
      let id = '';
      await reading(c, async () => {
        id = await keepSuggested(c, session, kept);
      });
      return c.redirect(`${home}draft/${id}`, 303);
    };
    return page(c, (session, { home }) => read(session, home), DraftForm);
  });
  app.get(`${PATH}/:id`, (c) =>
    page(c, (session, { home }) => draftView(home, kept.get(session, c.req.param('id'))), DraftForm),
  );
  app.post(`${PATH}/:id`, asks, (c) =>
    page(
      c,
      async (session, { home }) => {
        const draft = kept.get(session, c.req.param('id'));
        const place = judge(draft, await judgementIn(c));
        return c.redirect(`${home}draft/${draft.id}#${placeOf(place)}`, 303);
      },
      DraftForm,
    ),
  );
  for (const [ending, { type, written }] of Object.entries(DOWNLOADS)) {
    app.get(`${PATH}/:id/related.${ending}`, async (c) => {
      const session = sessionOf(c);
      const answer = chosenOf(kept.get(session, c.req.param('id')));
      return c.body(await written(answer, session), 200, {
        'Content-Type': `${type}; charset=utf-8`,
        'Content-Disposition': `attachment; filename="related.${ending}"`,
      });
    });
  }
}

/** Nobody but whoever has the address is to have the page. */
async function unkept(c: Context, next: () => Promise<void>): Promise<void> {
  await next();
  c.res.headers.set('Cache-Control', 'no-store');
}

/** Reads the draft that a form brings, and keeps what is suggested for it. @returns under which id. */
async function keepSuggested(c: Context, session: Session, kept: KeptDrafts): Promise<string> {
  const signal = endOf(c);
  mediaType(c, ['multipart/form-data']);
  const { draft, name, ...options } = await inFolder(async (folder) => {
    const bounds = { bytes: LIMITS.draftBytes, parts: LIMITS.formParts, fieldBytes: LIMITS.draftJsonBytes };
    const names = Object.keys(formSchema.shape);
    const form = await receiveForm(c, folder, { names, repeated: ['file'], ...bounds });
    const { limit, year, ...given } = fromTexts(formSchema, filledIn(form));
    const years = yearsIn(year);
    return { limit, years, ...(await draftIn(given, folder, signal)) };
  });
  return kept.keep(session, name, await session.suggest(draft, { ...options, signal }));
}

/** What of a form was filled in: a browser sends every field of it. */
function filledIn(form: Record<string, (string | ReceivedFile)[]>): typeof form {
  const isFilledIn = (value: string | ReceivedFile) =>
    typeof value === 'string' ? value.trim() !== '' : value.name !== '' || value.bytes > 0;
  const filled = Object.entries(form).map(([name, values]) => [name, values.filter(isFilledIn)] as const);
  return Object.fromEntries(filled.filter(([, values]) => values.length > 0));
}

/** Bibliographies that are dropped beside a draft are told by their names. */
const BIBLIOGRAPHY = /\.(?:bib|ris|enw|nbib|json|xml|ya?ml)$/i;

/** @throws AkinError `invalid-argument` unless a draft is given once; as those who read it. */
async function draftIn(
  { file = [], bib, text }: Pick<z.output<typeof formSchema>, 'file' | 'bib' | 'text'>,
  folder: string,
  signal: AbortSignal,
): Promise<{ draft: Draft; name: string }> {
  const drafts = file.length === 1 ? file : file.filter(({ name }) => !BIBLIOGRAPHY.test(name));
  const beside = file.filter((each) => !drafts.includes(each));
  if (text !== undefined) {
    const pasted = new ReceivedFile(path.join(folder, 'pasted'), '');
    await writeFile(pasted.path, text);
    drafts.push(pasted);
  }
  const [first] = drafts;
  const bibs = bib ? [bib, ...beside] : beside;
  if (first && drafts.length === 1 && bibs.length <= 1) {
    return { draft: await draftInFile(folder, first, bibs[0], signal), name: first.name };
  }
  throw new AkinError('invalid-argument', `expected one draft, found ${drafts.length === 0 ? 'none' : 'several'}`, {
    hint: 'choose its file or paste its text, and one bibliography at most',
    field: 'file',
  });
}

/** What is to become of a suggestion, by its number. */
async function judgementIn(c: Context): Promise<Judgement> {
  const given: Record<string, string[]> = {};
  for (const [name, value] of await formIn(c, LIMITS.formFieldBytes)) (given[name] ??= []).push(value);
  return fromTexts(judgementSchema, given);
}

/** Notes what becomes of a suggestion. @returns its number. @throws AkinError `invalid-argument` for what was never suggested. */
function judge({ answer, added, dismissed }: DraftShown, { add, dismiss, undo }: Judgement): number {
  const number = add ?? dismiss ?? undo;
  const suggestion = number === undefined ? undefined : suggestionsOf(answer)[number];
  if (number === undefined || !suggestion) {
    throw new AkinError('invalid-argument', 'expected add, dismiss or undo with the number of a suggestion', {
      field: 'add',
    });
  }
  added.delete(suggestion.id);
  dismissed.delete(suggestion.id);
  if (add !== undefined) added.add(suggestion.id);
  if (dismiss !== undefined) dismissed.add(suggestion.id);
  return number;
}
