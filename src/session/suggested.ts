/** What was suggested for a draft, written down: as Markdown for people, as BibTeX for the draft itself. */
import { AkinError } from '../errors.ts';
import { bibtex } from '../export/bibtex.ts';
import { byline, type Paper } from '../paper.ts';
import type { PassageSuggestions, RelatedAnswer } from '../search/answer.ts';
import { count, excerpt } from '../text.ts';

/** Characters of a passage that say which one it is. */
export const EXCERPT = 100;

/** Where whole papers are had. */
export interface Papers {
  paper(name: string): Promise<Paper>;
}

/** The suggestions under the headings that they are for, each with the sentence that says why. */
export function markdownOf(answer: RelatedAnswer): string {
  const title = `# Related work${answer.title === '' ? '' : ` for ${escaped(answer.title)}`}`;
  const blocks = answer.passages.map((passage) =>
    [
      `## ${escaped(nameOf(passage))}`,
      `> ${escaped(excerpt(passage.text, EXCERPT))}`,
      ...passage.suggestions.map((suggestion) => {
        const { title: name, url, reason, id } = suggestion;
        const linked =
          url !== null && /^https?:\/\/[^\s<>()]+$/.test(url)
            ? `[${escaped(name || id)}](${url})`
            : escaped(name || id);
        const facts = `- **${linked}** ${escaped([byline(suggestion), id].filter(Boolean).join(', '))}`;
        return reason ? `${facts}\n  ${escaped(excerpt(reason.sentence, 600))}` : facts;
      }),
    ].join('\n\n'),
  );
  return [title, ...blocks, escaped(summaryOf(answer))].join('\n\n');
}

/** The papers that are suggested, in the order of the passages. */
export async function bibtexOf(answer: RelatedAnswer, papers: Papers): Promise<string> {
  async function* chosen(): AsyncGenerator<Paper> {
    for (const { suggestions } of answer.passages) {
      for (const { id } of suggestions) {
        try {
          yield await papers.paper(id);
        } catch (error) {
          if (!(error instanceof AkinError && error.code === 'not-found')) throw error; // Removed a moment ago.
        }
      }
    }
  }
  let text = '';
  for await (const piece of bibtex.write(chosen())) text += piece;
  return text;
}

/** What a passage is called. */
export const nameOf = ({ heading }: PassageSuggestions): string => heading || 'Before the first heading';

/** What was cited, and what was not read. */
export function summaryOf({ cited, notes, library }: RelatedAnswer): string {
  const known = cited.filter(({ id }) => id !== null).length;
  return [
    cited.length === 0
      ? 'no cited work is known: give a bibliography with --bib FILE'
      : `cited, and so not suggested: ${count(cited.length)} (${count(known)} in the library)`,
    ...notes,
    ...(library.embedded < library.papers
      ? [`${count(library.embedded)} of ${count(library.papers)} papers are embedded so far`]
      : []),
  ].join('\n');
}

const escaped = (text: string): string => text.replace(/[\\`*_[\]<>]/g, '\\$&');
