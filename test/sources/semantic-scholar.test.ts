import { describe, expect, it } from 'vitest';
import { toPaper } from '../../src/paper.ts';
import { semanticScholar } from '../../src/sources/semantic-scholar.ts';
import { itShared, sharedPath } from '../shared.ts';
import { readPath, readText, recordsSeen as records, rejects } from './read.ts';

const id = (digit: string): string => digit.repeat(40);
const paper = {
  paperId: id('a'),
  externalIds: {
    DOI: '10.1234/ABC',
    ArXiv: '1706.03762',
    PubMed: '12',
    PubMedCentral: '34',
    ACL: 'P19-1001',
    CorpusId: 5,
    DBLP: 'x',
  },
  url: `https://www.semanticscholar.org/paper/${id('a')}`,
  title: 'Maps of lemmas',
  abstract: 'An abstract.',
  venue: '',
  year: 2017,
  publicationVenue: null,
  journal: { name: 'Journal of Lemmas', volume: '6' },
  fieldsOfStudy: ['Mathematics'],
  s2FieldsOfStudy: [{ category: 'Mathematics' }, { category: 'Geology' }],
  tldr: { model: 'm', text: 'Lemmas are mapped.' },
  embedding: { vector: [1, 2] },
  authors: [{ name: 'Ai Ito' }, { name: 'Ai Ito' }],
  citations: [{ paperId: id('b'), title: 'A citing paper', abstract: 'Not of this file.' }],
  references: [
    { paperId: id('c'), title: 'A cited paper' },
    { paperId: null, title: 'Unknown' },
  ],
};

describe('a paper of Semantic Scholar', () => {
  it.each([
    ['alone', paper],
    ['in a batch', [null, paper]],
    ['in a search', { total: 1, offset: 0, data: [paper] }],
    ['among recommendations', { recommendedPapers: [paper] }],
    ['at the end of a citation', { offset: 0, data: [{ contexts: ['…'], citingPaper: paper }] }],
  ])('becomes a paper, %s, and those inside it do not', async (_, answer) => {
    for (const text of [JSON.stringify(answer), JSON.stringify(answer, null, 1)]) {
      expect(semanticScholar.detects(text)).toBe(true);
      const found = records(await readText(semanticScholar, text));
      expect(found.map(({ input }) => toPaper(input))).toEqual([
        {
          id: 'doi:10.1234/abc',
          title: 'Maps of lemmas',
          abstract: 'An abstract.',
          authors: ['Ai Ito', 'Ai Ito'],
          year: 2017,
          venue: 'Journal of Lemmas',
          url: paper.url,
          ids: { doi: '10.1234/abc', arxiv: '1706.03762', pmid: '12', pmcid: 'PMC34', acl: 'P19-1001', s2: id('a') },
          categories: ['Mathematics', 'Geology'],
          extra: {
            corpusId: 5,
            DBLP: 'x',
            tldr: 'Lemmas are mapped.',
            journal: { name: 'Journal of Lemmas', volume: '6' },
            references: [id('c')],
          },
        },
      ]);
    }
  });
});

describe('genuine answers of Semantic Scholar', () => {
  itShared('are one paper, without those it cites and is cited by', async () => {
    const found = await readPath(semanticScholar, sharedPath('formats/semanticscholar_paper.json'));
    expect(found).toHaveLength(1);
    const { ids, year, categories, extra } = toPaper(records(found)[0]!.input);
    expect(ids.doi).toBe('10.1093/mind/lix.236.433');
    expect([year, categories.length]).toEqual([1950, 2]);
    expect(Object.keys(extra)).not.toContain('citations');
  });

  itShared('are a batch in which one paper was not found', async () => {
    const found = await readPath(semanticScholar, sharedPath('formats/semanticscholar_search.json'));
    expect(records(found).map(({ record, input }) => [record, toPaper(input).year])).toEqual([
      [2, 2001],
      [3, 2013],
      [4, 2023],
    ]);
    expect(rejects(found)).toMatchObject([{ record: 1, reject: { reason: 'expected an object, found null' } }]);
  });
});
