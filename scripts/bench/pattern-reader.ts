/**
 * The process in which `npm run bench -- patterns` reads, with what was built of a checkout: told a pattern and a size, it
 * answers with the seconds of processor time that reading the text took.
 */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { doorsOf } from '../../test/drafts/doors.ts';
import { textOf, type Pattern } from '../../test/drafts/patterns.ts';

export interface Task {
  pattern: Pattern;
  size: number;
}
/** Why it could not be read is as good an answer as what it holds. */
export interface Timed {
  seconds: number;
  error?: string;
}

const built = path.join(process.argv[2]!, '.build/src');
const load = <Module>(file: string) =>
  import(pathToFileURL(path.join(built, file.replace(/\.ts$/, '.js'))).href) as Promise<Module>;
const doors = await doorsOf(load);

process.on('message', ({ pattern, size }: Task) => {
  void (async () => {
    const text = textOf(pattern, size);
    const before = process.cpuUsage();
    let error: string | undefined;
    try {
      await doors[pattern.door](text);
    } catch (reason) {
      error = String(reason);
    }
    const { user, system } = process.cpuUsage(before);
    process.send!({ seconds: (user + system) / 1e6, ...(error === undefined ? {} : { error }) } satisfies Timed);
  })();
});
process.send!('ready');
