/** Titles, authors and DOIs of PDFs as publishers' pages and metadata have them, checked against one another. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toPaper, type Paper } from '../../src/paper.ts';
import { pdf } from '../../src/sources/pdf.ts';
import { paragraph, pdfOf, type Drawing, type PdfOptions } from './pdf-fixture.ts';
import { readBytes } from './read.ts';

async function paperOf(pages: Drawing[][], options?: PdfOptions): Promise<Paper> {
  const [found] = await readBytes(pdf, pdfOf(pages, options), 'paper.pdf');
  if (!found || 'reject' in found) throw new Error(found?.reject.reason);
  return toPaper(found.input);
}

const TITLE: Drawing = { text: 'Counting sheep with interpretable fences', x: 120, y: 700, size: 17, font: 'F2' };
const HEADING: Drawing = { text: 'Abstract', x: 285, y: 560, size: 11, font: 'F2' };
const ABSTRACT = [
  'We count the sheep of a small invented farm, and compare what the fence',
  'says with what the dog says. On three meadows the fence is right more often.',
];
const BODY = Array.from({ length: 25 }, (_, i) => `Line ${i} of a body that says little about many sheep of farms.`);
const rest: Drawing[] = [
  HEADING,
  ...paragraph(ABSTRACT, { x: 110, y: 540, size: 10 }),
  { text: '1 Introduction', x: 80, y: 490, size: 12, font: 'F2' },
  ...paragraph(BODY, { x: 80, y: 470, size: 10 }),
];
const page = (...drawings: Drawing[]): Drawing[][] => [[...drawings, ...rest]];
const plain = { x: 120, size: 11, font: 'F1' } as const;

describe('the title', () => {
  const titleOf = async (drawings: Drawing[], options?: PdfOptions): Promise<string> =>
    (await paperOf(page(...drawings), options)).title;
  const lines = (texts: string[], font: Drawing['font'] = 'F2'): Drawing[] =>
    paragraph(texts, { x: 80, y: 700, size: 17, font });

  it('goes on below lines of a box beside it, whatever their size', async () => {
    const box = paragraph(
      ['Journal of Sheep', '2021, Vol. 37(2) 209-226', 'The Authors 2021', 'DOI: 10.5555/sheep.1'],
      {
        ...{ x: 430, y: 698, size: 8 },
      },
    );
    const title = lines(['Artificial fences and the conduct of', 'sheep reviews']);
    expect(await titleOf([...title, ...box])).toBe('Artificial fences and the conduct of sheep reviews');
    const close = box.map((each) => ({ ...each, x: 400 }));
    expect(await titleOf([...title, ...close])).toBe('Artificial fences and the conduct of sheep reviews');
  });

  it.each([
    ['Research Article', 'F3'],
    ['Review Article', 'F1'],
    ['Case Report', 'F2'],
    ['Editorial', 'F3'],
    ['OPEN ACCESS', 'F2'],
    ['Letter to the Editor', 'F1'],
    ['Debates and Perspectives Paper', 'F3'],
    ['Artículo original', 'F1'],
  ] as const)('has no label "%s" above it, in type of its size', async (label, font) => {
    const label17: Drawing = { text: label, x: 80, y: 720, size: 17, font };
    expect(await titleOf([label17, ...lines(['Experiences of structured', 'sheep programmes'])])).toBe(
      'Experiences of structured sheep programmes',
    );
  });

  it.each([
    ['UNIVERSITY OF LOWER MEADOWS', 'A thesis submitted for the degree of'],
    ['Lower Meadows University', 'Doctor of Philosophy'],
    ['Technische Universität zu Wiesen', 'Masterarbeit'],
    ['Department of Animal Sciences', 'PhD Thesis'],
    ['Université de la Prairie', 'Thèse de doctorat'],
    ['Universität Wiesen', 'Inaugural-Dissertation'],
  ])('of a thesis is neither its institution nor its degree, in larger type: %s, %s', async (institution, degree) => {
    const cover: Drawing[] = [
      { text: institution, x: 80, y: 760, size: 24, font: 'F2' },
      { text: 'Counting sheep on invented farms', x: 80, y: 600, size: 18, font: 'F2' },
      { text: degree, x: 80, y: 450, size: 20, font: 'F1' },
    ];
    const body = paragraph(BODY, { x: 80, y: 700, size: 10 });
    expect((await paperOf([cover, body, body])).title).toBe('Counting sheep on invented farms');
  });

  it('may begin as an institution does', async () => {
    const about = ['University governance in seven', 'invented countries'];
    expect(await titleOf(lines(about))).toBe(about.join(' '));
    expect(await titleOf(lines(['Dissertations on sheep: a review']))).toBe('Dissertations on sheep: a review');
  });

  it('may begin as a label does', async () => {
    expect(await titleOf(lines(['Case report', 'of a sheep that looked back']))).toBe(
      'Case report of a sheep that looked back',
    );
  });

  it("has the blanks of the page where the metadata have lost them, and the metadata's where the page has none", async () => {
    const title = lines(['Recovering Trace Links Between', 'Fence Records And Sheep']);
    const Title = 'Recovering Trace Links BetweenFence RecordsAnd Sheep';
    const right = 'Recovering Trace Links Between Fence Records And Sheep';
    expect(await titleOf(title, { info: { Title } })).toBe(right);
    const glued = lines(['Recovering TraceLinks Between', 'Fence Records And Sheep']);
    expect(await titleOf(glued, { info: { Title: right } })).toBe(right);
  });

  it('has no blank within a word that the page draws in two pieces', async () => {
    const apart: Drawing[] = [
      { text: 'C', x: 80, y: 700, size: 17 },
      { text: 'ounting sheep with fences', x: 96, y: 700, size: 17 },
    ];
    const Title = 'Counting sheep with fences';
    expect(await titleOf(apart, { info: { Title } })).toBe(Title);
  });

  it("is the metadata's where the largest type has a part of it, and the page has the rest", async () => {
    const rest: Drawing = { ...plain, text: 'How fences change dogs', x: 80, y: 670, size: 14 };
    const Title = 'Counting sheep: How fences change dogs';
    expect(await titleOf([...lines(['Counting sheep:']), rest], { info: { Title } })).toBe(Title);
    expect(await titleOf(lines(['Counting sheep with fences']), { info: { Title: `Counting sheep with` } })).toBe(
      'Counting sheep with fences',
    );
  });

  it('that ends amid a sentence is left open, and said', async () => {
    const paper = await paperOf(page(...lines(['Prophage fences alter the sheep and'])));
    expect(paper).toMatchObject({ title: '', extra: { titles: ['Prophage fences alter the sheep and'] } });
  });

  it('keeps what is raised within it', async () => {
    const pieces: Drawing[] = [
      { text: 'CD8', x: 80, y: 700, size: 17 },
      { text: '+', x: 111, y: 706, size: 10 },
      { text: ' cells of sheep', x: 117, y: 700, size: 17 },
      { text: '1,2', x: 215, y: 706, size: 9 },
    ];
    expect(await titleOf(pieces)).toBe('CD8+ cells of sheep');
  });

  it('with much space between its lines, as the text has it, is whole', async () => {
    const spaced = BODY.map((text, i): Drawing => ({ text, x: 80, y: 500 - i * 20, size: 10 }));
    const title = ['Counting sheep with', 'interpretable fences'].map((text, i): Drawing => ({
      ...{ text, x: 80, y: 700 - i * 34, size: 17 },
    }));
    expect((await paperOf([[...title, ...spaced]])).title).toBe('Counting sheep with interpretable fences');
  });

  it('in no larger type than the text is one if authors are named below it', async () => {
    const title: Drawing = { ...TITLE, text: 'COUNTING SHEEP WITH FENCES', size: 10, font: 'F1' };
    const authors: Drawing = { ...plain, text: 'Ann Abel, Bob Baker and Carl Clay', y: 680, size: 10 };
    expect(await titleOf([title])).toBe('');
    expect(await titleOf([title, authors])).toBe(title.text);
  });

  it("behind a repository's cover page is the paper's own", async () => {
    const cover: Drawing[] = [
      { text: 'Northern Repository of Sheep Research', x: 80, y: 740, size: 24 },
      { text: 'Follow this and additional works at: https://example.org/sheep', x: 80, y: 500, size: 10 },
    ];
    const authors: Drawing = { ...plain, text: 'Ann Abel, Bob Baker', y: 670 };
    expect(await paperOf([cover, ...page(TITLE, authors)])).toMatchObject({
      title: TITLE.text,
      authors: ['Ann Abel', 'Bob Baker'],
    });
  });
});

describe('the authors', () => {
  const below = (texts: string[], font: Drawing['font'] = 'F1'): Drawing[] =>
    paragraph(texts, { x: 120, y: 670, size: 11, font });
  const authorsOf = async (drawings: Drawing[], options?: PdfOptions): Promise<string[]> =>
    (await paperOf(page(TITLE, ...drawings), options)).authors;
  const AFFILIATION: Drawing = { text: 'Department of Meadows, University of Hills', x: 120, y: 630, size: 9 };

  it.each([
    ['Ann Abel and Bob Baker', ['Ann Abel', 'Bob Baker']],
    ['Ann Abel*, Bob Baker\x86 & C. D. Clay', ['Ann Abel', 'Bob Baker', 'C. D. Clay']],
    ['Maria van der Berg, Ludwig von Stein Jr.', ['Maria van der Berg', 'Ludwig von Stein Jr.']],
    ['ANN ABEL, JEAN-LUC DUPR\xc9 AND PAUL O\x92NEIL', ['Ann Abel', 'Jean-Luc Dupré', 'Paul O’Neil']],
    ['Ann Abel, PhD, Bob Baker, M.D., Eve Clay, Member, IEEE', ['Ann Abel', 'Bob Baker', 'Eve Clay']],
    ['Ann Abel \xb7 Bob Baker \xb7 Jos\xe9 Mar\xeda Cruz', ['Ann Abel', 'Bob Baker', 'José María Cruz']],
    ['Dr. Ann Abel; Prof. Bob Baker', ['Ann Abel', 'Bob Baker']],
  ])('are read off "%s"', async (text, authors) => {
    expect(await authorsOf([...below([text]), AFFILIATION])).toEqual(authors);
  });

  it('end where marks do, and a name goes on in the next line', async () => {
    const pieces: Drawing[] = [
      { text: 'Ann Abel', x: 120, y: 670, size: 11 },
      { text: '1,2', x: 163, y: 675, size: 7 },
      { text: 'Bob Baker', x: 176, y: 670, size: 11 },
      { text: '2', x: 226, y: 675, size: 7 },
      { text: 'Olga Maria', x: 236, y: 670, size: 11 },
      { text: 'Clay', x: 120, y: 656, size: 11 },
      { text: '1', x: 142, y: 661, size: 7 },
      AFFILIATION,
    ];
    expect(await authorsOf(pieces)).toEqual(['Ann Abel', 'Bob Baker', 'Olga Maria Clay']);
  });

  it('stand in blocks side by side, row by row', async () => {
    const block = (name: string, x: number, y: number): Drawing[] => [
      { text: name, x, y, size: 11, font: 'F2' },
      ...paragraph(['University of Hills', 'Lower Hills', 'name@example.org'], { x, y: y - 13, size: 11 }),
    ];
    const blocks = [...block('Ann Abel', 60, 670), ...block('Bob Baker', 230, 670), ...block('Carl Clay', 400, 670)];
    expect(await authorsOf([...blocks, ...block('Dora Day', 60, 610)])).toEqual([
      ...['Ann Abel', 'Bob Baker', 'Carl Clay', 'Dora Day'],
    ]);
  });

  it('are left open where institutions look like them', async () => {
    const texts = ['Ann Abel', 'University of Hills', 'Lower Hills', 'Bob Baker', 'Northern College'];
    expect(await authorsOf(below(texts))).toEqual([]);
  });

  it.each(['Ann Abel, Bob Baker, ...', 'Ann Abel, Bob Baker et al.', 'Ann Abel, Bob Baker and'])(
    'are left open where "%s" is not all of them',
    async (text) => {
      expect(await authorsOf([...below([text]), AFFILIATION])).toEqual([]);
    },
  );

  it('are no sections of a journal, and nothing without a reason', async () => {
    expect(await authorsOf(below(['Structural Biology']))).toEqual([]);
    expect(await authorsOf(below(['Early Spring'], 'F3').concat(below(['Some more of this']).slice(0)))).toEqual([]);
  });

  it.each([
    // The metadata have the first one, whoever sent it in, a program's user, or an institution.
    ['Ann Abel', ['Ann Abel', 'Bob Baker', 'Carl Clay'], true],
    ['Carl Clay', ['Ann Abel', 'Bob Baker', 'Carl Clay'], true],
    ['Bob Baker, Carl Clay', ['Ann Abel', 'Bob Baker', 'Carl Clay'], true],
    ['admin', ['Ann Abel', 'Bob Baker', 'Carl Clay'], true],
    ['Sheep Publishing Group', ['Ann Abel', 'Bob Baker', 'Carl Clay'], true],
    ['Ann Abel, Bob Baker, Carl Clay', ['Ann Abel', 'Bob Baker', 'Carl Clay'], false],
    ['Abel, Ann; Baker, Bob; Clay, Carl', ['Ann Abel', 'Bob Baker', 'Carl Clay'], false],
  ])('of the page are whole, whoever the metadata name: "%s"', async (Author, authors, isKept) => {
    const drawings = [...below(['Ann Abel, Bob Baker and Carl Clay']), AFFILIATION];
    const paper = await paperOf(page(TITLE, ...drawings), { info: { Author } });
    expect(paper.authors).toEqual(authors);
    expect(paper.extra.author).toBe(isKept ? Author : undefined);
  });

  it.each([
    ['Ann Abel and Bob Baker', ['Ann Abel', 'Bob Baker']],
    ['Abel, Ann; Baker, Bob', ['Ann Abel', 'Bob Baker']],
    ['John Operator and Ann Abel', []],
    ['Abel, Baker', []],
    ['Ann Abel', []],
  ])('are those of the metadata, "%s", where the page names them unclearly: %j', async (Author, authors) => {
    const unclear = below(['Ann Abel, Madonna and Bob Baker sing of sheep']);
    const paper = await paperOf(page(TITLE, ...unclear), { info: { Author } });
    expect(paper.authors).toEqual(authors);
    expect(paper.extra.author).toBe(authors.length > 0 ? undefined : Author);
  });

  it('of the metadata may stand in one field with commas', async () => {
    const xmp = '<dc:creator><rdf:Seq><rdf:li>Ann Abel, Madonna Ray, Bob Baker</rdf:li></rdf:Seq></dc:creator>';
    const unclear = below(['Ann Abel, Madonna Ray of Hills, Bob Baker sing']);
    expect(await authorsOf(unclear, { xmp })).toEqual(['Ann Abel', 'Madonna Ray', 'Bob Baker']);
  });

  it('are read as they are written, however they are parted', async () => {
    const name = fc
      .tuple(
        fc.constantFrom('Ann', 'José', 'Jean-Luc', 'A. B.', 'Yuki', 'Karl-Heinz', 'Mary J.'),
        fc.constantFrom('', '', 'van ', 'de la '),
        fc.constantFrom('Abel', 'Müller', "O'Neil", 'Li', 'Smith-Jones', 'Åberg', 'McDonald'),
      )
      .map(([given, particle, family]) => `${given} ${particle}${family}`);
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(name, { minLength: 2, maxLength: 5 }),
        fc.constantFrom(', ', '; ', ' \xb7 ', '*, ', '\x86, '),
        fc.constantFrom(' and ', ' & ', ', and '),
        async (names, comma, and) => {
          const text = `${names.slice(0, -1).join(comma)}${and}${names.at(-1)!}`;
          fc.pre(text.length <= 90); // What is wider than the page is not on it.
          expect(await authorsOf([...below([text]), AFFILIATION])).toEqual(names);
        },
      ),
      { numRuns: 25 },
    );
  }, 60_000);
});

describe('the DOI', () => {
  const doiOf = async (drawings: Drawing[], options?: PdfOptions): Promise<string | undefined> =>
    (await paperOf(page(TITLE, ...drawings), options)).ids.doi;
  const small = { x: 60, size: 8 } as const;

  it.each(['coded, or widely shared', 'Widely used', 'fences and dogs', '1024 sheep'])(
    'at the foot of a column does not go on in the next one: "%s"',
    async (begin) => {
      const left = paragraph([...Array<string>(40).fill('a column about sheep and their dogs')], {
        ...{ x: 60, y: 660, size: 9 },
      });
      const right = paragraph([begin, ...Array<string>(40).fill('another column about dogs, cats and mice')], {
        ...{ x: 320, y: 660, size: 9 },
      });
      const foot = paragraph(['SHEEP 2015, Northtown.', 'DOI: http://dx.doi.org/10.5555/2810103.2813707.'], {
        ...{ x: 60, y: 180, size: 9 },
      });
      expect((await paperOf([[TITLE, ...left, ...foot, ...right]])).ids.doi).toBe('10.5555/2810103.2813707');
    },
  );

  it.each([
    [['an address: https://doi.org/10.5555/', '3292500.3330701 Sheep'], '10.5555/3292500.3330701'],
    [['it is found at doi:10.5555/978-3-031-', '40213-5'], '10.5555/978-3-031-40213-5'],
    [['https://doi.org/10.5555/journal.', 'pone.0197919'], '10.5555/journal.pone.0197919'],
    // Where there was room for the rest, it is not the rest.
    [['doi:10.5555/sheep-', '2021', 'Printed on the first of May in Northtown, and found there'], undefined],
    [['doi:10.5555/sheep.2021.', 'Fences are what this is about, more or less'], '10.5555/sheep.2021'],
  ])('of %j is %s', async (lines, doi) => {
    expect(await doiOf(paragraph(lines, { ...small, y: 740 }))).toBe(doi);
  });

  it('goes on below a line of a box beside it', async () => {
    const beside: Drawing = { text: 'Sheep Letters 12', x: 400, y: 735, size: 8 };
    const lines = paragraph(['Citation: Abel A (2021) Sheep. https://doi.org/10.5555/', 'sheep.2021'], {
      ...{ ...small, y: 740 },
    });
    expect(await doiOf([...lines, beside])).toBe('10.5555/sheep.2021');
  });

  it.each([
    ['[12] Baker B. Dogs at night. Sheep Letters 12 (2014). doi:10.5555/other.2014', undefined],
    ['3. Baker B. Dogs at night (2014) https://doi.org/10.5555/other.2014', undefined],
  ])('is none of a reference: "%s"', async (text, doi) => {
    expect(await doiOf([{ text, ...small, y: 640 }])).toBe(doi);
  });

  it('is none below the heading of a list of references, but the one at the foot of the page', async () => {
    const list: Drawing[] = [
      { text: 'References', x: 320, y: 440, size: 11, font: 'F2' },
      ...paragraph(['Abel A. On gates. Fences 3. doi:10.5555/other.1', 'Baker B. Dogs. doi:10.5555/other.2'], {
        ...{ x: 340, y: 420, size: 8 },
      }),
    ];
    expect(await doiOf(list)).toBeUndefined();
    const foot: Drawing = { text: 'https://doi.org/10.5555/own.1', ...small, y: 40 };
    expect(await doiOf([...list, foot])).toBe('10.5555/own.1');
  });

  it('is none that the text cites', async () => {
    const cited = [
      'Sheep are many, as others have found and written at some length in their papers',
      'about them (see doi:10.5555/other.2014.99 for the best of these), and dogs are few,',
      'which is known as well, and was said there too, with figures and with tables.',
    ];
    expect(await doiOf(paragraph(cited, { x: 80, y: 640, size: 10 }))).toBeUndefined();
  });

  it.each(['10.1145/nnnnnnn.nnnnnnn', '10.1145/XXXXXXX.XXXXXXX', '10.1109/ACCESS.2017.DOI', '10.1002/(ISSN)1097-024X'])(
    'is no template’s or journal’s: %s',
    async (doi) => {
      expect(await doiOf([{ text: `https://doi.org/${doi}`, ...small, y: 740 }])).toBeUndefined();
      expect(await doiOf([], { xmp: `<prism:doi>${doi}</prism:doi>` })).toBeUndefined();
    },
  );

  it('may hold what would end it in a text', async () => {
    const doi = '10.1002/(sici)1097-0177(200006)218:2<235::aid-dvdy2>3.0.co;2-g';
    expect(await doiOf([{ text: `DOI: ${doi}`, ...small, y: 740 }])).toBe(doi);
    expect(await doiOf([], { xmp: `<prism:doi>${doi.replace('<', '&lt;').replace('>', '&gt;')}</prism:doi>` })).toBe(
      doi,
    );
  });

  it('with a longer number is of another paper', async () => {
    const paper = await paperOf(page(TITLE, { text: 'doi:10.5555/one.1 doi:10.5555/one.12', ...small, y: 740 }));
    expect(paper.ids).toEqual({});
    expect(paper.extra.dois).toEqual(['10.5555/one.1', '10.5555/one.12']);
  });

  it('of metadata and page that differ is left open, and both are said', async () => {
    const xmp = '<prism:doi>10.5555/meta.1</prism:doi>';
    const own: Drawing = { text: 'https://doi.org/10.5555/own.1', ...small, y: 740 };
    const paper = await paperOf(page(TITLE, own), { xmp });
    expect(paper.ids).toEqual({});
    expect(paper.extra.dois).toEqual(['10.5555/meta.1', '10.5555/own.1']);
    expect(await doiOf([{ ...own, text: 'doi:10.5555/meta.1.g001' }], { xmp })).toBe('10.5555/meta.1');
  });
});
