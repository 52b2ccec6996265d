/** Related work: what is suggested for a draft, for which of its passages, and why. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Draft, Reference } from '../../src/drafts/draft.ts';
import { readMarkdown } from '../../src/drafts/markdown.ts';
import { Embedder } from '../../src/embedding/embedder.ts';
import { dot } from '../../src/vector.ts';
import type { Library } from '../../src/library/library.ts';
import { openLibrary, openWriter } from '../../src/library/open.ts';
import { passagesOf } from '../../src/search/passages.ts';
import { DEFAULT_SUGGESTIONS, MAX_SUGGESTIONS, Related, WEIGHTS } from '../../src/search/related.ts';
import { parseQuery } from '../../src/search/query.ts';
import { yearsFilter } from '../../src/search/years.ts';
import { sampleCopy } from '../akin.ts';
import { storedPaper, storedVector } from '../library/lookup.ts';
import { MODEL, paper, put } from '../library/made.ts';

const TURING = 'doi:10.1112/plms/s2-42.1.230';
const WATSON = 'doi:10.1038/171737a0';

const folder = sampleCopy(afterAll);
let library: Library;
let embedder: Embedder;
let related: Related;
beforeAll(async () => {
  [library, embedder] = await Promise.all([openLibrary(folder), Embedder.start(MODEL, { threads: 1 })]);
  related = new Related(library, embedder);
});
afterAll(async () => {
  await Promise.all([library.close(), embedder.close()]);
});

const DRAFT = readMarkdown(`# Machines and molecules

## Abstract

We ask what machines can compute, and what molecules have to do with it.

## Machines

A machine with a finite table and an endless tape can compute whatever any procedure computes, and some questions
about numbers can be answered by no such machine [@turing].

## Molecules

Two chains of nucleic acids wind around each other, and each holds what is needed to build the other one again. So
traits are passed from one generation to the next.
`);
const reference = (fields: Partial<Reference>): Reference => ({ key: null, title: '', text: '', ids: {}, ...fields });
const with_ = (...references: Reference[]): Draft => ({ ...DRAFT, references });
const BY_DOI = reference({ key: 'turing', ids: { doi: '10.1112/plms/s2-42.1.230' } });

const idsOf = ({ passages }: Awaited<ReturnType<Related['suggest']>>) =>
  passages.flatMap(({ suggestions }) => suggestions.map(({ id }) => id));

describe('suggestions', () => {
  it('are grouped by the passage that asks for them, each with the sentence that says why', async () => {
    const answer = await related.suggest(DRAFT);
    expect(answer.title).toBe('Machines and molecules');
    expect(idsOf(answer)).toHaveLength(DEFAULT_SUGGESTIONS);
    expect(new Set(idsOf(answer)).size).toBe(DEFAULT_SUGGESTIONS);
    const under = (heading: string) => answer.passages.find((passage) => passage.heading === heading)!;
    expect(under('Machines').suggestions.map(({ id }) => id)).toContain(TURING);
    expect(under('Molecules').suggestions[0]!.id).toBe(WATSON);
    const { vector } = await embedder.embedQuery(under('Molecules').text);
    for (const { id, similarity, reason } of under('Molecules').suggestions) {
      expect(similarity).toBeCloseTo(dot(vector, await storedVector(library, id)), 5);
      const { sentence, start, end } = reason!;
      expect((await storedPaper(library, id)).abstract.slice(start, end)).toBe(sentence);
      expect(reason!.similarity).toBeCloseTo(dot(vector, (await embedder.embedQuery(sentence)).vector), 5);
    }
  });

  const SEVERAL = readMarkdown(`# Reading images of knees with learned features

## Abstract

We study how a convolutional network that was trained on photographs can be adapted to X-ray pictures of the knee.

## Related work

Attention was first used in machine translation, where the decoder looks back at the words of the source. Later all
recurrence was left out, and the words of a sentence only attend to each other. Language models trained in this way on
large amounts of text have since been adapted to many tasks by a few steps of further training.

## Evaluation

We compare the area under the curve of both readers by the bootstrap, and test the difference of two proportions with a
false discovery rate of five percent. Confidence intervals are given for all figures.
`);

  it('have the best two for every passage, before the rest is filled', async () => {
    const { passages } = await related.suggest(SEVERAL, { limit: 6 });
    const found = passages.map(({ heading, suggestions }) => [heading, suggestions.length]);
    expect(found).toEqual([
      ['Title and abstract', 2],
      ['Related work', 2],
      ['Evaluation', 2],
    ]);
    const titles = passages[2]!.suggestions.map(({ title }) => title);
    expect(titles.sort()).toEqual([
      'Bootstrap Methods: Another Look at the Jackknife',
      'Controlling the False Discovery Rate: A Practical and Powerful Approach to Multiple Testing',
    ]);
  });

  it('have what a passage says the title of, or all but, whatever else it is about', async () => {
    const draft = readMarkdown(`# Baking bread

## Method

Dough rises while yeast turns sugar into gas, and the crumb is the more open the wetter it is. How long it is kneaded counts
less than how long it rests, and flour of hard wheat takes up more water than that of soft wheat does. Loaves are scored with
a knife before they are put into the oven. We count cells by learning representations from back-propagating errors, as others
do.
`);
    const { passages } = await related.suggest(draft, { limit: 3 });
    const titles = passages.flatMap(({ suggestions }) => suggestions.map(({ title }) => title));
    expect(titles).toContain('Learning representations by back-propagating errors');
  });

  it('name the sentence of the passage that each is nearest to', async () => {
    const { passages } = await related.suggest(SEVERAL, { limit: 6 });
    for (const { text, suggestions } of passages) {
      for (const { place } of suggestions) expect(text.slice(place!.start, place!.end)).toBe(place!.sentence);
    }
    const [first] = passages[2]!.suggestions.filter(({ title }) => title.startsWith('Controlling'));
    expect(first!.place!.sentence).toContain('false discovery rate');
  });

  it.each([
    ['an identifier', BY_DOI],
    [
      'the title, however it is written',
      reference({ key: 'turing', title: 'On computable numbers with an application to the ENTSCHEIDUNGSPROBLEM.' }),
    ],
    [
      'the title within a reference',
      reference({
        key: '1',
        text: 'A. Turing. On Computable Numbers, with an Application to the Entscheidungs-problem. Proc. London Math. Soc. 1937.',
      }),
    ],
  ])('leave out what is cited, known by %s', async (_, cited) => {
    const answer = await related.suggest(with_(cited, reference({ key: 'x', title: 'A work that nobody has' })), {
      limit: 50,
    });
    expect(idsOf(answer)).toHaveLength(50);
    expect(idsOf(answer)).not.toContain(TURING);
    expect(answer.cited).toMatchObject([{ id: TURING }, { key: 'x', title: 'A work that nobody has', id: null }]);
  });

  it('name a work once that the draft cites twice, as its bibliography has it', async () => {
    const text = 'A. Turing. On Computable Numbers, with an Application to the Entscheidungsproblem. 1937.';
    const unknown = { doi: '10.9999/nobody.has.this' };
    const { cited } = await related.suggest(
      with_(
        ...[BY_DOI, reference({ key: 'lost', title: 'A work that nobody has', ids: unknown })],
        ...[reference({ text }), reference({ key: '2', text: 'A work that nobody has, 2001', ids: unknown })],
      ),
    );
    expect(cited).toMatchObject([
      { key: 'turing', id: TURING },
      { key: 'lost', id: null },
    ]);
  });

  it('are not left out for a title that only begins like theirs', async () => {
    const text = 'A. Abel. On Computable Numbers, with an Application to the Entscheidungsproblem of sheep. 1999.';
    const answer = await related.suggest(with_(reference({ text })), { limit: 50 });
    expect(answer.cited).toEqual([{ key: null, title: text, id: null }]);
    expect(idsOf(answer)).toContain(TURING);
  });

  it('lean towards what is cited in the passage', async () => {
    const text =
      'Something else entirely, in words that are about nothing in particular, is discussed in this place [@key].';
    const draft = { ...readMarkdown(text), references: [reference({ key: 'key', ids: { doi: '10.1038/171737a0' } })] };
    const vector = await storedVector(library, WATSON);
    const nearness = async (evidence: number) => {
      const ids = idsOf(await related.suggest(draft, { limit: 5, weights: { ...WEIGHTS, evidence, diversity: 0 } }));
      const vectors = await Promise.all(ids.map((id) => storedVector(library, id)));
      return vectors.reduce((sum, each) => sum + dot(vector, each), 0);
    };
    expect(await nearness(0.5)).toBeGreaterThan(await nearness(0));
  });

  it('differ more from each other the more that is asked for', async () => {
    const likeness = async (diversity: number) => {
      const ids = idsOf(await related.suggest(DRAFT, { limit: 10, weights: { ...WEIGHTS, diversity } }));
      const vectors = await Promise.all(ids.map(async (id) => await storedVector(library, id)));
      return vectors.flatMap((a, i) => vectors.slice(i + 1).map((b) => dot(a, b))).reduce((sum, each) => sum + each, 0);
    };
    expect(await likeness(0.5)).toBeLessThan(await likeness(0));
  });

  it('are of the years asked for, as many as there are', async () => {
    const years = yearsFilter('1930..1960');
    const answer = await related.suggest(DRAFT, { limit: MAX_SUGGESTIONS, years });
    const all = [];
    for await (const { id, year } of library.everyPaper())
      if (year !== null && year >= 1930 && year <= 1960) all.push(id);
    expect(idsOf(answer).sort()).toEqual(all.sort());
    expect(idsOf(await related.suggest(DRAFT, { years: yearsFilter('..1500') }))).toEqual([]);
  });

  it('name each work once, and never the draft itself', async () => {
    const copy = sampleCopy();
    const writer = await openWriter(copy, { model: MODEL, mustBeThatModel: true, purpose: 'a test' });
    const abstract = 'Nucleic acids and machines that compute with them.';
    await put(writer, [
      paper('preprint', { title: 'Computing with nucleic acids', abstract }),
      paper('published', { title: 'Computing with Nucleic Acids.', abstract: `${abstract} Published.` }),
      paper('itself', { title: 'Machines and Molecules', abstract }),
    ]);
    await writer.close();
    const reader = await openLibrary(copy);
    onTestFinished(() => reader.close());
    const answer = await new Related(reader, embedder).suggest(DRAFT, { limit: MAX_SUGGESTIONS });
    expect(idsOf(answer).filter((id) => ['preprint', 'published', 'itself'].includes(id))).toHaveLength(1);
    expect(idsOf(answer)).not.toContain('itself');
    // They have no vector yet, and were found by their words.
    expect(answer.passages.flatMap(({ suggestions }) => suggestions).find(({ id }) => /^p/.test(id))).toMatchObject({
      similarity: null,
    });
    expect(answer.library).toEqual({ papers: 123, embedded: 120 });
  });

  it('are the same for the same draft', async () => {
    expect(await related.suggest(with_(BY_DOI))).toEqual(await related.suggest(with_(BY_DOI)));
  });

  it('are refused for a draft without prose, and when too many drafts are under way', async () => {
    await expect(related.suggest(readMarkdown('```\ncode\n```'))).rejects.toMatchObject({ code: 'invalid-argument' });
    const asked = await Promise.allSettled(Array.from({ length: 6 }, () => related.suggest(DRAFT, { limit: 1 })));
    expect(
      asked.map((each) => (each.status === 'fulfilled' ? 'answered' : (each.reason as { code: string }).code)),
    ).toEqual([...Array.from({ length: 4 }, () => 'answered'), 'overloaded', 'overloaded']);
    expect(idsOf(await related.suggest(DRAFT, { limit: 1 }))).toHaveLength(1);
  });
});

describe('passages', () => {
  const paragraph = (heading: string, text: string, keys: [string, number][] = []) => ({
    ...{ heading, text, offset: 7 },
    citations: keys.map(([key, at]) => ({ key, at })),
  });
  const draft = (...paragraphs: ReturnType<typeof paragraph>[]): Draft => ({ ...DRAFT, paragraphs });
  const words = (count: number, word = 'word') => Array.from({ length: count }, () => word).join(' ');
  const counts = (text: string) => text.split(/\s+/).length;

  it('begin with title and abstract, as papers are embedded', () => {
    expect([...passagesOf(DRAFT, 256)][0]).toMatchObject({ text: `${DRAFT.title}\n${DRAFT.abstract}` });
  });

  it('hold short paragraphs of one section together, and leave out what says nothing', () => {
    const [, ...passages] = passagesOf(
      draft(
        paragraph('A', words(30), [['one', 0]]),
        paragraph('A', words(20), [
          ['two', 3],
          ['one', 5],
        ]),
        paragraph('A', words(150)),
        paragraph('B', words(30)),
        paragraph('C', 'Too short.'),
        paragraph('Acknowledgements', words(50)),
      ),
      256,
    );
    expect(passages.map(({ heading, text, cited }) => [heading, counts(text), cited])).toEqual([
      ['A', 50, ['one', 'two']],
      ['A', 150, []],
      ['B', 30, []],
    ]);
  });

  it('are never longer than the model takes, and part between sentences', async () => {
    const sentence = (i: number) => `Sentence number ${i} says ${words(20, 'something')}.`;
    const text = Array.from({ length: 40 }, (_, i) => sentence(i)).join(' ');
    const at = text.indexOf('number 20 says');
    const [, ...passages] = passagesOf(draft(paragraph('A', text, [['there', at]]), paragraph('B', words(1000))), 256);
    for (const { text: each } of passages) {
      expect((await embedder.embedQuery(each)).truncated).toBe(false);
    }
    const parts = passages.filter(({ heading }) => heading === 'A');
    expect(parts.map((each) => each.text).join(' ')).toBe(text);
    for (const { text: each, cited } of parts) {
      expect(each).toMatch(/^Sentence .*\.$/);
      expect(cited).toEqual(each.includes('number 20 says') ? ['there'] : []);
    }
    expect(
      passages
        .filter(({ heading }) => heading === 'B')
        .map((each) => each.text)
        .join(' '),
    ).toBe(words(1000));
  });
});

it('reads several years as a query does', () => {
  const span = fc.oneof(
    fc.integer({ min: 1000, max: 9999 }).map(String),
    fc.integer({ min: 1000, max: 9999 }).map((year) => `${year}..`),
    fc.tuple(fc.integer({ min: 1000, max: 4999 }), fc.integer({ min: 5000, max: 9999 })).map((both) => both.join('..')),
    fc.constantFrom('2022..2019', 'soon', '19', '>=2019', '<2000'),
  );
  const meant = (read: () => unknown): unknown => {
    try {
      return read();
    } catch (error) {
      return (error as Error).message;
    }
  };
  fc.assert(
    fc.property(fc.array(span, { minLength: 1, maxLength: 4 }), (spans) => {
      const years = spans.join(',');
      expect(meant(() => parseQuery(`year:${years}`).filter)).toEqual(meant(() => yearsFilter(years)));
    }),
  );
});

it('reads years, and refuses what names none', () => {
  expect(yearsFilter('2019')).toEqual({ year: { from: 2019, to: 2019 } });
  expect(yearsFilter('2019..2022')).toEqual({ year: { from: 2019, to: 2022 } });
  expect(yearsFilter(' 2019.. ')).toEqual({ year: { from: 2019 } });
  expect(yearsFilter('..2022')).toEqual({ year: { to: 2022 } });
  expect(yearsFilter('>=2019')).toEqual({ year: { from: 2019 } });
  expect(yearsFilter('2019-2022')).toEqual({ year: { from: 2019, to: 2022 } });
  for (const wrong of [
    '',
    '..',
    '19',
    '2022..2019',
    '20192022',
    '2019-',
    '-2022',
    '2022-2019',
    '2019...2022',
    '>=',
    'x',
  ]) {
    expect(() => yearsFilter(wrong), wrong).toThrow(
      expect.objectContaining({ code: 'invalid-argument', field: 'year' }),
    );
  }
});
