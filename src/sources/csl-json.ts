/**
 * CSL-JSON, the format of citation processors: what Zotero, Better BibTeX, Mendeley and Pandoc export. Crossref's works are
 * its cousins and share its names and dates.
 */
import { parseIdentifier, type Identifiers } from '../identifiers.ts';
import { partsShown } from '../names.ts';
import type { PaperInput } from '../paper.ts';
import { fieldsWithValue } from './fields.ts';
import { firstRecord, isObject, objects, readJson, text, texts } from './json-records.ts';
import type { JsonDialect, JsonObject } from './json-records.ts';
import { plainText } from './markup.ts';
import type { Source } from './source.ts';
import { yearIn } from './year.ts';

const dialect: JsonDialect = { wrappers: ['items', 'references'], read: readItem };

export const cslJson: Source = {
  name: 'csl-json',
  title: 'CSL-JSON (Zotero)',

  detects(head) {
    const record = firstRecord(head, dialect.wrappers);
    if (!record || (record.title !== undefined && typeof record.title !== 'string')) return false;
    return (
      objects(record.author).some((name) => ['family', 'given', 'literal'].some((part) => part in name)) ||
      dateText(isObject(record.issued) ? record.issued : undefined) !== undefined ||
      ['container-title', 'citation-key', 'title-short'].some((key) => key in record) ||
      // Of CSL's types, those that nobody else would call so.
      /^(?:article|paper|entry|legal|motion|musical|personal|post|review)[-_][a-z_-]+$/.test(text(record.type) ?? '')
    );
  },

  read: (file) => readJson(file, dialect),
};

const MAPPED = [
  ...[
    'title',
    'abstract',
    'author',
    'editor',
    'DOI',
    'PMID',
    'PMCID',
    'URL',
    'id',
    'citation-key',
    'keyword',
    'categories',
  ],
];

/** What an item of CSL says of a paper. */
export function readItem(record: JsonObject): PaperInput {
  const own = isObject(record.custom) && isObject(record.custom.akin) ? record.custom.akin : undefined;
  const venue = ['container-title', 'event-title', 'event'].find((key) => text(record[key]) !== undefined);
  const id = text(record.id);
  const key = text(record['citation-key']) ?? id;
  const keywords = text(record.keyword)?.split(/[;,]/) ?? [];
  return {
    title: richText(record.title),
    abstract: richText(record.abstract),
    authors: people(AUTHORS.map((role) => record[role]).find((value) => people(value).length > 0)),
    year: yearIn(dateText(record.issued)),
    venue: venue && richText(record[venue]),
    url: text(record.URL),
    categories: texts([...keywords, ...texts(record.categories)]),
    // A preprint's number is `arXiv:…`. What akin wrote says its identifiers itself.
    ...(own ? {} : identifiersIn([text(record.number), text(record.note)].join('\n'))),
    ...fieldsWithValue({ doi: text(record.DOI), pmid: text(record.PMID), pmcid: text(record.PMCID) }),
    extra: {
      ...fieldsWithValue({ key, id: id === key ? undefined : id }),
      ...fieldsWithValue({ editors: people(record.editor) }),
      ...readable(fieldsWithValue(record, [...MAPPED, venue ?? ''])),
    },
    ...own, // The id, names, all identifiers, and `extra` as it was.
  };
}

/** A text that may have tags in it, but whose lines are lines, which HTML's are not. */
export function richText(value: unknown): string {
  return (text(value) ?? '').split('\n').map(plainText).join('\n');
}

/** The identifiers in a note, one a line: there Zotero (in its "Extra") keeps those that it has no field for. */
export function identifiersIn(note: string): Identifiers {
  const lines = note.matchAll(/^[ \t]*(?:_?eprint: *(https?:\S+)|(doi|arxiv|pmid|pmcid) *: *(\S+))/gim);
  const ids: Identifiers = {};
  for (const [, url, label, value] of lines) {
    const found = parseIdentifier(url ?? `${label}:${value}`);
    if (found) ids[found.kind] ??= found.value;
  }
  return ids;
}

/** Who stands where articles have authors. */
const AUTHORS = ['author', 'director', 'composer', 'performer', 'host'];

/** The people of a CSL field. */
export function people(value: unknown): (string | object)[] {
  return Array.isArray(value)
    ? value.map((name: unknown) => (isObject(name) ? partsOf(name) : (text(name) ?? '')))
    : [];
}

/** People of whom no more is kept than how their names are seen. */
export const peopleShown = (value: readonly (string | object)[]): string[] =>
  value.map((name) => (typeof name === 'string' ? name : partsShown(name))).filter((name) => name !== '');

/** A name's parts. A particle that may be dropped is left behind where names are sorted, and so belongs to the given name. */
function partsOf(name: JsonObject): string | object {
  // `name` is Crossref's, for organisations.
  const literal = text(name.literal) ?? text(name.name);
  if (literal !== undefined) return text(name.family) === undefined ? { literal } : literal;
  const given = [text(name.given), text(name['dropping-particle'])].filter(Boolean).join(' ');
  return {
    family: text(name.family),
    given,
    particle: text(name['non-dropping-particle']),
    suffix: text(name.suffix),
  };
}

const NAME_PARTS = ['given', 'dropping-particle', 'non-dropping-particle', 'family', 'suffix'];

/** Somebody of whom no more is kept than how people see the name. */
function nameOf(name: JsonObject): string {
  return text(name.literal) ?? text(name.name) ?? texts(NAME_PARTS.map((part) => name[part])).join(' ');
}

/** A CSL date as text: `2016-03-05` as far as it is known, `2016/2017` for a range, or whatever was written for a date. */
export function dateText(value: unknown): string | undefined {
  if (!isObject(value)) return text(value);
  const dates = (Array.isArray(value['date-parts']) ? value['date-parts'] : []).map((parts: unknown) =>
    (Array.isArray(parts) ? parts.map(text) : [])
      .filter((part) => part !== undefined)
      .map((part) => part.padStart(2, '0'))
      .join('-'),
  );
  return text(dates.filter((date) => date !== '').join('/')) ?? text(value.literal) ?? text(value.raw);
}

/** Fields with their dates as text and their people as names. */
export function readable(fields: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => {
      const isDate = isObject(value) && ['date-parts', 'literal', 'raw'].some((part) => part in value);
      if (isDate) return [key, dateText(value) ?? value];
      const isPeople = Array.isArray(value) && value.every((each) => isObject(each) && nameOf(each) !== '');
      return [key, isPeople ? value.map(nameOf) : value];
    }),
  );
}
