/**
 * Where in a draft in LaTeX the reading is, and what comes next: tokens, and the arguments of commands.
 *
 * What is read is a stack of texts: the main file, files it inputs, what macros expand to. How far arguments are looked for, how
 * much macros expand to and how deep the stack grows is bounded, so that the time to read a draft grows with its length.
 */

/** Characters that macros may expand to, all of them together: so many, and more for each of the draft. */
const [MAX_EXPANDED, EXPANDED_FOR_EACH] = [50_000, 10];
/** Frames of inputs and macros within each other. */
export const MAX_DEPTH = 100;
/** Characters that are looked at for the ends of arguments, all searches together: so many, and more for each of the draft. */
const [MAX_SEARCHED, SEARCHED_FOR_EACH] = [500_000, 20];
/** Characters of an argument in brackets, and of what `\verb` prints. */
const MAX_OPTION = 2000;

const TOKEN = /\\(?:([a-zA-Z@]+)\*?|([\s\S])|$)|(%[^\n]*(?:\n\s*)?)|(\n[ \t\r]*\n\s*)|(\$\$)|[^\\%\n$]+|[\n$]/y;
/** Most arguments hold no blank line; one that seems to was never closed. */
const BRACES = /\\[\s\S]|%[^\n]*|\n[ \t\r]*\n|[{}]/g;
export const LONG_BRACES = /\\[\s\S]|%[^\n]*|[{}]/g;
/** A percent sign in an address begins no comment. */
export const RAW_BRACES = /\\[\s\S]|[{}]/g;
const BRACKETS = /\\[\s\S]|[{}\]]/g;
/** Of what stands between other signs than brackets. */
const ENDS: Record<string, RegExp> = { ')': /\\[\s\S]|[{})]/g, '>': /\\[\s\S]|[{}>]/g };

/** What may stand between a command and its arguments: blanks, a line end, comments; a blank line ends the paragraph. */
const GAP = /(?:[ \t\r]+|%[^\n]*\n(?![ \t\r]*\n)|\n(?![ \t\r]*\n))*/y;

interface Frame {
  text: string;
  at: number;
  /** A file, and not what a macro expands to. */
  isSource: boolean;
  /** Of the file; empty for the main one, and for macros. */
  name: string;
}

/** A token, and which kind of one. */
export interface LatexToken {
  token: string;
  /** A command's name; `token` has its star, if it has one. */
  command: string | undefined;
  /** What follows the backslash of a command that is a sign. */
  sign: string | undefined;
  comment: string | undefined;
  blank: string | undefined;
  dollars: string | undefined;
}

export class LatexSource {
  readonly #frames: Frame[] = [];
  /** Frames below belong to the text around the argument that is being read. */
  #floor = 0;
  /** Lengths of the files that were read to their ends. */
  #readFiles = 0;
  /** Characters that macros may yet expand to. */
  #expandable = MAX_EXPANDED;
  /** Characters that may yet be looked at for the ends of arguments. */
  #searchable = MAX_SEARCHED;
  /** Characters of files. */
  #read = 0;

  /** How many texts are being read. */
  get depth(): number {
    return this.#frames.length;
  }

  /** Characters of the files that were begun. */
  get read(): number {
    return this.#read;
  }

  /** Characters that macros may yet expand to. */
  get expandable(): number {
    return this.#expandable;
  }

  /** Whether a file is read that another one inputs. */
  get isInFile(): boolean {
    return this.#frames.some(({ isSource }, i) => isSource && i > 0);
  }

  /** Whether a file of this name is being read. */
  isReading(name: string): boolean {
    return this.#frames.some((frame) => frame.name === name);
  }

  /** Goes on with a file. */
  pushFile(text: string, name: string): void {
    this.#read += text.length;
    this.#expandable += text.length * EXPANDED_FOR_EACH;
    this.#searchable += text.length * SEARCHED_FOR_EACH;
    this.#frames.push({ text, at: 0, isSource: true, name });
  }

  /** Goes on with an argument of what is read. */
  pushArgument(text: string): void {
    this.#frames.push({ text, at: 0, isSource: false, name: '' });
  }

  /** Goes on with what a macro expands to. */
  pushExpanded(text: string): void {
    this.#expandable -= text.length + 1;
    this.pushArgument(text);
  }

  /** UTF-16 units of the draft before what is read. */
  position(): number {
    return this.#frames.reduce((sum, { isSource, at }) => sum + (isSource ? at : 0), this.#readFiles);
  }

  /** Reads until no more than `depth` texts are left, and tells of each token. */
  run(depth: number, take: (token: LatexToken) => void): void {
    const floor = this.#floor;
    this.#floor = depth;
    while (this.#frames.length > depth) {
      const frame = this.#frames.at(-1)!;
      if (frame.at >= frame.text.length) {
        this.#pop();
        continue;
      }
      TOKEN.lastIndex = frame.at;
      const [token, command, sign, comment, blank, dollars] = TOKEN.exec(frame.text)!;
      frame.at += token.length;
      take({ token, command, sign, comment, blank, dollars });
    }
    this.#floor = floor;
  }

  #pop(): void {
    const frame = this.#frames.pop();
    if (frame?.isSource) this.#readFiles += frame.text.length;
  }

  /** Ends the text that is read. */
  endText(): void {
    const frame = this.#frames.at(-1)!;
    frame.at = frame.text.length;
  }

  /** Ends the file that is read, the main one where no other is. */
  endFile(): void {
    if (this.isInFile) while (!this.#frames.at(-1)!.isSource) this.#pop();
    else this.#frames.length = 1;
    this.endText();
  }

  /** What stands before a mark, which is not taken; undefined where it is not found. */
  before(mark: string): string | undefined {
    const frame = this.#frames.at(-1)!;
    const end = this.#searchable < 0 ? -1 : frame.text.indexOf(mark, frame.at);
    this.#searchable -= (end === -1 ? frame.text.length : end) - frame.at;
    if (end === -1) return undefined;
    const text = frame.text.slice(frame.at, end);
    frame.at = end;
    return text;
  }

  /** Takes what a pattern matches here. @param pattern sticky. */
  matched(pattern: RegExp): RegExpExecArray | undefined {
    const frame = this.#frames.at(-1)!;
    pattern.lastIndex = frame.at;
    const match = pattern.exec(frame.text);
    if (match) frame.at += match[0].length;
    return match ?? undefined;
  }

  /** Where arguments are looked for: a macro may end in a command whose arguments come after the macro. */
  #unfinished(): Frame {
    for (let frame = this.#frames.at(-1)!; ; frame = this.#frames.at(-1)!) {
      if (frame.isSource || frame.at < frame.text.length || this.#frames.length <= this.#floor + 1) return frame;
      this.#pop();
    }
  }

  ahead(): string {
    const frame = this.#unfinished();
    return frame.text.slice(frame.at, frame.at + 100);
  }

  /** Whether a sign comes next, as an argument would. */
  isNext(sign: string): boolean {
    const { text, at } = this.#unfinished();
    return text.startsWith(sign, afterGap(text, at));
  }

  /** What is in the braces that come next; undefined where none do, or where they are not closed. */
  argument(braces = BRACES): string | undefined {
    const frame = this.#unfinished();
    const begin = /\s*(?:%[^\n]*\n\s*)*\{/y;
    begin.lastIndex = frame.at;
    const opening = begin.exec(frame.text);
    if (!opening) return undefined;
    const start = frame.at + opening[0].length;
    const end = this.#closing(frame.text, start, '}', braces);
    if (end === -1) return undefined;
    frame.at = end + 1;
    return frame.text.slice(start, end);
  }

  /** What is in the brackets that come next. */
  option(): string | undefined {
    return this.between('[', ']');
  }

  /** What is between the signs that come next; undefined where they do not, or do so too late. */
  between(open: string, close: string): string | undefined {
    const frame = this.#unfinished();
    const start = afterGap(frame.text, frame.at) + open.length;
    if (!frame.text.startsWith(open, start - open.length)) return undefined;
    const end = this.#closing(frame.text.slice(start, start + MAX_OPTION), 0, close, ENDS[close] ?? BRACKETS);
    if (end === -1) return undefined;
    frame.at = start + end + 1;
    return frame.text.slice(start, start + end);
  }

  #closing(text: string, start: number, close: string, delimiters: RegExp): number {
    if (this.#searchable < 0) return -1;
    let depth = 0;
    delimiters.lastIndex = start;
    for (let match = delimiters.exec(text); match; match = delimiters.exec(text)) {
      const sign = match[0];
      if (sign === close && depth === 0) {
        this.#searchable -= match.index - start;
        return match.index;
      }
      if (sign === '{') depth++;
      else if (sign.startsWith('\n') || (sign === '}' && --depth < 0)) {
        this.#searchable -= match.index - start;
        return -1; // The group or paragraph around it ends first.
      }
    }
    this.#searchable -= text.length - start;
    return -1;
  }

  skipArguments(signature: string, braces = BRACES): void {
    for (const kind of signature) {
      if (kind === 'o') this.option();
      else this.argument(braces);
    }
  }

  /** What `\iffalse` leaves out, up to its `\else` or `\fi`. */
  skipBranch(): void {
    const frame = this.#frames.at(-1)!;
    if (this.#searchable < 0) return;
    let depth = 0;
    const start = frame.at;
    for (const { 0: found, 1: name, index } of frame.text
      .slice(start)
      .matchAll(/\\(if(?!f\b)[a-zA-Z]*|else|fi)(?![a-zA-Z])/g)) {
      if (name === 'fi' && depth > 0) depth--;
      else if (name!.startsWith('if')) depth++;
      else if (depth === 0) {
        frame.at = start + index + found.length;
        break;
      }
    }
    this.#searchable -= (frame.at === start ? frame.text.length : frame.at) - start;
  }

  /** @param pattern global: what it matches comes next. */
  skipTo(pattern: RegExp): void {
    const frame = this.#frames.at(-1)!;
    pattern.lastIndex = frame.at;
    const match = pattern.exec(frame.text);
    if (match) frame.at = match.index;
  }

  /** The name of an environment. */
  name(): string {
    return (this.argument() ?? '').trim().replace(/\*$/, '');
  }

  /** The command that is defined, in braces or bare. */
  commandName(): string {
    const given = this.argument() ?? /^\s*\\[a-zA-Z@]+/.exec(this.ahead())?.[0] ?? '';
    const frame = this.#frames.at(-1)!;
    if (/^\s*\\[a-zA-Z@]/.test(given) && frame.text.startsWith(given, frame.at)) frame.at += given.length;
    return /\\([a-zA-Z@]+)/.exec(given)?.[1] ?? '';
  }

  /** `\input name`, without braces. */
  word(): string {
    const [word = ''] = /^\s*[^\s{}\\]+/.exec(this.ahead()) ?? [];
    this.#frames.at(-1)!.at += word.length;
    return word;
  }

  /** An argument without braces. */
  oneToken(): string {
    const [token = ''] = /^\s*(?:%[^\n]*\n\s*)*(?:\\[a-zA-Z@]+|\\?[^{}\\])/u.exec(this.ahead()) ?? [];
    this.#frames.at(-1)!.at += token.length;
    return token.replace(/^\s*%[^]*\n/, '').trim();
  }

  /** What `\verb` and its like print. */
  skipVerbatimWord(command: string): void {
    if (command !== 'verb') this.option();
    if (command === 'mintinline') this.argument();
    const frame = this.#frames.at(-1)!;
    const ahead = frame.text.slice(frame.at, frame.at + MAX_OPTION);
    const delimiter = ahead[0] ?? '\n';
    const end = delimiter === '{' ? ahead.indexOf('}') : ahead.indexOf(delimiter, 1);
    const line = ahead.indexOf('\n');
    if (end !== -1 && (line === -1 || end < line)) frame.at += end + 1;
  }
}

/** Where in a text the argument of a command would begin that ends at a place. */
function afterGap(text: string, at: number): number {
  GAP.lastIndex = at;
  GAP.exec(text);
  return GAP.lastIndex;
}
