/**
 * What an agent is told of a paper, and how much of it: a title to choose by, a line to cite by, or the abstract as well. Each
 * is said twice, as JSON for programs and as a text for models that are shown nothing else; the text is made from the JSON.
 */
import { z } from 'zod';
import { guessedName } from '../names.ts';
import { namesLine, type Brief } from '../paper.ts';
import type { Version, WholePaper } from '../search/answer.ts';
import type { Closeness } from '../search/closeness.ts';
import { closenessIn } from '../search/why.ts';
import { excerpt } from '../text.ts';

export const DETAILS = ['titles', 'brief', 'abstract'] as const;
export type Detail = (typeof DETAILS)[number];

/** A paper with all that a tool found out about it. */
export interface Entry extends Brief {
  closeness?: Closeness | null;
  abstract?: string;
  versions?: Version[];
  /** What a person keeps of it. */
  starred?: boolean;
  read?: WholePaper['read'];
  note?: string;
  bibtex?: string;
  /** The heading of the draft under which it would be cited, and the sentence of its abstract that says why. */
  section?: string;
  because?: string;
}

/** Everything that may be said of a paper; each tool says some of it. */
export const shownShape = {
  id: z.string(),
  title: z.string(),
  year: z.int().optional(),
  authors: z.string().optional(),
  venue: z.string().optional(),
  closeness: z.string().optional(),
  section: z.string().optional(),
  because: z.string().optional(),
  ids: z.array(z.string()).optional(),
  url: z.string().optional(),
  versions: z.array(z.string()).optional(),
  kept: z.string().optional(),
  note: z.string().optional(),
  bibtex: z.string().optional(),
  abstract: z.string().optional(),
};
export type Shown = z.infer<z.ZodObject<typeof shownShape>>;
export type ShownKey = keyof Shown;

/** What each level of detail leaves out. */
const LEFT_OUT: Record<Detail, ShownKey[]> = {
  titles: ['authors', 'venue', 'closeness', 'because', 'ids', 'url', 'versions', 'note', 'bibtex', 'abstract'],
  brief: ['note', 'abstract'],
  abstract: [],
};
/** Characters of what may be of any length and is known by its beginning. */
const MOST = { name: 40, title: 200, people: 150, venue: 100, section: 80, because: 400, version: 200, note: 2000 };
/** Versions that are named. */
const MOST_VERSIONS = 5;

/** What is said of a paper at a level of detail, by a tool that says `keys`. What is not known is not there. */
export function shownAt(entry: Entry, detail: Detail, keys: readonly ShownKey[]): Shown {
  const { id, title, year, venue, closeness, section, because, ids, url, versions = [], bibtex, abstract } = entry;
  const { starred = false, read = 'unread', note = '' } = entry;
  const all: Shown = {
    id,
    title: excerpt(title, MOST.title),
    year: year ?? undefined,
    authors: excerpt(detail === 'brief' ? peopleInBrief(entry) : namesLine(entry), MOST.people),
    venue: excerpt(venue ?? '', MOST.venue),
    closeness: closeness == null ? undefined : closenessIn(closeness).said,
    section: excerpt(section ?? '', MOST.section),
    because: excerpt(because ?? '', MOST.because),
    ids: Object.entries(ids).map(([kind, value]) => `${kind}:${value}`),
    url: url ?? undefined,
    versions: versions.slice(0, MOST_VERSIONS).map(versionLine),
    kept: [starred && 'starred', read !== 'unread' && read].filter(Boolean).join(', '),
    note: excerpt(note, MOST.note),
    bibtex,
    abstract,
  };
  const isSaid = ([key, value]: [string, unknown]): boolean =>
    keys.includes(key as ShownKey) &&
    !LEFT_OUT[detail].includes(key as ShownKey) &&
    (key === 'id' || key === 'title' || (value !== undefined && value !== '' && (value as unknown[]).length !== 0));
  return Object.fromEntries(Object.entries(all).filter(isSaid)) as Shown;
}

/** As a citation in a text names them. */
function peopleInBrief({ authors, editors = [] }: Entry): string {
  const people = authors.length > 0 ? authors : editors;
  return people.length > 2 ? `${people[0]} et al.` : people.join(' and ');
}

/** "Stroop 1935", for people; without a name the beginning of the title. */
export function calledShortly({ authors, editors = [], title, year, id }: Entry): string {
  const [first] = [...authors, ...editors];
  const name = first === undefined ? undefined : guessedName(first);
  const word = name === undefined ? title || id : 'family' in name ? name.family : name.literal;
  return [excerpt(word, MOST.name), year].filter(Boolean).join(' ');
}

/** The same as lines of text. */
export function shownText(shown: Shown, place: number): string {
  const { id, title, year, authors, venue, closeness, section, because, ids, url, versions, bibtex, abstract } = shown;
  const { kept, note } = shown;
  const facts = [authors, [venue, year].filter(Boolean).join(' '), closeness];
  const names = [...(ids ?? []).filter((each) => !each.endsWith(`:${id}`)), url].filter(Boolean);
  return [
    `${place}. [${id}] ${[title || '(no title)', ...facts].filter(Boolean).join('; ')}`,
    ...(section === undefined ? [] : [`for: ${section}`]),
    ...(because === undefined ? [] : [`because: ${because}`]),
    ...(names.length === 0 ? [] : [names.join(' ')]),
    ...(versions ?? []).map((version) => `other version: ${version}`),
    ...(kept === undefined ? [] : [kept]),
    ...(note === undefined ? [] : [`the person's note: ${note}`]),
    ...(abstract === undefined ? [] : [abstract]),
    ...(bibtex === undefined ? [] : [bibtex]),
  ].join('\n');
}

const versionLine = ({ id, venue, year }: Version): string =>
  excerpt([id, venue, year].filter(Boolean).join(', '), MOST.version);

export const RESOURCE = 'akin://paper/';

/** Where a paper is read as a resource. */
export const resourceOf = (id: string): string => `${RESOURCE}${encodeURIComponent(id).replaceAll('%3A', ':')}`;
