/** The commands for what a person keeps of papers: `star`, `read`, `note`. What has it is found by `is:` and `note:`. */
import { text } from 'node:stream/consumers';
import { Option } from '@commander-js/extra-typings';
import { paperSchema, type WholePaper } from '../search/answer.ts';
import { checked } from '../search/checked.ts';
import { count } from '../text.ts';
import { withSession } from './asking.ts';
import type { Program } from './program.ts';
import { print, type Common } from './terminal.ts';

type Kept = Pick<WholePaper, 'starred' | 'read' | 'note'>;
const { read, note: noteSchema } = paperSchema.shape;

/** Adds the commands to the program. */
export function keepingCommands({ command, sessionOf }: Program): void {
  const keep = (ids: string[], said: Partial<Kept>, options: Common, done: string) =>
    withSession(sessionOf(options), async (session) => {
      const kept = await session.keep(ids, said, 'akin');
      print(options, { ids: kept, ...said }, () => `${count(kept.length)} ${done}`);
    });

  command('star', 'mark papers with a star')
    .argument('<ids...>')
    .option('--off', 'take the star off', false)
    .action((ids, options) =>
      keep(ids, { starred: !options.off }, options, options.off ? 'without a star' : 'starred'),
    );

  command('read', 'say how far you have read papers')
    .argument('<ids...>')
    .addOption(new Option('--as <state>', 'how far').choices(read.options).default('read' as const))
    .action((ids, options) => keep(ids, { read: options.as }, options, options.as));

  command('note', 'your note on a paper: print it, or write another (an empty one removes it)')
    .argument('<id>')
    .argument('[text]', 'plain text or Markdown; "-" reads it from standard input')
    .action(async (id, given, options) => {
      const note = checked(noteSchema.optional(), given === '-' ? await text(process.stdin) : given);
      if (note !== undefined) return keep([id], { note }, options, note.trim() === '' ? 'without a note' : 'noted');
      await withSession(sessionOf(options), async (session) => {
        const { id: own, note: kept } = await session.paper(id);
        print(options, { id: own, note: kept }, () => kept);
      });
    });
}
