/** Which works does a draft cite? Its own list and a bibliography may name the same one, which is then told once. */
import type { Reference } from '../drafts/draft.ts';
import { IDENTIFIER_KINDS } from '../identifiers.ts';
import type { Candidate } from '../library/library.ts';
import type { RelatedAnswer } from './answer.ts';

/** A reference of a draft. */
export interface Cited {
  reference: Reference;
  /** Its paper, where the library has it. */
  found: Candidate | undefined;
}

/**
 * Every work once, as the first reference to it has it: the bibliography's come before the list that was printed from it. One
 * work is what the library has as one, or what an identifier is shared with.
 */
export function worksAmong(cited: Cited[]): RelatedAnswer['cited'] {
  const known = new Set<string>();
  return cited.flatMap(({ reference: { key, title, text, ids }, found }) => {
    const names = IDENTIFIER_KINDS.flatMap((kind) => (ids[kind] ? `${kind}:${ids[kind]}` : []));
    if (found) names.push(`work ${found.work}`);
    const isNew = !names.some((name) => known.has(name));
    for (const name of names) known.add(name);
    return isNew ? [{ key, title: found?.title || title || text.slice(0, 200), id: found?.id ?? null }] : [];
  });
}
