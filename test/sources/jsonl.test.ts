import { expect, it } from 'vitest';
import { jsonl } from '../../src/sources/jsonl.ts';
import { MAX_RECORD_CHARACTERS } from '../../src/sources/source.ts';
import { readText, records, rejects } from './read.ts';

it('reads one record a line, the last with or without its end', async () => {
  const found = await readText(jsonl, '{"title": "A"}\n{"title": "B", "pages": [1, 2]}\n{"title": "C"}', 7);
  expect(records(found).map(({ input }) => input)).toEqual([
    { title: 'A' },
    { title: 'B', pages: [1, 2] },
    { title: 'C' },
  ]);
  expect(found.map(({ record }) => record)).toEqual([1, 2, 3]);
});

it('passes over blank lines without counting them', async () => {
  const found = await readText(jsonl, '\n  \n{"title": "A"}\n\t\n\n{"title": "B"}\n\n');
  expect(found.map(({ record, offset }) => [record, offset])).toEqual([
    [1, 4],
    [2, 22],
  ]);
});

it('reads files with Windows line ends', async () => {
  const found = await readText(jsonl, '{"title": "A"}\r\n{"title": "B"}\r\n');
  expect(found).toEqual([
    { record: 1, offset: 0, input: { title: 'A' }, raw: '{"title": "A"}' },
    { record: 2, offset: 16, input: { title: 'B' }, raw: '{"title": "B"}' },
  ]);
});

it('loses one record to a broken line', async () => {
  const found = await readText(jsonl, '{"title": "A"}\n{"title": "B", \n{"title": "C"}\n');
  expect(records(found).map(({ input }) => input.title)).toEqual(['A', 'C']);
  const [reject] = rejects(found);
  expect(reject).toMatchObject({ record: 2, offset: 15, raw: '{"title": "B", ' });
  expect(reject!.reject.code).toBe('syntax');
  expect(reject!.reject.reason).toMatch(/^not JSON: ./);
});

it('rejects what is JSON but no object', async () => {
  const found = await readText(jsonl, '[{"title": "A"}]\n17\n"text"\nnull\ntrue\n{"title": "B"}');
  expect(rejects(found).map(({ record, reject }) => [record, reject])).toEqual(
    [1, 2, 3, 4, 5].map((record) => [record, { code: 'syntax', reason: 'expected an object' }]),
  );
  expect(records(found)).toMatchObject([{ record: 6, input: { title: 'B' } }]);
});

it('gives the place of a record in bytes', async () => {
  const first = '{"title": "Über 10 € 😀"}';
  const found = await readText(jsonl, `${first}\nbroken\n{"title": "B"}`, 3);
  expect(found.map(({ offset }) => offset)).toEqual([0, Buffer.byteLength(first) + 1, Buffer.byteLength(first) + 8]);
});

it('rejects a line longer than any paper, and goes on behind it', async () => {
  const found = await readText(
    jsonl,
    `{"title": "${'a'.repeat(MAX_RECORD_CHARACTERS + 100_000)}"}\n{"title": "B"}`,
    65_536,
  );
  expect(found.map((each) => ('reject' in each ? each.reject.code : each.input.title))).toEqual(['too-large', 'B']);
});

it('is recognised by its first line', () => {
  expect(jsonl.detects('{"title": "A"}\n{"title": "B"}')).toBe(true);
  expect(jsonl.detects('\n {"title": "A"}\r\n')).toBe(true);
  for (const other of [
    '',
    '[{"title": "A"}]',
    '17\n',
    'title,year\n',
    '@article{a,}',
    '<xml/>',
    '{\n  "title": "A",\n  "year": 1\n}',
  ]) {
    expect([other, jsonl.detects(other)]).toEqual([other, false]);
  }
});

it('is recognised although its first line is broken or does not end in what is seen of it', () => {
  expect(jsonl.detects('{"title": "A\n{"title": "B"}\n')).toBe(true);
  expect(jsonl.detects(`{"title": "A", "abstract": "${'a'.repeat(64 * 1024)}`)).toBe(true);
});
