/** The worst requests there are: what a page, a broken program or somebody who means harm may send to a server. */
import { connect } from 'node:net';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { ZipFile } from 'yazl';
import { bombPdf, paragraph, pdfOf } from '../../../test/sources/pdf-fixture.ts';

/** Sends it once. @returns how it was answered: a status, or what became of the connection. */
export type Send = (server: URL) => Promise<string>;

const MB = 1_000_000;
const PROSE = 'A machine with a finite table and an endless tape computes whatever any procedure computes. ';
const prose = (characters: number): string => PROSE.repeat(Math.ceil(characters / PROSE.length)).slice(0, characters);
const question = (body: unknown): Send => sendJson('/v1/search', () => JSON.stringify(body));
const draft = (body: () => unknown): Send => sendJson('/v1/related', () => JSON.stringify(body()));
/** A draft in Markdown, read by patterns that may go back and forth over it. */
const markdown = (text: string): Send => draft(() => ({ markdown: text }));

export const REQUESTS: Record<string, Send> = {
  'question of 600 MB': (server) => post(server, '/v1/search', 'application/json', pieces(600 * MB), 600 * MB),
  'question of 600 MB, in chunks': (server) => post(server, '/v1/search', 'application/json', pieces(600 * MB)),
  'GET with a body of 600 MB': (server) => post(server, '/healthz', 'text/plain', pieces(600 * MB), 600 * MB, 'GET'),
  'question of 0.9 MB of brackets': sendJson('/v1/search', () => `{"texts": ${'['.repeat(0.9 * MB)}`),
  'draft of 31 MB of brackets': sendJson('/v1/related', () => '['.repeat(31 * MB)),
  'draft of 31 MB of numbers': sendJson('/v1/related', () => `{"text": [${'0,'.repeat(15.5 * MB)}0]}`),
  'draft of 31 MB in JSON': draft(() => ({ text: prose(31 * MB) })),
  'draft of 4 MB in JSON': draft(() => ({ text: prose(4 * MB) })),
  '100 texts of 10,000 characters': question({
    texts: Array.from({ length: 50 }, (_, i) => `${i} ${prose(9_990)}`),
    unlikeTexts: Array.from({ length: 50 }, (_, i) => `${i} ${prose(9_990)}`),
  }),
  'as many texts as are taken': question({
    texts: Array.from({ length: 50 }, (_, i) => `${i} ${prose(980)}`),
    unlikeTexts: Array.from({ length: 50 }, (_, i) => `${i} ${prose(980)}`),
  }),
  '50 papers to be like, 50 not to be': async (server) => {
    const found = await fetch(new URL('/v1/search?q=networks&limit=100&cutoff=0&mode=dense', server));
    const { hits } = (await found.json()) as { hits: { id: string }[] };
    const ids = hits.map(({ id }) => id);
    return question({ like: ids.slice(0, 50), unlike: ids.slice(50) })(server);
  },
  'query of 10,000 characters': question({ query: `${Date.now()} ${prose(9_980)}` }),
  'filter of 99 conditions': question({
    query: 'machines',
    filter: { any: Array.from({ length: 99 }, (_, i) => ({ phrase: `machine ${i}` })) },
  }),
  'filter of 190 phrases of 64 words': question({
    query: 'machines',
    filter: { any: Array.from({ length: 190 }, (_, i) => ({ phrase: `${'the '.repeat(63)}${i}` })) },
  }),
  'query by 190 authors': (server) =>
    get(server, `/v1/search?q=machines+author:${Array.from({ length: 95 }, (_, i) => `a,b${i}`).join()}`),
  '5,000 requests without waiting, over 10 connections': (server) =>
    withoutWaiting(server, 10, `GET /openapi.json HTTP/1.1\r\nHost: ${server.host}\r\n\r\n`.repeat(5000)),
  '100 hits explained in full': (server) =>
    get(server, `/v1/search?q=neural+networks+${Date.now()}&limit=100&explain=full&facets=true&cutoff=0`),
  'form of 100,000 parts': (server) => {
    const parts = Array.from({ length: 100_000 }, (_, i) => partOf(`p${i}`, 'x'));
    return postForm(server, parts);
  },
  'form with a header of 31 MB': (server) =>
    postForm(server, [Buffer.from(`--${BOUNDARY}\r\n${'x'.repeat(31 * MB)}: y\r\n\r\nz\r\n`)]),
  'form with a file of 31 MB': (server) => postForm(server, [partOf('file', prose(31 * MB), 'draft.txt')]),
  'form with a PDF bomb of 200 MB': (server) => postForm(server, [partOf('file', bombPdf(200 * MB), 'draft.pdf')]),
  'eight PDFs of 100 pages at once': async (server) => {
    const pdf = pdfOf(
      Array.from({ length: 100 }, () =>
        paragraph(
          Array.from({ length: 50 }, (_, i) => `${i} ${PROSE}`),
          { x: 50, y: 750, size: 10 },
        ),
      ),
    );
    const form = () => postForm(server, [partOf('file', pdf, 'draft.pdf')]);
    return several(await Promise.all(Array.from({ length: 8 }, form)));
  },
  'Word bomb of 100 kB': async (server) =>
    postForm(server, [
      partOf('file', await docxOf(`<w:p><w:r><w:t>a</w:t></w:r></w:p>`.repeat(900_000)), 'draft.docx'),
    ]),
  'Word document with 300,000 field marks': async (server) =>
    postForm(server, [partOf('file', await docxOf(`<!--${'<w:fldChar '.repeat(300_000)}-->`), 'draft.docx')]),
  '400,000 identifiers in the references': draft(() => {
    const dois = Array.from({ length: 400_000 }, (_, i) => `doi:10.1234/a${i}`);
    return { text: `${prose(2000)}\n\nReferences\n\n[1] ${dois.join(' ')}` };
  }),
  '\\cite of 200,000 keys': draft(() => ({
    latex: `${PROSE}\\cite{${Array.from({ length: 200_000 }, (_, i) => `k${i}`).join(',')}}`,
  })),
  '# a, 2,000 spaces, {x': markdown(`# a${' '.repeat(2000)}{x`),
  '# a###…x': markdown(`# a${'#'.repeat(100_000)}x`),
  '---…x': markdown(`${'-'.repeat(100_000)}x`),
  '[@@@…': markdown('[@'.repeat(50_000)),
  '[[[…': markdown('['.repeat(100_000)),
  '<!--<!--…': markdown('<!--'.repeat(25_000)),
  'text of a.a.a.': draft(() => ({ text: 'a.'.repeat(50_000) })),
  'doi:....': draft(() => ({ text: `${PROSE}\n\nReferences\n\n[1] doi:10.1234/${'.'.repeat(100_000)}a` })),
  'headers that never end, 500 times': (server) => slowly(server, 500, 'GET /healthz HTTP/1.1\r\nHost: ', 'X-A: b\r\n'),
  'bodies that never end, 200 times': (server) =>
    slowly(
      server,
      200,
      'POST /v1/search HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 900000\r\nHost: ',
    ),
};

/** Sends a text as JSON. @param body is made when it is sent, for some are large. */
function sendJson(place: string, body: () => string): Send {
  return (server) => {
    const bytes = Buffer.from(body());
    return post(server, place, 'application/json', [bytes], bytes.length);
  };
}

function* pieces(bytes: number): Generator<Buffer> {
  const piece = Buffer.alloc(MB, ' ');
  for (let sent = 0; sent < bytes; sent += piece.length) yield piece;
}

const BOUNDARY = 'a-boundary-of-a-form';

function partOf(name: string, content: string | Buffer, filename?: string): Buffer {
  const file = filename === undefined ? '' : `; filename="${filename}"\r\nContent-Type: application/octet-stream`;
  const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), Buffer.from(content), Buffer.from('\r\n')]);
}

function postForm(server: URL, parts: Buffer[]): Promise<string> {
  const body = Buffer.concat([...parts, Buffer.from(`--${BOUNDARY}--\r\n`)]);
  return post(server, '/v1/related', `multipart/form-data; boundary=${BOUNDARY}`, [body], body.length);
}

function get(server: URL, place: string): Promise<string> {
  return post(server, place, undefined, [], undefined, 'GET');
}

/** @param length without it the body goes in chunks. */
function post(
  server: URL,
  place: string,
  type: string | undefined,
  body: Iterable<Buffer>,
  length?: number,
  method = 'POST',
): Promise<string> {
  const headers = { ...(type && { 'Content-Type': type }), ...(length !== undefined && { 'Content-Length': length }) };
  return new Promise((resolve) => {
    const sending = request(new URL(place, server), { method, headers, agent: false });
    let status = '';
    sending.on('response', (answer) => {
      status = String(answer.statusCode);
      answer.resume();
      answer.on('close', () => resolve(status));
    });
    sending.on('error', (error: NodeJS.ErrnoException) => resolve(status || error.code || error.message));
    const left = body[Symbol.iterator]();
    const write = () => {
      for (let next = left.next(); status === ''; next = left.next()) {
        if (next.done) return sending.end();
        if (!sending.write(next.value)) return void sending.once('drain', write);
      }
    };
    write();
  });
}

/** Opens connections, and sends a little to each of them every second. */
async function slowly(server: URL, connections: number, begin: string, more = 'x'): Promise<string> {
  const ends = await Promise.all(
    Array.from({ length: connections }, async () => {
      let answer = '';
      const socket = connect(Number(server.port), server.hostname);
      socket.on('data', (data: Buffer) => (answer += data.toString('latin1')));
      socket.on('error', () => {});
      socket.write(`${begin}${server.host}\r\n${more === 'x' ? '\r\n' : ''}`);
      while (!socket.closed && socket.writable) {
        await sleep(1000);
        socket.write(more);
      }
      return /^HTTP\/1.1 (\d+)/.exec(answer)?.[1] ?? 'closed';
    }),
  );
  return several(ends);
}

/** Sends requests that nobody waits for, and counts the answers. */
async function withoutWaiting(server: URL, connections: number, requests: string): Promise<string> {
  const answers = await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = connect(Number(server.port), server.hostname);
      socket.on('error', () => {});
      let read = '';
      socket.on('data', (data: Buffer) => (read += data.toString('latin1')));
      socket.write(requests);
      await new Promise((resolve) => socket.on('close', resolve));
      return ['cut off', ...Array.from(read.matchAll(/HTTP\/1\.1 (\d+)/g), ([, status]) => status!)];
    }),
  );
  return several(answers.flat());
}

function several(answers: string[]): string {
  const counts = new Map<string, number>();
  for (const answer of answers) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  return [...counts].map(([answer, count]) => `${count} × ${answer}`).join(', ');
}

/** A Word document with this inside its body. */
async function docxOf(body: string): Promise<Buffer> {
  const word = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main';
  const types = 'http://schemas.openxmlformats.org/package/2006/content-types';
  const relations = 'http://schemas.openxmlformats.org/package/2006/relationships';
  const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument';
  const main = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml';
  const zip = new ZipFile();
  const add = (name: string, text: string) => zip.addBuffer(Buffer.from(text), name);
  add(
    '[Content_Types].xml',
    `<Types xmlns="${types}"><Override PartName="/word/document.xml" ContentType="${main}"/></Types>`,
  );
  add(
    '_rels/.rels',
    `<Relationships xmlns="${relations}"><Relationship Id="r" Type="${office}" Target="word/document.xml"/></Relationships>`,
  );
  add(
    'word/document.xml',
    `<w:document xmlns:w="${word}"><w:body>${body}<w:p><w:r><w:t>${PROSE}</w:t></w:r></w:p></w:body></w:document>`,
  );
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
