/**
 * JATS, the XML that publishers and PubMed Central keep articles in, NLM's older forms of it included: one article or a set.
 * What is read is the front matter; text and references are passed over, and so is what is part of an article only (a
 * translation, a response to it).
 */
import type { PaperInput } from '../paper.ts';
import { people } from './csl-json.ts';
import { fieldsWithValue } from './fields.ts';
import { latexToText } from './latex.ts';
import type { Found, Source } from './source.ts';
import { child, elements, readXml, rootName, textOf, textsOf, type Reading, type XmlElement } from './xml-records.ts';
import { onOneLine } from '../text.ts';
import { yearIn } from './year.ts';

/** What has front matter of its own inside an article. */
const PARTS = ['sub-article', 'response'];

export const jats: Source = {
  name: 'jats',
  title: 'JATS XML (front matter)',

  detects(head) {
    const root = rootName(head) ?? '';
    if (/^(?:pmc-articleset|articleset|articles|collection)$/.test(root))
      return /<(?:\w+:)?article-meta\b/.test(head) || root === 'pmc-articleset';
    return root === 'article' && /<(?:\w+:)?(?:front|article-meta|journal-meta)[\s>]|-\/\/NLM\/\/DTD |JATS/.test(head);
  },

  read: (file): AsyncGenerator<Found> =>
    readXml(
      file.text(),
      { records: ['front'], containers: ['pmc-articleset', 'articleset', 'articles', 'article', ...PARTS] },
      readFront,
    ),
};

function readFront(front: XmlElement, containers: readonly XmlElement[]): Reading {
  if (containers.some(({ name }) => PARTS.includes(name))) return null;
  const article = containers.find(({ name }) => name === 'article');
  return { input: frontMatter(front, article?.attributes['article-type']) };
}

/** What an article says of itself, in its front matter. */
export const readArticle = (article: XmlElement): PaperInput =>
  frontMatter(child(article, 'front') ?? article, article.attributes['article-type']);

/** What the front matter of an article says of it. */
export function frontMatter(front: XmlElement, type: string | undefined): PaperInput {
  const meta = child(front, 'article-meta');
  const journal = child(front, 'journal-meta');
  const ids = new Map(elements(meta, 'article-id').map((id) => [id.attributes['pub-id-type'] ?? '', textOf(id)]));
  const dates = [...elements(meta, 'pub-date')].sort((a, b) => rankOf(a) - rankOf(b)).map(dateOf);
  const abstracts = elements(meta, 'abstract');
  const main = abstracts.find(({ attributes }) => !/./.test(attributes['abstract-type'] ?? '')) ?? abstracts[0];
  const groups = elements(child(meta, 'title-group'));
  const titleText = readable(groups.find(({ name }) => name === 'article-title'));
  const subtitle = readable(groups.find(({ name }) => name === 'subtitle'));
  const year =
    dates.map(yearIn).find((each) => each !== undefined) ??
    yearIn(textOf(child(meta, 'permissions', 'copyright-year')));
  const date = dates.find((each) => yearIn(each) === year && each.length > 4);
  const pages = [textOf(child(meta, 'fpage')), textOf(child(meta, 'lpage'))].filter((page) => page !== '');
  return {
    title: [titleText, subtitle].filter((text) => text !== '').join(/[?!.:]$/.test(titleText) ? ' ' : ': '),
    abstract: main && abstractOf(main),
    authors: peopleIn(meta, /^(?:author|)$/),
    year,
    venue: journalTitle(journal),
    url: elements(meta, 'self-uri')
      .map(({ attributes }) => attributes.href ?? '')
      .find((url) => /^https?:/.test(url)),
    categories: [
      ...new Set([
        ...elements(meta, 'kwd-group')
          .filter(({ attributes }) => !/abbr/.test(attributes['kwd-group-type'] ?? ''))
          .flatMap((group) => [...textsOf(group, 'kwd'), ...elements(group, 'compound-kwd').map(textOf)]),
        ...subjectsOf(child(meta, 'article-categories')),
      ]),
    ],
    doi: ids.get('doi'),
    pmid: ids.get('pmid'),
    pmcid: ids.get('pmc') ?? ids.get('pmcid'),
    arxiv: ids.get('arxiv'),
    extra: fieldsWithValue({
      type,
      date,
      volume: textOf(child(meta, 'volume')),
      issue: textOf(child(meta, 'issue')),
      pages: pages.join('-') || textOf(child(meta, 'page-range')),
      articleNumber: textOf(child(meta, 'elocation-id')),
      pii: ids.get('pii'),
      publisherId: ids.get('publisher-id'),
      publisher: textOf(child(journal, 'publisher', 'publisher-name')),
      place: textOf(child(journal, 'publisher', 'publisher-loc')),
      issn: textsOf(journal, 'issn'),
      journalAbbreviation: abbreviationOf(journal),
      editors: peopleIn(meta, /^(?:editor|.*[- ]editor)$/i),
      translatedTitles: elements(child(meta, 'title-group'), 'trans-title-group').map((group) =>
        readable(child(group, 'trans-title')),
      ),
      otherAbstracts: [...abstracts.filter((each) => each !== main), ...elements(meta, 'trans-abstract')].map(
        abstractOf,
      ),
      affiliations: affiliationsOf(meta),
      conference: textOf(child(meta, 'conference', 'conf-name')),
      license: elements(child(meta, 'permissions'), 'license').map(({ attributes }) => attributes.href ?? ''),
      grants: [...elements(child(meta, 'funding-group'), 'award-group')].map(textOf),
    }),
  };
}

/** The people of a role, each once; a group's name is a name. */
function peopleIn(meta: XmlElement | undefined, role: RegExp): (string | object)[] {
  const contributors = elements(meta, 'contrib-group').flatMap((group) =>
    elements(group, 'contrib').map((contributor) => ({
      contributor,
      type: contributor.attributes['contrib-type'] ?? group.attributes['content-type']?.replace(/s$/, '') ?? '',
    })),
  );
  return people(contributors.filter(({ type }) => role.test(type)).map(({ contributor }) => nameOf(contributor)));
}

/** In parts, as CSL has them. */
function nameOf(contributor: XmlElement): Record<string, string> {
  const alternatives = child(contributor, 'name-alternatives');
  const name = child(contributor, 'name') ?? child(alternatives, 'name');
  if (name) {
    const part = (called: string): string => textOf(child(name, called));
    return {
      family: part('surname'),
      given: part('given-names'),
      suffix: part('suffix'),
    };
  }
  const text = child(contributor, 'string-name') ?? child(alternatives, 'string-name');
  if (child(text, 'surname'))
    return { family: textOf(child(text, 'surname')), given: textOf(child(text, 'given-names')) };
  const collaboration = child(contributor, 'collab') ?? child(alternatives, 'collab');
  // A group may hold the list of its members.
  const own = collaboration?.children.filter((each) => typeof each === 'string' || each.name !== 'contrib-group');
  const groupName = collaboration && textOf({ ...collaboration, children: own! });
  return { literal: groupName || textOf(text) };
}

const journalTitle = (journal: XmlElement | undefined): string =>
  textOf(child(journal, 'journal-title-group', 'journal-title')) ||
  textOf(child(journal, 'journal-title')) ||
  abbreviationOf(journal);

const abbreviationOf = (journal: XmlElement | undefined): string =>
  textOf(child(journal, 'journal-title-group', 'abbrev-journal-title')) ||
  textOf(child(journal, 'abbrev-journal-title')) ||
  textOf(elements(journal, 'journal-id').find(({ attributes }) => attributes['journal-id-type'] === 'iso-abbrev'));

/** Subjects; headings of a journal's own sections ("Research Article") are among them, as it has them. */
function subjectsOf(categories: XmlElement | undefined): string[] {
  return elements(categories, 'subj-group').flatMap((group) =>
    group.attributes['subj-group-type'] === 'heading'
      ? []
      : [...textsOf(group, 'subject'), ...elements(group, 'subj-group').flatMap((inner) => textsOf(inner, 'subject'))],
  );
}

function affiliationsOf(meta: XmlElement | undefined): string[] {
  const all = [
    ...elements(meta, 'aff'),
    ...elements(meta, 'contrib-group').flatMap((group) => [
      ...elements(group, 'aff'),
      ...elements(group, 'contrib').flatMap((contributor) => elements(contributor, 'aff')),
    ]),
  ];
  return [...new Set(all.map((each) => textOf(withoutLabels(each))))];
}

const withoutLabels = (element: XmlElement): XmlElement => ({
  ...element,
  children: element.children.filter((each) => typeof each === 'string' || !['label', 'sup'].includes(each.name)),
});

/** The date of what is cited, an issue's or a collection's, comes before those on which it appeared elsewhere. */
function rankOf({ attributes }: XmlElement): number {
  const type = attributes['pub-type'] ?? attributes['date-type'] ?? '';
  const best = ['ppub', 'collection', 'issue-pub', 'pub', 'epub-ppub', 'epub'].indexOf(type);
  return best === -1 ? (/pmc|preprint|nihms/.test(type) ? 20 : 10) : best;
}

/** `2016-03-05` as far as it is known. */
function dateOf(date: XmlElement): string {
  const iso = date.attributes['iso-8601-date'];
  if (iso !== undefined && yearIn(iso) !== undefined) return iso;
  const parts = ['year', 'month', 'day'].map((part) => textOf(child(date, part)));
  const known = parts.slice(0, parts.includes('') ? parts.indexOf('') : 3);
  const isNumbers = known.every((part) => /^\d+$/.test(part));
  return isNumbers && known.length > 0
    ? known.map((part) => part.padStart(2, '0')).join('-')
    : [...known, textOf(child(date, 'season'))].join(' ').trim() || textOf(child(date, 'string-date'));
}

/** What begins a line in an abstract. */
const BLOCKS = new Set(['p', 'sec', 'title', 'label', 'list', 'list-item', 'disp-formula', 'disp-quote', 'def-item']);

/** A paragraph a line; a heading that says no more than that this is the abstract is left out. */
function abstractOf(abstract: XmlElement): string {
  const text = readable(abstract).trim();
  return text.replace(/^(?:abstract|summary)\n/i, '');
}

/** A text with its inline markup; of a formula in several forms one. */
function readable(element: XmlElement | undefined): string {
  return piecesOf(element)
    .replace(/ {2,}/g, ' ')
    .replace(/ ?\n[ \n]*/g, '\n')
    .trim();
}

function piecesOf(element: XmlElement | undefined): string {
  const pieces = (element?.children ?? []).map((each) => {
    if (typeof each === 'string') return onOneLine(each);
    if (HIDDEN.has(each.name)) return '';
    if (each.name === 'alternatives') return piecesOf({ ...each, children: elements(each).slice(0, 1) });
    if (each.name === 'tex-math') return latexToText(texIn(textOf(each)));
    return BLOCKS.has(each.name) ? `\n${piecesOf(each)}\n` : piecesOf(each);
  });
  return pieces.join('');
}

/** Notes, and what says again in TeX what stands in MathML. */
const HIDDEN = new Set(['fn', 'xref', 'annotation', 'annotation-xml', 'object-id', 'inline-graphic', 'graphic']);

/** Of a whole LaTeX document around one formula, the formula. */
function texIn(tex: string): string {
  const begin = tex.indexOf(BEGIN);
  const end = tex.indexOf('\\end{document}', begin);
  return begin === -1 || end === -1 ? tex : tex.slice(begin + BEGIN.length, end);
}
const BEGIN = '\\begin{document}';
