import { describe, expect, it } from 'vitest';
import { toPaper, type Paper } from '../../src/paper.ts';
import { ris } from '../../src/sources/ris.ts';
import { itShared, sharedPath } from '../shared.ts';
import { readPath, readText, recordsSeen as records, rejects } from './read.ts';

async function papersIn(text: string): Promise<Paper[]> {
  const found = await readText(ris, text);
  expect(rejects(found)).toEqual([]);
  return records(found).map(({ input }) => toPaper(input));
}

async function paperWith(...lines: string[]): Promise<Paper> {
  const papers = await papersIn(['TY  - JOUR', 'TI  - A title', ...lines, 'ER  - ', ''].join('\n'));
  expect(papers).toHaveLength(1);
  return papers[0]!;
}

describe('detection', () => {
  it.each(['TY  - JOUR\n', '\ufeffTY  - JOUR', '\n\n1.\r\nTY  - CHAP\r\n', 'TY - JOUR', 'TY-BOOK'])(
    'recognises %j',
    (head) => expect(ris.detects(head)).toBe(true),
  );
  it.each([
    ...['TY  - Journal Article\n', 'TY  - thesis', 'ty  - jour', 'TY\u00a0 - JOUR', 'TY  – JOUR', 'TY  - \nTI  - A'],
    'x\nTI  - A\nAU  - B\nER  - \n',
  ])('recognises %j as well', (head) => expect(ris.detects(head)).toBe(true));
  it.each(['', 'PMID- 1\nTI  - A', 'PT J\nTY x', 'the TY  - JOUR', 'TY  - 1'])('leaves %j to others', (head) =>
    expect(ris.detects(head)).toBe(false),
  );
});

describe('fields', () => {
  it('are mapped', async () => {
    const paper = await paperWith(
      ...['AU  - Doe, Jane', 'AU  - Roe, Richard, Jr', 'AU  - World Bee Society', 'AU  - et al.', 'PY  - 2016/09//'],
      ...[
        'T2  - Journal of J',
        'J2  - J. J.',
        'AB  - One &amp; <i>two</i>.',
        'KW  - *bees',
        'KW  - wasps; ants',
        'VL  - 3',
      ],
      ...[
        'SP  - 1',
        'EP  - 9',
        'DO  - https://doi.org/10.1000/ABC',
        'UR  - https://example.org/a?b=1',
        'ID  - 17',
        'N1  - x',
      ],
    );
    expect(paper).toMatchObject({
      id: 'doi:10.1000/abc',
      title: 'A title',
      abstract: 'One & two.',
      authors: ['Jane Doe', 'Richard Roe Jr', 'World Bee Society'],
      year: 2016,
      venue: 'Journal of J',
      url: 'https://example.org/a?b=1',
      categories: ['bees', 'wasps', 'ants'],
      extra: { type: 'JOUR', journalAbbreviation: 'J. J.', volume: '3', pages: '1-9', key: '17', note: 'x' },
    });
    expect(paper.extra).toMatchObject({ date: '2016/09', moreAuthors: true });
  });

  it.each(['TI', 'T1', 'CT', 'BT'])('may have the title in %s', async (tag) => {
    const [paper] = await papersIn(`TY  - JOUR\n${tag}  - A title\nER  -\n`);
    expect(paper!.title).toBe('A title');
  });

  it.each(['AB', 'N2'])('may have the abstract in %s', async (tag) => {
    expect((await paperWith(`${tag}  - Some words.`)).abstract).toBe('Some words.');
  });

  it('may mix the tags for one thing', async () => {
    const paper = await paperWith('A1  - Doe, J.', 'AU  - Roe, R.', 'A1  - Poe, P.', 'ED  - Lee, L.', 'A2  - Moe, M.');
    expect(paper.authors).toEqual(['J. Doe', 'R. Roe', 'P. Poe']);
    expect(paper.extra.editors).toEqual(['L. Lee', 'M. Moe']);
    expect((await paperWith('AU  - Doe, J.', 'A1  - Doe, J.')).authors).toEqual(['J. Doe']);
    expect((await paperWith('KW  - sheep', 'K1  - wool')).categories).toEqual(['sheep', 'wool']);
    expect((await paperWith('AU  - Wang, Y.', 'AU  - Wang, Y.')).authors).toEqual(['Y. Wang', 'Y. Wang']);
  });

  it.each(['AU', 'A1'])('may have the authors in %s', async (tag) => {
    expect((await paperWith(`${tag}  - Doe, J.`)).authors).toEqual(['J. Doe']);
  });

  it.each(['JF', 'T2', 'JO', 'JA', 'SO', 'BT', 'J2'])('may have the venue in %s', async (tag) => {
    expect((await paperWith(`${tag}  - Journal of J`)).venue).toBe('Journal of J');
  });

  it.each([
    ['PY  - 2016', 2016],
    ['Y1  - 2016/05/01/', 2016],
    ['DA  - 2016-05-01', 2016],
    ['PY  - 2016//', 2016],
    ['PY  - in press', null],
    ['PY  - 0000', null],
    ['DA  - SEP 10', null],
    ['PY  - c. 1900', 1900],
    ['PY  - before 1900', null],
  ])('may have the year in %j: %s', async (line, year) => {
    const { year: read, extra } = await paperWith(line);
    expect(read).toBe(year);
    if (year === null) expect(extra.date).toBe(line.slice(6));
  });

  it.each([
    [['DO  - 10.1000/x'], { doi: '10.1000/x' }],
    [['DI  - doi:10.1000/x'], { doi: '10.1000/x' }],
    [['M3  - 10.1000/x'], { doi: '10.1000/x' }],
    [['L3  - 10.1000/x'], { doi: '10.1000/x' }],
    [['UR  - https://example.org', 'LK  - https://doi.org/10.1000/x'], { doi: '10.1000/x' }],
    [['UR  - https://example.org', 'http://dx.doi.org/10.1000%2Fx', 'https://doi.org/10.1000/y'], { doi: '10.1000/x' }],
    [['UR  - https://arxiv.org/abs/1512.03385v1'], { arxiv: '1512.03385' }],
    [['AN  - 26149665', 'DP  - NLM', 'C2  - Pmc450186'], { pmid: '26149665', pmcid: 'PMC450186' }],
    [['AN  - 26149665', 'DB  - Some database'], {}],
    [['M3  - Article'], {}],
  ])('may have the identifiers in %j', async (lines, ids) => expect((await paperWith(...lines)).ids).toEqual(ids));

  it('go to extra when nothing else is known of them', async () => {
    const { extra } = await paperWith(
      'M3  - Article',
      'AN  - 12',
      'T1  - Another title',
      'U1  - a',
      'U1  - b',
      'ST  - A title',
    );
    expect(extra).toEqual({ type: 'JOUR', workType: 'Article', accession: '12', T1: 'Another title', U1: ['a', 'b'] });
  });

  it('have an ISBN where others have an ISSN, and it is of the book', async () => {
    const [book] = await papersIn('TY  - BOOK\nTI  - A\nSN  - 978-3-16-148410-0\nER  - \n');
    expect([book!.ids, book!.extra.isbn]).toEqual([{ isbn: '9783161484100' }, '978-3-16-148410-0']);
    const [chapter] = await papersIn('TY  - CHAP\nTI  - A\nSN  - 1234-5678\nSN  - 9783161484100\nER  - \n');
    expect([chapter!.ids, chapter!.extra]).toMatchObject([{}, { issn: '1234-5678', isbn: '9783161484100' }]);
  });

  it('may be a second "abstract" that is none', async () => {
    const paper = await paperWith('AB  - Words.', 'AB  - Copyright of Journal of J is the property of P.');
    expect(paper).toMatchObject({ abstract: 'Words.', extra: { copyright: expect.stringContaining('Copyright of') } });
  });

  it('may hold their keywords in one line', async () => {
    expect((await paperWith('KW  - deep learning, bees')).categories).toEqual(['deep learning', 'bees']);
    expect((await paperWith('KW  - a, b; c')).categories).toEqual(['a, b', 'c']);
    expect((await paperWith('KW  - a, b', 'KW  - c')).categories).toEqual(['a, b', 'c']);
  });
});

it('a million separators name nobody and nothing', async () => {
  const many = ';'.repeat(500_000);
  const blank = '\n'.repeat(500_000);
  const found = await readText(
    ris,
    `${blank}TY  - JOUR\nTI  - A\nAU  - ${many}Ito, Ai\nKW  - ${many}x\nER  - \n${blank}`,
  );
  const [paper] = records(found).map(({ input }) => toPaper(input));
  expect([found.length, paper!.authors, paper!.categories]).toEqual([1, ['Ai Ito'], ['x']]);
});

describe('lines', () => {
  it('without a tag go on with the value before them', async () => {
    const paper = await paperWith(
      'AB  - First.',
      'IL - 6 was second.',
      'KW  - a',
      'b',
      '',
      'c',
      'AU  - Doe, J.',
      'Roe, R.',
    );
    expect(paper.abstract).toBe('First.\nIL - 6 was second.');
    expect(paper.categories).toEqual(['a', 'b', 'c']);
    expect(paper.authors).toEqual(['J. Doe', 'R. Roe']);
  });

  it.each([
    'TY - JOUR|TI - A|AU - Doe, J.|ER -',
    ' TY  - JOUR| TI  - A| AU  - Doe, J.| ER  - ',
    'TY-JOUR|TI-A|AU-Doe, J.|ER-',
    'ty  - jour|ti  - A|au  - Doe, J.|er  - ',
    'TY\u00a0\u00a0- JOUR|TI  – A|AU  - Doe, J.|ER  - ',
    'TY - Journal Article|TI - A|AU - Doe, J.|ER -',
    'TY  - Journal Article|TI  - A|AU  - Doe, J.|ER  - ',
  ])('may be spaced oddly throughout: %j', async (lines) => {
    const papers = await papersIn(`${lines}|${lines}`.replaceAll('|', '\n'));
    expect(papers).toHaveLength(2);
    expect(papers[1]).toMatchObject({ title: 'A', authors: ['J. Doe'] });
  });

  it.each(['TY   - JOUR', 'TY - JOUR ', 'TY-JOUR'])('may be spaced oddly for the type alone: %j', async (first) => {
    const papers = await papersIn(`${first}\nTI  - A\nAB  - x\nIL 6 - y\nER  - \n${first}\nTI  - B\n`);
    expect(papers).toMatchObject([{ title: 'A', abstract: 'x\nIL 6 - y' }, { title: 'B' }]);
  });

  it('may begin with a byte order mark and end with CR LF', async () => {
    const text = '\ufeffTY  - JOUR\r\nTI  - A\r\nER  - \r\n\r\nTY  - JOUR\r\nTI  - B\r\nER  - \r\n';
    const found = await readText(ris, text);
    expect(found.map(({ offset }) => offset)).toEqual([3, 34]);
    expect(Buffer.from(text).subarray(34).toString()).toMatch(/^TY {2}- JOUR\r\nTI {2}- B/);
  });
});

describe('records', () => {
  it('may lack their end, or their beginning', async () => {
    const papers = await papersIn(
      'TY  - JOUR\nTI  - A\n\nTY  - JOUR\nTI  - B\nER  - \nTI  - C\nAB  - x\nER  - \nTY  - JOUR\nTI  - D',
    );
    expect(papers.map(({ title }) => title)).toEqual(['A', 'B', 'C', 'D']);
  });

  it('do not begin at tags between them that say nothing of a paper, as in exports of Ovid', async () => {
    const record = (title: string): string =>
      `1.\nTY  - JOUR\nTI  - ${title}\nER  - \nNL  - J Sheep\n\nLink to the Full Text: https://example.org/1\n\n`;
    expect((await papersIn(record('A') + record('B'))).map(({ title }) => title)).toEqual(['A', 'B']);
    const [none] = await readText(ris, `${record('A')}DO  - 10.1000/x\nER  - \n`)
      .then(records)
      .then((all) => all.slice(1));
    expect(none!.input.doi).toBe('10.1000/x'); // It is told that it has no title.
  });

  it('do not hold what stands after a blank line behind names, but paragraphs of others', async () => {
    const [paper] = await papersIn('TY  - JOUR\nTI  - A\nAU  - Doe, J.\n\nExported by X on Monday.\nCopyright X\n');
    expect([paper!.title, ...paper!.authors]).toEqual(['A', 'J. Doe']);
    const [whole] = await papersIn('TY  - JOUR\nTI  - A\nAB  - One.\n\nTwo.\nER  - \n');
    expect(whole!.abstract).toBe('One.\nTwo.');
  });

  it('begin at a title after a blank line, where neither beginning nor end says so', async () => {
    const papers = await papersIn('TI  - A\nAU  - Doe, J.\n\nTI  - B\nAU  - Roe, R.\n\nKW  - x\n');
    expect(papers.map(({ title, authors }) => [title, ...authors])).toEqual([
      ['A', 'J. Doe'],
      ['B', 'R. Roe'],
    ]);
  });

  it('have page furniture between them', async () => {
    const papers = await papersIn(
      '1.\nTY  - JOUR\nTI  - A\nER  -\n\nLink: http://x\n\n2.\nTY  - JOUR\nTI  - B\nER\nend\n',
    );
    expect(papers.map(({ title }) => title)).toEqual(['A', 'B']);
  });
});

describe('genuine exports', () => {
  const summary = async (file: string): Promise<Record<string, number>> => {
    const found = await readPath(ris, sharedPath(`formats/${file}`));
    expect(rejects(found)).toEqual([]);
    const papers = records(found).map(({ input }) => toPaper(input));
    const count = (has: (paper: Paper) => unknown): number => papers.filter(has).length;
    return {
      papers: count(({ title }) => title),
      abstracts: count(({ abstract }) => abstract),
      authors: papers.flatMap(({ authors }) => authors).length,
      years: count(({ year }) => year),
      venues: count(({ venue }) => venue),
      dois: count(({ ids }) => ids.doi),
      keywords: papers.flatMap(({ categories }) => categories).length,
    };
  };

  itShared.each([
    ['scopus_export.ris', { papers: 92, abstracts: 89, authors: 333, years: 92, venues: 92, dois: 82, keywords: 514 }],
    ['scopus_small.ris', { papers: 3, abstracts: 3, authors: 17, years: 3, venues: 3, dois: 3, keywords: 30 }],
    ['ovid_export.ris', { papers: 4, abstracts: 4, authors: 14, years: 4, venues: 4, dois: 3, keywords: 42 }],
    ['ebsco_asp_export.ris', { papers: 4, abstracts: 4, authors: 12, years: 4, venues: 4, dois: 2, keywords: 34 }],
    [
      'citesource_mixed.ris',
      { papers: 17, abstracts: 17, authors: 101, years: 17, venues: 17, dois: 17, keywords: 18 },
    ],
    [
      'endnote_kwok.ris',
      { papers: 120, abstracts: 114, authors: 1102, years: 120, venues: 117, dois: 97, keywords: 2386 },
    ],
    [
      'endnote_ptsd_150.ris',
      { papers: 150, abstracts: 72, authors: 743, years: 149, venues: 149, dois: 54, keywords: 840 },
    ],
  ])('%s', async (file, expected) => expect(await summary(file)).toEqual(expected));

  itShared('of Ovid and EBSCO give their DOIs', async () => {
    const dois: (string | undefined)[] = [];
    for (const file of ['ovid_export.ris', 'ebsco_asp_export.ris']) {
      for (const { input } of records(await readPath(ris, sharedPath(`formats/${file}`))))
        dois.push(toPaper(input).ids.doi);
    }
    expect(dois.filter((doi) => doi !== undefined)).toEqual([
      '10.4236/ojf.2020.101008',
      '10.1098/rspb.2019.1969',
      '10.1016/j.jenvman.2019.109817',
      '10.1016/j.agee.2016.06.041',
      '10.11975/j.issn.1002-6819.2016.21.005',
    ]);
  });
});
