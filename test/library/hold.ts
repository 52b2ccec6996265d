/** Run as a process of its own: opens the library in the folder given for writing, stores a paper, and stays. */
import { paper } from './made.ts';
import { openStore, putIn } from './stored.ts';

const store = openStore(process.argv[2]!, { purpose: "another program's work" });
putIn(store, [paper('stored before the kill')]);
process.stdout.write('holding\n');
setInterval(() => store.pendingCount(), 1000); // And so keeps it: a writer that nothing refers to is collected.
