/** Ways into a library that has nothing yet, from what this machine has already: the bundled sample, and Zotero's own library. */
import { existsSync } from 'node:fs';
import { copyFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { AkinError } from '../errors.ts';
import type { Sent } from './jobs.ts';
import { SAMPLE } from './sample.ts';

export const WAYS_IN = ['sample', 'zotero'] as const;
export type WayIn = (typeof WAYS_IN)[number];

/** Where Zotero keeps its library unless it was told otherwise; undefined where there is none. @param home of whoever runs akin. */
export function zoteroIn(home = homedir()): string | undefined {
  const place = path.join(home, 'Zotero', 'zotero.sqlite');
  return existsSync(place) ? place : undefined;
}

/** What a job is to take in. @param folder where what is sent for it lies. @throws AkinError `not-found`. */
export async function sentBy(way: WayIn, folder: string): Promise<Sent> {
  if (way === 'sample') {
    await copyFile(SAMPLE, path.join(folder, '0'));
    const { size: bytes } = await stat(SAMPLE);
    return { files: [{ kind: 'file', name: path.basename(SAMPLE), bytes }], names: [], options: {} };
  }
  const zotero = zoteroIn();
  if (zotero !== undefined) return { files: [], places: [zotero], names: [], options: {} };
  throw new AkinError('not-found', 'Zotero has no library at its usual place', {
    hint: 'akin add takes it in by the path of its zotero.sqlite',
  });
}
