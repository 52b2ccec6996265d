/**
 * Citation keys: the one a paper came with, or family name, year and the first telling word of its title. Of those given
 * out, only the keys are remembered.
 */
import { guessedName, namesByText } from '../names.ts';
import { peopleOf, type Paper } from '../paper.ts';

const KEY = /^[a-z][\w:.+/-]*$/i;
const MAX_KEY_CHARACTERS = 100;
const STOP_WORDS = new Set(
  'a an the on in of for to and or by from with at as is are der die das le la les un une'.split(' '),
);
/** Letters that are no other letter with an accent. */
const LETTERS: Record<string, string> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ı: 'i' };

export class CitationKeys {
  /** The keys given out, in small letters (BibTeX knows no others), each with the number that was last added to it. */
  readonly #used = new Map<string, number>();

  /** A key that no paper before had. */
  keyFor(paper: Paper): string {
    const wanted = ownKey(paper) ?? madeKey(paper);
    let key = wanted;
    let number = this.#used.get(wanted.toLowerCase()) ?? 1;
    while (this.#used.has(key.toLowerCase())) key = `${wanted}-${++number}`;
    this.#used.set(key.toLowerCase(), 1);
    this.#used.set(wanted.toLowerCase(), number);
    return key;
  }
}

function ownKey({ extra: { key } }: Paper): string | undefined {
  return typeof key === 'string' && KEY.test(key) && key.length <= MAX_KEY_CHARACTERS ? key : undefined;
}

function madeKey(paper: Paper): string {
  const { names, year, title } = paper;
  const [first = ''] = peopleOf(paper);
  const name = namesByText(names ?? []).get(first) ?? guessedName(first);
  const family = ascii('family' in name ? name.family : first).join('');
  const word = ascii(title).find((each) => !STOP_WORDS.has(each)) ?? '';
  const key = [family.slice(0, 30), year ?? '', word.slice(0, 30)].join('');
  return /^[a-z]/.test(key) ? key : `paper${key}`;
}

/** The words of a text in plain letters; of other scripts there are none. */
function ascii(text: string): string[] {
  const plain = text
    .toLowerCase()
    .replace(/[ßæœøłđðþı]/g, (letter) => LETTERS[letter]!)
    .normalize('NFKD')
    .replace(/\p{M}|['’]/gu, '');
  return plain.match(/[a-z\d]+/g) ?? [];
}
