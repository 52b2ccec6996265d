/** The words thread: answers which papers hold the words of a query, and reads ahead while nobody asks. */
import { setImmediate, setTimeout } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';
import { answerQuestions } from './asked-thread.ts';
import type { Correction, FoundWord, WordMatch, WordScoring } from './library.ts';
import { Postings } from './postings.ts';
import type { QueryWord } from './words.ts';

export type WordsQuestion = { words: QueryWord[] } & (
  | { ask: 'matching'; k: number; scoring: WordScoring; allowed: Uint8Array | undefined }
  | { ask: 'matches' | 'found'; rows: number[]; scoring: WordScoring }
  | { ask: 'corrections' }
);

const postings = new Postings((workerData as { folder: string }).folder);

function answer(question: WordsQuestion): WordMatch[] | FoundWord[][] | Correction[] {
  const { ask, words } = question;
  if (ask === 'matching') return postings.matching(words, question.k, question.scoring, question.allowed);
  if (ask === 'matches') return postings.matches(words, question.rows, question.scoring);
  if (ask === 'found') return postings.found(words, question.rows, question.scoring);
  return postings.corrections(words);
}

answerQuestions(true, answer, () => postings.close());

/** When reading ahead begins: a program that asks one question has had its answer by then. */
const FIRST_WARM_MS = 3000;
/** How often to look whether there is something to read ahead. */
const WARM_MS = 1000;
await setTimeout(FIRST_WARM_MS);
for (;;) {
  while (!postings.warm()) await setImmediate();
  await setTimeout(WARM_MS);
}
