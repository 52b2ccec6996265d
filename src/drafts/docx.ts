/**
 * Drafts in Word's format: headings, paragraphs and notes, read as the XML of the archive streams by. Headings are told by
 * their styles, or by standing alone in bold; what Zotero or Mendeley cite is read from the fields they leave in the document,
 * which hold every cited work whole.
 */
import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { z } from 'zod';
import { AkinError } from '../errors.ts';
import { normalIdentifier } from '../identifiers.ts';
import { openFiles } from '../sources/input.ts';
import { plainText } from '../sources/markup.ts';
import { withSingleBlanks } from '../text.ts';
import { isReferences, MAX_DRAFT_CHARACTERS, withoutMarks, type Draft, type Reference } from './draft.ts';
import { draftOf, type Block } from './text.ts';

/** Characters of XML; Word writes ten for each of the text, at its most verbose forty. */
const MAX_XML = 4 * MAX_DRAFT_CHARACTERS;
/** Elements in each other. */
const MAX_DEPTH = 1000;
/** Characters of a field; a citation of a hundred works has fewer. */
const MAX_FIELD = 1_000_000;
/** A heading in bold is shorter. */
const MAX_BOLD_HEADING = 100;

/** The parts of a document that hold text, and the one that names its styles. */
const PARTS = /\/word\/(document|footnotes|endnotes|styles)\.xml$/;

/**
 * Reads a draft.
 * @throws AkinError `file-unreadable` for what is no Word document, `too-large` for more than any draft has.
 */
export async function readDocx(file: string): Promise<Draft> {
  const document = new WordDocument();
  const parts = new Set<string>();
  let size = 0;
  for await (const part of openFiles(file)) {
    try {
      const name = PARTS.exec(part.name)?.[1];
      if (name === undefined || parts.has(name)) continue;
      parts.add(name);
      const parser = document.parserOf(name);
      for await (const piece of part.text()) {
        size += piece.length;
        if (size > MAX_XML) throw new AkinError('too-large', `${file}: no draft has so much text`);
        parser.write(piece);
      }
      parser.close();
    } catch (error) {
      if (error instanceof AkinError) throw error;
      throw new AkinError('file-unreadable', `${part.name}: ${(error as Error).message}`, { cause: error });
    } finally {
      part.close();
    }
  }
  if (!parts.has('document')) throw new AkinError('file-unreadable', `${file}: it is no Word document (.docx)`);
  const draft = draftOf(document.blocks());
  // These say more than the list that was made of them.
  if (document.works.size > 0) draft.references = [...document.works.values()];
  return draft;
}

interface WordParagraph {
  style: string;
  text: string;
  /** Whether there is text in bold, and whether there is other text. */
  isBold: boolean;
  isPlain: boolean;
}

/** What is no text of the draft as it stands now: what was deleted or moved away, how something looked before, and twins. */
const PASSED_OVER = new Set('w:del w:moveFrom w:rPrChange w:pPrChange mc:Choice'.split(' '));
/** What stands for a character. */
const CHARACTERS: Record<string, string> = { 'w:tab': '\t', 'w:br': '\n', 'w:cr': '\n', 'w:noBreakHyphen': '-' };

class WordDocument {
  /** The works that fields cite, each once, by their titles. */
  readonly works = new Map<string, Reference>();
  readonly #body: WordParagraph[] = [];
  readonly #notes: WordParagraph[] = [];
  /** Names of styles by their ids. */
  readonly #styles = new Map<string, string>();
  #characters = 0;

  /** A parser that takes a part's XML. */
  parserOf(part: string): SaxesParser {
    const parser = new SaxesParser();
    parser.on('error', (error) => {
      throw error;
    });
    if (part === 'styles') this.#readStyles(parser);
    else this.#readText(parser, part === 'document' ? this.#body : this.#notes);
    return parser;
  }

  #readStyles(parser: SaxesParser): void {
    let id = '';
    parser.on('opentag', ({ name, attributes }) => {
      if (name === 'w:style') id = attributes['w:styleId'] ?? '';
      else if (name === 'w:name') this.#styles.set(id, attributes['w:val'] ?? '');
    });
  }

  #readText(parser: SaxesParser, into: WordParagraph[]): void {
    const path: string[] = [];
    const open: WordParagraph[] = []; // A paragraph may hold a box with others.
    let passedOver = 0;
    let tables = 0; // What is cited in them counts.
    let isBold = false; // Of the run.
    let field = '';
    const begin = (tag: SaxesTagPlain): void => {
      const paragraph = open.at(-1);
      if (tag.name === 'w:tbl') tables++;
      else if (tag.name === 'w:p') open.push({ style: '', text: '', isBold: false, isPlain: false });
      else if (tag.name === 'w:pStyle' && paragraph) paragraph.style = tag.attributes['w:val'] ?? '';
      else if (tag.name === 'w:r') isBold = false;
      else if (tag.name === 'w:b' && path.at(-2) === 'w:rPr' && path.at(-3) === 'w:r')
        isBold = !/^(?:0|false|off)$/.test(tag.attributes['w:val'] ?? '');
      else if (tag.name in CHARACTERS && paragraph && path.at(-2) === 'w:r') paragraph.text += CHARACTERS[tag.name];
      else if (tag.name === 'w:fldChar') {
        if (tag.attributes['w:fldCharType'] !== 'begin') this.#takeField(field);
        field = '';
      }
    };
    const text = (said: string): void => {
      const paragraph = open.at(-1);
      if (passedOver > 0) return;
      if (path.at(-1) === 'w:instrText' && field.length < MAX_FIELD) field += said;
      if (path.at(-1) !== 'w:t' || !paragraph || tables > 0) return;
      this.#characters += said.length;
      if (this.#characters > MAX_DRAFT_CHARACTERS) throw new AkinError('too-large', 'no draft has so much text');
      paragraph.text += said;
      if (said.trim() !== '') paragraph[isBold ? 'isBold' : 'isPlain'] = true;
    };
    parser.on('opentag', (tag) => {
      if (path.push(tag.name) > MAX_DEPTH) throw new Error(`elements are more than ${MAX_DEPTH} levels deep`);
      if (PASSED_OVER.has(tag.name)) passedOver++;
      if (passedOver === 0) begin(tag);
    });
    parser.on('text', text);
    parser.on('cdata', text);
    parser.on('closetag', ({ name }) => {
      path.pop();
      if (name === 'w:p' && passedOver === 0) into.push(open.pop()!);
      if (name === 'w:tbl' && passedOver === 0) tables--;
      if (PASSED_OVER.has(name)) passedOver--;
    });
  }

  /** Headings and paragraphs, the notes before the list of references. */
  blocks(): Block[] {
    let body = this.#body.flatMap((each) => this.#blocksOf(each));
    const notes = this.#notes
      .flatMap((each) => this.#blocksOf(each))
      .map((each) => ({ ...each, kind: 'paragraph' as const }));
    if (notes.length > 0) {
      const list = body.findLastIndex(({ text, kind }) => kind === 'heading' && isReferences(text));
      const end = list === -1 ? body.length : list;
      body = [...body.slice(0, end), { text: 'Notes', kind: 'heading' }, ...notes, ...body.slice(end)];
    }
    let offset = 0;
    return body.map((block) => {
      const placed = { ...block, offset };
      offset += block.text.length + 1;
      return placed;
    });
  }

  #blocksOf(paragraph: WordParagraph): Omit<Block, 'offset'>[] {
    const text = withSingleBlanks(withoutMarks(paragraph.text)).trim();
    if (text === '') return [];
    const style = (this.#styles.get(paragraph.style) ?? '').toLowerCase();
    if (style === 'title') return [{ text, kind: 'title' }];
    if (style === 'abstract')
      return [
        { text: 'Abstract', kind: 'heading' },
        { text, kind: 'paragraph' },
      ];
    const isHeading =
      /^heading [1-6]$/.test(style) ||
      /^Heading[1-6]$/.test(paragraph.style) ||
      (paragraph.isBold && !paragraph.isPlain && text.length < MAX_BOLD_HEADING);
    return [{ text, kind: isHeading ? 'heading' : 'paragraph' }];
  }

  /** The works in a field of Zotero (`ADDIN ZOTERO_ITEM CSL_CITATION {…}`) or Mendeley. */
  #takeField(field: string): void {
    const begin = field.indexOf('{', field.indexOf('CSL_CITATION'));
    if (!field.includes('CSL_CITATION') || begin === -1) return;
    let said: unknown;
    try {
      said = JSON.parse(field.slice(begin, field.lastIndexOf('}') + 1));
    } catch {
      return; // A field that somebody else wrote.
    }
    for (const { itemData } of fieldSchema.safeParse(said).data?.citationItems ?? []) {
      const [title, doi] = [plainText(itemData.title), normalIdentifier('doi', itemData.DOI ?? '')];
      this.works.set(title, { key: null, title, text: title, ids: doi === null ? {} : { doi } });
    }
  }
}

const fieldSchema = z.object({
  citationItems: z.array(z.object({ itemData: z.object({ title: z.string(), DOI: z.string().optional() }) })),
});
