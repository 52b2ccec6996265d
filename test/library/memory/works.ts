/** Which papers of a library in memory are one work: every pair is looked at each time. */
import type { Key } from '../../../src/library/library.ts';
import { blockingKeys, neededCosine, traitsOf } from '../../../src/library/same-work.ts';
import { LARGEST_BLOCK, worksAmong, type Join } from '../../../src/library/works.ts';
import { dot } from '../../../src/vector.ts';
import type { Held, MemoryStore } from './store.ts';

/** Every work, also those of one paper, the leading paper first. */
export function worksOf(store: MemoryStore): Key[][] {
  const members = new Map(
    Array.from(store.papers, ([key, { paper }]) => [key, { key, ...paper, abstractLength: paper.abstract.length }]),
  );
  const judged = judgedPairs(store);
  const apart = new Map<Key, Set<Key>>();
  for (const { key, other, same } of judged) {
    if (!same) apart.set(key, (apart.get(key) ?? new Set()).add(other));
    if (!same) apart.set(other, (apart.get(other) ?? new Set()).add(key));
  }
  return worksAmong(members, [...links(store), ...judged.filter(({ same }) => same)], apart);
}

/** The pairs that the rule joins, by a blocking key that they share. */
function links(store: MemoryStore): Join[] {
  const blocks = new Map<number, Held[]>();
  const traits = new Map<Key, ReturnType<typeof traitsOf>>();
  for (const held of store.papers.values()) {
    if (!held.embedding) continue;
    const its = traitsOf(held.paper);
    traits.set(held.key, its);
    for (const key of blockingKeys(its)) blocks.set(key, [...(blocks.get(key) ?? []), held]);
  }
  const found: Join[] = [];
  for (const block of blocks.values()) {
    if (block.length > LARGEST_BLOCK) continue;
    for (const [i, one] of block.entries()) {
      for (const two of block.slice(i + 1)) {
        const needed = neededCosine(traits.get(one.key)!, traits.get(two.key)!);
        const cosine = dot(one.embedding!.vector, two.embedding!.vector);
        if (needed !== undefined && cosine >= needed) found.push({ key: one.key, other: two.key, judged: 0, cosine });
      }
    }
  }
  return found;
}

/** A person's last word on each pair of papers that are there. */
function judgedPairs(store: MemoryStore): (Join & { same: boolean })[] {
  const last = new Map<string, Join & { same: boolean }>();
  for (const [i, { one, other, same }] of store.judgements.entries()) {
    const [key, another] = [store.named(one)?.key, store.named(other)?.key];
    if (key === undefined || another === undefined || key === another) continue;
    last.set([key, another].sort().join(), { key, other: another, judged: i + 1, cosine: 0, same });
  }
  return [...last.values()];
}
