/** What asking over a network can meet: failures that another try may not, and how long to wait before it. */

/** A failure that another try may not meet. */
export class Interruption extends Error {
  /** Seconds to wait, where the failure itself says so. */
  wait: number | undefined;

  constructor(reason: string, wait?: number) {
    super(reason);
    this.wait = wait;
  }
}

/** What the network says went wrong with a `fetch`, which hides it in the cause. */
export function troubleOf(error: unknown): string {
  const { message, code } = ((error as Error).cause ?? error) as NodeJS.ErrnoException;
  return message || code || (error as Error).message;
}

/** Seconds an answer asks to wait, by its Retry-After (RFC 9110), which holds seconds or a date; undefined where it has none. */
export function retryAfter({ headers }: Response): number | undefined {
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}
