/**
 * Hostile drafts, small, and a third of those there are: each is read, or refused in words. `npm run fuzz` reads all of them in
 * full size.
 */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import { answer } from '../../src/drafts/files.ts';
import { AkinError } from '../../src/errors.ts';
import { builtOf, temporaryFolder } from '../akin.ts';
import { endingOf, HOSTILE_DRAFTS, hostileDrafts } from './hostile.ts';

const folder = temporaryFolder(afterAll);

/** PDFs take minutes; `npm run fuzz` alone reads them. */
const KINDS = HOSTILE_DRAFTS.filter((kind) => kind !== 'draft-pdf');

it.each(KINDS)('%s: each is read or refused', async (kind) => {
  const file = path.join(folder, `hostile${endingOf(kind)}`);
  let number = HOSTILE_DRAFTS.indexOf(kind);
  for await (const { name, pieces } of hostileDrafts(kind, 2000)) {
    if (number++ % 3 !== 0) continue;
    writeFileSync(file, Buffer.concat(Array.from(pieces, (piece) => Buffer.from(piece))));
    const isBibliography = kind === 'draft-bibliography';
    const read = isBibliography
      ? answer({ draft: { text: 'A draft.' }, bibliography: { file } })
      : answer({ draft: { file }, bibliography: undefined });
    const draft = await read.catch((error: unknown) => error);
    if (!(draft instanceof AkinError))
      expect(draft, name).toMatchObject({ paragraphs: expect.any(Array) as unknown[] });
  }
});

/** Drafts that once made a reader crash, or took hundreds of megabytes. Memory is read where Linux tells it. */
it.runIf(process.platform === 'linux').each([
  ['draft-text', 'numbers in a bracket'],
  ['draft-text', 'text: lines'],
])('%s, %s: a full-sized one stays within 256 MB and 10 s', async (kind, hostile) => {
  const parameters = [builtOf('scripts/fuzz.ts'), '--source', kind, '--case', hostile];
  const { stdout } = await promisify(execFile)(process.execPath, parameters);
  expect(stdout).toMatch(new RegExp(`^\\| ${kind} \\| [1-9]`, 'm')); // It fails, and so does this, where a limit is passed.
});
