/** What formats with a field for an identifier write into it. */
import { isbnIn, normalIdentifier, type IdentifierKind } from '../identifiers.ts';
import type { Paper } from '../paper.ts';

/**
 * A paper's identifier of a kind; or what a source gave for one that has not its form, which is kept in `extra` and is read
 * back into it. Empty where there is neither.
 */
export function identifierText({ ids, extra }: Paper, kind: IdentifierKind): string {
  const other = extra[kind];
  if (ids[kind] !== undefined || typeof other !== 'string') return ids[kind] ?? '';
  return normalIdentifier(kind, other) === null ? other.replace(/\s+/g, ' ').trim() : '';
}

/** A paper's `extra` with its ISBN in it: as the source wrote it, where that is the one the paper goes by. */
export function extraWithIsbn({ ids: { isbn }, extra }: Paper): Record<string, unknown> {
  if (isbn === undefined || [extra.isbn, extra.ISBN].some((written) => isbnIn(written) === isbn)) return extra;
  const { isbn: _isbn, ISBN: _ISBN, ...others } = extra;
  return { ...others, isbn };
}
