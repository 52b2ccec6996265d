/**
 * Drafts in plain text: paragraphs between blank lines, headings that stand alone on a short line, citations by number where
 * there is a list of references.
 */
import { CitationMarks, emptyDraft, paragraphOf, withoutMarks, type Draft } from './draft.ts';
import { isAbstract, isReferences } from './headings.ts';
import { markNumbers, referencesIn } from './numbered.ts';

/** Characters. A line that is longer is no heading. */
const MAX_HEADING = 80;
/** A title may be longer than a heading. */
const MAX_TITLE = 300;

/** A heading or a paragraph. */
export interface Block {
  text: string;
  offset: number;
  /** Where the file says it; told from the text otherwise. */
  kind?: 'title' | 'heading' | 'paragraph';
}

/** Reads a draft. */
export function readText(source: string): Draft {
  // A line's end is a line feed, and every offset stays.
  return draftOf(blocksOf(withoutMarks(source).replace(/\r\n/g, ' \n').replaceAll('\r', '\n')));
}

/** A draft of blocks: headings, paragraphs and, below "References", entries. */
export function draftOf(blocks: Block[]): Draft {
  const draft = emptyDraft();
  const marks = new CitationMarks();
  const list = blocks.findLastIndex(({ text, kind }) => kind !== 'paragraph' && isReferences(text));
  const [body, entries] = list === -1 ? [blocks, []] : [blocks.slice(0, list), blocks.slice(list + 1)];
  const lines: string[] = [];
  const begins = new Set<number>();
  for (const { text } of entries) {
    begins.add(lines.length);
    for (const line of text.split('\n')) lines.push(line);
  }
  draft.references = referencesIn(lines, (_, i) => begins.has(i));
  const numbers = new Set(draft.references.flatMap(({ key }) => (key === null ? [] : [key])));

  let heading = '';
  const abstract: string[] = [];
  for (const [i, { text, offset, kind }] of body.entries()) {
    if (kind === 'title' || (kind === undefined && i === 0 && body.length > 1 && couldBeTitle(text)))
      draft.title = text.replace(/\s+/g, ' ').trim();
    else if (kind === 'heading' || (kind === undefined && isHeading(text))) heading = text.trim();
    else {
      const label = /^(?:abstract|summary)\s*[.:—–-]\s*(?=\S)/i.exec(text)?.[0] ?? '';
      const said = markNumbers(text.slice(label.length), marks, numbers);
      const paragraph = paragraphOf(said, marks, { heading, offset });
      if (!paragraph) continue;
      if (label !== '' || isAbstract(heading)) {
        abstract.push(paragraph.text);
        for (const { key } of paragraph.citations) draft.citedAnywhere.push(key);
      } else draft.paragraphs.push(paragraph);
    }
  }
  draft.abstract = abstract.join('\n');
  return draft;
}

const couldBeTitle = (text: string): boolean =>
  text.length <= MAX_TITLE && !/[.!]$/.test(text.trim()) && !isAbstract(text);

/** Numbered, in capitals, or without a full stop: and on one short line. */
function isHeading(text: string): boolean {
  const line = text.trim();
  if (line.includes('\n') || line.length > MAX_HEADING || !/\p{L}{2}/u.test(line)) return false;
  return (
    isAbstract(line) ||
    /^(?:\d+(?:\.\d+)*|[IVX]+)\.?\s+\p{Lu}/u.test(line) ||
    (/^\p{Lu}/u.test(line) && !/[.!?:;,]$/.test(line))
  );
}

/** What stands between blank lines. */
function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let begin: number | undefined; // Of the block that is open.
  const take = (end: number): void => {
    if (begin === undefined) return;
    const said = text.slice(begin, end).trimEnd();
    const firstEnd = said.indexOf('\n');
    const first = said.slice(0, firstEnd === -1 ? said.length : firstEnd);
    // A heading may stand right above its paragraph.
    if (firstEnd !== -1 && (isAbstract(first) || isReferences(first))) {
      blocks.push({ text: first, offset: begin });
      blocks.push({ text: said.slice(firstEnd + 1), offset: begin + firstEnd + 1 });
    } else blocks.push({ text: said, offset: begin });
    begin = undefined;
  };
  for (let at = 0; at < text.length;) {
    const newline = text.indexOf('\n', at);
    const end = newline === -1 ? text.length : newline;
    const line = text.slice(at, end);
    const indent = line.length - line.trimStart().length;
    if (indent === line.length) take(at);
    else begin ??= at + indent;
    at = end + 1;
  }
  take(text.length);
  return blocks;
}
