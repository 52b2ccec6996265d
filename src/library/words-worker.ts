/** The words thread: answers which papers hold the words of a query, and reads ahead while nobody asks. */
import { setImmediate, setTimeout } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';
import { answerQuestions } from './asked-thread.ts';
import type { WordMatch } from './library.ts';
import { Postings, type WordsRead } from './postings.ts';
import type { QueryWord } from './words.ts';

export type WordsQuestion =
  | { ask: 'matching'; query: QueryWord[]; k: number; allowed: Uint8Array | undefined }
  | { ask: 'scores'; query: QueryWord[]; rows: number[] }
  | { ask: 'explain'; query: QueryWord[]; rows: number[] };

const postings = new Postings((workerData as { folder: string }).folder);

answerQuestions(
  true,
  (question: WordsQuestion): WordMatch[] | number[] | WordsRead => {
    if (question.ask === 'matching') return postings.matching(question.query, question.k, question.allowed);
    if (question.ask === 'scores') return postings.scores(question.query, question.rows);
    return postings.explain(question.query, question.rows);
  },
  () => postings.close(),
);

/** How often to look whether there is something to read ahead. */
const WARM_MS = 1000;
for (;;) {
  while (!postings.warm()) await setImmediate();
  await setTimeout(WARM_MS);
}
