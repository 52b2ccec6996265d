/** OpenAlex works: one, a page of results, or a snapshot's one a line. */
import { parseIdentifier } from '../identifiers.ts';
import type { PaperInput } from '../paper.ts';
import { fieldsWithValue } from './fields.ts';
import { firstRecord, isObject, objects, readJson, text, texts } from './json-records.ts';
import type { JsonDialect, JsonObject } from './json-records.ts';
import { plainText } from './markup.ts';
import { MAX_RECORD_CHARACTERS, type Source } from './source.ts';
import { yearIn } from './year.ts';

const dialect: JsonDialect = {
  wrappers: ['results'],
  read,
  isTooLarge: ({ abstract_inverted_index: index }) => abstractLength(index) > MAX_RECORD_CHARACTERS,
};

export const openalex: Source = {
  name: 'openalex',
  title: 'OpenAlex',

  detects(head) {
    const record = firstRecord(head, dialect.wrappers);
    if (!record || 'abstract' in record) return false; // Nobody's own collection of OpenAlex's papers.
    return 'abstract_inverted_index' in record || (isWork(record) && ('display_name' in record || 'title' in record));
  },

  read: (file) => readJson(file, dialect),
};

const MAPPED = [
  ...['id', 'ids', 'doi', 'title', 'display_name', 'abstract_inverted_index', 'authorships'],
  ...['topics', 'primary_topic', 'keywords', 'primary_location', 'locations', 'best_oa_location', 'biblio'],
];
/** OpenAlex's own accounts and guesses: large, and of the day they were fetched. */
const BOOKKEEPING = [
  ...['concepts', 'counts_by_year', 'related_works', 'updated_date', 'created_date', 'has_fulltext', 'has_content'],
  ...['content_urls', 'institutions', 'corresponding_author_ids', 'corresponding_institution_ids', 'apc_list'],
  ...['countries_distinct_count', 'institutions_distinct_count', 'cited_by_percentile_year', 'cited_by_api_url'],
  ...['citation_normalized_percentile', 'locations_count', 'referenced_works_count', 'is_xpac', 'indexed_in', 'fwci'],
  ...['apc_paid'],
];

function read(record: JsonObject): PaperInput {
  const ids = isObject(record.ids) ? record.ids : {};
  const place = isObject(record.primary_location) ? record.primary_location : {};
  const journal = isObject(place.source) ? place.source : {};
  const pages = objects([place, ...objects(record.locations)]).map((location) => text(location.landing_page_url));
  const subjects = texts([...objects(record.topics), ...objects(record.keywords)].map((each) => each.display_name));
  const year = yearIn(text(record.publication_year));
  return {
    title: plainText(text(record.title) ?? (isWork(record) ? text(record.display_name) : undefined) ?? ''),
    abstract: plainText(abstractOf(record.abstract_inverted_index)),
    authors: objects(record.authorships).flatMap(authorOf),
    year,
    venue: text(journal.display_name) ?? text(place.raw_source_name),
    url: pages[0] ?? text(record.id),
    categories: [...new Set(subjects)],
    openalex: text(record.id) ?? text(ids.openalex),
    doi: text(record.doi) ?? text(ids.doi),
    pmid: text(ids.pmid),
    pmcid: text(ids.pmcid),
    arxiv: pages.map((page) => parseIdentifier(page ?? '')).find((found) => found?.kind === 'arxiv')?.value,
    extra: {
      ...fieldsWithValue({ mag: ids.mag, publisher: journal.host_organization_name, issn: journal.issn }),
      ...(isObject(record.biblio) ? fieldsWithValue(record.biblio) : {}),
      ...fieldsWithValue(record, [...MAPPED, ...BOOKKEEPING, year === undefined ? '' : 'publication_year']),
    },
  };
}

/** Authors, topics and all the rest have a display name as well. */
const isWork = (record: JsonObject): boolean => /^https?:\/\/openalex\.org\/W\d+$/.test(text(record.id) ?? '');

function authorOf({ author, raw_author_name: asWritten }: JsonObject): string[] {
  return texts([(isObject(author) ? text(author.display_name) : undefined) ?? asWritten]);
}

/** The abstract that an index of its words' positions was made from. */
function abstractOf(index: unknown): string {
  return occurrences(index)
    .flatMap(({ word, positions }) => positions.map((position) => ({ word, position })))
    .sort((a, b) => a.position - b.position)
    .map(({ word }) => word)
    .join(' ');
}

/** Its characters, told without writing it: one long word may stand in it a hundred thousand times. */
function abstractLength(index: unknown): number {
  return occurrences(index).reduce((sum, { word, positions }) => sum + (word.length + 1) * positions.length, 0);
}

function occurrences(index: unknown): { word: string; positions: number[] }[] {
  return Object.entries(isObject(index) ? index : {}).map(([word, positions]) => ({
    word,
    positions: Array.isArray(positions) ? positions.filter((position) => typeof position === 'number') : [],
  }));
}
