/** `akin key`, and the server that demands keys. */
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, inject, it, onTestFinished } from 'vitest';
import { akin, sampleCopy, serveAkin, startAkin, temporaryFolder } from '../akin.ts';

it('makes keys, lists and removes them, and prints a key only when it is made', async () => {
  const index = path.join(temporaryFolder(), 'index');
  const key = (...parameters: string[]) => akin(['key', ...parameters, '--index', index]);
  expect((await key('list')).stdout).toBe('no keys\n');
  const made = await key('add', 'laptop');
  expect(made).toMatchObject({ code: 0, stderr: expect.stringContaining('not shown again') as string });
  expect(made.stdout).toMatch(/^akin_[\w-]{43}\n$/);
  const other = JSON.parse((await key('add', 'importer', '--scope', 'write', '--json')).stdout) as object;
  expect(other).toEqual({ name: 'importer', scope: 'write', key: expect.stringMatching(/^akin_/) as string });
  const listed = await key('list');
  expect(listed.stdout).toMatch(/^laptop · read · \d{4}-\d\d-\d\d\nimporter · write · \d{4}-\d\d-\d\d\n$/);
  const inJson = (await key('list', '--json')).stdout;
  expect(Object.keys((JSON.parse(inJson) as object[])[0]!)).toEqual(['name', 'scope', 'made']);
  expect((await key('remove', 'laptop')).code).toBe(0);
  expect((await key('remove', 'laptop')).code).toBe(5);
  expect((await key('add', 'importer')).code).toBe(2);
  expect(await key('add')).toMatchObject({ code: 2, stderr: expect.stringContaining('akin key add NAME') as string });
  expect((await key('add', 'x', '--scope', 'all')).code).toBe(2);
});

it.each([
  [['--host', '0.0.0.0'], 'others reach 0.0.0.0'],
  [['--host', '::'], 'others reach ::'],
  [['--keys'], '--keys demands one'],
])('a server with %j does not start without a key', async (parameters, why) => {
  const { code, stderr } = await akin(['serve', '--index', inject('sampleLibrary'), '--port', '0', ...parameters]);
  expect(code).toBe(2);
  expect(stderr).toContain(why);
  expect(stderr).toContain(`make one first: akin key add NAME --index ${inject('sampleLibrary')}`);
});

it('is said not to be needed where a server is asked by the name of another machine', async () => {
  const names = ['--allow-host', 'localhost:8080', '--allow-host', 'papers.example'];
  const child = startAkin(['serve', '--index', inject('sampleLibrary'), '--port', '0', ...names]);
  onTestFinished(() => void child.kill('SIGKILL'));
  const said = text(child.stderr!);
  await once(child.stdout!, 'data');
  child.kill('SIGTERM');
  expect(await said).toBe('nobody who comes by way of papers.example needs a key: see --keys\nstopping\n');
});

it('is heard of at once by a server that runs, until the server is told to end', async () => {
  const index = sampleCopy();
  const make = async (name: string) => (await akin(['key', 'add', name, '--index', index])).stdout.trim();
  const first = await make('first');
  const { url, child } = await serveAkin(index, ['--keys']);
  const ask = async (key: string) =>
    (await fetch(`${url}/v1/papers?limit=1`, { headers: { Authorization: `Bearer ${key}` } })).status;
  expect(await ask(first)).toBe(200);
  const second = await make('second');
  expect(await ask(second)).toBe(200);
  await akin(['key', 'remove', 'second', '--index', index]);
  expect([await ask(second), await ask(first)]).toEqual([401, 200]);
  child.kill('SIGTERM');
  expect(await once(child, 'close')).toEqual([0, null]);
});
