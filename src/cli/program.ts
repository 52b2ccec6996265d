/** What every command is made with: the program it belongs to, and the session it asks. */
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Configuration } from '../session/configuration.ts';
import { Session, type SessionOptions } from '../session/session.ts';
import { everyOne } from './terminal.ts';

export interface Program {
  /** A new command, with the options that every command has. */
  command: (name: string, description: string) => ReturnType<typeof withCommonOptions>;
  /** The session with the library that a command was told. */
  sessionOf: (
    options: { index: string } & Pick<SessionOptions, 'threads' | 'offline' | 'models'>,
    onTrouble?: SessionOptions['onTrouble'],
  ) => Session;
  configuration: Configuration;
}

/** A program that answers to `name`, without its commands. */
export function newProgram(
  name: string,
  version: string,
  configuration: Configuration,
): Program & { program: Command } {
  const program = new Command(name)
    .description('Semantic search for scientific papers on your own machine')
    .version(version, '--version', 'print the version')
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(asOurs(text)) })
    .configureHelp({ showGlobalOptions: true });
  return {
    program,
    configuration,
    command: (commandName, description) => withCommonOptions(program, commandName, description, configuration.index),
    sessionOf: ({ index, threads, offline, models }, onTrouble) =>
      new Session({ address: index, configuration, threads, offline, models, onTrouble }),
  };
}

/** What commander says is wrong, written as everything else that is: the sentence, then what to do. */
const asOurs = (text: string): string => text.replace(/^error: /, 'akin: ').replace(/\n(?=.)/g, '\n      ');

/** Makes an option that is given again an error, unless it is one that collects what it is given. */
export function refuseRepeated(command: CommandUnknownOpts): void {
  for (const option of command.options) {
    if (option.variadic || option.parseArg === everyOne) continue;
    let isGiven = false;
    command.on(`option:${option.name()}`, () => {
      if (isGiven) command.error(`error: option '${option.flags}' is given more than once`);
      isGiven = true;
    });
  }
}

function withCommonOptions(program: Command, name: string, description: string, index: string) {
  return program
    .command(name)
    .description(description)
    .option('--index <dir>', 'the folder of the library', index)
    .option('--json', 'print JSON', false);
}
