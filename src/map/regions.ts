/**
 * Which papers of a map lie together, and what are they about? Where papers lie dense there is a region around the densest spot;
 * it is called by the words of its papers' titles that tell it from the others.
 */
import { plain, wordsIn } from '../fold.ts';
import { FARTHEST, type Region } from './map.ts';
import type { Places } from './place.ts';

/** Cells along each side of the grid on which papers are counted. */
const CELLS = 96;
/** More names than that nobody reads, and of few papers not even the square root of their number. */
const MOST_REGIONS = 24;
/** A region of fewer papers has hardly a name. */
const FEWEST_PAPERS = 5;
/** Words in a name. */
const WORDS = 3;
/** A word that tells a region is in so many of its titles at least. */
const FEWEST_TITLES = 3;
/** How much more two words in a row say than one. */
const PAIR = 1.5;

/** Closed-class words, and what titles of all fields have. */
const EMPTY = new Set(
  (
    'a about all among an and any are as at based be been before between beyond but by can do does during each for from ' +
    'further has have how if in into is it its less more most new no non not novel of on or other our over own per some ' +
    'such than that the their them then there these they this those through to too toward towards under until up upon use ' +
    'using very via was we were what when where which while who whom why will with within without would you your ' +
    'approach case effects method methods paper study'
  ).split(' '),
);

/** @param titles of the papers, in the order of their places. @returns the largest first. */
export function regionsOf(places: Places, titles: string[]): Region[] {
  const count = titles.length;
  const most = Math.min(MOST_REGIONS, Math.ceil(Math.sqrt(count)));
  const cells = Int32Array.from({ length: count }, (_, i) => cellOf(places.x[i]!, places.y[i]!));
  let density = new Float32Array(CELLS * CELLS);
  for (const cell of cells) density[cell]!++;
  density = blurred(blurred(density));
  while (peaksOf(density).length > most) density = blurred(density);
  const top = tops(density);
  const members = new Map<number, number[]>();
  for (let i = 0; i < count; i++) {
    const peak = top[cells[i]!]!;
    const papers = members.get(peak);
    if (papers) papers.push(i);
    else members.set(peak, [i]);
  }
  const words = titles.map(termsOf);
  const overall = counted(words);
  return [...members]
    .filter(([, papers]) => papers.length >= Math.min(FEWEST_PAPERS, count))
    .map(([, papers]) => ({
      words: telling(
        papers.map((i) => words[i]!),
        overall,
        count,
      ),
      x: median(papers.map((i) => places.x[i]!)),
      y: median(papers.map((i) => places.y[i]!)),
      papers: papers.length,
    }))
    .filter((region) => region.words.length > 0)
    .sort((a, b) => b.papers - a.papers);
}

const cellOf = (x: number, y: number): number =>
  Math.floor((y * CELLS) / (FARTHEST + 1)) * CELLS + Math.floor((x * CELLS) / (FARTHEST + 1));

/** Each cell and those around it, 1-2-1 along both sides. */
function blurred(density: Float32Array): Float32Array<ArrayBuffer> {
  const along = (values: Float32Array, step: number, at: (cell: number) => number) =>
    values.map((value, cell) => {
      const before = at(cell) > 0 ? values[cell - step]! : value;
      const behind = at(cell) < CELLS - 1 ? values[cell + step]! : value;
      return (before + 2 * value + behind) / 4;
    });
  const rows = along(density, 1, (cell) => cell % CELLS);
  return new Float32Array(along(rows, CELLS, (cell) => Math.floor(cell / CELLS)));
}

/** The densest of a cell and those around it. */
function uphill(density: Float32Array, cell: number): number {
  const [x, y] = [cell % CELLS, Math.floor(cell / CELLS)];
  let best = cell;
  for (let j = Math.max(0, y - 1); j <= Math.min(CELLS - 1, y + 1); j++) {
    for (let i = Math.max(0, x - 1); i <= Math.min(CELLS - 1, x + 1); i++) {
      if (density[j * CELLS + i]! > density[best]!) best = j * CELLS + i;
    }
  }
  return best;
}

/** What is so thin is no peak: what the blur has left far from all papers. */
const THIN = 1e-3;
const peaksOf = (density: Float32Array): number[] =>
  Array.from(density.keys()).filter((cell) => density[cell]! > THIN && uphill(density, cell) === cell);

/** The peak to which it goes up from each cell. */
function tops(density: Float32Array): Int32Array {
  const top = Int32Array.from(density.keys(), (cell) => uphill(density, cell));
  const follow = (cell: number): number => (top[cell] === cell ? cell : (top[cell] = follow(top[cell]!)));
  return top.map((_, cell) => follow(cell));
}

/** The words of a title, and every two that follow each other; each once. */
function termsOf(title: string): Set<string> {
  const words = wordsIn(plain(title));
  const says = (word: string) => word.length > 1 && !EMPTY.has(word) && !/^\d/.test(word);
  const pairs = words.slice(1).flatMap((word, i) => (says(word) && says(words[i]!) ? [`${words[i]!} ${word}`] : []));
  return new Set([...words.filter(says), ...pairs]);
}

function counted(titles: Set<string>[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const terms of titles) for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}

/** The terms that tell these titles from all, by what each adds to the divergence (Kullback & Leibler, 1951) of the two. */
function telling(titles: Set<string>[], overall: Map<string, number>, all: number): string[] {
  const least = Math.min(FEWEST_TITLES, titles.length);
  const scored = [...counted(titles)]
    .filter(([, n]) => n >= least)
    .map(([term, n]) => {
      const share = n / titles.length;
      // Where there is one region only, it is called by what most of its titles have.
      const score = titles.length === all ? share : share * Math.log(share / (overall.get(term)! / all));
      return { term, score: term.includes(' ') ? PAIR * score : score };
    })
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || (a.term < b.term ? -1 : 1));
  const chosen: string[] = [];
  const said = new Set<string>();
  for (const { term } of scored) {
    const stems = term.split(' ').map((word) => word.replace(/s$/, ''));
    if (stems.some((stem) => said.has(stem))) continue;
    for (const stem of stems) said.add(stem);
    if (chosen.push(term) === WORDS) break;
  }
  return chosen;
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
