/**
 * Drafts in plain text: paragraphs between blank lines, headings that stand alone on a short line, citations by number where
 * there is a list of references.
 */
import { CitationMarks, isAbstract, isReferences, paragraphOf, withoutMarks, type Draft } from './draft.ts';
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
  return draftOf(blocksOf(withoutMarks(source).replace(/\r\n?/g, '\n')));
}

/** A draft of blocks: headings, paragraphs and, below "References", entries. */
export function draftOf(blocks: Block[]): Draft {
  const draft: Draft = {
    ...{ title: '', abstract: '', paragraphs: [], references: [], citedAnywhere: [], bibliographies: [], notes: [] },
  };
  const marks = new CitationMarks();
  const list = blocks.findLastIndex(({ text, kind }) => kind !== 'paragraph' && isReferences(text));
  const [body, entries] = list === -1 ? [blocks, []] : [blocks.slice(0, list), blocks.slice(list + 1)];
  const lines = entries.flatMap(({ text }) => text.split('\n').map((line, i) => ({ line, begins: i === 0 })));
  draft.references = referencesIn(
    lines.map(({ line }) => line),
    (_, i) => lines[i]!.begins,
  );
  const numbers = new Set(draft.references.flatMap(({ key }) => (key === null ? [] : [key])));

  let heading = '';
  const abstract: string[] = [];
  for (const [i, { text, offset, kind }] of body.entries()) {
    if (kind === 'title' || (kind === undefined && i === 0 && body.length > 1 && couldBeTitle(text)))
      draft.title = text.replace(/\s+/g, ' ').trim();
    else if (kind === 'heading' || (kind === undefined && isHeading(text))) heading = text.trim();
    else {
      const [, label, rest = ''] = /^(abstract|summary)\s*[.:—–-]\s*(\S[\s\S]*)$/i.exec(text) ?? [];
      const paragraph = paragraphOf(markNumbers(label ? rest : text, marks, numbers), marks, { heading, offset });
      if (!paragraph) continue;
      if (label !== undefined || isAbstract(heading)) {
        abstract.push(paragraph.text);
        draft.citedAnywhere.push(...paragraph.citations.map(({ key }) => key));
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

function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  for (const { 0: block, index } of text.matchAll(/\S[^\n]*(?:\n(?![ \t]*\n)[^\n]*)*/g)) {
    // A heading may stand right above its paragraph.
    const [first = '', ...rest] = block.split('\n');
    if (rest.length > 0 && (isAbstract(first) || isReferences(first))) {
      blocks.push({ text: first, offset: index });
      blocks.push({ text: rest.join('\n'), offset: index + first.length + 1 });
    } else blocks.push({ text: block.trimEnd(), offset: index });
  }
  return blocks;
}
