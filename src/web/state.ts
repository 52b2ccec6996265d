/** In which state is the page? What is asked, in which order, and how far one has read: all of it stands in the address. */
import { z } from 'zod';
import { MAX_SEEDS, SORTS } from '../search/question.ts';

/** Pages back to which one can go, one after the other; before that only to the first. */
const KEPT_CURSORS = 20;

/** Ids, each once. */
const basket = z
  .array(z.string())
  .default([])
  .transform((ids) => [...new Set(ids)].filter((id) => id !== '').slice(0, MAX_SEEDS));

const parameters = z.object({
  q: z.string().trim().default(''),
  /** Ids of papers to be like, and not to be like. */
  like: basket,
  unlike: basket,
  sort: z.enum(SORTS).catch('best'),
  page: z.coerce.number().int().min(1).max(1_000_000).catch(1),
  /** Those of the pages from the second on, as far as they are kept; the last one is this page's. */
  cursor: z.array(z.string()).default([]),
});

export interface State extends z.output<typeof parameters> {
  /** Where the page of the library is; ends with a slash. */
  home: string;
  /** Whether who looks at it may change the library: else nothing is shown that does. */
  mayWrite: boolean;
}

/** @param queries the parameters of an address, as Hono reads them. */
export function stateIn(
  seen: Pick<State, 'home' | 'mayWrite'>,
  { q, like, unlike, sort, page, cursor }: Record<string, string[]>,
): State {
  return { ...seen, ...parameters.parse({ q: q?.[0], like, unlike, sort: sort?.[0], page: page?.[0], cursor }) };
}

/** The first page of what a state asks, with some of it changed. */
export function addressOf(state: State, changes: Partial<Pick<State, 'q' | 'like' | 'unlike' | 'sort'>> = {}): string {
  return written({ ...state, ...changes, page: 1, cursor: [] });
}

/** This very page. */
export const addressNow = (state: State): string => written(state);

/** What a state asks, with a paper to be like, or not to be like, and not the other as well. */
export function addressWith(state: State, kind: 'like' | 'unlike', id: string): string {
  const { like, unlike } = withoutPaper(state, id);
  return addressOf(state, { like, unlike, [kind]: [...(kind === 'like' ? like : unlike), id] });
}

/** What a state asks, without a paper to be like or not to be like. */
export const addressWithout = (state: State, id: string): string => addressOf(state, withoutPaper(state, id));

const withoutPaper = ({ like, unlike }: State, id: string): Pick<State, 'like' | 'unlike'> => ({
  like: like.filter((each) => each !== id),
  unlike: unlike.filter((each) => each !== id),
});

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

function written({ home, q, like, unlike, sort, page, cursor }: State): string {
  const given = new URLSearchParams(q === '' ? {} : { q });
  for (const each of like) given.append('like', each);
  for (const each of unlike) given.append('unlike', each);
  if (sort !== 'best') given.set('sort', sort);
  if (page > 1) given.set('page', String(page));
  for (const each of cursor) given.append('cursor', each);
  const asked = given.toString();
  return asked === '' ? home : `${home}?${asked}`;
}
