/**
 * May a request begin? One gate for a whole request, by the time that it would wait: who would wait too long is told so at
 * once, and those who were let in are answered nearly as fast as ever. So an overloaded server goes on doing as much as it
 * can, instead of doing everything too late.
 */
import { AkinError } from '../errors.ts';
import { LIMITS } from './limits.ts';

export interface GateOptions {
  /** What stands before the gate, for errors: "searches". */
  name: string;
  /** Requests that are answered at the same time. */
  atOnce: number;
  /** Milliseconds that a request may have to wait, by what those before it took. */
  maxWaitMs: number;
  /** Milliseconds that a request is taken to need until the first is answered; undefined: half of what one may wait. */
  firstMs?: number;
}

interface Waiting {
  begin(): void;
  reject(error: unknown): void;
}

/** How much the last request counts in the mean of what requests take. */
const LATEST = 0.1;

export class Gate {
  readonly #options: GateOptions;
  readonly #waiting = new Set<Waiting>();
  #running = 0;
  #meanMs: number;

  constructor(options: GateOptions) {
    this.#options = options;
    this.#meanMs = options.firstMs ?? options.maxWaitMs / 2;
  }

  /** Requests that are being answered, and that wait for their turn. */
  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Milliseconds that one more request would wait. */
  get waitMs(): number {
    const { atOnce } = this.#options;
    if (this.#running < atOnce) return 0;
    return ((this.#waiting.size + 1) * this.#meanMs) / atOnce;
  }

  /** Whether one more request would wait too long. */
  get isFull(): boolean {
    return this.waitMs > this.#options.maxWaitMs;
  }

  /**
   * Answers a request when its turn has come.
   * @param signal of whoever waits: when it is given, the request never begins.
   * @throws AkinError `overloaded` at once when it would wait too long; the signal's reason; what the work throws.
   */
  async pass<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    const { name, atOnce } = this.#options;
    if (this.isFull) {
      throw new AkinError('overloaded', `${this.#waiting.size + this.#running} ${name} are under way`, {
        hint: 'try again in a second',
      });
    }
    if (this.#running < atOnce) this.#running++;
    else await this.#turn(signal); // The place is handed over.
    const start = performance.now();
    try {
      const made = await work();
      // What was refused or dropped says nothing of how long an answer takes.
      this.#meanMs = (1 - LATEST) * this.#meanMs + LATEST * (performance.now() - start);
      return made;
    } finally {
      const [next] = this.#waiting;
      if (next) next.begin();
      else this.#running--;
    }
  }

  /** Waits for a place. */
  #turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting.delete(waiting);
        signal?.removeEventListener('abort', hangUp);
      };
      const waiting: Waiting = {
        begin() {
          leave();
          resolve();
        },
        reject,
      };
      const hangUp = () => {
        leave();
        reject(signal!.reason as Error);
      };
      signal?.addEventListener('abort', hangUp);
      this.#waiting.add(waiting);
    });
  }
}

/** The gates of a server. */
export interface Gates {
  quick: Gate;
  /** For what takes as long as many questions. */
  thorough: Gate;
  writing: Gate;
  agents: Gate;
}

export function serverGates(): Gates {
  return {
    quick: new Gate({ name: 'questions', atOnce: LIMITS.questionsAtOnce, maxWaitMs: LIMITS.questionWaitMs }),
    thorough: new Gate({ name: 'long questions', atOnce: LIMITS.thoroughAtOnce, maxWaitMs: LIMITS.thoroughWaitMs }),
    writing: new Gate({ name: 'changes', atOnce: 1, maxWaitMs: LIMITS.writeWaitMs }),
    agents: new Gate({
      name: 'calls of agents',
      atOnce: LIMITS.agentCallsAtOnce,
      maxWaitMs: LIMITS.agentWaitMs,
      firstMs: LIMITS.questionWaitMs,
    }),
  };
}
