/** What every command does with a terminal: results to stdout, talk to stderr, and stopping when told to. */
import { InvalidArgumentError } from '@commander-js/extra-typings';

export const EXIT_SOME_REJECTED = 4;
export const EXIT_UNSOUND = 3;
export const EXIT_INTERRUPTED = 130;

/** What every command can be told. */
export interface Common {
  index: string;
  json: boolean;
}

/** A result: as JSON where that was asked for, else as people read it. */
export function shown<T>({ json }: Pick<Common, 'json'>, value: T, asText: (value: T) => string): string {
  return json ? JSON.stringify(value) : asText(value);
}

/** Prints a result as `shown`. */
export function print<T>(options: Pick<Common, 'json'>, value: T, asText: (value: T) => string): void {
  process.stdout.write(`${shown(options, value, asText)}\n`);
}

/** Says something that is no result. */
export function talk(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Aborts on the first Ctrl-C (or SIGTERM), so that what is under way is stored; the second ends the program at once. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  const stop = (signal: NodeJS.Signals) => {
    if (controller.signal.aborted) {
      // `process.exit` would wait for a thread that reads a file which does not answer.
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
      return;
    }
    talk('\nstopping after what is under way (Ctrl-C again stops at once)');
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return controller.signal;
}

const PARENT_CHECK_MS = 1000;

/**
 * Ends the program, as SIGTERM does, when whoever started it has ended. For what npm starts: a signal that npm is sent reaches
 * the shell between the two, which ends and keeps it to itself. Windows leaves an orphan its parent's number, so that number is
 * looked up as well.
 */
export function endWithParent(): void {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent && isThere(parent)) return;
    clearInterval(watch);
    if (!process.emit('SIGTERM', 'SIGTERM')) process.exit(EXIT_INTERRUPTED);
  }, PARENT_CHECK_MS).unref();
}

function isThere(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // It is there, and somebody else's.
  }
}

/** What a program ends with after papers were taken in. */
export function exitAfter({ interrupted, rejected }: { interrupted: boolean; rejected: number }): void {
  if (interrupted) process.exitCode = EXIT_INTERRUPTED;
  else if (rejected > 0) process.exitCode = EXIT_SOME_REJECTED;
}

/** Collects the values of an option that may be given several times. */
export function everyOne(value: string, before: string[]): string[] {
  return [...before, value];
}

export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (!(value >= min && value <= max))
      throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
    return value;
  };
}
