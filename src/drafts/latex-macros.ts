/**
 * The macros that a draft in LaTeX defines: by LaTeX itself, plain TeX, xparse, xargs and etoolbox; also other names for commands
 * there are, and BibLaTeX's and multibib's ways to make new ones that cite.
 */
import { isCite, isStandardCite } from './latex-citations.ts';
import { LONG_BRACES, MAX_DEPTH, type LatexSource } from './latex-source.ts';

/** How a parameter is given: in braces, by a star, or between two signs, where it may be left out. */
type Parameter =
  | { kind: 'argument' }
  | { kind: 'star'; sign: string }
  | { kind: 'option'; open: string; close: string; preset: string };

interface Macro {
  parameters: Parameter[];
  body: string;
}

/** What stands for an option that is left out and has no preset. */
const NO_VALUE = '\\NoValue ';
const MAX_PARAMETERS = 9;

const DEFINES = /^(?:(?:re)?newcommand|providecommand|DeclareRobustCommand|(?:re)?newrobustcmd|providerobustcmd)$/;
const DEFINES_WITH_X = /^(?:(?:re)?newcommandx|providecommandx|DeclareRobustCommandx)$/;
const DEFINES_DOCUMENT_COMMAND = /^(?:New|Renew|Provide|Declare)(?:Expandable)?DocumentCommand$/;
const COPIES = /^(?:let|LetLtxMacro|GlobalLetLtxMacro|(?:New|Renew|Declare)CommandCopy)$/;
const CONDITIONAL = /^If(NoValue|Value|Boolean|Blank)(TF|T|F)$/;

export class LatexMacros {
  readonly #source: LatexSource;
  readonly #isKnown: (command: string) => boolean;
  readonly #macros = new Map<string, Macro>();
  readonly #aliases = new Map<string, string>();

  /** @param isKnown whether a command means what it means in LaTeX, however a draft defines it to look. */
  constructor(source: LatexSource, isKnown: (command: string) => boolean) {
    this.#source = source;
    this.#isKnown = isKnown;
  }

  /** The command of LaTeX or its packages that a name stands for. */
  meaningOf(command: string): string {
    return this.#aliases.get(command) ?? command;
  }

  /**
   * Takes a command that defines another one, or that the draft has defined: then its text is what is read next.
   * @returns whether it was such a command.
   */
  take(command: string, token: string): boolean {
    const macro = this.#macros.get(command);
    if (macro) this.#expand(macro, token.endsWith('*'));
    else if (DEFINES.test(command)) this.#define();
    else if (DEFINES_WITH_X.test(command)) this.#defineWithX();
    else if (DEFINES_DOCUMENT_COMMAND.test(command)) this.#defineDocumentCommand();
    else if (/^[egx]?def$/.test(command)) this.#definePlainly();
    else if (command === 'DeclareMathOperator') this.#put(this.#source.commandName(), [], this.#source.argument());
    else if (COPIES.test(command)) this.#copy();
    else if (command === 'DeclareCiteCommand') this.#newName('cite', 'ommmm');
    else if (command === 'DeclareMultiCiteCommand') this.#newName('cites', 'mm');
    else if (command === 'newcites') this.#source.skipArguments('mm');
    else if (CONDITIONAL.test(command)) this.#choose(command);
    else return false;
    return true;
  }

  #define(): void {
    const name = this.#source.commandName();
    const [count, preset] = [this.#source.option(), this.#source.option()];
    const parameters = argumentsOf(count);
    if (preset !== undefined) parameters[0] = option('[', ']', preset);
    this.#put(name, parameters, this.#source.argument(LONG_BRACES));
  }

  /** `\newcommandx{\name}[3][1=preset, 3=preset]{body}`: those with presets are in brackets. */
  #defineWithX(): void {
    const name = this.#source.commandName();
    const [count, presets = ''] = [this.#source.option(), this.#source.option()];
    const parameters = argumentsOf(count);
    for (const [, number, preset = ''] of presets.matchAll(/(\d)\s*=\s*([^,]*)/g)) {
      if (Number(number) <= parameters.length) parameters[Number(number) - 1] = option('[', ']', preset);
    }
    this.#put(name, parameters, this.#source.argument(LONG_BRACES));
  }

  #defineDocumentCommand(): void {
    const name = this.#source.commandName();
    const parameters = documentParameters(this.#source.argument() ?? '');
    this.#put(name, parameters, this.#source.argument(LONG_BRACES));
  }

  /** `\def\name[#1]#2{body}`; parameters with other text between them are more than is understood here. */
  #definePlainly(): void {
    const [, name = '', given = ''] = this.#source.matched(/\s*\\([a-zA-Z@]+)([^{\\]{0,100})/y) ?? [];
    if (name === '') return;
    const body = this.#source.argument(LONG_BRACES);
    if (!/^(?:\[#\d\]|#\d)*$/.test(given.trim())) return;
    const parameters = Array.from(given.matchAll(/(\[?)#\d/g), ([, bracket]): Parameter => {
      return bracket === '' ? { kind: 'argument' } : option('[', ']', '');
    });
    this.#put(name, parameters, body);
  }

  /** `\let\name=\command`; `\let\name=a` defines nothing that is read here. */
  #copy(): void {
    const name = this.#copied();
    this.#source.matched(/\s*=?/y);
    const of = this.#copied();
    if (name === '' || of === '' || name === of || this.#isKnown(name)) return;
    const macro = this.#macros.get(of);
    if (macro) this.#macros.set(name, macro);
    else this.#aliases.set(name, this.meaningOf(of));
  }

  /** The next command's name, bare or in braces; of a sign, nothing. */
  #copied(): string {
    const [, name] = this.#source.matched(/\s*(?:\{\s*)?\\(?:([a-zA-Z@]+)|[^a-zA-Z@])\s*\}?/y) ?? [];
    if (name === undefined) this.#source.matched(/[^\\\s]/y);
    return name ?? '';
  }

  #newName(meaning: string, rest: string): void {
    const name = this.#source.commandName();
    this.#source.skipArguments(rest, LONG_BRACES);
    if (name !== '' && !this.#isKnown(name)) this.#aliases.set(name, meaning);
  }

  #put(name: string, parameters: Parameter[], body: string | undefined): void {
    if (name === '' || body === undefined || this.#isKnown(name) || isStandardCite(name)) return;
    // A name that says that it cites is believed where its body works with what is inside of LaTeX.
    if (isCite(name) && /@/.test(body)) return;
    this.#macros.set(name, { parameters, body });
  }

  /** xparse asks whether a parameter was given. */
  #choose(command: string): void {
    const [, question, branches] = CONDITIONAL.exec(command)!;
    const value = (this.#source.argument(LONG_BRACES) ?? '').trim();
    const isMissing = value === NO_VALUE.trim();
    const isTrue = { NoValue: isMissing, Value: !isMissing, Boolean: value === '*', Blank: value === '' }[question!]!;
    const then = branches!.includes('T') ? this.#source.argument(LONG_BRACES) : '';
    const otherwise = branches!.includes('F') ? this.#source.argument(LONG_BRACES) : '';
    this.#push((isTrue ? then : otherwise) ?? '');
  }

  #expand({ parameters, body }: Macro, hasStar: boolean): void {
    const source = this.#source;
    const values = parameters.map((parameter, i): string => {
      if (parameter.kind === 'argument') return source.argument(LONG_BRACES) ?? source.oneToken();
      if (parameter.kind === 'option') return source.between(parameter.open, parameter.close) ?? parameter.preset;
      if (i === 0 && parameter.sign === '*' && hasStar) return '*';
      if (!source.isNext(parameter.sign)) return '';
      source.oneToken();
      return '*';
    });
    const size = values.reduce((sum, value) => sum + value.length, body.length);
    if (size > source.expandable) return;
    // A parameter may occur in the body more than once.
    let text = '';
    let end = 0;
    for (const { 0: found, 1: number, index } of body.matchAll(/##|#(\d)/g)) {
      text += body.slice(end, index) + (number === undefined ? '#' : (values[Number(number) - 1] ?? ''));
      end = index + found.length;
      if (text.length > source.expandable) return;
    }
    this.#push(text + body.slice(end));
  }

  #push(text: string): void {
    if (this.#source.depth < MAX_DEPTH && text.length <= this.#source.expandable) this.#source.pushExpanded(text);
  }
}

const option = (open: string, close: string, preset: string): Parameter => ({ kind: 'option', open, close, preset });

const argumentsOf = (count: string | undefined): Parameter[] =>
  Array.from({ length: Math.min(MAX_PARAMETERS, Number(count ?? 0) || 0) }, () => ({ kind: 'argument' }));

/** The parameters that xparse's letters say: `s o m O{preset} d() D<>{preset} t+ r()`. */
function documentParameters(signature: string): Parameter[] {
  const parameters: Parameter[] = [];
  const letters = /[!+\s]|>\{[^{}]*\}|([a-zA-Z])/y;
  const preset = (): string => take(/\s*\{([^{}]*)\}|\s*(\S)/y) ?? '';
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = letters.lastIndex;
    const match = pattern.exec(signature);
    if (match) letters.lastIndex = pattern.lastIndex;
    return match?.slice(1).find((each) => each !== undefined);
  };
  for (
    let match = letters.exec(signature);
    match && parameters.length < MAX_PARAMETERS;
    match = letters.exec(signature)
  ) {
    const letter = match[1];
    if (letter === 'm' || letter === 'v' || letter === 'l' || letter === 'u') parameters.push({ kind: 'argument' });
    else if (letter === 's') parameters.push({ kind: 'star', sign: '*' });
    else if (letter === 't') parameters.push({ kind: 'star', sign: take(/\s*(\S)/y) ?? '*' });
    else if (letter === 'o') parameters.push(option('[', ']', NO_VALUE));
    else if (letter === 'O') parameters.push(option('[', ']', preset()));
    else if (letter === 'g') parameters.push(option('{', '}', NO_VALUE));
    else if (letter === 'G') parameters.push(option('{', '}', preset()));
    else if (letter !== undefined && /[drDR]/.test(letter)) {
      const [open = '[', close = ']'] = [take(/\s*(\S)/y), take(/\s*(\S)/y)];
      parameters.push(option(open, close, /[DR]/.test(letter) ? preset() : NO_VALUE));
    }
  }
  return parameters;
}
