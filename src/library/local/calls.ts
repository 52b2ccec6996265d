/** Calling the methods of an object that lives in a thread of its own. */
import { AkinError } from '../../errors.ts';
import type { Transferred } from '../../threads/messages.ts';
import { Pool, type OnTrouble } from '../../threads/pool.ts';

type MethodOf<T> = { [M in keyof T]: T[M] extends (...given: never[]) => unknown ? M : never }[keyof T];
type Given<T, M extends MethodOf<T>> = T[M] extends (...given: infer P) => unknown ? P : never;
type Made<T, M extends MethodOf<T>> = T[M] extends (...given: never[]) => infer R ? Awaited<R> : never;
/** What arrives of an answer whose memory is handed over. */
type Arrived<R> = R extends Transferred<infer V> ? V : R;

/** A call of a method of `T`. */
export interface Call<T> {
  method: MethodOf<T>;
  given: unknown[];
}

/** The near end of an object of type `T`; its thread says `Ready` when it has it. */
export class Calls<T, Ready = unknown> {
  readonly #pool: Pool<Call<T>, unknown, Ready>;
  /** Whether a call has met with damage, or its thread has died, since this was last set to false. */
  hasMetDamage = false;

  private constructor(pool: Pool<Call<T>, unknown, Ready>) {
    this.#pool = pool;
  }

  /**
   * Starts the thread. What it was asked when it dies it is asked once more: reading can be done twice, and so can writing.
   * @param name what errors call it.
   * @param file the thread's module, a name in this folder.
   */
  static async start<T, Ready>(
    name: string,
    file: string,
    data: unknown,
    onTrouble?: OnTrouble,
  ): Promise<Calls<T, Ready>> {
    return new Calls<T, Ready>(
      await Pool.start({
        ...{ name: `the ${name} thread`, source: `src/library/local/${file}`, data },
        ...{ code: 'library-damaged', triesAgain: true, onTrouble },
      }),
    );
  }

  /** What the thread said when it was ready. */
  get ready(): Ready {
    return this.#pool.ready;
  }

  /** @param signal when it is given before the thread has begun with the call, the thread never does. */
  call<M extends MethodOf<T>>(method: M, given: Given<T, M>, signal?: AbortSignal): Promise<Arrived<Made<T, M>>> {
    const made = this.#pool.run({ method, given }, { signal }) as Promise<Arrived<Made<T, M>>>;
    return made.catch((error: unknown) => {
      this.hasMetDamage ||= error instanceof AkinError && error.code === 'library-damaged';
      throw error;
    });
  }

  /** Ends the thread, between two calls. */
  close(): Promise<void> {
    return this.#pool.close();
  }
}

/** The far end. */
export function called<T>(object: T, { method, given }: Call<T>): unknown {
  return (object[method] as (...given: unknown[]) => unknown).apply(object, given);
}
