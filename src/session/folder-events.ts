/**
 * Tells that something may have changed in folders. What it tells is only a hint: whoever is told looks for himself, so an
 * event that is lost costs time and nothing else.
 */
import { statSync, watch, type FSWatcher } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { isLeftOut } from '../sources/input.ts';

/** Events come in bursts, so the world has to be still for so long before one counts … */
const STILL_MS = 500;
/** … or to have been restless for so long. */
const RESTLESS_MS = 10_000;

export class FolderEvents {
  /** By path and identity: a folder that is made anew is another one. */
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #onTrouble: (trouble: string) => void;
  /** When the last event came that is not told yet, on the clock of `performance.now`. */
  #last: number | undefined;
  #wake = new AbortController();
  #isTroubled = false;

  /** @param onTrouble told once, if a folder can't be watched. */
  constructor(onTrouble: (trouble: string) => void) {
    this.#onTrouble = onTrouble;
  }

  /**
   * Watches folders, and beside them the files that were named, from now on; what was watched before and is not named again
   * is let go of.
   * @param paths what a person named: of a file, its folder is watched for it and what is beside it (`zotero.sqlite-wal`).
   */
  follow(paths: string[], folders: string[]): void {
    const wanted = new Map<string, (name: string) => boolean>();
    for (const folder of folders) wanted.set(path.resolve(folder), () => true);
    for (const given of paths) {
      const file = path.resolve(given);
      const folder = path.dirname(file);
      const before = wanted.get(folder);
      if (!wanted.has(file))
        wanted.set(folder, (name) => name.startsWith(path.basename(file)) || (before?.(name) ?? false));
    }
    const before = new Map(this.#watchers);
    for (const [folder, concerns] of wanted) {
      const stats = statSync(folder, { throwIfNoEntry: false });
      if (!stats?.isDirectory()) continue; // The next look is what finds it again.
      const key = [folder, stats.dev, stats.ino, stats.birthtimeMs].join('\n');
      if (!before.delete(key)) this.#watch(key, folder, concerns);
    }
    for (const [key, watcher] of before) this.#drop(key, watcher);
  }

  /** Resolves when something may have changed and the world is still again, when `atMostMs` have passed, or when aborted. */
  async next(atMostMs: number, signal: AbortSignal): Promise<void> {
    const either = AbortSignal.any([signal, this.#wake.signal]);
    if (this.#last === undefined) await setTimeout(atMostMs, undefined, { signal: either }).catch(() => {});
    for (const end = performance.now() + RESTLESS_MS; this.#last !== undefined && performance.now() < end;) {
      const left = this.#last + STILL_MS - performance.now();
      if (left <= 0) break;
      await setTimeout(left, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
    }
    this.#last = undefined;
    this.#wake = new AbortController();
  }

  close(): void {
    for (const [key, watcher] of this.#watchers) this.#drop(key, watcher);
  }

  #watch(key: string, folder: string, concerns: (name: string) => boolean): void {
    try {
      const watcher = watch(folder, (_, name) => {
        if (name === null || (concerns(name) && (!isLeftOut(name) || /-(?:wal|journal)$/.test(name)))) this.#tell();
      });
      watcher.on('error', () => {
        this.#drop(key, watcher);
        this.#tell();
      });
      this.#watchers.set(key, watcher);
    } catch (error) {
      if (!this.#isTroubled) this.#onTrouble(`${folder} can't be watched: ${(error as Error).message}`);
      this.#isTroubled = true;
    }
  }

  #drop(key: string, watcher: FSWatcher): void {
    watcher.close();
    this.#watchers.delete(key);
  }

  #tell(): void {
    this.#last = performance.now();
    this.#wake.abort();
  }
}
