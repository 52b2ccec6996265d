/** The real program in a process of its own, and folders to use it on. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inject, onTestFinished } from 'vitest';
import { ROOT } from '../src/package.ts';

export { ROOT, builtOf } from '../src/package.ts';

export const PROGRAM = path.join(ROOT, 'src/cli/akin.js');

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** `onTestFinished`, or `afterAll` for what all tests of a file share. */
type WhenOver = (cleanUp: () => void | Promise<void>) => void;

/** Starts `akin` in the checkout's folder. @param environment variables to set beside those there are. */
export function startAkin(parameters: string[], environment: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, [PROGRAM, ...parameters], {
    cwd: ROOT,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
}

/** Runs `akin` to its end. */
export async function akin(
  parameters: string[],
  { input = '', environment = {} }: { input?: string | Buffer; environment?: NodeJS.ProcessEnv } = {},
): Promise<Finished> {
  const child = startAkin(parameters, environment);
  const finished: Finished = { code: null, stdout: '', stderr: '' };
  child.stdout!.on('data', (chunk: Buffer) => (finished.stdout += chunk.toString()));
  child.stderr!.on('data', (chunk: Buffer) => (finished.stderr += chunk.toString()));
  child.stdin!.end(input);
  [finished.code] = (await once(child, 'close')) as [number | null];
  return finished;
}

interface Serving {
  url: string;
  child: ChildProcess;
}

/** A running server of a library; see `serving`. */
export const serveAkin = (folder: string, parameters: string[] = [], whenOver?: WhenOver): Promise<Serving> =>
  serving(['--index', folder, ...parameters], whenOver);

/** A running server and its address; ended when the test is over, or whatever `whenOver` waits for. */
export async function serving(parameters: string[], whenOver: WhenOver = onTestFinished): Promise<Serving> {
  const child = startAkin(['serve', '--port', '0', '--json', ...parameters]);
  let stderr = '';
  child.stderr!.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  whenOver(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
  });
  const [line] = (await Promise.race([
    once(child.stdout!, 'data'),
    once(child, 'close').then(() => Promise.reject(new Error(`the server ended:\n${stderr}`))),
  ])) as [Buffer];
  return { url: (JSON.parse(line.toString()) as { url: string }).url, child };
}

/** An empty folder, removed when the test is over. */
export function temporaryFolder(whenOver: WhenOver = onTestFinished): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'akin-test-'));
  whenOver(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A copy of the sample library, to do with as the test likes. */
export function sampleCopy(whenOver: WhenOver = onTestFinished): string {
  const folder = temporaryFolder(whenOver);
  cpSync(inject('sampleLibrary'), folder, { recursive: true });
  return folder;
}
