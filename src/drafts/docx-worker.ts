/**
 * The thread in which Word documents are opened: the bytes of one come in, its text as HTML goes out, or why there is none.
 * In a thread because a document can keep its reader busy for long.
 */
import { Buffer } from 'node:buffer';
import { parentPort } from 'node:worker_threads';
import mammoth from 'mammoth';

export type DocxAnswer = { html: string } | { problem: string };

const STYLES = ["p[style-name='Title'] => h1.title:fresh", "p[style-name='Abstract'] => p.abstract:fresh"];

const answer = (text: DocxAnswer): void => parentPort!.postMessage(text);
parentPort!.on('message', (bytes: Uint8Array) => {
  const noImages = mammoth.images.imgElement(() => Promise.resolve({ src: '' }));
  mammoth.convertToHtml({ buffer: Buffer.from(bytes) }, { styleMap: STYLES, convertImage: noImages }).then(
    ({ value }) => answer({ html: value }),
    (error: unknown) => answer({ problem: error instanceof Error ? error.message : String(error) }),
  );
});
