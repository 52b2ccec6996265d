/** What are the libraries of one server called, and where is each? */
import { AkinError } from '../errors.ts';
import { realPath } from '../places.ts';

/** What a library is called to which nobody has given a name. */
export const DEFAULT_LIBRARY = 'default';
/** Libraries of one server. */
export const MAX_LIBRARIES = 32;
/** It stands in addresses, where nothing of it has a meaning. */
const NAME = /^[a-z\d][\w.-]{0,63}$/i;

/**
 * The folders of libraries by their names, in the order in which they were given.
 * @param given each as NAME=DIR.
 * @throws AkinError `invalid-argument` for what is not that, for a name or a folder that is given twice, and for too many.
 */
export function namedFolders(given: string[]): Map<string, string> {
  const folders = new Map<string, string>();
  const names = new Map<string, string>();
  for (const each of given) {
    const at = each.indexOf('=');
    const [name, folder] = [each.slice(0, at), each.slice(at + 1)];
    if (at < 0 || folder === '') throw wrong(`expected NAME=DIR, found "${each}"`, `--library theses=${each}`);
    if (!NAME.test(name)) {
      const allowed = 'up to 64 letters, digits and the signs - _ . of which the first is a letter or a digit';
      throw wrong(`"${name}" can't be the name of a library`, allowed);
    }
    if (folders.has(name)) throw wrong(`two libraries are called "${name}"`, 'give one of them another name');
    const other = names.get(realPath(folder));
    if (other !== undefined) throw wrong(`"${other}" and "${name}" are the same folder`, 'leave one of them out');
    folders.set(name, folder);
    names.set(realPath(folder), name);
  }
  if (folders.size <= MAX_LIBRARIES) return folders;
  throw wrong(
    `a server has at most ${MAX_LIBRARIES} libraries, found ${folders.size}`,
    'start another one for the rest',
  );
}

const wrong = (message: string, hint: string): AkinError =>
  new AkinError('invalid-argument', message, { hint, field: 'library' });
