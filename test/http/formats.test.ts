/** Papers in the formats of the export, wherever papers are answered. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXPORTERS } from '../../src/export/registry.ts';
import { LIMITS } from '../../src/http/limits.ts';
import type { Paper } from '../../src/paper.ts';
import type { SearchAnswer } from '../../src/search/answer.ts';
import { akin, sampleCopy } from '../akin.ts';
import { answer, doorOf } from './door.ts';

const ATTENTION = 'arxiv:1706.03762';
const folder = sampleCopy(afterAll);
const door = doorOf(folder, beforeAll);

async function text(address: string, init: RequestInit = {}): Promise<{ type: string; text: string }> {
  const sent = await door.app.request(address, init);
  const said = await sent.text();
  expect([sent.status, said.slice(0, 300)]).toEqual([200, expect.anything()]);
  return { type: sent.headers.get('Content-Type')!, text: said };
}

describe.each(EXPORTERS)('as $title', ({ name, mediaType }) => {
  const type = `${mediaType}; charset=utf-8`;

  it('a paper is what the command writes, asked for by name or by media type', async () => {
    const { stdout } = await akin(['export', ATTENTION, '--format', name, '--index', folder]);
    expect(await text(`/v1/papers/${ATTENTION}?format=${name}`)).toEqual({ type, text: stdout });
    const headers = { Accept: `text/html;q=0.5, ${mediaType}, */*;q=0.1` };
    expect(await text(`/v1/papers/${ATTENTION}`, { headers })).toEqual({ type, text: stdout });
  });

  it('the whole list is written, or as much as the limit says', async () => {
    const { text: all } = await text(`/v1/papers?sort=title&format=${name}`);
    const { text: few } = await text(`/v1/papers?sort=title&format=${name}&limit=3`);
    const { papers } = await answer<{ papers: Paper[] }>(door, '/v1/papers?sort=title&limit=100');
    // Exporters may write titles otherwise; what is short and plain is written as it is.
    const years = papers.slice(0, 3).map(({ year }) => String(year));
    for (const year of years) expect(few).toContain(year);
    expect(all.length).toBeGreaterThan(20 * few.length);
  });
});

describe('a format', () => {
  it('of a search has its hits, in their order, however it is asked', async () => {
    const { hits } = await answer<SearchAnswer>(door, '/v1/search?q=machines&limit=4');
    const ids = hits.map(({ id }) => id);
    const read = ({ text: lines }: { text: string }) =>
      lines
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as Paper).id);
    expect(read(await text('/v1/search?q=machines&limit=4&format=jsonl'))).toEqual(ids);
    const body = JSON.stringify({ query: 'machines', limit: 4, format: 'jsonl' });
    const headers = { 'Content-Type': 'application/json' };
    expect(read(await text('/v1/search', { method: 'POST', body, headers }))).toEqual(ids);
    expect(read(await text(`/v1/papers/${ATTENTION}/similar?format=jsonl`))).toHaveLength(10);
  });

  it('has of a paper what the paper says, and not what it was made of', async () => {
    const { text: line } = await text(`/v1/papers/${ATTENTION}?format=jsonl`);
    expect(Object.keys(JSON.parse(line) as object)).not.toContain('records');
  });

  it('is JSON for whoever wants anything, or what nobody has', async () => {
    for (const Accept of ['*/*', 'text/html,*/*;q=0.8', 'image/png', '', 'text/csv;q=0, */*', '*/*, text/csv;q=0.1']) {
      const sent = await door.app.request(`/v1/papers/${ATTENTION}`, { headers: { Accept } });
      expect([Accept, sent.headers.get('Content-Type')]).toEqual([Accept, 'application/json']);
      expect(sent.headers.get('Vary')).toContain('Accept');
    }
    expect((await text(`/v1/papers/${ATTENTION}?format=json`, { headers: { Accept: 'text/csv' } })).type).toBe(
      'application/json',
    );
  });

  it('that is none is refused, and so is what is asked for, before anything is written', async () => {
    expect(await answer(door, '/v1/papers?format=word', { status: 400 })).toMatchObject({ field: 'format' });
    expect(await answer(door, '/v1/papers?format=csv&q=galaxies', { status: 400 })).toMatchObject({ field: 'q' });
    expect(await answer(door, '/v1/papers?format=csv&cursor=x', { status: 400 })).toMatchObject({ field: 'cursor' });
    expect(await answer(door, '/v1/papers/nobody?format=csv', { status: 404 })).toMatchObject({ field: 'id' });
  });
});

it('writes so many whole lists at a time, and lets go of those that nobody takes any more', async () => {
  const begin = async () => door.app.request('/v1/papers?format=jsonl');
  const begun = await Promise.all(Array.from({ length: LIMITS.exportsAtOnce }, begin));
  const refused = await begin();
  expect([refused.status, refused.headers.get('Retry-After')]).toEqual([503, '1']);
  expect((await door.app.request('/v1/papers?format=jsonl&limit=2')).status).toBe(200);
  await begun[0]!.body!.cancel();
  expect((await (await begin()).text()).trim().split('\n')).toHaveLength(120);
  for (const each of begun.slice(1)) await each.text();
  expect((await begin()).status).toBe(200);
});
