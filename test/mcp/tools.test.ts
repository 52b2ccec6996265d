/** The agents' tools, called by the protocol's own client over each transport and in each version of the protocol. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Client } from '@modelcontextprotocol/client';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { temporaryFolder } from '../akin.ts';
import { agentBy, NEW, saidIn, textOf, WAYS } from './agent.ts';

const ATTENTION = 'arxiv:1706.03762';
const BERT = 'doi:10.18653/v1/n19-1423';
const DRAFT =
  'Attention layers replace recurrence in networks that translate from one language to another, and need less time to be trained.';
const NAMES = ['search_papers', 'get_paper', 'similar_papers', 'related_work', 'library_info'];

describe.each(WAYS)('over %s, protocol %s', (way, version) => {
  let agent: Client;
  beforeAll(async () => {
    agent = await agentBy(way, version, inject('sampleLibrary'), afterAll);
  });
  const call = (name: string, given: Record<string, unknown>) => agent.callTool({ name, arguments: given });
  const said = async (name: string, given: Record<string, unknown>) => {
    const result = await call(name, given);
    expect(result.isError, textOf(result)).toBeFalsy();
    return saidIn(result);
  };
  /** What a call is refused with. */
  const refusal = async (name: string, given: Record<string, unknown>) => {
    const result = await call(name, given);
    expect(result.isError).toBe(true);
    expect(textOf(result)).not.toMatch(/openapi|\bat .*\.(?:js|ts):/);
    return textOf(result);
  };

  it('speaks this version, and lists five tools that read only', async () => {
    expect(agent.getNegotiatedProtocolVersion()).toBe(version);
    expect(agent.getProtocolEra()).toBe(version === NEW ? 'modern' : 'legacy');
    const { tools } = await agent.listTools();
    expect(tools.map(({ name }) => name)).toEqual(NAMES);
    for (const { name, annotations, inputSchema, outputSchema } of tools) {
      expect(annotations, name).toMatchObject({ readOnlyHint: true, openWorldHint: false });
      expect(Object.keys(inputSchema.properties!), name).toContain('max_tokens');
      expect(Object.keys(outputSchema!.properties as object), name).toContain('truncated');
    }
    const { properties } = tools.find(({ name }) => name === 'related_work')!.inputSchema;
    expect('path' in properties!).toBe(way === 'stdio');
  });

  it('answers a question from the library in two calls', async () => {
    const { papers } = await said('search_papers', { query: 'translation with attention only, without recurrence' });
    const read = await call('get_paper', { ids: papers.slice(0, 2).map(({ id }) => id) });
    expect(textOf(read)).toContain('three and a half days on eight GPUs');
  });

  it('searches: conditions, filter, like and unlike, order, and what was found of it', async () => {
    const both = await said('search_papers', { query: 'neural networks author:hinton', detail: 'titles' });
    const filtered = await said('search_papers', {
      query: 'neural networks',
      filter: { author: 'hinton' },
      detail: 'titles',
    });
    expect(both.papers.length).toBeGreaterThan(0);
    expect(new Set(filtered.papers.map(({ id }) => id))).toEqual(new Set(both.papers.map(({ id }) => id)));
    const alike = await said('search_papers', { like: [ATTENTION], unlike: [BERT], limit: 5 });
    expect(alike.papers.map(({ id }) => id)).not.toContain(ATTENTION);
    expect(alike.papers.map(({ id }) => id)).not.toContain(BERT);
    const newest = await said('search_papers', { query: 'language models', sort: 'newest', limit: 5 });
    const years = newest.papers.map(({ year }) => year!);
    expect(years).toEqual(years.toSorted((a, b) => b - a));
    const nothing = await call('search_papers', { query: 'baking sourdough bread at home' });
    expect(saidIn(nothing).papers.map(({ closeness }) => closeness)).toEqual(['weak', 'weak', 'weak']);
    expect(textOf(nothing)).toContain('nothing relevant');
  });

  it('says more or less of each paper', async () => {
    const at = async (detail: string) =>
      (await said('search_papers', { query: 'attention', limit: 1, detail })).papers[0]!;
    expect(Object.keys(await at('titles')).sort()).toEqual(['id', 'title', 'year']);
    expect(Object.keys(await at('brief'))).toEqual(expect.arrayContaining(['authors', 'venue']));
    expect((await at('abstract')).abstract!.length).toBeGreaterThan(200);
  });

  it('goes page by page, each paper once, also where a page was cut', async () => {
    const query = 'learning';
    const whole = await said('search_papers', { query, limit: 20, detail: 'titles', max_tokens: 20_000 });
    const pages: string[] = [];
    let cursor: string | undefined;
    for (let cuts = 0; pages.length < 20;) {
      const page = await said('search_papers', { query, limit: 7, detail: 'titles', max_tokens: 320, cursor });
      expect(page.papers.length).toBeGreaterThan(0);
      if (page.truncated) cuts++;
      if (page.papers.length < 7) expect(cuts).toBeGreaterThan(0);
      pages.push(...page.papers.map(({ id }) => id));
      cursor = page.next!;
    }
    expect(pages.slice(0, 20)).toEqual(whole.papers.map(({ id }) => id));
  });

  it('keeps to max_tokens, says what was cut and which call brings it', async () => {
    for (const max_tokens of [200, 300, 600, 1200, 2000, 4000]) {
      for (const [name, given] of [
        ['search_papers', { query: 'neural networks', limit: 20, detail: 'abstract' }],
        ['get_paper', { ids: [ATTENTION, BERT, 'doi:10.1037/h0054651'], bibtex: true }],
        ['similar_papers', { id: ATTENTION, detail: 'abstract' }],
        ['related_work', { text: DRAFT }],
        ['search_papers', { query: 'baking sourdough bread at home' }],
        [
          'get_paper',
          { ids: [ATTENTION, ...Array.from({ length: 19 }, (_, i) => `${'no such paper '.repeat(20)}${i}`)] },
        ],
        [
          'related_work',
          { text: `\\section{A}${DRAFT}${Array.from({ length: 40 }, (_, i) => `\\input{part ${i}}`).join('')}` },
        ],
        ['library_info', {}],
      ] as const) {
        const result = await call(name, { ...given, max_tokens });
        const shown = result.content.map((block) => (block.type === 'text' ? block.text : JSON.stringify(block)));
        const about = `${name} in ${max_tokens}`;
        expect(countTokens(shown.join('\n')), about).toBeLessThanOrEqual(max_tokens);
        expect(countTokens(JSON.stringify(result.structuredContent)), about).toBeLessThanOrEqual(max_tokens);
        const { truncated, truncation_reason, next_call } = saidIn(result);
        expect([truncation_reason !== undefined, next_call !== undefined], about).toEqual([truncated, truncated]);
        if (!truncated) continue;
        expect(textOf(result), about).toContain(truncation_reason!);
        expect(NAMES, about).toContain(next_call!.split(' ')[0]);
      }
    }
  });

  it('gets papers by any of their names, each once, and says which are missing', async () => {
    const ids = [ATTENTION, 'https://arxiv.org/abs/1706.03762', BERT, BERT, 'no such paper'];
    const { papers, missing } = await said('get_paper', { ids, bibtex: true });
    expect(papers.map(({ id }) => id)).toEqual([ATTENTION, BERT]);
    expect(missing).toEqual(['no such paper']);
    expect(papers[0]!.bibtex).toMatch(/^@inproceedings\{vaswani2017attention,/);
    expect(papers[0]!.bibtex).not.toContain('abstract =');
    expect(await refusal('get_paper', { ids: ['no such paper'] })).toMatch(/^not-found .*search_papers/s);
    // Cut in their number, and not in what was asked of each.
    const cut = await said('get_paper', { ids: [ATTENTION, BERT], max_tokens: 450 });
    expect(cut).toMatchObject({ papers: [{ id: ATTENTION, abstract: expect.any(String) }], truncated: true });
    expect(cut.next_call).toContain(`"${ATTENTION}"`);
  });

  it('finds what is similar, and what a draft might cite', async () => {
    const similar = await said('similar_papers', { id: ATTENTION, limit: 3 });
    expect(similar.papers).toHaveLength(3);
    expect(similar.papers.map(({ id }) => id)).not.toContain(ATTENTION);
    expect((await said('related_work', { text: DRAFT, limit: 3 })).papers[0]).toMatchObject({
      ...{ id: ATTENTION, because: expect.stringContaining('attention') },
    });
    const citing = `# Networks\n\n${DRAFT} [@v]`;
    const bib = '@article{v, title = {Attention Is All You Need}, eprint = {1706.03762}, archiveprefix = {arXiv}}';
    const others = await said('related_work', { text: citing, bib, limit: 3 });
    expect(others.papers.map(({ id }) => id)).not.toContain(ATTENTION);
  });

  it('reads the file of a draft where whoever asks is at this machine, and nowhere else', async () => {
    const file = path.join(temporaryFolder(), 'draft.md');
    writeFileSync(file, `# Networks\n\n${DRAFT}\n`);
    if (way === 'stdio') {
      const { papers } = await said('related_work', { path: file, limit: 5 });
      expect(papers.map(({ id }) => id)).toContain(ATTENTION);
      expect(await refusal('related_work', { path: `${file}x` })).toMatch(/^file-unreadable/);
      expect(await refusal('related_work', { path: '-' })).toMatch(/^file-unreadable/);
      expect(await refusal('related_work', { path: file, text: DRAFT })).toMatch(/text or path, found both/);
    } else {
      expect(await refusal('related_work', { path: file })).toMatch(/unknown parameter "path"/);
    }
  });

  it('says what the library is, and of its place only what whoever asks may know', async () => {
    const result = await call('library_info', {});
    expect(result.structuredContent).toMatchObject({ papers: 120, embedded: 120, language: 'English' });
    expect(textOf(result).includes(inject('sampleLibrary'))).toBe(way === 'stdio');
  });

  it('leads to papers as resources', async () => {
    const { content } = await call('search_papers', { query: 'attention', limit: 3 });
    const links = content.filter((block) => block.type === 'resource_link');
    expect(links).toHaveLength(3);
    for (const { uri } of links) {
      const { contents } = await agent.readResource({ uri });
      expect(contents[0]).toMatchObject({ uri, text: expect.stringMatching(/^1\. \[.{200}/s) });
    }
    const { resourceTemplates } = await agent.listResourceTemplates();
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual(['akin://paper/{id}']);
    await expect(agent.readResource({ uri: 'akin://paper/nowhere' })).rejects.toThrow('not found');
    await expect(agent.readResource({ uri: 'akin://paper/%E0' })).rejects.toThrow('not found');
  });

  it.each<[string, string, Record<string, unknown>, RegExp]>([
    ['nothing asked', 'search_papers', {}, /query is empty.*say in words/s],
    ['an unknown argument', 'search_papers', { q: 'x' }, /unknown parameter "q".*query, like/s],
    ['too many hits', 'search_papers', { query: 'x', limit: 1000 }, /expected at most 100, found 1000/],
    [
      'a text for a number',
      'search_papers',
      { query: 'x', limit: '5' },
      /limit: expected a (?:whole )?number, found "5"/,
    ],
    ['a misspelt field', 'search_papers', { query: 'auther:bengio' }, /author/],
    ['a wrong filter', 'search_papers', { filter: { writer: 'x' } }, /filter\/writer/],
    ['a paper that is not there', 'search_papers', { like: ['nowhere'] }, /not-found \(like\)/],
    ['no cursor', 'search_papers', { query: 'x', cursor: 'AAAA' }, /"AAAA" is no cursor/],
    ['no level', 'search_papers', { query: 'x', detail: 'all' }, /titles or brief or abstract/],
    ['too few tokens', 'library_info', { max_tokens: 1 }, /at least 200, found 1/],
    ['no ids', 'get_paper', { ids: [] }, /at least 1/],
    ['one id that is no list', 'get_paper', { ids: ATTENTION }, /expected a list/],
    ['null', 'similar_papers', { id: null }, /id: expected a text, found null/],
    ['no draft', 'related_work', {}, /expected the draft as text/],
    ['no prose', 'related_work', { text: '1 2 3' }, /no prose was found/],
    ['no years', 'related_work', { text: DRAFT, year: 'soon' }, /no year/],
    ['no bibliography', 'related_work', { text: DRAFT, bib: '\u0000\u0001' }, /^(?:format-unknown|file-unreadable)/],
  ])('refuses %s in words', async (_, name, given, expected) => {
    expect(await refusal(name, given)).toMatch(expected);
  });

  it('is not thrown by arguments that nobody means well', async () => {
    let deep: object = { author: 'x' };
    for (let i = 0; i < (way === 'stdio' ? 2000 : 80); i++) deep = { not: deep };
    const hostile: [string, Record<string, unknown>][] = [
      ['search_papers', { query: 'x'.repeat(100_000) }],
      ['search_papers', { query: 'a\u0000b\u001b[31m\u202e\ud800 attention' }],
      ['search_papers', { query: `${'"'.repeat(5000)}${'('.repeat(4000)}` }],
      ['search_papers', { filter: deep }],
      ['search_papers', { filter: { any: Array.from({ length: 300 }, () => ({ author: 'x' })) } }],
      ['search_papers', JSON.parse('{"__proto__": {"query": "x"}, "constructor": 1}') as Record<string, unknown>],
      ['search_papers', { query: 'x', limit: 1e308, max_tokens: -1 }],
      ['get_paper', { ids: Array.from({ length: 1000 }, () => 'x') }],
      ['get_paper', { ids: ['\u0000', '../../etc/passwd', '%00', "'; DROP TABLE papers; --"] }],
      ['similar_papers', { id: 'x'.repeat(900) }],
      ['related_work', { text: '[@a'.repeat(50_000) }],
      ['related_work', { text: `${'\\begin{a}'.repeat(20_000)}` }],
    ];
    for (const [name, given] of hostile) {
      const result = await call(name, given);
      expect(textOf(result), JSON.stringify(given).slice(0, 60)).not.toMatch(/akin's fault|internal/i);
      expect(textOf(result).length).toBeLessThan(20_000);
    }
    expect((await said('search_papers', { query: 'attention' })).papers.length).toBeGreaterThan(0);
  });

  it('answers several calls at once, each with its own answer', async () => {
    const questions = ['attention', 'forgetting', 'computable numbers', 'images', 'back-propagation', 'genes'];
    const alone: string[] = [];
    for (const query of questions) alone.push(textOf(await call('search_papers', { query, limit: 3 })));
    const together = await Promise.all(questions.map((query) => call('search_papers', { query, limit: 3 })));
    expect(together.map(textOf)).toEqual(alone);
  });

  // Over HTTP the older version cancels by another request, which can't be told whose call it means: nothing is kept.
  if (way === 'http' && version !== NEW) return;
  it('ends the work of calls that are cancelled', async () => {
    const text = Array.from({ length: 300 }, (_, i) => `${DRAFT.repeat(3)} It is paragraph ${i}.`).join('\n\n');
    const cancelling = new AbortController();
    const long = Array.from({ length: 4 }, () =>
      agent.callTool({ name: 'related_work', arguments: { text } }, { signal: cancelling.signal }),
    );
    setTimeout(() => cancelling.abort(), 500);
    for (const each of await Promise.allSettled(long)) expect(each.status).toBe('rejected');
    // Four drafts are as many as are read at a time.
    const isRefused = async () => (await call('related_work', { text: DRAFT })).isError ?? false;
    await expect.poll(isRefused, { timeout: 5000 }).toBe(false);
  });
});
