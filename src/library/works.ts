/**
 * Works: which papers are versions of one another, kept while papers and vectors are written.
 *
 * A paper is compared when it gets its vector, in the transaction that stores it, with the papers that share a blocking
 * key (same-work.ts): so it costs the same in a small library and a large one, and no interruption leaves a vector whose
 * paper was not compared. Blocks and links hang on vectors and go with them. A work is a set of papers connected by
 * links; what a person has judged comes before every link, and is kept by id for papers that go and come again.
 */
import type Database from 'better-sqlite3';
import { isArxivDoi, type Paper } from '../paper.ts';
import { dot, floats } from './graph.ts';
import { isPreprintServer } from './merge.ts';
import { blockingKeys, fingerprint, neededCosine } from './same-work.ts';

/** A key that more papers share tells nothing ("Untitled", a surname with a thousand bearers); it is passed over. */
const LARGEST_BLOCK = 100;

type Compared = Pick<Paper, 'title' | 'abstract' | 'year'> & { authors: string; vector: Buffer };
type Member = Pick<Paper, 'id' | 'venue'> & { row: number; ids: string; abstractLength: number };
interface Judgement {
  sequence: number;
  other: number;
  same: number;
}

/** The writer's side. Every method belongs into the caller's transaction. */
export class Works {
  readonly #statements;

  constructor(db: Database.Database) {
    this.#statements = {
      compared: db.prepare<[number], Compared>(
        `SELECT title, substr(abstract, 1, 1) AS abstract, authors, year, vector
         FROM papers JOIN vectors ON paper = row WHERE row = ?`,
      ),
      inBlock: db
        .prepare<[number], number>(`SELECT paper FROM blocks WHERE key = ? LIMIT ${LARGEST_BLOCK + 1}`)
        .pluck(),
      insertBlock: db.prepare<[number, number]>('INSERT INTO blocks (key, paper) VALUES (?, ?)'),
      deleteBlocks: db.prepare<[number]>('DELETE FROM blocks WHERE paper = ?'),
      insertLink: db.prepare<[number, number, number]>('INSERT INTO links (one, other, cosine) VALUES (?, ?, ?)'),
      deleteLinks: db.prepare<{ row: number }>('DELETE FROM links WHERE one = :row OR other = :row'),
      linksOf: db.prepare<{ row: number }, { other: number; cosine: number }>(
        `SELECT other, cosine FROM links WHERE one = :row
         UNION ALL SELECT one AS other, cosine FROM links WHERE other = :row`,
      ),
      judgementsOf: db.prepare<[number], Judgement>(
        `SELECT judgements.sequence, theirs.paper AS other, same FROM records AS ours
         JOIN judgements ON one = ours.key JOIN records AS theirs ON theirs.key = other WHERE ours.paper = ?`,
      ),
      isJudged: db.prepare<[string], number>('SELECT 1 FROM judgements WHERE one = ? LIMIT 1').pluck(),
      insertJudgement: db.prepare<[string, string, number]>(
        'INSERT OR REPLACE INTO judgements (one, other, same) VALUES (?, ?, ?)',
      ),
      deleteJudgement: db.prepare<[number]>('DELETE FROM judgements WHERE sequence = ?'),
      versions: db
        .prepare<[number], number>(
          'SELECT paper FROM works WHERE leader = (SELECT leader FROM works WHERE paper = ?) ORDER BY paper',
        )
        .pluck(),
      member: db.prepare<[number], Member>(
        'SELECT row, id, venue, ids, length(abstract) AS abstractLength FROM papers WHERE row = ?',
      ),
      putWork: db.prepare<[number, number]>('INSERT OR REPLACE INTO works (paper, leader) VALUES (?, ?)'),
      deleteWork: db.prepare<[number]>('DELETE FROM works WHERE paper = ?'),
    };
  }

  /** Whether a person ever judged a record. */
  isJudged(key: string): boolean {
    return this.#statements.isJudged.get(key) !== undefined;
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
    this.#statements.deleteBlocks.run(row);
    this.#statements.deleteLinks.run({ row });
    const paper = this.#statements.compared.get(row);
    if (!paper) return false;
    const [print, vector] = [printOf(paper), floats(paper.vector)];
    const candidates = new Set<number>();
    for (const key of blockingKeys(print)) {
      const block = this.#statements.inBlock.all(key);
      if (block.length <= LARGEST_BLOCK) for (const candidate of block) candidates.add(candidate);
      this.#statements.insertBlock.run(key, row);
    }
    let linked = false;
    for (const candidate of candidates) {
      const other = this.#statements.compared.get(candidate)!;
      const needed = neededCosine(print, printOf(other));
      if (needed === undefined) continue;
      const cosine = dot(vector, floats(other.vector));
      if (cosine < needed) continue;
      this.#statements.insertLink.run(Math.min(row, candidate), Math.max(row, candidate), cosine);
      linked = true;
    }
    return linked;
  }

  /** Forms the works anew of papers whose links, judgements or company may have changed; rows that are gone may be among them. */
  regroup(rows: Iterable<number>): void {
    const members = new Map<number, Member>();
    const joins: Join[] = [];
    const apart = new Map<number, Set<number>>();
    const reached = new Set(rows);
    // What is added while this goes on is visited too, until nothing more is connected.
    for (const row of reached) {
      const member = this.#statements.member.get(row);
      if (!member) continue;
      members.set(row, member);
      const links = this.#statements.linksOf.all({ row }).map((link): Join => ({ row, judged: 0, ...link }));
      for (const { other, same, sequence } of this.#judgementsOf(row)) {
        if (same) links.push({ row, other, judged: sequence, cosine: 0 });
        else apart.set(row, (apart.get(row) ?? new Set()).add(other));
      }
      for (const { other } of links) reached.add(other);
      for (const other of this.versions(row)) reached.add(other);
      for (const link of links) joins.push(link);
    }
    for (const work of partition(members, joins, apart)) {
      if (work.length === 1) this.#statements.deleteWork.run(work[0]!);
      else for (const row of work) this.#statements.putWork.run(row, work[0]!);
    }
  }

  /** Takes a person's word that papers are one work: whatever stands with them today stands together. */
  join(rows: number[]): void {
    const work = new Set(rows.flatMap((row) => this.versions(row)));
    for (const row of work) {
      for (const { other, same, sequence } of this.#statements.judgementsOf.all(row)) {
        if (work.has(other) && !same) this.#statements.deleteJudgement.run(sequence);
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

  /** What was judged last of this paper and each other one. */
  #judgementsOf(row: number): Judgement[] {
    const latest = new Map<number, Judgement>();
    for (const judgement of this.#statements.judgementsOf.all(row)) {
      const known = latest.get(judgement.other);
      if (judgement.other !== row && (known?.sequence ?? 0) < judgement.sequence)
        latest.set(judgement.other, judgement);
    }
    return [...latest.values()];
  }

  #judge(row: number, other: number, same: boolean): void {
    const [one, another] = [this.#statements.member.get(row)!.id, this.#statements.member.get(other)!.id];
    this.#statements.insertJudgement.run(one, another, Number(same));
  }
}

/** A reason for two papers to stand together. */
interface Join {
  row: number;
  other: number;
  /** When a person said so, as a sequence; 0 when the rule did. */
  judged: number;
  cosine: number;
}

/**
 * Puts papers together join by join, a person's first, the latest of them leading, then the rule's, the nearest pair
 * first. A join that would bring together two papers judged to be apart is left out. Ties go by id, so that the outcome
 * does not depend on the order in which papers came.
 * @returns every member's row once, in its work, the leading paper of each work first.
 */
function partition(members: Map<number, Member>, joins: Join[], apart: Map<number, Set<number>>): number[][] {
  const workOf = new Map([...members.keys()].map((row) => [row, [row]]));
  const pair = ({ row, other }: Join) => [members.get(row)!.id, members.get(other)!.id].sort().join('\n');
  const strongestFirst = (a: Join, b: Join) =>
    b.judged - a.judged || b.cosine - a.cosine || Number(pair(a) > pair(b)) - Number(pair(a) < pair(b));
  for (const { row, other } of joins.sort(strongestFirst)) {
    const [one, another] = [workOf.get(row)!, workOf.get(other)!];
    if (one === another || one.some((each) => another.some((rival) => apart.get(each)?.has(rival)))) continue;
    for (const each of another) {
      one.push(each);
      workOf.set(each, one);
    }
  }
  return [...new Set(workOf.values())].map((work) =>
    work
      .map((row) => members.get(row)!)
      .sort(leadingFirst)
      .map(({ row }) => row),
  );
}

/** What is published leads what is a preprint; then the longer abstract does; then the id that sorts first. */
function leadingFirst(a: Member, b: Member): number {
  return Number(isPreprint(a)) - Number(isPreprint(b)) || b.abstractLength - a.abstractLength || (a.id < b.id ? -1 : 1);
}

function isPreprint({ venue, ids }: Member): boolean {
  const { doi } = JSON.parse(ids) as Paper['ids'];
  if (doi !== undefined && !isArxivDoi(doi)) return false;
  return venue === null || isPreprintServer(venue);
}

function printOf({ authors, ...paper }: Compared) {
  return fingerprint({ ...paper, authors: JSON.parse(authors) as string[] });
}
