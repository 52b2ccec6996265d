/**
 * TEI as it holds papers: the header that GROBID makes of a PDF, HAL's descriptions, Zotero's bibliographies, and headers of
 * texts that were edited in TEI. Of a document only the header is read, not what it cites.
 */
import type { PaperInput } from '../paper.ts';
import { people as inParts } from './csl-json.ts';
import { fieldsWithValue } from './fields.ts';
import { onOneLine } from '../text.ts';
import type { Found, Source } from './source.ts';
import { child, elements, readXml, rootName, textOf, textsOf, type Reading, type XmlElement } from './xml-records.ts';
import { yearIn } from './year.ts';

const ROOTS = ['TEI', 'TEI.2', 'teiCorpus', 'teiHeader', 'listBibl', 'biblStruct', 'biblFull'];

export const tei: Source = {
  name: 'tei',
  title: 'TEI XML (header; GROBID, HAL)',

  detects: (head) => ROOTS.includes(rootName(head) ?? ''),

  read(file): AsyncGenerator<Found> {
    const root = rootName(file.head) ?? '';
    // A header stands in each of these, HAL's for the export as a whole.
    const record = /^(?:listBibl|biblStruct)$/.test(root)
      ? 'biblStruct'
      : root === 'biblFull' || /<biblFull[\s>]/.test(file.head)
        ? 'biblFull'
        : 'teiHeader';
    return readXml(file.text(), { records: [record], containers: ROOTS.filter((each) => each !== record) }, readRecord);
  },
};

function readRecord(record: XmlElement, containers: readonly XmlElement[]): Reading {
  const corpus = containers.at(-1)?.name === 'teiCorpus';
  if (record.name === 'teiHeader' && corpus) return null; // Of the corpus, not of a text in it.
  const file = record.name === 'teiHeader' ? child(record, 'fileDesc') : record;
  const source = record.name === 'biblStruct' ? record : child(file, 'sourceDesc', 'biblStruct');
  return { input: description(record, file, source) };
}

function description(record: XmlElement, file: XmlElement | undefined, source: XmlElement | undefined): PaperInput {
  const [analytic, monograph] = [child(source, 'analytic'), child(source, 'monogr')];
  const imprint = child(monograph, 'imprint');
  const profile = child(record, 'profileDesc');
  const statement = child(file, 'titleStmt');
  const title = titleIn(analytic) || titleIn(statement) || titleIn(monograph);
  const venue = titleIn(monograph);
  const dates = [imprint, child(file, 'publicationStmt'), child(file, 'editionStmt', 'edition')].flatMap((each) =>
    elements(each, 'date'),
  );
  const ids = idsIn([analytic, monograph, source, child(file, 'publicationStmt')]);
  const people = (role: string): (string | object)[] => {
    const listed = [analytic, monograph, statement]
      .map((each) => elements(each, role))
      .find((found) => found.length > 0);
    const named = new Map((listed ?? []).map(nameOf).map((name) => [JSON.stringify(name), name])); // Each once.
    return inParts([...named.values()]);
  };
  const year = dates.map((date) => yearIn(dateOf(date))).find((each) => each !== undefined);
  const date = dates.map(dateOf).find((each) => yearIn(each) === year) ?? '';
  return {
    title,
    abstract: textBlocks(child(profile, 'abstract') ?? noteOf(source, 'abstract')),
    authors: people('author'),
    year,
    venue: venue === title ? '' : venue || titleIn(child(source, 'series')),
    url:
      elements(source, 'ref')
        .map(({ attributes }) => attributes.target ?? '')
        .find((url) => /^https?:/.test(url)) ??
      ids.get('url') ??
      ids.get('haluri'),
    categories: keywordsIn(profile, source),
    doi: ids.get('doi'),
    arxiv: ids.get('arxiv')?.split('[')[0]!.trimEnd(),
    pmid: ids.get('pmid') ?? ids.get('pubmed'),
    pmcid: ids.get('pmcid') ?? ids.get('pmc') ?? ids.get('pubmedcentral'),
    extra: fieldsWithValue({
      type: typeOf(profile, source),
      key: source?.attributes.id,
      date: date === String(year) ? '' : date,
      ...scopes(imprint ?? monograph),
      publisher: textOf(child(imprint, 'publisher')) || textOf(child(file, 'publicationStmt', 'publisher')),
      place: textOf(child(imprint, 'pubPlace')),
      editors: people('editor'),
      conference: textOf(child(monograph, 'meeting', 'title')) || textOf(child(monograph, 'meeting')),
      issn: ids.get('issn'),
      eissn: ids.get('eissn'),
      isbn: ids.get('isbn'),
      md5: ids.get('md5'),
      halId: ids.get('halid'),
      language: elements(child(profile, 'langUsage'), 'language').map((each) => each.attributes.ident ?? textOf(each)),
      affiliations: affiliationsIn([analytic, statement]),
    }),
  };
}

/** The main title of an element, whatever else is called a title there. */
function titleIn(element: XmlElement | undefined): string {
  const titles = elements(element, 'title').filter(
    ({ attributes }) => !/^(?:sub|alt|abbr|short)/.test(attributes.type ?? ''),
  );
  const main = titles.find(({ attributes }) => attributes.type === 'main') ?? titles[0];
  return textOf(main);
}

/** In parts, as CSL has them. */
function nameOf(person: XmlElement): Record<string, string> {
  const name = child(person, 'persName') ?? (child(person, 'surname') ? person : undefined);
  if (!name) return { literal: textOf(child(person, 'orgName') ?? child(person, 'name') ?? withoutNotes(person)) };
  const surname = textsOf(name, 'surname').join(' ');
  if (surname === '') return { literal: textOf(name) };
  return {
    family: [...textsOf(name, 'nameLink'), surname].join(' '),
    given: textsOf(name, 'forename').join(' '),
    suffix: textsOf(name, 'genName').join(' '),
  };
}

/** What stands behind a name that is not taken apart. */
const withoutNotes = (person: XmlElement): XmlElement => ({
  ...person,
  children: person.children.filter(
    (each) => typeof each === 'string' || !/^(?:affiliation|idno|email|note|ptr|address)$/.test(each.name),
  ),
});

/** Identifiers by their types, in small letters; the first of each. */
function idsIn(places: (XmlElement | undefined)[]): Map<string, string> {
  const ids = new Map<string, string>();
  for (const id of places.flatMap((place) => elements(place, 'idno'))) {
    const type = (id.attributes.type ?? '').toLowerCase();
    if (textOf(id) !== '' && !ids.has(type)) ids.set(type, textOf(id));
  }
  return ids;
}

const dateOf = (date: XmlElement): string => date.attributes.when ?? date.attributes.from ?? textOf(date);

const noteOf = (source: XmlElement | undefined, type: string): XmlElement | undefined =>
  [...elements(source, 'note'), ...elements(child(source, 'monogr'), 'note')].find(
    ({ attributes }) => attributes.type === type,
  );

function keywordsIn(profile: XmlElement | undefined, source: XmlElement | undefined): string[] {
  const lists = elements(child(profile, 'textClass'), 'keywords');
  const words = lists.flatMap((list) => {
    const items = [...elements(list, 'term'), ...elements(list, 'item'), ...elements(child(list, 'list'), 'item')];
    return items.length > 0 ? items.map(textOf) : textOf(list).split(/[;,]/);
  });
  const tags = elements(noteOf(source, 'tags'), 'note').map(textOf);
  return [...new Set([...words, ...tags].map((word) => word.trim()))];
}

/** Zotero and HAL say what it is. */
function typeOf(profile: XmlElement | undefined, source: XmlElement | undefined): string | undefined {
  const classes = elements(child(profile, 'textClass'), 'classCode');
  const hal = classes.find(({ attributes }) => attributes.scheme === 'halTypology');
  return HAL_TYPES[hal?.attributes.n ?? ''] ?? source?.attributes.type;
}

const HAL_TYPES: Record<string, string> = {
  ...{ ART: 'article', COMM: 'conference paper', POSTER: 'poster', OUV: 'book', COUV: 'chapter', DOUV: 'proceedings' },
  ...{ UNDEFINED: 'preprint', PREPRINT: 'preprint', REPORT: 'report', THESE: 'thesis', HDR: 'thesis', MEM: 'thesis' },
  ...{ PATENT: 'patent', SOFTWARE: 'software', PROCEEDINGS: 'proceedings', OTHER: 'other' },
};

/** Volume, issue and pages. */
function scopes(imprint: XmlElement | undefined): Record<string, string> {
  const of = (unit: RegExp): string => {
    const scope = elements(imprint, 'biblScope').find(({ attributes }) =>
      unit.test(attributes.unit ?? attributes.type ?? ''),
    );
    const { from, to } = scope?.attributes ?? {};
    return scope && textOf(scope) === '' ? [from, to].filter(Boolean).join('-') : textOf(scope);
  };
  return { volume: of(/^vol/), issue: of(/^issue$/), pages: of(/^(?:page|pp)/) };
}

function affiliationsIn(places: (XmlElement | undefined)[]): string[] {
  const people = places.flatMap((place) => elements(place, 'author'));
  const all = people
    .flatMap((person) => elements(person, 'affiliation'))
    .map((affiliation) => {
      const raw = elements(affiliation, 'note').find(({ attributes }) => attributes.type === 'raw_affiliation');
      if (raw) return textOf(withoutLabels(raw));
      const parts = [...textsOf(affiliation, 'orgName'), ...elements(child(affiliation, 'address')).map(textOf)];
      return parts.length > 0 ? parts.join(', ') : textOf(affiliation);
    });
  return [...new Set(all)];
}

const withoutLabels = (element: XmlElement): XmlElement => ({
  ...element,
  children: element.children.filter((each) => typeof each === 'string' || each.name !== 'label'),
});

/** A paragraph a line. */
function textBlocks(element: XmlElement | undefined): string {
  const pieces = (element?.children ?? []).map((each): string => {
    if (typeof each === 'string') return onOneLine(each);
    return /^(?:p|div|head|list|item)$/.test(each.name) ? `\n${textBlocks(each)}\n` : textOf(each);
  });
  const text = pieces
    .join('')
    .replace(/ {2,}/g, ' ')
    .replace(/ ?\n[ \n]*/g, '\n')
    .trim();
  return text.replace(/^(?:abstract|summary)\n/i, '');
}
