import { expect, it } from 'vitest';
import { toPaper } from '../../src/paper.ts';
import { datacite } from '../../src/sources/datacite.ts';
import { detectSource } from '../../src/sources/registry.ts';
import { readText, records, rejects } from './read.ts';

const attributes = {
  ...{ doi: '10.5555/SHEEP', publicationYear: 2020, url: 'https://example.org/sheep', publisher: 'Meadow Archive' },
  creators: [
    {
      name: 'Abel, Ann',
      nameType: 'Personal',
      givenName: 'Ann',
      familyName: 'Abel',
      affiliation: ['Farm', { name: 'Barn' }],
    },
    { name: 'The Sheep Group', nameType: 'Organizational' },
    { name: 'Ode, Bo' },
  ],
  contributors: [
    { name: 'Cole, Cy', contributorType: 'Editor' },
    { name: 'Dole, Dee', contributorType: 'DataManager' },
  ],
  titles: [
    { title: 'Counting sheep' },
    { title: 'On farms', titleType: 'Subtitle' },
    { title: 'Schafe zählen', titleType: 'TranslatedTitle' },
  ],
  descriptions: [
    { description: 'Column 1 is the sheep.', descriptionType: 'TechnicalInfo' },
    { description: 'We <i>count</i>.', descriptionType: 'Abstract' },
  ],
  subjects: [{ subject: 'sheep' }],
  dates: [{ date: '2020-05-01', dateType: 'Issued' }],
  types: { resourceTypeGeneral: 'Dataset', resourceType: 'Counts', ris: 'DATA' },
  container: {
    title: 'Journal of Sheep',
    identifier: '1234-5678',
    identifierType: 'ISSN',
    volume: '3',
    firstPage: '1',
    lastPage: '9',
  },
  rightsList: [{ rights: 'CC BY 4.0' }],
  relatedIdentifiers: [{ relatedIdentifier: '10.5555/fence', relationType: 'IsSupplementTo' }],
  ...{ version: '1.0', language: 'en', state: 'findable', viewCount: 3 },
};

it('a DOI of DataCite gives every field its place, from the API, in a list and alone', async () => {
  const record = { id: '10.5555/sheep', type: 'dois', attributes, relationships: {} };
  const alone = {
    id: 'https://doi.org/10.5555/sheep',
    ...attributes,
    schemaVersion: 'http://datacite.org/schema/kernel-4',
  };
  for (const value of [{ data: record }, { data: [record], meta: { total: 1 } }, alone]) {
    const text = JSON.stringify(value);
    expect(detectSource(text)).toBe(datacite);
    const found = await readText(datacite, text);
    expect(rejects(found)).toEqual([]);
    expect(records(found).map(({ input }) => toPaper(input))).toEqual([
      {
        id: 'doi:10.5555/sheep',
        names: [
          { family: 'Abel', given: 'Ann' },
          { literal: 'The Sheep Group' },
          { family: 'Ode', given: 'Bo' },
          { family: 'Cole', given: 'Cy' },
        ],
        title: 'Counting sheep: On farms',
        abstract: 'We count.',
        authors: ['Ann Abel', 'The Sheep Group', 'Bo Ode'],
        year: 2020,
        venue: 'Journal of Sheep',
        url: 'https://example.org/sheep',
        ids: { doi: '10.5555/sheep' },
        categories: ['sheep'],
        extra: {
          ...{ type: 'dataset', subtype: 'Counts', date: '2020-05-01', publisher: 'Meadow Archive', volume: '3' },
          ...{ pages: '1–9', editors: ['Cy Cole'], notes: ['Column 1 is the sheep.'], license: ['CC BY 4.0'] },
          ...{ related: ['10.5555/fence'], version: '1.0', language: 'en', issn: '1234-5678' },
          ...{ affiliations: ['Farm', 'Barn'], otherTitles: ['Schafe zählen'] },
        },
      },
    ]);
  }
});

it('what DataCite does not say is not there', async () => {
  const bare = { titles: [{ title: 'Sheep' }], creators: [], publicationYear: 1999 };
  const [found] = records(await readText(datacite, JSON.stringify(bare)));
  expect(toPaper(found!.input)).toMatchObject({ title: 'Sheep', authors: [], abstract: '', venue: null, extra: {} });
});
