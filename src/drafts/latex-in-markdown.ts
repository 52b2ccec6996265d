/** What does a draft in Markdown cite in LaTeX? R Markdown and Pandoc hand `\cite[p. 3]{key}` on to it as it stands. */
import { isCite, readCitation } from './latex-citations.ts';
import { LatexSource } from './latex-source.ts';
import { keysIn } from './pandoc-citations.ts';

/** A text in which citations in LaTeX stand as Pandoc has them; what looks like one and names no key stays. */
export const withLatexAsPandoc = (text: string): string =>
  /\\[a-zA-Z]*cite/i.test(text) ? translated(text, true) : text;

/** @param hasNotes whether a citation within a citation's notes is read. */
function translated(text: string, hasNotes: boolean): string {
  const source = new LatexSource();
  source.pushFile(text, '');
  let said = '';
  for (let before = source.before('\\'); before !== undefined; before = source.before('\\')) {
    const begin = source.position();
    const command = source.matched(/\\(?:([a-zA-Z]+)\*?|[^]?)/y)?.[1] ?? '';
    const keys = isCite(command) ? keysOf(command, source, hasNotes) : [];
    said += before + (keys.map((key) => ` @{${key}}`).join('') || text.slice(begin, source.position()));
  }
  return said + text.slice(source.position());
}

function keysOf(command: string, source: LatexSource, hasNotes: boolean): string[] {
  const { keys, notes } = readCitation(command, source);
  const noted = hasNotes ? notes.flatMap((note) => keysIn(translated(note, false))) : [];
  return [...keys, ...noted].filter((key) => !/\s/.test(key));
}
