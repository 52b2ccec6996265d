/** `akin tune`: how much words should weigh in a library's searches, tried on judged queries or on the library's own titles. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AkinError } from '../errors.ts';
import { readQrels, readQueries } from '../evaluation/collection.ts';
import { judgedQueries, valuesOf } from '../evaluation/evaluate.ts';
import { measuresNamed, type Measure } from '../evaluation/metrics.ts';
import { judgementsIn, RUN_DEPTH, runQueries } from '../evaluation/runs.ts';
import { tune, WEIGHTS, type Tuning } from '../evaluation/tune.ts';
import { openForReading } from '../library/database.ts';
import { LocalWriter } from '../library/writer.ts';
import { LEXICAL_WEIGHT } from '../search/ranking.ts';
import { openCorpus } from './corpus.ts';
import { differenceText, makeKnownItems } from './eval.ts';
import { bar, count, Progress } from './progress.ts';
import { openSession, type Session } from './session.ts';

export interface TuneOptions {
  index: string;
  /** Both or neither; with neither, the library's own titles are asked. */
  queries?: string | undefined;
  qrels?: string | undefined;
  /** At most so many titles are asked, among so many abstracts. */
  limit: number;
  documents: number;
  /** Whether the library is set to what is proposed. */
  save: boolean;
  seed: number;
  signal: AbortSignal;
}

export interface TuneReport extends Tuning {
  measure: string;
  queries: number;
  /** What was asked. */
  asked: 'titles' | 'judged queries';
  defaultWeight: number;
  saved: boolean;
}

const [MEASURE] = measuresNamed('ndcg@10', RUN_DEPTH) as [Measure];

/** @returns undefined when interrupted. @throws AkinError as `evaluateLibrary`. */
export async function tuneLibrary(options: TuneOptions): Promise<TuneReport | undefined> {
  const { index, queries, qrels, save, seed, signal } = options;
  if ((queries === undefined) !== (qrels === undefined)) {
    throw new AkinError('invalid-argument', '--queries and --qrels belong together', {
      hint: 'give both, or neither: then the titles of the library are asked',
      field: queries === undefined ? 'queries' : 'qrels',
    });
  }
  const { db, model } = openForReading(index);
  db.close();
  const folder = mkdtempSync(path.join(tmpdir(), 'akin-tune-'));
  let tuning: Tried | undefined;
  try {
    if (queries !== undefined && qrels !== undefined) {
      tuning = await tryWeights({ queries, qrels }, () => openSession(index, 1), options);
    } else {
      const made = await makeKnownItems({ ...options, out: folder });
      if (made.queries < 2) {
        throw new AkinError(
          'invalid-argument',
          `of ${count(made.documents)} abstracts, ${made.queries} can be asked for`,
          {
            hint: 'give judged queries: --queries FILE --qrels FILE',
          },
        );
      }
      const open = () => openCorpus(made.files.corpus, { model: model.name, signal });
      tuning = await tryWeights(made.files, open, options);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (tuning === undefined) return undefined;
  const report = tune(tuning.values, LEXICAL_WEIGHT, seed);
  if (save) await set(index, report.proposal);
  return {
    ...report,
    measure: MEASURE.name,
    queries: tuning.queries,
    asked: queries === undefined ? 'titles' : 'judged queries',
    defaultWeight: LEXICAL_WEIGHT,
    saved: save,
  };
}

interface Tried {
  queries: number;
  values: Map<number, number[]>;
}

/** Asks every query with every weight. */
async function tryWeights(
  files: { queries: string; qrels: string },
  open: () => Promise<Session | undefined>,
  { signal }: TuneOptions,
): Promise<Tried | undefined> {
  const given = await readQrels(files.qrels);
  const { asked } = judgedQueries(await readQueries(files.queries), given);
  if (asked.length < 2) throw new AkinError('invalid-argument', 'one query can say nothing about a difference');
  const session = await open();
  if (session === undefined) return undefined;
  try {
    const { qrels } = await judgementsIn(session.library, given);
    const values = new Map<number, number[]>();
    const progress = new Progress();
    const total = WEIGHTS.length * asked.length;
    const line = (done: number) => `trying ${WEIGHTS.length} weights: ${bar(done, total)} ${count(done)} searches`;
    for (const lexicalWeight of WEIGHTS) {
      const before = values.size * asked.length;
      const onProgress = (done: number) => progress.update(() => line(before + done));
      const run = await runQueries(session.search, asked, { mode: 'hybrid', lexicalWeight }, { signal, onProgress });
      if (signal.aborted) return undefined;
      values.set(lexicalWeight, valuesOf(MEASURE, asked, qrels, run));
    }
    progress.finish(line(total));
    return { queries: asked.length, values };
  } finally {
    await session.close();
  }
}

/** Makes searches of a library weigh words so from now on. */
async function set(index: string, lexicalWeight: number): Promise<void> {
  const { db, model } = openForReading(index);
  db.close();
  const writer = LocalWriter.open(index, { model, mustBeThatModel: false, purpose: 'akin tune' });
  writer.setSettings(lexicalWeight === LEXICAL_WEIGHT ? {} : { lexicalWeight });
  await writer.close();
}

/** The figures and the proposal, for people. */
export function tuneText(report: TuneReport): string {
  const { grid, best, foldWeights, gain, isNoise, proposal, measure, queries, asked, defaultWeight, saved } = report;
  const note = (weight: number) =>
    [weight === best ? 'best' : '', weight === defaultWeight ? 'default' : ''].filter(Boolean).join(', ');
  const folds = [...new Set(foldWeights)].sort((a, b) => a - b).map((weight) => weight.toFixed(1));
  return [
    `${count(queries)} ${asked}; ${measure} by the weight of the words`,
    ...grid.map(({ weight, mean }) => `  ${weight.toFixed(1)}  ${mean.toFixed(4)}  ${note(weight)}`.trimEnd()),
    `chosen on a part of the queries (${folds.join(', ')}) and measured on the others, against the default:`,
    `  ${differenceText(gain)}`,
    isNoise
      ? `proposed: ${proposal.toFixed(1)}, the default`
      : `proposed: ${proposal.toFixed(1)}, for queries like these`,
    saved
      ? 'saved: searches of this library use it from now on'
      : 'not saved: --save makes searches of this library use it',
  ].join('\n');
}
