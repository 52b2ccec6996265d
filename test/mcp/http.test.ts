/** `/mcp` as a route of the server: what is no message of an agent is refused as everywhere else, and nothing is kept. */
import { pino } from 'pino';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { LIMITS } from '../../src/http/limits.ts';
import { configurationOf } from '../../src/session/configuration.ts';
import { Session } from '../../src/session/session.ts';
import { serveAkin, temporaryFolder } from '../akin.ts';
import { agentOverHttp, textOf } from './agent.ts';

const HEADERS = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' };
const LIST = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} };

const session = new Session({ address: inject('sampleLibrary'), configuration: configurationOf({}), threads: 1 });
const app = createApp({ session, log: pino({ level: 'silent' }) });
let url: string;
beforeAll(async () => {
  ({ url } = await serveAkin(inject('sampleLibrary'), [], afterAll));
  return () => session.close();
});

const post = async (body: string, headers: Record<string, string> = HEADERS) =>
  app.request('/mcp', { method: 'POST', headers, body });

it('needs no session: any message is answered for itself', async () => {
  const answer = await post(JSON.stringify(LIST));
  expect(answer.status).toBe(200);
  expect(answer.headers.get('Mcp-Session-Id')).toBeNull();
  expect(await answer.text()).toContain('search_papers');
});

it.each<[string, number, () => Promise<Response> | Response]>([
  ['a list of messages', 400, () => post(JSON.stringify([LIST, LIST]))],
  ['no JSON', 400, () => post('{')],
  ['nothing', 400, () => post('')],
  ['what is not called JSON', 415, () => post('{}', { 'Content-Type': 'text/plain' })],
  ['too much', 413, () => post(JSON.stringify({ ...LIST, params: { x: 'x'.repeat(LIMITS.agentBytes) } }))],
  ['too deep', 413, () => post(`${'['.repeat(200)}${']'.repeat(200)}`)],
  ['GET', 405, () => app.request('/mcp')],
  ['DELETE', 405, () => app.request('/mcp', { method: 'DELETE' })],
])('refuses %s', async (_, status, ask) => {
  const answer = await ask();
  expect(answer.status).toBe(status);
  expect(answer.headers.get('Content-Type')).toBe('application/problem+json');
});

it('answers no stranger', async () => {
  const body = JSON.stringify(LIST);
  const from = await fetch(`${url}/mcp`, {
    method: 'POST',
    headers: { ...HEADERS, Origin: 'http://evil.example' },
    body,
  });
  expect(from.status).toBe(403);
});

it('says nothing of where things are on its machine', async () => {
  const folder = temporaryFolder();
  const lost = new Session({ address: folder, configuration: configurationOf({}), threads: 1 });
  const door = createApp({ session: lost, log: pino({ level: 'silent' }) });
  const call = { ...LIST, method: 'tools/call', params: { name: 'search_papers', arguments: { query: 'x' } } };
  const answer = await door.request('/mcp', { method: 'POST', headers: HEADERS, body: JSON.stringify(call) });
  const text = await answer.text();
  expect(text).toContain('library-missing: the library is not there');
  expect(text).toContain('Tell the person');
  expect(text).not.toContain(folder);
  await lost.close();
});

it('answers more calls at once than it works on, in their turn', async () => {
  const agent = await agentOverHttp(url);
  const calls = Array.from({ length: 12 }, (_, i) =>
    agent.callTool({ name: 'search_papers', arguments: { query: `attention number ${i}`, limit: 1 } }),
  );
  for (const result of await Promise.all(calls)) expect(result.isError, textOf(result)).toBeFalsy();
  await agent.close();
});
