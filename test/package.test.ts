/** The package that `npm pack` makes: all that is needed to search, from any folder, and nothing of the workshop. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, it, afterAll } from 'vitest';
import { ROOT, temporaryFolder } from './akin.ts';

const run = promisify(execFile);

let installed: string;
let names: string[];
beforeAll(async () => {
  const place = temporaryFolder(afterAll);
  await run(process.execPath, [path.join(ROOT, 'scripts/build.js')]);
  const packing = ['pack', '--json', '--ignore-scripts', '--pack-destination', place];
  const { stdout } = await run('npm', packing, { cwd: ROOT });
  const [{ filename, files }] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
  names = files.map((file) => file.path);
  await run('tar', ['-xzf', path.join(place, filename), '-C', place]);
  installed = path.join(place, 'package');
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(installed, 'node_modules'));
});

it('has built code, the model, the page, the sample and the manual, and neither sources nor tests', () => {
  const wanted = ['.build/src/cli/main.js', 'src/cli/akin.js', 'src/web/page.css', 'scripts/sample-papers.jsonl'];
  const client = ['.build/src/client/client.js', '.build/src/client/client.d.ts', '.build/src/client/api.d.ts'];
  const model = ['models/all-MiniLM-L6-v2/onnx/model_quantized.onnx'];
  for (const name of [...wanted, ...client, ...model, 'README.md', 'LICENSE', 'src/search/README.md'])
    expect(names).toContain(name);
  expect(names.filter((name) => /(?<!\.d)\.ts$|^test\/|^\.build\/(?!src\/)|^\.ci\//.test(name))).toEqual([]);
});

it('serves the sample from any folder, and keeps its library where a person keeps data', async () => {
  const home = temporaryFolder();
  const elsewhere = path.join(home, 'work');
  mkdirSync(elsewhere);
  const environment = { PATH: process.env.PATH, HOME: home, TMPDIR: temporaryFolder() };
  const program = path.join(installed, 'src/cli/akin.js');
  const child = spawn(process.execPath, [program, 'serve', '--sample', '--port', '0', '--json'], {
    ...{ cwd: elsewhere, env: environment },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const { url, papers } = JSON.parse(line.toString()) as { url: string; papers: number };
    expect(papers).toBeGreaterThan(50);
    const answer = await fetch(`${url}/v1/search?q=machines+that+learn`);
    expect(((await answer.json()) as { hits: unknown[] }).hits.length).toBeGreaterThan(0);
    expect((await fetch(`${url}/?q=learning`)).status).toBe(200);
  } finally {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  expect(readdirSync(elsewhere)).toEqual([]);
  expect(readdirSync(path.join(home, '.local/share'))).toEqual(['akin']);
});
