/** Short ways to ask a library what a test wants to know. */
import type { Candidate, Key, Leg, Library, Recall } from '../../src/library/library.ts';
import type { Filter } from '../../src/library/filter.ts';
import type { Paper } from '../../src/paper.ts';

/** A key that no library ever gave. */
export const NO_KEY = 'nobody' as Key;

/** What one leg finds, best first. */
async function found(
  library: Library,
  leg: Leg,
  question: Pick<Recall, 'vector' | 'words' | 'filter'> & { depth?: number | undefined },
): Promise<Candidate[]> {
  const { candidates } = await library.recall({
    legs: [leg],
    scoring: 'alone',
    ...question,
    depth: question.depth ?? 100,
  });
  return candidates.toSorted((a, b) => a.ranks[leg]! - b.ranks[leg]!);
}

export function nearest(library: Library, vector: Float32Array, depth?: number, filter?: Filter): Promise<Candidate[]> {
  return found(library, 'dense', { vector: Promise.resolve(vector), depth, filter });
}

export function matching(library: Library, words: string, depth?: number, filter?: Filter): Promise<Candidate[]> {
  return found(library, 'lexical', { words, depth, filter });
}

export function ids(papers: ({ id: string } | undefined)[]): (string | undefined)[] {
  return papers.map((each) => each?.id);
}

export async function matchingIds(library: Library, words: string): Promise<(string | undefined)[]> {
  return ids(await matching(library, words));
}

export async function keyOf(library: Library, name: string): Promise<Key | undefined> {
  return (await library.find([name]))[0];
}

/** The keys of papers that are there. */
export async function keysOf(library: Library, names: string[]): Promise<Key[]> {
  const keys = await library.find(names);
  if (keys.includes(undefined)) throw new Error(`some of ${names.join(', ')} are not there`);
  return keys as Key[];
}

export async function papersAt(library: Library, keys: Key[]): Promise<(Paper | undefined)[]> {
  return (await library.describe(keys)).map((each) => each?.paper);
}

export async function paperNamed(library: Library, name: string): Promise<Paper | undefined> {
  const key = await keyOf(library, name);
  return key === undefined ? undefined : (await papersAt(library, [key]))[0];
}

/** The records that a paper was merged from. */
export async function recordsOf(library: Library, name: string): Promise<Paper[]> {
  return (await library.describe(await keysOf(library, [name]), { records: true }))[0]!.records;
}

export async function vectorAt(library: Library, key: Key): Promise<Float32Array | undefined> {
  return (await library.vectors([key]))[0];
}

export async function everyPaper(library: Library): Promise<Paper[]> {
  const all: Paper[] = [];
  for await (const each of library.everyPaper()) all.push(each);
  return all;
}

/** How many papers there are, and how many have a vector. */
export async function counts(library: Library): Promise<{ papers: number; embedded: number }> {
  const { papers, embedded } = await library.state();
  return { papers, embedded };
}

/** The works of several versions as ids, the leading one first, the others in alphabetical order. */
export async function worksOf(library: Library): Promise<string[][]> {
  const works: string[][] = [];
  for await (const keys of library.everyWork()) {
    const [leading, ...others] = ids(await papersAt(library, keys)) as string[];
    works.push([leading!, ...others.sort()]);
  }
  return works;
}
