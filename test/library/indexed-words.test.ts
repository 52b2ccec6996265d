import path from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LIBRARY_FILE } from '../../src/library/database.ts';
import { LocalWriter } from '../../src/library/writer.ts';
import { temporaryFolder } from '../akin.ts';
import { MODEL, paper } from './made.ts';

/** Throws if the full text index holds anything but what the papers say, or a row belongs to no paper. */
function checkIndexes(folder: string): void {
  const db = new Database(path.join(folder, LIBRARY_FILE));
  try {
    db.exec("INSERT INTO words (words, rank) VALUES ('integrity-check', 1)");
    expect(db.pragma('foreign_key_check')).toEqual([]);
  } finally {
    db.close();
  }
}

const open = (folder: string) => LocalWriter.open(folder, { model: MODEL, mustBeThatModel: false, purpose: 'a test' });

it('holds the words of the papers there are, whatever comes, changes, merges and goes in one transaction', async () => {
  const id = fc.constantFrom('a', 'b', 'c');
  const put = fc.record({ id, words: fc.constantFrom('one', 'two words', 'two other words'), doi: fc.nat(2) });
  const step = fc.oneof(
    put.map(({ id, words, doi }) => ({ put: paper(id, { title: words, authors: [words], doi: `10.1234/${doi}` }) })),
    id.map((remove) => ({ remove })),
  );
  const transactions = fc.array(fc.record({ steps: fc.array(step, { maxLength: 6 }), fails: fc.boolean() }), {
    minLength: 1,
    maxLength: 5,
  });
  await fc.assert(
    fc.asyncProperty(transactions, async (all) => {
      const folder = temporaryFolder();
      const writer = open(folder);
      for (const { steps, fails } of all) {
        const work = () => {
          for (const each of steps) {
            if ('put' in each) writer.put([each.put]);
            else writer.remove([each.remove]);
          }
          if (fails) throw new Error('came to nothing');
        };
        if (fails) expect(() => writer.atomically(work)).toThrow('came to nothing');
        else writer.atomically(work);
      }
      await writer.close();
      checkIndexes(folder);
    }),
    { numRuns: 30 },
  );
});

it('lets go of thousands of papers in one transaction', async () => {
  const folder = temporaryFolder();
  const writer = open(folder);
  const papers = Array.from({ length: 2500 }, (_, i) => paper(`p${i}`));
  writer.put(papers);
  writer.remove(papers.slice(0, 2400).map(({ id }) => id));
  await writer.close();
  checkIndexes(folder);
});
