/**
 * Answers of repositories that speak OAI-PMH (ListRecords, GetRecord), in the forms of metadata that papers come in: arXiv's
 * own two, DataCite's, MODS, JATS, and Dublin Core, which every repository offers.
 */
import { parseIdentifier } from '../identifiers.ts';
import type { PaperInput } from '../paper.ts';
import { arxivAbstract, arxivText, JOURNAL_REF } from './arxiv-atom.ts';
import { readResource } from './datacite-xml.ts';
import { fieldsWithValue } from './fields.ts';
import { readArticle } from './jats.ts';
import { latexToText } from './latex.ts';
import { plainText } from './markup.ts';
import { readMods } from './mods.ts';
import type { Found, Source } from './source.ts';
import {
  child,
  elements,
  fieldsOf,
  readXml,
  rootName,
  textOf,
  textsOf,
  type Reading,
  type XmlElement,
} from './xml-records.ts';
import { yearIn } from './year.ts';

export const oaiPmh: Source = {
  name: 'oai-pmh',
  title: 'OAI-PMH answer (arXiv, Dublin Core, DataCite, MODS, JATS)',

  detects: (head) => rootName(head) === 'OAI-PMH',

  read: (file): AsyncGenerator<Found> =>
    readXml(file.text(), { records: ['record', 'error'], containers: ['OAI-PMH'] }, readRecord),
};

const FORMS = new Map(
  Object.entries({
    ...{ arXiv, arXivRaw, dc: dublinCore, mods: readMods, resource: readResource, article: readArticle },
    oai_datacite: (metadata: XmlElement) => readResource(child(metadata, 'payload', 'resource') ?? metadata),
  }),
);

function readRecord(record: XmlElement): Reading {
  if (record.name === 'error') {
    return invalid(`the repository answered with an error: ${record.attributes.code ?? ''} ${textOf(record)}`.trim());
  }
  const header = child(record, 'header');
  if (header?.attributes.status === 'deleted') return invalid('deleted by the repository');
  const metadata = elements(child(record, 'metadata'))[0];
  if (!metadata) return invalid('a record without metadata');
  const form = FORMS.get(metadata.name);
  if (!form) return invalid(`metadata of the form <${metadata.name}>, expected one of ${[...FORMS.keys()].join(', ')}`);
  const { extra, ...input } = form(metadata);
  return { input: { ...input, extra: { ...(extra as object), oai: fieldsOf(header) } } };
}

const invalid = (reason: string): Reading => ({ reject: { code: 'record-invalid', reason } });

function arXiv(metadata: XmlElement): PaperInput {
  const authors = elements(child(metadata, 'authors'), 'author');
  const { extra, ...input } = arxivFields(metadata);
  return {
    ...input,
    authors: authors.map((author) => {
      const [family, given, suffix] = ['keyname', 'forenames', 'suffix'].map((part) =>
        latexToText(textOf(child(author, part))),
      );
      return { family, given, suffix };
    }),
    year: yearIn(textOf(child(metadata, 'created'))),
    extra: fieldsWithValue({
      ...fieldsOf(metadata, [...ARXIV_FIELDS, 'authors']),
      ...(extra as object),
      affiliations: [...new Set(authors.flatMap((author) => textsOf(author, 'affiliation')))],
    }),
  };
}

function arXivRaw(metadata: XmlElement): PaperInput {
  const { extra, ...input } = arxivFields(metadata);
  const versions = elements(metadata, 'version').map((version) => ({
    version: version.attributes.version,
    date: textOf(child(version, 'date')),
  }));
  const submitted = versions.find(({ version }) => version === 'v1')?.date ?? '';
  const year = /\b[12]\d{3}\b/.exec(submitted)?.[0]; // "Mon, 2 Apr 2007 19:18:42 GMT"
  return {
    ...input,
    authors: namesIn(latexToText(textOf(child(metadata, 'authors')))),
    year: year === undefined ? undefined : Number(year),
    extra: fieldsWithValue({ ...fieldsOf(metadata, [...ARXIV_FIELDS, 'version']), ...(extra as object), versions }),
  };
}

const ARXIV_FIELDS = ['id', 'title', 'abstract', 'categories', JOURNAL_REF, 'doi'];

function arxivFields(metadata: XmlElement): PaperInput {
  const text = (name: string): string => textOf(child(metadata, name));
  const [doi, ...otherDois] = text('doi').split(/(?<![ ,;])[ ,;]+(?=10\.)/); // Linear: a run is tried from its start only.
  return {
    title: arxivText(text('title')),
    abstract: arxivAbstract(child(metadata, 'abstract')),
    categories: text('categories').split(' '),
    arxiv: text('id'),
    doi,
    extra: { otherDois, [JOURNAL_REF]: arxivText(text(JOURNAL_REF)) },
  };
}

/** The names in a line such as "A. Ekman (Lund), B. Ito, Jr. and C. Roy"; what is in brackets are affiliations. */
function namesIn(line: string): string[] {
  let depth = 0;
  const outside = line.split(/([()])/).filter((piece) => {
    if (piece === '(') depth++;
    const isOutside = depth === 0;
    if (piece === ')' && depth > 0) depth--;
    return isOutside;
  });
  return outside
    .join('')
    .replace(/,\s*(?=(?:Jr|Sr|I{2,3}|IV)\b)/g, ' ')
    .split(/[,;&]|\band\b/)
    .map((name) => name.replace(/\s+/g, ' ').trim())
    .filter((name) => name !== '');
}

/** Dublin Core, every element of which may be missing or come several times, in several languages. */
function dublinCore(metadata: XmlElement): PaperInput {
  const identifiers = textsOf(metadata, 'identifier');
  const known = identifiers.map(parseIdentifier).filter((identifier) => identifier !== null);
  const isArxiv = known.some(({ kind }) => kind === 'arxiv');
  const read = (element: XmlElement): string => {
    const text = textOf(element);
    if (isArxiv) return arxivText(text);
    return /<\/[a-z][\w:]*>|<(?:p|br)\s*\/?>/i.test(text) ? plainText(text) : text; // Some repositories send HTML.
  };

  const titles = elements(metadata, 'title');
  const descriptions = elements(metadata, 'description');
  // Notes stand among the descriptions ("37 pages", "Includes bibliographical references"); an abstract is longer.
  const inLanguage = descriptions.filter(({ attributes }) => attributes.lang === titles[0]?.attributes.lang);
  const texts = (inLanguage.length > 0 ? inLanguage : descriptions).map(read);
  const abstract = texts.reduce((longest, text) => (text.length > longest.length ? text : longest), '');
  // "info:eu-repo/date/embargoEnd/…" is no date of the paper.
  const dates = textsOf(metadata, 'date').filter((date) => !date.startsWith('info:'));
  const years = dates.flatMap((date) => yearIn(date) ?? []);
  // "Journal of Results; Vol. 5 (2010); 11-20", and its ISSN as another source.
  const source = textsOf(metadata, 'source').find((text) => !/^(?:(?:issn:?\s*)?[\dX-]+$|https?:)/i.test(text));
  return {
    title: titles[0] && read(titles[0]),
    abstract,
    authors: textsOf(metadata, 'creator'),
    // A repository adds dates of its own, all of them later than the paper's.
    year: years.length > 0 ? years.reduce((first, each) => Math.min(first, each)) : undefined,
    venue: source?.split(/;\s/)[0]?.trimEnd(),
    url: identifiers.find((identifier) => /^https?:/i.test(identifier)),
    categories: textsOf(metadata, 'subject'),
    ...Object.fromEntries(known.reverse().map(({ kind, value }) => [kind, value])), // The first of a kind counts.
    extra: fieldsWithValue({
      ...fieldsOf(metadata, ['title', 'description', 'creator', 'subject']),
      otherTitles: titles.slice(1).map(read),
      otherDescriptions: descriptions.map(read).filter((text) => text !== abstract),
    }),
  };
}
