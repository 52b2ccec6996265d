/** The models of a process: each is loaded when it is first wanted, and once for all libraries that ask it. */
import { Embedder } from '../embedding/embedder.ts';
import { findCrossEncoder, type CrossEncoderModel, type Model } from '../embedding/models.ts';
import { Scorer } from '../embedding/scorer.ts';
import type { OnTrouble } from '../threads/pool.ts';
import { Shared } from './shared.ts';

export interface ModelsOptions {
  /** Folders to look for model folders in, before the bundled `models/`. */
  modelFolders: string[];
  /** Threads of each model that embeds. One is enough for who asks one at a time; undefined: as many as the machine has. */
  threads?: number | undefined;
  /** What re-ranks; undefined: the default one of the manifest. */
  crossEncoder?: CrossEncoderModel | undefined;
  /** Hears of threads that died and were started again. */
  onTrouble?: OnTrouble | undefined;
}

export class Models {
  readonly #options: ModelsOptions;
  /** By the fingerprints of their models. */
  readonly #embedders = new Map<string, Shared<Embedder>>();
  readonly #scorer: Shared<Scorer>;

  /** Loads nothing yet. */
  constructor(options: ModelsOptions) {
    this.#options = options;
    const { modelFolders, crossEncoder = findCrossEncoder(), onTrouble } = options;
    this.#scorer = new Shared(() => Scorer.start(crossEncoder, { modelFolders, onTrouble }));
  }

  /** What embeds with a model; whoever closes it lets go of it. @throws AkinError as `Embedder.start`. */
  embedder(model: Model): Promise<Embedder> {
    const { modelFolders, threads, onTrouble } = this.#options;
    const start = () => Embedder.start(model, { modelFolders, onTrouble, ...(threads ? { threads } : {}) });
    const shared = this.#embedders.get(model.fingerprint) ?? new Shared(start);
    this.#embedders.set(model.fingerprint, shared);
    return shared.open();
  }

  /** What re-ranks; whoever closes it lets go of it. @throws AkinError as `Scorer.start`. */
  scorer(): Promise<Scorer> {
    return this.#scorer.open();
  }
}
