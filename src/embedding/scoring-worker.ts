/** A scoring thread: pairs of question and passage in, logits out. */
import { workerData } from 'node:worker_threads';
import { AkinError } from '../errors.ts';
import { work } from '../threads/work.ts';
import { CrossEncoder } from './cross-encoder.ts';
import type { CrossEncoderModel } from './models.ts';

export interface Pair {
  query: string;
  passage: string;
}

const { model, folder } = workerData as { model: CrossEncoderModel; folder: string };
await work<Pair>(async () => {
  const crossEncoder = await CrossEncoder.load(model, folder);
  return {
    async run({ query, passage }) {
      try {
        return await crossEncoder.score(query, passage);
      } catch (error) {
        throw new AkinError('embedding-failed', `the model could not run: ${(error as Error).message}`);
      }
    },
  };
});
