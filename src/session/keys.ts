/**
 * Keys: who may ask a server that others reach, and who may change its library. Of a key only its hash is kept: a key is 256
 * random bits, so that nothing slower than SHA-256 is needed to keep it from being guessed.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { AkinError } from '../errors.ts';
import { refusalOf } from '../faults.ts';
import { makeFolder, notWritten, syncToDisk } from '../places.ts';

export const SCOPES = ['read', 'write'] as const;
/** What a key allows: to ask, or to change the library as well. */
export type Scope = (typeof SCOPES)[number];

/** Keys of one library. */
export const MAX_KEYS = 1000;

const storedSchema = z
  .array(
    z.strictObject({
      name: z.string(),
      scope: z.enum(SCOPES),
      /** ISO 8601. */
      made: z.string(),
      sha256: z.string().regex(/^[\da-f]{64}$/),
    }),
  )
  .max(MAX_KEYS);
/** A key as it is kept. */
export type StoredKey = z.infer<typeof storedSchema>[number];

/** In the library's folder. A backup does not have it: who may ask here has no say elsewhere. */
const FILE = 'keys.json';
const NAME = /^[\w.@-]{1,64}$/;
/** What a key begins with, so that whoever finds one knows what it opens. */
const PREFIX = 'akin_';
/** Whoever takes longer to write a file so small has ended amid it. */
const LEFT_BEHIND_MS = 10_000;

const hashOf = (key: string): Buffer => createHash('sha256').update(key).digest();

/** The keys of a library; they are read again whenever their file has changed, so that a removed key opens nothing any more. */
export class Keys {
  readonly #folder: string;
  readonly #file: string;
  #read = { stamp: '', keys: [] as readonly StoredKey[] };

  /** @param folder of the library, which need not be there yet. */
  constructor(folder: string) {
    this.#folder = folder;
    this.#file = path.join(folder, FILE);
  }

  /** Every key, in the order in which they were made. @throws AkinError `access-denied`, `library-damaged`. */
  list(): readonly StoredKey[] {
    let stamp: string;
    try {
      const { mtimeNs, size, ino } = statSync(this.#file, { bigint: true });
      stamp = `${mtimeNs} ${size} ${ino}`;
    } catch (error) {
      if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
      throw this.#unread(error);
    }
    if (stamp !== this.#read.stamp) {
      try {
        this.#read = { stamp, keys: storedSchema.parse(JSON.parse(readFileSync(this.#file, 'utf8'))) };
      } catch (error) {
        throw this.#unread(error);
      }
    }
    return this.#read.keys;
  }

  /**
   * Makes a key.
   * @returns it, for the only time.
   * @throws AkinError `invalid-argument` for a name that is taken or can't be one, `library-locked` where another process
   *   changes the keys; as `list`.
   */
  add(name: string, scope: Scope): string {
    if (!NAME.test(name)) {
      throw new AkinError('invalid-argument', `"${name}" can't be the name of a key`, {
        hint: 'up to 64 letters, digits and the signs . _ @ -',
        field: 'name',
      });
    }
    const key = PREFIX + randomBytes(32).toString('base64url');
    const made = { name, scope, made: new Date().toISOString(), sha256: hashOf(key).toString('hex') };
    this.#change((keys) => {
      if (keys.some((each) => each.name === name)) {
        throw new AkinError('invalid-argument', `there is a key called "${name}"`, {
          hint: `choose another name, or remove that one first: akin key remove ${name}`,
          field: 'name',
        });
      }
      if (keys.length < MAX_KEYS) return [...keys, made];
      throw new AkinError('invalid-argument', `there are ${MAX_KEYS} keys already`, {
        hint: 'remove those that nobody needs any more: akin key list',
      });
    });
    return key;
  }

  /** Makes a key worthless from now on, at every server. @throws AkinError `not-found`; as `add`. */
  remove(name: string): void {
    this.#change((keys) => {
      const left = keys.filter((each) => each.name !== name);
      if (left.length < keys.length) return left;
      throw new AkinError('not-found', `there is no key called "${name}"`, {
        hint: '"akin key list" says which there are',
        field: 'name',
      });
    });
  }

  /** Which key this is; undefined for what is none. All keys are compared, each in the same time for any text. */
  whose(key: string): StoredKey | undefined {
    const asked = hashOf(key);
    let found: StoredKey | undefined;
    for (const each of this.list()) if (timingSafeEqual(Buffer.from(each.sha256, 'hex'), asked)) found = each;
    return found;
  }

  /** Writes other keys aside, and puts them in the place of those there are. One process at a time has the file beside them. */
  #change(changed: (keys: readonly StoredKey[]) => StoredKey[]): void {
    makeFolder(this.#folder);
    const aside = `${this.#file}.new`;
    const descriptor = this.#alone(aside);
    try {
      const keys = changed(this.list());
      writeFileSync(descriptor, `${JSON.stringify(keys, null, 2)}\n`);
      fsyncSync(descriptor);
      renameSync(aside, this.#file);
      syncToDisk(this.#folder);
    } catch (error) {
      rmSync(aside, { force: true });
      throw error instanceof AkinError ? error : notWritten(this.#file, error);
    } finally {
      closeSync(descriptor);
    }
  }

  /** Opens a file that is not there, for this user alone. */
  #alone(file: string): number {
    try {
      const since = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
      if (since !== undefined && Date.now() - since > LEFT_BEHIND_MS) rmSync(file, { force: true });
      return openSync(file, 'wx', 0o600);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw notWritten(file, error);
      throw new AkinError('library-locked', 'another process changes the keys of this library', {
        hint: 'try again in a moment',
      });
    }
  }

  #unread(error: unknown): AkinError {
    const refusal = refusalOf(error, this.#file);
    if (refusal) return refusal;
    return new AkinError('library-damaged', `${this.#file} holds no keys as akin writes them`, {
      hint: 'move it away, and make keys anew: akin key add NAME',
      cause: error,
    });
  }
}
