/** akin without its models: all that embeds nothing works, over the command and over HTTP, and the rest says what is missing. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT, sampleCopy, temporaryFolder } from '../akin.ts';

const MODEL = 'all-MiniLM-L6-v2';
const TURING = 'doi:10.1112/plms/s2-42.1.230';
/** What a person can do about it. */
const REPAIR = `npm run fetch-model -- ${MODEL}`;
const LEARNING = [{ title: 'Zebras', abstract: 'On their stripes.' }].map((each) => JSON.stringify(each)).join('\n');

describe.each([
  ['missing', 'model-missing', () => {}],
  [
    'damaged',
    'model-damaged',
    (folder: string) => {
      const model = path.join(folder, 'models', MODEL);
      cpSync(path.join(ROOT, 'models', MODEL), model, { recursive: true });
      writeFileSync(path.join(model, 'tokenizer.json'), '{}');
    },
  ],
] as const)('where the model is %s', (_, code, leave) => {
  let program: string;
  let library: string;
  beforeAll(() => {
    const folder = temporaryFolder(afterAll);
    for (const name of ['.build/src', 'package.json', 'src/web'])
      cpSync(path.join(ROOT, name), path.join(folder, name), { recursive: true });
    mkdirSync(path.join(folder, 'models'));
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
    leave(folder);
    program = path.join(folder, '.build/src/cli/main.js');
    library = sampleCopy(afterAll);
  });
  const said = (parameters: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...parameters, '--index', library]);
    return { code: status, stdout: String(stdout), stderr: String(stderr) };
  };

  it('papers are searched by words, named, shown, exported, counted and removed', () => {
    for (const command of [
      ['search', 'computable numbers', '--mode', 'lexical', '--explain', 'full'],
      ['search', 'year:1937'],
      ['like', TURING],
      ['show', TURING],
      ['export', '--format', 'ris', TURING],
      ['status'],
    ]) {
      const { stdout, stderr, code: exit } = said(command);
      expect([command[0], exit, stderr]).toEqual([command[0], 0, '']);
      expect(stdout.length).toBeGreaterThan(50);
    }
    const { stdout } = said(['search', 'computable numbers', '--mode', 'lexical', '--json']);
    const { hits } = JSON.parse(stdout) as { hits: { id: string; similarity: null }[] };
    expect(hits[0]).toMatchObject({ id: TURING, similarity: null, relevance: null });
    expect(said(['remove', 'arxiv:1706.03762'])).toMatchObject({ code: 0 });
    expect(said(['show', 'arxiv:1706.03762'])).toMatchObject({ code: 5 });
  });

  it('what embeds says what is missing, and the doctor does', () => {
    const draft = path.join(temporaryFolder(), 'draft.md');
    writeFileSync(draft, '# Zebras\n\nTheir stripes are not yet explained by anybody who was asked.\n');
    const file = path.join(temporaryFolder(), 'papers.jsonl');
    writeFileSync(file, LEARNING);
    for (const command of [
      ['search', 'learning'],
      ['related', draft],
      ['add', file],
    ]) {
      const { stderr, code: exit } = said(command);
      expect([command[0], exit]).toEqual([command[0], 7]);
      expect(stderr).toMatch(/^akin: \S/);
      expect(stderr).toContain(REPAIR);
      expect(stderr).not.toMatch(/^ +at /m);
    }
    const { stdout, code: exit } = said(['doctor']);
    expect([exit, stdout]).toEqual([3, expect.stringContaining(REPAIR) as string]);
    expect(said(['add', file, '--no-embed'])).toMatchObject({ code: 0 });
  });

  it('a server starts, answers words, and refuses what embeds until the model is there', async () => {
    const child = spawn(process.execPath, [program, 'serve', '--index', library, '--port', '0', '--json']);
    let talk = '';
    child.stderr.on('data', (chunk: Buffer) => (talk += chunk.toString()));
    try {
      const [line] = (await once(child.stdout, 'data')) as [Buffer];
      const { url } = JSON.parse(line.toString()) as { url: string };
      const ask = async (address: string, init?: RequestInit) => {
        const answer = await fetch(`${url}${address}`, init);
        return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
      };
      const refused = { status: 503, body: { code } };
      expect(talk).toContain(REPAIR);
      const { body } = await ask('/v1/search?q=computable+numbers&mode=lexical');
      expect((body.hits as object[])[0]).toMatchObject({ id: TURING });
      expect(await ask(`/v1/papers/${encodeURIComponent(TURING)}/similar`)).toMatchObject({ status: 200 });
      expect(await ask('/v1/papers?sort=newest')).toMatchObject({ status: 200 });
      expect(await ask('/v1/search?q=computable+numbers')).toMatchObject(refused);
      const put = { method: 'PUT', body: LEARNING, headers: { 'Content-Type': 'application/json' } };
      expect(await ask('/v1/papers/zebras', put)).toMatchObject(refused);
      expect(await ask('/v1/papers/zebras')).toMatchObject({ status: 404 });
      expect(await ask('/healthz')).toMatchObject({ status: 200 });
      expect(await ask('/readyz')).toMatchObject({
        status: 503,
        body: { ready: false, library: { papers: expect.any(Number) as number }, embedder: null, lacks: [code] },
      });
      // It comes while the server is running.
      const place = path.join(path.dirname(program), '../../../models', MODEL);
      cpSync(path.join(ROOT, 'models', MODEL), place, { recursive: true, force: true });
      expect(await ask('/readyz')).toMatchObject({ status: 200, body: { ready: true, lacks: [] } });
      expect(await ask('/v1/search?q=computable+numbers')).toMatchObject({ status: 200 });
    } finally {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
  });
});
