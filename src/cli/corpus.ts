/** The library an evaluation searches: built from a collection's documents, thrown away afterwards or kept for the next time. */
import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CrossEncoderModel } from '../embedding/models.ts';
import { AkinError } from '../errors.ts';
import { checkPaths, filesOf } from '../sources/input.ts';
import { add, addText } from './add.ts';
import { openSession, type Session } from './session.ts';

export interface CorpusOptions {
  /** Where to keep the library; a library of the same corpus that is there already is used as it is. */
  keep?: string | undefined;
  model?: string | undefined;
  /** What re-ranks; undefined where nothing does. */
  crossEncoder?: CrossEncoderModel | undefined;
  signal: AbortSignal;
}

/** Says of a kept library which corpus it is of, by digest. */
const CORPUS_FILE = 'corpus.json';

/**
 * Opens a library of a corpus (whatever `akin add` reads) for searching; builds what is missing of it.
 * @returns undefined when interrupted.
 * @throws AkinError `invalid-argument` when `keep` holds anything else, and as `add`.
 */
export async function openCorpus(
  corpus: string,
  { keep, model, crossEncoder, signal }: CorpusOptions,
): Promise<Session | undefined> {
  await checkPaths([corpus]);
  const folder = keep ?? mkdtempSync(path.join(tmpdir(), 'akin-eval-'));
  const discard = () => {
    if (keep === undefined) rmSync(folder, { recursive: true, force: true });
  };
  try {
    if (keep !== undefined) claim(keep, await digestOf(corpus));
    const summary = await add([corpus], { index: folder, model, embed: true, signal });
    const { rejected, duplicate, interrupted } = summary;
    if (rejected > 0 || duplicate > 0) process.stderr.write(`${addText(summary)}\n`);
    if (interrupted) {
      discard();
      return undefined;
    }
    const session = await openSession(folder, 1, crossEncoder);
    return {
      ...session,
      async close() {
        await session.close();
        discard();
      },
    };
  } catch (error) {
    discard();
    throw error;
  }
}

/** Makes sure that a folder is for this corpus and no other, so that no library ever gets papers by mistake. */
function claim(folder: string, digest: string): void {
  const file = path.join(folder, CORPUS_FILE);
  if (existsSync(file)) {
    if (readFileSync(file, 'utf8').trim() === JSON.stringify({ sha256: digest })) return;
    throw new AkinError('invalid-argument', `${folder} holds the library of another corpus`, {
      hint: 'choose another folder with --keep DIR, or remove this one',
      field: 'keep',
    });
  }
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new AkinError('invalid-argument', `${folder} holds something else than the library of an evaluation`, {
      hint: 'choose an empty folder, or one that does not exist, with --keep DIR',
      field: 'keep',
    });
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, `${JSON.stringify({ sha256: digest })}\n`);
}

async function digestOf(corpus: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const file of filesOf([corpus])) {
    try {
      for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) hash.update(chunk);
    } catch (error) {
      throw new AkinError('file-unreadable', `${file}: ${(error as Error).message}`, { cause: error });
    }
  }
  return hash.digest('hex');
}
