/** How good is the search of a library, on a judged collection? */
import { rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { findCrossEncoder, verifiedModelFolder } from '../embedding/models.ts';
import { AkinError } from '../errors.ts';
import { notWritten } from '../places.ts';
import { readQrels, readQueries } from '../evaluation/collection.ts';
import { compare, evaluate, judgedQueries, type Comparison, type SettingResult } from '../evaluation/evaluate.ts';
import { writeKnownItems, type KnownItems } from '../evaluation/known-item.ts';
import { measuresNamed } from '../evaluation/metrics.ts';
import { judgementsIn, RUN_DEPTH, runQueries, settingsNamed, trecRun, type Run } from '../evaluation/runs.ts';
import type { Library } from '../library/library.ts';
import { MODES } from '../search/question.ts';
import { openCorpus } from './corpus.ts';
import type { IntakeEvent } from './intake.ts';
import { Session } from './session.ts';
import type { AddSummary, Target } from './take-in.ts';

export interface EvalOptions {
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
  onEvent?: ((event: EvaluationEvent) => void) | undefined;
  signal: AbortSignal;
}

/** What happens while a search is evaluated. */
export type EvaluationEvent =
  | IntakeEvent
  /** So many of the queries were asked with a setting. */
  | { event: 'asked'; setting: string; done: number; total: number }
  /** A document of the corpus was rejected, or is there twice. */
  | { event: 'trouble'; summary: AddSummary };

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

/**
 * Evaluates the search of a library, or of one that is made of a corpus.
 * @returns undefined when interrupted.
 * @throws AkinError before anything is built if an option or a file is wrong.
 */
export async function evaluateLibrary(
  { address, configuration }: Target,
  options: EvalOptions,
): Promise<EvalReport | undefined> {
  const { corpus, keep, model, seed, onEvent, signal } = options;
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

  const isReranked = settings.some(({ rerank }) => rerank);
  if (isReranked) await verifiedModelFolder(findCrossEncoder(), configuration.modelFolders);
  const onTrouble = (summary: AddSummary) => onEvent?.({ event: 'trouble', summary });
  const session =
    corpus === undefined
      ? new Session({ address, configuration, threads: 1 })
      : await openCorpus(corpus, { keep, model, configuration, onEvent, onTrouble, signal });
  if (session === undefined) return undefined;
  try {
    if (isReranked) await session.startScorer();
    const { qrels, missing } = await judgementsIn(await session.library(), given);
    const runs = new Map<string, Run>();
    for (const setting of settings) {
      const onProgress = (done: number) =>
        onEvent?.({ event: 'asked', setting: setting.name, done, total: asked.length });
      runs.set(setting.name, await runQueries(session, asked, setting, { signal, onProgress }));
      if (signal.aborted) return undefined;
    }
    const [first, second] = compared;
    return {
      ...(await session.status()),
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
      // What is no file, such as a pipe, stays.
      if (statSync(target, { throwIfNoEntry: false })?.isFile()) rmSync(target);
      if (error instanceof AkinError) throw error;
      throw notWritten(target, error, { field: 'run' });
    }
    return target;
  });
}

export interface MakeOptions {
  out: string;
  limit: number;
  documents: number;
  seed: number;
}

/** Writes a known-item set of a library. @throws AkinError as `writeKnownItems`. */
export function makeKnownItems(library: Library, { out, limit, documents, seed }: MakeOptions): Promise<KnownItems> {
  return writeKnownItems(() => library.everyPaper(), out, { queries: limit, documents, seed });
}
