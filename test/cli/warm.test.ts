/** `akin search` beside a server that has the library open: who answers, and that it is all the same. */
import { existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { akin, sampleCopy, serveAkin, temporaryFolder } from '../akin.ts';

const NOTE = 'server.json';

it('a server answers as the command would, errors as well, and is asked no more when it has ended', async () => {
  const library = sampleCopy();
  const asked = [
    ['machines that learn', '--limit', '3', '--explain'],
    ['machines that learn', '--json', '--facets'],
    ['machines', '--limit', '1000'],
    ['machines', '--rerank', '100', '--diversity', '0.5'],
  ].map((words) => ['search', ...words, '--index', library]);
  const alone = [];
  for (const words of asked) alone.push(await akin(words));
  const { child } = await serveAkin(library);
  for (const [i, words] of asked.entries()) expect(await akin(words)).toEqual(alone[i]);
  const said = await akin([...asked[0]!, '--verbose']);
  expect(said.stderr).toMatch(/^answered by the server at http:\/\/127\.0\.0\.1:\d+\n$/);
  expect(said.stdout).toBe(alone[0]!.stdout);
  child.kill('SIGTERM');
  await new Promise((resolve) => child.once('exit', resolve));
  expect(existsSync(path.join(library, NOTE))).toBe(false);
  expect((await akin([...asked[0]!, '--verbose'])).stderr).toBe('');
}, 180_000);

it('a note that leads nowhere, elsewhere, or to what is no akin, costs nothing but a moment', async () => {
  const library = sampleCopy();
  const note = path.join(library, NOTE);
  let requests = 0;
  const other = createServer((_, answer) => {
    requests++;
    answer.writeHead(404).end('nothing');
  });
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void other.close());
  const here = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  const { pid } = process;
  const place = realpathSync(library);
  for (const written of [
    'no JSON',
    JSON.stringify({ url: here, pid, place }),
    JSON.stringify({ url: here, pid, place: `${place} as it was` }),
    JSON.stringify({ url: 'http://127.0.0.1:1', pid, place }),
    JSON.stringify({ url: `http://localhost.example@127.0.0.1:1`, pid, place }),
    JSON.stringify({ url: here, pid: 2 ** 30, place }),
  ]) {
    writeFileSync(note, written);
    const { code, stdout, stderr } = await akin([
      'search',
      'machines',
      '--limit',
      '1',
      '--index',
      library,
      '--verbose',
    ]);
    expect([written, code, stderr, stdout.length > 50]).toEqual([written, 0, '', true]);
  }
  expect(requests).toBe(1);
  expect(readFileSync(note, 'utf8')).toContain('pid');
}, 180_000);

it('it is the server of the library that the command means, also where its folder has an equals sign', async () => {
  let requests = 0;
  const other = createServer((_, answer) => {
    requests++;
    answer.end('of another library');
  });
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void other.close());
  const folder = temporaryFolder();
  const [noted, meant] = [path.join(folder, 'papers'), path.join(folder, 'papers=mine')];
  mkdirSync(noted);
  renameSync(sampleCopy(), meant);
  const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  writeFileSync(path.join(noted, NOTE), JSON.stringify({ url, pid: process.pid, place: realpathSync(noted) }));
  const asked = ['search', 'machines', '--mode', 'lexical', '--limit', '1'];
  expect((await akin([...asked, '--index', noted])).stdout).toBe('of another library\n');
  const alone = await akin([...asked, `--index=${meant}`]);
  expect(alone).toMatchObject({ code: 0, stdout: expect.stringContaining('1. ') as string });
  expect(requests).toBe(1);
}, 180_000);

it('a server that demands keys leaves no note', async () => {
  const library = sampleCopy();
  rmSync(path.join(library, NOTE), { force: true }); // A copy has that of a server of the original.
  await akin(['key', 'add', 'me', '--index', library]);
  await serveAkin(library, ['--keys']);
  expect(existsSync(path.join(library, NOTE))).toBe(false);
});
