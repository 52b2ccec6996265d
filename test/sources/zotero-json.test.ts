import { describe, expect, it } from 'vitest';
import { toPaper } from '../../src/paper.ts';
import { detectSource } from '../../src/sources/registry.ts';
import { zoteroJson } from '../../src/sources/zotero-json.ts';
import { itShared, sharedPath } from '../shared.ts';
import { readPath, readText, records, rejects } from './read.ts';

const article = {
  ...{
    key: 'ABCD2345',
    version: 7,
    itemType: 'journalArticle',
    title: 'Counting <i>sheep</i>',
    abstractNote: 'We count.',
  },
  creators: [
    { creatorType: 'author', firstName: 'Ann', lastName: 'Abel' },
    { creatorType: 'author', name: 'The Sheep Group' },
    { creatorType: 'editor', firstName: 'Bo', lastName: 'Ode' },
  ],
  ...{ publicationTitle: 'Journal of Sheep', volume: '3', issue: '', pages: '1-9', date: '2020-05', ISSN: '1234-5678' },
  ...{ DOI: '10.5555/SHEEP', url: 'https://example.org/s', extra: 'PMID: 123\nCitation Key: abel2020', relations: {} },
  ...{ tags: [{ tag: 'sheep' }, { tag: 'counting', type: 1 }], dateAdded: '2021-01-02T03:04:05Z', collections: ['X'] },
};

async function papersIn(content: unknown) {
  const text = JSON.stringify(content);
  expect(detectSource(text)).toBe(zoteroJson);
  const found = await readText(zoteroJson, text);
  expect(rejects(found)).toEqual([]);
  return records(found).map(({ input }) => toPaper(input));
}

describe('an item of Zotero in JSON', () => {
  it('gives every field its place', async () => {
    const envelope = { key: 'ABCD2345', version: 7, library: { name: 'Our group' }, meta: {}, data: article };
    expect(await papersIn([envelope])).toEqual([
      {
        id: 'doi:10.5555/sheep',
        names: [{ family: 'Abel', given: 'Ann' }, { literal: 'The Sheep Group' }, { family: 'Ode', given: 'Bo' }],
        title: 'Counting sheep',
        abstract: 'We count.',
        authors: ['Ann Abel', 'The Sheep Group'],
        year: 2020,
        venue: 'Journal of Sheep',
        url: 'https://example.org/s',
        ids: { doi: '10.5555/sheep', pmid: '123' },
        categories: ['sheep', 'counting'],
        extra: {
          ...{ type: 'journalArticle', key: 'abel2020', zoteroKey: 'ABCD2345', library: 'Our group', date: '2020-05' },
          ...{ volume: '3', pages: '1-9', issn: '1234-5678', dateAdded: '2021-01-02T03:04:05Z', editors: ['Bo Ode'] },
          note: 'PMID: 123\nCitation Key: abel2020',
        },
      },
    ]);
  });

  it('is read from one answer of the API, from a list, and from Better BibTeX JSON with its settings before', async () => {
    const settings = { config: { label: 'BetterBibTeX JSON', id: '1' }, collections: {}, items: [article] };
    const all = [
      await papersIn({ key: 'ABCD2345', data: article }),
      await papersIn([article]),
      await papersIn(settings),
    ];
    for (const papers of all) expect(papers.map(({ title }) => title)).toEqual(['Counting sheep']);
  });

  it('has the fields and people of its type under the names all types share', async () => {
    const [program, thesis] = await papersIn([
      {
        ...{ itemType: 'computerProgram', title: 'Counter', versionNumber: '1.10', company: 'Sheep Ltd' },
        creators: [{ creatorType: 'programmer', firstName: 'Ann', lastName: 'Abel' }],
      },
      { itemType: 'thesis', title: 'Sheep', thesisType: 'PhD', university: 'Lund', creators: [] },
    ]);
    expect(program).toMatchObject({ authors: ['Ann Abel'], extra: { edition: '1.10', publisher: 'Sheep Ltd' } });
    expect(thesis!.extra).toMatchObject({ genre: 'PhD', publisher: 'Lund' });
  });

  it('is what has neither parents nor lies in the bin: files and notes are no papers', async () => {
    const papers = await papersIn([
      { itemType: 'attachment', title: 'Full Text PDF', parentItem: 'A' },
      { ...article, notes: [{ note: '<p>Good</p>' }], attachments: [{ title: 'PDF', path: '/a.pdf' }] },
      { itemType: 'note', note: '<p>x</p>' },
      { ...article, title: 'Thrown away', deleted: 1 },
    ]);
    expect(papers.map(({ title }) => title)).toEqual(['Counting sheep']);
    expect(papers[0]!.extra).toMatchObject({ notes: ['Good'], file: ['/a.pdf'] });
  });
});

itShared('the shared fault is read', async () => {
  const found = await readPath(zoteroJson, sharedPath('faults/41-formats-refused/zotero-api.json'));
  expect(records(found).map(({ input }) => toPaper(input))).toMatchObject([
    { title: 'Counting sheep', authors: ['Ann Abel'], year: 2020 },
  ]);
});
