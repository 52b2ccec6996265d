/** What is started when it is first wanted, and once for all who want it, until it is ended for good. */
import { AkinError } from '../errors.ts';

export class Started<T extends object> {
  readonly #start: () => Promise<T>;
  #now: T | undefined;
  #started: Promise<T> | undefined;
  #isOver = false;

  constructor(start: () => Promise<T>) {
    this.#start = start;
  }

  /**
   * What was started. A start that failed is forgotten: the next one to ask tries again.
   * @throws what the start throws; AkinError `overloaded` when it was ended: what is still under way must start nothing anew.
   */
  get(): Promise<T> {
    if (this.#isOver) {
      const hint = 'ask again when it has been started';
      return Promise.reject(new AkinError('overloaded', 'akin is being ended', { hint }));
    }
    if (this.#started) return this.#started;
    const started = this.#start();
    this.#started = started;
    started.then(
      (what) => {
        if (this.#started === started) this.#now = what;
      },
      () => {
        if (this.#started === started) this.#started = undefined;
      },
    );
    return started;
  }

  /** What was started, if it was and is ready now. */
  get now(): T | undefined {
    return this.#now;
  }

  /** Ends what was started, if it was. */
  async close(): Promise<void> {
    this.#isOver = true;
    const started = await this.#started?.catch(() => undefined);
    this.#started = undefined;
    this.#now = undefined;
    if (started && 'close' in started) await (started as { close(): Promise<void> }).close();
  }
}
