/**
 * Where does each paper stand on a map, if papers that are near in meaning are to stand near each other?
 *
 * UMAP (McInnes, Healy & Melville, 2018, arXiv:1802.03426), as its authors' program does it, from what the library's graph knows
 * already: the nearest of each paper. Those become a fuzzy graph, in which every paper has about the same number of neighbours
 * however dense its field is; then edges pull their ends together, one after the other in proportion to their weights, while
 * papers drawn at random are pushed away. It begins with the two principal components, for what is far apart in a map is decided
 * by where it began (Kobak & Linderman, 2021, doi:10.1038/s41587-020-00809-z).
 *
 * Our own because of what there is for Node (see scripts/README.md): umap-js takes nearest neighbours that are known, but keeps
 * its graph in objects and begins anywhere.
 */
import { random } from './random.ts';

/** For each of several things the nearest others, nearest first. */
export interface Neighbourhoods {
  /** How many of each are kept. */
  k: number;
  /** `k` for each thing, by their numbers; −1 where it has no more. */
  nearest: Int32Array;
  /** How far each of them is: 1 − cosine, never less than 0. */
  distances: Float32Array;
}

/** Nearest that are looked at of each: UMAP's default, few enough to show what is fine, enough to keep fields whole. */
export const NEIGHBOURS = 15;

/** Papers drawn at random that are pushed away for each that is pulled nearer. */
const PUSHED = 5;
/** Rounds: those of UMAP. */
const ROUNDS = 200;
const ROUNDS_OF_FEW = 500;
const FEW = 10_000;
/** No step is longer. */
const LONGEST_STEP = 4;
/** How wide the map is when it begins. */
const BEGINNING = 10;

/** Edges by their ends, and how strong each is, 0..1. Each is there once, with its lower end first. */
interface Edges {
  from: Int32Array;
  to: Int32Array;
  weights: Float32Array;
  count: number;
}

/**
 * @param start where each thing is to begin, x and y by turns.
 * @param onRound hears after each round how far it is, 0..1; it ends the work by returning false.
 * @returns x and y of each thing by turns, the longer side of the map along x; undefined where it was ended.
 */
export function layOut(
  neighbourhoods: Neighbourhoods,
  start: Float32Array,
  onRound: (share: number) => boolean = () => true,
): Float32Array | undefined {
  const count = start.length / 2;
  const rounds = count > FEW ? ROUNDS : ROUNDS_OF_FEW;
  const places = widened(start);
  if (!moved(places, fuzzyGraph(neighbourhoods), rounds, onRound)) return undefined;
  return alongX(places);
}

/** How strongly each thing belongs to a neighbourhood: weights of its neighbours, 0..1, that add up to about log2 of k. */
export function memberships({ k, nearest, distances }: Neighbourhoods): Float32Array {
  const weights = new Float32Array(distances.length);
  const wanted = Math.log2(k);
  for (let first = 0; first < distances.length; first += k) {
    let end = first;
    while (end < first + k && nearest[end]! >= 0) end++;
    let closest = first;
    while (closest < end && distances[closest] === 0) closest++; // What is the same text is no measure.
    const least = closest < end ? distances[closest]! : 0;
    const width = widthFor(distances, first, end, least, Math.min(wanted, Math.log2(end - first + 1)));
    for (let i = first; i < end; i++) weights[i] = Math.exp(-Math.max(0, distances[i]! - least) / width);
  }
  return weights;
}

/** The width at which the weights of a neighbourhood add up to what is wanted, by halving. */
function widthFor(distances: Float32Array, first: number, end: number, least: number, wanted: number): number {
  let [low, high, width] = [0, Infinity, 1];
  let mean = 0;
  for (let i = first; i < end; i++) mean += distances[i]! / (end - first);
  for (let step = 0; step < 32; step++) {
    let sum = 0;
    for (let i = first; i < end; i++) sum += Math.exp(-Math.max(0, distances[i]! - least) / width);
    if (sum > wanted) high = width;
    else low = width;
    width = high === Infinity ? width * 2 : (low + high) / 2;
  }
  return Math.max(width, 1e-3 * mean, 1e-6);
}

/** Every two things of which one is near the other; where both are, the edge is the stronger: a + b − ab. */
function fuzzyGraph(neighbourhoods: Neighbourhoods): Edges {
  const { k, nearest } = neighbourhoods;
  const weights = memberships(neighbourhoods);
  const edges = { from: new Int32Array(nearest.length), to: new Int32Array(nearest.length), count: 0 };
  const strengths = new Float32Array(nearest.length);
  for (let i = 0; i < nearest.length; i++) {
    const [from, to] = [Math.floor(i / k), nearest[i]!];
    if (to < 0 || to === from) continue;
    const back = nearest.subarray(to * k, (to + 1) * k).indexOf(from);
    if (back >= 0 && to < from) continue; // It was met from the other end.
    const [one, other] = [weights[i]!, back < 0 ? 0 : weights[to * k + back]!];
    edges.from[edges.count] = from;
    edges.to[edges.count] = to;
    strengths[edges.count++] = one + other - one * other;
  }
  return { ...edges, weights: strengths };
}

/**
 * Moves the places, round by round. Nearness on the map is 1 / (1 + d²), the curve of t-SNE: maps by UMAP's own, which needs a
 * power for each step, hardly differ (Böhm, Berens & Kobak, 2022, arXiv:2007.08902), and take several times as long.
 * @returns false where it was ended.
 */
function moved(places: Float32Array, edges: Edges, rounds: number, onRound: (share: number) => boolean): boolean {
  const { from, to, weights, count } = edges;
  const things = places.length / 2;
  const next = random(things);
  // An edge's turn comes as often as it is strong: the strongest's in each round.
  const strongest = weights.subarray(0, count).reduce((most, each) => Math.max(most, each), 0);
  const every = weights.subarray(0, count).map((weight) => strongest / weight);
  const turn = Float32Array.from(every);
  for (let round = 0; round < rounds; round++) {
    const step = 1 - round / rounds;
    for (let edge = 0; edge < count; edge++) {
      if (turn[edge]! > round + 1) continue;
      turn[edge]! += every[edge]!;
      const one = 2 * from[edge]!;
      const other = 2 * to[edge]!;
      // From both ends, as if the edge were there in both directions.
      pull(places, one, other, step);
      pull(places, one, other, step);
      for (let i = 0; i < PUSHED; i++) {
        push(places, one, 2 * Math.floor(next() * things), step);
        push(places, other, 2 * Math.floor(next() * things), step);
      }
    }
    if (!onRound((round + 1) / rounds)) return false;
  }
  return true;
}

const bounded = (x: number): number => (x > LONGEST_STEP ? LONGEST_STEP : x < -LONGEST_STEP ? -LONGEST_STEP : x);

/** Moves two things towards each other. */
function pull(places: Float32Array, one: number, other: number, step: number): void {
  const dx = places[one]! - places[other]!;
  const dy = places[one + 1]! - places[other + 1]!;
  const strength = -2 / (1 + dx * dx + dy * dy);
  const x = bounded(strength * dx) * step;
  const y = bounded(strength * dy) * step;
  places[one]! += x;
  places[one + 1]! += y;
  places[other]! -= x;
  places[other + 1]! -= y;
}

/** Moves a thing away from another one. */
function push(places: Float32Array, one: number, other: number, step: number): void {
  const dx = places[one]! - places[other]!;
  const dy = places[one + 1]! - places[other + 1]!;
  const squared = dx * dx + dy * dy;
  const strength = 2 / ((0.001 + squared) * (1 + squared));
  places[one]! += bounded(strength * dx) * step;
  places[one + 1]! += bounded(strength * dy) * step;
}

/** As wide as a map is when it begins; and no two in the very same place, for nothing could part them. */
function widened(start: Float32Array): Float32Array {
  const next = random(start.length);
  const widest = start.reduce((most, each) => Math.max(most, Math.abs(each)), 0) || 1;
  return start.map((each) => (each / widest) * BEGINNING + (next() - 0.5) * 1e-3);
}

/** Turned about its middle so that it is longest along x; which way round is decided as well, so that it is always the same. */
function alongX(places: Float32Array): Float32Array {
  const count = places.length / 2;
  let [mx, my, xx, xy, yy] = [0, 0, 0, 0, 0];
  for (let i = 0; i < count; i++) [mx, my] = [mx + places[2 * i]! / count, my + places[2 * i + 1]! / count];
  for (let i = 0; i < count; i++) {
    const [dx, dy] = [places[2 * i]! - mx, places[2 * i + 1]! - my];
    [xx, xy, yy] = [xx + dx * dx, xy + dx * dy, yy + dy * dy];
  }
  const angle = 0.5 * Math.atan2(2 * xy, xx - yy);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const turned = new Float32Array(places.length);
  for (let i = 0; i < count; i++) {
    const [dx, dy] = [places[2 * i]! - mx, places[2 * i + 1]! - my];
    turned[2 * i] = cos * dx + sin * dy;
    turned[2 * i + 1] = cos * dy - sin * dx;
  }
  return turned;
}
