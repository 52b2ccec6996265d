/** `akin add`: papers in, with progress while it works and an account of every record at the end. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { Embedder } from '../embedding/embedder.ts';
import { DEFAULT_MODEL, findModel, verifiedModelFolder, type Model } from '../embedding/models.ts';
import { AkinError } from '../errors.ts';
import { embedPending, storeFiles, type EmbedProgress, type Reject, type StoredCounts } from '../ingest.ts';
import { openForReading } from '../library/database.ts';
import { LocalLibrary } from '../library/local.ts';
import { LocalWriter } from '../library/writer.ts';
import { PoliteClient } from '../sources/online/polite.ts';
import { sourceNamed } from '../sources/registry.ts';
import { bar, count, duration, Progress } from './progress.ts';
import { modelFolders } from './session.ts';

export interface AddOptions {
  index: string;
  model?: string | undefined;
  format?: string | undefined;
  rejects?: string | undefined;
  threads?: number | undefined;
  /** False: store the papers only; they are found by words, and embedded by the next run. */
  embed: boolean;
  /** Days (YYYY-MM-DD) that online services are asked for. */
  since?: string | undefined;
  until?: string | undefined;
  date?: string | undefined;
  /** Refuse to ask any online service. */
  offline?: boolean | undefined;
  signal: AbortSignal;
}

export interface AddSummary extends StoredCounts {
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

const REJECTS_SHOWN = 20;

/** Stores and embeds what the paths hold. @throws AkinError before anything is stored if it can't begin. */
export async function add(paths: string[], options: AddOptions): Promise<AddSummary> {
  const source = options.format === undefined ? undefined : sourceNamed(options.format);
  const asked = options.model === undefined ? modelOf(options.index) : findModel(options.model);
  if (options.embed) await verifiedModelFolder(asked, modelFolders());
  const writer = LocalWriter.open(options.index, {
    model: asked,
    mustBeThatModel: options.model !== undefined,
    purpose: 'akin add',
  });
  const rejects: Reject[] = [];
  const rejectsByCode: Record<string, number> = {};
  const overall = new Progress();
  let rejectsFile: number | undefined;
  try {
    if (options.rejects !== undefined) rejectsFile = openRejects(options.rejects);
    const reading = new Progress();
    const readingLine = ({ garbled: _, ...outcomes }: StoredCounts) => {
      const read = Object.values(outcomes).reduce((sum, n) => sum + n, 0);
      return `reading: ${count(read)} records, ${count(Math.round(read / (reading.elapsedMs / 1000)))} a second`;
    };
    const counts = await storeFiles(writer, paths, {
      source,
      signal: options.signal,
      online: {
        client: new PoliteClient({
          offline: options.offline ?? false,
          onWait: ({ service, reason, seconds }) =>
            process.stderr.write(`${service}: ${reason}; waiting ${Math.ceil(seconds)} s\n`),
        }),
        since: options.since,
        until: options.until,
        date: options.date,
      },
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
    await writer.close();
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

function openRejects(file: string): number {
  try {
    return openSync(file, 'w');
  } catch (error) {
    throw new AkinError('invalid-argument', `${file} can't be written: ${(error as Error).message}`, {
      field: 'rejects',
      cause: error,
    });
  }
}

async function embed(writer: LocalWriter, { index, threads, signal }: AddOptions): Promise<EmbedProgress> {
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
