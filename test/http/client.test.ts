/** The API as programs use it: by the client of the package, by another language; and its description, as a linter sees it. */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { createClient } from 'akin/client';
import { expect, inject, it } from 'vitest';
import { akin, ROOT, sampleCopy, serveAkin, temporaryFolder } from '../akin.ts';

const run = promisify(execFile);
const examples = (language: string): string[] =>
  [...readFileSync(path.join(ROOT, 'src/http/README.md'), 'utf8').matchAll(/^```(\w+)\n([^]*?)^```$/gm)]
    .filter(([, each]) => each === language)
    .map(([, , code]) => code!);

it('a client asks, changes, and is told what is wrong', async () => {
  const { url } = await serveAkin(sampleCopy());
  const client = createClient({ url });
  const id = 'lab/notes 1';
  const { data: stored } = await client.PUT('/v1/papers/{id}', {
    params: { path: { id } },
    body: { title: 'How swifts sleep on the wing', authors: ['Bird, Erna'], year: 2016 },
  });
  expect(stored?.title).toBe('How swifts sleep on the wing');
  const { data } = await client.GET('/v1/search', { params: { query: { q: 'birds that sleep in flight', limit: 3 } } });
  expect(data?.hits[0]).toMatchObject({ id, year: 2016 });
  const { data: similar } = await client.GET('/v1/papers/{id}/similar', {
    params: { path: { id }, query: { limit: 2, cutoff: 0 } },
  });
  expect(similar?.hits).toHaveLength(2);
  const { response } = await client.DELETE('/v1/papers/{id}', { params: { path: { id } } });
  expect(response.status).toBe(204);
  const { error } = await client.GET('/v1/papers/{id}', { params: { path: { id } } });
  expect(error).toMatchObject({ code: 'not-found', status: 404 });
});

it('a client with a key is let in where one without is not', async () => {
  const library = sampleCopy();
  const { stdout } = await akin(['key', 'add', 'test', '--index', library]);
  const { url } = await serveAkin(library, ['--keys']);
  const asked = { params: { query: { q: 'machines' } } };
  expect((await createClient({ url }).GET('/v1/search', asked)).error?.code).toBe('unauthorized');
  const { data } = await createClient({ url, key: stdout.trim() }).GET('/v1/search', asked);
  expect(data?.hits.length).toBeGreaterThan(0);
});

it('the examples of the manual run', async () => {
  const { url } = await serveAkin(inject('sampleLibrary'));
  const here = (code: string) =>
    code.replace('createClient()', `createClient({ url: '${url}' })`).replace('http://127.0.0.1:2546', url);
  const [[typescript], [python]] = [examples('ts'), examples('python')];
  const folder = temporaryFolder();
  // As JavaScript: the types of the example are looked at where all are.
  mkdirSync(path.join(folder, 'node_modules'));
  symlinkSync(ROOT, path.join(folder, 'node_modules/akin'));
  writeFileSync(path.join(folder, 'example.mjs'), here(typescript!));
  writeFileSync(path.join(folder, 'example.py'), here(python!));
  for (const [program, file] of [
    [process.execPath, 'example.mjs'],
    ['python3', 'example.py'],
  ] as const) {
    const { stdout, stderr } = await run(program, [path.join(folder, file)]);
    expect([file, stderr, stdout.trim().split('\n').length]).toEqual([file, '', 3]);
  }
  expect(python!.trim().split('\n').length).toBeLessThanOrEqual(10);
});

it('its description is one that a linter of OpenAPI finds no fault with', async () => {
  const { url } = await serveAkin(inject('sampleLibrary'));
  const source = await (await fetch(`${url}/openapi.json`)).text();
  const config = await createConfig({ extends: ['recommended'] });
  const problems = await lintFromString({ source, absoluteRef: 'openapi.json', config });
  expect(
    problems.map(({ ruleId, severity, message, location }) => [severity, ruleId, message, location[0]?.pointer]),
  ).toEqual([]);
});
