/**
 * Which works does a draft cite? Its own list and a bibliography may name the same one, which is then told once. And how a title
 * is known again in what cites it.
 */
import type { Reference } from '../drafts/draft.ts';
import { lettersIn, plain } from '../fold.ts';
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

/** Shorter titles ("Introduction") may be anybody's. In letters and digits. */
export const MIN_TITLE = 12;

/** What titles are compared by. */
export const titleKey = (title: string): string => lettersIn(plain(title));

/** Whether a title, as `titleKey` has it, stands in a reference, set off from what is around it. */
export function standsIn(key: string, text: string): boolean {
  const written = plain(text);
  const letters = Array.from(written.matchAll(/[\p{L}\p{N}]/gu), ({ 0: letter, index }) => ({ letter, index }));
  const start = letters
    .map(({ letter }) => letter)
    .join('')
    .indexOf(key);
  if (start === -1) return false;
  const end = start + key.length;
  const isSetOff = (left: number, right: number): boolean =>
    /[^\s-]/u.test(written.slice(letters[left]!.index + 1, letters[right]!.index));
  return (start === 0 || isSetOff(start - 1, start)) && (end >= letters.length || isSetOff(end - 1, end));
}
