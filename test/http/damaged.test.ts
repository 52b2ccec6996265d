/** A library that is damaged while it is served, and questions that take long: what others are told. */
import { closeSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { pino } from 'pino';
import { afterAll, expect, it } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { configurationOf } from '../../src/session/configuration.ts';
import { Session } from '../../src/session/session.ts';
import { sampleCopy } from '../akin.ts';

const log = pino({ level: 'silent' });

it('a library that is damaged meanwhile is no bug of the server', async () => {
  const folder = sampleCopy(afterAll);
  const session = new Session({ address: folder, configuration: configurationOf({}), threads: 1 });
  const app = createApp({ session, log });
  expect((await app.request('/v1/search?q=sheep&mode=lexical')).status).toBe(200);
  const file = openSync(path.join(folder, 'library.sqlite'), 'r+');
  writeSync(file, Buffer.alloc(400 * 4096), 0, 400 * 4096, 4096);
  closeSync(file);
  const answer = await app.request('/v1/search?q=glaciers+in+spring&mode=lexical');
  expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([503, 'library-damaged']);
  await session.close();
});

it('questions of many texts keep nobody else from asking', async () => {
  const session = new Session({ address: sampleCopy(afterAll), configuration: configurationOf({}), threads: 2 });
  const app = createApp({ session, log });
  await app.request('/v1/search?q=sheep');
  const texts = Array.from({ length: 40 }, (_, i) => `${i} sheep follow each other along the fence. `.repeat(30));
  const body = JSON.stringify({ texts });
  const headers = { 'Content-Type': 'application/json' };
  const long = Array.from({ length: 6 }, () => app.request('/v1/search', { method: 'POST', headers, body }));
  for (let i = 0; i < 5; i++) expect((await app.request(`/v1/search?q=sheep+${i}`)).status).toBe(200);
  const statuses = await Promise.all(long.map(async (each) => (await each).status));
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(2);
  await session.close();
}, 120_000);
