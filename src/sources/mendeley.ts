/** Documents of Mendeley as its API gives them: one, a list of them, or those of its catalogue. */
import { parseIdentifier } from '../identifiers.ts';
import type { PaperInput } from '../paper.ts';
import { people as inParts, peopleShown, richText } from './csl-json.ts';
import { fieldsWithValue } from './fields.ts';
import { firstRecord, isObject, objects, readJson, text, texts } from './json-records.ts';
import type { JsonDialect, JsonObject } from './json-records.ts';
import type { Source } from './source.ts';
import { yearIn } from './year.ts';

const dialect: JsonDialect = { wrappers: ['documents', 'items', 'data'], read };

export const mendeley: Source = {
  name: 'mendeley',
  title: 'Mendeley API',

  detects(head) {
    const record = firstRecord(head, dialect.wrappers);
    if (!record || text(record.title) === undefined) return false;
    if (!UUID.test(text(record.id) ?? '')) return false;
    const isPeople = objects(record.authors).some((person) => 'last_name' in person);
    return isPeople || isObject(record.identifiers) || ['profile_id', 'source', 'created'].some((key) => key in record);
  },

  read: (file) => readJson(file, dialect),
};

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

const MAPPED = [
  ...['id', 'title', 'abstract', 'authors', 'editors', 'translators', 'year', 'month', 'day', 'source', 'websites'],
  ...['keywords', 'tags', 'identifiers', 'citation_key'],
];
/** Where a document stands in whose library, and what was done with it. */
const BOOKKEEPING = [
  ...['created', 'last_modified', 'profile_id', 'group_id', 'file_attached', 'client_data', 'unique_id', 'link'],
  ...['read', 'starred', 'authored', 'confirmed', 'hidden', 'private_publication', 'reader_count', 'user_context'],
  ...['reader_count_by_academic_status', 'reader_count_by_subdiscipline', 'reader_count_by_country', 'folder_uuids'],
];
/** By the names that Mendeley has for what others call otherwise. */
const RENAMED: Record<string, string> = { city: 'place', source_type: 'sourceType', series_number: 'seriesNumber' };

function read(record: JsonObject): PaperInput {
  const { arxiv, doi, pmid, pmcid, ...others } = isObject(record.identifiers) ? record.identifiers : {};
  const websites = texts(record.websites);
  const named = websites.flatMap((url) => parseIdentifier(url) ?? []);
  const year = text(record.year);
  const date = [year, text(record.month), text(record.day)].map((part) => part?.padStart(2, '0'));
  const known = date.slice(0, date.includes(undefined) ? date.indexOf(undefined) : 3);
  return {
    title: richText(record.title),
    abstract: richText(record.abstract),
    authors: people(record.authors),
    year: yearIn(year),
    venue: richText(record.source),
    url: websites[0],
    categories: [...new Set([...texts(record.keywords), ...texts(record.tags)])],
    ...Object.fromEntries(named.reverse().map(({ kind, value }) => [kind, value])), // The first of a kind counts.
    ...fieldsWithValue({ doi: text(doi), arxiv: text(arxiv), pmid: text(pmid), pmcid: text(pmcid) }),
    extra: {
      ...fieldsWithValue({
        key: text(record.citation_key),
        mendeley: text(record.id),
        date: known.length > 1 ? known.join('-') : undefined,
        editors: people(record.editors),
        translators: peopleShown(people(record.translators)),
        links: websites.slice(1),
      }),
      ...fieldsWithValue(others),
      ...Object.fromEntries(
        Object.entries(fieldsWithValue(record, [...MAPPED, ...BOOKKEEPING])).map(([key, value]) => [
          RENAMED[key] ?? key,
          value,
        ]),
      ),
    },
  };
}

const people = (value: unknown) =>
  inParts(objects(value).map((person) => ({ family: person.last_name, given: person.first_name })));
