/** `get_paper`: papers that are known by name, with all that is to be read of them. */
import { z } from 'zod';
import { bibtex } from '../export/bibtex.ts';
import type { Paper } from '../paper.ts';
import type { WholePaper } from '../search/answer.ts';
import { notFound } from '../search/understood.ts';
import type { Session } from '../session/session.ts';
import { cutOf, cutShape, rendered, tokensShape, within, type Found } from './fitted.ts';
import { DETAILS, shownShape, type Entry, type ShownKey } from './shown.ts';
import { tool } from './tool.ts';

/** Papers of one call. */
const MOST = 20;
const KEYS = [
  ...['id', 'title', 'year', 'authors', 'venue', 'ids', 'url', 'versions', 'kept', 'note', 'bibtex', 'abstract'],
] as const satisfies string[] as ShownKey[];
const { id, title, year, authors, venue, ids, url, versions, kept, note, abstract } = shownShape;

export const getPaper = tool({
  name: 'get_paper',
  description: 'Papers of the library by id, several at once: abstract, identifiers, other versions, BibTeX.',
  input: z.strictObject({
    ids: z
      .array(z.string('expected one id').min(1).max(1000))
      .min(1)
      .max(MOST)
      .meta({ description: 'Ids, or doi:…, arxiv:…' }),
    bibtex: z.boolean().default(false),
    detail: z.enum(DETAILS).default('abstract'),
    ...tokensShape,
  }),
  output: z.object({
    papers: z.array(
      z.object({
        id,
        title,
        year,
        authors,
        venue,
        ids,
        url,
        versions,
        kept,
        note,
        bibtex: shownShape.bibtex,
        abstract,
      }),
    ),
    missing: z.array(z.string()).optional(),
    ...cutShape,
  }),
  answer: ({ ids, bibtex: isWithBibtex, detail, max_tokens }, { session, pass, signal }) =>
    pass(
      {},
      async () => {
        const { papers, missing } = await papersOf(session, [...new Set(ids)], signal);
        if (papers.length === 0) throw notFound(missing, 'ids');
        const entries = isWithBibtex ? await withBibtex(papers) : papers;
        const found: Found = {
          ...{ entries, keys: KEYS, detail, maxTokens: max_tokens, keeps: 'detail' },
          head: (count) => `${count} ${count === 1 ? 'paper' : 'papers'}, with [id]:`,
          ...(missing.length > 0 && { facts: { missing: within(missing, max_tokens / 8) } }),
          notes: missing.map((name) => `not in the library: "${name}"`),
          rest: ({ count, tokens }) =>
            count < entries.length
              ? `get_paper with the ids after "${entries[count - 1]!.id}", or all with max_tokens ${tokens}`
              : `get_paper with max_tokens ${tokens}`,
        };
        return rendered(found, cutOf(found));
      },
      signal,
    ),
});

/** Papers by their names, each once, and the names of none. */
async function papersOf(
  session: Session,
  names: string[],
  signal: AbortSignal,
): Promise<{ papers: WholePaper[]; missing: string[] }> {
  const found = await session.wholePapers(names, signal);
  const papers = new Map(found.flatMap((paper) => (paper ? [[paper.id, paper]] : [])));
  return { papers: [...papers.values()], missing: names.filter((_, i) => !found[i]) };
}

/** With their entries in a bibliography, in which no key is there twice, and no abstract. */
async function withBibtex(papers: WholePaper[]): Promise<Entry[]> {
  async function* bare(): AsyncGenerator<Paper> {
    for (const paper of papers) yield { ...paper, abstract: '', categories: [] };
  }
  const entries: string[] = [];
  for await (const entry of bibtex.write(bare())) entries.push(entry.trim());
  return papers.map((paper, i) => ({ ...paper, bibtex: entries[i]! }));
}
