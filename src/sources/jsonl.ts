/**
 * JSON Lines, one paper an object: akin's own format, and that of most published corpora. The same objects as one JSON
 * document, a list of them or one over several lines, are read as well; what other programs call by names of their own is
 * known by them (`json-names.ts`).
 */
import { withOwnNames } from './json-names.ts';
import { firstRecord, hasTooManyValues, isObject, readJson, text, TOO_MANY } from './json-records.ts';
import type { JsonDialect, JsonObject } from './json-records.ts';
import { HEAD_CHARACTERS, linesOf, TOO_LARGE, type Found, type Source, type SourceFile } from './source.ts';

const dialect: JsonDialect = { wrappers: [], read: withOwnNames };

export const jsonl: Source = {
  name: 'jsonl',
  title: 'JSON Lines, JSON list',

  detects(head) {
    if (isEmpty(head)) return true;
    if (isDocument(head)) {
      const record = firstRecord(head, dialect.wrappers);
      return text(record?.title) !== undefined || text(record?.abstract) !== undefined;
    }
    const lines = head.trimStart().split('\n');
    // Any line will do: the first may be broken, or longer than what is seen of the file.
    return lines[0]!.startsWith('{') && (lines.length === 1 || lines.some((line) => isObject(parse(line))));
  },

  async *read(file) {
    if (isEmpty(file.head)) return;
    yield* isDocument(file.head) ? readJson(file, dialect) : readLines(file);
  },
};

/** A whole document that holds nothing: an empty list, or an answer whose list is empty. */
function isEmpty(head: string): boolean {
  if (head.length >= HEAD_CHARACTERS || !/\[\s*\]\s*(?:,|$|\}+\s*$)/.test(head)) return false;
  const value = parse(head.replace(/^\ufeff/, ''));
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && listsIn(value, 2).some((list) => list.length === 0) && !isPaper(value);
}

const isPaper = (value: JsonObject): boolean => text(value.title) !== undefined || text(value.abstract) !== undefined;

/** The lists in an object and in those inside it, as deep as answers keep their records. */
const listsIn = (value: JsonObject, depth: number): unknown[][] =>
  Object.entries(value).flatMap(([key, each]) => {
    if (Array.isArray(each)) return RECORDS.has(key) ? [each] : [];
    return isObject(each) && depth > 0 ? listsIn(each, depth - 1) : [];
  });

/** What services and programs call the list of their records. */
const RECORDS = new Set([
  'items',
  'results',
  'result',
  'data',
  'records',
  'references',
  'papers',
  'articles',
  'entries',
  'hits',
  'documents',
]);

/** No line of JSON Lines begins a list or leaves its object open. */
const isDocument = (head: string): boolean => /^[\s\ufeff]*(?:\[|\{[ \t\r]*\n)/.test(head);

async function* readLines(file: SourceFile): AsyncGenerator<Found> {
  let record = 0;
  for await (const { text, offset, tooLong } of linesOf(file.text())) {
    if (text.trim() === '') continue;
    record++;
    if (tooLong) {
      yield { record, offset, raw: text, reject: TOO_LARGE };
      continue;
    }
    if (hasTooManyValues(text)) {
      yield { record, offset, raw: text, reject: TOO_MANY };
      continue;
    }
    const value = parse(text);
    if (isObject(value)) {
      yield { record, offset, raw: text, input: withOwnNames(value) };
    } else {
      const reason = value instanceof Error ? `not JSON: ${value.message}` : 'expected an object';
      yield { record, offset, raw: text, reject: { code: 'syntax', reason } };
    }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return error;
  }
}
