/**
 * Hostile files, small, and a third of those there are: every source makes papers or rejects of them. `npm run fuzz` reads
 * all of them in full size.
 */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import type { LibraryWriter } from '../../src/library/library.ts';
import { FORMAT_NAMES, sourceNamed } from '../../src/sources/registry.ts';
import { storeFiles } from '../../src/session/intake.ts';
import { builtOf, temporaryFolder } from '../akin.ts';
import { HOSTILE, hostileFiles } from './hostile.ts';

const file = path.join(temporaryFolder(afterAll), 'hostile');
/** Takes everything, and keeps nothing. */
const noLibrary = {
  store: ({ parts }) => Promise.resolve(parts.map(({ papers }) => papers.map(() => 'added'))),
} as Pick<LibraryWriter, 'store'> as LibraryWriter;

it('there are hostile files for every source', () => {
  expect([...HOSTILE].sort()).toEqual([...FORMAT_NAMES].sort());
});

it.each(HOSTILE)('%s makes papers or rejects of them', async (name) => {
  const source = sourceNamed(name);
  let number = HOSTILE.indexOf(name);
  for (const { name: hostile, pieces } of hostileFiles(name, name === 'pdf' ? 20_000 : 2000)) {
    if (number++ % 3 !== 0) continue;
    const bytes = Buffer.concat(Array.from(pieces, (piece) => Buffer.from(piece)));
    writeFileSync(file, bytes);
    const reasons: string[] = [];
    const { added } = await storeFiles(noLibrary, [file], {
      source,
      onEvent: (event) => event.event === 'rejected' && reasons.push(event.reject.reason),
    });
    expect(reasons.every((reason) => reason !== '')).toBe(true);
    expect(added + reasons.length, hostile).toBeGreaterThan(0);
  }
});

/** Files that once crashed a source, or took it minutes or hundreds of megabytes. Memory is read where Linux tells it. */
it.runIf(process.platform === 'linux').each([
  ['acl-xml', 'title: lines'],
  ['arxiv-atom', 'title: tildes'],
  ['oai-pmh', 'authors: names'],
  ['oai-pmh', 'keywords: lines'],
  ['oai-pmh', 'id: semicolons'],
  ['ris', 'authors: commas'],
  ['crossref', 'many keys'],
  ['openalex', 'one word at many places'],
  ['nbib', 'more: headings'],
])('%s, %s: a full-sized file stays within 256 MB and 10 s', async (source, hostile) => {
  const parameters = [builtOf('scripts/fuzz.ts'), '--source', source, '--case', hostile];
  const { stdout } = await promisify(execFile)(process.execPath, parameters);
  expect(stdout).toMatch(new RegExp(`^\\| ${source} \\| [1-9]`, 'm')); // It fails, and so does this, where a limit is passed.
});
