import { describe, expect, it } from 'vitest';
import { toPaper } from '../../src/paper.ts';
import { arxivKaggle } from '../../src/sources/arxiv-kaggle.ts';
import { itShared, sharedPath } from '../shared.ts';
import { readPath, readText, recordsSeen as records, rejects } from './read.ts';

const line = {
  id: '0704.0001',
  submitter: 'Ai Ito',
  authors: "A. Ito, Zolt\\'an Odes (Lemma Institute, City) and C.-P. Yu",
  title: "Maps of\n  $\\alpha$-lemmas by Poincar\\'e",
  comments: '9 pages',
  'journal-ref': "J.\n  Lemmas 6 (2008), in Poincar\\'e's honour",
  doi: '10.1234/ABC 10.1234/DEF',
  'report-no': null,
  categories: 'math.GT cs.CG',
  abstract: '  The first paragraph has\ntwo lines.\n  The second has one.\n',
  versions: [
    { version: 'v1', created: 'Mon, 31 Dec 2007 19:18:42 GMT' },
    { version: 'v2', created: 'Thu, 3 Jan 2008 20:10:27 GMT' },
  ],
  update_date: '2008-11-26',
  authors_parsed: [
    ['Ito', 'A.', ''],
    ['Odes', "Zolt\\'an", 'II', 'Lemma Institute'],
    ['Yu', 'C. -P.', ''],
    ['The Lemma Collaboration', '', ''],
  ],
};

async function paper(record: object) {
  const [found] = records(await readText(arxivKaggle, `${JSON.stringify(record)}\n`));
  return toPaper(found!.input);
}

describe('a line of the arXiv snapshot', () => {
  it('becomes a paper', async () => {
    expect(await paper(line)).toEqual({
      id: 'doi:10.1234/abc',
      title: 'Maps of α-lemmas by Poincaré',
      abstract: 'The first paragraph has two lines.\nThe second has one.',
      authors: ['A. Ito', 'Zoltán Odes II', 'C.-P. Yu', 'The Lemma Collaboration'],
      year: 2007,
      venue: null,
      url: null,
      ids: { doi: '10.1234/abc', arxiv: '0704.0001' },
      categories: ['math.GT', 'cs.CG'],
      extra: {
        submitter: 'Ai Ito',
        comments: '9 pages',
        'journal-ref': "J. Lemmas 6 (2008), in Poincaré's honour",
        otherDois: ['10.1234/DEF'],
        versions: line.versions,
        update_date: '2008-11-26',
      },
    });
  });

  it('has the authors of its text where they were not parsed', async () => {
    const { authors } = await paper({ ...line, authors_parsed: undefined });
    expect(authors).toEqual(['A. Ito', 'Zoltán Odes', 'C.-P. Yu']);
  });

  it('has no year where its first version says none', async () => {
    expect((await paper({ ...line, versions: undefined })).year).toBeNull();
    expect((await paper({ ...line, versions: [{ version: 'v1', created: 'in 2007' }] })).year).toBeNull();
  });
});

describe('the genuine snapshot', () => {
  itShared('gives every paper', async () => {
    const found = await readPath(arxivKaggle, sharedPath('formats/arxiv_kaggle_snapshot.jsonl'));
    expect(rejects(found)).toEqual([]);
    const papers = records(found).map(({ input }) => toPaper(input));
    expect(papers.map(({ ids }) => ids.arxiv)).toEqual(
      Array.from({ length: 100 }, (_, i) => `0704.${String(i + 1).padStart(4, '0')}`),
    );
    expect(papers.filter(({ ids }) => ids.doi)).toHaveLength(50);
    expect(papers.filter(({ year }) => year === 2007)).toHaveLength(100);
    for (const { authors, title } of papers) expect(authors.join('') + title).not.toMatch(/\\|\$|\n|\. -/);
  });
});
