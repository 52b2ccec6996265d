import { describe, expect, it } from 'vitest';
import { toPaper, type Paper } from '../../src/paper.ts';
import { wos } from '../../src/sources/wos.ts';
import { itShared, sharedPath } from '../shared.ts';
import { readPath, readText, recordsSeen as records, rejects } from './read.ts';

const HEADER = 'FN Clarivate Analytics Web of Science\nVR 1.0\n';

async function papersIn(text: string): Promise<Paper[]> {
  const found = await readText(wos, text);
  expect(rejects(found)).toEqual([]);
  return records(found).map(({ input }) => toPaper(input));
}

async function paperWith(...lines: string[]): Promise<Paper> {
  const papers = await papersIn(`${HEADER}PT J\nTI A title\n${lines.join('\n')}\nER\n\nEF`);
  expect(papers).toHaveLength(1);
  return papers[0]!;
}

describe('detection', () => {
  it.each([HEADER, `\ufeff${HEADER}`, 'FN ISI Export Format\r\nVR 1.0\r\nPT J', 'PT J\nAU Doe, J'])(
    'recognises %j',
    (head) => expect(wos.detects(head)).toBe(true),
  );
  it.each(['', 'PT J\nand so on', 'FN x\nTY  - JOUR', 'TY  - JOUR\nPT J\nAU x'])('leaves %j to others', (head) =>
    expect(wos.detects(head)).toBe(false),
  );
});

it('has all authors, also where some have no full name', async () => {
  expect((await paperWith('AU Doe, J', '   Roe, R', 'AF Doe, Jane')).authors).toEqual(['J Doe', 'R Roe']);
});

describe('fields', () => {
  it('are mapped, wrapped lines joined', async () => {
    const paper = await paperWith(
      ...[
        'AU Doe, J',
        '   Roe, R',
        'AF Doe, Jane',
        '   Roe, Richard',
        'CA World Bee Society',
        'SO JOURNAL OF J',
        'DT Article',
      ],
      ...[
        'AB First line',
        '   second line &lt; third.',
        'DE bees; hive',
        '   temperature',
        'ID WASPS',
        'SC Entomology; Zoology',
      ],
      ...[
        'DI 10.1000/X',
        'PM 17',
        'PD DEC 16',
        'PY 2020',
        'BP 1',
        'EP 9',
        'UT WOS:000000000000001',
        'C1 [Doe, J] Univ A,',
        '   B.',
      ],
      ...['CR Poe E, 1999, J K, V1, P2, DOI 10.1000/k.1', '   Moe A, 1998, BOOK', 'SN 1234-5678'],
    );
    expect(paper).toMatchObject({
      abstract: 'First line second line < third.',
      authors: ['Jane Doe', 'Richard Roe', 'World Bee Society'],
      year: 2020,
      venue: 'JOURNAL OF J',
      categories: ['bees', 'hive temperature', 'WASPS', 'Entomology', 'Zoology'],
      ids: { doi: '10.1000/x', pmid: '17' },
      extra: { type: 'Article', pages: '1-9', date: 'DEC 16', key: 'WOS:000000000000001', issn: '1234-5678' },
    });
    expect(paper.extra).toMatchObject({ references: ['10.1000/k.1'], affiliations: ['[Doe, J] Univ A, B.'] });
  });

  it('may be short names only', async () => {
    expect((await paperWith('AU Doe, J', '   Roe, R')).authors).toEqual(['J Doe', 'R Roe']);
  });

  it.each([
    ['PY 2020', 2020],
    ['PD DEC 16 2020', 2020],
    ['PD 2020-Dec', 2020],
    ['EA JAN 2021', 2021],
    ['PD DEC', null],
  ])('may have the year in %j: %s', async (line, year) => expect((await paperWith(line)).year).toBe(year));

  it('of ZooRec may have addresses among the authors and keywords in brackets', async () => {
    const paper = await paperWith(
      ...[
        'AU Doe, Jane (jane.doe@example.org) ',
        '   Roe, Richard',
        'DE Apis mellifera [Nest site / Hollow tree / ] [Fire',
        '   /  / ]. ',
      ],
      'UT ZOOREC:ZOOR1',
    );
    expect(paper.authors).toEqual(['Jane Doe', 'Richard Roe']);
    expect(paper.categories).toEqual(['Apis mellifera', 'Nest site', 'Hollow tree', 'Fire']);
  });
});

it('reads records without an end, and files one after the other', async () => {
  const record = 'PT J\nTI A\nPY 2020\n';
  expect(await papersIn(`${HEADER}${record}${record}ER\n\nEF\n${HEADER}${record}EF`)).toHaveLength(3);
});

describe('genuine exports', () => {
  itShared.each([
    ['wos_export.ciw', { papers: 5, abstracts: 5, authors: 25, years: 5, dois: 5, pmids: 2 }],
    ['wos_export.txt', { papers: 4, abstracts: 4, authors: 18, years: 4, dois: 4, pmids: 1 }],
    ['wos_zoorec_tagged.txt', { papers: 134, abstracts: 80, authors: 342, years: 134, dois: 27, pmids: 9 }],
  ])('%s', async (file, expected) => {
    const found = await readPath(wos, sharedPath(`formats/${file}`));
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
    }).toEqual(expected);
    expect(papers.filter(({ authors, categories }) => /[@[\]]|&\w+;/.test([...authors, ...categories].join()))).toEqual(
      [],
    );
  });
});
