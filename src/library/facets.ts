/**
 * What papers can be filtered by and counted by: their years, authors, venues, categories and collections.
 *
 * Every value that papers have is kept once, with a *folded* form in which case, accents and punctuation no longer tell
 * values apart and marks show where a part of it begins and ends: " yoshua bengio ", ".cs.cl.", "/thesis/chapter 1/". So
 * a filter looks for a piece of text in the folded values, which are few, and never at the papers, which are many.
 */
import { plain, wordsIn } from '../fold.ts';
import { foldedParts, namesByText, readName, type Name } from '../names.ts';
import { peopleOf, type Paper } from '../paper.ts';
import { hasWord } from './filter.ts';

export const FACET_FIELDS = ['year', 'author', 'venue', 'category', 'collection'] as const;
export type FacetField = (typeof FACET_FIELDS)[number];

/** A value of a field, and how many papers have it. */
export interface FacetCount {
  /** As the first paper that had it wrote it. */
  value: string;
  papers: number;
}
export type Facets = Record<FacetField, FacetCount[]>;

export interface Facet {
  field: FacetField;
  name: string;
  folded: string;
}

/** The facets of a paper, each once. */
export function facetsOf(paper: Paper): Facet[] {
  const { year, names, venue, categories, extra } = paper;
  const known = namesByText(names ?? []);
  const people = peopleOf(paper).map((name) => ({ name, folded: foldedAuthor(known.get(name) ?? name) }));
  const facets: Facet[] = [
    ...(year === null ? [] : [{ field: 'year' as const, name: String(year), folded: String(year) }]),
    ...people.map((person) => ({ field: 'author' as const, ...person })),
    ...(venue === null ? [] : [{ field: 'venue' as const, name: venue, folded: foldedVenue(venue) }]),
    ...categories.map((name) => ({ field: 'category' as const, name, folded: foldedCategory(name) })),
    ...collectionsOf(extra).map((name) => ({ field: 'collection' as const, name, folded: foldedCollection(name) })),
  ];
  return facets.filter(({ folded }) => hasWord(folded));
}

/** Where a source keeps the names of the collections a paper is in; Zotero's are ways: "Thesis / Chapter 1". */
function collectionsOf({ collections }: Paper['extra']): string[] {
  return [collections].flat().filter((each): each is string => typeof each === 'string');
}

/** The words of a venue's name; a shorter name's folded form is in a longer one's, if its words are there in this order. */
export function foldedVenue(venue: string): string {
  return ` ${wordsOf(venue).join(' ')} `;
}

/** The folded form of "cs" begins that of "cs.CL". */
export function foldedCategory(category: string): string {
  return `.${plain(category).replace(/\s+/g, ' ').trim()}.`;
}

/** The folded form of "Chapter 1" is in that of "Thesis / Chapter 1 / Notes". */
export function foldedCollection(collection: string): string {
  const way = plain(collection).split('/');
  return `/${way.map((name) => name.replace(/\s+/g, ' ').trim()).join('/')}/`;
}

const SUFFIXES = new Set(['jr', 'sr', 'ii', 'iii', 'iv']);

/**
 * The words of a name, the family name last: "Bengio, Yoshua" and "Yoshua Bengio" are one, as are "Bengio Y" and "Y. Bengio".
 * Where it is known which the family name is, that is said behind them: " gabriel garcia marquez =garcia=marquez ".
 */
export function foldedAuthor(given: string | Name): string {
  const name = typeof given === 'string' ? readName(given) : given;
  if (typeof name !== 'string') {
    const { words, family } = foldedParts(name);
    return family === undefined ? foldedText(words) : ` ${[...words, `=${family.join('=')}`].join(' ')} `;
  }
  return foldedText(wordsOf(name));
}

function foldedText(words: string[]): string {
  while (words.length > 1 && SUFFIXES.has(words.at(-1)!)) words.pop();
  // An initial at the end is a given name's: so PubMed writes names.
  const last = words.findLastIndex((word) => word.length > 1);
  if (last >= 0) words = [...words.slice(last + 1), ...words.slice(0, last + 1)];
  return ` ${words.join(' ')} `;
}

/** By what a folded value is one with others: whether the family name is known makes no difference to whom it is of. */
export function sameFolded(folded: string): string {
  const end = folded.indexOf(' =');
  return end < 0 ? folded : folded.slice(0, end + 1);
}

/** A word that whoever is meant by a name has in theirs: its folded form, to look for before `meansAuthor` compares. */
export function tellingWord(foldedName: string): string {
  return ` ${sameFolded(foldedName).trim().split(' ').at(-1)!} `;
}

/**
 * Whether a name that is looked for means an author; both folded. All its words are in the author's name, in any order; or
 * the family names agree, and so do given names, for which initials may stand. An initial that only one of them has
 * does no harm where another given name agrees. Where both say what the family name is ("Li, Wei" is looked for, and known is
 * what Wei Li's is), family names have to agree: of two that are double ones, what one of them has.
 */
export function meansAuthor(name: string, author: string): boolean {
  const [wanted, words] = [name, author].map((folded) => sameFolded(folded).trim().split(' ')) as [string[], string[]];
  const [family, known] = [name, author].map(familyIn);
  if (family && known) {
    const shorter = family.length < known.length ? family : known;
    if (!begins(family, known) && !ends(family, known)) return false;
    const [others, givenNames] = [without(wanted, shorter), without(words, known)];
    return others.every((word) => words.includes(word)) || agree(others, givenNames);
  }
  if (wanted.every((word) => words.includes(word))) return true;
  if (wanted.length < 2 || words.length < 2 || wanted.pop() !== words.pop()) return false;
  return agree(wanted, words);
}

/** The words of the family name that a folded name says is one. */
const familyIn = (folded: string): string[] | undefined => / =(\S+) $/.exec(folded)?.[1]!.split('=');

const begins = (a: string[], b: string[]): boolean => a.slice(0, b.length).every((word, i) => word === b[i]);
const ends = (a: string[], b: string[]): boolean => begins(a.toReversed(), b.toReversed());

/** Words without those of a part of theirs, each of which is taken once. */
function without(words: string[], some: string[]): string[] {
  const left = [...words];
  for (const word of some) if (left.includes(word)) left.splice(left.lastIndexOf(word), 1);
  return left;
}

/** Whether given names agree: each with one of the author's, or as one's initial. */
function agree(wanted: string[], words: string[]): boolean {
  const left = [...words];
  let agreed = 0;
  for (const given of wanted.toSorted((a, b) => b.length - a.length)) {
    const match = left.indexOf(given) >= 0 ? left.indexOf(given) : left.findIndex((word) => abbreviates(given, word));
    if (match >= 0) {
      left.splice(match, 1);
      agreed++;
    } else if (given.length > 1) {
      return false;
    }
  }
  return agreed > 0;
}

function abbreviates(a: string, b: string): boolean {
  return (a.length === 1 || b.length === 1) && a[0] === b[0];
}

function wordsOf(text: string): string[] {
  return wordsIn(plain(text).replace(/['’ʼ]/g, ''));
}
