/**
 * npm run bench -- overload --folder DIR [--program FILE] [--seconds 8]: a real server on the library in DIR, asked by more
 * and more connections at once: how many saturate it, what those who were answered waited at 4, 16 and 64 times as many, how
 * many were refused and how soon, and whether the first answer afterwards is a normal one. Then questions whose askers hang
 * up. --program is the command to start, for instance that of another checkout.
 */
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ROOT } from '../../src/package.ts';
import { endless, recordsWithAbstract, shared, startServer } from './report.ts';

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    folder: { type: 'string' },
    program: { type: 'string', default: path.join(ROOT, 'src/cli/akin.js') },
    seconds: { type: 'string', default: '8' },
  },
});
if (!values.folder) throw new Error('--folder DIR is missing: the library that is searched');
const SECONDS = Number(values.seconds);

const { child: server, url } = await startServer(values.program, values.folder, {
  environment: { AKIN_LOG: 'silent' },
});
const titles = (await recordsWithAbstract(shared('papers/ml-conferences.jsonl.gz'), 500)).map(({ title }) => title);
const question = endless(titles);

interface Outcome {
  status: number;
  ms: number;
}

function ask(agent: Agent, text: string, signal?: AbortSignal): Promise<Outcome> {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const asked = request(
      `${url}/v1/search`,
      { method: 'POST', agent, headers: { 'Content-Type': 'application/json' }, ...(signal && { signal }) },
      (response) => {
        response.resume().on('end', () => resolve({ status: response.statusCode!, ms: performance.now() - start }));
      },
    );
    asked.on('error', reject).end(JSON.stringify({ query: text }));
  });
}

/** A connection of which no more is read than what was answered: a client's own work would be measured beside the server's. */
class Connection {
  readonly #socket: Socket;
  #received = '';
  #answered: ((status: number) => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket.setNoDelay().setEncoding('latin1');
    socket.on('data', (piece: string) => {
      this.#received += piece;
      const head = this.#received.indexOf('\r\n\r\n');
      const [, length] = /^content-length: (\d+)/im.exec(this.#received.slice(0, head)) ?? [];
      const isWhole =
        length === undefined
          ? this.#received.endsWith('\r\n0\r\n\r\n')
          : this.#received.length >= head + 4 + Number(length);
      if (head === -1 || !isWhole) return;
      const status = Number(this.#received.slice(9, 12));
      this.#received = '';
      this.#answered?.(status);
    });
    socket.on('error', (error) => {
      throw error;
    });
  }

  static async open(): Promise<Connection> {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    await once(socket, 'connect');
    return new Connection(socket);
  }

  async ask(text: string): Promise<Outcome> {
    const start = performance.now();
    const body = JSON.stringify({ query: text });
    const head = `POST /v1/search HTTP/1.1\r\nHost: ${new URL(url).host}\r\nContent-Type: application/json`;
    this.#socket.write(`${head}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    const status = await new Promise<number>((resolve) => (this.#answered = resolve));
    return { status, ms: performance.now() - start };
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** Connections that each ask one question after the other for some seconds. */
async function load(count: number, seconds: number): Promise<Outcome[]> {
  const connections = await Promise.all(Array.from({ length: count }, () => Connection.open()));
  const end = performance.now() + seconds * 1000;
  const outcomes: Outcome[] = [];
  await Promise.all(
    connections.map(async (connection) => {
      while (performance.now() < end) {
        const outcome = await connection.ask(question());
        outcomes.push(outcome);
        if (outcome.status !== 200) await sleep(100); // Nobody asks again at once who was told to come back later.
      }
      connection.close();
    }),
  );
  return outcomes;
}

const ms = (outcomes: Outcome[], share: number): number =>
  outcomes.map((each) => each.ms).sort((a, b) => a - b)[Math.floor(outcomes.length * share)] ?? NaN;
const row = (cells: (string | number)[]) =>
  console.log(cells.map((cell) => (typeof cell === 'number' ? cell.toFixed(0) : cell).padStart(14)).join(''));

const quiet = new Agent({ keepAlive: true });
try {
  await load(2, 3);
  row(['connections', 'answered/s', 'p50 ms', 'p95 ms', 'refused', 'p95 refusal', 'other', 'first after']);
  const measure = async (connections: number) => {
    const outcomes = await load(connections, SECONDS);
    const answered = outcomes.filter(({ status }) => status === 200);
    const refused = outcomes.filter(({ status }) => status === 429 || status === 503);
    const first = await ask(quiet, question());
    const perSecond = answered.length / SECONDS;
    const others = outcomes.length - answered.length - refused.length;
    row([
      ...[connections, perSecond, ms(answered, 0.5), ms(answered, 0.95)],
      ...[refused.length, refused.length > 0 ? ms(refused, 0.95) : '', others, first.ms],
    ]);
    return perSecond;
  };
  const rates = new Map<number, number>();
  for (const connections of [1, 2, 4, 8]) rates.set(connections, await measure(connections));
  const most = Math.max(...rates.values());
  const [saturating] = [...rates].find(([, rate]) => rate >= 0.9 * most)!;
  console.log(`saturated by ${saturating} connections`);
  for (const times of [4, 16, 64]) await measure(times * saturating);
  for (const [count, length] of [
    [1000, 60],
    [250, 9000],
  ] as const) {
    const agent = new Agent({ maxSockets: Infinity });
    const text = () =>
      question()
        .repeat(Math.ceil(length / 30))
        .slice(0, length);
    const hungUp = Array.from({ length: count }, () =>
      ask(agent, text(), AbortSignal.timeout(200)).catch(() => undefined),
    );
    await Promise.all(hungUp);
    agent.destroy();
    const { ms: waited } = await ask(quiet, question());
    console.log(
      `${count} questions of ${length} characters whose askers hung up: the next took ${waited.toFixed(0)} ms`,
    );
  }
} finally {
  quiet.destroy();
  server.kill('SIGTERM');
  await once(server, 'exit');
}
