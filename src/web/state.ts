/** In which state is the page? What is asked, in which order, and how far one has read: all of it stands in the address. */
import { z } from 'zod';
import { SORTS } from '../search/question.ts';

/** Pages back to which one can go, one after the other; before that only to the first. */
const KEPT_CURSORS = 20;

const parameters = z.object({
  q: z.string().trim().default(''),
  /** The id of a paper to be like. */
  like: z.string().default(''),
  sort: z.enum(SORTS).catch('best'),
  page: z.coerce.number().int().min(1).max(1_000_000).catch(1),
  /** Those of the pages from the second on, as far as they are kept; the last one is this page's. */
  cursor: z.array(z.string()).default([]),
});

export interface State extends z.output<typeof parameters> {
  /** Where the page of the library is; ends with a slash. */
  home: string;
}

/** @param queries the parameters of an address, as Hono reads them. */
export function stateIn(home: string, { q, like, sort, page, cursor }: Record<string, string[]>): State {
  return { home, ...parameters.parse({ q: q?.[0], like: like?.[0], sort: sort?.[0], page: page?.[0], cursor }) };
}

/** The first page of what a state asks, with some of it changed. */
export function addressOf(state: State, changes: Partial<Pick<State, 'q' | 'sort'>> = {}): string {
  return written({ ...state, ...changes, page: 1, cursor: [] });
}

/** The page behind this one. @param cursor the `next` of the answer. */
export function addressBehind(state: State, cursor: string): string {
  return written({ ...state, page: state.page + 1, cursor: [...state.cursor, cursor].slice(-KEPT_CURSORS) });
}

/** The page before this one: the first, where it is not known how one came here. */
export function addressBefore(state: State): string {
  const cursor = state.cursor.slice(0, -1);
  return cursor.length === 0 ? addressOf(state) : written({ ...state, page: state.page - 1, cursor });
}

/** The page of a paper. */
export function addressOfPaper(home: string, id: string): string {
  return `${home}paper/${encodeURIComponent(id)}`;
}

function written({ home, q, like, sort, page, cursor }: State): string {
  const given = new URLSearchParams(like === '' ? { q } : { like });
  if (sort !== 'best') given.set('sort', sort);
  if (page > 1) given.set('page', String(page));
  for (const each of cursor) given.append('cursor', each);
  return `${home}?${given.toString()}`;
}
