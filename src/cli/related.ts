/** What `akin related` prints: for people, for programs, for the draft itself (BibTeX). */
import picocolors from 'picocolors';
import { byline } from '../paper.ts';
import type { PassageSuggestions, RelatedAnswer } from '../search/answer.ts';
import { bibtexOf, EXCERPT, markdownOf, nameOf, summaryOf, type Papers } from '../session/suggested.ts';
import { excerpt } from '../text.ts';

export const RELATED_FORMATS = ['text', 'json', 'markdown', 'bibtex'] as const;
export type RelatedFormat = (typeof RELATED_FORMATS)[number];

const pc = picocolors.createColors(process.stdout.isTTY === true && picocolors.isColorSupported);

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
