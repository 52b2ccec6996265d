/** The commands that take papers in: `add`, `sync` and `watch`, with progress while they work and an account at the end. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { DEFAULT_MODEL, MODEL_NAMES } from '../embedding/models.ts';
import { refusalOf } from '../faults.ts';
import type { Making } from '../map/making.ts';
import { notWritten } from '../places.ts';
import type { SyncSummary } from '../session/follow.ts';
import type { IntakeEvent, Reject, StoredCounts } from '../session/intake.ts';
import type { Session } from '../session/session.ts';
import type { AddSummary } from '../session/take-in.ts';
import { count } from '../text.ts';
import type { Program } from './program.ts';
import { bar, duration, Progress } from './progress.ts';
import { everyOne, exitAfter, interruption, print, talk, wholeNumber } from './terminal.ts';

/** Adds the commands to the program. */
export function intakeCommands({ command, sessionOf }: Program): void {
  const intakeCommand = (nameAndArguments: string, description: string) =>
    command(nameAndArguments, description)
      .option(
        '--format <name>',
        'the format of every file, instead of telling it from the content (src/sources/README.md has a table)',
      )
      .option(
        '--map <field=header>',
        'which column of a table holds a field (may be given several times)',
        everyOne,
        [] as string[],
      )
      .option('--model <name>', `the model of a new library: ${MODEL_NAMES.join(' or ')} (default: ${DEFAULT_MODEL})`)
      .option('--rejects <file>', 'write every record that could not be taken in, as JSON Lines')
      .option(
        '--threads <n>',
        'embedding threads (default: as many as the machine runs in parallel)',
        wholeNumber(1, 256),
      )
      .option('--no-embed', 'only store: found by words at once, embedded by the next run');

  intakeCommand('add', 'take in papers from files, folders, - (standard input) or online services')
    .argument('<paths...>')
    .option('--since <day>', 'from an online service: only what is from this day on (YYYY-MM-DD)')
    .option('--until <day>', 'from an online service: only what is until this day')
    .option('--date <day>', 'from hf-papers: the day')
    .option('--offline', 'refuse to ask any online service', false)
    .action(async (paths, options) => {
      const summary = await withRejects(options.rejects, async (onReject) => {
        const session = sessionOf(options);
        const signal = interruption();
        try {
          const added = await session.add(paths, { ...intakeOptions(options, onReject), signal });
          if (!added.interrupted) await layOut(session, added.embedded, signal);
          return added;
        } finally {
          await session.close();
        }
      });
      print(options, summary, addText);
      exitAfter(summary);
    });

  for (const [name, description] of [
    ['sync', 'bring the library in step with files that changed'],
    ['watch', 'keep the library in step with files, until Ctrl-C'],
  ] as const) {
    intakeCommand(name, description)
      .argument('<paths...>')
      .option('--delete', 'remove the papers that the files no longer hold', false)
      .option('--delete-many', 'also where more than half of a file or folder is gone', false)
      .action(async (paths, options) => {
        await withRejects(options.rejects, async (onReject) => {
          const session = sessionOf(options);
          const following = {
            ...intakeOptions(options, onReject),
            delete: options.delete || options.deleteMany,
            deleteMany: options.deleteMany,
            signal: interruption(),
          };
          const say = (summary: SyncSummary) => {
            print(options, summary, syncText);
            exitAfter(name === 'watch' ? { ...summary, rejected: 0 } : summary);
          };
          try {
            if (name === 'watch') await session.watch(paths, following, say);
            else say(await session.sync(paths, following));
          } finally {
            await session.close();
          }
        });
      });
  }
}

/** Lays a library out that was built. Where that fails nothing is lost: it is done when somebody wants to see the map. */
async function layOut({ mapping }: Session, embedded: number, signal: AbortSignal): Promise<void> {
  const progress = new Progress();
  const onProgress = ({ doing, share }: Making) => progress.update(() => `map: ${doing} ${bar(share, 1)}`);
  try {
    const made = await mapping.madeAfterBuild(embedded, { signal, onProgress });
    if (made) progress.finish(`map: ${count(made.map.ids.length)} papers laid out in ${duration(progress.elapsedMs)}`);
  } catch (error) {
    progress.finish(`no map was made: ${(error as Error).message}`);
  }
}

interface Told {
  format?: string | undefined;
  map: string[];
  model?: string | undefined;
  rejects?: string | undefined;
  threads?: number | undefined;
  embed: boolean;
  since?: string | undefined;
  until?: string | undefined;
  date?: string | undefined;
  offline?: boolean | undefined;
}

/** How papers are taken in, from what a command was told. */
function intakeOptions(options: Told, onReject: (reject: Reject) => void) {
  const { format, map, model, rejects, threads, embed, since, until, date, offline } = options;
  const progress = new IntakeProgress();
  const onEvent = (event: IntakeEvent) => {
    if (event.event === 'rejected') onReject(event.reject);
    progress.show(event);
  };
  const except = rejects === undefined ? [] : [rejects];
  return { format, map, model, except, threads, embed, since, until, date, offline, onEvent };
}

/** Shows on stderr how far taking papers in has come. */
export class IntakeProgress {
  #reading = new Progress();
  #embedding: Progress | undefined;
  /** Files that were refused whole: they hold no record that was read. */
  #refused = 0;

  show(event: IntakeEvent): void {
    if (event.event === 'notice') talk(event.text);
    else if (event.event === 'rejected') this.#refused += Number(event.reject.record === 0);
    else if (event.event === 'waiting') {
      talk(
        event.seconds === undefined
          ? `waiting: ${event.reason}`
          : `${event.reason}; waiting ${Math.ceil(event.seconds)} s`,
      );
    } else if (event.event === 'read') {
      if (this.#embedding) [this.#reading, this.#embedding, this.#refused] = [new Progress(), undefined, 0]; // Another run of `akin watch`.
      const line = () => readingLine(event.counts, this.#refused, this.#reading.elapsedMs);
      this.#reading.update(line);
      if (event.isAll) this.#reading.finish(line());
    } else if (event.event === 'embedded') {
      this.#embedding ??= new Progress();
      const line = () => embeddingLine(event, this.#embedding!.elapsedMs);
      if (event.isAll) this.#embedding.finish(line());
      else this.#embedding.update(line);
    }
  }
}

function readingLine(counts: StoredCounts, refused: number, elapsedMs: number): string {
  const { added, changed, unchanged, duplicate, rejected } = counts;
  const read = added + changed + unchanged + duplicate + rejected - refused;
  const files = refused > 0 ? [`${several(refused, 'file')} refused`] : [];
  const speed = `${count(Math.round(read / (elapsedMs / 1000)))} a second`;
  return `reading: ${[several(read, 'record'), ...files, speed].join(', ')}`;
}

const several = (n: number, what: string): string => `${count(n)} ${what}${n === 1 ? '' : 's'}`;

function embeddingLine(
  { done, total, tokens }: Extract<IntakeEvent, { event: 'embedded' }>,
  elapsedMs: number,
): string {
  const seconds = elapsedMs / 1000;
  const left = done === 0 ? '' : `, ${duration(((total - done) / done) * elapsedMs)} left`;
  return `embedding: ${bar(done, total)} ${count(done)} of ${count(total)}, ${(done / seconds).toFixed(1)} papers/s, ${count(Math.round(tokens / seconds))} tokens/s${left}`;
}

/** Runs what may reject records, and writes each of them to a file if one is given. */
async function withRejects<T>(
  file: string | undefined,
  run: (onReject: (reject: Reject) => void) => Promise<T>,
): Promise<T> {
  if (file === undefined) return run(() => {});
  const descriptor = openRejects(file);
  const write = (reject: Reject): void => {
    try {
      writeSync(descriptor, `${JSON.stringify(reject)}\n`);
    } catch (error) {
      throw refusalOf(error, file) ?? error;
    }
  };
  try {
    return await run(write);
  } finally {
    closeSync(descriptor);
  }
}

function openRejects(file: string): number {
  try {
    return openSync(file, 'w');
  } catch (error) {
    throw notWritten(file, error, { field: 'rejects' });
  }
}

/** The account of a run, for people. */
export function addText(summary: AddSummary): string {
  const { added, changed, unchanged, duplicate, rejected, embedded, truncated, pending, seconds } = summary;
  const isNothing = added + changed + unchanged + duplicate + embedded === 0;
  const lines = isNothing
    ? ['nothing was taken in']
    : [
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

const KEPT_SHOWN = 20;

/** The account of a run, for people. */
export function syncText(summary: SyncSummary): string {
  const { files, removed, left, kept } = summary;
  const lines = [
    `files: ${count(files.read)} read, ${count(files.unchanged)} unchanged, ${count(files.gone)} gone`,
    ...(files.read + summary.embedded + summary.pending > 0 ? [addText(summary)] : []),
  ];
  if (removed.records > 0) lines.push(`removed: ${count(removed.records)} records, ${count(removed.papers)} papers`);
  if (left > 0) lines.push(`no longer in their files: ${count(left)} records (--delete removes them)`);
  for (const { file, records, reason } of kept.slice(0, KEPT_SHOWN)) {
    lines.push(records > 0 ? `kept: ${count(records)} records of ${file}: ${reason}` : `not read: ${file}: ${reason}`);
  }
  if (kept.length > KEPT_SHOWN) lines.push(`and ${count(kept.length - KEPT_SHOWN)} more files: --json names them all`);
  return lines.join('\n');
}
