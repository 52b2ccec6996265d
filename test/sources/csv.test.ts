import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { peopleOf, toPaper } from '../../src/paper.ts';
import { csv, csvWith } from '../../src/sources/csv.ts';
import { MAX_RECORD_CHARACTERS } from '../../src/sources/source.ts';
import { itShared, sharedPath } from '../shared.ts';
import { readPath, readText, recordsSeen as records, rejects } from './read.ts';

const papers = async (text: string, source = csv) =>
  records(await readText(source, text)).map(({ input }) => toPaper(input));
const authors = async (field: string) =>
  (await papers(`title,authors\nT,"${field.replaceAll('"', '""')}"\n`))[0]!.authors;

describe('a table', () => {
  it.each([
    ['commas', ','],
    ['semicolons', ';'],
    ['tabs', '\t'],
    ['bars', '|'],
  ])('may have %s between its columns', async (_, delimiter) => {
    const rows = [
      ['ID', 'Title', 'Abstract Note', 'Notes; all, of | them'],
      ['1', '"Maps, of; lemmas | and ""more"""', '"Two\nlines"', 'x'],
      ['2', 'Inner "quotes"', '', ' "padded" '],
    ];
    const text = rows
      .map((row) => row.map((field, i) => (i === 3 ? `"${field.trim().replaceAll('"', '')}"` : field)).join(delimiter))
      .join('\r\n');
    expect(csv.detects(text)).toBe(true);
    expect(await papers(`\ufeff${text}\r\n\r\n`)).toMatchObject([
      {
        title: 'Maps, of; lemmas | and "more"',
        abstract: 'Two\nlines',
        extra: { ID: '1', 'Notes; all, of | them': 'x' },
      },
      { title: 'Inner "quotes"', abstract: '', extra: { ID: '2', 'Notes; all, of | them': 'padded' } },
    ]);
  });

  it('may end its lines as old Macs did', async () => {
    expect((await papers('title,year\rA,2016\rB,2017\r')).map(({ year }) => year)).toEqual([2016, 2017]);
  });

  it('is known by columns of titles or abstracts', () => {
    for (const text of [
      'record_id,title,abstract\n',
      'paper_id,abstract',
      '\ufeff"Title";"Year"\n',
      '作者,標題\n',
      'PT\tTI\tAB\n',
    ]) {
      expect(csv.detects(text)).toBe(true);
    }
    for (const text of [
      '',
      'title\nA\n',
      'name,age\n1,2\n',
      '{"title":"T","abstract":"A"}\n',
      '[\n',
      '@article{title,\n',
      'TY  - JOUR\n',
    ]) {
      expect(csv.detects(text)).toBe(false);
    }
  });

  it('that has no such columns is rejected as a whole, with the columns it has', async () => {
    expect(await readText(csv, 'name,age\n1,2\n')).toMatchObject([
      { record: 1, reject: { code: 'format-unknown', reason: expect.stringContaining('name, age') as string } },
    ]);
  });

  it('tells where each row begins, in bytes, however it is cut into pieces', async () => {
    const text = 'title,abstract\n"Ä 😀","two\nlines"\n"broken\nB,b\n\nC,c';
    const found = await readText(csv, text);
    for (const length of [1, 2, 5]) expect(await readText(csv, text, length)).toEqual(found);
    for (const { offset, raw } of found)
      expect(Buffer.from(text).subarray(offset).toString()).toMatch(new RegExp(`^${raw}`));
    expect(found).toHaveLength(4);
  });
});

describe('the columns', () => {
  it('of a Zotero export', async () => {
    const text =
      '"Key","Item Type","Publication Year","Author","Title","Publication Title","DOI","Url","Abstract Note","Date","Extra","Manual Tags","Automatic Tags"\n' +
      '"AB12","journalArticle","2016","Ito, Ai; Berg, Jo van den","On <i>maps</i>","Journal of Lemmas","10.1234/ABC","https://example.org/a","An abstract.","2016-03-07","PMID: 123\nCited","maps; lemmas","proofs"\n';
    expect(await papers(text)).toEqual([
      {
        id: 'doi:10.1234/abc',
        title: 'On maps',
        abstract: 'An abstract.',
        authors: ['Ai Ito', 'Jo van den Berg'],
        year: 2016,
        venue: 'Journal of Lemmas',
        url: 'https://example.org/a',
        ids: { doi: '10.1234/abc', pmid: '123' },
        categories: ['maps', 'lemmas', 'proofs'],
        extra: { Key: 'AB12', type: 'journalArticle', Date: '2016-03-07', Extra: 'PMID: 123\nCited' },
      },
    ]);
  });

  it('tell whose an ISBN is', async () => {
    const text = 'Item Type,Title,ISBN\nbook,A handbook,3-16-148410-X\nbookSection,On maps,978-3-16-148410-0\n';
    expect(await papers(text)).toMatchObject([
      { title: 'A handbook', ids: { isbn: '9783161484100' }, extra: { type: 'book' } },
      { title: 'On maps', ids: {}, extra: { type: 'bookSection', isbn: '9783161484100' } },
    ]);
  });

  it('of a Scopus export', async () => {
    const text =
      'Authors,Author full names,Author(s) ID,Title,Year,Source title,Volume,DOI,Link,Abstract,Author Keywords,Index Keywords,PubMed ID,EID\n' +
      '"Ito A.; Berg J.v.d.","Ito, Ai (571); Berg, Jo van den (572)","571; 572","On maps",2016,"Journal of Lemmas",6,10.1234/ABC,https://example.org/a,"An abstract.","maps; lemmas","Maps",123,2-s2.0-1\n';
    const [paper] = await papers(text);
    expect(paper).toMatchObject({
      authors: ['Ai Ito', 'Jo van den Berg'],
      venue: 'Journal of Lemmas',
      ids: { doi: '10.1234/abc', pmid: '123' },
      categories: ['maps', 'lemmas', 'Maps'],
      extra: { Authors: 'Ito A.; Berg J.v.d.', Volume: '6', EID: '2-s2.0-1' },
    });
  });

  it('of a Chinese Scopus export, where "author keywords" are the authors if nothing else is', async () => {
    expect((await papers('作者關鍵字,書名,年份\n"Ito A., Ode B.",T,2016\n'))[0]).toMatchObject({
      authors: ['A. Ito', 'B. Ode'],
      categories: [],
    });
    expect((await papers('作者,作者關鍵字,書名\n"Ito A.",maps,T\n'))[0]).toMatchObject({
      authors: ['A. Ito'],
      categories: ['maps'],
    });
  });

  it.each([
    'タイトル,著者名,出版年,雑誌名,抄録,キーワード',
    'Tytuł,Autorzy,Rok,Czasopismo,Streszczenie,Słowa kluczowe',
  ])('may be named in Japanese and Polish: %s', async (header) => {
    expect(await papers(`${header}\nA,"Ito, Ai; Ode, Bo",2016,J,Of lemmas.,x\n`)).toMatchObject([
      { title: 'A', authors: ['Ai Ito', 'Bo Ode'], year: 2016, venue: 'J', abstract: 'Of lemmas.', categories: ['x'] },
    ]);
  });

  it('with something in brackets stand behind the one without it', async () => {
    const raw = 'Ito, Ai (University of X; Ward 7); Ode, Bo (Y)';
    const text = `Title (English),Authors (Raw Affiliation),Title,Authors\nB,"${raw}",A,"Ito, Ai; Ode, Bo"\n`;
    expect(await papers(text)).toMatchObject([{ title: 'A', authors: ['Ai Ito', 'Bo Ode'] }]);
    const [paper] = await papers(`Title,Authors,Authors (Raw Affiliation)\nA,,"${raw}"\n`);
    expect(paper).toMatchObject({ authors: [], extra: { 'Authors (Raw Affiliation)': raw } });
    expect(await papers('Title,Authors (full),Year (of issue)\nA,Ai Ito,2016\n')).toMatchObject([
      { authors: ['Ai Ito'], year: 2016 },
    ]);
  });

  it('of ids are trusted only where they say what they are', async () => {
    const text =
      'paper_id,title\n2501.01631,A\n17,B\narxiv:1706.03762v2,C\nhttps://doi.org/10.1234/abc,D\n2517.01631,E\n';
    expect((await papers(text)).map(({ ids, extra }) => ({ ...ids, ...extra }))).toEqual([
      { arxiv: '2501.01631' },
      { paper_id: '17' },
      { arxiv: '1706.03762' },
      { doi: '10.1234/abc' },
      { paper_id: '2517.01631' },
    ]);
  });

  it('can be named by a person', async () => {
    const source = csvWith({ title: 'Bezeichnung', abstract: 'lang_form', id: 'Nr', pages: 'Seiten' });
    const text = 'Nr;Bezeichnung;Lang-Form;Band;Seiten\n7;T;A;3;1-9\n';
    expect(csv.detects(text)).toBe(false);
    expect(source.detects(text)).toBe(true);
    expect(await papers(text, source)).toMatchObject([
      { id: '7', title: 'T', abstract: 'A', extra: { Band: '3', pages: '1-9' } },
    ]);
    expect(await readText(source, 'Nr;title\n1;T\n')).toMatchObject([
      { reject: { code: 'format-unknown', reason: 'no column is named "Bezeichnung"; the columns are: Nr, title' } },
    ]);
  });

  it('without names, or with the same, lose nothing', async () => {
    expect((await papers('title,,x,x,toString\nT,a,b,c,d\n'))[0]!.extra).toEqual(
      Object.fromEntries([
        ['(column 2)', 'a'],
        ['x', 'b'],
        ['x (column 4)', 'c'],
        ['toString', 'd'],
      ]),
    );
  });

  it.each([
    ['2016', 2016],
    ['2016.0', 2016],
    ['2016-05-01', 2016],
    ['n.d.', null],
    ['20165', null],
  ])('keep a year that is none (%s) out of the year', async (value, year) => {
    const [paper] = await papers(`title,year\nT,${value}\n`);
    expect([paper!.year, paper!.extra.year]).toEqual([year, year === null ? value : undefined]);
  });
});

describe('authors', () => {
  it.each([
    ['Ito, Ai; Ode, Bo', ['Ai Ito', 'Bo Ode']],
    ['Ai Ito;Bo Ode', ['Ai Ito', 'Bo Ode']],
    ['Ai Ito, Bo Ode', ['Ai Ito', 'Bo Ode']],
    ['Ai Ito, Bo Ode and Cy Pax', ['Ai Ito', 'Bo Ode', 'Cy Pax']],
    ['Ai Ito, Bo Ode, and Cy Pax', ['Ai Ito', 'Bo Ode', 'Cy Pax']],
    ['Ito, Ai and van den Berg, Jo Han', ['Ai Ito', 'Jo Han van den Berg']],
    ['Ito, A., Ode, B.-C., & Pax, D. E.', ['A. Ito', 'B.-C. Ode', 'D. E. Pax']],
    ['Ito A., Van Ode B.-C.', ['A. Ito', 'B.-C. Van Ode']],
    ['Ito A; Ode BC', ['A Ito', 'BC Ode']],
    ['Ito A, van Ode BC Jr; WHO Lice Group.', ['A Ito', 'BC van Ode Jr', 'WHO Lice Group']],
    ['Ito, A., Ode, B.C., Jr.', ['A. Ito', 'B.C. Ode Jr.']],
    ['Ito A, Ode BC', ['A Ito', 'BC Ode']],
    ['Ito, Ai', ['Ai Ito']],
    ['Ai Ito', ['Ai Ito']],
    ['King, Ai, Jr.; Ode, Bo', ['Ai King Jr.', 'Bo Ode']],
    [`['Ai Ito', "Bo O'Dea"]`, ['Ai Ito', "Bo O'Dea"]],
    ['[No author name available]', []],
    ['Lemma Collaboration', ['Lemma Collaboration']],
  ])('are told apart: %s', async (field, expected) => {
    expect(await authors(field)).toEqual(expected);
  });
});

describe('what programs leave', () => {
  it("is no content: Excel's formulas, pandas' nan, a row that counts the others", async () => {
    const text = 'title,authors,year,doi\n"=""Über """"Wörter""""""",Ito A,="2016",="10.5555/x1"\nB,nan,NaN,nan\n';
    expect(await papers(`${text}nan,nan,nan,nan\nTotal: 2,,,\nTotal records,2,,\n`)).toMatchObject([
      { title: 'Über "Wörter"', year: 2016, ids: { doi: '10.5555/x1' } },
      { title: 'B', authors: [], year: null, ids: {}, extra: {} },
    ]);
    expect(await papers('title,authors\nTotal: 2,Ito A\nTotal recall,\n')).toMatchObject([
      { title: 'Total: 2' },
      { title: 'Total recall' },
    ]);
  });

  it('editors are those of a work without authors', async () => {
    const text = 'Title,Author,Editor\nA,"Ito, Ai","Ode, Bo"\nB,,"Cole, Cy; Dole, Dee"\n';
    const read = await papers(text);
    expect(read.map(({ authors }) => authors)).toEqual([['Ai Ito'], []]);
    expect(read.map(peopleOf)).toEqual([['Ai Ito'], ['Cy Cole', 'Dee Dole']]);
    expect(read[0]!.extra).toMatchObject({ editors: ['Bo Ode'] });
  });
});

describe('a broken row', () => {
  const header = 'id,title,abstract\n';

  it('with a quote that is not closed costs itself', async () => {
    for (const rest of [
      '3,"C","c"\n4,D,d\n',
      '3,C,"several\nlines, of"\n4,D,d\n',
      '3,C,c\n4,D,d\n',
      '3,"C, too","c"\n4,D,d',
    ]) {
      for (const row of ['2,"B,b\n', '2,"B","b\n', '2,B,"b\n', '"2,B,b\n']) {
        const found = await readText(csv, `${header}1,A,a\n${row}${rest}`);
        expect(records(found).map(({ record, input }) => [record, (input.title as string)[0]])).toEqual([
          [1, 'A'],
          [3, 'C'],
          [4, 'D'],
        ]);
        expect(rejects(found)).toMatchObject([{ record: 2, offset: 24, raw: row.trim(), reject: { code: 'syntax' } }]);
      }
    }
  });

  it('is read where it can be told what was meant', async () => {
    const found = await papers(`${header}1,"He said "no" to it",a\n2,5" maps,b\n3,"C" , c \n`);
    expect(found.map(({ title }) => title)).toEqual(['He said "no" to it', '5" maps', 'C']);
  });

  it('has more fields than there are columns, or fewer after a broken one', async () => {
    const found = await readText(csv, `${header}1,A\n2,B,b,\n3,C,c,d\n4,D\n5,E,e\n6,F\n`);
    expect(records(found).map(({ record }) => record)).toEqual([1, 2, 5, 6]);
    expect(rejects(found).map(({ reject }) => reject.reason)).toEqual([
      'the header has 3 columns, the row has 4 fields',
      'the header has 3 columns, the row has 2 fields',
    ]);
  });

  it('without title and abstract is left to be rejected; an empty one is a blank line', async () => {
    const found = await readText(csv, `${header}1,,\n,,\n , ,\n`);
    expect(records(found).map(({ input }) => input.extra)).toEqual([{ id: '1' }]);
    expect(() => toPaper(records(found)[0]!.input)).toThrow('found neither');
  });

  it('that is too large is skipped', async () => {
    const large = 'x'.repeat(MAX_RECORD_CHARACTERS + 100_000);
    const found = await readText(csv, `${header}1,A,a\n2,B,${large}\n3,"C","${large}"\n4,D,d\n`, 65536);
    expect(records(found).map(({ record }) => record)).toEqual([1, 4]);
    expect(rejects(found).map(({ reject }) => reject.code)).toEqual(['too-large', 'too-large']);
  });

  it('of any kind is no error, gives the same in any pieces, and is rejected for a reason', async () => {
    const unit = fc.constantFrom('"', '"', ',', '\n', ' ', 'a', ';', '""', '\r\n', '\t', 'é');
    await fc.assert(
      fc.asyncProperty(fc.string({ unit, maxLength: 60 }), fc.integer({ min: 1, max: 9 }), async (body, length) => {
        const found = await readText(csv, header + body);
        expect(await readText(csv, header + body, length)).toEqual(found);
        for (const { reject } of rejects(found)) expect(reject.reason).not.toBe('');
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['quotes', '"'],
    ['commas', ','],
    ['lines of a quote', '"\n'],
    ['fields that open a quote again', 'x,"y","'],
    ['rows that open a quote again', 'y","b\n'],
  ])('after the other, of a million %s, takes no time', async (_, unit) => {
    expect((await readText(csv, header + unit.repeat(100_000 / unit.length), 65536)).length).toBeLessThan(60_000);
  });
});

it('rows that open a quote again, under many columns, are each broken, and the one behind them is read', async () => {
  const columns = Array.from({ length: 2000 }, (_, i) => `c${i}`);
  const found = await readText(
    csv,
    `title,${columns.join(',')}\n${'x",,"\n'.repeat(50_000)}A${',a'.repeat(2000)}\n`,
    65536,
  );
  expect(rejects(found)).toHaveLength(50_000);
  expect(records(found).map(({ record, input }) => [record, input.title])).toEqual([[50_001, 'A']]);
});

it('a quoted field may run over any number of lines', async () => {
  const [paper] = await papers(`title,abstract\nA,"${'\n'.repeat(500_000)}b"\n`);
  expect(paper!.abstract.endsWith('b')).toBe(true);
});

it('a table whose header is longer than any is refused', async () => {
  const found = await readText(csv, `title${',title'.repeat(50_000)}\nA\n`, 65536);
  expect(rejects(found).map(({ reject }) => reject)).toEqual([
    { code: 'too-large', reason: 'the header is longer than 256 Ki characters' },
  ]);
  expect(found).toHaveLength(1);
});

it('authors without end are one', async () => {
  const [paper] = await papers(`title,authors\nA,"${'a,'.repeat(600_000)}"\n`);
  expect(paper!.authors).toHaveLength(1);
});

describe('rows that are whole', () => {
  it('come back as they were written', async () => {
    const field = fc.string({ unit: fc.constantFrom('a', 'é', '"', ',', '\n', ' ', ';', '😀'), maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(field, field), { maxLength: 8 }), async (rows) => {
        const quoted = rows.map((row) => row.map((each) => `"T${each.replaceAll('"', '""')}T"`).join(','));
        const found = await readText(csv, `venue,title\n${quoted.join('\n')}`, 5);
        expect(found.map((each) => ('input' in each ? [each.input.venue, each.input.title] : each.reject))).toEqual(
          rows.map(([venue, title]) => [`T${venue}T`, `T${title}T`.replace(/ +/g, ' ').replace(/ ?\n ?/g, '\n')]),
        );
      }),
      { numRuns: 200 },
    );
  });
});

it('rows are cut as csv-parse cuts them, where they are whole', async () => {
  const field = fc.oneof(
    fc.string({ unit: fc.constantFrom('a', 'é', ',', '\n', ' ', ';', '""'), maxLength: 8 }).map((text) => `"${text}"`),
    fc.string({ unit: fc.constantFrom('a', 'é', ' ', ';', "'"), maxLength: 8 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(field, field, field), { minLength: 1, maxLength: 6 }), async (rows) => {
      const text = rows.map((row) => ['x', ...row].join(',')).join('\n');
      const expected = parse(text, { trim: true }).map((cells) => cells.map((cell) => cell.trim()));
      const found = await readText(csv, `title,a,b,c\n${text}`, 7);
      const cells = records(found).map(({ input: { title, extra } }) => {
        const { a = '', b = '', c = '' } = extra as Record<string, string>;
        return [title, a, b, c];
      });
      expect(cells).toEqual(expected);
    }),
    { numRuns: 200 },
  );
});

it('a quotation inside of a quoted field, its quotes not doubled, is read', async () => {
  expect(
    (await papers('title,year\n"The conference on "maps"",2016\n"A \\"map\\" of",2017\n')).map(({ title, year }) => [
      title,
      year,
    ]),
  ).toEqual([
    ['The conference on "maps"', 2016],
    ['A "map" of', 2017],
  ]);
});

describe('genuine tables', () => {
  itShared.each([
    ['asreview_nudging_100.csv', 100, 96],
    ['arxiv_db_100.csv', 100, 100],
    ['scopus_zh_headers.csv', 234, 0],
  ])('%s gives %i papers, %i with an abstract', async (file, count, abstracts) => {
    const found = await readPath(csv, sharedPath(`formats/${file}`));
    expect(rejects(found)).toEqual([]);
    const read = records(found).map(({ input }) => toPaper(input));
    expect(read).toHaveLength(count);
    expect(read.filter(({ abstract }) => abstract !== '')).toHaveLength(abstracts);
  });

  itShared('have what their columns say', async () => {
    const scopus = records(await readPath(csv, sharedPath('formats/scopus_zh_headers.csv'))).map(({ input }) =>
      toPaper(input),
    );
    expect(scopus.filter(({ ids }) => ids.doi)).toHaveLength(200);
    for (const { title, authors, year, venue, url } of scopus) {
      expect([title !== '', authors.length > 0, year! > 1980, venue !== null, url !== null]).not.toContain(false);
    }
    const arxiv = records(await readPath(csv, sharedPath('formats/arxiv_db_100.csv'))).map(({ input }) =>
      toPaper(input),
    );
    expect(new Set(arxiv.map(({ ids }) => ids.arxiv)).size).toBe(100);
  });
});
