/**
 * The thread in which PDFs are opened: a file's path comes in, and how many pages are wanted; the text of its first pages
 * goes out, or why there is none. In a thread because a PDF can keep its reader busy for as long as it likes, and only a
 * thread can be ended amid that.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath, URL } from 'node:url';
import { parentPort } from 'node:worker_threads';
import type { PDFDocumentProxy, PDFPageProxy } from 'pdfjs-dist';
import type { TextItem } from 'pdfjs-dist/types/src/display/api.js';
import type { PdfAnswer } from './pdf.ts';
import type { Metadata } from './pdf-front.ts';
import type { Page, Run } from './pdf-lines.ts';

/** More pieces of text than any page of a paper has, and more characters. */
const MAX_RUNS = 20_000;
const MAX_CHARACTERS = 200_000;

// pdf.js looks for these to draw with, which nobody does here; it would load a native library for them.
for (const name of ['DOMMatrix', 'ImageData', 'Path2D']) (globalThis as Record<string, unknown>)[name] ??= class {};
// Without it, pdf.js unpacks only what it reads; and what it holds then is given back when the thread is ended.
Object.assign(globalThis, { DecompressionStream: undefined });
const { getDocument, VerbosityLevel } = await import('pdfjs-dist/legacy/build/pdf.mjs');
/** Character tables of Chinese, Japanese and Korean fonts. */
const CMAPS = fileURLToPath(new URL('../../cmaps/', import.meta.resolve('pdfjs-dist/legacy/build/pdf.mjs')));

async function read({ path, maxPages }: { path: string; maxPages: number }): Promise<PdfAnswer> {
  const file = await readFile(path);
  if (file[0] === 0x1f && file[1] === 0x8b) return { problem: 'the file is compressed: unpack it first' };
  const task = getDocument({
    data: new Uint8Array(file.buffer, file.byteOffset, file.byteLength),
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
    for (let number = 1; number <= Math.min(document.numPages, maxPages); number++) {
      pages.push(await pageOf(await document.getPage(number)));
    }
    return { pages, metadata: await metadataOf(document), pageCount: document.numPages };
  } catch (error) {
    const { name, message } = error as Error;
    if (name === 'PasswordException') return { problem: 'the file is encrypted: it opens only with its password' };
    return { problem: `the file is damaged: ${message}` };
  } finally {
    await task.destroy();
  }
}

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

parentPort!.on('message', (wanted: { path: string; maxPages: number }) => {
  read(wanted).then(
    (answer) => parentPort!.postMessage(answer),
    (error: Error) => parentPort!.postMessage({ problem: error.message }),
  );
});
