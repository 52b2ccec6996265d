/** `akin key`: who may ask a server that others reach, and who may change its library. */
import { Argument, Option } from '@commander-js/extra-typings';
import { AkinError } from '../errors.ts';
import { SCOPES, type StoredKey } from '../session/keys.ts';
import type { Program } from './program.ts';
import { print, talk } from './terminal.ts';

/** Adds the command to the program. */
export function keyCommand({ command, sessionOf }: Program): void {
  command('key', 'the keys of those who may ask a server')
    .addArgument(new Argument('<action>', 'what to do').choices(['add', 'list', 'remove']))
    .argument('[name]', 'of the key')
    .addOption(
      new Option('--scope <scope>', 'what a new key allows: to ask, or to change the library as well')
        .choices(SCOPES)
        .default('read' as const),
    )
    .action((action, name, options) => {
      const { keys } = sessionOf(options);
      if (action === 'list') {
        if (name !== undefined) throw new AkinError('invalid-argument', `a name is of no use here: ${name}`);
        return print(options, keys.list().map(told), (all) => all.map(line).join('\n') || 'no keys');
      }
      if (name === undefined) {
        throw new AkinError('invalid-argument', 'the name of the key is missing', {
          hint: `akin key ${action} NAME`,
          field: 'name',
        });
      }
      if (action === 'remove') {
        keys.remove(name);
        return print(options, { removed: name }, () => `"${name}" opens nothing any more`);
      }
      const { scope } = options;
      const key = keys.add(name, scope);
      print(options, { name, scope, key }, () => key);
      talk('keep it now: it is not shown again');
    });
}

/** What may be said of a key that is there. */
const told = ({ name, scope, made }: StoredKey) => ({ name, scope, made });
const line = ({ name, scope, made }: ReturnType<typeof told>): string => `${name} · ${scope} · ${made.slice(0, 10)}`;
