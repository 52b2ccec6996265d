/** The library on this machine, for writing: what whoever writes holds of the writer thread. */
import { findModel, type Model } from '../../embedding/models.ts';
import type { Embedding } from '../../embedding/embedder.ts';
import type { FileRead, Released } from '../files.ts';
import type { Kept } from '../kept.ts';
import type { Key, LibrarySettings, LibraryWriter, PendingPaper, Portion, PutOutcome } from '../library.ts';
import type { PersonsWord } from '../records.ts';
import { Calls } from './calls.ts';
import { GraphThread } from './graph-thread.ts';
import type { Store, WriterOptions } from './store.ts';

export type { WriterOptions } from './store.ts';

/** Vectors stored before moving them into the graph is begun with; fewer are moved in a second at the end. */
const FEW_VECTORS = 500;

export class LocalWriter implements LibraryWriter {
  readonly model: Model;
  readonly #store: Calls<Store, string>;
  /** Moves vectors into the graph while more are stored, so that little is left to do at the end. */
  readonly #graph: GraphThread;
  #vectors = 0;

  private constructor(store: Calls<Store, string>, graph: GraphThread) {
    this.model = findModel(store.ready);
    this.#store = store;
    this.#graph = graph;
  }

  /** Opens the library in `folder`, and makes it if there is none. @throws AkinError as `Store`. */
  static async open(folder: string, options: WriterOptions): Promise<LocalWriter> {
    const store = await Calls.start<Store, string>('writer', 'writer-worker.ts', { folder, options });
    return new LocalWriter(store, new GraphThread(folder));
  }

  store(portion: Portion): Promise<PutOutcome[][]> {
    return this.#store.call('store', [portion]);
  }

  confirm(files: Pick<FileRead, 'path' | 'stamp' | 'readAt'>[]): Promise<void> {
    return this.#store.call('confirm', [files]);
  }

  release(path: string, which: 'missing' | 'all'): Promise<Released> {
    return this.#store.call('release', [path, which]);
  }

  remove(names: string[]): Promise<string[]> {
    return this.#store.call('remove', [names]);
  }

  correct(name: string, word: PersonsWord): Promise<string> {
    return this.#store.call('correct', [name, word]);
  }

  keep(name: string, said: Partial<Kept>): Promise<string> {
    return this.#store.call('keep', [name, said]);
  }

  pending(limit: number, after?: Key): Promise<PendingPaper[]> {
    return this.#store.call('pending', [limit, after]);
  }

  pendingCount(): Promise<number> {
    return this.#store.call('pendingCount', []);
  }

  async storeVectors(vectors: { key: Key; embedding: Embedding }[]): Promise<void> {
    await this.#store.call('storeVectors', [vectors]);
    this.#vectors += vectors.length;
    // Where it fails, whoever wants it to have been done is told; see `finish`.
    if (this.#vectors > FEW_VECTORS) this.#graph.started().catch(() => {});
  }

  join(names: string[]): Promise<string[]> {
    return this.#store.call('join', [names]);
  }

  split(names: string[]): Promise<string[]> {
    return this.#store.call('split', [names]);
  }

  setSettings(settings: LibrarySettings): Promise<void> {
    return this.#store.call('setSettings', [settings]);
  }

  cursor(key: string): Promise<string | undefined> {
    return this.#store.call('cursor', [key]);
  }

  async compact(): Promise<void> {
    await this.#graph.close(); // What is built next is without the space of vectors that are gone.
    await this.#store.call('compact', []);
  }

  async finish(): Promise<void> {
    await (await this.#graph.started()).call('settle', []);
  }

  async close(): Promise<void> {
    await Promise.all([this.#graph.close(), this.#store.close()]);
  }
}
