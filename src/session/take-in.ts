/**
 * Taking papers in, from the first record to the last vector: opens the library for writing, stores, embeds, and gives an
 * account of it.
 */
import { setTimeout } from 'node:timers/promises';
import { Embedder } from '../embedding/embedder.ts';
import { DEFAULT_MODEL, findModel, verifiedModelFolder, type Model } from '../embedding/models.ts';
import { AkinError } from '../errors.ts';
import type { Library, LibraryWriter } from '../library/library.ts';
import { modelOfLibrary, openWriter, type WriterOptions } from '../library/open.ts';
import { realPath } from '../places.ts';
import { columnMap } from '../sources/columns.ts';
import { PoliteClient, type Wait } from '../sources/online/polite.ts';
import { checkDays } from '../sources/online/registry.ts';
import { sourceNamed } from '../sources/registry.ts';
import type { Configuration } from './configuration.ts';
import {
  embedPending,
  placesAmong,
  storeFiles,
  type EmbedProgress,
  type IntakeEvent,
  type Reject,
  type StoredCounts,
  type StoreOptions,
} from './intake.ts';
import { whenNeeded, type IntakeWriter } from './new-library.ts';

/** How papers are taken in, from wherever. */
export interface IntakeOptions {
  /** The model of a new library; a library of another one is refused. Undefined: the library's own, or the default. */
  model?: string | undefined;
  /** The format of every file. */
  format?: string | undefined;
  /** What a person said of columns: `title=Titel`. */
  map?: string[] | undefined;
  /** Files that are passed over, besides the library itself. */
  except?: string[] | undefined;
  threads?: number | undefined;
  /** False: store the papers only; they are found by words, and embedded by the next run. */
  embed?: boolean | undefined;
  onEvent?: ((event: IntakeEvent) => void) | undefined;
  /** What is under way is stored, and then it ends. */
  signal?: AbortSignal | undefined;
}

/** How online services are asked. */
export interface OnlineOptions {
  /** Days (YYYY-MM-DD). */
  since?: string | undefined;
  until?: string | undefined;
  date?: string | undefined;
  /** Refuse to ask any. */
  offline?: boolean | undefined;
}

/** What became of a run, beside what became of its records. */
export interface Account {
  rejectsByCode: Record<string, number>;
  /** The first few. */
  rejects: Reject[];
  /** What else is worth knowing of files: the first remarks on them. */
  notes: string[];
  embedded: number;
  /** Of those embedded: longer than the model takes, so that their end has no part in the vector. */
  truncated: number;
  /** Papers that still wait for their vector. */
  pending: number;
  seconds: number;
  interrupted: boolean;
}

export type AddSummary = StoredCounts & Account;

const REJECTS_KEPT = 20;
const NOTES_KEPT = 20;

/** Where papers go, and by which settings. */
export interface Target {
  /** The library's address. */
  address: string;
  configuration: Configuration;
  /** What a program that runs for long has open already; without it a run opens each for itself. */
  open?: Opened;
}

/** What is open, or is opened when it is first wanted, and is closed by others. */
export interface Opened {
  library: () => Promise<Library>;
  embedder: () => Promise<Embedder>;
  /** One writer for all of this process; whoever took it closes it as its own. */
  writer: (options: WriterOptions) => Promise<LibraryWriter>;
}

/** Stores and embeds what the paths hold. @throws AkinError before anything is stored if it can't begin. */
export async function add(
  target: Target,
  paths: string[],
  options: IntakeOptions & OnlineOptions,
): Promise<AddSummary> {
  const { since, until, date, offline = false, onEvent } = options;
  const client = clientFor(target, offline, onEvent);
  const online = { client, since, until, date };
  // What can't be meant is refused before there is a library.
  readingOptions(target.address, options);
  checkDays({ since, until, date });
  const { queries } = await placesAmong(paths);
  if (offline && queries.length > 0) {
    throw new AkinError('offline', `${queries[0]} asks an online service, and akin was told to stay offline`, {
      hint: 'run it without --offline, or add a file',
      field: 'offline',
    });
  }
  const isThere = (await modelOfLibrary(target.address)) !== undefined;
  const model = await modelFor(target, options);
  const open = () => openForTakingIn('akin add', target, options, model);
  const writer = isThere ? await open() : whenNeeded(model, open);
  try {
    return await takeIn(writer, target, options, (store) => storeFiles(writer, paths, { ...store, online }));
  } finally {
    await writer.close();
  }
}

/** What asks online services, as the configuration says, and tells when it has to wait for one. */
export function clientFor(
  { configuration }: Target,
  offline: boolean,
  onEvent: IntakeOptions['onEvent'],
): PoliteClient {
  const onWait = ({ service, reason, seconds }: Wait) =>
    onEvent?.({ event: 'waiting', reason: `${service}: ${reason}`, seconds });
  const { contact, openAlexKey } = configuration;
  return new PoliteClient({ offline, onWait, contact, keys: { openalex: openAlexKey } });
}

/** How often a writer that waits for another one looks whether it has finished. */
const LOOK_AGAIN_MS = 500;

/** The model of the library, there already or to be made. @throws AkinError if papers could not be embedded with it. */
export async function modelFor(
  { address, configuration, open }: Target,
  { model, embed = true }: IntakeOptions,
): Promise<Model> {
  if (open) return (await open.embedder()).model;
  const wanted = model === undefined ? await modelOfLibrary(address) : findModel(model);
  const asked = wanted ?? findModel(DEFAULT_MODEL);
  if (embed) await verifiedModelFolder(asked, configuration.modelFolders);
  return asked;
}

/**
 * Opens the library for taking papers in; makes it if there is none.
 * @param asked as `modelFor` says.
 * @param wait whether to wait while another process is writing, instead of giving up.
 * @throws AkinError as `openWriter`; the signal's reason if it stops the waiting.
 */
export async function openForTakingIn(
  purpose: string,
  { address, open }: Target,
  { model, onEvent, signal }: IntakeOptions,
  asked: Model,
  wait = false,
): Promise<LibraryWriter> {
  const options = { model: asked, mustBeThatModel: model !== undefined, purpose };
  for (let isFirst = true; ; isFirst = false) {
    try {
      return await (open ? open.writer(options) : openWriter(address, options));
    } catch (error) {
      if (!wait || !(error instanceof AkinError && error.code === 'library-locked')) throw error;
      if (isFirst) onEvent?.({ event: 'waiting', reason: error.message });
      await setTimeout(LOOK_AGAIN_MS, undefined, { signal });
    }
  }
}

/** How files are to be read. @throws AkinError for a format or a column that is none. */
export function readingOptions(address: string, { format, map, except = [], onEvent, signal }: IntakeOptions) {
  const columns = columnMap(map ?? []);
  return {
    source: format === undefined ? undefined : sourceNamed(format, columns),
    map: columns,
    // What akin writes itself must not be read where it lies among what is read.
    except: [address, ...except].map(realPath),
    onEvent,
    signal,
  };
}

/** Has papers stored by `store`, embeds those that wait, and gives an account of it. */
export async function takeIn<Counts extends StoredCounts>(
  writer: IntakeWriter,
  target: Target,
  options: IntakeOptions,
  store: (options: StoreOptions) => Promise<Counts>,
): Promise<Counts & Account> {
  const { embed = true, onEvent, signal } = options;
  const started = performance.now();
  const rejects: Reject[] = [];
  const rejectsByCode: Record<string, number> = {};
  const notes: string[] = [];
  const counts = await store({
    ...readingOptions(target.address, options),
    onEvent(event) {
      onEvent?.(event);
      if (event.event === 'notice' && notes.length < NOTES_KEPT) notes.push(event.text);
      if (event.event !== 'rejected') return;
      if (rejects.length < REJECTS_KEPT) rejects.push(event.reject);
      rejectsByCode[event.reject.code] = (rejectsByCode[event.reject.code] ?? 0) + 1;
    },
  });
  onEvent?.({ event: 'read', counts, isAll: true });
  const embedding = embed && !signal?.aborted ? await embedAll(writer, target, options) : undefined;
  return {
    ...counts,
    rejectsByCode,
    rejects,
    notes,
    embedded: embedding?.done ?? 0,
    truncated: embedding?.truncated ?? 0,
    pending: await writer.pendingCount(),
    seconds: (performance.now() - started) / 1000,
    interrupted: signal?.aborted ?? false,
  };
}

async function embedAll(
  writer: IntakeWriter,
  { open, configuration: { modelFolders } }: Target,
  { threads, onEvent, signal }: IntakeOptions,
): Promise<EmbedProgress> {
  const total = await writer.pendingCount();
  let progress: EmbedProgress = { done: 0, tokens: 0, truncated: 0 };
  if (total > 0) {
    const own = open
      ? undefined
      : await Embedder.start(writer.model, { modelFolders, ...(threads ? { threads } : {}) });
    const embedder = own ?? (await open!.embedder());
    const onProgress = (state: EmbedProgress) => onEvent?.({ event: 'embedded', total, isAll: false, ...state });
    try {
      onProgress(progress);
      progress = await embedPending(writer, embedder, { onProgress, ...(signal ? { signal } : {}) });
      onEvent?.({ event: 'embedded', total, isAll: true, ...progress });
    } finally {
      await own?.close();
    }
  }
  if (!signal?.aborted) await writer.finish();
  return progress;
}
