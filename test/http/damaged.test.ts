/** A library that is damaged while it is served, and questions that take long: what others are told. */
import { closeSync, openSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { pino } from 'pino';
import { afterAll, expect, it } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { configurationOf } from '../../src/session/configuration.ts';
import { Session } from '../../src/session/session.ts';
import { sampleCopy, serveAkin } from '../akin.ts';

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

it.each([
  ['is cut', (file: string) => truncateSync(file, 3 * 8192)],
  ['is emptied', (file: string) => truncateSync(file, 0)],
  ['has another beginning', (file: string) => overwrite(file, 'no library any more ', 0, 4096)],
  ['is removed', (file: string) => rmSync(file)],
])('a server whose library %s is alive, and not ready until it is whole again', async (_, damage) => {
  const folder = sampleCopy();
  const file = path.join(folder, 'library.sqlite');
  const { url } = await serveAkin(folder);
  const status = async (at: string) => (await fetch(`${url}${at}`)).status;
  const whole = readFileSync(file);
  expect([await status('/v1/search?q=sheep'), await status('/readyz')]).toEqual([200, 200]);
  damage(file);
  expect([await status('/readyz'), await status('/healthz')]).toEqual([503, 200]);
  await status('/v1/search?q=glaciers+in+spring'); // Whatever it is answered, the server goes on.
  expect([await status('/readyz'), await status('/healthz')]).toEqual([503, 200]);
  rmSync(file, { force: true });
  writeFileSync(file, whole);
  expect([await status('/readyz'), await status('/v1/search?q=ice')]).toEqual([200, 200]);
});

it('a server that has met with damage is not ready', async () => {
  const folder = sampleCopy();
  const file = path.join(folder, 'library.sqlite');
  const { url } = await serveAkin(folder);
  const status = async (at: string) => (await fetch(`${url}${at}`)).status;
  const { size } = statSync(file);
  // Some pages in the middle, which nobody would see who looks at the beginning.
  overwrite(file, '\0', size / 3, size / 2);
  const answers = await Promise.all(
    ['sheep', 'words', 'networks', 'climate', 'proteins'].map((q) => status(`/v1/search?q=${q}&facets=true`)),
  );
  expect([answers.includes(503), await status('/readyz')]).toEqual([true, 503]);
});

function overwrite(file: string, text: string, from: number, length: number): void {
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, Buffer.alloc(length, text), 0, length, from);
  closeSync(descriptor);
}

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
