/** What is a query for a service, and for which. */
import { describe, expect, it } from 'vitest';
import { cursorKey, isOnlineQuery, onlineSourceFor } from '../../../src/sources/online/registry.ts';
import { clientOf, readAll, serve } from './service.ts';

describe('a query', () => {
  it.each([
    ['arxiv:cs.CL', 'arxiv'],
    ['arXiv:2209.09004', 'arxiv'],
    ['https://arxiv.org/abs/2209.09004', 'arxiv'],
    ['openalex:author.id:A123,from_publication_date:2026-01-01', 'openalex'],
    ['openalex:W123', 'openalex'],
    ['https://openalex.org/W123', 'openalex'],
    ['doi:10.1145/362384.362685', 'doi'],
    ['https://doi.org/10.1145/362384.362685', 'doi'],
    ['doi:nonsense', 'doi'],
    ['hf-papers', 'hf-papers'],
  ])('such as %s is for %s', (query, name) => {
    expect(onlineSourceFor(query)?.name).toBe(name);
    expect(isOnlineQuery(query)).toBe(true);
  });

  it.each([
    'papers.bib',
    '-',
    '',
    './arxiv',
    'arxiv.xml',
    '/home/ada/doi:s',
    'hf-papers.txt',
    'pmid:17',
    'https://example.org/',
  ])('is not what %j says', (given) => expect(isOnlineQuery(given)).toBe(false));

  it('for no source is refused', async () => {
    const { url, requests } = await serve(() => '');
    const { error } = await readAll('papers.bib', { client: clientOf(url) });
    expect(error).toMatchObject({ code: 'invalid-argument' });
    expect(error!.hint).toContain('arxiv, openalex, doi, hf-papers');
    expect(requests).toEqual([]);
  });

  it.each([
    [{ since: '2026-02-30' }, 'since'],
    [{ since: 'yesterday' }, 'since'],
    [{ until: '2026-1-1' }, 'until'],
    [{ date: '11.03.2026' }, 'date'],
    [{ since: '2026-03-02', until: '2026-03-01' }, 'until'],
  ])('with the dates %j is refused', async (dates, field) => {
    const { url, requests } = await serve(() => '');
    const { error } = await readAll('arxiv:cs.CL', { client: clientOf(url), ...dates });
    expect(error).toMatchObject({ code: 'invalid-argument', field });
    expect(requests).toEqual([]);
  });

  it.each(['arxiv:cs.CL', 'arxiv:2209.09004', 'openalex:type:article', 'openalex:W1', 'doi:10.1234/x', 'hf-papers'])(
    'such as %s makes no connection offline',
    async (query) => {
      const { url, requests } = await serve(() => '');
      const { found, error } = await readAll(query, { client: clientOf(url, { offline: true }), date: '2026-03-11' });
      expect(error).toMatchObject({ code: 'offline' });
      expect(found).toEqual([]);
      expect(requests).toEqual([]);
    },
  );

  it('has a cursor of its own for each choice of dates', () => {
    const keys = [{}, { since: '2026-01-01' }, { until: '2026-01-01' }, { date: '2026-01-01' }].map((dates) =>
      cursorKey('arxiv:cs.CL', dates),
    );
    expect(new Set([...keys, cursorKey('arxiv:cs.LG', {})]).size).toBe(5);
  });
});
