/**
 * Page by page through one list: cursors, and the lists they point into.
 *
 * A cursor names the question, the state of the library that answered it, and how far one has read. As long as the list
 * is kept here, the next page comes from it, whatever happens to the library meanwhile; after that the same question to
 * an unchanged library gives the same list again. Only when both are gone does a cursor lead nowhere, and says so.
 *
 * How far a list was re-ranked depends on the time that there was. Its cursor says that as well, and a list that is made
 * again is re-ranked as far.
 */
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { AkinError } from '../errors.ts';

interface Cursor {
  question: string;
  revision: string;
  offset: number;
  /** How many entries of the list were re-ranked; undefined for a list that was not to be. */
  read?: number | undefined;
}

/** Entries of all lists that are kept: some sixty lists of a usual length. */
const KEPT_ENTRIES = 20_000;
/** A list without an entry takes some space, too. */
const ENTRIES_A_LIST = 10;

interface Paged {
  readonly entries: readonly unknown[];
  /** See `Cursor`. */
  readonly read?: number | undefined;
}

/** A list, where in it to begin, and the cursor that leads on from a place in it; null at its end. */
export interface Place<List> {
  list: List;
  offset: number;
  cursorAfter: (offset: number) => string | null;
}

export class Pages<List extends Paged> {
  readonly #kept = new LRUCache<string, { revision: string; list: List }>({
    maxSize: KEPT_ENTRIES,
    sizeCalculation: ({ list }) => ENTRIES_A_LIST + list.entries.length,
  });

  /**
   * The list that a question has, and where in it to begin.
   * @param question everything that the list depends on but the library, in its plainest form; any JSON.
   * @param cursor as `cursorAfter` gave it; undefined for the first page.
   * @param revision asks which state the library is in; not asked where a cursor leads into a list that is kept.
   * @param make makes the list, of the state that was asked for; given how far it was re-ranked before, where a cursor leads
   *   into it.
   * @throws AkinError `invalid-argument` for what is no cursor of this question, `cursor-outdated`.
   */
  async list(
    question: unknown,
    cursor: string | undefined,
    revision: () => Promise<string>,
    make: (read: number | undefined) => Promise<List>,
  ): Promise<Place<List>> {
    const key = createHash('sha256').update(JSON.stringify(question)).digest('base64url').slice(0, 16);
    if (cursor === undefined && !this.#kept.has(key)) {
      // Asked for first, so that no list passes for one of a later state.
      const [current, list] = await Promise.all([revision(), make(undefined)]);
      return this.#place({ question: key, revision: current, offset: 0 }, list);
    }
    const at: Cursor =
      cursor === undefined ? { question: key, revision: await revision(), offset: 0 } : decoded(cursor);
    if (at.question !== key) {
      throw new AkinError('invalid-argument', 'the cursor belongs to another question', {
        hint: 'send the same parameters as for the first page, or leave the cursor out',
        field: 'cursor',
      });
    }
    const kept = this.#kept.get(key);
    // A first page of a list that was re-ranked as far as there was time: there may be more of it now.
    if (kept?.revision === at.revision && kept.list.read === at.read) return this.#place(at, kept.list);
    if (cursor !== undefined && at.revision !== (await revision())) {
      throw new AkinError('cursor-outdated', 'the library has changed since the page before this one', {
        hint: 'begin with the first page again, without a cursor',
        field: 'cursor',
      });
    }
    return this.#place(at, await make(at.read));
  }

  /** Keeps the list as the latest of its question. */
  #place(at: Cursor, list: List): Place<List> {
    this.#kept.set(at.question, { revision: at.revision, list });
    const { entries, read } = list;
    return {
      list,
      offset: at.offset,
      cursorAfter: (offset) => (offset < entries.length ? encoded({ ...at, offset, read }) : null),
    };
  }
}

const cursorSchema = z.union([
  z.tuple([z.string(), z.string(), z.int().min(0)]),
  z.tuple([z.string(), z.string(), z.int().min(0), z.int().min(0)]),
]);

function encoded({ question, revision, offset, read }: Cursor): string {
  const parts = [question, revision, offset, ...(read === undefined ? [] : [read])];
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

function decoded(cursor: string): Cursor {
  try {
    const parts = cursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    const [question, revision, offset, read] = parts;
    return { question, revision, offset, read };
  } catch {
    throw new AkinError('invalid-argument', `"${cursor.slice(0, 40)}" is no cursor`, {
      hint: 'a cursor is the "next" of the page before',
      field: 'cursor',
    });
  }
}
