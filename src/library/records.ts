/**
 * Which record is which paper? Pure: an engine reads what is known around a record, asks here what the record is, and
 * stores what follows. How several records become one paper is in merge.ts.
 */
import { AkinError } from '../errors.ts';
import type { IdentifierKind } from '../identifiers.ts';
import { contentHash, type Paper } from '../paper.ts';
import { excerpt } from '../text.ts';
import type { Origin } from './files.ts';
import type { Key } from './library.ts';
import { namesAmong } from '../names.ts';
import {
  CORRECTED_FIELDS,
  isCorrection,
  mergeRecords,
  samePaper,
  type CorrectedField,
  type Correction,
} from './merge.ts';

/** What a record is known by: its id, its file, and its place, from 1 on, among those that the file has of that id. */
export interface RecordName {
  id: string;
  /** The number of the file, or of what is none: 1 for the first that the library ever had records of, and so on. */
  file: number;
  nth: number;
}

/** A record with what it says. */
export interface StoredRecord extends RecordName {
  /** The last reading of the file that found it. */
  reading: string;
  /** See `contentHash`. */
  hash: string;
  paper: Paper;
}

/** The file a record stands in. */
export interface Place {
  file: number;
  reading: string;
  /** Whether the file may be another thing at every reading, as standard input is. */
  isAnything: boolean;
  /** See `Origin`. */
  refusesOthers?: boolean | undefined;
}

/** What a library knows around a record that comes in. */
export interface Surroundings {
  /** The records of an id that its file has, by their places. */
  here(id: string): (Pick<StoredRecord, 'nth' | 'reading' | 'hash'> & { key: Key })[];
  /** The paper of any record that has this id and says the same. */
  like: Key | undefined;
  /** The papers that have this id, or a record of it, in the order in which they came. */
  namesakes: KnownPaper[];
  /** The papers that have an identifier of the record. */
  identified: (KnownPaper & { kind: IdentifierKind })[];
}

export interface KnownPaper {
  key: Key;
  paper: Paper;
}

/** What a record is, and what is to be done about it. */
export type Verdict =
  /** The file has it twice: nothing. */
  | { is: 'repeated' }
  /** It says what it said: the reading is noted. */
  | { is: 'seen'; name: RecordName; hash: string }
  /** Two lists count their papers from 1: it is judged again under this id. */
  | { is: 'anothers'; id: string }
  /** It says what another file said: it is noted as a record of that paper. */
  | { is: 'copy'; name: RecordName; hash: string; of: Key }
  /** A paper that was not there. */
  | { is: 'new'; name: RecordName; hash: string }
  /**
   * A record of these papers, which are one: the first of them is to say what all of their records say together
   * (`mergedFrom`), and the others go. It was known, or it is one more.
   */
  | { is: 'record'; name: RecordName; hash: string; of: [Key, ...Key[]]; wasKnown: boolean };

/**
 * What a record is that stands in a place. What is around it is looked at step by step: an engine may read it only then.
 * @throws AkinError `id-taken` where another paper has its id, and its place gives it no other.
 */
export function judgedRecord(record: Paper, place: Place, around: Surroundings): Verdict {
  const verdict = judged(record, place, around);
  if (verdict.is !== 'anothers' || !place.refusesOthers) return verdict;
  const [other] = around.namesakes;
  throw new AkinError('id-taken', `the id "${record.id}" is that of "${excerpt(other?.paper.title ?? '', 100)}"`, {
    hint: 'give the paper an id of its own, or the title of that one',
    field: 'id',
  });
}

function judged(record: Paper, place: Place, around: Surroundings): Verdict {
  const hash = contentHash(record);
  const here = around.here(record.id);
  const read = here.filter((each) => each.reading === place.reading);
  if (read.some((each) => each.hash === hash)) return { is: 'repeated' };
  const name: RecordName = { id: record.id, file: place.file, nth: read.length + 1 };
  const known = here.find(({ nth }) => nth === name.nth);
  if (known?.hash === hash) return { is: 'seen', name, hash };
  const another = toldApart(record, place, around);
  if (another.isKnown) return another;
  const like = known ? undefined : around.like;
  if (like !== undefined) return { is: 'copy', name, hash, of: like };
  const { namesakes, identified } = around;
  const papers = new Map<Key, Paper>();
  const paperOf = (key: Key) => [...namesakes, ...identified].find((each) => each.key === key)!.paper;
  if (known) {
    if (place.isAnything && !samePaper(record, paperOf(known.key), 'id')) return another;
    papers.set(known.key, paperOf(known.key));
  } else {
    for (const { key, paper } of namesakes) if (samePaper(record, paper, 'id')) papers.set(key, paper);
    // Before its identifiers are looked at: once they name its own paper, it would be known there under this id as well.
    if (papers.size === 0 && namesakes.length > 0) return another;
  }
  for (const { key, paper, kind } of identified) if (samePaper(record, paper, kind)) papers.set(key, paper);
  const [first, ...others] = papers.keys();
  if (first !== undefined) return { is: 'record', name, hash, of: [first, ...others], wasKnown: known !== undefined };
  return { is: 'new', name, hash };
}

/**
 * The id under which a record is told apart from others of its own id.
 * @returns also whether its file has it under that id already. If so it stays there, whatever its namesakes say by now: a
 *   file that says what it said changes nothing.
 */
function toldApart(record: Paper, { file }: Place, around: Surroundings) {
  const idApart = (id: string) => `${id}~${file}`;
  const another = { is: 'anothers' as const, id: idApart(record.id), isKnown: true };
  for (let { id } = another; ; id = idApart(id)) {
    const here = around.here(id);
    if (here.length === 0) return { ...another, isKnown: false };
    const hash = contentHash({ ...record, id });
    if (here.some((each) => each.hash === hash)) return { ...another, id };
  }
}

/** The records of a paper once one more is known, in the place of what it said before, or at the end. */
export function withRecord(records: StoredRecord[], now: StoredRecord): StoredRecord[] {
  const at = records.findIndex((each) => isNamed(each, now));
  return at === -1 ? [...records, now] : records.with(at, now);
}

/** What a person says of a paper, and what of it is no longer to be said. */
export interface PersonsWord {
  said: Partial<Pick<Paper, CorrectedField | 'names'>>;
  takenBack: readonly CorrectedField[];
}

/** Where the record comes from that is a person's word; it is no file. */
export const PERSON: Origin = { path: 'person', mount: '', reading: 'said' };

/**
 * The records of a paper once a person has said something of it: one of them, the last, is all that was ever said and not taken
 * back.
 * @param name of that record.
 */
export function withWord(
  records: StoredRecord[],
  name: RecordName & Pick<StoredRecord, 'reading'>,
  { said, takenBack }: PersonsWord,
): StoredRecord[] {
  const before = records.map(({ paper }) => paper).filter(isCorrection);
  const known = Object.fromEntries(before.flatMap((each) => each.corrects.map((field) => [field, each[field]])));
  const holds = {
    ...known,
    ...said,
    ...Object.fromEntries(takenBack.map((field) => [field, undefined])),
  } as Partial<Paper>;
  const corrects = CORRECTED_FIELDS.filter((field) => holds[field] !== undefined);
  const { title = '', abstract = '', authors = [], year = null, venue = null, url = null, categories = [] } = holds;
  const names = namesAmong(authors, [...(said.names ?? []), ...before.flatMap((each) => each.names ?? [])]);
  const paper: Correction = {
    ...{ id: name.id, title, abstract, authors, ...(names.length > 0 && { names }), year, venue, url },
    ...{ ids: {}, categories, extra: {}, corrects },
  };
  const sources = records.filter((record) => !isCorrection(record.paper));
  return corrects.length === 0 ? sources : [...sources, { ...name, hash: contentHash(paper), paper }];
}

/** Whether there is a paper that these records are of: a person's word alone makes none. */
export const makePaper = (records: StoredRecord[]): boolean => records.some(({ paper }) => !isCorrection(paper));

export const isNamed = (record: RecordName, { id, file, nth }: RecordName): boolean =>
  record.id === id && record.file === file && record.nth === nth;

/**
 * The paper that records are of, in the order in which they came, at least one.
 * @returns also what they say, each thing once. The paper goes by the identifiers of all of it, for a preprint and what was
 *   published of it have each a DOI.
 */
export function mergedFrom(records: Pick<StoredRecord, 'hash' | 'paper'>[]): { paper: Paper; said: Paper[] } {
  const said = [...new Map(records.map(({ hash, paper }) => [hash, paper])).values()];
  return { paper: mergeRecords(said), said };
}
