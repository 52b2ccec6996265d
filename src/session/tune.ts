/** How much should words weigh in the searches of a library? Tried on judged queries, or on the library's own titles. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AkinError } from '../errors.ts';
import { readQrels, readQueries } from '../evaluation/collection.ts';
import { judgedQueries, valuesOf } from '../evaluation/evaluate.ts';
import { measuresNamed, type Measure } from '../evaluation/metrics.ts';
import { judgementsIn, RUN_DEPTH, runQueries } from '../evaluation/runs.ts';
import { tune, WEIGHTS, type Tuning } from '../evaluation/tune.ts';
import { LEXICAL_WEIGHT } from '../search/ranking.ts';
import { openCorpus } from './corpus.ts';
import { makeKnownItems, type EvaluationEvent } from './evaluate.ts';
import { Session } from './session.ts';
import type { Target } from './take-in.ts';

export interface TuneOptions {
  /** Both or neither; with neither, the library's own titles are asked. */
  queries?: string | undefined;
  qrels?: string | undefined;
  /** At most so many titles are asked, among so many abstracts. */
  limit: number;
  documents: number;
  /** Whether the library is set to what is proposed. */
  save: boolean;
  seed: number;
  onEvent?: ((event: EvaluationEvent) => void) | undefined;
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
export async function tuneLibrary(target: Target, options: TuneOptions): Promise<TuneReport | undefined> {
  const { queries, qrels, save, seed, onEvent, signal } = options;
  if ((queries === undefined) !== (qrels === undefined)) {
    throw new AkinError('invalid-argument', '--queries and --qrels belong together', {
      hint: 'give both, or neither: then the titles of the library are asked',
      field: queries === undefined ? 'queries' : 'qrels',
    });
  }
  const session = new Session({ ...target, threads: 1 });
  const folder = mkdtempSync(path.join(tmpdir(), 'akin-tune-'));
  try {
    // What can't be saved is said before the long work: set anew to what it is, a library is as it was.
    if (save) await set(session, (await (await session.library()).state()).settings.lexicalWeight ?? LEXICAL_WEIGHT);
    let tuning: Tried | undefined;
    if (queries !== undefined && qrels !== undefined) {
      tuning = await tryWeights({ queries, qrels }, session, options);
    } else {
      const library = await session.library();
      const made = await makeKnownItems(library, { ...options, out: folder });
      if (made.queries < 2) {
        throw new AkinError('invalid-argument', `of ${made.documents} abstracts, ${made.queries} can be asked for`, {
          hint: 'give judged queries: --queries FILE --qrels FILE',
        });
      }
      const { configuration } = target;
      const how = { model: library.model.name, configuration, onEvent, signal };
      const corpus = await openCorpus(made.files.corpus, how);
      if (corpus === undefined) return undefined;
      tuning = await tryWeights(made.files, corpus, options).finally(() => corpus.close());
    }
    if (tuning === undefined) return undefined;
    const report = tune(tuning.values, LEXICAL_WEIGHT, seed);
    if (save) await set(session, report.proposal);
    return {
      ...report,
      measure: MEASURE.name,
      queries: tuning.queries,
      asked: queries === undefined ? 'titles' : 'judged queries',
      defaultWeight: LEXICAL_WEIGHT,
      saved: save,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await session.close();
  }
}

interface Tried {
  queries: number;
  values: Map<number, number[]>;
}

/** Asks every query with every weight. @returns undefined when interrupted. */
async function tryWeights(
  files: { queries: string; qrels: string },
  session: Session,
  { onEvent, signal }: TuneOptions,
): Promise<Tried | undefined> {
  const given = await readQrels(files.qrels);
  const { asked } = judgedQueries(await readQueries(files.queries), given);
  if (asked.length < 2) throw new AkinError('invalid-argument', 'one query can say nothing about a difference');
  const { qrels } = await judgementsIn(await session.library(), given);
  const values = new Map<number, number[]>();
  const total = WEIGHTS.length * asked.length;
  const setting = `trying ${WEIGHTS.length} weights`;
  for (const lexicalWeight of WEIGHTS) {
    const before = values.size * asked.length;
    const onProgress = (done: number) => onEvent?.({ event: 'asked', setting, done: before + done, total });
    const run = await runQueries(session, asked, { mode: 'hybrid', lexicalWeight }, { signal, onProgress });
    if (signal.aborted) return undefined;
    values.set(lexicalWeight, valuesOf(MEASURE, asked, qrels, run));
  }
  return { queries: asked.length, values };
}

/** Makes searches of a library weigh words so from now on. */
async function set(session: Session, lexicalWeight: number): Promise<void> {
  const settings = lexicalWeight === LEXICAL_WEIGHT ? {} : { lexicalWeight };
  await session.writing('akin tune', (writer) => writer.setSettings(settings));
}
