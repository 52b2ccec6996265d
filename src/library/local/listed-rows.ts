/** Which rows come next in a list that nothing ranks, of those that a filter lets through? */
import type Database from 'better-sqlite3';
import type { ListOrder } from '../library.ts';
import { sortTitle, type Placed } from '../order.ts';
import { asJson, type AllowedRows } from './allowed-rows.ts';

/** What lists are sorted by, as the indexes of `papers` have it; equal ones by their ids, and those without it last. */
const SORTED: Record<ListOrder, { by: string; comes: '<' | '>'; order: string; isIn: string }> = {
  newest: { by: 'year', comes: '<', order: 'year DESC, id', isIn: 'year IS NOT NULL' },
  title: { by: 'sort_title', comes: '>', order: 'sort_title, id', isIn: '(sort_title IS NULL) = 0' },
};

interface Bounds {
  value: string | number | null;
  id: string;
  /** JSON. */
  rows: string;
  limit: number;
}

/** A stretch of an order, one after the other: what has something to be sorted by, and what has not. */
type Stretch = Record<'all' | 'among', Database.Statement<[Partial<Bounds>], number>>;

/** Every method belongs into the caller's transaction. */
export class ListedRows {
  readonly #stretches: Record<ListOrder, Record<'first' | 'onward' | 'last' | 'lastOnward', Stretch>>;

  constructor(db: Database.Database) {
    const stretch = (where: string, order: string): Stretch => {
      const sql = (among: string) => `SELECT row FROM papers WHERE ${where}${among} ORDER BY ${order}`;
      return {
        all: db.prepare<[Partial<Bounds>], number>(sql('')).pluck(),
        among: db
          .prepare<[Partial<Bounds>], number>(`${sql(' AND row IN (SELECT value FROM json_each(:rows))')} LIMIT :limit`)
          .pluck(),
      };
    };
    const stretchesOf = (listOrder: ListOrder) => {
      const { by, comes, order, isIn } = SORTED[listOrder];
      return {
        first: stretch(isIn, order),
        onward: stretch(`${isIn} AND ${by} ${comes}= :value AND (${by} ${comes} :value OR id > :id)`, order),
        last: stretch(`${by} IS NULL`, 'id'),
        lastOnward: stretch(`${by} IS NULL AND id > :id`, 'id'),
      };
    };
    this.#stretches = { newest: stretchesOf('newest'), title: stretchesOf('title') };
  }

  /**
   * The next `limit` rows, in order.
   * @param papers how many there are, let through or not.
   * @param after what comes before them; it need not be there any more.
   */
  of({ rows, count }: AllowedRows, order: ListOrder, limit: number, papers: number, after?: Placed): number[] {
    const value = after === undefined ? null : order === 'newest' ? after.year : sortTitle(after.title);
    const { first, onward, last, lastOnward } = this.#stretches[order];
    const stretches = after === undefined ? [first, last] : value === null ? [lastOnward] : [onward, last];
    // Going through the order until enough are found, or sorting those that are let through: whichever looks at fewer.
    const isFew = count ** 2 <= limit * papers;
    const among = isFew ? asJson(rows) : '';
    const bounds = after === undefined ? {} : value === null ? { id: after.id } : { id: after.id, value };
    const found: number[] = [];
    for (const stretch of stretches) {
      const given = stretch === last ? {} : bounds;
      if (isFew) {
        found.push(...stretch.among.all({ ...given, rows: among, limit: limit - found.length }));
        continue;
      }
      for (const row of stretch.all.iterate(given)) {
        if (found.length >= limit) break;
        if (rows[row]) found.push(row);
      }
    }
    return found;
  }
}
