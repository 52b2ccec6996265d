/** A scoring thread: pairs of question and passage in, logits out. */
import { workerData } from 'node:worker_threads';
import { CrossEncoder } from './cross-encoder.ts';
import { answerJobs } from './jobs.ts';
import type { CrossEncoderModel } from './models.ts';

export interface Pair {
  query: string;
  passage: string;
}

const { model, folder } = workerData as { model: CrossEncoderModel; folder: string };
const crossEncoder = await CrossEncoder.load(model, folder);
answerJobs<Pair, number>(({ query, passage }) => crossEncoder.score(query, passage));
