import { describe, expect, it } from 'vitest';
import { toPaper } from '../../src/paper.ts';
import { paperlists } from '../../src/sources/paperlists.ts';
import type { SourceFile } from '../../src/sources/source.ts';
import { itShared, sharedPath } from '../shared.ts';
import { readPath, readText, recordsSeen as records, rejects } from './read.ts';

const listed = {
  id: '2021.acl-long.24',
  title: 'Maps of $\\alpha$-lemmas',
  track: 'main',
  status: 'Long',
  abstract: 'An \\emph{abstract}.',
  author: 'Ai Ito; Bo Ode',
  keywords: 'maps;lemmas',
  aff: 'U; V',
  arxiv: '2105.01234',
  bibtex:
    '@inproceedings{ito-2021,\r\n    title = "Maps",\r\n    Booktitle = {Proceedings of the {59th} Lemma Meeting},\r\n    year = "2021",\r\n    doi = "10.1234/ABC"\r\n}',
  site: 'https://example.org/24/',
  github: '',
};

describe('a listed paper', () => {
  it('becomes a paper', async () => {
    const [found] = records(await readText(paperlists, JSON.stringify([listed], null, 4)));
    expect(toPaper(found!.input)).toEqual({
      id: 'doi:10.1234/abc',
      title: 'Maps of α-lemmas',
      abstract: 'An abstract.',
      authors: ['Ai Ito', 'Bo Ode'],
      year: 2021,
      venue: 'Proceedings of the 59th Lemma Meeting',
      url: 'https://example.org/24/',
      ids: { doi: '10.1234/abc', arxiv: '2105.01234', acl: '2021.acl-long.24' },
      categories: ['maps', 'lemmas'],
      extra: { key: '2021.acl-long.24', track: 'main', status: 'Long', aff: 'U; V', bibtex: listed.bibtex },
    });
  });

  it.each([
    ['lists/iclr2024.json', 2024, 'ICLR'],
    ['lists/3dv2025.json.gz', 2025, '3DV'],
    ['lists/iclr2024-mine.json', null, null],
    ['2024.json', null, null],
    ['-', null, null],
  ])('without an entry is of the conference that the file %s is named after', async (name, year, venue) => {
    const text = JSON.stringify([{ id: 'a1', title: 'T', author: 'Ai Ito, Bo Ode', aff: 'U' }]);
    const file: SourceFile = {
      name,
      path: null,
      head: text,
      async *text() {
        yield text;
      },
      close() {},
    };
    for await (const found of paperlists.read(file)) {
      const paper = toPaper('input' in found ? found.input : {});
      expect([paper.year, paper.venue, paper.authors]).toEqual([year, venue, ['Ai Ito', 'Bo Ode']]);
    }
  });
});

describe('a genuine list', () => {
  itShared('gives every paper', async () => {
    const found = await readPath(paperlists, sharedPath('formats/paperlists_rss2020_50.json'));
    expect(rejects(found)).toEqual([]);
    const papers = records(found).map(({ input }) => toPaper(input));
    expect(papers).toHaveLength(50);
    expect(new Set(papers.map(({ ids }) => ids.doi)).size).toBe(50);
    for (const { year, venue, authors, abstract, extra } of papers) {
      expect([year, venue]).toEqual([2020, 'Proceedings of Robotics: Science and Systems']);
      expect(authors).toHaveLength(extra.author_num as number);
      expect(abstract.length).toBeGreaterThan(300);
    }
  });
});
