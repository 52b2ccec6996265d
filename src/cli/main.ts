/**
 * The `akin` command: the one place where configuration, floor and doors are wired together, and where the process ends.
 * Errors leave with the exit code of their kind (see errors.ts). What only one command needs, every source and the whole
 * HTTP door, is loaded by that command: the others start in half the time.
 */
import { CommanderError } from '@commander-js/extra-typings';
import { AkinError } from '../errors.ts';
import { VERSION } from '../package.ts';
import { configurationOf } from '../session/configuration.ts';
import { askingCommands } from './asking.ts';
import { intakeCommands } from './intake.ts';
import { newProgram } from './program.ts';
import { serveCommand } from './serve.ts';
import { talk } from './terminal.ts';
import { upkeepCommands } from './upkeep.ts';

const program = newProgram('akin', VERSION, configurationOf(process.env));
intakeCommands(program);
askingCommands(program);
upkeepCommands(program);
serveCommand(program);

// Whoever reads the answer may have read enough: `akin export | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  await program.program.parseAsync();
} catch (error) {
  process.exitCode = said(error);
}

/** Says to people what went wrong, and returns the exit code. */
function said(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // Commander has said it already.
  if (error instanceof AkinError) {
    talk(`akin: ${error.message}${error.hint ? `\n      ${error.hint}` : ''}`);
    return error.exitCode;
  }
  talk((error as Error).stack ?? String(error));
  return 1;
}
