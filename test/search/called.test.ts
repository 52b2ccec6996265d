/** Papers asked for as scientists call them: by surname and year, title and year, a reference, a citation key. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Embedder } from '../../src/embedding/embedder.ts';
import { bearersOf } from '../../src/library/called.ts';
import type { Called, Library, SaidWord } from '../../src/library/library.ts';
import { openLibrary } from '../../src/library/open.ts';
import { namingOf, Quoted } from '../../src/search/naming.ts';
import { DEFAULT_CUTOFF } from '../../src/search/question.ts';
import { Search } from '../../src/search/search.ts';
import { sampleCopy, temporaryFolder } from '../akin.ts';
import { everyPaper } from '../library/asking.ts';
import { MODEL, paper } from '../library/made.ts';
import { embeddedLibrary } from './embedded.ts';

/** The papers of ../shared/faults/20 and 21: their titles are of common words, and near to nothing. */
const PAPERS = [
  paper('a', {
    title: 'What We Do All Day',
    abstract:
      'Nurses on two wards were followed for nine weeks. Paperwork took a third of each shift, and walking between rooms another tenth.',
    authors: ['Ann Abel'],
    year: 2015,
  }),
  paper('b', {
    title: 'More of the Same',
    abstract:
      'Repeated measurements of river sediment agree within two percent when the sampler is rinsed between stations.',
    authors: ['Bob Baker'],
    year: 2011,
  }),
  paper('c', {
    title: 'Is This All There Is',
    abstract:
      'A bound on the number of primes in short intervals is improved by a factor that does not depend on the interval.',
    authors: ['Cy Cole'],
    year: 2018,
  }),
  paper('dole2014grazing', {
    title: 'Grazing and soil moisture in alpine meadows',
    abstract: 'Soil under grazed plots dried faster than under fenced plots in every summer of the study.',
    authors: ['Dee Dole'],
    year: 2014,
    venue: 'Alpine Journal',
  }),
];

/** Papers of one author and year, of which a citation key names one. */
const OF_ONE_YEAR = [
  paper('e1', { title: 'Wool in the rain', authors: ['Eva Ek'], year: 2014, extra: { key: 'ek2014wool' } }),
  paper('e2', { title: 'On lambs', authors: ['Eva Ek'], year: 2014 }),
];

/** By people whose names are written in several ways. */
const SPELLED = [
  paper('g1', { title: 'Hay', authors: ['Jürgen Müller'], year: 2019 }),
  paper('g2', { title: 'Straw', authors: ['Kai Kroeger'], year: 2019 }),
  paper('g3', { title: 'Fences', authors: ['Lo van der Maaten'], year: 2019 }),
];

const sample = sampleCopy(afterAll);
let embedder: Embedder;
let open: Library[];
let few: Search;
let many: Search;
let manyLibrary: Library;
beforeAll(async () => {
  embedder = await Embedder.start(MODEL, { threads: 1 });
  const library = await embeddedLibrary(temporaryFolder(afterAll), PAPERS, embedder);
  manyLibrary = await openLibrary(sample);
  open = [library, manyLibrary];
  [few, many] = [new Search(library, embedder), new Search(manyLibrary, embedder)];
});
afterAll(async () => {
  await Promise.all([...open, embedder].map((each) => each.close()));
});

/** The ids of the hits, the best first. */
const found = async (search: Search, query: string) => {
  const { hits } = await search.search(query);
  return hits.filter(({ closeness }) => closeness !== 'weak').map(({ id }) => id);
};

describe('a paper', () => {
  it.each([
    ...['Abel 2015', 'abel (2015)', 'Abel et al., 2015a', 'Abel', 'Ann Abel', 'A. Abel 2015', 'Abel & 2015'],
    ...['What We Do All Day', 'What We Do All Day, 2015', 'Abel 2015 What We Do All Day', '2015: What we do all day?'],
    ...['[3] A. Abel, "What We Do All Day," in Proc. X, 2015, pp. 5–9.', '"What we do all day" nurses'],
  ])('is the first for %s', async (query) => {
    const { hits } = await few.search(query);
    expect(hits[0]).toMatchObject({ id: 'a' });
    expect(hits[0]!.relevance).toBeGreaterThanOrEqual(DEFAULT_CUTOFF);
  });

  it('is found by its citation key, or one that it would be given, and by a year of two digits', async () => {
    const library = await embeddedLibrary(temporaryFolder(), [...PAPERS, ...OF_ONE_YEAR], embedder);
    onTestFinished(() => library.close());
    const search = new Search(library, embedder);
    for (const key of ['ek2014wool', 'Ek2014Wool', 'ek14wool']) {
      expect([key, (await found(search, key))[0]]).toEqual([key, 'e1']);
    }
    for (const key of ['ek2014lambs', 'ek14lambs']) expect([key, (await found(search, key))[0]]).toEqual([key, 'e2']);
    for (const query of ["Abel '15", 'Abel 15', 'abel15', 'abel2015a', 'Abel et al. 15']) {
      expect([query, (await found(search, query))[0]]).toEqual([query, 'a']);
    }
    expect(await found(search, 'nobody2015')).toEqual([]);
    expect(await found(search, 'abel2011')).not.toContain('b');
  });

  it('is found by a name that is written otherwise: with ae for ä and the reverse, or with its particle before it', async () => {
    const library = await embeddedLibrary(temporaryFolder(), [...PAPERS, ...SPELLED], embedder);
    onTestFinished(() => library.close());
    const search = new Search(library, embedder);
    const questions = { Mueller: 'g1', 'Juergen Mueller': 'g1', Müller: 'g1', Kröger: 'g2', Kroeger: 'g2' };
    for (const [name, id] of Object.entries({ ...questions, vandermaaten: 'g3', Maaten: 'g3', deMaaten: 'g3' })) {
      const [first] = await found(search, `${name} 2019`);
      expect([name, first]).toEqual([name, id]);
    }
    expect((await found(search, 'vandermaaten2019'))[0]).toBe('g3');
  });

  it('is found by a year that is one too many or too few, after those of that very year', async () => {
    const years = [2016, 2017, 2018, 2020].map((year) =>
      paper(`h${year}`, { title: `Hedges ${year - 2000}`, authors: ['Ivo Ibsen'], year }),
    );
    const library = await embeddedLibrary(temporaryFolder(), [...PAPERS, ...years], embedder);
    onTestFinished(() => library.close());
    const search = new Search(library, embedder);
    const [first, ...others] = await found(search, 'Ibsen 2017');
    expect([first, others.slice(0, 2).sort()]).toEqual(['h2017', ['h2016', 'h2018']]);
    expect((await found(search, 'Ibsen 2019')).slice(0, 2).sort()).toEqual(['h2018', 'h2020']);
    const { hits } = await search.search('Abel 2016');
    expect(hits[0]).toMatchObject({ id: 'a', names: ['abel'] });
    expect(hits[0]!.relevance).toBeGreaterThanOrEqual(DEFAULT_CUTOFF);
    expect((await found(search, 'Abel nurses 2014'))[0]).toBe('a');
    expect(await found(search, 'Abel 2010')).not.toContain('b');
  });

  it('of an institution is found by its name and its acronym, which is no common word', async () => {
    const institutions = ['World Health Organization', 'United Fields Agency (UFA)', 'Department of Hay', 'A Bale Lab'];
    const reports = institutions.map((author, i) =>
      paper(`i${i}`, { title: `Report ${i}`, authors: [author], year: 2020 }),
    );
    const library = await embeddedLibrary(temporaryFolder(), [...PAPERS, ...reports], embedder);
    onTestFinished(() => library.close());
    const search = new Search(library, embedder);
    const questions = { 'WHO 2020': 'i0', 'who 2020': 'i0', 'World Health Organization 2020': 'i0', 'WHO, 2021': 'i0' };
    for (const [query, id] of Object.entries({
      ...questions,
      'UFA 2020': 'i1',
      'ufa (2020)': 'i1',
      'DOH 2020': 'i2',
    })) {
      expect([query, (await found(search, query))[0]]).toEqual([query, id]);
    }
    for (const query of ['who was it', 'who grew lasagne in 2020']) {
      expect([query, await found(search, query)]).toEqual([query, []]);
    }
    expect((await search.search('WHO 2020')).hits[0]!.names).toEqual(['WHO', '2020']);
  });

  it('is found by names in scripts without blanks, whether or not anybody said where the family name ends', async () => {
    const papers = [
      paper('z1', { title: 'Reeds', authors: ['王小明'], year: 2020 }),
      paper('z2', { title: 'Rushes', authors: ['Xiaoming Wang (王小明)'], year: 2019 }),
      paper('z3', { title: 'Moss', authors: ['Wei Li 李伟'], year: 2018 }),
      paper('z4', { title: 'Fern', authors: ['김민준', '박 서연'], year: 2021 }),
      paper('z5', { title: 'Bark', authors: ['山田太郎'], year: 2022 }),
      paper('z6', { title: 'Sap', authors: ['高橋花子'], names: [{ family: '高橋', given: '花子' }], year: 2023 }),
    ];
    const library = await embeddedLibrary(temporaryFolder(), [...PAPERS, ...papers], embedder);
    onTestFinished(() => library.close());
    const search = new Search(library, embedder);
    const questions = { '王 2020': 'z1', 王小明2020: 'z1', '王等(2020)': 'z1', '王 2019': 'z2', 'Wang 2019': 'z2' };
    const others = { '李 2018': 'z3', 'Li 2018': 'z3', '김 2021': 'z4', '박 2021': 'z4', '김 등 2021': 'z4' };
    const japanese = {
      '山田 2022': 'z5',
      '山田ら 2022': 'z5',
      '高橋 2023': 'z6',
      '高橋花子 2023': 'z6',
      山田太郎: 'z5',
    };
    for (const [query, id] of Object.entries({ ...questions, ...others, ...japanese })) {
      expect([query, (await found(search, query))[0]]).toEqual([query, id]);
    }
    expect(bearersOf(papers[5]!)[0]!.family).not.toContain('高');
  });

  it('is found by surname alone, a title within other words, and its id', async () => {
    expect((await found(few, 'Dole'))[0]).toBe('dole2014grazing');
    expect((await found(few, 'Is This All There Is. doi 10.5555/x'))[0]).toBe('c');
    expect((await found(few, 'dole2014grazing'))[0]).toBe('dole2014grazing');
    expect((await found(few, 'Dole Alpine Journal 2014'))[0]).toBe('dole2014grazing');
    expect((await found(few, 'More of the Same, Baker 2011'))[0]).toBe('b');
  });

  it('that fulfils what was demanded is never called irrelevant', async () => {
    for (const query of ['"all day" lasagne', 'author:abel lasagne', 'title:"all day" lasagne']) {
      const { hits, total } = await few.search(query);
      expect([query, hits.map(({ id }) => id), total.relevant]).toEqual([query, ['a'], 1]);
      expect(hits[0]!.relevance).toBeGreaterThanOrEqual(DEFAULT_CUTOFF);
    }
    expect(await few.search('year:2015 lasagne')).toMatchObject({
      hits: [{ closeness: 'weak' }],
      total: { relevant: 0 },
    });
  });

  it('says how it was called, and its score adds up', async () => {
    const { hits } = await many.search('Turing 1937 machines', { explain: 'fast' });
    expect(hits[0]!.title).toMatch(/^On Computable Numbers/);
    const { dense, lexical, names } = hits[0]!.explanation!;
    expect(hits[0]!.names).toEqual(['turing', '1937']);
    expect(names.share).toBeGreaterThanOrEqual(0);
    expect(dense.share + lexical.share + names.share).toBeCloseTo(hits[0]!.score, 9);
    expect(hits[0]!.score).toBeLessThanOrEqual(1);
    const other = await many.search('Vaswani image recognition', { explain: 'fast', limit: 100 });
    const called = other.hits.find(({ names }) => names.length > 0)!;
    expect(called.authors.join()).toContain('Vaswani');
    expect(called.explanation!.names.share).toBeGreaterThan(0);
  });

  it('of the sample is the first for the surname of its first author and its year, or its title and year', async () => {
    const papers = await everyPaper(manyLibrary);
    for (const { id, title, year, authors } of papers.filter((_, i) => i % 6 === 0)) {
      const surname = bearersOf({ ...paper(id), authors: authors.slice(0, 1) })[0]!.family.join(' ');
      const { hits } = await many.search(`${surname} ${year}`, { limit: 1 });
      expect([surname, hits[0]?.year]).toEqual([surname, year]);
      expect(hits[0]!.authors.join(' ')).toContain(surname.charAt(0).toUpperCase() + surname.slice(1).split(' ')[0]);
      expect([title, (await found(many, `${title}, ${year}`))[0]]).toEqual([title, id]);
    }
  });
});

describe('a surname and a matter', () => {
  it('bring first what somebody of that name wrote on it, however well others fit the matter', async () => {
    const titles = ['Rinsing samplers in rivers', 'River samplers rinsed', 'Samplers for river sediment', 'Rivers'];
    const others = titles.map((title, i) => paper(`r${i}`, { title, authors: ['Xa Xu'] }));
    const library = await embeddedLibrary(temporaryFolder(), [...PAPERS, ...others], embedder);
    onTestFinished(() => library.close());
    const search = new Search(library, embedder);
    expect((await found(search, 'river samplers'))[0]).not.toBe('b');
    for (const query of ['Baker sampler', 'river sampler baker']) {
      expect([query, (await found(search, query))[0]]).toEqual([query, 'b']);
    }
    // What only holds the name is not in front of what fits the matter.
    expect((await found(search, 'Baker rivers in winter'))[0]).not.toBe('b');
  });
});

describe('conditions beside words that leave nothing', () => {
  it('are not kept to, and the answer says so', async () => {
    const { hits, dropped } = await few.search('nurses "no such phrase" year:2030 -primes');
    expect(dropped).toEqual(['"no such phrase"', 'year:2030']);
    expect(hits[0]!.id).toBe('a');
    expect(hits.map(({ id }) => id)).not.toContain('c');
    expect((await few.search('nurses "two wards"')).dropped).toEqual([]);
  });

  it('say nothing of what is looked for: it is as if they were not written', async () => {
    const { hits } = await few.search('nurses');
    const without = await few.search('nurses "quantum chromodynamics on a lattice"');
    expect([without.hits, without.dropped]).toEqual([hits, ['"quantum chromodynamics on a lattice"']]);
    expect(hits[0]!.id).toBe('a');
  });

  it('are kept to where there is nothing else, or where they were given for themselves', async () => {
    expect(await few.search('author:nobody year:2015')).toMatchObject({ hits: [], dropped: [] });
    const filter = { author: 'nobody' };
    expect(await few.ask({ query: 'nurses', filter })).toMatchObject({ hits: [], dropped: [] });
    const { hits, dropped } = await few.ask({
      query: 'grazing and soil moisture in meadows "no such plots"',
      year: '2014',
    });
    expect([hits.map(({ id }) => id), dropped]).toEqual([['dole2014grazing'], ['"no such plots"']]);
  });
});

describe('the worth of names', () => {
  const called = (fields: Partial<Called>): Called => ({
    family: [],
    given: [],
    venue: [],
    year: [],
    nearYear: [],
    text: [],
    ...fields,
  });
  const said = (word: string, names: number, texts: number): SaidWord => ({ word, names, texts });

  it('is all of a question of names, and next to nothing of a word that texts are full of', () => {
    const vaswani = [said('vaswani', 3, 0), said('2017', 0, 10)];
    const whole = namingOf(vaswani, called({ family: ['vaswani'], year: ['2017'] }), 1000);
    expect(whole).toMatchObject({ worth: 1, isCalled: true, held: { words: 2, coverage: 1 } });
    const long = [said('long', 2, 200), said('texts', 0, 50)];
    expect(namingOf(long, called({ family: ['long'] }), 1000).worth).toBeLessThan(0.01);
    expect(namingOf([said('long', 2, 200)], called({ family: ['long'] }), 1000).isCalled).toBe(false);
    expect(
      namingOf([said('long', 2, 200), said('2017', 0, 1)], called({ family: ['long'], year: ['2017'] }), 1000).isCalled,
    ).toBe(true);
    expect(namingOf([said('2017', 0, 1)], called({ year: ['2017'] }), 1000)).toMatchObject({
      worth: 0,
      isCalled: false,
    });
  });

  it('is a share, grows with every word that is a name, and is never more than what the paper holds', () => {
    const WORDS = ['vaswani', 'young', 'ashish', 'nips', '2017', 'attention', 'he'];
    const some = fc.subarray(WORDS);
    const count = fc.nat(50);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(count, count), { minLength: 7, maxLength: 7 }),
        some,
        some,
        some,
        (counts, family, some, text) => {
          const all = WORDS.map((word, i) =>
            said(word, family.includes(word) ? counts[i]![0] + 1 : counts[i]![0], counts[i]![1]),
          );
          const given = some.filter((word) => !family.includes(word));
          const of = (fields: Partial<Called>) => namingOf(all, called({ text, ...fields }), 100);
          const { worth, held } = of({ family, given });
          expect(worth).toBeGreaterThanOrEqual(0);
          expect(worth).toBeLessThanOrEqual(1 + 1e-9);
          expect(held.coverage).toBeLessThanOrEqual(1 + 1e-9);
          expect(held.coverage).toBeGreaterThanOrEqual(worth - 1e-9);
          expect(of({ family: family.slice(1), given }).worth).toBeLessThanOrEqual(worth + 1e-9);
        },
      ),
      { seed: 1 },
    );
  });

  it('knows a whole title wherever it stands, a short one only among names', () => {
    const quoted = new Quoted('[1] A. Vaswani, “Attention Is All You Need!”, 2017; on glass');
    expect(quoted.wordsOf('Attention is all you need', [])).toBe(5);
    expect(quoted.wordsOf('Attention is all you', [])).toBe(4);
    expect(quoted.wordsOf('ttention is all you need', [])).toBe(0);
    expect(quoted.wordsOf('On glass', ['vaswani', '2017'])).toBe(0);
    expect(new Quoted('Vaswani 2017: On glass').wordsOf('On Glass', ['vaswani', '2017'])).toBe(2);
    expect(new Quoted('on glass').wordsOf('On Glass', [])).toBe(0);
    expect(new Quoted('x '.repeat(5000) + 'attention is all you need').wordsOf('Attention is all you need', [])).toBe(
      0,
    );
    expect(quoted.wordsOf('', [])).toBe(0);
  });
});
