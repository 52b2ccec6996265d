/**
 * The library as a list that nothing ranks: every paper that meets some conditions, page by page to the end.
 *
 * A cursor says behind which paper the next page begins, by what the list is sorted by, and not how many there were before it.
 * So a list is as long as the library, needs no memory between two pages, and goes on where it was though papers come and go.
 */
import { z } from 'zod';
import { AkinError } from '../errors.ts';
import type { Filter } from '../library/filter.ts';
import { sayingKept, type Kept } from '../library/kept.ts';
import type { Library, LibraryStatus, Listed } from '../library/library.ts';
import type { Placed } from '../library/order.ts';
import { briefOf, type Paper } from '../paper.ts';
import type { ListAnswer } from './answer.ts';
import { cursorOfAnother, cursorOfAnotherLibrary, cursorOutdated, noCursor, questionKey } from './pages.ts';
import { parseQuery } from './query.ts';
import { answeringShape, MAX_LIMIT, MAX_QUERY } from './question.ts';
import { shown } from './checked.ts';
import { yearsFilter, yearsSchema } from './years.ts';

const DEFAULT_LISTED = 50;
/** Characters of a title that stands in a cursor; a longer one is looked up. */
const MAX_TITLE = 300;
/** Papers that are read at once by who wants all of them. */
const AT_ONCE = 200;

/** Which papers: what they say of themselves, and nothing that ranks. */
export const conditionsShape = {
  q: z.string().max(MAX_QUERY).optional().meta({
    description:
      'Conditions in the query language: `author:`, `venue:`, `"a phrase"`, `-word` …; words are for a search',
    example: 'author:turing has:doi',
  }),
  year: yearsSchema,
};

/** A page of the list. */
export const listingShape = {
  ...conditionsShape,
  sort: z.enum(['newest', 'title']).default('newest').meta({ description: 'By year or by title' }),
  limit: z.int().min(1).max(MAX_LIMIT).default(DEFAULT_LISTED).meta({ description: 'How many papers', value: 'n' }),
  cursor: answeringShape.cursor,
  abstracts: z.boolean().optional().meta({ description: 'Whether each paper has its abstract' }),
};

export type Conditions = { [Part in keyof z.output<z.ZodObject<typeof conditionsShape>>]: string | undefined };
export type ListingOptions = z.output<z.ZodObject<typeof listingShape>> & { signal?: AbortSignal | undefined };

/**
 * The filter that conditions are; without any it lets every paper through.
 * @throws AkinError `invalid-argument` with field `q` for words, which only a search can look for, and what is no condition;
 *   with field `year`.
 */
export function conditionsIn({ q, year }: Partial<Conditions>): Filter {
  const said = q === undefined || q.trim() === '' ? undefined : understoodIn(q);
  const filters = [said, year === undefined ? undefined : yearsFilter(year)].filter((each) => each !== undefined);
  return filters.length === 1 ? filters[0]! : { all: filters };
}

function understoodIn(q: string): Filter | undefined {
  const { words, identifier, filter } = parseQuery(q);
  if (words === '') return filter;
  throw new AkinError('invalid-argument', `q: expected conditions alone, found the words ${shown(words)}`, {
    hint:
      identifier === undefined
        ? '/v1/search?q=… looks for words; here "title:word" or a phrase in quotes demands them'
        : `/v1/papers/${identifier} is that paper`,
    field: 'q',
  });
}

/** A page of the papers that a filter lets through. */
export interface ListedPage {
  listed: Listed[];
  /** How many papers the filter lets through. */
  total: number;
  next: string | null;
  library: LibraryStatus;
}

/**
 * A page of the papers that a filter lets through.
 * @throws AkinError `invalid-argument` for what is no cursor of this list; `cursor-outdated` where a paper with a very long title,
 *   behind which it was to go on, is gone.
 */
export async function listedPage(
  library: Library,
  filter: Filter,
  { sort, limit, cursor, signal }: Pick<ListingOptions, 'sort' | 'limit' | 'cursor' | 'signal'>,
): Promise<ListedPage> {
  const question = questionKey({ filter, sort });
  const after = cursor === undefined ? undefined : await placeOf(library, cursor, question, sort);
  const { library: id, papers, embedded } = await library.state();
  // One more than is shown tells whether there is another page.
  const [found, total] = await Promise.all([
    library.list(filter, sort, limit + 1, { after, signal }),
    library.count(filter),
  ]);
  const listed = found.slice(0, limit);
  const last = listed.at(-1);
  const next = last !== undefined && found.length > limit ? cursorBehind(last, question, id, sort) : null;
  return { listed, total, next, library: { papers, embedded } };
}

/**
 * A page of the papers that meet conditions.
 * @throws AkinError as `conditionsIn` and `listedPage`.
 */
export async function listing(library: Library, options: ListingOptions): Promise<ListAnswer> {
  const { listed, ...page } = await listedPage(library, conditionsIn(options), options);
  const described = await library.describe(
    listed.map(({ key }) => key),
    {},
    options.signal,
  );
  return {
    papers: listed.flatMap(({ key, work }, i) => {
      const each = described[i];
      if (!each) return []; // Removed a moment ago.
      const { paper, versions } = each;
      // The leading version is the first of the others, unless it is this one.
      const leading = work === key ? paper.id : (versions[0]?.id ?? paper.id);
      const { categories, abstract } = paper;
      return [{ ...briefOf(paper), categories, work: leading, ...(options.abstracts && { abstract }) }];
    }),
    ...page,
  };
}

/**
 * Every paper that meets conditions, in order, as fast as they are taken, with what a person keeps of it (`sayingKept`).
 * @throws AkinError as `listing`, when the first is taken.
 */
export async function* listed(
  library: Library,
  { sort, cursor, signal, limit = Infinity, ...asked }: Partial<ListingOptions>,
): AsyncGenerator<Paper> {
  const filter = conditionsIn(asked);
  const order = sort ?? 'newest';
  let after =
    cursor === undefined ? undefined : await placeOf(library, cursor, questionKey({ filter, sort: order }), order);
  for (let left = limit; left > 0;) {
    const found = await library.list(filter, order, Math.min(left, AT_ONCE), { after, signal });
    const described = await library.describe(
      found.map(({ key }) => key),
      {},
      signal,
    );
    for (const each of described) if (each) yield sayingKept(each.paper, each.kept);
    if (found.length < Math.min(left, AT_ONCE)) return;
    left -= found.length;
    after = found.at(-1);
  }
}

/** Papers of which a person keeps something. */
const KEPT: Filter = { any: [{ is: 'starred' }, { is: 'reading' }, { is: 'read' }, { has: 'note' }] };

/** Every paper there is, in the order in which they came, with what a person keeps of it. */
export async function* everyPaperKept(library: Library): AsyncGenerator<Paper> {
  const keptOf = new Map<string, Kept>();
  for (let after: Placed | undefined; ;) {
    const found = await library.list(KEPT, 'newest', AT_ONCE, { after });
    for (const each of await library.describe(found.map(({ key }) => key)))
      if (each) keptOf.set(each.paper.id, each.kept);
    after = found.at(-1);
    if (!after) break;
  }
  for await (const paper of library.everyPaper()) {
    const kept = keptOf.get(paper.id);
    yield kept ? sayingKept(paper, kept) : paper;
  }
}

const cursorSchema = z.tuple([z.string(), z.string(), z.string(), z.union([z.string(), z.int(), z.null()]).optional()]);

/** @returns a cursor: the question, the library, the paper's id, and what the list is sorted by, which is left out where it is too long. */
function cursorBehind(
  { id, year, title }: Listed,
  question: string,
  library: string,
  sort: ListingOptions['sort'],
): string {
  const sortedBy = sort === 'newest' ? year : title;
  const isLong = typeof sortedBy === 'string' && sortedBy.length > MAX_TITLE;
  return Buffer.from(JSON.stringify([question, library, id, ...(isLong ? [] : [sortedBy])])).toString('base64url');
}

/** Behind which paper a cursor goes on. */
async function placeOf(
  library: Library,
  cursor: string,
  question: string,
  sort: ListingOptions['sort'],
): Promise<Placed> {
  const [asked, ofLibrary, id, sortedBy] = decoded(cursor);
  if (asked !== question) throw cursorOfAnother();
  if (ofLibrary !== (await library.state()).library) throw cursorOfAnotherLibrary();
  if (sortedBy !== undefined) {
    if ((typeof sortedBy === 'string') !== (sort === 'title')) throw noCursor(cursor);
    return { id, year: typeof sortedBy === 'number' ? sortedBy : null, title: String(sortedBy ?? '') };
  }
  const [key] = await library.find([id]);
  const [described] = key === undefined ? [] : await library.describe([key]);
  if (!described) throw cursorOutdated();
  return described.paper;
}

function decoded(cursor: string): z.infer<typeof cursorSchema> {
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch {
    throw noCursor(cursor);
  }
}
