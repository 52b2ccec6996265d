/** Wires library, embedder and search together for one run of the program. */
import path from 'node:path';
import { Embedder } from '../embedding/embedder.ts';
import type { CrossEncoderModel } from '../embedding/models.ts';
import { Scorer } from '../embedding/scorer.ts';
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
  /** What re-ranks, started when first asked for; undefined where searches are not re-ranked. */
  scorer: (() => Promise<Scorer>) | undefined;
  close(): Promise<void>;
}

/**
 * Opens a library for searching, with an embedder of its model.
 * @param threads embedding threads; one is enough for one query.
 * @param crossEncoder re-ranks searches. It is started when one is to be re-ranked, for it takes much memory.
 * @throws AkinError when the library or the model can't be used.
 */
export async function openSession(
  folder: string,
  threads?: number,
  crossEncoder?: CrossEncoderModel,
): Promise<Session> {
  const { db, model } = openForReading(folder);
  db.close();
  const folders = modelFolders();
  let starting: Promise<Scorer> | undefined;
  const start = (model: CrossEncoderModel) => {
    starting ??= Scorer.start(model, { modelFolders: folders });
    starting.catch(() => (starting = undefined)); // It may have been installed when the next one asks.
    return starting;
  };
  const scorer = crossEncoder && (() => start(crossEncoder));
  // Side by side: both mostly wait for their threads to start.
  const [library, embedder] = await Promise.allSettled([
    LocalLibrary.open(folder),
    Embedder.start(model, { modelFolders: folders, ...(threads ? { threads } : {}) }),
  ]);
  if (library.status === 'rejected' || embedder.status === 'rejected') {
    for (const started of [library, embedder]) if (started.status === 'fulfilled') await started.value.close();
    throw (library as PromiseRejectedResult).reason ?? (embedder as PromiseRejectedResult).reason;
  }
  return {
    library: library.value,
    search: new Search(library.value, embedder.value, scorer),
    related: new Related(library.value, embedder.value),
    scorer,
    async close() {
      await Promise.all([embedder.value.close(), library.value.close(), starting?.then((started) => started.close())]);
    },
  };
}
