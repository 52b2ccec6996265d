/**
 * Which commands of LaTeX cite, and which of their arguments are keys? Those of natbib, BibLaTeX and its styles, apacite,
 * jurabib, chicago, harvard, amsrefs, bibentry, csquotes, REVTeX, abntex2, acro; and whatever else is called like one: there are hundreds, and
 * their names and arguments follow a few customs.
 */
import type { LatexSource } from './latex-source.ts';

/** What a citation says. */
export interface LatexCitation {
  keys: string[];
  /** In LaTeX, what is said before and behind it, where that could cite in turn. */
  notes: string[];
  /** In LaTeX, keys that are written by commands, or whole citations. */
  written: string[];
}

/** Commands about citations, which cite nothing. */
const ABOUT =
  /@|^nocite|^if|^(?:new|set|def|bib|use|Declare|At(?:Every|Next|First)|provide|renew)|^cite(?:style|reset|setup|tracker|index|left|right|mid|form|punct|dash|sep|order|color|space)|fortype$|[Cc]ite(?:Command|keyword)s?$/;

/** Whether a command cites. */
export const isCite = (command: string): boolean =>
  (/[Cc]ite|cquote$|^(?:bibentry|entrydata|ycites?|ocites?|apud(?:online)?|opcit|loccit)$/.test(command) &&
    !ABOUT.test(command)) ||
  command === 'bibentry';

/** Commands that cite what they name, wherever: `\nocite`, multibib's like it, acro's acronyms with a source. */
export const isSilentCite = (command: string): boolean => /^nocite|^DeclareAcronym$/.test(command);

/** The keys that a command names which cites silently. */
export function readSilentCitation(command: string, source: LatexSource): string[] {
  const argument = source.argument() ?? '';
  if (command !== 'DeclareAcronym') return keysIn(argument);
  const properties = (source.argument() ?? '').replace(/(?<!\\)%[^\n]*\n?/g, '');
  const given = properties.matchAll(/(?<=^|[,\s])cite\s*=\s*(?:\[[^[\]]*\]\s*){0,2}(?:\{([^{}]*)\}|([^,{}]*))/g);
  return Array.from(given, ([, braced, bare = '']) => keysIn(braced ?? bare)).flat();
}

/** Commands that mean the same in every draft, whatever one makes of how they look. */
const STANDARD = new Set(
  (
    'cite citet citep citealt citealp citeauthor citefullauthor citeyear citeyearpar citenum citetitle citedate citeurl ' +
    'parencite footcite footcitetext textcite smartcite supercite autocite fullcite footfullcite cites parencites ' +
    'footcites footcitetexts smartcites textcites supercites autocites citea citeanp citenp citen citeonline onlinecite ' +
    'shortcite shortcitea shortciten shortcitenp citeasnoun citetalias citepalias bibentry'
  ).split(' '),
);
/** Whether a definition of a command, in a draft or a style, changes nothing for who reads it. */
export const isStandardCite = (command: string): boolean => STANDARD.has(command.toLowerCase());

/** Options before a key: one on each side, and biblatex's for all of several. */
const MAX_OPTIONS = 4;
/** Keys that one command of several goes on for. */
const MAX_KEYS = 1000;
/** Keys that are read of one argument: more than a draft cites anywhere. */
export const MAX_KEYS_OF_ARGUMENT = 20_000;
/** What `\citefield` and its like want of a work, beside its key. */
const FIELD =
  /^(?:author|editor|translator|title|subtitle|shorttitle|booktitle|journal|journaltitle|year|date|url|doi|pages|volume|number|publisher|location|language|note|series|edition|isbn|issn|abstract|keywords)$/;

/** Reads the arguments of a command that cites. */
export function readCitation(command: string, source: LatexSource): LatexCitation {
  const said: LatexCitation = { keys: [], notes: [], written: [] };
  if (command === 'citetext') return addNote(said, source.argument());
  const isOfSeveral = /cites$/i.test(command) || /citetexts$/.test(command);
  // Who cites a work at second hand names both.
  const most = isOfSeveral ? MAX_KEYS : /^apud/.test(command) ? 2 : 1;
  if (isOfSeveral) readNotes(source, said, '(', ')');
  if (/^(?:foreign|hyphen|hybrid)\w*cquote$/.test(command)) source.argument(); // The language.
  let count = 0;
  do {
    readOptions(source, said);
    // The volume comes before the key.
    if (/volcites?$/i.test(command)) {
      addNote(said, source.argument());
      readOptions(source, said);
    }
    const argument = source.argument();
    if (argument === undefined) break;
    if (argument.includes('\\')) said.written.push(argument);
    else for (const key of keysIn(argument)) said.keys.push(key);
    if (source.matched(/\*(?=\{)/y)) addNote(said, source.argument()); // The note of amsrefs.
  } while (++count < most && (source.isNext('[') || source.isNext('{')));
  if (/^cite(?:field|name|list)$/i.test(command)) {
    source.option();
    if (source.isNext('{')) for (const key of keysIn(source.argument() ?? '')) said.keys.push(key);
    said.keys = said.keys.filter((key) => !FIELD.test(key));
  }
  if (/^citeaffixed/.test(command)) addNote(said, source.argument());
  if (/cquote$/.test(command)) source.option(); // The quotation follows, which is prose.
  return said;
}

/** Options in brackets, or in angle brackets as apacite has them. */
function readOptions(source: LatexSource, said: LatexCitation): void {
  for (let i = 0; i < MAX_OPTIONS; i++) {
    const option = source.option() ?? source.between('<', '>');
    if (option === undefined) return;
    addNote(said, option);
  }
}

function readNotes(source: LatexSource, said: LatexCitation, open: string, close: string): void {
  for (let i = 0; i < 2; i++) addNote(said, source.between(open, close));
}

/** Notes without commands cite nothing. */
function addNote(said: LatexCitation, note: string | undefined): LatexCitation {
  if (note?.includes('\\')) said.notes.push(note);
  return said;
}

/** The keys, or names of files, in an argument. A star before a key says how REVTeX and mcite print it. */
export function keysIn(argument: string): string[] {
  const keys = argument.replace(/%[^\n]*\n?/g, '').split(',', MAX_KEYS_OF_ARGUMENT);
  return keys
    .map((key) => key.trim().replace(/^\*(?:\[[^[\]]*\])*\s*(?=\S)/, ''))
    .filter((key) => key !== '' && !/[#\\{}]/.test(key));
}
