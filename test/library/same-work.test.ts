/** The rule by which two papers are versions of one work, on invented pairs. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockingKeys, neededCosine, titleSimilarity, traitsOf } from '../../src/library/same-work.ts';

interface Facts {
  title?: string;
  authors?: string[];
  year?: number | null;
  abstract?: string;
  venue?: string;
  doi?: string;
}

const print = ({
  title = 'Counting glaciers from above the clouds',
  authors = ['Ada Ashwood', 'Ben Birch'],
  year = 2016,
  abstract = 'Ice.',
  venue,
  doi,
}: Facts) => traitsOf({ title, authors, year, abstract, venue: venue ?? null, ids: doi === undefined ? {} : { doi } });

/** Whether two papers are one work when their vectors have this cosine. */
function same(a: Facts, b: Facts, cosine: number): boolean {
  const [one, other] = [print(a), print(b)];
  const meet = blockingKeys(one).some((key) => blockingKeys(other).includes(key));
  const needed = neededCosine(one, other);
  expect(neededCosine(other, one)).toBe(needed);
  return meet && needed !== undefined && cosine >= needed;
}

describe('two papers are one work', () => {
  it.each<[string, Facts, Facts]>([
    [
      'case, hyphens, accents and mark-up',
      { title: 'A Naïve $K$-means for {Ice} on moons' },
      { title: 'a naive k means for ice on moons' },
    ],
    ['an initial in place of a given name', {}, { authors: ['A. Ashwood', 'Birch, B.'] }],
    [
      'family and given names changed round',
      { authors: ['Li Wei', 'Zhang San'] },
      { authors: ['Wei Li', 'San Zhang'] },
    ],
    ['every author named twice', {}, { authors: ['Ada Ashwood', 'Ben Birch', 'Ada Ashwood', 'Ben Birch'] }],
    ['one more author', {}, { authors: ['Ada Ashwood', 'Cy Cedar', 'Ben Birch'] }],
    ['a remark of which version it is', {}, { title: 'Counting glaciers from above the clouds (extended version)' }],
    [
      'a title that got a second part',
      {},
      { title: 'Counting glaciers from above the clouds: a study of forty valleys' },
    ],
    ['a title that got a name before it', {}, { title: 'SkyIce: counting glaciers from above the clouds' }],
    ['a word of the title changed', {}, { title: 'Counting the glaciers from above clouds' }],
    ['years apart', { year: 1999 }, { year: 2012 }],
    ['no year', { year: null }, {}],
    ['a Roman numeral', { title: 'Counting glaciers, Part II' }, { title: 'Counting Glaciers: Part 2' }],
  ])('in spite of %s', (_, a, b) => {
    expect(same(a, b, 0.9)).toBe(true);
    expect(same(a, b, 0.2)).toBe(false);
  });

  it('under another title only when authors and nearly all of the content agree', () => {
    const renamed = { title: 'How many ice fields are there? An answer by drone' };
    expect(same({}, renamed, 0.97)).toBe(true);
    expect(same({}, renamed, 0.85)).toBe(false);
    expect(same({}, { ...renamed, authors: ['Ada Ashwood', 'Cy Cedar'] }, 0.97)).toBe(false);
    expect(same({}, { ...renamed, year: 2025 }, 0.97)).toBe(false);
  });

  it('without authors only when nothing differs', () => {
    const nobody = { authors: [] };
    expect(same(nobody, nobody, 0.95)).toBe(true);
    expect(same(nobody, {}, 0.95)).toBe(true);
    expect(same(nobody, {}, 0.8)).toBe(false);
    expect(same(nobody, { year: 2019 }, 0.95)).toBe(false);
    expect(same(nobody, { title: 'Counting glaciers from above the sea' }, 0.99)).toBe(false);
  });
});

describe('two papers are two works, however near', () => {
  it.each<[string, Facts, Facts]>([
    ['parts', { title: 'Counting glaciers, Part I' }, { title: 'Counting glaciers, Part II' }],
    ['parts, one of them unnumbered', {}, { title: 'Counting glaciers from above the clouds II' }],
    [
      'years of an event',
      { title: 'Findings of the glacier task 2015' },
      { title: 'Findings of the glacier task 2016' },
    ],
    [
      'numbered events',
      { title: 'Proceedings of the Third Workshop on Ice', authors: [] },
      { title: 'Proceedings of the Fourth Workshop on Ice', authors: [] },
    ],
    ['an erratum', {}, { title: 'Erratum to: Counting glaciers from above the clouds' }],
    ['a comment', {}, { title: 'Comment on "Counting glaciers from above the clouds"' }],
    ['a reply to a comment', { title: 'Comment on: counting glaciers' }, { title: 'Reply to: counting glaciers' }],
    ['a retraction', {}, { title: 'Retracted: Counting glaciers from above the clouds' }],
    ['other authors', {}, { authors: ['Cy Cedar', 'Dee Dogwood'] }],
    ['authors of the same surnames', {}, { authors: ['Bob Ashwood', 'Cora Birch'] }],
    ['no title', { title: '' }, { title: '' }],
  ])('being %s', (_, a, b) => {
    expect(same(a, b, 1)).toBe(false);
  });
});

describe('titles that any issue of a journal may have', () => {
  const TITLES = [
    ...[
      'Editorial',
      'Guest Editorial',
      'Preface',
      'Introduction',
      'Introduction to the Special Issue',
      'Letter to the Editor',
    ],
    ...[
      'Message from the Program Chairs',
      'Book Reviews',
      'In memoriam',
      'From the Editor-in-Chief',
      'In this issue',
      'Obituary',
    ],
    ...[
      'Annual report of the sheep registry',
      'Report of the glacier committee',
      'Vorwort',
      'Jahresbericht',
      'Compte rendu',
    ],
    ...[
      'Carta al editor',
      'Apresentação',
      'Recensioni',
      'Предисловие',
      '编者按',
      '巻頭言',
      'Editorial: Volume 12, Issue 3',
    ],
  ];

  it.each(TITLES)('need texts that agree: %s', (title) => {
    const editor = { title, authors: ['Ada Ashwood'] };
    const others: Facts[] = [
      { abstract: '' },
      { abstract: '', year: 2018 },
      { abstract: '', year: 2017, venue: 'Ice', doi: '10.5555/b' },
    ];
    for (const other of others) {
      expect(same({ ...editor, abstract: '', doi: '10.5555/a', venue: 'Snow' }, { ...editor, ...other }, 1)).toBe(
        false,
      );
      expect(same(editor, { ...editor, ...other }, 1)).toBe(false);
    }
    expect(same(editor, { ...editor, year: 2017 }, 0.85)).toBe(false);
    expect(same(editor, editor, 0.95)).toBe(true);
  });

  it.each([
    'Reviewing books by machine',
    'Introduction to glaciers',
    'A tutorial on ice',
    'Editorial boards of glaciology journals',
  ])('are not those that say what is in it: %s', (title) => {
    expect(same({ title, abstract: '' }, { title }, 0.8)).toBe(true);
  });
});

describe('papers of one title and the same authors', () => {
  const one = { venue: 'Journal of Ice', doi: '10.5555/a' };

  it.each<[string, Facts, Facts, number, boolean]>([
    [
      'come again in the same place, without texts',
      { ...one, abstract: '' },
      { ...one, doi: '10.5555/b', abstract: '', year: 2017 },
      1,
      false,
    ],
    ['come again there, one with a text', { venue: 'Ice' }, { venue: 'ICE', abstract: '', year: 2017 }, 1, false],
    ['come again there, with other texts', one, { ...one, doi: '10.5555/b', year: 2017 }, 0.8, false],
    ['come again there, with the same text', one, { ...one, doi: '10.5555/b', year: 2017 }, 0.95, true],
    [
      'were registered twice, without texts',
      { ...one, abstract: '' },
      { venue: 'Snow', doi: '10.5555/b', abstract: '' },
      1,
      false,
    ],
    [
      'were registered twice, one with a text',
      one,
      { venue: 'Snow', doi: '10.5555/b', abstract: '', year: 2018 },
      0.7,
      true,
    ],
    ['are of a meeting and a journal', one, { venue: 'Proceedings of Snow', doi: '10.5555/b', year: 2018 }, 0.7, true],
    [
      'are a preprint and what was published',
      { ...one, abstract: '' },
      { venue: 'bioRxiv', doi: '10.1101/b', abstract: '' },
      0.8,
      true,
    ],
    ['are one record with a DOI and one without', { ...one, abstract: '' }, { abstract: '' }, 0.8, true],
  ])('%s', (_, a, b, cosine, isSame) => {
    expect(same(a, b, cosine)).toBe(isSame);
  });
});

it('compares titles from 0 to 1, the same both ways round, 1 for the same title', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (one, other) => {
      const [a, b] = [print({ title: one }), print({ title: other })];
      const similarity = titleSimilarity(a, b);
      expect(similarity).toBe(titleSimilarity(b, a));
      expect(similarity).toBeGreaterThanOrEqual(0);
      expect(similarity).toBeLessThanOrEqual(1);
      expect(titleSimilarity(a, a)).toBe(1);
    }),
  );
});

it('takes any title and any names', () => {
  const facts = fc.record({
    title: fc.string({ unit: 'binary' }),
    authors: fc.array(fc.string({ unit: 'binary' })),
    year: fc.option(fc.integer({ min: 1000, max: 2999 })),
  });
  fc.assert(
    fc.property(facts, facts, (a, b) => {
      const [one, other] = [print(a), print(b)];
      expect(neededCosine(one, other)).toBe(neededCosine(other, one));
      for (const key of blockingKeys(one)) expect(Number.isSafeInteger(key)).toBe(true);
    }),
  );
});
