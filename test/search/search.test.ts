import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Embedder } from '../../src/embedding/embedder.ts';
import { findModel } from '../../src/embedding/models.ts';
import { embedPending } from '../../src/session/intake.ts';
import { dot } from '../../src/vector.ts';
import type { Library } from '../../src/library/library.ts';
import { openLibrary, openWriter } from '../../src/library/open.ts';
import type { Hit } from '../../src/search/answer.ts';
import { DEFAULT_LIMIT, MAX_LIMIT, MAX_QUERY, MODES } from '../../src/search/question.ts';
import { parseQuery } from '../../src/search/query.ts';
import { Search } from '../../src/search/search.ts';
import { sampleCopy } from '../akin.ts';
import { storedVector } from '../library/lookup.ts';
import { MODEL, paper, put } from '../library/made.ts';

const ALL = 120;
const TURING = 'doi:10.1112/plms/s2-42.1.230';

const folder = sampleCopy(afterAll);
let library: Library;
let embedder: Embedder;
let search: Search;
beforeAll(async () => {
  [library, embedder] = await Promise.all([openLibrary(folder), Embedder.start(MODEL, { threads: 1 })]);
  search = new Search(library, embedder);
});
afterAll(async () => {
  await Promise.all([library.close(), embedder.close()]);
});

const QUERIES = [
  'warming caused by burning coal',
  'how machines learn to see',
  'gödel',
  'a "quoted" (thing) AND -more*',
  'the of and',
];

describe('a hybrid search', () => {
  it('finds by meaning what shares no word with the query', async () => {
    const { hits, mode, library: status } = await search.search('felines and eyesight');
    expect(mode).toBe('hybrid');
    expect(status).toEqual({ papers: ALL, embedded: ALL });
    expect(hits[0]).toMatchObject({ year: 1962, ranks: { dense: 1, lexical: null } });
    expect(hits[0]!.title).toContain("cat's visual cortex");
    expect((await search.search('felines and eyesight', { mode: 'lexical' })).hits.map(({ id }) => id)).not.toContain(
      hits[0]!.id,
    );
  });

  it('finds by words what only a name tells', async () => {
    for (const name of ['Entscheidungsproblem', 'bnt162b2', 'c60']) {
      const { hits } = await search.search(name, { limit: 1 });
      expect([name, hits[0]!.title.toLowerCase()]).toEqual([name, expect.stringContaining(name.toLowerCase())]);
      expect(hits[0]!.ranks.lexical).toBe(1);
    }
  });

  it('gives each hit the place that it has in either search alone', async () => {
    for (const query of QUERIES) {
      const { hits } = await search.search(query, { limit: 20, cutoff: 0, explain: 'fast' });
      const placeIn = async (mode: 'dense') => {
        const alone = (await search.search(query, { mode, limit: MAX_LIMIT, cutoff: 0 })).hits;
        return (id: string) => alone.findIndex((hit) => hit.id === id) + 1 || null;
      };
      const dense = await placeIn('dense');
      // A place beyond the limit of a single search can't be seen there.
      const seen = (place: number | null) => (place !== null && place > MAX_LIMIT ? null : place);
      for (const { id, ranks } of hits) expect([query, id, seen(ranks.dense)]).toEqual([query, id, dense(id)]);
      // Words that rank with vectors are scored by constants of their own, so their places are not those of words alone.
      const byWords = hits.filter(({ ranks }) => ranks.lexical !== null);
      const values = byWords
        .toSorted((a, b) => a.ranks.lexical! - b.ranks.lexical!)
        .map(({ explanation }) => explanation!.lexical.value);
      expect(values).toEqual(values.toSorted((a, b) => b - a));
    }
  });

  it('answers a query without any word by meaning alone', async () => {
    const { hits, total } = await search.search('😀');
    expect(total.relevant).toBe(0); // Nothing of what is there has to do with it.
    expect(hits).toHaveLength(DEFAULT_LIMIT);
    expect(hits.map(({ ranks }) => ranks.lexical)).toEqual(hits.map(() => null));
  });
});

describe('every search', () => {
  it('says of each hit the cosine of its vector with that of the query', async () => {
    let lookedAt = 0;
    for (const query of QUERIES) {
      const { text, droppable } = parseQuery(query);
      for (const mode of MODES) {
        const { hits, dropped } = await search.search(query, { mode, limit: 30 });
        const { vector } = await embedder.embedQuery(dropped.length > 0 && droppable ? droppable.text : text);
        for (const { id, similarity } of hits) {
          lookedAt++;
          const stored = await storedVector(library, id);
          expect(similarity).toBeCloseTo(dot(vector, stored), 5);
        }
      }
    }
    expect(lookedAt).toBeGreaterThan(20 * QUERIES.length);
  });

  it('is ordered by score: fused from 0 to 1, cosine, or BM25', async () => {
    for (const query of QUERIES) {
      for (const mode of MODES) {
        const { hits, mode: answered } = await search.search(query, { mode, limit: 50 });
        expect(answered).toBe(mode);
        expect(new Set(hits.map(({ id }) => id)).size).toBe(hits.length);
        const scores = hits.map(({ score }) => score);
        expect(scores).toEqual([...scores].sort((a, b) => b - a));
        if (mode === 'dense') {
          expect(scores).toEqual(hits.map(({ similarity }) => similarity));
          expect(hits.map(({ ranks }) => ranks)).toEqual(hits.map((_, i) => ({ dense: i + 1, lexical: null })));
        }
        if (mode === 'lexical')
          expect(hits.map(({ ranks }) => ranks)).toEqual(hits.map((_, i) => ({ dense: null, lexical: i + 1 })));
        if (mode === 'hybrid') expect(scores.every((score) => score >= 0 && score <= 1)).toBe(true);
      }
    }
  });

  it('gives as many hits as asked for, the first ones of a longer answer', async () => {
    for (const mode of ['hybrid', 'dense'] as const) {
      const { hits } = await search.search('networks', { mode, limit: MAX_LIMIT });
      expect(hits).toHaveLength(MAX_LIMIT);
      for (const limit of [1, 2, 7]) {
        expect((await search.search('networks', { mode, limit })).hits.map(({ id }) => id)).toEqual(
          hits.slice(0, limit).map(({ id }) => id),
        );
      }
    }
    expect((await search.search('networks')).hits).toHaveLength(DEFAULT_LIMIT);
    expect((await search.search('networks', { mode: 'lexical', limit: 3 })).hits).toHaveLength(3);
  });

  it('answers the same query with the same answer, white space around it or not', async () => {
    for (const mode of MODES) {
      const { timings: _, ...answer } = await search.search('networks that learn', { mode });
      const { timings: __, ...again } = await search.search('\n networks that learn ', { mode });
      expect(again).toEqual(answer);
    }
  });

  it('refuses a query that is empty or longer than any abstract', async () => {
    for (const mode of MODES) {
      for (const query of ['', ' \n\t', 'a '.repeat(MAX_QUERY / 2) + 'ab']) {
        await expect(search.search(query, { mode })).rejects.toMatchObject({
          code: 'invalid-argument',
          field: 'query',
        });
      }
      expect((await search.search('ab'.repeat(MAX_QUERY / 2), { mode })).mode).toBe(mode);
    }
  });

  it('shows what a page of results needs', async () => {
    const { hits } = await search.search('Entscheidungsproblem', { limit: 1 });
    expect(hits[0]).toEqual({
      id: TURING,
      title: 'On Computable Numbers, with an Application to the Entscheidungsproblem',
      authors: ['Alan M. Turing'],
      year: 1937,
      venue: 'Proceedings of the London Mathematical Society',
      url: 'https://doi.org/10.1112/plms/s2-42.1.230',
      ids: { doi: '10.1112/plms/s2-42.1.230' },
      ...{ starred: false, read: 'unread' as const },
      score: 1,
      similarity: expect.closeTo(0.385, 2) as number,
      names: [],
      ranks: { dense: 1, lexical: 1 },
      relevance: expect.any(Number) as number,
      closeness: 'related',
      versions: [],
    } satisfies Hit);
  });
});

describe('papers like a paper', () => {
  it('are its nearest, without itself, by whichever name it is called', async () => {
    const vector = await storedVector(library, TURING);
    const { hits, mode } = await search.similar(TURING, { mode: 'dense', limit: 20 });
    expect(mode).toBe('dense');
    expect(hits).toHaveLength(20);
    expect(hits.map(({ id }) => id)).not.toContain(TURING);
    for (const { id, score, similarity } of hits) {
      expect(similarity).toBe(score);
      expect(score).toBeCloseTo(dot(vector, await storedVector(library, id)), 5);
    }
    expect(hits.map(({ score }) => score)).toEqual(hits.map(({ score }) => score).sort((a, b) => b - a));
    for (const name of ['https://doi.org/10.1112/PLMS/s2-42.1.230', '10.1112/plms/s2-42.1.230']) {
      expect((await search.similar(name, { mode: 'dense', limit: 20 })).hits).toEqual(hits);
    }
    expect((await search.similar(TURING, { limit: MAX_LIMIT })).hits).toHaveLength(MAX_LIMIT);
    expect((await search.similar(TURING, { mode: 'dense' })).hits).toEqual(hits.slice(0, DEFAULT_LIMIT));
  });

  it('are refused for a paper that is not there', async () => {
    for (const asked of [search.similar('doi:10.1000/nowhere'), search.paper('nobody')]) {
      await expect(asked).rejects.toMatchObject({ code: 'not-found', field: 'id' });
    }
    expect(await search.paper('https://doi.org/10.1112/plms/s2-42.1.230')).toMatchObject({ id: TURING, year: 1937 });
  });
});

describe('a library that is being written', () => {
  it('shows a paper by its words at once, by its meaning as soon as it has a vector, and not at all when it is gone', async () => {
    const copy = sampleCopy();
    const writer = await openWriter(copy, { model: MODEL, mustBeThatModel: true, purpose: 'a test' });
    const reader = await openLibrary(copy);
    onTestFinished(() => reader.close());
    onTestFinished(() => writer.close());
    const there = new Search(reader, embedder);
    await put(writer, [paper('new', { title: 'Zymurgy for beginners', abstract: 'How yeast turns sugar into beer.' })]);

    const byWords = await there.search('zymurgy');
    expect(byWords.library).toEqual({ papers: ALL + 1, embedded: ALL });
    expect(byWords.hits.find(({ id }) => id === 'new')).toMatchObject({
      similarity: null,
      ranks: { dense: null, lexical: 1 },
    });
    expect((await there.search('zymurgy', { mode: 'lexical' })).hits).toMatchObject([{ id: 'new', similarity: null }]);
    const idsIn = async (answer: ReturnType<Search['search']>) => (await answer).hits.map(({ id }) => id);
    expect(await idsIn(there.search('brewing ale', { mode: 'dense', limit: MAX_LIMIT }))).not.toContain('new');
    const likeIt = await there.similar('new');
    expect(likeIt.hits).toHaveLength(DEFAULT_LIMIT);

    await embedPending(writer, embedder);
    const byMeaning = await there.search('brewing ale');
    expect(byMeaning.library).toEqual({ papers: ALL + 1, embedded: ALL + 1 });
    expect(byMeaning.hits[0]).toMatchObject({ id: 'new', ranks: { dense: 1, lexical: null } });
    expect((await there.similar('new')).hits).toEqual(likeIt.hits);

    await writer.remove(['new']);
    for (const mode of MODES)
      expect(await idsIn(there.search('zymurgy', { mode, limit: MAX_LIMIT }))).not.toContain('new');
    await expect(there.similar('new')).rejects.toMatchObject({ code: 'not-found' });
  });
});

it('does not compare vectors of different models', () => {
  const other = { model: findModel('bge-small-en-v1.5') } as Embedder;
  expect(() => new Search(library, other)).toThrow(expect.objectContaining({ code: 'model-mismatch' }));
});
