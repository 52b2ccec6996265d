/** Questions of every kind, asked of the bundled sample: conditions, names, seeds, pages, explanations. */
import path from 'node:path';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { answerText } from '../../src/cli/text.ts';
import { Embedder } from '../../src/embedding/embedder.ts';
import { dot } from '../../src/vector.ts';
import type { Library } from '../../src/library/library.ts';
import { openLibrary, openWriter } from '../../src/library/open.ts';
import type { Hit } from '../../src/search/answer.ts';
import { listing } from '../../src/search/listing.ts';
import { DEFAULT_CUTOFF, MODES, type Mode, type Question } from '../../src/search/question.ts';
import { Search } from '../../src/search/search.ts';
import { createApp } from '../../src/http/app.ts';
import { configurationOf } from '../../src/session/configuration.ts';
import { Session } from '../../src/session/session.ts';
import { akin, sampleCopy, temporaryFolder } from '../akin.ts';
import { storedVector } from '../library/lookup.ts';
import { MODEL, paper, put } from '../library/made.ts';

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

const ids = (hits: Hit[]): string[] => hits.map(({ id }) => id);

describe('a query of a name', () => {
  it('goes to the paper of an identifier, in whatever form, and then to those like it', async () => {
    const like = ids((await search.similar(TURING, { limit: 9 })).hits);
    for (const name of ['10.1112/plms/s2-42.1.230', 'https://doi.org/10.1112/PLMS/S2-42.1.230', TURING]) {
      const { hits } = await search.search(name);
      expect(ids(hits)).toEqual([TURING, ...like]);
      expect(hits[0]!.closeness).toBe('identifier');
    }
  });

  it('says of an identifier that no paper has it, and takes nothing for that paper', async () => {
    for (const [name, identifier] of [
      ['10.1145/999999.888888', 'doi:10.1145/999999.888888'],
      ['https://doi.org/10.1103/PhysRevD.99.012345', 'doi:10.1103/physrevd.99.012345'],
      ['2101.00001', 'arxiv:2101.00001'],
    ] as const) {
      const found = await search.search(name);
      expect(found).toMatchObject({ dropped: [identifier], total: { relevant: 0 } });
      expect(answerText(found, false).split('\n').slice(0, 2)).toEqual([
        `no paper has ${identifier}`,
        'nothing relevant found; the nearest:',
      ]);
    }
    // What only may be the key of a citation may be words as well.
    expect((await search.search('nobody2031nothing')).dropped).toEqual([]);
  });

  it('puts the paper of a title first, a slip or two in it forgiven', async () => {
    for (const title of [
      'Random Forests',
      'random forests.',
      'On Computable Numbers, with an Application to the Entscheidungsproblem',
      'on computable numbers with applications to the entscheidungsproblem',
    ]) {
      const { hits } = await search.search(title);
      expect([title, hits[0]!.title.toLowerCase().slice(0, 8)]).toEqual([title, title.toLowerCase().slice(0, 8)]);
    }
  });

  it('forgives a slip in a rare word, and says what it looked for', async () => {
    const { hits, corrections } = await search.search('Entscheidungsprolbem', { cutoff: 0 });
    expect(hits[0]!.id).toBe(TURING);
    expect(corrections).toEqual([{ word: 'entscheidungsprolbem', term: 'entscheidungsproblem' }]);
    expect((await search.search('entscheidungsproblem')).corrections).toEqual([]);
  });
});

describe('conditions', () => {
  it('hold for every hit of every mode, and leave out nothing else', async () => {
    for (const mode of MODES) {
      const { hits, total } = await search.search('networks year:1980..2000', { mode, limit: 100, cutoff: 0 });
      expect(hits.length).toBeGreaterThan(2);
      for (const { year } of hits) expect([mode, year! >= 1980 && year! <= 2000]).toEqual([mode, true]);
      if (mode !== 'lexical') {
        const count = await library.count({ year: { from: 1980, to: 2000 } });
        expect([mode, hits.length, total]).toEqual([mode, count, { value: count, exact: true, relevant: count }]);
      }
    }
  });

  it('may come from the query and beside it', async () => {
    const { hits } = await search.ask(
      { query: 'learning -deep', filter: { year: { from: 2000 } } },
      { limit: 100, cutoff: 0 },
    );
    expect(hits.length).toBeGreaterThan(0);
    for (const { id, year } of hits) {
      const { title, abstract } = await search.paper(id);
      expect(year).toBeGreaterThanOrEqual(2000);
      expect(`${title} ${abstract}`).not.toMatch(/\bdeep\b/i);
    }
  });

  it('alone list the newest first', async () => {
    const { hits } = await search.search('year:1990..2010', { limit: 100 });
    const years = hits.map(({ year }) => year!);
    expect(years).toEqual(years.toSorted((a, b) => b - a));
    expect(hits.length).toBe(await library.count({ year: { from: 1990, to: 2010 } }));
    expect(hits.map(({ similarity, relevance }) => [similarity, relevance])).toEqual(hits.map(() => [null, null]));
  });

  it('that name no field there is are refused', async () => {
    await expect(search.search('auther:turing')).rejects.toMatchObject({
      code: 'invalid-argument',
      field: 'query',
      hint: expect.stringContaining('author:') as string,
    });
  });
});

describe('in another order', () => {
  const QUERY = 'learning from data';
  const LISTED = {
    newest: (a: Hit, b: Hit) => (b.year ?? 0) - (a.year ?? 0) || (a.id < b.id ? -1 : 1),
    title: (a: Hit, b: Hit) => (a.title.toLowerCase() < b.title.toLowerCase() ? -1 : 1),
  };

  it('are the relevant papers, page by page, whichever mode found them', async () => {
    for (const mode of MODES)
      for (const sort of ['newest', 'title'] as const) {
        const cutoff = 20;
        const { hits: best } = await search.search(QUERY, { mode, limit: 100, cutoff });
        const relevant = best.filter(({ closeness }) => closeness !== 'weak');
        if (mode !== 'lexical') expect(relevant.length).toBeLessThan(best.length);
        const expected = ids(relevant.toSorted(LISTED[sort]));
        expect(expected.length).toBeGreaterThan(7);
        expect(expected).not.toEqual(ids(relevant));

        const seen: string[] = [];
        for (let cursor: string | undefined; seen.length === 0 || cursor !== undefined;) {
          const { hits, next, total } = await search.search(QUERY, { mode, sort, limit: 7, cutoff, cursor });
          seen.push(...ids(hits));
          expect(total.value).toBe(expected.length);
          cursor = next ?? undefined;
        }
        expect([mode, sort, seen]).toEqual([mode, sort, expected]);
      }
  });

  it('are the nearest where none is relevant', async () => {
    const off = 'how do I get red wine out of a white carpet';
    const nearest = await search.search(off);
    expect(nearest.total.relevant).toBe(0);
    const { hits, total } = await search.search(off, { sort: 'newest' });
    expect([hits, total]).toEqual([nearest.hits, nearest.total]);
  });

  it('have a named paper where its year or title puts it', async () => {
    const { hits } = await search.search(TURING, { sort: 'title', limit: 100, cutoff: 20 });
    expect(hits).toEqual(hits.toSorted(LISTED.title));
    expect(ids(hits).indexOf(TURING)).toBeGreaterThan(0);
    const { hits: newest } = await search.search('Random Forests', { sort: 'newest', limit: 100, cutoff: 20 });
    expect(newest).toEqual(newest.toSorted(LISTED.newest));
  });

  it('belong to another question than the best first, as cursors have it', async () => {
    const { next } = await search.search(QUERY, { limit: 3, cutoff: 0 });
    for (const sort of ['newest', 'title'] as const) {
      await expect(search.search(QUERY, { limit: 3, cutoff: 0, sort, cursor: next! })).rejects.toMatchObject({
        code: 'invalid-argument',
        field: 'cursor',
      });
    }
    expect((await search.search(QUERY, { limit: 3, cutoff: 0, sort: 'best', cursor: next! })).hits).toHaveLength(3);
  });

  it('list what conditions alone let through', async () => {
    const query = 'year:1990..2010';
    const { hits } = await search.search(query, { limit: 100 });
    expect(ids((await search.search(query, { limit: 100, sort: 'newest' })).hits)).toEqual(ids(hits));
    expect(ids((await search.search(query, { limit: 100, sort: 'title' })).hits)).toEqual(
      ids(hits.toSorted(LISTED.title)),
    );
  });

  it('can be asked for at every door', async () => {
    const expected = ids((await search.search(QUERY, { sort: 'newest' })).hits);
    const session = new Session({ address: folder, configuration: configurationOf({}), threads: 1 });
    onTestFinished(() => session.close());
    const app = createApp({ session, log: pino({ level: 'silent' }) });
    const hitsOf = async (answer: Promise<Response> | Response) =>
      ids(((await (await answer).json()) as { hits: Hit[] }).hits);
    expect(await hitsOf(app.request(`/v1/search?q=${encodeURIComponent(QUERY)}&sort=newest`))).toEqual(expected);
    const body = JSON.stringify({ query: QUERY, sort: 'newest' });
    const headers = { 'Content-Type': 'application/json' };
    expect(await hitsOf(app.request('/v1/search', { method: 'POST', headers, body }))).toEqual(expected);
    expect((await app.request('/v1/search?q=a&sort=oldest')).status).toBe(400);
    const { stdout } = await akin(['search', QUERY, '--sort', 'newest', '--json', '--index', folder]);
    expect(ids((JSON.parse(stdout) as { hits: Hit[] }).hits)).toEqual(expected);
    expect((await akin(['search', QUERY, '--sort', 'oldest', '--index', folder])).code).toBe(2);
  });
});

describe('pages', () => {
  it('are together what one long list is, whatever their length', async () => {
    const questions: [Question, Mode][] = [
      [{ query: 'learning from data' }, 'hybrid'],
      [{ query: 'genes' }, 'lexical'],
      [{ query: 'stars' }, 'dense'],
      [{ like: [TURING], query: 'year:1900..' }, 'hybrid'],
      [{ query: 'year:1950..' }, 'hybrid'],
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...questions),
        fc.integer({ min: 7, max: 60 }),
        async ([question, mode], limit) => {
          const whole: string[] = [];
          for (const size of [limit, 100]) {
            const seen: string[] = [];
            let cursor: string | undefined;
            do {
              const page = await search.ask(question, { mode, limit: size, cutoff: 0, ...(cursor ? { cursor } : {}) });
              seen.push(...ids(page.hits));
              cursor = page.next ?? undefined;
              expect(page.total.value).toBeGreaterThanOrEqual(seen.length);
              if (!cursor) expect(page.total.value).toBe(seen.length);
            } while (cursor);
            expect(new Set(seen).size).toBe(seen.length);
            if (whole.length > 0) expect(seen).toEqual(whole);
            whole.push(...seen);
          }
        },
      ),
      { numRuns: 12 },
    );
  });

  it('go on however the answer is printed and the folder is written', async () => {
    const asked = ['search', 'learning from data', '--limit', '2'];
    const json = async (...more: string[]) =>
      JSON.parse((await akin([...asked, '--json', '--index', folder, ...more])).stdout) as {
        hits: Hit[];
        next: string;
      };
    const { next } = await json();
    const second = await json('--cursor', next);
    const elsewhere = `${path.dirname(folder)}/./${path.basename(folder)}/`;
    const { code, stdout } = await akin([...asked, '--cursor', next, '--index', elsewhere]);
    expect(code).toBe(0);
    for (const { id } of second.hits) expect(stdout).toContain(id);
  });

  it('go on in the list they began with when the library changes, and end when that is forgotten', async () => {
    const copy = sampleCopy();
    const writer = await openWriter(copy, { model: MODEL, mustBeThatModel: true, purpose: 'a test' });
    const reader = await openLibrary(copy);
    onTestFinished(() => reader.close());
    onTestFinished(() => writer.close());
    const there = new Search(reader, embedder);
    const all = ids((await there.search('learning', { limit: 20, cutoff: 0 })).hits);
    const { next } = await there.search('learning', { limit: 10, cutoff: 0 });
    await put(writer, [paper('new', { title: 'Learning learning', abstract: 'Learning.' })]);
    const second = await there.search('learning', { limit: 10, cutoff: 0, cursor: next! });
    expect(ids(second.hits)).toEqual(all.slice(10));
    const forgetful = new Search(reader, embedder);
    await expect(forgetful.search('learning', { limit: 10, cutoff: 0, cursor: next! })).rejects.toMatchObject({
      code: 'cursor-outdated',
      field: 'cursor',
    });
  });

  it('are refused for a cursor of another library, which is said', async () => {
    const elsewhere = temporaryFolder();
    const writer = await openWriter(elsewhere, { model: MODEL, mustBeThatModel: true, purpose: 'a test' });
    onTestFinished(() => writer.close());
    await put(writer, [paper('new', { title: 'Learning learning', abstract: 'Learning.' })]);
    const other = await openLibrary(elsewhere);
    onTestFinished(() => other.close());
    const said = {
      code: 'cursor-outdated',
      field: 'cursor',
      message: expect.stringContaining('another library') as string,
    };
    const { next } = await search.search('learning', { limit: 5, cutoff: 0 });
    const there = new Search(other, embedder);
    await expect(there.search('learning', { limit: 5, cutoff: 0, cursor: next! })).rejects.toMatchObject(said);
    const listed = await listing(library, { sort: 'newest', limit: 3 });
    await expect(listing(other, { sort: 'newest', limit: 3, cursor: listed.next! })).rejects.toMatchObject(said);
  });

  it('are refused for a cursor of another question, and for what is none', async () => {
    const { next } = await search.search('learning', { limit: 5, cutoff: 0 });
    for (const asked of [
      search.search('teaching', { cursor: next!, cutoff: 0 }),
      search.search('learning', { cursor: next!, cutoff: 0, mode: 'dense' }),
      search.search('learning', { cursor: 'abc' }),
      search.search('learning', { cursor: '' }),
    ]) {
      await expect(asked).rejects.toMatchObject({ code: 'invalid-argument', field: 'cursor' });
    }
  });
});

describe('facets', () => {
  it('agree with the hits of the whole list', async () => {
    const { facets, total } = await search.search('learning', { facets: true, cutoff: 0 });
    const all: Hit[] = [];
    let cursor: string | undefined;
    do {
      const page = await search.search('learning', {
        facets: true,
        cutoff: 0,
        limit: 100,
        ...(cursor ? { cursor } : {}),
      });
      all.push(...page.hits);
      cursor = page.next ?? undefined;
    } while (cursor);
    expect(all).toHaveLength(total.value);
    expect(facets!.year.length).toBeGreaterThan(3);
    for (const { value, papers } of facets!.year) {
      expect([value, all.filter(({ year }) => String(year) === value).length]).toEqual([value, papers]);
    }
    for (const { value, papers } of facets!.venue.slice(0, 3)) {
      expect([value, all.filter(({ venue }) => venue === value).length]).toEqual([value, papers]);
    }
  });
});

describe('one word that is found where nothing is near', () => {
  it('lets through what holds it, and leaves all else weak', async () => {
    for (const query of ['titanium', 'resin', 'arriving', 'looks']) {
      const { hits, total } = await search.search(query, { limit: 100, explain: 'fast' });
      expect(total.relevant).toBeGreaterThan(0);
      for (const { explanation } of hits.slice(0, total.relevant))
        expect([query, explanation!.words]).not.toEqual([query, []]);
      expect([query, total.relevant < 40]).toEqual([query, true]);
    }
  });
});

describe('nothing relevant', () => {
  it('is said of the nearest, which are there all the same', async () => {
    for (const query of ['lasagne recipe with spinach', 'football transfer rumours', 'qqxyzzy']) {
      const { hits, total } = await search.search(query, { limit: 100 });
      expect([query, total.relevant]).toEqual([query, 0]);
      expect(hits.length).toBeGreaterThan(3);
      for (const { relevance, closeness } of hits) {
        expect(relevance).toBeLessThan(DEFAULT_CUTOFF);
        expect(closeness).toBe('weak');
      }
      const all = await search.search(query, { limit: 100, cutoff: 0 });
      expect([ids(all.hits), all.total.relevant]).toEqual([ids(hits), total.value]);
    }
  });

  it('is not said of what the sample is about, nor of a name that one paper alone has', async () => {
    for (const query of ['how machines learn to see', 'structure of DNA', 'Entscheidungsproblem', 'bnt162b2']) {
      const { hits, total } = await search.search(query);
      expect([query, total.relevant > 0, hits[0]!.closeness === 'weak']).toEqual([query, true, false]);
      expect(hits[0]!.relevance).toBeGreaterThanOrEqual(DEFAULT_CUTOFF);
    }
  });
});

describe('an explanation', () => {
  it('adds up: shares to the score, words to BM25, and a sentence that is in the abstract', async () => {
    for (const mode of MODES) {
      const { hits } = await search.search('how do neural networks learn representations?', { mode, explain: 'full' });
      expect(hits.length).toBeGreaterThan(0);
      for (const { id, score, similarity, ranks, explanation } of hits) {
        const { dense, lexical, words, sentence } = explanation!;
        expect(dense.share + lexical.share).toBeCloseTo(score, 9);
        expect([dense.rank, lexical.rank]).toEqual([ranks.dense, ranks.lexical]);
        expect(dense.value).toBe(similarity);
        if (mode !== 'dense') {
          expect(words.reduce((sum, word) => sum + word.score, 0)).toBeCloseTo(lexical.value, 6);
        }
        const { abstract } = await search.paper(id);
        expect(abstract.slice(sentence!.start, sentence!.end)).toBe(sentence!.text);
        const { vector } = await embedder.embedQuery('how do neural networks learn representations?');
        const own = (await embedder.embedQuery(sentence!.text)).vector;
        expect(sentence!.similarity).toBeCloseTo(dot(vector, own), 5);
      }
    }
  });

  it('names the sentence with the words of the question when there is no time', async () => {
    const slow = new Search(
      library,
      Object.assign(Object.create(embedder) as Embedder, {
        model: embedder.model,
        embedQuery: (text: string) => embedder.embedQuery(text),
        embedDocuments: async function* () {
          await new Promise((resolve) => setTimeout(resolve, 500));
          yield* [];
        },
      }),
    );
    const { hits } = await slow.search('Entscheidungsproblem', { explain: 'fast', limit: 1 });
    expect(hits[0]!.explanation!.sentence).toMatchObject({ similarity: null });
  });
});

describe('papers like these', () => {
  it('are none of those given, nor their versions, in any mode', async () => {
    const seeds = ids((await search.search('neural networks', { limit: 4 })).hits);
    for (const mode of MODES) {
      const { hits } = await search.ask(
        { like: seeds.slice(0, 2), unlike: seeds.slice(2) },
        { mode, limit: 100, cutoff: 0 },
      );
      expect(hits.length).toBeGreaterThan(10);
      for (const id of ids(hits)) expect(seeds).not.toContain(id);
    }
  });

  it('follow all seeds, and turn away from what is not wanted', async () => {
    const rank = async (question: Question, id: string) =>
      ids((await search.ask(question, { mode: 'dense', limit: 100, cutoff: 0 })).hits).indexOf(id);
    const [gene] = ids((await search.search('gene editing', { limit: 1 })).hits) as [string];
    const alone = await rank({ query: 'molecular structure' }, gene);
    expect(
      await rank({ query: 'molecular structure', texts: ['gene editing with a bacterial enzyme'] }, gene),
    ).toBeLessThan(alone);
    expect(await rank({ query: 'molecular structure', unlikeTexts: ['gene editing'] }, gene)).toBeGreaterThan(alone);
  });

  it('can leave out what is too near to what is not wanted', async () => {
    const unlike = (await embedder.embedQuery('gene editing')).vector;
    const { hits } = await search.ask(
      { query: 'biology', unlikeTexts: ['gene editing'] },
      { unlikeAbove: 0.2, limit: 100, cutoff: 0 },
    );
    expect(hits.length).toBeGreaterThan(5);
    for (const { id } of hits) {
      const vector = await storedVector(library, id);
      expect(dot(unlike, vector)).toBeLessThan(0.2);
    }
  });

  it('work for a text that is in no library', async () => {
    const { hits } = await search.ask({ texts: ['A cat looks at bars of light; cells of its visual cortex answer.'] });
    expect(hits[0]!.title).toContain("cat's visual cortex");
  });

  it('differ more from one another when that is wanted, the best one staying first', async () => {
    const likeness = async (diversity: number) => {
      const { hits } = await search.search('neural networks', { diversity, limit: 10 });
      const vectors = await Promise.all(ids(hits).map(async (id) => await storedVector(library, id)));
      let sum = 0;
      for (const a of vectors) for (const b of vectors) if (a !== b) sum += dot(a, b);
      return { first: hits[0]!.id, mean: sum / 90 };
    };
    const [plain, diverse] = [await likeness(0), await likeness(0.7)];
    expect(diverse.first).toBe(plain.first);
    expect(diverse.mean).toBeLessThan(plain.mean - 0.02);
  });

  it('take an identifier without its prefix, where it can be only that', async () => {
    const { hits } = await search.ask({ like: ['arxiv:2106.09685'] });
    for (const name of ['2106.09685', '2106.09685v2'])
      expect(ids((await search.ask({ like: [name] })).hits)).toEqual(ids(hits));
    expect((await search.paper('2106.09685')).id).toBe('arxiv:2106.09685');
    await expect(search.ask({ like: ['17'] })).rejects.toMatchObject({ code: 'not-found' });
  });

  it('are refused with a bound of what is not wanted, where nothing is', async () => {
    for (const asked of [{ query: 'biology' }, { like: [TURING] }, { query: 'biology', unlike: [], unlikeTexts: [] }])
      await expect(search.ask(asked, { unlikeAbove: 0.5 })).rejects.toMatchObject({
        code: 'invalid-argument',
        field: 'unlikeAbove',
      });
  });

  it('are refused for a seed that is not there, for too many, and for nothing', async () => {
    await expect(search.ask({ like: ['nobody'] })).rejects.toMatchObject({ code: 'not-found', field: 'like' });
    await expect(search.ask({ unlike: ['nobody'], query: 'a' })).rejects.toMatchObject({
      code: 'not-found',
      field: 'unlike',
    });
    await expect(search.ask({ like: Array<string>(51).fill(TURING) })).rejects.toMatchObject({
      code: 'invalid-argument',
      field: 'like',
    });
    for (const query of ['\u0012\u007f\u2005\u0089', ' \u200b'])
      await expect(search.ask({ query, unlikeTexts: ['sheep'] })).rejects.toMatchObject({ code: 'invalid-argument' });
    await expect(search.ask({ texts: [' '] })).rejects.toMatchObject({ code: 'invalid-argument', field: 'query' });
    await expect(search.ask({ unlike: [TURING] })).rejects.toMatchObject({ code: 'invalid-argument', field: 'query' });
  });
});
