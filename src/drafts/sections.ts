/** The sections of a draft as its reader comes to them: where do a heading and a paragraph belong? */
import { CitationMarks, emptyDraft, paragraphOf, referenceOf, withoutMarks, type Draft } from './draft.ts';
import { isAbstract, isReferences } from './headings.ts';

export class Sections {
  readonly draft: Draft = emptyDraft();
  readonly marks = new CitationMarks();
  /** Of the sections around what is read, by their levels. */
  readonly #headings: string[] = [];
  readonly #abstract: string[] = [];

  /** The draft, when all of it was read. */
  end(): Draft {
    this.draft.paragraphs.sort((a, b) => a.offset - b.offset); // A note is read before the paragraph around it.
    if (this.#abstract.length > 0) this.draft.abstract = this.#abstract.join('\n');
    return this.draft;
  }

  /** The heading of the innermost section. */
  get #section(): string {
    return this.#headings.findLast((each) => each) ?? '';
  }

  /** Whether neither a heading nor any text was read yet. */
  get isEmpty(): boolean {
    return this.#headings.length + this.draft.paragraphs.length + this.#abstract.length === 0;
  }

  /** Begins a section. @param level from 1. @param text with marks. */
  heading(level: number, text: string): void {
    this.#headings.length = Math.min(this.#headings.length, level - 1);
    this.#headings[level - 1] = this.plain(text);
  }

  /** Whether the section is a list of references. */
  get isReferences(): boolean {
    return isReferences(this.#section);
  }

  /** Takes a paragraph of prose, of the abstract, or an entry of the list of references. @param text with marks. */
  paragraph(text: string, offset: number): void {
    if (this.isReferences) {
      const reference = referenceOf(null, withoutMarks(text));
      if (/\p{L}{3}/u.test(reference.text)) this.draft.references.push(reference);
      return;
    }
    if (isAbstract(this.#section)) return this.abstract(text);
    const heading = this.#headings.filter((each) => each).slice(-2);
    const paragraph = paragraphOf(text, this.marks, { heading: heading.join(' › '), offset });
    if (paragraph) this.draft.paragraphs.push(paragraph);
  }

  /** Takes a paragraph of the abstract. @param text with marks. */
  abstract(text: string): void {
    const paragraph = paragraphOf(text, this.marks, { heading: '', offset: 0 });
    if (!paragraph) return;
    this.#abstract.push(paragraph.text);
    this.citeAnywhere(paragraph.citations.map(({ key }) => key));
  }

  citeAnywhere(keys: string[]): void {
    for (const key of keys) this.draft.citedAnywhere.push(key);
  }

  /** The title, unless one is known. @param text with marks. */
  title(text: string): void {
    this.draft.title ||= this.plain(text);
  }

  /** A text without its marks, on one line. */
  plain(text: string): string {
    return paragraphOf(text, this.marks, { heading: '', offset: 0 })?.text ?? '';
  }
}
