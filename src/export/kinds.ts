/** What kind of publication a paper is, as far as its source said or its venue shows; every format has its own words for it. */
import type { Paper } from '../paper.ts';

export type Kind = 'article' | 'conference' | 'chapter' | 'book' | 'thesis' | 'report' | 'other';

/** By what sources call it in `extra.type`; the first that fits counts. */
const KINDS: [Kind, RegExp][] = [
  ['thesis', /thes|dissert/i],
  ['chapter', /chap|incollection|inbook|section/i],
  ['conference', /conf|cpaper|proceeding/i],
  ['report', /report|rprt/i],
  ['article', /article|jour|review/i],
  ['book', /book|collection|monograph/i],
];

export function kindOf(paper: Paper): Kind {
  const kind = kindSaid(paper);
  // What has an ISBN of its own is a book, or one of the two that may have one.
  return paper.ids.isbn === undefined || kind === 'thesis' || kind === 'report' ? kind : 'book';
}

function kindSaid({ extra, venue }: Paper): Kind {
  const type = typeof extra.type === 'string' ? extra.type : '';
  const kind = KINDS.find(([, pattern]) => pattern.test(type))?.[0];
  if (kind === 'article' && venue === null) return 'other'; // In no journal: a preprint.
  if (kind !== undefined) return kind;
  if (type !== '' || venue === null) return 'other';
  return /\b(?:proc|proceedings|conference|workshop|symposium)\b/i.test(venue) ? 'conference' : 'article';
}
