/**
 * CSL-JSON, for Zotero, Pandoc and citation processors.
 *
 * Everything survives: what CSL has no field for (the id, some identifiers, what is known of names, `extra` whole) is in `custom.akin`, where CSL
 * provides for such things. What `extra` says that CSL does have a field for is said there as well, for others to read.
 */
import { guessedName, namesByText, type Name } from '../names.ts';
import { editorsOf, type Paper } from '../paper.ts';
import type { Exporter } from './exporter.ts';
import { extraWithIsbn } from './identifiers.ts';
import { CitationKeys } from './keys.ts';
import { kindOf, type Kind } from './kinds.ts';
import { markupSafe } from './markup.ts';

const TYPES: Record<Kind, string> = {
  ...{ article: 'article-journal', magazine: 'article-magazine', newspaper: 'article-newspaper', preprint: 'article' },
  ...{
    conference: 'paper-conference',
    chapter: 'chapter',
    entry: 'entry-encyclopedia',
    book: 'book',
    proceedings: 'book',
  },
  ...{
    thesis: 'thesis',
    report: 'report',
    dataset: 'dataset',
    software: 'software',
    webpage: 'webpage',
    patent: 'patent',
  },
  ...{ video: 'motion_picture', audio: 'song', presentation: 'speech', manuscript: 'manuscript', standard: 'standard' },
  ...{ legislation: 'legislation', letter: 'personal_communication', periodical: 'periodical', artwork: 'graphic' },
  other: 'document',
};

/** CSL's text fields, and what sources call them in `extra`. */
const FIELDS: Record<string, string[]> = {
  volume: ['volume'],
  issue: ['issue', 'number'],
  page: ['page', 'pages'],
  publisher: ['publisher'],
  'publisher-place': ['publisher-place', 'place', 'address', 'location'],
  'collection-title': ['collection-title', 'series'],
  edition: ['edition'],
  language: ['language', 'langid'],
  ISBN: ['ISBN', 'isbn'],
  ISSN: ['ISSN', 'issn'],
  note: ['note', 'annote'],
};

export const cslJson: Exporter = {
  name: 'csl',
  title: 'CSL-JSON (Zotero)',
  mediaType: 'application/vnd.citationstyles.csl+json',

  async *write(papers) {
    const keys = new CitationKeys();
    let before = '[\n';
    for await (const paper of papers) {
      yield before + JSON.stringify(item(paper, keys.keyFor(paper)));
      before = ',\n';
    }
    yield before === '[\n' ? '[]\n' : '\n]\n';
  },
};

function item(paper: Paper, key: string): Record<string, unknown> {
  const { id, title, abstract, authors, names, venue, url, ids, categories, extra } = paper;
  const known = namesByText(names ?? []);
  const people = (texts: string[]) =>
    texts.length === 0 ? undefined : texts.map((text) => person(text, known.get(text) ?? guessedName(text)));
  const said = extraWithIsbn(paper);
  const others = Object.entries(FIELDS).map(([field, names]): [string, unknown] => {
    const texts = names.map((each) => said[each]).filter((text) => typeof text === 'string');
    return [field, field === 'note' && texts.length > 0 ? texts.join('\n\n') : texts[0]];
  });
  return {
    id: key,
    'citation-key': key,
    type: TYPES[kindOf(paper)],
    title: title === '' ? undefined : markupSafe(title),
    author: people(authors),
    editor: people(editorsOf(paper)),
    issued: issued(paper),
    'container-title': venue === null ? undefined : markupSafe(venue),
    DOI: ids.doi,
    PMID: ids.pmid,
    PMCID: ids.pmcid,
    number: ids.arxiv && `arXiv:${ids.arxiv}`,
    URL: url ?? undefined,
    abstract: abstract === '' ? undefined : abstract.split('\n').map(markupSafe).join('\n'),
    categories: categories.length === 0 ? undefined : categories,
    ...Object.fromEntries(others),
    custom: { akin: { id, authors, names, ids, extra } },
  };
}

function person(text: string, name: Name): Record<string, string> {
  if ('literal' in name) return { literal: text };
  const { family, particle, suffix } = name;
  // Small words behind given names are left there when names are sorted: "Alexander von" Humboldt.
  const words = name.given.split(' ');
  let end = words.length;
  while (end > 1 && /^\p{Ll}/u.test(words[end - 1]!)) end--;
  const [given, dropping] = [words.slice(0, end).join(' '), words.slice(end).join(' ')];
  const parts = { family, given, 'dropping-particle': dropping, 'non-dropping-particle': particle, suffix };
  return Object.fromEntries(Object.entries(parts).filter((part): part is [string, string] => Boolean(part[1])));
}

/** The whole date, where a source gave one of that year. */
function issued({ year, extra }: Paper): { 'date-parts': number[][] } | undefined {
  if (year === null) return undefined;
  const date = [extra.date, extra.issued].find((each) => typeof each === 'string' && each.startsWith(`${year}-`));
  const [, month, day] =
    /^\d{4}-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?$/.exec((date as string | undefined) ?? '') ?? [];
  return { 'date-parts': [[year, month, day].filter((part) => part !== undefined).map(Number)] };
}
