import { describe, expect, it } from 'vitest';
import { toPaper } from '../../src/paper.ts';
import { openalex } from '../../src/sources/openalex.ts';
import { itShared, sharedPath } from '../shared.ts';
import { readPath, readText, recordsSeen as records, rejects } from './read.ts';

const work = {
  id: 'https://openalex.org/W123',
  doi: 'https://doi.org/10.1234/ABC',
  title: 'Maps of <i>lemmas</i>',
  display_name: 'Maps of <i>lemmas</i>',
  publication_year: 2018,
  publication_date: '2018-02-13',
  ids: { openalex: 'https://openalex.org/W123', mag: '456', pmid: 'https://pubmed.ncbi.nlm.nih.gov/789' },
  primary_location: {
    landing_page_url: 'https://doi.org/10.1234/ABC',
    source: { display_name: 'Journal of Lemmas', host_organization_name: 'Lemma Press', issn: ['1234-5678'] },
  },
  locations: [
    { landing_page_url: 'https://doi.org/10.1234/ABC' },
    { landing_page_url: 'http://arxiv.org/abs/1802.01234' },
    { landing_page_url: null },
  ],
  type: 'article',
  authorships: [
    { author: { display_name: 'Ai Ito' }, raw_author_name: 'Ito, A.' },
    { author: { display_name: null }, raw_author_name: 'Bo Ode' },
  ],
  topics: [{ display_name: 'Geometry' }, { display_name: 'Maps' }],
  keywords: [{ display_name: 'Maps' }],
  concepts: [{ display_name: 'Mathematics' }],
  biblio: { volume: '6', issue: null, first_page: '1', last_page: '9' },
  cited_by_count: 0,
  referenced_works: ['https://openalex.org/W1'],
  abstract_inverted_index: { one: [1, 4], Maps: [0], to: [3], '<p>two</p>': [2, 5] },
};

describe('an OpenAlex work', () => {
  it.each([
    ['alone', JSON.stringify(work, null, 2)],
    ['in a page of results', JSON.stringify({ meta: { count: 1 }, results: [work], group_by: [] })],
    ['in a line of a snapshot', `${JSON.stringify(work)}\n`],
  ])('becomes a paper, %s', async (_, text) => {
    expect(openalex.detects(text)).toBe(true);
    const [found] = records(await readText(openalex, text));
    expect(toPaper(found!.input)).toEqual({
      id: 'doi:10.1234/abc',
      title: 'Maps of lemmas',
      abstract: 'Maps one\ntwo\nto one\ntwo',
      authors: ['Ai Ito', 'Bo Ode'],
      year: 2018,
      venue: 'Journal of Lemmas',
      url: 'https://doi.org/10.1234/ABC',
      ids: { doi: '10.1234/abc', arxiv: '1802.01234', pmid: '789', openalex: 'W123' },
      categories: ['Geometry', 'Maps'],
      extra: {
        mag: '456',
        publisher: 'Lemma Press',
        issn: ['1234-5678'],
        volume: '6',
        first_page: '1',
        last_page: '9',
        type: 'article',
        publication_date: '2018-02-13',
        cited_by_count: 0,
        referenced_works: ['https://openalex.org/W1'],
      },
    });
  });

  it('has an abstract of the words where the index puts them, however strange the index', async () => {
    const index = { far: [1e15], near: [0, 'x', null], nowhere: 'y', first: [-1] };
    const [found] = records(await readText(openalex, JSON.stringify({ ...work, abstract_inverted_index: index })));
    expect(found!.input.abstract).toBe('first near far');
  });

  it('rejects an abstract that is far longer than the record that spells it', async () => {
    const index = { ['a'.repeat(100_000)]: Array.from({ length: 20_000 }, (_, i) => i) };
    const found = await readText(openalex, JSON.stringify([{ ...work, abstract_inverted_index: index }, work]));
    expect(rejects(found)).toMatchObject([{ record: 1, reject: { code: 'too-large' } }]);
    expect(records(found)).toMatchObject([{ record: 2 }]);
  });

  it('keeps a year that is none out of the year', async () => {
    const [found] = records(await readText(openalex, JSON.stringify({ ...work, publication_year: 20188 })));
    expect(toPaper(found!.input)).toMatchObject({ year: null, extra: { publication_year: 20188 } });
  });
});

describe('a genuine work of OpenAlex', () => {
  itShared('becomes a paper', async () => {
    const found = await readPath(openalex, sharedPath('formats/openalex_work_1.json'));
    expect(rejects(found)).toEqual([]);
    expect(records(found)).toHaveLength(1);
    const paper = toPaper(records(found)[0]!.input);
    expect(paper.ids).toEqual({ doi: '10.7717/peerj.4375', pmid: '29456894', openalex: 'W2741809807' });
    expect([paper.year, paper.venue, paper.authors.length, paper.categories.length]).toEqual([2018, 'PeerJ', 9, 19]);
    expect(paper.abstract.length).toBeGreaterThan(1000);
    expect(paper.extra.referenced_works).toHaveLength(54);
  });
});
