/** `akin add`: papers in, with progress while it works and an account of every record at the end. */
import { closeSync, openSync, realpathSync, writeSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Embedder } from '../embedding/embedder.ts';
import { DEFAULT_MODEL, findModel, verifiedModelFolder, type Model } from '../embedding/models.ts';
import { AkinError } from '../errors.ts';
import { embedPending, storeFiles } from '../ingest.ts';
import type { EmbedProgress, Reject, StoredCounts, StoreOptions } from '../ingest.ts';
import { openForReading } from '../library/database.ts';
import { LocalLibrary } from '../library/local.ts';
import { LocalWriter } from '../library/writer.ts';
import { PoliteClient, type Wait } from '../sources/online/polite.ts';
import { sourceNamed } from '../sources/registry.ts';
import { columnMap } from './columns.ts';
import { bar, count, duration, Progress } from './progress.ts';
import { modelFolders } from './session.ts';

/** What `akin add`, `sync` and `watch` have in common. */
export interface IntakeOptions {
  index: string;
  model?: string | undefined;
  format?: string | undefined;
  /** What a person said of columns: `title=Titel`. */
  map?: string[] | undefined;
  rejects?: string | undefined;
  /** Go on with the file of rejects instead of beginning it anew. */
  appendRejects?: boolean | undefined;
  threads?: number | undefined;
  /** False: store the papers only; they are found by words, and embedded by the next run. */
  embed: boolean;
  signal: AbortSignal;
}

export interface AddOptions extends IntakeOptions {
  /** Days (YYYY-MM-DD) that online services are asked for. */
  since?: string | undefined;
  until?: string | undefined;
  date?: string | undefined;
  /** Refuse to ask any online service. */
  offline?: boolean | undefined;
}

/** What became of a run, beside what became of its records. */
export interface Account {
  rejectsByCode: Record<string, number>;
  /** The first few; `--rejects FILE` has all of them. */
  rejects: Reject[];
  embedded: number;
  /** Of those embedded: longer than the model takes, so that their end has no part in the vector. */
  truncated: number;
  /** Papers that still wait for their vector. */
  pending: number;
  seconds: number;
  interrupted: boolean;
}

export type AddSummary = StoredCounts & Account;

const REJECTS_SHOWN = 20;

/** Stores and embeds what the paths hold. @throws AkinError before anything is stored if it can't begin. */
export async function add(paths: string[], options: AddOptions): Promise<AddSummary> {
  const { since, until, date, offline = false } = options;
  const onWait = ({ service, reason, seconds }: Wait) =>
    void process.stderr.write(`${service}: ${reason}; waiting ${Math.ceil(seconds)} s\n`);
  const online = { client: new PoliteClient({ offline, onWait }), since, until, date };
  readingOptions(options); // Refuses what can't be meant before there is a library.
  const writer = await openFor('akin add', options);
  try {
    return await takeIn(writer, options, (store) => storeFiles(writer, paths, { ...store, online }));
  } finally {
    await writer.close();
  }
}

/**
 * Opens the library for taking papers in; makes it if there is none.
 * @param wait whether to wait while another process is writing, instead of giving up.
 * @throws AkinError before anything is changed if papers could not be embedded; the signal's reason if it stops the waiting.
 */
export async function openFor(
  purpose: string,
  { index, model, embed, signal }: IntakeOptions,
  wait = false,
): Promise<LocalWriter> {
  const asked = model === undefined ? modelOf(index) : findModel(model);
  if (embed) await verifiedModelFolder(asked, modelFolders());
  for (let isFirst = true; ; isFirst = false) {
    try {
      return LocalWriter.open(index, { model: asked, mustBeThatModel: model !== undefined, purpose });
    } catch (error) {
      if (!wait || !(error instanceof AkinError && error.code === 'library-locked')) throw error;
      if (isFirst) process.stderr.write(`waiting: ${error.message}\n`);
      await setTimeout(500, undefined, { signal });
    }
  }
}

/** How files are to be read. @throws AkinError for a format or a column that is none. */
export function readingOptions({ index, format, map, rejects, signal }: IntakeOptions) {
  const columns = columnMap(map ?? []);
  return {
    source: format === undefined ? undefined : sourceNamed(format, columns),
    map: columns,
    // What akin writes itself must not be read where it lies among what is read.
    except: [index, ...(rejects === undefined ? [] : [rejects])].map(realPath),
    signal,
  };
}

/** Has papers stored by `store`, embeds those that wait, and gives an account of it. */
export async function takeIn<Counts extends StoredCounts>(
  writer: LocalWriter,
  options: IntakeOptions,
  store: (options: StoreOptions) => Promise<Counts>,
): Promise<Counts & Account> {
  const rejects: Reject[] = [];
  const rejectsByCode: Record<string, number> = {};
  const overall = new Progress();
  const rejectsFile =
    options.rejects === undefined ? undefined : openRejects(options.rejects, options.appendRejects ? 'a' : 'w');
  try {
    const reading = new Progress();
    const readingLine = ({ added, changed, unchanged, duplicate, rejected }: StoredCounts) => {
      const read = added + changed + unchanged + duplicate + rejected;
      return `reading: ${count(read)} records, ${count(Math.round(read / (reading.elapsedMs / 1000)))} a second`;
    };
    const counts = await store({
      ...readingOptions(options),
      onProgress: (state) => reading.update(() => readingLine(state)),
      onReject(reject) {
        if (rejects.length < REJECTS_SHOWN) rejects.push(reject);
        rejectsByCode[reject.code] = (rejectsByCode[reject.code] ?? 0) + 1;
        if (rejectsFile !== undefined) writeSync(rejectsFile, `${JSON.stringify(reject)}\n`);
      },
    });
    reading.finish(readingLine(counts));
    const embedding = options.embed && !options.signal.aborted ? await embed(writer, options) : undefined;
    return {
      ...counts,
      rejectsByCode,
      rejects,
      embedded: embedding?.done ?? 0,
      truncated: embedding?.truncated ?? 0,
      pending: writer.pendingCount(),
      seconds: overall.elapsedMs / 1000,
      interrupted: options.signal.aborted,
    };
  } finally {
    if (rejectsFile !== undefined) closeSync(rejectsFile);
  }
}

/** The path of what may not be there yet, without links where it is. */
function realPath(given: string): string {
  try {
    return realpathSync(given);
  } catch {
    return path.resolve(given);
  }
}

/** The model of the library there is; the default one where there is none yet. */
function modelOf(index: string): Model {
  try {
    const { db, model } = openForReading(index);
    db.close();
    return model;
  } catch (error) {
    if (!(error instanceof AkinError && error.code === 'library-missing')) throw error;
    return findModel(DEFAULT_MODEL);
  }
}

function openRejects(file: string, flags: 'a' | 'w'): number {
  try {
    return openSync(file, flags);
  } catch (error) {
    throw new AkinError('invalid-argument', `${file} can't be written: ${(error as Error).message}`, {
      field: 'rejects',
      cause: error,
    });
  }
}

async function embed(writer: LocalWriter, { index, threads, signal }: IntakeOptions): Promise<EmbedProgress> {
  const total = writer.pendingCount();
  // The graph takes in vectors while the next ones are computed, and its snapshot is written at the end.
  const library = await LocalLibrary.open(index);
  try {
    if (library.rebuilding !== undefined) process.stderr.write(`rebuilding the graph: ${library.rebuilding}\n`);
    let progress: EmbedProgress = { done: 0, tokens: 0, truncated: 0 };
    if (total > 0) {
      const embedder = await Embedder.start(writer.model, {
        modelFolders: modelFolders(),
        ...(threads ? { threads } : {}),
      });
      const embedding = new Progress();
      const line = ({ done, tokens }: EmbedProgress) => {
        const seconds = embedding.elapsedMs / 1000;
        const left = done === 0 ? '' : `, ${duration(((total - done) / done) * embedding.elapsedMs)} left`;
        return `embedding: ${bar(done, total)} ${count(done)} of ${count(total)}, ${(done / seconds).toFixed(1)} papers/s, ${count(Math.round(tokens / seconds))} tokens/s${left}`;
      };
      try {
        progress = await embedPending(writer, embedder, {
          signal,
          onProgress: (state) => embedding.update(() => line(state)),
        });
        embedding.finish(line(progress));
      } finally {
        await embedder.close();
      }
    }
    if (!signal.aborted) await library.settle();
    return progress;
  } finally {
    await library.close();
  }
}

/** The account of a run, for people. */
export function addText(summary: AddSummary): string {
  const { added, changed, unchanged, duplicate, rejected, embedded, truncated, pending, seconds } = summary;
  const lines = [
    `${count(added)} added, ${count(changed)} changed, ${count(unchanged)} unchanged, ${count(duplicate)} duplicates, ${count(rejected)} rejected`,
    `${count(embedded)} embedded in ${duration(seconds * 1000)}; ${count(truncated)} of them truncated (longer than the model's limit)`,
  ];
  if (pending > 0) lines.push(`${count(pending)} papers wait for their vector: the next "akin add" goes on`);
  if (summary.garbled > 0) {
    lines.push(
      `${count(summary.garbled)} look garbled, as if a program had read them in a wrong encoding; they were taken in as they are`,
    );
  }
  if (rejected > 0) {
    const codes = Object.entries(summary.rejectsByCode).map(([code, n]) => `${count(n)} ${code}`);
    lines.push(`rejected: ${codes.join(', ')}`);
    for (const { file, record, reason, excerpt } of summary.rejects) {
      lines.push(
        `  ${file}${record > 0 ? `, record ${record}` : ''}: ${reason}${excerpt ? `   «${excerpt.slice(0, 60)}»` : ''}`,
      );
    }
    if (rejected > summary.rejects.length)
      lines.push(`  and ${count(rejected - summary.rejects.length)} more: --rejects FILE writes them all`);
  }
  return lines.join('\n');
}
