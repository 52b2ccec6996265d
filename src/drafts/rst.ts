/**
 * Drafts in reStructuredText: prose under its headings, citations as docutils has them (`[key]_`, listed below `.. [key]`) and
 * as sphinxcontrib-bibtex does (`` :cite:p:`key,other` ``), and the files that its directives name. Read line by line.
 */
import { EVERYTHING, referenceOf, withoutMarks, type Draft } from './draft.ts';
import { citedKeys } from './markdown.ts';
import { Sections } from './sections.ts';

/** Directives whose content is prose; that of others is left out. */
const PROSE =
  /^(?:note|warning|tip|important|hint|caution|attention|admonition|topic|sidebar|epigraph|pull-quote|compound|container|rst-class|theorem|proof|lemma|definition)$/;
/** Directives whose content is a caption, where they have an argument. */
const CAPTIONED = /^(?:figure|table|list-table|csv-table)$/;
const UNDERLINE = /^([!-/:-@[-`{-~])\1{1,}\s*$/;

/** Reads a draft. */
export function readRst(source: string): Draft {
  return new RstReader(withoutMarks(source).replace(/\r\n?/g, '\n').split('\n')).read();
}

const indentOf = (line: string): number => line.length - line.trimStart().length;

class RstReader {
  readonly #lines: string[];
  readonly #sections = new Sections();
  /** How headings are underlined, in the order of their levels. */
  readonly #styles: string[] = [];
  #at = 0;
  #offset = 0;
  /** Whether what is read is the abstract, up to a line that is indented less. */
  #abstractIndent: number | undefined;

  constructor(lines: string[]) {
    this.#lines = lines;
  }

  read(): Draft {
    while (this.#at < this.#lines.length) this.#block();
    const { draft } = this.#sections;
    if (draft.title === '' && this.#titles.length === 1) draft.title = this.#titles[0]!;
    return this.#sections.end();
  }

  /** Headings of the first level. */
  readonly #titles: string[] = [];

  get #line(): string {
    return this.#lines[this.#at] ?? '';
  }

  #skipLine(): string {
    const line = this.#line;
    this.#offset += line.length + 1;
    this.#at++;
    return line;
  }

  #block(): void {
    const line = this.#line;
    if (this.#abstractIndent !== undefined && line.trim() !== '' && indentOf(line) < this.#abstractIndent)
      this.#abstractIndent = undefined;
    const next = this.#lines[this.#at + 1] ?? '';
    if (line.trim() === '') this.#skipLine();
    else if (UNDERLINE.test(line) && UNDERLINE.test(this.#lines[this.#at + 2] ?? '') && next.trim() !== '') {
      this.#skipLine();
      this.#heading(`${line[0]} above`);
    } else if (
      UNDERLINE.test(next) &&
      indentOf(line) === 0 &&
      next.trimEnd().length >= Math.min(3, line.trim().length)
    ) {
      this.#heading(next[0]!);
    } else if (line.trimStart().startsWith('..') && /^\s*\.\.(?:\s|$)/.test(line)) this.#explicit();
    else if (/^\s*(?:[+|=][-+=| ]{3,}|\|.*\|\s*)$/.test(line)) this.#table();
    else if (/^:[\w -]{1,60}:/.test(line)) this.#field();
    else this.#paragraph();
  }

  #heading(style: string): void {
    const text = this.#skipLine();
    this.#skipLine();
    let level = this.#styles.indexOf(style);
    if (level === -1) level = this.#styles.push(style) - 1;
    const marked = this.#marked(text);
    if (level === 0) this.#titles.push(this.#sections.plain(marked));
    this.#sections.heading(level + 1, marked);
  }

  #paragraph(): void {
    const offset = this.#offset + indentOf(this.#line);
    const lines = [this.#skipLine().replace(/^\s*(?:[-*+•]|\(?(?:\d{1,4}|#)[.)])\s+/, '')];
    const isItem = (line: string): boolean => /^\s*(?:[-*+•]|\(?(?:\d{1,4}|#)[.)])\s+\S/.test(line);
    while (this.#line.trim() !== '' && !isItem(this.#line) && !/^\s*\.\. /.test(this.#line))
      lines.push(this.#skipLine());
    let text = lines.join('\n').trimEnd();
    const indent = indentOf(lines.at(-1)!);
    if (text.endsWith('::')) {
      text = text.slice(0, -1); // What is indented below it is verbatim.
      this.#skipIndented(indent);
    }
    this.#take(text, offset);
  }

  #take(text: string, offset: number): void {
    const marked = this.#marked(text);
    if (this.#abstractIndent === undefined) this.#sections.paragraph(marked, offset);
    else this.#sections.abstract(marked);
  }

  #table(): void {
    while (this.#line.trim() !== '') this.#skipLine();
  }

  /** `:Author: Ann Abel`; an abstract may stand in one. */
  #field(): void {
    const [, name = '', value = ''] = /^:([\w -]{1,60}):(.*)/.exec(this.#line) ?? [];
    if (/^cite|^footcite/i.test(name) || this.#line[name.length + 2] === '`') return this.#paragraph(); // A role begins it.
    this.#skipLine();
    const rest = this.#indented(0).join('\n');
    if (/^(?:abstract|summary)$/i.test(name)) this.#sections.abstract(this.#marked(`${value}\n${rest}`));
  }

  /** What begins with two dots: a directive, a reference, a comment, a target. */
  #explicit(): void {
    const offset = this.#offset;
    const indent = indentOf(this.#line);
    const line = this.#skipLine();
    const [, label, entry = ''] = /^\s*\.\. \[([^\]\s]+)\](.*)/.exec(line) ?? [];
    if (label !== undefined) {
      const text = [entry, ...this.#indented(indent)].join('\n');
      // Notes are prose; what is called by a number may be a work.
      if (label.startsWith('#')) this.#take(text, offset);
      else this.#sections.draft.references.push(referenceOf(label, this.#sections.plain(this.#marked(text))));
      return;
    }
    const [, directive = '', argument = ''] = /^\s*\.\. ([\w:.-]{1,60})::(.*)/.exec(line) ?? [];
    const name = directive.replace(/^.*:/, '');
    if (/bibliography$/.test(name)) this.#bibliography(argument, this.#indented(indent));
    else if (name === 'include')
      this.#sections.draft.notes.push(
        `${argument.trim()} was not read: of drafts in reStructuredText only one file is`,
      );
    else if (PROSE.test(name)) {
      while (/^\s+:[\w-]+:/.test(this.#line)) this.#skipLine();
      if (/^abstract$/i.test(argument.trim())) this.#abstractIndent = indent + 1;
      else if (argument.trim() !== '' && name !== 'container' && name !== 'rst-class') this.#take(argument, offset);
    } else if (name === 'title') this.#sections.title(this.#marked(argument));
    else if (CAPTIONED.test(name)) {
      const content = this.#indented(indent).map((each) => each.trim());
      const caption = name === 'figure' ? content.filter((each) => !each.startsWith(':')).join('\n') : argument;
      this.#take(
        name === 'figure' ? (caption.split(/\n\n/).find((each) => each.trim() !== '') ?? '') : caption,
        offset,
      );
    } else this.#skipIndented(indent); // A comment, or nothing that is read.
  }

  #bibliography(argument: string, content: string[]): void {
    const files = [argument, ...content.filter((line) => !/^\s*:/.test(line))].join(' ').split(/[\s,]+/);
    for (const name of files) if (/\.\w{2,5}$/.test(name)) this.#sections.draft.bibliographies.push(name);
    if (content.some((line) => /^\s*:all:/.test(line))) this.#sections.citeAnywhere([EVERYTHING]);
  }

  /** The lines below that are indented more. */
  #indented(indent: number): string[] {
    const lines: string[] = [];
    while (this.#at < this.#lines.length && (this.#line.trim() === '' || indentOf(this.#line) > indent))
      lines.push(this.#skipLine());
    return lines;
  }

  #skipIndented(indent: number): void {
    this.#indented(indent);
  }

  /** The text with its citations marked, and without signs of roles and links. */
  #marked(text: string): string {
    const mark = (keys: string[]): string => this.#sections.marks.mark(keys);
    return text
      .replace(/``([^`]{0,500})``/g, '$1')
      .replace(/:((?:foot)?cite(?::[\w%]{1,20})?(?::[\w%]{1,20})?):`([^`]*)`/gi, (_, _role: string, keys: string) =>
        mark(citedKeys(keys)),
      )
      .replace(/:(?:ref|numref|eq|doc|term|math|download|label|index|footnote):`[^`]*`/g, ' ')
      .replace(/:[\w+.-]{1,30}(?::[\w+.-]{1,30}){0,2}:`([^`]*)`/g, '$1')
      .replace(/\[((?:[\p{L}\d#*_])[\p{L}\d_.:+*#-]{0,100})\]_/gu, (_, key: string) =>
        /^[#*]/.test(key) ? ' ' : mark([key]),
      )
      .replace(/`([^`<]*)(?:<[^`<>]*>)?`_{0,2}/g, '$1')
      .replace(/\|([^|\s][^|\n]{0,100})\|_{0,2}/g, '$1')
      .replace(/\*{1,2}(?=\S)([^*\n]{1,500})\*{1,2}/g, '$1')
      .replace(/(\w)_{1,2}(?=[\s.,;:)]|$)/g, '$1');
  }
}
