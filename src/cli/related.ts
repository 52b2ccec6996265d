/** What `akin related` prints: for people, for programs, for the draft itself (BibTeX). */
import picocolors from 'picocolors';
import { AkinError } from '../errors.ts';
import { bibtex } from '../export/bibtex.ts';
import { byline, type Paper } from '../paper.ts';
import { count, excerpt } from '../text.ts';
import type { PassageSuggestions, RelatedAnswer } from '../search/answer.ts';

export const RELATED_FORMATS = ['text', 'json', 'markdown', 'bibtex'] as const;
export type RelatedFormat = (typeof RELATED_FORMATS)[number];

const pc = picocolors.createColors(process.stdout.isTTY === true && picocolors.isColorSupported);
const EXCERPT = 100;

/** Where whole papers are had. */
interface Papers {
  paper(name: string): Promise<Paper>;
}

/** The answer for a draft in a format. */
export async function relatedText(answer: RelatedAnswer, format: RelatedFormat, papers: Papers): Promise<string> {
  if (format === 'json') return JSON.stringify(answer);
  if (format === 'markdown') return markdownOf(answer);
  if (format === 'bibtex') return (await bibtexOf(answer, papers)).trimEnd();
  return textOf(answer);
}

function textOf(answer: RelatedAnswer): string {
  const blocks = answer.passages.map((passage) =>
    [
      pc.bold(nameOf(passage)),
      pc.dim(`  “${excerpt(passage.text, EXCERPT)}”`),
      ...passage.suggestions.map(suggestionText),
    ].join('\n'),
  );
  return [...(blocks.length === 0 ? ['no paper is suggested'] : blocks), summaryOf(answer)].join('\n\n');
}

function suggestionText(suggestion: PassageSuggestions['suggestions'][number]): string {
  const { title, similarity, reason, id } = suggestion;
  const near = similarity === null ? 'not embedded yet' : similarity.toFixed(3);
  return [
    `  ${pc.cyan(near)}  ${pc.bold(title || '(no title)')}`,
    `         ${[byline(suggestion), pc.dim(id)].filter(Boolean).join('  ')}`,
    ...(reason ? [`         ${excerpt(reason.sentence, 300)}`] : []),
  ].join('\n');
}

function markdownOf(answer: RelatedAnswer): string {
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

/** The chosen papers, in the order of the passages. */
async function bibtexOf(answer: RelatedAnswer, papers: Papers): Promise<string> {
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

const nameOf = ({ heading }: PassageSuggestions): string => heading || 'Before the first heading';

/** What was cited, and what was not read. */
function summaryOf({ cited, notes, library }: RelatedAnswer): string {
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
