/** Sentences of abstracts, and the one that is nearest to a vector. */
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Embedder, type Embedding } from '../../src/embedding/embedder.ts';
import { dot } from '../../src/vector.ts';
import { SentenceVectors, sentencesIn, sentencesOf } from '../../src/search/sentences.ts';
import { MODEL, vectorOf } from '../library/made.ts';
import { itShared, sharedPath } from '../shared.ts';

const split = (text: string) => sentencesOf(text).map((sentence) => sentence.text);

describe('the sentences of an abstract', () => {
  it.each([
    ['We count sheep. They sleep.', ['We count sheep.', 'They sleep.']],
    ['It works, e.g. For sheep. We saw it.', ['It works, e.g. For sheep.', 'We saw it.']],
    ['Other animals, i.e. Dogs, do not. Why?', ['Other animals, i.e. Dogs, do not.', 'Why?']],
    ['Abel et al. Fences were first.', ['Abel et al. Fences were first.']],
    ['It was shown by Abel et al. We go on.', ['It was shown by Abel et al.', 'We go on.']],
    ['See Fig. 3 and Eq. (4). Tab. IV has more.', ['See Fig. 3 and Eq. (4).', 'Tab. IV has more.']],
    ['In Fig. A sheep sleeps.', ['In Fig. A sheep sleeps.']],
    ['It gains 3.5 points at p < 0.05. No. 7 is best.', ['It gains 3.5 points at p < 0.05.', 'No. 7 is best.']],
    ['Is it so? The answer is no. Dogs differ.', ['Is it so?', 'The answer is no.', 'Dogs differ.']],
    ['A step takes 20 ms. Nothing is faster.', ['A step takes 20 ms.', 'Nothing is faster.']],
    ['J. R. Abel and B. Baker built it. It stands.', ['J. R. Abel and B. Baker built it.', 'It stands.']],
    [
      'Samples are i.i.d. Gaussian vectors. They are in R. We use it.',
      ['Samples are i.i.d. Gaussian vectors.', 'They are in R.', 'We use it.'],
    ],
    ['1. The first step. 2. The second.', ['1. The first step.', '2. The second.']],
    ['Sheep vs. Dogs: a study. Dr. Abel wrote it.', ['Sheep vs. Dogs: a study.', 'Dr. Abel wrote it.']],
    ['Wow! "It works." So it does.', ['Wow!', '"It works."', 'So it does.']],
    ['羊を数える。眠くなる。', ['羊を数える。', '眠くなる。']],
    ['no full stop', ['no full stop']],
    ['... !? --', []],
    ['', []],
  ])('in %j', (text, sentences) => {
    expect(split(text)).toEqual(sentences);
  });

  it('go on over the end of a wrapped line, and not over that of a paragraph or a heading', () => {
    expect(split('This sentence of many words was once wrapped by\nPOSIX mail. It\ngoes on.')).toHaveLength(2);
    expect(split('BACKGROUND\nWe count sheep\n\nMethods\nCounting.')).toHaveLength(4);
  });

  it('stand where they say, in order, without overlap, and hold every letter', () => {
    const words = fc.constantFrom(
      'sheep',
      'et al.',
      'e.g.',
      'Fig.',
      '3.5',
      'We',
      'R.',
      '(1)',
      '\n',
      '\n\n',
      '. ',
      '? ',
      '😀',
      'é',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(words).map((all) => all.join(' ')),
        ),
        (text) => {
          let end = 0;
          let between = '';
          for (const sentence of sentencesOf(text)) {
            expect(sentence.start).toBeGreaterThanOrEqual(end);
            expect(text.slice(sentence.start, sentence.end)).toBe(sentence.text);
            expect(sentence.text).toBe(sentence.text.trim());
            between += text.slice(end, sentence.start);
            end = sentence.end;
          }
          expect(between + text.slice(end)).not.toMatch(/[\p{L}\p{N}]/u);
        },
      ),
    );
  });

  it('are cut in a text of any length as in a short one, and in a time that grows with it', () => {
    const sentence = fc
      .tuple(fc.constantFrom('Sheep', 'We', 'The fence'), fc.oneof(fc.nat(30), fc.nat(1500)))
      .map(([first, words]) => `${first}${' follow each other'.repeat(words)}.`);
    fc.assert(
      fc.property(fc.array(sentence, { minLength: 1, maxLength: 40 }), (all) => {
        expect([...sentencesIn(all.join(' '))].map(({ text }) => text)).toEqual(all);
      }),
    );
    const many = 'Sheep follow each other. '.repeat(100_000).trim();
    const start = performance.now();
    let count = 0;
    for (const { text } of sentencesIn(many)) count += Number(text === 'Sheep follow each other.');
    expect(count).toBe(100_000);
    expect(performance.now() - start).toBeLessThan(30_000); // It took twenty minutes.
  });

  itShared('are of a plausible length in real abstracts', () => {
    const lines = readFileSync(sharedPath('eval/specter_sample/corpus.jsonl'), 'utf8').split('\n').filter(Boolean);
    const abstracts = lines.map((line) => (JSON.parse(line) as { abstract?: string }).abstract ?? '');
    const all = abstracts.flatMap(split);
    const short = all.filter((sentence) => sentence.split(/\s+/).length < 3);
    expect(all.length).toBeGreaterThan(abstracts.length * 3);
    expect(short.length / all.length).toBeLessThan(0.02);
    expect(all.filter((sentence) => /\b(?:e\.g|i\.e|cf|vs)\.$/.test(sentence))).toEqual([]);
  });
});

describe('the nearest sentence', () => {
  const ABSTRACT =
    'Sheep are counted every night. Fences of steel are taller than those of wood. The dog of the farm barks at cars.';
  let embedder: Embedder;
  beforeAll(async () => {
    embedder = await Embedder.start(MODEL, { threads: 1 });
  });
  afterAll(() => embedder.close());

  it('is the one that says what was asked, with its place and its cosine', async () => {
    const vectors = new SentenceVectors(embedder);
    for (const [query, place] of [
      ['a barking pet', 2],
      ['how high a barrier is', 1],
    ] as const) {
      const { vector } = await embedder.embedQuery(query);
      const nearest = (await vectors.nearest(vector, sentencesOf(ABSTRACT)))!;
      expect(nearest).toMatchObject(sentencesOf(ABSTRACT)[place]!);
      expect(nearest.similarity).toBeCloseTo(dot(vector, (await embedder.embedQuery(nearest.text)).vector), 5);
    }
    expect(await vectors.nearest((await embedder.embedQuery('sheep')).vector, sentencesOf(' … '))).toBeUndefined();
  });

  it('is found again without embedding, as long as it is among the recently used', async () => {
    let embedded = 0;
    let broken = false;
    const counting = {
      async *embedDocuments(texts: Iterable<string> | AsyncIterable<string>): AsyncGenerator<Embedding> {
        for await (const text of texts) {
          if (broken) throw new Error('broken');
          embedded++;
          yield { vector: vectorOf(text), tokens: 3, truncated: false };
        }
      },
    };
    const vectors = new SentenceVectors(counting, 4);
    const abstracts = ['One sheep. Two dogs.', 'Three fences. Four cars.', 'Five men. Six mice.'].map(sentencesOf);
    const ask = async (i: number) => {
      await vectors.nearest(vectorOf('q'), abstracts[i]!);
      return embedded;
    };
    expect([await ask(0), await ask(1), await ask(0)]).toEqual([2, 4, 4]);
    expect([await ask(2), await ask(0)]).toEqual([6, 6]); // Those of the second one had to go.
    expect([await ask(1), await ask(0)]).toEqual([8, 8]);
    broken = true;
    await expect(ask(2)).rejects.toThrow('broken');
    broken = false;
    expect(await ask(2)).toBe(10);
    const isNew = sentencesOf('A new one.');
    await Promise.all([vectors.nearest(vectorOf('q'), isNew), vectors.nearest(vectorOf('r'), isNew)]);
    expect(embedded).toBe(11);
    // Without time there is an answer only where none has to be embedded.
    const late = () => false;
    expect(await vectors.nearest(vectorOf('q'), isNew, { isTime: late })).toBeDefined();
    expect(
      await vectors.nearest(vectorOf('q'), sentencesOf('A new one. And another.'), { isTime: late }),
    ).toBeUndefined();
    expect(embedded).toBe(11);
  });
});
