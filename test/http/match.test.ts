/** Which paper a title or a line of a bibliography means; and several questions in one request. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LIMITS } from '../../src/http/limits.ts';
import type { MatchAnswer, SearchAnswer } from '../../src/search/answer.ts';
import { sampleCopy } from '../akin.ts';
import { answer, doorOf } from './door.ts';

const TURING = 'doi:10.1112/plms/s2-42.1.230';
const ATTENTION = 'arxiv:1706.03762';
const folder = sampleCopy(afterAll);
const door = doorOf(folder, beforeAll);

describe('a reference', () => {
  const APA =
    'Vaswani, A., Shazeer, N., et al. (2017). Attention is all you need. In Advances in neural information processing.';
  it.each([
    [APA, ATTENTION, 'certain', ['title', 'author', 'year']],
    [
      '[3] A. M. Turing, “On computable numbers, with an application to the Entscheidungsproblem,” Proc. London Math. Soc., 1937.',
      TURING,
      'certain',
      ['title', 'author', 'year'],
    ],
    // The year stands behind the words in which names are looked for.
    [
      'A. Vaswani, N. Shazeer, N. Parmar, J. Uszkoreit, L. Jones, A. N. Gomez, L. Kaiser, and I. Polosukhin. Attention is all you ' +
        'need. In I. Guyon, U. V. Luxburg, S. Bengio, H. Wallach, R. Fergus, S. Vishwanathan, and R. Garnett, editors, Advances in ' +
        'Neural Information Processing Systems 30, pages 5998–6008. Curran Associates, Inc., 2017.',
      ATTENTION,
      'certain',
      ['title', 'author', 'year'],
    ],
    ['Vaswani (2016). Attention is all you need.', ATTENTION, 'likely', ['title', 'author']],
    ['Somebody: something else entirely. arXiv:1706.03762v5', ATTENTION, 'certain', ['identifier']],
    ['https://doi.org/10.1112/plms/s2-42.1.230', TURING, 'certain', ['identifier']],
    ['On Computable Numbers, with an Application to the Entscheidungsproblem', TURING, 'likely', ['title']],
    [
      'Turing, On Computable Numbers with an Application to an Entscheidungsproblem',
      TURING,
      'likely',
      ['title', 'author'],
    ],
  ])('%s means %s, which is %s', async (reference, id, verdict, by) => {
    const found = await answer<MatchAnswer>(door, `/v1/match?reference=${encodeURIComponent(reference)}`);
    expect(found).toMatchObject({ verdict, matches: [{ id, verdict, by: expect.arrayContaining(by) as string[] }] });
    expect(await answer(door, '/v1/match', { body: { reference } })).toEqual(found);
  });

  it.each([
    'Nobody, N. (2031). A paper on nothing that anybody has ever written down.',
    'Turing, A. (1937)',
    'Proceedings of the conference on machines',
    '…',
  ])('%s means none', async (reference) => {
    const found = await answer<MatchAnswer>(door, `/v1/match?reference=${encodeURIComponent(reference)}`);
    expect(found).toMatchObject({ verdict: 'none', matches: [] });
  });
});

describe('a title', () => {
  it('means the paper that is called so, and none that only has its words', async () => {
    const match = (title: string) => answer<MatchAnswer>(door, `/v1/match?title=${encodeURIComponent(title)}`);
    expect(await match('attention is ALL you need!')).toMatchObject({
      verdict: 'likely',
      matches: [{ id: ATTENTION }],
    });
    expect(await match('Attention is all you need in the theory of galaxies, says everybody')).toMatchObject({
      verdict: 'none',
    });
    expect(await match(`${'many words '.repeat(200)}`)).toMatchObject({ verdict: 'none' });
  });

  it.each([
    ['', 'title', /found none/],
    ['?title=a&reference=b', 'reference', /found both/],
    ['?title=', 'title', /nothing/],
    [`?title=${'a'.repeat(4001)}`, 'title', /at most 4000/],
  ])('is asked for alone: %s', async (parameters, field, detail) => {
    expect(await answer(door, `/v1/match${parameters}`, { status: 400 })).toMatchObject({
      field,
      detail: expect.stringMatching(detail) as string,
    });
  });
});

describe('a batch', () => {
  it('answers each question as if it came alone, or says what is wrong with it', async () => {
    const questions = [
      { query: 'machines', limit: 2 },
      { query: 'auther:x' },
      { like: ['nobody'] },
      { like: [TURING] },
      { colour: 1 },
      7,
    ];
    const { answers } = await answer<{ answers: { answer?: SearchAnswer; problem?: object }[] }>(
      door,
      '/v1/search/batch',
      {
        body: { questions },
      },
    );
    expect(answers[0]!.answer).toEqual(await answer(door, '/v1/search?q=machines&limit=2'));
    expect(answers[3]!.answer!.hits).toHaveLength(10);
    expect(answers.map(({ problem }) => problem)).toEqual([
      undefined,
      expect.objectContaining({ status: 400, field: '/questions/1/query' }),
      expect.objectContaining({ status: 404, field: '/questions/2/like' }),
      undefined,
      expect.objectContaining({ status: 400, field: '/questions/4/colour' }),
      expect.objectContaining({ status: 400 }),
    ]);
  });

  it.each([[[]], [Array(LIMITS.batchQuestions + 1).fill({ query: 'a' })], ['a']])(
    'has a few questions',
    async (questions) => {
      const problem = await answer(door, '/v1/search/batch', { body: { questions }, status: 400 });
      expect(problem).toMatchObject({ field: '/questions' });
    },
  );

  it('goes through the gate one question at a time, beside others', async () => {
    const questions = Array.from({ length: LIMITS.batchQuestions }, (_, i) => ({ query: `machine number ${i}` }));
    const batch = answer<{ answers: { answer?: object }[] }>(door, '/v1/search/batch', { body: { questions } });
    for (let i = 0; i < 5; i++) await answer(door, `/v1/search?q=galaxy+${i}`);
    expect((await batch).answers.every((each) => each.answer !== undefined)).toBe(true);
  });
});
