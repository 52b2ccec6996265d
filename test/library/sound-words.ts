/** Whether the full text index of a library says what its papers do. */
import type Database from 'better-sqlite3';
import { expect } from 'vitest';
import { TOKENIZER } from '../../src/library/local/schema.ts';
import { indexedText } from '../../src/library/signs.ts';

/** Throws where it holds a word that no paper says there, or lacks one: compared with an index that is made anew. */
export function expectSoundWords(db: Database.Database): void {
  db.exec("INSERT INTO words (words) VALUES ('integrity-check')");
  db.exec(`CREATE VIRTUAL TABLE temp.anew USING fts5 (title, abstract, content = '', tokenize = '${TOKENIZER}');
           CREATE VIRTUAL TABLE temp.there USING fts5vocab (main, words, instance);
           CREATE VIRTUAL TABLE temp.wanted USING fts5vocab (temp, anew, instance)`);
  const insert = db.prepare('INSERT INTO temp.anew (rowid, title, abstract) VALUES (?, ?, ?)');
  type Text = { row: number; title: string; abstract: string };
  for (const { row, title, abstract } of db.prepare<[], Text>('SELECT row, title, abstract FROM papers').all()) {
    insert.run(row, indexedText(title), indexedText(abstract));
  }
  const instances = (table: string): unknown[] =>
    db.prepare(`SELECT term, doc, col, offset FROM temp.${table} ORDER BY 1, 2, 3, 4`).raw().all();
  expect(instances('there')).toEqual(instances('wanted'));
  const rows = db.prepare('SELECT id FROM words_docsize ORDER BY id').pluck().all();
  expect(rows).toEqual(db.prepare('SELECT row FROM papers ORDER BY row').pluck().all());
}
