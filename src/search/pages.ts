/**
 * Page by page through one list: cursors, and the lists they point into.
 *
 * A cursor names the question, the library that answered it, its state then, and how far one has read. As long as the list
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
import type { LibraryState } from '../library/library.ts';

interface Cursor {
  question: string;
  library: string;
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
  /** Of the library when it was made. */
  readonly state: LibraryState;
  /** See `Cursor`. */
  readonly read?: number | undefined;
}

/** A list, and where in it to begin. */
export interface Place<List> {
  list: List;
  offset: number;
  /** Of the library by now, where it had to be looked at. */
  state: LibraryState | undefined;
  /** The cursor that leads on from a place in the list; null at its end. */
  cursorAfter: (offset: number) => string | null;
}

export class Pages<List extends Paged> {
  readonly #kept = new LRUCache<string, List>({
    maxSize: KEPT_ENTRIES,
    sizeCalculation: ({ entries }) => ENTRIES_A_LIST + entries.length,
  });

  /**
   * The list that a question has, and where in it to begin.
   * @param question everything that the list depends on but the library, in its plainest form; any JSON.
   * @param cursor as `cursorAfter` gave it; undefined for the first page.
   * @param now asks which state the library is in; not asked where a cursor leads into a list that is kept.
   * @param make makes the list; given how far it was re-ranked before, where a cursor leads into it.
   * @throws AkinError `invalid-argument` for what is no cursor of this question, `cursor-outdated`.
   */
  async list(
    question: unknown,
    cursor: string | undefined,
    now: () => Promise<LibraryState>,
    make: (read: number | undefined) => Promise<List>,
  ): Promise<Place<List>> {
    const key = questionKey(question);
    const at: Partial<Cursor> | undefined = cursor === undefined ? undefined : decoded(cursor);
    if (at && at.question !== key) throw cursorOfAnother();
    const kept = this.#kept.get(key);
    const state = !at && kept ? await now() : undefined;
    const { revision = state?.revision, read, offset = 0 } = at ?? {};
    // A first page of a list that was re-ranked as far as there was time: there may be more of it now.
    if (kept && kept.state.revision === revision && kept.read === read) return placeIn(kept, key, offset, state);
    if (at) await mustLeadInto(at, now);
    const list = await make(read);
    this.#kept.set(key, list);
    return placeIn(list, key, offset, list.state);
  }
}

/** @throws AkinError `cursor-outdated` where a cursor is of another library, or of another state of this one. */
async function mustLeadInto(at: Partial<Cursor>, now: () => Promise<LibraryState>): Promise<void> {
  const { library, revision } = await now();
  if (at.library !== nameOf(library)) throw cursorOfAnotherLibrary();
  if (at.revision !== revision) throw cursorOutdated();
}

function placeIn<List extends Paged>(
  list: List,
  question: string,
  offset: number,
  state: LibraryState | undefined,
): Place<List> {
  const { entries, read } = list;
  const { library, revision } = list.state;
  const cursorAfter = (after: number) =>
    after < entries.length ? encoded({ question, library: nameOf(library), revision, offset: after, read }) : null;
  return { list, offset, state, cursorAfter };
}

/** Of a library's id, what a cursor says: enough to tell two apart, and short, as agents pay for each letter. */
const nameOf = (library: string): string => library.slice(0, 8);

const cursorSchema = z.union([
  z.tuple([z.string(), z.string(), z.string(), z.int().min(0)]),
  z.tuple([z.string(), z.string(), z.string(), z.int().min(0), z.int().min(0)]),
]);

function encoded({ question, library, revision, offset, read }: Cursor): string {
  const parts = [question, library, revision, offset, ...(read === undefined ? [] : [read])];
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

function decoded(cursor: string): Cursor {
  try {
    const parts = cursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    const [question, library, revision, offset, read] = parts;
    return { question, library, revision, offset, read };
  } catch {
    throw noCursor(cursor);
  }
}

/** What tells a question from others in its cursors. @param question in its plainest form; any JSON. */
export const questionKey = (question: unknown): string =>
  createHash('sha256').update(JSON.stringify(question)).digest('base64url').slice(0, 16);

export const noCursor = (cursor: string): AkinError =>
  new AkinError('invalid-argument', `"${cursor.slice(0, 40)}" is no cursor`, {
    hint: 'a cursor is the "next" of the page before',
    field: 'cursor',
  });

export const cursorOfAnother = (): AkinError =>
  new AkinError('invalid-argument', 'the cursor belongs to another question', {
    hint: 'send the same parameters as for the first page, or leave the cursor out',
    field: 'cursor',
  });

export const cursorOutdated = (): AkinError =>
  new AkinError('cursor-outdated', 'the library has changed since the page before this one', {
    hint: 'begin with the first page again, without a cursor',
    field: 'cursor',
  });

export const cursorOfAnotherLibrary = (): AkinError =>
  new AkinError('cursor-outdated', 'the cursor belongs to another library than the one that is asked', {
    hint: 'ask the library whose page it is from, or begin with the first page here, without a cursor',
    field: 'cursor',
  });
