import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AkinError } from '../src/errors.ts';
import { IDENTIFIER_KINDS, normalIdentifier } from '../src/identifiers.ts';
import { contentHash, embeddedText, toPaper, type Paper } from '../src/paper.ts';
import { excerpt, onOneLine, withSingleBlanks } from '../src/text.ts';

const refusal = (input: unknown): AkinError => {
  try {
    toPaper(input);
  } catch (error) {
    if (error instanceof AkinError) return error;
    throw error;
  }
  throw new Error(`${JSON.stringify(input)} was accepted`);
};

describe('toPaper', () => {
  it('wants a title or an abstract, and no more', () => {
    expect(toPaper({ title: 'A title' })).toMatchObject({ title: 'A title', abstract: '', year: null, authors: [] });
    expect(toPaper({ abstract: 'Some text.' })).toMatchObject({ title: '', abstract: 'Some text.' });
    expect(refusal({ title: ' \n ', abstract: '\u0000', year: 2016 })).toMatchObject({
      code: 'record-invalid',
      message: 'expected a title or an abstract, found neither',
    });
    for (const none of [null, undefined, 7, 'text', []]) expect(refusal(none).code).toBe('record-invalid');
  });

  it('takes a number for an id as its digits', () => {
    expect(toPaper({ id: 17, title: 'A' }).id).toBe('17');
    expect(toPaper({ id: '17', title: 'A' }).id).toBe('17');
    expect(toPaper({ id: 0, title: 'A' }).id).toBe('0');
    expect(toPaper({ id: 17, title: 'A' }).ids).toEqual({});
  });

  it('makes an id from the identifier that is preferred, and from the content only without any', () => {
    const all = {
      doi: '10.1000/X',
      arxiv: '2209.09004v3',
      pmid: 7,
      pmcid: 'PMC8',
      acl: 'p18-1001',
      openalex: 'w9',
      s2: 'a'.repeat(40),
    };
    const ofContent = expect.stringMatching(/^akin:[0-9a-f]{16}$/) as string;
    const left: Record<string, unknown> = { ...all };
    const made = IDENTIFIER_KINDS.map((kind) => {
      const { id } = toPaper({ title: 'A', isbn: '9783161484100', ...left });
      delete left[kind];
      return id;
    });
    expect(made).toEqual([
      'doi:10.1000/x',
      'arxiv:2209.09004',
      'pmid:7',
      'pmcid:PMC8',
      'acl:P18-1001',
      'openalex:W9',
      `s2:${'a'.repeat(40)}`,
      ofContent, // Nobody knows whose an ISBN is.
    ]);

    const record = { title: 'On  Things', abstract: 'Text.', year: 2016, authors: ['A. Author'] };
    const { id } = toPaper(record);
    expect(id).toMatch(/^akin:[0-9a-f]{16}$/);
    // White space, order of fields and what says nothing of the work don't matter; what the paper says does.
    expect(
      toPaper({ authors: ['A. Author'], year: '2016', abstract: ' Text.', title: 'On Things', note: 'x' }).id,
    ).toBe(id);
    expect(toPaper({ ...record, title: 'On things' }).id).not.toBe(id);
    expect(toPaper({ ...record, year: 2017 }).id).not.toBe(id);
  });

  it('normalises white space, control characters, lone surrogates and Unicode', () => {
    const paper = toPaper({
      title: '  A\ttitle\r\nover  lines\u0000 and\u001bso on ',
      abstract: 'First \u00a0line  \r\n  second\rthird\n\n\u0007fourth',
      authors: ['  Jose\u0301   Garci\u0301a ', '', 'Broken \ud83d name'],
      venue: ' ',
      url: '',
    });
    expect(paper.title).toBe('A title over lines and so on');
    expect(paper.abstract).toBe('First line\nsecond\nthird\n\nfourth');
    expect(paper.authors).toEqual(['José García', 'Broken \ufffd name']);
    expect(paper.venue).toBeNull();
    expect(paper.url).toBeNull();
  });

  it('puts one blank, or one line end, where there was white space of any kind', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', ' ', ' ', '\n', '\t', '\u00a0', '\u2003', '\r\n'),
      maxLength: 30,
    });
    fc.assert(
      fc.property(text, (given) => {
        const { title, abstract } = toPaper({ title: `T${given}T`, abstract: `A${given}A` });
        expect(title).toBe(`T${given.replace(/\s+/g, ' ')}T`);
        const lines = `A${given}A`.replace(/\r\n/g, '\n').split('\n');
        const expected = lines.map((line) => line.replace(/\s+/g, ' ').replace(/^ | $/g, ''));
        expect(abstract).toBe(expected.join('\n'));
      }),
    );
  });

  it('takes years from 1000 to 2999, as numbers or digits, and nothing else', () => {
    for (const [given, year] of [
      [2016, 2016],
      ['2016', 2016],
      [' 1665 ', 1665],
      [1000, 1000],
      [2999, 2999],
      [null, null],
      ['', null],
    ]) {
      expect(toPaper({ title: 'A', year: given }).year).toBe(year);
    }
    const refused: [unknown, string][] = [
      ['May 2016', 'year: expected a year such as 2016, found "May 2016"'],
      ['2016-05-01', 'year: expected a year such as 2016, found "2016-05-01"'],
      [true, 'year: expected a year such as 2016, found true'],
      [2016.5, 'year: expected a whole year, found 2016.5'],
      ['999', 'year: expected a year from 1000 on, found "999"'],
      [20160, 'year: expected a year before 3000, found 20160'],
    ];
    for (const [year, message] of refused) {
      expect(refusal({ title: 'A', year })).toMatchObject({ code: 'record-invalid', message, field: '/year' });
    }
  });

  it('says which field is wrong, and shows a long value only in part', () => {
    expect(refusal({ title: 17 }).message).toMatch(/^title: .*string.*, found 17$/);
    expect(refusal({ title: 'A', authors: [{ name: 'B' }] })).toMatchObject({
      message: 'authors: expected a list of names, found [{"name":"B"}]',
      field: '/authors',
    });
    expect(refusal({ title: 'A', year: 'x'.repeat(1_000_000) }).message.length).toBeLessThan(200);
  });

  it('takes one name or one keyword for a list', () => {
    expect(toPaper({ title: 'A', authors: 'B. C.', categories: 'cs.IR' })).toMatchObject({
      authors: ['B. C.'],
      categories: ['cs.IR'],
    });
  });

  it('reads identifiers from their fields, from ids, from the id and from the address', () => {
    expect(toPaper({ title: 'A', doi: 'https://doi.org/10.1000/X' }).ids).toEqual({ doi: '10.1000/x' });
    expect(toPaper({ title: 'A', ids: { pmid: 7, acl: 'P18-1001' } }).ids).toEqual({ pmid: '7', acl: 'P18-1001' });
    expect(toPaper({ title: 'A', id: 'arXiv:2209.09004v2' }).ids).toEqual({ arxiv: '2209.09004' });
    expect(toPaper({ title: 'A', url: 'https://aclanthology.org/P18-1001/' }).ids).toEqual({ acl: 'P18-1001' });
    // A field says more than an address; an empty field says nothing.
    expect(toPaper({ title: 'A', doi: '10.1000/a', url: 'https://doi.org/10.1000/b' }).ids).toEqual({
      doi: '10.1000/a',
    });
    expect(toPaper({ title: 'A', doi: '', ids: { doi: '10.1000/a' } }).ids).toEqual({ doi: '10.1000/a' });
  });

  it('knows the arXiv paper by the DOI that arXiv registers', () => {
    const { id, ids } = toPaper({ title: 'A', doi: '10.48550/arXiv.2209.09004' });
    expect(id).toBe('doi:10.48550/arxiv.2209.09004');
    expect(ids).toEqual({ doi: '10.48550/arxiv.2209.09004', arxiv: '2209.09004' });
  });

  it('goes by the ISBN of a book, and not by that of the book it stands in', () => {
    const written = '978-3-16-148410-0';
    for (const type of ['book', 'BOOK', 'mvbook', 'Edited Book', 'monograph', 'phdthesis', 'proceedings', undefined]) {
      const { ids, extra } = toPaper({ title: 'A', extra: { ...(type && { type }), isbn: written } });
      expect([type, ids, extra.isbn]).toEqual([type, { isbn: '9783161484100' }, written]);
    }
    for (const type of ['incollection', 'inbook', 'CHAP', 'bookSection', 'paper-conference', ['Study Guide']]) {
      for (const said of [{ extra: { type, isbn: written } }, { isbn: '9783161484100', extra: { type } }]) {
        const { ids, extra } = toPaper({ title: 'A', ...said });
        expect([type, ids, normalIdentifier('isbn', extra.isbn as string)]).toEqual([type, {}, '9783161484100']);
      }
    }
  });

  it("takes a publisher's address for what it holds, but not the whole book's for that of a part of it", () => {
    const idsOf = (url: string, type?: string) => toPaper({ title: 'A', url, extra: type ? { type } : {} }).ids;
    expect(idsOf('https://dl.acm.org/doi/abs/10.1145/3.4?x=1', 'inproceedings')).toEqual({ doi: '10.1145/3.4' });
    expect(idsOf('https://www.sciencedirect.com/science/article/pii/S0140')).toEqual({});
    const book = 'https://link.springer.com/book/10.1007/978-3-319-24574-4';
    expect([idsOf(book), idsOf(book, 'book'), idsOf(book, 'incollection')]).toEqual([
      { doi: '10.1007/978-3-319-24574-4' },
      { doi: '10.1007/978-3-319-24574-4' },
      {},
    ]);
  });

  it('takes the first of several ISBNs and keeps what was said', () => {
    const several = ['ISBN 0-00-000000-1 (bad)', '3-16-148410-X (print); 979-10-90636-07-1 (online)'];
    const book = toPaper({ title: 'A', extra: { ISBN: several, isbn: '03029743 (ISSN)' } });
    expect(book.ids).toEqual({ isbn: '9783161484100' });
    expect(book.extra).toEqual({ ISBN: several, isbn: '03029743 (ISSN)' });
    expect(toPaper({ title: 'A', extra: { isbn: '9783161484100' } }).extra).toEqual({});
  });

  it('keeps malformed identifiers and fields it has no name for', () => {
    const paper = toPaper({
      title: 'A',
      doi: 'see publisher',
      pmid: 'n/a',
      ids: { isbn: '978-3', s2: 'CorpusID:5' },
      citations: [{ to: 'B', in: [1, 2] }],
      withdrawn: false,
      extra: { key: 'smith2020' },
    });
    expect(paper.ids).toEqual({});
    expect(paper.extra).toEqual({
      key: 'smith2020',
      doi: 'see publisher',
      pmid: 'n/a',
      isbn: '978-3',
      s2: 'CorpusID:5',
      citations: [{ to: 'B', in: [1, 2] }],
      withdrawn: false,
    });
  });

  it('refuses more authors or categories than any paper has', () => {
    const many = (count: number): string[] => Array.from({ length: count }, (_, i) => `Author ${i}`);
    expect(toPaper({ title: 'A', authors: many(20_000) }).authors).toHaveLength(20_000);
    for (const field of ['authors', 'categories']) {
      expect(refusal({ title: 'A', [field]: many(50_001) })).toMatchObject({
        code: 'record-invalid',
        field: `/${field}`,
      });
    }
  });

  it('puts one blank for white space of any kind, in texts of any length', () => {
    const white = fc.oneof(
      fc.constantFrom(' ', '\n', '\t', '  ', '\u00a0'),
      fc.nat(70_000).map((n) => '\n'.repeat(n)),
    );
    const black = fc.oneof(
      fc.constantFrom('a', 'É', '😀'),
      fc.nat(70_000).map((n) => 'a b'.repeat(n)),
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(white, black), { maxLength: 6 }), (parts) => {
        const text = parts.join('');
        expect(onOneLine(text) === text.replace(/\s+/g, ' ')).toBe(true);
        expect(withSingleBlanks(text) === text.replace(/[^\S\n]+/g, ' ')).toBe(true);
      }),
      { seed: 4 },
    );
  });

  it('refuses a record nested too deep to be written again', () => {
    const nested = (levels: number): unknown => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`);
    expect(toPaper({ title: 'A', field: nested(20) }).extra.field).toEqual(nested(20));
    for (const field of ['title', 'year', 'field', 'extra']) {
      expect(refusal({ title: 'A', [field]: nested(200_000) })).toMatchObject({
        code: 'record-invalid',
        message: 'expected at most 100 levels of nesting',
      });
    }
  });

  it('changes nothing about objects when a record names its fields after their parts', () => {
    const paper = toPaper(JSON.parse('{"title": "A", "__proto__": {"polluted": 1}, "constructor": 5}'));
    expect(paper.extra.constructor).toBe(5);
    expect('polluted' in {}).toBe(false);
    expect(Object.getPrototypeOf(paper.extra)).toBe(Object.prototype);
  });

  it('leaves a paper as it is', () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...'aÅ\u030a \n\r\t\u0000\u2028J\u030c') }),
    );
    const identifier = fc.oneof(
      text,
      fc.constantFrom(
        '10.1000/ABC.',
        'https://doi.org/10.1000/a%2525b',
        'https://doi.org/10.1000/a%00',
        '10.1000/J\u030c',
        '10.1000/.',
      ),
      fc.constantFrom(
        'arXiv:2209.09004v2',
        '10.48550/arXiv.2209.09004v3',
        'math.GT/0309136',
        'PMID: 007',
        '2020.ACL-main.1.pdf',
        '3-16-148410-X',
        '9791090636071',
      ),
      fc.stringMatching(/^(doi:|https:\/\/doi\.org\/)?10\.\d{4}\/[a-zA-Z.;%\d]{1,8}$/),
    );
    const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
    const record = fc.record({
      id: optional(fc.oneof(identifier, fc.integer())),
      title: text.map((each) => `t${each}`),
      abstract: optional(text),
      authors: optional(fc.array(text, { maxLength: 3 })),
      year: optional(fc.oneof(fc.integer({ min: 1000, max: 2999 }), fc.constantFrom('1999', '', null))),
      venue: optional(text),
      url: optional(identifier),
      categories: optional(fc.array(text, { maxLength: 3 })),
      ids: optional(fc.dictionary(fc.constantFrom(...IDENTIFIER_KINDS, 'issn'), identifier)),
      extra: optional(
        fc.dictionary(
          fc.oneof(fc.string(), fc.constantFrom('type', 'isbn', 'ISBN')),
          fc.oneof(fc.jsonValue(), fc.constantFrom('book', 'inbook', '978-3-16-148410-0', '9791090636071')),
        ),
      ),
      ...Object.fromEntries(IDENTIFIER_KINDS.map((kind) => [kind, optional(identifier)])),
      anything: optional(fc.jsonValue()),
    });
    fc.assert(
      fc.property(record, (input) => {
        const paper = toPaper(input);
        expect(toPaper(paper)).toEqual(paper);
      }),
      { seed: 1, numRuns: 1000 },
    );
  });
});

describe('contentHash', () => {
  const paper = toPaper({
    title: 'A',
    abstract: 'B',
    authors: ['C', 'D'],
    year: 2016,
    venue: 'E',
    url: 'https://example.org',
    doi: '10.1000/x',
    categories: ['F'],
    note: { a: 1, b: [{ c: 2, d: 3 }] },
  });

  it('does not depend on the order of keys, at any depth', () => {
    const backwards = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(backwards)
        : value !== null && typeof value === 'object'
          ? Object.fromEntries(
              Object.entries(value)
                .reverse()
                .map(([key, inner]) => [key, backwards(inner)]),
            )
          : value;
    expect(JSON.stringify(backwards(paper))).not.toBe(JSON.stringify(paper));
    expect(contentHash(backwards(paper) as Paper)).toBe(contentHash(paper));
  });

  it('differs when any field differs', () => {
    const others: Partial<Paper>[] = [
      { id: 'other' },
      { title: 'A.' },
      { abstract: '' },
      { authors: ['D', 'C'] },
      { authors: ['C, D'] },
      { year: null },
      { venue: null },
      { url: null },
      { ids: {} },
      { categories: [] },
      { extra: {} },
      { extra: { note: { a: 1, b: [{ c: 2, d: '3' }] } } },
    ];
    const hashes = [paper, ...others.map((other) => ({ ...paper, ...other }))].map(contentHash);
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(hashes[0]).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('embeddedText', () => {
  it('is title and abstract on lines of their own, or whichever there is', () => {
    expect(embeddedText({ title: 'A', abstract: 'B' })).toBe('A\nB');
    expect(embeddedText({ title: 'A', abstract: '' })).toBe('A');
    expect(embeddedText({ title: '', abstract: 'B' })).toBe('B');
  });
});

describe('excerpt', () => {
  it('is one line of at most the length asked, without anything that upsets a terminal', () => {
    expect(excerpt(' a\n\tb ', 10)).toBe('a b');
    expect(excerpt('abcdef', 6)).toBe('abcdef');
    expect(excerpt('abcdefg', 6)).toBe('abcde…');
    expect(excerpt('a\u001b[31mred\u0000', 20)).toBe('a [31mred');
  });

  it('never ends in half a character', () => {
    expect(excerpt('abc😀def', 5)).toBe('abc…');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 20 }), (text, length) => {
        const cut = excerpt(text, length);
        expect(cut.isWellFormed()).toBe(true);
        expect(cut.length).toBeLessThanOrEqual(length);
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});
