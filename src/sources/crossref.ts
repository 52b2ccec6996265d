/** Crossref's REST API and its public data file: one work (`/works/{doi}`), a list of them, or one work a line. */
import type { PaperInput } from '../paper.ts';
import { dateText, people, readable } from './csl-json.ts';
import { fieldsWithValue } from './fields.ts';
import { firstRecord, objects, readJson, text, texts } from './json-records.ts';
import type { JsonDialect, JsonObject } from './json-records.ts';
import { plainText } from './markup.ts';
import type { Source } from './source.ts';
import { yearIn } from './year.ts';

const dialect: JsonDialect = { wrappers: ['message', 'message.items', 'items'], read };

export const crossref: Source = {
  name: 'crossref',
  title: 'Crossref',

  detects(head) {
    if (/^\s*\{\s*"status"\s*:\s*"ok"\s*,\s*"message-type"\s*:\s*"work/.test(head)) return true;
    const record = firstRecord(head, dialect.wrappers);
    if (!record || !('DOI' in record)) return false;
    // CSL-JSON has the same fields, but one title.
    return Array.isArray(record.title) || (record.title === undefined && 'member' in record);
  },

  read: (file) => readJson(file, dialect),
};

const MAPPED = ['title', 'abstract', 'author', 'editor', 'DOI', 'URL', 'subject', 'reference', 'license'];
/** What a deposit says of itself, and what other fields say as well. */
const BOOKKEEPING = [
  ...['indexed', 'created', 'deposited', 'content-domain', 'source', 'prefix', 'member', 'score', 'link', 'resource'],
  ...['update-policy', 'assertion', 'issn-type', 'isbn-type', 'reference-count', 'references-count'],
];
const DATES = ['published', 'issued', 'published-print', 'published-online', 'posted', 'accepted'];

function read(record: JsonObject): PaperInput {
  const venue = plainText(text(record['container-title']) ?? '');
  const other = fieldsWithValue(record, [...MAPPED, ...BOOKKEEPING, venue === '' ? '' : 'container-title']);
  return {
    title: plainText(text(record.title) ?? ''),
    // Publishers often deposit the heading with the abstract.
    abstract: plainText(text(record.abstract) ?? '').replace(/^(?:abstract|summary)\n/i, ''),
    authors: people(record.author),
    year: yearIn(DATES.map((key) => dateText(record[key])).find((date) => date !== undefined)),
    venue,
    url: text(record.URL),
    categories: texts(record.subject),
    doi: text(record.DOI),
    extra: {
      ...readable(other),
      ...fieldsWithValue({
        editors: people(record.editor),
        license: texts(objects(record.license).map((each) => each.URL)),
        references: texts(objects(record.reference).map((each) => each.DOI)),
      }),
    },
  };
}
