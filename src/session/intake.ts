/**
 * The write path: sources → what is new or changed → embed → library.
 *
 * Two passes over a library that is consistent at every moment. First every record is read and stored, so that it is
 * found by words at once; then every paper without a vector is embedded. The library itself is the queue of the second
 * pass: whatever an interruption left undone is what the next run finds pending.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Embedder, Embedding } from '../embedding/embedder.ts';
import { AkinError } from '../errors.ts';
import { refusalOf } from '../faults.ts';
import { STANDARD_INPUT, type Origin } from '../library/files.ts';
import type { Key, PendingPaper, Portion, PutOutcome } from '../library/library.ts';
import { toPaper, type Paper } from '../paper.ts';
import { excerpt } from '../text.ts';
import { hashOf, mayBeFile, mountOf, stateOf } from '../sources/file-state.ts';
import { looksGarbled } from '../sources/garbled.ts';
import { checkPaths, filesOf, openFiles } from '../sources/input.ts';
import { PoliteClient } from '../sources/online/polite.ts';
import { cursorKey, isOnlineQuery, joinPapers, onlineSourceFor, readOnline } from '../sources/online/registry.ts';
import { detectSource, FORMAT_NAMES, type ColumnMap } from '../sources/registry.ts';
import type { Found, RejectCode, Source } from '../sources/source.ts';
import type { IntakeWriter } from './new-library.ts';

export interface Reject {
  file: string;
  /** 1 for the file's first record; 0 when the whole file was rejected. */
  record: number;
  /** UTF-8 bytes from the beginning of the decoded text. */
  offset: number;
  code: RejectCode;
  reason: string;
  /** The first 200 characters of the record. */
  excerpt: string;
}

/** A paper, and where it was read. */
interface Read {
  file: string;
  record: number;
  paper: Paper;
}

export type StoredCounts = Record<PutOutcome, number> & {
  rejected: number;
  /** Papers taken in although their text seems to have been read in a wrong encoding. */
  garbled: number;
};

/** What happens while papers are taken in, for whoever waits: a terminal, a program far away, a test. */
export type IntakeEvent =
  /** Nothing goes on for a while: another writer is at work, or a service wants to be left alone. */
  | { event: 'waiting'; reason: string; seconds?: number | undefined }
  /** So much was read by now, and is stored; this is all there is, or more is to come. */
  | { event: 'read'; counts: Readonly<StoredCounts>; isAll: boolean }
  | { event: 'rejected'; reject: Reject }
  /** A paper whose text seems to have been read in a wrong encoding. */
  | { event: 'garbled'; file: string; record: number; title: string }
  | ({ event: 'embedded'; total: number; isAll: boolean } & EmbedProgress)
  /** Something worth knowing that stops nothing. */
  | { event: 'notice'; text: string };

export interface StoreOptions {
  /** The format of every file; undefined: told from each file's content. */
  source?: Source | undefined;
  /** Names of columns in tables. */
  map?: ColumnMap | undefined;
  /** Files and folders that are passed over in the folders that hold them: the library itself, for one. */
  except?: string[] | undefined;
  onEvent?: ((event: IntakeEvent) => void) | undefined;
  /** How online services are asked, and from which days on. */
  online?: { client?: PoliteClient; since?: string | undefined; until?: string | undefined; date?: string | undefined };
  /** Stops between two portions, and where somebody is waited for who writes into a pipe. */
  signal?: AbortSignal | undefined;
}

/** Records stored at once: so many that the disk's flush is shared, so few that they are lost gladly. */
const RECORDS_PER_PORTION = 256;
/** And fewer of records that are huge: what waits to be stored is held in memory. */
const CHARACTERS_PER_PORTION = 4 * 1024 * 1024;
/** For so long records are read before others in this process have a turn: a server answers meanwhile. */
const BREATH_MS = 5;

/**
 * Reads files, folders, standard input (`-`) and online services (`arxiv:cs.CL`) and stores every record, as a stream.
 * @throws AkinError `file-unreadable` for a path that does not exist, before anything of it is read.
 */
export async function storeFiles(writer: IntakeWriter, paths: string[], options: StoreOptions): Promise<StoredCounts> {
  const { files, queries } = await placesAmong(paths);
  const intake = new Intake(writer, options);
  for await (const name of filesOf(files, { except: options.except ?? [] })) {
    await intake.file(name);
    if (options.signal?.aborted) return intake.end();
  }
  for (const query of joinPapers(queries)) {
    await intake.query(query);
    if (options.signal?.aborted) return intake.end();
  }
  return intake.end();
}

/**
 * What a person named: files and folders, and what online services are to be asked.
 * @throws AkinError `file-unreadable` for a path that does not exist.
 */
export async function placesAmong(paths: string[]): Promise<{ files: string[]; queries: string[] }> {
  const queries = paths.filter((given) => isOnlineQuery(given) && !existsSync(given));
  const files = paths.filter((given) => !queries.includes(given));
  await checkPaths(files);
  return { files, queries };
}

/**
 * The papers in files, none of them stored.
 * @throws AkinError `file-unreadable` for a path that does not exist; `record-invalid` for what is no paper, since whoever
 *   names a file for the sake of its papers wants all of them.
 */
export async function* papersIn(paths: string[]): AsyncGenerator<Paper> {
  await checkPaths(paths);
  for await (const name of filesOf(paths)) {
    const refuse = ({ file, record, reason }: Reject) => {
      throw new AkinError('record-invalid', `${file}${record > 0 ? `, record ${record}` : ''}: ${reason}`, {
        field: 'file',
      });
    };
    for await (const { paper } of readFile({ name }, {}, refuse)) yield paper;
  }
}

/** How files are read; one that was read in another way has to be read again. */
export const mannerOf = ({ source, map }: Pick<StoreOptions, 'source' | 'map'>): string =>
  JSON.stringify({ format: source?.name, map });

/** Takes what is read into a library, a few hundred records at a time; the next ones are read while these are stored. */
export class Intake {
  readonly counts: StoredCounts = { added: 0, changed: 0, unchanged: 0, duplicate: 0, rejected: 0, garbled: 0 };
  readonly #writer: IntakeWriter;
  readonly #options: StoreOptions;
  #waiting: Portion['parts'] = [];
  /** How much is waiting: records, and ends of files. */
  #count = 0;
  /** Characters of them. */
  #size = 0;
  /** What is being stored. */
  #storing: Promise<void> = Promise.resolve();

  constructor(writer: IntakeWriter, options: StoreOptions) {
    this.#writer = writer;
    this.#options = options;
  }

  /** Reads a file (or `-`), and remembers what it was and which records it holds. */
  async file(name: string): Promise<void> {
    const { signal } = this.#options;
    // What is no file, such as a pipe, can be read only once, and says nothing about itself.
    if (name === '-' || !(await mayBeFile(name))) {
      return this.#take(
        originOf(STANDARD_INPUT),
        this.#read(name, (reject) => this.#reject(reject)),
      );
    }
    const readAt = Date.now();
    const before = await identityOf(name);
    const invalid: string[] = [];
    let unread = 0;
    let found = 0;
    const papers = this.#read(name, (reject) => {
      if (reject.code === 'record-invalid') invalid.push(`${reject.reason}\n${reject.excerpt}`);
      else if (reject.code !== 'no-records') unread++;
      this.#reject(reject);
    });
    const origin = originOf(path.resolve(name), before?.mount);
    const counted = async function* () {
      for await (const paper of papers) {
        found++;
        yield paper;
      }
    };
    await this.#take(origin, counted());
    if (signal?.aborted) return;
    const isSame = before !== undefined && (await stateOf(name).catch(() => undefined))?.stamp === before.stamp;
    let trouble: string | null = null;
    if (unread > 0)
      trouble = unread === 1 ? 'something in it could not be read' : `${unread} things in it could not be read`;
    else if (!isSame) trouble = 'it changed while it was read';
    else if (found + invalid.length === 0) trouble = 'nothing is left in it';
    const [stamp, hash] = isSame ? [before.stamp, before.hash] : [null, null];
    this.#part(origin).end = { stamp, hash, manner: mannerOf(this.#options), readAt, invalid, trouble };
    await this.#grow(0);
  }

  /**
   * Reads a file that somebody sent, and that is not kept: as standard input it may be another thing every time.
   * @param name what they call it.
   */
  async sent(name: string, place: string): Promise<void> {
    const file = { name, place, isSent: true };
    const read = readFile(
      file,
      this.#options,
      (reject) => this.#reject(reject),
      (text) => this.#notice(text),
    );
    await this.#take(originOf(STANDARD_INPUT), read);
  }

  /** Reads what an online service answers; goes on where an earlier, interrupted reading ended. */
  async query(query: string): Promise<void> {
    const { online, signal } = this.#options;
    const { client = new PoliteClient({}), ...days } = online ?? {};
    const key = cursorKey(query, days);
    const cursor = await this.#writer.cursor(key);
    // A page's records are stored with it, so that none is ever taken for read that is not stored.
    const onCursor = (at: string | null) => this.#store({ key, at });
    const answers = readOnline(query, { ...days, client, signal, cursor, onCursor });
    await this.#take(
      originOf(onlineSourceFor(query)!.name),
      papersAmong(query, answers, (reject) => this.#reject(reject)),
    );
  }

  /** Stores what is waiting, unless the reading was stopped. @returns what became of all of it. */
  async end(): Promise<StoredCounts> {
    if (!this.#options.signal?.aborted) await this.#store();
    await this.#storing;
    return this.counts;
  }

  /** Begins to store what is waiting as soon as what was before it is stored; two portions are held at most. */
  async #store(cursor?: Portion['cursor']): Promise<void> {
    const portion: Portion = { parts: this.#waiting, cursor };
    if (portion.parts.length === 0 && !cursor) return;
    this.#waiting = [];
    this.#count = 0;
    this.#size = 0;
    await this.#storing;
    this.#storing = this.#writer.store(portion).then((outcomes) => {
      for (const outcome of outcomes.flat()) this.counts[outcome]++;
      this.#options.onEvent?.({ event: 'read', counts: this.counts, isAll: false });
    });
    this.#storing.catch(() => {}); // Whoever awaits it next is told.
    if (cursor) await this.#storing;
  }

  #read(name: string, reject: (reject: Reject) => void): AsyncGenerator<Read> {
    return readFile({ name }, this.#options, reject, (text) => this.#notice(text));
  }

  #notice(text: string): void {
    this.#options.onEvent?.({ event: 'notice', text });
  }

  #reject(reject: Reject): void {
    this.counts.rejected++;
    this.#options.onEvent?.({ event: 'rejected', reject });
  }

  async #take(origin: Origin, read: AsyncIterable<Read>): Promise<void> {
    let breathed = performance.now();
    for await (const { file, record, paper } of read) {
      if (looksGarbled(paper.title) || looksGarbled(paper.abstract)) {
        this.counts.garbled++;
        this.#options.onEvent?.({ event: 'garbled', file, record, title: paper.title });
      }
      this.#part(origin).papers.push(paper);
      await this.#grow(JSON.stringify(paper).length);
      if (performance.now() - breathed > BREATH_MS) {
        await setImmediate();
        breathed = performance.now();
      }
      if (this.#options.signal?.aborted) return;
    }
  }

  async #grow(characters: number): Promise<void> {
    this.#count++;
    this.#size += characters;
    if (this.#count >= RECORDS_PER_PORTION || this.#size > CHARACTERS_PER_PORTION) await this.#store();
  }

  /** What waits from one place, to be added to. */
  #part(origin: Origin): Portion['parts'][number] {
    let last = this.#waiting.at(-1);
    if (last?.origin !== origin) this.#waiting.push((last = { origin, papers: [] }));
    return last;
  }
}

/** A new reading of a place. */
const originOf = (place: string, mount = ''): Origin => ({ path: place, mount, reading: randomUUID() });

/** What a file is before it is read; undefined where that can't be told, and reading it says why. */
async function identityOf(name: string): Promise<{ stamp: string; hash: string; mount: string } | undefined> {
  try {
    const { stamp } = await stateOf(name);
    return { stamp, hash: await hashOf(name), mount: await mountOf(name) };
  } catch {
    return undefined;
  }
}

/** The papers among what a service answered; what is none goes to `reject`, and so does a service that can't be asked. */
async function* papersAmong(
  query: string,
  answers: AsyncIterable<Found>,
  reject: (reject: Reject) => void,
): AsyncGenerator<Read> {
  try {
    for await (const found of answers) {
      const paper = asPaper(found, (code, reason) => reject(rejected(query, found, code, reason)));
      if (paper) yield { file: query, record: found.record, paper };
    }
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal?.code !== 'file-unreadable') throw error;
    reject({ file: query, record: 0, offset: 0, code: 'file-unreadable', reason: refusal.message, excerpt: '' });
  }
}

/** What is to be read: by its name, or where it lies under another one. */
interface Named {
  name: string;
  place?: string;
  /** Whether it came from somebody who may be a stranger. */
  isSent?: boolean;
}

/** The papers behind a name; everything there that is none goes to `reject`, and what else is worth knowing to `notice`. */
async function* readFile(
  { name, place = name, isSent = false }: Named,
  { source, map, signal }: Pick<StoreOptions, 'source' | 'map' | 'signal'>,
  reject: (reject: Reject) => void,
  notice: (text: string) => void = () => {},
): AsyncGenerator<Read> {
  const whole = (file: string, code: RejectCode, reason: string) =>
    reject({ file, record: 0, offset: 0, code, reason, excerpt: '' });
  try {
    for await (const file of openFiles(name, place, signal)) {
      try {
        if (signal?.aborted) return; // An archive may hold a hundred thousand files of which none is stored.
        const reader = source ?? detectSource(file.head, map);
        if (!reader) {
          const known = `no format recognised; known: ${FORMAT_NAMES.join(', ')} (--format forces one)`;
          whole(file.name, 'format-unknown', file.head.trim() === '' ? 'the file is empty' : known);
          continue;
        }
        if (isSent && reader.isOnlyForOwner) {
          whole(
            file.name,
            'file-unreadable',
            `${reader.title} is read only where it lies: akin watch, or serve --watch`,
          );
          continue;
        }
        let isEmpty = true;
        for await (const found of reader.read(file)) {
          isEmpty = false;
          if ('input' in found) for (const remark of found.remarks ?? []) notice(`${file.name}: ${remark}`);
          const paper = asPaper(found, (code, reason) => reject(rejected(file.name, found, code, reason)));
          if (paper) yield { file: file.name, record: found.record, paper };
        }
        const encoding = file.guessedEncoding?.();
        if (encoding !== undefined && !isEmpty) notice(`${file.name}: read as ${encoding}`);
        // Of no record there is nothing else to tell: a whole file must not pass without a word.
        if (isEmpty && !reader.detects(file.head)) {
          whole(file.name, 'format-unknown', `nothing of ${reader.title} in it`);
        } else if (isEmpty) {
          whole(file.name, 'no-records', `it looks like ${reader.title}, but there is no record in it`);
        }
      } finally {
        file.close(); // Also when its format is unknown, or when nobody wants the rest of it.
      }
    }
  } catch (error) {
    if (signal?.aborted) return; // It was waited for, or was cut short; nobody wants what is left of it.
    const refusal = refusalOf(error);
    // That it may not be read is said by whoever tried to read it; too many open files, say, are no fault of this one.
    const isTold = refusal === error && refusal?.code === 'access-denied';
    if (!refusal || !(isTold || refusal.code === 'file-unreadable')) throw error;
    const named = [name, place].map((each) => `${each}: `).find((each) => refusal.message.startsWith(each)) ?? '';
    whole(name, 'file-unreadable', refusal.inOne.slice(named.length));
  }
}

function rejected(file: string, { record, offset, raw }: Found, code: RejectCode, reason: string): Reject {
  return { file, record, offset, code, reason, excerpt: excerpt(raw.slice(0, 1000), 200) };
}

function asPaper(found: Found, reject: (code: RejectCode, reason: string) => void): Paper | undefined {
  if ('reject' in found) {
    reject(found.reject.code, found.reject.reason);
    return undefined;
  }
  try {
    return toPaper(found.input);
  } catch (error) {
    if (!(error instanceof AkinError)) throw error;
    reject('record-invalid', error.message);
    return undefined;
  }
}

export interface EmbedProgress {
  /** Papers embedded by this call so far. */
  done: number;
  /** Tokens they had. */
  tokens: number;
  /** How many of them were longer than the model takes. */
  truncated: number;
}

/** Vectors stored at once, and so the most that an interruption costs. */
const VECTORS_AT_ONCE = 64;
/** Papers asked for at once that wait for their vector. */
const PENDING_AT_ONCE = 256;

/**
 * Embeds every paper that has no vector yet and stores the vectors as they come.
 * @param signal stops it; what was embedded by then is stored.
 */
export async function embedPending(
  writer: IntakeWriter,
  embedder: Embedder,
  { onProgress, signal }: { onProgress?: (progress: EmbedProgress) => void; signal?: AbortSignal } = {},
): Promise<EmbedProgress> {
  const progress: EmbedProgress = { done: 0, tokens: 0, truncated: 0 };
  const sent: PendingPaper[] = [];
  let batch: { key: Key; embedding: Embedding }[] = [];
  const flush = async () => {
    await writer.storeVectors(batch);
    for (const { embedding } of batch) {
      progress.done++;
      progress.tokens += embedding.tokens;
      progress.truncated += Number(embedding.truncated);
    }
    batch = [];
    onProgress?.({ ...progress });
  };
  async function* texts(): AsyncGenerator<string> {
    let last: Key | undefined;
    for (;;) {
      const page = await writer.pending(PENDING_AT_ONCE, last);
      if (page.length === 0) return;
      for (const paper of page) {
        if (signal?.aborted) return;
        sent.push(paper);
        yield paper.text;
      }
      last = page.at(-1)!.key;
    }
  }
  for await (const embedding of embedder.embedDocuments(texts())) {
    batch.push({ key: sent.shift()!.key, embedding });
    if (batch.length >= VECTORS_AT_ONCE) await flush();
  }
  if (batch.length > 0) await flush();
  return progress;
}
