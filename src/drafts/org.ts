/**
 * Drafts in Org: prose under its headings, citations as Org has them (`[cite/t:see @key p. 3; @other]`) and as org-ref does
 * (`citep:key,other`, `[[cite:&key]]`), and the files that `#+bibliography:` names. Read line by line.
 */
import { EVERYTHING, withoutMarks, type Draft } from './draft.ts';
import { isCite, keysIn as latexKeysIn } from './latex-citations.ts';
import { withoutTrailing } from '../text.ts';
import { Sections } from './sections.ts';

/** Blocks whose lines are prose; those of others are left out. */
const PROSE_BLOCK = /^(?:quote|verse|center|abstract|note|remark|theorem|proof|lemma|definition|example_prose)$/i;

/** Reads a draft. */
export function readOrg(source: string): Draft {
  return new OrgReader().read(withoutMarks(source).replace(/\r\n?/g, '\n'));
}

class OrgReader {
  readonly #sections = new Sections();
  #lines: string[] = [];
  #offset = 0;
  /** The block that is read: what ends it, and whether its lines are prose. */
  #block: { end: string; isProse: boolean; isAbstract: boolean } | undefined;

  read(text: string): Draft {
    let offset = 0;
    for (const line of text.split('\n')) {
      this.#line(line, offset);
      offset += line.length + 1;
    }
    this.#endParagraph();
    return this.#sections.end();
  }

  #line(line: string, offset: number): void {
    const trimmed = line.trim();
    if (this.#block && trimmed.toLowerCase() === this.#block.end) {
      this.#endParagraph();
      this.#block = undefined;
    } else if (this.#block && !this.#block.isProse) return;
    else if (/^\*{1,20} /.test(line)) this.#heading(line);
    else if (/^#\+begin_/i.test(trimmed)) this.#begin(trimmed.slice('#+begin_'.length).split(/\s/, 1)[0]!);
    else if (trimmed.startsWith('#+')) this.#keyword(trimmed, offset);
    else if (/^:(?:[A-Z_-]+):$/i.test(trimmed)) {
      this.#endParagraph();
      this.#block = { end: ':end:', isProse: false, isAbstract: false };
    } else if (/^(?:#(?:\s|$)|\||: |:$|-{5,}$)/.test(trimmed)) this.#endParagraph();
    else if (trimmed === '') this.#endParagraph();
    else this.#prose(line, offset);
  }

  #prose(line: string, offset: number): void {
    const item = /^\s*(?:[-+]|\d{1,4}[.)]|\[fn:[\w-]+\])\s+(?:\[[ X-]\]\s)?/.exec(line)?.[0] ?? '';
    if (item !== '' || this.#sections.isReferences) {
      if (item !== '' || /^\S/.test(line)) this.#endParagraph();
    }
    if (this.#lines.length === 0) this.#offset = offset + (item.length || line.length - line.trimStart().length);
    this.#lines.push(line.slice(item.length));
  }

  #heading(line: string): void {
    this.#endParagraph();
    const level = line.indexOf(' ');
    const text = line
      .slice(level + 1)
      .replace(/^(?:TODO|DONE|NEXT|WAITING) /, '')
      .replace(/^\[#[A-Z]\] /, '')
      .replace(/\s:[\w@#%:]{1,200}:\s*$/, '');
    this.#sections.heading(level, this.#marked(text));
  }

  #begin(name: string): void {
    this.#endParagraph();
    const isAbstract = name.toLowerCase() === 'abstract';
    this.#block = { end: `#+end_${name.toLowerCase()}`, isProse: PROSE_BLOCK.test(name), isAbstract };
  }

  #keyword(line: string, offset: number): void {
    this.#endParagraph();
    const [, name = '', rest = ''] = /^#\+(\w+):(.*)/.exec(line) ?? [];
    const [said, value] = [name.toLowerCase(), rest.trim()];
    if (said === 'title' || said === 'subtitle') this.#sections.title(this.#marked(value));
    else if (said === 'bibliography') this.#bibliography(value);
    else if (said === 'nocite') this.#sections.citeAnywhere(citedIn(value));
    else if (said === 'include')
      this.#sections.draft.notes.push(`${value} was not read: of drafts in Org only one file is`);
    else if (said === 'caption' || said === 'abstract') {
      const text = this.#marked(value);
      if (said === 'abstract') this.#sections.abstract(text);
      else this.#sections.paragraph(text, offset);
    }
  }

  #bibliography(names: string): void {
    const quoted = /^"([^"]*)"/.exec(names)?.[1];
    const files = quoted === undefined ? names.split(/[,\s]+/) : [quoted];
    for (const name of files) {
      if (name !== '' && !name.startsWith(':'))
        this.#sections.draft.bibliographies.push(/\.\w+$/.test(name) ? name : `${name}.bib`);
    }
  }

  #endParagraph(): void {
    const text = this.#lines.join('\n');
    this.#lines = [];
    if (text === '') return;
    const marked = this.#marked(text);
    if (this.#block?.isAbstract) this.#sections.abstract(marked);
    else this.#sections.paragraph(marked, this.#offset);
  }

  /** The text with its citations marked, and without Org's own signs. */
  #marked(text: string): string {
    const mark = (keys: string[]): string => this.#sections.marks.mark(keys);
    const cited = text
      .replace(CITE, (_, style: string, inside: string) => {
        const keys = citedIn(inside);
        if (!/^\/n/.test(style)) return mark(keys);
        this.#sections.citeAnywhere(keys);
        return '';
      })
      .replace(/\[\[([^[\]]*)\](?:\[([^[\]]*)\])?\]/g, (_, target: string, said?: string) => {
        const link = ORG_REF.exec(target);
        if (link) return this.#link(link[1]!, target.slice(link[0].length));
        return said ?? (/^(?:[a-z]+:|[./])/.test(target) ? ' ' : target);
      })
      .replace(LINK, (_, before: string, command: string, keys: string) => before + this.#link(command, keys));
    const bare = cited
      .replace(/\\([a-zA-Z]+)\*?(?:\[[^[\]]*\]){0,2}\{([^{}]*)\}/g, (all, command: string, inside: string) =>
        isCite(command) ? mark(latexKeysIn(inside)) : all,
      )
      .replace(/\[fn:[^[\]]*\]|<<[^<>]*>>/g, ' ')
      .replace(FORMULA, (formula) => (formula.length <= MAX_FORMULA ? ' ' : formula))
      .replace(/\\[[\]]/g, ' ');
    return withoutEmphasis(bare);
  }

  /** What stands for a link of org-ref. */
  #link(command: string, target: string): string {
    if (/bibliography/i.test(command)) {
      this.#bibliography(target);
      return ' ';
    }
    const keys = target.includes('&')
      ? Array.from(target.matchAll(/&([^\s;&,[\]]+)/g), ([, key]) => withoutTrailing(key!, '.:'))
      : target.split(',').map((key) => withoutTrailing(key.trim().split('::')[0]!, '.:'));
    const cited = keys.filter((key) => key !== '');
    if (!/^nocite/.test(command)) return this.#sections.marks.mark(cited);
    this.#sections.citeAnywhere(cited.map((key) => (key === '*' ? EVERYTHING : key)));
    return ' ';
  }
}

/** A citation in Org, and its style. */
const CITE = /(?<!\[)\[cite((?:\/[\w/-]{0,30})?):([^[\]]*)\]/g;
/** The command of a link of org-ref, at its beginning. */
const ORG_REF = /^((?:no)?bibliography|[a-zA-Z]{0,20}cite[a-zA-Z]{0,20}\*?):/;
/** The same link, bare. */
const LINK = /(^|[\s([{~])((?:no)?bibliography|[A-Za-z]{0,20}[Cc]ite[a-zA-Z]{0,20}\*?):([&\w][^\s[\](){}]*)/gm;

/** A formula in a line. */
const FORMULA = /\\\((?:[^\\\n]|\\(?![()]))+\\\)/g;
/** Characters; what is longer is text between brackets. */
const MAX_FORMULA = 504;

/** Where a sign may begin to emphasise, and what is behind one that ends it. */
const EMPHASIS = /(?<=^|[\s([{'"])[*/_=~+](?=\S)/gm;
const BEHIND_EMPHASIS = /^[\s.,;:!?)\]}'"-]/;
/** Characters. */
const MAX_EMPHASISED = 300;

/** A text without the signs around what is emphasised or set as code. */
function withoutEmphasis(text: string): string {
  let [plain, at] = ['', 0];
  EMPHASIS.lastIndex = 0;
  for (let sign = EMPHASIS.exec(text); sign; sign = EMPHASIS.exec(text)) {
    const begin = sign.index + 1;
    const reach = text.slice(begin, begin + MAX_EMPHASISED + 1).split('\n', 1)[0]!;
    let length = reach.indexOf(sign[0], 1);
    const isEnd = (end: number) => end === text.length || BEHIND_EMPHASIS.test(text[end]!);
    while (length > 0 && !isEnd(begin + length + 1)) length = reach.indexOf(sign[0], length + 1);
    if (length < 1) continue;
    plain += text.slice(at, sign.index) + reach.slice(0, length);
    at = begin + length + 1;
    EMPHASIS.lastIndex = at;
  }
  return plain + text.slice(at);
}

/** The keys behind at signs in a citation, or all there is. */
const citedIn = (inside: string): string[] =>
  Array.from(inside.matchAll(/@(\*|[^\s@;,[\]{}()]+)/g), ([, key]) =>
    key === '*' ? EVERYTHING : withoutTrailing(key!, '.:!?'),
  );
