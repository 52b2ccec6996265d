/** Answers as a terminal shows them. */
import picocolors from 'picocolors';
import type { Paper } from '../paper.ts';
import type { Hit, SearchAnswer } from '../search/search.ts';
import { count } from './progress.ts';

const BAR_WIDTH = 10;
// Only on a terminal: picocolors by itself also colours what a pipe carries wherever CI is set.
const pc = picocolors.createColors(process.stdout.isTTY === true && picocolors.isColorSupported);

export function answerText({ hits, library }: SearchAnswer): string {
  const lines = hits.map((hit, i) => hitText(hit, i + 1));
  if (hits.length === 0) lines.push('no paper matches');
  if (library.embedded < library.papers) {
    lines.push(
      pc.yellow(
        `${count(library.embedded)} of ${count(library.papers)} papers are embedded so far; the others are found by words only`,
      ),
    );
  }
  return lines.join('\n');
}

export function paperText(paper: Paper): string {
  const facts = [
    byline(paper),
    paper.url,
    `id ${paper.id}`,
    ...Object.entries(paper.ids).map(([kind, value]) => `${kind}:${value}`),
  ];
  return [pc.bold(paper.title), ...facts.filter(Boolean), ...(paper.abstract ? ['', paper.abstract] : [])].join('\n');
}

function hitText(hit: Hit, place: number): string {
  const { title, similarity, ranks } = hit;
  const filled = Math.round(Math.max(0, similarity ?? 0) * BAR_WIDTH);
  const near =
    similarity === null
      ? 'not embedded yet'
      : `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${similarity.toFixed(3)}`;
  const why = [ranks.dense && `${ranks.dense}. by meaning`, ranks.lexical && `${ranks.lexical}. by words`].filter(
    Boolean,
  );
  return [
    `${String(place).padStart(2)}. ${pc.bold(title || '(no title)')}`,
    `    ${byline(hit)}`,
    `    ${pc.cyan(near)}  ${why.join(', ')}  ${pc.dim(hit.id)}`,
  ]
    .filter((line) => line.trim() !== '')
    .join('\n');
}

export function byline({ authors, venue, year }: Pick<Paper, 'authors' | 'venue' | 'year'>): string {
  const names =
    authors.length <= 4 ? authors.join(', ') : `${authors.slice(0, 3).join(', ')} and ${authors.length - 3} more`;
  return [names, venue, year].filter(Boolean).join(' · ');
}
