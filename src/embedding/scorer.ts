/** Here are a question and a passage: how well does one answer the other? A pool of threads that hold a cross-encoder. */
import { availableParallelism } from 'node:os';
import { Pool, type OnTrouble, type PoolState } from '../threads/pool.ts';
import { verifiedModelFolder, type CrossEncoderModel } from './models.ts';
import type { Pair } from './scoring-worker.ts';

export interface ScorerOptions {
  /** At most: as many as the machine runs in parallel unless told otherwise, but no more than `MOST_THREADS`. */
  threads?: number;
  /** Folders to look for model folders in, before the bundled `models/`. */
  modelFolders?: string[];
  onTrouble?: OnTrouble | undefined;
}

/** Each thread holds a model of its own, and not every search is re-ranked. */
const MOST_THREADS = 4;

export class Scorer {
  readonly model: CrossEncoderModel;
  readonly #pool: Pool<Pair, number>;

  private constructor(model: CrossEncoderModel, pool: Pool<Pair, number>) {
    this.model = model;
    this.#pool = pool;
  }

  /**
   * Verifies the model's files and starts the first thread; resolves when it has loaded the model.
   * @throws AkinError `model-missing` or `model-damaged` (see `verifiedModelFolder`), `embedding-failed`.
   */
  static async start(model: CrossEncoderModel, options: ScorerOptions = {}): Promise<Scorer> {
    const folder = await verifiedModelFolder(model, options.modelFolders);
    const threads = options.threads ?? Math.min(availableParallelism(), MOST_THREADS);
    const source = 'src/embedding/scoring-worker.ts';
    const pool = await Pool.start<Pair, number>({
      ...{ name: 'the cross-encoder', source, data: { model, folder }, threads },
      ...{ code: 'embedding-failed', triesAgain: true, onTrouble: options.onTrouble },
    });
    return new Scorer(model, pool);
  }

  /** Pairs that are scored side by side. */
  get threads(): number {
    return this.#pool.threads;
  }

  /**
   * The model's logit for a pair: any number, the higher the better; comparable only within one model.
   * @throws AkinError `embedding-failed` when the model could not run, or was closed; the signal's reason.
   */
  score(query: string, passage: string, signal?: AbortSignal): Promise<number> {
    return this.#pool.run({ query, passage }, { signal });
  }

  /** How its threads are doing. */
  get state(): PoolState {
    return this.#pool.state;
  }

  /** Ends the threads; what still waits is rejected. */
  close(): Promise<void> {
    return this.#pool.close();
  }
}
