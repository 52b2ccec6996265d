/** Run as a process of its own, which a graph that crashes takes with it: what the graph of each folder given answers. */
import { Graph } from '../../src/library/local/graph.ts';
import { vectorOf } from './made.ts';

for (const folder of process.argv.slice(2)) {
  const graph = await Graph.open(folder);
  while (!graph.absorb(1000));
  console.log(JSON.stringify({ rebuilding: graph.rebuilding, nearest: graph.nearest(vectorOf('a query'), 10) }));
  graph.close();
}
