/**
 * The ACL Anthology's own files: a collection of volumes, each with what its papers have in common (`meta`), its front
 * matter and its papers. Front matter is a record too, as it is in the Anthology: the proceedings as a whole.
 */
import { onOneLine } from '../text.ts';
import { fieldsWithValue } from './fields.ts';
import { latexToText } from './latex.ts';
import type { Found, Source } from './source.ts';
import { child, elements, fieldsOf, readXml, rootName, textOf, type Reading, type XmlElement } from './xml-records.ts';

export const aclXml: Source = {
  name: 'acl-xml',
  title: 'ACL Anthology XML',

  detects: (head) => rootName(head) === 'collection' && /<volume\s[^<>]*\bid=/.test(head),

  read(file): AsyncGenerator<Found> {
    let volume: XmlElement | undefined;
    let meta: XmlElement | undefined; // Of that volume.
    const shape = { records: ['meta', 'frontmatter', 'paper'], containers: ['collection', 'volume', 'event'] };
    return readXml(file.text(), shape, (element, containers) => {
      const inside = containers.at(-1);
      if (inside !== volume) [volume, meta] = [inside, undefined];
      if (element.name !== 'meta') return readPaper(element, containers, meta);
      meta = element; // An event has one as well, but no papers.
      return null;
    });
  },
};

function readPaper(paper: XmlElement, containers: readonly XmlElement[], meta: XmlElement | undefined): Reading {
  const isFrontmatter = paper.name === 'frontmatter';
  const [collection, volume] = ['collection', 'volume'].map(
    (name) => containers.find((each) => each.name === name)?.attributes.id,
  );
  const text = (name: string): string => textOf(child(paper, name)) || textOf(child(meta, name));
  const book = readable(child(paper, 'booktitle') ?? child(meta, 'booktitle'));
  const url = textOf(child(paper, 'url'));
  return {
    input: {
      title: isFrontmatter ? book : readable(child(paper, 'title')),
      abstract: readable(child(paper, 'abstract')),
      authors: isFrontmatter ? persons(meta, 'editor') : persons(paper, 'author'),
      year: /^\d{4}$/.test(text('year')) ? Number(text('year')) : undefined,
      venue: book || text('journal') || text('journal-title'),
      url: url === '' || /^https?:/.test(url) ? url : `https://aclanthology.org/${url}`,
      acl: anthologyId(collection, volume, isFrontmatter ? '0' : paper.attributes.id),
      doi: textOf(child(paper, 'doi')),
      extra: fieldsWithValue({
        ...fieldsOf(meta, ['booktitle', 'editor', 'url', 'doi', 'year', 'journal-title']),
        ...fieldsOf(paper, ['title', 'booktitle', 'abstract', 'author', 'editor', 'url', 'doi', 'bibkey', 'journal']),
        type: isFrontmatter ? 'proceedings' : book === '' ? 'article' : 'inproceedings',
        key: textOf(child(paper, 'bibkey')),
        editors: isFrontmatter ? [] : persons(paper, 'editor'),
      }),
    },
  };
}

function persons(element: XmlElement | undefined, role: string): object[] {
  return elements(element, role).map((person) => ({
    family: textOf(child(person, 'last')),
    given: textOf(child(person, 'first')),
  }));
}

/**
 * The id the Anthology gives a paper: `2022.acl-long.12`, or, in collections begun before 2020, `P18-1012`. Four digits
 * follow the collection there; the first is the volume's or, for workshops and two more collections, the first two are.
 */
function anthologyId(collection = '', volume = '', paper = ''): string | undefined {
  if (collection === '' || volume === '' || paper === '') return undefined;
  if (/^\d/.test(collection)) return `${collection}-${volume}.${paper}`;
  const isWide = collection.startsWith('W') || collection === 'C69' || (collection === 'D19' && Number(volume) >= 5);
  return `${collection}-${volume.padStart(isWide ? 2 : 1, '0')}${paper.padStart(isWide ? 2 : 3, '0')}`;
}

/** A text with the Anthology's inline markup. */
function readable(element: XmlElement | undefined): string {
  const pieces = (element?.children ?? []).map((each) => {
    if (typeof each === 'string') return onOneLine(each);
    if (each.name === 'tex-math') return latexToText(`$${textOf(each)}$`);
    return each.name === 'par' ? `\n${readable(each)}\n` : readable(each);
  });
  return pieces
    .join('')
    .replace(/ {2,}/g, ' ')
    .replace(/ ?\n[ \n]*/g, '\n');
}
