/**
 * Answers of the arXiv API: an Atom feed, one entry a paper. The order of an entry's elements has changed over the years,
 * their names have not.
 */
import { onOneLine } from '../text.ts';
import { fieldsWithValue } from './fields.ts';
import { latexToText } from './latex.ts';
import type { Found, Source } from './source.ts';
import {
  child,
  elements,
  rawText,
  readXml,
  rootName,
  textOf,
  textsOf,
  type Reading,
  type XmlElement,
} from './xml-records.ts';
import { yearIn } from './year.ts';

export const arxivAtom: Source = {
  name: 'arxiv-atom',
  title: 'arXiv API answer (Atom)',

  // A feed without an entry is an answer of nothing, whoever gave it.
  detects: (head) =>
    rootName(head) === 'feed' &&
    (/arxiv\.org\/(?:api|schemas)\b/i.test(head) ||
      (ATOM.test(head) && !/<(?:\w+:)?entry\b/.test(head) && END.test(head))),

  read: (file): AsyncGenerator<Found> => readXml(file.text(), { records: ['entry'], containers: ['feed'] }, readEntry),
};

const ATOM = /<(?:\w+:)?feed\s[^<>]*http:\/\/www\.w3\.org\/2005\/Atom/;
const END = /<\/(?:\w+:)?feed>\s*$|<(?:\w+:)?feed\s[^<>]*\/>\s*$/;

function readEntry(entry: XmlElement): Reading {
  const id = textOf(child(entry, 'id'));
  if (/\/api\/errors/.test(id)) {
    const message = textOf(child(entry, 'summary')) || id;
    return { reject: { code: 'record-invalid', reason: `the arXiv API answered with an error: ${message}` } };
  }
  const links = elements(entry, 'link').map(({ attributes }) => attributes);
  const published = textOf(child(entry, 'published'));
  const authors = elements(entry, 'author');
  return {
    input: {
      title: arxivText(textOf(child(entry, 'title'))),
      abstract: arxivAbstract(child(entry, 'summary')),
      authors: authors.map((author) => textOf(child(author, 'name'))),
      year: yearIn(published),
      url: links.find(({ rel }) => rel === 'alternate')?.href ?? id,
      categories: elements(entry, 'category').flatMap(({ attributes }) => attributes.term ?? []),
      arxiv: id.replace(/^oai:/i, ''),
      doi: textOf(child(entry, 'doi')),
      extra: fieldsWithValue({
        version: /v\d+$/.exec(id)?.[0],
        published,
        updated: textOf(child(entry, 'updated')),
        comment: textOf(child(entry, 'comment')),
        [JOURNAL_REF]: arxivText(textOf(child(entry, 'journal_ref'))),
        primaryCategory: child(entry, 'primary_category')?.attributes.term,
        pdf: links.find(({ title }) => title === 'pdf')?.href,
        affiliations: [...new Set(authors.flatMap((author) => textsOf(author, 'affiliation')))],
      }),
    },
  };
}

/**
 * What `extra` calls arXiv's journal reference. It is no venue: authors write a whole citation there, each in a way of their
 * own ("Phys.Rev.D76:013009,2007", "Revised and published in …"), so that hardly two papers of a journal would have the
 * same, and the proper name that another record of the paper brings would find its place taken.
 */
export const JOURNAL_REF = 'journal-ref';

/** The text of a field in which arXiv takes LaTeX; a tilde, though, is written for "about". */
export function arxivText(text: string): string {
  return latexToText(text, { tilde: '~' });
}

/** An abstract as arXiv keeps it: its lines broken by hand, a paragraph begun by a line that is indented. */
export function arxivAbstract(element: XmlElement | undefined): string {
  const paragraphs = rawText(element)
    .trim()
    .split(/\n[^\S\n]+/);
  return paragraphs.map((paragraph) => arxivText(onOneLine(paragraph))).join('\n');
}
