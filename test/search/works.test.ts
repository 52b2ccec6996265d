/** One hit a work, in every kind of answer, with the real model. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Embedder } from '../../src/embedding/embedder.ts';
import { embedPending } from '../../src/session/intake.ts';
import type { Library, LibraryWriter } from '../../src/library/library.ts';
import { openLibrary, openWriter } from '../../src/library/open.ts';
import { MAX_LIMIT, MODES } from '../../src/search/question.ts';
import { Search } from '../../src/search/search.ts';
import { sampleCopy } from '../akin.ts';
import { MODEL, paper, put } from '../library/made.ts';

const AUTHORS = ['Ada Ashwood', 'Ben Birch'];
const PREPRINT = paper('arxiv:1601.00001', {
  title: 'Wine yeasts that survive frost',
  abstract: 'We freeze wine yeasts and see which of them go on to ferment.',
  authors: AUTHORS,
  year: 2016,
  venue: 'arXiv',
});
const PUBLISHED = paper('doi:10.5555/yeast', {
  title: 'Wine Yeasts that Survive Frost: A Study of Forty Strains',
  abstract: 'Wine yeasts are frozen, and we see which of forty strains go on to ferment.',
  authors: ['A. Ashwood', 'B. Birch'],
  year: 2017,
  venue: 'Journal of Cold Wine',
});
const SIBLING = paper('sibling', {
  title: 'Wine yeasts that survive frost, part II',
  abstract: 'We freeze wine yeasts once more and see which of them go on to ferment.',
  authors: AUTHORS,
  year: 2018,
});

const folder = sampleCopy(afterAll);
let library: Library;
let writer: LibraryWriter;
let embedder: Embedder;
let search: Search;
beforeAll(async () => {
  writer = await openWriter(folder, { model: MODEL, mustBeThatModel: true, purpose: 'a test' });
  [library, embedder] = await Promise.all([openLibrary(folder), Embedder.start(MODEL, { threads: 1 })]);
  search = new Search(library, embedder);
  await put(writer, [PREPRINT, SIBLING, PUBLISHED]);
  await embedPending(writer, embedder);
});
afterAll(async () => {
  await Promise.all([library.close(), writer.close(), embedder.close()]);
});

describe('a work of two versions', () => {
  it('is one hit in every mode: the best-ranked version, with the other beside it', async () => {
    for (const mode of MODES) {
      const { hits } = await search.search('wine yeasts frost', { mode, limit: MAX_LIMIT });
      const ids = hits.map(({ id }) => id);
      const shown = hits.filter(({ id }) => id === PREPRINT.id || id === PUBLISHED.id);
      expect([mode, shown.length]).toEqual([mode, 1]);
      const [stands, other] = shown[0]!.id === PREPRINT.id ? [PREPRINT, PUBLISHED] : [PUBLISHED, PREPRINT];
      const { id, title, year, venue, url, ids: identifiers } = other;
      expect(shown[0]).toMatchObject({
        title: stands.title,
        versions: [{ id, title, year, venue, url, ids: identifiers }],
      });
      expect(ids).toContain(SIBLING.id);
      for (const hit of hits) if (hit !== shown[0]) expect(hit.versions).toEqual([]);
    }
    // Words that only one of them has bring that one to the front.
    const { hits } = await search.search('forty strains', { mode: 'lexical', limit: 1 });
    expect(hits).toMatchObject([{ id: PUBLISHED.id, versions: [{ id: PREPRINT.id }] }]);
  });

  it('leaves its place to the next paper, so that an answer is as long as asked for', async () => {
    for (const mode of ['hybrid', 'dense'] as const) {
      for (const limit of [1, 2, 5, MAX_LIMIT]) {
        expect((await search.search('wine yeasts frost', { mode, limit })).hits).toHaveLength(limit);
      }
    }
  });

  it('is told whole of each of its versions', async () => {
    expect(await search.paper(PREPRINT.id)).toMatchObject({ id: PREPRINT.id, versions: [{ id: PUBLISHED.id }] });
    expect((await search.paper(SIBLING.id)).versions).toEqual([]);
  });

  it('is no answer to what is like one of its versions', async () => {
    for (const { id } of [PREPRINT, PUBLISHED]) {
      const { hits } = await search.similar(id, { limit: 20 });
      expect(hits).toHaveLength(20);
      expect(hits[0]).toMatchObject({ id: SIBLING.id, versions: [] });
      expect(hits.map((hit) => hit.id)).not.toEqual(expect.arrayContaining([PREPRINT.id]));
      expect(hits.map((hit) => hit.id)).not.toEqual(expect.arrayContaining([PUBLISHED.id]));
    }
    expect((await search.similar(SIBLING.id, { limit: 20 })).hits[0]!.versions).toHaveLength(1);
  });

  it('is two hits as soon as a person has parted it, and one again when they are joined', async () => {
    const both = async () =>
      (await search.search('wine yeasts frost')).hits.filter(({ id }) => id === PREPRINT.id || id === PUBLISHED.id);
    await writer.split([PREPRINT.id]);
    expect(await both()).toMatchObject([{ versions: [] }, { versions: [] }]);
    await writer.join([PREPRINT.id, PUBLISHED.id]);
    expect(await both()).toHaveLength(1);
  });
});
