/**
 * Papers that a person writes, one at a time, beside those that files bring: stored as a record of a source of their own, or put
 * right, and embedded at once, so that they are found by their meaning when the person is told that they are stored.
 */
import { randomUUID } from 'node:crypto';
import type { Embedder } from '../embedding/embedder.ts';
import { AkinError } from '../errors.ts';
import type { Origin } from '../library/files.ts';
import type { Library, LibraryWriter, PutOutcome } from '../library/library.ts';
import { CORRECTED_FIELDS, type CorrectedField } from '../library/merge.ts';
import type { PersonsWord } from '../library/records.ts';
import { embeddedText, toPaper, type PaperInput } from '../paper.ts';
import type { WholePaper } from '../search/answer.ts';
import { notFound } from '../search/understood.ts';
import { wholePapers } from '../search/works.ts';

/** What a person may say of a paper; null takes back what they said. */
export type Corrections = Partial<Record<CorrectedField, unknown>>;

/** Where papers come from that a program puts in: as a file that is never read as a whole. */
const api = (): Origin => ({ path: 'api', mount: '', reading: randomUUID(), refusesOthers: true });

interface Open {
  library: Library;
  writer: LibraryWriter;
  embedder: Embedder;
}

/**
 * Stores a paper under an id: what it says there replaces what was stored there in this way before. Where the library has it from
 * elsewhere as well, it says what all of its records say together.
 * @throws AkinError `record-invalid`; `invalid-argument` for an id that can't be one; `id-taken` where that is another paper's.
 */
export async function storePaper(
  open: Open,
  id: string,
  input: PaperInput,
): Promise<{ paper: WholePaper; outcome: PutOutcome }> {
  const paper = toPaper({ ...input, id });
  if (paper.id !== id) {
    throw new AkinError('invalid-argument', `"${id}" can't be the id of a paper`, {
      hint: 'an id is one line of text, without blanks around it or two of them in it',
      field: 'id',
    });
  }
  const [[outcome]] = (await open.writer.store({ parts: [{ origin: api(), papers: [paper] }] })) as [[PutOutcome]];
  return { paper: await embedded(open, id), outcome };
}

/** Puts right what a paper says. @throws AkinError `not-found`, `record-invalid`. */
export async function correctPaper(open: Open, name: string, given: Corrections): Promise<WholePaper> {
  const [before] = await wholePapers(open.library, [name]);
  if (!before) throw notFound(name, 'id');
  const word = wordOf(given);
  const { title = before.title, abstract = before.abstract } = word.said;
  if (title === '' && abstract === '') {
    throw new AkinError('record-invalid', 'neither a title nor an abstract would be left of the paper', {
      hint: 'say one of them',
      field: '/title',
    });
  }
  return embedded(open, await open.writer.correct(before.id, word));
}

function wordOf(given: Corrections): PersonsWord {
  const fields = CORRECTED_FIELDS.filter((field) => given[field] !== undefined);
  const said = fields.filter((field) => given[field] !== null);
  // What is said is read as it is in any record, which has a title.
  const input = Object.fromEntries(said.map((field) => [field, given[field]]));
  const paper = toPaper({ ...input, title: input.title || 'Untitled' });
  if (input.title === '') paper.title = '';
  return {
    said: {
      ...Object.fromEntries(said.map((field) => [field, paper[field]])),
      ...(said.includes('authors') && paper.names && { names: paper.names }),
    },
    takenBack: fields.filter((field) => given[field] === null),
  };
}

/** A paper that has a vector from now on, as it is. */
async function embedded({ library, writer, embedder }: Open, name: string): Promise<WholePaper> {
  const [key] = await library.find([name]);
  const [[described], [vector]] =
    key === undefined ? [[], []] : await Promise.all([library.describe([key]), library.vectors([key])]);
  if (key !== undefined && described && !vector) {
    for await (const embedding of embedder.embedDocuments([embeddedText(described.paper)])) {
      await writer.storeVectors([{ key, embedding }]);
    }
  }
  const [paper] = await wholePapers(library, [name]);
  if (!paper) throw notFound(name, 'id');
  return paper;
}
