/** Which papers does a question call by name? By the table `surnames`, of which only the words that were said are read. */
import type Database from 'better-sqlite3';
import { calledBy, NAMED_DEPTH, namedScore, wordsSaid, yearSaid, type Bearer } from '../called.ts';
import type { Called, SaidWord } from '../library.ts';
import type { HeldWord, Postings } from './postings.ts';

/** What a text says that may be names. */
export interface NamesAsked {
  /** None where no word is a family name or a year. */
  said: SaidWord[];
  /** How papers' texts hold the words, in their order. */
  held: HeldWord[];
}

interface Line {
  word: string;
  paper: number;
  person: number;
  given: string;
  year: number | null;
}

/** Every method belongs into the caller's transaction. */
export class Surnames {
  readonly #postings: Postings;
  readonly #papersOf;
  readonly #lines;
  readonly #linesOf;
  readonly #facts;

  constructor(db: Database.Database, postings: Postings) {
    this.#postings = postings;
    this.#papersOf = db.prepare<[string], number>('SELECT count(DISTINCT paper) FROM surnames WHERE word = ?').pluck();
    this.#lines = db.prepare<[string], Line>('SELECT * FROM surnames WHERE word = ?');
    this.#linesOf = db.prepare<[string, string], Line>(
      `SELECT * FROM surnames
       WHERE word IN (SELECT value FROM json_each(?)) AND paper IN (SELECT value FROM json_each(?))`,
    );
    this.#facts = db.prepare<[string], { row: number; year: number | null; venue: string | null }>(
      'SELECT row, year, venue FROM papers WHERE row IN (SELECT value FROM json_each(?))',
    );
  }

  asked(text: string): NamesAsked {
    const names = new Map<string, number>();
    const namesOf = (word: string): number => {
      if (!names.has(word)) names.set(word, this.#papersOf.get(word)!);
      return names.get(word)!;
    };
    const words = wordsSaid(text, (word) => namesOf(word) > 0);
    if (words.every(({ word }) => namesOf(word) === 0 && yearSaid(word) === undefined)) return { said: [], held: [] };
    const held = this.#postings.held(words.map(({ typed }) => typed));
    return { said: words.map(({ word }, i) => ({ word, names: namesOf(word), texts: held[i]!.papers })), held };
  }

  /**
   * The papers by those who were said that most of it calls, `NAMED_DEPTH` at most.
   * @param allowed 1 at the rows that may be found; undefined: all may.
   */
  found({ said }: NamesAsked, allowed?: Uint8Array): number[] {
    const lines = said.filter(({ names }) => names > 0).flatMap(({ word }) => this.#lines.all(word));
    const papers = byPaper(allowed ? lines.filter(({ paper }) => allowed[paper]) : lines);
    const scores = Array.from(papers, ([row, { bearers, year }]) => {
      return { row, score: namedScore(calledBy(said, { bearers, year, venue: null })) };
    });
    return scores
      .sort((a, b) => b.score - a.score || a.row - b.row)
      .slice(0, NAMED_DEPTH)
      .map(({ row }) => row);
  }

  /** What each of these papers is called by, where it is. */
  called({ said, held }: NamesAsked, rows: number[]): [row: number, called: Called][] {
    if (said.length === 0 || rows.length === 0) return [];
    const names = said.filter((each) => each.names > 0).map(({ word }) => word);
    const papers = byPaper(this.#linesOf.all(JSON.stringify(names), JSON.stringify(rows)));
    // Without a year in it, a question calls only those papers whose people it names.
    const mayBeCalled = said.some(({ word }) => yearSaid(word) !== undefined) ? rows : [...papers.keys()];
    return this.#facts.all(JSON.stringify(mayBeCalled)).flatMap(({ row, year, venue }): [number, Called][] => {
      const called = calledBy(said, { bearers: papers.get(row)?.bearers ?? [], year, venue });
      return called
        ? [[row, { ...called, text: said.filter((_, i) => held[i]!.isIn(row)).map(({ word }) => word) }]]
        : [];
    });
  }
}

/** Who of those that were said each paper is by. */
function byPaper(lines: Line[]): Map<number, { bearers: Bearer[]; year: number | null }> {
  const papers = new Map<number, { bearers: Bearer[]; year: number | null; byPerson: Map<number, Bearer> }>();
  for (const { word, paper, person, given, year } of lines) {
    let known = papers.get(paper);
    if (!known) papers.set(paper, (known = { bearers: [], year, byPerson: new Map() }));
    const bearer = known.byPerson.get(person);
    if (bearer) {
      bearer.family.push(word);
      continue;
    }
    const made = { family: [word], given: given === '' ? [] : given.split(' ') };
    known.byPerson.set(person, made);
    known.bearers.push(made);
  }
  return papers;
}
