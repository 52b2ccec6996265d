/**
 * Works: which papers are versions of one another (../works.ts), kept while papers and vectors are written.
 *
 * A paper is compared when it gets its vector, in the transaction that stores it, with the papers that share a blocking
 * key (../same-work.ts): so it costs the same in a small library and a large one, and no interruption leaves a vector whose
 * paper was not compared. Blocks and links hang on vectors and go with them. What a person has judged is kept by id, for
 * papers that go and come again.
 */
import type Database from 'better-sqlite3';
import type { Paper } from '../../paper.ts';
import { dot } from '../../vector.ts';
import type { Key } from '../library.ts';
import { blockingKeys, neededCosine, traitsOf } from '../same-work.ts';
import { LARGEST_BLOCK, worksAmong, type Join, type Member } from '../works.ts';
import type { PaperNames } from './names.ts';
import { floats } from './stored-vectors.ts';

type Compared = Pick<Paper, 'title' | 'abstract' | 'year' | 'venue'> & { authors: string; ids: string; vector: Buffer };
type MemberRow = Pick<Paper, 'id' | 'venue' | 'abstract'> & { ids: string };
/** What a person said of two papers, by the names that they had. */
interface Judgement {
  sequence: number;
  one: string;
  other: string;
  same: number;
}
/** The same of one paper, about another. */
interface Word {
  sequence: number;
  row: number;
  same: number;
}

/** Every method belongs into the caller's transaction. */
export class Works {
  readonly #space: number;
  readonly #names: PaperNames;
  readonly #statements;

  /** @param space whose vectors say what is one work. */
  constructor(db: Database.Database, space: number, names: PaperNames) {
    this.#space = space;
    this.#names = names;
    this.#statements = {
      compared: db.prepare<[row: number, space: number], Compared>(
        `SELECT title, substr(abstract, 1, 1) AS abstract, authors, year, venue, ids, vector
         FROM papers JOIN vectors ON paper = row WHERE row = ? AND space = ?`,
      ),
      inBlock: db
        .prepare<[key: number, space: number], number>(
          `SELECT paper FROM blocks WHERE key = ? AND space = ? LIMIT ${LARGEST_BLOCK + 1}`,
        )
        .pluck(),
      insertBlock: db.prepare<[key: number, space: number, row: number]>(
        'INSERT INTO blocks (key, space, paper) VALUES (?, ?, ?)',
      ),
      deleteBlocks: db.prepare<[row: number, space: number]>('DELETE FROM blocks WHERE paper = ? AND space = ?'),
      insertLink: db.prepare<[one: number, other: number, space: number, cosine: number]>(
        'INSERT INTO links (one, other, space, cosine) VALUES (?, ?, ?, ?)',
      ),
      deleteLinks: db.prepare<{ row: number; space: number }>(
        'DELETE FROM links WHERE (one = :row OR other = :row) AND space = :space',
      ),
      linksOf: db.prepare<{ row: number; space: number }, { other: number; cosine: number }>(
        `SELECT other, cosine FROM links WHERE one = :row AND space = :space
         UNION ALL SELECT one AS other, cosine FROM links WHERE other = :row AND space = :space`,
      ),
      judgements: db.prepare<[string], Judgement>(
        'SELECT sequence, one, other, same FROM judgements WHERE one IN (SELECT value FROM json_each(?))',
      ),
      areJudgements: db.prepare<[], number>('SELECT EXISTS (SELECT 1 FROM judgements)').pluck(),
      names: db
        .prepare<{ row: number }, string>(
          `SELECT id FROM papers WHERE row = :row UNION SELECT key FROM records WHERE paper = :row
           UNION SELECT kind || ':' || value FROM identifiers WHERE paper = :row`,
        )
        .pluck(),
      insertJudgement: db.prepare<[string, string, number]>(
        'INSERT OR REPLACE INTO judgements (one, other, same) VALUES (?, ?, ?)',
      ),
      deleteJudgement: db.prepare<[number]>('DELETE FROM judgements WHERE sequence = ?'),
      versions: db
        .prepare<[number], number>(
          'SELECT paper FROM works WHERE leader = (SELECT leader FROM works WHERE paper = ?) ORDER BY paper',
        )
        .pluck(),
      member: db.prepare<[number], MemberRow>('SELECT id, venue, ids, abstract FROM papers WHERE row = ?'),
      putWork: db.prepare<[number, number]>('INSERT OR REPLACE INTO works (paper, leader) VALUES (?, ?)'),
      deleteWork: db.prepare<[number]>('DELETE FROM works WHERE paper = ?'),
    };
  }

  /**
   * Makes a change of papers, and forms the works anew that it may concern.
   * @param rows of papers that are changed or go.
   * @param come names that papers will go by after it, beside those that these go by now.
   */
  change(rows: number[], come: string[], make: () => void): void {
    const versions = rows.flatMap((row) => this.versions(row));
    const names = this.#statements.areJudgements.get() ? [...rows.flatMap((row) => this.namesOf(row)), ...come] : [];
    const judged = this.#judgedUnder(names);
    make();
    this.regroup([...versions, ...judged, ...this.#judgedUnder(names)]);
  }

  /** The rows of a paper's work, itself among them. */
  versions(row: number): number[] {
    const versions = this.#statements.versions.all(row);
    return versions.length > 0 ? versions : [row];
  }

  /**
   * Compares a paper anew with those it may be a version of, if it has a vector; `regroup` draws the consequences.
   * @returns whether it is linked with any.
   */
  compare(row: number): boolean {
    const space = this.#space;
    this.#statements.deleteBlocks.run(row, space);
    this.#statements.deleteLinks.run({ row, space });
    const paper = this.#statements.compared.get(row, space);
    if (!paper) return false;
    const [print, vector] = [printOf(paper), floats(paper.vector)];
    const candidates = new Set<number>();
    for (const key of blockingKeys(print)) {
      const block = this.#statements.inBlock.all(key, space);
      if (block.length <= LARGEST_BLOCK) for (const candidate of block) candidates.add(candidate);
      this.#statements.insertBlock.run(key, space, row);
    }
    let linked = false;
    for (const candidate of candidates) {
      const other = this.#statements.compared.get(candidate, space)!;
      const needed = neededCosine(print, printOf(other));
      if (needed === undefined) continue;
      const cosine = dot(vector, floats(other.vector));
      if (cosine < needed) continue;
      this.#statements.insertLink.run(Math.min(row, candidate), Math.max(row, candidate), space, cosine);
      linked = true;
    }
    return linked;
  }

  /** Forms the works anew of papers whose links, judgements or company may have changed; rows that are gone may be among them. */
  regroup(rows: Iterable<number>): void {
    const members = new Map<Key, Member>();
    const joins: Join[] = [];
    const apart = new Map<Key, Set<Key>>();
    const reached = new Set(rows);
    // What is added while this goes on is visited too, until nothing more is connected.
    for (const row of reached) {
      const member = this.#statements.member.get(row);
      if (!member) continue;
      const key = keyOf(row);
      const { abstract, ids, ...rest } = member;
      members.set(key, { ...rest, key, ids: JSON.parse(ids) as Paper['ids'], abstractLength: abstract.length });
      const join = (other: number, judged: number, cosine: number) => {
        reached.add(other);
        joins.push({ key, other: keyOf(other), judged, cosine });
      };
      for (const { other, cosine } of this.#statements.linksOf.all({ row, space: this.#space })) join(other, 0, cosine);
      for (const word of this.#lastWordsOn(row)) {
        if (word.same) join(word.row, word.sequence, 0);
        else apart.set(key, (apart.get(key) ?? new Set()).add(keyOf(word.row)));
      }
      for (const other of this.versions(row)) reached.add(other);
    }
    for (const work of worksAmong(members, joins, apart)) {
      if (work.length === 1) this.#statements.deleteWork.run(Number(work[0]));
      else for (const key of work) this.#statements.putWork.run(Number(key), Number(work[0]));
    }
  }

  /** Takes a person's word that papers are one work: whatever stands with them today stands together. */
  join(rows: number[]): void {
    const work = new Set(rows.flatMap((row) => this.versions(row)));
    for (const row of work) {
      for (const word of this.#wordsOn(row)) {
        if (work.has(word.row) && !word.same) this.#statements.deleteJudgement.run(word.sequence);
      }
    }
    for (const row of rows) for (const other of rows) if (row !== other) this.#judge(row, other, true);
    this.regroup(work);
  }

  /** Takes a person's word that each of these papers is another work than whatever stands with it today. */
  split(rows: number[]): void {
    const works = new Map(rows.map((row) => [row, this.versions(row)]));
    for (const [row, versions] of works) {
      for (const other of versions) {
        if (other === row) continue;
        this.#judge(row, other, false);
        this.#judge(other, row, false);
      }
    }
    this.regroup([...works.values()].flat());
  }

  /** All that was said of a paper and others. */
  #wordsOn(row: number): Word[] {
    return this.#statements.judgements
      .all(JSON.stringify(this.namesOf(row)))
      .flatMap(({ sequence, one, other, same }) => {
        const another = this.#names.row(other);
        // Another paper may go by the name now.
        if (another === undefined || another === row || this.#names.row(one) !== row) return [];
        return [{ sequence, row: another, same }];
      });
  }

  /** What was said last of a paper and each other one. */
  #lastWordsOn(row: number): Word[] {
    const latest = new Map<number, Word>();
    for (const word of this.#wordsOn(row)) {
      if ((latest.get(word.row)?.sequence ?? 0) < word.sequence) latest.set(word.row, word);
    }
    return [...latest.values()];
  }

  /** The rows of papers of which something was said under one of these names, with those it was said about. */
  #judgedUnder(names: string[]): number[] {
    if (names.length === 0) return [];
    const judged = this.#statements.judgements.all(JSON.stringify(names)).flatMap(({ one, other }) => [one, other]);
    return [...new Set(judged)].flatMap((name) => this.#names.row(name) ?? []);
  }

  /** What a paper goes by, as papers are named where they are judged. */
  namesOf(row: number): string[] {
    return this.#statements.names.all({ row });
  }

  #judge(row: number, other: number, same: boolean): void {
    const [one, another] = [this.#statements.member.get(row)!.id, this.#statements.member.get(other)!.id];
    this.#statements.insertJudgement.run(one, another, Number(same));
  }
}

/** A key for among ourselves: here every row is of one library. */
const keyOf = (row: number): Key => String(row) as Key;

function printOf({ authors, ids, ...paper }: Compared) {
  return traitsOf({ ...paper, authors: JSON.parse(authors) as string[], ids: JSON.parse(ids) as Paper['ids'] });
}
