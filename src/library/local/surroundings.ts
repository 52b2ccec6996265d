/** What the library knows around a record that comes in: each part is read when the rule looks at it. */
import type { IdentifierKind } from '../../identifiers.ts';
import { contentHash, type Paper } from '../../paper.ts';
import type { Place, Surroundings } from '../records.ts';
import type { Keys } from './keys.ts';
import type { PaperNames } from './names.ts';
import { paperFrom } from './paper-rows.ts';
import type { StoreStatements } from './store-statements.ts';

export function surroundings(
  record: Paper,
  { file }: Place,
  statements: StoreStatements,
  names: PaperNames,
  keys: Keys,
): Surroundings {
  const known = (row: number) => ({ key: keys.of(row), paper: paperFrom(statements.paper.get(row)!) });
  return {
    here(id) {
      return statements.recordsHere
        .all(id, file)
        .map(({ nth, reading, paper, hash }) => ({ nth, reading: String(reading), key: keys.of(paper), hash }));
    },
    get like() {
      const row = statements.paperLike.get(record.id, contentHash(record));
      return row === undefined ? undefined : keys.of(row);
    },
    get namesakes() {
      return names.rows(record.id).map(known);
    },
    get identified() {
      return (Object.entries(record.ids) as [IdentifierKind, string][]).flatMap(([kind, value]) =>
        names.identified(kind, value).map((row) => ({ ...known(row), kind })),
      );
    },
  };
}
