/** The statements that the writer's side runs on papers, records and vectors. */
import type Database from 'better-sqlite3';
import type { RecordName } from '../records.ts';
import type { PaperRow } from './paper-rows.ts';
import { NEW_REVISION } from './schema.ts';

/** A record as its table has it. */
export interface RecordRow extends RecordName {
  reading: number;
  hash: string;
  /** The record as JSON; null when all of its paper's records say the same, which is what the paper says. */
  data: string | null;
}

export type StoreStatements = ReturnType<typeof statementsOn>;

export function statementsOn(db: Database.Database) {
  const named = 'key = :id AND file = :file AND nth = :nth';
  return {
    recordsHere: db.prepare<[string, number], { nth: number; reading: number; paper: number; hash: string }>(
      'SELECT nth, reading, paper, hash FROM records WHERE key = ? AND file = ? ORDER BY nth',
    ),
    paperLike: db
      .prepare<[string, string], number>('SELECT paper FROM records WHERE key = ? AND hash = ? LIMIT 1')
      .pluck(),
    seeRecord: db.prepare<[RecordName & { reading: number }]>(`UPDATE records SET reading = :reading WHERE ${named}`),
    recordsOf: db.prepare<[number], RecordRow>(
      'SELECT key AS id, file, nth, reading, hash, data FROM records WHERE paper = ? ORDER BY sequence',
    ),
    insertRecord: db.prepare<[RecordRow & { paper: number }]>(
      `INSERT INTO records (key, file, nth, reading, paper, hash, data)
       VALUES (:id, :file, :nth, :reading, :paper, :hash, :data)`,
    ),
    /** As another record of the same id and hash. */
    copyRecord: db.prepare<[RecordName & { reading: number; hash: string }]>(
      `INSERT INTO records (key, file, nth, reading, paper, hash, data)
       SELECT :id, :file, :nth, :reading, paper, hash, data FROM records WHERE key = :id AND hash = :hash LIMIT 1`,
    ),
    deleteRecords: db.prepare<[number]>('DELETE FROM records WHERE paper = ?'),

    paper: db.prepare<[number], PaperRow>('SELECT * FROM papers WHERE row = ?'),
    insertPaper: db.prepare<[Omit<PaperRow, 'row'>]>(
      `INSERT INTO papers (id, title, abstract, authors, names, year, venue, url, ids, categories, extra, sort_title)
       VALUES (:id, :title, :abstract, :authors, :names, :year, :venue, :url, :ids, :categories, :extra, :sort_title)`,
    ),
    updatePaper: db.prepare<[PaperRow]>(
      `UPDATE papers SET title = :title, abstract = :abstract, authors = :authors, names = :names, year = :year, venue = :venue,
         url = :url, ids = :ids, categories = :categories, extra = :extra, sort_title = :sort_title WHERE row = :row`,
    ),
    deletePaper: db.prepare<[number]>('DELETE FROM papers WHERE row = ?'),
    insertIdentifier: db.prepare<[string, string, number]>(
      'INSERT OR IGNORE INTO identifiers (kind, value, paper) VALUES (?, ?, ?)',
    ),
    deleteIdentifiers: db.prepare<[number]>('DELETE FROM identifiers WHERE paper = ?'),

    changes: db.prepare<[], number>('SELECT total_changes()').pluck(),
    revise: db.prepare<[]>(`UPDATE meta SET value = ${NEW_REVISION} WHERE key = 'revision'`),
    noteAltered: db.prepare<[number]>('INSERT INTO altered (paper) VALUES (?)'),
    trimAltered: db.prepare<[number]>(
      "DELETE FROM altered WHERE sequence <= (SELECT seq FROM sqlite_sequence WHERE name = 'altered') - ?",
    ),

    insertVector: db.prepare<[object]>(
      `INSERT INTO vectors (space, paper, tokens, truncated, vector)
       SELECT :space, row, :tokens, :truncated, :vector FROM papers WHERE row = :row ON CONFLICT DO NOTHING`,
    ),
    deleteVectors: db.prepare<[number]>('DELETE FROM vectors WHERE paper = ?'),
    pending: db.prepare<
      [{ row: number; limit: number; space: number }],
      { row: number; title: string; abstract: string }
    >(
      `SELECT row, title, abstract FROM papers
       WHERE row > :row AND NOT EXISTS (SELECT 1 FROM vectors WHERE paper = papers.row AND space = :space)
       ORDER BY row LIMIT :limit`,
    ),
    pendingCount: db
      .prepare<[number], number>(
        'SELECT (SELECT count(*) FROM papers) - (SELECT count(*) FROM vectors WHERE space = ?)',
      )
      .pluck(),
  };
}
