/**
 * The process in which `npm run bench -- patterns` reads: told a checkout's folder, a pattern and a size, it answers with the
 * seconds of processor time that reading the text took.
 */
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

const doors = await doorsOf(process.argv[2]!);

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
