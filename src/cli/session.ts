/** Wires library, embedder and search together for one run of the program. */
import path from 'node:path';
import { Embedder } from '../embedding/embedder.ts';
import { openForReading } from '../library/database.ts';
import { LocalLibrary } from '../library/local.ts';
import { Related } from '../search/related.ts';
import { Search } from '../search/search.ts';

/** Where model folders may be, besides the bundled `models/`. */
export const modelFolders = (): string[] =>
  (process.env.AKIN_MODELS ?? '').split(path.delimiter).filter((folder) => folder !== '');

export interface Session {
  library: LocalLibrary;
  search: Search;
  related: Related;
  close(): Promise<void>;
}

/**
 * Opens a library for searching, with an embedder of its model.
 * @param threads embedding threads; one is enough for one query.
 * @throws AkinError when the library or the model can't be used.
 */
export async function openSession(folder: string, threads?: number): Promise<Session> {
  const { db, model } = openForReading(folder);
  db.close();
  // Side by side: both mostly wait for their threads to start.
  const [library, embedder] = await Promise.allSettled([
    LocalLibrary.open(folder),
    Embedder.start(model, { modelFolders: modelFolders(), ...(threads ? { threads } : {}) }),
  ]);
  if (library.status === 'rejected' || embedder.status === 'rejected') {
    for (const started of [library, embedder]) if (started.status === 'fulfilled') await started.value.close();
    throw (library as PromiseRejectedResult).reason ?? (embedder as PromiseRejectedResult).reason;
  }
  return {
    library: library.value,
    search: new Search(library.value, embedder.value),
    related: new Related(library.value, embedder.value),
    async close() {
      await Promise.all([embedder.value.close(), library.value.close()]);
    },
  };
}
