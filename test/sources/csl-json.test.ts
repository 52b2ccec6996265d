import { describe, expect, it } from 'vitest';
import { toPaper } from '../../src/paper.ts';
import { cslJson } from '../../src/sources/csl-json.ts';
import { itShared, sharedPath } from '../shared.ts';
import { readPath, readText, recordsSeen as records, rejects } from './read.ts';

async function paper(item: object) {
  const [found] = records(await readText(cslJson, JSON.stringify([item])));
  return toPaper(found!.input);
}

describe('a CSL item', () => {
  it('becomes a paper', async () => {
    const item = {
      id: 'http://zotero.org/users/1/items/ABCD2345',
      'citation-key': 'ito2016',
      type: 'paper-conference',
      title: 'Mapping <i>E. coli</i>: CO<sub>2</sub> &amp; more',
      abstract: 'First paragraph.\nSecond paragraph.',
      author: [
        { family: 'Ito', given: 'Ai' },
        { family: 'Berg', given: 'Jo', 'non-dropping-particle': 'van den', suffix: 'Jr.' },
        { literal: 'The Lemma Group' },
      ],
      editor: [{ family: 'Ode', given: 'Bo' }],
      issued: { 'date-parts': [['2016', 3, '7']] },
      accessed: { 'date-parts': [['2024', '1', '2']] },
      'container-title': 'Proceedings of Lemmas',
      'event-title': 'LEM 2016',
      keyword: 'maps, lemmas',
      page: '1-9',
      DOI: '10.1234/ABC',
      PMID: '00123',
      URL: 'https://example.org/a',
    };
    expect(await paper(item)).toEqual({
      id: 'doi:10.1234/abc',
      title: 'Mapping E. coli: CO2 & more',
      abstract: 'First paragraph.\nSecond paragraph.',
      authors: ['Ai Ito', 'Jo van den Berg Jr.', 'The Lemma Group'],
      year: 2016,
      venue: 'Proceedings of Lemmas',
      url: 'https://example.org/a',
      ids: { doi: '10.1234/abc', pmid: '123' },
      categories: ['maps', 'lemmas'],
      extra: {
        key: 'ito2016',
        id: 'http://zotero.org/users/1/items/ABCD2345',
        type: 'paper-conference',
        editors: ['Bo Ode'],
        issued: '2016-03-07',
        accessed: '2024-01-02',
        'event-title': 'LEM 2016',
        page: '1-9',
      },
    });
  });

  it.each([
    [{ 'date-parts': [['1995']] }, 1995, '1995'],
    [{ 'date-parts': [[1995, '5']] }, 1995, '1995-05'],
    [{ 'date-parts': [[2016], [2017]] }, 2016, '2016/2017'],
    [{ 'date-parts': [[2017]], season: '2' }, 2017, '2017'],
    [{ literal: '1995-01-0001' }, 1995, '1995-01-0001'],
    [{ raw: '2016 May' }, 2016, '2016 May'],
    [{ literal: 'n.d.' }, null, 'n.d.'],
    [{ literal: 'circa 1950' }, 1950, 'circa 1950'],
    [{ literal: 'before 1950' }, null, 'before 1950'],
    [{ 'date-parts': [[-44]] }, null, '-44'],
    [{ 'date-parts': [[20161]] }, null, '20161'],
    ['2016-05-01', 2016, '2016-05-01'],
    [2016, 2016, 2016],
  ])('has the year of %j only where that says it', async (issued, year, kept) => {
    const { year: found, extra } = await paper({ title: 'T', issued });
    expect([found, extra.issued]).toEqual([year, kept]);
  });

  it.each([
    ['PMID: 123\nPMCID: PMC7', { pmid: '123', pmcid: 'PMC7' }],
    ['Some words.\narXiv: 1706.03762 [cs]\nCitation Key: x', { arxiv: '1706.03762' }],
    ['arXiv:hep-th/9901001v2', { arxiv: 'hep-th/9901001' }],
    ['_eprint: https://doi.org/10.1234/ABC', { doi: '10.1234/abc' }],
    ['DOI: 10.1234/ABC', { doi: '10.1234/abc' }],
    ['It builds on PMID: 123, and see\nhttps://doi.org/10.1234/other', {}],
  ])('has the identifiers that its note gives on lines of their own: %j', async (note, ids) => {
    const found = await paper({ title: 'T', note });
    expect(found.ids).toEqual(ids);
    expect(found.extra.note).toBe(note);
  });

  it('is an arXiv paper by its number, and a DOI of its own counts for more than the note', async () => {
    const found = await paper({ title: 'T', number: 'arXiv:1706.03762', DOI: '10.1234/a', note: 'DOI: 10.1234/b' });
    expect(found.ids).toEqual({ arxiv: '1706.03762', doi: '10.1234/a' });
  });
});

describe('a Zotero export', () => {
  itShared('gives every item, with and without abstract', async () => {
    const found = await readPath(cslJson, sharedPath('formats/zotero_csl.json'));
    expect(rejects(found)).toEqual([]);
    const papers = records(found).map(({ input }) => toPaper(input));
    expect(papers).toHaveLength(120);
    expect(papers.filter(({ abstract }) => abstract !== '')).toHaveLength(80);
    expect(papers.filter(({ authors }) => authors.length > 0)).toHaveLength(90);
    expect(papers.filter(({ year }) => year !== null)).toHaveLength(118);
    expect(papers.filter(({ ids }) => ids.doi)).toHaveLength(12);
    expect(papers.filter(({ title }) => title === '' || /<\/?i>|\n/.test(title))).toEqual([]);
    expect(new Set(papers.map(({ extra }) => extra.key)).size).toBe(120);
    // Counted in the file: its books are known by their ISBN, its chapters keep that of the book.
    const withIsbn = papers.filter(({ ids, extra }) => ids.isbn ?? extra.ISBN);
    expect(withIsbn.filter(({ ids }) => ids.isbn).every(({ extra }) => extra.type === 'book')).toBe(true);
    expect(withIsbn.filter(({ ids }) => !ids.isbn).every(({ extra }) => extra.type !== 'book')).toBe(true);
    expect([withIsbn.filter(({ ids }) => ids.isbn).length, withIsbn.length]).toEqual([52, 58]);
  });
});
