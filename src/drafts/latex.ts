/**
 * Drafts in LaTeX: what a reader of the printed paper would read as prose, with what it cites.
 *
 * One pass over the tokens of the main file, what it inputs and what the author's own macros expand to; text goes on to
 * `latexToText`, everything that is no text is told by latex-vocabulary.ts. A draft is never run, only read: commands of
 * packages that are not known here are dropped and what is in their braces is kept. Nothing can fail, however broken the
 * source.
 */
import { latexToText } from '../sources/latex.ts';
import { printsText } from '../sources/latex-commands.ts';
import { withoutTrailing } from '../text.ts';
import {
  CitationMarks,
  emptyDraft,
  EVERYTHING,
  MAX_DRAFT_CHARACTERS,
  paragraphOf,
  referenceOf,
  withoutMarks,
  type Draft,
} from './draft.ts';
import { isReferences } from './headings.ts';
import {
  isCite,
  isSilentCite,
  isStandardCite,
  keysIn,
  MAX_KEYS_OF_ARGUMENT,
  readCitation,
  readSilentCitation,
} from './latex-citations.ts';
import { LatexMacros } from './latex-macros.ts';
import { LatexSource, LONG_BRACES, MAX_DEPTH, RAW_BRACES, type LatexToken } from './latex-source.ts';
import { ARGUMENTS, ENVIRONMENT_ARGUMENTS, HEADINGS, NO_PROSE, RUN_IN_HEADINGS, VERBATIM } from './latex-vocabulary.ts';

/** The texts of files beside the draft, by the names under which it inputs them. */
export type Inputs = ReadonlyMap<string, string>;

const INPUTS = new Set(['input', 'include', 'subfile', 'subfileinclude']);
const IMPORTS = new Set(['import', 'subimport', 'includefrom', 'subincludefrom', 'inputfrom', 'subinputfrom']);
const DEFINES_ENVIRONMENT = new Set(['newenvironment', 'renewenvironment', 'NewEnviron', 'newtcolorbox']);
/** BibTeX's, BibLaTeX's, bibentry's, multibib's and bibunits' commands that name files of references. */
const NAMES_BIBLIOGRAPHY =
  /^(?:(?:no)?bibliography(?!style|unit|name)[a-z]*|add(?:bibresource|globalbib|sectionbib)|putbib)$/;
const ASIDES = new Set(['caption', 'captionof', 'footnote', 'footnotetext']);

/** How often one file is input. */
const MAX_INPUTS = 20;
/** Arguments that are read as text within one another: a citation in a footnote in a caption. */
const MAX_NESTING = 6;

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
  readonly #source = new LatexSource();
  readonly #macros = new LatexMacros(this.#source, isKnown);
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
  /** How often each file was input. */
  readonly #inputCounts = new Map<string, number>();
  /** Files that are not read where they are asked for, by the reason. */
  readonly #left = new Map<string, Set<string>>();

  constructor(inputs: Inputs) {
    this.#inputs = inputs;
  }

  read(source: string, name: string): Draft {
    this.#inBody = !/\\begin\s*\{document\}/.test(source);
    this.#source.pushFile(withoutMarks(source), name);
    this.#source.run(0, this.#take);
    this.#flush();
    this.#draft.abstract = this.#abstracts.join('\n');
    this.#draft.paragraphs.sort((a, b) => a.offset - b.offset); // A footnote is read before the paragraph around it.
    return this.#draft;
  }

  readonly #take = ({ token, command, sign, comment, blank, dollars }: LatexToken): void => {
    if (command !== undefined) this.#command(command, token);
    else if (sign !== undefined) this.#sign(sign, token);
    else if (comment !== undefined) {
      if (/\n\s*\n/.test(comment)) this.#endParagraph();
    } else if (blank !== undefined) this.#endParagraph();
    else if (dollars !== undefined) this.#inDisplay = !this.#inDisplay;
    else this.#emit(token);
  };

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
      this.#offset = Math.max(0, this.#source.position() - text.trimStart().length);
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
    else this.#takeParagraph(text, this.#offset);
  }

  #takeParagraph(text: string, offset: number): void {
    const last = this.#headings.at(-1) ?? '';
    if (isReferences(last)) {
      const reference = referenceOf(null, withoutMarks(text));
      if (/\p{L}{3}/u.test(reference.text)) this.#draft.references.push(reference);
      return;
    }
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
    const { depth } = this.#source;
    this.#source.pushArgument(argument);
    this.#source.run(depth, this.#take);
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
      this.#source.option();
      this.#emit(' ');
    } else this.#emit(token);
  }

  #command(given: string, token: string): void {
    if (this.#macros.take(given, token)) return;
    const command = this.#macros.meaningOf(given);
    if (command === 'begin') this.#begin(this.#source.name());
    else if (command === 'end') this.#end(this.#source.name());
    else if (command === 'iffalse') this.#source.skipBranch();
    else if (isCite(command)) this.#cite(command);
    else if (isSilentCite(command)) this.#citeSilently(command);
    else if (!this.#structure(command) && !this.#file(command))
      this.#inText(command, given === command ? token : `\\${command}`);
  }

  /** What divides the text. @returns whether the command does. */
  #structure(command: string): boolean {
    const level = HEADINGS.get(command);
    if (level !== undefined) this.#heading(level);
    else if (RUN_IN_HEADINGS.has(command)) {
      this.#endParagraph();
      this.#source.option(); // Its text begins the paragraph.
    } else if (command === 'title') {
      this.#source.option();
      this.#draft.title = this.#plainTextOf(this.#source.argument() ?? '');
    } else if (command === 'abstract' && this.#source.isNext('{')) {
      this.#takeAbstract(this.#textOf(this.#source.argument(LONG_BRACES) ?? ''));
    } else if (ASIDES.has(command)) {
      if (command === 'captionof') this.#source.argument();
      this.#aside();
    } else if (command === 'bibitem') this.#beginReference();
    else if (command === 'bib') this.#amsReference();
    else if (command === 'par' || command === 'item' || command === 'maketitle') this.#endParagraph();
    else return false;
    return true;
  }

  /** What has to do with other files. @returns whether the command has. */
  #file(command: string): boolean {
    if (INPUTS.has(command)) this.#input(inputName(this.#source.argument() ?? this.#source.word()));
    else if (IMPORTS.has(command)) this.#input(inputName(this.#source.argument() ?? '', this.#source.argument() ?? ''));
    else if (command === 'documentclass' && this.#source.isInFile) {
      this.#source.skipTo(/\\begin\s*\{document\}/g); // A subfile has a preamble of its own.
    } else if (command === 'endinput') this.#source.endText();
    else if (NAMES_BIBLIOGRAPHY.test(command)) {
      const option = this.#source.option() ?? '';
      const files = command === 'putbib' ? option : (this.#source.argument() ?? '');
      for (const name of keysIn(files)) this.#draft.bibliographies.push(/\.\w+$/.test(name) ? name : `${name}.bib`);
    } else return false;
    return true;
  }

  /** Any other command: prints something, or has arguments that are no prose, or is dropped. */
  #inText(command: string, token: string): void {
    const source = this.#source;
    if (DEFINES_ENVIRONMENT.has(command)) return source.skipArguments('moomm', LONG_BRACES);
    if (/^At(?:Every|Next|First)\w*[Cc]ite/.test(command)) return source.skipArguments('m', LONG_BRACES);
    if (command === 'xspace') return; // The blank that follows stays in any case.
    const given = ARGUMENTS.get(command);
    if (command === 'verb' || command === 'lstinline' || command === 'mintinline') source.skipVerbatimWord(command);
    else if (/^(?:href|url|path|nolinkurl)$/.test(command)) source.argument(RAW_BRACES);
    else if (given !== undefined) source.skipArguments(given);
    else if (printsText(command)) return this.#emit(token);
    else source.option();
    this.#emit(' ');
  }

  #begin(name: string): void {
    if (name === 'document') {
      this.#inBody = true;
      this.#environments = [];
      return;
    }
    if (VERBATIM.has(name)) {
      this.#source.before(`\\end{${name}}`);
      return;
    }
    if (this.#environments.length >= MAX_DEPTH) return;
    if (name === 'thebibliography' || name === 'abstract') this.#flush();
    this.#environments.push(name);
    if (/cquote$/.test(name)) return this.#cite(name); // As an environment, a quotation is prose all the same.
    this.#source.option();
    this.#source.skipArguments(ENVIRONMENT_ARGUMENTS.get(name) ?? '');
    if (name === 'thebibliography') this.#inBody = true;
  }

  #end(name: string): void {
    if (name === 'document') {
      this.#flush();
      this.#source.endFile(); // Of a subfile only this file ends.
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
    this.#source.option();
    const title = this.#plainTextOf(this.#source.argument() ?? '');
    this.#headings.length = Math.min(this.#headings.length, level);
    this.#headings[level] = title;
  }

  #cite(command: string): void {
    const { keys, notes, written } = readCitation(command, this.#source);
    for (const argument of written) {
      const text = this.#textOf(argument);
      const within = this.#citedIn(text);
      for (const key of within.length > 0 ? within : keysIn(withoutMarks(text))) keys.push(key);
    }
    for (const note of notes) for (const key of this.#citedIn(this.#textOf(note))) keys.push(key);
    this.#noteMany(keys);
    if (!this.#isHidden) this.#emit(this.#marks.mark(keys));
    else for (const key of keys) this.#draft.citedAnywhere.push(key);
    if (/cquote$/.test(command)) this.#emit(' '); // The quotation follows.
  }

  #citedIn(text: string): string[] {
    const paragraph = paragraphOf(text, this.#marks, { heading: '', offset: 0 });
    return paragraph?.citations.map(({ key }) => key) ?? [];
  }

  #citeSilently(command: string): void {
    const keys = readSilentCitation(command, this.#source);
    this.#noteMany(keys);
    for (const key of keys) this.#draft.citedAnywhere.push(key === '*' ? EVERYTHING : key);
  }

  /** Notes, once, that a citation may have more keys than were read. */
  #noteMany(keys: string[]): void {
    const note = `only the first ${MAX_KEYS_OF_ARGUMENT} keys of one citation were read`;
    if (keys.length >= MAX_KEYS_OF_ARGUMENT && !this.#draft.notes.includes(note)) this.#draft.notes.push(note);
  }

  #beginReference(): void {
    if (this.#bibitem !== undefined) this.#flush();
    this.#pieces = [];
    this.#source.option();
    this.#bibitem = this.#source.argument()?.trim() ?? '';
  }

  /** `\bib{key}{type}{fields}` of amsrefs. */
  #amsReference(): void {
    const [key = '', , fields = ''] = [
      this.#source.argument(),
      this.#source.argument(),
      this.#source.argument(LONG_BRACES),
    ];
    const title = /\btitle\s*=\s*\{/.exec(fields);
    const reference = referenceOf(key.trim(), latexToText(fields.replace(/\b[a-z]+\s*=/g, ' ')));
    if (title === null) this.#draft.references.push(reference);
    else {
      const source = new LatexSource();
      source.pushFile(fields.slice(title.index + title[0].length - 1), '');
      this.#draft.references.push({ ...reference, title: latexToText(source.argument() ?? '') });
    }
  }

  /** A caption or footnote: a paragraph of its own, also of a figure. */
  #aside(): void {
    const offset = this.#source.position();
    this.#source.option();
    const text = this.#textOf(this.#source.argument(LONG_BRACES) ?? '');
    if (this.#nesting === 0 && this.#inBody) this.#takeParagraph(text, offset);
  }

  #input(name: string): void {
    if (name === '') return;
    const text = this.#inputs.get(name);
    if (text === undefined) this.#leave(name, "it is not among the draft's files");
    else if (this.#source.isReading(name)) this.#leave(name, 'it inputs itself');
    else if (this.#source.depth >= MAX_DEPTH || this.#source.read + text.length > MAX_DRAFT_CHARACTERS)
      this.#leave(name, 'all of its files together are longer than any draft');
    else {
      const count = (this.#inputCounts.get(name) ?? 0) + 1;
      this.#inputCounts.set(name, count);
      if (count <= MAX_INPUTS) this.#source.pushFile(withoutMarks(text), name);
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
}

/** Whether a command means here what it means in LaTeX, however a draft defines it to look. */
const isKnown = (command: string): boolean =>
  isStandardCite(command) ||
  [HEADINGS, RUN_IN_HEADINGS, ARGUMENTS, INPUTS].some((known) => known.has(command)) ||
  /^(?:begin|end|title|abstract|caption|footnote|bibitem|item|par)$/.test(command) ||
  printsText(command);
