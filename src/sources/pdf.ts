/**
 * A paper as a PDF: one record, of what its first pages and its metadata clearly say. The file is opened in a thread, which
 * is ended when it takes too long or too much memory.
 */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Worker } from 'node:worker_threads';
import { startThread } from '../thread.ts';
import { frontMatter, type Metadata } from './pdf-front.ts';
import type { Page } from './pdf-lines.ts';
import type { Found, RejectCode, Source } from './source.ts';

const MAX_FILE_BYTES = 100 * 1024 * 1024;
const MAX_SECONDS = 10;
/**
 * pdf.js with nothing to read takes 55 MB. The others are for the file, of which a damaged one takes three times its size,
 * and for what is unpacked of it.
 */
const MAX_MEMORY_BYTES = 144 * 1024 * 1024;
/** Of those, what objects may take. */
const MAX_HEAP_MB = 96;
/** Title and abstract stand on the first pages, behind a repository's cover page at most. */
const FIRST_PAGES = 3;
/** How often time and memory are looked at. */
const WATCH_MS = 10;

export const pdf: Source = {
  name: 'pdf',
  title: 'PDF',

  detects: (head) => head.startsWith('%PDF-'),

  async *read(file): AsyncGenerator<Found> {
    const raw = path.basename(file.name);
    const place = { record: 1, offset: 0, raw };
    const rejected = (code: RejectCode, reason: string): Found => ({ ...place, reject: { code, reason } });
    if (file.path === null) {
      yield rejected('file-unreadable', 'a PDF cannot be read from standard input or an archive: give its path');
      return;
    }
    const answer = await openPdf(file.path, FIRST_PAGES);
    if ('tooMuch' in answer) yield rejected('too-large', answer.tooMuch);
    else if ('problem' in answer) yield rejected('record-invalid', answer.problem);
    else {
      const { missing, extra, ...input } = frontMatter(answer.pages, answer.metadata);
      if (!input.title && !input.abstract) yield rejected('record-invalid', `no title was found, and ${missing}`);
      else yield { ...place, input: { ...input, extra: { ...extra, file: raw, pages: answer.pageCount } } };
    }
  },
};

/** What the thread reads. */
interface PdfText {
  /** The first ones. */
  pages: Page[];
  metadata: Metadata;
  pageCount: number;
}
export type PdfAnswer = PdfText | { problem: string } | { tooMuch: string };

/** Kept for the next file: starting a thread takes longer than opening most PDFs. */
let thread: Worker | undefined;
/** Settles when the thread is free: one file is read at a time, so that the memory it takes is its own. */
let free: Promise<unknown> = Promise.resolve();

/** Opens a PDF and reads its first pages, or says why it can't: `problem`, or what of it there is `tooMuch` of. */
export async function openPdf(file: string, maxPages: number): Promise<PdfAnswer> {
  const { size } = await stat(file);
  if (size > MAX_FILE_BYTES) return { tooMuch: 'the file is larger than 100 MiB' };
  const answer = free.then(() => ask(file, maxPages));
  free = answer;
  return answer;
}

function startReader(): Worker {
  const worker = startThread('src/sources/pdf-worker.ts', undefined, { maxOldGenerationSizeMb: MAX_HEAP_MB });
  // It may also run out of memory after its answer, or while it is being ended.
  worker.on('error', () => {
    if (thread === worker) thread = undefined;
  });
  return worker;
}

async function ask(file: string, maxPages: number): Promise<PdfAnswer> {
  const worker = (thread ??= startReader());
  worker.ref();
  const end = performance.now() + MAX_SECONDS * 1000;
  const maxMemory = process.memoryUsage.rss() + MAX_MEMORY_BYTES;
  const answer = await new Promise<PdfAnswer>((resolve) => {
    const settle = (result: PdfAnswer): void => {
      clearInterval(watch);
      worker.off('message', settle).off('error', fail);
      resolve(result);
    };
    const fail = (error: NodeJS.ErrnoException): void => {
      if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') settle({ tooMuch: 'too much memory' });
      else settle({ problem: `the file could not be opened: ${error.message}` });
    };
    const watch = setInterval(() => {
      if (performance.now() > end) settle({ tooMuch: `opening the file takes longer than ${MAX_SECONDS} seconds` });
      else if (process.memoryUsage.rss() > maxMemory) settle({ tooMuch: 'opening the file takes too much memory' });
    }, WATCH_MS);
    worker.on('message', settle).on('error', fail);
    worker.postMessage({ path: file, maxPages });
  });
  worker.unref(); // It keeps nobody from leaving.
  if ('tooMuch' in answer) {
    thread = undefined;
    await worker.terminate();
  }
  return answer;
}
