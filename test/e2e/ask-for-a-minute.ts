/**
 * Run as a process of its own: starts the server with the command given, asks it a search every three seconds, twenty in all and
 * every other one as an agent does, ends it as Ctrl-C does, and prints how many were answered. Both are in a network namespace that only they see.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const SEARCHES = 20;
const EVERY_MS = 3000;

const [program, ...parameters] = process.argv.slice(2);
const tracer = spawn(program!, parameters, { stdio: ['ignore', 'pipe', 'inherit'] });
const [line] = (await once(tracer.stdout, 'data')) as [Buffer];
const { url } = JSON.parse(line.toString()) as { url: string };

async function search(i: number): Promise<boolean> {
  const answer = await fetch(`${url}/v1/search?q=attention+in+networks+number+${i}`);
  const { hits } = (await answer.json()) as { hits: unknown[] };
  return answer.ok && Array.isArray(hits);
}

async function searchAsAgent(id: number): Promise<boolean> {
  const call = { name: 'search_papers', arguments: { query: `attention in networks number ${id}` } };
  const answer = await fetch(`${url}/mcp`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' },
    body: JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: call }),
  });
  return answer.ok && (await answer.text()).includes('"structuredContent":{"papers":[{');
}

let answered = 0;
for (let i = 0; i < SEARCHES; i++) {
  if (await (i % 2 === 0 ? search(i) : searchAsAgent(i))) answered++;
  await sleep(EVERY_MS);
}
// The server is the tracer's child, which it leaves to itself when it is told to end.
const server = Number(readFileSync(`/proc/${tracer.pid}/task/${tracer.pid}/children`, 'utf8').split(' ')[0]);
process.kill(server, 'SIGINT');
const [code] = (await once(tracer, 'close')) as [number | null];
console.log(`${answered} answered`);
process.exitCode = code ?? 1;
