/** What `akin eval` prints. */
import type { Difference, Estimate } from '../evaluation/bootstrap.ts';
import type { Comparison } from '../evaluation/evaluate.ts';
import type { KnownItems } from '../evaluation/known-item.ts';
import { count, excerpt } from '../text.ts';
import type { EvalReport } from '../session/evaluate.ts';

/** The figures, for people. */
export function evalText(report: EvalReport): string {
  const { papers, embedded, queries, unknownQueries, missingDocuments, results, comparison, runs } = report;
  const names = Object.keys(results[0]!.means);
  const rows = [
    ['', ...names],
    ...results.map(({ setting, means }) => [setting, ...names.map((name) => estimateText(means[name]!))]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = [
    `${count(queries)} queries, ${count(papers)} papers; in brackets the 95% bootstrap interval over queries`,
    ...rows.map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    ),
  ];
  if (embedded < papers)
    lines.push(`${count(papers - embedded)} papers have no vector yet: "akin add" goes on with them`);
  if (unknownQueries > 0) lines.push(`${count(unknownQueries)} judged queries have no text and were not asked`);
  if (missingDocuments > 0) {
    lines.push(`${count(missingDocuments)} judged documents are not in the library and count as not found`);
  }
  if (comparison) lines.push('', comparisonText(comparison));
  lines.push(...runs.map((file) => `written: ${file}`));
  return lines.join('\n');
}

const QUERIES_SHOWN = 5;

function comparisonText({ settings: [first, second], measure, difference, queries }: Comparison): string {
  const { better, worse, equal } = difference;
  const lines = [
    `${first} against ${second}, ${measure}: ${differenceText(difference)}`,
    `better on ${count(better)} queries, worse on ${count(worse)}, equal on ${count(equal)}`,
  ];
  const gains = queries.filter(({ values: [a, b] }) => a > b).slice(0, QUERIES_SHOWN);
  const losses = queries
    .filter(({ values: [a, b] }) => a < b)
    .slice(-QUERIES_SHOWN)
    .reverse();
  for (const [title, shown] of [
    ['most gained', gains],
    ['most lost', losses],
  ] as const) {
    if (shown.length === 0) continue;
    lines.push(`${title}:`);
    for (const {
      query,
      text,
      values: [a, b],
    } of shown) {
      lines.push(`  ${signed(a - b, 2)}  ${b.toFixed(2)} → ${a.toFixed(2)}  ${query}: ${excerpt(text, 80)}`);
    }
  }
  return lines.join('\n');
}

/** `+0.0290 [+0.010, +0.048], p = 0.003`, and whether that says anything. */
export function differenceText({ mean, low, high, p }: Difference): string {
  const verdict = low > 0 || high < 0 ? '' : ': the difference is noise';
  const chance = p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`;
  return `${signed(mean, 4)} [${signed(low, 3)}, ${signed(high, 3)}], ${chance}${verdict}`;
}

const estimateText = ({ mean, low, high }: Estimate): string =>
  `${mean.toFixed(4)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;

function signed(value: number, digits: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`;
}

export function knownItemsText({ documents, queries, left, files }: KnownItems): string {
  return [
    `${count(documents)} documents (abstracts without their titles), ${count(queries)} queries (titles)`,
    knownItemsLeftText(left),
    `akin eval --corpus ${files.corpus} --queries ${files.queries} --qrels ${files.qrels}`,
  ].join('\n');
}

function knownItemsLeftText(left: KnownItems['left']): string {
  return (
    `left out: ${count(left.noAbstract)} papers without an abstract, ${count(left.sameAbstract)} with that of another; ` +
    `titles not asked: ${count(left.titleInAbstract)} stand in the abstract, ${count(left.titleShared)} are shared, ` +
    `${count(left.titleShort)} are too short`
  );
}
