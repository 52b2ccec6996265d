/** Re-ranking: what a cross-encoder says, mixed into the scores of as much of a list as there is time for. */
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Embedder } from '../../src/embedding/embedder.ts';
import { findCrossEncoder } from '../../src/embedding/models.ts';
import { Scorer } from '../../src/embedding/scorer.ts';
import { runQueries, settingsNamed } from '../../src/evaluation/runs.ts';
import { NOTHING_KEPT } from '../../src/library/kept.ts';
import type { Key, Library } from '../../src/library/library.ts';
import { openLibrary } from '../../src/library/open.ts';
import { embeddedText } from '../../src/paper.ts';
import { RERANK_SHARE, RERANKED, reranked } from '../../src/search/rerank.ts';
import type { Hit, SearchAnswer } from '../../src/search/answer.ts';
import { MAX_LIMIT, MODES } from '../../src/search/question.ts';
import { Search } from '../../src/search/search.ts';
import { sampleCopy, temporaryFolder } from '../akin.ts';
import { installTiny } from '../embedding/tiny-cross-encoder.ts';
import { MODEL, paper } from '../library/made.ts';

/** Milliseconds in which everything is read. */
const PLENTY = 60_000;
const QUERIES = ['warming caused by burning coal', 'how machines learn to see', 'networks that learn'];
const TURING = 'doi:10.1112/plms/s2-42.1.230';

const folder = sampleCopy(afterAll);
let library: Library;
let embedder: Embedder;
let scorer: Scorer;
let plain: Search;
let search: Search;
beforeAll(async () => {
  const models = temporaryFolder(afterAll);
  const tiny = await installTiny(models);
  [library, embedder, scorer] = await Promise.all([
    openLibrary(folder),
    Embedder.start(MODEL, { threads: 1 }),
    Scorer.start(tiny, { modelFolders: [models], threads: 2 }),
  ]);
  plain = new Search(library, embedder);
  search = new Search(library, embedder, () => Promise.resolve(scorer));
});
afterAll(async () => {
  await Promise.all([library.close(), embedder.close(), scorer.close()]);
});

const without = ({ timings: _, ...answer }: SearchAnswer) => answer;
const idsOf = ({ hits }: SearchAnswer) => hits.map(({ id }) => id);
const scoreOf = async (query: string, id: string) => scorer.score(query, embeddedText(await plain.paper(id)));

/** A scorer that comes to an end with so many pairs, and then takes for ever. */
function ending(after: number): () => Promise<Scorer> {
  let asked = 0;
  const score = (query: string, passage: string) =>
    ++asked <= after ? scorer.score(query, passage) : new Promise<number>(() => {});
  return () => Promise.resolve({ threads: 1, score } as Scorer);
}

describe('a search that is not to be re-ranked', () => {
  it('answers as one without a cross-encoder, to the byte', async () => {
    for (const query of QUERIES) {
      for (const mode of MODES) {
        const options = { mode, limit: 7, explain: 'full' as const };
        const expected = JSON.stringify(without(await plain.search(query, options)));
        expect(JSON.stringify(without(await search.search(query, options)))).toBe(expected);
        const answer = await search.search(query, { ...options, rerank: 0 });
        expect(JSON.stringify(answer.hits)).toBe(JSON.stringify((await plain.search(query, options)).hits));
        expect(answer.timings).not.toHaveProperty('rerank');
      }
    }
  });
});

describe('a search that is re-ranked', () => {
  it('has the best works by score and logit, and all others in the order they had', async () => {
    for (const query of QUERIES) {
      for (const mode of MODES) {
        const before = (await search.search(query, { mode, limit: MAX_LIMIT, cutoff: 0 })).hits;
        const logits: number[] = [];
        for (const { id } of before.slice(0, RERANKED)) logits.push(await scoreOf(query, id));
        const [least, most] = [Math.min(...logits), Math.max(...logits)];
        const mixed = before.map((hit, i) => {
          const good = i < RERANKED ? (logits[i]! - least) / (most - least) : 0;
          const score = (1 - RERANK_SHARE) * hit.score + RERANK_SHARE * before[0]!.score * good;
          return { ...hit, score, rerank: logits[i] ?? null };
        });
        const expected = [...mixed.slice(0, RERANKED).sort((a, b) => b.score - a.score), ...mixed.slice(RERANKED)];
        const after = await search.search(query, { mode, limit: MAX_LIMIT, cutoff: 0, rerank: PLENTY });
        // The verdict follows the new order.
        const said = (hits: Hit[]) => hits.map(({ score: _, closeness: __, ...hit }) => hit);
        expect(said(after.hits)).toEqual(said(expected));
        after.hits.forEach(({ score }, i) => expect(score).toBeCloseTo(expected[i]!.score, 9));
        expect(after.timings.rerank).toBeGreaterThan(0);
      }
    }
  });

  it('says of each paper that was read its logit and the place it had before', async () => {
    const [query] = QUERIES as [string];
    const before = idsOf(await search.search(query, { limit: MAX_LIMIT, cutoff: 0 }));
    const { hits } = await search.search(query, { limit: MAX_LIMIT, cutoff: 0, rerank: PLENTY, explain: 'fast' });
    expect(hits.slice(0, RERANKED).map(({ explanation }) => explanation!.rerank)).toEqual(
      hits.slice(0, RERANKED).map(({ id, rerank }) => ({
        ...{ logit: rerank, before: before.indexOf(id) + 1 },
        share: expect.any(Number) as number,
      })),
    );
    for (const { score, explanation } of hits.slice(0, RERANKED)) {
      const { dense, lexical, names, rerank } = explanation!;
      expect(dense.share + lexical.share + names.share + rerank!.share).toBeCloseTo(score, 9);
    }
    for (const { explanation, rerank } of hits.slice(RERANKED))
      expect([rerank, explanation!.rerank]).toEqual([null, undefined]);
  });

  it('still has the paper first whose title or identifier was typed', async () => {
    const { title } = await plain.paper(TURING);
    // A paper that holds all the words of the title, and more, is as good to this cross-encoder.
    const { hits } = await search.search(title, { rerank: PLENTY });
    expect(hits[0]).toMatchObject({ id: TURING, rerank: expect.any(Number) as number });
  });

  it('reads nothing where papers are the question', async () => {
    for (const asked of [{ like: [TURING] }, { query: TURING }, { query: QUERIES[0], like: [TURING] }]) {
      const { hits } = await search.ask(asked, { rerank: PLENTY });
      expect(hits).toEqual((await search.ask(asked)).hits.map((hit) => ({ ...hit, rerank: null })));
      expect(hits.length).toBeGreaterThan(3);
    }
  });

  it('reads nothing where nothing was asked but conditions', async () => {
    const answer = await search.search('year:1900..2020', { rerank: PLENTY });
    expect(idsOf(answer)).toEqual(idsOf(await plain.search('year:1900..2020')));
    expect(answer.hits.map(({ rerank }) => rerank)).toEqual(answer.hits.map(() => null));
  });

  it('is a setting that can be evaluated', async () => {
    const settings = settingsNamed(`hybrid+rerank:${PLENTY},lexical`, 'mode');
    expect(settings).toEqual([
      { name: `hybrid+rerank:${PLENTY}`, mode: 'hybrid', rerank: PLENTY },
      { name: 'lexical', mode: 'lexical' },
    ]);
    const run = await runQueries(search, [{ id: 'q', text: QUERIES[0]! }], settings[0]!);
    const { hits } = await search.search(QUERIES[0]!, { rerank: PLENTY, limit: MAX_LIMIT });
    expect(run.get('q')!.map(({ id }) => id)).toEqual(hits.map(({ id }) => id));
  });

  it('is refused together with diversity, and where there is no cross-encoder, whatever is asked', async () => {
    for (const each of [search, plain])
      await expect(each.search('networks', { rerank: 100, diversity: 0.5 })).rejects.toMatchObject({
        code: 'invalid-argument',
        field: 'rerank',
      });
    const missing = { code: 'model-missing', hint: `npm run fetch-model -- ${findCrossEncoder().name}` };
    for (const query of ['networks', 'year:1937', 'qqxyzzy'])
      await expect(plain.search(query, { rerank: 100 })).rejects.toMatchObject(missing);
  });
});

describe('the time', () => {
  it.each([0, 1, 7])('that ends after %i papers leaves all others where they were', async (count) => {
    const [query] = QUERIES as [string];
    const slow = new Search(library, embedder, ending(count));
    const before = idsOf(await plain.search(query, { limit: MAX_LIMIT }));
    const after = await slow.search(query, { limit: MAX_LIMIT, rerank: 300 });
    const read = after.hits.filter(({ rerank }) => rerank !== null);
    expect(read).toHaveLength(count);
    expect(new Set(idsOf(after).slice(0, count))).toEqual(new Set(before.slice(0, count)));
    expect(idsOf(after).slice(count)).toEqual(before.slice(count));
  });

  it('that ends before the cross-encoder has started leaves the order as it was', async () => {
    const early = new Search(library, embedder, () => new Promise(() => {}));
    const answer = await early.search(QUERIES[0]!, { rerank: 20 });
    expect(idsOf(answer)).toEqual(idsOf(await plain.search(QUERIES[0]!)));
    expect(answer.hits.map(({ rerank }) => rerank)).toEqual(answer.hits.map(() => null));
  });

  it('may be more the next time', async () => {
    let started: (scorer: Scorer) => void;
    const starting = new Promise<Scorer>((resolve) => (started = resolve));
    const later = new Search(library, embedder, () => starting);
    expect((await later.search(QUERIES[0]!, { rerank: 150 })).hits[0]!.rerank).toBeNull();
    started!(scorer);
    await sleep(1);
    expect((await later.search(QUERIES[0]!, { rerank: 150 })).hits[0]!.rerank).not.toBeNull();
  });

  it('reorders what was read without a gap, whatever the logits are and whichever come too late', async () => {
    const logit = fc.option(fc.integer({ min: -3, max: 3 }), { nil: undefined });
    const property = fc.asyncProperty(
      fc.array(logit, { maxLength: 60 }),
      fc.integer({ min: 1, max: 4 }),
      async (logits, threads) => {
        const score = (_: string, passage: string) => {
          const found = logits[Number(passage.replace('Paper ', ''))];
          return found === undefined ? new Promise<number>(() => {}) : Promise.resolve(found);
        };
        const describe = (keys: Key[]) =>
          Promise.resolve(
            keys.map((key) => ({ key, paper: paper(key), kept: NOTHING_KEPT, versions: [], records: [], words: [] })),
          );
        const entries = logits.map((_, row) => ({
          ...{ row, key: String(row) as Key, score: 1 - row / 100 },
          shares: { dense: 1 - row / 100, lexical: 0, named: 0 },
        }));
        const made = Promise.resolve({ threads, score } as Scorer);
        const { entries: after, read } = await reranked('q', entries, { describe }, made, { milliseconds: 15 });

        const rows = (some: { row: number }[]) => some.map(({ row }) => row);
        expect(rows(after.slice(read))).toEqual(rows(entries.slice(read)));
        const scores = after.map(({ score }) => score);
        expect(scores).toEqual(scores.toSorted((a, b) => b - a));
        const seen = logits.slice(0, read) as number[];
        const [least, most] = [Math.min(...seen), Math.max(...seen)];
        for (const { row, verdict, score } of after.slice(0, read)) {
          const share = most > least ? (RERANK_SHARE * (logits[row]! - least)) / (most - least) : 0;
          expect(verdict).toMatchObject({ logit: logits[row], before: row + 1 });
          expect(score).toBeCloseTo((1 - RERANK_SHARE) * (1 - row / 100) + share, 9);
        }
        const gap = logits.slice(0, RERANKED).indexOf(undefined);
        expect(read).toBeLessThanOrEqual(gap >= 0 ? gap : RERANKED);
        const again = await reranked('q', entries, { describe }, made, { works: read });
        expect(again).toEqual({ entries: after, read });
      },
    );
    await fc.assert(property, { numRuns: 40 });
  });
});

describe('the pages of a re-ranked list', () => {
  const [query] = QUERIES as [string];

  /** Every page from a cursor on. */
  async function following(asked: Search, cursor: string | null, rerank: number): Promise<string[]> {
    const ids: string[] = [];
    while (cursor !== null) {
      const page = await asked.search(query, { rerank, limit: 9, cursor });
      ids.push(...idsOf(page));
      cursor = page.next;
    }
    return ids;
  }

  it('are the parts of one list', async () => {
    const whole = await search.search(query, { rerank: PLENTY, limit: MAX_LIMIT });
    const first = await search.search(query, { rerank: PLENTY, limit: 9 });
    expect([...idsOf(first), ...(await following(search, first.next, PLENTY))].slice(0, MAX_LIMIT)).toEqual(
      idsOf(whole),
    );
  });

  it('agree when the list has to be made again, however much time there is then', async () => {
    const slow = new Search(library, embedder, ending(12));
    const first = await slow.search(query, { rerank: 400, limit: 9 });
    const kept = await following(slow, first.next, 400);
    const again = new Search(library, embedder, () => Promise.resolve(scorer));
    expect(await following(again, first.next, 400)).toEqual(kept);
    // Another first page in between is another list.
    expect(idsOf(await again.search(query, { rerank: 400, limit: 9 })).length).toBe(9);
    expect(await following(again, first.next, 400)).toEqual(kept);
  });

  it('are not those of the list that was not re-ranked', async () => {
    const first = await search.search(query, { rerank: PLENTY, limit: 9 });
    await expect(search.search(query, { limit: 9, cursor: first.next! })).rejects.toMatchObject({
      code: 'invalid-argument',
      field: 'cursor',
    });
  });
});
