/**
 * Run as a process of its own: starts the server with the command given, asks it a search every three seconds, twenty in all and
 * every other one as an agent does, and between them all else that it answers: the page and its manual, lists, a draft, edits, a job,
 * figures for Prometheus, a file that comes into the folder it watches. Ends it as Ctrl-C does, and prints how many of both were
 * answered. Both are in a network namespace that only they see.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const SEARCHES = 20;
const EVERY_MS = 3000;

const [watched, program, ...parameters] = process.argv.slice(2);
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

const bibtex = (key: string) => `@article{${key}, title={On ${key} in networks}, author={Abel, Ann}, year={2020}}\n`;
const asJson = (method: string, body: object): RequestInit => ({
  method,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
});

/** What is asked besides searches. */
const others: [address: string, init?: RequestInit][] = [
  ...['/', '/?q=attention', '/page.js', '/docs', '/openapi.json', '/readyz', '/metrics'].map((each): [string] => [
    each,
  ]),
  ...['/v1/papers', '/v1/papers/arxiv:1706.03762', '/v1/papers/arxiv:1706.03762/similar'].map((each): [string] => [
    each,
  ]),
  ...['/v1/libraries', '/v1/search?q=attention&format=bibtex'].map((each): [string] => [each]),
  ['/v1/related', asJson('POST', { markdown: '# Attention\n\nAttention layers replace recurrence in networks.' })],
  ['/v1/papers/a:put', asJson('PUT', { title: 'A paper that was put here' })],
  ['/v1/papers/a:put', asJson('PATCH', { year: 2020 })],
  ['/v1/papers/a:put', { method: 'DELETE' }],
  ['/v1/embeddings', asJson('POST', { model: 'all-MiniLM-L6-v2', input: 'attention' })],
];

async function isAnswered(address: string, init?: RequestInit): Promise<boolean> {
  const answer = await fetch(url + address, init);
  await answer.text();
  return answer.ok;
}

async function isPapers(title: string): Promise<boolean> {
  const answer = await fetch(`${url}/v1/papers?q=${encodeURIComponent(`title:"${title}"`)}`);
  return ((await answer.json()) as { total: number }).total === 1;
}

/** A job with a file, to its end. */
async function isTakenIn(): Promise<boolean> {
  const body = new FormData();
  body.append('file', new Blob([bibtex('jobs')]), 'jobs.bib');
  const { id } = (await (await fetch(`${url}/v1/jobs`, { method: 'POST', body })).json()) as { id: string };
  for (; ; await sleep(100)) {
    const { state } = (await (await fetch(`${url}/v1/jobs/${id}`)).json()) as { state: string };
    if (state !== 'running' && state !== 'queued') return state === 'done' && isPapers('On jobs in networks');
  }
}

writeFileSync(path.join(watched!, 'more.bib'), bibtex('watching'));
let answered = 0;
let besides = 0;
for (let i = 0; i < SEARCHES; i++) {
  if (await (i % 2 === 0 ? search(i) : searchAsAgent(i))) answered++;
  const other = others[i];
  if (other && (await isAnswered(...other))) besides++;
  if (i === 0 && (await isTakenIn())) besides++;
  await sleep(EVERY_MS);
}
if (await isPapers('On watching in networks')) besides++;
// The server is the tracer's child, which it leaves to itself when it is told to end.
const server = Number(readFileSync(`/proc/${tracer.pid}/task/${tracer.pid}/children`, 'utf8').split(' ')[0]);
process.kill(server, 'SIGINT');
const [code] = (await once(tracer, 'close')) as [number | null];
console.log(`${answered} answered, and ${besides} of ${others.length + 2} others`);
process.exitCode = code ?? 1;
