/** An embedding thread: texts in, vectors out. */
import { workerData } from 'node:worker_threads';
import { AkinError } from '../errors.ts';
import { Transferred } from '../threads/messages.ts';
import { work } from '../threads/work.ts';
import { Encoder } from './encoder.ts';
import type { Model } from './models.ts';

export interface Text {
  text: string;
  as: 'query' | 'document';
}

const { model, folder } = workerData as { model: Model; folder: string };
await work<Text>(async () => {
  const encoder = await Encoder.load(model, folder);
  return {
    async run({ text, as }) {
      try {
        const embedding = await encoder.encode(text, as);
        return new Transferred(embedding, [embedding.vector.buffer as ArrayBuffer]);
      } catch (error) {
        throw new AkinError('embedding-failed', `the model could not run: ${(error as Error).message}`);
      }
    },
  };
});
