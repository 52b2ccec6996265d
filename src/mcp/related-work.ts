/** `related_work`: what a draft might cite and does not, given as text or, at this machine, as a file. */
import path from 'node:path';
import { z } from 'zod';
import { MAX_DRAFT_CHARACTERS, type Draft } from '../drafts/draft.ts';
import { readDraft, readDraftText } from '../drafts/read.ts';
import { AkinError } from '../errors.ts';
import type { RelatedAnswer } from '../search/answer.ts';
import { DEFAULT_LIMIT } from '../search/question.ts';
import { relatedShape } from '../search/related.ts';
import { yearsFilter } from '../search/years.ts';
import { cutOf, cutShape, detailShape, rendered, tokensShape, type Found } from './fitted.ts';
import { shownShape, type Entry, type ShownKey } from './shown.ts';
import { tool, type Tool } from './tool.ts';

const KEYS = ['id', 'title', 'year', 'authors', 'venue', 'section', 'because'] as const satisfies ShownKey[];
const { id, title, year, authors, venue, section, because } = shownShape;

const inputSchema = z.strictObject({
  text: z
    .string()
    .max(MAX_DRAFT_CHARACTERS)
    .optional()
    .meta({ description: 'The draft or a passage: plain, Markdown, LaTeX, …' }),
  bib: z.string().max(MAX_DRAFT_CHARACTERS).optional().meta({ description: 'What it cites: BibTeX, RIS, …' }),
  path: z.string().min(1).max(4096).optional().meta({ description: 'Or else its file, also PDF or Word' }),
  limit: relatedShape.limit.default(DEFAULT_LIMIT),
  year: relatedShape.year.meta({ description: '2019, 2019..2022, 2019.., …' }),
  ...detailShape,
  ...tokensShape,
});

/** @param isLocal whether files are read. */
export function relatedWork(isLocal: boolean): Tool {
  const input = isLocal ? inputSchema : (inputSchema.omit({ path: true }) as unknown as typeof inputSchema);
  return tool({
    name: 'related_work',
    description: 'Papers of the library that a draft might cite and does not, each with the sentence that says why.',
    input,
    output: z.object({
      papers: z.array(z.object({ id, title, year, authors, venue, section, because })),
      cited: z.int(),
      ...cutShape,
    }),
    answer: ({ max_tokens, detail, limit, year, ...given }, { session, pass, signal }) =>
      pass(
        'draft',
        async () => {
          const years = year === undefined ? undefined : yearsFilter(year);
          const draft = await draftIn(given, isLocal, signal);
          const answer = await session.suggest(draft, { limit, years, signal });
          const entries = bestFirst(answer);
          const known = answer.cited.filter((each) => each.id !== null).length;
          const found: Found = {
            ...{ entries, keys: KEYS, detail, maxTokens: max_tokens, keeps: 'detail', notes: answer.notes },
            head: (count) =>
              `${count} of ${entries.length} papers to cite, with [id] (${answer.cited.length} cited already, ${known} of them in the library):`,
            facts: { cited: answer.cited.length },
            rest: ({ tokens }) => `related_work with max_tokens ${tokens}, or a smaller limit`,
          };
          return rendered(found, cutOf(found));
        },
        signal,
      ),
  });
}

interface Given {
  text?: string | undefined;
  bib?: string | undefined;
  path?: string | undefined;
}

/** @throws AkinError `invalid-argument` unless the draft is given once; as those who read it. */
async function draftIn({ text, bib, path: file }: Given, isLocal: boolean, signal: AbortSignal): Promise<Draft> {
  const ways = isLocal ? 'text or path' : 'text';
  if ((text === undefined) === (file === undefined)) {
    const found = text === undefined ? 'none' : 'both';
    throw new AkinError('invalid-argument', `expected the draft as ${ways}, found ${found}`, {
      hint: `give it as ${ways}`,
      field: 'text',
    });
  }
  if (text !== undefined) return readDraftText(undefined, text, bib, signal);
  // Resolved, for "-" would be standard input, over which the agent speaks.
  if (bib === undefined) return readDraft(path.resolve(file!), undefined, signal);
  throw new AkinError('invalid-argument', 'bib: goes with a text; a file names its bibliography itself', {
    hint: 'leave it out, or give the draft as text',
    field: 'bib',
  });
}

/** The suggestions of all passages, the best first, each with where in the draft it belongs. */
function bestFirst({ passages }: RelatedAnswer): Entry[] {
  return passages
    .flatMap(({ heading, suggestions }) => suggestions.map((each) => ({ ...each, section: heading })))
    .sort((a, b) => b.score - a.score)
    .map(({ reason, ...brief }) => ({ ...brief, ...(reason && { because: reason.sentence }) }));
}
