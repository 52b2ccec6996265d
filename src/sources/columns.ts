/** What `--map title=Titel` says: in which column of a table a field is. */
import { AkinError } from '../errors.ts';
import { CSV_FIELDS } from '../sources/csv.ts';
import type { ColumnMap } from '../sources/registry.ts';

/**
 * The columns named by `FIELD=HEADER` texts; undefined where there are none.
 * @throws AkinError `invalid-argument` for another form, an unknown field, or a field that is named twice.
 */
export function columnMap(texts: string[]): ColumnMap | undefined {
  const columns: ColumnMap = {};
  for (const text of texts) {
    const [, field = '', header = ''] = /^([^=]*)=(.*)$/s.exec(text)?.map((part) => part.trim()) ?? [];
    if (field === '' || header === '')
      throw wrong(`expected FIELD=HEADER, found "${text}"`, `for instance --map title=Titel`);
    if (!CSV_FIELDS.includes(field))
      throw wrong(`unknown field "${field}"`, `${meant(field)}fields: ${CSV_FIELDS.join(', ')}`);
    if (field in columns)
      throw wrong(`${field} is mapped twice, to "${columns[field]}" and "${header}"`, 'one column holds a field');
    columns[field] = header;
  }
  return texts.length === 0 ? undefined : columns;
}

const wrong = (message: string, hint: string) => new AkinError('invalid-argument', message, { hint, field: 'map' });

/** The field whose name is nearest to what was written, if one is near. */
function meant(written: string): string {
  const near = CSV_FIELDS.find((field) => sharesMost(field, written.toLowerCase()));
  return near === undefined ? '' : `did you mean "${near}"? `;
}

/** Whether two words are one but for an ending, or for a letter or two that are wrong, missing or too many. */
function sharesMost(a: string, b: string): boolean {
  if (b.length > 2 && (a.startsWith(b) || b.startsWith(a))) return true;
  const pairs = (word: string): string[] =>
    Array.from(` ${word} `.slice(0, -1), (sign, i) => sign + (` ${word} `[i + 1] ?? ''));
  const [ofA, ofB] = [pairs(a), pairs(b)];
  return (2 * ofA.filter((pair) => ofB.includes(pair)).length) / (ofA.length + ofB.length) >= 0.5;
}
