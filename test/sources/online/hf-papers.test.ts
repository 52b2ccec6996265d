/** The daily papers of Hugging Face over the network. */
import { expect, it } from 'vitest';
import { contentHash, toPaper } from '../../../src/paper.ts';
import { recordsSeen as records, rejects } from '../read.ts';
import { clientOf, readAll, serve, status } from './service.ts';

const entry = (id: string, upvotes = 3) => ({
  paper: {
    id,
    title: `On ${id}:\n the $\\alpha$ case`,
    summary: 'We show\nthat it is so.',
    authors: [
      { _id: 'f00', name: 'Ada Ekman', hidden: false },
      { _id: 'f01', name: 'Bo Ito', hidden: false },
    ],
    publishedAt: '2026-03-09T17:59:59.000Z',
    submittedOnDailyAt: '2026-03-11T00:00:00.000Z',
    submittedOnDailyBy: { user: 'someone' },
    upvotes,
    githubRepo: 'https://example.org/code',
  },
  publishedAt: '2026-03-09T17:59:59.000Z',
  title: `On ${id}`,
  summary: 'We show',
  numComments: 2,
});

it('reads the papers of a day', async () => {
  const { url, requests } = await serve(() => JSON.stringify([entry('2603.00001'), entry('2603.00002')]));
  const { found, cursors } = await readAll('hf-papers', { client: clientOf(url), date: '2026-03-11' });
  expect(requests.map(({ path, parameters }) => [path, parameters])).toEqual([
    ['/hugging-face/api/daily_papers', { date: '2026-03-11', limit: '100', p: '0' }],
  ]);
  expect(records(found).map(({ input }) => toPaper(input).id)).toEqual(['arxiv:2603.00001', 'arxiv:2603.00002']);
  expect(toPaper(records(found)[0]!.input)).toMatchObject({
    title: 'On 2603.00001: the α case',
    abstract: 'We show that it is so.',
    authors: ['Ada Ekman', 'Bo Ito'],
    year: 2026,
    url: 'https://huggingface.co/papers/2603.00001',
    extra: { publishedAt: '2026-03-09T17:59:59.000Z', githubRepo: 'https://example.org/code' },
  });
  expect(cursors).toEqual([[null, 2]]);
});

it('finds a paper unchanged that has only been voted for', async () => {
  const papers = [];
  for (const upvotes of [3, 400]) {
    const { url } = await serve(() => JSON.stringify([entry('2603.00001', upvotes)]));
    const { found } = await readAll('hf-papers', { client: clientOf(url), date: '2026-03-11' });
    papers.push(toPaper(records(found)[0]!.input));
  }
  expect(contentHash(papers[0]!)).toBe(contentHash(papers[1]!));
});

it('turns the page on a day of many papers', async () => {
  const { url } = await serve(({ parameters }) => {
    const page = Number(parameters.p);
    const length = page < 2 ? 100 : 7;
    return JSON.stringify(Array.from({ length }, (_, i) => entry(`2603.${String(page * 100 + i).padStart(5, '0')}`)));
  });
  const client = clientOf(url);
  const { found, cursors } = await readAll('hf-papers', { client, date: '2026-03-11' });
  expect(new Set(records(found).map(({ input }) => input.arxiv)).size).toBe(207);
  expect(cursors).toEqual([
    ['1', 100],
    ['2', 200],
    [null, 207],
  ]);
  const rest = await readAll('hf-papers', { client, date: '2026-03-11', cursor: '2' });
  expect(rest.found.length).toBe(7);
});

it('takes a day without papers for what it is, and rejects one that has not come', async () => {
  const { url } = await serve(({ parameters }) =>
    parameters.date === '2026-03-15' ? '[]' : status(400, {}, '{"error": "date must not be in the future"}'),
  );
  const client = clientOf(url);
  expect((await readAll('hf-papers', { client, date: '2026-03-15' })).found).toEqual([]);
  const { found } = await readAll('hf-papers', { client, date: '2126-03-11' });
  expect(rejects(found).map(({ reject }) => reject.reason)).toEqual([
    'Hugging Face answered 400: date must not be in the future',
  ]);
});

it('keeps to one record what is wrong with one record', async () => {
  const { url } = await serve(() => JSON.stringify([entry('2603.00001'), 17, { paper: {} }, entry('2603.00002')]));
  const { found } = await readAll('hf-papers', { client: clientOf(url), date: '2026-03-11' });
  expect(rejects(found).map(({ record }) => record)).toEqual([2]);
  const outcomes = records(found).map(({ input }) => {
    try {
      return toPaper(input).id;
    } catch (error) {
      return (error as Error).message;
    }
  });
  expect(outcomes).toEqual(['arxiv:2603.00001', 'expected a title or an abstract, found neither', 'arxiv:2603.00002']);
});

it('needs a day', async () => {
  const { url, requests } = await serve(() => '[]');
  const { error } = await readAll('hf-papers', { client: clientOf(url) });
  expect(error).toMatchObject({ code: 'invalid-argument', field: 'date' });
  expect(requests).toEqual([]);
});
