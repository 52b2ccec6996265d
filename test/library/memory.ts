/**
 * A library in memory: what the port means, said once more and as plainly as it can be. It keeps nothing that it can make
 * anew, and shares with the local engine only the rules that are pure. Where the two answer differently, one of them is
 * wrong: see property.test.ts.
 */
import type { Model } from '../../src/embedding/models.ts';
import { AkinError } from '../../src/errors.ts';
import type { Library, LibraryWriter } from '../../src/library/library.ts';
import { MemoryLibrary } from './memory/library.ts';
import { MemoryStore } from './memory/store.ts';
import { MemoryWriter } from './memory/writer.ts';

/** A place for one library, which any number of readers and one writer at a time may open. */
export class Memory {
  readonly #store: MemoryStore;

  constructor(model: Model) {
    this.#store = new MemoryStore(model);
  }

  read(): Library {
    return new MemoryLibrary(this.#store);
  }

  /** @throws AkinError `library-locked` while another writer is open. */
  write(): LibraryWriter {
    if (this.#store.isBeingWritten) throw new AkinError('library-locked', 'the library in memory is being written');
    this.#store.isBeingWritten = true;
    return new MemoryWriter(this.#store);
  }
}
