import { describe, expect, it } from 'vitest';
import { toPaper } from '../../src/paper.ts';
import { crossref } from '../../src/sources/crossref.ts';
import { itShared, sharedPath } from '../shared.ts';
import { readPath, readText, recordsSeen as records, rejects } from './read.ts';

const work = {
  indexed: { 'date-parts': [[2026, 2, 28]], 'date-time': '2026-02-28T08:46:42Z' },
  DOI: '10.1234/ABC',
  type: 'journal-article',
  title: ['Maps of lemmas in CO<sub>2</sub> &amp; others'],
  author: [
    { given: 'Ai', family: 'Ito', sequence: 'first', affiliation: [{ name: 'U' }], ORCID: 'https://orcid.org/0' },
    { name: 'The Lemma Group', sequence: 'additional' },
  ],
  abstract:
    '<jats:title>Abstract</jats:title>\n <jats:sec>\n  <jats:title>Aims</jats:title>\n  <jats:p>Some\n   <jats:italic>p</jats:italic> &lt; 1.</jats:p>\n </jats:sec>\n<jats:p>More.</jats:p>',
  issued: { 'date-parts': [[null]] },
  'published-print': { 'date-parts': [[2019, 4, 19]] },
  published: { 'date-parts': [[2019, 4]] },
  'container-title': ['Journal of Lemmas'],
  subject: ['Geometry', 'Topology'],
  volume: '6',
  ISSN: ['1234-5678'],
  URL: 'https://doi.org/10.1234/ABC',
  license: [{ URL: 'https://example.org/by', start: { 'date-parts': [[2019]] } }],
  reference: [
    { key: 'a', DOI: '10.1234/x' },
    { key: 'b', unstructured: 'A book' },
  ],
  subtitle: [],
  editor: [{ given: 'Bo', family: 'Ode' }],
  member: '1',
};

describe('a Crossref work', () => {
  const expected = {
    id: 'doi:10.1234/abc',
    title: 'Maps of lemmas in CO2 & others',
    abstract: 'Aims\nSome p < 1.\nMore.',
    authors: ['Ai Ito', 'The Lemma Group'],
    year: 2019,
    venue: 'Journal of Lemmas',
    url: 'https://doi.org/10.1234/ABC',
    ids: { doi: '10.1234/abc' },
    categories: ['Geometry', 'Topology'],
    extra: {
      type: 'journal-article',
      volume: '6',
      ISSN: ['1234-5678'],
      published: '2019-04',
      'published-print': '2019-04-19',
      issued: { 'date-parts': [[null]] },
      license: ['https://example.org/by'],
      references: ['10.1234/x'],
      editors: ['Bo Ode'],
    },
  };

  it.each([
    ['alone in an answer', { status: 'ok', 'message-type': 'work', message: work }],
    ['in a list', { status: 'ok', 'message-type': 'work-list', message: { 'total-results': 1, items: [work] } }],
    ['in the public data file', { items: [work] }],
    ['as it is', work],
  ])('becomes a paper, %s', async (_, answer) => {
    for (const text of [JSON.stringify(answer), JSON.stringify(answer, null, 2)]) {
      expect(crossref.detects(text)).toBe(true);
      const found = await readText(crossref, text);
      expect(rejects(found)).toEqual([]);
      expect(records(found).map(({ input }) => toPaper(input))).toEqual([expected]);
    }
  });

  it('is none in an answer without results', async () => {
    const text = '{"status":"ok","message-type":"work-list","message":{"items":[],"total-results":0}}';
    expect(crossref.detects(text)).toBe(true);
    expect(await readText(crossref, text)).toEqual([]);
  });
});

describe('genuine answers of Crossref', () => {
  itShared.each([
    ['crossref_works_1.json', 20, 20],
    ['crossref_works_2.json', 20, 19],
    ['crossref_single_1.json', 1, 0],
    ['crossref_single_2.json', 1, 0],
  ])('%s gives %i papers, %i with an abstract', async (file, count, abstracts) => {
    const found = await readPath(crossref, sharedPath(`formats/${file}`));
    expect(rejects(found)).toEqual([]);
    const papers = records(found).map(({ input }) => toPaper(input));
    expect(papers).toHaveLength(count);
    expect(papers.filter(({ abstract }) => abstract !== '')).toHaveLength(abstracts);
    for (const { id, title, abstract, year, venue, authors } of papers) {
      expect(id).toMatch(/^doi:10\./);
      expect(title + abstract).not.toMatch(/<\/?\w|jats:|&\w+;| {2}/);
      expect([year! > 2000, venue !== null, authors.length > 0]).toEqual([true, true, true]);
    }
  });
});
