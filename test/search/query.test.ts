import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AkinError } from '../../src/errors.ts';
import { filterSchema, type Filter } from '../../src/library/filter.ts';
import { parseQuery } from '../../src/search/query.ts';
import { itShared, sharedPath } from '../shared.ts';

const filter = (query: string): Filter | undefined => parseQuery(query).filter;
/** What is refused, as one line. */
const refusal = (query: string): string => {
  try {
    parseQuery(query);
  } catch (error) {
    expect(error).toMatchObject({ name: 'AkinError', code: 'invalid-argument', field: 'query' });
    return `${(error as AkinError).message}: ${(error as AkinError).hint}`;
  }
  return expect.fail(`${query} was not refused`);
};

describe('a query', () => {
  it('of plain words is what to rank by, and nothing else', () => {
    expect(parseQuery('  saving energy\n in  attention ')).toEqual({
      text: 'saving energy in attention',
      words: 'saving energy in attention',
      phrases: [],
      filter: undefined,
      conditions: [],
      identifier: undefined,
      canonical: 'saving energy in attention',
    });
    expect(parseQuery('')).toMatchObject({ text: '', filter: undefined });
  });

  it('keeps words that look a little like conditions', () => {
    for (const plain of [
      'state-of-the-art GPT-4 results',
      'BERT: Pre-training of deep encoders',
      'Title: a study',
      'node:fs and mode:strict',
      'author: bengio',
      'C++: a language',
      'http://example.org/paper?year:2019',
      'see http://example.org',
      'a ratio of 10:1 at 12:30',
      'Foo: bar – baz — qux - end',
      'cooled to -40 degrees, -5 % less',
      '--verbose -',
      'std::vector and Re:Thinking',
      'actor:critic',
      'methods (with brackets) [and others]',
      '"Why should I trust you?": explaining predictions',
      'a 5" disk and a 3" disk',
      'the "unbalanced',
      'unbalanced" too',
      'say""nothing',
      '""',
      '" "',
      '"–"',
      'cats OR dogs AND birds NOT fish',
      'OR',
      'TO BE OR NOT TO BE',
      'AND OR NOT',
      '“typographic” quotes',
      'in: nothing',
      'has : nothing',
      "l'analyse d'un corpus",
    ]) {
      expect(parseQuery(plain)).toMatchObject({ text: plain, filter: undefined, canonical: plain });
    }
  });

  it('wants phrases to be there, and ranks by their words too', () => {
    expect(parseQuery('fast "deep  learning", "on phones" today')).toEqual({
      text: 'fast deep learning on phones today',
      words: 'fast today',
      phrases: ['deep learning', 'on phones'],
      filter: { all: [{ phrase: 'deep learning' }, { phrase: 'on phones' }] },
      droppable: { written: ['"deep learning"', '"on phones"'], text: 'fast today', filter: undefined },
      conditions: [
        { written: '"deep learning"', without: 'fast "on phones" today' },
        { written: '"on phones"', without: 'fast "deep learning" today' },
      ],
      identifier: undefined,
      canonical: 'fast "deep learning" "on phones" today',
    });
    expect(parseQuery('title:"deep learning" phones')).toMatchObject({
      text: 'deep learning phones',
      phrases: ['deep learning'],
      filter: { title: 'deep learning' },
    });
  });

  it('leaves out what stands after a minus, and does not rank by it', () => {
    expect(parseQuery('jaguar -car')).toMatchObject({
      text: 'jaguar',
      phrases: [],
      filter: { not: { phrase: 'car' } },
    });
    expect(parseQuery('jaguar -"sports car"')).toMatchObject({
      text: 'jaguar',
      phrases: [],
      filter: { not: { phrase: 'sports car' } },
    });
    expect(parseQuery('-author:"a smith" -year:..1999 -title:review')).toMatchObject({
      text: '',
      phrases: [],
      filter: { all: [{ not: { author: 'a smith' } }, { not: { year: { to: 1999 } } }, { not: { title: 'review' } }] },
    });
    expect(filter('-semi-supervised')).toEqual({ not: { phrase: 'semi-supervised' } });
    expect(filter('learning NOT author:bengio')).toEqual(filter('learning -author:bengio'));
    expect(filter('NOT NOT author:bengio')).toEqual({ author: 'bengio' });
    expect(parseQuery('NOT -"a b"')).toMatchObject({ text: 'a b', filter: { phrase: 'a b' } });
  });

  it('has fields for what a paper says of itself', () => {
    expect(filter('author:bengio')).toEqual({ author: 'bengio' });
    expect(filter('author:"Yoshua Bengio"')).toEqual({ author: 'Yoshua Bengio' });
    expect(filter('AUTHOR:bengio')).toEqual({ author: 'bengio' });
    expect(filter('venue:"neural information"')).toEqual({ venue: 'neural information' });
    expect(filter('category:cs.CL')).toEqual({ category: 'cs.CL' });
    expect(filter('in:"to read"')).toEqual({ collection: 'to read' });
    expect(filter('has:doi')).toEqual({ has: 'doi' });
    expect(filter('has:Abstract')).toEqual({ has: 'abstract' });
    expect(parseQuery('graphs author:bengio venue:nature')).toMatchObject({
      text: 'graphs',
      filter: { all: [{ author: 'bengio' }, { venue: 'nature' }] },
    });
  });

  it('takes years and ranges of years', () => {
    const years: Record<string, { from?: number; to?: number }> = {
      '2019': { from: 2019, to: 2019 },
      '2019..2022': { from: 2019, to: 2022 },
      '2019..2019': { from: 2019, to: 2019 },
      '2019-2022': { from: 2019, to: 2022 },
      '2019–2022': { from: 2019, to: 2022 },
      '2019..': { from: 2019 },
      '..2022': { to: 2022 },
      '>=2019': { from: 2019 },
      '>2019': { from: 2020 },
      '<=2019': { to: 2019 },
      '<2019': { to: 2018 },
    };
    for (const [written, year] of Object.entries(years)) expect(filter(`year:${written}`)).toEqual({ year });
    for (const wrong of [
      'soon',
      '19',
      '20190',
      '2022..2019',
      '2019...2020',
      '2022-2019',
      '2019-',
      '..',
      '=2019',
      '2019..x',
    ]) {
      expect(refusal(`year:${wrong}`)).toContain('2019..2022');
    }
  });

  it('takes any of several values', () => {
    expect(filter('year:2019,2021..')).toEqual({ any: [{ year: { from: 2019, to: 2019 } }, { year: { from: 2021 } }] });
    expect(filter('author:"Y. Bengio",hinton')).toEqual({ any: [{ author: 'Y. Bengio' }, { author: 'hinton' }] });
    expect(filter('-venue:nature,science')).toEqual({ not: { any: [{ venue: 'nature' }, { venue: 'science' }] } });
    expect(parseQuery('author:bengio, graphs')).toMatchObject({ text: 'graphs', filter: { author: 'bengio' } });
    expect(filter('author:,,bengio,')).toEqual({ author: 'bengio' });
  });

  it('joins conditions by OR, closer than by standing side by side', () => {
    expect(parseQuery('author:bengio OR venue:"the lancet" OR -has:doi year:2019.. graphs')).toMatchObject({
      text: 'graphs',
      filter: {
        all: [
          { any: [{ author: 'bengio' }, { venue: 'the lancet' }, { not: { has: 'doi' } }] },
          { year: { from: 2019 } },
        ],
      },
    });
    expect(parseQuery('"deep learning" OR transformers for speech')).toMatchObject({
      text: 'deep learning transformers for speech',
      phrases: ['deep learning', 'transformers'],
      filter: { any: [{ phrase: 'deep learning' }, { phrase: 'transformers' }] },
    });
    // A word between two others and a phrase is one of three; NOT holds for one of them.
    expect(filter('cats OR NOT dogs OR "white mice"')).toEqual({
      any: [{ phrase: 'cats' }, { not: { phrase: 'dogs' } }, { phrase: 'white mice' }],
    });
  });

  it('does not rank by connecting words that belong to conditions', () => {
    expect(parseQuery('graphs AND author:bengio')).toMatchObject({ text: 'graphs', filter: { author: 'bengio' } });
    expect(parseQuery('author:bengio AND year:2019 AND')).toMatchObject({
      text: '',
      filter: { all: [{ author: 'bengio' }, { year: { from: 2019, to: 2019 } }] },
    });
    expect(parseQuery('OR author:bengio OR')).toMatchObject({ text: '', filter: { author: 'bengio' } });
    expect(parseQuery('– OR author:bengio')).toMatchObject({ text: '–', filter: { author: 'bengio' } });
    expect(parseQuery('rise AND fall author:bengio')).toMatchObject({ text: 'rise AND fall' });
  });

  it('that is nothing but an identifier names a paper', () => {
    const named = {
      'doi:10.1000/X.1': 'doi:10.1000/x.1',
      '10.1000/x.1': 'doi:10.1000/x.1',
      'https://doi.org/10.1000/x.1': 'doi:10.1000/x.1',
      'arXiv:2209.09004v2': 'arxiv:2209.09004',
      '2209.09004': 'arxiv:2209.09004',
      'hep-th/9901001': 'arxiv:hep-th/9901001',
      'https://arxiv.org/pdf/2209.09004.pdf': 'arxiv:2209.09004',
      'pmid:12345': 'pmid:12345',
      'P19-1001': 'acl:P19-1001',
      W2741809787: 'openalex:W2741809787',
    };
    for (const [query, identifier] of Object.entries(named)) {
      expect(parseQuery(` ${query} `)).toMatchObject({ identifier, text: query, filter: undefined });
    }
    for (const query of [
      '12345',
      '2019',
      'about 2209.09004',
      'https://example.org/1',
      '2209.09004 year:2019',
      'cs.CL',
    ]) {
      expect([query, parseQuery(query).identifier]).toEqual([query, undefined]);
    }
  });
});

describe('what is refused', () => {
  it('is a field that is nearly one there is, with the one that was meant', () => {
    const meant = {
      'auther:bengio': 'author',
      'authors:bengio': 'author',
      'graphs -auhtor:bengio': 'author',
      'yaer:2019': 'year',
      'date:2019': 'year',
      'journal:nature': 'venue',
      'Venues:nature': 'venue',
      'catagory:cs.CL': 'category',
      'categories:cs.CL': 'category',
      'titel:graphs': 'title',
      'collection:thesis': 'in',
      'author:bengio OR tag:x': 'in',
    };
    for (const [query, field] of Object.entries(meant)) expect(refusal(query)).toContain(`did you mean ${field}:?`);
    expect(refusal('auther:bengio')).toMatch(/^there is no field "auther".*put a space after the colon$/);
  });

  it('is a value its field can not have', () => {
    expect(refusal('has:dio')).toContain('did you mean has:doi?');
    expect(refusal('has:money')).toContain('abstract');
    for (const query of ['author:–', 'in:"" x', 'venue:",",,', '-category:""'])
      expect(refusal(query)).toContain('wants a value');
  });

  it('is a bracket before a condition, which would not group', () => {
    expect(refusal('(author:bengio OR author:hinton) year:2019')).toContain('OR binds closest');
    expect(refusal('graphs -(year:2019)')).toContain('brackets');
  });

  it('is a query of hundreds of conditions', () => {
    expect(filter(`author:${'a,'.repeat(100)}`)).toMatchObject({ any: expect.any(Array) });
    expect(refusal(`author:${'a,'.repeat(300)}`)).toContain('too many');
    expect(refusal('year:2019 '.repeat(300))).toContain('too many');
  });

  it('is nothing in prose that was pasted, where quotes and minus signs are punctuation', () => {
    const prose = `${'word '.repeat(45)}"a quotation" -dash`;
    expect(parseQuery(prose)).toMatchObject({ text: prose, filter: undefined, phrases: [] });
  });
});

/** Queries made of what matters to the language. */
const queries = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...[
          'author:',
          'year:',
          'in:',
          'has:',
          'title:',
          '-',
          '"',
          ' ',
          ' ',
          ' ',
          ',',
          ':',
          'OR',
          ' AND ',
          ' OR ',
          ' NOT ',
        ],
        ...[
          '2019',
          '..',
          '>=',
          'doi',
          'word',
          'Wörter',
          '–',
          '(',
          ')',
          'auther:',
          '10.1000/x',
          'http://',
          '\n',
          '\0',
          '\ud800',
        ],
        ...['"a phrase"', 'author:"y b",c', '-word', 'year:2019', 'venue:x', 'x:y', ';', '.'],
      ),
      fc.string({ maxLength: 5 }),
    ),
    { maxLength: 30 },
  )
  .map((pieces) => pieces.join(''));
const parsedOrRefused = (query: string) => {
  try {
    return parseQuery(query);
  } catch (error) {
    if (error instanceof AkinError) return undefined;
    throw error;
  }
};

describe('whatever is typed', () => {
  it('is understood or refused with a reason', () => {
    fc.assert(
      fc.property(fc.oneof(queries, fc.string()), (query) => void parsedOrRefused(query)),
      { numRuns: 5000 },
    );
  });

  it('is understood the same when it is written as it was understood', () => {
    fc.assert(
      fc.property(queries, (query) => {
        const parsed = parsedOrRefused(query);
        fc.pre(parsed !== undefined);
        expect(parseQuery(parsed.canonical)).toEqual(parsed);
      }),
      { numRuns: 5000 },
    );
  });

  it('makes a filter that a request may carry as well', () => {
    fc.assert(
      fc.property(queries, (query) => {
        const made = parsedOrRefused(query)?.filter;
        fc.pre(made !== undefined);
        expect(filterSchema.parse(JSON.parse(JSON.stringify(made)))).toEqual(made);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a title that is pasted', () => {
  for (const file of ['arxiv-cs-2016', 'ml-conferences', 'acl-anthology-2022']) {
    itShared(`is text and nothing else, unless it is written like a condition (${file})`, async () => {
      let seen = 0;
      const lines = createReadStream(sharedPath(`papers/${file}.jsonl.gz`)).pipe(createGunzip());
      for await (const line of createInterface({ input: lines })) {
        const title = (JSON.parse(line) as { title: string }).title.trim().replace(/\s+/g, ' ');
        // Quotes around whole words and a minus before one are what they look like; hardly a title has them.
        if (/(?:^| )-?"|(?:^| )-\p{L}/u.test(title)) continue;
        const parsed = parseQuery(title);
        if (parsed.text !== title || parsed.filter !== undefined) expect.fail(`misunderstood: ${title}`);
        if (++seen === 20_000) break;
      }
      expect(seen).toBe(20_000);
    });
  }
});

describe('a filter in a request', () => {
  it('is taken as it is written', () => {
    const filters: Filter[] = [
      { all: [] },
      { any: [{ not: { phrase: 'a b' } }, { year: {} }, { year: { from: 2000, to: 2000 } }] },
      {
        all: [{ has: 'doi' }, { author: 'x' }, { venue: 'x' }, { category: 'x' }, { collection: 'x' }, { title: 'x' }],
      },
    ];
    for (const each of filters) expect(filterSchema.parse(each)).toEqual(each);
  });

  it('is refused when it is anything else', () => {
    let deep: unknown = { phrase: 'x' };
    for (let i = 0; i < 100_000; i++) deep = { not: deep };
    const wrong = [
      ...[null, 'author:x', [], {}, { author: 'x', venue: 'y' }, { writer: 'x' }, { author: 5 }, { author: '–' }],
      ...[{ has: 'money' }, { year: 2019 }, { year: { from: 2020, to: 2019 } }, { year: { since: 1 } }, { not: [] }],
      ...[{ all: { author: 'x' } }, { any: [{}] }, deep, { all: Array.from({ length: 300 }, () => ({ phrase: 'x' })) }],
    ];
    for (const [i, each] of wrong.entries()) expect([i, filterSchema.safeParse(each).success]).toEqual([i, false]);
  });
});
