import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toPaper } from '../../src/paper.ts';
import { pdf } from '../../src/sources/pdf.ts';
import type { Found } from '../../src/sources/source.ts';
import { bombPdf, paragraph, pdfOf, scannedPdf, type Drawing, type PdfOptions } from './pdf-fixture.ts';
import { readPath, readText, rejects } from './read.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'akin-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function read(bytes: Buffer): Promise<Found> {
  const file = path.join(folder, 'a paper.pdf');
  writeFileSync(file, bytes);
  const found = await readPath(pdf, file);
  expect(found).toMatchObject([{ record: 1, offset: 0, raw: 'a paper.pdf' }]);
  return found[0]!;
}

/** The paper in a document of these pages. */
async function paperOf(pages: Drawing[][], options?: PdfOptions) {
  const found = await read(pdfOf(pages, options));
  if ('reject' in found) throw new Error(found.reject.reason);
  return toPaper(found.input);
}

const TITLE: Drawing = { text: 'Counting sheep with interpretable fences', x: 120, y: 700, size: 17, font: 'F2' };
const AUTHORS: Drawing = { text: 'Ann Abel      Bob Baker', x: 220, y: 670, size: 11 };
const HEADING: Drawing = { text: 'Abstract', x: 285, y: 620, size: 11, font: 'F2' };
const ABSTRACT = [
  'We count the sheep of a small invented farm, and compare what the fence',
  'says with what the dog says. On three meadows the fence is right more often',
  'than the dog is, and it needs no food at all.',
];
const ABSTRACT_TEXT = ABSTRACT.join(' ');
const BODY = Array.from(
  { length: 25 },
  (_, i) => `Line ${i} of a body that says little about many sheep of farms and meadows.`,
);

const onTop: Drawing[] = [TITLE, AUTHORS, HEADING, ...paragraph(ABSTRACT, { x: 110, y: 600, size: 10 })];
const body: Drawing[] = [
  { text: '1 Introduction', x: 80, y: 540, size: 12, font: 'F2' },
  ...paragraph(BODY, { x: 80, y: 520, size: 10 }),
];

describe('a paper in one column', () => {
  it('has its title, its abstract and what the file is', async () => {
    expect(await paperOf([[...onTop, ...body], paragraph(BODY, { x: 80, y: 700, size: 10 })])).toMatchObject({
      title: TITLE.text,
      abstract: ABSTRACT_TEXT,
      authors: ['Ann Abel', 'Bob Baker'],
      year: null,
      ids: {},
      extra: { file: 'a paper.pdf', pages: 2 },
    });
  });

  it.each([
    ['Abstract.', 'F2'],
    ['Abstract\x97', 'F2'],
    ['ABSTRACT', 'F3'],
    ['ABSTRACT:', 'F1'],
    ['Summary:', 'F2'],
    ['A B S T R A C T', 'F1'],
  ] as const)('has the abstract that begins beside "%s"', async (heading, font) => {
    const [first = '', ...rest] = ABSTRACT;
    const width = heading.length * 7;
    const { abstract } = await paperOf([
      [
        TITLE,
        { text: heading, x: 110, y: 600, size: 10, font },
        { text: first, x: 110 + width, y: 600, size: 10 },
        ...paragraph(rest, { x: 110, y: 588, size: 10 }),
        ...body,
      ],
    ]);
    expect(abstract).toBe(ABSTRACT_TEXT);
  });

  it.each([
    { text: 'Keywords: sheep, fences', x: 110, y: 560, size: 10 },
    { text: 'Key words sheep \xb7 fences', x: 110, y: 560, size: 10 },
    { text: 'Index Terms\x97sheep', x: 110, y: 560, size: 10, font: 'F2' },
    { text: 'I. INTRODUCTION', x: 250, y: 560, size: 10 },
    { text: 'Introduction', x: 110, y: 550, size: 14, font: 'F2' },
    { text: '1 Sheep and their fences', x: 110, y: 560, size: 10, font: 'F2' },
    { text: '1 Preprint. Under review.', x: 110, y: 562, size: 8 },
  ] satisfies Drawing[])('has an abstract that ends before "$text"', async (end) => {
    const { abstract } = await paperOf([[...onTop, end, ...paragraph(BODY, { x: 80, y: 530, size: 10 })]]);
    expect(abstract).toBe(ABSTRACT_TEXT);
  });

  it('whose abstract has lines that begin like headings keeps them', async () => {
    const lines = [
      'We say what a keyword is, what it is of sheep and fences, and what an',
      'abstract is, what an introduction is, and give a',
      'summary of it. All are',
      'introduction-like, of sheep.',
    ];
    const { abstract } = await paperOf([[TITLE, HEADING, ...paragraph(lines, { x: 110, y: 600, size: 10 }), ...body]]);
    expect(abstract).toBe(lines.join(' '));
  });

  it('that begins with the word "abstract" has no heading there', async () => {
    const lines = ['Abstract interpretation is a theory of sheep that says what', ...ABSTRACT];
    const paper = await paperOf([[TITLE, ...paragraph(lines, { x: 110, y: 600, size: 10 }), ...body]]);
    expect(paper).toMatchObject({ title: TITLE.text, abstract: '' });
  });

  it('behind a cover page is found', async () => {
    const cover: Drawing[] = [TITLE, { text: 'To cite this version: Ann Abel. HAL 12345.', x: 100, y: 500, size: 10 }];
    expect(await paperOf([cover, [...onTop, ...body]])).toMatchObject({ title: TITLE.text, abstract: ABSTRACT_TEXT });
  });

  it('turned by a right angle is the same', async () => {
    expect(await paperOf([[...onTop, ...body]], { rotated: 90 })).toMatchObject({
      title: TITLE.text,
      abstract: ABSTRACT_TEXT,
    });
  });

  it('with line numbers has none of them in its abstract', async () => {
    const numbers = Array.from({ length: 40 }, (_, i): Drawing => ({
      text: `${i + 1}`,
      x: 40,
      y: 720 - i * 12,
      size: 8,
    }));
    expect((await paperOf([[...numbers, ...onTop, ...body]])).abstract).toBe(ABSTRACT_TEXT);
  });

  it('has the accents of TeX, ligatures, and words divided at line ends', async () => {
    const lines = [
      'Schr\xa8odinger\x92s \x01eld of wa\x03es \x02ows, says M\xfcller, and the well-',
      'known sheep of the large inter-',
      'national farm are self-',
      'contained, of the kind COVID-',
      '19 has, and that is a well-known thing.',
    ];
    const { abstract } = await paperOf([
      [TITLE, HEADING, ...paragraph(lines, { x: 110, y: 600, size: 10, font: 'T1' }), ...body],
    ]);
    expect(abstract).toBe(
      'Schrödinger’s field of waffes flows, says Müller, and the well-known sheep of the large international farm are ' +
        'selfcontained, of the kind COVID-19 has, and that is a well-known thing.',
    );
  });
});

describe('a paper in two columns', () => {
  const column = (lines: string[], x: number, y: number): Drawing[] => paragraph(lines, { x, y, size: 9 });
  const narrow = [
    'We count the sheep of a small invented',
    'farm, and compare what the fence says',
    'with what the dog says. The fence is',
    'right more often than the dog.',
  ];
  const filler = Array.from({ length: 40 }, (_, i) => `filler ${i} about dogs, cats and mice ho`);
  const left: Drawing[] = [
    { text: 'Abstract', x: 150, y: 620, size: 11, font: 'F2' },
    ...column(narrow, 72, 600),
    { text: '1 Introduction', x: 72, y: 540, size: 11, font: 'F2' },
    ...column(filler, 72, 520),
  ];
  const right = column(
    filler.map((line) => `Right ${line}`),
    320,
    620,
  );

  it('has the abstract of its own column', async () => {
    expect(await paperOf([[TITLE, AUTHORS, ...left, ...right]])).toMatchObject({
      title: TITLE.text,
      abstract: narrow.join(' '),
    });
  });

  it('drawn line by line across the columns is the same', async () => {
    const mixed = [...left, ...right].sort((a, b) => b.y - a.y || b.x - a.x);
    expect((await paperOf([[TITLE, AUTHORS, ...mixed]])).abstract).toBe(narrow.join(' '));
  });

  it('has an abstract that goes on in the next column', async () => {
    const drawings = [
      TITLE,
      ...column(filler.slice(0, 33), 72, 660),
      { text: 'Abstract', x: 72, y: 200, size: 11, font: 'F2' } satisfies Drawing,
      ...column(narrow.slice(0, 2), 72, 180),
      ...column(narrow.slice(2), 320, 660),
      { text: '1 Introduction', x: 320, y: 615, size: 11, font: 'F2' } satisfies Drawing,
      ...column(filler.slice(0, 33), 320, 600),
    ];
    expect((await paperOf([drawings])).abstract).toBe(narrow.join(' '));
  });

  it('has the abstract beside a box of keywords without them', async () => {
    const box = ['Article history:', 'Received 1 May', 'Accepted 2 May', 'Keywords:', 'Sheep', 'Fence'];
    const drawings = [
      { ...TITLE, y: 740 },
      { text: 'a r t i c l e i n f o', x: 40, y: 700, size: 9 } satisfies Drawing,
      { text: 'a b s t r a c t', x: 220, y: 700, size: 9 } satisfies Drawing,
      ...paragraph(box, { x: 40, y: 680, size: 8 }),
      ...paragraph(ABSTRACT, { x: 220, y: 680, size: 8 }),
      { text: '1. Introduction', x: 40, y: 600, size: 10, font: 'F2' } satisfies Drawing,
      ...column(filler, 40, 580),
      ...column(filler, 320, 580),
    ];
    expect((await paperOf([drawings])).abstract).toBe(ABSTRACT_TEXT);
  });
});

describe('the title', () => {
  const titleOf = async (drawings: Drawing[], options?: PdfOptions): Promise<string> =>
    (await paperOf([[...drawings, ...onTop.slice(2), ...body]], options)).title;

  it('is joined from its lines, a divided word as it stands in the text', async () => {
    const lines = ['Counting of sheep with meadows-and interpret-', 'able fences'];
    expect(await titleOf(paragraph(lines, { x: 80, y: 720, size: 18 }))).toBe(
      'Counting of sheep with meadows-and interpretable fences',
    );
  });

  it('has no mark of a footnote', async () => {
    expect(await titleOf([TITLE, { text: '1,*', x: 462, y: 706, size: 9 }])).toBe(TITLE.text);
    expect(await titleOf([{ ...TITLE, text: `${TITLE.text}*` }])).toBe(TITLE.text);
  });

  it("is no journal's name, however large", async () => {
    const lines = ['Contents lists available at SheepDirect', 'Journal of Sheep', 'ISSN 1234-5678 Vol. 3'];
    const sizes = [9, 24, 20];
    const furniture = lines.map((text, i): Drawing => ({ text, x: 200, y: 770 - i * 24, size: sizes[i]! }));
    expect(await titleOf([...furniture, TITLE])).toBe(TITLE.text);
    expect(await titleOf([{ text: 'SHEEP', x: 100, y: 760, size: 40 }, TITLE])).toBe(TITLE.text);
  });

  it('of one word is a title if there is nothing else', async () => {
    expect(await titleOf([{ ...TITLE, text: 'Sheep' }])).toBe('Sheep');
  });

  it('in small capitals is read as it stands', async () => {
    const pieces: Drawing[] = [
      { text: 'C', x: 100, y: 700, size: 17 },
      { text: 'OUNTING', x: 111.4, y: 700, size: 13.6 },
      { text: 'S', x: 186, y: 700, size: 17 },
      { text: 'HEEP', x: 195.5, y: 700, size: 13.6 },
    ];
    expect(await titleOf(pieces)).toBe('COUNTING SHEEP');
  });

  it("is the metadata's if the page has the same", async () => {
    const lines = ['COUNTING SHEEP WITH', 'WELL-', 'KNOWN FENCES'];
    const Title = 'Counting sheep with well-known fences';
    expect(await titleOf(paragraph(lines, { x: 80, y: 730, size: 18 }), { info: { Title } })).toBe(Title);
    const xmp = `<dc:title><rdf:Alt><rdf:li xml:lang="x-default">${Title}</rdf:li></rdf:Alt></dc:title>`;
    expect(await titleOf(paragraph(lines, { x: 80, y: 730, size: 18 }), { xmp })).toBe(Title);
  });

  it("is the metadata's if it stands on the page, and something else is larger", async () => {
    const banner: Drawing = { text: 'THE ANNUAL SHEEP REVIEW', x: 80, y: 760, size: 30 };
    expect(await titleOf([banner, TITLE])).toBe(banner.text);
    expect(await titleOf([banner, TITLE], { info: { Title: TITLE.text } })).toBe(TITLE.text);
  });

  it.each([
    'Microsoft Word - sheep final.doc',
    'sheep_final.dvi',
    'untitled',
    'Instructions for Authors of Sheep Conferences',
  ])(`is not the metadata's "%s"`, async (Title) => {
    expect(await titleOf([TITLE], { info: { Title } })).toBe(TITLE.text);
    expect(await titleOf([{ ...TITLE, size: 10, font: 'F1' }], { info: { Title } })).toBe('');
  });

  it("in no larger type than the text is not guessed, and the metadata's is taken if it is on the page", async () => {
    const small: Drawing = { ...TITLE, size: 10, font: 'F1' };
    expect(await titleOf([small])).toBe('');
    expect(await titleOf([small], { info: { Title: TITLE.text } })).toBe(TITLE.text);
  });
});

describe('identifiers', () => {
  const withText = (text: string, options?: PdfOptions) =>
    paperOf([[{ text, x: 60, y: 760, size: 8 }, ...onTop, ...body]], options);

  it('are read from the stamp of arXiv, which is not the title', async () => {
    const stamp: Drawing = { text: 'arXiv:2101.01234v2  [cs.CL]  6 Dec 2021', x: 30, y: 200, size: 20, upwards: true };
    const paper = await paperOf([[stamp, ...onTop, ...body]]);
    expect(paper).toMatchObject({
      id: 'arxiv:2101.01234',
      title: TITLE.text,
      ids: { arxiv: '2101.01234' },
      categories: ['cs.CL'],
      year: null,
    });
    expect(paper.extra.stamp).toMatch(/6 Dec 2021/);
    const old: Drawing = { ...stamp, text: 'arXiv:hep-th/9901001v1  [hep-th]  1 Jan 1999' };
    expect((await paperOf([[old, ...onTop, ...body]])).ids).toEqual({ arxiv: 'hep-th/9901001' });
  });

  it('of other papers that are cited on the page are not taken', async () => {
    expect((await withText('See arXiv:1234.56789 and others.')).ids).toEqual({});
    const paper = await withText('doi:10.5555/one.1 and https://doi.org/10.5555/two.2');
    expect(paper.ids).toEqual({});
    expect(paper.extra.dois).toEqual(['10.5555/one.1', '10.5555/two.2']);
    expect((await withText('PMID: 111111, PMID: 222222')).ids).toEqual({});
  });

  it.each([
    ['https://doi.org/10.5555/Sheep.2020.1', '10.5555/sheep.2020.1'],
    ['(doi:10.5555/sheep(20)1).', '10.5555/sheep(20)1'],
    ['DOI 10.5555/sheep.1, figure at 10.5555/sheep.1.g001', '10.5555/sheep.1'],
  ])('has the DOI of "%s"', async (text, doi) => {
    expect((await withText(text)).ids.doi).toBe(doi);
  });

  it('has a DOI that goes on in the next line', async () => {
    const paper = await paperOf([
      [
        ...paragraph(['https://doi.org/10.5555/', '3292500.3330701 Sheep'], { x: 60, y: 770, size: 8 }),
        ...onTop,
        ...body,
      ],
    ]);
    expect(paper.ids.doi).toBe('10.5555/3292500.3330701');
  });

  it('has PMID and PMCID', async () => {
    expect((await withText('PMID: 12345678  PMCID: PMC7654321')).ids).toEqual({
      pmid: '12345678',
      pmcid: 'PMC7654321',
    });
  });

  it('and more are read from the metadata', async () => {
    const xmp = `<prism:doi>10.5555/meta.1</prism:doi><prism:publicationName>Sheep Letters</prism:publicationName>
      <prism:publicationDate>2019-05-01</prism:publicationDate><prism:volume>7</prism:volume>
      <dc:creator><rdf:Seq><rdf:li>Ann Abel</rdf:li><rdf:li>Bob Baker</rdf:li></rdf:Seq></dc:creator>`;
    expect(await withText('10.5555/other', { xmp, info: { Keywords: 'sheep; fences' } })).toMatchObject({
      authors: ['Ann Abel', 'Bob Baker'],
      year: 2019,
      venue: 'Sheep Letters',
      ids: { doi: '10.5555/meta.1' },
      categories: ['sheep', 'fences'],
      extra: { volume: '7' },
    });
    expect((await withText('', { info: { arXivID: 'https://arxiv.org/abs/2101.00001v1' } })).ids).toEqual({
      arxiv: '2101.00001',
    });
  });
});

describe('what cannot be found', () => {
  it('is not guessed: a clear title without an abstract is taken alone, and an abstract without a title', async () => {
    expect(await paperOf([[TITLE, AUTHORS, ...body]])).toMatchObject({ title: TITLE.text, abstract: '' });
    expect(await paperOf([[...onTop.slice(2), ...body]])).toMatchObject({ title: '', abstract: ABSTRACT_TEXT });
  });

  it.each<[string, () => Buffer, RegExp]>([
    [
      'text in one size, without a heading',
      () => pdfOf([paragraph(BODY, { x: 80, y: 700, size: 10 })]),
      /no title.*no abstract/,
    ],
    ['a scan', () => scannedPdf(), /no text: scanned/],
    ['a scan named by a program', () => scannedPdf({ Title: 'Microsoft Word - scan one two.doc' }), /no text: scanned/],
    ['an empty page', () => pdfOf([[]]), /no text/],
    ['an encrypted file', () => pdfOf([[...onTop, ...body]], { encrypted: true }), /encrypted.*password/],
    ['nothing but a beginning', () => Buffer.from('%PDF-1.5\n'), /damaged/],
    ['random bytes', () => Buffer.concat([Buffer.from('%PDF-1.5\n'), Buffer.alloc(5000, 'x7\x9f(<[')]), /damaged/],
    ['a file without pages', () => pdfOf([]), /damaged|no title/],
    ['a compressed file', () => gzipSync(pdfOf([[...onTop, ...body]])), /compressed/],
  ])('of %s is a reject that says why', async (_, make, reason) => {
    const found = await read(make());
    expect(found).toMatchObject({
      reject: { code: 'record-invalid', reason: expect.stringMatching(reason) as string },
    });
  });

  it('of a scan is its title, if the metadata have one', async () => {
    const found = await read(scannedPdf({ Title: 'Counting sheep with fences' }));
    expect(found).toMatchObject({ input: { title: 'Counting sheep with fences' } });
  });

  it('of a file cut anywhere is a reject, or what is left', async () => {
    const whole = pdfOf([[...onTop, ...body]]);
    for (let part = 1; part < 20; part++) {
      const found = await read(whole.subarray(0, Math.floor((whole.length * part) / 20)));
      if ('input' in found) expect(found.input.title ?? TITLE.text).toBe(TITLE.text);
      else expect(found.reject.reason).not.toBe('');
    }
    expect(await read(whole)).toMatchObject({ input: { title: TITLE.text } });
  });

  it('of a file with bytes changed is a reject, or a paper', async () => {
    const whole = pdfOf([[...onTop, ...body]]);
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 48271) % 0x7fffffff) % below;
    for (let run = 0; run < 30; run++) {
      const damaged = Buffer.from(whole);
      for (let i = 0; i < 1 + random(60); i++) damaged[8 + random(whole.length - 8)] = random(256);
      const found = await read(damaged);
      expect('input' in found || found.reject.reason !== '').toBe(true);
    }
  });

  it('of a file too large, or from standard input, is said at once', async () => {
    const file = path.join(folder, 'large.pdf');
    writeFileSync(file, '%PDF-1.5\n');
    truncateSync(file, 101 * 1024 * 1024);
    const [large] = rejects(await readPath(pdf, file));
    expect(large!.reject).toEqual({ code: 'too-large', reason: 'the file is larger than 100 MiB' });
    const [piped] = rejects(await readText(pdf, '%PDF-1.5\n'));
    expect(piped!.reject.code).toBe('file-unreadable');
  });

  it('of a file that unpacks without end is a reject, and the next file is read', async () => {
    const found = await read(bombPdf(700 * 1024 * 1024));
    expect(found).toMatchObject({ reject: { code: 'too-large' } });
    expect(await paperOf([[...onTop, ...body]])).toMatchObject({ title: TITLE.text });
  }, 90_000);
});

describe('many files', () => {
  it('at once are each read', async () => {
    const titles = ['One sheep and a fence', 'Two sheep and a fence', 'Three sheep and a fence'];
    const files = titles.map((text, i) => {
      const file = path.join(folder, `${i}.pdf`);
      writeFileSync(file, pdfOf([[{ ...TITLE, text }, ...onTop.slice(2), ...body]]));
      return file;
    });
    const found = await Promise.all(files.map((file) => readPath(pdf, file)));
    expect(found.flat().map((each) => 'input' in each && each.input.title)).toEqual(titles);
  });

  it('are told from their first bytes', () => {
    expect(pdf.detects('%PDF-1.7\n...')).toBe(true);
    expect(pdf.detects('A text about %PDF-1.7')).toBe(false);
  });
});
