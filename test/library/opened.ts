/** Libraries on this machine, opened for one test and closed when it is over. */
import { onTestFinished } from 'vitest';
import type { Library, LibraryWriter } from '../../src/library/library.ts';
import { openLibrary, openWriter, type WriterOptions } from '../../src/library/open.ts';
import type { Store } from '../../src/library/local/store.ts';
import { MODEL } from './made.ts';
import { openStore } from './stored.ts';

/** Of the tests' model, unless told otherwise. */
export async function writerOn(folder: string, options: Partial<WriterOptions> = {}): Promise<LibraryWriter> {
  return closedAfterwards(
    await openWriter(folder, { model: MODEL, mustBeThatModel: false, purpose: 'a test', ...options }),
  );
}

export async function libraryOn(folder: string): Promise<Library> {
  return closedAfterwards(await openLibrary(folder));
}

/** The writer's side without its thread. */
export function storeOn(folder: string): Store {
  return closedAfterwards(openStore(folder));
}

/** What the test closes itself is closed once. */
function closedAfterwards<T extends { close(): void | Promise<void> }>(opened: T): T {
  const close = opened.close.bind(opened);
  let isClosed = false;
  opened.close = () => {
    if (isClosed) return;
    isClosed = true;
    return close();
  };
  onTestFinished(() => opened.close());
  return opened;
}
