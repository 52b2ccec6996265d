/** The library an evaluation searches: built from a collection's documents, thrown away afterwards or kept for the next time. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AkinError } from '../errors.ts';
import { makeFolder, notRead } from '../places.ts';
import { checkPaths, filesOf } from '../sources/input.ts';
import type { Configuration } from './configuration.ts';
import type { IntakeEvent } from './intake.ts';
import { Session, type SessionOptions } from './session.ts';
import type { AddSummary } from './take-in.ts';

export interface CorpusOptions {
  /** Where to keep the library; a library of the same corpus that is there already is used as it is. */
  keep?: string | undefined;
  model?: string | undefined;
  configuration: Configuration;
  onEvent?: ((event: IntakeEvent) => void) | undefined;
  /** Given the account, where a document was rejected or is there twice. */
  onTrouble?: ((summary: AddSummary) => void) | undefined;
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
  { keep, model, configuration, onEvent, onTrouble, signal }: CorpusOptions,
): Promise<Session | undefined> {
  await checkPaths([corpus]);
  const folder = keep ?? mkdtempSync(path.join(tmpdir(), 'akin-eval-'));
  const session = new CorpusSession({ address: folder, configuration, threads: 1 }, keep === undefined);
  try {
    if (keep !== undefined) claim(keep, await digestOf(corpus));
    const summary = await session.add([corpus], { model, onEvent, signal });
    if (summary.rejected > 0 || summary.duplicate > 0) onTrouble?.(summary);
    const { added, changed, unchanged } = summary;
    if (!summary.interrupted && added + changed + unchanged === 0) {
      throw new AkinError('invalid-argument', `${corpus} holds no document`, {
        hint: 'name the documents in any format that "akin add" reads',
        field: 'corpus',
      });
    }
    if (!summary.interrupted) return session;
    await session.close();
    return undefined;
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** A session whose library may be thrown away with it. */
class CorpusSession extends Session {
  readonly #discards: string | undefined;

  constructor(options: SessionOptions, discards: boolean) {
    super(options);
    this.#discards = discards ? options.address : undefined;
  }

  override async close(): Promise<void> {
    await super.close();
    if (this.#discards !== undefined) rmSync(this.#discards, { recursive: true, force: true });
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
  makeFolder(folder);
  try {
    writeFileSync(file, `${JSON.stringify({ sha256: digest })}\n`);
  } catch (error) {
    rmSync(file, { force: true }); // Half of it would be taken for another corpus.
    throw error;
  }
}

async function digestOf(corpus: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const file of filesOf([corpus])) {
    try {
      for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) hash.update(chunk);
    } catch (error) {
      throw notRead(file, error);
    }
  }
  return hash.digest('hex');
}
