/**
 * Builds the JavaScript that threads and other processes run while vitest runs the sources themselves, and then the bundled
 * sample library, with the real command, for every test that wants one to look at.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { akin, ROOT } from './akin.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Folder of the sample library. Copy it to change it. */
    sampleLibrary: string;
  }
}

export default async function setup(project: TestProject): Promise<() => void> {
  const build = () => void execFileSync(process.execPath, ['scripts/build.js'], { cwd: ROOT, stdio: 'inherit' });
  build();
  project.onTestsRerun(build);
  const folder = mkdtempSync(path.join(tmpdir(), 'akin-sample-'));
  const { code, stderr } = await akin(['add', 'scripts/sample-papers.jsonl', '--index', folder]);
  if (code !== 0) throw new Error(`the sample library could not be built:\n${stderr}`);
  project.provide('sampleLibrary', folder);
  return () => rmSync(folder, { recursive: true, force: true });
}
