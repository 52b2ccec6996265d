/** Run as a process of its own: opens the library in the folder given for writing, stores a paper, and stays. */
import { LocalWriter } from '../../src/library/writer.ts';
import { MODEL, paper } from './made.ts';

const writer = LocalWriter.open(process.argv[2]!, {
  model: MODEL,
  mustBeThatModel: false,
  purpose: "another program's work",
});
writer.put([paper('stored before the kill')]);
process.stdout.write('holding\n');
setInterval(() => writer.pendingCount(), 1000); // And so keeps it: a writer that nothing refers to is collected.
