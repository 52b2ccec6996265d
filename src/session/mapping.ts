/**
 * The map of a library: made when it is first wanted, kept beside the library, brought up to date when somebody looks at it again.
 *
 * What is asked of the library is asked page by page, so that questions are answered in between; the rest is done in a thread. The
 * file is a cache: it is written aside and renamed, and whoever removes it loses nothing but the time to make it again.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { AkinError } from '../errors.ts';
import { refusalOf } from '../faults.ts';
import type { Library, LibraryState } from '../library/library.ts';
import { mapOf, type Making } from '../map/making.ts';
import { read, written, type PaperMap } from '../map/map.ts';
import type { MappingJob } from '../map/mapping-worker.ts';
import { syncToDisk } from '../places.ts';
import { Pool, type OnTrouble } from '../threads/pool.ts';

/** A map, what of it is sent, and what it is called as long as nothing in it differs. */
export interface KeptMap {
  map: PaperMap;
  sent: Uint8Array<ArrayBuffer>;
  name: string;
}

export interface MapNow {
  /** The last that was made; it may be of an earlier state of the library. */
  kept: KeptMap | undefined;
  /** How far the next one is; undefined where none is being made. */
  making: Making | undefined;
  /** Why there is none of today's library. */
  failure: AkinError | undefined;
}

/** Papers embedded in one build, so that loading what lays them out is a small part of its time. */
const FEWEST_BUILT = 1000;
/** Papers whose layout takes a minute at most: of more it is made when somebody wants to see it. */
const MOST_BUILT = 20_000;

export class Mapping {
  readonly #address: string;
  readonly #library: () => Promise<Library>;
  readonly #onTrouble: OnTrouble | undefined;
  readonly #closing = new AbortController();
  #kept: KeptMap | undefined;
  #hasRead = false;
  #making: { how: Making; done: Promise<KeptMap> } | undefined;
  /** The last try that failed: it is not tried again before the library has changed. */
  #failed: { revision: string; failure: AkinError } | undefined;

  /** Opens nothing yet. @param address the library's, a folder. */
  constructor(address: string, library: () => Promise<Library>, onTrouble?: OnTrouble) {
    this.#address = address;
    this.#library = library;
    this.#onTrouble = onTrouble;
  }

  /** What there is now; where that is not of today's library, the next one is begun. @throws AkinError where there is no library. */
  async now(): Promise<MapNow> {
    const library = await this.#library();
    const state = await library.state();
    await this.#readKept(library, state);
    const failure = this.#failed?.revision === state.revision ? this.#failed.failure : undefined;
    if (!failure && !this.#isOf(state)) this.#begin(library, state).catch(() => {}); // Said by the next look.
    return { kept: this.#kept, making: this.#making?.how, failure };
  }

  /**
   * The map of today's library, when it is made.
   * @throws AkinError where it can't be made; the signal's reason, whereupon nobody else gets this one either.
   */
  async made({
    signal,
    onProgress,
  }: { signal?: AbortSignal; onProgress?: (how: Making) => void } = {}): Promise<KeptMap> {
    const library = await this.#library();
    const state = await library.state();
    await this.#readKept(library, state);
    if (this.#isOf(state)) return this.#kept!;
    return this.#begin(library, state, onProgress, signal);
  }

  /**
   * The map after a build, where making it takes less than a tenth of the time that embedding took, for at least half of the papers
   * are new. @param embedded papers that the build embedded. @returns undefined where it is not worth it. @throws as `made`.
   */
  async madeAfterBuild(embedded: number, how: Parameters<Mapping['made']>[0]): Promise<KeptMap | undefined> {
    if (embedded < FEWEST_BUILT) return undefined;
    const { papers } = await (await this.#library()).state();
    return 2 * embedded < papers || papers > MOST_BUILT ? undefined : this.made(how);
  }

  /** Ends what is being made. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('the library was closed'));
    await this.#making?.done.catch(() => {});
  }

  #isOf({ revision }: LibraryState): boolean {
    return this.#kept?.map.revision === revision;
  }

  /** Reads the map that is kept, once: nobody else changes it while this process has it, but for the better. */
  async #readKept({ model }: Library, { library }: LibraryState): Promise<void> {
    const isOfThis = (map: PaperMap) => map.library === library && map.fingerprint === model.fingerprint;
    if (this.#kept && isOfThis(this.#kept.map)) return;
    if (this.#kept)
      this.#kept = undefined; // Another library has come into its place.
    else if (this.#hasRead) return;
    this.#hasRead = true;
    const map = read(await readFile(this.#file(model.fingerprint)).catch(() => Buffer.alloc(0)));
    if (map && isOfThis(map)) this.#kept = asKept(map, written(map));
  }

  /** Begins to make one, unless that is under way. */
  #begin(
    library: Library,
    state: LibraryState,
    onProgress: (how: Making) => void = () => {},
    signal?: AbortSignal,
  ): Promise<KeptMap> {
    if (this.#making) return this.#making.done;
    const ending = signal ? AbortSignal.any([signal, this.#closing.signal]) : this.#closing.signal;
    const make = async () => {
      try {
        return await this.#make(library, ending, (how) => {
          if (this.#making) this.#making.how = how;
          onProgress(how);
        });
      } catch (error) {
        if (!ending.aborted) {
          this.#onTrouble?.(error as Error);
          const failure =
            refusalOf(error) ?? new AkinError('overloaded', 'the map could not be made', { cause: error });
          this.#failed = { revision: state.revision, failure };
        }
        throw error;
      } finally {
        this.#making = undefined;
      }
    };
    const making = { how: { doing: 'reading papers', share: 0 } as Making, done: make() };
    this.#making = making;
    return making.done;
  }

  async #make(library: Library, signal: AbortSignal, onProgress: (how: Making) => void): Promise<KeptMap> {
    const thread = await Pool.start<MappingJob, unknown>({
      ...{ name: 'the map thread', source: 'src/map/mapping-worker.ts', data: undefined },
      ...{ code: 'overloaded', onTrouble: this.#onTrouble },
    });
    try {
      const inThread = <Result>(job: MappingJob) => thread.run(job) as Promise<Result>;
      const map = await mapOf({ library, inThread, onProgress, signal }, this.#kept?.map);
      const file = written(map);
      const kept = asKept(map, file);
      this.#kept = kept;
      // Where it can't be kept, it is there all the same.
      await this.#keep(map.fingerprint, file.bytes).catch((error: unknown) => this.#onTrouble?.(error as Error));
      return kept;
    } finally {
      await thread.close();
    }
  }

  async #keep(fingerprint: string, bytes: Buffer): Promise<void> {
    const file = this.#file(fingerprint);
    const aside = `${file}.new`; // Two that write it at once may spoil it: its sum tells that, and it is made again.
    await writeFile(aside, bytes, { flush: true });
    await rename(aside, file);
    syncToDisk(this.#address);
  }

  #file(fingerprint: string): string {
    return path.join(this.#address, `map-${fingerprint.slice(0, 16)}.bin`);
  }
}

function asKept(map: PaperMap, { bytes, sent }: ReturnType<typeof written>): KeptMap {
  return { map, sent: new Uint8Array(bytes.subarray(0, sent)), name: bytes.subarray(-32, -16).toString('base64url') };
}
