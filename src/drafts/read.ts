/**
 * Reads drafts: in quarantine, because they come from anybody, and whoever serves others meanwhile can't wait. What a draft
 * says is told in files.ts.
 */
import { Quarantine } from '../quarantine/quarantine.ts';
import { mayBeFile } from '../sources/file-state.ts';
import { openFile } from '../sources/input.ts';
import { isFolder } from '../places.ts';
import { MAX_DRAFT_CHARACTERS, tooLong, type Draft } from './draft.ts';
import type { DraftJob, Given, TextKind } from './files.ts';

/** A draft of a million characters, a thesis, takes a tenth of this in any format, on a machine that has nothing else to do. */
const quarantine = new Quarantine<DraftJob, Draft>({
  module: 'src/drafts/files.ts',
  what: 'reading the draft',
  ...{ seconds: 20, megabytes: 192, waiting: 4 },
});

/**
 * Reads a draft and what it cites: the list it holds, and from the bibliography given, or else those it names.
 * @param file a path, or `-` for text on standard input; only text is read from a pipe, too.
 * @param bibliography a file in any format that papers are taken in from.
 * @param signal ends the reading.
 * @throws AkinError `file-unreadable`, `format-unknown` for the bibliography, `too-large`, `overloaded`.
 */
export async function readDraft(file: string, bibliography?: string, signal?: AbortSignal): Promise<Draft> {
  const draft = await given(file);
  const cited = bibliography === undefined ? undefined : await given(bibliography);
  return quarantine.ask({ draft, bibliography: cited }, signal);
}

/**
 * Reads a draft that is a text; one in LaTeX can input nothing.
 * @param kind told from the text where it is undefined.
 * @param bibliography the text of one, in any format that papers are taken in from.
 * @param signal ends the reading.
 * @throws AkinError `format-unknown` for the bibliography, `too-large`, `overloaded`.
 */
export async function readDraftText(
  kind: TextKind | undefined,
  text: string,
  bibliography?: string,
  signal?: AbortSignal,
): Promise<Draft> {
  const cited = bibliography === undefined ? undefined : { text: bibliography };
  return quarantine.ask({ draft: { kind, text }, bibliography: cited }, signal);
}

/** Standard input and pipes are this process's own, and no time is too long to wait for whoever writes them. */
async function given(file: string): Promise<Given> {
  if (file !== '-' && ((await mayBeFile(file)) || isFolder(file))) return { file };
  const input = await openFile(file);
  const pieces: string[] = [];
  let length = 0;
  for await (const piece of input.text()) {
    length += piece.length;
    if (length > MAX_DRAFT_CHARACTERS) throw tooLong(file === '-' ? 'standard input' : file);
    pieces.push(piece);
  }
  return { text: pieces.join('') };
}
