/** `/draft`, asked without a socket: what becomes of a draft that comes as a form, and what may be done with its suggestions. */
import { beforeAll, afterAll, describe, expect, it } from 'vitest';
import { LIMITS } from '../../src/http/limits.ts';
import { KeptDrafts } from '../../src/http/kept-drafts.ts';
import type { RelatedAnswer } from '../../src/search/answer.ts';
import type { Session } from '../../src/session/session.ts';
import { sampleCopy } from '../akin.ts';
import { doorOf } from './door.ts';

const TURING = 'On Computable Numbers, with an Application to the Entscheidungsproblem';
const TEXT = 'A machine with a finite table and an endless tape can compute whatever any procedure computes.';
const BIB = `@article{turing, title={${TURING}}, year=1937}`;

const door = doorOf(sampleCopy(afterAll), beforeAll);

function post(address: string, parts: Record<string, string | File | File[]>) {
  const body = new FormData();
  for (const [name, values] of Object.entries(parts)) for (const each of [values].flat()) body.append(name, each);
  return door.app.request(address, { method: 'POST', body });
}
const judge = (address: string, given: Record<string, string>) =>
  door.app.request(address, { method: 'POST', body: new URLSearchParams(given) });

/** Where the page is that a form leads to. */
async function given(parts: Record<string, string | File | File[]>): Promise<string> {
  const answer = await post('/draft', parts);
  expect(answer.status).toBe(303);
  return answer.headers.get('Location')!;
}
const pageOf = async (address: string) => (await door.app.request(address)).text();

const md = new File([`# Machines\n\n## What they do\n\n${TEXT}\n`], 'draft.md');
const bib = new File([BIB], 'refs.bib');
const nothing = new File([], '');

describe('a draft', () => {
  it.each([
    ['a file', { file: md, bib: nothing, text: '', limit: '3', year: '' }],
    ['a text', { file: nothing, bib: nothing, text: `${TEXT}\r\n`, limit: '3', year: '..2000' }],
  ])('that is %s leads to a page of its own, which nobody keeps', async (_, parts) => {
    const address = await given(parts);
    expect(address).toMatch(/^\/draft\/[\w-]{32}$/);
    const answer = await door.app.request(address);
    expect(answer.headers.get('Cache-Control')).toBe('no-store');
    const page = await answer.text();
    expect(page).toContain('3 papers might belong to this draft');
    expect(page).toContain(TURING);
  });

  it('says what it cites, also where both files were dropped at once', async () => {
    const ways: Record<string, string | File | File[]>[] = [
      { file: [bib, md] },
      { file: md, bib },
      { text: TEXT, bib },
    ];
    for (const parts of ways) {
      const page = await pageOf(await given(parts));
      expect(page.slice(page.indexOf('id="found"'))).toContain(TURING);
      expect(page.slice(0, page.indexOf('id="found"'))).not.toContain(TURING);
    }
    const unknown = new File(['@misc{x, title={<b>Nobody</b> has "this" one here}}'], 'x.bib');
    const page = await pageOf(await given({ text: TEXT, bib: unknown }));
    expect(page.slice(page.indexOf('id="missing"'))).toContain('Nobody');
    expect(page).not.toContain('<b>Nobody');
  });

  it('of any length is taken, in any script', async () => {
    const chinese = '机器可以计算任何程序能计算的东西，而某些问题没有机器能回答。'.repeat(1000);
    expect(await pageOf(await given({ text: chinese, limit: '2' }))).toContain('2 papers might belong');
  });

  it.each([
    ['nothing', {}, 'Expected one draft, found none'],
    ['two drafts', { file: md, text: TEXT }, 'Expected one draft, found several'],
    ['no prose', { text: '1 2 3' }, 'No prose was found in the draft'],
    ['a wrong number', { text: TEXT, limit: '1000' }, 'Limit: expected a whole number from 1 to 100'],
    ['years that are none', { text: TEXT, year: 'soon' }, 'soon'],
  ])('that is %s is refused in words, above the form', async (_, parts, said) => {
    const answer = await post('/draft', parts);
    expect(answer.status).toBe(400);
    const page = await answer.text();
    expect(page).toContain(said);
    expect(page).toContain('name="text"');
  });

  it('that is not there any more is said, above the form', async () => {
    const answer = await door.app.request('/draft/nobody');
    expect(answer.status).toBe(404);
    expect(await answer.text()).toMatch(/This draft is not here any more.*name="text"/s);
  });
});

describe('suggestions', () => {
  it('are added, dismissed and taken back, and what is downloaded follows', async () => {
    const address = await given({ file: md, limit: '4' });
    const titles = async (ending: string) => (await pageOf(`${address}/related.${ending}`)).match(/^@|^- \*\*/gm) ?? [];
    expect(await titles('bib')).toHaveLength(4);
    expect(await titles('md')).toHaveLength(4);

    const dismissed = await judge(address, { dismiss: '1' });
    expect([dismissed.status, dismissed.headers.get('Location')]).toEqual([303, `${address}#s1`]);
    expect(await pageOf(address)).toContain('1 dismissed');
    expect(await titles('bib')).toHaveLength(3);

    await judge(address, { add: '0' });
    expect(await pageOf(address)).toContain('What was added (1)');
    expect(await titles('bib')).toHaveLength(1);
    await judge(address, { undo: '0' });
    await judge(address, { undo: '1' });
    expect(await titles('md')).toHaveLength(4);
    const download = await door.app.request(`${address}/related.bib`);
    expect(download.headers.get('Content-Disposition')).toBe('attachment; filename="related.bib"');
  });

  it.each([{ add: '99' }, { add: '-1' }, {}, { remove: '1' }])(
    'that there are none of are refused: %o',
    async (given_) => {
      const address = await given({ text: TEXT, limit: '1' });
      expect((await judge(address, given_ as Record<string, string>)).status).toBe(400);
    },
  );
});

describe('what is kept', () => {
  const session = {} as Session;
  const answer = (title: string): RelatedAnswer => ({
    ...{ title, passages: [], cited: [], notes: [] },
    library: { papers: 0, embedded: 0 },
  });

  it('is bounded: the oldest go', () => {
    const kept = new KeptDrafts();
    const ids = Array.from({ length: LIMITS.keptDrafts + 1 }, (_, i) => kept.keep(session, '', answer(String(i))));
    expect(() => kept.get(session, ids[0]!)).toThrow('not here any more');
    expect(kept.get(session, ids[1]!).answer.title).toBe('1');
    kept.keep(session, '', answer('x'.repeat(LIMITS.keptDraftCharacters)));
    expect(() => kept.get(session, ids.at(-1)!)).toThrow('not here any more');
  });

  it("is one library's", () => {
    const kept = new KeptDrafts();
    const id = kept.keep(session, '', answer('mine'));
    expect(kept.get(session, id).answer.title).toBe('mine');
    expect(() => kept.get({} as Session, id)).toThrow('not here any more');
  });
});
