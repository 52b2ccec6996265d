/**
 * A library that is made when there is first something to put into it: where papers were to be taken in and none was read, none
 * is left behind. What was read of files without papers is not remembered then; they are read again the next time.
 */
import type { LibraryWriter } from '../library/library.ts';

/** What taking in writes with. */
export type IntakeWriter = Pick<
  LibraryWriter,
  'model' | 'store' | 'cursor' | 'pending' | 'pendingCount' | 'storeVectors' | 'finish' | 'close'
>;

/**
 * A writer of a library that is not there yet.
 * @param model the one it will be of.
 * @param open makes the library.
 */
export function whenNeeded(model: LibraryWriter['model'], open: () => Promise<LibraryWriter>): IntakeWriter {
  let opening: Promise<LibraryWriter> | undefined;
  return {
    model,
    async store(portion) {
      const isEmpty = portion.parts.every(({ papers }) => papers.length === 0);
      if (!opening && isEmpty) return portion.parts.map(() => []);
      opening ??= open();
      return (await opening).store(portion);
    },
    cursor: async (key) => (await opening)?.cursor(key),
    pending: async (limit, after) => (await (await opening)?.pending(limit, after)) ?? [],
    pendingCount: async () => (await (await opening)?.pendingCount()) ?? 0,
    storeVectors: async (vectors) => (await opening)?.storeVectors(vectors),
    finish: async () => (await opening)?.finish(),
    // Where it could not be made, whoever wanted to store heard of it.
    close: async () => (await opening?.catch(() => undefined))?.close(),
  };
}
