/** What is no file: pipes that a person names, which are waited for, and those that lie in folders, which are not. */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { akin, PROGRAM, ROOT, sampleCopy, startAkin, temporaryFolder } from '../akin.ts';

const RECORD = `${JSON.stringify({ id: 'piped', title: 'A paper that came through a pipe' })}\n`;
const DRAFT = 'Attention layers replace recurrence in networks that translate from one language to another.\n';

function pipeIn(folder: string): string {
  const pipe = path.join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  return pipe;
}

function mayRead(file: string): boolean {
  try {
    closeSync(openSync(file, 'r'));
    return true;
  } catch {
    return false;
  }
}

function started(parameters: string[]): ChildProcess {
  const child = startAkin(parameters);
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** Waits until a process writes to the library. */
async function holds(child: ChildProcess, index: string): Promise<void> {
  const holder = path.join(index, 'writer.lock.holder');
  const isHeld = () => existsSync(holder) && readFileSync(holder, 'utf8').includes(`(process ${child.pid},`);
  await expect.poll(isHeld, { timeout: 60_000 }).toBe(true);
}

describe.skipIf(process.platform === 'win32')('a pipe', () => {
  it.each([
    ['a pipe without a writer', (folder: string) => pipeIn(folder)],
    ['standard input', () => '-'],
  ])('%s is waited for until SIGTERM, which leaves the library free', async (_, place) => {
    const index = sampleCopy();
    const child = started(['add', place(temporaryFolder()), '--no-embed', '--index', index]);
    await holds(child, index);
    await sleep(1000); // It waits by now; if it does not yet, the test says less and nothing wrong.
    expect(child.exitCode).toBeNull();
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(130);
    expect((await akin(['remove', 'arxiv:1706.03762', '--index', index])).code).toBe(0);
  });

  it('and a file that does not answer are left at the second signal', async () => {
    const index = sampleCopy();
    // The kernel's log is a file that waits in the middle of being read; not everybody may read it.
    const place = mayRead('/proc/kmsg') ? '/proc/kmsg' : pipeIn(temporaryFolder());
    const link = path.join(temporaryFolder(), 'silent.bib');
    symlinkSync(place, link);
    const child = started(['add', link, '--no-embed', '--index', index]);
    await holds(child, index);
    await sleep(1000); // As above.
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await Promise.race([ended, sleep(1000)]);
    child.kill('SIGTERM');
    const [code, signal] = (await ended) as [number | null, string | null];
    expect(code === 130 || signal === 'SIGTERM', `${code} ${signal}`).toBe(true);
  });

  it('is read when somebody writes into it', async () => {
    const [index, pipe] = [sampleCopy(), pipeIn(temporaryFolder())];
    const child = started(['add', pipe, '--no-embed', '--json', '--index', index]);
    await holds(child, index);
    const writer = spawn('bash', [
      '-c',
      `exec > "$0"; printf %s "\${1:0:20}"; sleep 0.3; printf %s "\${1:20}"`,
      pipe,
      RECORD,
    ]);
    onTestFinished(() => void writer.kill('SIGKILL'));
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(0);
    expect((await akin(['show', 'piped', '--index', index])).stdout).toContain('A paper that came through a pipe');
  });

  it.each([
    ['add <(printf %s "$TEXT")', RECORD, /^1 added/],
    ['add /dev/stdin < <(printf %s "$TEXT")', RECORD, /^1 added/],
    ['add - < <(printf %s "$TEXT")', RECORD, /^1 added/],
    ['add <(printf %s "$TEXT" | gzip)', RECORD, /^1 added/],
    ['related <(printf %s "$TEXT")', DRAFT, /Attention Is All You Need/i],
    ['related /dev/stdin < <(printf %s "$TEXT")', DRAFT, /Attention Is All You Need/i],
  ])('akin %s', (command, text, said) => {
    const index = sampleCopy();
    const line = `"$0" "$1" ${command.replace(/ (?=[<-]|\/dev)/, ' --index "$INDEX" ')}`;
    const { stdout, stderr, status } = spawnSync('bash', ['-c', line, process.execPath, PROGRAM], {
      cwd: ROOT,
      env: { ...process.env, TEXT: text, INDEX: index },
    });
    expect(String(stdout), String(stderr)).toMatch(said);
    expect(status).toBe(0);
  });

  it('that lies in a folder is left out, and one that is named is nothing to be kept in step with', async () => {
    const folder = path.join(temporaryFolder(), 'papers');
    mkdirSync(folder);
    const pipe = pipeIn(folder);
    writeFileSync(path.join(folder, 'one.jsonl'), RECORD);
    const index = path.join(temporaryFolder(), 'index');
    for (const command of ['sync', 'add']) {
      const { code, stdout } = await akin([command, folder, '--no-embed', '--json', '--index', index]);
      expect(JSON.parse(stdout)).toMatchObject({ rejected: 0 });
      expect(code).toBe(0);
    }
    const { code, stderr } = await akin(['sync', pipe, '--index', index]);
    expect(stderr).toMatch(/is a pipe or a device, and no file .*\n +give a file or a folder/);
    expect(code).toBe(2);
  });
});
