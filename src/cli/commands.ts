/** The `akin` command with all it can be told: configuration, floor and doors wired together, in this one place. */
import { VERSION } from '../package.ts';
import type { Configuration } from '../session/configuration.ts';
import { askingCommands } from './asking.ts';
import { completionCommand } from './completion.ts';
import { intakeCommands } from './intake.ts';
import { keepingCommands } from './keeping.ts';
import { keyCommand } from './key.ts';
import { mcpCommand } from './mcp.ts';
import { newProgram, refuseRepeated } from './program.ts';
import { serveCommand } from './serve.ts';
import { upkeepCommands } from './upkeep.ts';

/** Does what the command line says. @throws AkinError; CommanderError for what has been said already. */
export async function runCommand(configuration: Configuration): Promise<void> {
  const program = newProgram('akin', VERSION, configuration);
  const groups: [string, ((program: ReturnType<typeof newProgram>) => void)[]][] = [
    ['Taking in:', [intakeCommands]],
    ['Asking:', [askingCommands]],
    ['Keeping:', [keepingCommands]],
    ['Looking after:', [upkeepCommands]],
    ['Serving:', [serveCommand, keyCommand, mcpCommand]],
    ['In the shell:', [completionCommand]],
  ];
  for (const [heading, commands] of groups) {
    program.program.commandsGroup(heading); // Of those added from here on, in the help.
    for (const addCommands of commands) addCommands(program);
  }
  program.program.commands.forEach(refuseRepeated);
  await program.program.parseAsync();
}
