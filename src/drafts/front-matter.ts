/** The front matter of a draft in Markdown: what it says in YAML, before its text, of title, abstract and bibliographies. */
import { Composer, Parser, type CST } from 'yaml';

export interface FrontMatter {
  title: string;
  abstract: string;
  /** Citations without a place. */
  nocite: string;
  bibliographies: string[];
  /** Why something of it was not read. */
  problem: string | undefined;
  /** Where the text begins that is below it. */
  end: number;
}

/** Characters; what is longer is no front matter. */
const MAX_LENGTH = 100_000;
/** Lists and mappings in each other. */
const MAX_DEPTH = 20;

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
  const tokens = [...new Parser().parse(yaml)];
  const [document] = isDeeper(tokens, MAX_DEPTH)
    ? []
    : new Composer({ strict: false, uniqueKeys: false, logLevel: 'silent' }).compose(tokens);
  let fields: unknown;
  let problem = document ? document.errors[0]?.message.split('\n')[0] : `more than ${MAX_DEPTH} levels of nesting`;
  try {
    fields = document?.toJS({ maxAliasCount: 10 });
  } catch (error) {
    problem = (error as Error).message; // An alias of what is not there, or of too much.
  }
  return {
    title: textsIn(fields, 'title').join(' '),
    abstract: textsIn(fields, 'abstract').join('\n'),
    nocite: textsIn(fields, 'nocite').join(' '),
    bibliographies: textsIn(fields, 'bibliography'),
    problem,
  };
}

/** The texts of a field: one, or those of a list. */
function textsIn(fields: unknown, name: string): string[] {
  const value = (fields as Record<string, unknown> | null | undefined)?.[name];
  const texts = [value].flat().filter((each) => typeof each === 'string' || typeof each === 'number');
  return texts.map((each) => String(each).trim()).filter((each) => each !== '');
}

/** Whether there are more levels than may be followed. */
function isDeeper(tokens: CST.Token[], levels: number): boolean {
  let level: (CST.Token | null | undefined)[] = tokens;
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > levels) return true;
    level = level.flatMap((token) => {
      if (token?.type === 'document') return [token.value];
      if (!token || !('items' in token)) return [];
      return token.items.flatMap(({ key, value }) => [key, value]);
    });
  }
  return false;
}
