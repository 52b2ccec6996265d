/**
 * What every online source has in common: it is given a query such as `arxiv:cs.CL`, asks its service page by page, and
 * yields, in order, the records that the answers hold. It leaves the reading of them to the sources of files wherever there
 * is one for their format.
 */
import { AkinError } from '../../errors.ts';
import { fileOf, type Found, type SourceFile, type UnreadableRecord } from '../source.ts';
import { wordsOf, type Answer, type PoliteClient, type Service } from './polite.ts';

export interface OnlineOptions {
  client: PoliteClient;
  /** Only what is from this day (YYYY-MM-DD) on, and until that one, by the dates that the service goes by. */
  since?: string | undefined;
  until?: string | undefined;
  /** The one day that is asked for (YYYY-MM-DD). */
  date?: string | undefined;
  /** Where to go on: what `onCursor` was told last, for the same query with the same dates. */
  cursor?: string | undefined;
  /**
   * Told after every page where the next one begins, and null after the last one. It is called, and awaited, only when the
   * consumer has taken every record of the page and asks for more: stores it what it has taken before it stores the
   * cursor, nothing is ever lost, and an interruption costs at most one page that is fetched twice.
   */
  onCursor?: (cursor: string | null) => void | Promise<void>;
  /** Ends the reading, without an error. */
  signal?: AbortSignal | undefined;
}

export interface OnlineSource {
  name: string;
  /** Whether a query is for this source. */
  matches(query: string): boolean;
  /**
   * What the service does not know or does not want is a reject.
   * @throws AkinError `offline`; `file-unreadable` where the service could not be asked; `invalid-argument`.
   */
  read(query: string, options: OnlineOptions): AsyncGenerator<Found>;
}

export interface Page {
  found: AsyncIterable<Found> | Iterable<Found>;
  /** The cursor of the next page; null after the last one. */
  next: string | null;
}

/** Reads page after page, counts the records, and reports the cursors. `ask` is given undefined for the first page. */
export async function* readPages(
  { cursor, onCursor }: OnlineOptions,
  ask: (cursor: string | undefined) => Promise<Page>,
): AsyncGenerator<Found> {
  let record = 0;
  for (let at = cursor; ;) {
    const { found, next } = await ask(at);
    for await (const each of found) yield { ...each, record: ++record };
    if (next !== null && next === at) {
      throw new AkinError('file-unreadable', `the service goes round in circles: after ${next} comes ${next}`);
    }
    await onCursor?.(next);
    if (next === null) return;
    at = next;
  }
}

/** An answer as a file, for the source that reads its format. */
export const answerFile = (text: string): SourceFile => fileOf(text, 'answer');

/** What a person asked for that is no record. */
export function rejectOf(what: string, reason: string): UnreadableRecord {
  return { record: 1, offset: 0, raw: what, reject: { code: 'record-invalid', reason } };
}

/** Why the service did not give what was asked for. */
export function refusal({ title }: Service, { status, text }: Answer): string {
  return `${title} answered ${status}: ${wordsOf(text)}`;
}

/** Tells an XML document whose end arrived from anything else. */
export const expectXml =
  (root: string) =>
  (text: string): string | undefined =>
    text.includes(`<${root}`) && text.slice(-1000).includes(`</${root}>`)
      ? undefined
      : `expected a whole <${root}>, found ${said(text)}`;

/** Tells JSON in which `isExpected` holds from anything else. */
export const expectJson =
  (isExpected: (value: unknown) => boolean) =>
  (text: string): string | undefined => {
    try {
      return isExpected(JSON.parse(text)) ? undefined : `found ${said(text)}`;
    } catch (error) {
      return `expected JSON (${(error as Error).message}), found ${said(text)}`;
    }
  };

const said = (text: string): string => (text.trim() === '' ? 'nothing' : `«${wordsOf(text)}»`);
