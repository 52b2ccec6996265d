/**
 * Drafts in Markdown with Pandoc's citations: `[see @key, p. 3; @other]`, `@key`, `-@key`, `@{key}`. Code, tables, formulas
 * and HTML comments are no prose; the front matter has title, abstract and the files of references.
 */
import {
  CitationMarks,
  isAbstract,
  isReferences,
  paragraphOf,
  referenceOf,
  withoutMarks,
  type Draft,
} from './draft.ts';

const KEY =
  /(?<![\p{L}\p{N}\\/.])-?@(?:\{([^{}\s]+)\}|([\p{L}\p{N}_][\p{L}\p{N}_]*(?:[:.#$%&\-+?<>~/][\p{L}\p{N}_]+)*))/gu;
/** A bracket that cites; what it says before and after the keys is left out with it. */
const BRACKET = /\[[^[\]]*?@[^[\]]*\](?!\()/g;

/** Reads a draft. */
export function readMarkdown(source: string): Draft {
  const text = withoutMarks(source).replace(/\r\n?/g, '\n');
  const draft: Draft = {
    ...{ title: '', abstract: '', paragraphs: [], references: [], citedAnywhere: [], bibliographies: [], notes: [] },
  };
  const marks = new CitationMarks();
  const abstract: string[] = [];
  const headings: string[] = [];
  const frontMatter = /^---[ \t]*\n([\s\S]*?)\n(?:---|\.\.\.)[ \t]*(?:\n|$)/.exec(text);
  if (frontMatter) readFrontMatter(frontMatter[1]!, draft);

  for (const { text: block, offset } of blocksOf(text, frontMatter?.[0].length ?? 0)) {
    const heading = headingOf(block);
    if (heading) {
      const { level, text: title } = heading;
      const plain = plainText(title, marks);
      if (level === 1 && draft.title === '' && headings.length === 0) {
        draft.title = paragraphOf(plain, marks, { heading: '', offset })?.text ?? '';
        continue;
      }
      headings.length = Math.min(headings.length, level - 1);
      headings[level - 1] = paragraphOf(plain, marks, { heading: '', offset })?.text ?? '';
      continue;
    }
    const current = headings.filter((each) => each).slice(-2);
    const last = current.at(-1) ?? '';
    if (isReferences(last)) {
      draft.references.push(...entriesIn(block).map((entry) => referenceOf(null, entry)));
      continue;
    }
    const paragraph = paragraphOf(plainText(block, marks), marks, { heading: current.join(' › '), offset });
    if (!paragraph) continue;
    if (isAbstract(last)) {
      abstract.push(paragraph.text);
      draft.citedAnywhere.push(...paragraph.citations.map(({ key }) => key));
    } else draft.paragraphs.push(paragraph);
  }
  if (abstract.length > 0) draft.abstract = abstract.join('\n');
  return draft;
}

/** Title, abstract and bibliography of YAML's front matter, as far as they are written plainly. */
function readFrontMatter(yaml: string, draft: Draft): void {
  const lines = yaml.split('\n');
  for (const [i, line] of lines.entries()) {
    const match = /^(title|abstract|bibliography|nocite):[ \t]*(.*)$/.exec(line);
    if (!match) continue;
    const [, name, value = ''] = match;
    const below = lines.slice(i + 1);
    const end = below.findIndex((each) => /^\S/.test(each) && !/^- /.test(each));
    const indented = below.slice(0, end === -1 ? below.length : end).map((each) => each.trim());
    const first = /^[|>][+-]?\d?$/.test(value.trim()) ? '' : value;
    const text = [first, ...indented].join(' ').replace(/\s+/g, ' ').trim();
    const unquoted = text.replace(/^(["'])(.*)\1$/, '$2');
    if (name === 'title') draft.title = unquoted;
    else if (name === 'abstract') draft.abstract = unquoted;
    else if (name === 'nocite') draft.citedAnywhere.push(...keysIn(unquoted));
    else {
      const listed = [first, ...indented]
        .join('\n')
        .replace(/[[\],]/g, '\n')
        .split('\n');
      const names = listed.map((each) =>
        each
          .trim()
          .replace(/^-\s+/, '')
          .replace(/^(["'])(.*)\1$/, '$2'),
      );
      draft.bibliographies.push(...names.filter((each) => each !== ''));
    }
  }
}

/** Paragraphs and headings; fenced code, tables, display formulas and comments left out. */
function* blocksOf(text: string, start: number): Generator<{ text: string; offset: number }> {
  let lines: string[] = [];
  let begin = start;
  let at = start;
  let fence = '';
  let inComment = false;
  let inFormula = false;
  const take = function* (): Generator<{ text: string; offset: number }> {
    if (lines.length > 0 && !isTable(lines)) yield { text: lines.join('\n'), offset: begin };
    lines = [];
  };
  for (const line of text.slice(start).split('\n')) {
    const offset = at;
    at += line.length + 1;
    const opening = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence !== '') {
      if (opening?.startsWith(fence) && /^\s*[`~]+\s*$/.test(line)) fence = '';
      continue;
    }
    if (inComment) {
      inComment = !line.includes('-->');
      continue;
    }
    if (inFormula) {
      inFormula = !line.includes('$$') && line.trim() !== '';
      continue;
    }
    if (opening !== undefined) {
      yield* take();
      fence = opening;
      continue;
    }
    if (/^\s*<!--/.test(line)) {
      inComment = !line.includes('-->');
      continue;
    }
    if (/^\s*\$\$/.test(line)) {
      inFormula = (line.match(/\$\$/g)?.length ?? 0) % 2 === 1;
      continue;
    }
    const isSetext = lines.length > 0 && /^ {0,3}(?:=+|-{2,})\s*$/.test(line);
    if (isSetext) {
      const level = line.trim().startsWith('=') ? '#' : '##';
      yield { text: `${level} ${lines.join(' ').trim()}`, offset: begin };
      lines = [];
      continue;
    }
    if (line.trim() === '' || headingOf(line) || /^ {0,3}(?:[-*+]|\d{1,3}[.)])\s+\S/.test(line)) yield* take();
    if (line.trim() === '' || /^ {0,3}(?:[-*_] *){3,}$/.test(line) || /^ {0,3}\[[^\]^@]+\]: /.test(line)) continue;
    if (/^(?: {4}|\t)/.test(line) && lines.length === 0) continue; // Code.
    if (lines.length === 0) begin = offset;
    lines.push(line);
    if (headingOf(line)) yield* take();
  }
  yield* take();
}

const isTable = (lines: string[]): boolean =>
  lines.some((line) => /^\s*\|?[ :|-]*-{2,}[ :|-]*$/.test(line) && /[|]|--\s+--/.test(line));

function headingOf(line: string): { level: number; text: string } | undefined {
  const match = /^ {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*(?:\{[^{}]*\})?$/.exec(line);
  return match && !line.includes('\n') ? { level: match[1]!.length, text: match[2]! } : undefined;
}

/** A block's text with its citations marked. */
function plainText(block: string, marks: CitationMarks): string {
  const cited = block
    .replace(/`+[^`]*`+/g, (code) => code.replace(/@/g, ' ').replace(/`/g, ''))
    .replace(/\b[\w.+-]+@[\w-]+\.[\w.-]+/g, ' ') // An address of e-mail.
    .replace(BRACKET, (bracket) => {
      const keys = keysIn(bracket);
      return keys.length === 0 ? bracket : marks.mark(keys);
    })
    .replace(KEY, (_, braced: string | undefined, bare: string | undefined) => marks.mark([braced ?? bare!]));
  return cited
    .replace(/<!--[\s\S]*?-->/g, ' ')
    .replace(/^\s{0,3}(?:>\s?)+/gm, '')
    .replace(/^\s{0,3}(?:[-*+]|\d{1,3}[.)])\s+/, '')
    .replace(/\[\^[^\]]*\]:?/g, ' ')
    .replace(/!\[([^\]]*)\]\([^)]*\)(?:\{[^{}]*\})?/g, '$1')
    .replace(/\[([^\]]*)\]\([^)]*\)(?:\{[^{}]*\})?/g, '$1')
    .replace(/<https?:[^>\s]*>/g, ' ')
    .replace(/<\/?[a-z][^<>]*>/gi, ' ')
    .replace(/(?<![\p{L}\p{N}\\])(\*{1,3}|_{1,3})(?=\S)|(?<=\S)(\*{1,3}|_{1,3})(?![\p{L}\p{N}])/gu, '')
    .replace(/\\([\\`*_{}[\]()#+.!@-])/g, '$1');
}

const keysIn = (text: string): string[] => Array.from(text.matchAll(KEY), ([, braced, bare]) => braced ?? bare!);

/** The entries of a list of references, each a line or an item. */
const entriesIn = (block: string): string[] =>
  block.split(/\n(?=\s*(?:[-*+]|\d{1,3}[.)]|\[\d+\])\s)/).filter((entry) => /\p{L}/u.test(entry));
