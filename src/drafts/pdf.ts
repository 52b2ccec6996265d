/**
 * Drafts as PDF: title and abstract as a paper's are found, then the lines of every page put together to paragraphs below
 * their headings. What is set in another size than the text (captions, footnotes, running titles) is no part of it.
 */
import { AkinError } from '../errors.ts';
import { frontMatter } from '../sources/pdf-front.ts';
import { joinLines, linesOfPage, mostOf, type Line } from '../sources/pdf-lines.ts';
import { withoutMarks, type Draft } from './draft.ts';
import { isAbstract, isReferences } from './headings.ts';
import { draftOf, type Block } from './text.ts';

/** A thesis has fewer. */
const MAX_PAGES = 500;
/** Pages on which title and abstract stand. */
const FRONT_PAGES = 3;
/** Of the text's size; what differs by more is something else. */
const SAME_SIZE = 0.06;
const NUMBERED = /^(?:\d{1,2}(?:\.\d{1,2})*|[IVX]{1,5})\.? \p{Lu}[^.!?]{2,70}$/u;
const NAMED =
  /^(?:introduction|related work|background|methods?|results|discussion|conclusions?|references|bibliography|acknowledge?ments?|abstract)$/i;

/**
 * Reads a draft.
 * @throws AkinError `file-unreadable` for a file that can't be opened or has no text, `too-large`.
 */
export async function readPdf(file: string): Promise<Draft> {
  const { readPages } = await import('../sources/pdf-pages.ts'); // It takes its time, and 55 MB.
  const { pages, metadata, pageCount } = await readPages({ file, maxPages: MAX_PAGES }).catch((error: unknown) => {
    if (!(error instanceof AkinError)) throw error;
    const { code, message, hint, cause } = error;
    throw new AkinError(code, `${file}: ${message}`, { ...(hint !== undefined && { hint }), cause });
  });
  const lines = pages.flatMap(linesOfPage);
  if (lines.length === 0) {
    throw new AkinError('file-unreadable', `${file}: its pages have no text`, {
      hint: 'scanned? recognise its text first',
    });
  }
  const front = frontMatter(pages.slice(0, FRONT_PAGES), metadata);
  const draft = draftOf(blocksOf(lines));
  draft.title = typeof front.title === 'string' ? withoutMarks(front.title) : '';
  if (typeof front.abstract === 'string' && front.abstract !== '') {
    draft.abstract = withoutMarks(front.abstract);
    const known = letters(draft.abstract);
    draft.paragraphs = draft.paragraphs.filter(({ text }) => !known.includes(letters(text)));
  }
  if (pageCount > pages.length) draft.notes.push(`only the first ${pages.length} of ${pageCount} pages were read`);
  return draft;
}

const letters = (text: string): string => text.replace(/[^\p{L}\p{N}]/gu, '').toLowerCase();

function blocksOf(lines: Line[]): Block[] {
  const size = mostOf(
    lines.flatMap(({ runs }) => runs),
    (run) => Math.round(run.size * 2) / 2,
  );
  const font = mostOf(
    lines.flatMap(({ runs }) => runs),
    (run) => run.font,
  );
  const known = lines.map(({ text }) => text).join(' ');
  const running = runningLines(lines);
  const blocks: Block[] = [];
  let open: Line[] = [];
  let offset = 0;
  let inReferences = false;
  const add = (text: string, kind: Block['kind']): void => {
    blocks.push({ text: withoutMarks(text), offset, kind });
    offset += text.length + 1;
  };
  const take = (): void => {
    if (open.length > 0)
      add(
        joinLines(
          open.map(({ text }) => text),
          known,
        ),
        'paragraph',
      );
    open = [];
  };
  for (const line of lines) {
    if (running.has(line)) continue;
    const isSetOff = line.font !== font || line.size > size * (1 + SAME_SIZE);
    const isHeading = line.text.length < 80 && isSetOff && (NUMBERED.test(line.text) || NAMED.test(line.text));
    if (isHeading || isReferences(line.text) || isAbstract(line.text)) {
      take();
      add(line.text, 'heading');
      inReferences = isReferences(line.text);
      continue;
    }
    // A list of references is often set smaller.
    if (!inReferences && Math.abs(line.size - size) > size * SAME_SIZE) continue;
    const last = open.at(-1);
    if (last && beginsAnew(last, line, inReferences)) take();
    open.push(line);
  }
  take();
  return blocks;
}

/** Whether a line begins a paragraph: after a gap, indented, or, in a list of references, where others are indented. */
function beginsAnew(above: Line, line: Line, inReferences: boolean): boolean {
  const isBelow = line.page === above.page && line.y > above.y;
  if (isBelow && line.y - above.y > line.size * 1.9) return true;
  const shift = isBelow ? line.x - above.x : 0;
  if (inReferences) return /^(?:\[\d{1,3}\]|\d{1,3}\.) /.test(line.text) || (shift < -4 && shift > -60);
  return shift > line.size * 0.7 && shift < line.size * 4 && /[.!?:][\])”"]?$/.test(above.text);
}

/** What stands at the top or bottom of most pages, numbers aside. */
function runningLines(lines: Line[]): Set<Line> {
  const byText = new Map<string, Line[]>();
  for (const line of lines) {
    const key = `${line.text.replace(/\d+/g, '#')} ${Math.round(line.y / 4)}`;
    const same = byText.get(key);
    if (same) same.push(line);
    else byText.set(key, [line]);
  }
  const pages = new Set(lines.map(({ page }) => page)).size;
  const repeated = [...byText.values()].filter(
    (same) => new Set(same.map(({ page }) => page)).size > Math.max(2, pages / 3),
  );
  return new Set(repeated.flat());
}
