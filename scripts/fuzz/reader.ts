/**
 * The process in which a hostile file is read, as `akin add` reads it but without a library, or as `akin related` reads a draft
 * but without quarantine: told a source and a file, it answers with what became of it, the processor time and by how much
 * memory the process grew beyond what it had idle.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { answer } from '../../src/drafts/files.ts';
import { AkinError } from '../../src/errors.ts';
import type { LibraryWriter } from '../../src/library/library.ts';
import { openFile } from '../../src/sources/input.ts';
import { storeFiles } from '../../src/session/intake.ts';
import { sourceNamed } from '../../src/sources/registry.ts';

export interface Task {
  /** A source's name, or a kind of draft's (test/drafts/hostile.ts). */
  source: string;
  file: string;
}

export interface Outcome {
  /** Or drafts: one, or none. */
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
    const before = process.cpuUsage();
    const read = source.startsWith('draft-') ? await readAsDraft(source, file) : await readAsSource(source, file);
    const { user, system } = process.cpuUsage(before);
    const addedMB = residentMB('VmHWM') - idleMB;
    process.send!({ ...read, seconds: (user + system) / 1e6, addedMB } satisfies Outcome);
  })();
});
process.send!('ready');

type Read = Pick<Outcome, 'papers' | 'rejects' | 'recognised'>;

async function readAsSource(source: string, file: string): Promise<Read> {
  const rejects: Record<string, number> = {};
  const { added } = await storeFiles(writer, [file], {
    source: sourceNamed(source),
    onEvent(event) {
      if (event.event === 'rejected') rejects[event.reject.code] = (rejects[event.reject.code] ?? 0) + 1;
    },
  });
  const isSilent = added === 0 && Object.keys(rejects).length === 0;
  return { papers: added, rejects, recognised: isSilent && sourceNamed(source).detects((await openFile(file)).head) };
}

/** A bibliography is read with a draft that cites nothing by a key, and so all of it. */
async function readAsDraft(kind: string, file: string): Promise<Read> {
  const given = kind === 'draft-bibliography' ? { draft: { text: 'A draft.' }, bibliography: { file } } : undefined;
  try {
    await answer(given ?? { draft: { file }, bibliography: undefined });
    return { papers: 1, rejects: {}, recognised: true };
  } catch (error) {
    if (!(error instanceof AkinError)) throw error;
    return { papers: 0, rejects: { [error.code]: 1 }, recognised: true };
  }
}
