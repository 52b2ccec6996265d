/** What the log holds of requests: where something failed, and nothing of what was asked unless that is wanted. */
import { pino } from 'pino';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { configurationOf } from '../../src/session/configuration.ts';
import { Session } from '../../src/session/session.ts';

const ASKED = 'what nobody is to know';
const TITLE = 'A Title of a Paper';
const session = new Session({ address: inject('sampleLibrary'), configuration: configurationOf({}), threads: 1 });
beforeAll(() => session.ready());
afterAll(() => session.close());

/** A door where everything fails with an error that quotes what was asked, and what it writes down. */
function failingDoor(logQueries: boolean, error: (asked: string) => Error) {
  const fails = {
    value: (asked: unknown) => Promise.reject(error(typeof asked === 'string' ? asked : JSON.stringify(asked))),
  };
  const failing = Object.create(session, {
    ...{ ask: fails, similar: fails, paper: fails, match: fails, listing: fails, suggest: fails, embed: fails },
  }) as Session;
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  return { app: createApp({ session: failing, log, logQueries }), lines };
}

const asJson = (body: object) => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' },
  body: JSON.stringify(body),
});
const query = encodeURIComponent(ASKED);
const REQUESTS: [string, RequestInit?][] = [
  [`/v1/search?q=${query}`],
  ['/v1/search', asJson({ query: ASKED })],
  [`/?q=${query}`],
  [`/?like=${query}`],
  [`/v1/papers/${query}`],
  [`/v1/papers/${query}/similar`],
  [`/v1/match?title=${encodeURIComponent(TITLE)}`],
  ['/v1/related', asJson({ text: `${ASKED}. `.repeat(20) })],
  ['/v1/embeddings', asJson({ input: ASKED, model: 'all-MiniLM-L6-v2' })],
  [
    '/mcp',
    asJson({
      ...{ jsonrpc: '2.0', id: 1, method: 'tools/call' },
      params: { name: 'search_papers', arguments: { query: ASKED } },
    }),
  ],
];
const QUOTED = /nobody is to know|nobody%20is|A Title|A%20Title/;

it('has no word of what was asked where a bug quotes it', async () => {
  const bug = (asked: string) => new TypeError(`can't do\n    at ${asked}\n    at ${TITLE}`);
  const { app, lines } = failingDoor(false, bug);
  for (const [address, init] of REQUESTS) {
    const before = lines.length;
    await app.request(address, init);
    expect(lines.length, `${address} is written down`).toBe(before + 1);
    const line = lines.at(-1)!;
    expect(line, address).not.toMatch(QUOTED);
    expect(JSON.parse(line)).toMatchObject({
      err: { type: 'TypeError', stack: expect.stringMatching(/^at .*:\d+:\d+/) as string },
    });
  }
  expect(lines.map((line) => (JSON.parse(line) as { path: string }).path)).toContain('/v1/papers/:id');
});

it('has nothing of requests that succeed, or are wrong', async () => {
  const lines: string[] = [];
  const app = createApp({ session, log: pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }) });
  for (const [address, init] of [...REQUESTS, ['/nothing'], ['/v1/search?limit=a']] as typeof REQUESTS)
    await app.request(address, init);
  expect(lines).toEqual([]);
});

it('has what was asked, and each request, where that is wanted', async () => {
  const { app, lines } = failingDoor(true, (asked) => new Error(`can't do ${asked}`));
  await app.request(`/v1/search?q=${query}`);
  const [fault, answered] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(fault).toMatchObject({
    path: `/v1/search?q=${query}`,
    err: { message: expect.stringContaining(ASKED) as string },
  });
  expect(answered).toMatchObject({ method: 'GET', address: `/v1/search?q=${query}`, status: 500, msg: 'answered' });
});
