import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { LinesAhead } from '../../src/sources/lines-ahead.ts';
import { fileOf, linesOf, MAX_RECORD_CHARACTERS } from '../../src/sources/source.ts';

const piecesOf = (text: string, length: number) => fileOf(text, 'text', length).text();
const texts = fc.string({ unit: fc.constantFrom('a', 'é', '\n', '\n', '\r\n', '\r', ' '), maxLength: 40 });

it('gives the lines that a text has, in whatever pieces it comes', async () => {
  await fc.assert(
    fc.asyncProperty(texts, fc.integer({ min: 1, max: 9 }), async (text, length) => {
      const lines = new LinesAhead(piecesOf(text, length));
      const read = [];
      for (let line = await lines.at(0); line; line = await lines.at(0)) {
        read.push({ text: line.text, offset: lines.offset, tooLong: line.tooLong });
        lines.drop(line.end);
      }
      const expected = [];
      for await (const line of linesOf(piecesOf(text, length))) expected.push(line);
      expect(read).toEqual(expected);
    }),
  );
});

it('gives a line again as often as it is asked for, and all up to it', async () => {
  const lines = new LinesAhead(piecesOf('a\nbb\r\nc\nd', 2));
  const first = (await lines.at(0))!;
  const second = (await lines.at(first.end))!;
  expect([first.text, second.text, (await lines.at(first.end))!.text]).toEqual(['a', 'bb', 'bb']);
  expect(lines.upTo(second.end)).toBe('a\nbb');
  lines.drop(first.end);
  const third = (await lines.at((await lines.at(0))!.end))!;
  expect([third.text, lines.upTo(third.end), lines.offset]).toEqual(['c', 'bb\nc', 2]);
});

it('keeps the beginning of a line that is too long, and passes over the rest of it', async () => {
  const lines = new LinesAhead(piecesOf(`${'x'.repeat(MAX_RECORD_CHARACTERS * 2)}\ny`, 65_536));
  const { text, tooLong } = (await lines.at(0))!;
  expect([text.length, tooLong]).toEqual([MAX_RECORD_CHARACTERS, true]);
  await lines.dropLine();
  expect([(await lines.at(0))!.text, lines.offset]).toEqual(['y', MAX_RECORD_CHARACTERS * 2 + 1]);
});
