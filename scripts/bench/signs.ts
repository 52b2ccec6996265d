/**
 * npm run bench -- signs: is a paper in Chinese found by a piece of its title? Of the shared ACL Anthology, the papers whose
 * titles have four Chinese signs on end, among as many others.
 *
 * First by words alone, as the full text index would take titles apart: as they are written, at what `Intl.Segmenter` takes
 * for words, and in pairs of signs. The questions are four signs from anywhere in a title, and two words that the segmenter
 * finds there, which favour it. Then by hybrid search, with several shares of the words. Prints in per cent how often the
 * paper, or another whose title holds the very piece, was first and among ten.
 */
import Database from 'better-sqlite3';
import { Embedder } from '../../src/embedding/embedder.ts';
import { DEFAULT_MODEL, findModel } from '../../src/embedding/models.ts';
import { TOKENIZER } from '../../src/library/local/schema.ts';
import { askedWord, indexedText } from '../../src/library/signs.ts';
import { drawn, onLibraryOf, papersIn } from './drawn.ts';
import { shared } from './report.ts';

const FOUR_SIGNS = /\p{sc=Han}{4,}/u;
const QUESTIONS = 300;
const SHARES = [0.2, 0.4, 0.6, 0.8, 1];

const all = await papersIn(shared('papers/acl-anthology-2022.jsonl.gz'));
const chinese = all.filter(({ title }) => FOUR_SIGNS.test(title));
const isChinese = new Set(chinese);
const papers = [
  ...chinese,
  ...drawn(
    all.filter((paper) => !isChinese.has(paper)),
    chinese.length,
  ),
];
const titles = new Map(papers.map(({ id, title }) => [id, title]));

const segmenter = new Intl.Segmenter('zh', { granularity: 'word' });
const segments = (text: string) => Array.from(segmenter.segment(text), ({ segment }) => segment);
const runs = drawn(chinese, QUESTIONS).map(({ title }) => FOUR_SIGNS.exec(title)![0]);
/** A place in a list, another one for each run. */
const place = (run: string, length: number) => (run.codePointAt(0)! + run.length) % Math.max(length, 1);
const KINDS: Record<string, (run: string) => string> = {
  'four signs': (run) => {
    const at = place(run, run.length - 3);
    return run.slice(at, at + 4);
  },
  'two words': (run) => {
    const words = segments(run);
    const at = place(run, words.length - 1);
    return words.slice(at, at + 2).join('');
  },
};

const CUTS: Record<string, { text: (text: string) => string; query: (query: string) => string }> = {
  'as written': { text: (text) => text, query: (query) => query },
  'at segments': { text: (text) => segments(text).join(' '), query: (query) => segments(query).join(' ') },
  'in pairs': { text: indexedText, query: askedWord },
};

console.log('found by'.padEnd(14), 'question'.padEnd(12), 'first', 'of 10', ' none');
for (const [name, { text, query }] of Object.entries(CUTS)) {
  const db = new Database(':memory:');
  db.exec(`CREATE VIRTUAL TABLE words USING fts5 (id UNINDEXED, title, abstract, tokenize = '${TOKENIZER}')`);
  const insert = db.prepare('INSERT INTO words (id, title, abstract) VALUES (?, ?, ?)');
  for (const { id, title, abstract } of papers) insert.run(id, text(title), text(abstract));
  const find = db.prepare<[string], string>('SELECT id FROM words WHERE words MATCH ? ORDER BY rank LIMIT 10').pluck();
  await measured(name, (piece) => {
    const terms = query(piece).match(/[\p{L}\p{N}]+/gu) ?? [];
    return Promise.resolve(find.all(terms.map((term) => `"${term}"`).join(' OR ')));
  });
  db.close();
}

const embedder = await Embedder.start(findModel(DEFAULT_MODEL));
await onLibraryOf(papers, embedder, { isEmbedded: true }, async (search) => {
  for (const lexicalWeight of [...SHARES, undefined]) {
    await measured(`share ${lexicalWeight ?? 'as it is'}`, async (piece) => {
      const { hits } = await search.search(piece, { limit: 10, ...(lexicalWeight !== undefined && { lexicalWeight }) });
      return hits.map(({ id }) => id);
    });
  }
});
await embedder.close();

/** Says how often what was found holds the piece that was asked for. */
async function measured(name: string, find: (piece: string) => Promise<string[]>): Promise<void> {
  for (const [kind, pieceOf] of Object.entries(KINDS)) {
    const counts = { first: 0, ten: 0, none: 0 };
    for (const run of runs) {
      const piece = pieceOf(run);
      const found = await find(piece);
      const at = found.findIndex((id) => titles.get(id)!.includes(piece));
      if (at === 0) counts.first++;
      if (at >= 0) counts.ten++;
      if (found.length === 0) counts.none++;
    }
    const cells = Object.values(counts).map((count) => ((100 * count) / runs.length).toFixed(1).padStart(5));
    console.log(name.padEnd(14), kind.padEnd(12), ...cells);
  }
}
