import { describe, expect, it } from 'vitest';
import { toPaper, type Paper } from '../../src/paper.ts';
import { nbib } from '../../src/sources/nbib.ts';
import { itShared, sharedPath } from '../shared.ts';
import { readPath, readText, recordsSeen as records, rejects } from './read.ts';

async function papersIn(text: string): Promise<Paper[]> {
  const found = await readText(nbib, text);
  expect(rejects(found)).toEqual([]);
  return records(found).map(({ input }) => toPaper(input));
}

async function paperWith(...lines: string[]): Promise<Paper> {
  const papers = await papersIn(`\nPMID- 17\nOWN - NLM\n${lines.join('\n')}\n`);
  expect(papers).toHaveLength(1);
  return papers[0]!;
}

describe('detection', () => {
  it.each(['PMID- 17\nOWN - NLM', '\n\r\nPMID- 17\r\n', '\ufeffPMID- 1'])('recognises %j', (head) =>
    expect(nbib.detects(head)).toBe(true),
  );
  it('recognises records without their beginning', () => expect(nbib.detects('TI  - A\nFAU - Doe, Jane\n')).toBe(true));
  it('recognises ERIC, which gives no PMIDs', () => expect(nbib.detects('OWN - ERIC\nTI  - A')).toBe(true));
  it.each(['', 'PMID: 17', 'see PMID- 17', 'TY  - JOUR', 'PMID- 17 and more'])('leaves %j to others', (head) =>
    expect(nbib.detects(head)).toBe(false),
  );
});

describe('fields', () => {
  it('are mapped, wrapped lines joined', async () => {
    const paper = await paperWith(
      ...[
        'TI  - A title that',
        '      goes on.',
        'AB  - BACKGROUND: Words ',
        '      and words.',
        'FAU - Doe, Jane A',
        'AU  - Doe JA',
      ],
      ...[
        'FAU - Roe, Richard Jr',
        'AU  - Roe R Jr',
        'CN  - World Bee Society',
        'TA  - J J',
        'JT  - Journal of J',
        'DP  - 2017 Nov 15',
      ],
      ...[
        'LID - S0048(17)1 [pii]',
        'LID - 10.1000/X [doi]',
        'AID - e17',
        'PMC - PMC18',
        'MH  - Bees//*physiology/genetics/',
      ],
      ...[
        'MH  - *Wasps',
        'OT  - *hives',
        'PT  - Journal Article',
        'PT  - Review',
        'VI  - 3',
        'PG  - 1-9',
        'AD  - Univ A,',
        '      B.',
      ],
    );
    expect(paper).toMatchObject({
      title: 'A title that goes on.',
      abstract: 'BACKGROUND: Words and words.',
      authors: ['Jane A Doe', 'Richard Roe Jr', 'World Bee Society'],
      year: 2017,
      venue: 'Journal of J',
      categories: ['Bees', 'Wasps', 'hives'],
      ids: { pmid: '17', pmcid: 'PMC18', doi: '10.1000/x' },
      extra: { type: ['Journal Article', 'Review'], date: '2017 Nov 15', volume: '3', pages: '1-9', pii: 'S0048(17)1' },
    });
    expect(paper.extra).toMatchObject({
      affiliations: ['Univ A, B.'],
      articleNumber: 'e17',
      journalAbbreviation: 'J J',
      meshQualifiers: ['Bees/physiology', 'Bees/genetics'],
    });
    expect(paper.extra).not.toHaveProperty('OWN');
  });

  it('of chapters and books have the book for a venue, or are it', async () => {
    expect(await paperWith('TI  - Chapter', 'BTI - Book', 'FED - Doe, J')).toMatchObject({
      title: 'Chapter',
      venue: 'Book',
      extra: { editors: ['J Doe'] },
    });
    expect(await paperWith('BTI - Book')).toMatchObject({ title: 'Book', venue: null });
  });

  it('have a title in the language of the paper where there is no other', async () => {
    expect((await paperWith('TI  - [Not Available].', 'TT  - Über Bienen')).title).toBe('Über Bienen');
    expect((await paperWith('TI  - [On bees]', 'TT  - Über Bienen')).extra.originalTitle).toBe('Über Bienen');
  });

  it.each([
    ['DP  - 2017', 2017],
    ['DP  - 2017 Nov-Dec', 2017],
    ['DP  - 2017-2018', 2017],
    ['DP  - 2017 Spring', 2017],
    ['DEP - 20170422', 2017],
    ['DP  - unknown', null],
  ])('have the year in %j: %s', async (line, year) => expect((await paperWith('TI  - A', line)).year).toBe(year));
});

it('begins a record at every OWN as well, and at a title after a blank line', async () => {
  const papers = await papersIn(
    'OWN - ERIC\nTI  - A\nAU  - Doe, Jane\nDP  - 2020\n\nOWN - ERIC\nTI  - B\nAU  - Roe, R\nOWN - ERIC\nTI  - C\n\nTI  - D\n',
  );
  expect(papers.map(({ title, authors, year }) => [title, ...authors, year])).toEqual([
    ['A', 'Jane Doe', 2020],
    ['B', 'R Roe', null],
    ['C', null],
    ['D', null],
  ]);
  const mixed = await papersIn(
    'PMID- 1\nOWN - NLM\nTI  - A\n\nOWN - NLM\nPMID- 2\nTI  - B\n\nPMID- 3\nOWN - NLM\nTI  - C',
  );
  expect(mixed.map(({ title, ids }) => title + ids.pmid)).toEqual(['A1', 'B2', 'C3']);
});

it('has those authors as well of whom there is no full name', async () => {
  const lines = ['TI  - A', 'FAU - Doe, Jane', 'AU  - Doe J', 'AU  - Roe R', 'FAU - Poe, Pat', 'AU  - Poe P'];
  expect((await paperWith(...lines)).authors).toEqual(['Jane Doe', 'R Roe', 'Pat Poe']);
});

it('begins a record at every PMID, whatever is between', async () => {
  const papers = await papersIn('PMID- 1\r\nTI  - A\r\nPMID- 2\r\nTI  - B\r\n\r\n\r\nPMID- 3\r\nTI  - C');
  expect(papers.map(({ title, ids }) => title + ids.pmid)).toEqual(['A1', 'B2', 'C3']);
});

describe('genuine exports', () => {
  itShared.each([
    ['pubmed_export.nbib', { papers: 75, abstracts: 64, authors: 1240, years: 75, dois: 75, pmids: 75, pmcids: 63 }],
    ['pubmed_medline.nbib', { papers: 3, abstracts: 3, authors: 13, years: 3, dois: 3, pmids: 3, pmcids: 1 }],
  ])('%s', async (file, expected) => {
    const found = await readPath(nbib, sharedPath(`formats/${file}`));
    expect(rejects(found)).toEqual([]);
    const papers = records(found).map(({ input }) => toPaper(input));
    const count = (has: (paper: Paper) => unknown): number => papers.filter(has).length;
    expect({
      papers: count(({ title, venue }) => title && venue),
      abstracts: count(({ abstract }) => abstract),
      authors: papers.flatMap(({ authors }) => authors).length,
      years: count(({ year }) => year),
      dois: count(({ ids }) => ids.doi),
      pmids: count(({ ids }) => ids.pmid),
      pmcids: count(({ ids }) => ids.pmcid),
    }).toEqual(expected);
  });
});
