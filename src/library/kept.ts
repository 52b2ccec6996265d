/**
 * What a person keeps of a paper, beside all that its sources say: a star, how far they have read it, a note.
 *
 * It belongs to the paper and not to any of its records: it stays whatever a file says when it is read again, goes over to the
 * paper that this one is merged into, and waits where the paper is gone until it comes again. Pure.
 */
import { z } from 'zod';
import type { IdentifierKind } from '../identifiers.ts';
import type { Paper } from '../paper.ts';
import { normalText } from '../text.ts';
import { samePaper } from './merge.ts';

/** From nothing to all of it. */
export const READ_STATES = ['unread', 'reading', 'read'] as const;
export type ReadState = (typeof READ_STATES)[number];

/** Characters of a note: five pages. */
export const MAX_NOTE = 20_000;

export interface Kept {
  starred: boolean;
  read: ReadState;
  /** Plain text or Markdown; empty where there is none. */
  note: string;
}

export const NOTHING_KEPT: Readonly<Kept> = { starred: false, read: 'unread', note: '' };

export const isSomethingKept = ({ starred, read, note }: Kept): boolean => starred || read !== 'unread' || note !== '';

/** What a person may say of a paper, as it comes from outside. */
export const keptShape = {
  starred: z.boolean().meta({ description: 'Whether you marked it with a star' }),
  read: z.enum(READ_STATES).meta({ description: 'How far you have read it' }),
  note: z
    .string()
    .max(MAX_NOTE, `expected at most ${MAX_NOTE} characters`)
    .meta({ description: 'Your note on it: plain text or Markdown, empty for none' }),
};

/** A note in the form in which it is kept. */
export const notedText = (note: string): string => normalText(note);

/**
 * What is kept of papers that turn out to be one, in their order: a star if any had one, how far one of them was read, and all
 * that was noted, once. Nothing that was noted is cut, so it may be more than `MAX_NOTE`.
 */
export function keptTogether(all: readonly Kept[]): Kept {
  const notes = all.map(({ note }) => note).filter((note) => note !== '');
  return {
    starred: all.some(({ starred }) => starred),
    read: READ_STATES[Math.max(0, ...all.map(({ read }) => READ_STATES.indexOf(read)))]!,
    note: [...new Set(notes)].join('\n\n'),
  };
}

/** What was kept of a paper that is gone, and what tells it from others. */
export interface Waiting {
  /** All that it went by: its id, those of its records, its identifiers as `doi:…`. */
  names: readonly string[];
  paper: Pick<Paper, 'title' | 'ids'>;
  kept: Kept;
}

/** What a record may be known by: its id, and its identifiers as `doi:…`. */
export const namesIn = ({ id, ids }: Pick<Paper, 'id' | 'ids'>): string[] => [
  id,
  ...Object.entries(ids).map(([kind, value]) => `${kind}:${value}`),
];

/** Whether a record is of a paper that is gone: by what tells whether two records are of one paper. */
export function comesAgain({ names, paper }: Waiting, record: Paper): boolean {
  if (names.includes(record.id) && samePaper(record, paper, 'id')) return true;
  return Object.entries(record.ids).some(
    ([kind, value]) => names.includes(`${kind}:${value}`) && samePaper(record, paper, kind as IdentifierKind),
  );
}

/** A paper for other programs, with what a person keeps of it in `extra`, under the names that reference managers have for it. */
export function sayingKept(paper: Paper, { starred, read, note }: Kept): Paper {
  const annote = [paper.extra.annote, note].filter((text) => typeof text === 'string' && text !== '');
  const said = {
    ...(note !== '' && { annote: [...new Set(annote)].join('\n\n') }),
    ...(read !== 'unread' && { readstatus: read }),
    ...(starred && { starred: 'yes' }),
  };
  return Object.keys(said).length === 0 ? paper : { ...paper, extra: { ...paper.extra, ...said } };
}
