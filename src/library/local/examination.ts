/** Looks at everything a library on this machine needs and says what is wrong. Changes nothing. Runs in a thread of its own. */
import type Database from 'better-sqlite3';
import { AkinError } from '../../errors.ts';
import type { Finding } from '../library.ts';
import { openForReading } from './database.ts';
import { Graph } from './graph.ts';

export class Examination {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Runs every check; one that fails does not keep the others from running, as far as they can. */
  async findings(): Promise<Finding[]> {
    const opens = await finding('library opens', () => {
      const { db, model } = openForReading(this.#folder);
      db.close();
      return `of ${model.name}`;
    });
    if (!opens.ok) return [opens];
    const { db, space, model } = openForReading(this.#folder);
    try {
      return [
        opens,
        await finding('database is sound', () => soundness(db)),
        await finding('vectors are whole', () => wholeness(db, space, model.dimensions)),
        await finding('graph fits the library', () => this.#fitness()),
      ];
    } finally {
      db.close();
    }
  }

  async #fitness(): Promise<string> {
    const graph = await Graph.open(this.#folder);
    const { inGraph, deleted, inTail } = graph.status();
    graph.close();
    if (graph.rebuilding !== undefined) {
      throw new AkinError('library-damaged', `its snapshot can't be used: ${graph.rebuilding}`, {
        hint: 'nothing is lost: "akin serve", "akin add" and "akin compact" rebuild it',
      });
    }
    return `${inGraph} vectors, ${inTail} newer ones searched exactly, ${deleted} deleted ones taking space`;
  }
}

async function finding(check: string, run: () => string | Promise<string>): Promise<Finding> {
  try {
    return { check, ok: true, detail: await run() };
  } catch (error) {
    const hint = error instanceof AkinError ? error.hint : undefined;
    return { check, ok: false, detail: (error as Error).message, ...(hint ? { hint } : {}) };
  }
}

function soundness(db: Database.Database): string {
  const result = db.pragma('integrity_check(5)', { simple: true }) as string;
  if (result !== 'ok') {
    throw new AkinError('library-damaged', result, {
      hint: 'restore the folder from a copy, or build it again with "akin add"',
    });
  }
  const orphans = (db.pragma('foreign_key_check') as unknown[]).length;
  if (orphans > 0) throw new AkinError('library-damaged', `${orphans} rows belong to no paper`);
  return 'SQLite finds no fault';
}

function wholeness(db: Database.Database, space: number, dimensions: number): string {
  const wrong = db
    .prepare<[], number>(
      'SELECT count(*) FROM vectors JOIN spaces USING (space) WHERE length(vector) != dimensions * 4',
    )
    .pluck()
    .get()!;
  if (wrong > 0) throw new AkinError('library-damaged', `${wrong} vectors are not of ${dimensions} dimensions`);
  const { papers, embedded } = db
    .prepare<[number], { papers: number; embedded: number }>(
      'SELECT (SELECT count(*) FROM papers) AS papers, (SELECT count(*) FROM vectors WHERE space = ?) AS embedded',
    )
    .get(space)!;
  return `${embedded} of ${papers} papers have one`;
}
