/**
 * Run as a process of its own: starts `akin mcp` with the command given, asks it as an agent does, by each of its tools, ends
 * its input, and prints how many calls were answered. Both are in a network namespace that only they see.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const TEXT = 'Attention layers replace recurrence in networks that translate from one language to another.';
const CALLS = [
  ['search_papers', { query: 'saving energy in attention layers' }],
  ['get_paper', { ids: ['arxiv:1706.03762'], bibtex: true }],
  ['similar_papers', { id: 'arxiv:1706.03762' }],
  ['related_work', { text: TEXT }],
  ['library_info', {}],
] as const;

const [program, ...parameters] = process.argv.slice(2);
const tracer = spawn(program!, parameters, { stdio: ['pipe', 'pipe', 'inherit'] });
const lines = createInterface({ input: tracer.stdout })[Symbol.asyncIterator]();
const send = (message: object) => void tracer.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const answer = async () =>
  JSON.parse((await lines.next()).value as string) as { result: { isError?: boolean; content?: unknown[] } };

const clientInfo = { name: 'test', version: '1' };
send({ id: 0, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo } });
await answer();
send({ method: 'notifications/initialized' });
let answered = 0;
for (const [i, [name, given]] of CALLS.entries()) {
  send({ id: i + 1, method: 'tools/call', params: { name, arguments: given } });
  const { result } = await answer();
  if (result.isError !== true && result.content !== undefined) answered++;
}
tracer.stdin.end();
const [code] = (await once(tracer, 'close')) as [number | null];
console.log(`${answered} answered`);
process.exitCode = code ?? 1;
