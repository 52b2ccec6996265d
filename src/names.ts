/**
 * What is known of a person's name: which part of it is the family name, or that it is the name of an institution. A source
 * says so by fields of its own, or by a comma (`Family, Given`); where it gives `Given Family` as one text, nothing is known
 * of the parts, and who needs them tells them by looks (`guessedName`).
 *
 * Names come from outside as texts or in parts, are settled once (`nameSchema`, `readName`), and then stand in one form only:
 * written as `particle family, given, suffix` and read again, every one of them is what it was.
 */
import { z } from 'zod';
import { plain, wordsIn } from './fold.ts';
import { normalText, onOneLine } from './text.ts';

/** A person. No part is empty, and none has a comma in it. */
export interface Person {
  family: string;
  /** Given names or initials, with a particle that is left behind where names are sorted ("Alexander von" Humboldt). */
  given: string;
  /** Small words before the family name: "van", "de la". */
  particle?: string;
  /** "Jr.", "III". */
  suffix?: string;
}

/** An institution, a group, or somebody who has one name. */
export interface Institution {
  literal: string;
}

export type Name = Person | Institution;

/** Characters. What is longer is no person's name, and not taken apart as one. */
export const MAX_NAME = 1000;

const part = z.string().nullish();
const EXPECTED = 'expected a name in parts: family, given, particle, suffix; or a literal';
const PARTS = ['literal', 'family', 'given', 'particle', 'suffix'];
/** A name in parts, as sources give it: a family name alone is an institution's, for all that is known. */
export const nameSchema = z
  .record(z.string(), part, EXPECTED)
  .refine((name) => Object.keys(name).length > 0 && Object.keys(name).every((key) => PARTS.includes(key)), {
    error: EXPECTED,
    abort: true,
  })
  .transform(({ literal, ...parts }) => (typeof literal === 'string' ? institution(literal) : settled(parts)));

const SUFFIX = /^(?:[JS]r\.?|I{2,3}|IV|[2-9](?:nd|rd|th))$/;
/** Whether a word is one that stands behind a name: "Jr.", "III". */
export const isSuffix = (word: string): boolean => SUFFIX.test(word);
/** A word that may stand before a family name without being part of it. */
const SMALL = /^['’]?\p{Ll}/u;

/** The words of a part of a name, which a comma in it only separates. */
const wordsOf = (text: string | null | undefined): string[] =>
  onOneLine(normalText((text ?? '').replace(/[,，]/g, ' ')))
    .split(' ')
    .filter((word) => word !== '');

const institution = (text: string): Institution => ({ literal: onOneLine(normalText(text)) });

/** A name's parts in the one form they have; a text where there is no family name. */
function settled(parts: { [part in keyof Person]?: string | null | undefined }): Name | string {
  const whole = [parts.given, parts.particle, parts.family, parts.suffix].filter(Boolean).join(' ');
  if (whole.length > MAX_NAME) return institution(whole);
  const family = wordsOf([parts.particle ?? '', parts.family ?? ''].join(' '));
  const given = wordsOf(parts.given);
  let suffix = wordsOf(parts.suffix).join(' ');
  for (const words of [family, given]) if (suffix === '' && isSuffix(words.at(-1) ?? '')) suffix = words.pop()!;
  let begin = 0;
  while (begin < family.length - 1 && SMALL.test(family[begin]!)) begin++;
  if (family.length === 0) return [...given, suffix].join(' ').trim();
  if (given.length === 0) return institution([...family, suffix].join(' '));
  return {
    family: family.slice(begin).join(' '),
    given: given.join(' '),
    ...(begin > 0 && { particle: family.slice(0, begin).join(' ') }),
    ...(suffix !== '' && { suffix }),
  };
}

const INSTITUTIONS =
  'Team Group Collaboration Consortium Committee Council Commission University Universität Université Universidad Institut ' +
  'Institute Institution School College Organisation Organization Association Society Federation Union Network Initiative ' +
  'Project Programme Program Agency Ministry Department Office Bureau Service Center Centre Hospital Foundation Laboratory ' +
  'Laboratories Lab Labs Company Corporation Inc Ltd LLC GmbH Research Press Investigators Contributors Developers Authors';
const NOUN = new RegExp(`(?<!\\S)(?:${INSTITUTIONS.replaceAll(' ', '|')})(?![\\p{L}\\p{M}])`, 'u');
/** Whether a text has a word in it that only institutions are called by. */
export const ofInstitution = (text: string): boolean => NOUN.test(text);
const FIRM = /^(?:Inc|Ltd|LLC|GmbH|Corp|Co|AG|PLC)\.?$/i;

/**
 * The name that a text writes as `Family, Given`, with a suffix in the second place (BibTeX) or the third (RIS); or as EndNote
 * writes an institution's, with a comma at its end or one that is doubled. A text without a comma comes back on one line:
 * nothing is known of its parts. Takes time linear in the text's length.
 */
export function readName(text: string): Name | string {
  const line = onOneLine(normalText(text));
  if (line.length > MAX_NAME || !/[,，]/.test(line)) return line;
  if (line.includes(',,')) return institution(line.replace(',,', ','));
  const [first = '', second = '', ...others] = line.split(/[,，]/).map((each) => each.trim());
  const third = others.filter((each) => each !== '').join(' ');
  if (first.includes(' ') && (ofInstitution(first) || FIRM.test(second))) return institution(line.replace(/,$/, ''));
  if (FIRM.test(second) && third === '') return institution(line);
  // "King, Jr., Martin Luther", and "Martin Luther King, Jr." in lists that have the given name first.
  if (isSuffix(second) && third !== '') return settled({ family: first, given: third, suffix: second });
  if (isSuffix(second) && first.includes(' ')) return `${first} ${second}`;
  return settled({ family: first, given: second, suffix: third });
}

/** A name as people see it: "Ludwig van Beethoven", "Laura Abel III", "李伟". */
export function shownName(name: Name): string {
  if ('literal' in name) return name.literal;
  const { family, given, particle, suffix } = name;
  if (isEastAsian(name)) return [family + given, suffix].filter(Boolean).join(' ');
  return [given, particle, family, suffix].filter(Boolean).join(' ');
}

const EAST_ASIAN = /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}々ー・·]+$/u;
/** Whether a name is written in a script in which the family name comes first and no blank behind it. */
const isEastAsian = ({ family, given }: Person): boolean => EAST_ASIAN.test(family + given);

/** How people see the name that a text writes as `Family, Given`. */
export function seenName(text: string): string {
  const name = readName(text);
  return typeof name === 'string' ? name : shownName(name);
}

/** How people see a name that a source gives in parts. */
export function partsShown(parts: object): string {
  const name = nameSchema.parse(parts);
  return typeof name === 'string' ? name : shownName(name);
}

/** A name with its parts in the order of Latin script, whatever its own: what ids were always made from. */
export function givenFirst(name: Name): string {
  if ('literal' in name) return name.literal;
  return [name.given, name.particle, name.family, name.suffix].filter(Boolean).join(' ');
}

/** A name as lists are sorted by it: "van Beethoven, Ludwig", "King, Martin Luther, Jr.". `readName` reads it. */
export function familyFirst({ family, given, particle, suffix }: Person): string {
  return [particle === undefined ? family : `${particle} ${family}`, given, suffix].filter(Boolean).join(', ');
}

/** What of these names is about some of these texts, each text once. */
export function namesAmong(texts: readonly string[], names: readonly Name[]): Name[] {
  if (names.length === 0) return [];
  const known = namesByText(names);
  return [...new Set(texts)].flatMap((text) => known.get(text) ?? []);
}

/** Names by how people see them; of two that look alike the first. */
export function namesByText(names: readonly Name[]): Map<string, Name> {
  return new Map(names.map((name): [string, Name] => [shownName(name), name]).reverse());
}

const ORGANISATION = new RegExp(
  `[,;&@/()\\d]|(?<!\\S)(?:[Aa][Nn][Dd]|of|for|the|on|und|für|et|des)(?![\\p{L}\\p{M}])|${NOUN.source}`,
  'u',
);
/** Not "3rd", which in a name of unknown parts may be of anything. */
const LIKE_A_SUFFIX = /^(?:[JS]r\.?|I{2,3}|IV)$/;
const PARTICLE = /^\p{Ll}[\p{Ll}'’.]*$/u;

/**
 * The parts of a name of which only the text is known, by looks: it can be wrong, but seen by people it is the text again.
 * An institution's, and that of somebody without a given name, is left whole.
 */
export function guessedName(text: string): Name {
  if (ORGANISATION.test(text)) return { literal: text };
  const words = text.split(' ');
  const suffix = words.length > 2 && LIKE_A_SUFFIX.test(words.at(-1)!) ? words.pop()! : '';
  const family = words.pop()!;
  let begin = words.length;
  while (begin > 0 && PARTICLE.test(words[begin - 1]!)) begin--;
  if (begin === 0) return { literal: text };
  const particle = words.slice(begin).join(' ');
  return {
    family,
    given: words.slice(0, begin).join(' '),
    ...(particle !== '' && { particle }),
    ...(suffix !== '' && { suffix }),
  };
}

/**
 * The words of a name without case and accents, the family name's last; which of them that is, and which are before it; and
 * the `whole` as it is written, where that is without a blank.
 */
export function foldedParts(name: Name): {
  words: string[];
  family: string[] | undefined;
  given: string[];
  whole: string[];
} {
  const fold = (text: string | undefined) => wordsIn(plain(text ?? '').replace(/['’ʼ]/g, ''));
  if ('literal' in name) return { words: fold(name.literal), family: undefined, given: [], whole: [] };
  const family = fold(name.family);
  // Asked for as it is written, too: without a blank.
  const whole = isEastAsian(name) ? fold(name.family + name.given) : [];
  const given = [...fold(name.given), ...fold(name.particle)];
  return { words: [...whole, ...given, ...family], family, given, whole };
}

/** Words that an acronym mostly leaves out. */
const SMALL_WORD = /^(?:\p{Ll}[\p{Ll}'’]*|[Tt]he|&)$/u;
/** Words; no acronym has more letters. */
const MOST_INITIALS = 12;

/**
 * What an institution may be called by for short, in capitals: those that stand in its name ("(WHO)"), and the initials of its
 * words, with and without the small ones ("DOE", "NIST").
 */
export function acronymsOf(literal: string): string[] {
  const words = literal.split(/[\s,;:/()]+/u).filter((word) => word !== '');
  const initials = (some: string[]) =>
    some.length > MOST_INITIALS ? '' : some.map((word) => Array.from(word.toUpperCase())[0]!).join('');
  const made = [initials(words), initials(words.filter((word) => !SMALL_WORD.test(word)))];
  return [...new Set([...words, ...made])].filter((word) => /^\p{Lu}{2,}$/u.test(word));
}

const UNSPACED = '[\\p{sc=Han}\\p{sc=Hang}\\p{sc=Hira}\\p{sc=Kana}々ー]';
const UNSPACED_RUN = new RegExp(`(?<!${UNSPACED})${UNSPACED}{1,5}(?!${UNSPACED})`, 'gu');

/**
 * Of a text the names in scripts that put no blank between family and given name, each whole, and its first sign and its first
 * two: one of them is the family name, nearly always, and nothing says which. What is longer than a person's name is passed over.
 */
export function unspacedNames(text: string): string[] {
  return (text.normalize('NFC').match(UNSPACED_RUN) ?? []).flatMap((run) => {
    const signs = Array.from(run);
    return [run, ...[1, 2].filter((n) => n < signs.length).map((n) => signs.slice(0, n).join(''))];
  });
}

/** A name that is written in two scripts ("Wei Li 李伟"), without the one that puts no blanks; any other as it is. */
export function withoutUnspaced(text: string): string {
  const rest = onOneLine(
    text
      .normalize('NFC')
      .replace(UNSPACED_RUN, ' ')
      .replace(/[(（]\s*[)）]/g, ' '),
  ).trim();
  return /\p{L}/u.test(rest) ? rest : text;
}
