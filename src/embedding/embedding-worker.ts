/** An embedding thread: texts in, vectors out. */
import { workerData } from 'node:worker_threads';
import { Encoder, type Embedding } from './encoder.ts';
import { answerJobs } from './jobs.ts';
import type { Model } from './models.ts';

export interface Text {
  text: string;
  as: 'query' | 'document';
}

const { model, folder } = workerData as { model: Model; folder: string };
const encoder = await Encoder.load(model, folder);
answerJobs<Text, Embedding>(
  ({ text, as }) => encoder.encode(text, as),
  ({ vector }) => [vector.buffer as ArrayBuffer],
);
