/** DOIs of DataCite in JSON: answers of its REST API (one, or a list), and the metadata of one as doi.org gives them. */
import type { PaperInput } from '../paper.ts';
import { fieldsWithValue } from './fields.ts';
import { firstRecord, isObject, objects, readJson, text, texts } from './json-records.ts';
import type { JsonDialect, JsonObject } from './json-records.ts';
import { plainText } from './markup.ts';
import type { Source } from './source.ts';
import { yearIn } from './year.ts';

const dialect: JsonDialect = { wrappers: ['data'], read };

export const datacite: Source = {
  name: 'datacite',
  title: 'DataCite',

  detects(head) {
    const record = firstRecord(head, dialect.wrappers);
    const attributes = record && attributesOf(record);
    return attributes !== undefined && objects(attributes.titles).length > 0 && Array.isArray(attributes.creators);
  },

  read: (file) => readJson(file, dialect),
};

/** The API has the metadata beside what it says of the record. */
const attributesOf = (record: JsonObject): JsonObject => (isObject(record.attributes) ? record.attributes : record);

const MAPPED = [
  ...['id', 'doi', 'identifiers', 'creators', 'contributors', 'titles', 'descriptions', 'subjects', 'publicationYear'],
  ...['publisher', 'container', 'types', 'dates', 'url', 'rightsList', 'alternateIdentifiers'],
];
/** What the registry says of itself. */
const BOOKKEEPING = [
  ...['prefix', 'suffix', 'created', 'registered', 'updated', 'published', 'state', 'isActive', 'reason', 'source'],
  ...['schemaVersion', 'providerId', 'clientId', 'agency', 'metadataVersion', 'contentUrl', 'xml', 'viewCount'],
  ...['downloadCount', 'referenceCount', 'citationCount', 'partCount', 'partOfCount', 'versionCount', 'versionOfCount'],
  ...['viewsOverTime', 'downloadsOverTime', 'citationsOverTime', 'relatedItems'],
];
/** Of dates, the first of these that there is says when it came out. */
const DATES = ['Issued', 'Available', 'Created', 'Submitted'];

function read(record: JsonObject): PaperInput {
  return readMetadata(attributesOf(record));
}

/** What DataCite's metadata say of a paper, or of data. */
export function readMetadata(given: JsonObject): PaperInput {
  const main = objects(given.titles).filter(({ titleType }) => titleType === undefined || titleType === null);
  const first = main[0] ?? objects(given.titles)[0];
  const subtitle = objects(given.titles).find((each) => each.titleType === 'Subtitle' && each !== first);
  const otherTitles = objects(given.titles).filter((each) => each !== first && each !== subtitle);
  const container = isObject(given.container) ? given.container : {};
  const types = isObject(given.types) ? given.types : {};
  const related = objects(given.relatedIdentifiers);
  const arxiv = [...objects(given.identifiers), ...objects(given.alternateIdentifiers)].find((each) =>
    /^arxiv$/i.test(text(each.identifierType ?? each.alternateIdentifierType) ?? ''),
  );
  const date = DATES.map((type) => objects(given.dates).find(({ dateType }) => dateType === type)).find(Boolean);
  return {
    title: [first, subtitle]
      .map((each) => textOf(each?.title))
      .filter(Boolean)
      .join(': '),
    abstract: descriptions(given, 'Abstract')[0],
    authors: people(given.creators),
    year: yearIn(text(given.publicationYear) ?? text(date?.date)),
    venue: textOf(container.title),
    url: text(given.url),
    categories: objects(given.subjects).map(({ subject }) => textOf(subject)),
    doi: text(given.doi) ?? text(objects(given.identifiers).find((each) => each.identifierType === 'DOI')?.identifier),
    arxiv: text(arxiv?.identifier ?? arxiv?.alternateIdentifier),
    extra: {
      ...fieldsWithValue(given, [...MAPPED, ...BOOKKEEPING, 'relatedIdentifiers']),
      ...fieldsWithValue({
        type: text(types.resourceTypeGeneral)?.toLowerCase(),
        subtype: text(types.resourceType),
        date: text(date?.date),
        publisher: text(isObject(given.publisher) ? given.publisher.name : given.publisher),
        editors: people(objects(given.contributors).filter(({ contributorType }) => contributorType === 'Editor')),
        otherTitles: otherTitles.map((each) => textOf(each.title)),
        notes: descriptions(given).slice(descriptions(given, 'Abstract').length > 0 ? 1 : 0),
        issn: /^e?issn$/i.test(text(container.identifierType) ?? '') ? text(container.identifier) : undefined,
        volume: text(container.volume),
        issue: text(container.issue),
        pages: [text(container.firstPage), text(container.lastPage)].filter(Boolean).join('–'),
        affiliations: [...new Set(objects(given.creators).flatMap(({ affiliation }) => namesOf(affiliation)))],
        license: texts(objects(given.rightsList).map(({ rights }) => rights)),
        related: texts(related.map(({ relatedIdentifier }) => relatedIdentifier)),
      }),
    },
  };
}

const textOf = (value: unknown): string => plainText(text(value) ?? '');

/** Texts, or the names of objects. */
const namesOf = (value: unknown): string[] =>
  Array.isArray(value) ? texts(value.map((each: unknown) => (isObject(each) ? each.name : each))) : [];

/** The descriptions of a type, or all with the abstract first. */
function descriptions(given: JsonObject, type?: string): string[] {
  const all = objects(given.descriptions);
  const abstracts = all.filter(({ descriptionType }) => descriptionType === 'Abstract');
  const others = type === undefined ? all.filter((each) => !abstracts.includes(each)) : [];
  return [...abstracts, ...others].map(({ description }) => textOf(description)).filter((each) => each !== '');
}

/** "Abel, Ann" says its parts, and so do fields of their own. */
const people = (value: unknown): (string | object)[] =>
  objects(value).flatMap(({ name, nameType, givenName, familyName }): (string | object)[] => {
    const [family, given, whole] = [text(familyName), text(givenName), text(name)];
    if (nameType === 'Organizational' && whole !== undefined) return [{ literal: whole }];
    if (family !== undefined) return [{ family, given }];
    return whole === undefined ? [] : [whole];
  });
