/** Requests written by hand, sent over a real socket: what no client library would send. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface RawAnswer {
  status: number;
  headers: Map<string, string>;
  body: string;
}

/**
 * Sends lines, a blank one after them, and then a body; reads until the server has nothing more to say.
 * @param pause milliseconds between the pieces of the body; a server that does not wait for them is left.
 * @param isWholeHead false leaves the blank line out.
 */
export async function raw(
  url: string,
  lines: string[],
  body: Iterable<string | Buffer> = [],
  pause = 0,
  isWholeHead = true,
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname.replace(/^\[|\]$/g, ''));
  const chunks: Buffer[] = [];
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  let isAnswered = false;
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    isAnswered ||= isWhole(Buffer.concat(chunks).toString());
    if (isAnswered) socket.destroy();
  });
  socket.on('error', () => {}); // Whoever is refused may be cut off while they still send.
  socket.write(`${lines.join('\r\n')}\r\n${isWholeHead ? '\r\n' : ''}`);
  for (const piece of body) {
    if (pause > 0) await sleep(pause);
    if (socket.destroyed) break;
    if (!socket.write(piece)) await Promise.race([once(socket, 'drain'), closed]);
  }
  await closed;
  return parsed(Buffer.concat(chunks).toString());
}

function isWhole(answer: string): boolean {
  const end = answer.indexOf('\r\n\r\n');
  if (end === -1) return false;
  const length = /^content-length: (\d+)/im.exec(answer)?.[1];
  return length !== undefined && Buffer.byteLength(answer.slice(end + 4)) >= Number(length);
}

function parsed(answer: string): RawAnswer {
  const [head = '', ...rest] = answer.split('\r\n\r\n');
  const [first = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { status: Number(first.split(' ')[1]), headers: new Map(headers), body: rest.join('\r\n\r\n') };
}
