/** Run as a process of its own, to be killed: changes the library in the folder given and saves its graph, again and again. */
import { Graph } from '../../src/library/graph.ts';
import { LocalWriter } from '../../src/library/writer.ts';
import { embedAll, MODEL, paper } from './made.ts';

const folder = process.argv[2]!;
const writer = LocalWriter.open(folder, { model: MODEL, mustBeThatModel: true, purpose: 'a test' });
const graph = await Graph.open(folder);
for (let i = 0; ; i++) {
  writer.put(Array.from({ length: 3 }, (_, n) => paper(`${process.pid} ${i} ${n}`)));
  embedAll(writer);
  writer.remove([`${process.pid} ${i} 0`]);
  graph.refresh();
  while (!graph.absorb(1000));
  await graph.save();
  process.stdout.write('saved\n');
}
