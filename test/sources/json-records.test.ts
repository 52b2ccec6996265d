import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toPaper } from '../../src/paper.ts';
import { arxivKaggle } from '../../src/sources/arxiv-kaggle.ts';
import { crossref } from '../../src/sources/crossref.ts';
import { cslJson } from '../../src/sources/csl-json.ts';
import { jsonl } from '../../src/sources/jsonl.ts';
import { openalex } from '../../src/sources/openalex.ts';
import { paperlists } from '../../src/sources/paperlists.ts';
import { semanticScholar } from '../../src/sources/semantic-scholar.ts';
import { MAX_RECORD_CHARACTERS } from '../../src/sources/source.ts';
import { readText, recordsSeen as records, rejects } from './read.ts';

const SOURCES = [cslJson, crossref, openalex, semanticScholar, arxivKaggle, paperlists];

/** Works as Zotero would write them, with what is likely to mislead somebody who counts brackets. */
const work = (i: number) => ({
  id: `key${i}`,
  type: 'article-journal',
  title: `On lemmas {${i}`,
  author: [
    { family: 'Ito', given: 'Ai' },
    { family: 'Ode', given: 'Bo' },
  ],
  abstract: `Braces } and "quotes" and \\ of [${i}: é 😀`,
  issued: { 'date-parts': [[2000 + i]] },
});
const works = [0, 1, 2, 3, 4, 5].map(work);
const titles = works.map(({ title }) => title);

const LAYOUTS: [name: string, text: string][] = [
  ['an array on one line', JSON.stringify(works)],
  ['an indented array', JSON.stringify(works, null, 2)],
  ['an array of lines', `[\n${works.map((each) => JSON.stringify(each)).join(',\n')}\n]\n`],
  ['one object a line', works.map((each) => `${JSON.stringify(each)}\n`).join('')],
  ['one object a line, with CRLF', works.map((each) => `${JSON.stringify(each)}\r\n`).join('')],
  ['indented objects one after another', works.map((each) => `${JSON.stringify(each, null, 2)}\n`).join('')],
  ['a wrapper', JSON.stringify({ total: 6, query: { items: 'none' }, items: works, next: null })],
  ['an indented wrapper', JSON.stringify({ meta: [{ a: 1 }], references: works }, null, '\t')],
  ['a wrapper a line', works.map((each) => `${JSON.stringify({ items: [each] })}\n`).join('')],
  ['an array of arrays', JSON.stringify([works.slice(0, 3), works.slice(3)])],
];

describe('a document of records', () => {
  it.each(LAYOUTS)('is read from %s', async (_, text) => {
    const found = await readText(cslJson, text);
    expect(records(found).map(({ input }) => input.title)).toEqual(titles);
    expect(rejects(found)).toEqual([]);
    expect(found.map(({ record }) => record)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('is one record where it is one object', async () => {
    expect(records(await readText(cslJson, JSON.stringify(work(1), null, 1)))).toHaveLength(1);
  });

  it('may be empty', async () => {
    for (const text of ['', ' \n', '[]', '[ ]\n', '{"items":[]}']) expect(await readText(cslJson, text)).toEqual([]);
  });

  it('tells where each record begins, in bytes, however the text is cut into pieces', async () => {
    for (const [, text] of LAYOUTS) {
      const whole = await readText(cslJson, `\ufeff${text}`, text.length + 1);
      const bytes = Buffer.from(`\ufeff${text}`);
      for (const { offset, raw } of whole) {
        expect(bytes.subarray(offset).toString().startsWith(raw)).toBe(true);
        expect(raw.startsWith('{')).toBe(true);
      }
      for (const length of [1, 2, 3, 7, 64]) {
        expect(await readText(cslJson, `\ufeff${text}`, length)).toEqual(whole);
      }
    }
  });

  it('rejects elements that are no objects, saying what they are', async () => {
    const found = await readText(cslJson, '[null, 17, "text", {"title": "A title"}, true]');
    expect(records(found)).toHaveLength(1);
    expect(rejects(found).map(({ record, offset, reject }) => [record, offset, reject.code, reject.reason])).toEqual([
      [1, 1, 'record-invalid', 'expected an object, found null'],
      [2, 7, 'record-invalid', 'expected an object, found a number'],
      [3, 11, 'record-invalid', 'expected an object, found a string'],
      [5, 41, 'record-invalid', 'expected an object, found a boolean'],
    ]);
  });
});

describe('damage', () => {
  const damage: [name: string, broken: (text: string) => string][] = [
    ['a value is missing', (text) => text.replace('"Bo"', '')],
    ['a comma is missing', (text) => text.replace('","type"', '" "type"').replace('",\n', '"\n')],
    ['a comma is too many', (text) => text.replace('"type"', ',"type"')],
    ['an opening quote is missing', (text) => text.replace('"On lemmas', 'On lemmas')],
    ['a closing quote is missing', (text) => text.replace(/(lemmas \{\d)"/, '$1')],
    ['the last quote is missing', (text) => text.replace(/😀"/u, '😀')],
    ['an opening bracket is missing', (text) => text.replace(/"author": ?\[/, '"author":')],
    ['a closing bracket is missing', (text) => text.replace(/\],?(\s*)"abstract"/, ',$1"abstract"')],
    ['the opening brace is missing', (text) => text.replace('{', '')],
    ['the closing brace is missing', (text) => text.replace(/\}\s*$/, '')],
    ['its end is missing', (text) => text.slice(0, text.indexOf('Braces') + 3)],
    ['its beginning is missing', (text) => text.slice(text.indexOf('Ito'))],
    ['a string holds a line break', (text) => text.replace('quotes', 'quo\ntes')],
    ['an escape is wrong', (text) => text.replace('\\"quotes', '\\x"quotes')],
  ];

  for (const [layout, text] of LAYOUTS.slice(0, 5)) {
    it.each(damage)(`costs one record of ${layout} where %s`, async (_, broken) => {
      for (const i of [0, 3, 5]) {
        const start = text.lastIndexOf('{', text.indexOf(`key${i}`));
        const end = i === 5 ? text.length : text.lastIndexOf('{', text.indexOf(`key${i + 1}`));
        const own = text.slice(start, end);
        const separator = /[\s,\]]*$/.exec(own)![0];
        const damaged = broken(own.slice(0, own.length - separator.length)) + separator;
        const found = await readText(cslJson, text.slice(0, start) + damaged + text.slice(end));
        const read = records(found).map(({ input }) => input.title);
        expect(read).toEqual(titles.filter((_, j) => j !== i));
        expect(rejects(found).length).toBeGreaterThan(0);
        expect(rejects(found).length).toBeLessThan(4);
        for (const { reject } of rejects(found)) expect(reject.reason).not.toBe('');
      }
    });
  }

  it('of one character never costs more than the record it is in', async () => {
    const layouts = LAYOUTS.slice(0, 5).map(([, text]) => text);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...layouts),
        fc.nat(),
        fc.constantFrom('', '"', '{', '}', '[', ']', ',', ':', '\\', '\n', 'x'),
        async (text, at, character) => {
          const i = (at % (text.length - 2)) + 1;
          const found = await readText(cslJson, text.slice(0, i) + character + text.slice(i + 1));
          const read = records(found).filter(({ input }) => titles.includes(input.title as string));
          expect(read.length).toBeGreaterThanOrEqual(5);
          expect(read.length === 5 ? found.length : 6).toBeGreaterThan(5);
        },
      ),
      { numRuns: 250 },
    );
  });

  it('at the end of the file is told', async () => {
    const [, text] = LAYOUTS[0]!;
    const inside = await readText(cslJson, text.slice(0, text.indexOf('key3') + 20));
    expect(records(inside)).toHaveLength(3);
    expect(rejects(inside)).toMatchObject([{ record: 4, reject: { reason: 'the file ends inside this record' } }]);
    const between = await readText(cslJson, text.slice(0, text.lastIndexOf('{"id":"key3"')));
    expect(records(between)).toHaveLength(3);
    expect(rejects(between)).toMatchObject([{ record: 4, reject: { code: 'syntax' } }]);
  });

  it('is told line by line where records are lines', async () => {
    const lines = [
      ...works.slice(0, 2).map((each) => JSON.stringify(each)),
      'not a record',
      '{"title": "cut',
      '{"title"',
    ];
    const found = await readText(cslJson, [...lines, JSON.stringify(work(2))].join('\n'));
    expect(records(found)).toHaveLength(3);
    expect(rejects(found).map(({ raw }) => raw.slice(0, 8))).toEqual(['not a re', '{"title"', '{"title"']);
  });

  it('in a record leaves its inner objects inside it', async () => {
    const result = (i: number) => ({
      id: `https://openalex.org/W${i}`,
      title: `On ${i}`,
      authorships: [{ author: { id: 'https://openalex.org/A1', display_name: 'Ai Ito' } }],
      topics: [{ id: 'https://openalex.org/T1', display_name: 'Lemmas' }],
    });
    const text = JSON.stringify({ meta: { count: 3 }, results: [result(1), result(2), result(3)] });
    const found = await readText(openalex, text.replace('On 2"', 'On 2'));
    expect(found.map((each) => ('input' in each ? each.input.title : 'rejected'))).toEqual([
      'On 1',
      'rejected',
      'On 3',
    ]);
  });
});

describe('garbage', () => {
  it('is never an error, and gives the same however it is cut into pieces', async () => {
    const tokens = [
      '{',
      '}',
      '[',
      ']',
      '"',
      ':',
      ',',
      '\\',
      '\n',
      ' ',
      '1',
      'null',
      '"title"',
      '"items"',
      '{"title":"T"}',
      'é',
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...tokens), { maxLength: 60 }).map((parts) => parts.join('')),
        fc.integer({ min: 1, max: 9 }),
        async (text, length) => {
          const found = await readText(cslJson, text);
          const inPieces = await readText(cslJson, text, length);
          expect(inPieces.map((each) => ({ ...each, raw: '' }))).toEqual(found.map((each) => ({ ...each, raw: '' })));
          expect(found.map(({ record }) => record)).toEqual(found.map((_, i) => i + 1));
        },
      ),
      { numRuns: 400 },
    );
  });

  it.each([
    ['braces', '{'],
    ['brackets', '['],
    ['objects in objects', '{"a":'],
    ['lists in objects', '{"items":['],
    ['quotes', '"'],
    ['beginnings of objects', '{"'],
    ['beginnings of records', '\n{"title":"{'],
  ])('of a million %s is read in no time', async (_, unit) => {
    const found = await readText(cslJson, unit.repeat(1_000_000 / unit.length), 65536);
    expect(records(found)).toEqual([]);
    expect(rejects(found).length).toBeGreaterThan(0);
  });

  it('may nest deeply, but not without end', async () => {
    const nested = (levels: number) => `{"title":"T","x":${'['.repeat(levels)}${']'.repeat(levels)}}`;
    const found = await readText(cslJson, `${nested(50)}\n${nested(100_000)}\n{"title":"U"}`);
    expect(records(found).map(({ input }) => input.title)).toEqual(['T', 'U']);
    expect(() => toPaper(records(found)[0]!.input)).not.toThrow();
    expect(rejects(found)).toMatchObject([{ reject: { code: 'syntax', reason: 'nested more than 500 levels deep' } }]);
  });

  it('cannot make a source throw, whatever a record holds', async () => {
    const names = [
      'title',
      'abstract',
      'author',
      'authors',
      'issued',
      'date-parts',
      'id',
      'ids',
      'DOI',
      'note',
      'doi',
      'year',
    ];
    names.push(
      'abstract_inverted_index',
      'authorships',
      'primary_location',
      'source',
      'topics',
      'display_name',
      'subject',
    );
    names.push(
      'externalIds',
      'journal',
      'tldr',
      'references',
      's2FieldsOfStudy',
      'authors_parsed',
      'versions',
      'categories',
    );
    names.push(
      'family',
      'given',
      'keywords',
      'bibtex',
      '__proto__',
      'keyword',
      'container-title',
      'citedPaper',
      'license',
    );
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom<unknown>(
          null,
          true,
          -1,
          1e9,
          2016.5,
          '',
          ' ',
          '<p>',
          'T',
          '\\"',
          '2016-05',
          '10.1234/x',
          '\ud800',
        ),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(fc.constantFrom(...names), tie('value'), { maxKeys: 12 }),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(fc.array(value, { maxLength: 4 }), fc.constantFrom(...SOURCES), async (given, source) => {
        const text = JSON.stringify(given);
        SOURCES.forEach((each) => each.detects(text));
        expect(await readText(source, text)).toHaveLength(given.flat(Infinity).length);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a record that is too large', () => {
  it('is skipped, and reading goes on', async () => {
    const large = JSON.stringify({ title: 'Large', abstract: 'x'.repeat(MAX_RECORD_CHARACTERS) });
    for (const [open, comma, close] of [
      ['[', ',', ']'],
      ['', '\n', ''],
    ]) {
      const found = await readText(cslJson, `${open}{"title":"A"}${comma}${large}${comma}{"title":"B"}${close}`, 65536);
      expect(records(found).map(({ input }) => input.title)).toEqual(['A', 'B']);
      expect(rejects(found)).toMatchObject([{ record: 2, reject: { code: 'too-large' } }]);
      expect(rejects(found)[0]!.raw.length).toBeLessThan(1000);
    }
  });

  it('is one of too many values, too', async () => {
    for (const many of ['0,'.repeat(260_000), '[],'.repeat(200_000), '{},'.repeat(200_000)]) {
      const found = await readText(cslJson, `[{"title":"A"},{"title":"Large","x":[${many}0]},{"title":"B"}]`, 65536);
      expect(records(found).map(({ input }) => input.title)).toEqual(['A', 'B']);
      expect(rejects(found)).toMatchObject([{ record: 2, reject: { code: 'too-large' } }]);
    }
    const authors = Array.from({ length: 10_000 }, (_, i) => ({ family: `F${i}`, given: 'G', sequence: 'additional' }));
    const found = await readText(cslJson, JSON.stringify([{ title: 'A', author: authors }]), 65536);
    expect(records(found)[0]!.input.authors).toHaveLength(10_000);
  });
});

describe('the dialects', () => {
  const samples: [name: string, record: object, wrap?: (list: object[]) => object][] = [
    ['csl-json', work(1), (items) => ({ items })],
    ['csl-json', { id: 'x', type: 'paper-conference', title: 'T' }],
    ['csl-json', { title: 'T', 'container-title': 'J', abstract: 'A' }],
    ['crossref', { DOI: '10.1234/x', title: ['T'], member: '1' }, (items) => ({ status: 'ok', message: { items } })],
    ['crossref', { DOI: '10.1234/x', title: ['T'], author: [{ family: 'Ito' }], issued: { 'date-parts': [[2016]] } }],
    ['openalex', { id: 'https://openalex.org/W1', title: 'T' }, (results) => ({ meta: {}, results })],
    ['openalex', { display_name: 'T', abstract_inverted_index: { A: [0] } }],
    ['semantic-scholar', { paperId: 'a'.repeat(40), title: 'T', abstract: 'A' }, (data) => ({ total: 1, data })],
    ['semantic-scholar', { contexts: [], citedPaper: { paperId: 'a'.repeat(40), title: 'T' } }, (data) => ({ data })],
    ['arxiv-kaggle', { id: '0704.0001', authors_parsed: [['Ito', 'Ai', '']], title: 'T', abstract: 'A' }],
    [
      'paperlists',
      { id: 'a1', title: 'T', author: 'Ai Ito', aff: 'U', track: 'main', status: 'Poster', abstract: 'A' },
    ],
    ['nobody', { id: 'doi:10.1234/x', title: 'T', abstract: 'A', authors: ['Ai Ito'], year: 2016, venue: 'J' }],
    ['nobody', { title: 'T', abstract: 'A', type: 'article', openalex: 'W1', s2: 'a'.repeat(40), doi: '10.1234/x' }],
    ['nobody', { id: 'https://openalex.org/W1', title: 'T', abstract: 'A' }],
    ['nobody', { id: '0704.0001', title: 'T', abstract: 'A', categories: ['cs.LG'] }],
  ];

  it.each(samples)('are told apart: %s', (name, record, wrap) => {
    const texts = [[record], [record, record]].flatMap((list) => [
      JSON.stringify(list),
      JSON.stringify(list, null, 2),
      list.map((each) => JSON.stringify(each)).join('\n'),
      ...(wrap ? [JSON.stringify(wrap(list)), JSON.stringify(wrap(list), null, 1)] : []),
      `[null, ${JSON.stringify(record)}]`,
    ]);
    for (const text of texts) {
      const names = SOURCES.filter((source) => source.detects(text)).map((source) => source.name);
      expect(names).toEqual(name === 'nobody' ? [] : [name]);
    }
    expect(jsonl.detects(JSON.stringify(record))).toBe(true); // Why they are asked before it.
  });

  it.each(samples)('are told by the fields that are whole in a text that is cut: %s', (name, record) => {
    const text = JSON.stringify([{ ...record, z: 'x'.repeat(100_000) }]).slice(0, 65536);
    const names = SOURCES.filter((source) => source.detects(text)).map((source) => source.name);
    expect(names).toEqual(name === 'nobody' ? [] : [name]);
  });

  it('are none of other texts', () => {
    for (const text of [
      '',
      '[',
      '{',
      'title,abstract\n',
      '@article{a, title={T}}',
      '<?xml version="1.0"?><a/>',
      '[1]',
      '{]',
    ]) {
      expect(SOURCES.filter((source) => source.detects(text))).toEqual([]);
    }
  });
});
