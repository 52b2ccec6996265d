/**
 * What is one work? A set of papers connected by links, which a rule found (same-work.ts) or a person made; what a person
 * has judged comes before every link. Pure: an engine gathers what is connected, asks here, and stores what follows.
 */
import { isArxivDoi } from '../identifiers.ts';
import type { Paper } from '../paper.ts';
import type { Key } from './library.ts';
import { isPreprintServer } from './merge.ts';

/** A blocking key (same-work.ts) that more papers share tells nothing ("Untitled", a surname with a thousand bearers). */
export const LARGEST_BLOCK = 100;

/** What of a paper decides its place in a work. */
export interface Member extends Pick<Paper, 'id' | 'venue' | 'ids'> {
  key: Key;
  /** In UTF-16 units. */
  abstractLength: number;
}

/** A reason for two papers to stand together. */
export interface Join {
  key: Key;
  other: Key;
  /** When a person said so, later ones higher; 0 when the rule did. */
  judged: number;
  /** Of both vectors, where the rule did. */
  cosine: number;
}

/**
 * Puts papers together join by join, a person's first, the latest of them leading, then the rule's, the nearest pair
 * first. A join that would bring together two papers judged to be apart is left out. Ties go by id, so that the outcome
 * does not depend on the order in which papers came.
 * @param members every paper that a join names.
 * @param apart for each paper those that it was judged not to stand with.
 * @returns every member once, in its work, the leading paper of each work first.
 */
export function worksAmong(
  members: ReadonlyMap<Key, Member>,
  joins: Join[],
  apart: ReadonlyMap<Key, ReadonlySet<Key>>,
): Key[][] {
  const workOf = new Map([...members.keys()].map((key) => [key, [key]]));
  const pair = ({ key, other }: Join) => [members.get(key)!.id, members.get(other)!.id].sort().join('\n');
  const strongestFirst = (a: Join, b: Join) =>
    b.judged - a.judged || b.cosine - a.cosine || Number(pair(a) > pair(b)) - Number(pair(a) < pair(b));
  for (const { key, other } of joins.toSorted(strongestFirst)) {
    const [one, another] = [workOf.get(key)!, workOf.get(other)!];
    if (one === another || one.some((each) => another.some((rival) => apart.get(each)?.has(rival)))) continue;
    for (const each of another) {
      one.push(each);
      workOf.set(each, one);
    }
  }
  return [...new Set(workOf.values())].map((work) =>
    work
      .map((key) => members.get(key)!)
      .sort(leadingFirst)
      .map(({ key }) => key),
  );
}

/** What is published leads what is a preprint; then the longer abstract does; then the id that sorts first. */
function leadingFirst(a: Member, b: Member): number {
  return Number(isPreprint(a)) - Number(isPreprint(b)) || b.abstractLength - a.abstractLength || (a.id < b.id ? -1 : 1);
}

function isPreprint({ venue, ids: { doi } }: Member): boolean {
  if (doi !== undefined && !isArxivDoi(doi)) return false;
  return venue === null || isPreprintServer(venue);
}
