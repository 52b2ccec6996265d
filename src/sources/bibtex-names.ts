/**
 * The people in a BibTeX field. "von Last, First" and "von Last, Jr, First" say which part of a name is which, and so do
 * BibLaTeX's `family=Last, given=First` and braces: around a family name of several words, or around an institution's whole
 * name. Of "First von Last" only the text is known. Where a list is plainly meant otherwise than these rules have it (parted by
 * semicolons or commas, with the suffix last), it is read as it is meant; lists that akin wrote are read to the letter.
 */
import { isSuffix, MAX_NAME, ofInstitution } from '../names.ts';
import { onOneLine } from '../text.ts';
import { isDegree, listedName, namesInOne, styleOf, type ListStyle, type NameGiven } from './author-list.ts';
import { plain, splitOutsideBraces } from './bibtex-text.ts';
import type { NameNotes } from './name-notes.ts';

type NameRead = NameGiven | { literal: string } | { family: string; given: string; particle: string; suffix: string };

/** The people of a field, and whether it says that there are others. */
export interface People {
  names: NameRead[];
  more: boolean;
}

/** Whether a name of a list only says that there are more. */
export const isOthers = (name: string): boolean => /^\{?(?:others|et\.?[ ~]al\.?)\}?[.,]?$/i.test(name.trim());

/** The people of an entry's field, whoever wrote it. */
export function namesIn(values: string[]): People {
  const listed = values
    .flatMap((value) => splitOutsideBraces(withoutMarks(onOneLine(value)).trim(), / (?:and )+/gi))
    .map(trimmed)
    .flatMap(betweenAmpersands);
  const people = listed.map((person) => person.replace(/(?<![ ~,;])[ ~,;]*(?<![\p{L}\p{M}])et\.?[ ~]al\.?,?$/iu, ''));
  const names = inEnglish(people) ?? people.flatMap((person) => (isLoose(person) ? apart(person) : [person]));
  const named = names.filter((person) => person !== '' && !isOthers(person));
  const style = styleOf(named.filter(isLoose).map((person) => plain(person)));
  return {
    names: named.map((person) => nameOf(person, style)),
    more: listed.some((person, i) => isOthers(person) || person !== people[i]),
  };
}

/** What stands for a mark of a footnote: a number, a letter, a sign. */
const MARK =
  '(?:[\\d*∗†‡§¶#]{1,3}|[a-z](?![a-z])|\\\\(?:ast|star|dag|ddag|dagger|ddagger|text[a-z]{1,20}|S|P)(?![a-zA-Z]))';
const MARKS = `\\{?[ ,;]{0,2}${MARK}(?:[ ,;]{0,2}${MARK}){0,8}[ ,;]{0,2}\\}?`;
/** Marks of footnotes behind names; a raised letter before others ("M$^c$Donald") is part of a name. */
const FOOTNOTES = new RegExp(
  [
    `\\$ ?(?:\\{\\})?\\^ ?${MARKS} ?\\$(?!\\p{L})`,
    `\\\\textsuperscript ?${MARKS}(?![\\p{L}\\}])`,
    '\\\\footnotemark(?:\\[[^\\[\\]{}]{0,20}\\])?(?:\\{\\})?',
    '(?<=[\\p{L}.}])[*∗†‡§¶¹²³⁰⁴-⁹]{1,5}(?:, ?[*∗†‡§¶¹²³⁰⁴-⁹]{1,5}){0,8}(?=$|[ ,;])',
  ].join('|'),
  'gu',
);
const withoutMarks = (people: string): string => people.replace(FOOTNOTES, '');

/** "Ann Abel & Bob Baker"; but "Johnson & Johnson" is an institution, or a name that nobody can tell from one. */
function betweenAmpersands(person: string): string[] {
  if (!isLoose(person)) return [person];
  const parts = person.split(/,? \\?& /);
  const isPerson = (part: string): boolean => /[ ,]/.test(part.trim()) && !ofInstitution(part);
  return parts.length > 1 && parts.every(isPerson) ? parts.flatMap(commaParted) : [person];
}

/** "Ann Abel, Bob Baker" before an ampersand. */
function commaParted(part: string): string[] {
  const names = part.split(', ');
  return names.every((name) => /^\p{Lu}\S* .*\p{Lu}/u.test(name.slice(0, 200))) ? names : [part];
}

/** The people of a field that akin wrote. @param before how many people stand in fields before it, for the notes. */
export function ownNames(values: string[], { guessed, joined }: NameNotes, before: number): People {
  const people = values.flatMap((value) => splitOutsideBraces(onOneLine(value).trim(), / and /gi));
  const named = people.filter((person) => person !== '' && !isOthers(person));
  const names = named.map((person, i): NameRead => {
    const place = before + i + 1;
    const parts = splitOutsideBraces(person, /,/g).map((part) => plain(part));
    const [family = '', ...others] = parts;
    if (others.length === 0) return guessed(place) || !isWhole(person) ? family : { literal: family };
    const [given, suffix] = [others.pop()!, others.join(' ')];
    const whole = { family, given: joined(place) ? withoutBlanks(given) : given, suffix };
    return guessed(place) ? [whole.given, family, suffix].filter((part) => part !== '').join(' ') : whole;
  });
  return { names, more: named.length < people.length };
}

/** Initials without the blanks between them. */
export const withoutBlanks = (given: string): string => given.replace(/(?<=\p{Lu}\.) (?=\p{Lu}\.)/gu, '');

/** Without an "and" that nobody stands before or behind. */
const trimmed = (person: string): string =>
  person
    .replace(/^(?:and )+/i, '')
    .replace(/ and$/i, '')
    .trim();

/** Whether nothing in a name is kept together by braces; those of accents keep nothing. */
const isLoose = (person: string): boolean => !/\{(?!\\)/.test(person) && person.length <= MAX_NAME * 100;

/** The names in what stands between two "and"s. A comma that LaTeX has for a narrow blank, and a reference, part nothing. */
function apart(person: string): string[] {
  if (/^(?:family|given|prefix|suffix)\s*=/i.test(person) || !/[,;]/.test(person)) return [person];
  const names = namesInOne(plain(person));
  return names.length > 1 ? names : [person];
}

/** "Ann Abel, Bob Baker and Cy Cole": a list in English, with one "and" before the last. */
function inEnglish(people: string[]): string[] | undefined {
  const [first, last, ...others] = people;
  if (last === undefined || others.length > 0 || !isLoose(first!)) return undefined;
  const names = plain(first!).replace(/,$/, '').split(/, */);
  const isName = (text: string): boolean =>
    /^\p{Lu}\S*(?: \S+)* \p{Lu}\S+$/u.test(text.slice(0, 200)) && !isSuffix(text.split(' ').at(-1)!);
  return names.length > 1 && [...names, plain(last)].every(isName) ? [...names, last] : undefined;
}

/** Whether a name is in braces from its beginning to its end. */
function isWhole(person: string): boolean {
  if (!person.startsWith('{') || person.startsWith('{\\')) return false;
  let depth = 0;
  for (let at = 0; at < person.length; at++) {
    if (person[at] === '{') depth++;
    else if (person[at] === '}' && --depth === 0) return at === person.length - 1;
  }
  return false;
}

function nameOf(person: string, style: ListStyle): NameRead {
  if (person.length > MAX_NAME) return plain(person);
  if (isWhole(person)) return { literal: plain(person) };
  const parts = splitOutsideBraces(person, /(?<!\\),/g).map((part) => part.trim());
  if (/^(?:family|given|prefix|suffix)(?:-i)?\s*=/i.test(person)) {
    const named = new Map(parts.map((part) => [/^[a-z-]*/i.exec(part)![0].toLowerCase(), plain(valueIn(part))]));
    const [family = '', given = named.get('given-i') ?? '', particle = '', suffix = ''] = NAMED.map((name) =>
      named.get(name),
    );
    return { family, given, particle, suffix };
  }
  const [last = '', second = '', ...others] = parts.map((part) => plain(part));
  if (parts.length === 1) return withFamilyInBraces(person) ?? listedName(last, style);
  if (others.length === 0) return last.includes(',') ? { family: last, given: second } : `${last}, ${second}`;
  const third = others.filter((part) => part !== '').join(' ');
  const isLast = (isSuffix(third) || isDegree(third)) && !isSuffix(second);
  return isLast ? { family: last, given: second, suffix: third } : { family: last, given: third, suffix: second };
}

const NAMED = ['family', 'given', 'prefix', 'suffix'];

/** "Iness {Ben Guirat}", "Charles de la {Vallée Poussin}". */
function withFamilyInBraces(person: string): NameRead | undefined {
  const words = splitOutsideBraces(person, /[ ~]/g).filter((word) => word !== '');
  const family = words.pop();
  if (family === undefined || words.length === 0 || !isWhole(family)) return undefined;
  let begin = words.length;
  while (begin > 1 && /^\p{Ll}/u.test(words[begin - 1]!)) begin--;
  const [given, particle] = [words.slice(0, begin), words.slice(begin)].map((some) => plain(some.join(' ')));
  return { family: plain(family), given: given!, particle: particle!, suffix: '' };
}

/** What is after the equals sign, without quotation marks. */
const valueIn = (part: string): string => {
  const [, ...value] = part.split('=');
  return value.join('=').trimStart().replace(/^"/, '').replace(/"$/, '');
};
