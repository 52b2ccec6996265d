/**
 * Here is a draft, and perhaps a bibliography: which kind of draft is it, and what does it say? Told from the content, and where
 * that leaves it open from the name. A draft in LaTeX is read with what it inputs, never from outside of its own folder.
 *
 * All of this is done in quarantine (see read.ts).
 */
import { readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { AkinError } from '../errors.ts';
import { openFile } from '../sources/input.ts';
import { readBiblatexBbl } from './biblatex-bbl.ts';
import { bibliographyInText, citing, readBibliography, type Bibliography } from './bibliography.ts';
import { MAX_DRAFT_CHARACTERS, tooLong, wholeText, withinLimits, type Draft, type Reference } from './draft.ts';
import { readDocx } from './docx.ts';
import { inputNames, readLatex } from './latex.ts';
import { readMarkdown } from './markdown.ts';
import { readOrg } from './org.ts';
import { readPdf } from './pdf.ts';
import { readRst } from './rst.ts';
import { readText } from './text.ts';
import { readTypst } from './typst.ts';

/** A text, or a file that holds it, by its path. */
export type Given = { text: string } | { file: string };

/** What is asked in quarantine. */
export interface DraftJob {
  /** The kind of a text; told from it where it is left out. */
  draft: Given & { kind?: TextKind | undefined };
  bibliography: Given | undefined;
}

export type TextKind = 'latex' | 'markdown' | 'typst' | 'org' | 'rst' | 'text';
type Kind = TextKind | 'pdf' | 'docx';

/** For each kind of text, who reads it. */
const READERS: Record<TextKind, (text: string) => Draft> = {
  ...{ latex: readLatex, markdown: readMarkdown, typst: readTypst, org: readOrg, rst: readRst, text: readText },
};

/** Files that a draft in LaTeX may consist of. */
const MAX_FILES = 500;
/** Characters by which the kind of a text is told. */
const HEAD = 64 * 1024;

/** Reads a draft and what it cites (see `readDraft`). */
export async function answer({ draft: given, bibliography }: DraftJob): Promise<Draft> {
  const isCiting = bibliography === undefined; // Whoever gives a bibliography means it and no other.
  const { draft, named } =
    'file' in given ? await readFileOf(given.file, isCiting) : readTextOf(given.text, given.kind);
  const { references, notes } = bibliography ? await bibliographyOf(bibliography) : named;
  draft.notes.push(...notes);
  return withinLimits(citing(draft, references, !isCiting));
}

const bibliographyOf = (given: Given): Promise<Bibliography> =>
  'file' in given ? readBibliography(given.file) : bibliographyInText(given.text);

interface Read {
  draft: Draft;
  /** What the bibliographies say that it names. */
  named: Bibliography;
}

const NOTHING: Bibliography = { references: [], notes: [] };

function readTextOf(text: string, given: TextKind | undefined): Read {
  const kind = given ?? kindOf('-', text.slice(0, HEAD));
  if (kind === 'pdf' || kind === 'docx') {
    throw new AkinError('file-unreadable', 'only text is read from standard input or a pipe', {
      hint: "give the file's path",
    });
  }
  if (text.length > MAX_DRAFT_CHARACTERS) throw tooLong('the draft');
  return { draft: READERS[kind](text), named: NOTHING };
}

/** @param isCiting whether what it cites is to be read from the bibliographies that it names. */
async function readFileOf(file: string, isCiting: boolean): Promise<Read> {
  const opened = await openFile(file);
  let text: string;
  try {
    const kind = kindOf(file, opened.head);
    if (kind === 'pdf') return { draft: await readPdf(file), named: NOTHING };
    if (kind === 'docx') return { draft: await readDocx(file), named: NOTHING };
    if (!isText(opened.head)) throw noDraft(file);
    text = await wholeText(opened);
    const folder = await realpath(path.dirname(file));
    const draft = kind === 'latex' ? await readLatexFiles(file, folder, text) : READERS[kind](text);
    return { draft, named: isCiting ? await namedBibliographies(draft, folder) : NOTHING };
  } finally {
    opened.close();
  }
}

function kindOf(file: string, head: string): Kind {
  const extension = path.extname(file.replace(/\.gz$/i, '')).toLowerCase();
  if (head.startsWith('%PDF-')) return 'pdf';
  if (head.startsWith('PK\u0003\u0004')) return 'docx';
  if (/^\.(?:tex|ltx|latex)$/.test(extension)) return 'latex';
  if (/^\.(?:md|markdown|mdown|qmd|rmd|mkd)$/.test(extension)) return 'markdown';
  if (extension === '.typ') return 'typst';
  if (extension === '.org') return 'org';
  if (extension === '.rst' || extension === '.rest') return 'rst';
  if (/^[ \t]*\\(?:documentclass|begin[ \t]*\{|(?:sub){0,2}section\b)/m.test(head)) return 'latex';
  if (extension !== '.txt') {
    if (/^#(?:import|set|show|let) .*[("]|^#bibliography\(/m.test(head)) return 'typst';
    if (/^#\+(?:title|author|options|bibliography|begin_\w+):?/im.test(head)) return 'org';
    if (/^\.\. [\w:-]{1,40}::|:cite(?::\w{1,20})?:`/m.test(head)) return 'rst';
  }
  return /^(?:#{1,3} \S|---\n)|\[@[\p{L}\d]/mu.test(head) && extension !== '.txt' ? 'markdown' : 'text';
}

/** Signs that no text has, save one in a hundred by mistake: bytes of a picture, a sound or a program have many. */
// eslint-disable-next-line no-control-regex
const NO_SIGN = /[\u0001-\u0008\u000e-\u001a\u001c-\u001f\u007f\ufffd]/g;

function isText(head: string): boolean {
  return !head.includes('\0') && (head.match(NO_SIGN) ?? []).length * 100 <= head.length;
}

const noDraft = (file: string): AkinError =>
  new AkinError('file-unreadable', `${file}: it is no text, and neither a PDF nor a Word file`, {
    hint: 'a draft is LaTeX, Markdown, Typst, Org, reStructuredText, plain text, PDF or Word (.docx)',
  });

async function readLatexFiles(file: string, folder: string, text: string): Promise<Draft> {
  const inputs = new Map<string, string>();
  const outside = new Set<string>();
  const left = inputNames(text);
  let length = text.length;
  for (let name = left.shift(); name !== undefined && inputs.size < MAX_FILES; name = left.shift()) {
    if (inputs.has(name) || outside.has(name)) continue;
    const found = await insideFolder(folder, name);
    if (found === undefined) continue; // The reader notes that it is missing.
    if (found === null) {
      outside.add(name);
      continue;
    }
    const opened = await openFile(found);
    try {
      const input = await wholeText(opened);
      length += input.length;
      if (length > MAX_DRAFT_CHARACTERS) break;
      inputs.set(name, input);
      for (const each of inputNames(input)) left.push(each);
    } finally {
      opened.close();
    }
  }
  const draft = readLatex(text, inputs, path.basename(file));
  for (const name of outside) draft.notes.push(`${name} was not read: it is outside of the draft's folder`);
  draft.notes = draft.notes.filter(
    (note) => ![...outside].some((name) => note.startsWith(`${name} was not read: it is not`)),
  );
  if (draft.references.length === 0) draft.references = await compiledReferences(folder, file);
  return draft;
}

/** The references in the `.bbl` that BibTeX or Biber left beside the draft. */
async function compiledReferences(folder: string, file: string): Promise<Reference[]> {
  const found = await insideFolder(folder, `${path.basename(file, path.extname(file))}.bbl`);
  if (typeof found !== 'string') return [];
  const text = await readFile(found, 'utf8');
  return text.includes('\\endentry') ? readBiblatexBbl(text) : readLatex(text).references;
}

/** What the bibliographies say that a draft names, where its own list is not all that it cites. */
async function namedBibliographies(draft: Draft, folder: string): Promise<Bibliography> {
  const own = new Set(draft.references.map(({ key }) => key));
  const cited = [...draft.citedAnywhere, ...draft.paragraphs.flatMap((each) => each.citations.map(({ key }) => key))];
  if (own.size > 0 && cited.every((key) => own.has(key))) return NOTHING;
  const all: Bibliography[] = [];
  for (const name of [...new Set(draft.bibliographies)].slice(0, MAX_FILES)) {
    const found = await insideFolder(folder, name);
    if (typeof found === 'string') all.push(await readBibliography(found));
    else
      draft.notes.push(`${name} was not read: it is ${found === null ? "outside of the draft's folder" : 'not there'}`);
  }
  return { references: all.flatMap(({ references }) => references), notes: all.flatMap(({ notes }) => notes) };
}

/** Where a file that a draft names is; undefined where it is not, null where it is outside of the draft's folder. */
async function insideFolder(folder: string, name: string): Promise<string | null | undefined> {
  const isIn = (place: string): boolean => place.startsWith(folder + path.sep);
  const place = path.resolve(folder, name);
  if (!isIn(place)) return null;
  const real = await realpath(place).catch(() => undefined); // A link may lead outside, too.
  if (real === undefined) return undefined;
  return isIn(real) ? real : null;
}
