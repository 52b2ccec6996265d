/**
 * Drafts in LaTeX: what a reader of the printed paper would read as prose, with what it cites.
 *
 * One pass over the tokens of the main file, what it inputs and what the author's own macros expand to; text goes on to
 * `latexToText`, everything that is no text is told by the tables below. A draft is never run, only read: commands of
 * packages that are not known here are dropped and what is in their braces is kept. Nothing can fail, however broken the
 * source: what macros expand to, how far arguments are looked for and how deep anything nests is bounded.
 */
import { latexToText } from '../sources/latex.ts';
import { printsText } from '../sources/latex-commands.ts';
import { withoutTrailing } from '../text.ts';
import {
  CitationMarks,
  emptyDraft,
  MAX_DRAFT_CHARACTERS,
  paragraphOf,
  referenceOf,
  withoutMarks,
  type Draft,
} from './draft.ts';

/** The texts of files beside the draft, by the names under which it inputs them. */
export type Inputs = ReadonlyMap<string, string>;

/** Levels of headings; what stands under a heading is called by it and the one above. */
const HEADINGS = new Map([
  ...['part', 'chapter', 'section', 'subsection', 'subsubsection'].map((name, level) => [name, level] as const),
]);
const RUN_IN_HEADINGS = new Set(['paragraph', 'subparagraph']);

/** Environments of which nothing but citations is read: formulas, tables, drawings, code. */
const NO_PROSE = new Set(
  (
    'equation align alignat flalign gather multline eqnarray displaymath math dmath split subequations IEEEeqnarray ' +
    'tabular tabularx tabulary longtable tabu array tblr supertabular table figure wrapfigure wraptable subfigure ' +
    'sidewaystable sidewaysfigure SCfigure tikzpicture pgfpicture picture axis tikzcd forest algorithm algorithmic ' +
    'algorithm2e CCSXML keywords IEEEkeywords keyword AMS MSCcodes acks ack acknowledgments acknowledgements teaserfigure'
  ).split(' '),
);
/** Environments in which nothing is a command. */
const VERBATIM = new Set(
  'verbatim Verbatim BVerbatim LVerbatim lstlisting minted comment filecontents alltt semiverbatim'.split(' '),
);

/** Arguments of commands that are no text: `o` one in brackets, if there is one; `m` one in braces. Others are text. */
const ARGUMENTS = new Map(
  Object.entries({
    m:
      'label ref eqref autoref cref Cref crefrange pageref nameref vref subref vspace hspace pagestyle thispagestyle ' +
      'pagenumbering bibliographystyle graphicspath hypersetup affiliation email address orcid institute date thanks ' +
      'keywords kwd ccsdesc index glossary color textcolor colorbox rowcolor cellcolor hypertarget hyperlink usetikzlibrary ' +
      'newlength newcounter setcitestyle citestyle url path nolinkurl href fontsize selectlanguage foreignlanguage ' +
      'acmConference acmYear acmISBN acmDOI copyrightyear received pacs subjclass markboth lstset captionsetup marginpar ' +
      'refstepcounter stepcounter printbibliography input@path theoremstyle numberwithin allowdisplaybreaks',
    om:
      'includegraphics usepackage RequirePackage documentclass LoadClass author affil todo lstinputlisting includepdf ' +
      'tableofcontents inputminted footnotemark bibliographyunit title@ shorttitle shortauthors linenumbers',
    mm: 'setlength addtolength setcounter addtocounter setstretch defcitealias DeclareGraphicsExtensions resizebox markboth newif@ rule',
    omm: 'newtheorem definecolor DeclareFieldFormat parbox raisebox',
    mmm: 'multirow',
  }).flatMap(([signature, names]) => names.split(' ').map((name) => [name, signature] as const)),
);
/** Of environments. */
const ENVIRONMENT_ARGUMENTS = new Map([
  ...'minipage multicols adjustbox thebibliography spacing'.split(' ').map((name) => [name, 'om'] as const),
  ...'wrapfigure wraptable'.split(' ').map((name) => [name, 'omm'] as const),
]);

/** natbib's, BibLaTeX's and apacite's commands. */
const isCite = (command: string): boolean =>
  /[Cc]ite/.test(command) && !/^(?:nocite|citestyle|setcite|defcite|citereset|DeclareCite)|@/.test(command);
const SEVERAL = /cites$/;
const INPUTS = new Set(['input', 'include', 'subfile', 'subfileinclude']);
const IMPORTS = new Set(['import', 'subimport', 'includefrom', 'subincludefrom', 'inputfrom', 'subinputfrom']);
const DEFINES = new Set(['newcommand', 'renewcommand', 'providecommand', 'DeclareRobustCommand']);
const DEFINES_ENVIRONMENT = new Set(['newenvironment', 'renewenvironment', 'NewEnviron', 'newtcolorbox']);

/** Characters that macros may expand to, all of them together: so many, and more for each of the draft. */
const [MAX_EXPANDED, EXPANDED_FOR_EACH] = [50_000, 10];
/** How often one file is input. */
const MAX_INPUTS = 20;
/** Frames of inputs and macros within each other. */
const MAX_DEPTH = 100;
/** Characters that are looked at for the ends of arguments, all searches together: so many, and more for each of the draft. */
const [MAX_SEARCHED, SEARCHED_FOR_EACH] = [500_000, 20];
/** Characters of an argument in brackets. */
const MAX_OPTION = 2000;
/** Arguments that are read as text within one another: a citation in a footnote in a caption. */
const MAX_NESTING = 6;

const TOKEN = /\\(?:([a-zA-Z@]+)\*?|([\s\S])|$)|(%[^\n]*(?:\n\s*)?)|(\n[ \t\r]*\n\s*)|(\$\$)|[^\\%\n$]+|[\n$]/y;
/** Most arguments hold no blank line; one that seems to was never closed. */
const BRACES = /\\[\s\S]|%[^\n]*|\n[ \t\r]*\n|[{}]/g;
const LONG_BRACES = /\\[\s\S]|%[^\n]*|[{}]/g;
const RAW_BRACES = /\\[\s\S]|[{}]/g;
const BRACKETS = /\\[\s\S]|[{}\]]/g;

interface Frame {
  text: string;
  at: number;
  /** A file, and not what a macro expands to. */
  isSource: boolean;
  /** Of the file; empty for the main one, and for macros. */
  name: string;
}

interface Macro {
  parameters: number;
  /** Of the first parameter, where that may be left out. */
  preset: string | undefined;
  body: string;
}

/**
 * Reads a draft.
 * @param source the main file. A piece of a draft, without preamble, is read whole.
 * @param inputs the files it inputs; those that are missing are noted.
 * @param name what the main file would be input as.
 */
export function readLatex(source: string, inputs: Inputs = new Map(), name = ''): Draft {
  return new LatexReader(inputs).read(source, name);
}

/** The names of files in the order of their `\input`s; comments do not count. */
export function inputNames(source: string): string[] {
  const names: string[] = [];
  const text = source.replace(/(?<!\\)%.*/g, '');
  for (const match of text.matchAll(/\\([a-zA-Z]+)\*?\s*(?:\{([^{}]*)\}\s*(?:\{([^{}]*)\})?|([^\s{}\\]+))/g)) {
    const [, command = '', first = '', second = '', bare = ''] = match;
    if (INPUTS.has(command)) names.push(inputName(first || bare));
    else if (IMPORTS.has(command)) names.push(inputName(first, second));
  }
  return [...new Set(names)].filter((name) => name !== '');
}

/** A name as it is written in an `\input`, with the folder of an `\import`. */
function inputName(first: string, second?: string): string {
  const [folder, name] = second === undefined ? ['', first] : [first, second];
  const trimmed = name.trim().replace(/^"(.*)"$/, '$1');
  if (trimmed === '') return '';
  const whole = folder.trim() === '' ? trimmed : `${withoutTrailing(folder.trim(), '/')}/${trimmed}`;
  const plain = whole.replace(/^(?:\.\/)+/, '');
  return /\.[a-zA-Z]{2,5}$/.test(plain) ? plain : `${plain}.tex`;
}

class LatexReader {
  readonly #inputs: Inputs;
  readonly #draft = emptyDraft();
  readonly #marks = new CitationMarks();
  readonly #macros = new Map<string, Macro>();
  #frames: Frame[] = [];
  /** Frames below belong to the text around the argument that is being read. */
  #floor = 0;
  /** Lengths of the files that were read to their ends. */
  #readFiles = 0;
  /** Of the paragraph under way. */
  #pieces: string[] = [];
  #offset = 0;
  #environments: string[] = [];
  #headings: string[] = [];
  #inBody = true;
  #inDisplay = false;
  /** The reference under way: `\bibitem`'s key. */
  #bibitem: string | undefined;
  #abstracts: string[] = [];
  /** Arguments being read as text. */
  #nesting = 0;
  /** Characters that macros may yet expand to. */
  #expandable = MAX_EXPANDED;
  /** Characters that may yet be looked at for the ends of arguments. */
  #searchable = MAX_SEARCHED;
  /** Characters of files. */
  #read = 0;
  /** How often each file was input. */
  readonly #inputCounts = new Map<string, number>();
  /** Files that are not read where they are asked for, by the reason. */
  readonly #left = new Map<string, Set<string>>();

  constructor(inputs: Inputs) {
    this.#inputs = inputs;
  }

  read(source: string, name: string): Draft {
    this.#inBody = !/\\begin\s*\{document\}/.test(source);
    this.#push(withoutMarks(source), true, name);
    this.#run(0);
    this.#flush();
    this.#draft.abstract = this.#abstracts.join('\n');
    this.#draft.paragraphs.sort((a, b) => a.offset - b.offset); // A footnote is read before the paragraph around it.
    return this.#draft;
  }

  /** Reads until no more than this many frames are left. */
  #run(depth: number): void {
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
      if (command !== undefined) this.#command(command, token, frame);
      else if (sign !== undefined) this.#sign(sign, token);
      else if (comment !== undefined) {
        if (/\n\s*\n/.test(comment)) this.#endParagraph();
      } else if (blank !== undefined) this.#endParagraph();
      else if (dollars !== undefined) this.#inDisplay = !this.#inDisplay;
      else this.#emit(token);
    }
    this.#floor = floor;
  }

  #push(text: string, isSource: boolean, name = ''): void {
    if (isSource) {
      this.#read += text.length;
      this.#expandable += text.length * EXPANDED_FOR_EACH;
      this.#searchable += text.length * SEARCHED_FOR_EACH;
    }
    this.#frames.push({ text, at: 0, isSource, name });
  }

  #pop(): void {
    const frame = this.#frames.pop();
    if (frame?.isSource) this.#readFiles += frame.text.length;
  }

  #position(): number {
    return this.#frames.reduce((sum, { isSource, at }) => sum + (isSource ? at : 0), this.#readFiles);
  }

  // ---- Text ----

  get #isHidden(): boolean {
    return (
      this.#inDisplay ||
      this.#environments.some((name) => NO_PROSE.has(name)) ||
      !(this.#inBody || this.#nesting > 0 || this.#environments.includes('abstract'))
    );
  }

  #emit(text: string): void {
    if (this.#isHidden) return;
    if (this.#pieces.length === 0) {
      if (text.trim() === '') return;
      this.#offset = Math.max(0, this.#position() - text.trimStart().length);
    }
    this.#pieces.push(text);
  }

  #endParagraph(): void {
    this.#inDisplay = false; // No formula goes on over a blank line: here its end was forgotten.
    if (this.#nesting > 0 || this.#bibitem !== undefined) this.#emit('\n');
    else this.#flush();
  }

  /** Takes what was read since the last paragraph where it belongs. */
  #flush(): void {
    const text = latexToText(this.#pieces.join(''));
    this.#pieces = [];
    if (this.#bibitem !== undefined) {
      this.#draft.references.push(referenceOf(this.#bibitem, withoutMarks(text)));
      this.#bibitem = undefined;
      return;
    }
    if (this.#environments.includes('abstract')) this.#takeAbstract(text);
    else this.#take(text, this.#offset);
  }

  #take(text: string, offset: number): void {
    const heading = this.#headings
      .filter((each) => each !== undefined && each !== '')
      .slice(-2)
      .join(' › ');
    const paragraph = paragraphOf(text, this.#marks, { heading, offset });
    if (paragraph) this.#draft.paragraphs.push(paragraph);
  }

  #takeAbstract(text: string): void {
    const paragraph = paragraphOf(text, this.#marks, { heading: '', offset: 0 });
    if (!paragraph) return;
    this.#abstracts.push(paragraph.text);
    for (const { key } of paragraph.citations) this.#draft.citedAnywhere.push(key);
  }

  /** An argument as text, its citations marked; it is a paragraph of its own, whatever is around it. */
  #textOf(argument: string): string {
    if (this.#nesting >= MAX_NESTING) return '';
    const around = [this.#pieces, this.#offset, this.#environments, this.#inDisplay, this.#bibitem] as const;
    [this.#pieces, this.#environments, this.#inDisplay, this.#bibitem] = [[], [], false, undefined];
    this.#nesting++;
    const depth = this.#frames.length;
    this.#push(argument, false);
    this.#run(depth);
    const text = latexToText(this.#pieces.join(''));
    this.#nesting--;
    [this.#pieces, this.#offset, this.#environments, this.#inDisplay, this.#bibitem] = around;
    return text;
  }

  #plainTextOf(argument: string): string {
    return paragraphOf(this.#textOf(argument), this.#marks, { heading: '', offset: 0 })?.text ?? '';
  }

  // ---- Commands ----

  #sign(sign: string, token: string): void {
    if (sign === '[') this.#inDisplay = true;
    else if (sign === ']') this.#inDisplay = false;
    else if (sign === '\\') {
      this.#option();
      this.#emit(' ');
    } else this.#emit(token);
  }

  #command(command: string, token: string, frame: Frame): void {
    const macro = this.#macros.get(command);
    if (macro) return this.#expand(macro);
    if (command === 'begin') return this.#begin(this.#name());
    if (command === 'end') return this.#end(this.#name());
    if (command === 'iffalse') return this.#skipBranch(frame);
    if (isCite(command)) return this.#cite(command);
    if (command === 'nocite') {
      for (const key of keysIn(this.#argument() ?? '')) if (key !== '*') this.#draft.citedAnywhere.push(key);
      return;
    }
    const level = HEADINGS.get(command);
    if (level !== undefined) return this.#heading(level);
    if (RUN_IN_HEADINGS.has(command)) {
      this.#endParagraph();
      this.#option();
      return; // Its text begins the paragraph.
    }
    if (command === 'title') {
      this.#option();
      this.#draft.title = this.#plainTextOf(this.#argument() ?? '');
      return;
    }
    if (command === 'abstract' && this.#isBraceNext())
      return this.#takeAbstract(this.#textOf(this.#argument(LONG_BRACES) ?? ''));
    if (command === 'caption' || command === 'footnote' || command === 'footnotetext' || command === 'captionof') {
      if (command === 'captionof') this.#argument();
      return this.#aside();
    }
    if (INPUTS.has(command)) return this.#input(inputName(this.#argument() ?? this.#word()));
    if (IMPORTS.has(command)) return this.#input(inputName(this.#argument() ?? '', this.#argument() ?? ''));
    if (command === 'documentclass' && this.#frames.filter(({ isSource }) => isSource).length > 1) {
      return this.#skipTo(/\\begin\s*\{document\}/g); // A subfile has a preamble of its own.
    }
    if (command === 'endinput') {
      frame.at = frame.text.length;
      return;
    }
    if (command === 'bibliography' || command === 'addbibresource') {
      this.#option();
      for (const name of keysIn(this.#argument() ?? ''))
        this.#draft.bibliographies.push(/\.\w+$/.test(name) ? name : `${name}.bib`);
      return;
    }
    if (command === 'bibitem') {
      if (this.#bibitem !== undefined) this.#flush();
      this.#pieces = [];
      this.#option();
      this.#bibitem = this.#argument()?.trim() ?? '';
      return;
    }
    if (DEFINES.has(command)) return this.#define();
    if (/^[egx]?def$/.test(command)) return this.#definePlainly(frame);
    if (command === 'DeclareMathOperator') {
      const name = this.#commandName();
      this.#macros.set(name, { parameters: 0, preset: undefined, body: this.#argument() ?? '' });
      return;
    }
    if (command === 'let') return this.#skipTo(/\\[a-zA-Z@]+\s*(?:=\s*)?(?:\\(?:[a-zA-Z@]+|.)|[^\s\\])/gy);
    if (DEFINES_ENVIRONMENT.has(command)) return this.#skipArguments('moomm', LONG_BRACES);
    if (command === 'verb' || command === 'lstinline' || command === 'mintinline')
      return this.#verbatimWord(command, frame);
    if (command === 'xspace') return; // The blank that follows stays in any case.
    if (command === 'par' || command === 'item' || command === 'maketitle') return this.#endParagraph();
    const given = ARGUMENTS.get(command);
    if (given !== undefined) {
      if (command === 'href' || command === 'url' || command === 'path' || command === 'nolinkurl') {
        this.#argument(RAW_BRACES); // A percent sign in an address begins no comment.
      } else this.#skipArguments(given);
      this.#emit(' ');
      return;
    }
    if (printsText(command)) return this.#emit(token);
    this.#option();
    this.#emit(' ');
  }

  #begin(name: string): void {
    if (name === 'document') {
      this.#inBody = true;
      this.#environments = [];
      return;
    }
    if (VERBATIM.has(name)) {
      const frame = this.#frames.at(-1)!;
      const end = this.#searchable < 0 ? -1 : frame.text.indexOf(`\\end{${name}}`, frame.at);
      this.#searchable -= (end === -1 ? frame.text.length : end) - frame.at;
      frame.at = end === -1 ? frame.at : end;
      return;
    }
    if (this.#environments.length >= MAX_DEPTH) return;
    if (name === 'thebibliography' || name === 'abstract') this.#flush();
    this.#environments.push(name);
    this.#option();
    this.#skipArguments(ENVIRONMENT_ARGUMENTS.get(name) ?? '');
    if (name === 'thebibliography') this.#inBody = true;
  }

  #end(name: string): void {
    if (name === 'document') {
      this.#flush();
      // Of a subfile only this file ends.
      if (this.#frames.some(({ isSource }, i) => isSource && i > 0)) {
        while (!this.#frames.at(-1)!.isSource) this.#pop();
      } else this.#frames.length = 1;
      this.#frames.at(-1)!.at = this.#frames.at(-1)!.text.length;
      return;
    }
    if (name === 'abstract' || name === 'thebibliography') this.#flush();
    this.#endOf(name);
    if (NO_PROSE.has(name)) this.#emit(' ');
  }

  /** Ends the innermost environment of this name and what was left open in it. */
  #endOf(name: string): void {
    const open = this.#environments.lastIndexOf(name);
    if (open !== -1) this.#environments.length = open;
  }

  #heading(level: number): void {
    this.#endParagraph();
    if (this.#bibitem !== undefined) this.#flush();
    this.#environments = []; // No formula, table or abstract goes on into the next section: its end was forgotten.
    this.#option();
    const title = this.#plainTextOf(this.#argument() ?? '');
    this.#headings.length = Math.min(this.#headings.length, level);
    this.#headings[level] = title;
  }

  #cite(command: string): void {
    const keys: string[] = [];
    const several = SEVERAL.test(command);
    do {
      this.#option();
      this.#option();
      const argument = this.#argument();
      if (argument === undefined) break;
      for (const key of keysIn(argument)) keys.push(key);
    } while (several && keys.length < 1000 && /^\s*[{[]/.test(this.#ahead()));
    if (!this.#isHidden) this.#emit(this.#marks.mark(keys));
    else for (const key of keys) this.#draft.citedAnywhere.push(key);
  }

  /** A caption or footnote: a paragraph of its own, also of a figure. */
  #aside(): void {
    const offset = this.#position();
    this.#option();
    const text = this.#textOf(this.#argument(LONG_BRACES) ?? '');
    if (this.#nesting === 0 && this.#inBody) this.#take(text, offset);
  }

  #input(name: string): void {
    if (name === '') return;
    const text = this.#inputs.get(name);
    if (text === undefined) this.#leave(name, "it is not among the draft's files");
    else if (this.#frames.some((frame) => frame.name === name)) this.#leave(name, 'it inputs itself');
    else if (this.#frames.length >= MAX_DEPTH || this.#read + text.length > MAX_DRAFT_CHARACTERS)
      this.#leave(name, 'all of its files together are longer than any draft');
    else {
      const count = (this.#inputCounts.get(name) ?? 0) + 1;
      this.#inputCounts.set(name, count);
      if (count <= MAX_INPUTS) this.#push(withoutMarks(text), true, name);
      else this.#leave(name, `it is input more than ${MAX_INPUTS} times`);
    }
  }

  /** Notes, once for each reason, that a file was not read. */
  #leave(name: string, reason: string): void {
    const names = this.#left.get(reason) ?? new Set();
    this.#left.set(reason, names);
    if (names.has(name)) return;
    names.add(name);
    this.#draft.notes.push(`${name} was not read: ${reason}`);
  }

  // ---- Macros ----

  #define(): void {
    const name = this.#commandName();
    const [count, preset] = [this.#option(), this.#option()];
    const body = this.#argument(LONG_BRACES);
    if (name === '' || body === undefined || isKnown(name)) return;
    this.#macros.set(name, { parameters: Math.min(9, Number(count ?? 0) || 0), preset, body });
  }

  /** `\def\name#1#2{body}`; parameters with text between them are more than is understood here. */
  #definePlainly(frame: Frame): void {
    const match = /\s*\\([a-zA-Z@]+)([^{\\]{0,100})/y;
    match.lastIndex = frame.at;
    const [all = '', name, parameters = ''] = match.exec(frame.text) ?? [];
    if (name === undefined) return;
    frame.at += all.length;
    const body = this.#argument(LONG_BRACES);
    if (body === undefined || isKnown(name) || !/^(?:#\d)*\s*$/.test(parameters)) return;
    this.#macros.set(name, { parameters: parameters.trim().length / 2, preset: undefined, body });
  }

  #expand({ parameters, preset, body }: Macro): void {
    const values: string[] = [];
    if (preset !== undefined) values.push(this.#option() ?? preset);
    while (values.length < parameters) values.push(this.#argument(LONG_BRACES) ?? this.#oneToken());
    if (this.#frames.length >= MAX_DEPTH) return;
    const size = values.reduce((sum, value) => sum + value.length, body.length);
    if (size > this.#expandable) return;
    // A parameter may occur in the body more than once.
    let text = '';
    let end = 0;
    for (const { 0: found, 1: number, index } of body.matchAll(/##|#(\d)/g)) {
      text += body.slice(end, index) + (number === undefined ? '#' : (values[Number(number) - 1] ?? ''));
      end = index + found.length;
      if (text.length > this.#expandable) return;
    }
    text += body.slice(end);
    this.#expandable -= text.length + 1;
    this.#push(text, false);
  }

  // ---- Arguments ----

  /** Where arguments are looked for: a macro may end in a command whose arguments come after the macro. */
  #unfinished(): Frame {
    for (let frame = this.#frames.at(-1)!; ; frame = this.#frames.at(-1)!) {
      if (frame.isSource || frame.at < frame.text.length || this.#frames.length <= this.#floor + 1) return frame;
      this.#pop();
    }
  }

  #ahead(): string {
    const frame = this.#unfinished();
    return frame.text.slice(frame.at, frame.at + 100);
  }

  #isBraceNext(): boolean {
    return /^\s*\{/.test(this.#ahead());
  }

  /** What is in the braces that come next; undefined where none do, or where they are not closed. */
  #argument(braces = BRACES): string | undefined {
    const frame = this.#unfinished();
    const begin = /\s*(?:%[^\n]*\n\s*)?\{/y;
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
  #option(): string | undefined {
    const frame = this.#unfinished();
    const begin = /[ \t]*(?:\n[ \t]*)?\[/y;
    begin.lastIndex = frame.at;
    const opening = begin.exec(frame.text);
    if (!opening) return undefined;
    const start = frame.at + opening[0].length;
    const end = this.#closing(frame.text.slice(start, start + MAX_OPTION), 0, ']', BRACKETS);
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

  #skipArguments(signature: string, braces = BRACES): void {
    for (const kind of signature) {
      if (kind === 'o') this.#option();
      else this.#argument(braces);
    }
  }

  /** What `\iffalse` leaves out, up to its `\else` or `\fi`. */
  #skipBranch(frame: Frame): void {
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

  #skipTo(pattern: RegExp): void {
    const frame = this.#frames.at(-1)!;
    pattern.lastIndex = frame.at;
    const match = pattern.exec(frame.text);
    if (match && !pattern.sticky) frame.at = match.index;
    else if (match) frame.at = pattern.lastIndex;
  }

  /** The name of an environment. */
  #name(): string {
    return (this.#argument() ?? '').trim().replace(/\*$/, '');
  }

  /** The command that is defined, in braces or bare. */
  #commandName(): string {
    const given = this.#argument() ?? /^\s*\\[a-zA-Z@]+/.exec(this.#ahead())?.[0] ?? '';
    const frame = this.#frames.at(-1)!;
    if (/^\s*\\[a-zA-Z@]/.test(given) && frame.text.startsWith(given, frame.at)) frame.at += given.length;
    return /\\([a-zA-Z@]+)/.exec(given)?.[1] ?? '';
  }

  /** `\input name`, without braces. */
  #word(): string {
    const [word = ''] = /^\s*[^\s{}\\]+/.exec(this.#ahead()) ?? [];
    this.#frames.at(-1)!.at += word.length;
    return word;
  }

  /** An argument without braces. */
  #oneToken(): string {
    const [token = ''] = /^\s*(?:\\[a-zA-Z@]+|\\?[^{}\\])/u.exec(this.#ahead()) ?? [];
    this.#frames.at(-1)!.at += token.length;
    return token.trim();
  }

  #verbatimWord(command: string, frame: Frame): void {
    if (command !== 'verb') this.#option();
    if (command === 'mintinline') this.#argument();
    const delimiter = frame.text[frame.at] ?? '\n';
    const end = delimiter === '{' ? frame.text.indexOf('}', frame.at) : frame.text.indexOf(delimiter, frame.at + 1);
    const line = frame.text.indexOf('\n', frame.at);
    if (end !== -1 && (line === -1 || end < line)) frame.at = end + 1;
    this.#emit(' ');
  }
}

/** Whether a command means here what it means in LaTeX, however a draft defines it to look. */
const isKnown = (command: string): boolean =>
  isCite(command) ||
  [HEADINGS, RUN_IN_HEADINGS, ARGUMENTS, INPUTS].some((known) => known.has(command)) ||
  /^(?:begin|end|title|abstract|caption|footnote|bibitem|item|par)$/.test(command) ||
  printsText(command);

/** The keys of a citation. */
function keysIn(argument: string): string[] {
  const keys = argument.replace(/%[^\n]*\n?/g, '').split(',');
  return keys.map((key) => key.trim()).filter((key) => key !== '');
}

/**
 * The references in a `.bbl` that BibLaTeX wrote, which is a table and no text; those in one that BibTeX wrote are
 * `\bibitem`s, for which `readLatex` is asked.
 */
export function readBiblatexBbl(source: string): Draft['references'] {
  const references = [];
  for (const part of source.split('\\endentry').slice(0, -1)) {
    const entry = /\\entry\{([^{}]+)\}/.exec(part);
    if (!entry) continue;
    const fields = part.slice(entry.index);
    const field = (name: string): string => {
      const [line = ''] = textBehind(fields, `\\field{${name}}{`).split('\n', 1);
      return latexToText(line.slice(0, Math.max(0, line.lastIndexOf('}'))));
    };
    const verb = (name: string): string => /^\s*\\verb (\S+)/.exec(textBehind(fields, `\\verb{${name}}`))?.[1] ?? '';
    const [title, doi, eprint] = [field('title'), verb('doi'), verb('eprint')];
    const arxiv = field('eprinttype').toLowerCase() === 'arxiv' ? eprint : '';
    const named = [title, doi && `doi:${doi}`, arxiv && `arxiv:${arxiv}`].filter((text) => text !== '').join(' ');
    references.push({ ...referenceOf(entry[1]!, named), title });
  }
  return references;
}

/** What follows the first place of a mark; empty where it has none. */
function textBehind(text: string, mark: string): string {
  const at = text.indexOf(mark);
  return at === -1 ? '' : text.slice(at + mark.length);
}
