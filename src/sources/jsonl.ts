/**
 * JSON Lines, one paper an object: akin's own format, and that of most published corpora. The same objects as one JSON
 * document, a list of them or one over several lines, are read as well; what other programs call by names of their own is
 * known by them (`json-names.ts`).
 */
import { withOwnNames } from './json-names.ts';
import { firstRecord, hasTooManyValues, isObject, readJson, text, TOO_MANY, type JsonDialect } from './json-records.ts';
import { linesOf, TOO_LARGE, type Found, type Source, type SourceFile } from './source.ts';

const dialect: JsonDialect = { wrappers: [], read: withOwnNames };

export const jsonl: Source = {
  name: 'jsonl',
  title: 'JSON Lines, JSON list',

  detects(head) {
    if (isDocument(head)) {
      const record = firstRecord(head, dialect.wrappers);
      return text(record?.title) !== undefined || text(record?.abstract) !== undefined;
    }
    const lines = head.trimStart().split('\n');
    // Any line will do: the first may be broken, or longer than what is seen of the file.
    return lines[0]!.startsWith('{') && (lines.length === 1 || lines.some((line) => isObject(parse(line))));
  },

  read: (file) => (isDocument(file.head) ? readJson(file, dialect) : readLines(file)),
};

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
