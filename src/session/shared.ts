/**
 * What several have together: a library has one writer at a time, and while a server takes in a file for minutes its other requests
 * write between two portions of it; and a model is in memory once, however many libraries ask it.
 */

interface Closed {
  close(): Promise<void>;
}

export class Shared<T extends Closed & object, How = void> {
  readonly #start: (how: How) => Promise<T>;
  #opening: Promise<T> | undefined;
  #holders = 0;
  #closing: Promise<void> = Promise.resolve();

  /** Starts nothing yet. */
  constructor(start: (how: How) => Promise<T>) {
    this.#start = start;
  }

  /**
   * What others hold already, or a new one. Closed by its last holder, it is closed.
   * @param how the wish of whoever comes first.
   * @throws what the start throws.
   */
  async open(how: How): Promise<T> {
    this.#holders++;
    this.#opening ??= this.#closing.catch(() => {}).then(() => this.#start(how));
    try {
      return heldBy(await this.#opening, () => this.#release());
    } catch (error) {
      await this.#release();
      throw error;
    }
  }

  async #release(): Promise<void> {
    if (--this.#holders > 0) return;
    const opened = this.#opening;
    this.#opening = undefined;
    this.#closing = (async () => (await opened?.catch(() => undefined))?.close())();
    await this.#closing;
  }
}

/** What is shared as one of its holders has it: to close it is to let go of it, once. */
function heldBy<T extends Closed & object>(shared: T, release: () => Promise<void>): T {
  let released: Promise<void> | undefined;
  return new Proxy(shared, {
    get(target, name) {
      if (name === 'close') return () => (released ??= release());
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
