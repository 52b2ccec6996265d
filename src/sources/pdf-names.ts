/** Names of people in lines of a PDF: what stands between the marks, commas and degrees of a list of authors. */
import { withoutTrailing } from '../text.ts';
import { textOf, type Line, type Run } from './pdf-lines.ts';

/** What a list has where footnotes are marked: a name ends there. */
export const MARK = '\ue000';
/** A run raised by this much (in font sizes) is a mark. */
const RAISED = 0.12;
const LONGEST_MARK = 60;
/** A blank this wide (in font sizes) parts names: two or three times the one between words. */
const WIDE_BLANK = 0.7;

/** The names in a list, and whether nothing else is in it. */
export interface Names {
  names: string[];
  /** Marks of footnotes stand at them, or commas and an "and" part them: they are a list's. */
  isList: boolean;
  hasMarks: boolean;
}

/** The text of a line with `MARK` for whatever is raised or drawn, and for wide blanks. */
export function markedText({ runs, y }: Line): string {
  const { size } = typeOf(runs);
  const text = textOf(runs, {
    run: (run) => (isMark(run, size, y) ? MARK : run.text),
    gap: (gap) => (gap > WIDE_BLANK ? MARK : undefined),
  });
  return text
    .replace(/[∗*†‡§¶#⋆★✉‖∥♯⁎✝⊥☯\u00b9\u00b2\u00b3\u2070-\u2079\p{Co}\p{So}\p{Cc}]+/gu, MARK)
    .replace(/(?<=[\p{Ll}.])\d+(?:,\d+)*/gu, MARK)
    .replace(/\s+/g, ' ');
}

/** The largest run with letters: names are larger than the identifiers and marks at them, however long these are. */
export function typeOf(runs: Run[]): Run {
  return runs.reduce((best, run) => (run.size > best.size && /\p{L}{2}/u.test(run.text) ? run : best));
}

function isMark({ text, size, y }: Run, lineSize: number, baseline: number): boolean {
  const bare = text.trim();
  if (bare === '') return false;
  const isSmall = size < lineSize * 0.85;
  if (isSmall && baseline - y > RAISED * lineSize) return true;
  // Linear: of 60 characters.
  return isSmall && bare.length <= LONGEST_MARK && /^(?:[\d\W]+|\p{Ll}(?:\W+\p{Ll})*)$/u.test(bare);
}

const DEGREES =
  /^(?:(?:student |senior |life |graduate student )?(?:member|fellow)|ieee|acm|asme|ph\.? ?d\.?|m\.? ?d\.?|d\.?sc\.?|m\.?sc\.?|b\.?sc\.?|dr\.? ?(?:rer\.? ?nat|ing|med)\.?|d\.?phil\.?|m\.?p\.?h\.?|mbbs|frcp|rn|dvm|pharmd|mba|m\.?a\.?|ba|facs|\(?orcid\)?|id)$/i;
const SUFFIX = /^(?:jr|sr|ii|iii|iv)\.?$/i;
const HONORIFIC = /^(?:by |author\(?s?\)?: ?)?(?:(?:dr|prof|professor|mr|mrs|ms|sir)\.? )*/i;
/** No part of a person's name: what institutions, places, journals and notes about papers are called. */
const NOT_IN_NAMES = new Set(
  (
    'dept school college academy faculty lab labs center centre centro hospital research division program programme group team society ' +
    'association foundation corporation company inc ltd llc gmbh corp google microsoft ibm yahoo amazon meta facebook openai deepmind ' +
    'adobe intel mozilla science sciences engineering informatics mathematics physics chemistry biology medicine medical computer ' +
    'electrical national international federal state ministry agency council consortium collaboration network networks initiative ' +
    'street road avenue strasse straße drive city county usa uk china germany italy spain japan korea canada australia brazil ' +
    'switzerland austria netherlands sweden norway denmark finland poland russia pakistan united kingdom states republic ' +
    'abstract summary keyword keywords introduction contents received accepted revised published publication available online article ' +
    'articles paper review letter report journal proceedings conference workshop symposium volume vol issue number copyright license ' +
    'licence rights reserved author authors editor editors edited contributed communicated reviewed reviewer reviewers email address ' +
    'preprint submitted version draft access open check update updates cite citation figure table section chapter thesis dissertation ' +
    'supervisor examiner information analysis method methods theory system systems model models learning data study studies structural ' +
    'cell molecular genes genome genomics regulation ecology evolution genetics microbiology biophysics biochemistry immunology ' +
    'neuroscience epidemiology material materials professor associate assistant director lead contact present these member ' +
    'january february september october november december monday tuesday wednesday thursday friday saturday sunday ' +
    'the of for with from using via between what why doi http https www orcid'
  ).split(' '),
);
const NOT_BEGUN_IN_NAMES = [
  'universi',
  'institut',
  'depart',
  'laborator',
  'technolog',
  'correspond',
  'supplement',
  'download',
];

function isNoName(word: string): boolean {
  const bare = word.toLowerCase().replace(/[^\p{L}-]/gu, '');
  return NOT_IN_NAMES.has(bare) || NOT_BEGUN_IN_NAMES.some((stem) => bare.startsWith(stem));
}

const PARTICLE =
  /^(?:van|von|vom|zu|zum|zur|der|den|de|di|da|do|dos|das|du|del|della|dela|degli|des|la|le|el|al|bin|ibn|ben|bint|ter|ten|te|op|af|av|y|e|uz|ul|d['’]|'t|’t|st\.?)$/u;
/** "Abel", "O'Neil", "d’Arcy", "al-Hassan", "uz-Zaman", "Jean-Luc", "A.B.", "J.-P.", "Md.", "ABEL". */
// Linear: of 60 characters.
const WORD = /^(?:(?:d|l|o)['’]|(?:al|el|ul|uz|ud)[-‐])?(?:\p{Lu}\.?[-‐]?)*\p{Lu}[\p{L}\p{M}'’.‐-]*$/u;
const MAX_WORDS = 6;
/** Characters of a word of a name. */
const LONGEST_WORD = 60;
/** Characters of a list; a longer one is a collaboration's and left open. */
const MAX_LIST = 8000;

/** What parts names. */
export const PARTED = /[,;·•|&\ue000]|(?<!\p{L})(?:and|AND|und|et)(?!\p{L})/u;

/** Whether a text can be the name of one person, given and family name. */
export function isPersonsName(text: string): boolean {
  const parts = text.split(' ');
  if (
    parts.length < 2 ||
    parts.length > MAX_WORDS ||
    parts.some((part) => part.length > LONGEST_WORD || isNoName(part))
  )
    return false;
  if (!parts.every((part) => WORD.test(part) || PARTICLE.test(part))) return false;
  return parts.some((part) => WORD.test(part) && /\p{L}{2}/u.test(part)) && !PARTICLE.test(parts.at(-1)!);
}

/**
 * The names in a list of authors.
 * @param text a line's `markedText`, or several joined.
 * @returns undefined where something in it is no person's name.
 */
export function namesIn(text: string): Names | undefined {
  if (text.length > MAX_LIST) return undefined;
  const bare = text.replace(/\([^()]*\)/g, MARK).trim();
  const pieces = bare
    .split(PARTED)
    .map((piece) =>
      withoutTrailing(piece, ' \n\t:–—-')
        .replace(/^[\s.:–—-]+/, '')
        .replace(HONORIFIC, ''),
    )
    .filter((piece) => piece !== '');
  const names: string[] = [];
  for (const piece of pieces) {
    if (DEGREES.test(piece)) continue;
    if (SUFFIX.test(piece) && names.length > 0) {
      names.push(`${names.pop()!} ${piece}`);
      continue;
    }
    const name = piece
      .replace(/ (?:ph\.? ?d|m\.? ?d|m\.?sc|d\.?phil)\.?$/i, '')
      .replace(/(?<=\p{L}\.)(?=\p{Lu}\p{Ll})/gu, ' ');
    if (!isPersonsName(name)) return undefined;
    names.push(name);
  }
  const isList =
    /[,;·•&]|(?<!\p{L})(?:and|AND)(?!\p{L})/u.test(withoutTrailing(bare, `, \n\t${MARK}`)) && names.length > 1;
  return names.length === 0 ? undefined : { names: inMixedCase(names), isList, hasMarks: bare.includes(MARK) };
}

/** Names as they are written outside of titles: "DONALD E. KNUTH" is Donald E. Knuth, "Chris QUIRK" Chris Quirk. */
function inMixedCase(names: string[]): string[] {
  const families = names.map((name) =>
    name
      .replace(/ (?:jr|sr|i+v?)\.?$/i, '')
      .split(' ')
      .at(-1)!,
  );
  const areCapitals =
    families.every((family) => family === family.toUpperCase()) && families.some(({ length }) => length > 2);
  if (!areCapitals) return names;
  const lowered = (word: string): string =>
    word.includes('.') || word !== word.toUpperCase() || word.length < 2
      ? word
      : word.replace(/(?<=\p{L})\p{L}+/gu, (rest) => rest.toLowerCase());
  return names.map((name) => name.split(' ').map(lowered).join(' ').replace(/ JR\b/, ' Jr').replace(/ SR\b/, ' Sr'));
}

/** A person's family name as it is compared: its last word, without suffixes. */
export function familyOf(name: string): string {
  return withoutTrailing(name.replace(/[, ](?:jr|sr|ii|iii|iv)\.?$/i, ''), ', ')
    .split(/\s+/)
    .at(-1)!
    .normalize('NFKD')
    .replace(/[^\p{L}]/gu, '')
    .toLowerCase();
}
