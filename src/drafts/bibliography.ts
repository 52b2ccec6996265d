/** The works a draft cites, from a bibliography beside it: any format that papers are taken in from, BibTeX first of all. */
import { AkinError } from '../errors.ts';
import { toPaper, type PaperInput } from '../paper.ts';
import { openFiles } from '../sources/input.ts';
import { detectSource } from '../sources/registry.ts';
import { fileOf, type SourceFile } from '../sources/source.ts';
import { EVERYTHING, wholeText, type Draft, type Reference } from './draft.ts';
import { isHayagriva, MAX_YAML, referencesInHayagriva } from './yaml-references.ts';

/** References of one bibliography; a person's whole library has fewer. */
const MAX_REFERENCES = 100_000;

/** What a bibliography says. */
export interface Bibliography {
  references: Reference[];
  /** What could not be read and why, as sentences for a person. */
  notes: string[];
}

/**
 * Every reference in a file.
 * @throws AkinError `file-unreadable`, `format-unknown`, `too-large`.
 */
export async function readBibliography(file: string): Promise<Bibliography> {
  const read: Bibliography = { references: [], notes: [] };
  for await (const opened of openFiles(file)) {
    try {
      await readInto(read, opened);
    } finally {
      opened.close();
    }
  }
  return read;
}

/** Every reference in a text. @throws AkinError `format-unknown`, `too-large`. */
export async function bibliographyInText(text: string): Promise<Bibliography> {
  const read: Bibliography = { references: [], notes: [] };
  await readInto(read, fileOf(text, 'the bibliography'));
  return read;
}

async function readInto({ references, notes }: Bibliography, file: SourceFile): Promise<void> {
  let unreadable = 0;
  let reason = '';
  let count = 0;
  for await (const found of referencesOf(file)) {
    if ('reject' in found) {
      unreadable++;
      reason ||= found.reject;
    } else if (++count > MAX_REFERENCES)
      throw new AkinError('too-large', `${file.name}: it has more than ${MAX_REFERENCES} references`, { field: 'bib' });
    else references.push(found);
  }
  if (unreadable > 0) notes.push(`${file.name}: records that could not be read: ${unreadable} (${reason})`);
}

/** References, and why records are none. */
async function* referencesOf(file: SourceFile): AsyncGenerator<Reference | { reject: string }> {
  if (file.head.trim() === '') return;
  if (isHayagriva(file.head)) {
    yield* referencesInHayagriva(await wholeText(file, MAX_YAML));
    return;
  }
  const source = detectSource(file.head);
  if (!source) {
    throw new AkinError('format-unknown', `${file.name}: no bibliography's format recognised`, {
      hint: 'give BibTeX, RIS, CSL-JSON or any other format that "akin add" reads',
      field: 'bib',
    });
  }
  for await (const found of source.read(file))
    yield 'reject' in found ? { reject: found.reject.reason } : asReference(found.input);
}

function asReference(input: PaperInput): Reference | { reject: string } {
  try {
    const { id, title, ids, extra } = toPaper(input);
    const [key = id, ...aliases] = keysIn(extra);
    // What a program calls a record is a key, too, where a person gave it another one.
    return { key, title, text: title, ids, aliases: aliases.filter((alias) => alias !== key) };
  } catch (error) {
    if (error instanceof AkinError) return { reject: error.message };
    throw error;
  }
}

/** Other keys of one record that count. */
const MAX_ALIASES = 20;
/** A line of Zotero's field Extra that has keys, as Better BibTeX writes and reads it. */
const EXTRA_KEYS = /^[ \t]*(?:citation[ -]?key|bibtex|tex\.ids|ids)[ \t]*[:=](.*)$/gim;

/** The keys that a record is cited by: the one that a person gave it first, then those of its format and its aliases. */
function keysIn({ citationKey, key, ids, note, extra: more }: Record<string, unknown>): string[] {
  const notes = [note, more].filter((text) => typeof text === 'string').join('\n');
  const said = Array.from(notes.matchAll(EXTRA_KEYS), ([, keys]) => keys!);
  const keys = [citationKey, ...said, key, ids].flat().filter((text) => typeof text === 'string');
  const each = keys.flatMap((text) => text.split(',')).map((text) => text.trim());
  return [...new Set(each.filter((text) => text !== ''))].slice(0, MAX_ALIASES);
}

/**
 * The draft, citing also what of a bibliography it cites: the references whose keys stand in it. One that has no keys but those
 * of its own list cites all of a bibliography that a person gives for it.
 * @param isGiven whether a person gave the bibliography; otherwise the draft names it.
 */
export function citing(given: Draft, bibliography: Reference[], isGiven: boolean): Draft {
  const draft = withMainKeys(given, [...bibliography, ...given.references]);
  const listedKeys = new Set(bibliography.map(({ key }) => key));
  const own = new Set(draft.references.map(({ key }) => key));
  // What names a part of the draft is no key, where no reference has it.
  const parts = new Set(draft.labels.filter((label) => !listedKeys.has(label) && !own.has(label)));
  const isKey = (key: string): boolean => !parts.has(key);
  const paragraphs = draft.paragraphs.map((paragraph) => ({
    ...paragraph,
    citations: paragraph.citations.filter(({ key }) => isKey(key)),
  }));
  const citedAnywhere = draft.citedAnywhere.filter((key) => isKey(key) && key !== EVERYTHING);
  const keys = new Set([...citedAnywhere, ...paragraphs.flatMap(({ citations }) => citations.map(({ key }) => key))]);
  const usesKeys = [...keys].some((key) => !own.has(key) || listedKeys.has(key));
  const isWhole = draft.citedAnywhere.includes(EVERYTHING) || (isGiven && !usesKeys);
  const listed = isWhole ? bibliography : bibliography.filter(({ key }) => key !== null && keys.has(key));
  const said = new Set(listed.map(({ key }) => key));
  // A bibliography says more of a work than the list that was printed from it.
  const references = [...listed, ...draft.references.filter(({ key }) => key === null || !said.has(key))];
  const named = new Set(references.map(({ key }) => key));
  const unknown = [...keys].filter((key) => !named.has(key));
  const notes = [...draft.notes];
  if (unknown.length > 0) {
    const shown = unknown.slice(0, 5).join(', ') + (unknown.length > 5 ? ', …' : '');
    notes.push(`cited, but in no bibliography: ${shown} (${unknown.length})`);
  }
  return { ...draft, paragraphs, citedAnywhere, references, notes };
}

/** The draft with the key that a reference goes by where it cites it by another. */
function withMainKeys(draft: Draft, references: Reference[]): Draft {
  const keys = new Set(references.map(({ key }) => key));
  const mainKeys = new Map<string, string>();
  for (const { key, aliases = [] } of references) {
    for (const alias of aliases) if (key !== null && !keys.has(alias) && !mainKeys.has(alias)) mainKeys.set(alias, key);
  }
  if (mainKeys.size === 0) return draft;
  const main = (key: string): string => mainKeys.get(key) ?? key;
  const paragraphs = draft.paragraphs.map((paragraph) => ({
    ...paragraph,
    citations: paragraph.citations.map(({ key, at }) => ({ key: main(key), at })),
  }));
  return { ...draft, paragraphs, citedAnywhere: draft.citedAnywhere.map(main) };
}
