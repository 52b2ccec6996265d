/**
 * Page by page through one list: cursors, and the lists they point into.
 *
 * A cursor names the question, the state of the library that answered it, and how far one has read. As long as the list
 * is kept here, the next page comes from it, whatever happens to the library meanwhile; after that the same question to
 * an unchanged library gives the same list again. Only when both are gone does a cursor lead nowhere, and says so.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { AkinError } from '../errors.ts';

interface Cursor {
  question: string;
  revision: string;
  offset: number;
}

/** Lists kept: each holds at most a thousand rows and scores. */
const KEPT_LISTS = 64;

export class Pages<List extends { readonly entries: readonly unknown[] }> {
  readonly #kept = new Map<string, { revision: string; list: List }>();

  /**
   * The list that a question has, and where in it to begin.
   * @param question everything that the list depends on but the library; any JSON.
   * @param cursor as `cursorAfter` gave it; undefined for the first page.
   * @param revision the state the library is in.
   * @param make makes the list.
   * @throws AkinError `invalid-argument` for what is no cursor of this question, `cursor-outdated`.
   */
  async list(
    question: unknown,
    cursor: string | undefined,
    revision: string,
    make: () => Promise<List>,
  ): Promise<{ list: List; offset: number; cursorAfter: (offset: number) => string | null }> {
    const key = createHash('sha256').update(JSON.stringify(question)).digest('base64url').slice(0, 16);
    const at = cursor === undefined ? { question: key, revision, offset: 0 } : decoded(cursor);
    if (at.question !== key) {
      throw new AkinError('invalid-argument', 'the cursor belongs to another question', {
        hint: 'send the same parameters as for the first page, or leave the cursor out',
        field: 'cursor',
      });
    }
    const kept = this.#kept.get(key);
    let list = kept?.revision === at.revision ? kept.list : undefined;
    if (list === undefined && at.revision !== revision) {
      throw new AkinError('cursor-outdated', 'the library has changed since the page before this one', {
        hint: 'begin with the first page again, without a cursor',
        field: 'cursor',
      });
    }
    list ??= await make();
    this.#kept.delete(key);
    this.#kept.set(key, { revision: at.revision, list });
    if (this.#kept.size > KEPT_LISTS) this.#kept.delete(this.#kept.keys().next().value!);
    const { length } = list.entries;
    return {
      list,
      offset: at.offset,
      cursorAfter: (offset) => (offset < length ? encoded({ ...at, offset }) : null),
    };
  }
}

const cursorSchema = z.tuple([z.string(), z.string(), z.int().min(0)]);

function encoded({ question, revision, offset }: Cursor): string {
  return Buffer.from(JSON.stringify([question, revision, offset])).toString('base64url');
}

function decoded(cursor: string): Cursor {
  try {
    const [question, revision, offset] = cursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    return { question, revision, offset };
  } catch {
    throw new AkinError('invalid-argument', `"${cursor.slice(0, 40)}" is no cursor`, {
      hint: 'a cursor is the "next" of the page before',
      field: 'cursor',
    });
  }
}
