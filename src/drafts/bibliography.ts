/** The works a draft cites, from a bibliography beside it: any format that papers are taken in from, BibTeX first of all. */
import { AkinError } from '../errors.ts';
import { toPaper } from '../paper.ts';
import { openFiles } from '../sources/input.ts';
import { detectSource } from '../sources/registry.ts';
import type { SourceFile } from '../sources/source.ts';
import type { Draft, Reference } from './draft.ts';

/** References of one bibliography; a person's whole library has fewer. */
const MAX_REFERENCES = 100_000;

/**
 * Every reference in a file. Records that could not be read are left out.
 * @throws AkinError `file-unreadable`, `format-unknown`.
 */
export async function readBibliography(file: string): Promise<Reference[]> {
  const references: Reference[] = [];
  for await (const opened of openFiles(file)) {
    try {
      for await (const reference of referencesOf(opened)) references.push(reference);
    } finally {
      opened.close();
    }
  }
  return references;
}

/** Every reference in a text. @throws AkinError `format-unknown`. */
export async function referencesInText(text: string): Promise<Reference[]> {
  const file: SourceFile = {
    ...{ name: 'the bibliography', path: null, head: text.slice(0, 64 * 1024), close() {} },
    async *text() {
      yield text;
    },
  };
  const references: Reference[] = [];
  for await (const reference of referencesOf(file)) references.push(reference);
  return references;
}

async function* referencesOf(file: SourceFile): AsyncGenerator<Reference> {
  if (file.head.trim() === '') return;
  const source = detectSource(file.head);
  if (!source) {
    throw new AkinError('format-unknown', `${file.name}: no bibliography's format recognised`, {
      hint: 'give BibTeX, RIS, CSL-JSON or any other format that "akin add" reads',
      field: 'bib',
    });
  }
  let count = 0;
  for await (const found of source.read(file)) {
    if ('reject' in found) continue;
    if (++count > MAX_REFERENCES)
      throw new AkinError('too-large', `${file.name}: it has more than ${MAX_REFERENCES} references`, { field: 'bib' });
    const reference = asReference(found.input);
    if (reference) yield reference;
  }
}

function asReference(input: unknown): Reference | undefined {
  try {
    const { id, title, ids, extra } = toPaper(input);
    return { key: typeof extra.key === 'string' ? extra.key : id, title, text: title, ids };
  } catch (error) {
    if (error instanceof AkinError) return undefined;
    throw error;
  }
}

/**
 * The draft, citing also what of a bibliography it cites: the references whose keys stand in it. Where none does, the draft has
 * no keys, or a bibliography of its own making: then it cites all of them.
 */
export function citing(draft: Draft, bibliography: Reference[]): Draft {
  const keys = new Set([
    ...draft.citedAnywhere,
    ...draft.paragraphs.flatMap((each) => each.citations.map(({ key }) => key)),
  ]);
  const cited = bibliography.filter(({ key }) => key !== null && keys.has(key));
  const listed = cited.length > 0 ? cited : bibliography;
  const given = new Set(listed.map(({ key }) => key));
  // A bibliography says more of a work than the list that was printed from it.
  const references = [...listed, ...draft.references.filter(({ key }) => key === null || !given.has(key))];
  const named = new Set(references.map(({ key }) => key));
  const unknown = [...keys].filter((key) => !named.has(key));
  const notes = [...draft.notes];
  if (unknown.length > 0) {
    const shown = unknown.slice(0, 5).join(', ') + (unknown.length > 5 ? ', …' : '');
    notes.push(`cited, but in no bibliography: ${shown} (${unknown.length})`);
  }
  return { ...draft, references, notes };
}
