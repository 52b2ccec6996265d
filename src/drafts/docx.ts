/**
 * Drafts in Word's format: headings, paragraphs and notes, read as the XML of the archive streams by. Headings are told by
 * their styles, or by standing alone in bold; what programs cite in it is told in docx-citations.ts.
 */
import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { AkinError } from '../errors.ts';
import { damaged } from '../places.ts';
import { openFiles } from '../sources/input.ts';
import { withSingleBlanks } from '../text.ts';
import { WordCitations } from './docx-citations.ts';
import { MAX_DRAFT_CHARACTERS, withoutMarks, type Draft } from './draft.ts';
import { isReferences } from './headings.ts';
import { draftOf, type Block } from './text.ts';

/** Characters of XML; Word writes ten for each of the text, at its most verbose forty. */
const MAX_XML = 4 * MAX_DRAFT_CHARACTERS;
/** Elements in each other. */
const MAX_DEPTH = 1000;
/** Characters of a field; a citation of a hundred works has fewer. */
const MAX_FIELD = 1_000_000;
/** Fields in each other. */
const MAX_FIELDS = 100;
/** A heading in bold is shorter. */
const MAX_BOLD_HEADING = 100;

/** The parts of a document that hold text, the one that names its styles, and those that say what is cited. */
const PARTS = /\/(?:word\/(document|footnotes|endnotes|styles)|docProps\/(custom)|customXml\/(item\d{1,4}))\.xml$/;

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
      const name = PARTS.exec(part.name)
        ?.slice(1)
        .find((each) => each !== undefined);
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
      if (error instanceof AkinError && error.code !== 'file-unreadable') throw error;
      if (/custom/.test(part.name)) continue; // What stands beside the text is anybody's.
      const { message } = error instanceof AkinError ? (error.cause as Error) : (error as Error);
      throw damaged(file, 'a Word document', new Error(`${part.name}: ${message}`));
    } finally {
      part.close();
    }
  }
  if (!parts.has('document')) throw new AkinError('file-unreadable', `${file}: it is no Word document (.docx)`);
  const draft = draftOf(document.blocks());
  // These say more than the list that was made of them.
  const cited = document.citations.references();
  if (cited.length > 0) draft.references = cited;
  return draft;
}

interface WordParagraph {
  style: string;
  text: string;
  /** Whether there is text in bold, and whether there is other text. */
  isBold: boolean;
  isPlain: boolean;
}

interface Field {
  instruction: string;
  /** In base64. */
  data: string;
}

/** What is no text of the draft as it stands now: what was deleted or moved away, how something looked before, and twins. */
const PASSED_OVER = new Set('w:del w:moveFrom w:rPrChange w:pPrChange mc:Choice'.split(' '));
/** What stands for a character. */
const CHARACTERS: Record<string, string> = { 'w:tab': '\t', 'w:br': '\n', 'w:cr': '\n', 'w:noBreakHyphen': '-' };

class WordDocument {
  readonly citations = new WordCitations();
  readonly #body: WordParagraph[] = [];
  readonly #notes: WordParagraph[] = [];
  /** Names of styles by their ids. */
  readonly #styles = new Map<string, string>();
  #characters = 0;

  /** A parser that takes a part's XML. */
  parserOf(part: string): SaxesParser {
    if (part === 'custom') return this.citations.parserOfProperties();
    if (part.startsWith('item')) return this.citations.parserOfSources();
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
    const fields: Field[] = []; // A field may hold others.
    const begin = (tag: SaxesTagPlain): void => {
      const paragraph = open.at(-1);
      if (tag.name === 'w:tbl') tables++;
      else if (tag.name === 'w:p') open.push({ style: '', text: '', isBold: false, isPlain: false });
      else if (tag.name === 'w:pStyle' && paragraph) paragraph.style = tag.attributes['w:val'] ?? '';
      else if (tag.name === 'w:r') isBold = false;
      else if (tag.name === 'w:b' && path.at(-2) === 'w:rPr' && path.at(-3) === 'w:r')
        isBold = !/^(?:0|false|off)$/.test(tag.attributes['w:val'] ?? '');
      else if (tag.name in CHARACTERS && paragraph && path.at(-2) === 'w:r') paragraph.text += CHARACTERS[tag.name];
      else if (tag.name === 'w:fldChar') this.#fieldSign(tag.attributes['w:fldCharType'] ?? '', fields);
      else if (tag.name === 'w:fldSimple') this.citations.takeField(tag.attributes['w:instr'] ?? '');
      else if (tag.name === 'w:tag') this.citations.takeTag(tag.attributes['w:val'] ?? '');
    };
    const text = (said: string): void => {
      const paragraph = open.at(-1);
      if (passedOver > 0) return;
      const field = fields.at(-1);
      if (field && path.at(-1) === 'w:instrText' && field.instruction.length < MAX_FIELD) field.instruction += said;
      if (field && path.at(-1) === 'w:fldData' && field.data.length < MAX_FIELD) field.data += said;
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

  /** A field begins, or what it says does, or it ends; then it is taken. */
  #fieldSign(sign: string, fields: Field[]): void {
    if (sign === 'begin') {
      if (fields.length < MAX_FIELDS) fields.push({ instruction: '', data: '' });
      return;
    }
    const field = sign === 'end' ? fields.pop() : fields.at(-1);
    if (!field) return;
    this.citations.takeField(field.instruction, field.data);
    [field.instruction, field.data] = ['', ''];
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
    // What no style is declared for goes by its id, which programs make of the English name.
    const style = (this.#styles.get(paragraph.style) ?? paragraph.style).toLowerCase();
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
}
