/**
 * Where the `akin` process begins and ends. Errors leave with the exit code of their kind (see errors.ts), those of loading the
 * program as well: what is loaded here at once is only what it takes to say them. What only one command needs, every source and
 * the whole HTTP door, is loaded by that command: the others start in half the time.
 */
import { CommanderError } from '@commander-js/extra-typings';
import { refusalOf } from '../faults.ts';
import { configurationOf } from '../session/configuration.ts';
import { endWithParent, talk } from './terminal.ts';
import { answeredWarm } from './warm.ts';

// Whoever reads the answer may have read enough: `akin export | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? undefined : said(error, 'standard output'));
});

try {
  const configuration = configurationOf(process.env);
  if (process.env.npm_lifecycle_event !== undefined) endWithParent();
  if (!(await answeredWarm(process.argv.slice(2), configuration.index))) {
    const { runCommand } = await import('./commands.ts');
    await runCommand(configuration);
  }
} catch (error) {
  process.exitCode = said(error);
}

/** Says to people what went wrong, and returns the exit code. @param place where, if the error names no file. */
function said(error: unknown, place?: string): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // Commander has said it already.
  const refusal = refusalOf(error, place);
  if (refusal) {
    talk(`akin: ${refusal.message}${refusal.hint ? `\n      ${refusal.hint}` : ''}`);
    return refusal.exitCode;
  }
  talk((error as Error).stack ?? String(error));
  return 1;
}
