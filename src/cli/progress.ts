/** Progress on stderr: a bar that redraws itself on a terminal, a plain line now and then elsewhere. */

const BAR_WIDTH = 24;
const REDRAW_MS = 100;
const PLAIN_LINE_MS = 10_000;

export class Progress {
  readonly #stream: NodeJS.WriteStream;
  readonly #started = performance.now();
  #last: number;
  #drawn = false;

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream;
    this.#last = stream.isTTY ? -Infinity : this.#started; // What is soon done gets one plain line, its last.
  }

  /** Milliseconds since it began. */
  get elapsedMs(): number {
    return performance.now() - this.#started;
  }

  /** Shows a state, unless the last one was shown a moment ago. */
  update(text: () => string): void {
    const now = performance.now();
    if (now - this.#last < (this.#stream.isTTY ? REDRAW_MS : PLAIN_LINE_MS)) return;
    this.#last = now;
    this.#show(text());
  }

  /** Shows the last state and goes to the next line. */
  finish(text: string): void {
    this.#show(text);
    if (this.#drawn) this.#stream.write('\n');
  }

  #show(text: string): void {
    if (this.#stream.isTTY) {
      this.#stream.write(`\r\u001b[2K${text.slice(0, (this.#stream.columns || 80) - 1)}`);
      this.#drawn = true;
    } else {
      this.#stream.write(`${text}\n`);
    }
  }
}

/** `[#######-----] 58%` */
export function bar(done: number, total: number): string {
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const filled = Math.round(share * BAR_WIDTH);
  return `[${'#'.repeat(filled)}${'-'.repeat(BAR_WIDTH - filled)}] ${Math.floor(share * 100)}%`;
}

/** `1 h 02 min`, `3 min 20 s`, `12 s` */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}
