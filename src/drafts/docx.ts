/**
 * Drafts in Word's format. Headings are told by their styles, or by standing alone in bold; what Zotero or Mendeley cite is
 * read from the fields they leave in the document, which hold every cited work whole.
 */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { AkinError } from '../errors.ts';
import { normalIdentifier } from '../paper.ts';
import { openFiles } from '../sources/input.ts';
import { plainText } from '../sources/markup.ts';
import { startThread } from '../thread.ts';
import type { DocxAnswer } from './docx-worker.ts';
import { MAX_DRAFT_CHARACTERS, withoutMarks, type Draft, type Reference } from './draft.ts';
import { draftOf, type Block } from './text.ts';

const MAX_SECONDS = 30;
/** Characters of XML; Word writes ten for each of the text, at its most verbose forty. */
const MAX_XML = 4 * MAX_DRAFT_CHARACTERS;

/**
 * Reads a draft.
 * @throws AkinError `file-unreadable` for what is no Word document or expands to more than any draft.
 */
export async function readDocx(file: string): Promise<Draft> {
  const xml = await documentXml(file); // It also unpacks the archive once, within bounds.
  const draft = draftOf(blocksOf(await htmlOf(file)));
  const cited = worksInFields(xml);
  if (cited.length > 0) draft.references = cited; // These say more than the list that was made of them.
  return draft;
}

/** The main part of the document. */
async function documentXml(file: string): Promise<string> {
  let size = 0;
  let main: string | undefined;
  for await (const part of openFiles(file)) {
    try {
      if (!/\.(?:xml|rels)$/.test(part.name)) continue;
      const isMain = part.name.endsWith('/word/document.xml');
      const pieces: string[] = [];
      for await (const piece of part.text()) {
        size += piece.length;
        if (size > MAX_XML) throw new AkinError('too-large', `${file}: no draft has so much text`);
        if (isMain) pieces.push(piece);
      }
      if (isMain) main = pieces.join('');
    } finally {
      part.close();
    }
  }
  if (main === undefined) throw new AkinError('file-unreadable', `${file}: it is no Word document (.docx)`);
  return main;
}

async function htmlOf(file: string): Promise<string> {
  const bytes = new Uint8Array(await readFile(file));
  const worker = startThread('src/drafts/docx-worker.ts');
  let watch: NodeJS.Timeout | undefined;
  const answer = await new Promise<DocxAnswer>((resolve) => {
    watch = setTimeout(
      () => resolve({ problem: `opening it takes longer than ${MAX_SECONDS} seconds` }),
      MAX_SECONDS * 1000,
    );
    worker.on('message', resolve).on('error', (error: Error) => resolve({ problem: error.message }));
    worker.postMessage(bytes, [bytes.buffer]);
  });
  clearTimeout(watch);
  await worker.terminate();
  if ('problem' in answer) throw new AkinError('file-unreadable', `${file}: ${answer.problem}`);
  return answer.html;
}

/** The beginning or end of a table, or a heading, a paragraph or an item that holds no other. */
const BLOCK =
  /<(\/?table)\b[^>]*>|<(?:(h[1-6])|p|li)(\b[^>]*)>((?:(?!<(?:p|li|ul|ol|table|h[1-6])\b)[\s\S])*?)<\/(?:h[1-6]|p|li)>/g;

/** Headings and paragraphs; tables and images left out. */
function blocksOf(html: string): Block[] {
  const blocks: Block[] = [];
  let tables = 0;
  let offset = 0;
  for (const [, tag, level, attributes = '', inside = ''] of html.matchAll(BLOCK)) {
    if (tag !== undefined) tables += tag === 'table' ? 1 : -1;
    else if (tables === 0) {
      const text = withoutMarks(plainText(inside)).trim();
      if (text === '') continue;
      const isBold = /^\s*<strong>(?:(?!<\/?strong>)[\s\S])*<\/strong>\s*$/.test(inside) && text.length < 100;
      const isAbstract = /class="abstract"/.test(attributes);
      if (isAbstract) blocks.push({ text: 'Abstract', offset, kind: 'heading' });
      const isTitle = /class="title"/.test(attributes);
      blocks.push({ text, offset, kind: isTitle ? 'title' : level !== undefined || isBold ? 'heading' : 'paragraph' });
      offset += text.length + 1;
    }
  }
  return blocks;
}

const fieldSchema = z.object({
  citationItems: z.array(z.object({ itemData: z.object({ title: z.string(), DOI: z.string().optional() }) })),
});

/** The works in the fields of Zotero (`ADDIN ZOTERO_ITEM CSL_CITATION {…}`) and Mendeley, each once. */
function worksInFields(xml: string): Reference[] {
  const works = new Map<string, Reference>();
  let field = '';
  for (const [, kind, text = ''] of xml.matchAll(
    /<w:fldChar\b[^>]*w:fldCharType="(begin|separate|end)"|<w:instrText\b[^>]*>([^<]*)<\/w:instrText>/g,
  )) {
    if (kind === undefined) field += text;
    else {
      for (const work of kind === 'begin' ? [] : worksIn(plainText(field))) works.set(work.title, work);
      field = '';
    }
  }
  return [...works.values()];
}

function worksIn(field: string): Reference[] {
  const json = /CSL_CITATION\s*(\{[\s\S]*\})/.exec(field)?.[1];
  if (json === undefined) return [];
  try {
    const { citationItems } = fieldSchema.parse(JSON.parse(json));
    return citationItems.map(({ itemData: { title, DOI } }) => {
      const doi = DOI === undefined ? null : normalIdentifier('doi', DOI);
      return { key: null, title, text: title, ids: doi === null ? {} : { doi } };
    });
  } catch {
    return []; // A field that somebody else wrote.
  }
}
