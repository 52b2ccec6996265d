/**
 * The thread in which Word documents are opened: the bytes of one come in, its text as HTML goes out, or why there is none.
 * In a thread because a document can keep its reader busy for long; in JavaScript so that the loader that runs our
 * TypeScript does not work through the reader first.
 */
import { Buffer } from 'node:buffer';
import { parentPort } from 'node:worker_threads';
import mammoth from 'mammoth';

const STYLES = ["p[style-name='Title'] => h1.title:fresh", "p[style-name='Abstract'] => p.abstract:fresh"];

parentPort.on('message', (bytes) => {
  const noImages = mammoth.images.imgElement(() => Promise.resolve({ src: '' }));
  mammoth.convertToHtml({ buffer: Buffer.from(bytes) }, { styleMap: STYLES, convertImage: noImages }).then(
    ({ value }) => parentPort.postMessage({ html: value }),
    (error) => parentPort.postMessage({ problem: String(error?.message ?? error) }),
  );
});
