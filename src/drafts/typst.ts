/**
 * Drafts in Typst: prose under its headings, citations as `@key` or `#cite(<key>)`, and the files that `#bibliography` names.
 *
 * Read by one pass over the text: markup is prose; of code, what stands in square brackets is. Nothing is run. What `@key` means
 * only the bibliography tells, for figures and sections are referred to in the same way: so the labels that the draft sets are
 * said beside.
 */
import { EVERYTHING, withoutMarks, type Draft } from './draft.ts';
import { isAbstract } from './headings.ts';
import { Sections } from './sections.ts';

/** Code that says how the draft looks, or defines something: up to the end of the line, or of the brackets that it opens. */
const STATEMENT = /^(?:let|set|show|import|context|if|for|while|return)$/;
/** Functions of which nothing is prose. */
const NO_PROSE =
  /^(?:image|table|grid|raw|code|equation|ref|label|h|v|line|rect|circle|pagebreak|colbreak|outline|counter|state|lorem|datetime|plot|diagram|cetz)$/;
/** Brackets within each other. */
const MAX_DEPTH = 100;

/** Reads a draft. */
export function readTypst(source: string): Draft {
  const sections = new Sections();
  const reader = new TypstReader(withoutMarks(source).replace(/\r\n?/g, '\n'), sections, 0);
  reader.read();
  sections.draft.labels = [...reader.labels];
  return sections.end();
}

const TOKEN =
  /\\.|\/\/[^\n]*|\/\*|`{3,}|`|\$|#|@|<([\p{L}\p{N}_][\p{L}\p{N}_:.-]*)>|\n[ \t]*(?=\n)|\n[ \t]*(={1,6})[ \t]+|\n[ \t]*(?:[-+]|\d{1,3}\.)[ \t]+|[\][]|https?:\/\/[^\s\])]*|[^\\/`$#@<\n\][h]+|[\s\S]/uy;
/** The name of a label, which ends in a letter, a digit, an underscore or a dash. */
const KEY = /[\p{L}\p{N}_](?:[\p{L}\p{N}_-]|[:.](?=[\p{L}\p{N}_]))*/uy;
/** What begins with a heading of the first level, to the end of its line. */
const CENTRED = /\s{0,100}=[ \t]+[^\n\]]+/uy;
const NAME = /[\p{L}_][\p{L}\p{N}_.-]*/uy;

class TypstReader {
  readonly #text: string;
  #at = 0;
  #pieces: string[] = [];
  #offset = 0;
  /** The heading that is being read, by its level. */
  #level: number | undefined;
  /** What the draft itself calls its parts. */
  readonly labels: Set<string>;
  /** For each square bracket that is open: of the text, or around an argument, in the text or a paragraph of its own. */
  readonly #brackets: ('text' | 'inline' | 'block')[] = [];
  /** Of searches for what never ends, each text is looked through once. */
  readonly #missing = new Set<string>();

  readonly #sections: Sections;
  /** Arguments around this text. */
  readonly #depth: number;
  /** Where in the draft this text stands, if it is an argument. */
  readonly #place: number | undefined;

  constructor(text: string, sections: Sections, depth: number, place?: number, labels = new Set<string>()) {
    this.#text = `\n${text}`; // Headings begin behind a line end.
    this.#sections = sections;
    this.#depth = depth;
    this.#place = place;
    this.labels = labels;
  }

  /** Reads to the end, paragraph by paragraph. */
  read(): void {
    while (this.#at < this.#text.length) this.#next();
    this.#endParagraph();
  }

  /** The text of an argument that is one piece, with marks. */
  readPiece(): string {
    while (this.#at < this.#text.length) this.#next();
    return this.#pieces.join('');
  }

  #next(): void {
    TOKEN.lastIndex = this.#at;
    const [token, label, equals] = TOKEN.exec(this.#text)!;
    this.#at += token.length;
    if (label !== undefined) this.labels.add(label);
    else if (equals !== undefined) {
      this.#endParagraph();
      this.#level = equals.length;
    } else if (token === '/*') this.#skipTo('*/');
    else if (token.startsWith('`')) this.#skipTo(token);
    else if (token === '$') this.#skipTo('$');
    else if (token === '#') this.#code();
    else if (token === '@') this.#reference();
    else if (token === '[') {
      this.#brackets.push('text');
      this.#emit('[');
    } else if (token === ']') this.#close();
    else if (token.startsWith('\n') && token.length > 1) this.#endParagraph();
    else if (token === '\n' && this.#level !== undefined) this.#endParagraph();
    else if (/^(?:\/\/|https?:)/.test(token)) this.#emit(' ');
    else
      this.#emit(
        token.startsWith('\\') ? token.slice(1) : token.replace(/[*_~]/g, (sign) => (sign === '~' ? ' ' : '')),
      );
  }

  #emit(text: string): void {
    if (this.#pieces.length === 0) {
      if (text.trim() === '') return;
      this.#offset = Math.max(0, this.#at - 1 - text.trimStart().length);
    }
    this.#pieces.push(text);
  }

  /** Takes what was read since the last paragraph where it belongs. */
  #endParagraph(): void {
    const [text, level] = [this.#pieces.join(''), this.#level];
    this.#pieces = [];
    this.#level = undefined;
    if (level !== undefined) this.#sections.heading(level, text);
    else this.#sections.paragraph(text, this.#place ?? this.#offset);
  }

  /** `@key`, and `@key[p. 3]`, whose supplement is no prose. */
  #reference(): void {
    const before = this.#text[this.#at - 2] ?? ' ';
    const key = /[\p{L}\p{N}]/u.test(before) ? undefined : this.#matched(KEY);
    if (key === undefined) return this.#emit('@');
    this.#emit(this.#sections.marks.mark([key]));
    if (this.#text[this.#at] === '[') this.#argument();
  }

  #open(kind: 'inline' | 'block'): void {
    if (kind === 'block') this.#endParagraph();
    this.#brackets.push(kind);
    this.#at++;
  }

  #close(): void {
    const kind = this.#brackets.pop() ?? 'text';
    if (kind === 'block') this.#endParagraph();
    else if (kind === 'text') this.#emit(']');
  }

  // ---- Code ----

  #code(): void {
    const name = this.#matched(NAME);
    if (name === undefined) {
      if (/[{(]/.test(this.#sign)) this.#take(this.#argument());
      else if (this.#sign === '[') this.#open('block');
    } else if (STATEMENT.test(name)) this.#statement();
    else if (name === 'include') {
      this.#sections.draft.notes.push(
        `${stringsIn(this.#line()).join()} was not read: of drafts in Typst only one file is`,
      );
    } else if (NO_PROSE.test(name)) while (this.#sign === '[' || this.#sign === '(') this.#argument();
    else this.#call(name, this.#sign === '(' ? this.#argument() : '');
  }

  /** The sign that comes next. */
  get #sign(): string {
    return this.#text[this.#at] ?? '';
  }

  #call(name: string, args: string): void {
    if (name === 'cite') return this.#cite(args);
    if (name === 'bibliography') return this.#bibliography(args);
    this.#take(args);
    if (this.#sign !== '[') return;
    if (name === 'title') this.#sections.title(this.#piece(this.#argument()));
    else if (/^(?:footnote|figure|abstract)$/.test(name)) this.#aside(this.#argument(), name);
    else this.#open(/^(?:quote|block|align|box|par|columns|pad)$/.test(name) ? 'block' : 'inline'); // Prose, at its place.
    if (name === 'align' && /\bcenter\b/.test(args) && this.#sections.isEmpty) this.#centred();
  }

  /** A heading that is centred before everything else is the title. */
  #centred(): void {
    const title = (this.#matched(CENTRED) ?? '').replace(/^\s*=/, '').trim();
    if (isAbstract(title)) this.#sections.heading(1, title);
    else if (title !== '') this.#sections.title(this.#piece(title));
  }

  /** `#set document(title: "…")`, `#show: paper.with(title: […], abstract: […])`: what a template is told. */
  #statement(): void {
    const begin = this.#at;
    let line = this.#line();
    // It goes on to where its brackets are closed.
    const opening = /[([{]/.exec(line);
    if (opening) {
      this.#at = begin + opening.index;
      this.#argument();
      line = this.#text.slice(begin, this.#at) + this.#line();
    }
    this.#take(line);
  }

  /** Title, abstract, captions and citations among arguments. */
  #take(args: string): void {
    if (args === '') return;
    for (const [name, said] of namedIn(args)) {
      if (name === 'title') this.#sections.title(this.#piece(said));
      else if (name === 'attribution')
        for (const key of labelsIn(said).slice(0, 1)) this.#emit(this.#sections.marks.mark([key]));
      else this.#aside(said, name);
    }
    for (const [, inside = ''] of args.matchAll(/\bcite\(([^()]*)\)/g)) this.#sections.citeAnywhere(labelsIn(inside));
    if (/\bbibliography[ \t]*[(:]/.test(args)) this.#bibliography(args.slice(args.search(/\bbibliography[ \t]*[(:]/)));
  }

  #cite(args: string): void {
    const keys = [...labelsIn(args), ...Array.from(args.matchAll(/label\("([^"]*)"\)/g), ([, key]) => key!)];
    const older = keys.length === 0 ? stringsIn(args) : []; // Before Typst 0.9 keys were texts.
    const cited = [...keys, ...older];
    if (/form:\s*none/.test(args)) this.#sections.citeAnywhere(cited);
    else this.#emit(this.#sections.marks.mark(cited));
  }

  #bibliography(args: string): void {
    for (const name of stringsIn(args))
      if (/\.(?:bib|ya?ml)$/i.test(name)) this.#sections.draft.bibliographies.push(name);
    if (/\bfull:\s*true/.test(args)) this.#sections.citeAnywhere([EVERYTHING]);
  }

  /** A text beside the others: a note, a caption, an abstract. */
  #aside(text: string, name: string): void {
    if (this.#depth >= MAX_NESTING) return;
    if (name === 'abstract') this.#sections.abstract(this.#piece(text));
    else new TypstReader(text, this.#sections, this.#depth + 1, this.#at - 1, this.labels).read();
  }

  /** An argument as text with marks. */
  #piece(text: string): string {
    if (this.#depth >= MAX_NESTING) return '';
    // Its paragraphs are lines of one.
    const flat = text.replace(/\n\s*\n/g, '\n');
    return new TypstReader(flat, this.#sections, this.#depth + 1, this.#at - 1, this.labels).readPiece();
  }

  // ---- Where the reading is ----

  #matched(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  /** The rest of the line. */
  #line(): string {
    const end = this.#text.indexOf('\n', this.#at);
    const line = this.#text.slice(this.#at, end === -1 ? undefined : end);
    this.#at += line.length;
    return line;
  }

  #skipTo(end: string): void {
    const found = this.#missing.has(end) ? -1 : this.#text.indexOf(end, this.#at);
    if (found === -1) this.#missing.add(end);
    else this.#at = found + end.length;
    this.#emit(' ');
  }

  /** What is in the brackets that open here, up to the one that closes them; as it stands. */
  #argument(): string {
    const begin = this.#at;
    const end = this.#missing.has('argument') ? -1 : closing(this.#text, begin);
    if (end === -1) {
      this.#missing.add('argument');
      this.#at++;
      return '';
    }
    this.#at = end;
    return this.#text.slice(begin + 1, end - 1);
  }
}

/** Asides within each other. */
const MAX_NESTING = 5;
const BRACKETS: Record<string, string> = { '(': ')', '[': ']', '{': '}' };

/** Where the bracket that opens at a place is closed, behind it; -1 where it is not. */
function closing(text: string, begin: number): number {
  const open: string[] = [];
  const sign = /\\[\s\S]|"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|[()[\]{}]/g;
  sign.lastIndex = begin;
  for (let match = sign.exec(text); match && open.length < MAX_DEPTH; match = sign.exec(text)) {
    const [found] = match;
    if (found in BRACKETS) open.push(BRACKETS[found]!);
    else if (found === open.at(-1)) {
      open.pop();
      if (open.length === 0) return sign.lastIndex;
    }
  }
  return -1;
}

/**
 * The arguments that have a name which says that they are prose, and what they say. Those in square brackets are not among them,
 * but part of what is said there: whoever reads that comes to them. So every text is read once at each depth.
 */
function* namedIn(args: string): Generator<[name: string, said: string]> {
  const sign =
    /\\[\s\S]|"(?:[^"\\\n]|\\.)*"|<[^<>\s]*>|\/\/[^\n]*|\b(title|abstract|caption|attribution)[ \t]*:\s*(?=["[<])|\[/g;
  let [name, at] = ['', -1];
  for (let match = sign.exec(args); match; match = sign.exec(args)) {
    const [found, named] = match;
    const end = found === '[' ? closing(args, match.index) : sign.lastIndex;
    if (end === -1) return;
    sign.lastIndex = end;
    if (match.index === at) yield [name, found.startsWith('<') ? found : args.slice(match.index + 1, end - 1)];
    [name, at] = named === undefined ? ['', -1] : [named, end];
  }
}

const stringsIn = (code: string): string[] =>
  Array.from(code.matchAll(/(?<!\\)"((?:[^"\\\n]|\\.)*)"/g), ([, said]) => said!);
const labelsIn = (code: string): string[] =>
  Array.from(code.matchAll(/<([\p{L}\p{N}_][\p{L}\p{N}_:.-]*)>/gu), ([, label]) => label!);
