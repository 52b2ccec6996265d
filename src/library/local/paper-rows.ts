/** How a paper is kept in its row of the table `papers`. */
import type { Name } from '../../names.ts';
import type { Paper } from '../../paper.ts';
import { sortTitle } from '../order.ts';

export interface PaperRow {
  row: number;
  id: string;
  title: string;
  abstract: string;
  /** JSON, as are `ids`, `categories` and `extra`. */
  authors: string;
  /** JSON as well; null where nothing is known. */
  names: string | null;
  year: number | null;
  venue: string | null;
  url: string | null;
  ids: string;
  categories: string;
  extra: string;
  /** What lists are sorted by; see `sortTitle`. */
  sort_title: string | null;
}

export function paperFrom({ id, title, abstract, year, venue, url, ...found }: PaperRow): Paper {
  return {
    id,
    title,
    abstract,
    authors: JSON.parse(found.authors) as string[],
    ...(found.names !== null && { names: JSON.parse(found.names) as Name[] }),
    year,
    venue,
    url,
    ids: JSON.parse(found.ids) as Paper['ids'],
    categories: JSON.parse(found.categories) as string[],
    extra: JSON.parse(found.extra) as Paper['extra'],
  };
}

export function columnsOf({ authors, names, ids, categories, extra, ...scalars }: Paper): Omit<PaperRow, 'row'> {
  return {
    ...scalars,
    authors: JSON.stringify(authors),
    names: names === undefined ? null : JSON.stringify(names),
    ids: JSON.stringify(ids),
    categories: JSON.stringify(categories),
    extra: JSON.stringify(extra),
    sort_title: sortTitle(scalars.title),
  };
}
