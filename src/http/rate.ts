/** How often may somebody ask? So many times in a few seconds, counted in memory. */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { LIMITS } from './limits.ts';

export class Rate {
  readonly #limiter: RateLimiterMemory;

  /** @param most requests of one in `LIMITS.rateSeconds`. */
  constructor(most: number) {
    this.#limiter = new RateLimiterMemory({ points: most, duration: LIMITS.rateSeconds });
  }

  /** Counts one more. @returns undefined where it is not too many, else the seconds after which none is. */
  async over(who: string): Promise<number | undefined> {
    try {
      await this.#limiter.consume(who);
      return undefined;
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      return Math.max(1, Math.ceil(refused.msBeforeNext / 1000));
    }
  }
}
