/**
 * Drafts in Markdown with Pandoc's citations. Code, tables, formulas set off and HTML comments are no prose; the front matter
 * has title, abstract and the files of references.
 */
import type { Token } from 'markdown-it';
import { plainText } from '../sources/markup.ts';
import {
  CitationMarks,
  emptyDraft,
  EVERYTHING,
  paragraphOf,
  referenceOf,
  withoutMarks,
  type Draft,
  type Paragraph,
} from './draft.ts';
import { isAbstract, isReferences } from './headings.ts';
import { frontMatterOf, referenceBlocks, type FrontMatter } from './front-matter.ts';
import { withLatexAsPandoc } from './latex-in-markdown.ts';
import { blocksOf, inlineOf } from './markdown-blocks.ts';
import { keysIn, withCitationsMarked } from './pandoc-citations.ts';

/** Of a heading that Markdown does not know as one: any other ends its section. */
const LEAST_LEVEL = 6;
/** What a part of the draft is called: `{#fig-plot .wide}`, or MyST's `:name: fig-plot` and `(fig-plot)=`. */
const LABEL = /\{#([^\s{}]+)|^:(?:name|label): *(\S+)/gm;
/** How Quarto, pandoc-crossref and bookdown have what they number begin: no citation is called so. */
const CROSS_REFERENCE =
  /^(?:fig(?:ure)?|tab|tbl|table|lst|code|sec|ch|cha|chp|app|apx|eqn?|thm|lem|cor|prp|prop|cnj|def|exm|exr|exe|sol|rem|alg|nte|tip|wrn|imp|cau|dia|vid|suppfig|supptab)[-:]\S/i;

/** Reads a draft. */
export function readMarkdown(source: string): Draft {
  return new MarkdownReader().read(withoutMarks(source));
}

class MarkdownReader {
  readonly #draft = emptyDraft();
  readonly #marks = new CitationMarks();
  /** Of the sections around the one that is read, by their levels. */
  readonly #headings: string[] = [];
  readonly #abstract: string[] = [];

  read(text: string): Draft {
    const front = frontMatterOf(text);
    if (front) this.#takeFrontMatter(front);
    const begin = front?.end ?? 0;
    const lines = lineStarts(text, begin);
    for (const { level, source, line } of blocksOf(this.#withoutReferenceBlocks(text.slice(begin)))) {
      const offset = lines[line]!;
      if (level !== undefined) this.#takeHeading(level, source, offset);
      else if (isReferences(source))
        this.#takeHeading(LEAST_LEVEL, source, offset); // In bold, or bare.
      else if (isReferences(this.#section)) {
        for (const entry of entriesIn(source)) this.#draft.references.push(referenceOf(null, entry));
      } else this.#takeParagraph(source, offset);
    }
    const labels = new Set(Array.from(text.matchAll(LABEL), ([, braced, named]) => braced ?? named));
    const cited = [...this.#draft.citedAnywhere, ...this.#draft.paragraphs.flatMap(keysOf)];
    this.#draft.labels = [...new Set(cited.filter((key) => labels.has(key) || CROSS_REFERENCE.test(key)))];
    if (this.#abstract.length > 0) this.#draft.abstract = this.#abstract.join('\n');
    return this.#draft;
  }

  /** The text with blank lines for blocks of metadata, whose references are taken. */
  #withoutReferenceBlocks(text: string): string {
    let rest = '';
    let at = 0;
    for (const { begin, end, references } of referenceBlocks(text)) {
      if (begin < at) continue;
      for (const reference of references) this.#draft.references.push(reference);
      rest += text.slice(at, begin) + text.slice(begin, end).replace(/[^\n]+/g, '');
      at = end;
    }
    return rest + text.slice(at);
  }

  /** The heading of the innermost section. */
  get #section(): string {
    return this.#headings.findLast((each) => each) ?? '';
  }

  #takeFrontMatter({ title, abstract, nocite, bibliographies, references, problem }: FrontMatter): void {
    this.#draft.title = this.#paragraph(title)?.text ?? '';
    const paragraph = this.#paragraph(abstract);
    this.#draft.abstract = paragraph?.text ?? '';
    this.#draft.citedAnywhere = [
      ...keysOf(paragraph),
      ...keysIn(nocite),
      ...(nocite.includes('@*') ? [EVERYTHING] : []),
    ];
    this.#draft.bibliographies = bibliographies;
    this.#draft.references = references;
    if (problem !== undefined) this.#draft.notes.push(`the front matter could not be read: ${problem}`);
  }

  #takeHeading(level: number, source: string, offset: number): void {
    const heading = this.#paragraph(withoutAttributes(source), offset)?.text ?? '';
    if (level === 1 && this.#draft.title === '' && this.#headings.length === 0) {
      this.#draft.title = heading;
      return;
    }
    this.#headings.length = Math.min(this.#headings.length, level - 1);
    this.#headings[level - 1] = heading;
  }

  #takeParagraph(source: string, offset: number): void {
    const notes: string[] = [];
    const paragraph = this.#paragraph(source, offset, notes);
    if (paragraph && isAbstract(this.#section)) {
      this.#abstract.push(paragraph.text);
      for (const key of keysOf(paragraph)) this.#draft.citedAnywhere.push(key);
    } else if (paragraph) this.#draft.paragraphs.push(paragraph);
    for (const note of notes) this.#takeParagraph(note, offset);
  }

  /** A text with its citations. @param notes takes the notes that stand in it, as paragraphs of their own. */
  #paragraph(source: string, offset = 0, notes: string[] = []): Paragraph | undefined {
    const text = withLatexAsPandoc(plainText(textOf(inlineOf(withoutSigns(source)), notes)));
    const marked = unguarded(withCitationsMarked(text, this.#marks));
    const heading = this.#headings.filter((each) => each).slice(-2);
    return paragraphOf(marked, this.#marks, { heading: heading.join(' › '), offset });
  }
}

/** What programs read and no reader sees: attributes, Quarto's shortcodes, references of bookdown. */
const withoutSigns = (source: string): string =>
  source.includes('{') || source.includes('@ref')
    ? source
        .replace(/\{\{<[^{}<>]*>\}\}/g, ' ')
        .replace(/\{[#.][^{}\n]*\}/g, '')
        .replace(/\\@ref\([^()\s]*\)/g, ' ')
    : source;

const keysOf = (paragraph: Paragraph | undefined): string[] => paragraph?.citations.map(({ key }) => key) ?? [];

/** Where the lines of a text begin, from `start` on. */
function lineStarts(text: string, start: number): number[] {
  const starts = [start];
  const lineEnd = /\r\n?|\n/g;
  lineEnd.lastIndex = start;
  while (lineEnd.exec(text)) starts.push(lineEnd.lastIndex);
  return starts;
}

/** What is written to mean nothing but itself, `\@`, is kept from those who look for citations and tags. */
const SIGNS = '@[]<&';
const FIRST_GUARDED = 0xe002;
const guarded = (text: string): string =>
  text.replace(/[@[\]<&]/g, (sign) => String.fromCharCode(FIRST_GUARDED + SIGNS.indexOf(sign)));
const unguarded = (text: string): string =>
  text.replace(/[\ue002-\ue006]/g, (sign) => SIGNS[sign.charCodeAt(0) - FIRST_GUARDED]!);

/** The text of pieces; of links and images what is shown, of code all but the signs of citations. */
function textOf(tokens: Token[], notes: string[]): string {
  let text = '';
  let isAddress = false; // Within `<https://…>`.
  let isLinked = false; // Right behind a link or an image, which may have attributes.
  let role: string | undefined; // Of the code that comes next.
  for (const [i, { type, content, children, markup }] of tokens.entries()) {
    if (type === 'link_open') isAddress = markup === 'autolink';
    if (type === 'softbreak' || type === 'hardbreak') text += '\n';
    else if (type === 'text') {
      role = tokens[i + 1]?.type === 'code_inline' ? ROLE.exec(content)?.[1] : undefined;
      const said = role === undefined ? content : content.slice(0, content.lastIndexOf('{'));
      text += isAddress ? ' ' : isLinked ? said.replace(/^\{[^{}]*\}/, '') : said;
    } else if (type === 'text_special') text += guarded(content);
    else if (type === 'code_inline')
      text += role === undefined ? guarded(content.replace(/[@\\]/g, ' ')) : ofRole(role, content);
    else if (type === 'image') text += textOf(children ?? [], notes);
    else if (type === 'note') notes.push(content);
    if (type !== 'text') role = undefined;
    if (type === 'link_close') isAddress = false;
    isLinked = type === 'link_close' || type === 'image';
  }
  return text;
}

/** MyST's roles stand in braces before code: `{cite:p}` of keys, `{numref}` of a part of the draft. */
const ROLE = /\{([a-z][\w:+.-]{0,40})\}$/i;

/** What is read of a role: citations as Pandoc writes them, nothing of what refers to a part of the draft. */
function ofRole(role: string, content: string): string {
  if (/^(?:foot)?cite/i.test(role))
    return `[${citedKeys(content)
      .map((key) => `@{${key}}`)
      .join('; ')}]`;
  return /^(?:(?:num|prf:|eq)?ref|eq|doc|download|label|index)$/.test(role)
    ? ' '
    : guarded(content.replaceAll('@', ' '));
}

/** The keys in a role, which may have notes in braces around them. */
export const citedKeys = (content: string): string[] =>
  content
    .replace(/\{[^{}]*\}/g, '')
    .split(/[,;]/)
    .map((key) => key.trim())
    .filter((key) => key !== '' && !/[\s{}]/.test(key));

/** A heading without `{#name .class}` at its end. */
function withoutAttributes(heading: string): string {
  const trimmed = heading.trimEnd();
  const begin = trimmed.endsWith('}') ? trimmed.lastIndexOf('{') : -1;
  return begin === -1 || trimmed.indexOf('}', begin) < trimmed.length - 1 ? heading : trimmed.slice(0, begin);
}

/** The entries of a list of references that is no list in Markdown: each begins with its number in brackets. */
const entriesIn = (source: string): string[] =>
  source.split(/\n(?=\[\d{1,3}\]\s)/).filter((entry) => /\p{L}/u.test(entry));
