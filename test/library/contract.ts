/** What every library must do, whichever engine is behind it. Each test has a library of its own. */
import { describe } from 'vitest';
import type { Library, LibraryWriter } from '../../src/library/library.ts';
import { aboutFiles } from './contract/files.ts';
import { aboutFilters } from './contract/filters.ts';
import { aboutKeeping } from './contract/keeping.ts';
import { aboutMerging } from './contract/merging.ts';
import { aboutPapers } from './contract/papers.ts';
import { aboutRecall } from './contract/recall.ts';
import { aboutRetries } from './contract/retries.ts';
import { aboutVectors } from './contract/vectors.ts';
import { aboutWords } from './contract/words.ts';
import { aboutWorks } from './contract/works.ts';

export interface NewLibrary {
  writer: LibraryWriter;
  /** Opens it for reading, once or several times. */
  reader(): Promise<Library>;
}

/** An empty library, open for writing and for reading. */
export interface Fresh extends NewLibrary {
  library: Library;
}

/** @param make makes an empty library of `MODEL`, and closes what was opened of it when the test is over. */
export function libraryContract(name: string, make: () => Promise<NewLibrary>): void {
  const fresh = async (): Promise<Fresh> => {
    const { writer, reader } = await make();
    return { writer, reader, library: await reader() };
  };
  describe(name, () => {
    const chapters = [
      ...[aboutPapers, aboutMerging, aboutFiles, aboutVectors, aboutRecall],
      ...[aboutWords, aboutFilters, aboutWorks, aboutKeeping, aboutRetries],
    ];
    for (const chapter of chapters) chapter(fresh);
  });
}
