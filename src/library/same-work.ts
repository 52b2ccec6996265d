/**
 * Whether two papers that share no identifier are versions of one work: a preprint and what was published of it, a
 * workshop paper and the conference paper, a submission and its resubmission. Pure; what is done with it is in works.ts.
 *
 * Titles, authors and years make two papers candidates, the cosine of their vectors confirms them, where there are texts that
 * can agree: a title that any issue of a journal may have confirms nothing, nor does one that comes again in the same place. What tells siblings
 * apart comes first: other numbers in the title ("Part II", "SemEval-2016 Task 4", "Fourth Workshop"), or a title that
 * speaks about the other paper ("Erratum to …"). Both are equivalences, so no chain of links can lead around them.
 *
 * The bounds were chosen on one half of the pairs that `npm run bench -- works` builds and are measured on the other.
 */
import { createHash } from 'node:crypto';
import { lettersIn, plain, wordsIn } from '../fold.ts';
import { isPreprintDoi } from '../identifiers.ts';
import type { Paper } from '../paper.ts';
import { isPreprintServer } from './merge.ts';

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
  /** Whether the title says only what kind of piece it is ("Editorial", "Letter to the Editor", "Annual report of …"). */
  isGeneric: boolean;
  /** The letters of where it was published; empty for a preprint, and where it is not known. */
  venue: string;
  /** As a publisher registered it; empty for a preprint's. */
  doi: string;
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
export function traitsOf(paper: Pick<Paper, 'title' | 'abstract' | 'authors' | 'year' | 'venue' | 'ids'>): Traits {
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
    isGeneric: isGeneric(words),
    venue: paper.venue === null || isPreprintServer(paper.venue) ? '' : lettersIn(plain(paper.venue)),
    doi: paper.ids.doi === undefined || isPreprintDoi(paper.ids.doi) ? '' : paper.ids.doi,
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

/** What vectors must reach where titles and names say nothing: the texts agree in nearly all. */
const AGREEING_TEXTS = 0.9;

/**
 * The cosine that the vectors of two papers must reach for the papers to be one work; undefined where none is enough.
 * Symmetric.
 */
export function neededCosine(a: Traits, b: Traits): number | undefined {
  const needed = neededByNames(a, b);
  if (needed === undefined) return undefined;
  const [haveTexts, hasText] = [a.hasAbstract && b.hasAbstract, a.hasAbstract || b.hasAbstract];
  // An editor writes an Editorial in every issue: only what it says can tell that two are one.
  if (a.isGeneric || b.isGeneric) return haveTexts ? Math.max(needed, AGREEING_TEXTS) : undefined;
  const haveDois = a.doi !== '' && b.doi !== '' && a.doi !== b.doi;
  const recurs = a.venue !== '' && a.venue === b.venue && a.year !== b.year;
  // What comes again in the same place is a series; what two publishers registered are two publications, which may be of one
  // work. Without texts, vectors say no more than the titles do.
  if (recurs && (haveDois || !haveTexts)) return haveTexts ? Math.max(needed, AGREEING_TEXTS) : undefined;
  if (haveDois && !haveTexts) return hasText && a.venue !== b.venue ? Math.max(needed, 0.6) : undefined;
  return needed;
}

/** The same by titles, authors and years alone. */
function neededByNames(a: Traits, b: Traits): number | undefined {
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

/** Words that say what kind of piece something is, and which: a title of nothing else says nothing of what is in it. */
const GENERIC_WORDS = new Set(
  (
    'editorial editorials editor editors editorship guest associate chief managing preface foreword introduction introductory intro prologue epilogue ' +
    'afterword postscript letter letters correspondence reply replies response responses comment comments commentary ' +
    'commentaries author authors book books review reviews reviewed reviewer reviewers received obituary obituaries memoriam ' +
    'memory tribute announcement announcements news newsletter notes note notices notice issue issues highlights table contents ' +
    'content front back matter index subject erratum errata corrigendum corrigenda correction corrections acknowledgement ' +
    'acknowledgements acknowledgment acknowledgments list thanks call papers paper calendar events meeting meetings report reports ' +
    'conference workshop symposium congress session sessions abstracts abstract proceedings program programme presidential ' +
    'president address message chair chairs chairman welcome cover board masthead summary discussion discussions conclusion ' +
    'conclusions concluding opening remarks overview perspective perspectives viewpoint viewpoints opinion opinions essay case ' +
    'clinical image images quiz poster posters invited talk talks keynote lecture panel tutorial tutorials title page untitled ' +
    'minutes special section theme thematic topic volume number part supplement edition year annual yearly quarterly ' +
    'monthly biennial journal magazine research technical general organizers organisers committee organizing organising desk ' +
    'publisher publishers inside spotlight column department interview interviews ' +
    // The small words between them, and numbers.
    'a an the to of in on for from with and or at by this that our its new first last final next ' +
    // German, French, Spanish, Portuguese, Italian, Dutch, Polish
    'vorwort geleitwort einleitung einfuhrung nachwort nachruf nachrufe leserbrief leserbriefe leserzuschrift buchbesprechung ' +
    'buchbesprechungen rezension rezensionen besprechungen mitteilungen mitteilung berichte bericht tagungsbericht ' +
    'zusammenfassung inhaltsverzeichnis berichtigung der die das des dem den und zu zum zur im von vom ' +
    'avant propos compte comptes rendu rendus lettre lettres redaction redacteur courrier necrologie hommage sommaire ' +
    'le la les l de du d et au aux ' +
    'editoriales prologo introduccion presentacion prefacio resena resenas carta cartas director obituario noticias discurso ' +
    'recension recensiones respuesta agradecimientos el los las del al y ' +
    'apresentacao introducao resenhas resenha carta editora nota expediente sumario prologo o os as do da dos das e ao ' +
    'editoriale editoriali prefazione introduzione recensioni recensione lettera lettere necrologio premessa indice il lo i gli della dei ' +
    'voorwoord inleiding redactioneel boekbespreking boekbesprekingen recensies het een en van ' +
    'wstep przedmowa od redakcji recenzja recenzje wprowadzenie sprawozdanie slowo wstepne'
  ).split(' '),
);
/** Titles of the same kind that go on with whose they are: a registry's report of every year. */
const RECURRENT =
  /^(?:the )?(?:(?:semi ?annual|annual|yearly|biennial|quarterly|monthly|weekly|half ?yearly|progress|activity|status) (?:reports?|reviews?|surveys?|summar(?:y|ies)|statistics|updates?|meetings?|conferences?|accounts?|message|bulletin)|(?:report|minutes|proceedings|abstracts|message|letter|note|word|notes|remarks) (?:of|from|by) the|jahresbericht|rapport annuel|informe anual|relatorio anual|memoria anual|rapporto annuale|relazione annuale|jaarverslag|sprawozdanie roczne)\b/;
/** Of other scripts: an editorial, a preface, a review of a book, a letter. */
const GENERIC_SIGNS =
  /^(?:前言|序言?|编者按|卷首语|社论|社説|巻頭言|まえがき|はじめに|あとがき|書評|书评|特集にあたって|编辑部|致读者|머리말|권두언|서평|편집자의 글|предисловие|введение|от редакции|от редактора|рецензия|рецензии|некролог|письмо в редакцию|передмова|вступ)$/;

function isGeneric(words: string[]): boolean {
  const title = words.join(' ');
  if (GENERIC_SIGNS.test(title) || RECURRENT.test(title)) return true;
  return words.length > 0 && words.every((word) => GENERIC_WORDS.has(word) || /^\d+(?:st|nd|rd|th)?$/.test(word));
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
