/** Builds the bundled sample library once, with the real command, for every test that wants one to look at. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { akin } from './akin.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Folder of the sample library. Copy it to change it. */
    sampleLibrary: string;
  }
}

export default async function setup(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'akin-sample-'));
  const { code, stderr } = await akin(['add', 'scripts/sample-papers.jsonl', '--index', folder]);
  if (code !== 0) throw new Error(`the sample library could not be built:\n${stderr}`);
  project.provide('sampleLibrary', folder);
  return () => rmSync(folder, { recursive: true, force: true });
}
