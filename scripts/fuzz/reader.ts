/**
 * The process in which a hostile file is read, as `akin add` reads it but without a library: told a source and a file, it
 * answers with what became of it, the processor time and by how much memory the process grew beyond what it had idle.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import type { LibraryWriter } from '../../src/library/library.ts';
import { openFile } from '../../src/sources/input.ts';
import { storeFiles } from '../../src/session/intake.ts';
import { sourceNamed } from '../../src/sources/registry.ts';

export interface Task {
  source: string;
  file: string;
}

export interface Outcome {
  papers: number;
  /** How many, by code. */
  rejects: Record<string, number>;
  /** It is of the source's format, as far as can be told from its beginning: it may hold no record then. */
  recognised: boolean;
  /** Seconds of processor time. */
  seconds: number;
  /** MB (10⁶ bytes) of resident memory at most, beyond the idle process's. */
  addedMB: number;
}

const writer = {
  store: ({ parts }) => Promise.resolve(parts.map(({ papers }) => papers.map(() => 'added'))),
} as Pick<LibraryWriter, 'store'> as LibraryWriter;

/** Resident memory in MB: now (VmRSS), or the most since it was last forgotten (VmHWM). */
function residentMB(field: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync('/proc/self/status', 'utf8');
  return (Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)![1]) * 1024) / 1e6;
}

global.gc?.();
const idleMB = residentMB('VmRSS');

process.on('message', ({ source, file }: Task) => {
  void (async () => {
    global.gc?.();
    writeFileSync('/proc/self/clear_refs', '5'); // Forgets the peak so far.
    const rejects: Record<string, number> = {};
    const before = process.cpuUsage();
    const { added } = await storeFiles(writer, [file], {
      source: sourceNamed(source),
      onEvent(event) {
        if (event.event === 'rejected') rejects[event.reject.code] = (rejects[event.reject.code] ?? 0) + 1;
      },
    });
    const { user, system } = process.cpuUsage(before);
    const addedMB = residentMB('VmHWM') - idleMB;
    const isSilent = added === 0 && Object.keys(rejects).length === 0;
    const recognised = isSilent && sourceNamed(source).detects((await openFile(file)).head);
    process.send!({ papers: added, rejects, recognised, seconds: (user + system) / 1e6, addedMB } satisfies Outcome);
  })();
});
process.send!('ready');
