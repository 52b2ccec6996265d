/**
 * Asking a server that has the library open already: `akin serve` leaves a note of where it listens in the library's folder, and
 * `akin search` asks there first. Whatever is not answered there is done as if there were no server, which also says what is wrong.
 */
import { readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import path from 'node:path';
import picocolors from 'picocolors';

/**
 * Where a server answers of a library: loopback alone, as whoever can write a note is not to have questions sent elsewhere, and
 * the library, where it is not the server's default.
 */
const ADDRESS = /^http:\/\/(?:127\.\d+\.\d+\.\d+|\[::1\]):\d+(?:\/v1\/libraries\/[\w.-]+)?$/;
/** How long a server may take to begin with its answer; to open the library oneself takes about as long. */
const PATIENCE_MS = 2000;
const noteIn = (index: string): string => path.join(index, 'server.json');

/**
 * Leaves a note of a server that asks nobody for a key. A library that can't be written to has none.
 * @param url where `/terminal` of this library is.
 * @returns takes it away again.
 */
export function leaveNote(index: string, url: string): () => void {
  const note = noteIn(index);
  try {
    const mine = JSON.stringify({ url, pid: process.pid, place: realpathSync(index) });
    writeFileSync(`${note}.${process.pid}`, mine, { mode: 0o600 });
    renameSync(`${note}.${process.pid}`, note);
  } catch {
    return () => {};
  }
  return () => {
    if (noteAt(index)?.pid === process.pid) rmSync(note, { force: true });
  };
}

/**
 * Has a server answer an `akin search`.
 * @param usual the library of a command that is told none.
 * @returns whether it did, and what it said was printed.
 */
export async function answeredWarm([command, ...words]: string[], usual: string): Promise<boolean> {
  if (command !== 'search') return false;
  const at = words.findIndex((word) => /^--index(?:=|$)/.test(word));
  const index = at < 0 ? usual : words[at] === '--index' ? words[at + 1] : words[at]!.slice('--index='.length);
  const note = index ? noteAt(index) : undefined;
  if (!note || !isAlive(note.pid)) return false;
  const isColoured = process.stdout.isTTY === true && picocolors.isColorSupported;
  const answer = await asked(note.url, JSON.stringify({ words: [command, ...words], isColoured }));
  if (answer === undefined) return false;
  if (words.includes('--verbose')) process.stderr.write(`answered by the server at ${note.url}\n`);
  process.stdout.write(`${answer}\n`);
  return true;
}

function noteAt(index: string): { url: string; pid: number } | undefined {
  try {
    const { url, pid, place } = JSON.parse(readFileSync(noteIn(index), 'utf8')) as Record<string, unknown>;
    if (place !== realpathSync(index)) return undefined; // It came along with a copy: the server has another library.
    return typeof url === 'string' && ADDRESS.test(url) && typeof pid === 'number' ? { url, pid } : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false; // It ended without taking its note away, or is somebody else's.
  }
}

/** @returns what the server says; undefined where it does not answer, or not with an answer. */
function asked(url: string, body: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
    const asking = request(`${url}/terminal`, { method: 'POST', headers, timeout: PATIENCE_MS }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      answer.on('end', () => resolve(answer.statusCode === 200 ? text : undefined));
      answer.on('error', () => resolve(undefined));
    });
    asking.on('timeout', () => asking.destroy()).on('error', () => resolve(undefined));
    asking.end(body);
  });
}
