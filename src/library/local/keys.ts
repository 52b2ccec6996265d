/** How a paper is named to those outside: by its row, and by the library it is a row of. */
import type { Key } from '../library.ts';

/** Of one library: another one's keys, such as those of one that was in the same place before, name nothing in it. */
export class Keys {
  readonly #suffix: string;

  /** @param libraryId made with the library, and random. */
  constructor(libraryId: string) {
    this.#suffix = `.${libraryId.slice(0, 8)}`;
  }

  of(row: number): Key {
    return `${row}${this.#suffix}` as Key;
  }

  /** The row that a key names; 0, which no paper has, for a key of another library. */
  row(key: Key): number {
    return key.endsWith(this.#suffix) ? Number(key.slice(0, -this.#suffix.length)) : 0;
  }
}
