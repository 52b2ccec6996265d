import { describe, expect, it } from 'vitest';
import { jsonl } from '../../src/sources/jsonl.ts';
import { detectSource } from '../../src/sources/registry.ts';
import { MAX_RECORD_CHARACTERS } from '../../src/sources/source.ts';
import { readText, recordsSeen as records, rejects } from './read.ts';

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
  const found = await readText(jsonl, '17\n[{"title": "A"}]\n"text"\nnull\ntrue\n{"title": "B"}');
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

it('rejects a line of more values than any paper has', async () => {
  const many = `{"title": "A", "x": [${'{},'.repeat(200_000)}0]}`;
  const wordy = `{"title": "B", "abstract": "${'[\\",'.repeat(100_000)}"}`;
  const found = await readText(jsonl, `${many}\n${wordy}`, 65_536);
  expect(found.map((each) => ('reject' in each ? each.reject.code : each.input.title))).toEqual(['too-large', 'B']);
});

it('is recognised by its first line', () => {
  expect(jsonl.detects('{"title": "A"}\n{"title": "B"}')).toBe(true);
  expect(jsonl.detects('\n {"title": "A"}\r\n')).toBe(true);
  for (const other of [
    '',
    '[17]',
    '[{"name": "A"}]',
    '17\n',
    'title,year\n',
    '@article{a,}',
    '<xml/>',
    '{\n  "name": "A",\n  "year": 1\n}',
  ]) {
    expect([other, jsonl.detects(other)]).toEqual([other, false]);
  }
});

it('is recognised where it holds nothing', () => {
  for (const nothing of ['[]', '{"items": []}', '{"meta": {}, "results": [ ]}'])
    expect(jsonl.detects(nothing)).toBe(true);
  expect(jsonl.detects('{\n  "name": "A",\n  "friends": []\n}')).toBe(false);
});

it('is recognised although its first line is broken or does not end in what is seen of it', () => {
  expect(jsonl.detects('{"title": "A\n{"title": "B"}\n')).toBe(true);
  expect(jsonl.detects(`{"title": "A", "abstract": "${'a'.repeat(64 * 1024)}`)).toBe(true);
});

describe('a JSON document', () => {
  const papers = [
    { id: 'a1', title: 'A', authors: ['Ai Ito'], year: 2016, extra: { note: '[' } },
    { id: 'a2', abstract: 'B', doi: '10.1234/x' },
  ];

  it.each([
    ['a list on one line', JSON.stringify(papers)],
    ['a list over many lines', JSON.stringify(papers, null, 2)],
    ['a list with a line for each', `[\n${papers.map((paper) => JSON.stringify(paper)).join(',\n')}\n]\n`],
    ['objects over several lines', papers.map((paper) => JSON.stringify(paper, null, 1)).join('\n')],
  ])('is read: %s', async (_, text) => {
    expect(detectSource(text)).toBe(jsonl);
    const found = await readText(jsonl, text, 7);
    expect(records(found).map(({ input }) => input)).toEqual(papers);
  });

  it('loses one record to a broken one', async () => {
    const found = await readText(jsonl, '[{"title": "A"},\n{"title": B},\n{"title": "C"}, 17]');
    expect(found.map((each) => ('input' in each ? each.input.title : each.reject.code))).toEqual([
      'A',
      'syntax',
      'C',
      'record-invalid',
    ]);
  });

  it('is left to the source of its own kind where there is one', () => {
    const csl = { id: 'x', type: 'article-journal', title: 'T', author: [{ family: 'Ito' }] };
    expect(detectSource(JSON.stringify([csl]))?.name).toBe('csl-json');
    expect(detectSource(JSON.stringify([{ id: 'https://openalex.org/W1', display_name: 'T' }]))?.name).toBe('openalex');
    expect(detectSource(JSON.stringify([{ DOI: '10.1234/x', title: ['T'] }]))?.name).toBe('crossref');
  });
});
