/** The graph thread as others hold it: started when it is first wanted. */
import type { OnTrouble } from '../../threads/pool.ts';
import { Calls } from './calls.ts';
import type { GraphQuestions } from './graph-worker.ts';

export class GraphThread {
  readonly #folder: string;
  readonly #onTrouble: OnTrouble | undefined;
  #calls: Promise<Calls<GraphQuestions>> | undefined;

  /** @param folder of the library. */
  constructor(folder: string, onTrouble?: OnTrouble) {
    this.#folder = folder;
    this.#onTrouble = onTrouble;
  }

  /** Starts it, and waits until the graph is loaded. A start that failed is forgotten. @throws AkinError as `openForReading`. */
  started(): Promise<Calls<GraphQuestions>> {
    if (this.#calls) return this.#calls;
    const calls = Calls.start<GraphQuestions, unknown>(
      ...(['graph', 'graph-worker.ts', { folder: this.#folder }, this.#onTrouble] as const),
    );
    this.#calls = calls;
    calls.catch(() => (this.#calls = undefined));
    return calls;
  }

  /** How the graph is; undefined where the thread was not started. */
  async status() {
    return this.#calls && (await this.#calls).call('status', []);
  }

  async close(): Promise<void> {
    const calls = await this.#calls?.catch(() => undefined);
    this.#calls = undefined;
    await calls?.close();
  }
}
