/**
 * Which paper of the library does a title, or one line of a bibliography, mean, and how sure is that?
 *
 * An identifier tells, and so does a title with somebody of its authors and its year. A title alone is likely: some are called as
 * others are; and so is one that is written a little otherwise beside an author or a year.
 */
import { MAX_REFERENCE, referenceOf } from '../drafts/draft.ts';
import { plain, wordsIn } from '../fold.ts';
import { IDENTIFIER_KINDS } from '../identifiers.ts';
import type { Candidate, Key, Library } from '../library/library.ts';
import { briefOf } from '../paper.ts';
import type { MatchAnswer, MatchSign, MatchVerdict } from './answer.ts';
import { MIN_TITLE, standsIn, titleKey } from './cited.ts';

/** Papers that are named, at most. */
const MOST = 5;
/** Of what words and names find, those that are looked at. */
const DEPTH = 20;
/** Words of a title that have to be there where it is not there as it stands, and how many it needs to have. */
const NEARLY = 0.8;
const TELLING_WORDS = 4;

const YEARS = /(?<!\d)\d{4}(?!\d)/g;

/** What is looked for: one of them. */
export interface Meant {
  /** A title, and nothing else. */
  title?: string | undefined;
  /** A line of a bibliography: authors, title, year, identifiers, in any style. */
  reference?: string | undefined;
}

/** The papers that a title or a reference may mean, the surest first. */
export async function matching(library: Library, meant: Meant, signal?: AbortSignal): Promise<MatchAnswer> {
  const text = (meant.title ?? meant.reference ?? '').slice(0, MAX_REFERENCE);
  const isTitle = meant.title !== undefined;
  const { ids } = referenceOf(null, text);
  const named = IDENTIFIER_KINDS.flatMap((kind) => (ids[kind] === undefined ? [] : [`${kind}:${ids[kind]}`]));
  const identified = (await library.find(named, signal)).filter((key) => key !== undefined);
  const { candidates, also } = await library.recall({
    ...{ legs: ['lexical'], depth: DEPTH, words: text, names: text, scoring: 'alone', also: identified, signal },
  });
  const all = new Map([...also, ...candidates].flatMap((each) => (each ? [[each.key, each]] : [])));
  const judged = Array.from(all.values(), (each) => judgedOf(each, text, isTitle, identified))
    .filter(({ verdict }) => verdict !== 'none')
    .sort((a, b) => b.weight - a.weight)
    .slice(0, MOST);
  const [described, { papers, embedded }] = await Promise.all([
    library.describe(
      judged.map(({ key }) => key),
      {},
      signal,
    ),
    library.state(),
  ]);
  return {
    verdict: judged[0]?.verdict ?? 'none',
    matches: judged.flatMap(({ verdict, by }, i) => {
      const paper = described[i]?.paper;
      return paper ? [{ ...briefOf(paper), verdict, by }] : [];
    }),
    library: { papers, embedded },
  };
}

function judgedOf(candidate: Candidate, text: string, isTitle: boolean, identified: Key[]) {
  const { key, title, match, called } = candidate;
  const isIdentified = identified.includes(key);
  const share = shareOf(title, text, isTitle);
  const author = Boolean(called?.family.length);
  // Names are looked for at the beginning, and the year of a long reference stands at its end.
  const isOfYear = !isTitle && text.match(YEARS)?.includes(String(candidate.year));
  const year = Boolean(called?.year.length) || Boolean(isOfYear);
  const by: MatchSign[] = [
    ...(isIdentified ? (['identifier'] as const) : []),
    ...(share > 0 ? (['title'] as const) : []),
    ...(author ? (['author'] as const) : []),
    ...(year ? (['year'] as const) : []),
  ];
  const isTelling = titleKey(title).length >= MIN_TITLE;
  let verdict: MatchVerdict = 'none';
  if (share === 1 ? isTelling || author : share > 0 && (author || year)) verdict = 'likely';
  if (isIdentified || (share === 1 && author && year)) verdict = 'certain';
  // Of several titles that stand in a reference the longest says most.
  const weight =
    (verdict === 'certain' ? 1e6 : 0) + (isIdentified ? 1e5 : 0) + by.length * 1e3 + share * titleKey(title).length;
  return { key, verdict, by, weight: weight + Math.min(1, (match?.score ?? 0) / 1000) };
}

/** How much of a title is there: 1 for all of it as it stands, 0 for too little to tell. */
function shareOf(title: string, text: string, isTitle: boolean): number {
  const key = titleKey(title);
  if (key === '') return 0;
  if (isTitle ? key === titleKey(text) : standsIn(key, text)) return 1;
  const [words, said] = [new Set(wordsIn(plain(title))), new Set(wordsIn(plain(text)))];
  if (words.size < TELLING_WORDS) return 0;
  const common = [...words].filter((word) => said.has(word)).length;
  // A title has no other words; a reference has.
  const share = common / (isTitle ? words.size + said.size - common : words.size);
  return share >= NEARLY ? Math.min(share, 0.99) : 0;
}
