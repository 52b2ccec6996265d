/** `search_papers` and `similar_papers`: the papers that answer a question, and those nearest to one paper. */
import type { CallToolResult } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { SearchAnswer } from '../search/answer.ts';
import { answeringShape, questionShape, type SearchOptions } from '../search/question.ts';
import { parsed, type Asked } from '../search/understood.ts';
import { missingIn } from '../search/why.ts';
import { cutOf, cutShape, detailShape, rendered, tokensShape, type Found } from './fitted.ts';
import { shownShape, type Detail, type ShownKey } from './shown.ts';
import { tool, type Asking } from './tool.ts';

/** Papers that are shown where nothing is relevant. */
const NEAREST = 3;
const KEYS = ['id', 'title', 'year', 'authors', 'venue', 'closeness', 'abstract'] as const satisfies ShownKey[];
const { id, title, year, authors, venue, closeness, abstract } = shownShape;
const output = z.object({
  papers: z.array(z.object({ id, title, year, authors, venue, closeness, abstract })),
  total: z.int(),
  next: z.string().optional(),
  ...cutShape,
});

const pageShape = {
  limit: answeringShape.limit,
  cursor: answeringShape.cursor,
  ...detailShape,
  ...tokensShape,
};

export const searchPapers = tool({
  name: 'search_papers',
  description:
    "Search the user's own library of scientific papers by meaning and words. The query may hold author:bengio " +
    'year:2019.. venue:nature category:cs.CL title:"…" "a phrase" -word, or be a title or a DOI. Then read with get_paper.',
  input: z.strictObject({
    query: questionShape.query,
    like: questionShape.like,
    unlike: questionShape.unlike,
    filter: questionShape.filter.meta({
      type: 'object',
      description: '{"all":[{"author":"bengio"},{"not":{"venue":"nature"}}]}; any, year, category, …',
    }),
    sort: answeringShape.sort.meta({ description: undefined }),
    ...pageShape,
  }),
  output,
  answer: async ({ query, like, unlike, filter, max_tokens, detail, ...options }, asking) => {
    const question = parsed({ query, like, unlike, filter });
    const ask = (how: SearchOptions) => asking.session.ask(question, how);
    return answered('search_papers', question, { ask, options, detail, maxTokens: max_tokens }, asking);
  },
});

export const similarPapers = tool({
  name: 'similar_papers',
  description: 'The papers of the library nearest to one of them, nearest first.',
  input: z.strictObject({
    id: z.string().max(1000).meta({ description: 'Its id, or doi:…, arxiv:…' }),
    ...pageShape,
  }),
  output,
  answer: ({ id, max_tokens, detail, ...options }, asking) => {
    const ask = (how: SearchOptions) => asking.session.similar(id, how);
    return answered('similar_papers', {}, { ask, options, detail, maxTokens: max_tokens }, asking);
  },
});

interface Wanted {
  ask: (options: SearchOptions) => Promise<SearchAnswer>;
  options: SearchOptions;
  detail: Detail;
  maxTokens: number;
}

async function answered(
  name: string,
  question: Asked,
  { ask, options, detail, maxTokens }: Wanted,
  { pass, signal }: Asking,
): Promise<CallToolResult> {
  const how = { ...options, signal };
  return pass(
    question,
    async () => {
      const answer = await ask({ ...how, abstracts: detail === 'abstract' });
      const isNothing = answer.total.relevant === 0 && options.cursor === undefined;
      const entries = isNothing ? answer.hits.slice(0, NEAREST) : answer.hits;
      const found: Found = {
        ...{ entries, keys: KEYS, detail, maxTokens, keeps: 'number' },
        head: (count) => headOf(count, answer),
        facts: { total: answer.total.value },
        notes: notesOf(answer),
        next: answer.next,
        rest: ({ count, tokens }) =>
          count < entries.length
            ? `${name} with the same arguments and the cursor next, for those that follow`
            : `get_paper with the ids worth reading, or ${name} with max_tokens ${tokens}`,
      };
      const cut = cutOf(found);
      // The list is kept: asked again for what is shown, it says where one reads on.
      if (cut.count < answer.hits.length) found.next = (await ask({ ...how, limit: cut.count })).next;
      return rendered(found, cut);
    },
    signal,
  );
}

function headOf(count: number, { total }: SearchAnswer): string {
  if (count === 0) return 'No paper.';
  return `${count} of ${total.exact ? '' : 'at least '}${total.value} papers, with [id]:`;
}

/** What is to be known of an answer besides its papers. */
function notesOf(answer: SearchAnswer): string[] {
  const { hits, total, corrections, unread, library } = answer;
  const missing = missingIn(answer);
  return [
    ...corrections.map(({ word, term }) => `no paper has "${word}"; looked for "${term}…"`),
    ...(unread ? ['the model does not read this script: only words count'] : []),
    ...(missing.identifier === '' ? [] : [`no paper has ${missing.identifier}`]),
    ...(missing.conditions === '' ? [] : [`not kept to, since no paper matches: ${missing.conditions}`]),
    ...(hits.length > 0 && total.relevant === 0 ? ['nothing relevant; these are the nearest'] : []),
    ...(library.embedded < library.papers
      ? [`${library.papers - library.embedded} papers are not embedded yet and found by their words only`]
      : []),
  ];
}
