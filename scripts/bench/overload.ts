/**
 * npm run bench -- overload --folder DIR [--program FILE] [--seconds 8]: a real server on the library in DIR, asked by more
 * and more connections at once: how many saturate it, what those who were answered waited at 4, 16 and 64 times as many, how
 * many were refused and how soon, and whether the first answer afterwards is a normal one. Then questions whose askers hang
 * up. --program is the command to start, for instance that of another checkout.
 */
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ROOT } from '../../src/package.ts';
import { recordsWithAbstract, shared, startServer } from './report.ts';

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
const questions = (await recordsWithAbstract(shared('papers/ml-conferences.jsonl.gz'), 500)).map(({ title }) => title);
let next = 0;
const question = (): string => `${questions[next++ % questions.length]!} ${next}`;

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

/** Connections that each ask one question after the other for some seconds. */
async function load(connections: number, seconds: number): Promise<Outcome[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const end = performance.now() + seconds * 1000;
  const outcomes: Outcome[] = [];
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() < end) {
        const outcome = await ask(agent, question());
        outcomes.push(outcome);
        if (outcome.status !== 200) await sleep(100); // Nobody asks again at once who was told to come back later.
      }
    }),
  );
  agent.destroy();
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
