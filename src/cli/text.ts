/** Answers as a terminal shows them. */
import picocolors from 'picocolors';
import { byline } from '../paper.ts';
import type { Explanation, Hit, SearchAnswer, Version, WholePaper } from '../search/answer.ts';
import type { Closeness } from '../search/closeness.ts';
import { blameIn, closenessIn, missingIn, MOST_STEPS, ordinal, reasonIn, reasonsOf } from '../search/why.ts';
import { count } from '../text.ts';

/** Values shown of each facet. */
const FACET_VALUES = 8;
/** Stands behind the last relevant hit. */
const RULE = '─── what follows has little to do with the question ───';
type Colours = ReturnType<typeof picocolors.createColors>;
// Only on a terminal: picocolors by itself also colours what a pipe carries wherever CI is set.
const ofThisTerminal = picocolors.createColors(process.stdout.isTTY === true && picocolors.isColorSupported);

/** @param isColoured whether it is for a terminal that shows colours; undefined: as this one. */
export function answerText(answer: Omit<SearchAnswer, 'timings'>, isColoured?: boolean): string {
  const pc = isColoured === undefined ? ofThisTerminal : picocolors.createColors(isColoured);
  const { hits, total, dropped, next, corrections, unread, facets, library } = answer;
  const blame = blameIn(answer);
  const lines = corrections.map(({ word, term }) => pc.dim(`no paper has "${word}"; looked for "${term}…"`));
  if (unread) lines.push(pc.dim('the model does not read this script: what counts are the words'));
  const missing = missingIn(answer);
  if (missing.identifier !== '') lines.push(`no paper has ${missing.identifier}`);
  if (missing.conditions !== '')
    lines.push(
      `no paper matches ${missing.conditions}; without ${dropped.length > 1 ? 'them' : 'it'}:${blame && ` (${blame})`}`,
    );
  const weak = hits.findIndex(({ closeness }) => closeness === 'weak');
  const shown = hits.map((hit, i) => hitText(hit, i + 1, pc));
  if (weak !== -1) shown.splice(weak, 0, total.relevant === 0 ? 'nothing relevant found; the nearest:' : pc.dim(RULE));
  lines.push(...shown);
  if (hits.length === 0) lines.push(`no paper matches${blame && `; there are ${blame}`}`);
  if (facets) {
    for (const [field, values] of Object.entries(facets)) {
      const shown = values.slice(0, FACET_VALUES).map(({ value, papers }) => `${value} (${count(papers)})`);
      if (shown.length > 0) lines.push(`${field}: ${shown.join(', ')}`);
    }
  }
  if (next !== null) {
    lines.push(pc.dim(`${total.exact ? '' : 'at least '}${count(total.value)} papers; the next: --cursor ${next}`));
  }
  if (library.embedded < library.papers) {
    lines.push(
      pc.yellow(
        `${count(library.embedded)} of ${count(library.papers)} papers are embedded so far; the others are found by words only`,
      ),
    );
  }
  return lines.join('\n');
}

export function paperText({ versions, records, starred, read, note, ...paper }: WholePaper): string {
  const facts = [
    byline(paper),
    paper.url,
    `id ${paper.id}`,
    ...Object.entries(paper.ids).map(([kind, value]) => `${kind}:${value}`),
    ...versions.map((version) => `= ${versionText(version)}`),
    ...records.map((record) => `merged from ${versionText(record)}`),
    keptText({ starred, read }),
  ];
  return [
    ofThisTerminal.bold(paper.title),
    ...facts.filter(Boolean),
    ...(paper.abstract ? ['', paper.abstract] : []),
    ...(note ? ['', ofThisTerminal.bold('Note'), note] : []),
  ].join('\n');
}

/** "starred, reading"; empty where there is nothing to say. */
export const keptText = ({ starred, read }: Pick<WholePaper, 'starred' | 'read'>): string =>
  [starred && 'starred', read !== 'unread' && read].filter(Boolean).join(', ');

function hitText(hit: Hit, place: number, pc: Colours): string {
  const { title, closeness, rerank, explanation } = hit;
  const why = [
    reasonIn(hit),
    rerank !== undefined && (rerank === null ? 'not re-ranked' : `re-ranked ${rerank.toFixed(2)}`),
  ].filter(Boolean);
  const facts = [closeness && pc.cyan(closenessText(closeness)), why.join(', '), keptText(hit), pc.dim(hit.id)].filter(
    Boolean,
  );
  return [
    `${String(place).padStart(2)}. ${pc.bold(title || '(no title)')}`,
    `    ${byline(hit)}`,
    `    ${facts.join('  ')}`,
    ...(explanation ? [numbersText(hit), ...explanationLines(explanation, pc)] : []),
    ...hit.versions.map((version) => pc.dim(`    = ${versionText(version)}`)),
  ]
    .filter((line) => line.trim() !== '')
    .join('\n');
}

function closenessText(closeness: Closeness): string {
  const { said, steps } = closenessIn(closeness);
  return `${'█'.repeat(steps)}${'░'.repeat(MOST_STEPS - steps)} ${said}`;
}

/** What the verdict was made of. */
function numbersText(hit: Hit): string {
  const { similarity, relevance, closeness } = hit;
  const numbers = [
    similarity === null ? closeness && 'not embedded yet' : `cosine ${similarity.toFixed(3)}`,
    relevance !== null && `relevance ${Math.round(relevance)}`,
    ...reasonsOf(hit),
  ].filter(Boolean);
  return `    ${numbers.join(', ')}`;
}

function explanationLines({ dense, lexical, names, words, sentence, rerank }: Explanation, pc: Colours): string[] {
  const found = words.map(({ word, score }) => `${word} ${score.toFixed(1)}`);
  const shares: [number, string][] = [
    [dense.share, 'by meaning'],
    [lexical.share, found.length > 0 ? `by words (${found.join(', ')})` : 'by words'],
    ...(names.share > 0 ? [[names.share, 'by names'] satisfies [number, string]] : []),
    ...(rerank ? [[rerank.share, 'by re-ranking'] satisfies [number, string]] : []),
  ];
  const score = shares.reduce((sum, [share]) => sum + share, 0);
  return [
    ...(sentence ? [`    “${sentence.text}”`] : []),
    pc.dim(`    ${score.toFixed(3)} = ${shares.map(([share, by]) => `${share.toFixed(3)} ${by}`).join(' + ')}`),
    ...(rerank ? [pc.dim(`    ${ordinal(rerank.before)} before re-ranking`)] : []),
  ];
}

/** Another version of a work on one line. */
export function versionText({ id, title, venue, year }: Version): string {
  return [title, venue, year, id].filter(Boolean).join(' · ');
}
