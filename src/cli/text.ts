/** Answers as a terminal shows them. */
import picocolors from 'picocolors';
import { namesLine, type Brief } from '../paper.ts';
import type { Explanation, Hit, NearestHit, SearchAnswer, Version, WholePaper } from '../search/answer.ts';
import { ordinal, reasonsOf } from '../search/why.ts';
import { count } from './progress.ts';

const BAR_WIDTH = 10;
/** Values shown of each facet. */
const FACET_VALUES = 8;
type Colours = ReturnType<typeof picocolors.createColors>;
// Only on a terminal: picocolors by itself also colours what a pipe carries wherever CI is set.
const ofThisTerminal = picocolors.createColors(process.stdout.isTTY === true && picocolors.isColorSupported);

/** @param isColoured whether it is for a terminal that shows colours; undefined: as this one. */
export function answerText(answer: Omit<SearchAnswer, 'timings'>, isColoured?: boolean): string {
  const pc = isColoured === undefined ? ofThisTerminal : picocolors.createColors(isColoured);
  const { hits, total, withheld, nearest, dropped, next, corrections, unread, facets, library } = answer;
  const lines = corrections.map(({ word, term }) => pc.dim(`no paper has "${word}"; looked for "${term}…"`));
  if (unread) lines.push(pc.dim('the model does not read this script: what counts are the words'));
  if (dropped.length > 0)
    lines.push(`no paper matches ${dropped.join(' ')}; without ${dropped.length > 1 ? 'them' : 'it'}:`);
  lines.push(...hits.map((hit, i) => hitText(hit, i + 1, pc)));
  if (withheld > 0) {
    lines.push(
      `nothing relevant found; the nearest of ${count(withheld)} papers (--cutoff 0 shows them all the same):`,
    );
    lines.push(...nearest.map((each) => nearestText(each, pc)));
  } else if (hits.length === 0) {
    lines.push('no paper matches');
  }
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

export function paperText({ versions, records, ...paper }: WholePaper): string {
  const facts = [
    byline(paper),
    paper.url,
    `id ${paper.id}`,
    ...Object.entries(paper.ids).map(([kind, value]) => `${kind}:${value}`),
    ...versions.map((version) => `= ${versionText(version)}`),
    ...records.map((record) => `merged from ${versionText(record)}`),
  ];
  return [
    ofThisTerminal.bold(paper.title),
    ...facts.filter(Boolean),
    ...(paper.abstract ? ['', paper.abstract] : []),
  ].join('\n');
}

/** A paper that was withheld. */
function nearestText({ title, relevance, id, ...paper }: NearestHit, pc: Colours): string {
  const facts = [byline(paper), relevance !== null && `relevance ${Math.round(relevance)}`].filter(Boolean);
  return [`  - ${title || '(no title)'}`, pc.dim(`    ${[...facts, id].join('  ')}`)].join('\n');
}

function hitText(hit: Hit, place: number, pc: Colours): string {
  const { title, similarity, relevance, ranks, rerank } = hit;
  const filled = Math.round(Math.max(0, similarity ?? 0) * BAR_WIDTH);
  // Where only conditions were asked for, neither leg found it and there is nothing to be near to.
  const near =
    similarity === null
      ? ranks.lexical === null
        ? ''
        : 'not embedded yet'
      : `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${similarity.toFixed(3)}`;
  const why = [
    ...reasonsOf(hit),
    rerank !== undefined && (rerank === null ? 'not re-ranked' : `re-ranked ${rerank.toFixed(2)}`),
  ].filter(Boolean);
  const facts = [
    near && pc.cyan(near),
    relevance !== null && `relevance ${Math.round(relevance)}`,
    why.join(', '),
    pc.dim(hit.id),
  ].filter(Boolean);
  return [
    `${String(place).padStart(2)}. ${pc.bold(title || '(no title)')}`,
    `    ${byline(hit)}`,
    `    ${facts.join('  ')}`,
    ...(hit.explanation ? explanationLines(hit.explanation, pc) : []),
    ...hit.versions.map((version) => pc.dim(`    = ${versionText(version)}`)),
  ]
    .filter((line) => line.trim() !== '')
    .join('\n');
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

export function byline({ venue, year, ...people }: Pick<Brief, 'authors' | 'editors' | 'venue' | 'year'>): string {
  return [namesLine(people), venue, year].filter(Boolean).join(' · ');
}
