/**
 * The write path: sources → what is new or changed → embed → library.
 *
 * Two passes over a library that is consistent at every moment. First every record is read and stored, so that it is
 * found by words at once; then every paper without a vector is embedded. The library itself is the queue of the second
 * pass: whatever an interruption left undone is what the next run finds pending.
 */
import { existsSync } from 'node:fs';
import { AkinError } from './errors.ts';
import type { Embedder, Embedding } from './embedding/embedder.ts';
import type { LibraryWriter, PendingPaper, PutOutcome } from './library/library.ts';
import { excerpt, toPaper, type Paper } from './paper.ts';
import { looksGarbled } from './sources/garbled.ts';
import { checkPaths, filesOf, openFiles } from './sources/input.ts';
import { detectSource, FORMAT_NAMES } from './sources/registry.ts';
import { PoliteClient } from './sources/online/polite.ts';
import { cursorKey, isOnlineQuery, joinPapers, readOnline } from './sources/online/registry.ts';
import type { Found, RejectCode, Source } from './sources/source.ts';

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

export interface StoreOptions {
  /** The format of every file; undefined: told from each file's content. */
  source?: Source | undefined;
  onReject: (reject: Reject) => void;
  /** Told of each paper whose text seems to have been read in a wrong encoding. */
  onGarbled?: (where: { file: string; record: number; title: string }) => void;
  /** How online services are asked, and from which days on. */
  online?: { client?: PoliteClient; since?: string | undefined; until?: string | undefined; date?: string | undefined };
  /** Called after each transaction. */
  onProgress?: (counts: StoredCounts) => void;
  /** Stops between two transactions. */
  signal?: AbortSignal;
}

/** Records stored in one transaction: large enough that the disk's flush is shared, small enough to be lost gladly. */
const RECORDS_PER_TRANSACTION = 256;
/** And fewer of records that are huge: what waits to be stored is held in memory. */
const CHARACTERS_PER_TRANSACTION = 4 * 1024 * 1024;

/**
 * Reads files, folders, standard input (`-`) and online services (`arxiv:cs.CL`) and stores every record, as a stream.
 * @throws AkinError `file-unreadable` for a path that does not exist, before anything of it is read.
 */
export async function storeFiles(writer: LibraryWriter, paths: string[], options: StoreOptions): Promise<StoredCounts> {
  const counts: StoredCounts = { added: 0, changed: 0, unchanged: 0, duplicate: 0, rejected: 0, garbled: 0 };
  let batch: Paper[] = [];
  let characters = 0; // Of the batch.
  const flush = () => {
    for (const outcome of writer.put(batch)) counts[outcome]++;
    batch = [];
    characters = 0;
    options.onProgress?.(counts);
  };
  const reject = (rejected: Reject) => {
    counts.rejected++;
    options.onReject(rejected);
  };
  const take = async (read: AsyncIterable<Read>) => {
    for await (const { file, record, paper } of read) {
      if (looksGarbled(paper.title) || looksGarbled(paper.abstract)) {
        counts.garbled++;
        options.onGarbled?.({ file, record, title: paper.title });
      }
      batch.push(paper);
      characters += JSON.stringify(paper).length;
      if (batch.length >= RECORDS_PER_TRANSACTION || characters > CHARACTERS_PER_TRANSACTION) flush();
      if (options.signal?.aborted) return;
    }
  };
  const queries = paths.filter((given) => isOnlineQuery(given) && !existsSync(given));
  const files = paths.filter((given) => !queries.includes(given));
  await checkPaths(files);
  for await (const name of filesOf(files)) {
    await take(readFile(name, options.source, reject));
    if (options.signal?.aborted) return counts;
  }
  for (const query of joinPapers(queries)) {
    await take(readService(query, writer, flush, reject, options));
    if (options.signal?.aborted) return counts;
  }
  flush();
  return counts;
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
    for await (const { paper } of readFile(name, undefined, refuse)) yield paper;
  }
}

/** The papers an online service answers a query with; goes on where an earlier, interrupted reading ended. */
async function* readService(
  query: string,
  writer: LibraryWriter,
  flush: () => void,
  reject: (reject: Reject) => void,
  { online, signal }: StoreOptions,
): AsyncGenerator<Read> {
  const { client = new PoliteClient({}), ...days } = online ?? {};
  const key = cursorKey(query, days);
  const onCursor = (cursor: string | null) => {
    flush(); // A page's records are stored before it counts as read.
    writer.setCursor(key, cursor);
  };
  try {
    for await (const found of readOnline(query, { ...days, client, signal, cursor: writer.cursor(key), onCursor })) {
      const paper = asPaper(found, (code, reason) => reject(rejected(query, found, code, reason)));
      if (paper) yield { file: query, record: found.record, paper };
    }
  } catch (error) {
    if (!(error instanceof AkinError && error.code === 'file-unreadable')) throw error;
    reject({ file: query, record: 0, offset: 0, code: 'file-unreadable', reason: error.message, excerpt: '' });
  }
}

/** The papers behind a name; everything there that is none goes to `reject`. */
async function* readFile(
  name: string,
  source: Source | undefined,
  reject: (reject: Reject) => void,
): AsyncGenerator<Read> {
  const whole = (file: string, code: RejectCode, reason: string) =>
    reject({ file, record: 0, offset: 0, code, reason, excerpt: '' });
  try {
    for await (const file of openFiles(name)) {
      try {
        const reader = source ?? detectSource(file.head);
        if (!reader) {
          const known = `no format recognised; known: ${FORMAT_NAMES.join(', ')} (--format forces one)`;
          whole(file.name, 'format-unknown', file.head.trim() === '' ? 'the file is empty' : known);
          continue;
        }
        let isEmpty = true;
        for await (const found of reader.read(file)) {
          isEmpty = false;
          const paper = asPaper(found, (code, reason) => reject(rejected(file.name, found, code, reason)));
          if (paper) yield { file: file.name, record: found.record, paper };
        }
        // A file of its format may well hold no record; one that was only said to be must not pass without a word.
        if (isEmpty && !reader.detects(file.head))
          whole(file.name, 'format-unknown', `nothing of ${reader.title} in it`);
      } finally {
        file.close(); // Also when its format is unknown, or when nobody wants the rest of it.
      }
    }
  } catch (error) {
    if (!(error instanceof AkinError && error.code === 'file-unreadable')) throw error;
    whole(name, 'file-unreadable', error.message);
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

/** Vectors stored in one transaction, and so the most that an interruption costs. */
const VECTORS_PER_TRANSACTION = 64;

/**
 * Embeds every paper that has no vector yet and stores the vectors as they come.
 * @param signal stops it; what was embedded by then is stored.
 */
export async function embedPending(
  writer: LibraryWriter,
  embedder: Embedder,
  { onProgress, signal }: { onProgress?: (progress: EmbedProgress) => void; signal?: AbortSignal } = {},
): Promise<EmbedProgress> {
  const progress: EmbedProgress = { done: 0, tokens: 0, truncated: 0 };
  const sent: PendingPaper[] = [];
  let batch: { row: number; embedding: Embedding }[] = [];
  const flush = () => {
    writer.putVectors(batch);
    for (const { embedding } of batch) {
      progress.done++;
      progress.tokens += embedding.tokens;
      progress.truncated += Number(embedding.truncated);
    }
    batch = [];
    onProgress?.(progress);
  };
  function* texts(): Generator<string> {
    let last = 0;
    for (let page = writer.pending(last, 256); page.length > 0; page = writer.pending(last, 256)) {
      for (const paper of page) {
        if (signal?.aborted) return;
        sent.push(paper);
        last = paper.row;
        yield paper.text;
      }
    }
  }
  for await (const embedding of embedder.embedDocuments(texts())) {
    batch.push({ row: sent.shift()!.row, embedding });
    if (batch.length >= VECTORS_PER_TRANSACTION) flush();
  }
  if (batch.length > 0) flush();
  return progress;
}
