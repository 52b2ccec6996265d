/** What does the `.bbl` say that Biber left beside a draft for BibLaTeX? It is a table of entries, and no text. */
import { latexToText } from '../sources/latex.ts';
import { referenceOf, type Reference } from './draft.ts';

/**
 * The references in a `.bbl` that BibLaTeX wrote, which is a table and no text; those in one that BibTeX wrote are
 * `\bibitem`s, for which `readLatex` is asked.
 */
export function readBiblatexBbl(source: string): Reference[] {
  const references: Reference[] = [];
  const aliases = new Map<string, string[]>();
  for (const [, alias, key] of source.matchAll(/\\keyalias\{([^{}]+)\}\{([^{}]+)\}/g)) {
    const known = aliases.get(key!);
    if (known) known.push(alias!);
    else aliases.set(key!, [alias!]);
  }
  for (const part of source.split('\\endentry').slice(0, -1)) {
    const entry = /\\entry\{([^{}]+)\}/.exec(part);
    if (!entry) continue;
    const fields = part.slice(entry.index);
    const field = (name: string): string => {
      const [line = ''] = textBehind(fields, `\\field{${name}}{`).split('\n', 1);
      return latexToText(line.slice(0, Math.max(0, line.lastIndexOf('}'))));
    };
    const verb = (name: string): string => /^\s*\\verb (\S+)/.exec(textBehind(fields, `\\verb{${name}}`))?.[1] ?? '';
    const [title, doi, eprint] = [field('title'), verb('doi'), verb('eprint')];
    const arxiv = field('eprinttype').toLowerCase() === 'arxiv' ? eprint : '';
    const named = [title, doi && `doi:${doi}`, arxiv && `arxiv:${arxiv}`].filter((text) => text !== '').join(' ');
    const others = aliases.get(entry[1]!);
    references.push({ ...referenceOf(entry[1]!, named), title, ...(others ? { aliases: others } : {}) });
  }
  return references;
}

/** What follows the first place of a mark; empty where it has none. */
function textBehind(text: string, mark: string): string {
  const at = text.indexOf(mark);
  return at === -1 ? '' : text.slice(at + mark.length);
}
