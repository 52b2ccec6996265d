/**
 * The process in which files are read that nobody vouches for: jobs come in, one at a time, and what became of each goes out.
 * It ends with the process that started it.
 */
import { pathToFileURL } from 'node:url';
import { AkinError } from '../errors.ts';
import { startThread } from '../thread.ts';
import type { Outcome, Terms } from './quarantine.ts';

process.on('SIGINT', () => {}); // Ctrl-C reaches everybody in a terminal; who started this decides.
process.on('disconnect', () => process.exit());

const { module, megabytes } = JSON.parse(process.argv[2]!) as Terms;
const { answer } = (await import(pathToFileURL(module).href)) as { answer: (job: unknown) => Promise<unknown> };
const atRest = process.memoryUsage.rss();
startThread('src/quarantine/watch.ts', { parent: process.ppid, most: atRest + megabytes * 1e6 });

process.on('message', (job) => {
  void (async () => process.send!(await outcomeOf(job)))();
});
process.send!('ready');

async function outcomeOf(job: unknown): Promise<Outcome<unknown>> {
  // What a file leaves behind would be held against the next one.
  const growth = () => ({ hasGrown: process.memoryUsage.rss() > atRest + (megabytes * 1e6) / 3 });
  try {
    return { answer: await answer(job), ...growth() };
  } catch (error) {
    if (!(error instanceof AkinError)) return { failed: String((error as Error).stack ?? error), ...growth() };
    const { code, message, hint, field } = error;
    return { refused: { code, message, hint, field }, ...growth() };
  }
}
