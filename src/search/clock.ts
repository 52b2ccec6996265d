/** Where does the time of one answer go? */
export class Clock {
  /** Milliseconds by stage. */
  readonly times: Record<string, number> = {};
  #last = performance.now();

  /** A stage has ended: what it took since the one that ended last. */
  stop(stage: string): void {
    const now = performance.now();
    this.times[stage] = (this.times[stage] ?? 0) + now - this.#last;
    this.#last = now;
  }
}
