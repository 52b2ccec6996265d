/**
 * What is it worth that a question calls a paper by its names? Pure.
 *
 * Scientists call papers by surname and year ("Vaswani 2017"), by title and year, or by a whole reference. Vectors know nothing
 * of names, and texts don't hold them. But a surname may be a word like any other: how far it is a name says the share of the
 * papers that have it as one among all that have it at all. So "Vaswani" is a name, and "long" in a question about long texts
 * next to none. Given names, venue and year count beside a family name only.
 */
import { plain, wordsIn } from '../fold.ts';
import type { Called, SaidWord } from '../library/library.ts';
import { isStopWord } from '../library/words.ts';

export interface Naming {
  /** How much of what the question says are names of the paper, 0..1: words count by their rarity. */
  worth: number;
  /** How much of what it says the paper holds in its text or is called by, 0..1, and by how many words. */
  held: { words: number; coverage: number };
  /** Whether it says nothing but names of the paper. */
  isCalled: boolean;
  /** Whether it asks what somebody wrote on something, and this is it: it holds all that is said, and one is rather a name. */
  isByAsked: boolean;
  /** Whether the year that it says is the one before or after the paper's own: others of that very year come before. */
  isOfNearYear: boolean;
  /** The words that the paper is called by. */
  words: string[];
}

/** Share of names from which on a surname without a year or a given name asks for a person and not for a matter. */
const RATHER_A_NAME = 0.5;

/** @param papers how many there are in the library. */
export function namingOf(said: readonly SaidWord[], called: Called, papers: number): Naming {
  const [family, text] = [new Set(called.family), new Set(called.text)];
  const beside = new Set([...called.given, ...called.venue, ...called.year]);
  const near = new Set(called.nearYear);
  const ofFamily = Math.max(0, ...said.filter(({ word }) => family.has(word)).map(nameness));
  let [all, named, held, words] = [0, 0, 0, 0];
  let [isWhole, isCalled] = [true, family.size > 0];
  for (const each of said) {
    const weight = isStopWord(each.word) ? 0 : rarity(each.texts, papers);
    // Only beside a family name a venue says anything; a year, or a venue beside it, can be only that.
    const share = family.has(each.word) ? nameness(each) : !beside.has(each.word) ? 0 : family.size > 0 ? ofFamily : 1;
    const isHeld = [text, family, beside, near].some((words) => words.has(each.word));
    all += weight;
    if (family.size > 0) named += weight * share;
    held += weight * (text.has(each.word) ? 1 : share);
    if (weight > 0 && isHeld) words++;
    if (weight > 0 && !isHeld) isWhole = false;
    if (weight > 0 && ![family, beside, near].some((words) => words.has(each.word))) isCalled = false;
  }
  return {
    worth: all === 0 ? 0 : named / all,
    held: { words, coverage: all === 0 ? 0 : isWhole ? 1 : held / all },
    isCalled: isCalled && (called.year.length + near.size + called.given.length > 0 || ofFamily >= RATHER_A_NAME),
    isByAsked: isWhole && ofFamily >= RATHER_A_NAME,
    isOfNearYear: near.size > 0,
    words: said.flatMap(({ word }) => (family.has(word) || beside.has(word) ? [word] : [])),
  };
}

/** How far a word is a name, 0..1. */
function nameness({ names, texts }: SaidWord): number {
  return names / (names + texts);
}

/** How telling a word is that so many papers hold: as its inverse document frequency in coverage (see Match). */
function rarity(holders: number, papers: number): number {
  return Math.log(1 + (papers - holders + 0.5) / (holders + 0.5));
}

/** Titles with fewer words may stand in any sentence. */
const TELLING_TITLE = 4;
/** Characters; what is longer is no reference to one paper. */
const LONGEST_REFERENCE = 1000;

/** A text in which titles are looked for. Takes time linear in its length, and in that of each title. */
export class Quoted {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text.length > LONGEST_REFERENCE ? ' ' : ` ${wordsIn(plain(text)).join(' ')} `;
  }

  /**
   * How many words of the text are a title that stands in it whole; 0 where it does not, and for a short one also where the
   * rest of the text says anything else than names of the paper.
   * @param names the words that the paper is called by.
   */
  wordsOf(title: string, names: readonly string[]): number {
    // The folded form of a title is at most that much shorter: most are longer than the question, and no work.
    if (title.length > 2 * this.#text.length) return 0;
    const words = wordsIn(plain(title));
    const whole = ` ${words.join(' ')} `;
    const at = words.length === 0 ? -1 : this.#text.indexOf(whole);
    if (at < 0) return 0;
    if (words.length >= TELLING_TITLE) return words.length;
    const rest = wordsIn(this.#text.slice(0, at) + ' ' + this.#text.slice(at + whole.length));
    const isName = (word: string) => names.some((name) => plain(name) === word);
    const isOfNames = rest.every((word) => isName(word) || isStopWord(word) || IN_REFERENCES.has(word));
    return isOfNames && rest.some(isName) ? words.length : 0;
  }
}

/** Words between names in references, that are no names themselves. */
const IN_REFERENCES = new Set(['et', 'al', 'proc', 'ed', 'eds', 'vol', 'no', 'pp', 'doi']);
