/** What is shown of papers: whole, with their versions and records, or as a line of a list. */
import type Database from 'better-sqlite3';
import type { Paper } from '../../paper.ts';
import type { Described, FoundWord, Listed } from '../library.ts';
import { NOTHING_KEPT } from '../kept.ts';
import { keptFrom, type KeptRow } from './kept-papers.ts';
import type { Keys } from './keys.ts';
import { paperFrom, type PaperRow } from './paper-rows.ts';

type Line = [row: number, id: string, title: string, year: number | null, work: number];

/** Every method belongs into the caller's transaction. */
export class Descriptions {
  readonly #keys: Keys;
  readonly #papers: Database.Statement<[string], PaperRow>;
  readonly #versions: Database.Statement<[string], [asked: number, version: number]>;
  readonly #records: Database.Statement<[string], [row: number, record: string]>;
  readonly #kept: Database.Statement<[string], KeptRow & { paper: number }>;
  readonly #lines: Database.Statement<[string], string>;

  constructor(db: Database.Database, keys: Keys) {
    this.#keys = keys;
    const among = 'IN (SELECT value FROM json_each(?))';
    this.#papers = db.prepare(`SELECT * FROM papers WHERE row ${among}`);
    this.#versions = db
      .prepare<[string], [number, number]>(
        `SELECT asked.paper, version.paper FROM works AS asked JOIN works AS version USING (leader)
         WHERE asked.paper ${among} AND version.paper != asked.paper
         ORDER BY version.paper != leader, version.paper`,
      )
      .raw();
    this.#records = db
      .prepare<[string], [number, string]>(
        `SELECT paper, data FROM records WHERE paper ${among} AND data IS NOT NULL ORDER BY sequence`,
      )
      .raw();
    this.#kept = db.prepare(`SELECT paper, starred, read, note FROM kept WHERE paper ${among}`);
    // As one text: three hundred rows one by one take twice as long.
    this.#lines = db
      .prepare<[string], string>(
        `SELECT json_group_array(json_array(row, id, title, year, coalesce(leader, row)))
         FROM papers LEFT JOIN works ON paper = row WHERE row ${among}`,
      )
      .pluck();
  }

  /**
   * Papers in the order of the rows; undefined where one is gone.
   * @param found the words that each of them holds.
   */
  of(
    rows: number[],
    { records, found }: { records: boolean; found: FoundWord[][] | undefined },
  ): (Described | undefined)[] {
    const asked = JSON.stringify(rows);
    const versions = grouped(this.#versions.all(asked));
    const all = [...new Set([...rows, ...[...versions.values()].flat()])];
    const papers = new Map(this.#papers.all(JSON.stringify(all)).map((each) => [each.row, paperFrom(each)]));
    const kept = new Map(this.#kept.all(asked).map((each) => [each.paper, keptFrom(each)]));
    const recordsOf = grouped(records ? this.#records.all(asked) : []);
    return rows.map((row, i) => {
      const paper = papers.get(row);
      if (!paper) return undefined;
      return {
        paper,
        key: this.#keys.of(row),
        versions: (versions.get(row) ?? []).map((version) => papers.get(version)!),
        records: (recordsOf.get(row) ?? []).map((record) => JSON.parse(record) as Paper),
        kept: kept.get(row) ?? NOTHING_KEPT,
        words: found?.[i] ?? [],
      };
    });
  }

  /** Lines of papers by row; those that are gone are left out. */
  lines(rows: number[]): Map<number, Listed> {
    const lines = JSON.parse(this.#lines.get(JSON.stringify(rows))!) as Line[];
    return new Map(
      lines.map(([row, id, title, year, work]) => [
        row,
        { key: this.#keys.of(row), id, title, year, work: this.#keys.of(work) },
      ]),
    );
  }

  /** Lines in the order of the rows. */
  listed(rows: number[]): Listed[] {
    const lines = this.lines(rows);
    return rows.flatMap((row) => lines.get(row) ?? []);
  }
}

function grouped<T>(pairs: [row: number, value: T][]): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const [row, value] of pairs) {
    const group = groups.get(row);
    if (group) group.push(value);
    else groups.set(row, [value]);
  }
  return groups;
}
