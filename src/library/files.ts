/**
 * Which files were read, what they were then, and which records each of them holds: what keeps a library in step with
 * files that change.
 *
 * Every reading of a file has a name of its own, and every record that of the last reading of its file which found it. So
 * what a file no longer holds is what its last whole reading left behind. Whether that is believed is another question:
 * where the reading met something it could not read, the file is in doubt, and nothing it left behind may be removed for it.
 */
import { createHash } from 'node:crypto';

/** The name of standard input, which may be another thing at every reading. */
export const STANDARD_INPUT = '-';

/** Where records come from, and in which reading of it. */
export interface Origin {
  /** A file by its absolute path; standard input and pipes as `-`; an online service by its name. */
  path: string;
  /** The folder at which the drive of the file is mounted; '' for what is no file. */
  mount: string;
  /** Differs from that of every other reading of this place, and stays through all portions of one. */
  reading: string;
  /**
   * Whether a record is refused whose id another paper has, by its title. Elsewhere it gets an id of its own: many lists count
   * their papers from 1.
   */
  refusesOthers?: boolean | undefined;
}

/** What is known of a file from its last reading that came to its end. */
export interface FileRead {
  /** Absolute. */
  path: string;
  /** The folder at which the drive of the file was mounted. */
  mount: string;
  /** What the file system said of it (see sources/file-state.ts); null: it has to be read again. */
  stamp: string | null;
  /** SHA-256 of its bytes. */
  hash: string | null;
  /** How it was read: a format that was forced, names of columns. */
  manner: string | null;
  /** Milliseconds since 1970. */
  readAt: number | null;
  /** Why records that the last reading did not find may be there all the same; null: they are gone. */
  doubt: string | null;
  /** Records it held at its last reading or at one before. */
  held: number;
  /** Those of them that the last reading did not find. */
  missing: number;
  /** Those whose papers wait for their vector. */
  waiting: number;
}

/** How a reading ended. */
export interface ReadingEnd {
  /** Null where the file changed while it was read, or could not be read. */
  stamp: string | null;
  hash: string | null;
  manner: string;
  readAt: number;
  /** The records that were read but are no papers, each told from the others by a text. */
  invalid: string[];
  /** Why records may have been missed, if they may. */
  trouble: string | null;
}

/** What became of the records that a file no longer holds. */
export interface Released {
  /** Records that were removed, and that no other file says as they were. */
  records: number;
  /** Papers that went with them. */
  papers: number;
}

/**
 * What is believed of a file whose reading came to its end. Where it missed records that the file held before, it is doubted
 * if there was trouble, or an invalid record which is new: that may be one of the missing. (A record that was invalid when
 * the file was believed last never was a paper, so it stands for none.)
 * @param known the marks of records that were invalid when the file was believed last.
 * @param isMissing whether the reading left records behind.
 * @returns the marks to be known from now on.
 */
export function judgedReading(
  { invalid, trouble }: Pick<ReadingEnd, 'invalid' | 'trouble'>,
  known: string[],
  isMissing: boolean,
): { doubt: string | null; invalid: string[] } {
  const marks = invalid.map((text) => createHash('sha256').update(text).digest('hex').slice(0, 16));
  const fresh = marks.length - sharedCount(known, marks);
  const why = trouble ?? (fresh > 0 ? `${fresh} of its records could not be taken in` : null);
  const doubt = isMissing ? why : null;
  return { doubt, invalid: doubt === null ? marks : known };
}

/** How many of `marks` are among `known`, each of which counts once. */
function sharedCount(known: string[], marks: string[]): number {
  const left = new Map<string, number>();
  for (const mark of known) left.set(mark, (left.get(mark) ?? 0) + 1);
  return marks.filter((mark) => {
    const count = left.get(mark) ?? 0;
    left.set(mark, count - 1);
    return count > 0;
  }).length;
}
