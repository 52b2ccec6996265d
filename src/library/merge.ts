/** How several records of one paper become one paper. Nothing is lost: the records themselves are kept beside it. */
import { plain, wordsIn } from '../fold.ts';
import { IDENTIFIER_KINDS, isArxivDoi, type IdentifierKind } from '../identifiers.ts';
import { namesAmong } from '../names.ts';
import { editorsOf, type Paper } from '../paper.ts';

/** What tells two records apart. */
type Told = Pick<Paper, 'title' | 'ids'>;

/**
 * Whether two records that share an id, or an identifier of a kind, are one paper. They mostly are, but wrong identifiers
 * are common: of 102,309 arXiv records 50 carry the DOI of another one, and merging those would hide a paper behind a
 * stranger's name. So their titles must agree: half of the shorter one's words or, where an identifier of one kind tells
 * the two apart (two arXiv ids), nearly all the words of both. That holds for an ISBN too: whatever stands in a book may
 * have it.
 */
export function samePaper(a: Told, b: Told, shared: IdentifierKind | 'id'): boolean {
  const [wordsA, wordsB] = [titleWords(a), titleWords(b)];
  if (wordsA.size === 0 || wordsB.size === 0) return true;
  const common = [...wordsA].filter((word) => wordsB.has(word)).length;
  if (shared === 'isbn' || contradict(a, b)) return common / (wordsA.size + wordsB.size - common) >= 0.8;
  return common / Math.min(wordsA.size, wordsB.size) >= 0.5;
}

function titleWords({ title }: Told): Set<string> {
  return new Set(wordsIn(plain(title)));
}

function contradict(a: Told, b: Told): boolean {
  return IDENTIFIER_KINDS.some((kind) => {
    if (kind === 'isbn') return false; // The hardcover's and the e-book's.
    const [of, other] = [a.ids[kind], b.ids[kind]];
    // The DOI that arXiv registers and the publisher's name two versions of one paper.
    return of && other && of !== other && ![of, other].some(isArxivDoi);
  });
}

/** What of a paper a person may put right. */
export const CORRECTED_FIELDS = ['title', 'abstract', 'authors', 'year', 'venue', 'url', 'categories'] as const;
export type CorrectedField = (typeof CORRECTED_FIELDS)[number];

/** A person's word on a paper: a record that says only what it names, also where that is nothing. */
export interface Correction extends Paper {
  corrects: CorrectedField[];
}

export const isCorrection = (record: Paper): record is Correction => 'corrects' in record;

/**
 * Merges records of the same paper, the first of them leading. Id, title, authors and URL come from the first record that
 * has them, but a title that says the paper was retracted before one that does not; and so do venue and DOI, but a
 * journal's before a preprint server's; the abstract is the longest; the year is the earliest; identifiers, categories and
 * extra fields are united, the earlier record winning where two differ; it is in the collections of both. What any record
 * knows of the parts of a name holds for that name, whichever record it was taken from. What a person said comes last, and
 * holds against all others.
 * @param records one of them at least is no correction.
 */
export function mergeRecords(records: Paper[]): Paper {
  const corrections = records.filter(isCorrection);
  const [first, ...others] = records.filter((record) => !isCorrection(record)) as [Paper, ...Paper[]];
  const merged = others.reduce<Paper>(
    (merged, record) => ({
      id: merged.id,
      title: isRetracted(record.title) && !isRetracted(merged.title) ? record.title : merged.title || record.title,
      abstract: record.abstract.length > merged.abstract.length ? record.abstract : merged.abstract,
      authors: merged.authors.length > 0 ? merged.authors : record.authors,
      year:
        merged.year === null || record.year === null
          ? (merged.year ?? record.year)
          : Math.min(merged.year, record.year),
      venue: published(merged.venue, record.venue, isPreprintServer),
      url: merged.url ?? record.url,
      ids: { ...record.ids, ...merged.ids, ...doiOf(merged, record) },
      categories: [...new Set([...merged.categories, ...record.categories])],
      extra: { ...record.extra, ...merged.extra, ...collectionsOf(merged, record) },
    }),
    first,
  );
  const paper = corrections.reduce(corrected, merged);
  const names = namesAmong(
    [...paper.authors, ...editorsOf(paper)],
    [...corrections, ...records].flatMap((record) => record.names ?? []),
  );
  const { names: _, ...nameless } = paper; // Those of authors who were put right.
  return names.length === 0 ? nameless : { ...nameless, names };
}

/** A paper as a person put it right. */
function corrected(paper: Paper, correction: Correction): Paper {
  return { ...paper, ...Object.fromEntries(correction.corrects.map((field) => [field, correction[field]])) };
}

/** "[RETRACTED] On knots", "Retracted: On knots". */
const isRetracted = (title: string): boolean => /^\W*retracted\b/i.test(title);

/** Whether a venue is one where nothing is published, only put. */
export function isPreprintServer(venue: string): boolean {
  return /\b(?:arxiv|corr|biorxiv|medrxiv|ssrn|preprints?)\b/i.test(venue);
}

function doiOf({ ids: { doi } }: Paper, { ids: { doi: other } }: Paper): { doi?: string } {
  const chosen = published(doi ?? null, other ?? null, isArxivDoi);
  return chosen === null ? {} : { doi: chosen };
}

/** The first of two values, unless it is of a preprint and the second is not. */
function published(first: string | null, second: string | null, isPreprint: (value: string) => boolean): string | null {
  return first === null || (second !== null && isPreprint(first) && !isPreprint(second)) ? second : first;
}

/** `extra.collections`: the folders that a person has put a paper into, each with the way to it (`Thesis / Chapter 2`). */
function collectionsOf(...records: Paper[]): { collections?: unknown[] } {
  const collections = records.flatMap(({ extra }) =>
    Array.isArray(extra.collections) ? (extra.collections as unknown[]) : [],
  );
  return collections.length === 0 ? {} : { collections: [...new Set(collections)] };
}
