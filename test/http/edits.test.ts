/** Papers that are put in, put right and removed over HTTP. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWriter } from '../../src/library/open.ts';
import type { SearchAnswer, WholePaper } from '../../src/search/answer.ts';
import { akin, sampleCopy } from '../akin.ts';
import { answer, doorOf } from './door.ts';

const folder = sampleCopy(afterAll);
const door = doorOf(folder, beforeAll);
const TURING = 'doi:10.1112/plms/s2-42.1.230';

const put = (id: string, body: unknown, status: number) =>
  answer<WholePaper & Record<string, unknown>>(door, `/v1/papers/${id}`, { method: 'PUT', body, status });
const patch = (id: string, body: unknown, status = 200) =>
  answer<WholePaper & Record<string, unknown>>(door, `/v1/papers/${id}`, { method: 'PATCH', body, status });
const get = (id: string) => answer<WholePaper>(door, `/v1/papers/${id}`);
const bees = {
  title: 'How honey bees choose a new home',
  abstract: 'A swarm sends out scouts, which dance for the cavities that they have found until a quorum agrees.',
  authors: [{ family: 'Seeley', given: 'Thomas D.' }, 'Buhrman, Susannah'],
  year: 1999,
  ids: { doi: '10.1000/Bees' },
};

describe('PUT', () => {
  it('stores a paper that is found by its meaning at once, and says where it is', async () => {
    const sent = await door.app.request('/v1/papers/bees/1', {
      method: 'PUT',
      body: JSON.stringify(bees),
      headers: { 'Content-Type': 'application/json' },
    });
    expect([sent.status, sent.headers.get('Location')]).toEqual([201, '/v1/papers/bees%2F1']);
    expect(await sent.json()).toEqual(await get('bees/1'));
    expect(await get('doi:10.1000/bees')).toMatchObject({
      ...{ id: 'bees/1', authors: ['Thomas D. Seeley', 'Susannah Buhrman'], year: 1999, ids: { doi: '10.1000/bees' } },
    });
    const { hits, library } = await answer<SearchAnswer>(
      door,
      '/v1/search?q=insects+deciding+together+where+to+live&mode=dense&cutoff=0',
    );
    expect(hits[0]!.id).toBe('bees/1');
    expect(library.embedded).toBe(library.papers);
  });

  it('says the same twice with the effect of once, and something else instead of what it said', async () => {
    const { revision } = await (await door.session.library()).state();
    await put('bees/1', bees, 200);
    expect((await (await door.session.library()).state()).revision).toBe(revision);
    const { ids: _, ...without } = bees;
    const changed = await put('bees/1', { ...without, title: 'Swarm cognition in honey bees', year: 2008 }, 200);
    expect(changed).toMatchObject({
      id: 'bees/1',
      title: 'Swarm cognition in honey bees',
      year: 2008,
      ids: {},
      records: [],
    });
  });

  it('is one more record of a paper that is there from elsewhere', async () => {
    const before = await get(TURING);
    const paper = await put('mine', { title: before.title, ids: { doi: TURING.slice(4) }, categories: ['logic'] }, 200);
    expect(paper).toMatchObject({ id: TURING, authors: before.authors });
    expect(paper.categories).toContain('logic');
    expect(paper.records).toHaveLength(2);
    expect((await get('mine')).id).toBe(TURING);
  });

  it.each([
    [TURING, { title: 'A paper on cooking rice' }, 409, { code: 'id-taken', field: 'id' }],
    ['a', { title: ' ' }, 400, { field: '/title' }],
    ['a', {}, 400, { field: '/title' }],
    ['a', { title: 'x', year: '1999' }, 400, { field: '/year' }],
    ['a', { title: 'x', colour: 'red' }, 400, { field: '/colour' }],
    ['a', { title: 'x', authors: [{ family: 'a', middle: 'b' }] }, 400, { field: '/authors/0/middle' }],
    ['%20a', { title: 'x' }, 400, { field: 'id' }],
    ['a', [], 400, {}],
  ])('of %s with %j is refused with %i', async (id, body, status, problem) => {
    expect(await put(id, body, status)).toMatchObject(problem);
  });

  it('under an id longer than any is refused', async () => {
    expect(await put('a'.repeat(1001), { title: 'x' }, 422)).toMatchObject({ field: '/id' });
  });
});

describe('PATCH', () => {
  it('puts right what a paper says, for good, and takes it back', async () => {
    const file = path.join(folder, 'swifts.jsonl');
    const written = (year: number) =>
      writeFileSync(file, JSON.stringify({ id: 'swifts', title: 'How swifts slepe', authors: ['E. Bird'], year }));
    written(1900);
    expect((await akin(['add', file, '--index', folder, '--no-embed'])).code).toBe(0);
    const said = { title: 'How swifts sleep on the wing', authors: ['Bird, Erna'], year: 2016, categories: ['birds'] };
    expect(await patch('swifts', said)).toMatchObject({ ...said, authors: ['Erna Bird'] });
    written(1901);
    expect((await akin(['add', file, '--index', folder])).code).toBe(0);
    const paper = await get('swifts');
    expect(paper).toMatchObject({ ...said, authors: ['Erna Bird'], names: [{ family: 'Bird', given: 'Erna' }] });
    expect(paper.records.map(({ year, corrects }) => [year, corrects])).toEqual([
      [1901, undefined],
      [2016, ['title', 'authors', 'year', 'categories']],
    ]);
    const { hits } = await answer<SearchAnswer>(door, '/v1/search?q=birds+asleep+while+flying&mode=dense&cutoff=0');
    expect(hits[0]!.id).toBe('swifts');
    expect(await patch('swifts', { year: null, authors: null, title: null, categories: null })).toMatchObject({
      ...{ title: 'How swifts slepe', authors: ['E. Bird'], year: 1901, records: [] },
    });
    expect(await patch('swifts', { categories: ['birds'], authors: [] })).toMatchObject({
      authors: [],
      categories: ['birds'],
    });
    expect(await patch('swifts', {})).toMatchObject({ authors: [], categories: ['birds'] });
  });

  it('takes a JSON merge patch, and refuses what it is not', async () => {
    const sent = (type: string) =>
      door.app.request('/v1/papers/swifts', {
        method: 'PATCH',
        body: '{"venue": "Sky"}',
        headers: { 'Content-Type': type },
      });
    expect((await sent('application/merge-patch+json')).status).toBe(200);
    expect((await get('swifts')).venue).toBe('Sky');
    expect((await sent('application/json-patch+json')).status).toBe(415);
    expect(await patch('swifts', { title: '' }, 400)).toMatchObject({ field: '/title' });
    expect(await patch('swifts', { id: 'x' }, 400)).toMatchObject({ field: '/id' });
    expect(await patch('nobody', { title: 'x' }, 404)).toMatchObject({ field: 'id' });
  });
});

describe('what a person keeps of a paper', () => {
  it('is said by PATCH, part by part, and is in answers, lists and exports', async () => {
    const nothing = { starred: false, read: 'unread', note: '' };
    expect(await get(TURING)).toMatchObject(nothing);
    const kept = { starred: true, read: 'reading', note: 'For chapter *two*.\n\nAsk Ann.' };
    expect(await patch(TURING, kept)).toMatchObject({ ...kept, id: TURING });
    const { hits } = await answer<SearchAnswer>(door, '/v1/search?q=computable+numbers');
    expect(hits.find(({ id }) => id === TURING)).toMatchObject({ starred: true, read: 'reading' });
    for (const q of [
      'is:starred',
      'is:reading -is:unread',
      'has:note',
      'note:chapters',
      'note:"ask ann" author:turing',
    ]) {
      const { papers } = await answer<{ papers: { id: string }[] }>(door, `/v1/papers?q=${encodeURIComponent(q)}`);
      expect([q, papers.map(({ id }) => id)]).toEqual([q, [TURING]]);
    }
    const exported = async (format: string) => (await door.app.request(`/v1/papers/${TURING}?format=${format}`)).text();
    expect(await exported('bibtex')).toContain('annote = {For chapter *two*. Ask Ann.}');
    expect(await exported('ris')).toMatch(/^N1 {2}- For chapter \*two\*\.\r\n<br>\r\nAsk Ann\.\r$/m);
    expect(JSON.parse(await exported('csl'))).toMatchObject([{ note: kept.note }]);
    expect(JSON.parse(await exported('jsonl'))).toMatchObject({
      extra: { annote: kept.note, readstatus: 'reading', starred: 'yes' },
    });
    expect(await (await door.app.request('/v1/papers?q=is:starred&format=csv')).text()).toContain('Ask Ann.');
    expect(await patch(TURING, { note: null, starred: null, year: 1936 })).toMatchObject({
      ...nothing,
      read: 'reading',
      year: 1936,
    });
    expect(await patch(TURING, { read: null, year: null })).toMatchObject({ ...nothing, year: 1937 });
  });

  it.each([
    [{ note: 'x'.repeat(20_001) }, '/note'],
    [{ read: 'twice' }, '/read'],
    [{ starred: 'yes' }, '/starred'],
  ])('is refused where it is none: %#', async (body, field) => {
    expect(await patch(TURING, body, 400)).toMatchObject({ field });
  });

  it('is of a paper that is there', async () => {
    expect(await patch('nobody', { starred: true }, 404)).toMatchObject({ field: 'id' });
    expect(await answer(door, '/v1/papers?q=is:loved', { status: 400 })).toMatchObject({ field: 'q' });
  });
});

it('DELETE removes a paper, once', async () => {
  await put('gone', { title: 'A paper that goes' }, 201);
  const sent = await door.app.request('/v1/papers/gone', { method: 'DELETE' });
  expect([sent.status, await sent.text()]).toEqual([204, '']);
  expect(await answer(door, '/v1/papers/gone', { method: 'DELETE', status: 404 })).toMatchObject({ field: 'id' });
  await answer(door, '/v1/papers/gone', { status: 404 });
  await put('gone', { title: 'A paper that comes again' }, 201);
});

it('many at a time are written one after the other', async () => {
  const ids = Array.from({ length: 3 }, (_, i) => `many/${i}`);
  await Promise.all(ids.map((id) => put(id, { title: `The paper of ${id}` }, 201)));
  for (const id of ids) expect((await get(id)).title).toContain(id);
});

it('says when to come again where somebody else writes', async () => {
  const { model } = await door.session.library();
  const writer = await openWriter(folder, { model, mustBeThatModel: true, purpose: 'a test' });
  try {
    const sent = await door.app.request('/v1/papers/bees/1', { method: 'DELETE' });
    expect([sent.status, sent.headers.get('Retry-After')]).toEqual([409, '5']);
    expect(await sent.json()).toMatchObject({ code: 'library-locked', detail: 'somebody else writes to the library' });
  } finally {
    await writer.close();
  }
  expect((await door.app.request('/v1/papers/bees/1', { method: 'DELETE' })).status).toBe(204);
});
