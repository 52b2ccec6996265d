/** `akin eval`: how good the search is, on a judged collection or on a set made from one's own library. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { findCrossEncoder, verifiedModelFolder } from '../embedding/models.ts';
import { AkinError } from '../errors.ts';
import type { Difference, Estimate } from '../evaluation/bootstrap.ts';
import { readQrels, readQueries } from '../evaluation/collection.ts';
import { compare, evaluate, judgedQueries, type Comparison, type SettingResult } from '../evaluation/evaluate.ts';
import { writeKnownItems, type KnownItems } from '../evaluation/known-item.ts';
import { measuresNamed } from '../evaluation/metrics.ts';
import { judgementsIn, RUN_DEPTH, runQueries, settingsNamed, trecRun, type Run } from '../evaluation/runs.ts';
import { LocalLibrary } from '../library/local.ts';
import { excerpt } from '../paper.ts';
import { MODES } from '../search/search.ts';
import { openCorpus } from './corpus.ts';
import { bar, count, Progress } from './progress.ts';
import { modelFolders, openSession } from './session.ts';

export interface EvalOptions {
  /** The library that is searched where no corpus is given. */
  index: string;
  corpus?: string | undefined;
  queries: string;
  qrels: string;
  keep?: string | undefined;
  model?: string | undefined;
  /** Settings, separated by commas; undefined: those compared, or else every mode. */
  mode?: string | undefined;
  /** Two settings to compare query by query. */
  compare?: string | undefined;
  measures: string;
  /** Where to write what was found, for trec_eval. */
  run?: string | undefined;
  seed: number;
  signal: AbortSignal;
}

export interface EvalReport {
  /** Papers in the library. */
  papers: number;
  /** Those of them that have a vector. */
  embedded: number;
  /** Queries asked: those with at least one relevant document. */
  queries: number;
  /** Queries that were judged, but of which there is no text. */
  unknownQueries: number;
  /** Judged documents that the library does not have. */
  missingDocuments: number;
  results: SettingResult[];
  comparison: Comparison | undefined;
  /** The files that hold the runs. */
  runs: string[];
}

/** @returns undefined when interrupted. @throws AkinError before anything is built if an option or a file is wrong. */
export async function evaluateLibrary(options: EvalOptions): Promise<EvalReport | undefined> {
  const { index, corpus, keep, model, seed, signal } = options;
  const measures = measuresNamed(options.measures, RUN_DEPTH);
  const compared = options.compare === undefined ? [] : settingsNamed(options.compare, 'compare');
  if (options.compare !== undefined && compared.length !== 2) {
    throw new AkinError('invalid-argument', `expected two different settings, found "${options.compare}"`, {
      hint: 'for instance --compare hybrid,lexical',
      field: 'compare',
    });
  }
  const listed = settingsNamed(options.mode ?? options.compare ?? MODES.join(','), 'mode');
  const settings = [...listed, ...compared.filter(({ name }) => listed.every((each) => each.name !== name))];
  const queries = await readQueries(options.queries);
  const given = await readQrels(options.qrels);
  const { asked, unknown } = judgedQueries(queries, given);

  const crossEncoder = settings.some(({ rerank }) => rerank) ? findCrossEncoder() : undefined;
  if (crossEncoder) await verifiedModelFolder(crossEncoder, modelFolders());
  const session =
    corpus === undefined
      ? await openSession(index, 1, crossEncoder)
      : await openCorpus(corpus, { keep, model, crossEncoder, signal });
  if (session === undefined) return undefined;
  try {
    if (crossEncoder) await session.scorer?.();
    const { qrels, missing } = await judgementsIn(session.library, given);
    const runs = new Map<string, Run>();
    for (const setting of settings) {
      const progress = new Progress();
      const line = (done: number) => `${setting.name}: ${bar(done, asked.length)} ${count(done)} queries`;
      runs.set(
        setting.name,
        await runQueries(session.search, asked, setting, {
          signal,
          onProgress: (done) => progress.update(() => line(done)),
        }),
      );
      if (signal.aborted) return undefined;
      progress.finish(line(asked.length));
    }
    const [first, second] = compared;
    return {
      ...(await session.library.status()),
      queries: asked.length,
      unknownQueries: unknown,
      missingDocuments: missing,
      results: evaluate(asked, qrels, runs, measures, seed),
      comparison: first && second && compare(asked, qrels, [first.name, second.name], runs, measures[0]!, seed),
      runs: options.run === undefined ? [] : writeRuns(options.run, runs),
    };
  } finally {
    await session.close();
  }
}

/** Writes each run; where there are several, `runs.txt` becomes `runs.hybrid.txt` and so on. */
function writeRuns(file: string, runs: ReadonlyMap<string, Run>): string[] {
  const { dir, name, ext } = path.parse(file);
  return Array.from(runs, ([setting, run]) => {
    const tag = setting.replaceAll(':', '-');
    const target = runs.size === 1 ? file : path.join(dir, `${name}.${tag}${ext}`);
    try {
      writeFileSync(target, [...trecRun(run, `akin-${tag}`)].join(''));
    } catch (error) {
      if (error instanceof AkinError) throw error;
      throw new AkinError('invalid-argument', `${target} can't be written: ${(error as Error).message}`, {
        field: 'run',
        cause: error,
      });
    }
    return target;
  });
}

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

export interface MakeOptions {
  index: string;
  out: string;
  limit: number;
  documents: number;
  seed: number;
}

/** `akin eval --make title-abstract`: writes a known-item set of the library. */
export async function makeKnownItems({ index, out, limit, documents, seed }: MakeOptions): Promise<KnownItems> {
  const library = await LocalLibrary.open(index);
  try {
    return await writeKnownItems(() => library.everyPaper(), out, { queries: limit, documents, seed });
  } finally {
    await library.close();
  }
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
