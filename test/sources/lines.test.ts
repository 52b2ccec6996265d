import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fileOf, linesIn, linesOf, MAX_RECORD_CHARACTERS, type Line } from '../../src/sources/source.ts';

async function read(pieces: string[]): Promise<Line[]> {
  const lines: Line[] = [];
  for await (const line of linesOf(
    (async function* () {
      yield* pieces;
    })(),
  ))
    lines.push(line);
  return lines;
}

/** What the lines are, computed the plain way. */
function expected(text: string): Line[] {
  const parts = text.split(/(\r\n|\n|\r)/);
  const lines: Line[] = [];
  for (let i = 0, offset = 0; i < parts.length; i += 2) {
    const [body, end] = [parts[i]!, parts[i + 1]];
    if (body !== '' || end !== undefined) lines.push({ text: body, offset, tooLong: false });
    offset += Buffer.byteLength(body + (end ?? ''));
  }
  return lines;
}

/** Cuts a text at the given places. */
function cut(text: string, places: number[]): string[] {
  const bounds = [0, ...places.map((place) => place % (text.length + 1)).sort((a, b) => a - b), text.length];
  return bounds.slice(1).map((end, i) => text.slice(bounds[i], end));
}

it('gives the same lines, wherever the text is cut', async () => {
  const text = fc.string({ unit: fc.constantFrom('a', '\n', '\r', 'é', '€', '😀', ' ') });
  await fc.assert(
    fc.asyncProperty(text, fc.array(fc.nat(), { maxLength: 8 }), async (whole, places) => {
      expect(await read(cut(whole, places))).toEqual(expected(whole));
    }),
    { seed: 1, numRuns: 1000 },
  );
});

it('takes a line as long as a record may be', async () => {
  const [line] = await read(cut('a'.repeat(MAX_RECORD_CHARACTERS), [1000, 70_000]));
  expect(line).toMatchObject({ tooLong: false });
  expect(line!.text.length).toBe(MAX_RECORD_CHARACTERS);
});

it('cuts an overlong line, and reads the next one at its place', async () => {
  const long = `é${'a'.repeat(MAX_RECORD_CHARACTERS + 100_000)}ü`;
  const lines = await read(
    cut(
      `before\n${long}\r\nafter\nlast`,
      Array.from({ length: 200 }, (_, i) => i * 50_000),
    ),
  );
  expect(lines.map(({ offset, tooLong }) => ({ offset, tooLong }))).toEqual([
    { offset: 0, tooLong: false },
    { offset: 7, tooLong: true },
    { offset: 7 + Buffer.byteLength(long) + 2, tooLong: false },
    { offset: 7 + Buffer.byteLength(long) + 2 + 6, tooLong: false },
  ]);
  expect(lines[1]!.text.length).toBe(MAX_RECORD_CHARACTERS);
  expect(long.startsWith(lines[1]!.text)).toBe(true);
  expect([lines[0]!.text, lines[2]!.text, lines[3]!.text]).toEqual(['before', 'after', 'last']);
});

it('cuts an overlong line that ends with the text', async () => {
  const lines = await read(cut('a'.repeat(MAX_RECORD_CHARACTERS + 1), [100]));
  expect(lines).toEqual([{ text: 'a'.repeat(MAX_RECORD_CHARACTERS), offset: 0, tooLong: true }]);
});

it('cuts an overlong line that comes in one piece', async () => {
  const lines = await read([`${'a'.repeat(MAX_RECORD_CHARACTERS + 1)}\nafter`]);
  expect(lines.map(({ text, tooLong }) => [text.length, tooLong])).toEqual([
    [MAX_RECORD_CHARACTERS, true],
    [5, false],
  ]);
});

it('counts a character on the very edge of an overlong line once', async () => {
  const long = `${'a'.repeat(MAX_RECORD_CHARACTERS - 1)}😀and more`;
  const [, after] = await read([long.slice(0, 5000), long.slice(5000), '\nafter']);
  expect(after).toEqual({ text: 'after', offset: Buffer.byteLength(long) + 1, tooLong: false });
});

it.each(['\n', '\r\n', '\r', '\u2028', '\u2029', '\u0085', '\v', '\f'])(
  'finds out that a file ends its lines with %j',
  async (end) => {
    const lines: Line[] = [];
    for await (const line of linesIn(fileOf(['é', '', 'b c'].join(end), 'test', 2))) lines.push(line);
    const length = Buffer.byteLength(end);
    expect(lines.map(({ text, offset }) => [text, offset])).toEqual([
      ['é', 0],
      ['', 2 + length],
      ['b c', 2 + 2 * length],
    ]);
  },
);
