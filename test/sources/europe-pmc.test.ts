import { expect, it } from 'vitest';
import { toPaper } from '../../src/paper.ts';
import { europePmc } from '../../src/sources/europe-pmc.ts';
import { detectSource } from '../../src/sources/registry.ts';
import { readText, records } from './read.ts';

async function papersIn(content: unknown) {
  const text = JSON.stringify(content);
  expect(detectSource(text)).toBe(europePmc);
  return records(await readText(europePmc, text)).map(({ input }) => toPaper(input));
}
const answer = (...result: object[]) => ({ version: '6.9', hitCount: result.length, resultList: { result } });

const core = {
  ...{ id: '123', source: 'MED', pmid: '123', pmcid: 'PMC77', doi: '10.5555/SHEEP', title: 'Counting <i>sheep</i>.' },
  authorString: 'Abel A, The Sheep Group.',
  authorList: {
    author: [
      {
        ...{ fullName: 'Abel A', firstName: 'Ann', lastName: 'Abel', initials: 'A' },
        authorAffiliationDetailsList: { authorAffiliation: [{ affiliation: 'Sheep U, Lund.' }] },
      },
      { collectiveName: 'The Sheep Group' },
    ],
  },
  journalInfo: {
    volume: '3',
    issue: '2',
    yearOfPublication: 2020,
    journal: { title: 'Journal of sheep', issn: '1234-5678' },
  },
  ...{ pubYear: '2020', pageInfo: '1-9', abstractText: '<h4>Aims</h4>To count.', language: 'eng' },
  pubTypeList: { pubType: ['research-article', 'Journal Article'] },
  keywordList: { keyword: ['counting'] },
  meshHeadingList: { meshHeading: [{ descriptorName: 'Sheep', majorTopic_YN: 'Y' }] },
  fullTextUrlList: { fullTextUrl: [{ url: 'https://europepmc.org/articles/PMC77', site: 'Europe_PMC' }] },
  ...{ isOpenAccess: 'Y', citedByCount: 3, hasReferences: 'N', firstPublicationDate: '2020-05-01', license: 'cc by' },
};

it('a core answer gives every field its place', async () => {
  expect(await papersIn(answer(core))).toEqual([
    {
      id: 'doi:10.5555/sheep',
      names: [{ family: 'Abel', given: 'Ann' }, { literal: 'The Sheep Group' }],
      title: 'Counting sheep.',
      abstract: 'Aims\nTo count.',
      authors: ['Ann Abel', 'The Sheep Group'],
      year: 2020,
      venue: 'Journal of sheep',
      url: 'https://europepmc.org/articles/PMC77',
      ids: { doi: '10.5555/sheep', pmid: '123', pmcid: 'PMC77' },
      categories: ['Sheep', 'counting'],
      extra: {
        ...{ type: ['research-article', 'Journal Article'], source: 'MED', volume: '3', issue: '2', pages: '1-9' },
        ...{
          date: '2020-05-01',
          issn: '1234-5678',
          language: 'eng',
          license: 'cc by',
          affiliations: ['Sheep U, Lund.'],
        },
      },
    },
  ]);
});

it('a lite answer names its authors in one line, and a preprint by where it is from', async () => {
  const lite = {
    ...{
      id: '123',
      source: 'MED',
      pmid: '123',
      title: 'Counting sheep',
      authorString: 'van Abel A, Ode BC, Cole-Day C.',
    },
    ...{ journalTitle: 'J Sheep', pubYear: '2020', pubType: 'research-article; journal article', inEPMC: 'Y' },
  };
  const preprint = { id: 'PPR1', source: 'PPR', title: 'Counting cows', abstractText: 'Early.', pubYear: '2021' };
  expect(await papersIn(answer(lite, preprint))).toMatchObject([
    { authors: ['A van Abel', 'BC Ode', 'C Cole-Day'], year: 2020, venue: 'J Sheep' },
    { title: 'Counting cows', year: 2021, extra: { type: 'preprint', source: 'PPR', sourceId: 'PPR1' } },
  ]);
});

it('records that were put into a list of one’s own are known, and an answer without a hit', async () => {
  expect(await papersIn([core])).toHaveLength(1);
  expect(await papersIn(answer())).toEqual([]);
});
