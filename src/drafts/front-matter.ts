/** The front matter of a draft in Markdown: what it says in YAML, before its text, of title, abstract and bibliographies. */
import { isObject } from '../sources/json-records.ts';
import { parseYaml } from '../sources/yaml.ts';
import type { Reference } from './draft.ts';
import { cslReferences } from './yaml-references.ts';

export interface FrontMatter {
  title: string;
  abstract: string;
  /** Citations without a place. */
  nocite: string;
  bibliographies: string[];
  references: Reference[];
  /** Why something of it was not read. */
  problem: string | undefined;
  /** Where the text begins that is below it. */
  end: number;
}

/** Characters; what is longer is no front matter. */
const MAX_LENGTH = 100_000;
/** Blocks of references in one draft. */
const MAX_BLOCKS = 10;

/** The front matter of a text; undefined where it has none. */
export function frontMatterOf(text: string): FrontMatter | undefined {
  const begin = /^---[ \t]*(?:\r\n?|\n)/.exec(text)?.[0].length;
  if (begin === undefined) return undefined;
  const close = /^(?:---|\.\.\.)[ \t]*$/gm;
  close.lastIndex = begin;
  const closing = close.exec(text.slice(0, begin + MAX_LENGTH));
  if (!closing) return undefined;
  const end = closing.index + closing[0].length;
  return { ...fieldsOf(text.slice(begin, closing.index)), end };
}

function fieldsOf(yaml: string): Omit<FrontMatter, 'end'> {
  const { value: fields, problem } = parseYaml(yaml);
  return {
    title: textsIn(fields, 'title').join(' '),
    abstract: textsIn(fields, 'abstract').join('\n'),
    nocite: textsIn(fields, 'nocite').join(' '),
    bibliographies: textsIn(fields, 'bibliography'),
    references: isObject(fields) ? cslReferences(fields.references) : [],
    problem,
  };
}

/** The blocks of metadata below the front matter that hold references, where Pandoc has them as well. */
export function* referenceBlocks(text: string): Generator<{ begin: number; end: number; references: Reference[] }> {
  let left = MAX_BLOCKS;
  for (const { index } of text.matchAll(/^---[ \t]*\r?\n(?=references:)/gm)) {
    if (left-- === 0) return;
    const block = frontMatterOf(text.slice(index, index + MAX_LENGTH));
    if (block) yield { begin: index, end: index + block.end, references: block.references };
  }
}

/** The texts of a field: one, or those of a list or a mapping. */
function textsIn(fields: unknown, name: string): string[] {
  const value = isObject(fields) ? fields[name] : undefined;
  const texts = [isObject(value) ? Object.values(value) : value]
    .flat()
    .filter((each) => typeof each === 'string' || typeof each === 'number');
  return texts.map((each) => String(each).trim()).filter((each) => each !== '');
}
