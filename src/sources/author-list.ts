/**
 * Which people are in a list of authors? Every service separates them in its own way, and a list by itself often leaves open
 * whether a comma stands between two people or inside one's name: so a column is looked at first (`styleOf`), and each of its
 * lists is then taken apart in that light (`namesIn`). Names come out as they are written; `listedName` says what that tells of one.
 */
import { isSuffix, ofInstitution } from '../names.ts';
import { onOneLine } from '../text.ts';
import { isObject, text } from './json-records.ts';
import { literalIn } from './literals.ts';

/** What a column of lists has in common; undefined where its lists do not tell. */
export interface ListStyle {
  /** Where commas stand: in `Ito, Ai; Ode, Bo`, in `Ai Ito, Bo Ode`, or in both places, as in `Ito, Ai, Ode, Bo`. */
  commas: 'inside names' | 'between names' | 'in both' | undefined;
  /** There are lists of nothing but family names, so that `Ito, Ode` are two. */
  familiesOnly: boolean;
  /** `Ito A` or `A Ito`. */
  initials: 'last' | 'first' | undefined;
  /** A full stop ends the list, not the last name. */
  endsInStop: boolean;
  /** Nothing stands between two names: `Ai ItoBo Ode`. */
  isGlued: boolean;
}

/** Five thousand authors are listed in a tenth of this. What is longer is no list of them. */
const MAX_LIST_CHARACTERS = 1024 * 1024;
/** Characters of a list that are looked at to tell its style. */
const LOOKED_AT = 2000;
const MAX_NAME_CHARACTERS = 200;

/** Between two people, and nowhere else. */
const BETWEEN = /[;；|、•]|\s\/{1,2}\s|\/\//;
const CONJUNCTION = /(?<!\bvon) (?:and|&|und|et(?!\.? al\b)) /;
/** What belongs to the name before it, and what is no part of a name. */
const SUFFIX = /^(?:Jr|Sr|II|III|IV)\.?$/;
const DEGREE = /^(?:Ph\.? ?D|D\.?Phil|M\.?Sc|B\.?Sc|M\.?P\.?H|Dr|Prof)\.?$/;
/** "PhD", which is no part of a name. */
export const isDegree = (text: string): boolean => DEGREE.test(text);
/** `A`, `A.`, `ABC`, `A. B.`, `A B`, `A.-B.`; but `LI W.` is a name. */
const INITIALS = /^(?:\p{Lu}{1,4}\.?|(?:\p{Lu}\.?[- ]|\p{Lu}\.){1,4}\p{Lu}\.?)$/u;
// Linear: both are asked of a name's first 200 characters.
const INITIALS_LAST = /^\p{Lu}?[\p{L}'’ -]*\p{Ll}[\p{L}'’ -]* \p{Lu}(?:\.?[- ]?\p{Lu}){0,3}\.?$/u;
const INITIALS_FIRST = /^(?:\p{Lu}\.?[- ]?){1,4} \p{Lu}?[\p{L}'’ -]*\p{Ll}/u;

/** What the lists of a column have in common. */
export function styleOf(cells: readonly string[]): ListStyle {
  const seen = { inside: 0, between: 0, even: 0, odd: 0, last: 0, first: 0, stop: 0, noStop: 0, glued: 0, whole: 0 };
  for (const cell of cells) {
    const list = onLine(cell.slice(0, LOOKED_AT));
    if (literalIn(list) !== undefined) continue;
    const isSeparated = BETWEEN.test(list);
    const people = trimmed(isSeparated ? parted(list) : list.split(CONJUNCTION));
    const isList = isSeparated || people.length > 1;
    if (isList && people.filter((name) => name.includes(',')).length * 2 > people.length) seen.inside++;
    const parts = isList ? people : withSuffixes(trimmed(list.split(/[,，]/)));
    if (!isList && parts.length > 1) {
      if (isPaired(parts)) seen.inside++;
      else if (parts.every((part) => part.includes(' ')) && (parts.length > 2 || parts.some(hasInitials)))
        seen.between++;
      else if (parts.length > 2 && parts.length % 2 === 1)
        seen[parts.every((part) => !part.includes(' ')) ? 'odd' : 'between']++;
      else if (parts.length > 2) seen.even++;
    }
    const names = parts.map((name) => name.slice(0, MAX_NAME_CHARACTERS));
    for (const name of names) {
      if (ofInstitution(name)) continue; // "WHO Group" has no initials.
      if (INITIALS_LAST.test(name)) seen.last++;
      if (INITIALS_FIRST.test(name)) seen.first++;
    }
    if (names.length > 1) {
      const [last, ...others] = names.reverse() as [string, ...string[]];
      if (others.some((name) => name.endsWith('.'))) seen.noStop++;
      else if (FINAL_STOP.test(last) || (last.endsWith('.') && others.some(hasInitials))) seen.stop++;
    }
    if (!isList && parts.length === 1) {
      seen.whole++;
      if (isGlued(list)) seen.glued++;
    } else seen.whole = Infinity;
  }
  const between = seen.between + seen.odd;
  let commas: ListStyle['commas'];
  if (seen.inside > 0 && seen.inside >= between) commas = 'inside names';
  else if (between > 0) commas = 'between names';
  else if (seen.even >= 3) commas = 'in both';
  let initials: ListStyle['initials'];
  if (seen.last > 4 * seen.first) initials = 'last';
  else if (seen.first > 4 * seen.last) initials = 'first';
  return {
    commas,
    familiesOnly: seen.odd > 0,
    initials,
    endsInStop: seen.stop > 0 && seen.noStop === 0,
    isGlued: seen.glued > 1 && seen.glued * 3 >= seen.whole,
  };
}

/** The people in a list, as it writes them. */
export interface Listed {
  names: string[];
  /** False where the list says that there are others. */
  isWhole: boolean;
}

/** The people in a list. Takes time linear in its length. */
export function namesIn(list: string, style: ListStyle): Listed {
  if (list.length > MAX_LIST_CHARACTERS) return { names: [list], isWhole: true };
  const literal = literalIn(list);
  if (literal !== undefined) return { names: namesAmong(literal), isWhole: true };
  const { whole, isWhole } = withoutOthers(onLine(list));
  const line = style.endsInStop || /\p{Lu}{2}\.$/u.test(whole) ? whole.replace(/(?<!\b(?:Jr|Sr))\.$/, '') : whole;
  const names = BETWEEN.test(line) ? parted(line) : namesInLine(line, style);
  const people = trimmed(names).filter((name) => !/^(?:…|\.{2,})$/.test(name));
  return { names: people.flatMap(bareName), isWhole: isWhole && people.length === trimmed(names).length };
}

/** What stands between semicolons and the like; of people, who stand between commas before a group, each for himself. */
function parted(line: string): string[] {
  return line.split(BETWEEN).flatMap((part) => {
    const names = part.includes(',') ? trimmed(part.split(',')) : [];
    const areNames = names.length > 1 && names.every((name) => INITIALS_LAST.test(withoutSuffix(name)));
    return areNames ? names : [part];
  });
}

/** A list on one line; lines that hold a person each are parted by semicolons. */
function onLine(list: string): string {
  if (!/[\r\n]/.test(list)) return onOneLine(list);
  const lines = trimmed(list.split(/[\r\n]+/));
  const isEachOne = lines.every((line) => line.split(',').length <= 2);
  return onOneLine(lines.join(isEachOne ? '; ' : ' '));
}

/** The people in a value of JSON or Python: names, objects that have one, or lists `[family, given, suffix]` of its parts. */
export function namesAmong(value: unknown): string[] {
  if (typeof value === 'string') return trimmed([value]);
  if (isObject(value)) return [nameOf(value) ?? ''].filter((name) => name !== '');
  if (!Array.isArray(value)) return [];
  const isInParts =
    value.length > 0 && value.every((each) => Array.isArray(each) && each.every((part) => typeof part === 'string'));
  if (isInParts) return value.map((parts: string[]) => trimmed(parts).join(', ')).filter((name) => name !== '');
  return value.flatMap(namesAmong);
}

const WHOLE_NAMES = [
  'literal',
  'name',
  'display_name',
  'displayName',
  'full_name',
  'fullName',
  'fullname',
  'author_name',
];
const FAMILY = ['family', 'last', 'last_name', 'lastName', 'lastname', 'familyName', 'family_name', 'surname'];
const GIVEN = [
  'given',
  'first',
  'first_name',
  'firstName',
  'firstname',
  'givenName',
  'given_name',
  'forename',
  'initials',
];

const PARTICLE = ['prefix', 'particle', 'non-dropping-particle', 'nonDroppingParticle'];

/** `Family, Given`, with a suffix behind that; or the name as a whole. */
function nameOf(person: Record<string, unknown>): string | undefined {
  const first = (keys: string[]): string | undefined =>
    keys.map((key) => text(person[key])).find((each) => each !== undefined);
  const [family, given] = [first(FAMILY), first(GIVEN)];
  if (family !== undefined) {
    const last = [first(PARTICLE), family].filter((part) => part !== undefined).join(' ');
    return [last, given, first(['suffix', 'name-suffix'])].filter((part) => part !== undefined).join(', ');
  }
  const whole = first(WHOLE_NAMES) ?? first(['formatted', 'raw', 'raw_author_name']);
  if (whole !== undefined) return whole;
  return isObject(person.author) ? nameOf(person.author) : (text(person.author) ?? given);
}

const OTHERS =
  /[\s,;|([]*(?:(?:\band|&|\bund|\by|\be) (?:others|andere|otros|outros)|\bet\.? al(?:ii|\.)?|\bu\. ?a\.|\betc\.?|等|…|\.\.\.)[.)\]]?$/i;

/** A list without the words that say there are others. */
function withoutOthers(list: string): { whole: string; isWhole: boolean } {
  const line = list.trimEnd();
  const end = Math.max(0, line.length - 40);
  const tail = line.slice(end);
  const kept = tail.replace(OTHERS, '');
  return { whole: line.slice(0, end) + kept, isWhole: kept === tail };
}

/** A full stop behind what is neither an initial nor a suffix: `Cole CDE.`, `Bob.` */
const FINAL_STOP = /(?:\p{Lu}{2}|\p{L}{3})\.$/u;

/** The names of a line that only commas and "and"s take apart. */
function namesInLine(line: string, style: ListStyle): string[] {
  const joined = line.split(CONJUNCTION);
  // Between "and"s stands a name, or, before the only one of them, a list.
  const areNames = joined.length > 1 && joined.every((part) => part.split(',').length === 2);
  if (areNames) return joined;
  const isOfWholeNames = joined.length > 1 && joined.some((part) => !part.includes(','));
  return joined.flatMap((part) =>
    namesBetweenCommas(part, isOfWholeNames ? { ...style, commas: 'between names' } : style),
  );
}

/** `A. One, B. Two` or `One A., Two B.`, but also `One, A.` and `One, A., Two, B.`. */
function namesBetweenCommas(list: string, style: ListStyle): string[] {
  const parts = withSuffixes(trimmed(list.split(/[,，]/)));
  if (parts.length < 2) return style.isGlued ? parts.flatMap(unglued) : parts;
  if (parts.every((part) => /^[\p{Script=Han}\p{Script=Hangul}·]+$/u.test(part))) return parts;
  if (parts.length === 2) return isOneName(parts[0]!, parts[1]!, style) ? [parts.join(', ')] : parts;
  const isEven = parts.length % 2 === 0;
  if (isPaired(parts) || (isEven && style.commas === 'in both')) {
    return parts.flatMap((family, i) => (i % 2 === 0 ? [`${family}, ${parts[i + 1]!}`] : []));
  }
  return parts;
}

/** Whether what stands around a comma is one name, not two. */
function isOneName(before: string, after: string, { commas, familiesOnly }: ListStyle): boolean {
  if (INITIALS.test(after)) return true;
  const [isLong, isAfterLong] = [before.includes(' '), after.includes(' ')];
  if (isLong && isAfterLong) return commas === 'inside names' && !hasInitials(before);
  if (commas !== 'between names') return true;
  return !familiesOnly && !isLong && !isAfterLong;
}

const hasInitials = (name: string): boolean => {
  const short = name.slice(0, MAX_NAME_CHARACTERS);
  return INITIALS_LAST.test(short) || INITIALS_FIRST.test(short);
};

/** Whether every second part is but initials, with a suffix perhaps: then it belongs to the family name before it. */
const isPaired = (parts: readonly string[]): boolean =>
  parts.length % 2 === 0 && parts.every((part, i) => i % 2 === 0 || INITIALS.test(withoutSuffix(part)));

/** The beginning of a name, without the "Jr." at its end. */
const withoutSuffix = (name: string): string =>
  name.slice(0, MAX_NAME_CHARACTERS).replace(/,? (?:Jr|Sr|II|III|IV|2nd|3rd|[456]th)\.?$/, '');

/** Parts of a list, those that are but a suffix joined to the one before, degrees left out. */
function withSuffixes(parts: readonly string[]): string[] {
  const joined: string[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (DEGREE.test(part)) continue;
    if (last === undefined || !SUFFIX.test(part)) joined.push(part);
    else joined[joined.length - 1] = `${last}${last.includes(' ') ? ' ' : ', '}${part}`;
  }
  return joined;
}

/** Whether a word in the midst of a list has a capital inside. */
const isGlued = (list: string): boolean =>
  list
    .split(' ')
    .slice(1, -1)
    .some((word) => /^\p{Lu}[\p{L}'’-]*\.?$/u.test(word) && /\p{Ll}\p{Lu}/u.test(word));

/** The names that stand in each other's way: `Ai ItoBo Ode`, but not `Ai McBeth`. */
function unglued(names: string): string[] {
  return names.split(
    /(?<=\p{Ll})(?<!\b(?:[Mm]c|[Mm]ac|[Dd]e|[Dd]i|[Dd]u|[Dd]el|[Dd]a|[Ll]a|[Ll]e|[Vv]an|[Vv]on|[Ee]l|[Aa]l|Fitz))(?=\p{Lu}[\p{L}.])/u,
  );
}

/** A name without what services put beside it: a number, an ORCID, "null" for a given name that is missing. */
function bareName(name: string): string[] {
  if (name.length > MAX_NAME_CHARACTERS) return [name];
  // Linear: at most 200 characters.
  const bare = name
    .replace(/ *[([](?:\d[\d-]*[\dX]?|https?:\/\/orcid\.org\/[\dX-]+)[)\]] *$/, '')
    .replace(/^null | null$/, '')
    .trim();
  return bare === '' || NOBODY.test(bare) ? [] : [bare];
}

const NOBODY = /^(?:null|NULL|None|nan|NaN|N\/A|NA|\[?No authors?(?: name)? (?:listed|available)\]?)$/;

/** The parts without the blanks and commas around them, and none that are empty. */
const trimmed = (parts: readonly string[]): string[] =>
  parts
    .map((part) => {
      let [begin, end] = [0, part.length];
      while (begin < end && ' ,\t\u00a0'.includes(part[begin]!)) begin++;
      while (end > begin && ' ,\t\u00a0'.includes(part[end - 1]!)) end--;
      return part.slice(begin, end);
    })
    .filter((part) => part !== '');

/** A name as a source hands it on: `Family, Given` or whatever is written, or the parts that initials at its end tell. */
export type NameGiven = string | { family: string; given: string; suffix?: string | undefined };

/** What is known of a name that is listed so. */
export function listedName(written: string, { initials }: Pick<ListStyle, 'initials'>): NameGiven {
  const [before = '', after = '', ...more] = written.split(', ', 3);
  const name = more.length === 0 && before.includes(' ') && SUFFIX.test(after) ? `${before} ${after}` : written;
  if (name.length > MAX_NAME_CHARACTERS || /[,，]/.test(name)) return name;
  // Capitals without stops may be a whole name, but hardly in a list in which initials stand last.
  const bare = initials === 'last' ? BARE_IN_LIST : BARE;
  const [, family, given, suffix] = DOTTED.exec(name) ?? (initials === 'first' ? null : bare.exec(name)) ?? [];
  if (family === undefined || given === undefined || isSuffix(given) || !/\p{L}{2}/u.test(family)) return name;
  return { family, given, suffix };
}

/** The people in a field or on lines that should hold one each, but may hold some: in what order is told from all of them. */
export function peopleOn(lines: readonly string[]): NameGiven[] {
  const names = lines.flatMap(namesInOne).flatMap(bareName);
  const style = styleOf(names);
  return names.map((name) => listedName(name, style));
}

/** The names in what should be one: those that semicolons part, or commas that plainly stand between people. */
export function namesInOne(text: string): string[] {
  if (text.length > MAX_LIST_CHARACTERS) return [text];
  if (text.includes(';'))
    return trimmed(text.split(';')).flatMap((part) => (part.includes(';') ? part : namesInOne(part)));
  const parts = trimmed(text.split(/[,，]/));
  if (parts.length < 2 || text.includes(',,') || parts.some((part) => SUFFIX.test(part) || DEGREE.test(part)))
    return [text];
  if (parts.length > 3 && isPaired(parts))
    return parts.flatMap((family, i) => (i % 2 === 0 ? [`${family}, ${parts[i + 1]!}`] : []));
  const areWhole =
    parts.length > 2
      ? parts.every((part) => part.includes(' ') && !ofInstitution(part))
      : [INITIALS_FIRST, INITIALS_LAST].some((form) =>
          parts.every((part) => form.test(part.slice(0, MAX_NAME_CHARACTERS))),
        );
  return areWhole ? parts : [text];
}

// Linear: a name has at most 200 characters.
const DOTTED = /^(.+?) ((?:\p{Lu}\.[- ]?)*\p{Lu}\.)(?: ((?:Jr|Sr|II|III|IV|2nd|3rd|[456]th)\.?))?$/u;
const BARE = /^(\S+) (\p{Lu}{1,3})$/u;
const BARE_IN_LIST = /^(\S.*?) (\p{Lu}(?:-?\p{Lu}){0,3})(?: ((?:Jr|Sr|II|III|IV|2nd|3rd|[456]th)\.?))?$/u;
