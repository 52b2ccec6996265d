/** `akin mcp`: the library for an agent that starts it and speaks over standard input and output. */
import type { Program } from './program.ts';
import { wholeNumber } from './terminal.ts';

/** Adds the command to the program. */
export function mcpCommand({ command, configuration, sessionOf }: Program): void {
  command('mcp', 'answer an agent over the Model Context Protocol, on standard input and output')
    .option('--threads <n>', 'embedding threads', wholeNumber(1, 256), 1)
    .action(async (options) => {
      const [{ pino }, { answerOverStdio }] = await Promise.all([import('pino'), import('../mcp/stdio.ts')]);
      const log = pino({ level: configuration.logLevel }, pino.destination(2));
      const session = sessionOf(options, (trouble) => log.error({ err: trouble }, 'went on after a failure'));
      const ending = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort());
      await answerOverStdio(session, (error) => log.error({ err: error }, 'a call failed'), ending.signal);
      await session.close();
    });
}
