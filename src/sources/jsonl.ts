/** JSON Lines, one paper an object: akin's own format, and that of most published corpora. */
import { linesOf, type Found, type Source } from './source.ts';

export const jsonl: Source = {
  name: 'jsonl',
  title: 'JSON Lines',

  detects(head) {
    const lines = head.trimStart().split('\n');
    // Any line will do: the first may be broken, or longer than what is seen of the file.
    return lines[0]!.startsWith('{') && (lines.length === 1 || lines.some((line) => isObject(parse(line))));
  },

  async *read(file): AsyncGenerator<Found> {
    let record = 0;
    for await (const { text, offset, tooLong } of linesOf(file.text())) {
      if (text.trim() === '') continue;
      record++;
      if (tooLong) {
        yield { record, offset, raw: text, reject: { code: 'too-large', reason: 'the line is longer than 8 MiB' } };
        continue;
      }
      const value = parse(text);
      if (isObject(value)) {
        yield { record, offset, raw: text, input: value };
      } else {
        const reason = value instanceof Error ? `not JSON: ${value.message}` : 'expected an object';
        yield { record, offset, raw: text, reject: { code: 'syntax', reason } };
      }
    }
  },
};

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return error;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Error);
}
