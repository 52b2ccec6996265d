/**
 * The Hugging Face Papers page, copied as text: a few lines of page furniture, then for every paper its title, a blank
 * line, its abstract, a blank line.
 *
 * Nothing marks where the furniture ends, so a title is recognised by what follows it: a paragraph of at least
 * `MIN_ABSTRACT` characters. What stands before the first paper is furniture; after it, every line that is neither a
 * title nor an abstract is reported, so that no paper is dropped without a word.
 */
import { linesOf, MAX_RECORD_CHARACTERS, TOO_LARGE, type Found, type Line, type Source } from './source.ts';

/** Characters. Shorter paragraphs are titles or page furniture. */
const MIN_ABSTRACT = 200;

export const hfPapers: Source = {
  name: 'hf-papers',
  title: 'Hugging Face Papers page, as text',

  detects(head) {
    const paragraphs = head.split(/\r?\n\s*\r?\n/).map((paragraph) => paragraph.trim());
    const pairs = paragraphs.filter((paragraph, i) => isAbstract(paragraph) && isTitle(paragraphs[i - 1] ?? ''));
    return pairs.length > 0 && /hugging\s?face|trending papers|and the research community/i.test(head);
  },

  async *read(file): AsyncGenerator<Found> {
    let record = 0;
    let title: Line | undefined;
    for await (const paragraph of paragraphsOf(file.text())) {
      if (paragraph.tooLong) {
        const { text: raw, offset } = paragraph;
        yield { record: ++record, offset, raw, reject: TOO_LARGE };
        title = undefined;
      } else if (isAbstract(paragraph.text)) {
        record++;
        if (title)
          yield {
            record,
            offset: title.offset,
            raw: title.text,
            input: { title: title.text, abstract: paragraph.text },
          };
        else yield unplaced(record, paragraph, 'an abstract without a title line before it');
        title = undefined;
      } else {
        if (title && record > 0)
          yield unplaced(++record, title, `a line without an abstract of ${MIN_ABSTRACT} characters after it`);
        title = isTitle(paragraph.text) ? paragraph : undefined;
      }
    }
    if (title && record > 0)
      yield unplaced(record + 1, title, `a line without an abstract of ${MIN_ABSTRACT} characters after it`);
  },
};

function unplaced(record: number, { text, offset }: Line, reason: string): Found {
  return { record, offset, raw: text, reject: { code: 'syntax', reason } };
}

const isAbstract = (text: string): boolean => text.length >= MIN_ABSTRACT;
const isTitle = (text: string): boolean => text !== '' && text.length < MIN_ABSTRACT;

/** Runs of lines between blank lines, joined by a newline; of one that is too long, the beginning. */
async function* paragraphsOf(text: AsyncIterable<string>): AsyncGenerator<Line> {
  let open: Line | undefined;
  for await (const line of linesOf(text)) {
    if (line.text.trim() === '') {
      if (open) yield open;
      open = undefined;
    } else {
      const text = open ? `${open.text}\n${line.text.trim()}` : line.text.trim();
      const tooLong = line.tooLong || text.length > MAX_RECORD_CHARACTERS;
      // What is too long already grows no longer.
      if (!open?.tooLong) open = { offset: (open ?? line).offset, text, tooLong };
    }
  }
  if (open) yield open;
}
