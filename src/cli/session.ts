/** Wires library, embedder and search together for one run of the program. */
import path from 'node:path';
import { Embedder } from '../embedding/embedder.ts';
import { LocalLibrary } from '../library/local.ts';
import { Search } from '../search/search.ts';

/** Where model folders may be, besides the bundled `models/`. */
export const modelFolders = (): string[] => (process.env.AKIN_MODELS ?? '').split(path.delimiter).filter((folder) => folder !== '');

export interface Session {
  library: LocalLibrary;
  search: Search;
  close(): Promise<void>;
}

/**
 * Opens a library for searching, with an embedder of its model.
 * @param threads embedding threads; one is enough for one query.
 * @throws AkinError when the library or the model can't be used.
 */
export async function openSession(folder: string, threads?: number): Promise<Session> {
  const library = await LocalLibrary.open(folder);
  try {
    const embedder = await Embedder.start(library.model, { modelFolders: modelFolders(), ...(threads ? { threads } : {}) });
    return {
      library,
      search: new Search(library, embedder),
      async close() {
        await Promise.all([embedder.close(), library.close()]);
      },
    };
  } catch (error) {
    await library.close();
    throw error;
  }
}
