/** What formats with a field for an identifier write into it. */
import { normalIdentifier, type IdentifierKind, type Paper } from '../paper.ts';

/**
 * A paper's identifier of a kind; or what a source gave for one that has not its form, which is kept in `extra` and is read
 * back into it. Empty where there is neither.
 */
export function identifierText({ ids, extra }: Paper, kind: IdentifierKind): string {
  const other = extra[kind];
  if (ids[kind] !== undefined || typeof other !== 'string') return ids[kind] ?? '';
  return normalIdentifier(kind, other) === null ? other.replace(/\s+/g, ' ').trim() : '';
}
