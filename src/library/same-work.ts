/**
 * Whether two papers that share no identifier are versions of one work: a preprint and what was published of it, a
 * workshop paper and the conference paper, a submission and its resubmission. Pure; what is done with it is in works.ts.
 *
 * Titles, authors and years make two papers candidates, the cosine of their vectors confirms them. What tells siblings
 * apart comes first: other numbers in the title ("Part II", "SemEval-2016 Task 4", "Fourth Workshop"), or a title that
 * speaks about the other paper ("Erratum to …"). Both are equivalences, so no chain of links can lead around them.
 *
 * The bounds were chosen on one half of the pairs that `npm run bench -- works` builds and are measured on the other.
 */
import { createHash } from 'node:crypto';
import { plain, wordsIn } from '../fold.ts';
import type { Paper } from '../paper.ts';

/** What of a paper the comparison reads, made once a paper. */
export interface Traits {
  /** The title's letters and digits, without case, accents, spaces, mark-up and remarks such as "(extended version)". */
  title: string;
  /** The words of the title, in their order. */
  words: string[];
  /** The same of what stands before and after the first colon or dash, where both parts are titles by their length. */
  parts: string[];
  /** Numbers in the title, sorted, and whether it is an erratum, a comment, a reply. */
  siblings: string;
  /** Surnames with what is known of the given names. */
  authors: Author[];
  year: number | null;
  hasAbstract: boolean;
}

interface Author {
  family: string;
  /** The first letter of the first given name; empty when it is not known. */
  initial: string;
  /** Every part of the name in alphabetical order: the same for "Li Wei" and "Wei Li". */
  parts: string;
}

/** Shorter titles ("Introduction", "Deep learning") are shared by strangers. Letters and digits. */
const TITLE_LETTERS = 16;

/** What of a paper is compared. */
export function traitsOf(paper: Pick<Paper, 'title' | 'abstract' | 'authors' | 'year'>): Traits {
  const folded = fold(paper.title).replace(REMARKS, ' ');
  const words = wordsIn(folded);
  const division = /(?<=.)(?::| [-–—] |\? )(?=.)/.exec(folded);
  const halves = division ? [folded.slice(0, division.index), folded.slice(division.index + division[0].length)] : [];
  const parts = halves.map((part) => wordsIn(part).join('')).filter((part) => part.length >= TITLE_LETTERS);
  return {
    title: words.join(''),
    words,
    parts,
    siblings: [...numbersIn(words), ABOUT_ANOTHER.exec(folded)?.[1]?.slice(0, 5) ?? ''].join(' '),
    // Some sources name every author twice.
    authors: [...new Map(paper.authors.flatMap(authorOf).map((author) => [author.parts, author])).values()],
    year: paper.year,
    hasAbstract: paper.abstract !== '',
  };
}

/**
 * Keys under which versions of one work meet: the title; the set of authors; the first author with each of the title's
 * three longest words, for versions whose title and authors both differ a little. Only papers that share a key are
 * compared, so that a new paper costs a few look-ups, and since a key depends on its paper alone, which pairs are compared
 * does not depend on the order in which papers came.
 * @returns whole numbers of 48 bits, without repetition.
 */
export function blockingKeys({ title, words, authors }: Traits): number[] {
  const keys = title.length >= TITLE_LETTERS ? [`title ${title}`] : [];
  const [first, ...others] = authors;
  if (first) {
    const person = `${first.family} ${first.initial}`;
    // One surname alone would bring every Wang together.
    keys.push(others.length === 0 ? `author ${person}` : `authors ${familiesOf(authors)}`);
    const longest = [...new Set(words)].sort((a, b) => b.length - a.length || (a < b ? -1 : 1)).slice(0, 3);
    for (const word of longest) keys.push(`word ${word} of ${person}`);
  }
  return [...new Set(keys.map((key) => createHash('sha1').update(key).digest().readUIntBE(0, 6)))];
}

/** How alike two titles are, 0..1: the Dice coefficient of their letter pairs; 1 when they differ in nothing that counts. */
export function titleSimilarity(a: Traits, b: Traits): number {
  if (a.title === b.title) return 1;
  const [pairs, others] = [letterPairs(a.title), letterPairs(b.title)];
  let shared = 0;
  let all = 0;
  for (const [pair, n] of pairs) shared += Math.min(n, others.get(pair) ?? 0);
  for (const counts of [pairs, others]) for (const n of counts.values()) all += n;
  return all === 0 ? 0 : (2 * shared) / all;
}

/**
 * The cosine that the vectors of two papers must reach for the papers to be one work; undefined where none is enough.
 * Symmetric.
 */
export function neededCosine(a: Traits, b: Traits): number | undefined {
  if (a.siblings !== b.siblings || a.title === '' || b.title === '') return undefined;
  const years = a.year === null || b.year === null ? 0 : Math.abs(a.year - b.year);
  const sameTitle = a.title === b.title;
  if (a.authors.length === 0 || b.authors.length === 0) {
    return sameTitle && a.title.length >= 2 * TITLE_LETTERS && years <= 1 ? 0.9 : undefined;
  }
  const { ofFewer, ofMore } = sharedAuthors(a.authors, b.authors);
  const isDated = a.year !== null && b.year !== null;
  // Under the same title half of the shorter list will do: lists are cut short, and papers gain authors. Without years the
  // volumes of a series ("Annual Review of …") can't be told apart but by what they say.
  if (sameTitle) return ofFewer < 0.5 ? undefined : !(a.hasAbstract && b.hasAbstract) ? 0.4 : isDated ? 0.6 : 0.85;
  if (years > 3 || ofMore < 0.5) return undefined;
  const similarity = titleSimilarity(a, b);
  if (!isDated) return similarity >= 0.95 ? 0.9 : undefined;
  if (similarity >= 0.95) return 0.75;
  // Without any abstract the vectors say no more than the titles do.
  if (ofMore < 0.66 || !(a.hasAbstract || b.hasAbstract)) return undefined;
  if (similarity >= 0.8 || onePartIsShared(a, b)) return 0.75;
  if (similarity >= 0.5) return 0.9;
  return ofMore === 1 && years <= 2 ? 0.93 : undefined;
}

/** Whether a title is a part of the other one, before or after its colon, or they share such a part. */
function onePartIsShared(a: Traits, b: Traits): boolean {
  return [a.title, ...a.parts].some((part) => b.title === part || b.parts.includes(part));
}

/** How many authors two papers share, as shares of the shorter and of the longer list, 0..1. */
function sharedAuthors(a: Author[], b: Author[]): { ofFewer: number; ofMore: number } {
  // Each side is counted in the other and the lower count taken: two of a family may match one, and order must not matter.
  const shared = Math.min(countIn(a, b), countIn(b, a));
  return { ofFewer: shared / Math.min(a.length, b.length), ofMore: shared / Math.max(a.length, b.length) };
}

/** How many of some authors are among others. By surname first: collaborations have thousands of authors. */
function countIn(some: Author[], others: Author[]): number {
  const families = new Map<string, Author[]>();
  for (const other of others) families.set(other.family, [...(families.get(other.family) ?? []), other]);
  const names = new Set(others.map(({ parts }) => parts));
  return some.filter(
    (author) => names.has(author.parts) || families.get(author.family)?.some((other) => sameAuthor(author, other)),
  ).length;
}

function sameAuthor(a: Author, b: Author): boolean {
  return a.initial === b.initial || a.initial === '' || b.initial === '';
}

function familiesOf(authors: Author[]): string {
  return [...new Set(authors.map(({ family }) => family))].sort().join(' ');
}

/** A name as "Given Family" or "Family, Given"; nothing for a name without letters or an "et al.". */
function authorOf(name: string): Author[] {
  const [before = '', after] = fold(name).split(',', 2);
  const suffix = /^(?:jr|sr|ii|iii|iv|et|al|others)$/;
  const parts = (text: string) => wordsIn(text.replace(/['’`]/g, '')).filter((part) => !suffix.test(part));
  const [first, last] = [parts(before), parts(after ?? '')];
  // "Family, Jr." has a comma and no given name.
  const names = last.length > 0 ? [...last, ...first] : first;
  const family = names.at(-1);
  if (family === undefined) return [];
  return [{ family, initial: names.length > 1 ? names[0]![0]! : '', parts: names.toSorted().join(' ') }];
}

/** Lower case, without accents and without what LaTeX adds to letters. */
function fold(text: string): string {
  return plain(text).replace(/\\[a-z]+\s*\{|[\\{}$^_]/g, '');
}

/** What says which version this is, not which work. */
const REMARKS =
  /\b(?:extended (?:abstract|version)|(?:full|long|short|preliminary) (?:version|paper)|technical report|preliminary report|working paper|preprint)\b/g;

/** A title that speaks about another paper of a similar title. */
const ABOUT_ANOTHER =
  /(?:^(?:an? )?(?=(?:comments?|reply|response|discussion|corrections?|addend(?:um|a)|review|supplement\w*)\s+(?:on|to|of|for)\b)|\b(?=errat(?:um|a)\b|corrigend(?:um|a)\b|rejoinder\b|retract(?:ed|ion)\b))(\w+)/;

const NUMBER_WORDS = new Map(
  'one first,two second,three third,four fourth,five fifth,six sixth,seven seventh,eight eighth,nine ninth,ten tenth,eleven eleventh,twelve twelfth'
    .split(',')
    .flatMap((words, i) => words.split(' ').map((word) => [word, i + 1] as const)),
);
const ROMAN = new Map(
  'ii iii iv vi vii viii ix xi xii'.split(' ').map((word, i) => [word, [2, 3, 4, 6, 7, 8, 9, 11, 12][i]!]),
);
const SINGLE_ROMAN = new Map([
  ['i', 1],
  ['v', 5],
  ['x', 10],
]);

/** The numbers a title has, in digits, in words or in Roman numerals, sorted as text. */
function numbersIn(words: string[]): string[] {
  return words
    .flatMap((word, i) => {
      const named = NUMBER_WORDS.get(word) ?? ROMAN.get(word);
      if (named !== undefined) return [String(named)];
      // A single letter is a numeral after "part", or where it ends the title.
      const single = SINGLE_ROMAN.get(word);
      if (
        single !== undefined &&
        (i === words.length - 1 || /^(?:part|volume|vol|book|chapter)$/.test(words[i - 1] ?? ''))
      )
        return [String(single)];
      return word.match(/\d+/g) ?? [];
    })
    .sort();
}

function letterPairs(text: string): Map<string, number> {
  const pairs = new Map<string, number>();
  for (let i = 0; i + 1 < text.length; i++) {
    const pair = text.slice(i, i + 2);
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  }
  return pairs;
}
