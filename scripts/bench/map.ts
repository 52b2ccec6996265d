/**
 * npm run bench -- map --folder DIR [--asked N]: how good the map of a library is, and what it takes.
 *
 * Lays the whole library out anew, in memory, and measures on N papers drawn from it, by exact neighbours among all: the
 * trustworthiness of the 10 nearest on the map (Venna & Kaski, 2001, doi:10.1007/3-540-44668-0_68: 1 where none of them is far away
 * in meaning, about 0.5 for a map drawn by lot), and how many of the 10 nearest in meaning are among the 10 nearest on the map. The
 * same of the two principal components, and of papers that are placed by their neighbours: every tenth is taken off the map and
 * put on it again.
 */
import { parseArgs } from 'node:util';
import { seeded } from '../../src/evaluation/bootstrap.ts';
import { openLibrary } from '../../src/library/open.ts';
import { mapOf, type Making } from '../../src/map/making.ts';
import type { PaperMap } from '../../src/map/map.ts';
import type { MappingJob } from '../../src/map/mapping-worker.ts';
import { principalAxes, projected } from '../../src/map/principal.ts';
import { Pool } from '../../src/threads/pool.ts';
import { dot } from '../../src/vector.ts';

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: { folder: { type: 'string' }, asked: { type: 'string', default: '1000' } },
});
if (values.folder === undefined) throw new Error('--folder is missing: the library to be mapped');
const K = 10;

const library = await openLibrary(values.folder);
const thread = await Pool.start<MappingJob, unknown>({
  ...{ name: 'the map thread', source: 'src/map/mapping-worker.ts', data: undefined, code: 'overloaded' },
});
const inThread = <Result>(job: MappingJob) => thread.run(job) as Promise<Result>;
const lasted = new Map<string, number>();

const { papers } = await library.state();
await library.nearest([new Float32Array(library.model.dimensions)], 1); // Loads the graph: a server has it already.
const used = process.memoryUsage().rss;
let most = 0;
const [map, seconds] = await timed(() => made(undefined));
console.log(`${map.ids.length} of ${papers} papers, ${map.regions.length} regions, in ${seconds.toFixed(1)} s`);
for (const [doing, ms] of lasted) console.log(`  ${doing}: ${(ms / 1000).toFixed(1)} s`);
console.log(`  memory: at most ${Math.round((most - used) / 1e6)} MB more than before`);
console.log(`  ${map.regions.map(({ words, papers: n }) => `${words.join(', ')} (${n})`).join('; ')}`);

const keys = (await library.find(map.ids)).map((key) => key!);
const vectors = (await library.vectors(keys)).map((vector) => vector!);
const random = seeded(1);
const asked = Array.from({ length: Math.min(Number(values.asked), keys.length) }, () =>
  Math.floor(random() * keys.length),
);
const ranks = asked.map((i) => ranksOf(i));
const axes = principalAxes(vectors.slice(0, 5000));
const components = vectors.map((vector) => projected(vector, axes));
report('map', asked, (i) => [map.x[i]!, map.y[i]!]);
report('principal components', asked, (i) => components[i]!);

const isLater = (_: unknown, i: number) => i % 10 === 0;
const stays = (_: unknown, i: number) => i % 10 !== 0;
const [grown, secondsMore] = await timed(() =>
  made({
    ...map,
    ...{ ids: map.ids.filter(stays), prints: map.prints.filter(stays), x: map.x.filter(stays), y: map.y.filter(stays) },
  }),
);
console.log(`${grown.later} papers placed by their neighbours in ${secondsMore.toFixed(1)} s`);
const places = new Map(grown.ids.map((id, i) => [id, [grown.x[i]!, grown.y[i]!] as const]));
const later = map.ids.filter(isLater).map((id) => map.ids.indexOf(id));
const some = later.slice(0, asked.length);
report('those placed by their neighbours', some, (i) => places.get(map.ids[i]!)!, some.map(ranksOf));
await thread.close();
await library.close();

function made(before: PaperMap | undefined): Promise<PaperMap> {
  let last: Making['doing'] | undefined;
  let begun = performance.now();
  const onProgress = ({ doing }: Making) => {
    most = Math.max(most, process.memoryUsage.rss());
    const now = performance.now();
    if (last !== undefined) lasted.set(last, (lasted.get(last) ?? 0) + now - begun);
    [last, begun] = [doing, now];
  };
  return mapOf({ library, inThread, onProgress, signal: new AbortController().signal }, before);
}

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const start = performance.now();
  const result = await work();
  return [result, (performance.now() - start) / 1000];
}

/** Which rank each paper has among those nearest in meaning to one: 1 for the nearest. */
function ranksOf(i: number): Int32Array {
  const similarity = Float32Array.from(vectors, (vector) => dot(vector, vectors[i]!));
  similarity[i] = Infinity;
  const order = Array.from(keys.keys()).sort((a, b) => similarity[b]! - similarity[a]!);
  const rank = new Int32Array(keys.length);
  for (const [at, j] of order.entries()) rank[j] = at;
  return rank;
}

function report(
  name: string,
  which: number[],
  placeOf: (i: number) => readonly [number, number],
  ranksOfThem = ranks,
): void {
  const n = keys.length;
  const all = Array.from(keys.keys(), placeOf);
  let [wrong, kept] = [0, 0];
  for (const [at, i] of which.entries()) {
    const [x, y] = all[i]!;
    const distance = Float64Array.from(all, ([a, b]) => (a - x) ** 2 + (b - y) ** 2);
    distance[i] = Infinity;
    const nearest = Array.from(keys.keys())
      .sort((a, b) => distance[a]! - distance[b]!)
      .slice(0, K);
    for (const j of nearest) {
      const rank = ranksOfThem[at]![j]!;
      if (rank <= K) kept++;
      else wrong += rank - K;
    }
  }
  const trust = 1 - (2 * wrong) / (which.length * K * (2 * n - 3 * K - 1));
  console.log(
    `${name}: trustworthiness ${trust.toFixed(3)}, ${((100 * kept) / (which.length * K)).toFixed(1)} % of the 10 nearest kept`,
  );
}
