/**
 * DataCite's metadata in XML (kernel 2 to 4), as its registry, Zenodo, Dryad and other repositories give them of one DOI. What
 * its JSON says is said here in elements: it is read as that. Whole lists of them come over OAI-PMH (`oai-pmh.ts`).
 */
import type { PaperInput } from '../paper.ts';
import { readMetadata } from './datacite.ts';
import type { JsonObject } from './json-records.ts';
import type { Found, Source } from './source.ts';
import { child, elements, rawText, readXml, rootName, textOf, textsOf, type XmlElement } from './xml-records.ts';

export const dataciteXml: Source = {
  name: 'datacite-xml',
  title: 'DataCite XML',

  detects: (head) =>
    rootName(head) === 'oai_datacite' ||
    (/^resources?$/.test(rootName(head) ?? '') &&
      /\bdatacite\.org\/schema\/|<(?:\w+:)?creators[\s>]|\bidentifierType\s*=/.test(head)),

  read: (file): AsyncGenerator<Found> =>
    readXml(
      file.text(),
      { records: ['resource'], containers: ['resources', 'oai_datacite', 'payload'] },
      (resource) => ({
        input: readResource(resource),
      }),
    ),
};

/** What a `<resource>` says of a paper, or of data. */
export function readResource(resource: XmlElement): PaperInput {
  const listed = (list: string, element: string): XmlElement[] => elements(child(resource, list), element);
  const identifier = child(resource, 'identifier');
  const type = child(resource, 'resourceType');
  const isDoi = /^doi$/i.test(identifier?.attributes.identifierType ?? 'DOI');
  const others = listed('alternateIdentifiers', 'alternateIdentifier');
  return readMetadata({
    doi: isDoi ? textOf(identifier) : undefined,
    identifiers: isDoi ? [] : [{ identifier: textOf(identifier), ...identifier?.attributes }],
    creators: listed('creators', 'creator').map((each) => person(each, 'creatorName')),
    contributors: listed('contributors', 'contributor').map((each) => person(each, 'contributorName')),
    titles: listed('titles', 'title').map((each) => ({ title: rawText(each), ...each.attributes })),
    publisher: textOf(child(resource, 'publisher')),
    publicationYear: textOf(child(resource, 'publicationYear')),
    types: { resourceTypeGeneral: type?.attributes.resourceTypeGeneral, resourceType: textOf(type) },
    subjects: listed('subjects', 'subject').map((each) => ({ subject: textOf(each) })),
    dates: listed('dates', 'date').map((each) => ({ date: textOf(each), ...each.attributes })),
    descriptions: listed('descriptions', 'description').map((each) => ({
      description: linesOf(each),
      ...each.attributes,
    })),
    container: containerOf(listed('relatedItems', 'relatedItem')),
    alternateIdentifiers: others.map((each) => ({ alternateIdentifier: textOf(each), ...each.attributes })),
    url: others.map(textOf).find((text) => /^https?:/.test(text)),
    relatedIdentifiers: listed('relatedIdentifiers', 'relatedIdentifier').map((each) => ({
      relatedIdentifier: textOf(each),
    })),
    rightsList: [...listed('rightsList', 'rights'), ...elements(resource, 'rights')].map((each) => ({
      rights: textOf(each) || each.attributes.rightsURI,
    })),
    fundingReferences: listed('fundingReferences', 'fundingReference').map(fieldsIn),
    language: textOf(child(resource, 'language')),
    version: textOf(child(resource, 'version')),
    sizes: textsOf(child(resource, 'sizes'), 'size'),
    formats: textsOf(child(resource, 'formats'), 'format'),
  });
}

function person(element: XmlElement, name: string): JsonObject {
  const named = child(element, name);
  return {
    name: textOf(named),
    nameType: named?.attributes.nameType,
    givenName: textOf(child(element, 'givenName')),
    familyName: textOf(child(element, 'familyName')),
    affiliation: textsOf(element, 'affiliation'),
    contributorType: element.attributes.contributorType,
  };
}

/** The journal or book that it is in. */
function containerOf(related: XmlElement[]): JsonObject {
  const item = related.find(({ attributes }) => attributes.relationType === 'IsPublishedIn');
  if (!item) return {};
  const identifier = child(item, 'relatedItemIdentifier');
  return {
    ...fieldsIn(item),
    title: textOf(elements(child(item, 'titles'), 'title')[0]),
    identifier: textOf(identifier),
    identifierType: identifier?.attributes.relatedItemIdentifierType,
  };
}

const fieldsIn = (element: XmlElement): Record<string, string> =>
  Object.fromEntries(elements(element).flatMap((each) => (textOf(each) === '' ? [] : [[each.name, textOf(each)]])));

/** A text whose line breaks are elements. */
const linesOf = (element: XmlElement): string =>
  element.children
    .map((each) => (typeof each === 'string' ? each : each.name === 'br' ? '<br/>' : linesOf(each)))
    .join('');
