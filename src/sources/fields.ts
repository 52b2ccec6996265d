/** The fields of a record that say something: what a source has no name for goes to `extra`, but nothing that is empty. */

/** The fields that have a value, `except` left out: neither null, undefined, '' nor an empty list or object. */
export function fieldsWithValue(
  fields: Record<string, unknown>,
  except: readonly string[] = [],
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([key, value]) => hasValue(value) && !except.includes(key)));
}

function hasValue(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

/** What stands between the separators of a list. Nothing is made of separators side by side, however many there are. */
export function partsBetween(list: string, separators: string): string[] {
  // Linear: whatever the separators are, the next one ends a part.
  return list.match(new RegExp(`[^${separators}]+`, 'g')) ?? [];
}
