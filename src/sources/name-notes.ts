/**
 * What akin writes beside names in formats that can't say it in them, so that its own files are read back as they were: which
 * names' parts were only guessed, and which initials are written without blanks (`J.R.R.`) though BibTeX wants them.
 * People are counted from 1 on, authors before editors: `guessed 1-12; joined 2, 5`.
 */

const KINDS = ['guessed', 'joined'] as const;
type Kind = (typeof KINDS)[number];

/** Whether a note of a kind is about the name in a place, from 1 on. */
export type NameNotes = Record<Kind, (place: number) => boolean>;

/** Notes as they are written; empty where there are none. @param places of each kind, in their order. */
export function writtenNotes(places: Record<Kind, number[]>): string {
  const said = KINDS.filter((kind) => places[kind].length > 0);
  return said.map((kind) => `${kind} ${inRanges(places[kind])}`).join('; ');
}

function inRanges(places: number[]): string {
  const ranges: [from: number, to: number][] = [];
  for (const place of places) {
    const last = ranges.at(-1);
    if (last?.[1] === place - 1) last[1] = place;
    else ranges.push([place, place]);
  }
  return ranges.map(([from, to]) => (from === to ? from : `${from}-${to}`)).join(', ');
}

/** What notes say. Takes time linear in their length, and so does each question. */
export function readNotes(text = ''): NameNotes {
  const ranges: Record<Kind, [number, number][]> = { guessed: [], joined: [] };
  for (const part of text.split(';')) {
    const kind = KINDS.find((each) => part.trimStart().startsWith(`${each} `));
    if (kind === undefined) continue;
    for (const [, from, to = from] of part.matchAll(/(\d{1,6})(?:-(\d{1,6}))?/g))
      ranges[kind].push([Number(from), Number(to)]);
  }
  const isIn = (kind: Kind) => (place: number) => ranges[kind].some(([from, to]) => place >= from && place <= to);
  return { guessed: isIn('guessed'), joined: isIn('joined') };
}
