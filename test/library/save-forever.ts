/** Run as a process of its own, to be killed: changes the library in the folder given and saves its graph, again and again. */
import { Graph } from '../../src/library/local/graph.ts';
import { paper } from './made.ts';
import { embedIn, openStore, putIn } from './stored.ts';

const folder = process.argv[2]!;
const store = openStore(folder);
const graph = await Graph.open(folder);
for (let i = 0; ; i++) {
  putIn(
    store,
    Array.from({ length: 3 }, (_, n) => paper(`${process.pid} ${i} ${n}`)),
  );
  embedIn(store);
  store.remove([`${process.pid} ${i} 0`]);
  graph.refresh();
  while (!graph.absorb(1000));
  await graph.save();
  process.stdout.write('saved\n');
}
