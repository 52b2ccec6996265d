/**
 * The text of a PDF's first pages, where it stands, and what the file says of itself: read by pdf.js, in quarantine, because a
 * PDF can keep its reader busy, and make it take memory, for as long as it likes.
 */
import { readFile, stat } from 'node:fs/promises';
import { fileURLToPath, URL } from 'node:url';
import type { PDFDocumentProxy, PDFPageProxy } from 'pdfjs-dist';
import type { TextItem } from 'pdfjs-dist/types/src/display/api.js';
import { AkinError } from '../errors.ts';
import { damage, SAVE_AGAIN } from '../places.ts';
import type { Metadata } from './pdf-front.ts';
import type { Page, Run } from './pdf-lines.ts';

const MAX_FILE_BYTES = 100 * 1024 * 1024;
/** More pieces of text than any page of a paper has, and more characters. */
const MAX_RUNS = 20_000;
const MAX_CHARACTERS = 200_000;
/** Of all pages together; a book of a thousand pages has fewer. */
const MAX_ALL_RUNS = 400_000;

// pdf.js looks for these to draw with, which nobody does here; it would load a native library for them.
for (const name of ['DOMMatrix', 'ImageData', 'Path2D']) (globalThis as Record<string, unknown>)[name] ??= class {};
// Without it, pdf.js unpacks only what it reads.
Object.assign(globalThis, { DecompressionStream: undefined });
const { getDocument, VerbosityLevel } = await import('pdfjs-dist/legacy/build/pdf.mjs');
/** Character tables of Chinese, Japanese and Korean fonts. */
const CMAPS = fileURLToPath(new URL('../../cmaps/', import.meta.resolve('pdfjs-dist/legacy/build/pdf.mjs')));

/** What is read of a PDF. */
export interface PdfText {
  /** The first ones. */
  pages: Page[];
  metadata: Metadata;
  pageCount: number;
}

export interface PdfJob {
  file: string;
  maxPages: number;
}

/**
 * Reads the first pages of a PDF, up to a number, or up to where there is more text than in any book.
 * @throws AkinError `too-large`, `file-unreadable`.
 */
export async function readPages({ file, maxPages }: PdfJob): Promise<PdfText> {
  if ((await stat(file)).size > MAX_FILE_BYTES) throw new AkinError('too-large', 'the file is larger than 100 MiB');
  const bytes = await readFile(file);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b)
    throw new AkinError('file-unreadable', 'the file is compressed: unpack it first');
  const task = getDocument({
    data: new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    cMapUrl: CMAPS,
    disableFontFace: true,
    useSystemFonts: false,
    isEvalSupported: false,
    useWasm: false,
    verbosity: VerbosityLevel.ERRORS,
  });
  try {
    const document = await task.promise;
    const pages: Page[] = [];
    let runs = 0;
    for (let number = 1; number <= Math.min(document.numPages, maxPages) && runs < MAX_ALL_RUNS; number++) {
      const page = await pageOf(await document.getPage(number));
      runs += page.runs.length;
      pages.push(page);
    }
    return { pages, metadata: await metadataOf(document), pageCount: document.numPages };
  } catch (error) {
    const { name, message } = error as Error;
    if (name === 'PasswordException') {
      const reason = 'the file is encrypted: it opens only with its password';
      throw new AkinError('file-unreadable', reason, { cause: error });
    }
    const reason = damage('a PDF', error instanceof TypeError ? '' : message); // A slip of the reader says nothing.
    throw new AkinError('file-unreadable', reason, { hint: SAVE_AGAIN, cause: error });
  } finally {
    await task.destroy();
  }
}

/** What is asked in quarantine. */
export const answer = readPages;

async function pageOf(page: PDFPageProxy): Promise<Page> {
  const { transform: view, width, height } = page.getViewport({ scale: 1 });
  const { items } = await page.getTextContent();
  const runs: Run[] = [];
  let vertical = '';
  let characters = 0;
  for (const { str, transform, width: runWidth, fontName } of items.slice(0, MAX_RUNS) as Partial<TextItem>[]) {
    if (!str?.trim() || (characters += str.length) > MAX_CHARACTERS) continue;
    const [a, b, c, d, x, y] = product(view as Matrix, transform as Matrix);
    const size = Math.round(Math.hypot(c, d) * 10) / 10;
    if (Math.abs(b) > Math.abs(a)) vertical += `${str} `;
    else runs.push({ text: str, x, y, width: runWidth!, size, font: fontName! });
  }
  return { width, height, runs, vertical };
}

type Matrix = [number, number, number, number, number, number];

/** The transformation that does the second, then the first. */
function product([a, b, c, d, e, f]: Matrix, [g, h, i, j, k, l]: Matrix): Matrix {
  return [a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * l + e, b * k + d * l + f];
}

/** All that the document says of itself, under names in lower case. Metadata that cannot be read are none. */
async function metadataOf(document: PDFDocumentProxy): Promise<Metadata> {
  const { info, metadata } = await document.getMetadata().catch(() => ({ info: {}, metadata: null }));
  const own = info as { Custom?: Record<string, unknown> } & Record<string, unknown>;
  const all: [string, unknown][] = [
    ...Object.entries(own),
    ...Object.entries(own.Custom ?? {}),
    ...((metadata ?? []) as Iterable<[string, unknown]>),
  ];
  const texts = all.filter(([, value]) => typeof value === 'string' || Array.isArray(value));
  return Object.fromEntries(texts.map(([name, value]) => [name.toLowerCase(), value as string | string[]]));
}
