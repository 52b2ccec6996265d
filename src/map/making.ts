/** From a library to its map: what its papers say of themselves, where each stands, and what the regions are called. */
import type { Key, Library } from '../library/library.ts';
import type { Paper } from '../paper.ts';
import { NEIGHBOURS, type Neighbourhoods } from './layout.ts';
import { COLOURS, NO_COLOUR, printOf, type Labels, type PaperMap, type Region } from './map.ts';
import type { MappingJob } from './mapping-worker.ts';
import { placeAmong, type Places } from './place.ts';
import { projected, type Axes } from './principal.ts';

/** Papers on a map, at most: the first of the library. */
export const MOST_POINTS = 250_000;
/** The whole is laid out anew when so large a share of what was laid out has been added or removed since. */
const GROWN = 0.5;
/** Vectors of which the directions are found along which a map begins. */
const SAMPLE = 2000;
/** Papers that are asked for at once. */
const AT_ONCE = 64;

/** How far a map is that is being made. */
export interface Making {
  doing: 'reading papers' | 'finding neighbours' | 'laying out';
  /** 0..1, of what is being done. */
  share: number;
}

/** What a map is made with. */
export interface Means {
  library: Library;
  /** Has a job done in the thread of maps. */
  inThread: <Result>(job: MappingJob) => Promise<Result>;
  onProgress: (how: Making) => void;
  /** Ends it. */
  signal: AbortSignal;
}

/** Papers as a map shows them, and by what the library knows them. */
interface Papers extends Pick<Labels, 'ids' | 'years' | 'prints'> {
  keys: Key[];
  titles: string[];
  categories: (string | undefined)[];
  collections: (string | undefined)[];
}

/** A place for each paper, if it has one. */
interface Placed extends Places {
  has: Uint8Array;
}

/**
 * Makes the map of a library as it is now.
 * @param before an earlier one of the same library and space: who is on it keeps its place, and the others are placed by their
 *   neighbours, unless they are too many.
 * @throws the signal's reason; what the library throws.
 */
export async function mapOf(means: Means, before: PaperMap | undefined): Promise<PaperMap> {
  const { library, inThread } = means;
  const { library: id, revision, papers: count, embedded } = await library.state();
  const papers = await collected(means, count);
  const { placed, later } = (before && (await addedTo(before, papers, embedded, means))) ?? {
    placed: await laidOut(papers, means),
    later: 0,
  };
  const on = Array.from(papers.keys.keys()).filter((i) => placed.has[i]);
  const isOn = (_: unknown, i: number) => placed.has[i] === 1;
  const places = { x: placed.x.filter(isOn), y: placed.y.filter(isOn) };
  const titles = on.map((i) => papers.titles[i]!).join('\n');
  const regions = on.length === 0 ? [] : await inThread<Region[]>({ places, titles });
  return {
    ...{ library: id, fingerprint: library.model.fingerprint, revision, papers: count, later, regions, ...places },
    ...{ ids: papers.ids.filter(isOn), years: papers.years.filter(isOn), prints: papers.prints.filter(isOn) },
    categories: coloured(papers.categories.filter(isOn)),
    collections: coloured(papers.collections.filter(isOn)),
  };
}

async function collected({ library, onProgress, signal }: Means, count: number): Promise<Papers> {
  const papers: (Labelled & { key: Key })[] = [];
  let page: Labelled[] = [];
  const findPage = async () => {
    const keys = await library.find(
      page.map(({ id }) => id),
      signal,
    );
    for (const [i, key] of keys.entries()) if (key !== undefined) papers.push({ ...page[i]!, key });
    page = [];
  };
  for await (const paper of library.everyPaper()) {
    signal.throwIfAborted();
    page.push(labelled(paper));
    if (page.length === AT_ONCE) await findPage();
    onProgress({ doing: 'reading papers', share: Math.min(1, papers.length / count) });
    if (papers.length + page.length === MOST_POINTS) break;
  }
  await findPage();
  return {
    keys: papers.map(({ key }) => key),
    titles: papers.map(({ title }) => title),
    ids: papers.map(({ id }) => id),
    years: Uint16Array.from(papers, ({ year }) => year),
    prints: Uint32Array.from(papers, ({ print }) => print),
    categories: papers.map(({ category }) => category),
    collections: papers.map(({ collection }) => collection),
  };
}

/** What a map shows of a paper. */
type Labelled = ReturnType<typeof labelled>;
function labelled(paper: Paper) {
  const { id, title, year, categories, extra } = paper;
  const collection = [extra.collections].flat().find((each): each is string => typeof each === 'string');
  return { id, title, year: year ?? 0, category: categories[0], collection, print: printOf(paper) };
}

/** The commonest values, and which of them each paper has. */
function coloured(values: (string | undefined)[]): Labels['categories'] {
  const counts = new Map<string, number>();
  for (const value of values) if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
  const names = [...counts]
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, COLOURS)
    .map(([value]) => value);
  const colours = new Map(names.map((name, i) => [name, i]));
  return { names, of: Uint8Array.from(values, (value) => colours.get(value ?? '') ?? NO_COLOUR) };
}

/**
 * Those who were on a map where they were, the others among their neighbours.
 * @returns undefined where the map has changed so much that the whole is to be laid out anew.
 */
async function addedTo(
  before: PaperMap,
  { ids, keys, prints }: Papers,
  embedded: number,
  means: Means,
): Promise<{ placed: Placed; later: number } | undefined> {
  const placed: Placed = {
    x: new Uint16Array(ids.length),
    y: new Uint16Array(ids.length),
    has: new Uint8Array(ids.length),
  };
  const known = new Map(before.ids.map((id, i) => [id, i]));
  const others: number[] = [];
  for (const [i, id] of ids.entries()) {
    const was = known.get(id);
    if (was === undefined || before.prints[was] !== prints[i]) others.push(i);
    else putAt(placed, i, [before.x[was]!, before.y[was]!]);
  }
  const stayed = ids.length - others.length;
  const [gone, come] = [before.ids.length - stayed, Math.min(embedded, MOST_POINTS) - stayed];
  if (before.later + come + gone > GROWN * (before.ids.length - before.later)) return undefined;
  const numbers = new Map(keys.map((key, i) => [key, i]));
  let count = 0;
  await neighbourhoods(others, keys, means, (i, near) => {
    const there = near
      .map(({ key, distance }) => ({ at: numbers.get(key)!, distance }))
      .filter(({ at }) => at !== undefined && placed.has[at]);
    const place = placeAmong(
      there.map(({ at, distance }) => ({ x: placed.x[at]!, y: placed.y[at]!, distance })),
      prints[i]!,
    );
    if (!place) return; // It is near nothing that was there: it waits until the whole is laid out anew.
    putAt(placed, i, place);
    count++;
  });
  return { placed, later: before.later + count };
}

function putAt({ x, y, has }: Placed, i: number, place: [number, number]): void {
  [x[i], y[i]] = place;
  has[i] = 1;
}

/** All that have a vector, laid out anew. */
async function laidOut({ keys }: Papers, means: Means): Promise<Placed> {
  const { library, inThread, onProgress, signal } = means;
  const placed = { x: new Uint16Array(keys.length), y: new Uint16Array(keys.length), has: new Uint8Array(keys.length) };
  const sample = await library.sample(SAMPLE);
  if (sample.length === 0) return placed;
  const axes = await inThread<Axes>({ sample });
  const all = Array.from(keys.keys());
  const numbers = new Map(keys.map((key, i) => [key, i]));
  const k = NEIGHBOURS;
  const found: Neighbourhoods = {
    k,
    nearest: new Int32Array(keys.length * k).fill(-1),
    distances: new Float32Array(keys.length * k),
  };
  const start = new Float32Array(2 * keys.length);
  const on: number[] = [];
  await neighbourhoods(all, keys, means, (i, near, vector) => {
    const row = on.length * k;
    near.forEach(({ key, distance }, j) => {
      found.nearest[row + j] = numbers.get(key) ?? -1;
      found.distances[row + j] = distance;
    });
    start.set(projected(vector, axes), 2 * on.length);
    on.push(i);
  });
  const position = new Int32Array(keys.length).fill(-1);
  for (const [at, i] of on.entries()) position[i] = at;
  const nearest = found.nearest.subarray(0, on.length * k).map((i) => (i < 0 ? -1 : position[i]!));
  const progress = new Int32Array(new SharedArrayBuffer(8));
  const watching = setInterval(() => {
    onProgress({ doing: 'laying out', share: progress[0]! / 1000 });
    if (signal.aborted) Atomics.store(progress, 1, 1);
  }, 50);
  try {
    const distances = found.distances.subarray(0, on.length * k);
    const job = { neighbourhoods: { k, nearest, distances }, start: start.subarray(0, 2 * on.length), progress };
    const places = await inThread<Places | undefined>(job);
    signal.throwIfAborted();
    for (const [at, i] of on.entries()) putAt(placed, i, [places!.x[at]!, places!.y[at]!]);
    return placed;
  } finally {
    clearInterval(watching);
  }
}

/** The nearest of each of these papers that has a vector: page by page, so that questions are answered in between. */
async function neighbourhoods(
  which: number[],
  keys: Key[],
  { library, onProgress, signal }: Means,
  each: (i: number, near: { key: Key; distance: number }[], vector: Float32Array) => void,
): Promise<void> {
  for (let from = 0; from < which.length; from += AT_ONCE) {
    signal.throwIfAborted();
    onProgress({ doing: 'finding neighbours', share: from / which.length });
    const some = which.slice(from, from + AT_ONCE);
    const vectors = await library.vectors(
      some.map((i) => keys[i]!),
      signal,
    );
    const there = some.flatMap((i, j) => (vectors[j] ? [{ i, vector: vectors[j] }] : []));
    const near = await library.nearest(
      there.map(({ vector }) => vector),
      NEIGHBOURS + 1, // Each is nearest to itself.
      signal,
    );
    for (const [j, { i, vector }] of there.entries()) {
      const others = near[j]!.filter(({ key }) => key !== keys[i]).slice(0, NEIGHBOURS);
      each(
        i,
        others.map(({ key, similarity }) => ({ key, distance: Math.max(0, 1 - similarity) })),
        vector,
      );
    }
  }
}
