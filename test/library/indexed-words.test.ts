import path from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LIBRARY_FILE } from '../../src/library/local/database.ts';
import type { Paper } from '../../src/paper.ts';
import { temporaryFolder } from '../akin.ts';
import { paper } from './made.ts';
import { storeOn } from './opened.ts';
import { expectSoundWords } from './sound-words.ts';
import { putIn } from './stored.ts';

/** Throws if the full text index holds anything but what the papers say, or a row belongs to no paper. */
function checkIndexes(folder: string): void {
  const db = new Database(path.join(folder, LIBRARY_FILE));
  try {
    expectSoundWords(db);
    expect(db.pragma('foreign_key_check')).toEqual([]);
  } finally {
    db.close();
  }
}

/** Stored after others, it makes the whole portion come to nothing: no database can keep it. */
const UNSTORABLE = { ...paper('unstorable'), venue: {} } as unknown as Paper;

it('holds the words of the papers there are, whatever comes, changes, merges and goes in one transaction', async () => {
  const id = fc.constantFrom('a', 'b', 'c');
  const put = fc.record({ id, words: fc.constantFrom('one', 'two words', 'two other words'), doi: fc.nat(2) });
  const transaction = fc.oneof(
    fc.record({
      // One transaction may put a paper, change it and merge it with another.
      puts: fc.array(
        put.map(({ id, words, doi }) => paper(id, { title: words, authors: [words], doi: `10.1234/${doi}` })),
        { maxLength: 6 },
      ),
      fails: fc.boolean(),
    }),
    fc.record({ removes: fc.array(id, { maxLength: 3 }) }),
  );
  let failed = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(transaction, { minLength: 1, maxLength: 8 }), async (all) => {
      const folder = temporaryFolder();
      const store = storeOn(folder);
      for (const each of all) {
        if ('removes' in each) {
          store.remove(each.removes);
        } else if (each.fails) {
          expect(() => putIn(store, [...each.puts, UNSTORABLE])).toThrow(/bind/);
          failed++;
        } else {
          putIn(store, each.puts);
        }
      }
      store.close();
      checkIndexes(folder);
    }),
    { numRuns: 40 },
  );
  expect(failed).toBeGreaterThan(10);
});

it('lets go of thousands of papers in one transaction', async () => {
  const folder = temporaryFolder();
  const store = storeOn(folder);
  const papers = Array.from({ length: 2500 }, (_, i) => paper(`p${i}`));
  putIn(store, papers);
  store.remove(papers.slice(0, 2400).map(({ id }) => id));
  store.close();
  checkIndexes(folder);
});
