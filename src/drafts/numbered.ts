/**
 * Citations by number, `[3]`, `[2, 5–7]`, and the numbered list they lead to: all that a draft without markup has to say
 * what it cites where.
 */
import { MAX_REFERENCE, referenceOf, type CitationMarks, type Reference } from './draft.ts';

/** Of up to thirty numbers and spans: what has more is no citation, and one of millions would be too much to look ahead to. */
const CITATION = /\[(\d{1,3}(?:\s*[,;–-]\s*\d{1,3}){0,29})\]/g;
/** References cited by one bracket at most: "[1–500]" is something else. */
const MAX_SPAN = 30;

const ENTRY = /^\s*(?:\[(\d{1,3})\]|(\d{1,3})[.)])\s+(?=\S)/;

/** The text with its citations marked. @param known the numbers that the list of references has. */
export function markNumbers(text: string, marks: CitationMarks, known: ReadonlySet<string>): string {
  return text.replace(CITATION, (bracket, inside: string) => {
    const numbers = inside.split(/[,;]/).flatMap((part) => {
      const [first = 0, last = first] = part.split(/[–-]/).map(Number); // White space around a number is no matter.
      return last < first || last - first > MAX_SPAN
        ? []
        : Array.from({ length: last - first + 1 }, (_, i) => String(first + i));
    });
    const isCitation = numbers.length > 0 && numbers.every((number) => known.has(number)); // "[0, 1]" may be an interval.
    return isCitation ? marks.mark(numbers) : bracket;
  });
}

/**
 * The references in the lines below a heading that says so.
 * @param beginsEntry tells, for lists without numbers, whether an entry begins with a line.
 */
export function referencesIn(lines: string[], beginsEntry: (line: string, i: number) => boolean): Reference[] {
  const isNumbered = lines.filter((line) => ENTRY.test(line)).length > 1;
  const entries: { number: string | null; lines: string[]; length: number }[] = [];
  for (const [i, line] of lines.entries()) {
    const [marker = '', bracketed, dotted] = ENTRY.exec(line) ?? [];
    const number = bracketed ?? dotted ?? null;
    if (isNumbered ? number !== null : beginsEntry(line, i) || entries.length === 0) {
      const first = line.slice(isNumbered ? marker.length : 0);
      entries.push({ number: isNumbered ? number : null, lines: [first], length: first.trim().length + 1 });
      continue;
    }
    const entry = entries.at(-1);
    if (!entry || entry.length > MAX_ENTRY) continue;
    entry.lines.push(line);
    entry.length += line.trim().length + 1;
  }
  return entries
    .map(({ number, lines: text }) => referenceOf(number, joined(text)))
    .filter(({ text }) => /\p{L}{3}/u.test(text));
}

/** Characters of an entry's lines that are joined: of no three of them is less than one left, and no more is kept. */
const MAX_ENTRY = 3 * MAX_REFERENCE;

/** One line of several; a word divided at a line's end is joined. */
const joined = (lines: string[]): string =>
  lines
    .map((line) => line.trim())
    .join('\n')
    .replace(/(\p{L})-\n(?=\p{Ll})/gu, '$1')
    .replace(/\n/g, ' ');
