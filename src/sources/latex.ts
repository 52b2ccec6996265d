/**
 * LaTeX inside a bibliography's fields, as plain text: accents composed, commands and math turned into the characters they
 * print, braces dropped.
 *
 * Nothing here can fail, however broken the text: one pass over its tokens, no recursion, no looking far ahead. Of an unknown
 * command with an argument only that is text; without one it becomes its name, since an author's macro (`\ours`) is a word of
 * the sentence.
 */
import {
  ACCENTS,
  ARGUMENTS,
  BARE_ACCENTS,
  DRESS,
  LENGTHS,
  NUCLIDES,
  POWERS,
  PREFIXES,
  signOf,
  SPACES,
  SUPERSCRIPTS,
  UNITS,
  type Treatment,
} from './latex-commands.ts';

/** Whether there is anything to do: most fields are plain. */
const LATEX = /[\\{}$~]|--|``|''/;

/** The plain text of a field written in LaTeX. @param tilde what a tilde is read as, which in LaTeX is a space. */
export function latexToText(source: string, { tilde } = { tilde: ' ' }): string {
  if (!LATEX.test(source)) return source;
  const text = new Typesetter(source, tilde).text();
  // Reference managers escape what they take for plain text. Where that was LaTeX (arXiv's abstracts are), its backslashes
  // come out of the first reading, and its commands out of a second.
  return source.includes('\\textbackslash') && /\\[a-zA-Z]/.test(text) ? new Typesetter(text, tilde).text() : text;
}

/** Longer scripts are left as they stand, and longer formulas. */
const MAX_SCRIPT = 64;
const MAX_FORMULA = 200;

interface Group {
  treatment: Treatment;
  /** How the arguments after it are read. */
  then: readonly Treatment[];
  /** Braces open within it, its own included. */
  depth: number;
  /** What was written before it began. */
  pieces: number;
  length: number;
  /** Whether it began within math. */
  math: boolean;
}

const TOKEN =
  /\\(?:([a-zA-Z]+)(?:\*(?=\{))?([ \t\n]*)|([^a-zA-Z])|$)|([{}])|(\${1,2})|([\^_~])|(---?|``|''|[-`'])|[^\\{}$^_~\-`']+/g;
/** An optional argument, before one in braces. */
const OPTION = /\[[^[\]{}\\]{0,200}\](?=\{)/y;
/** One or two options that hold numbers. */
const NUMBERS = /\[([\d ]{0,9})\](?:\[([\d ]{0,9})\])?/y;
const LENGTH = /[=-]?[\d.]{1,9} ?(?:em|ex|pt|mu|cm|mm|in)(?![a-z]) ?/y;

/** Reads a text once, as TeX would, and prints what is to be seen of it. */
class Typesetter {
  readonly #source: string;
  readonly #tilde: string;
  /** Where in the source the next token is. */
  #at = 0;
  #pieces: string[] = [];
  /** Characters of the pieces together. */
  #length = 0;
  #depth = 0;
  #math = false;
  #accent = '';
  /** How the groups (or the next character) that follow are read. */
  #next: readonly Treatment[] = [];
  readonly #groups: Group[] = [];
  #hidden = false;
  /** Within a unit: what stands between the last thing written and the next, and the power of the next. */
  #unit: { gap: boolean; afterUnit: boolean; power: string } | undefined;

  constructor(source: string, tilde: string) {
    this.#source = source;
    this.#tilde = tilde;
  }

  text(): string {
    const delimiters = mathDelimiters(this.#source);
    const tokens = new RegExp(TOKEN); // Linear: as that is.
    for (let match = tokens.exec(this.#source); match; match = tokens.exec(this.#source)) {
      this.#at = tokens.lastIndex;
      const [token, command, space = '', sign, brace, dollar, mark, punctuation] = match;
      if (brace === '{') this.#open();
      else if (brace === '}') this.#close();
      else if (dollar !== undefined) {
        if (delimiters.has(match.index)) this.#math = !this.#math;
        else this.#emit(dollar);
      } else if (mark === '~') this.#emit(this.#tilde);
      else if (mark !== undefined) this.#mark(mark);
      else if (punctuation !== undefined) {
        this.#emit(this.#math ? punctuation : (LIGATURES.get(punctuation) ?? punctuation));
      } else if (sign !== undefined) this.#sign(sign);
      else if (command !== undefined) this.#command(command, space);
      else if (token !== '\\') this.#emit(token);
      tokens.lastIndex = this.#at;
    }
    return this.#pieces.join('');
  }

  #open(): void {
    this.#depth++;
    const [treatment, ...then] = this.#next;
    this.#next = [];
    if (treatment !== undefined && !this.#hidden) this.#groups.push(this.#begin(treatment, then));
  }

  #close(): void {
    if (this.#accent !== '') this.#push(BARE_ACCENTS.get(this.#accent) ?? '');
    this.#accent = '';
    this.#next = [];
    if (this.#groups.at(-1)?.depth === this.#depth) this.#finish(this.#groups.pop()!);
    if (this.#depth > 0) this.#depth--;
  }

  #mark(mark: string): void {
    if (this.#math || (this.#unit && mark === '^')) this.#next = [mark === '^' ? 'superscript' : 'subscript'];
    else this.#emit(mark);
  }

  #sign(sign: string): void {
    if (ACCENTS.has(sign)) this.#accent = ACCENTS.get(sign)!;
    else if (sign === '(' || sign === '[') this.#math = true;
    else if (sign === ')' || sign === ']') this.#math = false;
    else this.#emit(SPACES.get(sign) ?? sign);
  }

  #command(command: string, space: string): void {
    const treatments = ARGUMENTS.get(command);
    if (this.#unit && !treatments && !DRESS.has(command) && !this.#hidden) return this.#unitNamed(command);
    if (ACCENTS.has(command) && !(this.#math && command.length === 1)) this.#accent = ACCENTS.get(command)!;
    else if (SPACES.has(command)) this.#emit(SPACES.get(command)!);
    else if (treatments) {
      this.#skip(OPTION);
      if (this.#source[this.#at] === '{' || !ONLY_GROUPS.has(treatments[0]!)) this.#next = treatments;
      else this.#emit(command + (space === '' ? '' : ' '));
    } else if (NUCLIDES.has(command)) this.#nuclide();
    else if (LENGTHS.has(command)) this.#skip(LENGTH);
    else if (!DRESS.has(command)) {
      const known = signOf(command);
      if (known) this.#emit(known.sign + (known.keepsSpace && space !== '' ? ' ' : ''));
      else this.#unknown(command, space);
    }
  }

  /** The numbers before a nuclide: of its mass above, of its charge below. */
  #nuclide(): void {
    NUMBERS.lastIndex = this.#at;
    const [whole, mass = '', charge = ''] = NUMBERS.exec(this.#source) ?? [''];
    this.#at += whole.length;
    this.#emit(superscript(mass, true) + charge.replace(/\d/g, (digit) => '₀₁₂₃₄₅₆₇₈₉'[Number(digit)]!));
  }

  #unknown(command: string, space: string): void {
    if (space === '') this.#skip(OPTION);
    const hasArgument = space === '' && this.#source[this.#at] === '{' && this.#source[this.#at + 1] !== '}';
    if (!hasArgument) this.#emit(command + (space === '' ? '' : ' '));
  }

  /** Goes on behind a pattern that matches here. */
  #skip(pattern: RegExp): void {
    pattern.lastIndex = this.#at;
    if (pattern.test(this.#source)) this.#at = pattern.lastIndex;
  }

  #unitNamed(command: string): void {
    const unit = this.#unit!;
    const power = POWERS.get(command);
    if (command === 'square' || command === 'cubic') unit.power = power!;
    else if (power !== undefined) this.#push(power);
    else if (command === 'per') {
      this.#push('/');
      this.#unit = { gap: false, afterUnit: false, power: '' };
    } else {
      const prefix = PREFIXES.get(command);
      const sign = prefix ?? UNITS.get(command) ?? command.replace(/^u(?=[a-zA-Z]{1,3}$)/, 'µ');
      if (unit.afterUnit || (unit.gap && !/^[%°′″]$/.test(sign))) this.#push(' ');
      this.#push(prefix === undefined ? sign + unit.power : sign);
      this.#unit = { gap: false, afterUnit: prefix === undefined, power: prefix === undefined ? '' : unit.power };
    }
  }

  #push(text: string): void {
    if (text === '' || this.#hidden) return;
    this.#pieces.push(text);
    this.#length += text.length;
  }

  /** What was written since a group began, which is taken back. */
  #takeBack(group: Group): string {
    this.#length = group.length;
    return this.#pieces.splice(group.pieces).join('');
  }

  #begin(treatment: Treatment, then: readonly Treatment[]): Group {
    const group = { treatment, then, depth: this.#depth, pieces: this.#pieces.length, length: this.#length };
    const math = this.#math;
    if (treatment === 'quoted') this.#push('“');
    if (treatment === 'math') this.#math = true;
    if (treatment === 'formula') this.#math = false;
    if (treatment === 'unit') this.#unit ??= { gap: false, afterUnit: false, power: '' };
    if (treatment === 'hidden' || treatment === 'space') this.#hidden = true;
    return { ...group, math };
  }

  #finish(group: Group): void {
    const { treatment, then, math } = group;
    this.#hidden = false; // Within a hidden group none begins.
    this.#math = math;
    this.#next = then;
    const length = this.#length - group.length;
    switch (treatment) {
      case 'quoted':
        return this.#push('”');
      case 'space':
      case 'word':
        return this.#push(' ');
      case 'numerator':
        return this.#push('/');
      case 'range':
        return this.#push('–');
      case 'angle':
        return this.#push('°');
      case 'quantity':
        this.#unit = { gap: length > 0, afterUnit: false, power: '' };
        return;
      case 'unit':
        this.#unit = undefined;
        return;
      case 'formula':
        if (length <= MAX_FORMULA) this.#push(formula(this.#takeBack(group)));
        return;
      case 'subscript':
        if (length <= MAX_SCRIPT) this.#push(subscript(this.#takeBack(group)));
        return;
      case 'superscript':
      case 'raised text':
        if (length <= MAX_SCRIPT) this.#push(superscript(this.#takeBack(group), treatment === 'raised text'));
    }
  }

  /** Text as it is to be read, after whatever accent or treatment waits for its first character. */
  #emit(given: string): void {
    let text = this.#accent === '' && this.#next.length === 0 ? given : given.trimStart();
    if (text === '') return;
    if (this.#accent !== '') {
      text = accented(text, this.#accent);
      this.#accent = '';
    }
    const [treatment, ...then] = this.#next;
    this.#next = [];
    if (treatment !== undefined && CHARACTERS.has(treatment)) {
      const [first] = /^.\p{M}*/su.exec(text)!;
      const group = this.#begin(treatment, then);
      this.#push(first);
      this.#finish(group);
      text = text.slice(first.length);
    }
    if (treatment === 'unit') this.#unit = undefined; // There was no unit.
    if (this.#unit?.gap && !this.#hidden) {
      this.#unit.gap = false;
      if (!/^[%°]/.test(text)) this.#push(' ');
    }
    this.#push(text);
  }
}

/** What is done to the next character where no brace is. */
const CHARACTERS = new Set<Treatment>(['superscript', 'subscript', 'raised text', 'numerator', 'quoted', 'math']);
/** What, without a brace, is no command but a word: `\SI units`. */
const ONLY_GROUPS = new Set<Treatment>(['plain', 'formula', 'angle', 'range', 'quantity', 'unit']);

const LIGATURES = new Map([
  ['--', '–'],
  ['---', '—'],
  ['``', '“'],
  ["''", '”'],
]);

/** The text with an accent over its first letter; a dotless i or j was written only to be accented. */
function accented(text: string, mark: string): string {
  const [first = ''] = text;
  if (!/\p{L}/u.test(first)) return (BARE_ACCENTS.get(mark) ?? '') + text;
  const letter = first === 'ı' ? 'i' : first === 'ȷ' ? 'j' : first;
  return (letter + mark).normalize('NFC') + text.slice(first.length);
}

/** Digits stay plain, as in "CO2": so people write and search for it. */
const subscript = (text: string): string => (/^\d*$/.test(text) ? text : `_${text}`);

function superscript(text: string, isText: boolean): string {
  const raised = [...text].map((character) => SUPERSCRIPTS.get(character));
  if (!raised.includes(undefined)) return raised.join('');
  return isText ? text : text.length === 1 ? `^${text}` : `^(${text})`;
}

/** A formula of chemistry: digits stay plain, charges are raised, arrows drawn. */
function formula(text: string): string {
  return text
    .replace(/_(?=[\p{L}\d])/gu, '')
    .replace(/\^([+-]?[\dn]*[+-]?)/g, (whole, raised: string) => (raised === '' ? whole : superscript(raised, false)))
    .replace(/<=>|<->|->|<-| \* /g, (sign) => ARROWS[sign]!);
}

const ARROWS: Record<string, string> = { '<=>': '⇌', '<->': '↔', '->': '→', '<-': '←', ' * ': ' · ' };

/**
 * Where in a text dollar signs begin or end math. As in Pandoc, a lone `$`, and the two of "from $5 to $7", are money: math
 * has no blank at its inner edges unless something in it can only be math, and no digit follows it.
 */
function mathDelimiters(source: string): Set<number> {
  const delimiters = new Set<number>();
  let open: { index: number; end: number } | undefined;
  for (const { 0: dollars, index } of source.matchAll(/\\[\s\S]|\${1,2}/g)) {
    if (dollars[0] !== '$') continue;
    const end = index + dollars.length;
    if (open) {
      const inside = source.slice(open.end, index);
      const tight = /^\S/.test(inside) && !/\s/.test(inside.at(-1)!) && !/\d/.test(source[end] ?? '');
      if (tight || (/[\\^_]/.test(inside) && !/\n\s*\n/.test(inside))) {
        delimiters.add(open.index).add(index);
        open = undefined;
        continue;
      }
    }
    open = { index, end };
  }
  return delimiters;
}
